//! How far units' ratios spread, as a distribution and not one number, and ratios drawn from all of that.

use super::common::rising;
use crate::check;
use crate::error::Result;
use crate::random::{Draws, GammaShape};
use crate::sum::sum;

/// How many shapes stand for all.
const SHAPES: u32 = 40;
/// What is left of a probability that all of it could be withheld from, at least.
const LEAST_LEFT: f64 = 1e-12;

/// A shape of the gamma distribution of units' ratios, and how probable it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LikelyShape {
    /// The shape: ratios have a coefficient of variation of 1 / sqrt(shape).
    pub shape: f64,
    /// Its probability given the counts.
    pub probability: f64,
}

/// The shapes that units' ratios may have, with their probabilities.
#[derive(Debug, Clone, PartialEq)]
pub struct GammaPoissonShapes(Vec<LikelyShape>);

/// A unit of which a count and an uncertain expected count are known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UncertainUnit {
    /// The count.
    pub count: f64,
    /// How many would be counted if the ratio were the prior mean.
    pub expected: f64,
    /// The variance of that number over the square of its mean.
    pub relative_variance: f64,
}

/// A ratio to the prior mean that a unit may have, and the weight of its draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrawnRatio {
    /// The ratio.
    pub ratio: f64,
    /// The weight.
    pub weight: f64,
}

#[doc = include_str!("../../docs/gamma_poisson_shapes.md")]
pub fn gamma_poisson_shapes(
    units: &[UncertainUnit],
    typical_spread: f64,
    withheld_to: u32,
) -> Result<GammaPoissonShapes> {
    let typical = check::positive("the typical spread", typical_spread)?.powi(-2);
    let typical = check::positive("the shape of the typical spread", typical)?;
    for (at, unit) in units.iter().enumerate() {
        let sound = || {
            check::count(unit.count)?;
            check::denominator(unit.expected)?;
            check::count(unit.relative_variance)
        };
        sound().map_err(|error| error.at(at))?;
    }
    let shapes: Vec<f64> = (0..SHAPES)
        .map(|at| {
            let shrinkage = (f64::from(at) + 0.5) / f64::from(SHAPES);
            typical * shrinkage / (1.0 - shrinkage)
        })
        .collect();
    let logs: Vec<f64> = shapes
        .iter()
        .map(|shape| {
            sum(units.iter().map(|unit| {
                let size = unit.size(*shape);
                log_density(unit.count, unit.expected, size)
                    - shown(unit.expected, size, withheld_to).ln()
            }))
        })
        .collect();
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|log| (log - most).exp()).collect();
    let all = check::result("the probability of a shape", sum(weights.iter().copied()))?;
    let each = shapes.into_iter().zip(weights);
    Ok(GammaPoissonShapes(
        each.map(|(shape, weight)| LikelyShape {
            shape,
            probability: weight / all,
        })
        .collect(),
    ))
}

impl UncertainUnit {
    /// The shape of the ratio and the error of the expected count together.
    fn size(&self, shape: f64) -> f64 {
        1.0 / ((1.0 + 1.0 / shape) * (1.0 + self.relative_variance) - 1.0)
    }
}

impl GammaPoissonShapes {
    /// Every shape, the smallest first.
    #[must_use]
    pub fn as_slice(&self) -> &[LikelyShape] {
        &self.0
    }

    /// Ratios that a unit of that count may have, one for each draw of its expected count. A draw that the
    /// count makes more likely has a larger weight.
    ///
    /// # Errors
    /// [`Error`](crate::Error) for an illegal count or expected count.
    pub fn draw(&self, count: f64, expected: &[f64], draws: &mut Draws) -> Result<Vec<DrawnRatio>> {
        check::count(count)?;
        check::each(expected, check::denominator)?;
        let n = expected.len() as f64;
        let mean = sum(expected.iter().copied()) / n;
        let square = sum(expected.iter().map(|own| (own / mean - 1.0).powi(2))) / n;
        let unit = UncertainUnit {
            count,
            expected: mean,
            relative_variance: square,
        };
        let own: Vec<Prepared> = self
            .0
            .iter()
            .map(|likely| Prepared {
                shape: likely.shape,
                rising: rising(count, likely.shape),
                marginal: log_density(count, mean, unit.size(likely.shape)),
                gamma: GammaShape::new(count + likely.shape),
            })
            .collect();
        let places = Places::new(&self.0);
        let each = expected.iter().map(|expected| {
            let own = &own[places.next(draws)];
            let log = own.rising + count * expected.ln()
                - (count + own.shape) * (expected / own.shape).ln_1p();
            let ratio = draws.gamma_of(&own.gamma) / (expected + own.shape);
            Ok(DrawnRatio {
                ratio: check::result("the drawn ratio", ratio)?,
                weight: check::result("its weight", (log - own.marginal).exp())?,
            })
        });
        each.collect()
    }
}

/// A shape, and what of a count's probability depends on it alone.
struct Prepared {
    shape: f64,
    rising: f64,
    marginal: f64,
    gamma: GammaShape,
}

/// Positions of shapes, each as often as it is probable.
struct Places {
    cumulative: Vec<f64>,
}

impl Places {
    fn new(shapes: &[LikelyShape]) -> Self {
        let mut all = 0.0;
        let cumulative = shapes.iter().map(|likely| {
            all += likely.probability;
            all
        });
        Self {
            cumulative: cumulative.collect(),
        }
    }

    fn next(&self, draws: &mut Draws) -> usize {
        // One minus the distribution of an exponential variable is uniform.
        let uniform = (-draws.gamma(1.0)).exp();
        let at = self.cumulative.partition_point(|up_to| *up_to < uniform);
        at.min(self.cumulative.len() - 1)
    }
}

