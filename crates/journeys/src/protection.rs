//! Counts of several tables protected as one system: a count that stands in two tables is one count,
//! groups make up everyone, detailed groups their broad one, authorities all together, and what lies
//! between a count and one that contains it is a count as well.

mod regrouped;

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{Dimension, Dimensions, Reported, Symbol};
use disparity_disclosure::Rule;
use disparity_disclosure::blocks::{Blocks, NONE, Steps};
use disparity_disclosure::{
    Cell, Kind, Relations, Same, Sums, Watch, Withheld, suppress_in_blocks,
};

use crate::groups::{Group, GroupBy, Lookup};
use regrouped::Regrouped;

/// Where a count stands: of what, and of whom. Counts of one `what` add up over groups and
/// authorities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place<W> {
    /// Of what, and when.
    pub what: W,
    /// Position of the authority; none for all together.
    pub authority: Option<usize>,
    /// Of whom.
    pub group: Group,
}

/// Counts to protect, and the sums between them.
#[derive(Debug, Clone)]
pub struct Protection<W> {
    cells: Vec<Cell>,
    /// Where each count stands, or the count it is a rest of.
    stands: Vec<Stand<W>>,
    sums: Sums,
    /// Counts that are printed as shares of others.
    shares: Vec<(usize, usize)>,
    /// Pairs of counts that are the same number under two names.
    alike: Vec<(usize, usize)>,
    places: BTreeMap<Place<W>, usize>,
    /// Counts under a name that another count has, in the order in which they came.
    twins: BTreeMap<Place<W>, Vec<usize>>,
    lookup: Lookup,
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

/// What may be shown.
#[derive(Debug, Clone)]
pub struct Protected<W> {
    cells: Vec<Cell>,
    hidden: Vec<bool>,
    how_many: HowMany,
    places: BTreeMap<Place<W>, usize>,
    twins: BTreeMap<Place<W>, Vec<usize>>,
    settings: Rule,
}

impl<W: Ord + Copy> Protection<W> {
    /// Nothing yet.
    #[must_use]
    pub fn new(dimensions: &Dimensions) -> Self {
        Self {
            cells: vec![],
            stands: vec![],
            sums: Sums::default(),
            alike: vec![],
            shares: vec![],
            places: BTreeMap::new(),
            twins: BTreeMap::new(),
            lookup: Lookup::new(dimensions),
        }
    }

    /// A count at a place, to be published or only known to follow from others. A place that is
    /// named twice is one count; with different counts it is two, of which the first keeps the name.
    pub fn count(&mut self, place: Place<W>, count: u32, published: bool) -> usize {
        if let Some(at) = self.places.get(&place).copied()
            && self.cells[at].count == count
        {
            if published {
                self.cells[at].kind = Kind::Published;
            }
            return at;
        }
        let twin = self.places.contains_key(&place);
        let order = if twin { Order::Twin } else { Order::First };
        let kind = if published {
            Kind::Published
        } else {
            Kind::Follows
        };
        let at = self.add(Stand { place, order }, Cell::new(count, kind));
        if twin {
            self.twins.entry(place).or_default().push(at);
        } else {
            self.places.insert(place, at);
        }
        at
    }

    fn add(&mut self, stand: Stand<W>, cell: Cell) -> usize {
        self.cells.push(cell);
        self.stands.push(stand);
        self.cells.len() - 1
    }

    /// The count at a place.
    #[must_use]
    pub fn find(&self, place: &Place<W>) -> Option<usize> {
        self.places.get(place).copied()
    }

    /// Whether two counts are the same number.
    #[must_use]
    pub fn is_same(&self, one: usize, other: usize) -> bool {
        self.cells[one].count == self.cells[other].count
    }

    /// That two counts are the same number under two names: both are shown, or neither.
    pub fn alike(&mut self, one: usize, other: usize) {
        if one != other && self.is_same(one, other) {
            self.alike.push((one, other));
        }
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
                    code: self.lookup.major(place.group.code),
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
    fn unite(&mut self) -> Same {
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
        self.sums = self.sums.redirected(&same);
        same
    }

    /// That a count is printed as a share of another: where either none or all of that is it, nobody may
    /// learn so if settings ask for it.
    pub fn share(&mut self, part: usize, whole: usize) {
        self.shares.push((part, whole));
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

    /// What was shown or withheld of an earlier question is so again: the counts that have the same names.
    fn repeat(&mut self, earlier: &Protected<W>) {
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
    #[must_use]
    pub fn protect(
        mut self,
        settings: Rule,
        earlier: Option<&Protected<W>>,
        watch: Watch,
    ) -> Protected<W> {
        self.add_margins();
        if settings.hide_zeros {
            self.mark_zeros();
        }
        let same = self.unite();
        if let Some(earlier) = earlier {
            self.repeat(earlier);
        }
        let threshold = settings.threshold();
        let blocks = self.blocks();
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
        Protected {
            cells: self.cells,
            hidden,
            how_many,
            places: self.places,
            twins: self.twins,
            settings,
        }
    }
}

impl<W: Ord + Copy> Relations for Protection<W> {
    fn count_at(&self, at: usize) -> u32 {
        self.cells[at].count
    }

    fn add_sum(&mut self, total: usize, parts: Vec<usize>) {
        self.sums.add(total, parts);
    }

    fn add_beside(&mut self, beside: usize, cell: Cell) -> usize {
        let place = self.stands[beside].place;
        let order = Order::Rest;
        self.add(Stand { place, order }, cell)
    }
}

/// How a count belongs to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// It is the one that is meant by it.
    First,
    /// The same was counted otherwise, with another result.
    Twin,
    /// What is left beside it.
    Rest,
}

/// Where a count stands, and how it belongs there.
#[derive(Debug, Clone, Copy)]
struct Stand<W> {
    place: Place<W>,
    order: Order,
}

/// How a part belongs to a whole, beside the ways of telling children apart.
const BROAD: u8 = 100;
const APART: u8 = 101;
const AUTHORITIES: u8 = 102;

impl<W: Ord + Copy> Protected<W> {
    /// The count at a place as it may be shown.
    #[must_use]
    pub fn shown(&self, place: Place<W>) -> Reported<u32> {
        match self.places.get(&place) {
            Some(at) => self.at(*at),
            None => Reported::Symbol(Symbol::NotAvailable),
        }
    }

    /// The count that was added as this one, as it may be shown.
    #[must_use]
    pub fn at(&self, at: usize) -> Reported<u32> {
        if self.hidden[at] {
            return Reported::Symbol(Symbol::Confidential);
        }
        let base = self.settings.round_to.max(1);
        Reported::Value((self.cells[at].count + base / 2) / base * base)
    }

    /// Whether a count that is known only to follow from others is small.
    #[must_use]
    pub fn is_small(&self, at: usize) -> bool {
        self.settings.threshold().is_small(self.cells[at].count)
    }

    /// How many counts are withheld.
    #[must_use]
    pub const fn how_many(&self) -> HowMany {
        self.how_many
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> Rule {
        self.settings
    }

    /// Whether counts are shown as they are, not rounded.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.settings.round_to <= 1
    }
}
