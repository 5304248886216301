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
//! What does not belong here: areas, periods, symbols and files; and no interval of a single rate
//! or ratio, which the rest of the crate gives.

mod basis;
mod cells;
mod coefficients;
mod convergence;
mod design;
mod family;
mod frame;
mod hermite;
mod linear_mixed;
mod mixed;
mod observations;
mod optimise;
mod random;
mod regression;

pub use coefficients::{Coefficient, Coefficients, StandardErrors};
pub use convergence::{Convergence, Stop};
pub use design::{Design, INTERCEPT};
pub use family::Family;
pub use linear_mixed::{FittedLinearMixed, Likelihood, LinearMixedModel};
pub use mixed::{
    ConditionalMode, EffectSpread, FittedMixed, Integration, MixedModel, MixedOptions, ModeSearch,
};
pub use observations::Observations;
pub use random::RandomEffect;
pub use regression::{FittedRegression, LeftOut, Prediction, RegressionModel};
