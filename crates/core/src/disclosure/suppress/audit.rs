//! The audit of what is withheld: for every small count a witness that it is safe, or word that none
//! was found.

use std::collections::{BTreeMap, BTreeSet};

use super::alternative::{Alternative, Least, Proven};
use super::apart::{MANY, System};
use super::blocks::{Blocks, Moves};
use super::corner::Corner;
use super::moves::Search;
use super::sums::{Sums, SumsOf};
use super::{Cell, Threshold, Watch};

/// Factors that the simplex method may write before counts are given up together: so many, and so
/// many for each count.
const BUDGET: usize = 600_000_000;
const BUDGET_OF_COUNT: usize = 500;

/// So many for each count of a large part, each time, and for all large parts where they are not many.
const BUDGET_IN_PART: usize = 100;
const BUDGET_OF_PARTS: usize = 20_000_000;

/// Of more counts than this in a large part, none is looked for in all of it yet: with more withheld
/// most of them are soon proven, and what that was too much is shown again in the end.
const LATER: usize = 500;

/// After so many rounds a large part has all of the budget.
const CAREFUL: usize = 64;

fn budget(counts: usize) -> usize {
    BUDGET + counts.saturating_mul(BUDGET_OF_COUNT)
}

/// The search for witnesses: small counts leave it when one is found.
pub(super) struct Audit<'a> {
    cells: &'a [Cell],
    sums: &'a Sums,
    of_cell: &'a SumsOf,
    threshold: Threshold,
    blocks: &'a Blocks,
    watch: Watch<'a>,
    /// How many small counts there are.
    small: usize,
    /// Small counts without a witness.
    open: Vec<usize>,
    /// What is proven of each count.
    proven: Vec<Proven>,
    /// The alternatives that prove it, each once.
    proofs: Vec<Alternative>,
    /// Small counts that need no proof, as all that hangs together with them is withheld.
    unasked: Vec<usize>,
    /// Small counts for which it could not be looked for.
    unproven: Vec<usize>,
    budget: usize,
    /// How many counts there are in large parts.
    large: usize,
    /// How often was looked.
    round: usize,
}

impl<'a> Audit<'a> {
    /// Nothing looked for yet.
    pub(super) fn new(
        cells: &'a [Cell],
        sums: &'a Sums,
        of_cell: &'a SumsOf,
        threshold: Threshold,
        blocks: &'a Blocks,
        watch: Watch<'a>,
    ) -> Self {
        let open = (0..cells.len()).filter(|at| cells[*at].is_small(threshold));
        let open: Vec<usize> = open.collect();
        Self {
            cells,
            sums,
            of_cell,
            threshold,
            blocks,
            watch,
            small: open.len(),
            open,
            proven: vec![Proven::NONE; cells.len()],
            proofs: vec![],
            unasked: vec![],
            unproven: vec![],
            budget: budget(cells.len()),
            large: 0,
            round: 0,
        }
    }

    /// A count needs no witness that is looked for.
    pub(super) fn is_safe(&mut self, cell: usize) {
        self.open.retain(|open| *open != cell);
        self.unproven.retain(|open| *open != cell);
        self.unasked.push(cell);
    }

    /// Keeps an alternative if it proves anything new.
    fn keep(&mut self, other: Alternative) {
        let mut new = false;
        for (at, more) in other.all_proven(self.cells, self.threshold) {
            new |= more.beyond(self.proven[at]) != Proven::NONE;
            self.proven[at] = self.proven[at].and(more);
        }
        if new {
            self.proofs.push(other);
        }
    }

    /// The alternatives that prove small counts safe, and those that need none.
    pub(super) fn into_proofs(self) -> (Vec<Alternative>, Vec<usize>) {
        (self.proofs, self.unasked)
    }

