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
use posterior::posterior;
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
    let observed = check::count(group.observed)?;
    let expected = check::positive("expected", group.expected)?;
    check::positive("typical", group.typical)?;
    let error = check::not_negative("std_error", group.std_error)?;
    let sigma = check::not_negative("sigma", group.sigma)?;
    let dispersion = check::positive("dispersion", group.dispersion)?;
    let ratio = own_ratio(observed, expected, error, dispersion, level)?;
    let posterior = posterior(group);
    let shrunken = if sigma > 0.0 {
        Estimate::of(
            "the shrunken ratio",
            posterior.quantile(0.5).exp(),
            posterior.quantile(level.tail()).exp(),
            posterior.quantile(1.0 - level.tail()).exp(),
        )?
    } else {
        ratio
    };
    let below = check::result("the probability of being above", posterior.below(0.0))?;
    Ok(AgainstExpected {
        code: group.code,
        observed,
        expected,
        difference: observed - expected,
        ratio,
        shrunken,
        range: range(group, level)?,
        probability_above: (1.0 - below).clamp(0.0, 1.0),
    })
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
