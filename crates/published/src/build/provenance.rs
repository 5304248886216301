//! Where every built-in table came from: `sources.toml` for programs, `README.md` for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use disparity_core::{Origin, Source};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::codelists::Publication;
use crate::files::Files;

/// The folder of built-in tables for England.
pub(super) const ENGLAND: &str = "england";

/// Name of the file that records the sources.
pub const SOURCES: &str = "sources.toml";

/// Every source of the built-in tables, and every table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    source: Vec<SourceRecord>,
    table: Vec<TableRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceRecord {
    id: String,
    publication: String,
    table: String,
    release: String,
    licence: String,
    page: String,
    copy: String,
    copied: String,
    released: String,
    retrieved: String,
    path: String,
    sha256: String,
    feeds: Vec<String>,
}

/// One built-in table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRecord {
    /// Its name, such as `england/population.csv`.
    pub name: String,
    /// Rows without the header.
    pub rows: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A `sources.toml` that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read sources.toml: {0}")]
pub struct SourcesError(String);

/// SHA-256 in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// An address as a link that says where it leads.
fn linked(address: &str) -> String {
    let site = address
        .strip_prefix("https://")
        .and_then(|rest| rest.split('/').next());
    site.map_or_else(|| address.to_owned(), |site| format!("[{site}]({address})"))
}

/// What is recorded, or that it is not.
fn recorded(text: &str) -> String {
    if text.is_empty() {
        Origin::NOT_RECORDED.to_owned()
    } else {
        text.to_owned()
    }
}

impl SourceRecord {
    fn origin(&self) -> Origin {
        let text = |text: &str| {
            if text == Origin::NOT_RECORDED {
                String::new()
            } else {
                text.to_owned()
            }
        };
        Origin {
            page: text(&self.page),
            copy: text(&self.copy),
            copied: self.copied.parse().ok(),
            released: self.released.parse().ok(),
            retrieved: self.retrieved.parse().ok(),
        }
    }
}

impl SourceRecord {
    /// What is recorded of a publication's file, and the tables that have its figures.
    pub(super) fn of(publication: &Publication, sha256: String, feeds: Vec<String>) -> Self {
        Self {
            id: publication.id.clone(),
            publication: publication.title.clone(),
            table: publication.table.clone(),
            release: publication.release.clone(),
            licence: publication.licence.clone(),
            page: recorded(&publication.origin.page),
            copy: recorded(&publication.origin.copy),
            copied: Origin::on(publication.origin.copied),
            released: Origin::on(publication.origin.released),
            retrieved: Origin::on(publication.origin.retrieved),
            path: publication.path.clone(),
            sha256,
            feeds,
        }
    }
}

impl TableRecord {
    fn of(name: &str, csv: &str) -> Self {
        Self {
            name: name.to_owned(),
            rows: (csv.lines().count() as u64).saturating_sub(1),
            sha256: digest(csv.as_bytes()),
        }
    }
}

impl Sources {
    /// The same with files that were added, and tables that changed with them.
    pub(super) fn with(&self, added: &[SourceRecord], changed: &BTreeMap<String, String>) -> Self {
        let mut all = self.clone();
        all.source
            .retain(|source| added.iter().all(|new| new.id != source.id));
        all.source.splice(0..0, added.iter().cloned());
        for (name, csv) in changed {
            let record = TableRecord::of(name, csv);
            match all.table.iter_mut().find(|table| table.name == *name) {
                Some(table) => *table = record,
                None => all.table.push(record),
            }
        }
        all
    }

    pub(super) fn describe(
        publications: &[Publication],
        published: &Files,
        tables: &BTreeMap<String, String>,
        fed: &BTreeMap<String, BTreeSet<usize>>,
    ) -> Self {
        let source = publications
            .iter()
            .enumerate()
            .map(|(position, publication)| {
                let sha256 = published.get(&publication.path).map(digest);
                let own = fed.iter().filter(|(_, from)| from.contains(&position));
                SourceRecord::of(
                    publication,
                    sha256.unwrap_or_default(),
                    own.map(|(table, _)| table.clone()).collect(),
                )
            });
        let table = tables.iter().map(|(name, csv)| TableRecord::of(name, csv));
        Self {
            source: source.collect(),
            table: table.collect(),
        }
    }

    /// Reads `sources.toml`.
    ///
    /// # Errors
    /// [`SourcesError`] if the text is not what [`build`](super::build) writes.
    pub fn from_toml(text: &str) -> Result<Self, SourcesError> {
        toml::from_str(text).map_err(|error| SourcesError(error.to_string()))
    }

    pub(super) fn to_toml(&self) -> String {
        let body = toml::to_string(self).unwrap_or_default();
        format!(
            "# Written by `disparity data build`. Every file that the built-in tables were compiled from, with its\n\
             # digest, and every table. Paths are relative to the folder of published files.\n\n{body}"
        )
    }

    /// The built-in tables.
    #[must_use]
    pub fn tables(&self) -> &[TableRecord] {
        &self.table
    }

    /// The sources as the catalogue has them.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        self.source
            .iter()
            .map(|record| Source {
                id: record.id.clone(),
                publication: record.publication.clone(),
                table: record.table.clone(),
                release: record.release.clone(),
                licence: record.licence.clone(),
                origin: record.origin(),
                sha256: record.sha256.clone(),
                tables: record.feeds.clone(),
            })
            .collect()
    }

    pub(super) fn to_markdown(&self) -> String {
        let mut text = include_str!("readme_head.md").to_owned();
        text += "\n## Tables\n\n| Table | Rows | Compiled from |\n|---|---:|---|\n";
        for table in &self.table {
            let from: Vec<String> = self
                .source
                .iter()
                .filter(|source| source.feeds.contains(&table.name))
                .map(|source| format!("`{}`", source.id))
                .collect();
            let _ = writeln!(
                text,
                "| `{}` | {} | {} |",
                table.name,
                table.rows,
                from.join(", ")
            );
        }
        text += include_str!("readme_sources.md");
        for s in &self.source {
            let _ = writeln!(
                text,
                "| `{}` | {}: {} | {} | {} | {} | {} | {}, {} | {} | `{}…` |",
                s.id,
                s.publication,
                s.table,
                s.release,
                s.released,
                linked(&s.page),
                linked(&s.copy),
                s.copied,
                s.retrieved,
                s.licence,
                s.sha256.get(..16).unwrap_or_default()
            );
        }
        text
    }
}
