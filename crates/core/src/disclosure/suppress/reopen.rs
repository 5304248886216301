//! What need not be withheld after all: counts that no proof of a small count needs, or that it can do
//! without. Counts are withheld one after the other, and what one needed is often of no use any more
//! once others are withheld.

use std::collections::{BTreeSet, VecDeque};

use super::Counts;
use super::alternative::{Alternative, Proven};
use super::audit::{free, part_of};
use super::corner::Corner;
use super::pattern::can_show;

/// The proofs that a count is needed for are looked for anew among so many of the withheld counts nearest
/// to it; all others are held to the truth, so that what is found there holds among all.
const NEAREST: usize = 800;

/// Factors that the simplex method may write for one count, and for all of them together: so many, and
/// so many for each count there is.
const BUDGET_OF_ONE: usize = 1_000_000;
const BUDGET: usize = 400_000_000;
const BUDGET_OF_COUNT: usize = 200;

/// What it takes to solve the sums of a count for it, in factors.
const FACTORS_OF_COUNT: usize = 50;

/// Shows again what no proof needs; how many counts those are.
pub(super) fn reopen(
    counts: Counts,
    proofs: Vec<Alternative>,
    unasked: &[usize],
    hidden: &mut [bool],
) -> usize {
    let mut kept = Kept::new(counts, proofs);
    let mut needed = vec![false; counts.cells.len()];
    for proof in &kept.proofs {
        proof.moved().for_each(|at| needed[at] = true);
    }
    // Of what was not proven, nothing is shown again that hangs together with it.
    let within = free(counts.sums, counts.of_cell, hidden);
    let mut seen = vec![false; counts.cells.len()];
    let mut fixed = vec![false; counts.cells.len()];
    for cell in unasked.iter().copied().filter(|at| hidden[*at]) {
        if !std::mem::replace(&mut fixed[cell], true) && !seen[cell] {
            for at in part_of(counts.sums, counts.of_cell, &within, &mut seen, cell) {
                fixed[at] = true;
            }
        }
    }
    let secondary = |at: usize| {
        let cell = counts.cells[at];
        cell.is_published() && !cell.is_small(counts.threshold)
    };
    let mut again: Vec<usize> = Vec::new();
    let mut reopened = 0;
    for at in (0..hidden.len()).filter(|at| secondary(*at) && !fixed[*at]) {
        if !hidden[at] {
            continue;
        }
        if needed[at] {
            again.push(at);
        } else if can_show(counts, hidden, at) {
            hidden[at] = false;
            reopened += 1;
        }
    }
    // The largest first: they are missed most.
    again.sort_by_key(|at| std::cmp::Reverse((counts.cells[*at].count, *at)));
    let mut budget = BUDGET + counts.cells.len().saturating_mul(BUDGET_OF_COUNT);
    for at in again {
        if budget == 0 {
            break;
        }
        if !can_show(counts, hidden, at) {
            continue;
        }
        hidden[at] = false;
        if kept.do_without(at, hidden, &mut budget) {
            reopened += 1;
        } else {
            hidden[at] = true;
        }
    }
    reopened
}

/// Proofs, and what each is needed for.
struct Kept<'a> {
    counts: Counts<'a>,
    proofs: Vec<Alternative>,
    /// Whether a proof may still be used.
    stands: Vec<bool>,
    /// For each count the proofs that move it.
    moving: Vec<Vec<u32>>,
    /// For each small count the proofs that prove something of it, and what.
    proving: Vec<Vec<(u32, Proven)>>,
}

impl<'a> Kept<'a> {
    fn new(counts: Counts<'a>, proofs: Vec<Alternative>) -> Self {
        let mut kept = Self {
            counts,
            proofs: vec![],
            stands: vec![],
            moving: vec![vec![]; counts.cells.len()],
            proving: vec![vec![]; counts.cells.len()],
        };
        for proof in proofs {
            kept.add(proof);
        }
        kept
    }

    fn add(&mut self, proof: Alternative) {
        let Ok(place) = u32::try_from(self.proofs.len()) else {
            return;
        };
        for at in proof.moved() {
            self.moving[at].push(place);
        }
        for (at, proven) in proof.all_proven(self.counts.cells, self.counts.threshold) {
            self.proving[at].push((place, proven));
        }
        self.proofs.push(proof);
        self.stands.push(true);
    }

    /// The proofs that stand and move a count.
    fn of(&self, cell: usize) -> Vec<usize> {
        let all = self.moving[cell].iter().map(|at| *at as usize);
        all.filter(|at| self.stands[*at]).collect()
    }

    /// What the proofs that stand prove of a small count.
    fn proven(&self, cell: usize) -> Proven {
        let own = self.proving[cell].iter();
        let stand = own.filter(|(at, _)| self.stands[*at as usize]);
        stand.fold(Proven::NONE, |all, (_, proven)| all.and(*proven))
    }

    /// Proves every small count anew of which the proof moves a count; whether that is possible with
    /// this count shown. If not, all is as it was.
    fn do_without(&mut self, cell: usize, hidden: &[bool], budget: &mut usize) -> bool {
        let lost = self.of(cell);
        let threshold = self.counts.threshold;
        let concerned: BTreeSet<usize> = lost
            .iter()
            .flat_map(|at| self.proofs[*at].all_proven(self.counts.cells, threshold))
            .map(|(at, _)| at)
            .collect();
        let concerned: Vec<(usize, Proven)> = concerned
            .into_iter()
            .map(|at| (at, self.proven(at)))
            .collect();
        for at in &lost {
            self.stands[*at] = false;
        }
        let before = self.proofs.len();
        let part = nearest(self.counts, hidden, cell);
        let mut corner: Option<Corner> = None;
        for (small, asked) in concerned {
            if self.proven(small).has(asked) {
                continue;
            }
            let corner = corner.get_or_insert_with(|| {
                *budget = budget.saturating_sub(FACTORS_OF_COUNT * part.len());
                let Counts {
                    cells,
                    sums,
                    of_cell,
                    ..
                } = self.counts;
                Corner::new(cells, sums, of_cell, &part)
            });
            if !self.prove(small, asked, corner, budget) {
                for at in lost {
                    self.stands[at] = true;
                }
                for at in before..self.proofs.len() {
                    self.stands[at] = false;
                }
                return false;
            }
        }
        true
    }

    /// Looks for what is missing of the proof of a small count.
    fn prove(
        &mut self,
        small: usize,
        asked: Proven,
        corner: &mut Corner,
        budget: &mut usize,
    ) -> bool {
        let mut own = BUDGET_OF_ONE.min(*budget);
        let given = own;
        let proven = self.proven(small);
        let (found, _) = corner.look(small, proven, self.counts.threshold, &mut own);
        *budget -= given - own;
        for proof in found {
            self.add(proof);
        }
        self.proven(small).has(asked)
    }
}

/// Withheld counts nearest to one, in order: those that share a sum with it, with those, and so on. The
/// count itself is among them if it is withheld.
fn nearest(counts: Counts, hidden: &[bool], cell: usize) -> Vec<usize> {
    let (mut part, mut work) = (BTreeSet::new(), VecDeque::from([cell]));
    while let Some(at) = work.pop_front() {
        for sum in counts.of_cell.of(at) {
            for (other, _) in counts.sums.signed(sum) {
                if part.len() >= NEAREST {
                    return part.into_iter().collect();
                }
                if hidden[other] && part.insert(other) {
                    work.push_back(other);
                }
            }
        }
    }
    part.into_iter().collect()
}
