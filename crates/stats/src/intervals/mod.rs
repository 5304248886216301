//! Intervals for one quantity: a Poisson count, a rate, a proportion, a mean.
//! Nothing here compares two groups or standardises.

mod columns;
mod mean;
mod poisson;
mod proportion;
mod rate;
mod rounded;
mod uncertain;

pub use columns::CountLimits;
pub use mean::{MeanEstimate, mean_interval};
pub(crate) use poisson::byar_limits;
pub use poisson::{
    CountMethod, byar, byar_mid_p, exact_poisson, exact_poisson_intervals, mid_p_poisson,
    poisson_count_interval, poisson_count_intervals, wald_poisson,
};
pub(crate) use proportion::EXACT_DENOMINATOR;
pub use proportion::{
    clopper_pearson, wald_proportion, wilson, wilson_finite_population, wilson_weighted,
};
pub use rate::{EventFrequency, RateEstimate, crude_rate, crude_rate_non_independent};
pub use rounded::rounded_counts;
pub use uncertain::uncertain_denominator;
