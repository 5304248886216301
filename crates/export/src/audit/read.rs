//! Files of ours as a reader has them: CSV and Parquet, by the names of their columns.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use disparity_core::Catalogue;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::printed::{Names, Output};
use super::{estimates, journeys, prior_help};
use crate::answers::{JOURNEY_HEADER, PRIOR_HELP_HEADER};

/// What cannot be audited.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// A file that cannot be opened, or is not what its name says.
    #[error("cannot read `{}`: {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        reason: String,
    },
    /// Nothing there has the columns of an output with counts.
    #[error("`{}` holds no output of `prior-help`, `journeys` or `run --returns`", .path.display())]
    NothingOfOurs {
        /// The file or folder.
        path: PathBuf,
    },
    /// Published figures are not made of records.
    #[error("`{}` is a run of published figures, which their publisher has protected", .path.display())]
    Published {
        /// The folder.
        path: PathBuf,
    },
}

/// A field of a row, by the name of its column; empty where there is none.
pub(super) type Row<'a> = &'a dyn Fn(&str) -> &'a str;

/// Columns that tell the table of estimates from others.
const OF_ESTIMATES: [&str; 6] = [
    "time_period",
    "geographic_level",
    "new_la_code",
    "indicator",
    "numerator",
    "timing",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    PriorHelp,
    Journeys,
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

    const fn word(self) -> &'static str {
        match self {
            Self::PriorHelp => "prior-help",
            Self::Journeys => "journeys",
            Self::Estimates => "run --returns",
        }
    }
}

/// Reads a file, or every CSV and Parquet of ours in a folder.
pub(super) fn read(
    path: &Path,
    names: &mut Names,
    catalogue: &Catalogue,
) -> Result<Output, AuditError> {
    let mut out = Output {
        name: path.display().to_string(),
        ..Output::default()
    };
    let mut files = vec![path.to_owned()];
    if let Ok(entries) = std::fs::read_dir(path) {
        let entries = entries.filter_map(|entry| Some(entry.ok()?.path()));
        files = entries.collect();
        files.sort();
        manifest(path, &mut out)?;
    }
    let ends = |file: &Path, end: &str| file.extension().is_some_and(|own| own == end);
    let mut found = false;
    for file in &files {
        if ends(file, "parquet") {
            found |= parquet(file, &mut out, names, catalogue)?;
        } else if ends(file, "csv") || *file == path {
            // The same table as Parquet is whole.
            if files.contains(&file.with_extension("parquet")) {
                continue;
            }
            found |= csv(file, &mut out, names, catalogue)?;
        }
    }
    let path = path.to_owned();
    if found {
        Ok(out)
    } else {
        Err(AuditError::NothingOfOurs { path })
    }
}

fn failed(path: &Path, reason: &impl ToString) -> AuditError {
    AuditError::File {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

/// What the manifest of a run says of its protection.
fn manifest(folder: &Path, out: &mut Output) -> Result<(), AuditError> {
    let path = folder.join("manifest.json");
    if !path.is_file() {
        return Ok(());
    }
    #[expect(clippy::disallowed_methods, reason = "what is audited is read here")]
    let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, &error))?;
    let value: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| failed(&path, &error))?;
    let word = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
    if word("disclosure_policy") == Some("published") {
        let path = folder.to_owned();
        return Err(AuditError::Published { path });
    }
    out.unprotected = word("unprotected").map(str::to_owned);
    let synthetic = value.get("synthetic").and_then(serde_json::Value::as_bool);
    out.synthetic |= synthetic.unwrap_or(false);
    Ok(())
}

/// Takes in the rows of a table.
struct Taking<'a> {
    table: Table,
    out: &'a mut Output,
    names: &'a mut Names,
    catalogue: &'a Catalogue,
}

impl Taking<'_> {
    fn row(&mut self, row: Row<'_>) {
        match self.table {
            Table::PriorHelp => prior_help::take(self.out, self.names, row),
            Table::Journeys => journeys::take(self.out, self.names, row),
            Table::Estimates => estimates::take(self.out, self.names, self.catalogue, row),
        }
        let reason = row("unprotected");
        if !reason.is_empty() {
            self.out.unprotected = Some(reason.to_owned());
        }
        self.out.synthetic |= row("synthetic") == "true";
    }
}

fn csv(
    path: &Path,
    out: &mut Output,
    names: &mut Names,
    catalogue: &Catalogue,
) -> Result<bool, AuditError> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| failed(path, &error))?;
    let header = reader
        .headers()
        .map_err(|error| failed(path, &error))?
        .clone();
    let header: Vec<String> = header.iter().map(str::to_owned).collect();
    let Some(table) = Table::of(&header) else {
        return Ok(false);
    };
    let columns: BTreeMap<&str, usize> = header.iter().map(String::as_str).zip(0..).collect();
    out.kinds.push(table.word());
    let mut taking = Taking {
        table,
        out,
        names,
        catalogue,
    };
    for record in reader.records() {
        let record = record.map_err(|error| failed(path, &error))?;
        let field = |name: &str| {
            columns
                .get(name)
                .and_then(|at| record.get(*at))
                .unwrap_or("")
        };
        taking.row(&field);
    }
    Ok(true)
}

fn parquet(
    path: &Path,
    out: &mut Output,
    names: &mut Names,
    catalogue: &Catalogue,
) -> Result<bool, AuditError> {
    #[expect(clippy::disallowed_methods, reason = "what is audited is read here")]
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
        return Ok(false);
    };
    let columns: BTreeMap<&str, usize> = header.iter().map(String::as_str).zip(0..).collect();
    out.kinds.push(table.word());
    let batches = reader.build().map_err(|error| failed(path, &error))?;
    let mut taking = Taking {
        table,
        out,
        names,
        catalogue,
    };
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
            taking.row(&field);
        }
    }
    Ok(true)
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