/// The logarithm of the negative binomial probability of a count, but for what depends on the count alone.
fn log_density(count: f64, mean: f64, size: f64) -> f64 {
    let events = if count > 0.0 { count * mean.ln() } else { 0.0 };
    rising(count, size) + events - (count + size) * (mean / size).ln_1p()
}

/// The probability of a count that is not from 1 to a threshold.
fn shown(mean: f64, size: f64, withheld_to: u32) -> f64 {
    let share = mean / (size + mean);
    let mut probability = (-size * (mean / size).ln_1p()).exp();
    let mut withheld = 0.0;
    for count in 1..=withheld_to {
        let count = f64::from(count);
        probability *= (count - 1.0 + size) / count * share;
        withheld += probability;
    }
    (1.0 - withheld).max(LEAST_LEFT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(count: f64, expected: f64) -> UncertainUnit {
        UncertainUnit {
            count,
            expected,
            relative_variance: 0.0,
        }
    }

    fn mean_spread(found: &GammaPoissonShapes) -> f64 {
        let all = found.as_slice().iter();
        all.map(|own| own.probability / own.shape.sqrt()).sum()
    }

    /// Ratios of a spread of a half at a mean of 4, of which counts from 1 to 5 are withheld.
    #[test]
    fn a_spread_is_found_in_what_is_left_when_small_counts_are_withheld() -> Result<()> {
        let mut draws = Draws::from_seed(3);
        let units: Vec<UncertainUnit> = (0..1_000)
            .map(|_| {
                let mean = draws.gamma(4.0);
                unit(draws.poisson(mean), 4.0)
            })
            .filter(|own| own.count <= 0.0 || own.count > 5.0)
            .collect();
        let told = mean_spread(&gamma_poisson_shapes(&units, 0.25, 5)?);
        let not = mean_spread(&gamma_poisson_shapes(&units, 0.25, 0)?);
        assert!((told - 0.5).abs() < 0.06 && not > 0.6, "{told} {not}");
        Ok(())
    }

    #[test]
    fn nothing_known_is_as_likely_above_the_typical_spread_as_below() -> Result<()> {
        let found = gamma_poisson_shapes(&[], 0.25, 0)?;
        let below: f64 = found
            .as_slice()
            .iter()
            .filter(|own| own.shape > 16.0)
            .map(|own| own.probability)
            .sum();
        assert!((below - 0.5).abs() < 1e-12, "{below}");
        assert!(gamma_poisson_shapes(&[unit(-1.0, 2.0)], 0.25, 0).is_err());
        assert!(gamma_poisson_shapes(&[], 0.0, 0).is_err());
        Ok(())
    }

    /// What is drawn has the posterior mean that is known where the expected count is sure.
    #[test]
    fn draws_have_the_mean_that_is_known() -> Result<()> {
        let units: Vec<UncertainUnit> = [9.0, 39.0, 11.0, 0.0, 2.0, 8.0]
            .into_iter()
            .map(|count| unit(count, 8.0))
            .collect();
        let found = gamma_poisson_shapes(&units, 0.25, 0)?;
        let mean: f64 = found
            .as_slice()
            .iter()
            .map(|own| own.probability * (39.0 + own.shape) / (8.0 + own.shape))
            .sum();
        let drawn = found.draw(39.0, &vec![8.0; 40_000], &mut Draws::from_seed(4))?;
        let weights: f64 = drawn.iter().map(|own| own.weight).sum();
        let value: f64 = drawn.iter().map(|own| own.weight * own.ratio).sum();
        assert!(
            (value / weights - mean).abs() < 0.02,
            "{} {mean}",
            value / weights
        );
        // The weights say nothing where there is nothing to choose from.
        assert!(drawn.iter().all(|own| (own.weight - 1.0).abs() < 1e-9));
        Ok(())
    }

    /// Figures of `tests/reference/gamma_poisson_shapes.csv`.
    #[test]
    fn probabilities_are_those_of_another_program() -> Result<()> {
        let counts = [9.0, 39.0, 11.0, 0.0, 2.0, 8.0, 6.0, 19.0, 3.0, 2.0];
        let expected = [1.4, 8.7, 3.0, 4.2, 5.7, 8.3, 3.6, 13.2, 2.5, 3.3];
        let variances = [0.01, 0.02, 0.0, 0.05, 0.1, 0.01, 0.03, 0.02, 0.2, 0.04];
        let units = counts.into_iter().zip(expected).zip(variances);
        let units: Vec<UncertainUnit> = units
            .map(|((count, expected), relative_variance)| UncertainUnit {
                count,
                expected,
                relative_variance,
            })
            .collect();
        let near = |found: f64, known: f64| (found / known - 1.0).abs() < 1e-9;
        let all = gamma_poisson_shapes(&units, 0.25, 0)?;
        let all = all.as_slice();
        assert!(near(all[2].shape, 1.066_666_666_666_666_7));
        for (at, known) in [
            (0, 0.014_420_913_013_023_937),
            (2, 0.344_953_622_424_570_67),
            (4, 0.062_351_019_147_876_42),
        ] {
            assert!(near(all[at].probability, known), "{at} {:?}", all[at]);
        }
        let shown = |unit: &&UncertainUnit| unit.count <= 0.0 || unit.count > 5.0;
        let units: Vec<UncertainUnit> = units.iter().filter(shown).copied().collect();
        let left = gamma_poisson_shapes(&units, 0.4, 5)?;
        let left = left.as_slice();
        for (at, known) in [
            (0, 8.498_570_680_718_44e-5),
            (2, 0.071_168_152_531_524_88),
            (9, 0.044_229_385_911_141_124),
        ] {
            assert!(near(left[at].probability, known), "{at} {:?}", left[at]);
        }
        Ok(())
    }
}
