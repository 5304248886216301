//! Which counts must be withheld so that none of the small ones can be worked out: any set of counts
//! with sums between them. Knows nothing of children, areas or tables.
//!
//! Primary: a count from 1 to the threshold is withheld. Secondary: as long as what remains in the
//! open would tell a withheld small count too closely, another count of the same sum is withheld,
//! the smallest first.
//!
//! # What is guaranteed
//! A small count is proven safe by alternative tables ([`alternative`]): other whole numbers for
//! withheld counts, none below 0, that agree with everything in the open and with every sum, all of
//! them together. In one of them the count is 0 or beyond the threshold, so that nobody can say that
//! it is small. In one of them it is another number although every withheld count that is something
//! stays something: zeros are nearly always shown, so a reader may take it that what is withheld is
//! at least 1, and still cannot say which number it is. An attacker who combines as many sums as he
//! likes cannot tell an alternative from the truth. It stays one when more is withheld, so it is looked for
//! once: by moving children between withheld counts ([`moves`]), and where that fails by the simplex
//! method on all that hangs together ([`corner`]). Where there is none, another count is withheld
//! beside, and so it is where too many steps did not find one.
//!
//! Where thousands hang together and it is known which of them do so most (the counts of an
//! authority, say), alternatives are first looked for among those of one, then of a few at a time
//! ([`apart`]): all else stays as it is, so that they are alternatives among all. Where that fails, a
//! count that ties many together is withheld before one of the count's own.
//!
//! The simplex method has a budget. When it is spent, the small counts still without a proof have
//! blocks of counts given up for them ([`blocks`]): the totals that tie tables together first, then
//! tables whole, as long as a proof is missing. With everything withheld, every count may as well
//! be 0. [`Withheld::given_up`] says how many counts that took.
//!
//! Where some of the counts were shown or withheld elsewhere ([`Kind::Shown`], [`Kind::Withheld`]), they are
//! so here, and what is withheld beside them is enough for one who has both. Where it is not, as too much
//! was shown, all the rest that hangs together is withheld, zeros as well: then nothing is told but
//! what was, and nobody can take it that what is withheld is something.
//!
//! In the end every count that was withheld on the way and that no proof needs, or that the proofs can
//! do without, is shown again ([`reopen`]).
//!
//! # What is not
//! One who knows counts that are not among these, such as those of another output of the same records,
//! may tell more. Several small counts may be told together: that two of them are not both 0, say; and
//! that a count is at most so many, as long as it may be 0.

mod alternative;
mod apart;
pub mod attack;
mod audit;
mod beside;
pub mod blocks;
mod corner;
mod moves;
mod part;
mod pattern;
mod reopen;
mod simplex;
mod sums;
mod ties;

use std::collections::{BTreeMap, BTreeSet};

pub use attack::{Bounds, attack};
use audit::{Audit, free};
use beside::Beside;
use blocks::{Blocks, Moves};
use sums::SumsOf;
pub use sums::{Same, Sums};
pub use ties::Ties;

/// A count among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The true count.
    pub count: u32,
    /// What it is.
    pub kind: Kind,
    /// Whether nobody may learn of it that it is 0, if it is: that none of a group has something, or all.
    pub zero: bool,
}

/// What a number among counts is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A count that would be published.
    Published,
    /// A count that was shown elsewhere: everybody knows it, and it is shown here as well.
    Shown,
    /// A count that was withheld elsewhere, and is here as well.
    Withheld,
    /// A count that nobody publishes and that anyone can work out from others.
    Follows,
    /// By how much one count is greater than another, where it is known which is: no count of
    /// anything. It is never shown and needs no protection, and is not below 0.
    Slack,
}

impl Cell {
    /// A count that may be learnt to be 0, if it is.
    #[must_use]
    pub const fn new(count: u32, kind: Kind) -> Self {
        let zero = false;
        Self { count, kind, zero }
    }

    /// A count that would be published.
    #[must_use]
    pub const fn published(count: u32) -> Self {
        Self::new(count, Kind::Published)
    }

