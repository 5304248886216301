//! Sums that do not lose digits, and therefore do not depend on how a population was split.
//! Means and medians of a slice live here too; nothing with an interval does.

use crate::check;
use crate::error::Result;

/// Neumaier's compensated sum: the rounding error of each addition is carried along.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    pub(crate) fn add(&mut self, value: f64) {
        let next = self.total + value;
        self.lost += if self.total.abs() >= value.abs() {
            (self.total - next) + value
        } else {
            (value - next) + self.total
        };
        self.total = next;
    }

    pub(crate) fn merge(&mut self, other: Sum) {
        self.add(other.total);
        self.add(other.lost);
    }

    pub(crate) fn value(self) -> f64 {
        self.total + self.lost
    }
}

/// The sum of products and the lowest factor, in one pass: four compensated sums side by side, so
/// that the processor can overlap them.
pub(crate) fn sum_of_products(a: &[f64], b: &[f64]) -> (Sum, f64) {
    const LANES: usize = 4;
    let lower = |x: f64, low: f64| if x < low { x } else { low };
    let (mut total, mut lost, mut low) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    let (a4, b4) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a4.remainder().iter().zip(b4.remainder());
    for (x, y) in a4.zip(b4) {
        for i in 0..LANES {
            // Knuth's two-sum: as exact as Neumaier's, without a branch.
            let value = x[i] * y[i];
            let next = total[i] + value;
            let kept = next - total[i];
            lost[i] += (total[i] - (next - kept)) + (value - kept);
            total[i] = next;
            low[i] = lower(x[i], lower(y[i], low[i]));
        }
    }
    let (mut all, mut lowest) = (Sum::default(), 0.0);
    let used = if a.len() < LANES { 0 } else { LANES };
    for i in 0..used {
        all.add(total[i]);
        all.add(lost[i]);
        lowest = lower(low[i], lowest);
    }
    for (x, y) in rest {
        all.add(x * y);
        lowest = lower(*x, lower(*y, lowest));
    }
    (all, lowest)
}

pub(crate) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut total = Sum::default();
    for value in values {
        total.add(value);
    }
    total.value()
}

/// The arithmetic mean, summed with compensation so that row order does not matter.
///
/// # Formula
/// ```text
/// mean = sum(y) / n
/// ```
/// `y` are the `n` values, in any unit, which is the mean's as well.
///
/// # Useful for
/// Averages of measurements, each counted once.
///
/// # Not useful for
/// Rates of areas of different size, whose mean is not the rate of all of them: divide the total of the
/// events by the total of the persons.
///
/// # Errors
/// [`Error::TooFew`](crate::Error::TooFew) when empty; a position and its value when one is not finite.
///
/// # Example
/// ```
/// assert_eq!(disparity_stats::mean(&[1.0, 2.0, 6.0])?, 3.0);
/// # Ok::<(), disparity_stats::Error>(())
/// ```
///
/// # References
/// Neumaier A (1974). Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen.
/// Zeitschrift für Angewandte Mathematik und Mechanik 54, 39-51. doi:10.1002/zamm.19740540106
pub fn mean(values: &[f64]) -> Result<f64> {
    check::at_least("the mean", 1, values)?;
    check::each(values, |v| check::finite("value", v))?;
    check::result(
        "the mean",
        sum(values.iter().copied()) / values.len() as f64,
    )
}

/// The median: the middle value, or the mean of the two middle values.
///
/// # Formula
/// ```text
/// median = y((n + 1) / 2) for odd n, (y(n / 2) + y(n / 2 + 1)) / 2 for even n
/// ```
/// `y(i)` is the i-th of the `n` values in order, in any unit, which is the median's as well.
///
/// # Useful for
/// The typical authority, whatever the few extreme ones are.
///
/// # Not useful for
/// Totals: medians of parts say nothing about the median of the whole.
///
/// # Errors
/// [`Error::TooFew`](crate::Error::TooFew) when empty; a position and its value when one is not finite.
///
/// # Example
/// ```
/// assert_eq!(disparity_stats::median(&[4.0, 1.0, 3.0, 2.0])?, 2.5);
/// # Ok::<(), disparity_stats::Error>(())
/// ```
///
/// # References
/// Hyndman RJ, Fan Y (1996). Sample quantiles in statistical packages. The American Statistician 50,
/// 361-365. doi:10.1080/00031305.1996.10473566
pub fn median(values: &[f64]) -> Result<f64> {
    check::at_least("the median", 1, values)?;
    check::each(values, |v| check::finite("value", v))?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(quantile_sorted(&sorted, 0.5))
}

/// The sample quantile by linear interpolation between order statistics (Hyndman and Fan's type 7).
pub(crate) fn quantile_sorted(sorted: &[f64], p: f64) -> f64 {
    let last = sorted.len() - 1;
    let h = p * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 <= h <= last"
    )]
    let below = (h.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let share = h - below as f64;
    // Written so that two huge values of opposite sign cannot overflow.
    sorted[below] * (1.0 - share) + sorted[above] * share
}
