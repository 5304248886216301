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
