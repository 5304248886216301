//! Columns: what each is called and means, and how its values come out of a row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a column is for, in the words of the open-data standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Time or place; not in the metadata file.
    Identifier,
    /// Says what the row is about.
    Filter,
    /// Holds a figure.
    Indicator,
}

/// A column's name and meaning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spec {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    pub(crate) label: &'static str,
    /// Decimal places to show; the data hold full precision.
    pub(crate) decimals: Option<u8>,
}

/// Text values by position; a row holds the position.
pub(crate) type Dictionary = Arc<[String]>;

/// One value of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value {
    /// Position in the column's dictionary.
    Text(u32),
    /// A whole number.
    Whole(u32),
    /// Any number.
    Number(f64),
    /// Nothing.
    None,
}

impl Value {
    /// A number that may be absent.
    pub(crate) fn number(value: Option<f64>) -> Self {
        value.map_or(Self::None, Self::Number)
    }

    /// A whole number that may be absent.
    pub(crate) fn whole(value: Option<u32>) -> Self {
        value.map_or(Self::None, Self::Whole)
    }
}

/// What the values of a column are.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Text from a dictionary.
    Text(Dictionary),
    /// Whole numbers.
    Whole,
    /// Any numbers.
    Number,
}

/// A row of a table and which of its two confidence levels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a, R> {
    pub(crate) row: &'a R,
    pub(crate) level: usize,
}

type Get<'a, R> = Box<dyn Fn(At<'_, R>) -> Value + Sync + Send + 'a>;

/// A column of a table of `R`.
pub(crate) struct Column<'a, R> {
    pub(crate) spec: Spec,
    pub(crate) kind: Kind,
    /// Whether the value differs between the confidence levels of a row.
    pub(crate) by_level: bool,
    pub(crate) get: Get<'a, R>,
}

impl<R> Column<'_, R> {
    /// The same column, whose value differs between the confidence levels of a row.
    pub(crate) fn by_level(mut self) -> Self {
        self.by_level = true;
        self
    }
}

/// A table: its name, its columns, its rows, and how many confidence levels each row has.
pub(crate) struct TableView<'a, R> {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<Column<'a, R>>,
    pub(crate) rows: &'a [R],
    pub(crate) levels: usize,
}

impl<R: Sync> TableView<'_, R> {
    /// Rows in the files, all levels counted.
    pub(crate) fn len(&self) -> usize {
        self.rows.len() * self.levels
    }

    /// The values of one column for some rows, level after level within each row.
    pub(crate) fn values(&self, column: &Column<'_, R>, rows: &[R]) -> Vec<Value> {
        let mut values = Vec::with_capacity(rows.len() * self.levels);
        for row in rows {
            if column.by_level {
                values.extend((0..self.levels).map(|level| (column.get)(At { row, level })));
            } else {
                let value = (column.get)(At { row, level: 0 });
                values.extend(std::iter::repeat_n(value, self.levels));
            }
        }
        values
    }
}

/// Collects distinct texts in order of their keys.
pub(crate) struct Words<K> {
    positions: BTreeMap<K, u32>,
    dictionary: Dictionary,
}

impl<K: Ord + Copy> Words<K> {
    /// The distinct keys, each with its text.
    pub(crate) fn of(keys: impl Iterator<Item = K>, text: impl Fn(K) -> String) -> Self {
        let distinct: BTreeSet<K> = keys.collect();
        let positions: BTreeMap<K, u32> = distinct.into_iter().zip(0..).collect();
        let dictionary = positions.keys().map(|key| text(*key)).collect();
        Self {
            positions,
            dictionary,
        }
    }

    pub(crate) fn dictionary(&self) -> Dictionary {
        Arc::clone(&self.dictionary)
    }

    /// The position of a key, or nothing for one that was not collected or has no text.
    pub(crate) fn value(&self, key: K) -> Value {
        match self.positions.get(&key) {
            Some(position) if !self.dictionary[*position as usize].is_empty() => {
                Value::Text(*position)
            }
            _ => Value::None,
        }
    }
}
