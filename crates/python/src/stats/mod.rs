//! The statistics over columns: what `disparity-stats` computes of one row, of all rows at once, on all cores.
//!
//! `rows` are of each row by itself, `groups` of rows that belong together, `models` of all.

pub(crate) mod groups;
pub(crate) mod models;
pub(crate) mod rows;

use disparity_stats::{Error, Estimate, Interval, Level};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::failure::broken;
use crate::forked;
use crate::input::{Input, Values, column, length};
use crate::table::Table;

/// Rows that a core takes at a time.
const ROWS: usize = 1 << 14;

type Given<'a, 'py> = &'a Bound<'py, PyAny>;

fn level(value: f64) -> PyResult<Level> {
    Level::new(value).map_err(|error| PyValueError::new_err(error.to_string()))
}

fn refused(error: Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// A part of the rows: the first, the columns that are made, and whether each row has what is made.
type Part<'a> = (usize, Vec<&'a mut [f64]>, &'a mut [bool]);

/// Does work on parts side by side; one after another where there is one, or no thread to share it with.
fn side_by_side<P: Send, R: Send>(parts: Vec<P>, work: impl Fn(P) -> R + Send + Sync) -> Vec<R> {
    if parts.len() < 2 || forked::is_child() {
        parts.into_iter().map(work).collect()
    } else {
        parts.into_par_iter().map(work).collect()
    }
}

/// What went wrong in the first row that is refused.
struct Refused {
    row: usize,
    error: Error,
}

/// Computes `OUT` numbers of `IN` numbers for every row. A row with an absent number has none.
fn each<const IN: usize, const OUT: usize>(
    py: Python<'_>,
    inputs: [(&str, &Input<'_>); IN],
    names: [&str; OUT],
    of_row: impl Fn([f64; IN]) -> Result<[f64; OUT], Error> + Sync,
) -> PyResult<Table> {
    let all = length(&inputs)?;
    let mut values: Vec<Values<'_>> = Vec::with_capacity(IN);
    for (_, input) in &inputs {
        values.push(input.values()?);
    }
    let values = values.as_slice();
    let mut out: [Vec<f64>; OUT] = std::array::from_fn(|_| vec![0.0; all]);
    let mut valid = vec![true; all];
    let done = py.detach(|| {
        let mut columns: Vec<_> = out.iter_mut().map(|own| own.chunks_mut(ROWS)).collect();
        let parts: Vec<Part<'_>> = valid
            .chunks_mut(ROWS)
            .enumerate()
            .map(|(part, valid)| {
                let own = columns.iter_mut().filter_map(Iterator::next).collect();
                (part * ROWS, own, valid)
            })
            .collect();
        let part = |(first, mut own, valid): Part<'_>| {
            for (at, valid) in valid.iter_mut().enumerate() {
                let mut given = [0.0; IN];
                let mut absent = false;
                for (given, values) in given.iter_mut().zip(values) {
                    match values.at(first + at) {
                        Some(value) => *given = value,
                        None => absent = true,
                    }
                }
                if absent {
                    *valid = false;
                    continue;
                }
                let row = first + at;
                let made = of_row(given).map_err(|error| Refused { row, error })?;
                for (own, value) in own.iter_mut().zip(made) {
                    own[at] = value;
                }
            }
            Ok(())
        };
        side_by_side(parts, part)
    });
    first_refused(done)?;
    table(names, out, valid)
}

/// The first row that was refused, as an error.
fn first_refused(done: Vec<Result<(), Refused>>) -> PyResult<()> {
    match done.into_iter().find_map(Result::err) {
        Some(Refused { row, error }) => Err(PyValueError::new_err(format!("row {row}: {error}"))),
        None => Ok(()),
    }
}

fn table<const OUT: usize>(
    names: [&str; OUT],
    out: [Vec<f64>; OUT],
    valid: Vec<bool>,
) -> PyResult<Table> {
    let valid = valid.contains(&false).then_some(valid);
    let columns = names.into_iter().zip(out);
    let columns = columns.map(|(name, own)| (name, column(own, valid.clone())));
    Table::of(columns.collect()).map_err(broken)
}

fn ends(interval: Interval) -> [f64; 2] {
    [interval.low, interval.high]
}

fn parts(estimate: Estimate) -> [f64; 3] {
    let [low, high] = ends(estimate.interval);
    [estimate.value, low, high]
}

fn unknown(what: &str, found: &str, known: &[&str]) -> PyErr {
    let message = format!(
        "{what} cannot be {found:?}: use one of {}",
        known.join(", ")
    );
    PyValueError::new_err(message)
}

const INTERVAL: [&str; 2] = ["low", "high"];
const ESTIMATE: [&str; 3] = ["estimate", "low", "high"];

/// What a method is, as `disparity method` says it.
#[pyfunction]
pub(crate) fn method_text(name: &str) -> PyResult<String> {
    match disparity_stats::method(name) {
        Some(method) => Ok(method.for_reading(1)),
        None => {
            let known = disparity_stats::methods();
            let known = known.iter().map(|own| own.name);
            let hint = disparity_core::did_you_mean(name, known).unwrap_or_default();
            Err(PyKeyError::new_err(format!("no method {name:?}: {hint}")))
        }
    }
}

/// The names of all methods.
#[pyfunction]
pub(crate) fn methods() -> Vec<&'static str> {
    let known = disparity_stats::methods();
    known.iter().map(|own| own.name).collect()
}
