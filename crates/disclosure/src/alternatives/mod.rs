//! Alternative tables: other whole numbers for withheld counts that agree with every sum and with all
//! that is shown, so that nobody can tell them from the truth; and what they prove of a small count.

pub(crate) mod by_block;
pub(crate) mod cheapest;
pub(crate) mod exchange;
mod factors;
pub(crate) mod revised;

use crate::rule::Threshold;
use crate::system::{Cell, Counts, SumsOf};

/// What withheld counts are taken to be at the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Least {
    /// A withheld count may be 0: counts of 0 are withheld as well where others need it.
    Nothing,
    /// Somebody takes it that what is withheld is something, and is right for each of these.
    One,
}

impl Least {
    /// The least that a withheld count is.
    pub(crate) fn of(self, cell: Cell) -> u32 {
        match self {
            Self::Nothing => 0,
            Self::One => u32::from(cell.is_published() && cell.count > 0),
        }
    }
}

/// What is proven of a small count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Proven(u8);

impl Proven {
    /// Nothing.
    pub(crate) const NONE: Self = Self(0);
    /// It may be 0, or beyond the threshold: nobody can say that it is small.
    pub(crate) const DOUBT: Self = Self(1);
    /// It may be another number also for somebody who takes every withheld count to be at least 1.
    pub(crate) const ANOTHER: Self = Self(2);
    /// All that is asked for.
    pub(crate) const WHOLE: Self = Self(3);

    /// What need not be proven of a count, as other outputs tell it already.
    pub(crate) const fn not_asked(cell: Cell) -> Self {
        Self(cell.exposed.small as u8 | (cell.exposed.which as u8) << 1)
    }

    /// With what is proven elsewhere.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is proven of both.
    pub(crate) const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What of this is not proven there.
    pub(crate) const fn beyond(self, there: Self) -> Self {
        Self(self.0 & !there.0)
    }

    /// Whether this is proven.
    pub(crate) const fn has(self, what: Self) -> bool {
        self.0 & what.0 == what.0
    }

    /// Whether all is proven.
    pub(crate) const fn whole(self) -> bool {
        self.has(Self::WHOLE)
    }
}

/// What is proven of the counts of a part.
#[derive(Debug, Clone)]
pub(crate) struct ProvenOf<'a> {
    /// The counts, in order.
    part: &'a [usize],
    proven: Vec<Proven>,
}

impl<'a> ProvenOf<'a> {
    /// As it is known before.
    pub(crate) fn new(part: &'a [usize], before: impl Fn(usize) -> Proven) -> Self {
        let proven = part.iter().map(|at| before(*at)).collect();
        Self { part, proven }
    }

    /// What is proven of a count of the part.
    pub(crate) fn of(&self, cell: usize) -> Proven {
        let place = self.part.binary_search(&cell);
        place.map_or(Proven::NONE, |at| self.proven[at])
    }

    /// Learns from an alternative; whether it proves anything new.
    pub(crate) fn learn(&mut self, other: &Alternative, counts: Counts) -> bool {
        let mut new = false;
        for (at, more) in other.all_proven(counts.cells, counts.threshold) {
            if let Ok(place) = self.part.binary_search(&at) {
                new |= more.beyond(self.proven[place]) != Proven::NONE;
                self.proven[place] = self.proven[place].and(more);
            }
        }
        new
    }
}

/// Which sums do not hold when something is added to some counts, in order, and how much too much is in each.
pub(crate) fn wrong_sums(
    of_cell: &SumsOf,
    changes: impl Iterator<Item = (usize, i64)>,
) -> Vec<(usize, i64)> {
    let each = changes.flat_map(|(at, by)| {
        let own = of_cell.signed(at);
        own.map(move |(sum, sign)| (sum, by * i64::from(sign)))
    });
    let mut each: Vec<(usize, i64)> = each.collect();
    each.sort_unstable_by_key(|(sum, _)| *sum);
    let of_sum = each.chunk_by(|one, other| one.0 == other.0);
    let of_sum = of_sum.map(|own| (own[0].0, own.iter().map(|(_, by)| by).sum()));
    of_sum.filter(|(_, by)| *by != 0).collect()
}

/// Counts that are others than in truth, in order of their place, with what is added to each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Alternative {
    changes: Vec<(u32, i32)>,
}

impl Alternative {
    /// From changes, each count once and none of them 0.
    pub(crate) fn new(changes: impl IntoIterator<Item = (usize, i64)>) -> Self {
        let narrow =
            |(at, by): (usize, i64)| Some((u32::try_from(at).ok()?, i32::try_from(by).ok()?));
        let changes: Option<Vec<(u32, i32)>> = changes.into_iter().map(narrow).collect();
        let mut changes = changes.unwrap_or_default();
        changes.sort_unstable();
        Self { changes }
    }

    /// The counts that it moves, and by how much.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (usize, i64)> + '_ {
        let changes = self.changes.iter();
        changes.map(|(at, by)| (*at as usize, i64::from(*by)))
    }

    /// The counts that it moves.
    pub(crate) fn moved(&self) -> impl Iterator<Item = usize> + '_ {
        self.changes.iter().map(|(at, _)| *at as usize)
    }

    /// Whether it moves a count.
    pub(crate) fn moves(&self, cell: usize) -> bool {
        self.by(cell) != 0
    }

    fn by(&self, cell: usize) -> i64 {
        let place = self
            .changes
            .binary_search_by_key(&cell, |(at, _)| *at as usize);
        place.map_or(0, |at| i64::from(self.changes[at].1))
    }

    /// Whether it agrees with every sum.
    pub(crate) fn agrees(&self, of_cell: &SumsOf) -> bool {
        wrong_sums(of_cell, self.changes()).is_empty()
    }

    /// Whether no count of it is below what somebody takes it to be at the least.
    pub(crate) fn keeps(&self, cells: &[Cell], least: Least) -> bool {
        self.changes.iter().all(|(at, by)| {
            let cell = cells[*at as usize];
            i64::from(cell.count) + i64::from(*by) >= i64::from(least.of(cell))
        })
    }

    /// What it proves of each small count that it moves.
    pub(crate) fn all_proven(&self, cells: &[Cell], threshold: Threshold) -> Vec<(usize, Proven)> {
        if !self.keeps(cells, Least::Nothing) {
            return vec![];
        }
        let strict = self.keeps(cells, Least::One);
        let small = self.moved().filter(|at| cells[*at].is_small(threshold));
        let proven = small.map(|at| (at, self.of(cells, at, strict, threshold)));
        proven
            .filter(|(_, proven)| *proven != Proven::NONE)
            .collect()
    }

    /// What it proves of one small count.
    pub(crate) fn proves(&self, cells: &[Cell], cell: usize, threshold: Threshold) -> Proven {
        if !self.keeps(cells, Least::Nothing) {
            return Proven::NONE;
        }
        self.of(cells, cell, self.keeps(cells, Least::One), threshold)
    }

    fn of(&self, cells: &[Cell], cell: usize, strict: bool, threshold: Threshold) -> Proven {
        let there = i64::from(cells[cell].count) + self.by(cell);
        let mut proven = Proven::NONE;
        if threshold.doubts(cells[cell].count, there) {
            proven = proven.and(Proven::DOUBT);
        }
        if strict && self.by(cell) != 0 {
            proven = proven.and(Proven::ANOTHER);
        }
        proven
    }
}
