//! Commands in steps, for engines with many machines: what workers add up is bytes until it has passed the gate.

use std::path::PathBuf;

use disparity_cli::embed::workers;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

use crate::commands::watched;
use crate::failure::raised;
use crate::release::Release;
use crate::table::Table;

/// The files of returns that can be read apart, by authority.
#[pyfunction]
#[pyo3(signature = (words, progress=None))]
pub(crate) fn parts(
    py: Python<'_>,
    words: Vec<String>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Vec<(String, Vec<String>)>> {
    watched(py, progress, |watch| workers::parts(&words, watch))
}

/// Builds the stores of some of them: how many children each has, and whether all went well.
#[pyfunction]
pub(crate) fn build_parts(
    py: Python<'_>,
    words: Vec<String>,
    parts: Vec<(String, Vec<String>)>,
) -> PyResult<Vec<(String, u64, bool)>> {
    watched(py, None, |watch| workers::build_parts(&words, parts, watch))
}

/// The stores in a folder of stores.
#[pyfunction]
pub(crate) fn stores(py: Python<'_>, folder: PathBuf) -> PyResult<Vec<PathBuf>> {
    workers::stores(&folder).map_err(|failure| raised(py, failure))
}

/// What workers are asked, as text.
#[pyfunction]
pub(crate) fn question(py: Python<'_>, words: Vec<String>) -> PyResult<String> {
    workers::question(&words).map_err(|failure| raised(py, failure))
}

/// What stores add up to: counts that nobody has protected, as bytes.
#[pyfunction]
pub(crate) fn sums(
    py: Python<'_>,
    question: String,
    stores: Vec<PathBuf>,
) -> PyResult<Bound<'_, PyBytes>> {
    let made = watched(py, None, |watch| workers::sums(&question, &stores, watch))?;
    Ok(PyBytes::new(py, &made))
}

/// What `disparity prior-help` prints of what was added up, as a table; and its notes.
#[pyfunction]
#[pyo3(signature = (words, sums, progress=None))]
pub(crate) fn prior_help_of(
    py: Python<'_>,
    words: Vec<String>,
    sums: Vec<PyBackedBytes>,
    progress: Option<Py<PyAny>>,
) -> PyResult<(Table, Vec<String>)> {
    let (table, told) = watched(py, progress, |watch| {
        workers::prior_help_of(&words, &workers::merged(&sums)?, watch)
    })?;
    Ok((table.into(), told))
}

/// What `disparity run` makes of what was added up.
#[pyfunction]
#[pyo3(signature = (words, sums, progress=None))]
pub(crate) fn run_of(
    py: Python<'_>,
    words: Vec<String>,
    sums: Vec<PyBackedBytes>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Release> {
    let run = watched(py, progress, |watch| {
        workers::run_of(&words, &workers::merged(&sums)?, watch)
    })?;
    Ok(Release::new(run))
}
