//! Which counts are withheld together where single ones cannot be proven safe, and how children may be
//! thought to move between them.

use std::collections::BTreeSet;

use disparity_core::Sums;

/// How many steps there are.
pub(crate) const STEPS: usize = 4;

/// A way in which counts may differ from the truth: counts with what is added to each.
pub(crate) type Move = Vec<(usize, i64)>;

/// Knows what counts are of, and so how children may be thought to be others than they are: all of one
/// group in another, say. A move need not be right: the audit checks every sum of it.
pub(crate) trait Moves {
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

/// No block.
pub(crate) const NONE: u32 = u32::MAX;

/// What of a count's surroundings is given up with it, step by step: a block at each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps {
    /// The block that is given up for the count, which need not hold it: totals over many tables, say.
    pub asks: [u32; STEPS],
    /// The blocks that the count is in; [`NONE`] for none.
    pub is_in: [u32; STEPS],
}

/// The steps of every count, blocks numbered step by step.
#[derive(Debug, Clone, Default)]
pub(crate) struct Blocks(Vec<Steps>);

impl Blocks {
    /// The steps of the counts, in their order. Without any, all counts are one block.
    #[must_use]
    pub(crate) fn new(of_counts: Vec<Steps>) -> Self {
        Self(of_counts)
    }

    /// The steps of some of the counts.
    pub(crate) fn of(&self, counts: impl Iterator<Item = usize>) -> Self {
        let of = counts.map_while(|at| self.0.get(at).copied());
        Self(of.collect())
    }

    /// Whether any count has a block.
    pub(crate) const fn knows(&self) -> bool {
        !self.0.is_empty()
    }

    /// How many blocks of the last step there are.
    pub(crate) fn many(&self) -> usize {
        let own = self.0.iter().map(|own| own.is_in[STEPS - 1]);
        let own: BTreeSet<u32> = own.filter(|own| *own != NONE).collect();
        own.len()
    }

    /// Whether all counts of a sum are in one block of the last step, or all in none.
    pub(crate) fn hold(&self, sums: &Sums, sum: usize) -> bool {
        let own = self.own(sums.total(sum));
        sums.parts(sum).all(|at| self.own(at) == own)
    }

    /// The block of the last step that a count is in: counts of one hang together more than others do.
    pub(crate) fn own(&self, at: usize) -> u32 {
        self.0.get(at).map_or(NONE, |own| own.is_in[STEPS - 1])
    }

    /// Withholds, for each of these counts, the first of its blocks that still has a count that is in
    /// what is shown and may be withheld, and everything where none has; how many counts that took.
    pub(crate) fn give_up(&self, of: &[usize], in_shown: &[bool], hidden: &mut [bool]) -> usize {
        let mut shown: [BTreeSet<u32>; STEPS] = Default::default();
        for (own, _) in self.0.iter().zip(in_shown).filter(|(_, shown)| **shown) {
            for (shown, block) in shown.iter_mut().zip(own.is_in) {
                shown.insert(block);
            }
        }
        let mut lost: [BTreeSet<u32>; STEPS] = Default::default();
        let mut everything = false;
        for at in of {
            let asks = self.0.get(*at).map_or([NONE; STEPS], |own| own.asks);
            let step = (0..STEPS).find(|s| asks[*s] != NONE && shown[*s].contains(&asks[*s]));
            match step {
                Some(step) => drop(lost[step].insert(asks[step])),
                None => everything = true,
            }
        }
        // No more at once than the first step that some count needs.
        let first = (0..STEPS).find(|step| !lost[*step].is_empty());
        everything &= first.is_none();
        withhold(hidden, in_shown, |at| {
            let own = self.0.get(at).zip(first);
            everything || own.is_some_and(|(own, step)| lost[step].contains(&own.is_in[step]))
        })
    }
}

/// Withholds those shown counts that pass a test; how many there were.
fn withhold(hidden: &mut [bool], in_shown: &[bool], test: impl Fn(usize) -> bool) -> usize {
    let mut taken = 0;
    for (at, hidden) in hidden.iter_mut().enumerate() {
        if in_shown[at] && test(at) {
            *hidden = true;
            taken += 1;
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_until_there_is_something_to_withhold() {
        // A total over two tables, two counts of one table and one of another.
        let steps = |asks, is_in| Steps { asks, is_in };
        let blocks = Blocks::new(vec![
            steps([0, 0, NONE, NONE], [0, 0, NONE, NONE]),
            steps([0, 0, 0, 0], [NONE, NONE, 0, 0]),
            steps([0, 0, 0, 0], [NONE, NONE, 0, 0]),
            steps([0, 0, 1, 1], [NONE, NONE, 1, 1]),
        ]);
        let mut hidden = [false, true, false, false];
        for step in [
            [true, true, false, false],
            [true, true, true, false],
            [true; 4],
        ] {
            let shown = hidden.map(|hidden| !hidden);
            assert_eq!(blocks.give_up(&[1], &shown, &mut hidden), 1);
            assert_eq!(hidden, step);
        }
    }

    #[test]
    fn without_blocks_everything_is_one() {
        let mut hidden = [true, false, false];
        let shown = [false, true, true];
        assert_eq!(Blocks::default().give_up(&[0], &shown, &mut hidden), 2);
        assert_eq!(hidden, [true; 3]);
    }
}
