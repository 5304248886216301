//! Sums between counts, stored flat.

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

    /// The members of every sum, one after the other.
    #[must_use]
    pub fn all_members(&self) -> &[u32] {
        &self.members
    }

    /// The total of a sum, and then its parts.
    #[must_use]
    pub fn members(&self, sum: usize) -> &[u32] {
        let start = sum.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.members[start as usize..self.ends[sum] as usize]
    }

    /// The total of a sum.
    #[must_use]
    pub fn total(&self, sum: usize) -> usize {
        self.members(sum)[0] as usize
    }

    /// The parts of a sum.
    pub fn parts(&self, sum: usize) -> impl Iterator<Item = usize> + '_ {
        self.members(sum)[1..].iter().map(|at| *at as usize)
    }

    /// Every count of a sum with its sign, so that together they are 0: parts 1 and the total −1.
    pub fn signed(&self, sum: usize) -> impl Iterator<Item = (usize, i8)> + '_ {
        let signs = std::iter::once(-1).chain(std::iter::repeat(1));
        self.members(sum)
            .iter()
            .zip(signs)
            .map(|(at, sign)| (*at as usize, sign))
    }
}

/// No more than four thousand million counts; a position beyond that names none, which is noticed.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
