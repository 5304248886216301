//! Columns: what each is called and means, and how its values come out of a row.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use disparity_core::{IndicatorId, Period, Symbol};

/// What a column is for, in the words of the open-data standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Time or place; not in the metadata file.
    Identifier,
    /// Says what the row is about: never blank, and all of them together name one row.
    Filter,
    /// Holds a figure, or the symbol that says why there is none.
    Indicator,
    /// Says something about the figures; not in the metadata file, and blank where there is nothing
    /// to say.
    Note,
}

impl Role {
    /// The word in the list of columns.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Filter => "filter",
            Self::Indicator => "indicator",
            Self::Note => "note",
        }
    }
}

/// A column's name and meaning.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) name: Cow<'static, str>,
    pub(crate) role: Role,
    pub(crate) label: Cow<'static, str>,
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
    Whole(i64),
    /// Any number.
    Number(f64),
    /// Why there is no number.
    Absent(Symbol),
    /// Nothing to say.
    None,
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

impl Kind {
    /// Whether they are numbers of any kind.
    pub(crate) const fn is_numbers(&self) -> bool {
        !matches!(self, Self::Text(_))
    }

    /// The word in the list of columns.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Whole => "integer",
            Self::Number => "number",
        }
    }
}

/// Puts the values of some rows after what is there: of many at once, as asking for one takes longer than
/// finding it.
pub(crate) type Get<'a, R> = Box<dyn Fn(&[R], &mut Vec<Value>) + Sync + Send + 'a>;

/// The values of rows, one by one.
pub(crate) fn each<'a, R>(get: impl Fn(&R) -> Value + Sync + Send + 'a) -> Get<'a, R> {
    Box::new(move |rows, to| to.extend(rows.iter().map(&get)))
}

/// Values that hang on a key of the row, which is often that of the row before.
pub(crate) fn by_key<'a, R, K: PartialEq>(
    key: impl Fn(&R) -> K + Sync + Send + 'a,
    value: impl Fn(&K) -> Value + Sync + Send + 'a,
) -> Get<'a, R> {
    Box::new(move |rows, to| {
        let mut last: Option<(K, Value)> = None;
        for row in rows {
            let own = key(row);
            let found = match &last {
                Some((key, value)) if *key == own => *value,
                _ => value(&own),
            };
            to.push(found);
            last = Some((own, found));
        }
    })
}

/// A column of a table of `R`.
pub(crate) struct Column<'a, R> {
    pub(crate) spec: Spec,
    pub(crate) kind: Kind,
    pub(crate) get: Get<'a, R>,
}

/// The year of a row, and of which indicator it is.
pub(crate) type YearOf<R> = fn(&R) -> (Option<IndicatorId>, Period);

/// A table: its name, its columns and its rows.
pub(crate) struct TableView<'a, R> {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<Column<'a, R>>,
    pub(crate) rows: &'a [R],
    /// The year of a row and of which indicator it is; none for a table that is short whatever was asked.
    pub(crate) year: Option<YearOf<R>>,
}

impl<R> TableView<'_, R> {
    /// The values of one column for some rows.
    pub(crate) fn values(column: &Column<'_, R>, rows: &[R]) -> Vec<Value> {
        let mut values = Vec::with_capacity(rows.len());
        (column.get)(rows, &mut values);
        values
    }
}

/// The distinct values of a filter that were written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    texts: Vec<bool>,
    wholes: BTreeSet<i64>,
}

impl Seen {
    /// Notes what is among the values at some places.
    pub(crate) fn note(&mut self, values: &[Value], at: &[usize]) {
        for &place in at {
            match values[place] {
                Value::Text(position) => {
                    let position = position as usize;
                    if self.texts.len() <= position {
                        self.texts.resize(position + 1, false);
                    }
                    self.texts[position] = true;
                }
                Value::Whole(n) => {
                    self.wholes.insert(n);
                }
                Value::Number(_) | Value::Absent(_) | Value::None => {}
            }
        }
    }

    /// The distinct values as they are written, in the order of the dictionary or of size.
    pub(crate) fn levels(&self, kind: &Kind) -> Vec<String> {
        match kind {
            Kind::Text(dictionary) => {
                let seen = self.texts.iter().zip(dictionary.iter());
                seen.filter(|(seen, _)| **seen)
                    .map(|(_, text)| text.clone())
                    .collect()
            }
            Kind::Whole | Kind::Number => self.wholes.iter().map(ToString::to_string).collect(),
        }
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
        let mut distinct = BTreeSet::new();
        let mut last = None;
        for key in keys {
            if last != Some(key) {
                distinct.insert(key);
                last = Some(key);
            }
        }
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
