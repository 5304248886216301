//! Linear mixed models: measurements with normal errors and effects of groups, by maximum or
//! restricted likelihood. The criterion is in `deviance`, what a fit says in `fitted`.
//! Counts and proportions belong to `mixed`.

mod deviance;
mod fitted;

pub use fitted::FittedLinearMixed;

use super::design::Design;
use super::random::RandomEffect;
use crate::check;
use crate::error::{Error, Result};

/// Which likelihood a linear mixed model maximises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Likelihood {
    /// Of contrasts that are free of the coefficients: spread without the bias of estimating them.
    #[default]
    Restricted,
    /// Of the measurements themselves: for comparing models with different covariates.
    Maximum,
}

#[doc = include_str!("../../../docs/linear_mixed_model.md")]
#[derive(Debug, Clone)]
pub struct LinearMixedModel {
    values: Vec<f64>,
    weights: Vec<f64>,
    design: Design,
    effects: Vec<RandomEffect>,
}

impl LinearMixedModel {
    /// A model of these measurements on these covariates, with no effects yet.
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::TooFew`] for a design without columns; [`Error::Argument`] at
    /// the position of a value that is not finite.
    pub fn new(values: &[f64], design: Design) -> Result<Self> {
        design.check("the values", values.len())?;
        check::each(values, |v| check::finite("value", v))?;
        Ok(LinearMixedModel {
            weights: vec![1.0; values.len()],
            values: values.to_vec(),
            design,
            effects: Vec::new(),
        })
    }

    /// Weights: a value's variance is the residual variance divided by its weight.
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::Argument`] at the position of a negative or infinite weight.
    pub fn with_weights(mut self, weights: &[f64]) -> Result<Self> {
        check::same_length("values", &self.values, "weights", weights)?;
        check::each(weights, |v| check::not_negative("weight", v))?;
        self.weights.copy_from_slice(weights);
        Ok(self)
    }

    /// Adds an effect. Effects may be nested in each other or cross.
    ///
    /// # Errors
    /// As [`MixedModel::with_effect`](super::MixedModel::with_effect).
    pub fn with_effect(mut self, effect: RandomEffect) -> Result<Self> {
        effect.check(self.values.len())?;
        if self.effects.iter().any(|e| e.name() == effect.name()) {
            return Err(Error::Undefined {
                what: "a second effect of the same name",
                why: "results are asked for by name",
            });
        }
        self.effects.push(effect);
        Ok(self)
    }

    /// The parameters of greatest likelihood.
    ///
    /// # Errors
    /// [`Error::TooFew`] for no effect, fewer than two groups, or so few values that nothing is
    /// left for the residual; [`Error::Collinear`]; [`Error::Undefined`] when an effect has as many
    /// columns as there are values, or the values leave no residual at all.
    ///
    /// A fit that did not converge, or whose spread is 0, is not an error: it says so.
    pub fn fit(self, likelihood: Likelihood) -> Result<FittedLinearMixed> {
        fitted::fit(self, likelihood)
    }
}
