//! Iterative proportional fitting: a table of given margins with another table's associations.
//! Whether any table has such margins is asked of `flow`, and only if the fit does not settle.

use super::flow::{Bipartite, Flow};
use crate::check;
use crate::error::{Error, Result};
use crate::sum::sum;

const WHAT: &str = "iterative proportional fitting";

/// What the cells of a table must add up to along some of its axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin<'a> {
    /// The axes that the margin keeps, counted from 0, in ascending order; none of them is the
    /// total of all cells.
    pub axes: &'a [usize],
    /// The totals, the last of the axes running fastest.
    pub totals: &'a [f64],
}

/// When a fit is good enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FittingOptions {
    /// By how much a sum may miss its total, relative to the total; also by how much margins may
    /// disagree. From 1e-13 to 0.1.
    pub tolerance: f64,
    /// How often all margins are fitted in turn at most; at least 1.
    pub most_iterations: usize,
}

impl Default for FittingOptions {
    fn default() -> Self {
        FittingOptions {
            tolerance: 1e-9,
            most_iterations: 10_000,
        }
    }
}

/// A table that was fitted to margins.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedTable {
    /// The cells, the last axis running fastest. A cell that was 0 is 0.
    pub cells: Vec<f64>,
    /// How often all margins were fitted in turn.
    pub iterations: usize,
    /// By how much a sum misses its total at most, relative to the total.
    pub largest_gap: f64,
    /// Cells above 0 at the start that are 0 in every table with these margins, and so in this one.
    pub forced_to_zero: usize,
}

#[doc = include_str!("../../docs/iterative_proportional_fitting.md")]
pub fn iterative_proportional_fitting(
    shape: &[usize],
    start: &[f64],
    margins: &[Margin<'_>],
    options: FittingOptions,
) -> Result<FittedTable> {
    check::within(
        "tolerance",
        options.tolerance,
        1e-13,
        0.1,
        "from 1e-13 to 0.1",
    )?;
    check::at_least("the margins of a table", 1, margins)?;
    let size = size(shape)?;
    if start.len() != size {
        return Err(Error::Lengths {
            left: "the table's shape",
            left_len: size,
            right: "the starting cells",
            right_len: start.len(),
        });
    }
    check::each(start, |v| check::not_negative("a starting cell", v))?;
    let placed: Vec<Placed<'_>> = margins
        .iter()
        .enumerate()
        .map(|(index, margin)| Placed::new(shape, size, *margin).map_err(|e| e.at(index)))
        .collect::<Result<_>>()?;
    agree(shape, margins, options.tolerance)?;
    let mut cells = allowed(start, &placed)?;
    match fitted(&mut cells, &placed, options) {
        Some(found) => Ok(found.of(cells, 0)),
        None => again(&allowed(start, &placed)?, &placed, options),
    }
}

/// How many cells a table of that shape has.
fn size(shape: &[usize]) -> Result<usize> {
    let size = shape
        .iter()
        .try_fold(1_usize, |n, axis| n.checked_mul(*axis));
    match size {
        Some(size) if !shape.is_empty() && size > 0 && u32::try_from(size).is_ok() => Ok(size),
        _ => Err(Error::Undefined {
            what: "a table",
            why: "it has no axis, an axis of no length, or more than 2^32 cells",
        }),
    }
}

/// A margin with the place in it of every cell of the table.
struct Placed<'a> {
    totals: &'a [f64],
    of_cell: Vec<u32>,
}

impl<'a> Placed<'a> {
    fn new(shape: &[usize], size: usize, margin: Margin<'a>) -> Result<Self> {
        let ascending = margin.axes.windows(2).all(|pair| pair[0] < pair[1]);
        if !ascending || margin.axes.last().is_some_and(|axis| *axis >= shape.len()) {
            return Err(Error::Undefined {
                what: "a margin",
                why: "its axes must be some of the table's, in ascending order",
            });
        }
        let places: usize = margin.axes.iter().map(|&axis| shape[axis]).product();
        if margin.totals.len() != places {
            return Err(Error::Lengths {
                left: "the margin's axes",
                left_len: places,
                right: "its totals",
                right_len: margin.totals.len(),
            });
        }
        check::each(margin.totals, |v| check::not_negative("a total", v))?;
        check::result("a margin's total", sum(margin.totals.iter().copied()))?;
        Ok(Placed {
            totals: margin.totals,
            of_cell: places_of(shape, size, margin.axes),
        })
    }

