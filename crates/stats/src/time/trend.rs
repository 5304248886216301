//! Tests and models of a straight trend, and the published rule for saying that there is one.

use crate::check;
use crate::error::{Error, Result};
use crate::inequality::{Line, exponential_fit};
use crate::level::{Estimate, Level};
use crate::special::{chi_square_upper, normal_two_sided};
use crate::sum::sum;

const TREND: &str = "the trend test";
/// How many of the latest points the published rule looks at.
const RECENT_POINTS: usize = 5;

/// A test that a straight trend is level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendTest {
    /// Chi-square with one degree of freedom.
    pub chi_square: f64,
    /// Its signed root: positive when values rise with the scores.
    pub z: f64,
    /// The two-sided p value.
    pub p_value: f64,
    /// The change in the value per unit of score.
    pub slope: f64,
}

/// Events, population and score of every point, checked.
struct Points {
    pooled: f64,
    /// Sum of (score - mean score) times (events - expected events).
    score: f64,
    /// Population-weighted sum of squares of the scores about their mean.
    spread: f64,
}

fn points(counts: &[f64], populations: &[f64], scores: &[f64]) -> Result<Points> {
    check::same_length("counts", counts, "populations", populations)?;
    check::same_length("counts", counts, "scores", scores)?;
    check::at_least(TREND, 2, counts)?;
    check::each(counts, check::count)?;
    check::each(populations, check::denominator)?;
    check::each(scores, |s| check::finite("score", s))?;
    let n = check::result("the population", sum(populations.iter().copied()))?;
    let pooled = sum(counts.iter().copied()) / n;
    let mean = sum(scores.iter().zip(populations).map(|(s, p)| s * (p / n)));
    let spread = sum(scores
        .iter()
        .zip(populations)
        .map(|(s, p)| p * (s - mean).powi(2)));
    let score =
        sum((0..counts.len()).map(|i| (scores[i] - mean) * (counts[i] - populations[i] * pooled)));
    check::result("the spread of the scores", spread)?;
    check::result(TREND, score)?;
    if spread <= 0.0 {
        return Err(Error::Undefined {
            what: TREND,
            why: "all scores are the same",
        });
    }
    Ok(Points {
        pooled,
        score,
        spread,
    })
}

fn test(p: &Points, variance: f64) -> Result<TrendTest> {
    if variance <= 0.0 {
        return Err(Error::Undefined {
            what: TREND,
            why: "every value is at the same bound",
        });
    }
    let z = check::result(TREND, p.score / (variance * p.spread).sqrt())?;
    Ok(TrendTest {
        chi_square: check::result(TREND, z * z)?,
        z,
        p_value: normal_two_sided(z),
        slope: check::result(TREND, p.score / p.spread)?,
    })
}

#[doc = include_str!("../../docs/cochran_armitage.md")]
pub fn cochran_armitage(x: &[f64], n: &[f64], scores: &[f64]) -> Result<TrendTest> {
    check::same_length("x", x, "n", n)?;
    for (index, (&x, &n)) in x.iter().zip(n).enumerate() {
        check::subset(x, n).map_err(|e| e.at(index))?;
    }
    let p = points(x, n, scores)?;
    test(&p, p.pooled * (1.0 - p.pooled))
}

#[doc = include_str!("../../docs/poisson_trend.md")]
pub fn poisson_trend(counts: &[f64], populations: &[f64], scores: &[f64]) -> Result<TrendTest> {
    let p = points(counts, populations, scores)?;
    test(&p, p.pooled)
}

/// A fitted log-linear trend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogLinearTrend {
    /// The rate's ratio from one unit of time to the next: 1.05 is a rise of 5% a year.
    pub ratio: Estimate,
    /// Wald's chi-square with one degree of freedom, after the dispersion is allowed for.
    pub chi_square: f64,
    /// The two-sided p value.
    pub p_value: f64,
    /// Pearson's dispersion; values below 1 are taken as 1.
    pub dispersion: f64,
}

