//! The odds ratio of a 2x2 table: large-sample, conditional exact, mid-P.

use crate::check;
use crate::contrasts::hypergeometric::{AtOdds, FirstCell};
use crate::contrasts::rates::log_normal;
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};
use crate::special::increasing_root;

const ODDS: &str = "the odds ratio";

#[doc = include_str!("../../docs/odds_ratio.md")]
pub fn odds_ratio(a: f64, b: f64, c: f64, d: f64, level: Level) -> Result<Estimate> {
    for cell in [a, b, c, d] {
        check::count(cell)?;
        if cell <= 0.0 {
            return Err(Error::Undefined {
                what: "the log-normal interval of an odds ratio",
                why: "a cell is empty; use odds_ratio_exact or odds_ratio_mid_p",
            });
        }
    }
    let se = (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d).sqrt();
    log_normal(ODDS, (a / b) / (c / d), se, level)
}

/// Checks a table of whole numbers and gives the distribution of its first cell.
fn first_cell(a: f64, b: f64, c: f64, d: f64) -> Result<FirstCell> {
    for cell in [a, b, c, d] {
        check::count(cell)?;
        if cell.fract() != 0.0 {
            return Err(Error::Argument {
                name: "cell",
                must: "a whole number for exact limits",
                found: cell,
            });
        }
    }
    let cell = first_cell_of_margins(a, b, c, d)?;
    if cell.is_largest() {
        return Err(Error::Undefined {
            what: ODDS,
            why: "the table is as extreme as its margins allow, so no finite ratio can be excluded",
        });
    }
    Ok(cell)
}

fn first_cell_of_margins(a: f64, b: f64, c: f64, d: f64) -> Result<FirstCell> {
    if a + b <= 0.0 || c + d <= 0.0 || a + c <= 0.0 || b + d <= 0.0 {
        return Err(Error::Undefined {
            what: ODDS,
            why: "a row or a column of the table is empty",
        });
    }
    FirstCell::new(a, b, c, d)
}

/// The odds ratio at which an increasing function of the distribution reaches `target`.
fn solve(cell: &FirstCell, target: f64, f: impl Fn(AtOdds) -> f64) -> f64 {
    let mut low = -1.0;
    while f(cell.at(low)) > target && low > -700.0 {
        low *= 2.0;
    }
    let mut high = 1.0;
    while f(cell.at(high)) < target && high < 700.0 {
        high *= 2.0;
    }
    // Bisection on the log odds: without a slope, and in at most some sixty evaluations.
    increasing_root(0.5 * (low + high), low, high, |log| {
        (f(cell.at(log)) - target, f64::NAN)
    })
    .exp()
}

#[doc = include_str!("../../docs/odds_ratio_exact.md")]
pub fn odds_ratio_exact(a: f64, b: f64, c: f64, d: f64, level: Level) -> Result<Estimate> {
    let cell = first_cell(a, b, c, d)?;
    let tail = level.tail();
    let zero = cell.is_smallest();
    let value = if zero {
        0.0
    } else {
        solve(&cell, a, |p| p.mean)
    };
    let low = if zero {
        0.0
    } else {
        solve(&cell, tail, |p| p.above + p.at)
    };
    let high = solve(&cell, -tail, |p| -(p.below + p.at));
    Estimate::of(ODDS, value, low.min(value), high.max(value))
}

#[doc = include_str!("../../docs/odds_ratio_mid_p.md")]
pub fn odds_ratio_mid_p(a: f64, b: f64, c: f64, d: f64, level: Level) -> Result<Estimate> {
    let cell = first_cell(a, b, c, d)?;
    let tail = level.tail();
    let zero = cell.is_smallest();
    let mid = |p: AtOdds| p.above + 0.5 * p.at;
    let value = if zero { 0.0 } else { solve(&cell, 0.5, mid) };
    let low = if zero { 0.0 } else { solve(&cell, tail, mid) };
    let high = solve(&cell, -tail, |p: AtOdds| -(p.below + 0.5 * p.at));
    Estimate::of(ODDS, value, low.min(value), high.max(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_margins_cost_no_digits() {
        // mpmath with 40 digits: the same distribution by its recurrence, solved by bisection.
        for (table, value, low, high) in [
            (
                [40.0, 6e6, 25.0, 6.5e6],
                1.733_333_258_120_031,
                1.026_081_191_137_046_2,
                2.981_162_983_539_07,
            ),
            (
                [300.0, 6e7, 250.0, 6.5e7],
                1.299_999_997_272_739_2,
                1.095_457_107_559_297,
                1.543_795_826_703_835_6,
            ),
        ] {
            let [a, b, c, d] = table;
            let found = odds_ratio_exact(a, b, c, d, Level::P95).unwrap();
            for (found, right) in [
                (found.value, value),
                (found.interval.low, low),
                (found.interval.high, high),
            ] {
                let off = (found / right - 1.0).abs();
                assert!(off < 1e-13, "{table:?}: {found} {right} {off:e}");
            }
        }
    }
}
