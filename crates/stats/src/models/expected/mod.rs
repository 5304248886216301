//! A group against what a model that left it out expects of it: the ratio with an interval, the
//! ratio drawn towards what groups like it have, and the probability of being above expectation.
//! Models and their fits are elsewhere; nothing here fits anything.

mod posterior;
mod range;
#[cfg(test)]
mod tests;

use super::regression::LeftOut;
use crate::check;
use crate::error::Result;
use crate::intervals::poisson_count_interval;
use crate::level::{Estimate, Interval, Level};
use posterior::{Density, posterior};
use range::range;

/// A group against its expectation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgainstExpected {
    /// The group's number.
    pub code: usize,
    /// What it had.
    pub observed: f64,
    /// What the model without it expects.
    pub expected: f64,
    /// Observed minus expected.
    pub difference: f64,
    /// Observed ÷ expected, with an interval that respects overdispersion and the uncertainty of
    /// the expectation: the group on its own.
    pub ratio: Estimate,
    /// The ratio drawn towards 1 by as much as the other groups lie close to theirs: the posterior
    /// median and central interval. The same as `ratio` where the model has no spread of groups.
    pub shrunken: Estimate,
    /// Where the count of a group like it would lie: the limits of a funnel with overdispersion.
    pub range: Interval,
    /// The probability that the group's own rate is above what is expected.
    pub probability_above: f64,
}

#[doc = include_str!("../../../docs/against_expected.md")]
pub fn against_expected(group: &LeftOut, level: Level) -> Result<AgainstExpected> {
    Compared::new(group, group)?.at(level)
}

/// A group against its scaled expectation; the range of counts is that of what it was before.
pub(in crate::models) fn against_scaled(
    scaled: &LeftOut,
    before: &LeftOut,
    levels: &[Level],
) -> Result<Vec<AgainstExpected>> {
    let compared = Compared::new(scaled, before)?;
    levels.iter().map(|&level| compared.at(level)).collect()
}

impl LeftOut {
    /// [`against_expected`] at several levels, for little more than the work of one.
    ///
    /// # Errors
    /// As [`against_expected`].
    ///
    /// # Example
    /// ```
    /// use disparity_stats::Level;
    /// use disparity_stats::models::{LeftOut, against_expected};
    /// let left = LeftOut {
    ///     code: 7,
    ///     observed: 120.0,
    ///     expected: 100.0,
    ///     typical: 97.0,
    ///     std_error: 0.03,
    ///     sigma: 0.25,
    ///     dispersion: 1.0,
    /// };
    /// let both = left.against_expected(&[Level::P95, Level::P998])?;
    /// assert_eq!(both[1], against_expected(&left, Level::P998)?);
    /// assert!(both[1].range.encloses(both[0].range));
    /// # Ok::<(), disparity_stats::Error>(())
    /// ```
    pub fn against_expected(&self, levels: &[Level]) -> Result<Vec<AgainstExpected>> {
        against_scaled(self, self, levels)
    }
}

/// What no level changes of a comparison.
struct Compared<'a> {
    group: &'a LeftOut,
    /// The same group as the fit has it, for the range of counts.
    as_fitted: &'a LeftOut,
    posterior: Density,
    /// The posterior's median, and the probability of being above.
    median: f64,
    above: f64,
}

impl<'a> Compared<'a> {
    fn new(group: &'a LeftOut, as_fitted: &'a LeftOut) -> Result<Self> {
        check::count(group.observed)?;
        check::positive("expected", group.expected)?;
        check::positive("typical", group.typical)?;
        check::not_negative("std_error", group.std_error)?;
        check::not_negative("sigma", group.sigma)?;
        check::positive("dispersion", group.dispersion)?;
        let posterior = posterior(group);
        let below = check::result("the probability of being above", posterior.below(0.0))?;
        Ok(Compared {
            group,
            as_fitted,
            median: posterior.quantile(0.5).exp(),
            above: (1.0 - below).clamp(0.0, 1.0),
            posterior,
        })
    }

    fn at(&self, level: Level) -> Result<AgainstExpected> {
        let group = self.group;
        let ratio = own_ratio(
            group.observed,
            group.expected,
            group.std_error,
            group.dispersion,
            level,
        )?;
        let shrunken = if group.sigma > 0.0 {
            Estimate::of(
                "the shrunken ratio",
                self.median,
                self.posterior.quantile(level.tail()).exp(),
                self.posterior.quantile(1.0 - level.tail()).exp(),
            )?
        } else {
            ratio
        };
        Ok(AgainstExpected {
            code: group.code,
            observed: group.observed,
            expected: group.expected,
            difference: group.observed - group.expected,
            ratio,
            shrunken,
            range: range(self.as_fitted, level)?,
            probability_above: self.above,
        })
    }
}

/// Observed ÷ expected: the Poisson interval of the count stretched by the dispersion, squared and
/// added on the log scale to the uncertainty of the expectation.
fn own_ratio(
    observed: f64,
    expected: f64,
    error: f64,
    dispersion: f64,
    level: Level,
) -> Result<Estimate> {
    let (limits, _) = poisson_count_interval(observed, level)?;
    let stretch = dispersion.sqrt();
    let low = (observed - stretch * (observed - limits.low)).max(0.0);
    let high = observed + stretch * (limits.high - observed);
    let reach = level.z() * error;
    let (low, high) = if observed > 0.0 {
        let below = if low > 0.0 {
            (observed / low).ln().hypot(reach)
        } else {
            f64::INFINITY
        };
        let above = (high / observed).ln().hypot(reach);
        (
            observed / expected * (-below).exp(),
            observed / expected * above.exp(),
        )
    } else {
        (0.0, high / expected * reach.exp())
    };
    Estimate::of("observed over expected", observed / expected, low, high)
}
