//! Which sums each count is in, and counts that are the same as others.

use std::collections::BTreeSet;

use disparity_core::Sums;

/// Counts that are one number under several names: whoever has one has all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Same {
    /// For each count another that it is the same as, or itself.
    next: Vec<usize>,
}

impl Same {
    /// So many counts, each by itself.
    #[must_use]
    pub(crate) fn none(counts: usize) -> Self {
        Self {
            next: (0..counts).collect(),
        }
    }

    /// That two counts are the same.
    pub(crate) fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.next[one.max(other)] = one.min(other);
    }

    /// The one that stands for a count: the first of those that are the same.
    #[must_use]
    pub(crate) fn of(&self, count: usize) -> usize {
        let mut at = count;
        while self.next[at] != at {
            at = self.next[at];
        }
        at
    }

    /// Sums between counts of which some stand for others, each once; a count that is all of another
    /// says nothing more. Of `given`, those are taken that `holds`.
    #[must_use]
    pub(crate) fn redirect(&self, given: &Sums, holds: impl Fn(usize) -> bool) -> Sums {
        let mut seen = BTreeSet::new();
        let mut sums = Sums::default();
        for sum in (0..given.len()).filter(|sum| holds(*sum)) {
            let total = self.of(given.total(sum));
            let mut parts: Vec<usize> = given.parts(sum).map(|at| self.of(at)).collect();
            parts.sort_unstable();
            if parts != [total] && seen.insert((total, parts.clone())) {
                sums.add(total, parts);
            }
        }
        sums
    }
}

/// No more than four thousand million counts; a position beyond that names none, which is noticed.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The sums that each count is in, with its sign in each.
#[derive(Debug, Clone)]
pub(crate) struct SumsOf {
    starts: Vec<u32>,
    /// Twice the position of the sum, and one more where the count is its total.
    sums: Vec<u32>,
}

impl SumsOf {
    pub(crate) fn new(cells: usize, sums: &Sums) -> Self {
        let mut starts = vec![0_u32; cells + 1];
        for at in sums.all_members() {
            starts[*at as usize + 1] += 1;
        }
        for at in 0..cells {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut of = vec![0; sums.all_members().len()];
        for sum in 0..sums.len() {
            for (cell, sign) in sums.signed(sum) {
                of[next[cell] as usize] = narrow(2 * sum) + u32::from(sign < 0);
                next[cell] += 1;
            }
        }
        Self { starts, sums: of }
    }

    /// The sums of a count.
    pub(crate) fn of(&self, cell: usize) -> impl Iterator<Item = usize> + '_ {
        self.signed(cell).map(|(sum, _)| sum)
    }

    /// The sums of a count, with its sign in each.
    pub(crate) fn signed(&self, cell: usize) -> impl Iterator<Item = (usize, i8)> + '_ {
        self.sums[self.starts[cell] as usize..self.starts[cell + 1] as usize]
            .iter()
            .map(|entry| ((entry / 2) as usize, 1 - 2 * i8::from(entry % 2 == 1)))
    }
}