    fn add_up(&self, cells: &[f64], sums: &mut Vec<f64>) {
        sums.clear();
        sums.resize(self.totals.len(), 0.0);
        for (cell, place) in cells.iter().zip(&self.of_cell) {
            sums[*place as usize] += cell;
        }
    }
}

/// For every cell of a table of that shape its place among the cells of some axes.
fn places_of(shape: &[usize], size: usize, axes: &[usize]) -> Vec<u32> {
    let mut places = vec![0_u32; size];
    let mut step = 1;
    let mut inner = 1;
    for (axis, &length) in shape.iter().enumerate().rev() {
        if axes.contains(&axis) {
            for (cell, place) in places.iter_mut().enumerate() {
                *place += step * index((cell / inner) % length);
            }
            step *= index(length);
        }
        inner *= length;
    }
    places
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a table has fewer than 2^32 cells"
)]
const fn index(place: usize) -> u32 {
    place as u32
}

/// Margins agree about what more than one of them tells, the total of all cells at least.
fn agree(shape: &[usize], margins: &[Margin<'_>], tolerance: f64) -> Result<()> {
    for (second, other) in margins.iter().enumerate() {
        for (first, margin) in margins[..second].iter().enumerate() {
            let shared = |axis: &usize| other.axes.contains(axis);
            let shared: Vec<usize> = margin.axes.iter().copied().filter(shared).collect();
            let (left, right) = (told(shape, *margin, &shared), told(shape, *other, &shared));
            let apart = |(a, b): &(&f64, &f64)| (*a - *b).abs() > tolerance * a.max(**b);
            if let Some((&left, &right)) = left.iter().zip(&right).find(apart) {
                return Err(Error::Margins {
                    first,
                    second,
                    left,
                    right,
                });
            }
        }
    }
    Ok(())
}

/// A margin added up to fewer axes.
fn told(shape: &[usize], margin: Margin<'_>, axes: &[usize]) -> Vec<f64> {
    let own: Vec<usize> = margin.axes.iter().map(|&axis| shape[axis]).collect();
    let kept: Vec<usize> = (0..own.len())
        .filter(|&i| axes.contains(&margin.axes[i]))
        .collect();
    let places = places_of(&own, margin.totals.len(), &kept);
    let mut sums = vec![crate::sum::Sum::default(); kept.iter().map(|&i| own[i]).product()];
    for (total, place) in margin.totals.iter().zip(places) {
        sums[place as usize].add(*total);
    }
    sums.into_iter().map(crate::sum::Sum::value).collect()
}

/// The starting cells, 0 where a margin is: a total above 0 must have a cell left.
fn allowed(start: &[f64], margins: &[Placed<'_>]) -> Result<Vec<f64>> {
    let largest = start.iter().fold(0.0_f64, |most, v| most.max(*v));
    let mut cells = start.to_vec();
    for (i, cell) in cells.iter_mut().enumerate() {
        let no_total = |m: &Placed<'_>| m.totals[m.of_cell[i] as usize] <= 0.0;
        // Only proportions matter, so that none is so large that sums are not.
        *cell = if *cell <= 0.0 || margins.iter().any(no_total) {
            0.0
        } else {
            *cell / largest
        };
    }
    let mut sums = Vec::new();
    for (margin, placed) in margins.iter().enumerate() {
        placed.add_up(&cells, &mut sums);
        let empty = |place: &usize| placed.totals[*place] > 0.0 && sums[*place] <= 0.0;
        if let Some(place) = (0..sums.len()).find(empty) {
            return Err(Error::NoCell {
                margin,
                place,
                total: placed.totals[place],
            });
        }
    }
    Ok(cells)
}

struct Settled {
    iterations: usize,
    largest_gap: f64,
}

impl Settled {
    fn of(self, cells: Vec<f64>, forced_to_zero: usize) -> FittedTable {
        FittedTable {
            cells,
            iterations: self.iterations,
            largest_gap: self.largest_gap,
            forced_to_zero,
        }
    }
}

/// Fits all margins in turn until none is missed; nothing when that takes too long, or when a sum was
/// lost to rounding on the way, as sums are that can only become smaller.
fn fitted(cells: &mut [f64], margins: &[Placed<'_>], options: FittingOptions) -> Option<Settled> {
    let mut sums = Vec::new();
    for iterations in 1..=options.most_iterations.max(1) {
        let mut missed = 0.0_f64;
        for margin in margins {
            margin.add_up(cells, &mut sums);
            missed = missed.max(gap(margin, &sums)?);
            for (factor, total) in sums.iter_mut().zip(margin.totals) {
                *factor = if *total > 0.0 { *total / *factor } else { 0.0 };
            }
            for (cell, place) in cells.iter_mut().zip(&margin.of_cell) {
                *cell *= sums[*place as usize];
            }
        }
        if missed > options.tolerance && iterations > 1 {
            continue;
        }
        // Margins that were fitted first have moved since.
        let mut largest_gap = 0.0_f64;
        for margin in margins {
            margin.add_up(cells, &mut sums);
            largest_gap = largest_gap.max(gap(margin, &sums)?);
        }
        if largest_gap <= options.tolerance {
            return Some(Settled {
                iterations,
                largest_gap,
            });
        }
    }
    None
}

/// By how much sums miss their totals at most, relative to the total; nothing where a sum is no number
/// or cannot be made larger again.
fn gap(margin: &Placed<'_>, sums: &[f64]) -> Option<f64> {
    let mut largest = 0.0_f64;
    for (sum, total) in sums.iter().zip(margin.totals) {
        if *total > 0.0 {
            let (gap, factor) = ((sum - total).abs() / total, total / sum);
            if !(gap.is_finite() && factor.is_finite()) {
                return None;
            }
            largest = largest.max(gap);
        }
    }
    Some(largest)
}

/// A fit that did not settle: because no table has these margins, or because some cells above 0 have
/// to become 0, which takes for ever. Such cells are known where there are two margins.
fn again(allowed: &[f64], margins: &[Placed<'_>], options: FittingOptions) -> Result<FittedTable> {
    let not_settled = Error::NotConverged {
        what: WHAT,
        iterations: options.most_iterations,
    };
    let mut forced = vec![false; allowed.len()];
    for (second, other) in margins.iter().enumerate() {
        for (first, margin) in margins[..second].iter().enumerate() {
            let pairs = margin.of_cell.iter().zip(&other.of_cell).zip(allowed);
            let open = pairs.filter(|(_, cell)| **cell > 0.0);
            let open = open.map(|((a, b), _)| (*a as usize, *b as usize)).collect();
            let graph = Bipartite::new(margin.totals, other.totals, open);
            let flow = match graph.saturated(options.tolerance) {
                Flow::Saturated(flow) => flow,
                Flow::Short {
                    places,
                    needed,
                    room,
                } => {
                    return Err(Error::NoTable {
                        margin: first,
                        other: second,
                        place: places[0],
                        places: places.len(),
                        needed,
                        room,
                    });
                }
            };
            let together = flow.together();
            for (cell, (a, b)) in margin.of_cell.iter().zip(&other.of_cell).enumerate() {
                forced[cell] |= allowed[cell] > 0.0 && !together(*a as usize, *b as usize);
            }
        }
    }
    let zeros = forced.iter().filter(|f| **f).count();
    if zeros == 0 {
        return Err(not_settled);
    }
    let mut cells = allowed.to_vec();
    for (cell, forced) in cells.iter_mut().zip(&forced) {
        if *forced {
            *cell = 0.0;
        }
    }
    let found = fitted(&mut cells, margins, options).ok_or(not_settled)?;
    Ok(found.of(cells, zeros))
}
