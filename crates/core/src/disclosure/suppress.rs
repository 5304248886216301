//! Which counts must be withheld so that none of the small ones can be worked out: any set of counts
//! with sums between them. Knows nothing of children, areas or tables.
//!
//! Primary: a count from 1 to the threshold is withheld. Secondary: as long as what remains in the
//! open would tell a withheld small count too closely, another count of the same sum is withheld,
//! the smallest first. The audit asks what an attacker who knows every sum can still conclude: the
//! least and the most that each withheld count can be.

use std::collections::VecDeque;

use super::simplex::Equation;

/// A count among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The true count.
    pub count: u32,
    /// Whether it would be published; counts that only follow from others are not.
    pub published: bool,
}

/// A sum: a total and its parts, by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The total.
    pub total: usize,
    /// The parts, which make up all of it.
    pub parts: Vec<usize>,
}

/// What to protect against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Threshold {
    /// Counts from 1 to this are withheld.
    pub at_most: u32,
}

/// What an attacker knows of one count: the least and the most it can be.
pub type Bounds = (u64, u64);

/// Beyond any count of children; an attacker knows that much.
const MOST: u64 = 1 << 40;

impl Threshold {
    fn is_small(self, count: u32) -> bool {
        (1..=self.at_most).contains(&count)
    }

    /// Whether bounds leave a small count in doubt: they must reach beyond the threshold or down to 0
    /// and must not name one number.
    fn in_doubt(self, (low, high): Bounds) -> bool {
        high > u64::from(self.at_most) || (low == 0 && high > 0)
    }
}

/// For each count whether it is withheld. Counts that are not published to begin with are.
#[must_use]
pub fn suppress(cells: &[Cell], sums: &[Sum], threshold: Threshold) -> Vec<bool> {
    let of_cell = sums_of_cells(cells.len(), sums);
    let mut hidden: Vec<bool> = cells
        .iter()
        .map(|cell| !cell.published || threshold.is_small(cell.count))
        .collect();
    let mut gaps = vec![0; sums.len()];
    for at in (0..cells.len()).filter(|at| hidden[*at]) {
        of_cell[at].iter().for_each(|sum| gaps[*sum] += 1);
    }
    let mut work: VecDeque<usize> = (0..sums.len()).collect();
    // A pattern first: a sum never has a single gap, nor gaps that together are small.
    while let Some(at) = work.pop_front() {
        let Some(extra) = gap_to_close(cells, sums, &of_cell, at, (&hidden, &gaps), threshold)
        else {
            continue;
        };
        hidden[extra] = true;
        of_cell[extra].iter().for_each(|sum| gaps[*sum] += 1);
        work.extend(&of_cell[extra]);
        work.push_back(at);
    }
    // Then the audit, which sees through several sums at once. What hangs together with nothing that
    // was withheld since the last time has the bounds that it had.
    let mut bounds: Vec<Bounds> = cells.iter().copied().map(known).collect();
    let mut changed: Vec<usize> = (0..cells.len()).filter(|at| hidden[*at]).collect();
    loop {
        let near: Vec<usize> = parts_of_hidden(sums, &of_cell, &hidden, &changed).concat();
        audit(cells, sums, &of_cell, &near, Some(threshold), &mut bounds);
        changed.clear();
        for at in 0..cells.len() {
            if threshold.is_small(cells[at].count)
                && !threshold.in_doubt(bounds[at])
                && let Some(extra) = next_to_hide(cells, sums, &of_cell, &hidden, at)
            {
                hidden[extra] = true;
                changed.push(extra);
            }
        }
        if changed.is_empty() {
            return hidden;
        }
    }
}

fn sums_of_cells(cells: usize, sums: &[Sum]) -> Vec<Vec<usize>> {
    let mut of_cell = vec![vec![]; cells];
    for (at, sum) in sums.iter().enumerate() {
        for cell in sum.parts.iter().chain([&sum.total]) {
            if let Some(list) = of_cell.get_mut(*cell) {
                list.push(at);
            }
        }
    }
    of_cell
}

