//! Regression of counts and proportions on covariates, without groups: the model, the fit, and
//! what a fit can say. Groups with effects of their own belong to `mixed`.

pub(super) mod fitted;
pub(super) mod leave_out;
mod robust;
pub(super) mod scoring;
pub(super) mod size;

pub use fitted::{FittedRegression, Prediction};
pub use leave_out::LeftOut;

use super::cells;
use super::design::Design;
use super::family::Family;
use super::observations::{Observations, Response};
use crate::error::{Error, Result};

#[doc = include_str!("../../../docs/regression.md")]
#[derive(Debug, Clone)]
pub struct RegressionModel {
    pub(super) family: Family,
    pub(super) observations: Observations,
    pub(super) design: Design,
}

impl RegressionModel {
    /// A model of these observations on these covariates.
    ///
    /// # Errors
    /// [`Error::Lengths`] when they differ in length; [`Error::TooFew`] for a design without
    /// columns; [`Error::Undefined`] when the family is not one for this kind of response;
    /// [`Error::Argument`] for a negative binomial whose given size is not greater than 0.
    pub fn new(family: Family, observations: Observations, design: Design) -> Result<Self> {
        check(family, &observations, &design)?;
        Ok(RegressionModel {
            family,
            observations,
            design,
        })
    }

    /// The coefficients of greatest likelihood.
    ///
    /// # Errors
    /// [`Error::TooFew`] for fewer records than columns; [`Error::Collinear`];
    /// [`Error::Separated`]; [`Error::Undefined`] when there are no events, or nothing but events.
    pub fn fit(self) -> Result<FittedRegression> {
        let cells = cells::prepare(&self.observations, &self.design, &[], self.family)?;
        fitted::fit(self, cells)
    }
}

/// What every model of counts or proportions checks before it is one.
pub(super) fn check(family: Family, observations: &Observations, design: &Design) -> Result<()> {
    design.check("the responses", observations.len())?;
    if family.is_proportion() != (observations.response == Response::Proportions) {
        return Err(Error::Undefined {
            what: "this family",
            why: "binomial families are for proportions, the others for counts",
        });
    }
    if let Family::NegativeBinomialOfSize(size) = family {
        crate::check::positive("size", size)?;
    }
    Ok(())
}
