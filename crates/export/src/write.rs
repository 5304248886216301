//! Tables to files: each written under a temporary name and renamed when it is whole, its digest
//! taken on the way.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use disparity_core::needs::take::Take;
use disparity_core::needs::{
    NeedsAssessment, SeenAgainstExpected, SeenQuestion, assumptions_of, issues_of,
};
use disparity_core::neighbourhoods::Neighbourhoods;
use disparity_core::{Catalogue, IndicatorId, Period, Results};
use disparity_disclosure::Release;
use rayon::prelude::*;

use crate::column::{Column, Kind, Role, Seen, Spec, TableView, Value, YearOf, each};
use crate::manifest::{FileRecord, Manifest};
use crate::parquet_file::ParquetFile;
use crate::sink::Sink;
use crate::tables::needs;
use crate::{Written, csv as text, csvw, tables};

/// File rows handled at a time.
const CHUNK: usize = 4_096;

/// Rows of a table that is short enough to be written whole as CSV, whatever was asked: what a spreadsheet
/// opens at once.
pub(crate) const SHORT: usize = 20_000;

/// How much of a long table is written as CSV. Parquet always has all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Csv {
    /// The latest year of each indicator, in a file whose name ends in `_latest`; a short table whole.
    #[default]
    Latest,
    /// Every row of every table.
    All,
}

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

/// Writes every table of a release into a folder that exists, whole as Parquet and as much of it as is asked
/// as CSV, and says what was written.
///
/// # Errors
/// [`WriteError`] naming the file.
pub fn write_tables(
    release: &Release<Results>,
    catalogue: &Catalogue,
    manifest: &Manifest,
    csv: Csv,
    folder: &Path,
) -> Result<Written, WriteError> {
    let results = release.results();
    let to = To {
        folder,
        manifest,
        csv,
    };
    let issues = tables::issue_rows(&results.issues, tables::last_year(results));
    let figures = tables::fit_figures(results);
    // The largest first, so that no core ends with much to do while the others have nothing.
    let tasks: [&(dyn Fn() -> Result<Option<TableFiles>, WriteError> + Sync); 11] = [
        &|| write_table(tables::contrasts(results, catalogue), to).map(Some),
        &|| write_table(tables::estimates(results, catalogue), to).map(Some),
        &|| write_table(tables::expected(results, catalogue), to).map(Some),
        &|| write_some(tables::effects(results, catalogue), to),
        &|| write_some(tables::covariates(results, catalogue), to),
        &|| write_some(tables::fifths(results, catalogue), to),
        &|| write_some(tables::fits(results, &figures, catalogue), to),
        &|| write_some(tables::gradients(results, catalogue), to),
        &|| write_table(tables::issues(&issues, catalogue), to).map(Some),
        &|| write_some(tables::intersections(results, catalogue), to),
        &|| write_some(tables::claims(results, catalogue), to),
    ];
    write_all(&tasks, to)
}

/// What of a needs assessment has passed the gate.
#[derive(Debug, Clone, Copy)]
pub struct NeedsReleases<'a> {
    /// The assessment.
    pub assessment: &'a Release<NeedsAssessment>,
    /// What it would take, if that was asked.
    pub take: Option<&'a Release<Take>>,
    /// What was seen beside what is expected, if counts were given.
    pub seen: Option<&'a Release<SeenAgainstExpected>>,
}

impl<'a> NeedsReleases<'a> {
    /// What goes with the assessment, if it was asked.
    pub(crate) fn beside(self) -> (Option<&'a Take>, Option<&'a SeenAgainstExpected>) {
        (self.take.map(Release::take), self.seen.map(Release::seen))
    }
}

/// Writes the tables of a needs assessment into a folder that exists, whole as Parquet and as CSV, and says
/// what was written.
///
/// # Errors
/// [`WriteError`] naming the file.
pub fn write_needs(
    releases: NeedsReleases<'_>,
    neighbourhoods: &Neighbourhoods,
    catalogue: &Catalogue,
    manifest: &Manifest,
    folder: &Path,
) -> Result<Written, WriteError> {
    let assessment = releases.assessment.assessment();
    let (take, seen) = releases.beside();
    let csv = Csv::All;
    let to = To {
        folder,
        manifest,
        csv,
    };
    let about = needs::About {
        assessment,
        neighbourhoods,
        catalogue,
    };
    let expected = assessment.expected.iter();
    let expected: Vec<_> = expected.map(|row| needs::Of { about, row }).collect();
    let children = needs::children_rows(about);
    let england = needs::england_rows(about);
    let assumptions = needs::assumption_rows(about, assumptions_of(assessment, take, seen));
    let own = needs::neighbourhood_rows(about);
    let issues = issues_of(assessment, take, seen);
    let issues = tables::issue_rows(issues, Some(assessment.period));
    let below = seen.map_or(SeenQuestion::BELOW, |seen| seen.under_served_below);
    let seen: Vec<_> = seen
        .iter()
        .flat_map(|seen| &seen.rows)
        .map(|row| needs::Of { about, row })
        .collect();
    let changes = take.map_or_else(Vec::new, |take| needs::change_rows(take, catalogue));
    let spend = take.map_or_else(Vec::new, |take| needs::spend_rows(take, catalogue));
    let help = take.map_or_else(Vec::new, |take| needs::help_rows(take, catalogue));
    let tasks: [&(dyn Fn() -> Result<Option<TableFiles>, WriteError> + Sync); 10] = [
        &|| write_if(needs::children(&children), to),
        &|| write_if(needs::expected(&expected), to),
        &|| write_if(needs::neighbourhoods(&own), to),
        &|| write_if(needs::england(&england), to),
        &|| write_if(needs::assumptions(&assumptions), to),
        &|| write_if(needs::seen(&seen, below), to),
        &|| write_if(needs::changes(&changes), to),
        &|| write_if(needs::spend(&spend), to),
        &|| write_if(needs::help(&help), to),
        &|| write_table(tables::issues(&issues, catalogue), to).map(Some),
    ];
    write_all(&tasks, to)
}

