//! The slope index of inequality by weighted least squares on the groups' values: closed form,
//! simulation, and the textbook regression whose spread comes from the residuals.

use crate::check;
use crate::error::{Error, Result};
use crate::inequality::relative::{RelativeIndex, Spread};
use crate::inequality::subgroup::{Subgroup, Weighted};
use crate::level::{Estimate, Interval, Level};
use crate::random::Draws;
use crate::special::student_quantile_upper;
use crate::sum::sum;

const SLOPE: &str = "the slope index";

/// The scale on which values are a straight line in the rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlopeScale {
    /// As they are.
    Identity,
    /// Logarithms, for rates.
    Log,
    /// Log odds, for proportions.
    Logit,
}

/// The slope index and its relative companion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlopeIndex {
    /// Fitted value at rank 1 minus fitted value at rank 0, in the unit of the values.
    pub slope: Estimate,
    /// Fitted value at rank 1 over fitted value at rank 0; none when either is not positive, or the
    /// ratio is larger than any number that can be represented.
    pub relative: Option<RelativeIndex>,
    /// The fitted value at rank 0.
    pub intercept: f64,
}

impl SlopeIndex {
    /// From the fitted values at rank 0 and 1, the half-width of the slope's interval, and the
    /// relative index of positive ends.
    pub(super) fn of_ends(
        (y0, y1): (f64, f64),
        half: f64,
        relative: impl FnOnce(f64) -> Option<RelativeIndex>,
    ) -> Result<Self> {
        let value = y1 - y0;
        let slope = Estimate::of(SLOPE, value, value - half, value + half)?;
        let intercept = check::result("the intercept", y0)?;
        Ok(SlopeIndex {
            slope,
            relative: (y0 > 0.0 && y1 > 0.0).then(|| relative(y1 / y0)).flatten(),
            intercept,
        })
    }

    /// The same gradient seen from the other end: the slope changes sign, the ratio is inverted.
    ///
    /// # Formula
    /// ```text
    /// slope' = -slope (-high to -low);  relative' = 1 / relative (1 / high to 1 / low)
    /// intercept' = intercept + slope
    /// ```
    /// The slope and the intercept are in the unit of the values, the relative index has none.
    ///
    /// # Useful for
    /// Publications that rank the least deprived first, or want a gap that is positive.
    ///
    /// # Not useful for
    /// Outcomes turned round (children without the event): the groups' values change as well.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the intercept cannot be represented. A ratio whose lower limit is 0 has
    /// no upper limit seen from the other end; the slope stays what it is.
    ///
    /// # Example
    /// ```
    /// use disparity_stats::{slope_index, Level, SlopeScale, Subgroup};
    /// let groups = [(60.0, 1_000.0), (44.0, 1_100.0), (20.0, 800.0)]
    ///     .map(|(o, n)| Subgroup::from_count(o, n).unwrap());
    /// let index = slope_index(&groups, SlopeScale::Identity, Level::P95)?;
    /// let back = index.reversed()?;
    /// assert_eq!(back.slope.value, -index.slope.value);
    /// assert_eq!(back.relative.map(|r| r.value), index.relative.map(|r| 1.0 / r.value));
    /// # Ok::<(), disparity_stats::Error>(())
    /// ```
    ///
    /// # References
    /// Low A, Low A (2004). Measuring the gap: quantifying and comparing local health inequalities.
    /// Journal of Public Health 26, 388-395. doi:10.1093/pubmed/fdh175
    pub fn reversed(self) -> Result<Self> {
        let Estimate { value, interval } = self.slope;
        Ok(SlopeIndex {
            slope: Estimate::of(SLOPE, -value, -interval.high, -interval.low)?,
            relative: self.relative.and_then(RelativeIndex::reversed),
            intercept: check::result("the intercept", self.intercept + value)?,
        })
    }
}

impl SlopeScale {
    fn to(self, y: f64) -> Result<f64> {
        match self {
            SlopeScale::Identity => Ok(y),
            SlopeScale::Log => check::positive("value", y).map(f64::ln),
            SlopeScale::Logit => {
                if y > 0.0 && y < 1.0 {
                    return Ok((y / (1.0 - y)).ln());
                }
                let must = "between 0 and 1, ends excluded, on the logit scale";
                Err(Error::Argument {
                    name: "value",
                    must,
                    found: y,
                })
            }
        }
    }

