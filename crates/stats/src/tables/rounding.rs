//! Rounding of a hierarchy whose sums must hold. Rounding of one figure is the crate's own `round`.

use crate::check;
use crate::error::{Error, Result};
use crate::sum::sum;

/// Figures are taken to a part in 2^20 of the last place, so that sums of them are exact.
const PARTS: i128 = 1 << 20;
/// Beyond this many of the last place a figure has no such parts.
const MOST: f64 = 4_398_046_511_104.0;

/// The figures of a hierarchy, rounded so that each is the sum of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundedHierarchy {
    /// How many of the last place each figure has: tenths for one decimal place.
    pub units: Vec<i64>,
    /// Decimal places.
    pub decimal_places: u8,
}

impl RoundedHierarchy {
    /// The rounded figures. Add up `units` where a sum must be exact: tenths are not, in binary.
    #[must_use]
    pub fn values(&self) -> Vec<f64> {
        let scale = 10f64.powi(i32::from(self.decimal_places));
        self.units.iter().map(|&u| u as f64 / scale).collect()
    }
}

#[doc = include_str!("../../docs/controlled_rounding.md")]
pub fn controlled_rounding(
    values: &[f64],
    parents: &[Option<usize>],
    decimal_places: u8,
) -> Result<RoundedHierarchy> {
    check::same_length("values", values, "parents", parents)?;
    let scale = 10f64.powi(i32::from(decimal_places));
    let exact: Vec<i128> = values
        .iter()
        .enumerate()
        .map(|(i, v)| parts(*v, scale).map_err(|e| e.at(i)))
        .collect::<Result<_>>()?;
    let (order, children) = from_the_top(parents)?;
    let totals = totals(values, exact, &order, &children)?;
    let mut units = vec![0_i128; values.len()];
    for &node in &order {
        if parents[node].is_none() {
            units[node] = half_up(totals[node]);
        }
        share_out(units[node], &children[node], &totals, &mut units);
    }
    let whole = |unit: i128| i64::try_from(unit).ok();
    let units: Option<Vec<i64>> = units.into_iter().map(whole).collect();
    Ok(RoundedHierarchy {
        units: units.ok_or(Error::OutOfRange {
            what: "a rounded total",
        })?,
        decimal_places,
    })
}

/// A figure in parts of the last place.
#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be far below what fits"
)]
fn parts(value: f64, scale: f64) -> Result<i128> {
    let scaled = check::finite("value", value)? * scale;
    if scaled.abs() >= MOST {
        return Err(Error::Argument {
            name: "value",
            must: "below 4e12 of the last place that is kept",
            found: value,
        });
    }
    Ok((scaled * PARTS as f64).round() as i128)
}

/// All places, each after its parent, and the places of each one's parts in the order given.
fn from_the_top(parents: &[Option<usize>]) -> Result<(Vec<usize>, Vec<Vec<usize>>)> {
    let mut children = vec![Vec::new(); parents.len()];
    let mut order = Vec::with_capacity(parents.len());
    for (node, parent) in parents.iter().enumerate() {
        match parent {
            None => order.push(node),
            Some(parent) if *parent < parents.len() => children[*parent].push(node),
            Some(_) => return Err(no_parent(node)),
        }
    }
    let mut next = 0;
    while let Some(&node) = order.get(next) {
        order.extend_from_slice(&children[node]);
        next += 1;
    }
    // Whoever is below itself is below no figure that is not.
    let mut reached = vec![false; parents.len()];
    for &node in &order {
        reached[node] = true;
    }
    match reached.iter().position(|r| !r) {
        Some(node) => Err(no_parent(node)),
        None => Ok((order, children)),
    }
}

fn no_parent(node: usize) -> Error {
    Error::Undefined {
        what: "a hierarchy",
        why: "a figure's parent is no figure of it, or is below the figure itself",
    }
    .at(node)
}

/// The figures without parts as they are, the others added up from them: a total that is given is
/// checked against that.
fn totals(
    values: &[f64],
    mut exact: Vec<i128>,
    order: &[usize],
    children: &[Vec<usize>],
) -> Result<Vec<i128>> {
    for &node in order.iter().rev() {
        let own = &children[node];
        if own.is_empty() {
            continue;
        }
        let added = sum(own.iter().map(|&child| values[child]));
        let size = sum(own.iter().map(|&child| values[child].abs()));
        if (values[node] - added).abs() > 1e-9 * size.max(values[node].abs()) {
            return Err(Error::Argument {
                name: "value",
                must: "the sum of its parts",
                found: values[node],
            }
            .at(node));
        }
        exact[node] = own.iter().map(|&child| exact[child]).sum();
    }
    Ok(exact)
}

/// Half up, away from 0.
const fn half_up(total: i128) -> i128 {
    let rounded = (total.abs() + PARTS / 2).div_euclid(PARTS);
    if total < 0 { -rounded } else { rounded }
}

/// Gives parts whole units that add up to their total: each its own rounded down, then one more to
/// those with the largest remainders, of equal ones the larger figure and then the earlier.
fn share_out(total: i128, parts: &[usize], exact: &[i128], units: &mut [i128]) {
    let mut left = total;
    for &part in parts {
        units[part] = exact[part].div_euclid(PARTS);
        left -= units[part];
    }
    let mut by_remainder = parts.to_vec();
    by_remainder.sort_by_key(|&part| {
        let remainder = exact[part].rem_euclid(PARTS);
        (-remainder, -exact[part].abs(), part)
    });
    for part in by_remainder {
        if left <= 0 {
            break;
        }
        units[part] += 1;
        left -= 1;
    }
}
