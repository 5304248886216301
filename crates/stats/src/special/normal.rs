//! The standard normal distribution: tails and quantiles.
//!
//! statrs' error function holds ten digits; here it only starts the iteration.

use std::f64::consts::SQRT_2;

use statrs::function::erf::erfc_inv;

use super::gamma::gamma_tails;

/// P(|Z| >= |x|).
pub(crate) fn normal_two_sided(x: f64) -> f64 {
    gamma_tails(0.5, 0.5 * x * x).1
}

/// The `x` with P(Z > x) = `tail`, for `0 < tail < 1`.
pub(crate) fn normal_quantile_upper(tail: f64) -> f64 {
    if tail > 0.5 {
        return -normal_quantile_upper(1.0 - tail);
    }
    let start = SQRT_2 * erfc_inv(2.0 * tail);
    // One Halley step takes the starting value's ten digits to the full sixteen.
    let density = (-0.5 * start * start).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if density <= 0.0 || start <= 0.0 {
        return start.max(0.0);
    }
    let step = (0.5 * normal_two_sided(start) - tail) / density;
    start + step / (1.0 - 0.5 * start * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_r() {
        // R 4.2.2: qnorm(tail, lower.tail = FALSE)
        for (tail, expected) in [
            (0.4, 0.253_347_103_135_799_7),
            (0.05, 1.644_853_626_951_472),
            (0.025, 1.959_963_984_540_054),
            (0.001, 3.090_232_306_167_813),
            (1e-9, 5.997_807_015_007_686),
        ] {
            let found = normal_quantile_upper(tail);
            assert!((found - expected).abs() < 1e-14, "{tail}: {found}");
            assert!((normal_quantile_upper(1.0 - tail) + expected).abs() < 1e-6);
        }
    }
}
