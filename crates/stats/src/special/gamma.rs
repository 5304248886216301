//! The regularised incomplete gamma function, its inverse, and the Poisson density.

use statrs::function::gamma::ln_gamma;

use super::gamma_expansion::GammaExpansion;
use super::normal::normal_quantile_upper;

/// Above this shape the asymptotic forms are exact to rounding, and series would take for ever.
const ASYMPTOTIC_SHAPE: f64 = 1e7;

/// ln Γ(a + 1) minus Stirling's formula; small and smooth, so that densities keep their digits.
pub(crate) fn stirling_error(mut a: f64) -> f64 {
    // From one shape to the next it falls by (a + 1/2) ln((a + 1) / a) - 1, all of whose terms in
    // v = 1 / (2 a + 1) are positive: v^2 / 3 + v^4 / 5 + ...
    let mut fallen = 0.0;
    while a < 8.0 {
        if a < 1.0 {
            fallen += (a + 0.5) * (a.ln_1p() - a.ln()) - 1.0;
        } else {
            let square = (2.0 * a + 1.0).powi(-2);
            let (mut power, mut of, mut last) = (square, 3.0, fallen);
            loop {
                fallen += power / of;
                if fallen <= last {
                    break;
                }
                last = fallen;
                power *= square;
                of += 2.0;
            }
        }
        a += 1.0;
    }
    let s = 1.0 / (a * a);
    let terms = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1_260.0,
        -1.0 / 1_680.0,
        1.0 / 1_188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3_617.0 / 122_400.0,
    ];
    fallen + terms.iter().rev().fold(0.0, |t, c| t * s + c) / a
}

/// x ln(x / m) + m - x without cancellation when x is close to m.
pub(super) fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = (x - m) / (x + m);
    let mut term = 2.0 * x * v;
    let mut total = (x - m) * v;
    for j in 1..1000 {
        term *= v * v;
        let next = total + term / f64::from(2 * j + 1);
        if (next - total).abs() <= 0.0 {
            break;
        }
        total = next;
    }
    total
}

/// e^-m m^x / Γ(x + 1) for real `x >= 0`, `m > 0`.
pub(crate) fn poisson_density(x: f64, m: f64) -> f64 {
    if x <= 0.0 {
        return (-m).exp();
    }
    if x < f64::MIN_POSITIVE * m {
        return (-m).exp();
    }
    (-stirling_error(x) - deviance(x, m)).exp() / (2.0 * std::f64::consts::PI * x).sqrt()
}

/// The lower and the upper regularised incomplete gamma function at `x` for shape `a > 0`.
pub(crate) fn gamma_tails(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if a > ASYMPTOTIC_SHAPE {
        return uniform_tails(a, x);
    }
    if x < a + 1.0 {
        let mut term = 1.0;
        let mut total = 1.0;
        let mut n = a;
        while term > total * 1e-17 {
            n += 1.0;
            term *= x / n;
            total += term;
        }
        let lower = (poisson_density(a, x) * total).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (a * poisson_density(a, x) * upper_fraction(a, x)).min(1.0);
        (1.0 - upper, upper)
    }
}

/// Both tails for a large shape: Temme's uniform expansion about the normal distribution.
fn uniform_tails(a: f64, x: f64) -> (f64, f64) {
    // a eta^2 / 2 = deviance; eta has the sign of x - a.
    let exponent = deviance(a, x);
    let eta = (2.0 * exponent / a).sqrt().copysign(x - a);
    let tail = if exponent < 700.0 {
        0.5 * gamma_tails(0.5, exponent).1
    } else {
        0.0
    };
    // Where the tail is not 0, eta is below 0.02 and three terms of the correction are enough.
    let correction = -1.0 / 3.0 + eta * (1.0 / 12.0 - eta * (2.0 / 135.0)) - 1.0 / (540.0 * a);
    let skew = (-exponent).exp() / (2.0 * std::f64::consts::PI * a).sqrt() * correction;
    if eta >= 0.0 {
        let upper = (tail + skew).clamp(0.0, 1.0);
        (1.0 - upper, upper)
    } else {
        let lower = (tail - skew).clamp(0.0, 1.0);
        (lower, 1.0 - lower)
    }
}

/// The continued fraction of the upper tail (modified Lentz).
fn upper_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..1_000_000 {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        if d.abs() < TINY {
            d = TINY;
        }
        c = b + an / c;
        if c.abs() < TINY {
            c = TINY;
        }
        d = 1.0 / d;
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    h
}

/// P(chi-square with `df` degrees of freedom > x).
pub(crate) fn chi_square_upper(x: f64, df: f64) -> f64 {
    gamma_tails(0.5 * df, 0.5 * x).1
}

