//! Postcodes to tenths of neighbourhoods by deprivation, from a lookup that the user gives.

use crate::value::{PostcodeText, read_postcode};

/// A lookup from postcode to decile. Empty if none was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct PostcodeLookup {
    codes: Vec<(u64, u8)>,
    ranks: Vec<(u64, u32)>,
}

/// A postcode as a number: letters and digits in base 37.
fn pack(text: &str) -> Option<u64> {
    let mut packed = 0_u64;
    for byte in text.bytes().filter(|b| *b != b' ') {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0' + 1,
            b'A'..=b'Z' => byte - b'A' + 11,
            _ => return None,
        };
        packed = packed * 37 + u64::from(digit);
    }
    (packed > 0).then_some(packed)
}

/// Neighbourhoods in the index of 2019 and in that of 2025.
const RANKS_2019: u32 = 32_844;
const RANKS_2025: u32 = 33_755;

impl PostcodeLookup {
    /// Adds a row: a decile, or else a rank from which a decile will be made.
    pub(crate) fn push(&mut self, postcode: &str, decile: Option<u32>, rank: Option<u32>) {
        let PostcodeText::Full(code) = read_postcode(postcode) else {
            return;
        };
        let Some(key) = pack(&code) else { return };
        match (decile, rank) {
            (Some(decile @ 1..=10), _) => self.codes.push((key, u8::try_from(decile).unwrap_or(0))),
            (_, Some(rank)) if rank > 0 => self.ranks.push((key, rank)),
            _ => {}
        }
    }

    /// Makes the lookup ready once all rows are in.
    pub(crate) fn finish(&mut self) {
        let highest = self.ranks.iter().map(|(_, rank)| *rank).max().unwrap_or(0);
        let of = if highest > RANKS_2019 {
            RANKS_2025
        } else {
            RANKS_2019
        };
        for (key, rank) in self.ranks.drain(..).filter(|(_, rank)| *rank <= of) {
            // As published: of 32,844 neighbourhoods the first 3,284 are the first tenth.
            let tenth = (u64::from(rank) * 10).div_ceil(u64::from(of));
            self.codes.push((key, u8::try_from(tenth).unwrap_or(0)));
        }
        self.codes.sort_unstable();
        self.codes.dedup_by_key(|(key, _)| *key);
    }

    /// Whether there is nothing to look up in.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// How many postcodes there are.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    /// The decile of a whole postcode written as `SW1A 1AA`; 1 is the most deprived.
    #[must_use]
    pub(crate) fn decile(&self, postcode: &str) -> Option<u8> {
        let key = pack(postcode)?;
        let at = self
            .codes
            .binary_search_by_key(&key, |(code, _)| *code)
            .ok()?;
        Some(self.codes[at].1)
    }
}

/// Whether a normalised postcode is whole rather than a sector.
pub(crate) fn is_whole(postcode: &str) -> bool {
    postcode
        .split_once(' ')
        .is_some_and(|(_, inward)| inward.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_become_tenths_of_the_index_they_belong_to() {
        let mut lookup = PostcodeLookup::default();
        lookup.push("AB1 2CD", None, Some(1));
        lookup.push("AB1 2CE", None, Some(3285));
        lookup.push("AB1 2CF", None, Some(32_844));
        lookup.push("AB1 2CG", Some(7), Some(1));
        lookup.push("nope", Some(7), None);
        lookup.finish();
        let found =
            ["AB1 2CD", "AB1 2CE", "AB1 2CF", "AB1 2CG", "ZZ1 1ZZ"].map(|code| lookup.decile(code));
        assert_eq!(found, [Some(1), Some(2), Some(10), Some(7), None]);
        assert!(is_whole("AB1 2CD") && !is_whole("AB1 2"));
    }
}