    fn back(self, u: f64) -> f64 {
        match self {
            SlopeScale::Identity => u,
            SlopeScale::Log => u.exp(),
            SlopeScale::Logit => 1.0 / (1.0 + (-u).exp()),
        }
    }

    /// How fast the value moves with its transform.
    fn slope_back(self, y: f64) -> f64 {
        match self {
            SlopeScale::Identity => 1.0,
            SlopeScale::Log => y,
            SlopeScale::Logit => y * (1.0 - y),
        }
    }
}

/// The straight line through the groups, as weights on their (transformed) values.
struct RankLine {
    /// Weights that give the fitted value at rank 0.
    at_zero: Vec<f64>,
    /// Weights that give the fitted value at rank 1.
    at_one: Vec<f64>,
    /// The weighted variance of the ranks.
    spread: f64,
    ranks: Vec<f64>,
}

impl RankLine {
    fn new(w: &Weighted<'_>) -> Result<Self> {
        let ranks = w.ranks();
        let spread = w.rank_variance(&ranks);
        if spread <= 0.0 {
            return Err(Error::Undefined {
                what: SLOPE,
                why: "the groups do not differ in rank",
            });
        }
        let gradient = |(p, r): (&f64, &f64)| p * (r - 0.5) / spread;
        let weights = |at: f64| {
            w.share
                .iter()
                .zip(&ranks)
                .map(|(p, r)| p + (at - 0.5) * gradient((p, r)))
                .collect()
        };
        Ok(RankLine {
            at_zero: weights(0.0),
            at_one: weights(1.0),
            spread,
            ranks,
        })
    }

    fn fitted(&self, values: &[f64]) -> (f64, f64) {
        let dot = |weights: &[f64]| sum(weights.iter().zip(values).map(|(w, y)| w * y));
        (dot(&self.at_zero), dot(&self.at_one))
    }
}

fn transformed(groups: &[Subgroup], scale: SlopeScale) -> Result<Vec<f64>> {
    groups
        .iter()
        .enumerate()
        .map(|(index, g)| scale.to(g.value).map_err(|e| e.at(index)))
        .collect()
}

#[doc = include_str!("../../docs/slope_index.md")]
pub fn slope_index(groups: &[Subgroup], scale: SlopeScale, level: Level) -> Result<SlopeIndex> {
    let w = Weighted::new(SLOPE, 2, groups)?;
    let line = RankLine::new(&w)?;
    let values = transformed(groups, scale)?;
    let (u0, u1) = line.fitted(&values);
    let (y0, y1) = (scale.back(u0), scale.back(u1));
    let (h0, h1) = (scale.slope_back(y0), scale.slope_back(y1));
    // Each group's pull on a quantity that moves with the fitted ends as given, times its error.
    let pull = |(on_zero, on_one): (f64, f64), i: usize| {
        let se = groups[i].se / scale.slope_back(groups[i].value);
        (on_one * line.at_one[i] - on_zero * line.at_zero[i]) * se
    };
    let shared = |left, right| sum((0..groups.len()).map(|i| pull(left, i) * pull(right, i)));
    let error = |ends| shared(ends, ends).sqrt();
    let z = level.z();
    SlopeIndex::of_ends((y0, y1), z * error((h0, h1)), |ratio| match scale {
        // The ends are normal, so their ratio has Fieller's limits.
        SlopeScale::Identity => {
            let (zero, one) = ((-1.0 / y0, 0.0), (0.0, 1.0 / y1));
            let spread = Spread {
                at_zero: shared(zero, zero),
                at_one: shared(one, one),
                shared: shared(zero, one),
            };
            RelativeIndex::fieller(ratio, spread, z)
        }
        // The ratio's logarithm is a difference on the scale of the line, or nearly.
        SlopeScale::Log | SlopeScale::Logit => {
            RelativeIndex::log_normal(ratio, z * error((h0 / y0, h1 / y1)))
        }
    })
}

