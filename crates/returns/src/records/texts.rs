//! Texts that come again and again, such as identifiers and postcodes, kept once and numbered.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// A place of the table that holds no number.
const EMPTY: u32 = u32::MAX;

/// Texts numbered in order of first appearance. All of them stand in one string and a table of
/// numbers finds them, so that a short text costs little more than its letters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    letters: String,
    /// Where each text ends.
    ends: Vec<usize>,
    /// Numbers by hash, with open addressing; a power of two, at most three quarters full.
    table: Vec<u32>,
}

impl Texts {
    /// The number of a text, new or old.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if (self.ends.len() + 1) * 4 > self.table.len() * 3 {
            self.grow();
        }
        let place = self.place(text);
        if self.table[place] != EMPTY {
            return self.table[place];
        }
        let number = u32::try_from(self.ends.len()).unwrap_or(EMPTY);
        self.letters.push_str(text);
        self.ends.push(self.letters.len());
        self.table[place] = number;
        number
    }

    /// The text of a number; blank if there is none.
    #[must_use]
    pub(crate) fn text(&self, number: u32) -> &str {
        let at = number as usize;
        let Some(end) = self.ends.get(at).copied() else {
            return "";
        };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.letters[start..end]
    }

    /// How many there are.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Where a text stands in the table, or would.
    fn place(&self, text: &str) -> usize {
        let mask = self.table.len() - 1;
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "only the low bits are used"
        )]
        let mut place = hash as usize & mask;
        while self.table[place] != EMPTY && self.text(self.table[place]) != text {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        let room = (self.table.len() * 2).max(16);
        self.table.clear();
        self.table.resize(room, EMPTY);
        for number in 0..self.ends.len() {
            let number = u32::try_from(number).unwrap_or(EMPTY);
            let place = self.place(self.text(number));
            self.table[place] = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_numbered_in_order_and_found_again() {
        let mut texts = Texts::default();
        assert_eq!((texts.text(0), texts.len()), ("", 0));
        let all: Vec<String> = (0..5_000)
            .map(|n| format!("{}{n}", "x".repeat(n % 7)))
            .collect();
        assert_eq!(texts.number(""), 0);
        for round in 0..2 {
            for (number, text) in (1..).zip(&all) {
                assert_eq!(texts.number(text), number, "round {round}");
            }
        }
        assert_eq!((texts.number(""), texts.len()), (0, 5_001));
        assert!(
            (1..)
                .zip(&all)
                .all(|(number, text)| texts.text(number) == text)
        );
        assert_eq!(texts.text(5_001), "");
    }
}
