//! Counts of several tables protected as one system: a count that stands in two tables is one count,
//! groups make up everyone, detailed groups their broad one, authorities all together, and what lies
//! between a count and one that contains it is a count as well.

use std::collections::BTreeMap;

use disparity_core::disclosure::suppress::{Cell, Sums, Threshold, Withheld, suppress};
use disparity_core::{Controlled, Dimension, Dimensions, Reported, Symbol};

use crate::groups::{Group, GroupBy, Lookup};

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
    sums: Sums,
    places: BTreeMap<Place<W>, usize>,
    lookup: Lookup,
}

/// What may be shown.
#[derive(Debug, Clone)]
pub struct Protected<W> {
    cells: Vec<Cell>,
    hidden: Vec<bool>,
    unproven: usize,
    places: BTreeMap<Place<W>, usize>,
    settings: Controlled,
}

impl<W: Ord + Copy> Protection<W> {
    /// Nothing yet.
    #[must_use]
    pub fn new(dimensions: &Dimensions) -> Self {
        Self {
            cells: vec![],
            sums: Sums::default(),
            places: BTreeMap::new(),
            lookup: Lookup::new(dimensions),
        }
    }

    /// A count at a place, to be published or only known to follow from others. A place that is
    /// named twice is one count.
    /// A place that is named twice with different counts is two counts, of which the first keeps the
    /// name.
    pub fn count(&mut self, place: Place<W>, count: u32, published: bool) -> usize {
        if let Some(at) = self.places.get(&place).copied()
            && self.cells[at].count == count
        {
            self.cells[at].published |= published;
            return at;
        }
        self.cells.push(Cell { count, published });
        let at = self.cells.len() - 1;
        self.places.entry(place).or_insert(at);
        at
    }

    /// That parts make up a total, if they do.
    pub fn sum(&mut self, total: usize, parts: Vec<usize>) {
        let sum: u64 = parts
            .iter()
            .map(|at| u64::from(self.cells[*at].count))
            .sum();
        if !parts.is_empty() && !parts.contains(&total) && sum == u64::from(self.cells[total].count)
        {
            self.sums.add(total, parts);
        }
    }

    /// That groups make up everyone. Children whose group is not known may have no count of their
    /// own: they are one that nobody publishes.
    fn groups(&mut self, total: usize, mut parts: Vec<usize>) {
        let sum: u64 = parts
            .iter()
            .map(|at| u64::from(self.cells[*at].count))
            .sum();
        let rest = u64::from(self.cells[total].count).checked_sub(sum);
        if let Some(count) = rest.and_then(|rest| u32::try_from(rest).ok())
            && count > 0
        {
            self.cells.push(Cell {
                count,
                published: false,
            });
            parts.push(self.cells.len() - 1);
        }
        self.sum(total, parts);
    }

    /// Whether two counts are the same number.
    #[must_use]
    pub fn is_same(&self, one: usize, other: usize) -> bool {
        self.cells[one].count == self.cells[other].count
    }

    /// That one count is part of another: what lies between is a count that anyone can work out.
    pub fn within(&mut self, part: usize, whole: usize) {
        let between = self.cells[whole].count.checked_sub(self.cells[part].count);
        if let Some(count) = between.filter(|_| part != whole) {
            self.cells.push(Cell {
                count,
                published: false,
            });
            let rest = self.cells.len() - 1;
            self.sum(whole, vec![part, rest]);
        }
    }

    /// Adds every sum over groups and authorities.
    fn add_margins(&mut self) {
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
            if by != GroupBy::Total {
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
            // Unaccompanied children may be counted apart: then everyone is everyone else.
            if by == GroupBy::Unaccompanied && place.group.code == 2 {
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

    /// Decides what is withheld.
    #[must_use]
    pub fn protect(mut self, settings: Controlled) -> Protected<W> {
        self.add_margins();
        let Withheld {
            hidden, unproven, ..
        } = suppress(
            &self.cells,
            &self.sums,
            Threshold {
                at_most: settings.at_most,
            },
        );
        Protected {
            cells: self.cells,
            hidden,
            unproven,
            places: self.places,
            settings,
        }
    }
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
        let base = self.settings.base.max(1);
        Reported::Value((self.cells[at].count + base / 2) / base * base)
    }

    /// Whether a count that is known only to follow from others is small.
    #[must_use]
    pub fn is_small(&self, at: usize) -> bool {
        (1..=self.settings.at_most).contains(&self.cells[at].count)
    }

    /// Small counts for which there was no room to prove that no combination of sums tells them.
    #[must_use]
    pub const fn unproven(&self) -> usize {
        self.unproven
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> Controlled {
        self.settings
    }

    /// Whether counts are shown as they are, not rounded.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.settings.base <= 1
    }
}