/// How a slope index is simulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlopeSimulation {
    /// The scale on which a group's value is normal: logarithmic for rates, logit for proportions.
    pub draw_on: SlopeScale,
    /// The confidence level.
    pub level: Level,
    /// The seed of the draws.
    pub seed: u64,
    /// How many sets of groups are drawn.
    pub repetitions: u32,
}

#[doc = include_str!("../../docs/slope_index_simulated.md")]
pub fn slope_index_simulated(
    groups: &[Subgroup],
    scale: SlopeScale,
    simulation: SlopeSimulation,
) -> Result<SlopeIndex> {
    let SlopeSimulation {
        draw_on,
        level,
        seed,
        repetitions,
    } = simulation;
    if !(100..=10_000_000).contains(&repetitions) {
        let found = f64::from(repetitions);
        return Err(Error::Argument {
            name: "repetitions",
            must: "from 100 to 10,000,000",
            found,
        });
    }
    let point = slope_index(groups, scale, level)?;
    let (slopes, ratios) = draw_slopes(groups, scale, draw_on, (seed, repetitions))?;
    let (low, high) = central(slopes, level);
    let slope = Estimate {
        value: point.slope.value,
        interval: Interval::of("the simulated interval", low, high)?,
    };
    let relative = point.relative.and_then(|found| {
        let (low, high) = central(ratios, level);
        RelativeIndex::drawn(found.value, low, high)
    });
    Ok(SlopeIndex {
        slope,
        relative,
        intercept: point.intercept,
    })
}

/// Slopes and relative indexes of sets of groups drawn around those given. A draw without a value on
/// the line's scale is left out; of the rest, an index over a first end of 0 or less is infinite.
fn draw_slopes(
    groups: &[Subgroup],
    scale: SlopeScale,
    draw_on: SlopeScale,
    (seed, repetitions): (u64, u32),
) -> Result<(Vec<f64>, Vec<f64>)> {
    let line = RankLine::new(&Weighted::new(SLOPE, 2, groups)?)?;
    let centres = transformed(groups, draw_on)?;
    let errors: Vec<f64> = groups
        .iter()
        .map(|g| g.se / draw_on.slope_back(g.value))
        .collect();
    let mut draws = Draws::from_seed(seed);
    let mut values = vec![0.0; groups.len()];
    let (mut slopes, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..repetitions {
        let mut exists = true;
        for ((value, centre), error) in values.iter_mut().zip(&centres).zip(&errors) {
            let drawn = centre + error * draws.normal();
            if scale == draw_on {
                *value = drawn;
                continue;
            }
            // The rest are drawn all the same, so that the draws that follow are what they were.
            match scale.to(draw_on.back(drawn)) {
                Ok(transformed) => *value = transformed,
                Err(_) => exists = false,
            }
        }
        if !exists {
            continue;
        }
        let (u0, u1) = line.fitted(&values);
        let (y0, y1) = (scale.back(u0), scale.back(u1));
        slopes.push(y1 - y0);
        ratios.push(if y0 > 0.0 {
            (y1 / y0).max(0.0)
        } else {
            f64::INFINITY
        });
    }
    if slopes.len() * 10 < repetitions as usize * 9 {
        return Err(Error::Undefined {
            what: SLOPE,
            why: "more than a tenth of the draws have no value on the scale of the line",
        });
    }
    Ok((slopes, ratios))
}

/// The order statistics that cut off the tails of a simulated distribution.
fn central(mut values: Vec<f64>, level: Level) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within 1 to n"
    )]
    let at = |p: f64| values[((p * n as f64).round() as usize).clamp(1, n) - 1];
    (at(level.tail()), at(1.0 - level.tail()))
}

/// A slope whose spread comes from the residuals, and the slope over the population mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearSlope {
    /// Fitted value at rank 1 minus fitted value at rank 0, in the unit of the values.
    pub slope: Estimate,
    /// The slope divided by the population mean; none when the mean is not positive.
    pub over_mean: Option<Estimate>,
    /// The fitted value at rank 0.
    pub intercept: f64,
}

