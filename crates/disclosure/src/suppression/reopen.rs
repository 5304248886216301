//! What need not be withheld after all: counts that no proof of a small count needs, or that it can do
//! without. Counts are withheld one after the other, and what one needed is often of no use any more
//! once others are withheld.

use rayon::prelude::*;

use super::audit::{part_of, undetermined};
use super::single_sum::can_show;
use crate::alternatives::revised::Simplex;
use crate::alternatives::{Alternative, Proven, ProvenOf};
use crate::system::{Counts, Kind};

/// The proofs that a count is needed for are looked for anew among so many of the withheld counts nearest
/// to it; all others are held to the truth, so that what is found there holds among all.
const NEAREST: usize = 800;

/// Entries that the simplex method may touch for one count, and for all of them together: so many, and
/// so many for each count there is.
const BUDGET_OF_ONE: usize = 1_000_000;
const BUDGET: usize = 400_000_000;
const BUDGET_OF_COUNT: usize = 200;

/// So many counts are tried at once: of more, too many are tried in vain.
const AT_ONCE: usize = 4;

/// What it takes to factor the sums of a count for it, in entries.
const ENTRIES_OF_COUNT: usize = 50;

/// Shows again what no proof needs; how many counts those are.
pub(crate) fn reopen(
    counts: Counts,
    proofs: Vec<Alternative>,
    unasked: &[usize],
    hidden: &mut [bool],
) -> usize {
    let mut kept = Kept::new(counts, proofs);
    let mut needed = vec![false; counts.cells.len()];
    for proof in kept.proofs.iter().flatten() {
        proof.other.moved().for_each(|at| needed[at] = true);
    }
    // Of what was not proven, nothing is shown again that hangs together with it.
    let within = undetermined(counts.sums, counts.of_cell, hidden);
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
        matches!(cell.kind, Kind::Published) && !cell.is_small(counts.threshold)
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
    let mut near: Vec<Near> = Vec::new();
    near.resize_with(AT_ONCE, || Near::new(counts.cells.len()));
    for some in again.chunks(AT_ONCE) {
        if budget == 0 {
            break;
        }
        let tried: Vec<Tried> = some
            .par_iter()
            .zip(&mut near)
            .map(|(at, near)| kept.without(*at, hidden, budget, near))
            .collect();
        let mut changed = false;
        for (at, mut tried) in some.iter().copied().zip(tried) {
            budget = budget.saturating_sub(tried.used);
            // What was found beside one that is shown now may be of no use any more.
            if changed && tried.proofs.is_some() {
                tried = kept.without(at, hidden, budget, &mut near[0]);
                budget = budget.saturating_sub(tried.used);
            }
            if let Some(proofs) = tried.proofs {
                hidden[at] = false;
                kept.show(at, proofs);
                reopened += 1;
                changed = true;
            }
        }
    }
    reopened
}

/// A proof that stands, and what it proves of which small counts.
struct Proof {
    other: Alternative,
    proves: Vec<(usize, Proven)>,
}

/// Proofs, and what each is needed for.
struct Kept<'a> {
    counts: Counts<'a>,
    /// None where one does not stand any more.
    proofs: Vec<Option<Proof>>,
    /// For each count the proofs that move it.
    moving: Vec<Vec<u32>>,
    /// For each small count the proofs that prove something of it, and what.
    proving: Vec<Vec<(u32, Proven)>>,
}

/// What came of trying to do without a count.
struct Tried {
    /// The proofs that are needed instead of those that move it; none if it cannot be done without.
    proofs: Option<Vec<Alternative>>,
    /// Entries that the simplex method touched for it.
    used: usize,
}

impl<'a> Kept<'a> {
    fn new(counts: Counts<'a>, proofs: Vec<Alternative>) -> Self {
        let mut kept = Self {
            counts,
            proofs: vec![],
            moving: vec![vec![]; counts.cells.len()],
            proving: vec![vec![]; counts.cells.len()],
        };
        for proof in proofs {
            kept.add(proof);
        }
        kept
    }

