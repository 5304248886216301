//! A file, or a folder of Parquet files, cut into parts that can be read side by side, each in batches.

mod arrow;
mod delimited;
mod guard;
mod lines;
mod parquet;
mod workbook;

use std::fs::File;
use std::path::{Path, PathBuf};

use disparity_core::nearest;

use crate::batch::Batch;
use crate::error::{TableError, TableErrors};

/// Rows of a batch: a few megabytes of any table.
pub(crate) const BATCH: usize = 1 << 16;

/// What does something with each batch, and may stop.
pub(crate) type Each<'a> = &'a mut dyn FnMut(Batch) -> Result<(), TableError>;

/// The kinds of file that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Comma- or tab-separated text.
    Delimited,
    /// Parquet.
    Parquet,
    /// Arrow IPC, as a file.
    Arrow,
    /// An object in JSON on each line.
    Lines,
    /// A workbook: `.xlsx` or `.ods`. The reader leaves cells of some `.xlsb` out (`findings/calamine-xlsb-short-cells.sh`).
    Workbook,
}

impl Format {
    /// By how the name ends.
    fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Delimited),
            "parquet" | "pq" => Some(Self::Parquet),
            "arrow" | "ipc" | "feather" => Some(Self::Arrow),
            "ndjson" | "jsonl" => Some(Self::Lines),
            "xlsx" | "xlsm" | "ods" => Some(Self::Workbook),
            _ => None,
        }
    }
}

/// A piece of a table that can be read by itself.
#[derive(Debug, Clone)]
enum Part {
    Whole(Format, PathBuf),
    RowGroup(parquet::RowGroup),
}

/// A table that was found, with its columns.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The file as the user knows it.
    pub(crate) name: String,
    /// Every file it is made of.
    pub(crate) files: Vec<PathBuf>,
    /// The headings, in order.
    pub(crate) columns: Vec<String>,
    sheet: Option<String>,
    parts: Vec<Part>,
    /// Of a folder, how many rows come before each file: a row has one number in the whole table.
    before: Vec<u64>,
}

impl Source {
    /// Opens a file, or a folder of Parquet files with the same columns.
    ///
    /// # Errors
    /// [`TableError`] of a file that is not there, is of no known kind, is cut short, has no heading or has one
    /// twice, and of a folder without Parquet files or with files that do not have the same columns.
    pub(crate) fn open(path: &Path, sheet: Option<&str>) -> Result<Self, TableError> {
        let name = path.display().to_string();
        if path.is_dir() {
            return Self::folder(path, name);
        }
        let format = Format::of(path).ok_or_else(|| {
            let what = match path.extension().and_then(|ending| ending.to_str()) {
                Some(ending) => format!("a file that ends in .{ending} is of no kind that is read"),
                None => "it cannot be told from the name what kind of file this is".to_owned(),
            };
            let hint = "save it as .csv, .tsv, .parquet, .arrow, .ndjson, .xlsx or .ods";
            TableError::of_file(&name, what, hint)
        })?;
        let (columns, parts) = guard::guarded(&name, || {
            Ok(match format {
                Format::Delimited => (delimited::columns(path, &name)?, None),
                Format::Lines => (lines::columns(path, &name)?, None),
                Format::Workbook => (workbook::columns(path, &name, sheet)?, None),
                Format::Arrow => (arrow::columns(path, &name)?, None),
                Format::Parquet => {
                    let (columns, groups) = parquet::open(path, &name, &mut 0)?;
                    (columns, Some(groups))
                }
            })
        })?;
        let parts = match parts {
            None => vec![Part::Whole(format, path.to_owned())],
            Some(groups) => groups.into_iter().map(Part::RowGroup).collect(),
        };
        distinct(&name, &columns)?;
        Ok(Self {
            name,
            files: vec![path.to_owned()],
            columns,
            sheet: sheet.map(str::to_owned),
            parts,
            before: Vec::new(),
        })
    }

    fn folder(path: &Path, name: String) -> Result<Self, TableError> {
        let files = parquet::files_of(path, &name)?;
        let mut columns: Option<Vec<String>> = None;
        let mut parts = Vec::new();
        let mut before = Vec::new();
        let mut rows = 0;
        for file in &files {
            let own = file.display().to_string();
            before.push(rows);
            let (found, groups) = guard::guarded(&own, || parquet::open(file, &own, &mut rows))?;
            let first = columns.get_or_insert_with(|| found.clone());
            if *first != found {
                let what = format!(
                    "its columns are {}, but those of {} are {}",
                    found.join(", "),
                    files[0].display(),
                    first.join(", ")
                );
                let hint = "give files of one table: the same columns in the same order";
                return Err(TableError::of_file(&own, what, hint));
            }
            parts.extend(groups.into_iter().map(Part::RowGroup));
        }
        let columns = columns.unwrap_or_default();
        distinct(&name, &columns)?;
        Ok(Self {
            name,
            files,
            columns,
            sheet: None,
            parts,
            before,
        })
    }

