//! Alternatives looked for among few counts of many that hang together: those of some blocks, while all
//! others stay what they are. Such an alternative is one among all of them, and much sooner found; that
//! there is none says nothing.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::revised::Simplex;
use super::{Alternative, ProvenOf};
use crate::system::blocks::NONE;
use crate::system::{Blocks, Counts};

/// Fewer counts than this are looked at all together.
pub(crate) const MANY: usize = 2_000;

/// How many blocks are looked at together, time after time.
const TOGETHER: [usize; 6] = [1, 2, 4, 8, 8, 16];

/// Entries that may be touched each time, for each count of the large parts, and for all of them where
/// they are not many.
const BUDGET_OF_COUNT: usize = 4_000;
const BUDGET: usize = 200_000_000;

/// What is looked through.
#[derive(Clone, Copy)]
pub(crate) struct ByBlock<'a> {
    pub(crate) counts: Counts<'a>,
    pub(crate) blocks: &'a Blocks,
    /// How many counts there are in large parts.
    pub(crate) large: usize,
}

impl ByBlock<'_> {
    /// Alternatives among a few blocks that prove something of small counts of a part, of those that
    /// are pending. Of a part that is not large, or all of one block, none.
    pub(crate) fn alternatives(
        &self,
        part: &[usize],
        pending: &[bool],
        before: &ProvenOf,
    ) -> Vec<Alternative> {
        let mut all = Vec::new();
        if part.len() < MANY {
            return all;
        }
        let mut proven = before.clone();
        let (mut own, mut shared): (BTreeMap<u32, Vec<usize>>, Vec<usize>) = Default::default();
        for at in part.iter().copied() {
            match self.blocks.own(at) {
                NONE => shared.push(at),
                block => own.entry(block).or_default().push(at),
            }
        }
        let own: Vec<Vec<usize>> = own.into_values().collect();
        for (round, few) in TOGETHER.into_iter().enumerate() {
            // Half of all is no part of it: that takes as long as all together.
            if few * 2 >= own.len() {
                break;
            }
            let left = |at: &usize| pending[*at] && !proven.of(*at).whole();
            let order = shuffled(own.len(), round);
            let sets = order.chunks(few).enumerate().filter_map(|(at, set)| {
                let set = set.iter().flat_map(|block| &own[*block]);
                // What is in no block is looked for once.
                let also = if at == 0 { shared.as_slice() } else { &[] };
                let asked = set.clone().chain(also).copied().filter(left);
                let asked: Vec<usize> = asked.collect();
                let mut few: Vec<usize> = set.chain(&shared).copied().collect();
                few.sort_unstable();
                (!asked.is_empty()).then_some((few, asked))
            });
            let sets: Vec<(Vec<usize>, Vec<usize>)> = sets.collect();
            let of_count = BUDGET_OF_COUNT.max(BUDGET / self.large.max(1));
            let budget = of_count * part.len() / sets.len().max(1);
            let found: Vec<Vec<Alternative>> = sets
                .par_iter()
                .map(|(few, asked)| self.among(few, asked, &proven, budget))
                .collect();
            for other in found.into_iter().flatten() {
                proven.learn(&other, self.counts);
                all.push(other);
            }
        }
        all
    }

    /// Alternatives among these counts, for those asked for.
    fn among(
        &self,
        few: &[usize],
        asked: &[usize],
        before: &ProvenOf,
        mut budget: usize,
    ) -> Vec<Alternative> {
        let mut simplex = Simplex::new(self.counts, few);
        let mut proven = ProvenOf::new(few, |at| before.of(at));
        let mut found = Vec::new();
        for cell in asked.iter().copied() {
            if proven.of(cell).whole() {
                continue;
            }
            let (others, _) = simplex.look(cell, proven.of(cell), &mut budget);
            found.extend(
                others
                    .into_iter()
                    .filter(|other| proven.learn(other, self.counts)),
            );
        }
        found
    }
}