/// The count to withhold next within one sum, if its gaps would tell.
fn gap_to_close(
    cells: &[Cell],
    sums: &[Sum],
    of_cell: &[Vec<usize>],
    at: usize,
    (hidden, gaps_of_sum): (&[bool], &[usize]),
    threshold: Threshold,
) -> Option<usize> {
    if gaps_of_sum[at] == 0 {
        return None;
    }
    let sum = &sums[at];
    let all = || sum.parts.iter().chain([&sum.total]).copied();
    let gaps: Vec<usize> = all().filter(|at| hidden[*at]).collect();
    let small = gaps.iter().any(|at| threshold.is_small(cells[*at].count));
    // A single gap is no gap. One that nobody publishes and that is not small may be worked out.
    let single = gaps.len() == 1 && (small || cells[gaps[0]].published);
    // With the total known, what is missing is known: it must be more than the threshold.
    let missing: u64 = sum
        .parts
        .iter()
        .filter(|at| hidden[**at])
        .map(|at| u64::from(cells[*at].count))
        .sum();
    let little = small && !hidden[sum.total] && missing <= u64::from(threshold.at_most);
    if !single && !little {
        return None;
    }
    // The part that opens the fewest new single gaps, then the smallest that hides something; the
    // total is the last resort.
    let new_gaps = |cell: usize| {
        of_cell[cell]
            .iter()
            .filter(|other| **other != at && gaps_of_sum[**other] == 0)
            .count()
    };
    sum.parts
        .iter()
        .copied()
        .filter(|at| !hidden[*at])
        .min_by_key(|at| (cells[*at].count == 0, new_gaps(*at), cells[*at].count, *at))
        .or((!hidden[sum.total]).then_some(sum.total))
}

/// The smallest open count in any sum with an exposed one.
fn next_to_hide(
    cells: &[Cell],
    sums: &[Sum],
    of_cell: &[Vec<usize>],
    hidden: &[bool],
    exposed: usize,
) -> Option<usize> {
    let near = of_cell[exposed]
        .iter()
        .flat_map(|at| sums[*at].parts.iter().chain([&sums[*at].total]))
        .copied();
    let candidates: Vec<usize> = near.filter(|at| !hidden[*at]).collect();
    let pick = |list: &[usize]| {
        list.iter()
            .copied()
            .min_by_key(|at| (cells[*at].count == 0, cells[*at].count, *at))
    };
    pick(&candidates).or_else(|| {
        // Everything beside it is withheld already: widen the gaps of its neighbours.
        let beside = of_cell[exposed]
            .iter()
            .flat_map(|at| sums[*at].parts.iter().chain([&sums[*at].total]));
        let further: Vec<usize> = beside
            .flat_map(|cell| &of_cell[*cell])
            .flat_map(|at| sums[*at].parts.iter().chain([&sums[*at].total]))
            .copied()
            .filter(|at| !hidden[*at])
            .collect();
        pick(&further)
    })
}

/// Withheld counts that hang together are solved exactly up to this many; beyond, the bounds of
/// single sums must do.
const EXACT: usize = 60;

/// What an attacker concludes who knows every open count and every sum. First bounds are tightened
/// from sum to sum until nothing changes; then, for the counts that `only` would withhold (or for
/// all), withheld counts that hang together are solved as a linear programme, which sees through any
/// combination of sums.
#[must_use]
pub fn attack(
    cells: &[Cell],
    sums: &[Sum],
    hidden: &[bool],
    only: Option<Threshold>,
) -> Vec<Bounds> {
    let mut bounds: Vec<Bounds> = cells.iter().copied().map(known).collect();
    let of_cell = sums_of_cells(cells.len(), sums);
    let all: Vec<usize> = (0..cells.len()).filter(|at| hidden[*at]).collect();
    audit(cells, sums, &of_cell, &all, only, &mut bounds);
    bounds
}

fn known(cell: Cell) -> Bounds {
    (u64::from(cell.count), u64::from(cell.count))
}

