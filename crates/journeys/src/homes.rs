//! Children by the neighbourhood of their home, from the same records as counts of authorities.
//!
//! Whoever is counted is counted by [`counts`](crate::counts); this asks where the home was at the start of the
//! spell that a child is counted for: of children looked after, before they came into care. A neighbourhood of
//! 2011 that is one of 2021 still, or was merged into one, is that one; nobody knows in which part of one that was
//! split or redrawn a child lived. Whoever has no place is counted by why.

use std::collections::BTreeMap;

use disparity_core::journeys::{ChildRecord, HomeId, Journeys, Spell};
use disparity_core::needs::{FromHomes, SeenCount, SeenGroup, SeenLevel, SeenTable};
use disparity_core::neighbourhoods::{Named, Neighbourhood, Neighbourhoods, Redrawn};
use disparity_core::{AreaCode, Count, Day, Dimension, Dimensions, Period, Reported};

use crate::cohort::is_unaccompanied;
use crate::indicators::each_counted;
use crate::lookup::Lookup;

/// Where children who are counted have their homes, or why that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Placing {
    /// Everyone.
    pub counted: Count,
    /// In a neighbourhood of the authority.
    pub here: Count,
    /// Of those, in one that was made of several of 2011, of which the lookup names one.
    pub merged: Count,
    /// In a neighbourhood of another authority of England.
    pub elsewhere: Count,
    /// Not in England.
    pub outside: Count,
    /// In a neighbourhood of 2011 that was split or redrawn.
    pub redrawn: Count,
    /// No home is recorded, of unaccompanied children, of whom none is to be.
    pub unaccompanied: Count,
    /// No home is recorded, of others.
    pub blank: Count,
    /// One is recorded and cannot be told: its postcode is not in the lookup, is cut to the sector, or has no
    /// neighbourhood there.
    pub unknown: Count,
}

impl Placing {
    /// Children who are in no area of the authority.
    #[must_use]
    pub const fn unplaced(&self) -> Count {
        self.counted - self.here
    }

    /// The share of those who are to have a home of whom it is known where that is; none where nobody is.
    #[must_use]
    pub fn known(&self) -> Option<f64> {
        let of = self.counted - self.unaccompanied;
        let known = self.here + self.elsewhere + self.outside;
        (of > 0).then(|| f64::from(known) / f64::from(of))
    }
}

/// Children by neighbourhood of their home and broad ethnic group, and who is in none.
#[derive(Clone, PartialEq, Eq)]
pub struct SeenAtHome {
    /// Counts of every area of the authority: true counts of children, before the gate.
    pub table: SeenTable,
    /// Where homes are, of all and of each group.
    pub placing: BTreeMap<SeenGroup, Placing>,
}

/// Where a home is.
enum Place<'a> {
    Here(&'a Neighbourhood, bool),
    Elsewhere,
    Redrawn,
    Unknown,
}

