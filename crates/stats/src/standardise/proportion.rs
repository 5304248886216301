//! A directly standardised proportion, with an interval that keeps to 0 and 1.

use crate::check;
use crate::error::{Error, Result};
use crate::intervals::wilson;
use crate::level::{Estimate, Level};

/// By how much rounding may keep the weights of all strata from adding up to 1.
const ROUNDING: f64 = 1e-9;

/// One stratum of a proportion that is standardised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProportionStratum {
    /// Those with the outcome.
    pub count: f64,
    /// All of the stratum, above 0.
    pub population: f64,
    /// Weight of the stratum, 0 or more; those of all strata sum to 1.
    pub weight: f64,
}

fn checked(strata: &[ProportionStratum]) -> Result<()> {
    check::at_least("a standardised proportion", 1, strata)?;
    let mut weights = 0.0;
    for (index, stratum) in strata.iter().enumerate() {
        check::subset(stratum.count, stratum.population)
            .and_then(|_| check::not_negative("weight", stratum.weight))
            .map_err(|error| error.at(index))?;
        weights += stratum.weight;
    }
    // Nothing is rescaled here: whoever has other weights divides them by their sum first.
    if (weights - 1.0).abs() <= ROUNDING {
        Ok(())
    } else {
        Err(Error::Argument {
            name: "the sum of weights",
            must: "1",
            found: weights,
        })
    }
}

