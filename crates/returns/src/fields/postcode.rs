//! Postcodes to neighbourhoods and their tenths by deprivation, from a lookup that the user gives.

use std::collections::BTreeMap;

use disparity_core::AreaCode;
use disparity_core::journeys::{HomeId, Homes};

use crate::diagnostics::Code;
use crate::fields::value::{PostcodeText, read_postcode};

/// A lookup from postcode to neighbourhood and decile of England's index of deprivation. Empty if none was given.
#[derive(Debug, Clone, Default)]
pub(crate) struct PostcodeLookup {
    /// Postcodes, each with its decile and the number of its neighbourhood; 0 for those of another nation.
    codes: Vec<(u64, u8, HomeId)>,
    ranks: Vec<(u64, u32, HomeId)>,
    /// Neighbourhoods in the order in which they came, until all are in.
    coming: BTreeMap<AreaCode, u16>,
    homes: Homes,
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
    /// Adds a row: a neighbourhood of England, and a decile or else a rank from which a decile will be made. A
    /// rank says nothing without the nation whose neighbourhoods it is among.
    pub(crate) fn push(
        &mut self,
        postcode: &str,
        (nation, lsoa): (Nation, Option<AreaCode>),
        decile: Option<u32>,
        rank: Option<u32>,
    ) {
        let PostcodeText::Full(code) = read_postcode(postcode) else {
            return;
        };
        let Some(key) = pack(&code) else { return };
        let home = lsoa.map_or(HomeId::UNKNOWN, |lsoa| self.number(lsoa));
        match (nation, decile, rank) {
            (Nation::Other, ..) => {
                self.elsewhere += 1;
                self.codes.push((key, 0, HomeId::OUTSIDE));
            }
            (_, Some(decile @ 1..=10), _) => {
                self.codes
                    .push((key, u8::try_from(decile).unwrap_or(0), home));
            }
            (Nation::England, _, Some(rank)) if rank > 0 => self.ranks.push((key, rank, home)),
            (Nation::Unsaid, _, Some(_)) => self.without_nation += 1,
            _ => {}
        }
    }

    /// The number of a neighbourhood, of as many as can be numbered.
    fn number(&mut self, lsoa: AreaCode) -> HomeId {
        let next = self.coming.len() + 1;
        let number = match self.coming.get(&lsoa) {
            Some(number) => Some(*number),
            None => u16::try_from(next).ok().filter(|_| next <= Homes::MOST),
        };
        number.map_or(HomeId::UNKNOWN, |number| {
            self.coming.insert(lsoa, number);
            HomeId(number)
        })
    }

    /// Makes the lookup ready once all rows are in. Gives what there is to say of it.
    pub(crate) fn finish(&mut self) -> Vec<(Code, String)> {
        let highest = self
            .ranks
            .iter()
            .map(|(_, rank, _)| *rank)
            .max()
            .unwrap_or(0);
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
        for (key, rank, home) in self.ranks.drain(..).filter(|(_, rank, _)| *rank <= of) {
            // As published: of 32,844 neighbourhoods the first 3,284 are the first tenth.
            let tenth = (u64::from(rank) * 10).div_ceil(u64::from(of));
            self.codes
                .push((key, u8::try_from(tenth).unwrap_or(0), home));
        }
        self.number_in_order();
        self.codes.sort_unstable();
        self.codes.dedup_by_key(|(key, ..)| *key);
        said
    }

    /// Neighbourhoods are numbered in the order of their codes, whatever order rows come in.
    fn number_in_order(&mut self) {
        let coming = std::mem::take(&mut self.coming);
        self.homes = Homes::new(coming.keys().copied().collect()).unwrap_or_default();
        let mut new = vec![HomeId::UNKNOWN; coming.len() + 1];
        for (code, number) in coming {
            new[usize::from(number)] = self.homes.id(code).unwrap_or(HomeId::UNKNOWN);
        }
        for (.., home) in self.codes.iter_mut().filter(|(.., home)| home.is_place()) {
            *home = new
                .get(usize::from(home.0))
                .copied()
                .unwrap_or(HomeId::UNKNOWN);
        }
    }

    /// What numbers its neighbourhoods.
    pub(crate) fn homes(&self) -> &Homes {
        &self.homes
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

    /// What it says of a whole postcode written as `SW1A 1AA`: decile 1 is the most deprived; and the
    /// neighbourhood.
    #[must_use]
    pub(crate) fn home(&self, postcode: &str) -> (Home, HomeId) {
        let found = pack(postcode)
            .and_then(|key| {
                self.codes
                    .binary_search_by_key(&key, |(code, ..)| *code)
                    .ok()
            })
            .map(|at| self.codes[at]);
        match found {
            None => (Home::Unlisted, HomeId::UNKNOWN),
            Some((_, 0, home)) => (Home::Elsewhere, home),
            Some((_, decile, home)) => (Home::Decile(decile), home),
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
        let lsoa = |text: &str| text.parse::<AreaCode>().ok();
        let england = (Nation::of("E01000001"), None);
        let second = (england.0, lsoa("E01000002"));
        lookup.push("AB1 2CD", second, None, Some(1));
        lookup.push("AB1 2CE", england, None, Some(3285));
        lookup.push("AB1 2CF", england, None, Some(32_844));
        lookup.push(
            "AB1 2CG",
            (Nation::Unsaid, lsoa("E01000001")),
            Some(7),
            Some(1),
        );
        lookup.push("nope", england, Some(7), None);
        assert_eq!(said(lookup.finish()), [Code::LookupRead]);
        let found =
            ["AB1 2CD", "AB1 2CE", "AB1 2CF", "AB1 2CG", "ZZ1 1ZZ"].map(|code| lookup.home(code).0);
        let decile = Home::Decile;
        assert_eq!(
            found,
            [decile(1), decile(2), decile(10), decile(7), Home::Unlisted]
        );
        // In the order of their codes, not of the rows.
        let homes = ["AB1 2CG", "AB1 2CD", "AB1 2CE", "ZZ1 1ZZ"].map(|code| lookup.home(code).1);
        let unknown = HomeId::UNKNOWN;
        assert_eq!(homes, [HomeId(1), HomeId(2), unknown, unknown]);
        assert_eq!(lookup.homes().get(HomeId(2)), lsoa("E01000002"));
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
            lookup.push(postcode, (Nation::of(code), None), None, Some(1800));
        }
        // A decile of another nation is as little England's as a rank.
        lookup.push("AB1 2CL", (Nation::Other, None), Some(1), None);
        let codes = [Code::LookupRead, Code::LookupNation, Code::LookupScale];
        assert_eq!(said(lookup.finish()), codes);
        let found = ["A", "B", "C", "D", "E", "F", "G", "H", "J", "L"]
            .map(|end| lookup.home(&format!("AB1 2C{end}")).0);
        let (one, other, none) = (Home::Decile(1), Home::Elsewhere, Home::Unlisted);
        let expected = [
            one, other, other, other, other, other, other, none, one, other,
        ];
        assert_eq!(found, expected);
    }
}
