//! The audit of what is withheld: for every small count an alternative table that proves it safe, or word that none
//! was found.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Watch;
use super::merged::Merged;
use super::part::{Found, Look, Searches};
use crate::alternatives::by_block::{ByBlock, MANY};
use crate::alternatives::{Alternative, Least, Proven};
use crate::system::{Blocks, Counts, Moves, SumsOf};
use disparity_core::Sums;

/// Entries that the simplex method may touch before counts are given up together: so many, and so
/// many for each count.
const BUDGET: usize = 600_000_000;
const BUDGET_OF_COUNT: usize = 500;

/// After so many rounds a large part has all of the budget.
const CAREFUL: usize = 64;

/// So many small parts are looked at at once.
const AT_ONCE: usize = 64;

fn budget(counts: usize) -> usize {
    BUDGET + counts.saturating_mul(BUDGET_OF_COUNT)
}

/// The search for alternatives: small counts leave it when one is found.
pub(crate) struct Audit<'a> {
    counts: Counts<'a>,
    blocks: &'a Blocks,
    watch: Watch<'a>,
    /// How many small counts there are.
    small: usize,
    /// Small counts without an alternative.
    pending: Vec<usize>,
    /// What is proven of each count.
    proven: Vec<Proven>,
    /// The alternatives that prove it, each once.
    proofs: Vec<Alternative>,
    /// Small counts that need no proof, as all that hangs together with them is withheld.
    unasked: Vec<usize>,
    /// Small counts for which it could not be looked for.
    unproven: Vec<usize>,
    budget: usize,
    /// How often was looked.
    round: usize,
}

impl<'a> Audit<'a> {
    /// Nothing looked for yet.
    pub(crate) fn new(counts: Counts<'a>, blocks: &'a Blocks, watch: Watch<'a>) -> Self {
        let cells = counts.cells;
        let pending = (0..cells.len()).filter(|at| cells[*at].is_small(counts.threshold));
        let pending: Vec<usize> = pending.collect();
        Self {
            counts,
            blocks,
            watch,
            small: pending.len(),
            pending,
            proven: cells.iter().map(|cell| Proven::not_asked(*cell)).collect(),
            proofs: vec![],
            unasked: vec![],
            unproven: vec![],
            budget: budget(cells.len()),
            round: 0,
        }
    }

    /// A count needs no alternative that is looked for.
    pub(crate) fn is_safe(&mut self, cell: usize) {
        self.pending.retain(|pending| *pending != cell);
        self.unproven.retain(|pending| *pending != cell);
        self.unasked.push(cell);
    }

    fn is_small(&self, cell: usize) -> bool {
        self.counts.cells[cell].is_small(self.counts.threshold)
    }

    /// What is proven of a count.
    pub(crate) fn proven_of(&self, cell: usize) -> Proven {
        self.proven[cell]
    }

    /// Takes something of a count for proven, so that it is not asked any more.
    pub(crate) fn take_for_proven(&mut self, cell: usize, proven: Proven) {
        self.proven[cell] = self.proven[cell].and(proven);
    }

    /// Keeps an alternative if it proves anything new. However it was found, it is held to every sum before it counts.
    fn keep(&mut self, other: Alternative) {
        let agrees = other.agrees(self.counts.of_cell);
        debug_assert!(agrees, "an alternative agrees with every sum");
        if !agrees {
            return;
        }
        let mut new = false;
        for (at, more) in other.all_proven(self.counts.cells, self.counts.threshold) {
            new |= more.beyond(self.proven[at]) != Proven::NONE;
            self.proven[at] = self.proven[at].and(more);
        }
        if new {
            self.proofs.push(other);
        }
    }

    /// Takes over alternatives that were found before.
    pub(crate) fn start_from(&mut self, proofs: Vec<Alternative>) {
        for proof in proofs {
            self.keep(proof);
        }
        let proven = &self.proven;
        self.pending.retain(|cell| !proven[*cell].whole());
    }

    /// The alternatives that prove small counts safe, and those that need none.
    pub(crate) fn into_proofs(self) -> (Vec<Alternative>, Vec<usize>) {
        (self.proofs, self.unasked)
    }

