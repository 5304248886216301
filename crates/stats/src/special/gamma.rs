//! The regularised incomplete gamma function, its inverse, and the Poisson density.

use statrs::function::gamma::ln_gamma;

use super::normal::normal_quantile_upper;

const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;
/// Above this shape the asymptotic forms are exact to rounding, and series would take for ever.
const ASYMPTOTIC_SHAPE: f64 = 1e7;

/// ln Γ(a + 1) minus Stirling's formula; small and smooth, so that densities keep their digits.
pub(super) fn stirling_error(a: f64) -> f64 {
    if a < 16.0 {
        return ln_gamma(a + 1.0) - (a + 0.5) * a.ln() + a - LN_SQRT_2PI;
    }
    let s = 1.0 / (a * a);
    (1.0 / 12.0 - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s * (1.0 / 1680.0 - s / 1188.0)))) / a
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
    quantile(a, p, true)
}

/// The `x` with upper tail `q` for shape `a > 0`, `0 < q < 1`.
pub(crate) fn gamma_quantile_upper(a: f64, q: f64) -> f64 {
    quantile(a, q, false)
}

/// The Cornish-Fisher expansion of a gamma quantile (Johnson, Kotz and Balakrishnan 1994, ch. 18).
fn cornish_fisher(a: f64, z: f64) -> f64 {
    let r = a.sqrt();
    let z2 = z * z;
    a + r * z + (z2 - 1.0) / 3.0 + z * (z2 - 7.0) / (36.0 * r)
        - (3.0 * z2 * z2 + 7.0 * z2 - 16.0) / (810.0 * a)
        + z * (9.0 * z2 * z2 + 256.0 * z2 - 433.0) / (38_880.0 * a * r)
}

fn start(a: f64, z: f64, lower_tail: f64) -> f64 {
    if a >= 5.0 {
        let guess = cornish_fisher(a, z);
        if guess > 0.0 {
            return guess;
        }
    }
    let t = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt());
    let wilson_hilferty = a * t * t * t;
    if t > 0.3 {
        return wilson_hilferty;
    }
    // Deep in the lower tail the first term of the series is enough.
    ((lower_tail.ln() + ln_gamma(a + 1.0)) / a).exp()
}

fn quantile(a: f64, tail: f64, is_lower: bool) -> f64 {
    let z = if is_lower {
        -normal_quantile_upper(tail)
    } else {
        normal_quantile_upper(tail)
    };
    if a >= ASYMPTOTIC_SHAPE {
        return cornish_fisher(a, z).max(0.0);
    }
    let lower_tail = if is_lower { tail } else { 1.0 - tail };
    let mut x = start(a, z, lower_tail);
    let (mut low, mut high) = (0.0, f64::INFINITY);
    for _ in 0..200 {
        let (p, q) = gamma_tails(a, x);
        // Above zero when x is too large; measured in the tail that was asked for.
        let excess = if is_lower { p - tail } else { tail - q };
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
        let next = if next.is_finite() && next > low && next < high {
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
    fn the_asymptotic_form_meets_the_iterated_one() {
        for tail in [0.001, 0.025, 0.5] {
            let below = gamma_quantile_upper(9.999e6, tail);
            let z = normal_quantile_upper(tail);
            assert!((cornish_fisher(9.999e6, z) / below - 1.0).abs() < 1e-14);
        }
    }
}
