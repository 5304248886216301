//! The members of sums over several blocks, block by block: a total of all authorities has a part of each, and who looks at a
//! few authorities is not to go through all.

use super::blocks::Blocks;
use disparity_core::Sums;

/// Sums over several blocks.
#[derive(Debug)]
pub(crate) struct Spread {
    /// Where the members of each sum end; a sum within a block has none here.
    ends: Vec<u32>,
    members: Vec<Member>,
    /// More than any number of a block.
    pub(crate) blocks: usize,
}

/// A count of a sum.
#[derive(Debug, Clone, Copy)]
struct Member {
    block: u32,
    cell: u32,
    sign: i8,
}

/// The members of a sum by block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Members<'a>(&'a [Member]);

impl Spread {
    /// Of these sums, those over several blocks.
    pub(crate) fn new(sums: &Sums, blocks: &Blocks) -> Self {
        let mut ends = Vec::with_capacity(sums.len());
        let mut members: Vec<Member> = Vec::new();
        let mut most = 0;
        for sum in 0..sums.len() {
            if !blocks.hold(sums, sum) {
                let start = members.len();
                let all = sums.members(sum).iter().zip(sums.signed(sum));
                members.extend(all.map(|(cell, (at, sign))| Member {
                    block: blocks.own(at),
                    cell: *cell,
                    sign,
                }));
                members[start..].sort_by_key(|own| own.block);
            }
            ends.push(u32::try_from(members.len()).unwrap_or(u32::MAX));
        }
        for own in &members {
            if own.block != super::blocks::NONE {
                most = most.max(own.block as usize + 1);
            }
        }
        Self {
            ends,
            members,
            blocks: most,
        }
    }

    /// The members of a sum over several blocks; none of another.
    pub(crate) fn of(&self, sum: usize) -> Members<'_> {
        let start = sum.checked_sub(1).map_or(0, |before| self.ends[before]);
        Members(&self.members[start as usize..self.ends[sum] as usize])
    }
}

impl Members<'_> {
    /// Whether the sum is within a block.
    pub(crate) const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The members in a block, with their signs.
    pub(crate) fn of(self, block: u32) -> impl Iterator<Item = (usize, i8)> {
        let start = self.0.partition_point(|own| own.block < block);
        let own = self.0[start..].iter();
        let own = own.take_while(move |own| own.block == block);
        own.map(|own| (own.cell as usize, own.sign))
    }

    /// All members with their blocks and signs.
    pub(crate) fn all(self) -> impl Iterator<Item = (u32, usize, i8)> {
        let all = self.0.iter();
        all.map(|own| (own.block, own.cell as usize, own.sign))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::blocks::{NONE, Steps};

    #[test]
    fn a_sum_over_several_blocks_is_known_by_block() {
        let steps = [NONE, 1, 0, 0].map(|own| Steps {
            asks: [NONE; 4],
            is_in: [NONE, NONE, NONE, own],
        });
        let mut sums = Sums::default();
        sums.add(2, [3]);
        sums.add(0, [1, 2, 3]);
        let spread = Spread::new(&sums, &Blocks::new(steps.to_vec()));
        assert!(spread.of(0).is_empty());
        let own = |block| spread.of(1).of(block).collect::<Vec<_>>();
        assert_eq!(own(0), [(2, 1), (3, 1)]);
        assert_eq!(own(1), [(1, 1)]);
        assert_eq!(own(NONE), [(0, -1)]);
        assert_eq!((own(2).len(), spread.blocks), (0, 2));
    }
}