    /// Small counts for which the budget left nothing: they are looked at again with a new one.
    pub(crate) fn reopen(&mut self) -> Vec<usize> {
        self.pending = std::mem::take(&mut self.unproven);
        let proven = &self.proven;
        self.pending.retain(|cell| !proven[*cell].whole());
        self.budget = budget(self.counts.cells.len());
        self.pending.clone()
    }

    /// Looks for alternatives among the moves that the caller knows.
    pub(crate) fn prove_by(&mut self, moves: &impl Moves, hidden: &[bool]) {
        let mut tried = BTreeSet::new();
        for cell in self.pending.clone() {
            if self.proven[cell].whole() || !tried.insert(moves.alike(cell)) {
                continue;
            }
            for way in moves.of(cell) {
                if let Some(way) = self.whole(&way, hidden) {
                    self.keep(Alternative::new(way.into_iter().filter(|(_, by)| *by != 0)));
                }
                if self.proven[cell].whole() {
                    break;
                }
            }
        }
        let proven = &self.proven;
        self.pending.retain(|cell| !proven[*cell].whole());
    }

    /// A move with what follows from it for counts that are in one sum only; nothing where a count
    /// would be below 0 or a known one another, or where a sum does not hold.
    fn whole(&self, way: &[(usize, i64)], hidden: &[bool]) -> Option<BTreeMap<usize, i64>> {
        let Counts {
            cells,
            sums,
            of_cell,
            ..
        } = self.counts;
        if !way.iter().all(|(at, _)| hidden[*at]) {
            return None;
        }
        let mut changed: BTreeMap<usize, i64> = BTreeMap::new();
        for (at, by) in way {
            *changed.entry(*at).or_default() += by;
        }
        let own: BTreeSet<usize> = changed.keys().flat_map(|at| of_cell.of(*at)).collect();
        for sum in own {
            let by = |at: usize| changed.get(&at).copied().unwrap_or(0);
            let members = sums.signed(sum);
            let off: i64 = members.map(|(at, sign)| i64::from(sign) * by(at)).sum();
            if off != 0 {
                let mut members = sums.signed(sum);
                let (rest, sign) = members.find(|(at, _)| {
                    let alone = of_cell.of(*at).nth(1).is_none();
                    alone && !cells[*at].is_published() && !changed.contains_key(at)
                })?;
                changed.insert(rest, -off * i64::from(sign));
            }
        }
        let possible = |(at, by): (&usize, &i64)| {
            let least = i64::from(Least::Nothing.of(cells[*at]));
            *by == 0 || (hidden[*at] && i64::from(cells[*at].count) + by >= least)
        };
        changed.iter().all(possible).then_some(changed)
    }

    /// Small counts for which no alternative was found, and whether there is none.
    pub(crate) fn exposed(&mut self, hidden: &[bool]) -> Vec<(usize, bool)> {
        if self.pending.is_empty() {
            return vec![];
        }
        self.round += 1;
        let merged = Merged::new(self.counts, hidden, |_| true);
        let counts = merged.counts(self.counts.threshold);
        let blocks = merged.blocks(self.blocks);
        let undetermined = undetermined(counts.sums, counts.of_cell, &merged.hidden(hidden));
        let asked = std::mem::take(&mut self.pending);
        let mut pending = vec![false; counts.cells.len()];
        for cell in &asked {
            pending[merged.place[*cell]] = true;
        }
        let proven = self.proven_together(&merged);
        let mut exposed = BTreeMap::new();
        let mut parts = Vec::new();
        let mut seen = vec![false; counts.cells.len()];
        for cell in (0..pending.len()).filter(|at| pending[*at]) {
            if !undetermined[cell] {
                exposed.insert(cell, true);
            } else if !seen[cell] {
                let (sums, of_cell) = (counts.sums, counts.of_cell);
                parts.push(part_of(sums, of_cell, &undetermined, &mut seen, cell));
            }
        }
        // The smallest parts first: the budget goes furthest there.
        parts.sort_by_key(|part| (part.len(), part[0]));
        let large = parts.partition_point(|part| part.len() < MANY);
        let searches = Searches::new(counts, &undetermined);
        let system = ByBlock {
            counts,
            blocks: &blocks,
            large: parts[large..].iter().map(Vec::len).sum(),
        };
        // Small parts several at once; a large one is divided itself.
        let several = parts[..large].chunks(AT_ONCE);
        for parts in several.chain(parts[large..].chunks(1)) {
            let look = Look {
                system,
                searches: &searches,
                pending: &pending,
                proven: &proven,
                careful: self.round >= CAREFUL,
                budget: self.budget,
            };
            let found: Vec<Found> = parts.par_iter().map(|part| look.at(part)).collect();
            for (part, found) in parts.iter().zip(found) {
                self.take(part, found, &merged, &mut exposed);
            }
            let left = asked.iter().filter(|cell| !self.proven[**cell].whole());
            let left = left.count() + self.unproven.len();
            (self.watch)(self.small.saturating_sub(left), self.small);
        }
        let found = asked.into_iter().filter(|cell| !self.proven[*cell].whole());
        let exposed: Vec<(usize, bool)> = found
            .filter_map(|cell| Some((cell, *exposed.get(&merged.place[cell])?)))
            .collect();
        self.pending = exposed.iter().map(|(cell, _)| *cell).collect();
        exposed
    }

