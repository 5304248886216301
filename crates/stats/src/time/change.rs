//! The change of a rate between two periods.

use crate::contrasts::{rate_difference, rate_ratio_exact};
use crate::error::Result;
use crate::level::{Estimate, Level};

/// Later rate against earlier rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeriodChange {
    /// Later minus earlier, per person.
    pub difference: Estimate,
    /// Later over earlier; none when there were no events earlier. 1.10 is a rise of 10%.
    pub ratio: Option<Estimate>,
}

#[doc = include_str!("../../docs/period_change.md")]
pub fn period_change(
    earlier_count: f64,
    earlier_denominator: f64,
    later_count: f64,
    later_denominator: f64,
    level: Level,
) -> Result<PeriodChange> {
    let (o1, n1, o2, n2) = (
        later_count,
        later_denominator,
        earlier_count,
        earlier_denominator,
    );
    let difference = rate_difference(o1, n1, o2, n2, level)?;
    let ratio = if o2 > 0.0 {
        Some(rate_ratio_exact(o1, n1, o2, n2, level)?)
    } else {
        None
    };
    Ok(PeriodChange { difference, ratio })
}
