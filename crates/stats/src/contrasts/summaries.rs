//! Two groups known only by an estimate and its standard error, as survey summaries are.

use crate::check;
use crate::contrasts::rates::log_normal;
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};

/// A group's estimate with its standard error, in the estimate's own unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupEstimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
}

impl GroupEstimate {
    fn checked(self) -> Result<Self> {
        check::finite("value", self.value)?;
        check::not_negative("se", self.se)?;
        Ok(self)
    }
}

#[doc = include_str!("../../docs/group_difference.md")]
pub fn group_difference(
    first: GroupEstimate,
    second: GroupEstimate,
    level: Level,
) -> Result<Estimate> {
    let (first, second) = (first.checked()?, second.checked()?);
    let value = first.value - second.value;
    let half = level.z() * first.se.hypot(second.se);
    Estimate::of(
        "the difference between groups",
        value,
        value - half,
        value + half,
    )
}

#[doc = include_str!("../../docs/group_ratio.md")]
pub fn group_ratio(first: GroupEstimate, second: GroupEstimate, level: Level) -> Result<Estimate> {
    let (first, second) = (first.checked()?, second.checked()?);
    if first.value <= 0.0 || second.value <= 0.0 {
        return Err(Error::Undefined {
            what: "the ratio between groups",
            why: "both estimates must be greater than 0 for a ratio on the log scale",
        });
    }
    let ratio = first.value / second.value;
    let se = (first.se / first.value).hypot(second.se / second.value);
    log_normal("the ratio between groups", ratio, se, level)
}
