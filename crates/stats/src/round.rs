//! Rounding for display, as the Department for Education rounds. Never used on data in transit.

use crate::check;
use crate::error::Result;

#[doc = include_str!("../docs/round_half_up.md")]
pub fn round_half_up(x: f64, decimal_places: u8) -> Result<f64> {
    const EPSILON: f64 = 1.5e-8;
    let x = check::finite("x", x)?;
    let scale = 10f64.powi(i32::from(decimal_places));
    let scaled = x.abs() * scale;
    if !scaled.is_finite() || scaled >= 4_503_599_627_370_496.0 {
        // No digits are left beyond the last place to round away.
        return Ok(x);
    }
    // Adding 0.0 turns a rounded -0 into 0, so that "-0" is never printed.
    Ok(((scaled + 0.5 + EPSILON).trunc() / scale).copysign(x) + 0.0)
}
