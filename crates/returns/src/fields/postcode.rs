//! Postcodes to tenths of neighbourhoods by deprivation, from a lookup that the user gives.

use crate::diagnostics::Code;
use crate::fields::value::{PostcodeText, read_postcode};

/// A lookup from postcode to decile of England's index of deprivation. Empty if none was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct PostcodeLookup {
    /// Postcodes, each with its decile; 0 for those of another nation.
    codes: Vec<(u64, u8)>,
    ranks: Vec<(u64, u32)>,
    elsewhere: u64,
    without_nation: u64,
}

/// Which nation a row of a directory is of: each ranks its own neighbourhoods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nation {
    England,
    /// Wales, Scotland, Northern Ireland, or one of the islands.
    Other,
    /// The directory does not say.
    Unsaid,
}

impl Nation {
    /// The nation of an area's code or name: `E92000001`, `W01000482`, `S12000036`, `England`.
    pub(crate) fn of(code: &str) -> Self {
        match code.trim().bytes().next() {
            Some(b'E' | b'e') => Self::England,
            Some(_) => Self::Other,
            None => Self::Unsaid,
        }
    }
}

/// What a lookup says of a postcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    /// Tenth of England's neighbourhoods, 1 to 10.
    Decile(u8),
    /// It is in another nation, whose ranks are not England's.
    Elsewhere,
    /// It is not there.
    Unlisted,
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
    /// Adds a row: a decile, or else a rank from which a decile will be made. A rank says nothing
    /// without the nation whose neighbourhoods it is among.
    pub(crate) fn push(
        &mut self,
        postcode: &str,
        nation: Nation,
        decile: Option<u32>,
        rank: Option<u32>,
    ) {
        let PostcodeText::Full(code) = read_postcode(postcode) else {
            return;
        };
        let Some(key) = pack(&code) else { return };
        match (nation, decile, rank) {
            (Nation::Other, ..) => {
                self.elsewhere += 1;
                self.codes.push((key, 0));
            }
            (_, Some(decile @ 1..=10), _) => {
                self.codes.push((key, u8::try_from(decile).unwrap_or(0)));
            }
            (Nation::England, _, Some(rank)) if rank > 0 => self.ranks.push((key, rank)),
            (Nation::Unsaid, _, Some(_)) => self.without_nation += 1,
            _ => {}
        }
    }

    /// Makes the lookup ready once all rows are in. Gives what there is to say of it.
    pub(crate) fn finish(&mut self) -> Vec<(Code, String)> {
        let highest = self.ranks.iter().map(|(_, rank)| *rank).max().unwrap_or(0);
        let (of, index) = if highest > RANKS_2019 {
            (RANKS_2025, 2025)
        } else {
            (RANKS_2019, 2019)
        };
        let mut said = Vec::new();
        if !self.ranks.is_empty() {
            let message = format!("ranks up to {highest}: among the {of} of the index of {index}");
            said.push((Code::LookupRead, message));
        }
        if self.elsewhere > 0 {
            said.push((Code::LookupNation, format!("{} postcodes", self.elsewhere)));
        }
        if self.without_nation > 0 {
            said.push((
                Code::LookupScale,
                format!("{} postcodes", self.without_nation),
            ));
        }
        for (key, rank) in self.ranks.drain(..).filter(|(_, rank)| *rank <= of) {
            // As published: of 32,844 neighbourhoods the first 3,284 are the first tenth.
            let tenth = (u64::from(rank) * 10).div_ceil(u64::from(of));
            self.codes.push((key, u8::try_from(tenth).unwrap_or(0)));
        }
        self.codes.sort_unstable();
        self.codes.dedup_by_key(|(key, _)| *key);
        said
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

    /// What it says of a whole postcode written as `SW1A 1AA`; decile 1 is the most deprived.
    #[must_use]
    pub(crate) fn home(&self, postcode: &str) -> Home {
        let found = pack(postcode)
            .and_then(|key| {
                self.codes
                    .binary_search_by_key(&key, |(code, _)| *code)
                    .ok()
            })
            .map(|at| self.codes[at].1);
        match found {
            None => Home::Unlisted,
            Some(0) => Home::Elsewhere,
            Some(decile) => Home::Decile(decile),
        }
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

    fn said(said: Vec<(Code, String)>) -> Vec<Code> {
        said.into_iter().map(|(code, _)| code).collect()
    }

    #[test]
    fn ranks_become_tenths_of_the_index_they_belong_to() {
        let mut lookup = PostcodeLookup::default();
        let england = Nation::of("E01000001");
        lookup.push("AB1 2CD", england, None, Some(1));
        lookup.push("AB1 2CE", england, None, Some(3285));
        lookup.push("AB1 2CF", england, None, Some(32_844));
        lookup.push("AB1 2CG", Nation::Unsaid, Some(7), Some(1));
        lookup.push("nope", england, Some(7), None);
        assert_eq!(said(lookup.finish()), [Code::LookupRead]);
        let found =
            ["AB1 2CD", "AB1 2CE", "AB1 2CF", "AB1 2CG", "ZZ1 1ZZ"].map(|code| lookup.home(code));
        let decile = Home::Decile;
        assert_eq!(
            found,
            [decile(1), decile(2), decile(10), decile(7), Home::Unlisted]
        );
        assert!(is_whole("AB1 2CD") && !is_whole("AB1 2"));
    }

    #[test]
    fn a_rank_is_comparable_only_within_its_nation() {
        let mut lookup = PostcodeLookup::default();
        for (postcode, code) in [
            ("AB1 2CA", "E92000001"),
            ("AB1 2CB", "W92000004"),
            ("AB1 2CC", "S01006506"),
            ("AB1 2CD", "95GG01S1"),
            ("AB1 2CE", "N09000003"),
            ("AB1 2CF", "Wales"),
            ("AB1 2CG", "L93000001"),
            ("AB1 2CH", ""),
            ("AB1 2CJ", "England"),
        ] {
            lookup.push(postcode, Nation::of(code), None, Some(1800));
        }
        // A decile of another nation is as little England's as a rank.
        lookup.push("AB1 2CL", Nation::Other, Some(1), None);
        let codes = [Code::LookupRead, Code::LookupNation, Code::LookupScale];
        assert_eq!(said(lookup.finish()), codes);
        let found = ["A", "B", "C", "D", "E", "F", "G", "H", "J", "L"]
            .map(|end| lookup.home(&format!("AB1 2C{end}")));
        let (one, other, none) = (Home::Decile(1), Home::Elsewhere, Home::Unlisted);
        let expected = [
            one, other, other, other, other, other, other, none, one, other,
        ];
        assert_eq!(found, expected);
    }
}
