//! Tables to files: each written under a temporary name and renamed when it is whole.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use disparity_core::{Catalogue, Release};

use crate::Written;
use crate::column::TableView;
use crate::manifest::Manifest;
use crate::parquet_file::ParquetFile;
use crate::{csv, tables};

/// File rows handled at a time.
const CHUNK: usize = 32_768;

/// An output that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The system refused.
    #[error("cannot write `{}`: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The Parquet writer refused.
    #[error("cannot write `{}`: {source}", .path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: parquet::errors::ParquetError,
    },
}

/// Writes every table of a release into a folder that exists, and says how many rows each has.
///
/// # Errors
/// [`WriteError`] naming the file.
pub fn write_tables(
    release: &Release,
    catalogue: &Catalogue,
    folder: &Path,
) -> Result<Written, WriteError> {
    let results = release.results();
    // The larger tables first, so that two cores finish together.
    let (estimates, others) = std::thread::scope(|scope| {
        let estimates = scope.spawn(|| write_table(&tables::estimates(results, catalogue), folder));
        let others = (|| {
            let contrasts = write_table(&tables::contrasts(results, catalogue), folder)?;
            let expected = write_table(&tables::expected(results, catalogue), folder)?;
            let issues = write_table(&tables::issues(results, catalogue), folder)?;
            Ok([contrasts, expected, issues])
        })();
        (estimates.join(), others)
    });
    let estimates = estimates.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    Ok(others?.into_iter().chain([estimates]).flatten().collect())
}

/// Writes a file whole: under a temporary name that is then renamed.
///
/// # Errors
/// [`WriteError`] naming the file.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let failed = |source| WriteError::File {
        path: path.to_owned(),
        source,
    };
    let staged = staged(path);
    let mut file = create(&staged)?;
    file.write_all(bytes)
        .and_then(|()| file.flush())
        .map_err(failed)?;
    drop(file);
    std::fs::rename(&staged, path).map_err(failed)
}

/// Writes the manifest beside the files it lists.
///
/// # Errors
/// [`WriteError`] naming the file.
pub fn write_manifest(manifest: &Manifest, folder: &Path) -> Result<(), WriteError> {
    write_file(&folder.join("manifest.json"), manifest.to_json().as_bytes())
}

fn staged(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    path.with_file_name(name)
}

#[expect(clippy::disallowed_methods, reason = "this module is the edge")]
fn create(path: &Path) -> Result<BufWriter<File>, WriteError> {
    File::create(path)
        .map(|file| BufWriter::with_capacity(1 << 20, file))
        .map_err(|source| WriteError::File {
            path: path.to_owned(),
            source,
        })
}

fn write_table<R: Sync>(
    table: &TableView<'_, R>,
    folder: &Path,
) -> Result<Vec<(String, u64)>, WriteError> {
    let csv_path = folder.join(format!("{}.csv", table.name));
    let parquet_path = folder.join(format!("{}.parquet", table.name));
    let csv_failed = |source| WriteError::File {
        path: csv_path.clone(),
        source,
    };
    let parquet_failed = |source| WriteError::Parquet {
        path: parquet_path.clone(),
        source,
    };
    let columns = &table.columns;

    let mut text = create(&staged(&csv_path))?;
    let about = [
        ("table", table.name.to_owned()),
        ("licence", tables::LICENCE.to_owned()),
    ];
    let sink = create(&staged(&parquet_path))?;
    let mut parquet = ParquetFile::create(sink, columns, &about).map_err(parquet_failed)?;
    text.write_all(csv::header(columns).as_bytes())
        .map_err(csv_failed)?;
    let quoted = csv::quoted(columns);
    let mut start = 0;
    while start < table.len() {
        let end = (start + CHUNK).min(table.len());
        let values: Vec<_> = columns
            .iter()
            .map(|column| table.values(column, start..end))
            .collect();
        text.write_all(csv::chunk(columns, &values, &quoted).as_bytes())
            .map_err(csv_failed)?;
        parquet.chunk(columns, &values).map_err(parquet_failed)?;
        start = end;
    }
    text.flush().map_err(csv_failed)?;
    drop(text);
    parquet
        .close()
        .map_err(parquet_failed)?
        .flush()
        .map_err(|source| WriteError::File {
            path: parquet_path.clone(),
            source,
        })?;
    for path in [&csv_path, &parquet_path] {
        std::fs::rename(staged(path), path).map_err(|source| WriteError::File {
            path: path.clone(),
            source,
        })?;
    }
    write_file(
        &folder.join(format!("{}.meta.csv", table.name)),
        csv::meta(table).as_bytes(),
    )?;
    let rows = table.len() as u64;
    Ok(["csv", "parquet"]
        .map(|ending| (format!("{}.{ending}", table.name), rows))
        .to_vec())
}