#[doc = include_str!("../../docs/slope_index_linear.md")]
pub fn slope_index_linear(groups: &[Subgroup], level: Level) -> Result<LinearSlope> {
    let w = Weighted::new(SLOPE, 3, groups)?;
    let line = RankLine::new(&w)?;
    let values: Vec<f64> = groups.iter().map(|g| g.value).collect();
    let (y0, y1) = line.fitted(&values);
    let value = y1 - y0;
    let residuals = w
        .iter()
        .zip(&line.ranks)
        .map(|((g, p), r)| p * (g.value - y0 - value * r).powi(2));
    let degrees = (groups.len() - 2) as f64;
    let se = (sum(residuals) / degrees / line.spread).sqrt();
    let half = student_quantile_upper(level.tail(), degrees) * se;
    let slope = Estimate::of(SLOPE, value, value - half, value + half)?;
    let over_mean = if w.mean > 0.0 {
        let (v, h) = (value / w.mean, half / w.mean);
        Some(Estimate::of("the slope over the mean", v, v - h, v + h)?)
    } else {
        None
    };
    let intercept = check::result("the intercept", y0)?;
    Ok(LinearSlope {
        slope,
        over_mean,
        intercept,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(values: [f64; 5], error: f64) -> Vec<Subgroup> {
        values
            .map(|value| Subgroup {
                population: 1_000.0,
                value,
                se: error * value,
            })
            .to_vec()
    }

    fn simulated(g: &[Subgroup], scale: SlopeScale, draw_on: SlopeScale) -> Result<SlopeIndex> {
        let how = SlopeSimulation {
            draw_on,
            level: Level::P95,
            seed: 3,
            repetitions: 4_000,
        };
        slope_index_simulated(g, scale, how)
    }

    #[test]
    fn a_first_end_that_may_be_nothing_leaves_no_upper_limit() {
        // Rising from close to 0: the slope has limits, the ratio has none above.
        let rising = groups([0.008, 0.012, 0.020, 0.030, 0.038], 0.3);
        let index = simulated(&rising, SlopeScale::Identity, SlopeScale::Identity).unwrap();
        let relative = index.relative.unwrap();
        assert!(relative.high.is_none() && relative.low > 1.0 && index.slope.interval.low > 0.0);
        // The same gradient from the other end: down to nothing, and never below.
        let falling = groups([0.038, 0.030, 0.020, 0.012, 0.008], 0.3);
        let index = simulated(&falling, SlopeScale::Identity, SlopeScale::Identity).unwrap();
        let relative = index.relative.unwrap();
        assert_eq!(relative.low.to_bits(), 0.0_f64.to_bits());
        assert!(index.reversed().unwrap().relative.unwrap().high.is_none());
    }

    #[test]
    fn the_closed_form_is_the_limit_of_draws_on_the_scale_of_the_line() {
        let steep = groups([0.040, 0.032, 0.024, 0.018, 0.012], 0.08);
        let closed = slope_index(&steep, SlopeScale::Identity, Level::P95).unwrap();
        let how = SlopeSimulation {
            draw_on: SlopeScale::Identity,
            level: Level::P95,
            seed: 5,
            repetitions: 200_000,
        };
        let drawn = slope_index_simulated(&steep, SlopeScale::Identity, how).unwrap();
        let (closed, drawn) = (closed.relative.unwrap(), drawn.relative.unwrap());
        assert!(
            (drawn.low / closed.low - 1.0).abs() < 0.02,
            "{drawn:?} {closed:?}"
        );
        let highs = drawn.high.unwrap() / closed.high.unwrap();
        assert!((highs - 1.0).abs() < 0.02, "{drawn:?} {closed:?}");
    }

    #[test]
    fn draws_without_a_logarithm_are_left_out_or_refused() {
        // At three standard errors a draw in 700 is negative; at one, a draw in six.
        let usual = groups([0.06, 0.05, 0.035, 0.03, 0.02], 1.0 / 3.0);
        let index = simulated(&usual, SlopeScale::Log, SlopeScale::Identity).unwrap();
        assert!(index.slope.interval.contains(index.slope.value));
        let thin = groups([0.06, 0.05, 0.035, 0.03, 0.02], 1.0);
        let refused = simulated(&thin, SlopeScale::Log, SlopeScale::Identity);
        assert!(
            matches!(refused, Err(Error::Undefined { what: SLOPE, .. })),
            "{refused:?}"
        );
    }
}
