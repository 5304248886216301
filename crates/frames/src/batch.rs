//! Some rows of a table, by column, with words numbered.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::{Array as _, StringArray};

/// The key of a field that is empty.
pub(crate) const BLANK: u32 = u32::MAX;

/// Some rows of a table, of the columns that were asked for.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub(crate) rows: usize,
    pub(crate) at: RowNumbers,
    pub(crate) columns: Vec<Column>,
}

/// Which rows of a file those of a batch are, counting from 1 with the heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RowNumbers {
    /// One after another from this.
    From(u64),
    /// Each its own, as lines that a field spans are not rows.
    Each(Vec<u64>),
}

impl RowNumbers {
    pub(crate) fn of(&self, row: usize) -> u64 {
        match self {
            Self::From(first) => first + row as u64,
            Self::Each(all) => all.get(row).copied().unwrap_or_default(),
        }
    }
}

/// Words of text, of which columns name the places.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    /// Which list this is. One that has only grown since keeps its number.
    pub(crate) id: u64,
    list: List,
}

#[derive(Debug, Clone)]
enum List {
    Own(Arc<Vec<Arc<str>>>),
    /// The words of a dictionary, where they are.
    Array(StringArray),
}

impl Words {
    fn new(list: List) -> Self {
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            list,
        }
    }

    /// The words of a dictionary.
    pub(crate) fn of(array: StringArray) -> Self {
        Self::new(List::Array(array))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match &self.list {
            List::Own(list) => list.len(),
            List::Array(array) => array.len(),
        }
    }

    /// The word at a place, without the spaces around it; none where it is empty or nothing.
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        let word = match &self.list {
            List::Own(list) => list.get(place).map(|word| &**word),
            List::Array(array) => {
                (place < array.len() && array.is_valid(place)).then(|| array.value(place))
            }
        };
        word.map(str::trim).filter(|word| !word.is_empty())
    }
}

/// Numbers of lists: nothing depends on them but that they differ.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// The fields of one column.
#[derive(Debug, Clone)]
pub(crate) enum Column {
    /// Text: for each row the place of its word, or [`BLANK`]. Words may be there that no row has.
    Words { keys: Vec<u32>, words: Words },
    /// Whole numbers, and which rows have none.
    Whole {
        values: Vec<i64>,
        blank: Option<Vec<bool>>,
    },
    /// Other numbers, and which rows have none.
    Real {
        values: Vec<f64>,
        blank: Option<Vec<bool>>,
    },
}

impl Column {
    /// The field of a row as text; none where it is empty. A whole number has no point.
    pub(crate) fn text(&self, row: usize) -> Option<Cow<'_, str>> {
        let is_blank = |blank: &Option<Vec<bool>>| blank.as_ref().is_some_and(|blank| blank[row]);
        match self {
            Self::Words { keys, words } => words.get(*keys.get(row)? as usize).map(Cow::Borrowed),
            Self::Whole { blank, .. } | Self::Real { blank, .. } if is_blank(blank) => None,
            Self::Whole { values, .. } => Some(Cow::Owned(values[row].to_string())),
            Self::Real { values, .. } => Some(Cow::Owned(values[row].to_string())),
        }
    }
}

/// Fields of text on their way to a column.
#[derive(Debug)]
pub(crate) struct WordsBuilder {
    keys: Vec<u32>,
    id: u64,
    list: Arc<Vec<Arc<str>>>,
    /// Words that were met since the list was last given away.
    new: Vec<Arc<str>>,
    places: HashMap<Arc<str>, u32>,
}

impl Default for WordsBuilder {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            list: Arc::new(Vec::new()),
            new: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl WordsBuilder {
    /// Adds a field, without the spaces around it.
    pub(crate) fn push(&mut self, text: &str) {
        let text = text.trim();
        let key = if text.is_empty() {
            BLANK
        } else if let Some(key) = self.places.get(text) {
            *key
        } else {
            let key = u32::try_from(self.places.len()).unwrap_or(BLANK);
            let word: Arc<str> = text.into();
            self.new.push(Arc::clone(&word));
            self.places.insert(word, key);
            key
        };
        self.keys.push(key);
    }

    /// The column of the fields since the last; words keep their places.
    pub(crate) fn take(&mut self) -> Column {
        if !self.new.is_empty() {
            Arc::make_mut(&mut self.list).append(&mut self.new);
        }
        Column::Words {
            keys: std::mem::take(&mut self.keys),
            words: Words {
                id: self.id,
                list: List::Own(Arc::clone(&self.list)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_keeps_its_number_from_batch_to_batch() {
        let mut builder = WordsBuilder::default();
        for text in ["a", " b ", "", "a"] {
            builder.push(text);
        }
        let first = builder.take();
        let texts: Vec<Option<Cow<'_, str>>> = (0..4).map(|row| first.text(row)).collect();
        let word = |text| Some(Cow::Borrowed(text));
        assert_eq!(texts, [word("a"), word("b"), None, word("a")]);
        builder.push("b");
        let Column::Words { keys, words } = builder.take() else {
            panic!("text became numbers");
        };
        assert_eq!((keys, words.len()), (vec![1], 2));
    }
}
