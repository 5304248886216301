//! Statistics of each row by itself.

use disparity_stats::{CountLimits, CountMethod, Error, Estimate, Interval, Level};
use pyo3::prelude::*;

use super::{
    ESTIMATE, Given, INTERVAL, ROWS, Refused, each, ends, first_refused, level, parts,
    side_by_side, table, unknown,
};
use crate::input::{Input, Values, length};
use crate::table::Table;

/// From so many rows on, what all counts share is worth working out.
const MANY: usize = 4_096;

/// Intervals of Poisson counts.
#[pyfunction]
pub(crate) fn poisson_intervals(
    py: Python<'_>,
    counts: Given<'_, '_>,
    level_of: f64,
    method: &str,
) -> PyResult<Table> {
    let counts = Input::of("counts", counts)?;
    let level = level(level_of)?;
    let inputs = [("counts", &counts)];
    let (one, shared): (OfCount, _) = match method {
        "exact_or_byar" => (by_rule, Some(None)),
        "exact" => (
            disparity_stats::exact_poisson,
            Some(Some(CountMethod::Exact)),
        ),
        "byar" => (disparity_stats::byar, Some(Some(CountMethod::Byar))),
        "byar_mid_p" => (disparity_stats::byar_mid_p, None),
        "mid_p" => (disparity_stats::mid_p_poisson, None),
        "wald" => (disparity_stats::wald_poisson, None),
        _ => {
            let known = [
                "exact_or_byar",
                "exact",
                "byar",
                "byar_mid_p",
                "mid_p",
                "wald",
            ];
            return Err(unknown("method", method, &known));
        }
    };
    match shared {
        Some(method) if length(&inputs)? >= MANY => {
            let limits = CountLimits::new(level, method);
            let made = of_many(py, &counts, &limits, None)?;
            table(INTERVAL, [made.low, made.high], made.valid)
        }
        _ => each(py, inputs, INTERVAL, |[count]| one(count, level).map(ends)),
    }
}

/// Limits of one count.
type OfCount = fn(f64, Level) -> Result<Interval, Error>;

fn by_rule(count: f64, level: Level) -> Result<Interval, Error> {
    disparity_stats::poisson_count_interval(count, level).map(|(limits, _)| limits)
}

/// What limits of counts are divided by.
struct Over<'a, 'py> {
    name: &'static str,
    whole: &'a Input<'py>,
    to: To,
}

/// To what they are divided.
#[derive(Clone, Copy)]
struct To {
    per: f64,
    /// One row by itself: says why it is refused.
    one: fn(f64, f64) -> Result<(), Error>,
}

/// Columns of limits, and of what is estimated where counts are divided by something.
struct Limits {
    estimate: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    valid: Vec<bool>,
}

/// Some rows of [`Limits`].
struct Rows<'a> {
    first: usize,
    estimate: Option<&'a mut [f64]>,
    low: &'a mut [f64],
    high: &'a mut [f64],
    valid: &'a mut [bool],
}

impl Rows<'_> {
    fn fill(
        self,
        counts: Values<'_>,
        over: Option<(Values<'_>, To)>,
        limits: &CountLimits,
    ) -> Result<(), Refused> {
        let first = self.first;
        // Absent ones are computed as 0 and left out.
        let given: Vec<f64> = (first..first + self.valid.len())
            .zip(&mut *self.valid)
            .map(|(row, valid)| {
                let count = counts.at(row);
                *valid = count.is_some();
                count.unwrap_or(0.0)
            })
            .collect();
        let filled = limits.fill(&given, self.low, self.high);
        filled.map_err(|error| match error {
            Error::At { index, cause } => Refused {
                row: first + index,
                error: *cause,
            },
            error => Refused { row: first, error },
        })?;
        let (Some(estimate), Some((wholes, to))) = (self.estimate, over) else {
            return Ok(());
        };
        for (at, count) in given.into_iter().enumerate() {
            let Some(whole) = wholes.at(first + at) else {
                self.valid[at] = false;
                continue;
            };
            if self.valid[at] && !(whole > 0.0 && whole.is_finite()) {
                (to.one)(count, whole).map_err(|error| Refused {
                    row: first + at,
                    error,
                })?;
            }
            estimate[at] = count / whole * to.per;
            self.low[at] = self.low[at] / whole * to.per;
            self.high[at] = self.high[at] / whole * to.per;
        }
        Ok(())
    }
}