    /// Small counts for which the budget left nothing: they are looked at again with a new one.
    pub(super) fn reopen(&mut self) -> Vec<usize> {
        self.open = std::mem::take(&mut self.unproven);
        let proven = &self.proven;
        self.open.retain(|cell| !proven[*cell].whole());
        self.budget = budget(self.cells.len());
        self.open.clone()
    }

    /// Looks for witnesses among the moves that the caller knows.
    pub(super) fn prove_by(&mut self, moves: &impl Moves, hidden: &[bool]) {
        let mut tried = BTreeSet::new();
        for cell in self.open.clone() {
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
        self.open.retain(|cell| !proven[*cell].whole());
    }

    /// A move with what follows from it for counts that are in one sum only; nothing where a count
    /// would be below 0 or a known one another, or where a sum does not hold.
    fn whole(&self, way: &[(usize, i64)], hidden: &[bool]) -> Option<BTreeMap<usize, i64>> {
        if !way.iter().all(|(at, _)| hidden[*at]) {
            return None;
        }
        let mut changed: BTreeMap<usize, i64> = BTreeMap::new();
        for (at, by) in way {
            *changed.entry(*at).or_default() += by;
        }
        let sums = changed.keys().flat_map(|at| self.of_cell.of(*at));
        let sums: BTreeSet<usize> = sums.collect();
        for sum in sums {
            let by = |at: usize| changed.get(&at).copied().unwrap_or(0);
            let members = self.sums.signed(sum);
            let off: i64 = members.map(|(at, sign)| i64::from(sign) * by(at)).sum();
            if off != 0 {
                let mut members = self.sums.signed(sum);
                let (rest, sign) = members.find(|(at, _)| {
                    let alone = self.of_cell.of(*at).nth(1).is_none();
                    alone && !self.cells[*at].is_published() && !changed.contains_key(at)
                })?;
                changed.insert(rest, -off * i64::from(sign));
            }
        }
        let possible = |(at, by): (&usize, &i64)| {
            let least = i64::from(Least::Nothing.of(self.cells[*at]));
            *by == 0 || (hidden[*at] && i64::from(self.cells[*at].count) + by >= least)
        };
        changed.iter().all(possible).then_some(changed)
    }

    /// Small counts for which no witness was found, and whether there is none.
    pub(super) fn told(&mut self, hidden: &[bool]) -> Vec<(usize, bool)> {
        if self.open.is_empty() {
            return vec![];
        }
        self.round += 1;
        let free = free(self.sums, self.of_cell, hidden);
        let mut told = Vec::new();
        let mut parts = Vec::new();
        let mut seen = vec![false; self.cells.len()];
        let mut open = vec![false; self.cells.len()];
        for cell in std::mem::take(&mut self.open) {
            open[cell] = true;
            if !free[cell] {
                told.push((cell, true));
            } else if !seen[cell] {
                parts.push(part_of(self.sums, self.of_cell, &free, &mut seen, cell));
            }
        }
        // The smallest parts first: the budget goes furthest there.
        parts.sort_by_key(|part| (part.len(), part[0]));
        self.large = parts.iter().map(Vec::len).filter(|n| *n >= MANY).sum();
        let mut search = Search::new(self.cells, self.sums, self.of_cell, &free);
        let mut left = open.iter().filter(|open| **open).count() + self.unproven.len();
        for part in parts {
            let asked = |proven: &[Proven]| {
                let open = part.iter().filter(|at| open[**at]);
                open.filter(|at| !proven[**at].whole()).count()
            };
            let before = asked(&self.proven);
            if self.scales(&part, &free) {
                self.unasked.push(part[0]);
                for at in part {
                    self.proven[at] = Proven::WHOLE;
                }
                continue;
            }
            self.by_moves(&mut search, &part, &open);
            self.apart(&part, &open);
            self.of_part(&part, &open, &mut told);
            left -= before - asked(&self.proven);
            (self.watch)(self.small.saturating_sub(left), self.small);
        }
        told.sort_unstable();
        self.open = told.iter().map(|(cell, _)| *cell).collect();
        told
    }

    /// Looks for witnesses among few counts of a part at a time.
    fn apart(&mut self, part: &[usize], open: &[bool]) {
        let system = System {
            large: self.large,
            cells: self.cells,
            sums: self.sums,
            of_cell: self.of_cell,
            threshold: self.threshold,
            blocks: self.blocks,
        };
        for other in system.alternatives(part, open, &self.proven) {
            self.keep(other);
        }
    }

    /// Looks for moves of children that put a small count in doubt.
    fn by_moves(&mut self, search: &mut Search, part: &[usize], open: &[bool]) {
        for cell in part.iter().copied().filter(|at| open[*at]) {
            if !self.proven[cell].whole() {
                for other in search.find(cell, self.proven[cell], self.threshold) {
                    self.keep(other);
                }
            }
        }
    }

    /// Whether all counts of a part may as well be 0: no sum of theirs holds a known count above 0.
    fn scales(&self, part: &[usize], free: &[bool]) -> bool {
        let sums = part.iter().flat_map(|at| self.of_cell.of(*at));
        let mut others = sums.flat_map(|sum| self.sums.signed(sum));
        others.all(|(at, _)| free[at] || self.cells[at].count == 0)
    }

    /// Looks for a witness of every open small count among withheld counts that hang together. A large
    /// part has a budget of its own: where it does not reach, more is withheld beside.
    fn of_part(&mut self, part: &[usize], open: &[bool], told: &mut Vec<(usize, bool)>) {
        let asked = part.iter().copied();
        let asked = asked.filter(|at| open[*at] && !self.proven[*at].whole());
        let asked: Vec<usize> = asked.collect();
        if asked.is_empty() {
            return;
        }
        if self.budget == 0 {
            self.unproven.extend(asked);
            return;
        }
        let large = self.blocks.knows() && part.len() >= MANY && self.round < CAREFUL;
        if large && asked.len() > LATER {
            told.extend(asked.into_iter().map(|cell| (cell, false)));
            return;
        }
        let own = part.len() * BUDGET_IN_PART.max(BUDGET_OF_PARTS / self.large.max(1));
        let before = if large {
            own.min(self.budget)
        } else {
            self.budget
        };
        let mut left = before;
        let mut corner = Corner::new(self.cells, self.sums, self.of_cell, part);
        for cell in asked {
            if self.proven[cell].whole() {
                continue;
            }
            let (found, none) = corner.look(cell, self.proven[cell], self.threshold, &mut left);
            for other in found {
                self.keep(other);
            }
            if self.proven[cell].whole() {
                continue;
            }
            if left > 0 || large {
                told.push((cell, none));
            } else {
                self.unproven.push(cell);
            }
        }
        self.budget -= before - left;
    }
}

/// Withheld counts that do not follow at once from the rest, one sum after another.
pub(super) fn free(sums: &Sums, of_cell: &SumsOf, hidden: &[bool]) -> Vec<bool> {
    let mut free = hidden.to_vec();
    let mut gaps = vec![0_u32; sums.len()];
    for at in (0..free.len()).filter(|at| free[*at]) {
        of_cell.of(at).for_each(|sum| gaps[sum] += 1);
    }
    let mut work: Vec<usize> = (0..sums.len()).filter(|sum| gaps[*sum] == 1).collect();
    while let Some(sum) = work.pop() {
        let known = sums.signed(sum).map(|(at, _)| at).find(|at| free[*at]);
        let Some(known) = known else { continue };
        free[known] = false;
        for other in of_cell.of(known) {
            gaps[other] -= 1;
            if gaps[other] == 1 {
                work.push(other);
            }
        }
    }
    free
}

/// The counts that hang together with one, in order.
pub(super) fn part_of(
    sums: &Sums,
    of_cell: &SumsOf,
    free: &[bool],
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
                if free[other] && !std::mem::replace(&mut seen[other], true) {
                    part.push(other);
                }
            }
        }
    }
    part.sort_unstable();
    part
}
