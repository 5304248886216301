//! Tables of ours read back as a reader has them, row by row: CSV and Parquet, by the names of their columns.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::answers::{JOURNEY_HEADER, PRIOR_HELP_HEADER};

/// A field of a row, by the name of its column; empty where there is none.
pub(crate) type Row<'a> = &'a dyn Fn(&str) -> &'a str;

/// Columns that tell the table of estimates from others.
const OF_ESTIMATES: [&str; 6] = [
    "time_period",
    "geographic_level",
    "new_la_code",
    "indicator",
    "numerator",
    "timing",
];

/// A table that holds counts of children.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    /// Of `prior-help`.
    PriorHelp,
    /// Of `journeys`.
    Journeys,
    /// Of `run`.
    Estimates,
}

impl Table {
    /// Which table has these columns. Columns that were added since are not asked for.
    fn of(header: &[String]) -> Option<Self> {
        let has = |names: &[&str]| {
            names
                .iter()
                .all(|name| header.iter().any(|own| own == name))
        };
        if has(&PRIOR_HELP_HEADER[..28]) {
            Some(Self::PriorHelp)
        } else if has(&JOURNEY_HEADER[..15]) {
            Some(Self::Journeys)
        } else if has(&OF_ESTIMATES) && !header.iter().any(|own| own == "comparator_type") {
            Some(Self::Estimates)
        } else {
            None
        }
    }

    /// The command that prints it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::PriorHelp => "prior-help",
            Self::Journeys => "journeys",
            Self::Estimates => "run --returns",
        }
    }
}

/// A file that cannot be opened, or is not what its name says.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`: {reason}", .path.display())]
pub(crate) struct RowsError {
    /// The file.
    pub(crate) path: PathBuf,
    /// What the reader said.
    pub(crate) reason: String,
}

fn failed(path: &Path, reason: &impl ToString) -> RowsError {
    RowsError {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

/// Goes through a file, or every CSV and Parquet of ours in a folder: gives each row, with its file and table,
/// to whoever takes it. Of a table that is there in both, the Parquet, which is whole. Which tables there were.
pub(crate) fn each_row(
    path: &Path,
    mut take: impl FnMut(&Path, Table, Row<'_>),
) -> Result<Vec<Table>, RowsError> {
    let mut files = vec![path.to_owned()];
    if let Ok(entries) = std::fs::read_dir(path) {
        let entries = entries.filter_map(|entry| Some(entry.ok()?.path()));
        files = entries.collect();
        files.sort();
    }
    let ends = |file: &Path, end: &str| file.extension().is_some_and(|own| own == end);
    let mut found = Vec::new();
    for file in &files {
        if ends(file, "parquet") {
            found.extend(parquet(file, &mut take)?);
        } else if ends(file, "csv") || *file == path {
            if files.contains(&file.with_extension("parquet")) {
                continue;
            }
            found.extend(csv(file, &mut take)?);
        }
    }
    Ok(found)
}

/// The digest of a file.
pub(crate) fn digest_of(path: &Path) -> Result<String, RowsError> {
    #[expect(clippy::disallowed_methods, reason = "outputs are read back here")]
    let bytes = std::fs::read(path).map_err(|error| failed(path, &error))?;
    Ok(crate::sink::digest(&bytes))
}

fn csv(
    path: &Path,
    take: &mut impl FnMut(&Path, Table, Row<'_>),
) -> Result<Option<Table>, RowsError> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| failed(path, &error))?;
    let header = reader
        .headers()
        .map_err(|error| failed(path, &error))?
        .clone();
    let header: Vec<String> = header.iter().map(str::to_owned).collect();
    let Some(table) = Table::of(&header) else {
        return Ok(None);
    };
    let columns: BTreeMap<&str, usize> = header.iter().map(String::as_str).zip(0..).collect();
    for record in reader.records() {
        let record = record.map_err(|error| failed(path, &error))?;
        let field = |name: &str| {
            columns
                .get(name)
                .and_then(|at| record.get(*at))
                .unwrap_or("")
        };
        take(path, table, &field);
    }
    Ok(Some(table))
}

fn parquet(
    path: &Path,
    take: &mut impl FnMut(&Path, Table, Row<'_>),
) -> Result<Option<Table>, RowsError> {
    #[expect(clippy::disallowed_methods, reason = "outputs are read back here")]
    let file = std::fs::File::open(path).map_err(|error| failed(path, &error))?;
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| failed(path, &error))?;
    let header: Vec<String> = reader
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let Some(table) = Table::of(&header) else {
        return Ok(None);
    };
    let columns: BTreeMap<&str, usize> = header.iter().map(String::as_str).zip(0..).collect();
    let batches = reader.build().map_err(|error| failed(path, &error))?;
    for batch in batches {
        let batch = batch.map_err(|error| failed(path, &error))?;
        for row in 0..batch.num_rows() {
            let fields: Vec<String> = (0..header.len()).map(|at| text(&batch, at, row)).collect();
            let symbol = columns.get("symbol").map_or("", |at| fields[*at].as_str());
            let field = |name: &str| match columns.get(name) {
                // A count that is not there is null, and the symbol says why.
                Some(at) if fields[*at].is_empty() && name == "numerator" => symbol,
                Some(at) => fields[*at].as_str(),
                None => "",
            };
            take(path, table, &field);
        }
    }
    Ok(Some(table))
}

/// A field of Parquet as text; empty where it is null.
fn text(batch: &RecordBatch, column: usize, row: usize) -> String {
    let array = batch.column(column);
    if array.is_null(row) {
        String::new()
    } else if let Some(texts) = array.as_string_opt::<i32>() {
        texts.value(row).to_owned()
    } else if let Some(whole) = array.as_primitive_opt::<Int64Type>() {
        whole.value(row).to_string()
    } else if let Some(numbers) = array.as_primitive_opt::<Float64Type>() {
        numbers.value(row).to_string()
    } else {
        String::new()
    }
}
