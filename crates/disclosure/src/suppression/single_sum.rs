//! The first step of secondary suppression: looking at each sum by itself, no gap stands alone and
//! gaps together are not small.

use std::collections::VecDeque;

use crate::rule::Threshold;
use crate::system::{Cell, Counts, SumsOf};
use disparity_core::Sums;

/// Withholds counts until no sum by itself exposes a small one.
pub(crate) fn close_gaps(
    cells: &[Cell],
    sums: &Sums,
    of_cell: &SumsOf,
    hidden: &mut [bool],
    threshold: Threshold,
) {
    let mut gaps = vec![0_u32; sums.len()];
    for at in (0..cells.len()).filter(|at| hidden[*at]) {
        of_cell.of(at).for_each(|sum| gaps[sum] += 1);
    }
    let mut work: VecDeque<usize> = (0..sums.len()).collect();
    while let Some(at) = work.pop_front() {
        let Some(extra) = gap_to_close(cells, sums, of_cell, at, (hidden, &gaps), threshold) else {
            continue;
        };
        hidden[extra] = true;
        for sum in of_cell.of(extra) {
            gaps[sum] += 1;
            work.push_back(sum);
        }
        work.push_back(at);
    }
}

/// Whether a count that is withheld can be shown without a sum of it telling a small one by itself.
pub(crate) fn can_show(counts: Counts, hidden: &[bool], cell: usize) -> bool {
    let (cells, sums) = (counts.cells, counts.sums);
    let hidden = |at: usize| hidden[at] && at != cell;
    !counts.of_cell.of(cell).any(|at| {
        let gaps = sums.signed(at).filter(|(cell, _)| hidden(*cell)).count();
        tells_small(cells, sums, at, (hidden, gaps == 1), counts.threshold)
    })
}

/// The count to withhold next within one sum, if its gaps would tell.
fn gap_to_close(
    cells: &[Cell],
    sums: &Sums,
    of_cell: &SumsOf,
    at: usize,
    (hidden, gaps): (&[bool], &[u32]),
    threshold: Threshold,
) -> Option<usize> {
    if gaps[at] == 0 || !exposes(cells, sums, at, (hidden, gaps[at]), threshold) {
        return None;
    }
    // The part that opens the fewest new single gaps, then the smallest that hides something; the
    // total is the last resort.
    let new_gaps = |cell: usize| {
        of_cell
            .of(cell)
            .filter(|other| *other != at && gaps[*other] == 0)
            .count()
    };
    let shown = |cell: usize| cells[cell].is_shown(hidden[cell]);
    let total = sums.total(at);
    sums.parts(at)
        .filter(|at| shown(*at))
        .min_by_key(|at| (cells[*at].count == 0, new_gaps(*at), cells[*at].count, *at))
        .or(shown(total).then_some(total))
}

/// Whether the gaps of a sum tell a small count, or so many together that the sum of them is small.
fn exposes(
    cells: &[Cell],
    sums: &Sums,
    at: usize,
    (hidden, gaps): (&[bool], u32),
    threshold: Threshold,
) -> bool {
    // A single gap is no gap. One that nobody publishes and that is not small may be worked out.
    let single = gaps == 1;
    let published = |cell: usize| hidden[cell] && cells[cell].is_published();
    single && sums.signed(at).any(|(cell, _)| published(cell))
        || tells_small(cells, sums, at, (|at: usize| hidden[at], single), threshold)
}

/// Whether there is a small count among the gaps of a sum, and it is the only gap or the gaps share no
/// more than the threshold: with the total known, what is missing is known, too.
fn tells_small(
    cells: &[Cell],
    sums: &Sums,
    at: usize,
    (hidden, single): (impl Fn(usize) -> bool, bool),
    threshold: Threshold,
) -> bool {
    let small = |cell: usize| hidden(cell) && cells[cell].is_small(threshold);
    if !sums.signed(at).any(|(cell, _)| small(cell)) {
        return false;
    }
    let missing = sums.parts(at).filter(|part| hidden(*part));
    let missing: u64 = missing.map(|part| u64::from(cells[part].count)).sum();
    single || !hidden(sums.total(at)) && missing <= u64::from(threshold.at_most)
}
