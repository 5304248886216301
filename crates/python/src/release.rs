//! A run in memory.

use std::fmt::Write as _;

use disparity_cli::embed;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;

use crate::failure::raised;
use crate::table::{Table, escaped};

/// Figures that have passed the gate, with the tables, the page and the manifest that `disparity run` would write.
#[pyclass(frozen, module = "disparity")]
pub(crate) struct Release {
    run: embed::Run,
}

impl Release {
    pub(crate) const fn new(run: embed::Run) -> Self {
        Self { run }
    }
}

#[pymethods]
impl Release {
    /// The names of its tables.
    #[getter]
    fn tables(&self) -> Vec<&'static str> {
        self.run.tables()
    }

    /// A table by its name.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
        let made = py.detach(|| self.run.table(name));
        if let Some(table) = made.map_err(|failure| raised(py, failure))? {
            return Ok(table.into());
        }
        let known = self.run.tables();
        let hint = disparity_core::did_you_mean(name, known.iter().copied());
        let hint = hint.unwrap_or_else(|| format!("there are {}", known.join(", ")));
        Err(PyKeyError::new_err(format!("no table {name:?}: {hint}")))
    }

    fn __getitem__(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
        self.table(py, name)
    }

    /// Rates and proportions with their intervals.
    #[getter]
    fn estimates(&self, py: Python<'_>) -> PyResult<Table> {
        self.table(py, "estimates")
    }

    /// Expected counts beside what was counted.
    #[getter]
    fn expected(&self, py: Python<'_>) -> PyResult<Table> {
        self.table(py, "expected")
    }

    /// Comparisons between areas, years and groups.
    #[getter]
    fn contrasts(&self, py: Python<'_>) -> PyResult<Table> {
        self.table(py, "contrasts")
    }

    /// What must be known of the figures.
    #[getter]
    fn issues(&self, py: Python<'_>) -> PyResult<Table> {
        self.table(py, "issues")
    }

    /// Notes and warnings of the run.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.run.told.clone()
    }

    /// Whether everything that was asked for and read is in it.
    #[getter]
    const fn is_whole(&self) -> bool {
        self.run.is_whole
    }

    /// Inputs with their digests, the plan and the version, as JSON.
    #[getter]
    fn manifest(&self) -> String {
        self.run.manifest()
    }

    /// The page with charts and tables, as HTML.
    fn page(&self, py: Python<'_>) -> PyResult<String> {
        let page = py.detach(|| self.run.page());
        page.map_err(|failure| raised(py, failure))
    }

    fn __repr__(&self) -> String {
        let mark = self.run.says_of_itself();
        let mark = mark.map_or_else(String::new, |mark| format!("{mark}: "));
        format!(
            "<disparity.Release: {mark}{}>",
            self.run.tables().join(", ")
        )
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let mut html = self.run.says_of_itself().map_or_else(String::new, |mark| {
            format!("<p><strong>{}</strong></p>", escaped(&mark))
        });
        html += "<ul>";
        for name in self.run.tables() {
            let rows = self.table(py, name)?.rows();
            let name = escaped(name);
            let _ = write!(html, "<li><code>{name}</code>: {rows} rows</li>");
        }
        Ok(html + "</ul>")
    }
}
