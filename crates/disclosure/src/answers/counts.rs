//! Counts of several tables protected as one system: groups make up everyone, detailed groups their
//! broad one, authorities all together, and what lies between a count and one that contains it is a
//! count as well.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::answers::{
    Counts, Group, GroupBy, Order, Place, SharedName, Stand, broad_groups,
};
use disparity_core::{CountRole, Dimension, Dimensions, Relations, Reported, Sums, Symbol};

use super::regrouped::Regrouped;
use crate::beside::{Beside, join};
use crate::rule::Rule;
use crate::suppression::{Watch, Withheld, leave_what_is_exposed, suppress_in_blocks};
use crate::system::blocks::{Blocks, NONE, Steps};
use crate::system::{Cell, Kind, Same};

/// Counts to protect, and the sums between them.
pub(super) struct System<W> {
    pub(super) cells: Vec<Cell>,
    /// Where each count stands, or the count it is a rest of.
    pub(super) stands: Vec<Stand<W>>,
    sums: Sums,
    /// Sums that matter only where their second part is small.
    small_rests: BTreeSet<usize>,
    /// Counts that are printed as shares of others.
    shares: Vec<(usize, usize)>,
    /// Pairs of counts that are the same number under two names.
    alike: Vec<(usize, usize)>,
    pub(super) places: BTreeMap<Place<W>, usize>,
    twins: BTreeMap<Place<W>, Vec<usize>>,
    /// The broad ethnic group of each detailed one.
    pub(super) broad: [u8; 256],
}

/// What is known of counts before they are protected.
#[derive(Clone, Copy)]
pub(super) struct Before<'a, W> {
    /// What was decided of an earlier question that this one holds.
    pub(super) question: Option<&'a ProtectedCounts<W>>,
    /// What earlier outputs show or withhold.
    pub(super) known: KnownBefore<'a>,
}

/// What readers have of other outputs of the same records, before an answer is protected.
#[derive(Clone, Copy, Default)]
pub struct KnownBefore<'a> {
    /// What outputs of the same kind show or withhold, by the positions of counts.
    pub published: &'a [PublishedCount],
    /// Which counts stand in outputs of other kinds as well, and their positions.
    pub names: &'a [(SharedName, usize)],
    /// The counts of those.
    pub beside: &'a [Beside],
}

/// A count as an earlier output has it: its position here, and the number or the symbol.
pub type PublishedCount = (usize, Reported<u32>);

/// Decides which counts are withheld, and tells on the way how far it is. Of a question that holds an
/// earlier one, for those who know what is shown of that: its counts are shown and withheld as they
/// were.
pub(super) fn protect_counts<W: Ord + Copy>(
    counts: Counts<W>,
    dimensions: &Dimensions,
    rule: Rule,
    before: Before<'_, W>,
    watch: Watch,
) -> ProtectedCounts<W> {
    System::new(counts, dimensions).protect(rule, before, watch)
}

/// The counts of an answer for somebody who has it as an earlier output: with what that shows and withholds,
/// and which of them other outputs have as well.
#[must_use]
pub fn beside_counts<W: Ord + Copy>(
    counts: Counts<W>,
    dimensions: &Dimensions,
    rule: Rule,
    published: &[PublishedCount],
    names: Vec<(SharedName, usize)>,
) -> Beside {
    System::new(counts, dimensions).beside(rule, published, names)
}

/// How many different counts are withheld, each once however often it is printed. How many of those are
/// small is not said: a reader can count what is withheld, and would know it of few.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HowMany {
    /// Above the threshold, so that no small one can be worked out (secondary suppression).
    pub above: usize,
    /// Above the threshold, shown or not.
    pub all_above: usize,
    /// Withheld in blocks, as there was no room to prove them safe one by one.
    pub given_up: usize,
}

/// Counts of which it is decided which may be shown.
#[derive(Clone)]
pub(super) struct ProtectedCounts<W> {
    cells: Vec<Cell>,
    hidden: Vec<bool>,
    how_many: HowMany,
    places: BTreeMap<Place<W>, usize>,
    twins: BTreeMap<Place<W>, Vec<usize>>,
    rule: Rule,
}

