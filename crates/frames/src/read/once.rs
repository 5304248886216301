//! Rows that may be there once only, and what is said where they are not.

use std::collections::BTreeMap;

use disparity_core::{Dimension, Period};

use crate::error::{TableError, Wrong};
use crate::meaning::Fault;
use crate::source::Source;
use crate::tally::Pattern;

/// Area, year, and what the row is broken down by.
type Place = (u32, Pattern);

/// A row of counts of an area, as far as it can be told from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowKey {
    /// Area and year, and what the row is broken down by.
    pub(super) place: Place,
    /// The group in each dimension.
    pub(super) groups: [u8; Dimension::ALL.len()],
    /// Single years of age, of which a band has several; 0 for a band itself.
    pub(super) age: u32,
}

/// The rows of counts of areas, where each must be there once.
#[derive(Debug, Default)]
pub(super) struct Once(BTreeMap<RowKey, u64>);

impl Once {
    /// Adds a row; an error, if its like was there before, or a band of ages beside a year of it.
    pub(super) fn add(&mut self, source: &Source, key: RowKey, row: u64, wrong: &mut Wrong) {
        let least = RowKey { age: 0, ..key };
        let most = RowKey {
            age: u32::MAX,
            ..key
        };
        let mut others = self.0.range(least..=most);
        let overlaps =
            |(other, _): &(&RowKey, &u64)| other.age == key.age || other.age == 0 || key.age == 0;
        match others.find(overlaps) {
            Some((_, first)) => wrong.add(twice(source, (*first).min(row), (*first).max(row))),
            None => {
                self.0.insert(key, row);
            }
        }
    }

    /// The rows in the order of their keys.
    pub(super) fn into_rows(self) -> impl Iterator<Item = (RowKey, u64)> {
        self.0.into_iter()
    }
}

fn twice(source: &Source, first: u64, row: u64) -> TableError {
    TableError::at(
        &source.name,
        row,
        "",
        format!(
            "the same area, year and groups stand on {} already",
            source.row(first)
        ),
        "keep one of the rows; if a column tells them apart, describe it, or give a table of one kind of count",
    )
}

pub(super) fn child_twice(file: &str, row: u64, column: &str) -> TableError {
    TableError::at(
        file,
        row,
        column,
        "a child is in the table twice in a year",
        "keep one row for each child and year, or say rows = \"events\"",
    )
}

pub(super) fn twice_called(before: &str, text: &str, period: Period) -> Fault {
    Fault::new(
        format!("{text:?} and {before:?} are the same area, and both have rows of {period}"),
        "keep one of them: the other may be an old code of the same authority",
    )
}