/// Counts children of one authority (its position among the journeys, and its code), in a year, by the home at the
/// start of the spell that they are counted for. None where the returns do not cover the count.
///
/// # Errors
/// None; who has no place is counted.
#[must_use]
pub fn seen_at_home(
    journeys: &Journeys,
    dimensions: &Dimensions,
    neighbourhoods: &Neighbourhoods,
    (at, authority): (usize, AreaCode),
    (indicator, period): (&str, Period),
    level: SeenLevel,
) -> Option<SeenAtHome> {
    let lookup = Lookup::new(dimensions);
    let groups = dimensions.list(Dimension::EthnicityMajor);
    let group_of = |record: &ChildRecord| {
        let major = disparity_core::CategoryId(lookup.major(record.ethnicity.0));
        SeenGroup::from_code(&groups.get(major).code).unwrap_or(SeenGroup::Unknown)
    };
    let place_of = |spell: &Spell| {
        let Some(code) = journeys.homes().get(spell.home) else {
            return Place::Unknown;
        };
        let here = |own: &'_ Neighbourhood| own.authority == authority;
        match neighbourhoods.named(code) {
            Named::Now(own) if here(own) => Place::Here(own, false),
            Named::In2011(Redrawn::Merged, into) => match into.as_slice() {
                [own] if here(own) => Place::Here(own, true),
                [_] => Place::Elsewhere,
                _ => Place::Redrawn,
            },
            Named::In2011(_, into) if into.iter().any(|own| here(own)) => Place::Redrawn,
            Named::Now(_) | Named::In2011(..) => Place::Elsewhere,
            // A code that nobody knows, such as one of a later year.
            Named::Unknown => Place::Unknown,
        }
    };
    let mut counts: BTreeMap<(AreaCode, SeenGroup), Count> = BTreeMap::new();
    for own in neighbourhoods.of(authority) {
        let area = area_of(own, level);
        counts.extend(SeenGroup::ALL[1..].iter().map(|group| ((area, *group), 0)));
    }
    let mut placing: BTreeMap<SeenGroup, Placing> = SeenGroup::ALL
        .map(|group| (group, Placing::default()))
        .into();
    let last = Day::last_of(period);
    let call = |record: &ChildRecord, spell: &Spell| {
        let group = group_of(record);
        let is_alone = is_unaccompanied(record, last);
        for of in [SeenGroup::All, group] {
            let own = placing.entry(of).or_default();
            own.counted += 1;
            match (spell.home, is_alone) {
                (HomeId::BLANK, true) => own.unaccompanied += 1,
                (HomeId::BLANK, false) => own.blank += 1,
                (HomeId::UNKNOWN, _) => own.unknown += 1,
                (HomeId::OUTSIDE, _) => own.outside += 1,
                _ => match place_of(spell) {
                    Place::Here(_, merged) => {
                        own.here += 1;
                        own.merged += Count::from(merged);
                    }
                    Place::Elsewhere => own.elsewhere += 1,
                    Place::Redrawn => own.redrawn += 1,
                    Place::Unknown => own.unknown += 1,
                },
            }
        }
        if let Place::Here(own, _) = place_of(spell) {
            *counts.entry((area_of(own, level), group)).or_default() += 1;
        }
    };
    if !each_counted(journeys, (at, period), indicator, call) {
        return None;
    }
    let of = |group: &SeenGroup| placing.get(group).copied().unwrap_or_default();
    let unplaced = SeenGroup::ALL[1..].iter();
    let unplaced = unplaced.map(|group| (*group, of(group).unplaced()));
    let all = of(&SeenGroup::All);
    let from_homes = FromHomes::new(unplaced.collect(), all.counted, all.known());
    let counts = counts.into_iter();
    let counts = counts.map(|((code, group), count)| SeenCount {
        part: level.part(code),
        group,
        count: Reported::Value(count),
    });
    let table = SeenTable {
        authority,
        level,
        by_group: true,
        counts: counts.collect(),
        totals: Vec::new(),
        from_homes: Some(from_homes),
    };
    Some(SeenAtHome { table, placing })
}

/// The area of a level that a neighbourhood is in.
const fn area_of(own: &Neighbourhood, level: SeenLevel) -> AreaCode {
    match level {
        SeenLevel::Neighbourhood => own.code,
        SeenLevel::Msoa => own.msoa,
        SeenLevel::Ward => own.ward,
    }
}

#[cfg(test)]
mod tests {
    use disparity_core::journeys::{Authority, CodeSets, Coverage, Covered, Homes, SpellKind};
    use disparity_core::neighbourhoods::{Centroid, Deciles, Places};
    use disparity_core::{Category, CodeList, Symbol};

    use super::*;

    fn code(text: &str) -> AreaCode {
        text.parse().unwrap()
    }

    /// Three neighbourhoods here and one elsewhere; of those of 2011 E01000091 and E01000092 were merged here, and
    /// E01000093 was split here.
    fn places() -> Neighbourhoods {
        let unknown = Reported::Symbol(Symbol::NotAvailable);
        let deciles = Deciles {
            imd: unknown,
            idaci: unknown,
        };
        let one = |(own, authority): (&str, &str)| Neighbourhood {
            code: code(own),
            name: own.to_owned(),
            authority: code(authority),
            msoa: code("E02000001"),
            ward: code("E05000001"),
            deciles_2025: deciles,
            deciles_2019: deciles,
            residents_by_group: [0; 5],
            children_0_to_15: 0,
            children_by_age: [0; 5],
            centroid: Centroid {
                longitude: 0.0,
                latitude: 52.0,
            },
        };
        let here = "E06000001";
        let all = [
            ("E01000001", here),
            ("E01000002", here),
            ("E01000003", here),
            ("E01000009", "E06000002"),
        ];
        let now = |codes: &[&str]| codes.iter().map(|own| code(own)).collect::<Vec<_>>();
        let redrawn = [
            ("E01000091", Redrawn::Merged, now(&["E01000003"])),
            ("E01000092", Redrawn::Merged, now(&["E01000003"])),
            (
                "E01000093",
                Redrawn::Split,
                now(&["E01000001", "E01000002"]),
            ),
        ];
        let redrawn = redrawn.map(|(own, how, into)| (code(own), (how, into)));
        let places = Places {
            redrawn: redrawn.into(),
            ..Places::default()
        };
        Neighbourhoods::new(all.map(one).to_vec(), [], places)
    }

