//! Two proportions compared.

use crate::check;
use crate::contrasts::rates::{log_normal, mover};
use crate::error::{Error, Result};
use crate::intervals::wilson;
use crate::level::{Estimate, Level};

#[doc = include_str!("../../docs/risk_ratio.md")]
pub fn risk_ratio(x1: f64, n1: f64, x2: f64, n2: f64, level: Level) -> Result<Estimate> {
    check::subset(x1, n1)?;
    check::subset(x2, n2)?;
    if x1 <= 0.0 || x2 <= 0.0 {
        return Err(Error::Undefined {
            what: "the log-normal interval of a risk ratio",
            why: "a group without events has no logarithm; use risk_difference",
        });
    }
    let variance = (1.0 / x1 - 1.0 / n1) + (1.0 / x2 - 1.0 / n2);
    log_normal(
        "the risk ratio",
        (x1 / n1) / (x2 / n2),
        variance.max(0.0).sqrt(),
        level,
    )
}

#[doc = include_str!("../../docs/risk_difference.md")]
pub fn risk_difference(x1: f64, n1: f64, x2: f64, n2: f64, level: Level) -> Result<Estimate> {
    let first = wilson(x1, n1, level)?;
    let second = wilson(x2, n2, level)?;
    mover("the risk difference", (x1 / n1, first), (x2 / n2, second))
}
