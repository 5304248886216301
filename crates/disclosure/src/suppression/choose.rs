//! The choice of secondary suppressions: for one small count after the other the alternative table is looked for that
//! asks for the least to be withheld beside what is already, and that is withheld. A count withheld for one helps the
//! next. Zeros stay shown, and counts that are one number for that are one here ([`Merged`]).
//!
//! # References
//! On choosing by linear programmes, one small count after the other: Kelly, Golden and Assad (1992), Cell suppression:
//! disclosure protection for sensitive tabular data, Networks 22. On the best choice: Fischetti and Salazar (2000),
//! Models and algorithms for optimizing cell suppression in tabular data with linear constraints, Journal of the
//! American Statistical Association 95.

use super::merged::Merged;
use crate::alternatives::cheapest::{Cheapest, Search};
use crate::alternatives::{Alternative, Least, Proven};
use crate::system::Counts;

/// The price of a child in a count that is withheld already: of two tables that ask for the same counts, the one that
/// moves fewer is better, as what it moves cannot be shown again.
const WITHHELD: f64 = 1e-2;

/// What is lost with a count of so many children, beside the count itself.
const CHILD: f64 = 1e-5;

/// What is lost where a count is withheld.
fn loss(counts: Counts, cell: usize) -> f64 {
    1.0 + f64::from(counts.cells[cell].count) * CHILD
}

/// After so many searches that come to nothing the rest is left to what comes after. Where counts hang together closely
/// an alternative moves counts in hundreds of sums, and takes long not to be found.
const IN_VAIN: usize = 300;

/// What is withheld for the proofs of small counts, beside what is already, and the proofs. Where a count has none, or
/// none that is found in so many steps, it is left to what comes after; and where that is so of many, all others are.
pub(crate) fn choose(counts: Counts, before: &[bool]) -> (Vec<bool>, Vec<Alternative>) {
    let merged = Merged::new(counts, before);
    let system = merged.counts(counts.threshold);
    let cells = system.cells;
    let mut chosen = before.to_vec();
    let mut hidden = merged.hidden(before);
    let losses = merged.members.iter().enumerate().map(|(at, own)| {
        // What everybody knows and zeros that are shown stay as they are.
        let is_held = cells[at].is_known() || cells[at].count == 0 && !hidden[at];
        let shown = own.iter().filter(|at| !before[**at]);
        (!is_held).then(|| shown.map(|at| loss(counts, *at)).sum())
    });
    let losses: Vec<Option<f64>> = losses.collect();
    let mut search = Search::new(system);
    let mut proven = vec![Proven::NONE; cells.len()];
    let mut proofs = Vec::new();
    let mut in_vain = 0;
    let small = (0..cells.len()).filter(|at| cells[*at].is_small(counts.threshold));
    let mut small: Vec<usize> = small.collect();
    // The largest first: one child more puts a 5 in doubt, and what that asks for serves others.
    small.sort_by_key(|at| std::cmp::Reverse(cells[*at].count));
    for cell in small {
        // The harder half first: without it the other is of no use yet.
        for asked in [Proven::ANOTHER, Proven::DOUBT] {
            if proven[cell].has(asked) {
                continue;
            }
            let of = (cell, asked);
            let Some(other) = cheapest_proof(system, (&hidden, &losses), &mut search, of) else {
                in_vain += 1;
                break;
            };
            for at in other.moved() {
                hidden[at] = true;
                merged.members[at].iter().for_each(|at| chosen[*at] = true);
            }
            for (at, more) in other.all_proven(cells, counts.threshold) {
                proven[at] = proven[at].and(more);
            }
            proofs.push(merged.unfold(&other));
        }
        if in_vain >= IN_VAIN {
            break;
        }
    }
    (chosen, proofs)
}

/// The alternative that proves something of a small count with the least loss.
fn cheapest_proof(
    counts: Counts,
    (hidden, losses): (&[bool], &[Option<f64>]),
    search: &mut Search,
    (cell, asked): (usize, Proven),
) -> Option<Alternative> {
    let cells = counts.cells;
    let price = |at: usize| {
        if hidden[at] {
            Some(WITHHELD)
        } else {
            losses[at]
        }
    };
    let count = i64::from(cells[cell].count);
    let ways = if asked == Proven::ANOTHER {
        [(Least::One, 1), (Least::One, -1)]
    } else {
        let rise = i64::from(counts.threshold.rises_to(cells[cell].count)) - count;
        [(Least::Nothing, -count), (Least::Nothing, rise)]
    };
    let mut best: Option<(f64, Alternative)> = None;
    for (least, by) in ways {
        if by == 0 || count + by < i64::from(least.of(cells[cell])) {
            continue;
        }
        if let Cheapest::Found(other) = search.find(cell, by, least, &price) {
            let new = other.moved().filter(|at| !hidden[*at]);
            let lost: f64 = new.filter_map(|at| losses[at]).sum();
            if best.as_ref().is_none_or(|(least, _)| lost < *least) {
                best = Some((lost, other));
            }
            if lost == 0.0 {
                break;
            }
        }
    }
    best.map(|(_, other)| other)
}