/// The `x` with lower tail `p` for shape `a > 0`, `0 < p < 1`.
pub(crate) fn gamma_quantile_lower(a: f64, p: f64) -> f64 {
    GammaQuantile::lower(p, normal_quantile_upper(p)).at(a)
}

/// The `x` with upper tail `q` for shape `a > 0`, `0 < q < 1`.
pub(crate) fn gamma_quantile_upper(a: f64, q: f64) -> f64 {
    GammaQuantile::upper(q, normal_quantile_upper(q)).at(a)
}

/// The quantile that cuts off one tail, for many shapes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GammaQuantile {
    tail: f64,
    is_lower: bool,
    /// The normal deviate with the same lower tail.
    z: f64,
    expansion: GammaExpansion,
}

impl GammaQuantile {
    /// Cuts off the lower `tail`, which the normal distribution has beyond the deviate `-z`.
    pub(crate) fn lower(tail: f64, z: f64) -> Self {
        GammaQuantile {
            tail,
            is_lower: true,
            z: -z,
            expansion: GammaExpansion::new(-z),
        }
    }

    /// Cuts off the upper `tail`, which the normal distribution has beyond the deviate `z`.
    pub(crate) fn upper(tail: f64, z: f64) -> Self {
        GammaQuantile {
            tail,
            is_lower: false,
            z,
            expansion: GammaExpansion::new(z),
        }
    }

    /// The probability that is cut off.
    pub(crate) fn tail(&self) -> f64 {
        self.tail
    }

    /// The least shape whose quantile takes no iteration.
    pub(crate) fn quick_from(&self) -> f64 {
        self.expansion.from().min(ASYMPTOTIC_SHAPE)
    }

    /// The quantile for a shape above 0.
    pub(crate) fn at(&self, a: f64) -> f64 {
        if a >= self.quick_from() {
            return self.expansion.at(a).max(0.0);
        }
        // Where `a` is next to nothing the quantile is close to p^(1/a), smaller than any number here.
        if self.is_lower && self.tail.ln() <= a * f64::MIN_POSITIVE.ln() {
            return 0.0;
        }
        // From 16 on an upper tail, as 1 less the lower one, would lose a digit.
        let most = if self.is_lower { 100.0 } else { 16.0 };
        if a < most && self.tail >= 0.01 {
            return self.by_series(a, self.start(a));
        }
        self.iterated(a, self.start(a))
    }

    /// Halley's steps for a small shape and a tail that is not thin, by the series of the lower tail.
    fn by_series(&self, a: f64, mut x: f64) -> f64 {
        let (error, root) = (stirling_error(a), (2.0 * std::f64::consts::PI * a).sqrt());
        for _ in 0..20 {
            // The density times x, over a: x^a e^-x / Γ(a + 1).
            let factor = (-error - deviance(a, x)).exp() / root;
            let (mut term, mut total, mut n) = (1.0, 1.0, a);
            while term > total * 1e-17 {
                n += 1.0;
                term *= x / n;
                total += term;
            }
            let below = factor * total;
            let excess = if self.is_lower {
                below - self.tail
            } else {
                self.tail - (1.0 - below)
            };
            let newton = excess * x / (a * factor);
            let slope = (a - 1.0) / x - 1.0;
            let step = newton / (1.0 - 0.5 * (newton * slope).clamp(-1.0, 1.0));
            if !step.is_finite() || step.abs() >= 0.9 * x {
                break;
            }
            x -= step;
            // What is left after Halley's step is of the order of the step's cube.
            if step.abs() <= 1e-6 * x.min(x / a.sqrt()) {
                return x;
            }
        }
        self.iterated(a, self.start(a))
    }

    /// A point near the quantile, above 0.
    fn start(&self, a: f64) -> f64 {
        if a * 50.0 >= self.expansion.from() {
            let guess = self.expansion.at(a);
            if guess > 0.0 {
                return guess;
            }
        }
        let t = 1.0 - 1.0 / (9.0 * a) + self.z / (3.0 * a.sqrt());
        if t > 0.3 {
            // Wilson and Hilferty.
            return a * t * t * t;
        }
        let lower_tail = if self.is_lower {
            self.tail
        } else {
            1.0 - self.tail
        };
        // Deep in the lower tail the first term of the series is enough.
        ((lower_tail.ln() + ln_gamma(a + 1.0)) / a).exp()
    }

