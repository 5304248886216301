//! Regression and mixed models of counts and proportions, and what people quote of them.
//!
//! The flow: [`Observations`] (what was counted) and a [`Design`] (named covariates) make a
//! [`RegressionModel`] or, with [`RandomEffect`]s of groups, a [`MixedModel`]; its `fit` gives a
//! fitted model, and only a fitted model predicts. A fit says whether it converged, how, and
//! whether its spread is 0.
//!
//! Records that share covariates, groups and offset are collapsed to weighted cells with the same
//! likelihood, so that a million records of children are as quick as their few thousand cells.
//!
//! Measurements of a panel, as log rates by authority and year, are for [`panel_model`] and
//! [`panel_within_between`], which take its records; [`FixedEffectsModel`] and [`within_between`] are
//! what they are made of.
//!
//! What does not belong here: areas, periods, symbols and files; and no interval of a single rate
//! or ratio, which the rest of the crate gives.

mod basis;
mod cells;
mod coefficients;
mod convergence;
mod deciles;
mod design;
mod expected;
mod family;
mod frame;
mod gaussian;
mod hermite;
mod linear_mixed;
mod mixed;
mod observations;
mod optimise;
mod r_squared;
mod random;
mod rank;
mod reach;
mod regression;
mod strata;
mod tails;
#[cfg(test)]
mod tests;

pub use coefficients::{Coefficient, Coefficients, StandardErrors};
pub use convergence::{Convergence, Stop};
pub use deciles::{
    DECILES, DecileArea, DecileRate, ECOLOGICAL_WARNING, LogLinearDeciles, MonotoneDeciles,
    OpenRatio, Resampling, Scatter, decile_rates_log_linear, decile_rates_monotone,
};
pub use design::{Design, INTERCEPT};
pub use expected::{AgainstExpected, against_expected};
pub use family::Family;
pub use gaussian::{
    BETWEEN, FittedFixedEffects, FixedEffectsModel, PanelFit, PanelOptions, PanelRecord,
    PanelWithinBetween, SmallSample, WITHIN, WaldTest, WithinBetween, panel_model,
    panel_within_between, within_between,
};
pub use linear_mixed::{FittedLinearMixed, Likelihood, LinearMixedModel};
pub use mixed::{
    ConditionalMode, EffectSpread, Expectation, FittedMixed, Integration, IntervalMethod,
    MixedModel, MixedOptions, ModeSearch, ProportionalChange, ResidualVariance, ScaledLeftOut,
    Spread, VariancePartition, median_ratio, proportional_change,
};
pub use observations::Observations;
pub use r_squared::{VariationExplained, log_rate_variation, rate_variation};
pub use random::RandomEffect;
pub use rank::rank_effects;
pub use regression::{FittedRegression, LeftOut, Prediction, RegressionModel};
pub use strata::{STRATUM, StrataPartition, StratumEffect, strata_partition};
