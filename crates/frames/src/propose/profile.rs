//! What stands in the columns of a table's first rows.

use std::collections::BTreeMap;

use crate::error::TableError;
use crate::source::Source;

/// Rows that are looked at.
const ROWS: usize = 200_000;

/// Words of a column that are remembered.
const WORDS: usize = 2_000;

/// What stands in a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    pub(super) name: String,
    /// Fields by text, with how many rows have each.
    pub(super) words: BTreeMap<String, usize>,
    pub(super) blank: usize,
    pub(super) rows: usize,
    /// Whether there are more words than are remembered.
    many: bool,
}

impl Profile {
    /// The share of the different texts that are something; none where all fields are empty.
    pub(super) fn share(&self, is: &impl Fn(&str) -> bool) -> f64 {
        if self.words.is_empty() {
            return 0.0;
        }
        let hits = self.words.keys().filter(|text| is(text)).count();
        hits as f64 / self.words.len() as f64
    }

    fn meet(&mut self, text: &str) {
        if let Some(rows) = self.words.get_mut(text) {
            *rows += 1;
        } else if self.words.len() < WORDS {
            self.words.insert(text.to_owned(), 1);
        } else {
            self.many = true;
        }
    }

    /// How many texts it has.
    pub(super) fn counted(&self) -> String {
        if self.many {
            format!("more than {WORDS} values")
        } else {
            format!("{} values", self.words.len())
        }
    }

    /// A few of its texts.
    pub(super) fn seen(&self) -> String {
        let first: Vec<&str> = self.words.keys().take(4).map(String::as_str).collect();
        let more = if self.many {
            format!(" and more than {WORDS} others")
        } else {
            match self.words.len().saturating_sub(first.len()) {
                0 => String::new(),
                more => format!(" and {more} more"),
            }
        };
        format!("{}{more}", first.join(", "))
    }
}

/// Looks at the first rows.
pub(super) fn profiles(source: &Source) -> Result<Vec<Profile>, TableError> {
    let wanted: Vec<usize> = (0..source.columns.len()).collect();
    let mut profiles: Vec<Profile> = source
        .columns
        .iter()
        .map(|name| Profile {
            name: name.clone(),
            ..Profile::default()
        })
        .collect();
    let mut seen = 0;
    for part in 0..source.parts() {
        if seen >= ROWS {
            break;
        }
        source.read(part, &wanted, &mut |batch| {
            if seen >= ROWS {
                return Ok(());
            }
            for (profile, column) in profiles.iter_mut().zip(&batch.columns) {
                profile.rows += batch.rows;
                for row in 0..batch.rows {
                    match column.text(row) {
                        None => profile.blank += 1,
                        Some(text) => profile.meet(&text),
                    }
                }
            }
            seen += batch.rows;
            Ok(())
        })?;
    }
    Ok(profiles)
}