/// Limits of very many counts, divided by something or not.
fn of_many(
    py: Python<'_>,
    counts: &Input<'_>,
    limits: &CountLimits,
    over: Option<&Over<'_, '_>>,
) -> PyResult<Limits> {
    let all = match over {
        None => length(&[("counts", counts)])?,
        Some(over) => length(&[("counts", counts), (over.name, over.whole)])?,
    };
    let values = counts.values()?;
    let wholes = over
        .map(|own| own.whole.values().map(|values| (values, own.to)))
        .transpose()?;
    let mut made = Limits {
        estimate: vec![0.0; if over.is_some() { all } else { 0 }],
        low: vec![0.0; all],
        high: vec![0.0; all],
        valid: vec![true; all],
    };
    let mut estimates = made.estimate.chunks_mut(ROWS);
    let columns = made.low.chunks_mut(ROWS).zip(made.high.chunks_mut(ROWS));
    let parts: Vec<Rows<'_>> = columns
        .zip(made.valid.chunks_mut(ROWS))
        .enumerate()
        .map(|(part, ((low, high), valid))| Rows {
            first: part * ROWS,
            estimate: estimates.next(),
            low,
            high,
            valid,
        })
        .collect();
    let done: Vec<Result<(), Refused>> =
        py.detach(|| side_by_side(parts, |part| part.fill(values, wholes, limits)));
    first_refused(done)?;
    Ok(made)
}

/// Counts over something, with the limits of the rule.
fn of_counts_over(
    py: Python<'_>,
    counts: (&'static str, &Input<'_>),
    over: &Over<'_, '_>,
    level: Level,
    one: impl Fn(f64, f64) -> Result<[f64; 3], Error> + Sync,
) -> PyResult<Table> {
    let inputs = [counts, (over.name, over.whole)];
    let per = over.to.per;
    if length(&inputs)? < MANY {
        return each(py, inputs, ESTIMATE, |[count, whole]| {
            Ok(one(count, whole)?.map(|own| own * per))
        });
    }
    let limits = CountLimits::new(level, None);
    let made = of_many(py, counts.1, &limits, Some(over))?;
    table(ESTIMATE, [made.estimate, made.low, made.high], made.valid)
}

/// Crude rates.
#[pyfunction]
pub(crate) fn rates(
    py: Python<'_>,
    counts: Given<'_, '_>,
    denominators: Given<'_, '_>,
    level_of: f64,
    per: f64,
) -> PyResult<Table> {
    let counts = Input::of("counts", counts)?;
    let whole = Input::of("denominators", denominators)?;
    let level = level(level_of)?;
    let over = Over {
        name: "denominators",
        whole: &whole,
        to: To {
            per,
            one: |count, whole| disparity_stats::crude_rate(count, whole, Level::P95).map(drop),
        },
    };
    of_counts_over(py, ("counts", &counts), &over, level, |count, whole| {
        let rate = disparity_stats::crude_rate(count, whole, level)?;
        let [low, high] = ends(rate.interval);
        Ok([rate.value, low, high])
    })
}

/// Proportions.
#[pyfunction]
pub(crate) fn proportions(
    py: Python<'_>,
    counts: Given<'_, '_>,
    wholes: Given<'_, '_>,
    level_of: f64,
    method: &str,
) -> PyResult<Table> {
    let (counts, whole) = (Input::of("counts", counts)?, Input::of("wholes", wholes)?);
    let level = level(level_of)?;
    let of = match method {
        "wilson" => disparity_stats::wilson,
        "clopper_pearson" => disparity_stats::clopper_pearson,
        "wald" => disparity_stats::wald_proportion,
        _ => {
            return Err(unknown(
                "method",
                method,
                &["wilson", "clopper_pearson", "wald"],
            ));
        }
    };
    let inputs = [("counts", &counts), ("wholes", &whole)];
    each(py, inputs, ESTIMATE, |[count, whole]| {
        let [low, high] = ends(of(count, whole, level)?);
        Ok([count / whole, low, high])
    })
}

