//! The tail probabilities that fits quote, on the crate's own distribution functions.
//! Distribution functions themselves belong to `special`.

use crate::special::{Beta, gamma_tails, normal_two_sided, poisson_density};

/// P(Z <= x).
pub(super) fn normal_lower(x: f64) -> f64 {
    let both = 0.5 * normal_two_sided(x);
    if x >= 0.0 { 1.0 - both } else { both }
}

/// P(Z <= x) to about 1e-15, for sums of many: the rational approximation of Hart et al. (1968), no.
/// 5666, as West (2005), "Better approximations to cumulative normal functions", gives it.
pub(super) fn normal_lower_fast(x: f64) -> f64 {
    const ABOVE: [f64; 7] = [
        0.035_262_496_599_891_1,
        0.700_383_064_443_688,
        6.373_962_203_531_65,
        33.912_866_078_383,
        112.079_291_497_871,
        221.213_596_169_931,
        220.206_867_912_376,
    ];
    const BELOW: [f64; 8] = [
        0.088_388_347_648_318_4,
        1.755_667_163_182_64,
        16.064_177_579_207,
        86.780_732_202_946_1,
        296.564_248_779_674,
        637.333_633_378_831,
        793.826_512_519_948,
        440.413_735_824_752,
    ];
    let z = x.abs();
    let density = (-0.5 * z * z).exp();
    let tail = if z < 7.071 {
        let at = |terms: &[f64]| terms.iter().fold(0.0, |sum, t| sum * z + t);
        density * at(&ABOVE) / at(&BELOW)
    } else {
        let fraction = (1..=4).rev().fold(z + 0.65, |f, k| z + f64::from(k) / f);
        density / fraction / (2.0 * std::f64::consts::PI).sqrt()
    };
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// P(|T| >= |t|) for Student's t with `df` degrees of freedom.
pub(super) fn student_two_sided(t: f64, df: f64) -> f64 {
    let square = t * t;
    let shape = Beta {
        a: 0.5 * df,
        b: 0.5,
    };
    shape.tails(df / (df + square), square / (df + square)).0
}

/// P(X <= x) for a noncentral F with those degrees of freedom and noncentrality, and how fast it
/// falls in the noncentrality: a Poisson mixture of beta tails, whose terms follow from one another.
pub(super) fn noncentral_f_lower(x: f64, above: f64, below: f64, noncentrality: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 0.0);
    }
    let share = above * x / (above * x + below);
    let rest = below / (above * x + below);
    let mean = 0.5 * noncentrality;
    let shape = |j: f64| Beta {
        a: 0.5 * above + j,
        b: 0.5 * below,
    };
    if mean <= 0.0 {
        let tail = shape(0.0).tails(share, rest).0;
        return (tail, 0.5 * shape(0.0).lost(share, rest));
    }
    let middle = mean.floor();
    let reach = 10.0 + 9.0 * mean.sqrt();
    // What a tail loses from one term to the next, and the weights, upwards from the middle.
    let (mut lost, mut weight) = (
        shape(middle).lost(share, rest),
        poisson_density(middle, mean),
    );
    let at_middle = (lost, weight);
    let mut above_middle = Vec::with_capacity(128);
    let mut j = middle;
    while j <= middle + reach {
        above_middle.push((lost, weight));
        let Beta { a, b } = shape(j);
        lost *= share * (a + b) / (a + 1.0);
        j += 1.0;
        weight *= mean / j;
    }
    // Downwards the tails are sums of what was lost, so that nothing cancels.
    let mut tail = shape(j).tails(share, rest).0;
    let (mut total, mut fall, mut weights) = (0.0, 0.0, 0.0);
    let mut add = |lost: f64, weight: f64| {
        tail += lost;
        weights += weight;
        total += weight * tail;
        fall += weight * lost;
    };
    for &(lost, weight) in above_middle.iter().rev() {
        add(lost, weight);
    }
    let (mut lost, mut weight) = at_middle;
    let mut j = middle;
    while j >= 1.0 && j > middle - reach {
        let Beta { a, b } = shape(j - 1.0);
        lost *= (a + 1.0) / (share * (a + b));
        weight *= j / mean;
        add(lost, weight);
        j -= 1.0;
    }
    // The weights' common error drops out; what is left away of them is below rounding.
    ((total / weights).clamp(0.0, 1.0), 0.5 * fall / weights)
}

