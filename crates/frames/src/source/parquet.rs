//! Parquet, a row group at a time. Text is read as the dictionary that it is stored as, so that a word is looked up
//! once in a row group however many rows have it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use super::arrow::Converter;
use super::{Each, damaged, open as open_file};
use crate::batch::RowNumbers;
use crate::error::TableError;

/// Rows of a batch: those of a row group, if it is no larger.
const BATCH: usize = 1 << 17;

/// A row group of a file.
#[derive(Debug, Clone)]
pub(super) struct RowGroup {
    file: PathBuf,
    name: String,
    metadata: ArrowReaderMetadata,
    group: usize,
    /// Rows of the table before it.
    before: u64,
}

/// The Parquet files of a folder and of the folders in it, by name.
pub(super) fn files_of(folder: &Path, name: &str) -> Result<Vec<PathBuf>, TableError> {
    let fails = |error: std::io::Error| {
        TableError::of_file(
            name,
            format!("cannot read the folder: {error}"),
            "check the path",
        )
    };
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(fails)? {
            let path = entry.map_err(fails)?.path();
            let own = path
                .file_name()
                .map(|own| own.to_string_lossy().into_owned());
            let own = own.unwrap_or_default();
            if matches!(own.as_str(), "_delta_log" | "metadata") {
                let what = "this is a table with a log of its own (Delta or Iceberg), of which some files no longer count";
                let hint = "write the rows that count into plain Parquet files, and give those";
                return Err(TableError::of_file(name, what, hint));
            }
            // What is being written, and what systems keep beside tables.
            if own.starts_with(['_', '.']) {
                continue;
            }
            let ending = path.extension().and_then(|ending| ending.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if matches!(ending, Some("parquet" | "pq")) {
                files.push(path);
            }
        }
    }
    files.sort();
    if files.is_empty() {
        let what = "no file in the folder ends in .parquet";
        return Err(TableError::of_file(
            name,
            what,
            "give a folder of Parquet files, or one file",
        ));
    }
    Ok(files)
}

/// The columns of a file and its row groups. Counts its rows to those that were before it.
pub(super) fn open(
    path: &Path,
    name: &str,
    before: &mut u64,
) -> Result<(Vec<String>, Vec<RowGroup>), TableError> {
    let file = open_file(path, name)?;
    let broken = |error| damaged(name, "Parquet file", error);
    let stored = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(broken)?;
    let fields = stored.schema().fields().iter();
    let fields: Vec<Field> = fields.map(|field| as_dictionary(field)).collect();
    let columns = fields.iter().map(|field| field.name().clone()).collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    let metadata = ArrowReaderMetadata::try_new(Arc::clone(stored.metadata()), options);
    let metadata = metadata.map_err(broken)?;
    let mut groups = Vec::new();
    for (group, own) in metadata.metadata().row_groups().iter().enumerate() {
        groups.push(RowGroup {
            file: path.to_owned(),
            name: name.to_owned(),
            metadata: metadata.clone(),
            group,
            before: *before,
        });
        *before += u64::try_from(own.num_rows()).unwrap_or_default();
    }
    Ok((columns, groups))
}

/// Text is numbered, whatever it was written as.
fn as_dictionary(field: &Field) -> Field {
    let is_text = match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, words) => matches!(
            **words,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        ),
        _ => false,
    };
    if !is_text {
        return field.clone();
    }
    let numbered = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    Field::new(field.name(), numbered, field.is_nullable())
}

/// Reads a row group of a table.
pub(super) fn read(
    group: &RowGroup,
    table: &str,
    wanted: &[usize],
    each: Each<'_>,
) -> Result<(), TableError> {
    let name = group.name.as_str();
    let file = open_file(&group.file, name)?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, group.metadata.clone());
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.iter().copied());
    let reader = builder
        .with_projection(mask)
        .with_row_groups(vec![group.group])
        .with_batch_size(BATCH)
        .build()
        .map_err(|error| damaged(name, "Parquet file", error))?;
    let mut converter = Converter::new(table, wanted);
    // The heading is the first row.
    let mut first = group.before + 2;
    for batch in reader {
        let batch = batch.map_err(|error| damaged(name, "Parquet file", error))?;
        let rows = batch.num_rows();
        each(converter.batch(&batch, RowNumbers::From(first))?)?;
        first += rows as u64;
    }
    Ok(())
}
