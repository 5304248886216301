//! Tests of the posterior and of the range against plain summation and integration.

use super::super::regression::LeftOut;
use super::super::tails::{normal_lower_fast, poisson_lower};
use super::against_expected;
use super::posterior::posterior;
use super::range::Counts;
use crate::level::Level;

/// P(count <= k) by Simpson's rule over the log mean: 1 where the mean is far below `k`, and summed
/// finely where it turns to 0.
fn lower_by_summing(k: f64, centre: f64, scatter: f64) -> f64 {
    const STEPS: i32 = 2_000;
    if scatter <= 0.0 {
        return poisson_lower(k, centre.exp());
    }
    let near = (k + 1.0).max(1.0);
    let (turn, width) = (
        (near.ln() - centre) / scatter,
        12.0 / (near.sqrt() * scatter),
    );
    let from = (turn - 2.0 * width).clamp(-9.0, 9.0);
    let to = (turn + width).clamp(-9.0, 9.0);
    let step = (to - from) / f64::from(STEPS);
    let inside: f64 = (0..=STEPS)
        .map(|i| {
            let x = from + f64::from(i) * step;
            let weight = match i {
                0 | STEPS => 1.0,
                i if i % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * (-0.5 * x * x).exp() * poisson_lower(k, (centre + scatter * x).exp())
        })
        .sum();
    normal_lower_fast(from) + inside * step / 3.0 / (2.0 * std::f64::consts::PI).sqrt()
}

#[test]
fn the_range_is_that_of_the_sum_over_means() {
    for expected in [0.02, 0.7, 3.0, 12.0, 80.0, 150.0, 900.0, 2e4, 3e6] {
        for scatter in [0.0, 1e-6, 0.01, 0.05, 0.2, 0.5, 1.5] {
            let counts = Counts {
                centre: f64::ln(expected),
                scatter,
            };
            for tail in [0.001, 0.025, 0.5, 0.975, 0.999] {
                let found = counts.quantile(tail).expect("a count");
                assert!(found >= 0.0 && found.fract() == 0.0);
                let at = |k: f64| lower_by_summing(k, counts.centre, scatter);
                let about = 1e-7;
                assert!(
                    at(found) >= tail - about,
                    "{expected} {scatter} {tail}: {found} {}",
                    at(found)
                );
                assert!(
                    at(found - 1.0) < tail + about,
                    "{expected} {scatter} {tail}: {found} {}",
                    at(found - 1.0)
                );
                if found < 1e5 {
                    assert!((counts.lower(found) - at(found)).abs() < about);
                }
            }
        }
    }
}

/// P(v <= x) by summing over v and the error of the expectation.
fn below_by_summing(group: &LeftOut, x: f64) -> f64 {
    const STEPS: i32 = 8_000;
    let (spread, error) = (group.sigma * group.sigma, group.std_error * group.std_error);
    let (count, mean) = (
        group.observed / group.dispersion,
        group.expected / group.dispersion,
    );
    let centre = (group.typical / group.expected).ln();
    let share = spread / (spread + error);
    let sd = (share * error).sqrt();
    let log = |t: f64| {
        let off = t - centre;
        count * t - mean * t.exp() - 0.5 * off * off / (spread + error)
    };
    // Look coarsely where there is anything, then sum finely there.
    let reach = 20.0 * (spread + error).sqrt();
    let coarse = |i: i32| centre - reach + f64::from(i) * 2.0 * reach / f64::from(STEPS);
    let top = (0..=STEPS).map(|i| log(coarse(i))).fold(f64::MIN, f64::max);
    let inside = |i: &i32| log(coarse(*i)) > top - 45.0;
    let from = coarse((0..=STEPS).find(inside).expect("a density") - 1);
    let to = coarse((0..=STEPS).rfind(inside).expect("a density") + 1);
    let step = (to - from) / f64::from(STEPS);
    let (mut total, mut below) = (0.0, 0.0);
    for i in 0..=STEPS {
        let t = from + f64::from(i) * step;
        let density = (log(t) - top).exp();
        total += density;
        below += density
            * if sd > 0.0 {
                normal_lower_fast((x - centre - share * (t - centre)) / sd)
            } else {
                ((x - t) / step + 0.5).clamp(0.0, 1.0)
            };
    }
    below / total
}

#[test]
fn the_posterior_is_that_of_the_double_integral() {
    for (observed, expected) in [
        (0.0, 0.4),
        (0.0, 12.0),
        (2.0, 5.0),
        (130.0, 90.0),
        (4e3, 3e3),
    ] {
        for sigma in [0.02, 0.3, 1.2] {
            for std_error in [0.0, 0.002, 0.03, 0.2] {
                for dispersion in [1.0, 4.0] {
                    let group = LeftOut {
                        code: 0,
                        observed,
                        expected,
                        typical: expected * f64::exp(-0.5 * sigma * sigma),
                        std_error,
                        sigma,
                        dispersion,
                    };
                    let found = posterior(&group);
                    let mut last = f64::NEG_INFINITY;
                    for p in [0.001, 0.025, 0.5, 0.975, 0.999] {
                        let at = found.quantile(p);
                        let exact = below_by_summing(&group, at);
                        assert!((exact - p).abs() < 2e-5, "{group:?} {p}: {exact}");
                        assert!((found.below(at) - p).abs() < 1e-9);
                        assert!(at > last);
                        last = at;
                    }
                }
            }
        }
    }
}

/// Figures that cannot be, and figures at the end of what can be computed, are refused or answered.
#[test]
fn no_figure_makes_it_panic_or_wait() {
    let fine = LeftOut {
        code: 0,
        observed: 12.0,
        expected: 10.0,
        typical: 9.5,
        std_error: 0.1,
        sigma: 0.2,
        dispersion: 1.0,
    };
    assert!(against_expected(&fine, Level::P95).is_ok());
    let values = [
        f64::NAN,
        f64::INFINITY,
        -1.0,
        0.0,
        1e-300,
        1e-12,
        1.0,
        1e12,
        1e300,
    ];
    for value in values {
        for place in 0..6 {
            for sigma in [0.0, 1e-200, 0.2, 1e5] {
                let mut group = LeftOut { sigma, ..fine };
                *[
                    &mut group.observed,
                    &mut group.expected,
                    &mut group.typical,
                    &mut group.std_error,
                    &mut group.sigma,
                    &mut group.dispersion,
                ][place] = value;
                let found = against_expected(&group, Level::P998);
                if value.is_nan() || value < 0.0 {
                    assert!(found.is_err(), "{group:?}");
                }
                if let Ok(found) = found {
                    assert!(found.shrunken.value.is_finite() && found.range.high.is_finite());
                    assert!((0.0..=1.0).contains(&found.probability_above), "{group:?}");
                }
            }
        }
    }
}
