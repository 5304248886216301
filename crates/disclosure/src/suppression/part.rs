//! The search for alternatives among the withheld counts of one part: those that hang together. Parts do
//! not concern each other, so that several are looked at at once.

use std::sync::Mutex;

use rayon::prelude::*;

use crate::alternatives::by_block::{ByBlock, MANY};
use crate::alternatives::exchange::Search;
use crate::alternatives::revised::Simplex;
use crate::alternatives::{Alternative, Proven, ProvenOf};
use crate::system::Counts;

/// So many for each count of a large part, each time, and for all large parts where they are not many.
const BUDGET_IN_PART: usize = 100;
const BUDGET_OF_PARTS: usize = 20_000_000;

/// For so many counts at once children are moved: more, and what one finds comes too late for another.
const MOVED_AT_ONCE: usize = 16;

/// Searches for moves, as many as are used at once: each is as new after every use.
pub(crate) struct Searches<'a> {
    counts: Counts<'a>,
    undetermined: &'a [bool],
    idle: Mutex<Vec<Search<'a>>>,
}

impl<'a> Searches<'a> {
    /// None yet.
    pub(crate) const fn new(counts: Counts<'a>, undetermined: &'a [bool]) -> Self {
        let idle = Mutex::new(Vec::new());
        Self {
            counts,
            undetermined,
            idle,
        }
    }

    fn find(&self, cell: usize, proven: Proven) -> Vec<Alternative> {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let mut search = idle.unwrap_or_else(|| Search::new(self.counts, self.undetermined));
        let found = search.find(cell, proven);
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(search);
        }
        found
    }
}

/// What is known when parts are looked at.
pub(crate) struct Look<'l, 'c> {
    pub(crate) system: ByBlock<'c>,
    pub(crate) searches: &'l Searches<'c>,
    /// Whether an alternative of a count is asked for.
    pub(crate) pending: &'l [bool],
    /// What is proven of each count.
    pub(crate) proven: &'l [Proven],
    /// Whether a large part has all of the budget.
    pub(crate) careful: bool,
    /// Entries that the simplex method may touch.
    pub(crate) budget: usize,
}

/// What was found in a part.
#[derive(Default)]
pub(crate) struct Found {
    /// All counts may as well be 0: none needs an alternative.
    pub(crate) scales: bool,
    /// Alternatives.
    pub(crate) others: Vec<Alternative>,
    /// Small counts without one, and whether it is sure that there is none.
    pub(crate) exposed: Vec<(usize, bool)>,
    /// Small counts for which the budget left nothing.
    pub(crate) unproven: Vec<usize>,
    /// Entries touched.
    pub(crate) used: usize,
}

impl Found {
    /// Keeps alternatives that prove anything new.
    fn keep(&mut self, others: Vec<Alternative>, proven: &mut ProvenOf, counts: Counts) {
        let new = others
            .into_iter()
            .filter(|other| proven.learn(other, counts));
        self.others.extend(new);
    }
}

impl Look<'_, '_> {
    /// Looks for an alternative of every pending small count of a part: by moving children, among few counts at
    /// a time, and then among all.
    pub(crate) fn at(&self, part: &[usize]) -> Found {
        let mut found = Found::default();
        if self.scales(part) {
            found.scales = true;
            return found;
        }
        let counts = self.system.counts;
        let mut proven = ProvenOf::new(part, |at| self.proven[at]);
        self.by_moves(part, &mut proven, &mut found);
        let others = self.system.alternatives(part, self.pending, &proven);
        found.keep(others, &mut proven, counts);
        self.of_all(part, &mut proven, &mut found);
        found
    }

    /// Whether all counts of a part may as well be 0: no sum of theirs holds a known count above 0.
    fn scales(&self, part: &[usize]) -> bool {
        let Counts {
            cells,
            sums,
            of_cell,
            ..
        } = self.system.counts;
        let own = part.iter().flat_map(|at| of_cell.of(*at));
        let mut others = own.flat_map(|sum| sums.signed(sum));
        others.all(|(at, _)| self.searches.undetermined[at] || cells[at].count == 0)
    }

    /// Looks for moves of children that put a small count in doubt.
    fn by_moves(&self, part: &[usize], proven: &mut ProvenOf, found: &mut Found) {
        let pending = part.iter().copied().filter(|at| self.pending[*at]);
        let pending: Vec<usize> = pending.collect();
        for some in pending.chunks(MOVED_AT_ONCE) {
            let asked = some.par_iter().filter(|at| !proven.of(**at).whole());
            let others: Vec<Vec<Alternative>> = asked
                .map(|at| self.searches.find(*at, proven.of(*at)))
                .collect();
            for others in others {
                found.keep(others, proven, self.system.counts);
            }
        }
    }

    /// Looks among all counts of the part. A large one has a budget of its own: where it does not
    /// reach, more is withheld beside.
    fn of_all(&self, part: &[usize], proven: &mut ProvenOf, found: &mut Found) {
        let asked = part.iter().copied();
        let asked = asked.filter(|at| self.pending[*at] && !proven.of(*at).whole());
        let asked: Vec<usize> = asked.collect();
        if asked.is_empty() {
            return;
        }
        if self.budget == 0 {
            found.unproven.extend(asked);
            return;
        }
        let system = self.system;
        let large = system.blocks.knows() && part.len() >= MANY && !self.careful;
        let own = part.len() * BUDGET_IN_PART.max(BUDGET_OF_PARTS / system.large.max(1));
        let before = if large {
            own.min(self.budget)
        } else {
            self.budget
        };
        let mut left = before;
        let mut simplex = Simplex::new(system.counts, part);
        for cell in asked {
            if proven.of(cell).whole() {
                continue;
            }
            let (others, none) = simplex.look(cell, proven.of(cell), &mut left);
            found.keep(others, proven, system.counts);
            if proven.of(cell).whole() {
                continue;
            }
            if left > 0 || large {
                found.exposed.push((cell, none));
            } else {
                found.unproven.push(cell);
            }
        }
        found.used = before - left;
    }
}
