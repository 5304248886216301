//! What became of the neighbourhoods of 2011 in the boundaries of 2021, and of their figures.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::neighbourhoods::Neighbourhoods;
use super::places::of_england;
use crate::codelists::collect;
use crate::error::LoadErrors;
use crate::read::{self, contradiction};
use crate::table::Table;

/// Which neighbourhoods of 2011 became which of 2021.
pub(super) struct Changes(Vec<(String, String, Change)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    Split,
    Merge,
    Irregular,
}

impl Change {
    fn word(self) -> &'static str {
        match self {
            Self::None => "unchanged",
            Self::Split => "split",
            Self::Merge => "merged",
            Self::Irregular => "redrawn",
        }
    }
}

/// What became of a neighbourhood's figures of 2011, in the boundaries of 2021.
pub(super) struct Since2011 {
    /// Children by age, shared out in whole numbers.
    pub(super) children: BTreeMap<String, [u32; 5]>,
    /// Deciles of both indices, if all that it was made from were in the same.
    pub(super) deciles: BTreeMap<String, [Option<u8>; 2]>,
}

impl Changes {
    /// Codes of 2011 and of 2021, a pair for each that goes into the other.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(old, new, _)| (old.as_str(), new.as_str()))
    }

    pub(super) fn read(table: &Table) -> Result<Self, LoadErrors> {
        let [old, new, change] = table.columns(["lsoa11_code", "lsoa21_code", "change_code"])?;
        let rows = collect(table, |row| {
            let Some(now) = of_england(row, new)? else {
                return Ok(None);
            };
            let Some(then) = of_england(row, old)? else {
                let what = format!("{now} of England was in Wales");
                return Err(contradiction(row, old, what, "check the lookup"));
            };
            let kinds = ["U", "S", "M", "X"];
            let kind = read::word(row, change, "U, S, M or X", &kinds, |text| match text {
                "U" => Some(Change::None),
                "S" => Some(Change::Split),
                "M" => Some(Change::Merge),
                "X" => Some(Change::Irregular),
                _ => None,
            })?;
            if (kind == Change::None) != (then == now) {
                let what = format!("{then} is said to be {} as {now}", kind.word());
                return Err(contradiction(
                    row,
                    change,
                    what,
                    "a code is kept if and only if nothing changed",
                ));
            }
            Ok(Some((then, now, kind)))
        })?;
        let mut rows: Vec<_> = rows.into_iter().flatten().collect();
        rows.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        Ok(Self(rows))
    }

    /// The neighbourhoods that did not stay what they were, as CSV.
    pub(super) fn write(&self) -> String {
        let mut csv = "lsoa_2011,lsoa_2021,change\n".to_owned();
        let changed = self.0.iter().filter(|(.., change)| *change != Change::None);
        for (then, now, change) in changed {
            let _ = writeln!(csv, "{then},{now},{}", change.word());
        }
        csv
    }

    /// Neighbourhoods of 2011 and 2021 that cover the same ground, as small as they can be: one of each
    /// where nothing changed, one and several where one was split.
    fn grounds(&self) -> Vec<(BTreeSet<&str>, BTreeSet<&str>)> {
        let mut grounds: Vec<(BTreeSet<&str>, BTreeSet<&str>)> = Vec::new();
        let (mut of_old, mut of_new): (BTreeMap<&str, usize>, BTreeMap<&str, usize>) =
            Default::default();
        for (then, now, _) in &self.0 {
            let (then, now) = (then.as_str(), now.as_str());
            let at = match (of_old.get(then).copied(), of_new.get(now).copied()) {
                (None, None) => {
                    grounds.push(Default::default());
                    grounds.len() - 1
                }
                (Some(at), None) | (None, Some(at)) => at,
                (Some(one), Some(other)) if one == other => one,
                (Some(one), Some(other)) => {
                    let (old, new) = std::mem::take(&mut grounds[other]);
                    of_old.extend(old.iter().map(|code| (*code, one)));
                    of_new.extend(new.iter().map(|code| (*code, one)));
                    grounds[one].0.extend(old);
                    grounds[one].1.extend(new);
                    one
                }
            };
            grounds[at].0.insert(then);
            grounds[at].1.insert(now);
            of_old.insert(then, at);
            of_new.insert(now, at);
        }
        grounds.retain(|(old, _)| !old.is_empty());
        grounds
    }

    /// Children by age and deciles of 2011 carried to the neighbourhoods of 2021.
    ///
    /// Children of the same ground are added up and shared out as children aged 0 to 15 live there at
    /// the census of 2021, in whole numbers that keep the sum.
    pub(super) fn carry(
        &self,
        children: &BTreeMap<String, [u32; 5]>,
        in_2011: &Neighbourhoods,
        census: &BTreeMap<String, u32>,
    ) -> Since2011 {
        let then = in_2011.deciles();
        let mut since = Since2011 {
            children: BTreeMap::new(),
            deciles: BTreeMap::new(),
        };
        for (old, new) in self.grounds() {
            let mut sums = [0; 5];
            for code in &old {
                let own = children.get(*code).copied().unwrap_or_default();
                for (sum, count) in sums.iter_mut().zip(own) {
                    *sum += count;
                }
            }
            let weights: Vec<u32> = new
                .iter()
                .map(|code| census.get(*code).copied().unwrap_or_default())
                .collect();
            let shared = sums.map(|sum| share_out(sum, &weights));
            for (at, code) in new.iter().enumerate() {
                let own = std::array::from_fn(|band| shared[band][at]);
                since.children.insert((*code).to_owned(), own);
            }
        }
        let mut from: BTreeMap<&str, Vec<[u8; 2]>> = BTreeMap::new();
        for (old, new, _) in &self.0 {
            let own = then.get(old.as_str()).copied();
            from.entry(new).or_default().extend(own);
        }
        for (code, all) in from {
            let same = |index: usize| {
                let first = all.first()?[index];
                all.iter().all(|own| own[index] == first).then_some(first)
            };
            since.deciles.insert(code.to_owned(), [same(0), same(1)]);
        }
        since
    }
}