/// Writes tables beside one another, and what their columns are: for people and for programs.
fn write_all(
    tasks: &[&(dyn Fn() -> Result<Option<TableFiles>, WriteError> + Sync)],
    to: To<'_>,
) -> Result<Written, WriteError> {
    let written = tasks.par_iter().with_max_len(1).map(|write| write());
    let written: Vec<Option<TableFiles>> = written.collect::<Result<_, _>>()?;
    let mut files = Written::new();
    let mut columns = text::COLUMNS_HEADER.to_owned();
    let mut described = Vec::new();
    for table in written.into_iter().flatten() {
        columns.push_str(&table.columns);
        described.push((table.described, table.files[2].0.clone()));
        files.extend(table.files);
    }
    let described = csvw::group(to.manifest, described);
    for (name, text) in [("columns.csv", columns), (csvw::FILE, described)] {
        let record = write_file(&to.folder.join(name), text.as_bytes())?;
        files.insert(name.to_owned(), record);
    }
    Ok(files)
}

/// Writes a table that there may be nothing for.
fn write_if<R: Sync>(
    table: Option<TableView<'_, R>>,
    to: To<'_>,
) -> Result<Option<TableFiles>, WriteError> {
    table.map(|table| write_table(table, to)).transpose()
}

/// Where tables go, and what each says of where it comes from.
#[derive(Clone, Copy)]
struct To<'a> {
    folder: &'a Path,
    manifest: &'a Manifest,
    csv: Csv,
}

/// The files of a table with what is said of each, and its columns with what they are.
struct TableFiles {
    files: [(String, FileRecord); 3],
    columns: String,
    /// What the text is, for programs.
    described: serde_json::Value,
}

/// Writes a table that there may be nothing for: no models were asked, no counts are crossed.
fn write_some<R: Sync>(
    table: TableView<'_, R>,
    to: To<'_>,
) -> Result<Option<TableFiles>, WriteError> {
    write_if((!table.rows.is_empty()).then_some(table), to)
}

/// The column that says in every row why nothing was withheld, where nothing was.
pub(crate) fn unprotected<'a, R>(reason: &str) -> Column<'a, R> {
    Column {
        spec: Spec {
            name: "unprotected".into(),
            role: Role::Note,
            label: "Why nothing is withheld".into(),
            decimals: None,
        },
        kind: Kind::Text([reason.to_owned()].into()),
        get: each(|_| Value::Text(0)),
    }
}

/// Writes a file whole: under a temporary name that is then renamed.
///
/// # Errors
/// [`WriteError`] naming the file.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<FileRecord, WriteError> {
    let mut file = Staged::create(path)?;
    file.write(bytes)?;
    file.finish(None)
}