    /// A count that follows from others.
    #[must_use]
    pub const fn follows(count: u32) -> Self {
        Self::new(count, Kind::Follows)
    }

    /// Whether it would be published, or was elsewhere.
    #[must_use]
    pub const fn is_published(self) -> bool {
        matches!(self.kind, Kind::Published | Kind::Shown | Kind::Withheld)
    }

    /// Whether everybody knows it already.
    const fn is_known(self) -> bool {
        matches!(self.kind, Kind::Shown)
    }

    /// Whether it may be withheld and is not yet.
    const fn is_open(self, hidden: bool) -> bool {
        !hidden && !self.is_known()
    }

    /// Whether it is withheld from the start.
    fn starts_hidden(self, threshold: Threshold) -> bool {
        match self.kind {
            Kind::Published => self.is_small(threshold),
            Kind::Shown => false,
            Kind::Withheld | Kind::Follows | Kind::Slack => true,
        }
    }

    /// Whether it is a count that nobody may learn.
    #[must_use]
    pub fn is_small(self, threshold: Threshold) -> bool {
        let may_not = threshold.is_small(self.count) || self.zero && self.count == 0;
        !matches!(self.kind, Kind::Slack) && may_not
    }
}

/// What to protect against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Threshold {
    /// Counts from 1 to this are withheld.
    pub at_most: u32,
}

impl Threshold {
    /// Counts from 1 to this are withheld.
    #[must_use]
    pub const fn up_to(at_most: u32) -> Self {
        Self { at_most }
    }

    /// Whether a count is withheld for its size.
    #[must_use]
    pub fn is_small(self, count: u32) -> bool {
        (1..=self.at_most).contains(&count)
    }

    /// The least that a small count must rise to for it to be in doubt: one of nobody is, if there may
    /// be somebody.
    const fn rises_to(self, count: u32) -> u32 {
        if count == 0 { 1 } else { self.at_most + 1 }
    }

    /// Whether a small count is in doubt where it may be another number: 0 or beyond the threshold
    /// instead of something, or something instead of 0.
    fn doubts(self, count: u32, there: i64) -> bool {
        match count {
            0 => there != 0,
            _ => there == 0 || there > i64::from(self.at_most),
        }
    }

    /// Whether bounds leave a small count in doubt: they must reach beyond the threshold or down to 0
    /// and must not name one number.
    #[must_use]
    pub fn in_doubt(self, (low, high): Bounds) -> bool {
        high > u64::from(self.at_most) || (low == 0 && high > 0)
    }
}

/// Of more counts than this without a witness, one in so many at most has others withheld beside it
/// before all are looked at again.
const FEW: usize = 16;
const SHARE: usize = 3;

/// A count that is told so many times again has twice as many withheld beside it; one without a proof
/// sooner.
const AGAIN: u32 = 3;
const AGAIN_UNPROVEN: u32 = 2;

/// What is withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// For each count whether it is. Counts that are not published to begin with are.
    pub hidden: Vec<bool>,
    /// How many were withheld only because too many steps did not find a proof without.
    pub cautious: usize,
    /// How many were withheld with their block, as the budget for proofs was spent.
    pub given_up: usize,
    /// How many were withheld on the way and are shown after all, as no proof needs them.
    pub reopened: usize,
}

/// Counts and the sums between them, as they are looked through.
#[derive(Clone, Copy)]
struct Counts<'a> {
    cells: &'a [Cell],
    sums: &'a Sums,
    of_cell: &'a SumsOf,
    threshold: Threshold,
}

/// Is told how many small counts are done with, of how many.
pub type Watch<'a> = &'a dyn Fn(usize, usize);

