//! Neighbourhoods: lower layer super output areas of 2021, what they are part of, who lives there, what
//! borders on what, and teams made of them.
//!
//! Words only: whoever makes teams or estimates is elsewhere. Codes of neighbourhoods, middle layer
//! areas, wards and districts are [`AreaCode`]s, as all codes of the Office for National Statistics are.

mod boundaries;
mod errors;
mod footprints;
mod margins;

use std::collections::BTreeMap;

use crate::{AreaCode, Count, Reported};

pub use self::boundaries::{Boundaries, Outlines, Polygon, Ring};
pub use self::errors::{GroupEstimateErrors, SizeClass};
pub use self::footprints::{Footprint, FootprintOrigin, Footprints, TeamSize, TeamSizeError};
pub use self::margins::{GroupMargin, Margins};

/// The broad ethnic groups of [`Neighbourhood::residents_by_group`], as `categories.csv` has them.
pub const RESIDENT_GROUPS: [&str; 5] = ["white", "mixed", "asian", "black", "other"];

/// The age bands of [`Neighbourhood::children_by_age`], as `categories.csv` has them; the last is 16 and 17.
pub const CHILD_AGE_BANDS: [&str; 5] = ["under_1", "1_to_4", "5_to_9", "10_to_15", "16_and_over"];

/// Tenths of England's neighbourhoods by deprivation: 1 is the most deprived, 10 the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deciles {
    /// Index of Multiple Deprivation.
    pub imd: Reported<u8>,
    /// Income Deprivation Affecting Children Index.
    pub idaci: Reported<u8>,
}

/// Where a neighbourhood is, in degrees (WGS 84), to about ten metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Centroid {
    /// East of Greenwich.
    pub longitude: f64,
    /// North of the equator.
    pub latitude: f64,
}

/// One lower layer super output area of 2021, of about 1,000 to 3,000 residents.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbourhood {
    /// Its code.
    pub code: AreaCode,
    /// Its name, such as `Hartlepool 009A`: that of its middle layer area and a letter.
    pub name: String,
    /// The authority whose children live here, as figures are kept ([`crate::Area::entity`]).
    pub authority: AreaCode,
    /// The middle layer area that it is part of.
    pub msoa: AreaCode,
    /// The ward of 2024 that it fits best. Of one neighbourhood (E01027305) that is in another authority.
    pub ward: AreaCode,
    /// Deciles of the Indices of 2025.
    pub deciles_2025: Deciles,
    /// Deciles of the Indices of 2019, which are of the neighbourhoods of 2011: not available where
    /// it was made from several of different deciles.
    pub deciles_2019: Deciles,
    /// Residents of all ages at the census of 2021, in the order of [`RESIDENT_GROUPS`].
    pub residents_by_group: [Count; 5],
    /// Children aged 0 to 15 at the census of 2021.
    pub children_0_to_15: Count,
    /// Children at mid-2020 in the order of [`CHILD_AGE_BANDS`], before the rebase to the census: an
    /// estimate of another source than [`Neighbourhood::children_0_to_15`], for shares of ages.
    pub children_by_age: [Count; 5],
    /// Its middle.
    pub centroid: Centroid,
}

impl Neighbourhood {
    /// Residents of all ages at the census of 2021.
    #[must_use]
    pub fn residents(&self) -> Count {
        self.residents_by_group.iter().sum()
    }

    /// Children by age in the order of [`CHILD_AGE_BANDS`] as if the census had asked: those of mid-2020, so
    /// scaled that aged 0 to 15 there are as many as at the census of 2021. Nobody is aged anything where
    /// nobody was at the census; none, where there were children at the census and not at mid-2020.
    #[must_use]
    pub fn children_by_age_at_census(&self) -> Option<[f64; 5]> {
        let young: Count = self.children_by_age.iter().take(4).sum();
        match (self.children_0_to_15, young) {
            (0, _) => Some([0.0; 5]),
            (_, 0) => None,
            (census, estimate) => {
                let scale = f64::from(census) / f64::from(estimate);
                Some(
                    self.children_by_age
                        .map(|children| f64::from(children) * scale),
                )
            }
        }
    }

    /// Deciles in an edition of the Indices, which [`crate::edition_in_force`] gives for a period; none
    /// for an edition that neighbourhoods do not have.
    #[must_use]
    pub fn deciles(&self, edition: u16) -> Option<Deciles> {
        match edition {
            2019 => Some(self.deciles_2019),
            2025 => Some(self.deciles_2025),
            _ => None,
        }
    }
}

/// A middle layer super output area of 2021.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Msoa {
    /// The name of the Office for National Statistics, such as `Hartlepool 009`.
    pub name: String,
    /// The name that the House of Commons Library gives it, such as `Old Town & Grange`.
    pub library_name: String,
}

/// A ward of 2024.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ward {
    /// Its name.
    pub name: String,
    /// The district that it lies in.
    pub district: AreaCode,
}

/// A lower-tier authority of 2024: a district of a county, or the authority itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct District {
    /// Its name.
    pub name: String,
    /// The authority with responsibility for its children.
    pub authority: AreaCode,
}