/// Observed over expected counts.
#[pyfunction]
pub(crate) fn ratios(
    py: Python<'_>,
    observed: Given<'_, '_>,
    expected: Given<'_, '_>,
    level_of: f64,
) -> PyResult<Table> {
    let observed = Input::of("observed", observed)?;
    let expected = Input::of("expected", expected)?;
    let level = level(level_of)?;
    let over = Over {
        name: "expected",
        whole: &expected,
        to: To {
            per: 1.0,
            one: |o, e| disparity_stats::indirect_ratio(o, e, Level::P95).map(drop),
        },
    };
    of_counts_over(py, ("observed", &observed), &over, level, |o, e| {
        let ratio = disparity_stats::indirect_ratio(o, e, level)?;
        let [low, high] = ends(ratio.interval);
        Ok([ratio.value, low, high])
    })
}

/// A function of two counts with their populations.
type OfTwo = fn(f64, f64, f64, f64, Level) -> Result<Estimate, Error>;

fn of_two(py: Python<'_>, given: [Given<'_, '_>; 4], level_of: f64, of: OfTwo) -> PyResult<Table> {
    const NAMES: [&str; 4] = [
        "counts",
        "denominators",
        "other_counts",
        "other_denominators",
    ];
    let [a, b, c, d] = given;
    let inputs = [
        Input::of(NAMES[0], a)?,
        Input::of(NAMES[1], b)?,
        Input::of(NAMES[2], c)?,
        Input::of(NAMES[3], d)?,
    ];
    let level = level(level_of)?;
    let named = std::array::from_fn(|at| (NAMES[at], &inputs[at]));
    each(py, named, ESTIMATE, |[o1, n1, o2, n2]| {
        of(o1, n1, o2, n2, level).map(parts)
    })
}

/// Ratios of two rates.
#[pyfunction]
pub(crate) fn rate_ratios(
    py: Python<'_>,
    counts: Given<'_, '_>,
    denominators: Given<'_, '_>,
    other_counts: Given<'_, '_>,
    other_denominators: Given<'_, '_>,
    level_of: f64,
    method: &str,
) -> PyResult<Table> {
    let of: OfTwo = match method {
        "log_normal" => disparity_stats::rate_ratio,
        "exact" => disparity_stats::rate_ratio_exact,
        "mid_p" => disparity_stats::rate_ratio_mid_p,
        _ => return Err(unknown("method", method, &["log_normal", "exact", "mid_p"])),
    };
    let given = [counts, denominators, other_counts, other_denominators];
    of_two(py, given, level_of, of)
}

/// Differences of two rates.
#[pyfunction]
pub(crate) fn rate_differences(
    py: Python<'_>,
    counts: Given<'_, '_>,
    denominators: Given<'_, '_>,
    other_counts: Given<'_, '_>,
    other_denominators: Given<'_, '_>,
    level_of: f64,
) -> PyResult<Table> {
    let given = [counts, denominators, other_counts, other_denominators];
    of_two(py, given, level_of, disparity_stats::rate_difference)
}

/// Limits of a funnel plot.
#[pyfunction]
pub(crate) fn funnel_limits(
    py: Python<'_>,
    denominators: Given<'_, '_>,
    target: f64,
    level_of: f64,
    of: &str,
) -> PyResult<Table> {
    let whole = Input::of("denominators", denominators)?;
    let level = level(level_of)?;
    let inputs = [("denominators", &whole)];
    match of {
        "rate" => each(py, inputs, INTERVAL, |[n]| {
            disparity_stats::funnel_rate(target, n, level).map(ends)
        }),
        "proportion" => each(py, inputs, INTERVAL, |[n]| {
            disparity_stats::funnel_proportion(target, n, level).map(ends)
        }),
        // A ratio is a rate whose denominator is the expected count; its target is mostly 1.
        "ratio" => each(py, inputs, INTERVAL, |[expected]| {
            disparity_stats::funnel_rate(target, expected, level).map(ends)
        }),
        _ => Err(unknown("of", of, &["rate", "proportion", "ratio"])),
    }
}