/// Decides which counts are withheld.
///
/// # Useful for
/// Tables that share counts and margins, published together.
///
/// # Not useful for
/// Tables published one after the other without the earlier ones among the sums.
///
/// # Example
/// ```
/// use disparity_core::disclosure::suppress::{Cell, Sums, Threshold, suppress};
/// let cells = [3, 20, 23].map(Cell::published);
/// let mut sums = Sums::default();
/// sums.add(2, [0, 1]);
/// let withheld = suppress(&cells, &sums, Threshold::up_to(5));
/// assert_eq!(withheld.hidden, [true, true, false]);
/// ```
///
/// # References
/// Willenborg and de Waal (2001), Elements of Statistical Disclosure Control, chapters 4 and 6, on
/// secondary suppression and its audit.
#[must_use]
pub fn suppress(cells: &[Cell], sums: &Sums, threshold: Threshold) -> Withheld {
    suppress_in_blocks(cells, sums, threshold, &Blocks::default(), &(), &|_, _| {})
}

/// [`suppress`] where it is known which counts stand together, to be given up together if need be, and
/// how children may be thought to move between those. Tells how far it is on the way.
#[must_use]
pub fn suppress_in_blocks(
    cells: &[Cell],
    sums: &Sums,
    threshold: Threshold,
    blocks: &Blocks,
    moves: &impl Moves,
    watch: Watch,
) -> Withheld {
    let of_cell = SumsOf::new(cells.len(), sums);
    let mut hidden: Vec<bool> = cells
        .iter()
        .map(|cell| cell.starts_hidden(threshold))
        .collect();
    pattern::close_gaps(cells, sums, &of_cell, &mut hidden, threshold);
    let counts = Counts {
        cells,
        sums,
        of_cell: &of_cell,
        threshold,
    };
    let mut audit = Audit::new(counts, blocks, watch);
    let mut beside = Beside::new(cells, sums, &of_cell);
    let (mut cautious, mut given_up) = (0, 0);
    let mut times: BTreeMap<usize, u32> = BTreeMap::new();
    loop {
        let told = audit.told(&hidden);
        if told.is_empty() {
            let unproven = audit.reopen();
            if unproven.is_empty() || !open_in(cells, &hidden).any(|open| open) {
                let (proofs, unasked) = audit.into_proofs();
                let reopened = reopen::reopen(counts, proofs, &unasked, &mut hidden);
                return Withheld {
                    hidden,
                    cautious,
                    given_up,
                    reopened,
                };
            }
            let open: Vec<bool> = open_in(cells, &hidden).collect();
            given_up += blocks.give_up(&unproven, &open, &mut hidden);
            audit.prove_by(moves, &hidden);
        }
        let free = free(sums, &of_cell, &hidden);
        let unproven = told.iter().filter(|(_, proven)| !proven).count();
        let (every, mut nth) = (unproven.div_ceil(FEW).clamp(1, SHARE), 0);
        let mut safe: BTreeSet<usize> = BTreeSet::new();
        for (cell, proven) in told.iter().copied() {
            // What helps one may help others: not for all at once.
            nth += usize::from(!proven);
            if safe.contains(&cell) || !proven && nth % every != 0 {
                continue;
            }
            // What is told again and again has more withheld beside it each time.
            let times = times.entry(cell).or_default();
            *times += 1;
            let again = if proven { AGAIN } else { AGAIN_UNPROVEN };
            for _ in 0..1 << (*times / again).min(10) {
                let tie = if proven {
                    None
                } else {
                    beside.tie(&hidden, cell, blocks)
                };
                if let Some(extra) = tie.or_else(|| beside.next(&hidden, &free, cell)) {
                    hidden[extra] = true;
                    cautious += usize::from(!proven);
                } else {
                    // With nothing in the open near or far, all counts may as well be 0; and where some
                    // were shown elsewhere, nothing is told beyond what was told there.
                    let near = told.iter().map(|(cell, _)| *cell);
                    safe.extend(near.filter(|at| beside.has_met(*at)));
                    break;
                }
            }
        }
        for cell in safe {
            audit.is_safe(cell);
        }
    }
}

/// For each count whether it is in the open and could be withheld.
fn open_in<'a>(cells: &'a [Cell], hidden: &'a [bool]) -> impl Iterator<Item = bool> + 'a {
    let both = cells.iter().zip(hidden);
    both.map(|(cell, hidden)| cell.is_open(*hidden))
}

#[cfg(test)]
mod tests {
    use super::alternative::{Least, Proven};
    use super::attack::attack_knowing;
    use super::audit::part_of;
    use super::corner::{Corner, Push};
    use super::*;