/// Why two neighbourhoods are taken to adjoin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// They share a border of this length, in metres, in generalised boundaries.
    Border(u32),
    /// No border joins them, but a row of `neighbourhood_links.csv` does, across water.
    Link,
}

/// Two neighbourhoods of one authority that adjoin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adjoining {
    /// Positions among the authority's neighbourhoods ([`Neighbourhoods::of`]), the lower one first.
    pub between: [usize; 2],
    /// Why.
    pub contact: Contact,
}

/// What happened to a neighbourhood of 2011.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Redrawn {
    /// It is one of several parts that it was divided into.
    Split,
    /// It became one with others.
    Merged,
    /// Neither: parts of it went to different ones.
    Irregular,
}

impl Redrawn {
    /// Every kind with its word in `neighbourhoods_2011_to_2021.csv`.
    pub const WORDS: [(Self, &'static str); 3] = [
        (Self::Split, "split"),
        (Self::Merged, "merged"),
        (Self::Irregular, "redrawn"),
    ];

    /// The kind that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS
            .into_iter()
            .find(|(_, own)| *own == word)
            .map(|(kind, _)| kind)
    }

    /// The word of a kind.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize].1
    }
}

/// What a code of a neighbourhood means.
#[derive(Debug, Clone, PartialEq)]
pub enum Named<'a> {
    /// A neighbourhood of 2021; of 2011 too, if it was not redrawn.
    Now(&'a Neighbourhood),
    /// One of 2011 that is no more, and those of 2021 on its ground.
    In2011(Redrawn, Vec<&'a Neighbourhood>),
    /// Neither.
    Unknown,
}

/// What neighbourhoods are part of, and what became of those of 2011.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Places {
    /// Middle layer areas.
    pub msoas: BTreeMap<AreaCode, Msoa>,
    /// Wards.
    pub wards: BTreeMap<AreaCode, Ward>,
    /// Districts.
    pub districts: BTreeMap<AreaCode, District>,
    /// Neighbourhoods of 2011 that were redrawn, with those of 2021 on their ground.
    pub redrawn: BTreeMap<AreaCode, (Redrawn, Vec<AreaCode>)>,
}

/// All neighbourhoods of England.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Neighbourhoods {
    /// By authority and code, so that those of an authority stand together.
    all: Vec<Neighbourhood>,
    /// Where those of each authority begin and end.
    authorities: BTreeMap<AreaCode, [usize; 2]>,
    /// Positions in `all` by code.
    by_code: Vec<(AreaCode, u32)>,
    adjoining: BTreeMap<AreaCode, Vec<Adjoining>>,
    places: Places,
}

impl Neighbourhoods {
    /// Neighbourhoods with the contacts between them, each between two codes.
    ///
    /// Contacts of a neighbourhood that is not there, and of two authorities, are left out; of several
    /// contacts of a pair the first counts. Callers have checked that codes are unique.
    #[must_use]
    pub fn new(
        mut all: Vec<Neighbourhood>,
        contacts: impl IntoIterator<Item = ([AreaCode; 2], Contact)>,
        places: Places,
    ) -> Self {
        all.sort_by_key(|own| (own.authority, own.code));
        let mut authorities: BTreeMap<AreaCode, [usize; 2]> = BTreeMap::new();
        for (at, own) in all.iter().enumerate() {
            authorities.entry(own.authority).or_insert([at, at])[1] = at + 1;
        }
        let mut by_code: Vec<(AreaCode, u32)> = all
            .iter()
            .zip(0..)
            .map(|(own, at)| (own.code, at))
            .collect();
        by_code.sort_unstable();
        let mut found = Self {
            all,
            authorities,
            by_code,
            adjoining: BTreeMap::new(),
            places,
        };
        let mut pairs: Vec<([usize; 2], Contact)> = Vec::new();
        for (codes, contact) in contacts {
            let [Some(one), Some(other)] = codes.map(|code| found.position(code)) else {
                continue;
            };
            if one != other && found.all[one].authority == found.all[other].authority {
                pairs.push(([one.min(other), one.max(other)], contact));
            }
        }
        // Stable: of several contacts of a pair the first stays first.
        pairs.sort_by_key(|(pair, _)| *pair);
        pairs.dedup_by_key(|(pair, _)| *pair);
        for (pair, contact) in pairs {
            let authority = found.all[pair[0]].authority;
            let first = found.authorities[&authority][0];
            let between = pair.map(|at| at - first);
            let own = found.adjoining.entry(authority).or_default();
            own.push(Adjoining { between, contact });
        }
        found
    }

    fn position(&self, code: AreaCode) -> Option<usize> {
        let at = self.by_code.binary_search_by_key(&code, |(own, _)| *own);
        Some(self.by_code.get(at.ok()?)?.1 as usize)
    }

    /// All, by authority and code.
    #[must_use]
    pub fn all(&self) -> &[Neighbourhood] {
        &self.all
    }

    /// The neighbourhood of 2021 with that code.
    #[must_use]
    pub fn get(&self, code: AreaCode) -> Option<&Neighbourhood> {
        self.position(code).and_then(|at| self.all.get(at))
    }