#[doc = include_str!("../../docs/direct_proportion.md")]
pub fn direct_proportion(strata: &[ProportionStratum], level: Level) -> Result<Estimate> {
    checked(strata)?;
    let (mut share, mut variance, mut spread) = (0.0, 0.0, 0.0);
    for stratum in strata {
        let (own, n, w) = (
            stratum.count / stratum.population,
            stratum.population,
            stratum.weight,
        );
        share += w * own;
        variance += w * w * own * (1.0 - own) / n;
        spread += w * w / n;
    }
    // Everybody or nobody, whatever rounding the weights have.
    if strata.iter().all(|stratum| stratum.count <= 0.0) {
        share = 0.0;
    } else if strata
        .iter()
        .all(|stratum| stratum.count >= stratum.population)
    {
        share = 1.0;
    }
    let left = 1.0 / spread;
    let effective = if variance > 0.0 {
        left.min(share * (1.0 - share) / variance)
    } else {
        left
    };
    let interval = wilson((share * effective).min(effective), effective, level)?;
    Estimate::of(
        "a standardised proportion",
        share.min(1.0),
        interval.low,
        interval.high,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strata(list: &[(u32, u32, f64)]) -> Vec<ProportionStratum> {
        let all: f64 = list.iter().map(|(.., weight)| weight).sum();
        list.iter()
            .map(|&(yes, of, weight)| ProportionStratum {
                count: f64::from(yes),
                population: f64::from(of),
                weight: weight / all,
            })
            .collect()
    }

    fn limits(list: &[(u32, u32, f64)]) -> (f64, f64, f64) {
        let found = direct_proportion(&strata(list), Level::P95).unwrap();
        (found.value, found.interval.low, found.interval.high)
    }

    #[test]
    fn at_its_own_ages_a_share_has_its_own_interval() {
        let crude = |x: f64, n: f64| {
            let ci = wilson(x, n, Level::P95).unwrap();
            (x / n, ci.low, ci.high)
        };
        let close = |a: (f64, f64, f64), b: (f64, f64, f64)| {
            let d = [a.0 - b.0, a.1 - b.1, a.2 - b.2];
            assert!(d.iter().all(|d| d.abs() < 1e-12), "{a:?} {b:?}");
        };
        close(limits(&[(10, 10, 1.0)]), crude(10.0, 10.0));
        assert!((limits(&[(10, 10, 1.0)]).1 - 0.722).abs() < 5e-4);
        close(limits(&[(6, 6, 6.0), (4, 4, 4.0)]), crude(10.0, 10.0));
        close(limits(&[(0, 6, 6.0), (0, 4, 4.0)]), crude(0.0, 10.0));
        close(limits(&[(3, 6, 6.0), (1, 14, 14.0)]), crude(4.0, 20.0));
        // Strata that are all or nothing leave no variance, and are no certainty.
        close(limits(&[(0, 10, 10.0), (10, 10, 10.0)]), crude(10.0, 20.0));
    }

    #[test]
    fn weights_that_lie_on_a_few_leave_a_small_sample() {
        let (share, low, high) = limits(&[(30, 30, 1.0), (5, 5, 9.0)]);
        assert!((share, high) == (1.0, 1.0), "{share} {high}");
        // 1/(0.01/30 + 0.81/5) = 6.16 instead of 35.
        assert!((low - 6.16 / (6.16 + 1.96 * 1.96)).abs() < 1e-3, "{low}");
    }

    #[test]
    fn nobody_is_no_share_and_weights_are_shares_of_one() {
        let of = |list: &[ProportionStratum]| direct_proportion(list, Level::P95);
        assert!(matches!(of(&[]), Err(Error::TooFew { .. })));
        let empty = of(&strata(&[(1, 2, 1.0), (0, 0, 1.0)]));
        assert!(
            matches!(empty, Err(Error::At { index: 1, .. })),
            "{empty:?}"
        );
        let more = of(&strata(&[(3, 2, 1.0)]));
        assert!(matches!(more, Err(Error::At { index: 0, .. })), "{more:?}");
        let mut half = strata(&[(1, 2, 1.0), (1, 3, 1.0)]);
        half[0].weight = 0.25;
        assert!(
            matches!(of(&half), Err(Error::Argument { found, .. }) if (found - 0.75).abs() < 1e-12)
        );
        half[0].weight = f64::NAN;
        assert!(matches!(of(&half), Err(Error::At { index: 0, .. })));
    }

    /// The exact chance that an interval holds the truth: every outcome of two strata, weighed by
    /// how likely it is.
    fn coverage(sizes: [u32; 2], weights: [f64; 2], chances: [f64; 2]) -> f64 {
        let likely = |of: u32, chance: f64| -> Vec<f64> {
            let mut all = vec![(1.0 - chance).powi(of.cast_signed())];
            for yes in 1..=of {
                let before = all[yes as usize - 1];
                let odds = chance / (1.0 - chance);
                all.push(before * odds * f64::from(of + 1 - yes) / f64::from(yes));
            }
            all
        };
        let truth = weights[0] * chances[0] + weights[1] * chances[1];
        let [one, two] = [0, 1].map(|at| likely(sizes[at], chances[at]));
        let mut held = 0.0;
        for (a, p) in (0_u32..).zip(&one) {
            for (b, q) in (0_u32..).zip(&two) {
                let list = [(a, sizes[0], weights[0]), (b, sizes[1], weights[1])];
                let (_, low, high) = limits(&list);
                held += if low <= truth && truth <= high {
                    p * q
                } else {
                    0.0
                };
            }
        }
        held
    }

    #[test]
    fn intervals_cover_what_they_should() {
        let (mut sum, mut cases) = (0.0, 0.0);
        for sizes in [[10, 10], [6, 14], [3, 30], [20, 40], [50, 5]] {
            for first in [0.1, 0.3, 0.5, 0.8] {
                for chances in [
                    [0.05, 0.05],
                    [0.5, 0.5],
                    [0.1, 0.6],
                    [0.6, 0.1],
                    [0.95, 0.9],
                ] {
                    let held = coverage(sizes, [first, 1.0 - first], chances);
                    // Wilson's own interval of 3 children holds a chance of 0.05 in 86% of draws: a
                    // band of so few with most of the weight can do no better.
                    let few = sizes[0] == 3 && first > 0.5;
                    let least = if few { 0.85 } else { 0.89 };
                    assert!(held > least, "{sizes:?} {first} {chances:?}: {held:.3}");
                    sum += held;
                    cases += 1.0;
                }
            }
        }
        let mean = sum / cases;
        assert!((0.94..0.99).contains(&mean), "{mean:.4}");
    }
}
