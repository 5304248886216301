//! The prior of ratios with one common mean: a negative-binomial likelihood in a shape and a mean.
//! A mean that depends on covariates is found in the module above.

use statrs::function::gamma::{digamma, ln_gamma};

use super::{LARGEST_SHAPE, SMALLEST_SHAPE};
use crate::check;
use crate::error::Result;
use crate::special::stirling_error;
use crate::sum::sum;

/// Shapes from here on are told apart by expansions in which nothing cancels.
const EXPANDED: f64 = 16.0;

/// The shape, or nothing when it grows without end, and the log of the mean.
pub(super) fn prior(counts: &[f64], expected: &[f64]) -> Result<(Option<f64>, f64)> {
    let mut units = Units::new(counts, expected)?;
    let shape = units.shape()?;
    let log_mean = units.log_mean(shape.unwrap_or(LARGEST_SHAPE))?;
    Ok((shape, log_mean))
}

struct Units<'a> {
    counts: &'a [f64],
    expected: &'a [f64],
    /// Every count that occurs, and how often.
    distinct: Vec<(f64, f64)>,
    /// The best log of the mean for the last shape, from which the next search begins.
    near: f64,
    /// The logs of the smallest and the largest ratio: the mean's lies between them.
    ends: (f64, f64),
}

impl<'a> Units<'a> {
    fn new(counts: &'a [f64], expected: &'a [f64]) -> Result<Self> {
        let pooled = sum(counts.iter().copied()) / sum(expected.iter().copied());
        let near = check::result("the prior mean", pooled.ln())?;
        let ratios = counts.iter().zip(expected).map(|(o, e)| (o / e).ln());
        let ends = ratios.fold((near, near), |(low, high), r| (low.min(r), high.max(r)));
        let mut sorted = counts.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let same = sorted.chunk_by(|a, b| a.total_cmp(b).is_eq());
        Ok(Units {
            counts,
            expected,
            distinct: same.map(|all| (all[0], all.len() as f64)).collect(),
            near,
            ends: (ends.0.max(near - 600.0), ends.1.min(near + 600.0)),
        })
    }

    fn units(&self) -> impl Iterator<Item = (f64, f64)> {
        let counts = self.counts.iter().copied();
        counts.zip(self.expected.iter().copied())
    }

    /// The log of the mean for a given shape. The score falls in it throughout, so that Newton's
    /// steps between bounds find the one place where it is 0.
    fn log_mean(&mut self, shape: f64) -> Result<f64> {
        let (mut low, mut high) = self.ends;
        let mut at = self.near.clamp(low, high);
        for _ in 0..200 {
            let mean = at.exp();
            let (mut score, mut fall) = (0.0, 0.0);
            for (o, e) in self.units() {
                let m = mean * e;
                let share = shape / (shape + m);
                score += (o - m) * share;
                fall += m * (shape + o) / (shape + m) * share;
            }
            if score > 0.0 {
                low = at;
            } else {
                high = at;
            }
            let newton = at + score / fall;
            let next = if newton >= low && newton <= high {
                newton
            } else {
                0.5 * (low + high)
            };
            let moved = (next - at).abs();
            at = next;
            // What is left after Newton's step is of the order of the step's square.
            if moved <= 1e-9 * (1.0 + at.abs()) {
                break;
            }
        }
        self.near = check::result("the prior mean", at)?;
        Ok(at)
    }

    /// The profile log-likelihood of the shape, but for what does not depend on it.
    fn profile(&mut self, shape: f64) -> Result<f64> {
        let log_mean = self.log_mean(shape)?;
        let mean = log_mean.exp();
        let own = self
            .distinct
            .iter()
            .map(|&(o, times)| times * rising(o, shape));
        let of_means = self.units().map(|(o, e)| {
            let m = mean * e;
            o * (log_mean + e.ln()) - (o + shape) * (m / shape).ln_1p()
        });
        Ok(sum(own) + sum(of_means))
    }

    /// The slope of the profile in the shape: the mean is at its best, so it drops out.
    fn slope(&mut self, shape: f64) -> Result<f64> {
        let mean = self.log_mean(shape)?.exp();
        let own = self
            .distinct
            .iter()
            .map(|&(o, times)| times * rise(o, shape));
        // ln(1 + o / shape) - ln(1 + m / shape) - (o - m) / (shape + m), the first taken from the rest.
        let of_means = self.units().map(|(o, e)| {
            let m = mean * e;
            let off = (o - m) / (shape + m);
            off.ln_1p() - off
        });
        Ok(sum(own) + sum(of_means))
    }