/// P(X <= k) for a Poisson count with that mean; between whole numbers it rises smoothly.
pub(super) fn poisson_lower(k: f64, mean: f64) -> f64 {
    if k < 0.0 {
        return 0.0;
    }
    if mean <= 0.0 {
        return 1.0;
    }
    gamma_tails(k + 1.0, mean).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_normal_is_the_exact_one() {
        for i in -400..=400 {
            let x = 0.02 * f64::from(i);
            let (fast, exact) = (normal_lower_fast(x), normal_lower(x));
            assert!((fast - exact).abs() < 2e-15, "{x}: {fast} {exact}");
        }
        assert!(normal_lower_fast(-45.0) < 1e-300 && normal_lower_fast(45.0) >= 1.0);
    }

    #[test]
    fn tails_are_those_of_r() {
        // R 4.2.2: pnorm(c(-1.5, 2)), 2 * pt(-2.1, 7), pf(3, 2, 20, ncp = 5), ppois(3, 4.5)
        assert!((normal_lower(-1.5) - 0.066_807_201_268_858_07).abs() < 1e-14);
        assert!((normal_lower(2.0) - 0.977_249_868_051_820_8).abs() < 1e-14);
        assert!((student_two_sided(2.1, 7.0) - 0.073_871_196_212_922_6).abs() < 1e-12);
        // R's own series stops at 1e-9.
        assert!((noncentral_f_lower(3.0, 2.0, 20.0, 5.0).0 - 0.484_131_732_717_944_6).abs() < 1e-9);
        assert!((poisson_lower(3.0, 4.5) - 0.342_295_955_834_591_1).abs() < 1e-13);
    }

    #[test]
    fn terms_that_follow_from_one_another_are_those_of_the_sum() {
        for (x, above, below) in [(0.05, 1.0, 147.0), (3.0, 2.0, 20.0), (40.0, 11.0, 137.0)] {
            for noncentrality in [0.0, 0.7, 5.0, 80.0, 900.0, 2e4] {
                let mean = 0.5 * noncentrality;
                let term = |j: f64| {
                    let weight = if mean > 0.0 {
                        poisson_density(j, mean)
                    } else {
                        f64::from(u8::from(j < 0.5))
                    };
                    let shape = Beta {
                        a: 0.5 * above + j,
                        b: 0.5 * below,
                    };
                    let odds = above * x / below;
                    weight * shape.tails(odds / (1.0 + odds), 1.0 / (1.0 + odds)).0
                };
                let last = mean + 12.0 + 10.0 * mean.sqrt();
                let mut plain = 0.0;
                let mut j = (mean - 10.0 * mean.sqrt() - 12.0).floor().max(0.0);
                while j < last {
                    plain += term(j);
                    j += 1.0;
                }
                let (found, fall) = noncentral_f_lower(x, above, below, noncentrality);
                assert!(
                    (found - plain).abs() < 1e-13,
                    "{x} {noncentrality}: {found} {plain}"
                );
                let h = 1e-4 * (1.0 + noncentrality);
                let at = |by: f64| noncentral_f_lower(x, above, below, noncentrality + by).0;
                let slope = if noncentrality > 0.0 {
                    (at(-h) - at(h)) / (2.0 * h)
                } else {
                    (at(0.0) - at(h)) / h
                };
                assert!(
                    (fall - slope).abs() < 1e-4 * fall.max(1e-6),
                    "{fall} {slope}"
                );
            }
        }
    }
}
