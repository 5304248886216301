//! The standard normal distribution: tails and quantiles.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use statrs::function::erf::{erfc, erfc_inv};

/// P(|Z| >= |x|).
pub(crate) fn normal_two_sided(x: f64) -> f64 {
    erfc(x.abs() * FRAC_1_SQRT_2)
}

/// The `x` with P(Z > x) = `tail`, for `0 < tail < 1`.
pub(crate) fn normal_quantile_upper(tail: f64) -> f64 {
    if tail > 0.5 {
        return -normal_quantile_upper(1.0 - tail);
    }
    let start = SQRT_2 * erfc_inv(2.0 * tail);
    // One Halley step takes the starting value's 13 digits to the full 16.
    let density = (-0.5 * start * start).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if density <= 0.0 {
        return start;
    }
    let step = (0.5 * erfc(start * FRAC_1_SQRT_2) - tail) / density;
    start + step / (1.0 - 0.5 * start * step)
}