#[doc = include_str!("../../docs/log_linear_trend.md")]
pub fn log_linear_trend(
    counts: &[f64],
    populations: &[f64],
    times: &[f64],
    level: Level,
) -> Result<LogLinearTrend> {
    let p = points(counts, populations, times)?;
    if p.pooled <= 0.0 {
        return Err(Error::Undefined {
            what: TREND,
            why: "there are no events",
        });
    }
    // Times are fitted as distances from their middle in units of their span.
    let low = times.iter().copied().fold(f64::INFINITY, f64::min);
    let high = times.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (middle, span) = (
        low / 2.0 + high / 2.0,
        check::result("the span of time", high - low)?,
    );
    let x: Vec<f64> = times.iter().map(|t| (t - middle) / span).collect();
    let Line {
        slope,
        se,
        dispersion,
    } = exponential_fit(&x, counts, populations)?;
    let (slope, se) = (slope / span, se / span);
    let factor = (level.z() * se).exp();
    let ratio = slope.exp();
    let chi_square = check::result(TREND, (slope / se).powi(2))?;
    Ok(LogLinearTrend {
        ratio: Estimate::of(
            "the ratio per unit of time",
            ratio,
            ratio / factor,
            ratio * factor,
        )?,
        chi_square,
        p_value: chi_square_upper(chi_square, 1.0),
        dispersion,
    })
}

/// One period of an indicator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendPoint {
    /// The period, in whole years.
    pub year: i32,
    /// Events.
    pub count: f64,
    /// Population.
    pub denominator: f64,
}

/// What may be said of the latest years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrendDirection {
    /// A significant rise.
    Increasing,
    /// A significant fall.
    Decreasing,
    /// No significant change.
    NoSignificantChange,
}

/// The five-point rule's verdict.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecentTrend {
    /// The verdict.
    pub direction: TrendDirection,
    /// The test behind it, on the latest five points.
    pub test: TrendTest,
    /// The first of the five years.
    pub from_year: i32,
}

/// The latest five years in order, or why there are none.
fn latest(points: &[TrendPoint]) -> Result<Vec<TrendPoint>> {
    check::at_least("the five-point rule", RECENT_POINTS, points)?;
    let mut sorted = points.to_vec();
    sorted.sort_by_key(|p| p.year);
    let latest = sorted.split_off(sorted.len() - RECENT_POINTS);
    let unbroken = latest
        .windows(2)
        .all(|w| i64::from(w[1].year) - i64::from(w[0].year) == 1);
    if unbroken {
        return Ok(latest);
    }
    Err(Error::Undefined {
        what: "the recent trend",
        why: "the latest five points are not five consecutive years",
    })
}

/// A test on counts, populations and scores.
type Test = fn(&[f64], &[f64], &[f64]) -> Result<TrendTest>;

fn verdict(points: &[TrendPoint], level: Level, test: Test) -> Result<RecentTrend> {
    let five = latest(points)?;
    let from_year = five[0].year;
    let counts: Vec<f64> = five.iter().map(|p| p.count).collect();
    let populations: Vec<f64> = five.iter().map(|p| p.denominator).collect();
    let scores: Vec<f64> = (1..=RECENT_POINTS).map(|i| i as f64).collect();
    let test = test(&counts, &populations, &scores)?;
    let direction = match test.p_value < 1.0 - level.value() {
        true if test.slope > 0.0 => TrendDirection::Increasing,
        true => TrendDirection::Decreasing,
        false => TrendDirection::NoSignificantChange,
    };
    Ok(RecentTrend {
        direction,
        test,
        from_year,
    })
}

#[doc = include_str!("../../docs/recent_trend.md")]
pub fn recent_trend(points: &[TrendPoint], level: Level) -> Result<RecentTrend> {
    verdict(points, level, poisson_trend)
}

#[doc = include_str!("../../docs/recent_trend_proportion.md")]
pub fn recent_trend_proportion(points: &[TrendPoint], level: Level) -> Result<RecentTrend> {
    verdict(points, level, cochran_armitage)
}