impl<W: Ord + Copy> System<W> {
    fn new(counts: Counts<W>, dimensions: &Dimensions) -> Self {
        let Counts {
            numbers,
            stands,
            sums,
            small_rests,
            shares,
            alike,
            places,
            twins,
        } = counts;
        let cells = numbers
            .into_iter()
            .map(|counted| Cell::new(counted.count, Kind::of(counted.role)));
        Self {
            cells: cells.collect(),
            stands,
            sums,
            small_rests: small_rests.into_iter().collect(),
            shares,
            alike,
            places,
            twins,
            broad: broad_groups(dimensions),
        }
    }

    fn is_same(&self, one: usize, other: usize) -> bool {
        self.cells[one].count == self.cells[other].count
    }

    /// Whether unaccompanied children are counted apart, so that everyone is everyone else, those
    /// of whom it is not known among them. Of a single count either may hold by chance.
    fn are_apart(&self) -> bool {
        let by = GroupBy::Unaccompanied;
        let others = self.places.keys();
        let mut others = others.filter(|place| place.group == Group { by, code: 2 });
        others.all(|place| {
            let of = |group| {
                let at = self.places.get(&Place { group, ..*place });
                at.map_or(0, |at| self.cells[*at].count)
            };
            of(Group::TOTAL) == of(Group { by, code: 0 }) + of(place.group)
        })
    }

    /// Adds every sum over groups and authorities.
    fn add_margins(&mut self) {
        let apart = self.are_apart();
        let mut wholes: BTreeMap<(Place<W>, u8), Vec<usize>> = BTreeMap::new();
        for (place, at) in &self.places {
            let mut part_of = |group: Option<Group>, authority: Option<usize>, how: u8| {
                let whole = Place {
                    what: place.what,
                    authority,
                    group: group.unwrap_or(Group::TOTAL),
                };
                wholes.entry((whole, how)).or_default().push(*at);
            };
            let by = place.group.by;
            if by != GroupBy::Total && !(apart && by == GroupBy::Unaccompanied) {
                let how = GroupBy::ALL.iter().position(|one| *one == by).unwrap_or(0);
                part_of(None, place.authority, u8::try_from(how).unwrap_or(0));
            }
            if by == GroupBy::Dimension(Dimension::EthnicityMinor) {
                let broad = Group {
                    by: GroupBy::Dimension(Dimension::EthnicityMajor),
                    code: self.broad[usize::from(place.group.code)],
                };
                part_of(Some(broad), place.authority, BROAD);
            }
            if apart && by == GroupBy::Unaccompanied && place.group.code != 1 {
                part_of(None, place.authority, APART);
            }
            if place.authority.is_some() {
                part_of(Some(place.group), None, AUTHORITIES);
            }
        }
        for ((whole, how), parts) in wholes {
            let Some(total) = self.places.get(&whole).copied() else {
                continue;
            };
            if how < BROAD {
                self.groups(total, parts);
            } else {
                self.sum(total, parts);
            }
        }
    }

    /// What is given up together, step by step: the groups of a kind for all authorities together,
    /// whose sums tie the authorities to one another; everything for all together; everything of an
    /// authority by a kind of group; everything of an authority.
    fn blocks(&self) -> Blocks {
        let number = |at: usize| u32::try_from(at).unwrap_or(NONE - 1);
        let of = self.stands.iter().map(|Stand { place, .. }| {
            // Detailed ethnic groups make up the broad ones: both or neither.
            let by = match place.group.by {
                GroupBy::Dimension(Dimension::EthnicityMinor) => {
                    GroupBy::Dimension(Dimension::EthnicityMajor)
                }
                by => by,
            };
            let kind = GroupBy::ALL.iter().position(|one| *one == by);
            let kind = number(kind.unwrap_or(GroupBy::ALL.len()));
            let kinds = number(GroupBy::ALL.len()) + 1;
            let own = place.authority.map_or(NONE, number);
            let table = place.authority.map_or(0, |one| number(one) + 1) * kinds + kind;
            let together = |block| if own == NONE { block } else { NONE };
            Steps {
                asks: [kind, 0, table, own],
                is_in: [together(kind), together(0), table, own],
            }
        });
        Blocks::new(of.collect())
    }

