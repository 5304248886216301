//! What is withheld of a system so far and proven by that, and the cheapest way to prove more.

use crate::alternatives::cheapest::{Cheapest, Search};
use crate::alternatives::{Alternative, Least, Proven};
use crate::system::Counts;

/// The price of a child in a count that is withheld already: of two tables that ask for the same counts, the one that
/// moves fewer is better, as what it moves cannot be shown again.
const WITHHELD: f64 = 1e-2;

/// What is withheld so far, and what is proven by that.
pub(super) struct Choice<'a> {
    pub(super) counts: Counts<'a>,
    /// What is lost with each count where it is withheld; none where it is to stay as it is.
    pub(super) losses: Vec<Option<f64>>,
    pub(super) hidden: Vec<bool>,
    pub(super) proven: Vec<Proven>,
}

impl<'a> Choice<'a> {
    /// Nothing proven yet.
    pub(super) fn new(counts: Counts<'a>, losses: Vec<Option<f64>>, hidden: Vec<bool>) -> Self {
        Self {
            proven: vec![Proven::NONE; counts.cells.len()],
            counts,
            losses,
            hidden,
        }
    }

    /// The price of a child in a count; none where the count cannot move.
    fn price(&self, cell: usize) -> Option<f64> {
        if self.hidden[cell] {
            Some(WITHHELD)
        } else {
            self.losses[cell]
        }
    }

    /// Whether a count may be so many more, or fewer, with what is withheld already.
    pub(super) fn can_move(&self, cell: usize, by: i64, least: Least) -> bool {
        let own = self.counts.cells[cell];
        self.hidden[cell] && i64::from(own.count) + by >= i64::from(least.of(own))
    }

    /// What is lost by what an alternative asks for.
    fn lost(&self, other: &Alternative) -> f64 {
        let new = other.moved().filter(|at| !self.hidden[*at]);
        new.filter_map(|at| self.losses[at]).sum()
    }

    /// What an alternative proves that is not proven yet.
    pub(super) fn new_by(&self, other: &Alternative) -> Vec<(usize, Proven)> {
        let Counts {
            cells, threshold, ..
        } = self.counts;
        let mut all = other.all_proven(cells, threshold);
        all.retain(|(at, more)| !self.proven[*at].has(*more));
        all
    }

    /// Withholds what an alternative asks for.
    pub(super) fn take(&mut self, other: &Alternative) {
        for at in other.moved() {
            self.hidden[at] = true;
        }
        for (at, more) in self.new_by(other) {
            self.proven[at] = self.proven[at].and(more);
        }
    }

    /// Small counts of which not all is proven. The largest first: one child more puts a 5 in doubt, and what that asks
    /// for serves others.
    pub(super) fn left(&self) -> Vec<usize> {
        let Counts {
            cells, threshold, ..
        } = self.counts;
        let left = |at: &usize| cells[*at].is_small(threshold) && !self.proven[*at].whole();
        let mut small: Vec<usize> = (0..cells.len()).filter(left).collect();
        small.sort_by_key(|at| std::cmp::Reverse(cells[*at].count));
        small
    }

    /// Withholds, for one small count after the other, what its cheapest proofs ask for, which are looked for by a search
    /// that is given; gives the proofs. After so many counts without one the rest is left as it is.
    pub(super) fn prove<'s>(
        &mut self,
        mut search: Search<'s>,
        in_vain: usize,
        find: impl Fn(&Self, &mut Search<'s>, (usize, Proven)) -> Option<Alternative>,
    ) -> Vec<Alternative> {
        let mut proofs = Vec::new();
        let mut left = in_vain;
        for cell in self.left() {
            // The harder half first: without it the other is of no use yet.
            for asked in [Proven::ANOTHER, Proven::DOUBT] {
                if self.proven[cell].has(asked) {
                    continue;
                }
                let Some(other) = find(self, &mut search, (cell, asked)) else {
                    left -= 1;
                    break;
                };
                self.take(&other);
                proofs.push(other);
            }
            if left == 0 {
                break;
            }
        }
        proofs
    }

    /// The alternative that proves something of a small count with the least loss.
    pub(super) fn cheapest_proof(
        &self,
        search: &mut Search,
        (cell, asked): (usize, Proven),
    ) -> Option<Alternative> {
        let cells = self.counts.cells;
        let count = i64::from(cells[cell].count);
        let ways = if asked == Proven::ANOTHER {
            [(Least::One, 1), (Least::One, -1)]
        } else {
            let rise = i64::from(self.counts.threshold.rises_to(cells[cell].count)) - count;
            [(Least::Nothing, -count), (Least::Nothing, rise)]
        };
        let possible = ways
            .into_iter()
            .filter(|(least, by)| *by != 0 && count + by >= i64::from(least.of(cells[cell])));
        let ways = possible.map(|(least, by)| self.cheapest(search, &[(cell, by)], least));
        cheapest_of(ways)
    }

    /// The alternative with the least loss in which some counts have moved so far.
    pub(super) fn cheapest(
        &self,
        search: &mut Search,
        moved: &[(usize, i64)],
        least: Least,
    ) -> Option<AtLoss> {
        let price = |at: usize| self.price(at);
        match search.find(moved.iter().copied(), least, &price) {
            Cheapest::Found(other) => Some((self.lost(&other), other)),
            Cheapest::Impossible | Cheapest::Stopped => None,
        }
    }
}

/// An alternative, and what is lost by what it asks for.
pub(super) type AtLoss = (f64, Alternative);

/// Of alternatives that are looked for one after the other, until nothing is lost, the one that loses least.
pub(super) fn cheapest_of(ways: impl Iterator<Item = Option<AtLoss>>) -> Option<Alternative> {
    let mut best: Option<AtLoss> = None;
    for (lost, other) in ways.flatten() {
        if best.as_ref().is_none_or(|(least, _)| lost < *least) {
            best = Some((lost, other));
        }
        if lost == 0.0 {
            break;
        }
    }
    best.map(|(_, other)| other)
}
