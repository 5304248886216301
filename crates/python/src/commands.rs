//! Commands in this process, watched: progress is told, and Ctrl-C stops them.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use arrow_array::{ArrayRef, Float64Array, StringArray};
use disparity_cli::embed::{self, Failure, Watch};
use disparity_core::Symbol;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::failure::{broken, raised};
use crate::forked;
use crate::release::Release;
use crate::table::Table;

/// How often whoever waits looks up.
const LOOK: Duration = Duration::from_millis(50);

/// Runs work in a thread of its own. Meanwhile Python's signals are heard, and a callable is told each new stage.
pub(crate) fn watched<T: Send>(
    py: Python<'_>,
    progress: Option<Py<PyAny>>,
    work: impl FnOnce(&Arc<Watch>) -> Result<T, Failure> + Send,
) -> PyResult<T> {
    if forked::is_child() {
        return Err(PyRuntimeError::new_err(forked::REFUSED));
    }
    let watch = Arc::new(Watch::default());
    let seen = Arc::clone(&watch);
    let waiting = thread::current();
    let (done, stopped) = py.detach(|| {
        thread::scope(|scope| {
            let worker = scope.spawn(move || {
                let done = work(&seen);
                waiting.unpark();
                done
            });
            let mut last = String::new();
            let mut stopped = None;
            while !worker.is_finished() {
                thread::park_timeout(LOOK);
                if stopped.is_some() {
                    continue;
                }
                let stage = watch.stage();
                let heard = Python::attach(|py| {
                    py.check_signals()?;
                    match &progress {
                        Some(progress) if stage != last && !stage.is_empty() => {
                            progress.call1(py, (stage.as_str(),)).map(drop)
                        }
                        _ => Ok(()),
                    }
                });
                last = stage;
                if let Err(error) = heard {
                    watch.stop();
                    stopped = Some(error);
                }
            }
            (worker.join(), stopped)
        })
    });
    if let Some(error) = stopped {
        return Err(error);
    }
    match done {
        Ok(done) => done.map_err(|failure| raised(py, failure)),
        Err(_) => Err(broken(
            "the engine failed in a way that it does not know; please report what was asked",
        )),
    }
}

/// Runs a command by its words: what it prints, what it notes, and whether all was well.
#[pyfunction]
#[pyo3(signature = (words, progress=None))]
pub(crate) fn command(
    py: Python<'_>,
    words: Vec<String>,
    progress: Option<Py<PyAny>>,
) -> PyResult<(String, Vec<String>, bool)> {
    let said = watched(py, progress, |watch| embed::command(&words, watch))?;
    Ok((said.text, said.told, said.is_well))
}

/// What `disparity prior-help` with these words prints, as a table; and its notes.
#[pyfunction]
#[pyo3(signature = (words, progress=None))]
pub(crate) fn prior_help(
    py: Python<'_>,
    words: Vec<String>,
    progress: Option<Py<PyAny>>,
) -> PyResult<(Table, Vec<String>)> {
    let (table, told) = watched(py, progress, |watch| embed::prior_help(&words, watch))?;
    Ok((table.into(), told))
}

/// Does what `disparity run` with these words does, in memory.
#[pyfunction]
#[pyo3(signature = (words, progress=None))]
pub(crate) fn run(
    py: Python<'_>,
    words: Vec<String>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Release> {
    Ok(Release::new(watched(py, progress, |watch| {
        embed::run(&words, watch)
    })?))
}

/// Reads a table that a command has written: of a folder whose manifest says that it is a release or an assessment, and
/// never of a store of children.
#[pyfunction]
#[expect(
    clippy::disallowed_methods,
    reason = "a file of a folder that the user named"
)]
pub(crate) fn read_parquet(path: std::path::PathBuf, answer: bool) -> PyResult<Table> {
    if !answer && !is_told(&path) {
        let message = "this is no folder of results: of a store of returns ask prior_help, journeys or run(returns=…)";
        return Err(PyValueError::new_err(message));
    }
    let file = std::fs::File::open(path)?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(broken)?;
    let schema = Arc::clone(reader.schema());
    let batches = reader.build().map_err(broken)?;
    let batches = batches.collect::<Result<_, _>>().map_err(broken)?;
    Ok(Table::new(schema, batches))
}

/// Whether the manifest beside a file says that what it lists has passed the gate.
#[expect(
    clippy::disallowed_methods,
    reason = "a file of a folder that the user named"
)]
fn is_told(path: &Path) -> bool {
    let manifest = path.parent().map(|folder| folder.join("manifest.json"));
    let text = manifest.and_then(|file| std::fs::read_to_string(file).ok());
    text.is_some_and(|text| text.contains("\"disclosure_policy\""))
}

/// What a command prints as CSV, as a table: those columns are numbers whose names are among the given, the others text.
#[pyfunction]
pub(crate) fn csv_table(text: &str, numbers: Vec<String>) -> PyResult<Table> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(broken)?.clone();
    let records = reader.records().collect::<Result<Vec<_>, _>>();
    let records = records.map_err(broken)?;
    let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
    for (at, name) in header.iter().enumerate() {
        let texts = records.iter().map(|record| {
            let text = record.get(at).unwrap_or_default();
            (!text.is_empty()).then_some(text)
        });
        let array: ArrayRef = if numbers.iter().any(|own| own == name) {
            // A figure that is absent is printed as its symbol.
            let figures = texts.map(|text| text.filter(|own| Symbol::from_mark(own).is_none()));
            let parsed = figures.map(|text| text.map(str::parse::<f64>).transpose());
            let parsed = parsed.collect::<Result<Float64Array, _>>();
            Arc::new(parsed.map_err(|error| broken(format!("column {name}: {error}")))?)
        } else {
            Arc::new(texts.collect::<StringArray>())
        };
        columns.push((name, array));
    }
    let first = |name: &str| {
        let at = header.iter().position(|own| own == name)?;
        let own = records.first()?.get(at)?;
        (!own.is_empty() && own != "false").then(|| own.to_owned())
    };
    // What every row says is said of the table as well.
    let marks = ["synthetic", "unprotected"];
    let about = marks.map(|name| first(name).map(|own| (name.to_owned(), own)));
    let made = Table::of(columns).map_err(broken)?;
    Ok(made.about_itself(about.into_iter().flatten().collect()))
}
