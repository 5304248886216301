//! The control chart of individual values and moving ranges, and its rules.

use crate::check;
use crate::error::{Error, Result};
use crate::level::Interval;
use crate::sum::mean;

/// Three standard deviations in units of the mean moving range: 3 / 1.128.
const LIMIT_FACTOR: f64 = 2.66;
/// The upper limit of a moving range in units of the mean moving range.
const RANGE_FACTOR: f64 = 3.267;

/// What the rules look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ControlParams {
    /// How many points in a row on one side of the mean make a shift.
    pub shift: usize,
    /// How many points in a row that all rise (or all fall) make a trend.
    pub trend: usize,
    /// How many of the first points set the mean and the limits; `None` for all.
    pub baseline: Option<usize>,
    /// Whether moving ranges above their own limit are left out of the mean moving range.
    pub screen_ranges: bool,
}

impl Default for ControlParams {
    fn default() -> Self {
        ControlParams {
            shift: 7,
            trend: 7,
            baseline: None,
            screen_ranges: false,
        }
    }
}

/// One point and the rules that it is part of breaking.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each rule is a yes or no of its own"
)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ControlPoint {
    /// The value.
    pub value: f64,
    /// Beyond the limits.
    pub outside: bool,
    /// Part of a run on one side of the mean.
    pub shift: bool,
    /// Part of a run of rises or of falls.
    pub trend: bool,
    /// One of two in three points beyond two thirds of the way to one limit.
    pub near_limit: bool,
}

/// The centre, the limits and the points of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlChart {
    /// The mean of the baseline.
    pub mean: f64,
    /// The mean moving range of the baseline.
    pub mean_range: f64,
    /// The natural process limits.
    pub limits: Interval,
    /// The upper limit of a moving range.
    pub range_limit: f64,
    /// The points, in order.
    pub points: Vec<ControlPoint>,
}

#[doc = include_str!("../../docs/control_chart.md")]
pub fn control_chart(values: &[f64], params: ControlParams) -> Result<ControlChart> {
    check::at_least("a control chart", 2, values)?;
    check::each(values, |v| check::finite("value", v))?;
    let run = |name, found: usize| {
        if found >= 2 {
            return Ok(());
        }
        Err(Error::Argument {
            name,
            must: "at least 2 points",
            found: found as f64,
        })
    };
    run("shift", params.shift)?;
    run("trend", params.trend)?;
    let baseline = params.baseline.unwrap_or(values.len());
    run("baseline", baseline)?;
    let base = &values[..baseline.min(values.len())];
    let ranges: Vec<f64> = base.windows(2).map(|w| (w[1] - w[0]).abs()).collect();
    let centre = mean(base)?;
    let mut mean_range = mean(&ranges)?;
    if params.screen_ranges {
        let usual: Vec<f64> = ranges
            .iter()
            .copied()
            .filter(|r| *r <= RANGE_FACTOR * mean_range)
            .collect();
        if !usual.is_empty() {
            mean_range = mean(&usual)?;
        }
    }
    let half = LIMIT_FACTOR * mean_range;
    let limits = Interval::of("the process limits", centre - half, centre + half)?;
    let range_limit = check::result("the range limit", RANGE_FACTOR * mean_range)?;
    let points = marked(values, centre, half, params);
    Ok(ControlChart {
        mean: centre,
        mean_range,
        limits,
        range_limit,
        points,
    })
}

fn marked(values: &[f64], centre: f64, half: f64, params: ControlParams) -> Vec<ControlPoint> {
    let side: Vec<i8> = values.iter().map(|v| sign(v - centre)).collect();
    let step: Vec<i8> = values.windows(2).map(|w| sign(w[1] - w[0])).collect();
    let mut shift = vec![false; values.len()];
    mark_runs(&side, params.shift, 0, &mut shift);
    let mut trend = vec![false; values.len()];
    // A run of k steps joins k + 1 points.
    mark_runs(&step, params.trend - 1, 1, &mut trend);
    let near: Vec<i8> = values
        .iter()
        .map(|v| {
            if (v - centre).abs() > half * 2.0 / 3.0 {
                sign(v - centre)
            } else {
                0
            }
        })
        .collect();
    let mut near_limit = vec![false; values.len()];
    for i in 2..values.len() {
        for wanted in [-1, 1] {
            let hits = (i - 2..=i).filter(|&j| near[j] == wanted);
            if hits.clone().count() >= 2 {
                hits.for_each(|j| near_limit[j] = true);
            }
        }
    }
    (0..values.len())
        .map(|i| ControlPoint {
            value: values[i],
            outside: (values[i] - centre).abs() > half,
            shift: shift[i],
            trend: trend[i],
            near_limit: near_limit[i],
        })
        .collect()
}

fn sign(difference: f64) -> i8 {
    i8::from(difference > 0.0) - i8::from(difference < 0.0)
}

/// Marks every run of at least `length` equal signs other than 0, and `more` points after it.
fn mark_runs(signs: &[i8], length: usize, more: usize, into: &mut [bool]) {
    let mut first = 0;
    for run in signs.chunk_by(|a, b| a == b) {
        if run[0] != 0 && run.len() >= length {
            into[first..first + run.len() + more].fill(true);
        }
        first += run.len();
    }
}