    /// Halley's steps from a point, kept between bounds.
    fn iterated(&self, a: f64, mut x: f64) -> f64 {
        let tail = self.tail;
        let (mut low, mut high) = (0.0, f64::INFINITY);
        for _ in 0..200 {
            let (p, q) = gamma_tails(a, x);
            // Above zero when x is too large; measured in the tail that was asked for.
            let excess = if self.is_lower { p - tail } else { tail - q };
            if excess > 0.0 {
                high = x;
            } else {
                low = x;
            }
            let density = a * poisson_density(a, x) / x;
            let newton = excess / density;
            // Halley's correction: the log density's slope is (a - 1) / x - 1.
            let slope = (a - 1.0) / x - 1.0;
            let damped = newton / (1.0 - 0.5 * (newton * slope).clamp(-1.0, 1.0));
            let next = x - damped;
            let inside = next.is_finite() && next > low && next < high;
            // What is left after Halley's step is of the order of the step's cube.
            if inside && damped.abs() <= 1e-6 * x.min(x / a.sqrt()) {
                return next;
            }
            let next = if inside {
                next
            } else if high.is_finite() {
                0.5 * (low + high)
            } else {
                2.0 * x + 1.0
            };
            if (next - x).abs() <= 4e-16 * x || next <= low || next >= high {
                return next;
            }
            x = next;
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_go_back_to_their_tails() {
        for a in [0.5, 1.0, 2.0, 9.0, 10.0, 150.0, 5e4, 9.9e6] {
            for tail in [1e-9, 0.001, 0.025, 0.3, 0.5, 0.9] {
                let low = gamma_quantile_lower(a, tail);
                assert!(
                    (gamma_tails(a, low).0 / tail - 1.0).abs() < 1e-9,
                    "{a} {tail}"
                );
                let high = gamma_quantile_upper(a, tail);
                assert!(
                    (gamma_tails(a, high).1 / tail - 1.0).abs() < 1e-9,
                    "{a} {tail}"
                );
            }
        }
    }

    #[test]
    fn the_uniform_tails_meet_the_series() {
        let a: f64 = 9.9e6;
        for z in [-5.0, -2.0, -0.1, 0.0, 1.0, 3.0, 6.0] {
            let x = a + z * a.sqrt();
            let ((p, q), (p2, q2)) = (gamma_tails(a, x), uniform_tails(a, x));
            let (series, uniform) = if z < 0.0 { (p, p2) } else { (q, q2) };
            assert!(
                (series / uniform - 1.0).abs() < 1e-9,
                "{z}: {series} {uniform}"
            );
        }
    }

    #[test]
    fn the_expansion_meets_the_iterated_quantile() {
        for tail in [1e-9, 0.001, 0.025, 0.05, 0.25, 0.5] {
            let z = normal_quantile_upper(tail);
            for quantile in [GammaQuantile::lower(tail, z), GammaQuantile::upper(tail, z)] {
                let from = quantile.quick_from();
                assert!(from < 600.0, "{tail}: {from}");
                for times in [1.0, 1.1, 1.7, 3.3, 20.0, 300.0, 9_000.0] {
                    let a = from * times;
                    let (quick, slow) = (quantile.at(a), quantile.iterated(a, a));
                    let off = (quick / slow - 1.0).abs();
                    assert!(off < 4e-15, "{tail} {a}: {quick} {slow} {off:e}");
                }
            }
        }
    }

    #[test]
    fn quantiles_are_those_of_fifty_digits() {
        // mpmath with 50 digits: the root of gammainc(a, 0, x, regularized=True) - p.
        for (a, tail, low, high) in [
            (3.0, 0.025, 0.618_672_122_895_601_3, 7.224_687_667_723_961),
            (9.5, 0.025, 4.453_258_240_993_986_5, 16.426_163_430_864_854),
            (40.0, 0.025, 28.576_586_441_788_96, 53.314_283_865_832_856),
            (70.0, 0.025, 54.568_434_107_945_485, 87.323_916_095_045_29),
            (70.0, 0.001, 46.962_824_348_141_986, 98.725_384_844_804_47),
            (95.25, 0.001, 67.913_499_672_933_88, 128.277_760_374_068_46),
            (153.0, 0.025, 129.717_175_251_729_88, 178.176_238_352_589_73),
            (
                1_000.0,
                0.05,
                948.559_849_383_651_1,
                1_052.577_118_082_320_6,
            ),
            (4_321.0, 0.025, 4_193.112_865_635_05, 4_450.781_408_722_53),
            (
                12_345.5,
                0.001,
                12_004.991_187_181_782,
                12_691.708_438_401_245,
            ),
        ] {
            let found = (gamma_quantile_lower(a, tail), gamma_quantile_upper(a, tail));
            let off = (found.0 / low - 1.0)
                .abs()
                .max((found.1 / high - 1.0).abs());
            // Of small shapes the tail is a sum of more that is rounded.
            let allowed = if a < 16.0 { 5e-15 } else { 2e-15 };
            assert!(off < allowed, "{a} {tail}: {found:?} {off:e}");
        }
    }
}
