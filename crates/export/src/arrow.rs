//! Tables of a release in memory, as Arrow: what their Parquet files hold, for programs that this one is a part of.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use disparity_core::{Catalogue, Results};
use disparity_disclosure::Release;
use rayon::prelude::*;

use crate::column::{Column, Kind, TableView, Value};
use crate::manifest::Manifest;
use crate::tables;
use crate::write::unprotected;

/// Rows of a batch.
const ROWS: usize = 1 << 15;

/// A table as Arrow has it: plain strings, 64-bit integers and doubles, each column with its label.
#[derive(Debug, Clone)]
pub struct ArrowTable {
    /// Names, types and labels of the columns.
    pub schema: SchemaRef,
    /// The rows, in output order.
    pub batches: Vec<RecordBatch>,
}

/// The tables that a release can have, in the order of outputs.
pub const RELEASE_TABLES: [&str; 11] = [
    "estimates",
    "expected",
    "contrasts",
    "effects",
    "covariates",
    "fifths",
    "fits",
    "gradients",
    "intersections",
    "claims",
    "issues",
];

/// A table of a release; none of a name that is none of [`RELEASE_TABLES`]. What its Parquet file says of itself (sources,
/// licence, that children are invented) is said by its schema.
///
/// # Errors
/// [`ArrowError`], if columns and rows do not fit together.
pub fn arrow_table(
    release: &Release<Results>,
    catalogue: &Catalogue,
    manifest: &Manifest,
    name: &str,
) -> Result<Option<ArrowTable>, ArrowError> {
    let results = release.results();
    let made = match name {
        "estimates" => table(tables::estimates(results, catalogue), manifest),
        "expected" => table(tables::expected(results, catalogue), manifest),
        "contrasts" => table(tables::contrasts(results, catalogue), manifest),
        "effects" => table(tables::effects(results, catalogue), manifest),
        "covariates" => table(tables::covariates(results, catalogue), manifest),
        "fifths" => table(tables::fifths(results, catalogue), manifest),
        "fits" => {
            let figures = tables::fit_figures(results);
            table(tables::fits(results, &figures, catalogue), manifest)
        }
        "gradients" => table(tables::gradients(results, catalogue), manifest),
        "intersections" => table(tables::intersections(results, catalogue), manifest),
        "claims" => table(tables::claims(results, catalogue), manifest),
        "issues" => {
            let rows = tables::issue_rows(&results.issues, tables::last_year(results));
            table(tables::issues(&rows, catalogue), manifest)
        }
        _ => return Ok(None),
    };
    made.map(Some)
}

fn table<R: Sync>(
    mut table: TableView<'_, R>,
    manifest: &Manifest,
) -> Result<ArrowTable, ArrowError> {
    table
        .columns
        .extend(manifest.unprotected().map(unprotected));
    let about = manifest.about(table.name).into_iter();
    let about: HashMap<String, String> =
        about.map(|(key, value)| (key.to_owned(), value)).collect();
    let columns = &table.columns;
    let fields: Vec<Field> = columns.iter().map(field).collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, about));
    let batch = |rows: &[R]| {
        let arrays = columns.par_iter().map(|column| plain(column, rows));
        RecordBatch::try_new(Arc::clone(&schema), arrays.collect())
    };
    let batches = table.rows.chunks(ROWS).map(batch);
    Ok(ArrowTable {
        batches: batches.collect::<Result<_, _>>()?,
        schema,
    })
}

/// A column's name and type, with its label and decimals.
pub(crate) fn field<R>(column: &Column<'_, R>) -> Field {
    let kind = match column.kind {
        Kind::Text(_) => DataType::Utf8,
        Kind::Whole => DataType::Int64,
        Kind::Number => DataType::Float64,
    };
    let mut metadata = HashMap::from([("label".to_owned(), column.spec.label.to_string())]);
    if let Some(decimals) = column.spec.decimals {
        metadata.insert("decimals".to_owned(), decimals.to_string());
    }
    Field::new(column.spec.name.as_ref(), kind, true).with_metadata(metadata)
}

/// The values of a column, text as text.
pub(crate) fn plain<R>(column: &Column<'_, R>, rows: &[R]) -> ArrayRef {
    let values = TableView::values(column, rows);
    let Kind::Text(texts) = &column.kind else {
        return numbers(&column.kind, &values);
    };
    let text = |value: &Value| match value {
        Value::Text(position) => texts.get(*position as usize).map(String::as_str),
        _ => None,
    };
    Arc::new(values.iter().map(text).collect::<StringArray>())
}

/// Numbers; null where there is none.
pub(crate) fn numbers(kind: &Kind, values: &[Value]) -> ArrayRef {
    if matches!(kind, Kind::Whole) {
        let whole = |value: &Value| match value {
            Value::Whole(n) => Some(*n),
            _ => None,
        };
        return Arc::new(values.iter().map(whole).collect::<Int64Array>());
    }
    let number = |value: &Value| match value {
        Value::Number(x) => Some(*x),
        _ => None,
    };
    Arc::new(values.iter().map(number).collect::<Float64Array>())
}
