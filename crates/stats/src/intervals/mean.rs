//! The mean of a sample with Student's t interval.

use crate::check;
use crate::error::Result;
use crate::level::{Interval, Level};
use crate::special::student_quantile_upper;
use crate::sum::{mean, sum};

/// The mean of a sample, its interval and what they were computed from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanEstimate {
    /// The mean.
    pub value: f64,
    /// Its interval.
    pub interval: Interval,
    /// The sum of the values.
    pub sum: f64,
    /// How many values there were.
    pub n: usize,
    /// The sample standard deviation (divisor n - 1).
    pub sd: f64,
}

#[doc = include_str!("../../docs/mean_interval.md")]
pub fn mean_interval(values: &[f64], level: Level) -> Result<MeanEstimate> {
    check::at_least("the t interval", 2, values)?;
    let value = mean(values)?;
    let n = values.len() as f64;
    let sd = (sum(values.iter().map(|v| (v - value) * (v - value))) / (n - 1.0)).sqrt();
    let sd = check::result("the standard deviation", sd)?;
    let half = student_quantile_upper(level.tail(), n - 1.0) * sd / n.sqrt();
    let interval = Interval::of("the t interval", value - half, value + half)?;
    let sum = check::result("the sum", sum(values.iter().copied()))?;
    Ok(MeanEstimate {
        value,
        interval,
        sum,
        n: values.len(),
        sd,
    })
}
