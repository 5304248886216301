//! Distribution functions and their inverses, accurate in both tails.
//! Nothing about children, rates or confidence: only the functions that the methods stand on.
//!
//! statrs has these too; its incomplete beta stops after 140 terms (wrong digits beyond a
//! denominator of about ten thousand) and its incomplete gamma loses digits to cancellation for
//! counts in the millions, so both are built here on Loader's saddle-point densities.

mod beta;
mod between;
mod gamma;
mod gamma_expansion;
mod normal;
mod root;

pub(crate) use beta::{Beta, beta_quantile, student_quantile_upper};
pub(crate) use between::GammaQuantileCurve;
pub(crate) use gamma::{
    GammaQuantile, chi_square_upper, gamma_quantile_lower, gamma_quantile_upper, gamma_tails,
    poisson_density, stirling_error,
};
pub(crate) use normal::{normal_quantile_upper, normal_two_sided};
pub(crate) use root::increasing_root;