    /// What is proven of all small counts that are the same number.
    fn proven_together(&self, merged: &Merged) -> Vec<Proven> {
        let of = merged.members.iter().map(|own| {
            let small = own.iter().copied().filter(|at| self.is_small(*at));
            let proven = small.map(|at| self.proven[at]);
            proven.reduce(Proven::both).unwrap_or(Proven::NONE)
        });
        of.collect()
    }

    /// Takes over what was found in a part.
    fn take(
        &mut self,
        part: &[usize],
        found: Found,
        merged: &Merged,
        exposed: &mut BTreeMap<usize, bool>,
    ) {
        if found.scales {
            self.unasked.push(merged.members[part[0]][0]);
            for at in part.iter().flat_map(|at| &merged.members[*at]) {
                self.proven[*at] = Proven::WHOLE;
            }
        }
        for other in found.others {
            self.keep(merged.unfold(&other));
        }
        exposed.extend(found.exposed);
        let unproven = found.unproven.iter().flat_map(|at| &merged.members[*at]);
        let unproven = unproven.filter(|at| self.is_small(**at) && !self.proven[**at].whole());
        let unproven: Vec<usize> = unproven.copied().collect();
        self.unproven.extend(unproven);
        self.budget = self.budget.saturating_sub(found.used);
    }
}

/// Withheld counts that do not follow at once from the rest, one sum after another.
pub(crate) fn undetermined(sums: &Sums, of_cell: &SumsOf, hidden: &[bool]) -> Vec<bool> {
    let mut undetermined = hidden.to_vec();
    let mut gaps = vec![0_u32; sums.len()];
    for at in (0..undetermined.len()).filter(|at| undetermined[*at]) {
        of_cell.of(at).for_each(|sum| gaps[sum] += 1);
    }
    let mut work: Vec<usize> = (0..sums.len()).filter(|sum| gaps[*sum] == 1).collect();
    while let Some(sum) = work.pop() {
        let known = sums
            .signed(sum)
            .map(|(at, _)| at)
            .find(|at| undetermined[*at]);
        let Some(known) = known else { continue };
        undetermined[known] = false;
        for other in of_cell.of(known) {
            gaps[other] -= 1;
            if gaps[other] == 1 {
                work.push(other);
            }
        }
    }
    undetermined
}

/// The counts that hang together with one, in order.
pub(crate) fn part_of(
    sums: &Sums,
    of_cell: &SumsOf,
    undetermined: &[bool],
    seen: &mut [bool],
    cell: usize,
) -> Vec<usize> {
    let mut part = vec![cell];
    seen[cell] = true;
    let mut next = 0;
    while let Some(at) = part.get(next).copied() {
        next += 1;
        for sum in of_cell.of(at) {
            for (other, _) in sums.signed(sum) {
                if undetermined[other] && !std::mem::replace(&mut seen[other], true) {
                    part.push(other);
                }
            }
        }
    }
    part.sort_unstable();
    part
}