    fn dimensions() -> Dimensions {
        let list = |codes: &[(&str, Option<&str>)]| {
            let category = |(code, parent): &(&str, Option<&str>)| Category {
                code: (*code).to_owned(),
                label: (*code).to_owned(),
                parent: parent.map(str::to_owned),
                unknown: *code == "unknown",
            };
            CodeList::new(codes.iter().map(category).collect()).unwrap()
        };
        let major = [
            "Total", "white", "mixed", "asian", "black", "other", "unknown",
        ];
        Dimensions::new(Dimension::ALL.map(|dimension| match dimension {
            Dimension::EthnicityMajor => list(&major.map(|own| (own, None))),
            Dimension::EthnicityMinor => list(&[
                ("Total", None),
                ("WBRI", Some("white")),
                ("BCRB", Some("black")),
            ]),
            _ => CodeList::default(),
        }))
    }

    /// Children in need on 31 March 2025, each with an ethnic group, a home, and whether unaccompanied.
    fn journeys(children: &[(&str, HomeId, bool)], homes: &Homes) -> Journeys {
        let dimensions = dimensions();
        let minor = dimensions.list(Dimension::EthnicityMinor);
        let mut journeys = Journeys::new(CodeSets::default(), true);
        journeys.set_homes(homes.clone());
        let mut coverage = Coverage::default();
        let days = (Day(19_000), Day(20_180));
        coverage.set(SpellKind::CinEpisode, Covered::new(vec![days]));
        journeys.push_authority(Authority {
            old_la_code: "301".into(),
            area: Some(code("E06000001")),
            coverage,
            extract: Day(20_178),
            continued: None,
        });
        for (ethnicity, home, unaccompanied) in children {
            let record = ChildRecord {
                ethnicity: minor.id(ethnicity).unwrap(),
                unaccompanied: Some(*unaccompanied),
                ..ChildRecord::default()
            };
            let mut spell = Spell::new(SpellKind::CinEpisode, Day(19_900), Day::OPEN);
            spell.home = *home;
            journeys.push_child(&record, &mut [spell]).unwrap();
        }
        journeys
    }

    #[test]
    fn everyone_who_is_counted_has_a_place_or_a_reason() {
        let codes = [
            "E01000001",
            "E01000009",
            "E01000091",
            "E01000093",
            "E01999999",
        ]
        .map(code);
        let homes = Homes::new(codes.to_vec()).unwrap();
        let at = |own: &str| homes.id(code(own)).unwrap();
        let children = [
            ("WBRI", at("E01000001"), false),
            ("WBRI", at("E01000001"), true),
            ("BCRB", at("E01000091"), false),
            ("BCRB", at("E01000093"), false),
            ("BCRB", at("E01000009"), false),
            ("Total", at("E01999999"), false),
            ("WBRI", HomeId::BLANK, false),
            ("WBRI", HomeId::BLANK, true),
            ("WBRI", HomeId::UNKNOWN, false),
            ("WBRI", HomeId::OUTSIDE, false),
        ];
        let journeys = journeys(&children, &homes);
        let ask = |indicator, period: &str, level| {
            let period = period.parse().unwrap();
            let own = (0, code("E06000001"));
            seen_at_home(
                &journeys,
                &dimensions(),
                &places(),
                own,
                (indicator, period),
                level,
            )
        };
        let found = ask("cin_at_31_march", "2025", SeenLevel::Neighbourhood).unwrap();
        let all = found.placing[&SeenGroup::All];
        let expected = Placing {
            counted: 10,
            here: 3,
            merged: 1,
            elsewhere: 1,
            outside: 1,
            redrawn: 1,
            unaccompanied: 1,
            blank: 1,
            unknown: 2,
        };
        assert_eq!((all, all.unplaced()), (expected, 7));
        assert!((all.known().unwrap() - 5.0 / 9.0).abs() < 1e-12);
        // Every area and group has its count, 0 where nobody is.
        assert_eq!(found.table.counts.len(), 3 * 6);
        let count = |own: &str, group| {
            let part = SeenLevel::Neighbourhood.part(code(own));
            let mut counts = found.table.counts.iter();
            let found = counts.find(|own| own.part == part && own.group == group);
            found.unwrap().count.value()
        };
        let (white, black) = (SeenGroup::Of(0), SeenGroup::Of(3));
        assert_eq!(count("E01000001", white), Some(2));
        assert_eq!(count("E01000003", black), Some(1));
        assert_eq!(count("E01000002", white), Some(0));
        let from_homes = found.table.from_homes.as_ref().unwrap();
        assert_eq!(from_homes.known_of_100, 0);
        let unplaced: Vec<Count> = from_homes.unplaced.iter().map(|own| own.1).collect();
        assert_eq!(unplaced, [4, 0, 0, 2, 0, 1]);
        let larger = ask("cin_at_31_march", "2025", SeenLevel::Msoa).unwrap();
        assert_eq!(larger.table.counts.len(), 6);
        assert!(larger.table.counts[0].count == Reported::Value(2));
        assert!(ask("cin_at_31_march", "2021", SeenLevel::Msoa).is_none());
        assert!(ask("cla_at_31_march", "2025", SeenLevel::Msoa).is_none());
    }
}
