//! What an attacker concludes who knows every open count and every sum: the other side of
//! suppression, for tests and audits. It shares nothing with the search for alternatives.

mod reader;
mod simplex;

pub use reader::{Conclusion, Question, ReaderKnowledge, Worked, WorkedOut};

use std::collections::VecDeque;

use simplex::Equation;

use crate::rule::{Bounds, Threshold};
use crate::system::{Cell, SumsOf};
use disparity_core::Sums;

/// Beyond any count of children; an attacker knows that much.
const MOST: u64 = 1 << 40;

/// The attacker combines all sums of withheld counts that hang together up to this many; of more, the
/// sums nearest to the count he asks about.
const TOGETHER: usize = 60;

/// The bounds of every count. First they are tightened from sum to sum until nothing changes; then,
/// for withheld counts that `only` would withhold (or for all), sums are combined as a linear
/// programme: every sum of what hangs together, or the nearest ones where that is too much. What it
/// concludes holds in either case; in the second, someone may conclude more.
#[must_use]
pub fn attack(
    cells: &[Cell],
    sums: &Sums,
    hidden: &[bool],
    only: Option<Threshold>,
) -> Vec<Bounds> {
    attack_knowing(cells, sums, hidden, only, |_| 0)
}

/// [`attack`] by somebody who takes each withheld count to be at least so many.
#[must_use]
pub(crate) fn attack_knowing(
    cells: &[Cell],
    sums: &Sums,
    hidden: &[bool],
    only: Option<Threshold>,
    least: impl Fn(usize) -> u64,
) -> Vec<Bounds> {
    let of_cell = SumsOf::new(cells.len(), sums);
    let mut bounds = of_single_sums_knowing(cells, sums, hidden, least);
    let unknown: Vec<bool> = bounds.iter().map(|(low, high)| low < high).collect();
    for cell in (0..cells.len()).filter(|at| unknown[*at]) {
        let asked = only.is_none_or(|threshold| cells[cell].is_small(threshold));
        if asked {
            let (low, high) = combined(sums, &of_cell, (&unknown, &bounds), cell);
            bounds[cell] = (bounds[cell].0.max(low), bounds[cell].1.min(high));
        }
    }
    bounds
}

/// The bounds of every count for an attacker who looks at one sum at a time, again and again.
#[must_use]
pub fn of_single_sums(cells: &[Cell], sums: &Sums, hidden: &[bool]) -> Vec<Bounds> {
    of_single_sums_knowing(cells, sums, hidden, |_| 0)
}

fn of_single_sums_knowing(
    cells: &[Cell],
    sums: &Sums,
    hidden: &[bool],
    least: impl Fn(usize) -> u64,
) -> Vec<Bounds> {
    let of_cell = SumsOf::new(cells.len(), sums);
    let mut bounds: Vec<Bounds> = cells
        .iter()
        .zip(hidden)
        .enumerate()
        .map(|(at, (cell, hidden))| match hidden {
            true => (least(at), MOST),
            false => (u64::from(cell.count), u64::from(cell.count)),
        })
        .collect();
    let mut queued = vec![true; sums.len()];
    // Each step narrows an interval of whole numbers; the limit only guards against very long chains.
    let mut steps = sums.len().saturating_mul(200).max(10_000);
    let mut work: VecDeque<usize> = (0..sums.len()).collect();
    while let Some(at) = work.pop_front() {
        queued[at] = false;
        steps -= 1;
        if steps == 0 {
            break;
        }
        for changed in tighten(sums, at, &mut bounds) {
            for other in of_cell.of(changed) {
                if !std::mem::replace(&mut queued[other], true) {
                    work.push_back(other);
                }
            }
        }
    }
    bounds
}

fn tighten(sums: &Sums, sum: usize, bounds: &mut [Bounds]) -> Vec<usize> {
    let mut changed = Vec::new();
    let low: u64 = sums.parts(sum).map(|at| bounds[at].0).sum();
    // No sum has so many parts that this overflows.
    let mut high: u64 = sums.parts(sum).map(|at| bounds[at].1).sum();
    let mut set = |at: usize, low: u64, high: u64, bounds: &mut [Bounds]| {
        let new = (bounds[at].0.max(low), bounds[at].1.min(high));
        if new != bounds[at] {
            bounds[at] = new;
            changed.push(at);
        }
    };
    let whole = sums.total(sum);
    set(whole, low, high.min(MOST), bounds);
    let total = bounds[whole];
    for at in sums.parts(sum) {
        let others_low = low - bounds[at].0;
        let own_high = bounds[at].1;
        let others_high = high - own_high;
        set(
            at,
            total.0.saturating_sub(others_high),
            total.1.saturating_sub(others_low),
            bounds,
        );
        high -= own_high - bounds[at].1;
    }
    changed
}

/// The bounds of one count from all sums near it.
fn combined(
    sums: &Sums,
    of_cell: &SumsOf,
    (unknown, bounds): (&[bool], &[Bounds]),
    cell: usize,
) -> Bounds {
    let (part, own) = near(sums, of_cell, unknown, cell);
    let place = |cell: usize| part.binary_search(&cell).ok();
    let mut equations: Vec<Equation> = Vec::with_capacity(own.len());
    for sum in own {
        let (mut terms, mut known) = (Vec::new(), 0.0);
        for (at, sign) in sums.signed(sum) {
            known += f64::from(sign) * bounds[at].0 as f64;
            if let Some(place) = place(at).filter(|_| unknown[at]) {
                terms.push((place, f64::from(sign)));
            }
        }
        equations.push((terms, -known));
    }
    // What a count has beyond its lower bound.
    let found = place(cell).and_then(|at| simplex::bounds(part.len(), &equations, at));
    let least = bounds[cell].0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounds of counts, not negative"
    )]
    found.map_or((0, MOST), |(low, high)| {
        (
            (low - 1e-6).ceil().max(0.0) as u64 + least,
            (high + 1e-6).floor().min((MOST - least) as f64) as u64 + least,
        )
    })
}

/// Unknown counts near one, in order, and sums that have no unknown counts but these.
fn near(sums: &Sums, of_cell: &SumsOf, unknown: &[bool], cell: usize) -> (Vec<usize>, Vec<usize>) {
    let (mut part, mut own) = (std::collections::BTreeSet::from([cell]), vec![]);
    let mut taken = std::collections::BTreeSet::new();
    let mut work = VecDeque::from([cell]);
    while let Some(at) = work.pop_front() {
        for sum in of_cell.of(at).filter(|sum| taken.insert(*sum)) {
            let members = sums.signed(sum).map(|(at, _)| at).filter(|at| unknown[*at]);
            let new: Vec<usize> = members.filter(|at| !part.contains(at)).collect();
            if part.len() + new.len() <= TOGETHER {
                own.push(sum);
                work.extend(&new);
                part.extend(new);
            }
        }
    }
    own.sort_unstable();
    (part.into_iter().collect(), own)
}
