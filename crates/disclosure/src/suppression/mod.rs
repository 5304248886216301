//! Which counts must be withheld so that none of the small ones can be worked out: any set of counts
//! with sums between them. Knows nothing of children, areas or tables.
//!
//! Primary: a count from 1 to the threshold is withheld. Secondary: what the cheapest proofs ask for is
//! withheld beside those ([`choose`]), as far as counts do not hang together too closely to find them. As
//! long as what is shown would expose a withheld small count, another count of
//! the same sum is withheld, the smallest first.
//!
//! # What is guaranteed
//! A small count is proven safe by alternative tables ([`alternatives`](crate::alternatives)): other whole numbers for
//! withheld counts, none below 0, that agree with everything that is shown and with every sum, all of
//! them together. In one of them the count is 0 or beyond the threshold, so that nobody can say that
//! it is small. In one of them it is another number although every withheld count that is something
//! stays something: zeros are nearly always shown, so a reader may take it that what is withheld is
//! at least 1, and still cannot say which number it is. An attacker who combines as many sums as he
//! likes cannot tell an alternative from the truth. It stays one when more is withheld, so it is looked for
//! once: by moving children between withheld counts ([`exchange`](crate::alternatives::exchange)), and where that fails by the simplex
//! method on all that hangs together ([`revised`](crate::alternatives::revised)). Counts that are one number as long as zeros are
//! shown are one count in every search ([`Merged`](merged::Merged)). Where there is none, another count is withheld
//! beside, and so it is where too many steps did not find one.
//!
//! Where thousands hang together and it is known which of them do so most (the counts of an
//! authority, say), alternatives are first looked for among those of one, then of a few at a time
//! ([`by_block`](crate::alternatives::by_block)): all else stays as it is, so that they are alternatives among all. Where that fails, a
//! count that ties many together is withheld before one of the count's own.
//!
//! The simplex method has a budget. When it is spent, the small counts still without a proof have
//! blocks of counts given up for them ([`Blocks`]): the totals that tie tables together first, then
//! tables whole, as long as a proof is missing. With everything withheld, every count may as well
//! be 0. [`Withheld::given_up`] says how many counts that took.
//!
//! Where some of the counts were shown or withheld elsewhere ([`Kind::Shown`](crate::system::Kind::Shown), [`Kind::Withheld`](crate::system::Kind::Withheld)), they are
//! so here, and what is withheld beside them is enough for one who has both. Where it is not, as too much
//! was shown, all the rest that hangs together is withheld, zeros as well: then nothing is exposed but
//! what was, and nobody can take it that what is withheld is something.
//!
//! In the end every count that was withheld on the way and that no proof needs, or that the proofs can
//! do without, is shown again ([`reopen`]).
//!
//! # What is not
//! One who knows counts that are not among these, such as those of another output of the same records,
//! may expose more. Several small counts may be exposed together: that two of them are not both 0, say; and
//! that a count is at most so many, as long as it may be 0.

mod across;
mod already;
mod audit;
mod choice;
mod choose;
mod merged;
mod part;
mod reopen;
mod secondary;
mod single_sum;

use std::collections::{BTreeMap, BTreeSet};

use crate::rule::Threshold;
use crate::system::{Blocks, Cell, Counts, Moves, SumsOf};
pub(crate) use already::leave_what_is_exposed;
use audit::{Audit, undetermined};
use disparity_core::Sums;
use secondary::Complements;

/// Of more counts than this without an alternative, one in so many at most has others withheld beside it
/// before all are looked at again.
const FEW: usize = 16;
const SHARE: usize = 3;

/// A count that is exposed so many times again has twice as many withheld beside it; one without a proof
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

/// Hears how many small counts are done with, of how many.
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
/// use disparity_core::Sums;
/// use disparity_disclosure::{Cell, Threshold, suppress};
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
pub(crate) fn suppress_in_blocks(
    cells: &[Cell],
    sums: &Sums,
    threshold: Threshold,
    blocks: &Blocks,
    moves: &impl Moves,
    watch: Watch,
) -> Withheld {
    let of_cell = SumsOf::new(cells.len(), sums);
    let primary: Vec<bool> = cells
        .iter()
        .map(|cell| cell.starts_hidden(threshold))
        .collect();
    let counts = Counts {
        cells,
        sums,
        of_cell: &of_cell,
        threshold,
    };
    let mut audit = Audit::new(counts, blocks, watch);
    let (mut hidden, proofs) = choose::choose(counts, &primary, blocks);
    audit.start_from(proofs);
    single_sum::close_gaps(cells, sums, &of_cell, &mut hidden, threshold);
    let mut complements = Complements::new(cells, sums, &of_cell);
    let (mut cautious, mut given_up) = (0, 0);
    let mut times: BTreeMap<usize, u32> = BTreeMap::new();
    loop {
        let exposed = audit.exposed(&hidden);
        if exposed.is_empty() {
            let unproven = audit.reopen();
            if unproven.is_empty() || !shown_in(cells, &hidden).any(|shown| shown) {
                let (proofs, unasked) = audit.into_proofs();
                let reopened = reopen::reopen(counts, proofs, &unasked, &mut hidden);
                return Withheld {
                    hidden,
                    cautious,
                    given_up,
                    reopened,
                };
            }
            let shown: Vec<bool> = shown_in(cells, &hidden).collect();
            given_up += blocks.give_up(&unproven, &shown, &mut hidden);
            audit.prove_by(moves, &hidden);
        }
        let undetermined = undetermined(sums, &of_cell, &hidden);
        let unproven = exposed.iter().filter(|(_, proven)| !proven).count();
        let (every, mut nth) = (unproven.div_ceil(FEW).clamp(1, SHARE), 0);
        let mut safe: BTreeSet<usize> = BTreeSet::new();
        for (cell, proven) in exposed.iter().copied() {
            // What helps one may help others: not for all at once.
            nth += usize::from(!proven);
            if safe.contains(&cell) || !proven && nth % every != 0 {
                continue;
            }
            // What is exposed again and again has more withheld beside it each time.
            let times = times.entry(cell).or_default();
            *times += 1;
            let again = if proven { AGAIN } else { AGAIN_UNPROVEN };
            for _ in 0..1 << (*times / again).min(10) {
                let linking = if proven {
                    None
                } else {
                    complements.next_linking(&hidden, cell, blocks)
                };
                if let Some(extra) =
                    linking.or_else(|| complements.next_complement(&hidden, &undetermined, cell))
                {
                    hidden[extra] = true;
                    cautious += usize::from(!proven);
                } else {
                    // With nothing shown near or far, all counts may as well be 0; and where some
                    // were shown elsewhere, nothing is exposed beyond what was exposed there.
                    let near = exposed.iter().map(|(cell, _)| *cell);
                    safe.extend(near.filter(|at| complements.has_met(*at)));
                    break;
                }
            }
        }
        for cell in safe {
            audit.is_safe(cell);
        }
    }
}

/// For each count whether it is shown and could be withheld.
fn shown_in<'a>(cells: &'a [Cell], hidden: &'a [bool]) -> impl Iterator<Item = bool> + 'a {
    let both = cells.iter().zip(hidden);
    both.map(|(cell, hidden)| cell.is_shown(*hidden))
}

#[cfg(test)]
mod tests;