/// A whole number in whole parts that are as near to their weights as they can be and add up to it
/// (largest remainders; of equal ones the first).
fn share_out(sum: u32, weights: &[u32]) -> Vec<u32> {
    let all: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
    let weights: Vec<u64> = match all {
        0 => vec![1; weights.len()],
        _ => weights.iter().map(|weight| u64::from(*weight)).collect(),
    };
    let all: u64 = weights.iter().sum();
    let exact = |weight: &u64| u64::from(sum) * weight;
    let mut parts: Vec<u64> = weights.iter().map(|weight| exact(weight) / all).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(exact(&weights[*at]) % all), *at));
    let left = u64::from(sum) - parts.iter().sum::<u64>();
    for at in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[at] += 1;
    }
    parts
        .into_iter()
        .map(|part| u32::try_from(part).unwrap_or(u32::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(rows: &[(&str, &str, Change)]) -> Changes {
        let rows = rows
            .iter()
            .map(|(old, new, change)| ((*old).to_owned(), (*new).to_owned(), *change));
        Changes(rows.collect())
    }

    #[test]
    fn whole_parts_keep_the_sum_and_are_nearest_to_their_weights() {
        assert_eq!(share_out(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(share_out(7, &[100, 300]), [2, 5]);
        assert_eq!(share_out(3, &[0, 0]), [2, 1]);
        assert_eq!(share_out(0, &[5, 5]), [0, 0]);
        assert_eq!(share_out(9, &[0, 4]), [0, 9]);
    }

    #[test]
    fn grounds_are_as_small_as_they_can_be() {
        let changes = changes(&[
            ("A", "A", Change::None),
            ("B", "B1", Change::Split),
            ("B", "B2", Change::Split),
            ("C", "CD", Change::Merge),
            ("D", "CD", Change::Merge),
            ("E", "E1", Change::Irregular),
            ("F", "F1", Change::Irregular),
            ("F", "E1", Change::Irregular),
        ]);
        let set = |codes: &[&'static str]| codes.iter().copied().collect::<BTreeSet<&str>>();
        let found: BTreeSet<_> = changes.grounds().into_iter().collect();
        let expected = [
            (set(&["A"]), set(&["A"])),
            (set(&["B"]), set(&["B1", "B2"])),
            (set(&["C", "D"]), set(&["CD"])),
            (set(&["E", "F"]), set(&["E1", "F1"])),
        ];
        assert_eq!(found, BTreeSet::from(expected));
        assert_eq!(changes.write().lines().count(), 1 + 7);
    }
}
