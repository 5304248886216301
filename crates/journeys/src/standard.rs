//! A share at given weights of its strata, with its interval.

use disparity_stats::{Interval, Level, Result, wilson};

/// One stratum of a share that is standardised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeighedShare {
    /// Those with the outcome.
    pub yes: f64,
    /// All of the stratum, above 0.
    pub of: f64,
    /// Weight of the stratum; those of all strata sum to 1.
    pub weight: f64,
}

/// A directly standardised share, and Wilson's interval with the effective sample size of the weights.
///
/// # Formula
/// ```text
/// p  = Σ w_a x_a/n_a
/// V  = Σ w_a² p_a (1 − p_a)/n_a
/// k  = 1/Σ (w_a²/n_a)                         the sample size that unequal weights leave (Kish 1965)
/// n* = min(p (1 − p)/V, k),  k where V = 0
/// ```
/// The limits are Wilson's for `n* p` of `n*`. Where a stratum has nobody, or only those, with the
/// outcome, `V` is too small: it knows nothing of what such a stratum might be. Cutting the effective
/// sample size off at what the weights leave (Korn and Graubard 1998 cut it off at the sample size)
/// keeps the interval from closing, and gives Wilson's own interval of the crude share where the
/// weights are the strata's own sizes.
///
/// # Coverage
/// The test `intervals_cover_what_they_should` computes it: 95% intervals hold 89 to 100%, more where
/// strata differ much, and 86% where a stratum of three has most of the weight and the chance is 5%, as
/// Wilson's own interval of three does.
///
/// # Example
/// ```
/// use disparity_journeys::{WeighedShare, standardised_share};
/// use disparity_stats::Level;
/// let strata = [
///     WeighedShare { yes: 12.0, of: 20.0, weight: 0.2 },
///     WeighedShare { yes: 8.0, of: 40.0, weight: 0.8 },
/// ];
/// let (share, interval) = standardised_share(&strata, Level::P95)?;
/// assert!((share - 0.28).abs() < 1e-12);
/// assert!((interval.low - 0.179).abs() < 5e-4 && (interval.high - 0.409).abs() < 5e-4);
/// # Ok::<(), disparity_stats::Error>(())
/// ```
///
/// # References
/// Kish (1965), Survey Sampling, section 11.7. Korn and Graubard (1998), Survey Methodology 24,
/// 193–201. Dean and Pagano (2015), Journal of Survey Statistics and Methodology 3, 484–503,
/// doi:10.1093/jssam/smv024. Wilson (1927), doi:10.1080/01621459.1927.10502953.
///
/// # Errors
/// [`disparity_stats::Error`] without strata or with one that is empty.
pub fn standardised_share(strata: &[WeighedShare], level: Level) -> Result<(f64, Interval)> {
    let (mut share, mut variance, mut spread) = (0.0, 0.0, 0.0);
    for stratum in strata {
        let (own, n, w) = (stratum.yes / stratum.of, stratum.of, stratum.weight);
        share += w * own;
        variance += w * w * own * (1.0 - own) / n;
        spread += w * w / n;
    }
    // Everybody or nobody, whatever rounding the weights have.
    if strata.iter().all(|stratum| stratum.yes <= 0.0) {
        share = 0.0;
    } else if strata.iter().all(|stratum| stratum.yes >= stratum.of) {
        share = 1.0;
    }
    let left = 1.0 / spread;
    let effective = if variance > 0.0 {
        left.min(share * (1.0 - share) / variance)
    } else {
        left
    };
    let interval = wilson((share * effective).min(effective), effective, level)?;
    Ok((share, interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strata(list: &[(u32, u32, f64)]) -> Vec<WeighedShare> {
        let all: f64 = list.iter().map(|(.., weight)| weight).sum();
        list.iter()
            .map(|&(yes, of, weight)| WeighedShare {
                yes: f64::from(yes),
                of: f64::from(of),
                weight: weight / all,
            })
            .collect()
    }

    fn limits(list: &[(u32, u32, f64)]) -> (f64, f64, f64) {
        let (share, ci) = standardised_share(&strata(list), Level::P95).unwrap();
        (share, ci.low, ci.high)
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
    fn nobody_is_no_share() {
        assert!(standardised_share(&[], Level::P95).is_err());
        assert!(standardised_share(&strata(&[(0, 0, 1.0)]), Level::P95).is_err());
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
