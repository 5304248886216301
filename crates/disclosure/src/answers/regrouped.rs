//! Children thought to be of another group than they are, as alternatives by which nothing is told of a group.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use disparity_core::Dimension;
use disparity_core::answers::{Group, GroupBy, Order, Place, Stand};

use super::counts::System;
use crate::system::blocks::{Move, Moves};

/// Children thought to be of another group than they are: with all counts by a kind of group
/// withheld, nothing tells one group's children from another's.
pub(super) struct Regrouped<'a, W> {
    counts: &'a System<W>,
    columns: OnceCell<Columns>,
}

impl<'a, W: Ord + Copy> Regrouped<'a, W> {
    pub(super) fn of(counts: &'a System<W>) -> Self {
        Self {
            counts,
            columns: OnceCell::new(),
        }
    }

    fn columns(&self) -> &Columns {
        self.columns.get_or_init(|| {
            let mut columns = Columns::new();
            for (at, stand) in self.counts.stands.iter().enumerate() {
                if stand.order != Order::Rest {
                    let own = (stand.place.authority, stand.place.group);
                    let column = columns.entry(own).or_default();
                    column.counts.push(at);
                    column.children += u64::from(self.counts.cells[at].count);
                }
            }
            columns
        })
    }

    /// Every count of one group added to those of another, as are the counts of their broad groups
    /// and those of all authorities together; nothing where the other is not asked the same. To no
    /// group: they are not there.
    fn merged(&self, from: (Option<usize>, Group), to: Option<Group>) -> Option<Move> {
        let Some(column) = self.columns().get(&from) else {
            return Some(vec![]);
        };
        let mut way = Vec::with_capacity(2 * column.counts.len());
        let broad = |group: Group| {
            (group.by == GroupBy::Dimension(Dimension::EthnicityMinor)).then(|| Group {
                by: GroupBy::Dimension(Dimension::EthnicityMajor),
                code: self.counts.broad[usize::from(group.code)],
            })
        };
        for at in column.counts.iter().copied() {
            let count = i64::from(self.counts.cells[at].count);
            let Stand { place, order } = self.counts.stands[at];
            if count == 0 {
                continue;
            }
            if order == Order::Twin {
                // It belongs to one question alone, and what it is part of is not known here.
                return None;
            }
            let at_place = |group, authority| {
                let place = Place {
                    authority,
                    group,
                    ..place
                };
                self.counts.places.get(&place).copied()
            };
            if to.is_some_and(|to| at_place(to, from.0).is_none()) {
                return None;
            }
            let mut groups = vec![(Some(from.1), -count), (to, count)];
            if broad(from.1) != to.and_then(broad) {
                groups.extend([(broad(from.1), -count), (to.and_then(broad), count)]);
            }
            for (group, by) in groups {
                let Some(group) = group else { continue };
                way.extend(at_place(group, from.0).map(|at| (at, by)));
                if from.0.is_some() {
                    way.extend(at_place(group, None).map(|at| (at, by)));
                }
            }
        }
        Some(way)
    }
}

/// How many other groups are tried.
const TRIED: usize = 4;

impl<W: Ord + Copy> Regrouped<'_, W> {
    /// The groups of a kind in an authority, the largest first.
    fn groups(&self, authority: Option<usize>, by: GroupBy) -> Vec<Group> {
        let at = |code| (authority, Group { by, code });
        let own = self.columns().range(at(u8::MIN)..=at(u8::MAX));
        let mut groups: Vec<(u64, Group)> = own
            .map(|((_, one), column)| (column.children, *one))
            .collect();
        groups.sort_unstable_by(|a, b| b.cmp(a));
        groups.into_iter().map(|(_, one)| one).collect()
    }
}

impl<W: Ord + Copy> Moves for Regrouped<'_, W> {
    fn of(&self, count: usize) -> Vec<Move> {
        let Place {
            authority, group, ..
        } = self.counts.stands[count].place;
        let major = |one: &Group| self.counts.broad[usize::from(one.code)];
        let detailed = if group.by == GroupBy::Dimension(Dimension::EthnicityMajor) {
            self.groups(authority, GroupBy::Dimension(Dimension::EthnicityMinor))
        } else {
            vec![]
        };
        let (own, others): (Vec<Group>, Vec<Group>) = if detailed.is_empty() {
            let all = self.groups(authority, group.by).into_iter();
            all.partition(|one| *one == group)
        } else {
            // A broad group goes with all its detailed ones.
            let all = detailed.into_iter();
            all.partition(|one| major(one) == group.code)
        };
        let others = others.into_iter().take(TRIED).map(Some).chain([None]);
        others
            .filter_map(|to| {
                let parts = own.iter().map(|one| self.merged((authority, *one), to));
                let parts: Option<Vec<Move>> = parts.collect();
                Some(parts?.concat())
            })
            .collect()
    }

    fn alike(&self, count: usize) -> usize {
        let place = self.counts.stands[count].place;
        let column = self.columns().get(&(place.authority, place.group));
        column.map_or(count, |column| column.counts[0])
    }
}

/// The counts of each group of an authority.
type Columns = BTreeMap<(Option<usize>, Group), Column>;

/// The counts of a group.
#[derive(Debug, Default)]
struct Column {
    counts: Vec<usize>,
    /// Their sum.
    children: u64,
}