/// The bounds of withheld counts that hang together with no others than themselves.
fn audit(
    cells: &[Cell],
    sums: &[Sum],
    of_cell: &[Vec<usize>],
    near: &[usize],
    only: Option<Threshold>,
    bounds: &mut [Bounds],
) {
    for at in near {
        bounds[*at] = (0, MOST);
    }
    propagate(sums, of_cell, near, bounds);
    // What follows at once from the rest is known, and holds nothing together.
    let mut hidden = vec![false; cells.len()];
    for at in near {
        hidden[*at] = bounds[*at].0 < bounds[*at].1;
    }
    let hidden = &hidden;
    let asked = |at: usize| hidden[at] && bounds_matter(cells[at].count, only);
    for part in parts_of_hidden(sums, of_cell, hidden, near) {
        if part.len() > EXACT || !part.iter().any(|at| asked(*at)) {
            continue;
        }
        let place = |cell: usize| part.binary_search(&cell).ok();
        let mut own: Vec<usize> = part
            .iter()
            .flat_map(|cell| &of_cell[*cell])
            .copied()
            .collect();
        own.sort_unstable();
        own.dedup();
        let equations: Vec<Equation> = own
            .into_iter()
            .filter_map(|sum| equation(cells, &sums[sum], hidden, place))
            .collect();
        for (at, cell) in part.iter().enumerate().filter(|(_, cell)| asked(**cell)) {
            if let Some((low, high)) = super::simplex::bounds(part.len(), &equations, at) {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "bounds of counts, not negative"
                )]
                let (low, high) = (
                    (low - 1e-6).ceil().max(0.0) as u64,
                    (high + 1e-6).floor().min(MOST as f64) as u64,
                );
                bounds[*cell] = (bounds[*cell].0.max(low), bounds[*cell].1.min(high));
            }
        }
    }
}

fn bounds_matter(count: u32, only: Option<Threshold>) -> bool {
    only.is_none_or(|threshold| threshold.is_small(count))
}

/// One sum over the withheld counts of a part, if it has any.
fn equation(
    cells: &[Cell],
    sum: &Sum,
    hidden: &[bool],
    place: impl Fn(usize) -> Option<usize>,
) -> Option<Equation> {
    let mut terms = Vec::new();
    let mut known = 0.0;
    for (cell, sign) in sum
        .parts
        .iter()
        .map(|at| (*at, 1.0))
        .chain([(sum.total, -1.0)])
    {
        if hidden[cell] {
            terms.push((place(cell)?, sign));
        } else {
            known += sign * f64::from(cells[cell].count);
        }
    }
    (!terms.is_empty()).then_some((terms, -known))
}

/// Withheld counts that share sums, each part sorted; the parts in which `among` are.
fn parts_of_hidden(
    sums: &[Sum],
    of_cell: &[Vec<usize>],
    hidden: &[bool],
    among: &[usize],
) -> Vec<Vec<usize>> {
    let mut seen = vec![false; of_cell.len()];
    let mut seen_sum = vec![false; sums.len()];
    let mut parts = Vec::new();
    for start in among.iter().copied().filter(|at| hidden[*at]) {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let (mut part, mut work) = (vec![], vec![start]);
        while let Some(cell) = work.pop() {
            part.push(cell);
            for at in &of_cell[cell] {
                if std::mem::replace(&mut seen_sum[*at], true) {
                    continue;
                }
                let sum = &sums[*at];
                for other in sum.parts.iter().chain([&sum.total]) {
                    if hidden[*other] && !std::mem::replace(&mut seen[*other], true) {
                        work.push(*other);
                    }
                }
            }
        }
        part.sort_unstable();
        parts.push(part);
    }
    parts
}

/// Bounds tightened from sum to sum until nothing changes, in the sums of some counts. What this
/// finds, holds.
fn propagate(sums: &[Sum], of_cell: &[Vec<usize>], near: &[usize], bounds: &mut [Bounds]) {
    let mut own: Vec<usize> = near.iter().flat_map(|at| &of_cell[*at]).copied().collect();
    own.sort_unstable();
    own.dedup();
    let mut queued = vec![false; sums.len()];
    for at in &own {
        queued[*at] = true;
    }
    // Each step narrows an interval of whole numbers; the limit only guards against very long chains.
    let mut steps = sums.len().saturating_mul(200).max(10_000);
    let mut work = VecDeque::from(own);
    while let Some(at) = work.pop_front() {
        queued[at] = false;
        steps -= 1;
        if steps == 0 {
            break;
        }
        for changed in tighten(&sums[at], bounds) {
            for other in &of_cell[changed] {
                if !queued[*other] {
                    queued[*other] = true;
                    work.push_back(*other);
                }
            }
        }
    }
}