    /// The file of a folder that has a row of the whole table, and the row in it.
    fn in_file(&self, row: u64) -> Option<(&Path, u64)> {
        // The heading is the first row of every file.
        let after = self.before.partition_point(|before| before + 2 <= row);
        let at = after.checked_sub(1)?;
        Some((&self.files[at], row - self.before[at]))
    }

    /// A row, as one reads it.
    pub(crate) fn row(&self, row: u64) -> String {
        match self.in_file(row) {
            Some((file, row)) => format!("row {row} of {}", file.display()),
            None => format!("row {row}"),
        }
    }

    /// Errors of the whole table as errors of its files.
    pub(crate) fn located(&self, mut errors: TableErrors) -> TableErrors {
        for error in &mut errors.0 {
            let own = error.place.file == self.name;
            if let Some((file, row)) = self.in_file(error.place.line).filter(|_| own) {
                error.place.file = file.display().to_string();
                error.place.line = row;
            }
        }
        errors
    }

    /// How many parts there are.
    pub(crate) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// The places of columns by name.
    ///
    /// # Errors
    /// [`TableError`] of the first that is not there, with the nearest that is.
    pub(crate) fn places(&self, wanted: &[&str]) -> Result<Vec<usize>, TableError> {
        let place = |name: &&str| {
            let found = self.columns.iter().position(|own| own == name);
            found.ok_or_else(|| self.missing(name))
        };
        wanted.iter().map(place).collect()
    }

    fn missing(&self, name: &str) -> TableError {
        let known = self.columns.iter().map(String::as_str);
        let hint = match nearest(name, known).first() {
            Some(near) => format!("did you mean `{near}`? columns are matched by name"),
            None => format!("its columns are {}", self.columns.join(", ")),
        };
        TableError::at(
            &self.name,
            1,
            "",
            format!("there is no column `{name}`"),
            hint,
        )
    }

    /// Reads a part in batches of the columns at these places.
    ///
    /// # Errors
    /// [`TableError`] of a row that cannot be read, and what `each` returns.
    pub(crate) fn read(
        &self,
        part: usize,
        wanted: &[usize],
        each: Each<'_>,
    ) -> Result<(), TableError> {
        guard::guarded(&self.name, || match &self.parts[part] {
            Part::RowGroup(group) => parquet::read(group, &self.name, wanted, each),
            Part::Whole(Format::Delimited, path) => delimited::read(path, &self.name, wanted, each),
            Part::Whole(Format::Lines, path) => {
                let names: Vec<&str> = wanted.iter().map(|at| self.columns[*at].as_str()).collect();
                lines::read(path, &self.name, &names, each)
            }
            Part::Whole(Format::Workbook, path) => {
                workbook::read(path, &self.name, self.sheet.as_deref(), wanted, each)
            }
            Part::Whole(Format::Arrow | Format::Parquet, path) => {
                arrow::read(path, &self.name, wanted, each)
            }
        })
    }
}

/// Opens a file.
#[expect(
    clippy::disallowed_methods,
    reason = "tables that somebody gives may be too large to be read before they are parsed"
)]
pub(crate) fn open(path: &Path, name: &str) -> Result<File, TableError> {
    File::open(path).map_err(|error| {
        TableError::of_file(
            name,
            format!("cannot read the file: {error}"),
            "check the path",
        )
    })
}

/// That a file is not what its name says, or is cut short.
fn damaged(name: &str, kind: &str, error: impl std::fmt::Display) -> TableError {
    TableError::of_file(
        name,
        format!("this is no whole {kind}: {error}"),
        "fetch or write the file again; it may have been cut short",
    )
}

fn distinct(name: &str, columns: &[String]) -> Result<(), TableError> {
    let twice = columns
        .iter()
        .enumerate()
        .find(|(at, own)| !own.is_empty() && columns[..*at].contains(own));
    match twice {
        None => Ok(()),
        Some((_, own)) => Err(TableError::at(
            name,
            1,
            own,
            format!("two columns are called `{own}`"),
            "rename or remove one of them",
        )),
    }
}

#[cfg(test)]
mod tests;