    /// What a code means that may be of 2021 or of 2011.
    #[must_use]
    pub fn named(&self, code: AreaCode) -> Named<'_> {
        if let Some(found) = self.get(code) {
            return Named::Now(found);
        }
        self.places
            .redrawn
            .get(&code)
            .map_or(Named::Unknown, |(how, into)| {
                Named::In2011(
                    *how,
                    into.iter().filter_map(|code| self.get(*code)).collect(),
                )
            })
    }

    /// The neighbourhoods of an authority by code; none if it is not an authority of today.
    #[must_use]
    pub fn of(&self, authority: AreaCode) -> &[Neighbourhood] {
        let [from, to] = self.authorities.get(&authority).copied().unwrap_or([0, 0]);
        self.all.get(from..to).unwrap_or(&[])
    }

    /// Which neighbourhoods of an authority adjoin, by position among them.
    #[must_use]
    pub fn adjoining(&self, authority: AreaCode) -> &[Adjoining] {
        self.adjoining.get(&authority).map_or(&[], Vec::as_slice)
    }

    /// The authorities there are, in code order.
    pub fn authorities(&self) -> impl Iterator<Item = AreaCode> {
        self.authorities.keys().copied()
    }

    /// What neighbourhoods are part of, and what became of those of 2011.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Symbol;

    fn code(text: &str) -> AreaCode {
        text.parse().unwrap()
    }

    fn one(own: &str, authority: &str) -> Neighbourhood {
        let unknown = Reported::Symbol(Symbol::NotAvailable);
        let deciles = Deciles {
            imd: unknown,
            idaci: Reported::Value(3),
        };
        Neighbourhood {
            code: code(own),
            name: own.to_owned(),
            authority: code(authority),
            msoa: code("E02000001"),
            ward: code("E05000001"),
            deciles_2025: deciles,
            deciles_2019: deciles,
            residents_by_group: [1, 2, 3, 4, 5],
            children_0_to_15: 6,
            children_by_age: [1; 5],
            centroid: Centroid {
                longitude: 0.0,
                latitude: 52.0,
            },
        }
    }

    fn three() -> Neighbourhoods {
        let all = ["E01000003", "E01000001"].map(|own| one(own, "E06000002"));
        let all = all
            .into_iter()
            .chain([one("E01000002", "E06000001")])
            .collect();
        let contacts = [
            ([code("E01000003"), code("E01000001")], Contact::Border(120)),
            ([code("E01000001"), code("E01000003")], Contact::Link),
            ([code("E01000001"), code("E01000002")], Contact::Border(5)),
            ([code("E01000001"), code("E01009999")], Contact::Border(5)),
        ];
        let redrawn = BTreeMap::from([(
            code("E01000009"),
            (Redrawn::Split, vec![code("E01000001"), code("E01000003")]),
        )]);
        Neighbourhoods::new(
            all,
            contacts,
            Places {
                redrawn,
                ..Places::default()
            },
        )
    }

    #[test]
    fn those_of_an_authority_stand_together_with_what_borders_on_what() {
        let found = three();
        let codes: Vec<&str> = found
            .of(code("E06000002"))
            .iter()
            .map(|own| own.code.as_str())
            .collect();
        assert_eq!(codes, ["E01000001", "E01000003"]);
        let expected = [Adjoining {
            between: [0, 1],
            contact: Contact::Border(120),
        }];
        assert_eq!(found.adjoining(code("E06000002")), expected);
        assert!(
            found.adjoining(code("E06000001")).is_empty() && found.of(code("E06000009")).is_empty()
        );
        assert_eq!(found.get(code("E01000002")).unwrap().residents(), 15);
        assert_eq!(found.authorities().count(), 2);
    }

    #[test]
    fn a_code_of_2011_leads_to_those_on_its_ground() {
        let found = three();
        let Named::In2011(how, into) = found.named(code("E01000009")) else {
            panic!("not understood")
        };
        assert_eq!((how, into.len()), (Redrawn::Split, 2));
        assert!(matches!(found.named(code("E01000003")), Named::Now(_)));
        assert_eq!(found.named(code("E01000008")), Named::Unknown);
    }

    #[test]
    fn ages_are_scaled_to_the_census() {
        let mut own = one("E01000001", "E06000001");
        let close = |found: Option<[f64; 5]>, each: f64| {
            found
                .unwrap()
                .iter()
                .all(|children| (children - each).abs() < 1e-12)
        };
        assert!(close(own.children_by_age_at_census(), 1.5));
        own.children_by_age = [0, 0, 0, 0, 7];
        assert_eq!(own.children_by_age_at_census(), None);
        own.children_0_to_15 = 0;
        assert!(close(own.children_by_age_at_census(), 0.0));
    }

    #[test]
    fn deciles_are_of_an_edition() {
        let own = one("E01000001", "E06000001");
        assert_eq!(own.deciles(2025).unwrap().idaci, Reported::Value(3));
        assert_eq!(own.deciles(2015), None);
        assert_eq!(own.deciles(2019).unwrap().imd.value(), None);
    }
}