    /// The shape of greatest likelihood, or nothing when it grows without end.
    fn shape(&mut self) -> Result<Option<f64>> {
        // From the large ones down: there the best mean is that of all units together.
        let grid: Vec<f64> = (0..=24)
            .map(|i| SMALLEST_SHAPE * 10f64.powf(f64::from(i) / 2.0))
            .collect();
        let mut best = (f64::NEG_INFINITY, 0);
        for (i, &shape) in grid.iter().enumerate().rev() {
            let value = self.profile(shape)?;
            // A tie goes to the larger shape: more shrinkage when the data cannot tell.
            if value > best.0 {
                best = (value, i);
            }
        }
        if best.1 + 1 == grid.len() {
            return Ok(None);
        }
        let low = grid[best.1.saturating_sub(1)].ln();
        let high = grid[best.1 + 1].ln();
        let shape = self.stationary(low, high)?.exp();
        Ok((shape < LARGEST_SHAPE / 10.0).then_some(shape))
    }

    /// Where the slope in the log of the shape passes 0 from above, between logs: secants, and
    /// halves where they do not help.
    fn stationary(&mut self, mut low: f64, mut high: f64) -> Result<f64> {
        let mut slope = |log: f64| -> Result<f64> {
            let shape = log.exp();
            Ok(shape * self.slope(shape)?)
        };
        let mut last = (low, slope(low)?);
        let mut at = (0.5 * (low + high), 0.0);
        at.1 = slope(at.0)?;
        for _ in 0..100 {
            if at.1 > 0.0 {
                low = at.0;
            } else {
                high = at.0;
            }
            let secant = at.0 - at.1 * (at.0 - last.0) / (at.1 - last.1);
            let next = if secant > low && secant < high {
                secant
            } else {
                0.5 * (low + high)
            };
            let moved = (next - at.0).abs();
            last = at;
            at = (next, slope(next)?);
            if moved <= 1e-13 * (1.0 + next.abs()) || high - low <= 1e-14 {
                break;
            }
        }
        Ok(at.0)
    }
}

/// ln Γ(o + shape) - ln Γ(shape) - o ln(shape), without cancellation for large shapes.
pub(super) fn rising(o: f64, shape: f64) -> f64 {
    if o <= 0.0 {
        return 0.0;
    }
    if shape < EXPANDED {
        return ln_gamma(o + shape) - ln_gamma(shape) - o * shape.ln();
    }
    // Stirling's formula, and what it leaves out.
    let above = stirling_error(o + shape) - stirling_error(shape);
    (o + shape - 0.5) * (o / shape).ln_1p() - o + above
}

/// ψ(o + shape) - ψ(shape) - ln(1 + o / shape), without cancellation for large shapes.
fn rise(o: f64, shape: f64) -> f64 {
    if o <= 0.0 {
        return 0.0;
    }
    if shape < EXPANDED {
        return digamma(o + shape) - digamma(shape) - (o / shape).ln_1p();
    }
    // ψ(a) - ln a by Bernoulli's numbers; the first difference is taken whole.
    let rest = |a: f64| {
        let s = 1.0 / (a * a);
        s * (1.0 / 12.0 - s * (1.0 / 120.0 - s * (1.0 / 252.0 - s * (1.0 / 240.0 - s / 132.0))))
    };
    0.5 * o / (shape * (shape + o)) - (rest(o + shape) - rest(shape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expansions_meet_the_functions() {
        for shape in [16.0, 40.0, 900.0] {
            for o in [1.0, 3.5, 70.0, 2_000.0] {
                let whole = ln_gamma(o + shape) - ln_gamma(shape) - o * f64::ln(shape);
                assert!((rising(o, shape) - whole).abs() < 1e-11 * (1.0 + whole.abs()));
                let whole = digamma(o + shape) - digamma(shape) - (o / shape).ln_1p();
                assert!((rise(o, shape) - whole).abs() < 1e-13, "{o} {shape}");
            }
        }
    }

    #[test]
    fn the_slope_is_that_of_the_profile() -> Result<()> {
        let counts = [9.0, 39.0, 11.0, 0.0, 2.0, 8.0, 6.0, 19.0, 3.0, 2.0];
        let expected = [1.4, 8.7, 3.0, 4.2, 5.7, 8.3, 3.6, 13.2, 2.5, 3.3];
        let mut units = Units::new(&counts, &expected)?;
        for shape in [0.01, 0.7, 5.0, 30.0, 4e3] {
            let h = 1e-4 * shape;
            let differences = (units.profile(shape + h)? - units.profile(shape - h)?) / (2.0 * h);
            let slope = units.slope(shape)?;
            assert!(
                (slope - differences).abs() < 1e-6 * slope.abs().max(1e-3),
                "{shape}: {slope} {differences}"
            );
        }
        let shape = units.shape()?.expect("a spread");
        assert!(units.slope(shape)?.abs() < 1e-12);
        Ok(())
    }
}
