//! Tables to files: each written under a temporary name and renamed when it is whole, its digest
//! taken on the way.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use disparity_core::{Catalogue, Release};

use crate::column::TableView;
use crate::manifest::{FileRecord, Manifest};
use crate::parquet_file::ParquetFile;
use crate::sink::Sink;
use crate::{Written, csv, tables};

/// File rows handled at a time.
const CHUNK: usize = 16_384;

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

/// Writes every table of a release into a folder that exists, and says what was written.
///
/// # Errors
/// [`WriteError`] naming the file.
pub fn write_tables(
    release: &Release,
    catalogue: &Catalogue,
    folder: &Path,
) -> Result<Written, WriteError> {
    let results = release.results();
    let figures = tables::fit_figures(results);
    // The two largest tables side by side, so that two cores finish together.
    let (left, right) = std::thread::scope(|scope| {
        let left = scope.spawn(|| {
            let contrasts = write_table(&tables::contrasts(results, catalogue), folder)?;
            let effects = write_some(&tables::effects(results, catalogue), folder)?;
            let fifths = write_some(&tables::fifths(results, catalogue), folder)?;
            let covariates = write_some(&tables::covariates(results, catalogue), folder)?;
            Ok([contrasts, effects, fifths, covariates])
        });
        let right = (|| {
            let estimates = write_table(&tables::estimates(results, catalogue), folder)?;
            let expected = write_table(&tables::expected(results, catalogue), folder)?;
            let issues = write_table(&tables::issues(results, catalogue), folder)?;
            let fits = write_some(&tables::fits(&figures, catalogue), folder)?;
            let gradients = write_some(&tables::gradients(results, catalogue), folder)?;
            let crossed = write_some(&tables::intersections(results, catalogue), folder)?;
            let claims = write_some(&tables::claims(results, catalogue), folder)?;
            Ok([
                estimates, expected, issues, fits, gradients, crossed, claims,
            ])
        })();
        (left.join(), right)
    });
    let left = left.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    Ok(left.into_iter().chain(right?).flatten().collect())
}

/// Writes a table that there may be nothing for: no models were asked, no counts are crossed.
fn write_some<R: Sync>(
    table: &TableView<'_, R>,
    folder: &Path,
) -> Result<Vec<(String, FileRecord)>, WriteError> {
    if table.rows.is_empty() {
        return Ok(Vec::new());
    }
    write_table(table, folder)
}

/// Writes a file whole: under a temporary name that is then renamed.
///
/// # Errors
/// [`WriteError`] naming the file.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<FileRecord, WriteError> {
    let mut file = Staged::create(path)?;
    file.sink
        .write_all(bytes)
        .map_err(|source| WriteError::File {
            path: path.to_owned(),
            source,
        })?;
    file.finish(None)
}

/// Writes the manifest beside the files it lists.
///
/// # Errors
/// [`WriteError`] naming the file.
pub fn write_manifest(manifest: &Manifest, folder: &Path) -> Result<(), WriteError> {
    write_file(&folder.join("manifest.json"), manifest.to_json().as_bytes()).map(|_| ())
}

/// A file under its temporary name.
struct Staged {
    path: PathBuf,
    sink: Sink<BufWriter<File>>,
}

impl Staged {
    #[expect(clippy::disallowed_methods, reason = "this module is the edge")]
    fn create(path: &Path) -> Result<Self, WriteError> {
        let file = File::create(Self::temporary(path)).map_err(|source| WriteError::File {
            path: path.to_owned(),
            source,
        })?;
        let sink = Sink::new(BufWriter::with_capacity(1 << 18, file));
        Ok(Self {
            path: path.to_owned(),
            sink,
        })
    }

    fn temporary(path: &Path) -> PathBuf {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".tmp");
        path.with_file_name(name)
    }

    /// Gives the file its name and says what is in it.
    fn finish(self, rows: Option<u64>) -> Result<FileRecord, WriteError> {
        let path = self.path;
        let (sha256, bytes) = self
            .sink
            .finish()
            .and_then(|digest| {
                std::fs::rename(Self::temporary(&path), &path)?;
                Ok(digest)
            })
            .map_err(|source| WriteError::File { path, source })?;
        Ok(FileRecord {
            sha256,
            bytes,
            rows,
        })
    }
}

fn write_table<R: Sync>(
    table: &TableView<'_, R>,
    folder: &Path,
) -> Result<Vec<(String, FileRecord)>, WriteError> {
    let named = |ending: &str| format!("{}.{ending}", table.name);
    let columns = &table.columns;
    let mut text = Staged::create(&folder.join(named("csv")))?;
    let text_failed = {
        let path = text.path.clone();
        move |source| WriteError::File {
            path: path.clone(),
            source,
        }
    };
    let binary = Staged::create(&folder.join(named("parquet")))?;
    let binary_path = binary.path.clone();
    let binary_failed = |source| WriteError::Parquet {
        path: binary_path.clone(),
        source,
    };
    let about = [
        ("table", table.name.to_owned()),
        ("licence", tables::LICENCE.to_owned()),
    ];
    let mut parquet = ParquetFile::create(binary.sink, columns, &about).map_err(binary_failed)?;
    text.sink
        .write_all(csv::header(columns).as_bytes())
        .map_err(&text_failed)?;
    let quoted = csv::quoted(columns);
    // Both levels of a row stay in one chunk.
    let step = CHUNK / table.levels;
    for rows in table.rows.chunks(step) {
        let values: Vec<_> = columns
            .iter()
            .map(|column| table.values(column, rows))
            .collect();
        let lines = csv::chunk(columns, &values, &quoted);
        text.sink
            .write_all(lines.as_bytes())
            .map_err(&text_failed)?;
        parquet.chunk(columns, &values).map_err(binary_failed)?;
    }
    let sink = parquet.close().map_err(binary_failed)?;
    let binary = Staged {
        path: binary_path.clone(),
        sink,
    };
    let rows = Some(table.len() as u64);
    let meta = write_file(&folder.join(named("meta.csv")), csv::meta(table).as_bytes())?;
    Ok(vec![
        (named("csv"), text.finish(rows)?),
        (named("parquet"), binary.finish(rows)?),
        (named("meta.csv"), meta),
    ])
}
