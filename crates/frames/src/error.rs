//! What can be wrong with a table or its description, with the place, the value and what to do.

use std::collections::BTreeMap;
use std::fmt;

use disparity_core::Place;

/// One thing wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableError {
    /// File, row and column. Rows count from 1 with the heading: those of a spreadsheet, and lines of text.
    pub place: Place,
    /// What is wrong, with the value.
    pub what: String,
    /// What to do about it.
    pub hint: String,
    /// How many rows have it; the place is that of the first.
    pub rows: u64,
}

impl TableError {
    /// Something wrong with a file as a whole.
    pub(crate) fn of_file(file: &str, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::at(file, 0, "", what, hint)
    }

    /// Something wrong with a description as TOML, at its line.
    pub(crate) fn of_toml(file: &str, text: &str, error: &toml::de::Error, hint: &str) -> Self {
        let line = error.span().map_or(0, |span| {
            let before = text.get(..span.start).unwrap_or(text);
            1 + before.matches('\n').count() as u64
        });
        Self::at(file, line, "", error.message(), hint)
    }

    /// Something wrong at a row and a column.
    pub(crate) fn at(
        file: &str,
        row: u64,
        column: &str,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            place: Place {
                file: file.to_owned(),
                line: row,
                column: column.to_owned(),
            },
            what: what.into(),
            hint: hint.into(),
            rows: 1,
        }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  --> {}", self.what, self.place)?;
        if self.rows > 1 {
            write!(f, ", and {} more rows", self.rows - 1)?;
        }
        write!(f, "\nhint: {}", self.hint)
    }
}

impl std::error::Error for TableError {}

/// Everything wrong with a table. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableErrors(pub Vec<TableError>);

impl TableErrors {
    /// How many are shown before the rest is counted.
    const SHOWN: usize = 20;
}

impl From<TableError> for TableErrors {
    fn from(error: TableError) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for TableErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, error) in self.0.iter().take(Self::SHOWN).enumerate() {
            if place > 0 {
                f.write_str("\nerror: ")?;
            }
            error.fmt(f)?;
        }
        match self.0.len().saturating_sub(Self::SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more errors like these"),
        }
    }
}

impl std::error::Error for TableErrors {}

/// What is wrong, by column and value: a hundred million rows with one wrong word are one error.
#[derive(Debug, Default)]
pub(crate) struct Wrong(BTreeMap<(String, String), TableError>);

impl Wrong {
    /// As many kinds as anybody would read. What comes after them is not kept: the table is refused for those.
    const KEPT: usize = 1_000;

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds an error of some rows; the first row of all is its place.
    pub(crate) fn add(&mut self, error: TableError) {
        let key = (error.place.column.clone(), error.what.clone());
        if let Some(own) = self.0.get_mut(&key) {
            own.rows += error.rows;
            own.place.line = own.place.line.min(error.place.line);
        } else if self.0.len() < Self::KEPT {
            self.0.insert(key, error);
        }
    }

    pub(crate) fn extend(&mut self, other: Self) {
        other.0.into_values().for_each(|error| self.add(error));
    }

    /// The errors in the order of their rows; none, if nothing is wrong.
    pub(crate) fn into_errors(self) -> Option<TableErrors> {
        let mut errors: Vec<TableError> = self.0.into_values().collect();
        errors.sort_by(|a, b| (&a.place, &a.what).cmp(&(&b.place, &b.what)));
        (!errors.is_empty()).then_some(TableErrors(errors))
    }
}
