//! Statistics of each row by itself.

use disparity_stats::{Error, Estimate, Interval, Level};
use pyo3::prelude::*;
use rayon::prelude::*;

use super::{
    ESTIMATE, Given, INTERVAL, ROWS, Refused, each, ends, first_refused, level, parts, table,
    unknown,
};
use crate::input::{Input, length};
use crate::table::Table;

/// Where limits of some rows go.
type Ends<'a> = (&'a mut [f64], &'a mut [f64]);

/// Limits of many counts.
type OfCounts = fn(&[f64], Level) -> Result<Vec<Interval>, Error>;

/// Intervals of Poisson counts.
#[pyfunction]
#[pyo3(name = "poisson_intervals", signature = (counts, level_of, method))]
pub(crate) fn poisson_intervals(
    py: Python<'_>,
    counts: Given<'_, '_>,
    level_of: f64,
    method: &str,
) -> PyResult<Table> {
    let counts = Input::of("counts", counts)?;
    let level = level(level_of)?;
    let inputs = [("counts", &counts)];
    let many: OfCounts = match method {
        "exact_or_byar" => disparity_stats::poisson_count_intervals,
        "exact" => disparity_stats::exact_poisson_intervals,
        _ => {
            let one = match method {
                "byar" => disparity_stats::byar,
                "byar_mid_p" => disparity_stats::byar_mid_p,
                "mid_p" => disparity_stats::mid_p_poisson,
                "wald" => disparity_stats::wald_poisson,
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
            return each(py, inputs, INTERVAL, |[count]| one(count, level).map(ends));
        }
    };
    many_counts(py, &counts, level, many)
}

/// Intervals of counts of which many may be the same: each piece of them is given to a function that remembers.
fn many_counts(
    py: Python<'_>,
    counts: &Input<'_>,
    level: Level,
    many: OfCounts,
) -> PyResult<Table> {
    let all = length(&[("counts", counts)])?;
    let values = counts.values()?;
    let mut low = vec![0.0; all];
    let mut high = vec![0.0; all];
    let mut valid = vec![true; all];
    let done: Vec<Result<(), Refused>> = py.detach(|| {
        let parts = low
            .par_chunks_mut(ROWS)
            .zip(high.par_chunks_mut(ROWS))
            .zip(valid.par_chunks_mut(ROWS))
            .enumerate();
        let part = |(part, ((low, high), valid)): (usize, (Ends<'_>, &mut [bool]))| {
            let first = part * ROWS;
            // Absent ones are computed as 0 and left out.
            let mut given = Vec::with_capacity(valid.len());
            for (at, valid) in valid.iter_mut().enumerate() {
                let value = values.at(first + at);
                *valid = value.is_some();
                given.push(value.unwrap_or(0.0));
            }
            let made = many(&given, level).map_err(|error| match error {
                Error::At { index, cause } => Refused {
                    row: first + index,
                    error: *cause,
                },
                error => Refused { row: first, error },
            })?;
            for ((low, high), interval) in low.iter_mut().zip(high).zip(made) {
                (*low, *high) = (interval.low, interval.high);
            }
            Ok(())
        };
        parts.map(part).collect()
    });
    first_refused(done)?;
    table(INTERVAL, [low, high], valid)
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
    let (counts, whole) = (
        Input::of("counts", counts)?,
        Input::of("denominators", denominators)?,
    );
    let level = level(level_of)?;
    let inputs = [("counts", &counts), ("denominators", &whole)];
    each(py, inputs, ESTIMATE, |[count, whole]| {
        let rate = disparity_stats::crude_rate(count, whole, level)?;
        let [low, high] = ends(rate.interval);
        Ok([rate.value * per, low * per, high * per])
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
    let inputs = [("observed", &observed), ("expected", &expected)];
    each(py, inputs, ESTIMATE, |[observed, expected]| {
        let ratio = disparity_stats::indirect_ratio(observed, expected, level)?;
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
        // A ratio's denominator is the expected count, and its target 1.
        "ratio" => each(py, inputs, INTERVAL, |[expected]| {
            let [low, high] = ends(disparity_stats::funnel_ratio(expected, level)?);
            Ok([low * target, high * target])
        }),
        _ => Err(unknown("of", of, &["rate", "proportion", "ratio"])),
    }
}