fn tighten(sum: &Sum, bounds: &mut [Bounds]) -> Vec<usize> {
    let mut changed = Vec::new();
    let low: u64 = sum.parts.iter().map(|at| bounds[*at].0).sum();
    // No sum has so many parts that this overflows.
    let mut high: u64 = sum.parts.iter().map(|at| bounds[*at].1).sum();
    let mut set = |at: usize, low: u64, high: u64, bounds: &mut [Bounds]| {
        let new = (bounds[at].0.max(low), bounds[at].1.min(high));
        if new != bounds[at] {
            bounds[at] = new;
            changed.push(at);
        }
    };
    set(sum.total, low, high.min(MOST), bounds);
    let total = bounds[sum.total];
    for at in sum.parts.iter().copied() {
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

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Threshold = Threshold { at_most: 5 };

    /// A table of rows and columns with its margins, and where each cell is.
    fn table(rows: &[&[u32]]) -> (Vec<Cell>, Vec<Sum>) {
        let (height, width) = (rows.len(), rows[0].len());
        let mut cells: Vec<Cell> = rows
            .iter()
            .flat_map(|row| row.iter())
            .map(|n| Cell {
                count: *n,
                published: true,
            })
            .collect();
        let mut sums = Vec::new();
        let mut add = |parts: Vec<usize>, cells: &mut Vec<Cell>| {
            let count = parts.iter().map(|at| cells[*at].count).sum();
            cells.push(Cell {
                count,
                published: true,
            });
            sums.push(Sum {
                total: cells.len() - 1,
                parts,
            });
            cells.len() - 1
        };
        let row_totals: Vec<usize> = (0..height)
            .map(|r| add((0..width).map(|c| r * width + c).collect(), &mut cells))
            .collect();
        let column_totals: Vec<usize> = (0..width)
            .map(|c| add((0..height).map(|r| r * width + c).collect(), &mut cells))
            .collect();
        let grand = add(row_totals, &mut cells);
        sums.push(Sum {
            total: grand,
            parts: column_totals,
        });
        (cells, sums)
    }

    fn exposed(cells: &[Cell], sums: &[Sum], hidden: &[bool]) -> Vec<usize> {
        let bounds = attack(cells, sums, hidden, None);
        (0..cells.len())
            .filter(|at| FIVE.is_small(cells[*at].count) && !FIVE.in_doubt(bounds[*at]))
            .collect()
    }

    #[test]
    fn one_small_count_takes_three_others_with_it() {
        let (cells, sums) = table(&[&[3, 20, 30], &[40, 50, 60], &[70, 80, 90]]);
        let alone: Vec<bool> = cells.iter().map(|cell| FIVE.is_small(cell.count)).collect();
        assert_eq!(exposed(&cells, &sums, &alone), [0]);
        let hidden = suppress(&cells, &sums, FIVE);
        assert_eq!(exposed(&cells, &sums, &hidden), [] as [usize; 0]);
        assert_eq!(hidden.iter().filter(|h| **h).count(), 4);
    }

    #[test]
    fn two_small_counts_in_one_row_do_not_give_their_sum_away() {
        let (cells, sums) = table(&[&[1, 2, 30], &[40, 50, 60]]);
        let hidden = suppress(&cells, &sums, FIVE);
        assert_eq!(exposed(&cells, &sums, &hidden), [] as [usize; 0]);
    }

    #[test]
    fn nothing_small_is_nothing_hidden() {
        let (cells, sums) = table(&[&[6, 0, 30], &[40, 50, 60]]);
        assert!(suppress(&cells, &sums, FIVE).iter().all(|hidden| !hidden));
    }

    #[test]
    fn a_complement_is_protected_though_nobody_publishes_it() {
        // 38 of 40: the two others follow.
        let cells = vec![
            Cell {
                count: 40,
                published: true,
            },
            Cell {
                count: 38,
                published: true,
            },
            Cell {
                count: 2,
                published: false,
            },
        ];
        let sums = vec![Sum {
            total: 0,
            parts: vec![1, 2],
        }];
        let hidden = suppress(&cells, &sums, FIVE);
        assert!(hidden[1] || hidden[0]);
        assert_eq!(exposed(&cells, &sums, &hidden), [] as [usize; 0]);
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
            let hidden = suppress(&cells, &sums, FIVE);
            assert_eq!(
                exposed(&cells, &sums, &hidden),
                [] as [usize; 0],
                "{rows:?}"
            );
        }
    }
}
