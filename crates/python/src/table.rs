//! A table, as Arrow and as something to look at.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator, new_empty_array};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use disparity_export::ArrowTable;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use crate::column::{Column, value};
use crate::failure::broken;

/// A table of results. `polars.DataFrame(table)`, `pandas.DataFrame.from_arrow(table)`, `pyarrow.table(table)` and DuckDB take
/// it; none of them has to be there.
#[pyclass(frozen, module = "disparity")]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

/// Rows that are shown.
const SHOWN: usize = 10;

/// Signs in a line of a terminal.
const WIDE: usize = 80;

impl From<ArrowTable> for Table {
    fn from(table: ArrowTable) -> Self {
        Self {
            schema: table.schema,
            batches: table.batches,
        }
    }
}

impl Table {
    pub(crate) fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { schema, batches }
    }

    /// A table of columns that are as long as one another.
    pub(crate) fn of(columns: Vec<(&str, ArrayRef)>) -> Result<Self, ArrowError> {
        let fields = columns
            .iter()
            .map(|(name, array)| arrow_schema::Field::new(*name, array.data_type().clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)?;
        Ok(Self {
            schema,
            batches: vec![batch],
        })
    }

    /// The same with what is said of it.
    pub(crate) fn about_itself(self, about: HashMap<String, String>) -> Self {
        let schema = self.schema.as_ref().clone().with_metadata(about);
        Self {
            schema: Arc::new(schema),
            batches: self.batches,
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn column(&self, at: usize) -> PyResult<ArrayRef> {
        match self.batches.as_slice() {
            [] => Ok(new_empty_array(self.schema.field(at).data_type())),
            [one] => Ok(Arc::clone(one.column(at))),
            several => {
                let all: Vec<&dyn arrow_array::Array> =
                    several.iter().map(|own| own.column(at).as_ref()).collect();
                arrow_select::concat::concat(&all).map_err(broken)
            }
        }
    }

    /// The first rows, each with its texts; absent ones empty.
    fn shown(&self, py: Python<'_>) -> PyResult<Vec<Vec<String>>> {
        let mut rows = Vec::new();
        for batch in &self.batches {
            for row in 0..batch.num_rows() {
                if rows.len() == SHOWN {
                    return Ok(rows);
                }
                let texts = batch.columns().iter().map(|array| {
                    let own = value(py, array, row)?;
                    if own.is_none(py) {
                        return Ok(String::new());
                    }
                    match array.data_type() {
                        DataType::Float64 => Ok(format!("{:.6}", own.extract::<f64>(py)?)
                            .trim_end_matches('0')
                            .trim_end_matches('.')
                            .to_owned()),
                        _ => Ok(own.bind(py).str()?.to_string()),
                    }
                });
                rows.push(texts.collect::<PyResult<Vec<String>>>()?);
            }
        }
        Ok(rows)
    }

    fn said(&self) -> String {
        let rows = self.rows();
        let columns = self.schema.fields().len();
        let mut said = format!("{rows} rows, {columns} columns");
        // A figure of invented children, or one that nothing protects, is not shown without its mark.
        let about = self.schema.metadata();
        if about.contains_key("synthetic") {
            said += "; SYNTHETIC: these children are invented";
        }
        if let Some(reason) = about.get("unprotected") {
            let _ = write!(said, "; UNPROTECTED: nothing is withheld ({reason})");
        }
        said
    }
}

#[pymethods]
impl Table {
    /// Names of the columns, in order.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        let fields = self.schema.fields().iter();
        fields.map(|field| field.name().clone()).collect()
    }

    /// Where the figures are from: sources, licence, program, the digest of the run.
    #[getter]
    fn about<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let mut known: Vec<_> = self.schema.metadata().iter().collect();
        known.sort();
        let about = PyDict::new(py);
        for (key, value) in known {
            about.set_item(key, value)?;
        }
        Ok(about)
    }

    /// What each column holds, by its name.
    #[getter]
    fn labels<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let labels = PyDict::new(py);
        for field in self.schema.fields() {
            labels.set_item(field.name(), field.metadata().get("label"))?;
        }
        Ok(labels)
    }

    /// How many rows there are.
    #[getter]
    fn num_rows(&self) -> usize {
        self.rows()
    }

    fn __len__(&self) -> usize {
        self.rows()
    }

    fn __getitem__(&self, name: &str) -> PyResult<Column> {
        match self.schema.index_of(name) {
            Ok(at) => Ok(Column {
                array: self.column(at)?,
            }),
            Err(_) => {
                let known = self.column_names();
                let known = known.iter().map(String::as_str);
                let hint = disparity_core::did_you_mean(name, known);
                let hint = hint.unwrap_or_else(|| "column_names lists them".to_owned());
                Err(PyKeyError::new_err(format!("no column {name:?}: {hint}")))
            }
        }
    }

    /// The rows as dicts, with `None` for what is absent.
    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let mut rows = Vec::with_capacity(self.rows());
        for batch in &self.batches {
            for row in 0..batch.num_rows() {
                let own = PyDict::new(py);
                for (field, array) in self.schema.fields().iter().zip(batch.columns()) {
                    own.set_item(field.name(), value(py, array, row)?)?;
                }
                rows.push(own);
            }
        }
        Ok(rows)
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref()).map_err(broken)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The table by the Arrow `PyCapsule` interface, without a copy.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A producer may leave a request for other types unanswered.
        drop(requested_schema);
        let batches: Vec<Result<RecordBatch, ArrowError>> =
            self.batches.iter().cloned().map(Ok).collect();
        let reader = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
        let stream = FFI_ArrowArrayStream::new(Box::new(reader));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// A line for each column with its first values, as wide as a terminal.
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let rows = self.shown(py)?;
        let names = self.column_names();
        let longest = names.iter().map(|name| name.chars().count()).max();
        let longest = longest.unwrap_or_default();
        let mut text = format!("<disparity.Table: {}>", self.said());
        for (at, name) in names.iter().enumerate() {
            let values = rows.iter().filter_map(|row| row.get(at));
            let values = values.map(|text| if text.is_empty() { "–" } else { text });
            let mut line = format!("  {name:longest$}  ");
            line += &values.collect::<Vec<&str>>().join(", ");
            if rows.len() < self.rows() {
                line += ", …";
            }
            if line.chars().count() > WIDE {
                line = line.chars().take(WIDE - 1).collect();
                line.push('…');
            }
            let _ = write!(text, "\n{}", line.trim_end());
        }
        Ok(text)
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let mut html = String::from("<table><caption>");
        let said = escaped(&self.said());
        let _ = write!(html, "{said}</caption><thead><tr>");
        for field in self.schema.fields() {
            let label = field.metadata().get("label").map_or("", String::as_str);
            let (name, label) = (escaped(field.name()), escaped(label));
            let _ = write!(html, "<th scope=\"col\" title=\"{label}\">{name}</th>");
        }
        html += "</tr></thead><tbody>";
        let shown = self.shown(py)?;
        for row in &shown {
            html += "<tr>";
            for text in row {
                let _ = write!(html, "<td>{}</td>", escaped(text));
            }
            html += "</tr>";
        }
        html += "</tbody></table>";
        if shown.len() < self.rows() {
            let more = self.rows() - shown.len();
            let _ = write!(html, "<p>… and {more} more rows</p>");
        }
        Ok(html)
    }
}

/// Text as HTML has it.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