    /// Lets one count stand for all that are the same; gives which.
    fn unite(&mut self, rule: Rule) -> Same {
        let mut same = Same::none(self.cells.len());
        for (one, other) in &self.alike {
            same.join(*one, *other);
        }
        for at in 0..self.cells.len() {
            let one = same.of(at);
            if one != at {
                if self.cells[at].is_published() {
                    self.cells[one].kind = Kind::Published;
                }
                self.cells[one].zero |= self.cells[at].zero;
                // Nothing but a name is left of it.
                self.cells[at].kind = Kind::Follows;
                self.stands[at].order = Order::Rest;
            }
        }
        self.places.values_mut().for_each(|at| *at = same.of(*at));
        let twins = self.twins.values_mut().flatten();
        twins.for_each(|at| *at = same.of(*at));
        // What is left beside a part is protected where it is small.
        let holds = |sum: usize| {
            let rest = self.sums.parts(sum).nth(1);
            !self.small_rests.contains(&sum)
                || rest.is_some_and(|rest| rule.withholds(self.cells[rest].count))
        };
        self.sums = same.redirect(&self.sums, holds);
        same
    }

    /// Marks parts that are none or all of their whole, and what is left of those beside them.
    fn mark_zeros(&mut self) {
        let shares = std::mem::take(&mut self.shares);
        let shares: BTreeSet<(usize, usize)> = shares.into_iter().collect();
        let mut rests: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (total, parts) in self.sums.iter() {
            if let [one, other] = *parts.as_slice() {
                rests.insert((one, total), other);
                rests.insert((other, total), one);
            }
        }
        for (part, whole) in shares {
            if self.cells[whole].count == 0 {
                continue;
            }
            self.cells[part].zero |= self.cells[part].count == 0;
            if self.is_same(part, whole)
                && let Some(rest) = rests.get(&(part, whole))
            {
                self.cells[*rest].zero = true;
            }
        }
    }

    /// What earlier outputs show is known, and what they withhold is withheld again; of a number that is
    /// another one now nothing is known.
    fn know(&mut self, published: &[PublishedCount], same: &Same) {
        for (at, told) in published {
            let cell = &mut self.cells[same.of(*at)];
            match told {
                Reported::Value(count) if *count == cell.count => cell.kind = Kind::Shown,
                Reported::Symbol(Symbol::Confidential) if cell.kind == Kind::Published => {
                    cell.kind = Kind::Withheld;
                }
                Reported::Value(_) | Reported::Symbol(_) => {}
            }
        }
    }

    /// Takes the counts of other outputs in behind these, each where it stands.
    fn join(&mut self, known: KnownBefore<'_>, same: &Same) -> Same {
        let Some(any) = self.stands.first().map(|stand| stand.place.what) else {
            return Same::none(self.cells.len());
        };
        let names = known.names.iter();
        let names: Vec<(SharedName, usize)> = names
            .map(|(name, at)| (name.clone(), same.of(*at)))
            .collect();
        for (authority, group) in known.beside.iter().flat_map(|other| &other.stands) {
            let place = Place {
                what: any,
                authority: *authority,
                group: *group,
            };
            let order = Order::Rest;
            self.stands.push(Stand { place, order });
        }
        join(&mut self.cells, &mut self.sums, &names, known.beside)
    }

    /// The counts for somebody who has another output of the same records: what that shows and withholds.
    fn beside(
        mut self,
        rule: Rule,
        published: &[PublishedCount],
        names: Vec<(SharedName, usize)>,
    ) -> Beside {
        self.add_margins();
        if rule.hide_zeros {
            self.mark_zeros();
        }
        let same = self.unite(rule);
        self.know(published, &same);
        let names = names.into_iter().map(|(name, at)| (name, same.of(at)));
        let stands = self.stands.iter();
        let stands = stands.map(|stand| (stand.place.authority, stand.place.group));
        Beside::new(self.cells, self.sums, stands.collect(), names.collect())
    }

    /// What was shown or withheld of an earlier question is so again: the counts that have the same names.
    fn repeat(&mut self, earlier: &ProtectedCounts<W>) {
        let named = earlier.places.iter().filter_map(|(place, at)| {
            let again = self.places.get(place)?;
            Some((*at, *again))
        });
        let twins = earlier.twins.iter().filter_map(|(place, all)| {
            let again = self.twins.get(place)?;
            Some(all.iter().copied().zip(again.iter().copied()))
        });
        for (at, again) in named.chain(twins.flatten()) {
            let (known, cell) = (earlier.cells[at], &mut self.cells[again]);
            if !known.is_published() {
                continue;
            }
            if !earlier.hidden[at] && known.count == cell.count {
                cell.kind = Kind::Shown;
            } else if cell.kind != Kind::Shown {
                cell.kind = Kind::Withheld;
            }
        }
    }