    const FIVE: Threshold = Threshold::up_to(5);

    /// A table of rows and columns with its margins, and where each cell is.
    fn table(rows: &[&[u32]]) -> (Vec<Cell>, Sums) {
        let (height, width) = (rows.len(), rows[0].len());
        let mut cells: Vec<Cell> = rows
            .iter()
            .flat_map(|row| row.iter())
            .map(|n| Cell::published(*n))
            .collect();
        let mut sums = Sums::default();
        let mut add = |parts: Vec<usize>, cells: &mut Vec<Cell>| {
            let count = parts.iter().map(|at| cells[*at].count).sum();
            cells.push(Cell::published(count));
            sums.add(cells.len() - 1, parts);
            cells.len() - 1
        };
        let row_totals: Vec<usize> = (0..height)
            .map(|r| add((0..width).map(|c| r * width + c).collect(), &mut cells))
            .collect();
        let column_totals: Vec<usize> = (0..width)
            .map(|c| add((0..height).map(|r| r * width + c).collect(), &mut cells))
            .collect();
        let grand = add(row_totals, &mut cells);
        sums.add(grand, column_totals);
        (cells, sums)
    }

    fn exposed(cells: &[Cell], sums: &Sums, hidden: &[bool]) -> Vec<usize> {
        let bounds = attack(cells, sums, hidden, None);
        // Somebody may be sure that what is withheld is something.
        let least = |at: usize| u64::from(Least::One.of(cells[at]));
        let sure = attack_knowing(cells, sums, hidden, None, least);
        let told = |at: &usize| !FIVE.in_doubt(bounds[*at]) || sure[*at].0 == sure[*at].1;
        let small = (0..cells.len()).filter(|at| FIVE.is_small(cells[*at].count));
        small.filter(told).collect()
    }

    #[test]
    fn one_small_count_takes_three_others_with_it() {
        let (cells, sums) = table(&[&[3, 20, 30], &[40, 50, 60], &[70, 80, 90]]);
        let alone: Vec<bool> = cells.iter().map(|cell| FIVE.is_small(cell.count)).collect();
        assert_eq!(exposed(&cells, &sums, &alone), [0]);
        let hidden = suppress(&cells, &sums, FIVE).hidden;
        assert_eq!(exposed(&cells, &sums, &hidden), [] as [usize; 0]);
        assert_eq!(hidden.iter().filter(|h| **h).count(), 4);
    }

    #[test]
    fn two_small_counts_in_one_row_do_not_give_their_sum_away() {
        let (cells, sums) = table(&[&[1, 2, 30], &[40, 50, 60]]);
        let hidden = suppress(&cells, &sums, FIVE).hidden;
        assert_eq!(exposed(&cells, &sums, &hidden), [] as [usize; 0]);
    }

