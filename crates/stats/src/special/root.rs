//! A bracketed root finder: Newton's step where it helps, bisection where it does not.

/// The root of an increasing function on `[low, high]`, where `f` gives the value and the slope.
/// Always returns a point of the bracket; a slope of 0 or a wild step falls back to bisection.
pub(crate) fn increasing_root(
    start: f64,
    mut low: f64,
    mut high: f64,
    f: impl Fn(f64) -> (f64, f64),
) -> f64 {
    let mut x = if start > low && start < high {
        start
    } else {
        0.5 * (low + high)
    };
    for _ in 0..200 {
        let (value, slope) = f(x);
        if value == 0.0 || high <= low {
            return x;
        }
        if value > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let newton = x - value / slope;
        let next = if newton > low && newton < high {
            newton
        } else {
            0.5 * (low + high)
        };
        if (next - x).abs() <= 1e-15 * x.abs() {
            return next;
        }
        x = next;
    }
    x
}
