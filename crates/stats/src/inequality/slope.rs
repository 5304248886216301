//! The slope index of inequality by weighted least squares on the groups' values: closed form,
//! simulation, and the textbook regression whose spread comes from the residuals.

use crate::check;
use crate::error::{Error, Result};
use crate::inequality::subgroup::{Subgroup, Weighted};
use crate::level::{Estimate, Interval, Level};
use crate::random::Draws;
use crate::special::student_quantile_upper;
use crate::sum::sum;

const SLOPE: &str = "the slope index";
const RELATIVE: &str = "the relative index";

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
    /// Fitted value at rank 1 over fitted value at rank 0; none when either is not positive.
    pub relative: Option<Estimate>,
    /// The fitted value at rank 0.
    pub intercept: f64,
}

impl SlopeIndex {
    /// From the fitted values at rank 0 and 1, the half-width of the slope's interval, and that of
    /// the logarithm of the relative index, which is asked for only when there is one.
    pub(super) fn of_ends(
        (y0, y1): (f64, f64),
        half: f64,
        log_half: impl FnOnce() -> f64,
    ) -> Result<Self> {
        let value = y1 - y0;
        let slope = Estimate::of(SLOPE, value, value - half, value + half)?;
        let relative = if y0 > 0.0 && y1 > 0.0 {
            let (ratio, factor) = (y1 / y0, log_half().exp());
            Some(Estimate::of(
                RELATIVE,
                ratio,
                ratio / factor,
                ratio * factor,
            )?)
        } else {
            None
        };
        let intercept = check::result("the intercept", y0)?;
        Ok(SlopeIndex {
            slope,
            relative,
            intercept,
        })
    }

    /// The same gradient seen from the other end: the slope changes sign, the ratio is inverted.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the inverted ratio cannot be represented.
    pub fn reversed(self) -> Result<Self> {
        let Estimate { value, interval } = self.slope;
        let relative = match self.relative {
            Some(Estimate {
                value: v,
                interval: i,
            }) => Some(Estimate::of(RELATIVE, 1.0 / v, 1.0 / i.high, 1.0 / i.low)?),
            None => None,
        };
        Ok(SlopeIndex {
            slope: Estimate::of(SLOPE, -value, -interval.high, -interval.low)?,
            relative,
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
struct Line {
    /// Weights that give the fitted value at rank 0.
    at_zero: Vec<f64>,
    /// Weights that give the fitted value at rank 1.
    at_one: Vec<f64>,
    /// The weighted variance of the ranks.
    spread: f64,
    ranks: Vec<f64>,
}

impl Line {
    fn new(w: &Weighted<'_>) -> Result<Self> {
        let ranks = w.ranks();
        // The population mean of the middle ranks is one half.
        let spread = sum(w
            .share
            .iter()
            .zip(&ranks)
            .map(|(p, r)| p * (r - 0.5).powi(2)));
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
        Ok(Line {
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
    let line = Line::new(&w)?;
    let values = transformed(groups, scale)?;
    let (u0, u1) = line.fitted(&values);
    let (y0, y1) = (scale.back(u0), scale.back(u1));
    let (h0, h1) = (scale.slope_back(y0), scale.slope_back(y1));
    // Each group's pull on a quantity that moves with the fitted ends as given, times its error.
    let error = |on_one: f64, on_zero: f64| {
        let pull = |i: usize| on_one * line.at_one[i] - on_zero * line.at_zero[i];
        let se = |i: usize| groups[i].se / scale.slope_back(groups[i].value);
        sum((0..groups.len()).map(|i| (pull(i) * se(i)).powi(2))).sqrt()
    };
    let z = level.z();
    let log_half = || z * error(h1 / y1, h0 / y0);
    SlopeIndex::of_ends((y0, y1), z * error(h1, h0), log_half)
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
    let w = Weighted::new(SLOPE, 2, groups)?;
    let line = Line::new(&w)?;
    let centres = transformed(groups, draw_on)?;
    let errors: Vec<f64> = groups
        .iter()
        .map(|g| g.se / draw_on.slope_back(g.value))
        .collect();
    let mut draws = Draws::from_seed(seed);
    let mut values = vec![0.0; groups.len()];
    let (mut slopes, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..repetitions {
        for ((value, centre), error) in values.iter_mut().zip(&centres).zip(&errors) {
            let drawn = centre + error * draws.normal();
            *value = if scale == draw_on {
                drawn
            } else {
                scale.to(draw_on.back(drawn))?
            };
        }
        let (u0, u1) = line.fitted(&values);
        let (y0, y1) = (scale.back(u0), scale.back(u1));
        slopes.push(y1 - y0);
        ratios.push(if y0 > 0.0 { y1 / y0 } else { f64::INFINITY });
    }
    let slope = Estimate {
        value: point.slope.value,
        interval: central(slopes, level)?,
    };
    let relative = match point.relative {
        Some(r) => Some(Estimate {
            value: r.value,
            interval: central(ratios, level)?,
        }),
        None => None,
    };
    Ok(SlopeIndex {
        slope,
        relative,
        intercept: point.intercept,
    })
}

/// The order statistics that cut off the tails of a simulated distribution.
fn central(mut values: Vec<f64>, level: Level) -> Result<Interval> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within 1 to n"
    )]
    let at = |p: f64| values[((p * n as f64).round() as usize).clamp(1, n) - 1];
    Interval::of(
        "the simulated interval",
        at(level.tail()),
        at(1.0 - level.tail()),
    )
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
    let line = Line::new(&w)?;
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
        Some(Estimate::of(RELATIVE, v, v - h, v + h)?)
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
