//! What the fields of a column mean: looked up once for each word, not for each row.

pub(crate) mod counts;
pub(crate) mod groups;
pub(crate) mod periods;
pub(crate) mod places;

use rustc_hash::FxHashMap;

use crate::batch::{Batch, Column, Words};
use crate::error::{TableError, Wrong};

/// What is wrong with a word, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) what: String,
    pub(crate) hint: String,
}

impl Fault {
    pub(crate) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
        }
    }
}

/// What a word was found to mean.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known<M> {
    Unseen,
    Means(M),
    /// Nothing: the place of its error.
    Wrong(u32),
}

/// Whole numbers below this are looked up by their place: years, ages, small codes.
const SMALL: usize = 4096;

/// What the rows of a batch mean.
#[derive(Debug, Clone)]
pub(crate) struct Meant<M> {
    pub(crate) values: Vec<M>,
    /// Rows that mean nothing, which is kept as an error; none where every row means something.
    pub(crate) wrong: Option<Vec<bool>>,
}

impl<M: Copy> Meant<M> {
    /// What a row means; none where it means nothing.
    pub(crate) fn of(&self, row: usize) -> Option<M> {
        let wrong = self.wrong.as_ref().is_some_and(|wrong| wrong[row]);
        (!wrong).then(|| self.values[row])
    }
}

/// Looks words of one column up, and remembers what they mean.
#[derive(Debug)]
pub(crate) struct Lookup<M> {
    column: String,
    filler: M,
    /// The list of words that `by_place` goes with.
    list: Option<u64>,
    by_place: Vec<Known<M>>,
    blank: Known<M>,
    by_text: FxHashMap<Box<str>, Known<M>>,
    small: Vec<Known<M>>,
    errors: Vec<TableError>,
}

/// Says what a text means, or an empty field.
pub(crate) type Mean<'a, M> = &'a mut dyn FnMut(Option<&str>) -> Result<M, Fault>;

impl<M: Copy> Lookup<M> {
    /// A lookup for a column. `filler` stands in rows that mean nothing.
    pub(crate) fn new(column: &str, filler: M) -> Self {
        Self {
            filler,
            column: column.to_owned(),
            list: None,
            by_place: Vec::new(),
            blank: Known::Unseen,
            by_text: FxHashMap::default(),
            small: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// What each row of a batch means.
    pub(crate) fn each(
        &mut self,
        file: &str,
        batch: &Batch,
        column: &Column,
        mean: Mean<'_, M>,
    ) -> Meant<M> {
        let mut meant = Meant {
            values: vec![self.filler; batch.rows],
            wrong: None,
        };
        if let Column::Words { keys, words } = column {
            if self.list != Some(words.id) {
                self.list = Some(words.id);
                self.by_place.clear();
            }
            self.by_place.resize(words.len(), Known::Unseen);
            for (row, key) in keys.iter().enumerate() {
                match self.by_place.get(*key as usize) {
                    Some(Known::Means(own)) => meant.values[row] = *own,
                    known => {
                        let known = known.copied();
                        let known = self.rare(known, (*key, words), (file, batch, row), mean);
                        self.tell(known, row, batch, &mut meant);
                    }
                }
            }
            return meant;
        }
        if self.small.is_empty() {
            self.small.resize(SMALL, Known::Unseen);
        }
        for row in 0..batch.rows {
            let known = match column {
                Column::Whole {
                    values,
                    blank: None,
                } => self.number(values[row], (file, batch, row), mean),
                _ => match column.text(row) {
                    Some(text) => self.word(&text, (file, batch, row), mean),
                    None => self.empty((file, batch, row), mean),
                },
            };
            match known {
                Known::Means(own) => meant.values[row] = own,
                _ => self.tell(known, row, batch, &mut meant),
            }
        }
        meant
    }

    /// A word that was not met in this list, or that means nothing.
    fn rare(
        &mut self,
        known: Option<Known<M>>,
        (key, words): (u32, &Words),
        place: (&str, &Batch, usize),
        mean: Mean<'_, M>,
    ) -> Known<M> {
        match known {
            Some(Known::Unseen) => {
                let known = match words.get(key as usize) {
                    Some(word) => self.word(word, place, mean),
                    None => self.empty(place, mean),
                };
                self.by_place[key as usize] = known;
                known
            }
            Some(known) => known,
            None => self.empty(place, mean),
        }
    }

    fn word(&mut self, word: &str, place: (&str, &Batch, usize), mean: Mean<'_, M>) -> Known<M> {
        if let Some(known) = self.by_text.get(word) {
            return *known;
        }
        let known = self.find(mean(Some(word)), place);
        self.by_text.insert(word.into(), known);
        known
    }

    fn number(&mut self, value: i64, place: (&str, &Batch, usize), mean: Mean<'_, M>) -> Known<M> {
        let small = usize::try_from(value).ok().filter(|own| *own < SMALL);
        let Some(small) = small else {
            return self.word(&value.to_string(), place, mean);
        };
        if matches!(self.small[small], Known::Unseen) {
            self.small[small] = self.find(mean(Some(&value.to_string())), place);
        }
        self.small[small]
    }

    fn empty(&mut self, place: (&str, &Batch, usize), mean: Mean<'_, M>) -> Known<M> {
        if matches!(self.blank, Known::Unseen) {
            self.blank = self.find(mean(None), place);
        }
        self.blank
    }

    fn find(
        &mut self,
        meant: Result<M, Fault>,
        (file, batch, row): (&str, &Batch, usize),
    ) -> Known<M> {
        match meant {
            Ok(meant) => Known::Means(meant),
            Err(Fault { what, hint }) => {
                let mut error = TableError::at(file, batch.at.of(row), &self.column, what, hint);
                // Rows are counted where they are told.
                error.rows = 0;
                self.errors.push(error);
                Known::Wrong(u32::try_from(self.errors.len() - 1).unwrap_or_default())
            }
        }
    }

    /// Writes down what a row means, or that it means nothing.
    fn tell(&mut self, known: Known<M>, row: usize, batch: &Batch, meant: &mut Meant<M>) {
        match known {
            Known::Means(own) => meant.values[row] = own,
            Known::Unseen => {}
            Known::Wrong(at) => {
                let wrong = meant.wrong.get_or_insert_with(|| vec![false; batch.rows]);
                wrong[row] = true;
                let error = &mut self.errors[at as usize];
                error.rows += 1;
                error.place.line = error.place.line.min(batch.at.of(row));
            }
        }
    }

    /// What was wrong.
    pub(crate) fn into_wrong(self, wrong: &mut Wrong) {
        self.errors.into_iter().for_each(|error| wrong.add(error));
    }
}
