//! The identifier of a child in a safeguarding dataset or the data interface, and those of the same
//! child in other returns, as the bridging columns give them. The two are numbered by different
//! systems, so that one number may be two children: the date of birth decides, and where it cannot,
//! nothing is joined.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::Day;
use disparity_core::journeys::{BirthPrecision, LinkOutcome};

use crate::children::link::confirm;
use crate::records::{Records, System};

/// What the bridging columns say of the identifiers of other returns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Bridged {
    /// Identifiers of other returns, each with that of the same child in the dataset.
    pub(crate) to: BTreeMap<u32, u32>,
    /// Identifiers that could be of several children.
    pub(crate) ambiguous: Vec<u32>,
    /// Identifiers that are bridged to plainly different dates of birth.
    pub(crate) conflicts: Vec<u32>,
}

type Birth = (Option<Day>, BirthPrecision);

/// The identifiers of some systems, each with the date of birth.
#[derive(Default)]
struct Known(BTreeMap<u32, Birth>);

impl Known {
    fn of(records: &Records, is_mine: impl Fn(System) -> bool) -> Self {
        let none = (None, BirthPrecision::None);
        let mut known = Self::default();
        for row in records.persons.iter().filter(|row| is_mine(row.system)) {
            let birth = known.0.entry(row.id).or_insert(none);
            // A whole date says more than one that is only expected or cut.
            if birth.0.is_none() || row.precision == BirthPrecision::Day {
                *birth = (row.birth.or(birth.0), row.precision);
            }
        }
        let others = records.activities.iter().map(|row| (row.id, row.system));
        for (id, system) in others.chain(records.care.iter().map(|row| (row.id, row.system))) {
            if is_mine(system) {
                known.0.entry(id).or_insert(none);
            }
        }
        known
    }

    fn agrees(&self, id: u32, birth: Birth) -> LinkOutcome {
        let own = self.0.get(&id).copied();
        confirm(own.unwrap_or((None, BirthPrecision::None)), birth)
    }
}

/// Whether the bridging columns stand in returns of this kind.
pub(crate) const fn is_bridged(system: System) -> bool {
    matches!(system, System::Ssd | System::Api)
}

/// Finds which identifiers of other returns are those of which children of the dataset.
pub(crate) fn resolve(records: &Records) -> Bridged {
    let mut bridged = Bridged::default();
    let mut owners: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (own, other) in records.bridges.iter().filter(|(own, other)| own != other) {
        owners.entry(*other).or_default().insert(*own);
    }
    if owners.is_empty() {
        return bridged;
    }
    let dataset = Known::of(records, is_bridged);
    let elsewhere = Known::of(records, |system| !is_bridged(system));
    for (other, mut candidates) in owners {
        let Some(birth) = elsewhere.0.get(&other).copied() else {
            continue;
        };
        let is_own = dataset.0.contains_key(&other);
        if is_own {
            candidates.insert(other);
        }
        let outcomes = candidates
            .iter()
            .map(|id| (*id, dataset.agrees(*id, birth)));
        let fits: Vec<(u32, bool)> = outcomes
            .filter(|(_, outcome)| *outcome != LinkOutcome::Conflict)
            .map(|(id, outcome)| (id, outcome == LinkOutcome::Confirmed))
            .collect();
        let mut best: Vec<u32> = fits.iter().filter(|(_, sure)| *sure).map(|f| f.0).collect();
        if best.is_empty() {
            best = fits.iter().map(|(id, _)| *id).collect();
        }
        match best.as_slice() {
            [] if is_own => {}
            [] => bridged.conflicts.push(other),
            [one] if *one == other => {}
            [one] => {
                bridged.to.insert(other, *one);
            }
            _ => bridged.ambiguous.push(other),
        }
    }
    // The identifier to which one goes may be another child's in the other returns, unless that one
    // goes elsewhere in turn.
    while let Some(taken) = taken(&bridged.to, &elsewhere) {
        bridged.to.remove(&taken);
        bridged.ambiguous.push(taken);
    }
    bridged.ambiguous.sort_unstable();
    bridged
}

fn taken(to: &BTreeMap<u32, u32>, elsewhere: &Known) -> Option<u32> {
    let mut pairs = to.iter().filter(|(_, one)| !to.contains_key(one));
    let found = pairs.find(|(other, one)| {
        let birth = elsewhere.0.get(other).copied();
        let both = birth.filter(|_| elsewhere.0.contains_key(one));
        both.is_some_and(|birth| elsewhere.agrees(**one, birth) == LinkOutcome::Conflict)
    });
    found.map(|(other, _)| *other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{PersonRow, RowPlace};

    /// Who the other returns' identifiers belong to, from `identifier birth` in the dataset and in
    /// the others, and pairs of bridged identifiers.
    fn found(dataset: &[(u32, &str)], others: &[(u32, &str)], bridges: &[(u32, u32)]) -> Bridged {
        let mut records = Records::new();
        let rows = dataset.iter().map(|row| (row, System::Ssd));
        for ((id, birth), system) in rows.chain(others.iter().map(|row| (row, System::Care))) {
            let mut person = PersonRow::new(*id, system, RowPlace::default(), 0);
            person.birth = Day::parse(birth).ok();
            if person.birth.is_some() {
                person.precision = BirthPrecision::Day;
            }
            records.persons.push(person);
        }
        records.bridges = bridges.to_vec();
        resolve(&records)
    }

    #[test]
    fn the_date_of_birth_decides_whose_identifier_it_is() {
        let (a, b) = ("2010-05-04", "2012-11-23");
        let to = |pairs: &[(u32, u32)]| Bridged {
            to: pairs.iter().copied().collect(),
            ..Bridged::default()
        };
        assert_eq!(found(&[(5, a)], &[(7, a)], &[(5, 7)]), to(&[(7, 5)]));
        assert_eq!(found(&[(5, a)], &[(7, "")], &[(5, 7)]), to(&[(7, 5)]));
        // Seven is one child in the dataset and another in the care return.
        let both = [(5, a), (7, b)];
        assert_eq!(found(&both, &[(7, a)], &[(5, 7), (7, 9)]), to(&[(7, 5)]));
        assert_eq!(found(&both, &[(7, b)], &[(5, 7), (7, 9)]), to(&[]));
        let unsure = found(&both, &[(7, "")], &[(5, 7), (7, 9)]);
        assert_eq!((unsure.ambiguous, unsure.to.len()), (vec![7], 0));
        // A chain of numbers is no chain of children.
        let chain = [(7, a), (9, b)];
        let pairs = [(5, 7), (7, 9)];
        assert_eq!(found(&both, &chain, &pairs), to(&[(7, 5), (9, 7)]));
        // Seven is a third child there, whose identifier nine must not take.
        let third = [(7, "2001-09-30"), (9, b)];
        let unsure = found(&both, &third, &[(7, 9)]);
        assert_eq!((unsure.ambiguous, unsure.to.len()), (vec![9], 0));
        let conflict = found(&[(5, a)], &[(7, b)], &[(5, 7)]);
        assert_eq!((conflict.conflicts, conflict.to.len()), (vec![7], 0));
    }

    #[test]
    fn a_placeholder_that_many_children_have_joins_nobody() {
        let children = [(1, ""), (2, ""), (3, "")];
        let found = found(&children, &[(9, "")], &[(1, 9), (2, 9), (3, 9)]);
        assert_eq!((found.ambiguous, found.to.len()), (vec![9], 0));
    }
}
