//! What is withheld next where a small count is exposed.

use std::collections::BTreeSet;

use crate::system::blocks::NONE;
use crate::system::{Blocks, Cell, SumsOf};
use disparity_core::Sums;

/// Looks for the count to withhold next beside one that is exposed.
pub(crate) struct Complements<'a> {
    cells: &'a [Cell],
    sums: &'a Sums,
    of_cell: &'a SumsOf,
    /// The last search that met each count.
    met: Vec<u32>,
    search: u32,
    /// Blocks that were found to have no linking count that is shown.
    unlinked: BTreeSet<u32>,
}

impl<'a> Complements<'a> {
    pub(crate) fn new(cells: &'a [Cell], sums: &'a Sums, of_cell: &'a SumsOf) -> Self {
        Self {
            cells,
            sums,
            of_cell,
            met: vec![0; cells.len()],
            search: 0,
            unlinked: BTreeSet::new(),
        }
    }

    /// The smallest shown count in any sum with a count that is exposed; if everything there is withheld
    /// already, in the sums of those, and so on. What follows at once from others is exposed by counts
    /// that do so too: those first. None if nothing that hangs together with it is shown.
    pub(crate) fn next_complement(
        &mut self,
        hidden: &[bool],
        undetermined: &[bool],
        exposed: usize,
    ) -> Option<usize> {
        let cells = self.cells;
        let any = |at: usize| cells[at].is_shown(hidden[at]);
        let by_known =
            (!undetermined[exposed]).then(|| self.through(exposed, any, |at| !undetermined[at]));
        by_known
            .flatten()
            .or_else(|| self.through(exposed, any, |_| true))
    }

    /// The same, but only among counts over many blocks where the one that is exposed is in a block: they
    /// link blocks, and without them each has its own alternatives.
    pub(crate) fn next_linking(
        &mut self,
        hidden: &[bool],
        exposed: usize,
        blocks: &Blocks,
    ) -> Option<usize> {
        let own = blocks.own(exposed);
        if own == NONE || self.unlinked.contains(&own) {
            return None;
        }
        let cells = self.cells;
        let links = |at: usize| cells[at].is_shown(hidden[at]) && blocks.own(at) == NONE;
        let within = |at: usize| blocks.own(at) == own;
        let found = self.through(exposed, links, within);
        if found.is_none() {
            self.unlinked.insert(own);
        }
        found
    }

    /// Whether the last search came by a count.
    pub(crate) fn has_met(&self, cell: usize) -> bool {
        self.met[cell] == self.search
    }

    fn through(
        &mut self,
        exposed: usize,
        may: impl Fn(usize) -> bool,
        pass: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        self.search += 1;
        self.met[exposed] = self.search;
        let mut ring = vec![exposed];
        while !ring.is_empty() {
            let mut next = Vec::new();
            for at in ring.iter().flat_map(|at| self.of_cell.of(*at)) {
                for (cell, _) in self.sums.signed(at) {
                    if std::mem::replace(&mut self.met[cell], self.search) != self.search {
                        next.push(cell);
                    }
                }
            }
            let shown = next.iter().copied().filter(|at| may(*at));
            let size = |at: usize| (self.cells[at].count == 0, self.cells[at].count, at);
            if let Some(smallest) = shown.min_by_key(|at| size(*at)) {
                return Some(smallest);
            }
            // What everybody knows cannot be thought otherwise, and leads nowhere.
            next.retain(|at| pass(*at) && !self.cells[*at].is_known());
            ring = next;
        }
        None
    }
}
