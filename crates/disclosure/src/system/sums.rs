//! Sums between counts, stored flat: which counts a sum has, and which sums a count is in; and counts
//! that are the same as others.

use std::collections::BTreeSet;

/// Sums between counts, by position: each a total and the parts that make up all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// Where each sum ends among the members.
    ends: Vec<u32>,
    /// The total of each sum, and then its parts.
    members: Vec<u32>,
}

impl Sums {
    /// Adds the sum of some parts.
    pub fn add(&mut self, total: usize, parts: impl IntoIterator<Item = usize>) {
        self.members.push(narrow(total));
        self.members.extend(parts.into_iter().map(narrow));
        self.ends.push(narrow(self.members.len()));
    }

    /// The sums between counts of which some stand for others, each once; a count that is all of
    /// another says nothing more.
    #[must_use]
    pub fn redirected(&self, same: &Same) -> Self {
        let mut seen = BTreeSet::new();
        let mut sums = Self::default();
        for sum in 0..self.len() {
            let total = same.of(self.total(sum));
            let mut parts: Vec<usize> = self.parts(sum).map(|at| same.of(at)).collect();
            parts.sort_unstable();
            if parts != [total] && seen.insert((total, parts.clone())) {
                sums.add(total, parts);
            }
        }
        sums
    }

    /// The total of each sum, and its parts.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Vec<usize>)> + '_ {
        (0..self.len()).map(|sum| (self.total(sum), self.parts(sum).collect()))
    }

    /// How many sums.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The total of a sum, and then its parts.
    pub(crate) fn members(&self, sum: usize) -> &[u32] {
        let start = sum.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.members[start as usize..self.ends[sum] as usize]
    }

    /// The total of a sum.
    pub(crate) fn total(&self, sum: usize) -> usize {
        self.members(sum)[0] as usize
    }

    /// The parts of a sum.
    pub(crate) fn parts(&self, sum: usize) -> impl Iterator<Item = usize> + '_ {
        self.members(sum)[1..].iter().map(|at| *at as usize)
    }

    /// Every count of a sum with its sign, so that together they are 0: parts 1 and the total −1.
    pub(crate) fn signed(&self, sum: usize) -> impl Iterator<Item = (usize, i8)> + '_ {
        let signs = std::iter::once(-1).chain(std::iter::repeat(1));
        self.members(sum)
            .iter()
            .zip(signs)
            .map(|(at, sign)| (*at as usize, sign))
    }
}

/// Counts that are one number under several names: whoever has one has all.
#[derive(Debug, Clone, Default)]
pub struct Same {
    /// For each count another that it is the same as, or itself.
    next: Vec<usize>,
}

impl Same {
    /// So many counts, each by itself.
    #[must_use]
    pub fn none(counts: usize) -> Self {
        Self {
            next: (0..counts).collect(),
        }
    }

    /// That two counts are the same.
    pub fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.next[one.max(other)] = one.min(other);
    }

    /// The one that stands for a count: the first of those that are the same.
    #[must_use]
    pub fn of(&self, count: usize) -> usize {
        let mut at = count;
        while self.next[at] != at {
            at = self.next[at];
        }
        at
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
        for at in &sums.members {
            starts[*at as usize + 1] += 1;
        }
        for at in 0..cells {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut of = vec![0; sums.members.len()];
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
