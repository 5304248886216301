//! What is expected of groups that were left out, scaled so that it adds up to what all of them had.
//! The fits are made in the module above; how far a group is from its expectation, in `expected`.

use nalgebra::DVector;

use super::super::super::expected::{AgainstExpected, against_scaled};
use super::super::super::regression::LeftOut;
use super::super::fitted::FittedMixed;
use super::{Expectation, Told};
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};
use crate::sum::sum;

/// A group that was left out, with an expectation that adds up, over the groups, to what they had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaledLeftOut {
    /// As the fit without the group says.
    pub left: LeftOut,
    /// What every group's expected count is multiplied by: all that they had over all that is
    /// expected of them.
    pub factor: f64,
    /// The standard error of the log of the scaled expectation: 0 where nothing tells the groups
    /// apart but their exposure.
    pub std_error: f64,
}

impl ScaledLeftOut {
    /// The expected count once it is scaled.
    #[must_use]
    pub fn expected(&self) -> f64 {
        self.left.expected * self.factor
    }

    /// The expected count with the interval that the uncertainty of the coefficients gives it. What
    /// chance does to the group's own count has no part in it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] where a limit is beyond what can be computed.
    pub fn estimate(&self, level: Level) -> Result<Estimate> {
        let expected = self.expected();
        let reach = (level.z() * self.std_error).exp();
        Estimate::of(
            "the expected count",
            expected,
            expected / reach,
            expected * reach,
        )
    }

    /// The group against its scaled expectation, at several levels: the ratio and the probability of
    /// being above are against the scaled count, and the range of counts is that of the fit.
    ///
    /// # Errors
    /// As [`against_expected`](crate::models::against_expected).
    pub fn against_expected(&self, levels: &[Level]) -> Result<Vec<AgainstExpected>> {
        let scaled = LeftOut {
            expected: self.expected(),
            std_error: self.std_error,
            ..self.left
        };
        against_scaled(&scaled, &self.left, levels)
    }
}

impl FittedMixed {
    #[doc = include_str!("../../../../docs/leave_out_scaled.md")]
    pub fn leave_out_scaled(
        &self,
        effect: &str,
        times: &[f64],
    ) -> Result<Vec<(usize, Result<ScaledLeftOut>)>> {
        let all = self.told_of_each(effect, Expectation::Average, &[])?;
        if times.len() != all.len() {
            return Err(Error::Lengths {
                left: "the groups",
                left_len: all.len(),
                right: "times",
                right_len: times.len(),
            });
        }
        for &times in times {
            crate::check::positive("times", times)?;
        }
        let told = || {
            let each = all.iter().zip(times);
            each.filter_map(|((_, told), times)| Some((told.as_ref().ok()?, *times)))
        };
        let expected = sum(told().map(|(told, times)| times * told.left.expected));
        let observed = sum(told().map(|(told, times)| times * told.left.observed));
        if !(observed > 0.0 && expected > 0.0) {
            return Err(Error::Undefined {
                what: "the factor of expected counts",
                why: "nothing was observed, or nothing is expected",
            });
        }
        let factor = observed / expected;
        let middle = middle(told(), expected);
        let scale = |told: Told| {
            // Scaling takes out what moves all expectations alike.
            let apart = match &middle {
                Some(middle) => &told.slopes - middle,
                None => told.slopes,
            };
            let variance = (&told.covariance * &apart).dot(&apart);
            ScaledLeftOut {
                left: told.left,
                factor,
                std_error: variance.max(0.0).sqrt(),
            }
        };
        let scaled = all
            .into_iter()
            .map(|(code, told)| (code, told.map(scale)))
            .collect();
        Ok(scaled)
    }
}

/// How the log of all that is expected changes with each coefficient: the mean of the groups' own
/// slopes, each counted by what is expected of it.
fn middle<'t>(told: impl Iterator<Item = (&'t Told, f64)>, all: f64) -> Option<DVector<f64>> {
    told.map(|(told, times)| &told.slopes * (times * told.left.expected / all))
        .reduce(|sum, next| sum + next)
}