    fn add(&mut self, other: Alternative) {
        let Ok(place) = u32::try_from(self.proofs.len()) else {
            return;
        };
        for at in other.moved() {
            self.moving[at].push(place);
        }
        let proves = other.all_proven(self.counts.cells, self.counts.threshold);
        for (at, proven) in proves.iter().copied() {
            self.proving[at].push((place, proven));
        }
        self.proofs.push(Some(Proof { other, proves }));
    }

    fn proof(&self, at: u32) -> Option<&Proof> {
        self.proofs[at as usize].as_ref()
    }

    /// A count is shown, and some proofs stand for those that move it.
    fn show(&mut self, cell: usize, proofs: Vec<Alternative>) {
        for at in std::mem::take(&mut self.moving[cell]) {
            self.proofs[at as usize] = None;
        }
        for proof in proofs {
            self.add(proof);
        }
    }

    /// What is proven of a small count by the proofs that pass a test.
    fn proven(&self, small: usize, by: impl Fn(&Proof) -> bool) -> Proven {
        let own = self.proving[small].iter();
        let stand = own.filter(|(at, _)| self.proof(*at).is_some_and(&by));
        stand.fold(Proven::NONE, |all, (_, proven)| all.and(*proven))
    }

    /// Proves every small count anew of which the proof moves a count, with that count shown.
    fn without(&self, cell: usize, hidden: &[bool], budget: usize, near: &mut Near) -> Tried {
        let mut tried = Tried {
            proofs: None,
            used: 0,
        };
        if !can_show(self.counts, hidden, cell) {
            return tried;
        }
        let lost = self.moving[cell].iter().filter_map(|at| self.proof(*at));
        let concerned = lost.flat_map(|proof| proof.proves.iter().map(|(at, _)| *at));
        let mut concerned: Vec<usize> = concerned.collect();
        concerned.sort_unstable();
        concerned.dedup();
        let asked = concerned.into_iter().filter_map(|small| {
            let asked = self.proven(small, |_| true);
            let left = self.proven(small, |proof| !proof.other.moves(cell));
            (!left.has(asked)).then_some((small, asked, left))
        });
        let asked: Vec<(usize, Proven, Proven)> = asked.collect();
        if asked.is_empty() {
            tried.proofs = Some(vec![]);
            return tried;
        }
        let part = near.nearest(self.counts, hidden, cell);
        let mut simplex = Simplex::new(self.counts, &part);
        tried.used += ENTRIES_OF_COUNT * part.len();
        let mut learned = ProvenOf::new(&part, |_| Proven::NONE);
        let mut proofs = Vec::new();
        for (small, asked, left) in asked {
            let new = learned.of(small);
            if left.and(new).has(asked) {
                continue;
            }
            let given = BUDGET_OF_ONE.min(budget.saturating_sub(tried.used));
            let mut own = given;
            let (found, _) = simplex.look(small, left.and(new), &mut own);
            tried.used += given - own;
            for other in found {
                learned.learn(&other, self.counts);
                proofs.push(other);
            }
            let new = learned.of(small);
            if !left.and(new).has(asked) {
                return tried;
            }
        }
        tried.proofs = Some(proofs);
        tried
    }
}

/// Finds the withheld counts nearest to one.
struct Near {
    /// The last search that met each count.
    met: Vec<u32>,
    search: u32,
}

impl Near {
    fn new(counts: usize) -> Self {
        Self {
            met: vec![0; counts],
            search: 0,
        }
    }

    /// Withheld counts that share a sum with one, with those, and so on, in order; not the count itself.
    fn nearest(&mut self, counts: Counts, hidden: &[bool], cell: usize) -> Vec<usize> {
        self.search += 1;
        self.met[cell] = self.search;
        let (mut part, mut next) = (Vec::with_capacity(NEAREST), 0);
        let mut at = cell;
        'all: loop {
            for sum in counts.of_cell.of(at) {
                for (other, _) in counts.sums.signed(sum) {
                    if hidden[other]
                        && std::mem::replace(&mut self.met[other], self.search) != self.search
                    {
                        part.push(other);
                        if part.len() >= NEAREST {
                            break 'all;
                        }
                    }
                }
            }
            let Some(other) = part.get(next) else { break };
            at = *other;
            next += 1;
        }
        part.sort_unstable();
        part
    }
}