    #[test]
    fn that_there_is_nobody_can_be_withheld_as_well() {
        for seed in 0..30_u32 {
            let number = |r: u32, c: u32| (seed * 29 + r * 13 + c * 5 + r * c * seed) % 11;
            let rows: Vec<Vec<u32>> = (0..4)
                .map(|r| (0..4).map(|c| number(r, c).saturating_sub(3) * 2).collect())
                .collect();
            let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
            let (mut cells, sums) = table(&rows);
            for cell in &mut cells {
                cell.zero = true;
            }
            let hidden = suppress(&cells, &sums, FIVE).hidden;
            let bounds = attack(&cells, &sums, &hidden, None);
            for (at, cell) in cells.iter().enumerate() {
                match cell.count {
                    0 => assert!(hidden[at] && bounds[at].1 > 0, "{rows:?}"),
                    1..=5 => assert!(FIVE.in_doubt(bounds[at]), "{rows:?}"),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn nothing_small_is_nothing_hidden() {
        let (cells, sums) = table(&[&[6, 0, 30], &[40, 50, 60]]);
        assert!(
            suppress(&cells, &sums, FIVE)
                .hidden
                .iter()
                .all(|hidden| !hidden)
        );
    }

    #[test]
    fn a_complement_is_protected_though_nobody_publishes_it() {
        // 38 of 40: the two others follow.
        let cells = vec![Cell::published(40), Cell::published(38), Cell::follows(2)];
        let mut sums = Sums::default();
        sums.add(0, [1, 2]);
        let hidden = suppress(&cells, &sums, FIVE).hidden;
        assert!(hidden[1] || hidden[0]);
        assert_eq!(exposed(&cells, &sums, &hidden), [] as [usize; 0]);
    }

    /// Two tables of the same children, one with every row in two halves: the second is protected for
    /// those who have the first, and neither tells anything beside the other.
    #[test]
    fn a_finer_table_is_protected_beside_the_one_that_was_shown() {
        let mut alone = 0;
        for seed in 0..40_u32 {
            let number = |r: u32, c: u32| (seed * 31 + r * 17 + c * 7 + r * c * seed) % 23;
            let halves: Vec<Vec<u32>> = (0..6)
                .map(|r| (0..4).map(|c| number(r, c) / (1 + r % 2 * 3)).collect())
                .collect();
            let rows: Vec<Vec<u32>> = halves
                .chunks(2)
                .map(|two| (0..4).map(|c| two[0][c] + two[1][c]).collect())
                .collect();
            let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
            let (mut cells, mut sums) = table(&rows);
            let coarse = suppress(&cells, &sums, FIVE).hidden;
            let first = cells.len();
            for (at, count) in halves.iter().flatten().enumerate() {
                cells.push(Cell::published(*count));
                let (row, column) = (at / 8, at % 4);
                if at % 8 >= 4 {
                    sums.add(row * 4 + column, [first + at - 4, first + at]);
                }
            }
            for half in 0..6 {
                let parts: Vec<usize> = (0..4).map(|c| first + half * 4 + c).collect();
                let count = parts.iter().map(|at| cells[*at].count).sum();
                cells.push(Cell::published(count));
                sums.add(cells.len() - 1, parts);
            }
            let by_itself = suppress(&cells, &sums, FIVE).hidden;
            let both = |fine: &[bool]| -> Vec<bool> {
                let coarse = coarse.iter().copied().chain(std::iter::repeat(true));
                fine.iter().zip(coarse).map(|(a, b)| *a && b).collect()
            };
            alone += exposed(&cells, &sums, &both(&by_itself)).len();
            for (cell, hidden) in cells.iter_mut().zip(&coarse) {
                cell.kind = if *hidden { Kind::Withheld } else { Kind::Shown };
            }
            let beside = suppress(&cells, &sums, FIVE).hidden;
            assert_eq!(beside[..first], coarse, "{seed}");
            assert_eq!(exposed(&cells, &sums, &beside), [] as [usize; 0], "{seed}");
        }
        assert!(alone > 0, "that is no test");
    }

    /// A table with so many small counts that hundreds of withheld ones hang together, and beside it
    /// three counts of which only the sums of two are published.
    fn large_part() -> (Vec<Cell>, Sums, [usize; 3]) {
        let rows: Vec<Vec<u32>> = (0..20_u32)
            .map(|r| (0..20).map(|c| 1 + (7 * r + 11 * c) % 9).collect())
            .collect();
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        let (mut cells, mut sums) = table(&rows);
        let mut add = |cell| {
            cells.push(cell);
            cells.len() - 1
        };
        let three = [2, 18, 12].map(|count| add(Cell::published(count)));
        let [a, b, c] = three;
        for (total, parts) in [(20, [a, b]), (30, [b, c]), (14, [a, c])] {
            let total = add(Cell::published(total));
            sums.add(total, parts);
        }
        // A sum that nobody publishes hangs the three together with the table.
        let hanging = add(Cell::follows(3));
        sums.add(hanging, [a, 0]);
        (cells, sums, three)
    }

    #[test]
    fn sums_combined_tell_nothing_in_a_part_of_hundreds() {
        let (cells, sums, three) = large_part();
        let of_cell = SumsOf::new(cells.len(), &sums);
        let mut hidden: Vec<bool> = cells
            .iter()
            .map(|cell| !cell.is_published() || FIVE.is_small(cell.count))
            .collect();
        pattern::close_gaps(&cells, &sums, &of_cell, &mut hidden, FIVE);
        let mut seen = vec![false; cells.len()];
        let part = part_of(&sums, &of_cell, &hidden, &mut seen, three[0]);
        assert!(part.len() > 200, "{}", part.len());
        // Whoever looks at one sum at a time is fooled; whoever combines three is not.
        let single = attack::of_single_sums(&cells, &sums, &hidden)[three[0]];
        assert!(FIVE.in_doubt(single), "{single:?}");
        assert_eq!(attack(&cells, &sums, &hidden, None)[three[0]], (2, 2));
        let withheld = suppress(&cells, &sums, FIVE);
        assert_eq!(exposed(&cells, &sums, &withheld.hidden), [] as [usize; 0]);
        assert_eq!((withheld.cautious, withheld.given_up), (0, 0));
    }

    #[test]
    fn a_push_stays_with_the_sums_and_stops_where_they_do() {
        let (cells, sums) = table(&[&[3, 9, 2], &[9, 4, 1], &[20, 30, 40]]);
        let of_cell = SumsOf::new(cells.len(), &sums);
        let counts = Counts {
            cells: &cells,
            sums: &sums,
            of_cell: &of_cell,
            threshold: FIVE,
        };
        // Two rows and two columns are withheld: each may go down as far as its neighbours allow.
        let part = [0, 1, 3, 4];
        let mut corner = Corner::new(counts, &part);
        let in_doubt = |corner: &Corner| {
            let all = corner.alternative().unwrap().all_proven(&cells, FIVE);
            let own = all
                .into_iter()
                .filter(|(_, proven)| proven.has(Proven::DOUBT));
            own.map(|(at, _)| at).collect::<Vec<usize>>()
        };
        assert_eq!(corner.push(0, 0, Least::Nothing).0, Push::Reached);
        assert_eq!(in_doubt(&corner), [0]);
        assert_eq!(corner.push(4, 6, Least::Nothing).0, Push::Reached);
        assert_eq!(in_doubt(&corner), [4]);
        // Whoever takes it that each is at least 1 gets no further down than there.
        assert_eq!(corner.push(0, 0, Least::One).0, Push::Furthest);
        assert_eq!(corner.push(0, 2, Least::One).0, Push::Reached);
        let other = corner.alternative().unwrap();
        assert!(other.proves(&cells, 0, FIVE).has(Proven::ANOTHER));
        // With the first alone withheld there is no way at all.
        let mut corner = Corner::new(counts, &part[..1]);
        assert_eq!(corner.push(0, 0, Least::Nothing).0, Push::Furthest);
        assert_eq!(in_doubt(&corner), [] as [usize; 0]);
    }

    #[test]
    fn random_tables_are_always_safe() {
        let mut state = 7_u64;
        let mut next = |n: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for _ in 0..200 {
            let (height, width) = (
                2 + usize::try_from(next(6)).unwrap(),
                2 + usize::try_from(next(5)).unwrap(),
            );
            let rows: Vec<Vec<u32>> = (0..height)
                .map(|_| {
                    (0..width)
                        .map(|_| {
                            u32::try_from(if next(3) == 0 { next(7) } else { next(60) }).unwrap()
                        })
                        .collect()
                })
                .collect();
            let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
            let (cells, sums) = table(&rows);
            let hidden = suppress(&cells, &sums, FIVE).hidden;
            assert_eq!(
                exposed(&cells, &sums, &hidden),
                [] as [usize; 0],
                "{rows:?}"
            );
            // Nor do the gaps of a sum whose total is shown share a small number.
            for at in (0..sums.len()).filter(|at| !hidden[sums.total(*at)]) {
                let gaps = sums.parts(at).filter(|part| hidden[*part]);
                let share: u32 = gaps.map(|part| cells[part].count).sum();
                assert!(!FIVE.is_small(share), "{rows:?}: gaps share {share}");
            }
        }
    }
}
