//! Limits of very many counts at one level, from column to columns.

use super::poisson::{BYAR_FROM, CountMethod, byar_limits};
use crate::check;
use crate::error::Result;
use crate::level::Level;
use crate::special::{GammaQuantile, GammaQuantileCurve};

/// The limits of Poisson counts at one level, for columns of millions of counts of which none comes twice.
///
/// Exact limits of counts below about 65 are read off polynomials in the count that are worked out once (some 3,000 limits),
/// instead of being iterated for each; they differ from [`exact_poisson`](crate::exact_poisson)'s by less than 2 in 10¹³ of
/// themselves. At levels above 99.99% they are iterated all the same. Byar's limits are those of [`byar`](crate::byar).
/// Threads may share one.
///
/// # Example
/// ```
/// use disparity_stats::{CountLimits, CountMethod, Level};
/// let limits = CountLimits::new(Level::P95, Some(CountMethod::Exact));
/// let (mut low, mut high) = ([0.0; 2], [0.0; 2]);
/// limits.fill(&[0.0, 7.5], &mut low, &mut high)?;
/// assert_eq!(low[0], 0.0);
/// assert!((high[0] - 3.688_879_454).abs() < 1e-9); // R: qgamma(0.975, 1)
/// # Ok::<(), disparity_stats::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct CountLimits {
    z: f64,
    /// Of what is exact below 10, or everywhere.
    exact: Option<Exact>,
    byar_from: f64,
}

#[derive(Debug, Clone)]
struct Exact {
    low: GammaQuantileCurve,
    high: GammaQuantileCurve,
}

impl CountLimits {
    /// What all counts share: exact or Byar's limits, or without a method exact ones below 10 and Byar's from there.
    #[must_use]
    pub fn new(level: Level, method: Option<CountMethod>) -> Self {
        let (tail, z) = (level.tail(), level.z());
        let exact = (method != Some(CountMethod::Byar)).then(|| Exact {
            low: GammaQuantileCurve::new(GammaQuantile::lower(tail, z)),
            high: GammaQuantileCurve::new(GammaQuantile::upper(tail, z)),
        });
        let byar_from = match method {
            None => BYAR_FROM,
            Some(CountMethod::Byar) => 0.0,
            Some(CountMethod::Exact) => f64::INFINITY,
        };
        Self {
            z,
            exact,
            byar_from,
        }
    }

    /// Writes the limits of counts into two columns of their length.
    ///
    /// # Errors
    /// [`Error::Lengths`](crate::Error::Lengths) of columns of another length; [`Error::At`](crate::Error::At) with the
    /// position of the first count that is negative, not finite or above 2^53. The columns then hold nothing that means
    /// anything.
    pub fn fill(&self, counts: &[f64], low: &mut [f64], high: &mut [f64]) -> Result<()> {
        check::same_length("counts", counts, "low", low)?;
        check::same_length("counts", counts, "high", high)?;
        // All at once, without a branch; the position is sought only if there is one.
        #[expect(
            clippy::needless_bitwise_bool,
            reason = "lazily, eight counts are not compared at a time"
        )]
        let well = |all: bool, count: &f64| all & (*count >= 0.0) & (*count <= check::MAX_COUNT);
        if !counts.iter().fold(true, well) {
            check::each(counts, check::count)?;
        }
        if self.byar_from.is_finite() {
            let limits = counts.iter().map(|count| byar_limits(*count, self.z));
            for ((limits, low), high) in limits.zip(&mut *low).zip(&mut *high) {
                (*low, *high) = limits;
            }
        }
        let Some(exact) = &self.exact else {
            return Ok(());
        };
        for ((count, low), high) in counts.iter().zip(low).zip(high) {
            if *count < self.byar_from {
                *low = if *count > 0.0 {
                    exact.low.at(*count)
                } else {
                    0.0
                };
                *high = exact.high.at(count + 1.0);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::intervals::poisson::{byar, exact_poisson, poisson_count_interval};

    fn counts() -> Vec<f64> {
        let spread = (0..4_000).map(|row| f64::from(row) * 0.037_1);
        spread
            .chain([0.0, 9.999_999, 10.0, 64.5, 1e6, 9e15])
            .collect()
    }

    #[test]
    fn columns_are_the_limits_of_each_count() {
        let counts = counts();
        for level in [Level::P95, Level::P998] {
            for method in [None, Some(CountMethod::Exact), Some(CountMethod::Byar)] {
                let mut low = vec![0.0; counts.len()];
                let mut high = low.clone();
                CountLimits::new(level, method)
                    .fill(&counts, &mut low, &mut high)
                    .unwrap();
                for (row, count) in counts.iter().enumerate() {
                    let own = match method {
                        None => poisson_count_interval(*count, level).unwrap().0,
                        Some(CountMethod::Exact) => exact_poisson(*count, level).unwrap(),
                        Some(CountMethod::Byar) => byar(*count, level).unwrap(),
                    };
                    let near = |ours: f64, own: f64| (ours - own).abs() <= 2e-13 * own;
                    assert!(near(low[row], own.low), "{method:?} {count}");
                    assert!(near(high[row], own.high), "{method:?} {count}");
                }
            }
        }
    }

    #[test]
    fn the_first_count_that_means_nothing_is_refused_with_its_position() {
        let limits = CountLimits::new(Level::P95, None);
        for wrong in [-1.0, f64::NAN, f64::INFINITY, 1e16] {
            let (mut low, mut high) = ([0.0; 3], [0.0; 3]);
            let error = limits.fill(&[1.0, wrong, wrong], &mut low, &mut high);
            assert!(matches!(error, Err(Error::At { index: 1, .. })), "{wrong}");
        }
        assert!(limits.fill(&[1.0], &mut [], &mut [0.0]).is_err());
    }
}