/// So many numbers in an order that differs from round to round and is always the same.
fn shuffled(many: usize, round: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..many).collect();
    let key = |at: usize| (at + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_usize >> (round + 1)) >> 7;
    order.sort_by_key(|at| (key(*at), *at));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alternatives::Proven;
    use crate::attack::attack;
    use crate::rule::Threshold;
    use crate::suppression::suppress_in_blocks;
    use crate::system::blocks::Steps;
    use crate::system::{Cell, SumsOf};
    use disparity_core::Sums;

    const FIVE: Threshold = Threshold::up_to(5);
    const AUTHORITIES: usize = 90;
    const GROUPS: usize = 5;
    const MEASURES: usize = 14;

    /// Counts of several measures by group and in all, of each authority and of all together.
    fn national() -> (Vec<Cell>, Sums, Blocks) {
        let mut state = 11_u64;
        let mut next = |n: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        let at = |authority: usize, group: usize, measure: usize| {
            (authority * (GROUPS + 1) + group) * MEASURES + measure
        };
        let many = (AUTHORITIES + 1) * (GROUPS + 1) * MEASURES;
        let mut cells = vec![Cell::published(0); many];
        let mut steps = Vec::with_capacity(many);
        for authority in 0..=AUTHORITIES {
            for group in 0..=GROUPS {
                for measure in 0..MEASURES {
                    let own = if authority < AUTHORITIES {
                        u32::try_from(authority).unwrap()
                    } else {
                        NONE
                    };
                    steps.push(Steps {
                        asks: [0, 0, own, own],
                        is_in: [NONE, NONE, own, own],
                    });
                    if authority < AUTHORITIES && group < GROUPS {
                        let count = u32::try_from(next(if group < 3 { 8 } else { 40 })).unwrap();
                        for (authority, group) in [
                            (authority, group),
                            (authority, GROUPS),
                            (AUTHORITIES, group),
                            (AUTHORITIES, GROUPS),
                        ] {
                            cells[at(authority, group, measure)].count += count;
                        }
                    }
                }
            }
        }
        let mut sums = Sums::default();
        for measure in 0..MEASURES {
            for authority in 0..=AUTHORITIES {
                let parts = (0..GROUPS).map(|group| at(authority, group, measure));
                sums.add(at(authority, GROUPS, measure), parts);
            }
            for group in 0..=GROUPS {
                let parts = (0..AUTHORITIES).map(|authority| at(authority, group, measure));
                sums.add(at(AUTHORITIES, group, measure), parts);
            }
        }
        // What an authority has of two measures together is published as well.
        for authority in 0..AUTHORITIES {
            for measure in 1..MEASURES {
                let pair = [
                    at(authority, GROUPS, measure - 1),
                    at(authority, GROUPS, measure),
                ];
                let count = pair.iter().map(|at| cells[*at].count).sum();
                cells.push(Cell::published(count));
                let own = steps[pair[0]];
                steps.push(own);
                sums.add(cells.len() - 1, pair);
            }
        }
        (cells, sums, Blocks::new(steps))
    }

    #[test]
    fn a_alternative_among_few_is_one_among_all() {
        let (cells, sums, blocks) = national();
        let of_cell = SumsOf::new(cells.len(), &sums);
        let hidden: Vec<bool> = cells.iter().map(|c| FIVE.is_small(c.count)).collect();
        let part: Vec<usize> = (0..cells.len()).filter(|at| hidden[*at]).collect();
        assert!(part.len() > MANY, "{}", part.len());
        let counts = Counts {
            cells: &cells,
            sums: &sums,
            of_cell: &of_cell,
            threshold: FIVE,
        };
        let system = ByBlock {
            counts,
            blocks: &blocks,
            large: part.len(),
        };
        let mut proven = ProvenOf::new(&part, |_| Proven::NONE);
        for other in system.alternatives(&part, &hidden, &proven.clone()) {
            proven.learn(&other, counts);
        }
        let bounds = attack(&cells, &sums, &hidden, Some(FIVE));
        let told = |at: &&usize| !FIVE.in_doubt(bounds[**at]);
        let (safe, unsafe_): (Vec<usize>, Vec<usize>) = part
            .iter()
            .partition(|at| proven.of(**at).has(Proven::DOUBT));
        assert!(safe.len() > MANY / 2, "{}", safe.len());
        assert_eq!(safe.iter().filter(told).count(), 0);
        assert!(unsafe_.iter().filter(told).count() > 0);
    }

    #[test]
    fn a_country_of_authorities_is_safe_and_nothing_of_it_given_up() {
        let (cells, sums, blocks) = national();
        let withheld = suppress_in_blocks(&cells, &sums, FIVE, &blocks, &(), &|_, _| {});
        assert_eq!(withheld.given_up, 0);
        let bounds = attack(&cells, &sums, &withheld.hidden, Some(FIVE));
        let small = (0..cells.len()).filter(|at| FIVE.is_small(cells[*at].count));
        assert_eq!(small.filter(|at| !FIVE.in_doubt(bounds[*at])).count(), 0);
        assert!(withheld.hidden.iter().any(|hidden| !hidden));
    }
}