    /// Decides what is withheld, and tells on the way how far it is. Of a question that holds an earlier
    /// one, for those who know what is shown of that: its counts are shown and withheld as they were.
    fn protect(mut self, rule: Rule, before: Before<'_, W>, watch: Watch) -> ProtectedCounts<W> {
        self.add_margins();
        if rule.hide_zeros {
            self.mark_zeros();
        }
        let same = self.unite(rule);
        self.know(before.known.published, &same);
        if let Some(earlier) = before.question {
            self.repeat(earlier);
        }
        let own = self.cells.len();
        let joined = self.join(before.known, &same);
        let threshold = rule.threshold();
        let blocks = self.blocks();
        let is_after = !before.known.published.is_empty() || !before.known.beside.is_empty();
        if is_after {
            leave_what_is_exposed(&mut self.cells, &self.sums, threshold, &blocks);
        }
        let Withheld {
            mut hidden,
            given_up,
            ..
        } = suppress_in_blocks(
            &self.cells,
            &self.sums,
            threshold,
            &blocks,
            &Regrouped::of(&self),
            watch,
        );
        let mut how_many = HowMany {
            given_up,
            ..HowMany::default()
        };
        for at in 0..own {
            hidden[at] = hidden[joined.of(at)];
        }
        hidden.truncate(own);
        self.cells.truncate(own);
        for (cell, hidden) in self
            .cells
            .iter()
            .zip(&hidden)
            .filter(|(c, _)| c.is_published())
        {
            if cell.count > threshold.at_most {
                how_many.above += usize::from(*hidden);
                how_many.all_above += 1;
            }
        }
        for at in 0..hidden.len() {
            hidden[at] = hidden[same.of(at)];
        }
        ProtectedCounts {
            cells: self.cells,
            hidden,
            how_many,
            places: self.places,
            twins: self.twins,
            rule,
        }
    }
}

impl<W: Ord + Copy> Relations for System<W> {
    fn count_at(&self, at: usize) -> u32 {
        self.cells[at].count
    }

    fn add_sum(&mut self, total: usize, parts: Vec<usize>) {
        self.sums.add(total, parts);
    }

    fn add_beside(&mut self, beside: usize, count: u32, role: CountRole) -> usize {
        let place = self.stands[beside].place;
        let order = Order::Rest;
        self.cells.push(Cell::new(count, Kind::of(role)));
        self.stands.push(Stand { place, order });
        self.cells.len() - 1
    }
}

/// How a part belongs to a whole, beside the ways of telling children apart.
const BROAD: u8 = 100;
const APART: u8 = 101;
const AUTHORITIES: u8 = 102;

impl<W: Ord + Copy> ProtectedCounts<W> {
    /// Counts of which nothing is withheld, and none known by its name.
    pub(super) fn all_shown(counts: &[u32], rule: Rule) -> Self {
        let cell = |count: &u32| Cell::new(*count, Kind::Published);
        Self {
            cells: counts.iter().map(cell).collect(),
            hidden: vec![false; counts.len()],
            how_many: HowMany::default(),
            places: BTreeMap::new(),
            twins: BTreeMap::new(),
            rule,
        }
    }

    /// The count that was added as this one, as it may be shown.
    pub(super) fn at(&self, at: usize) -> Reported<u32> {
        // Whatever was shown elsewhere under another rule, a small count is not printed.
        if self.hidden[at] || self.is_small(at) {
            return Reported::Symbol(Symbol::Confidential);
        }
        Reported::Value(self.rule.round(self.cells[at].count))
    }

    /// Whether a count that is known only to follow from others is small.
    pub(super) fn is_small(&self, at: usize) -> bool {
        self.rule.threshold().is_small(self.cells[at].count)
    }

    /// How many counts are withheld.
    pub(super) const fn how_many(&self) -> HowMany {
        self.how_many
    }

    /// The rule.
    pub(super) const fn rule(&self) -> Rule {
        self.rule
    }

    /// Whether counts are shown as they are, not rounded.
    pub(super) fn is_exact(&self) -> bool {
        self.rule.round_to <= 1
    }
}