/// Writes the manifest beside the files it lists, and says what was written.
///
/// # Errors
/// [`WriteError`] naming the file.
pub fn write_manifest(manifest: &Manifest, folder: &Path) -> Result<FileRecord, WriteError> {
    write_file(&folder.join("manifest.json"), manifest.to_json().as_bytes())
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

    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.sink
            .write_all(bytes)
            .map_err(|source| WriteError::File {
                path: self.path.clone(),
                source,
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

/// Writes a table chunk by chunk, its text and its Parquet at the same time.
fn write_table<R: Sync>(mut table: TableView<'_, R>, to: To<'_>) -> Result<TableFiles, WriteError> {
    if let Some(reason) = to.manifest.unprotected() {
        table.columns.push(unprotected(reason));
    }
    let table = &table;
    let folder = to.folder;
    let columns = &table.columns;
    let latest = latest_only(table, to.csv);
    let stem = stem(table.name, latest.is_some());
    let named = |ending: &str| format!("{stem}.{ending}");
    let whole = format!("{}.parquet", table.name);
    let mut text = Staged::create(&folder.join(named("csv")))?;
    text.write(text::header(columns).as_bytes())?;
    let mut binary = StagedParquet::create(table, to.manifest, &folder.join(&whole))?;
    let quoted = text::quoted(columns);
    let mut seen = vec![Seen::default(); columns.len()];
    let mut lines = 0;
    for rows in table.rows.chunks(CHUNK) {
        let values: Vec<_> = columns
            .iter()
            .map(|column| TableView::values(column, rows))
            .collect();
        let chosen: Vec<usize> = match &latest {
            Some(latest) => (0..rows.len()).filter(|i| latest.has(&rows[*i])).collect(),
            None => (0..rows.len()).collect(),
        };
        lines += chosen.len() as u64;
        for ((column, values), seen) in columns.iter().zip(&values).zip(&mut seen) {
            if column.spec.role == Role::Filter {
                seen.note(values, &chosen);
            }
        }
        let (written, batch) = rayon::join(
            || text.write(text::chunk(columns, &values, &quoted, &chosen).as_bytes()),
            || binary.chunk(columns, &values),
        );
        written?;
        batch?;
    }
    let meta = text::meta(table, &seen);
    let meta = write_file(&folder.join(named("meta.csv")), meta.as_bytes())?;
    let files = [
        (named("csv"), text.finish(Some(lines))?),
        (whole, binary.finish(Some(table.rows.len() as u64))?),
        (named("meta.csv"), meta),
    ];
    Ok(TableFiles {
        files,
        columns: text::described(table),
        described: csvw::table(table, &named("csv"), latest.is_some()),
    })
}

/// Whether the text of a table with that many rows of several years holds the latest ones alone.
fn is_cut(rows: usize, csv: Csv) -> bool {
    csv == Csv::Latest && rows > SHORT
}

/// What the CSV of every table is called that there may be, by the table's name.
#[must_use]
pub fn csv_files(release: &Release<Results>, csv: Csv) -> BTreeMap<&'static str, String> {
    let results = release.results();
    let of_years = [
        ("contrasts", results.contrasts.len()),
        ("covariates", results.covariates.len()),
        ("effects", results.effects.len()),
        ("estimates", results.estimates.len()),
        ("expected", results.expected.len()),
        ("fifths", results.fifths.len()),
        ("fits", tables::fit_figures(results).len()),
        ("gradients", results.gradients.len()),
        ("intersections", results.intersections.len()),
    ];
    let whole = ["claims", "issues"].map(|name| (name, format!("{name}.csv")));
    let of_years =
        of_years.map(|(name, rows)| (name, format!("{}.csv", stem(name, is_cut(rows, csv)))));
    of_years.into_iter().chain(whole).collect()
}

/// The name of a table's text without its ending, which says whether it is the latest years alone.
fn stem(table: &str, is_cut: bool) -> String {
    format!("{table}{}", if is_cut { "_latest" } else { "" })
}

/// The last year of each indicator in a table.
pub(crate) struct LatestYears<R> {
    year: YearOf<R>,
    last: BTreeMap<Option<IndicatorId>, Period>,
}

impl<R> LatestYears<R> {
    pub(crate) fn of(year: YearOf<R>, rows: &[R]) -> Self {
        let mut last = BTreeMap::new();
        for row in rows {
            let (indicator, own) = year(row);
            let last = last.entry(indicator).or_insert(own);
            *last = own.max(*last);
        }
        Self { year, last }
    }

    pub(crate) fn has(&self, row: &R) -> bool {
        let (indicator, year) = (self.year)(row);
        self.last.get(&indicator) == Some(&year)
    }
}

/// The years to which the text of a table is held; none where it has all of them.
fn latest_only<R>(table: &TableView<'_, R>, csv: Csv) -> Option<LatestYears<R>> {
    let year = table.year?;
    if !is_cut(table.rows.len(), csv) {
        return None;
    }
    Some(LatestYears::of(year, table.rows))
}

/// A Parquet file under its temporary name.
struct StagedParquet {
    path: PathBuf,
    file: ParquetFile<Sink<BufWriter<File>>>,
}

impl StagedParquet {
    fn create<R>(
        table: &TableView<'_, R>,
        manifest: &Manifest,
        path: &Path,
    ) -> Result<Self, WriteError> {
        let about = manifest.about(table.name);
        let staged = Staged::create(path)?;
        match ParquetFile::create(staged.sink, &table.columns, &about) {
            Ok(file) => Ok(Self {
                path: staged.path,
                file,
            }),
            Err(source) => Err(WriteError::Parquet {
                path: staged.path,
                source,
            }),
        }
    }

    fn chunk<R>(
        &mut self,
        columns: &[Column<'_, R>],
        values: &[Vec<Value>],
    ) -> Result<(), WriteError> {
        let failed = |source| WriteError::Parquet {
            path: self.path.clone(),
            source,
        };
        self.file.chunk(columns, values).map_err(failed)
    }

    fn finish(self, rows: Option<u64>) -> Result<FileRecord, WriteError> {
        match self.file.close() {
            Ok(sink) => Staged {
                path: self.path,
                sink,
            }
            .finish(rows),
            Err(source) => Err(WriteError::Parquet {
                path: self.path,
                source,
            }),
        }
    }
}
