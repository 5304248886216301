//! Rows that may be there once only, and what is said where they are not.

use std::collections::HashMap;

use disparity_core::{Dimension, Period};

use crate::error::{TableError, Wrong};
use crate::meaning::Fault;

/// What two rows of counts may not have in common: area, year and the text of every group.
pub(super) type RowKey = (u32, [u32; Dimension::ALL.len()]);

/// The rows of counts of areas, where each must be there once.
#[derive(Debug, Default)]
pub(super) struct Once(HashMap<RowKey, u64>);

impl Once {
    /// Adds a row; an error, if its like was there before.
    pub(super) fn add(&mut self, file: &str, key: RowKey, row: u64, wrong: &mut Wrong) {
        match self.0.get(&key) {
            Some(first) => wrong.add(twice(file, (*first).min(row), (*first).max(row))),
            None => {
                self.0.insert(key, row);
            }
        }
    }

    /// The rows in the order of their keys.
    pub(super) fn into_rows(self) -> Vec<(RowKey, u64)> {
        let mut rows: Vec<(RowKey, u64)> = self.0.into_iter().collect();
        rows.sort_unstable();
        rows
    }
}

fn twice(file: &str, first: u64, row: u64) -> TableError {
    TableError::at(
        file,
        row,
        "",
        format!("the same area, year and groups stand on row {first} already"),
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
