//! Which counts are withheld together where single ones cannot be proven safe, and how children may be
//! thought to move between them.

use std::collections::BTreeMap;

/// How many blocks of growing size a count stands in.
pub const LEVELS: usize = 2;

/// A way in which counts may differ from the truth: counts with what is added to each.
pub type Move = Vec<(usize, i64)>;

/// Knows what counts are of, and so how children may be thought to be others than they are: all of one
/// group in another, say. A move need not be right: the audit checks every sum of it.
pub trait Moves {
    /// Ways in which a count may be 0 or large.
    fn of(&self, count: usize) -> Vec<Move>;

    /// One of the counts that have the same ways as a count.
    fn alike(&self, count: usize) -> usize;
}

/// Nothing is known.
impl Moves for () {
    fn of(&self, _: usize) -> Vec<Move> {
        vec![]
    }

    fn alike(&self, count: usize) -> usize {
        count
    }
}

/// The blocks of every count, from the smallest to the largest, numbered by level. Every block lies
/// within one of the next level.
#[derive(Debug, Clone, Default)]
pub struct Blocks {
    of: Vec<[u32; LEVELS]>,
    /// Smallest blocks with the one that goes with each: that of the totals over many such blocks.
    with: BTreeMap<u32, u32>,
}

impl Blocks {
    /// The blocks of the counts, in their order, and which of the smallest ones are given up with
    /// which. Without any, all counts are one block.
    #[must_use]
    pub fn new(of: Vec<[u32; LEVELS]>, with: BTreeMap<u32, u32>) -> Self {
        Self { of, with }
    }

    /// Withholds, for each of these counts, the smallest of its blocks that still has a count in the
    /// open, and everything where none has; how many counts that took.
    pub(super) fn give_up(&self, of: &[usize], hidden: &mut [bool]) -> usize {
        let open: [Vec<bool>; LEVELS] = std::array::from_fn(|level| {
            let of_level = self.of.iter().map(|blocks| blocks[level] as usize);
            let mut open = vec![false; of_level.clone().max().map_or(0, |most| most + 1)];
            for (block, _) in of_level.zip(&*hidden).filter(|(_, hidden)| !**hidden) {
                open[block] = true;
            }
            open
        });
        let mut lost = open.each_ref().map(|open| vec![false; open.len()]);
        let mut everything = false;
        for at in of {
            let own = self.of.get(*at).copied().unwrap_or_default();
            let level = (0..LEVELS).find(|level| {
                let block = own[*level] as usize;
                open[*level].get(block).copied().unwrap_or(false)
            });
            match level {
                Some(level) => lost[level][own[level] as usize] = true,
                None => everything = true,
            }
        }
        for (block, with) in &self.with {
            if lost[0].get(*block as usize) == Some(&true) {
                lost[0][*with as usize] = true;
            }
        }
        let mut taken = 0;
        for (at, hidden) in hidden
            .iter_mut()
            .enumerate()
            .filter(|(_, hidden)| !**hidden)
        {
            let in_lost = || {
                let own = self.of.get(at);
                own.is_some_and(|own| (0..LEVELS).any(|l| lost[l][own[l] as usize]))
            };
            if everything || in_lost() {
                *hidden = true;
                taken += 1;
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_grow_until_there_is_something_to_withhold() {
        // Two tables of one authority, and one of another.
        let blocks = Blocks::new(vec![[0, 0], [0, 0], [1, 0], [2, 1]], BTreeMap::new());
        let mut hidden = [true, false, false, false];
        assert_eq!(blocks.give_up(&[0], &mut hidden), 1);
        assert_eq!(hidden, [true, true, false, false]);
        assert_eq!(blocks.give_up(&[0], &mut hidden), 1);
        assert_eq!(hidden, [true, true, true, false]);
        assert_eq!(blocks.give_up(&[0], &mut hidden), 1);
        assert_eq!(hidden, [true; 4]);
    }

    #[test]
    fn what_goes_with_a_block_goes() {
        let blocks = Blocks::new(vec![[0, 0], [0, 0], [1, 1]], BTreeMap::from([(0, 1)]));
        let mut hidden = [true, false, false];
        assert_eq!(blocks.give_up(&[0], &mut hidden), 2);
    }

    #[test]
    fn without_blocks_everything_is_one() {
        let mut hidden = [true, false, false];
        assert_eq!(Blocks::default().give_up(&[0], &mut hidden), 2);
        assert_eq!(hidden, [true; 3]);
    }
}
