//! Outputs as a reader has them, taken in by what their counts are of.

use std::path::{Path, PathBuf};

use disparity_core::Catalogue;

use super::printed::{Names, Output};
use super::{estimates, journeys, prior_help};
use crate::rows::{Row, RowsError, Table, each_row};

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

impl From<RowsError> for AuditError {
    fn from(RowsError { path, reason }: RowsError) -> Self {
        Self::File { path, reason }
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
    if path.is_dir() {
        manifest(path, &mut out)?;
    }
    let found = each_row(path, |_, table, row| {
        take(&mut out, names, catalogue, table, row);
    })?;
    if found.is_empty() {
        let path = path.to_owned();
        return Err(AuditError::NothingOfOurs { path });
    }
    out.kinds.extend(found.into_iter().map(Table::word));
    Ok(out)
}

/// What the manifest of a run says of its protection.
fn manifest(folder: &Path, out: &mut Output) -> Result<(), AuditError> {
    let path = folder.join("manifest.json");
    if !path.is_file() {
        return Ok(());
    }
    let failed = |reason: String| AuditError::File {
        path: path.clone(),
        reason,
    };
    #[expect(clippy::disallowed_methods, reason = "what is audited is read here")]
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    let value: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
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

/// Takes in a row of a table.
fn take(out: &mut Output, names: &mut Names, catalogue: &Catalogue, table: Table, row: Row<'_>) {
    match table {
        Table::PriorHelp => prior_help::take(out, names, row),
        Table::Journeys => journeys::take(out, names, row),
        Table::Estimates => estimates::take(out, names, catalogue, row),
    }
    let reason = row("unprotected");
    if !reason.is_empty() {
        out.unprotected = Some(reason.to_owned());
    }
    out.synthetic |= row("synthetic") == "true";
}
