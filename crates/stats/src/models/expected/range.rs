//! Where the count of a group like it would lie: quantiles of Poisson counts with a normal log mean.
//! Exact at every size of count: no term of a sum over counts is ever computed.

use super::super::regression::LeftOut;
use super::super::tails::{normal_lower_fast, poisson_lower};
use crate::error::{Error, Result};
use crate::level::{Interval, Level};
use crate::special::normal_quantile_upper;

/// Counts above this are beyond what is told.
const LARGEST: f64 = 1e15;
/// A density this far below its mode, on the log scale, is nothing.
const NOTHING: f64 = 25.0;
/// A normal deviate that is not exceeded but for rounding.
const CERTAIN: f64 = 8.5;
/// The nodes and weights of the Gauss-Hermite rule with five nodes for a standard normal.
const NODES: [(f64, f64); 5] = [
    (-2.856_970_013_872_806, 0.011_257_411_327_720_69),
    (-1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (0.0, 0.533_333_333_333_333_3),
    (1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (2.856_970_013_872_806, 0.011_257_411_327_720_69),
];

pub(super) fn range(group: &LeftOut, level: Level) -> Result<Interval> {
    let scatter = group.sigma.hypot(group.std_error);
    // Dispersion beyond Poisson scatters the mean of the count as much as it adds to its variance.
    let extra = ((group.dispersion - 1.0).max(0.0) / group.expected)
        .ln_1p()
        .sqrt();
    let counts = Counts {
        centre: group.expected.ln() + group.centre(),
        scatter: scatter.hypot(extra),
    };
    let tail = level.tail();
    let failed = || Error::OutOfRange {
        what: "the range of counts",
    };
    Interval::of(
        "the range of counts",
        counts.quantile(tail).ok_or_else(failed)?,
        counts.quantile(1.0 - tail).ok_or_else(failed)?,
    )
}

/// Poisson counts whose log mean is normal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub(super) centre: f64,
    pub(super) scatter: f64,
}

impl Counts {
    /// P(count <= k), for whole k; between them it rises smoothly.
    ///
    /// A Poisson count with mean M is at most k when a gamma variable with shape k + 1 exceeds M,
    /// so this is the mean over that variable's log of the probability that M's log is lower.
    pub(super) fn lower(self, k: f64) -> f64 {
        let shape = k + 1.0;
        let width = 1.0 / shape.sqrt();
        if self.scatter <= 0.25 * width {
            let part = |x: f64| poisson_lower(k, (self.centre + self.scatter * x).exp());
            if self.scatter <= 0.0 {
                return part(0.0);
            }
            return NODES.iter().map(|&(x, weight)| weight * part(x)).sum();
        }
        // The trapezium rule on the log: exact to rounding, more steps where the gamma is skewed.
        let fine = if shape < 10.0 { 0.5 } else { 0.75 };
        let step = fine * width * self.scatter / self.scatter.hypot(width);
        let over = 1.0 / self.scatter;
        let from = (shape.ln() - self.centre) * over;
        let (mut total, mut below) = (1.0, normal_lower_fast(from));
        for by in [-step, step] {
            let (mut x, mut power) = (0.0, 1.0);
            let factor = by.exp();
            loop {
                x += by;
                power *= factor;
                // exp(x) - 1 - x, without cancelling where it is small.
                let bend = if shape < 1e4 {
                    power - 1.0 - x
                } else {
                    x * x
                        * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x * (1.0 / 120.0 + x / 720.0))))
                };
                let log = shape * bend;
                if log > NOTHING {
                    break;
                }
                let density = (-log).exp();
                total += density;
                let at = from + x * over;
                if at > -CERTAIN {
                    below += density
                        * if at < CERTAIN {
                            normal_lower_fast(at)
                        } else {
                            1.0
                        };
                }
            }
        }
        below / total
    }

    /// Where on the log of k + 1 the quantile of a normal deviate about lies, and how fast the
    /// deviate rises there.
    ///
    /// The log mean less the log of a gamma variable is nearly normal: its cumulants are those of
    /// the one and the polygamma functions of the other, and Cornish and Fisher's expansion makes
    /// a normal deviate of them.
    fn start(self, z: f64) -> (f64, f64) {
        let square = self.scatter * self.scatter;
        let deviate = |log: f64| {
            let one = (-log).exp();
            let mean = log - one * (0.5 + one / 12.0) - self.centre;
            let variance = square + one * (1.0 + one * (0.5 + one / 6.0));
            let over = 1.0 / variance.sqrt();
            let w = mean * over;
            let skew = one * one * (1.0 + one * (1.0 + 0.5 * one)) * over * over * over;
            let excess =
                one * one * one * (2.0 + one * (3.0 + 2.0 * one)) * over * over * over * over;
            let bent = (w * w - 1.0) * skew / 6.0 + w * (w * w - 3.0) * excess / 24.0;
            w - bent + w * (4.0 * w * w - 7.0) * skew * skew / 36.0
        };
        let spread = self.scatter.hypot((-0.5 * self.centre.max(0.0)).exp());
        let usual = 1.0 / spread;
        let mut at = (self.centre + z * spread).max(0.0);
        let (mut slope, mut gap) = (usual, z - deviate(at));
        for _ in 0..4 {
            let next = (at + gap / slope).max(0.0);
            let after = z - deviate(next);
            let found = (gap - after) / (next - at);
            if found > 0.3 * usual && found < 3.0 * usual {
                slope = found;
            }
            (at, gap) = (next, after);
            if gap.abs() < 1e-4 {
                break;
            }
        }
        (at, slope)
    }

    /// The smallest count that is not exceeded with probability `p` or more.
    pub(super) fn quantile(self, p: f64) -> Option<f64> {
        let z = -normal_quantile_upper(p);
        let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        // On the log of k + 1 the distribution is nearly normal: how many standard deviations there
        // are to go from the probability that is missing.
        let missing = |log: f64| {
            let d = ((p - self.lower(log.exp_m1())) / density).clamp(-1.0, 1.0);
            d * (1.0 - 0.5 * (z * d).clamp(-1.0, 1.0))
        };
        let (mut low, mut high) = (0.0, LARGEST.ln_1p());
        let (start, mut slope) = self.start(z);
        let mut at = start.clamp(low, high);
        let mut gap = missing(at);
        for _ in 0..100 {
            if gap > 0.0 {
                low = at;
            } else {
                high = at;
            }
            if gap <= 0.0 && at <= 0.0 {
                return Some(0.0);
            }
            let step = gap / slope;
            // The error left is far below that of the last step.
            if (step * at.exp()).abs() < 0.02 || step.abs() < 1e-13 * at {
                break;
            }
            let mut next = at + step;
            if !(next > low && next < high) {
                next = if next <= 0.0 { 0.0 } else { 0.5 * (low + high) };
            }
            let after = missing(next);
            let found = (gap - after) / (next - at);
            if found.is_finite() && found > 0.0 {
                slope = found;
            }
            (at, gap) = (next, after);
        }
        let count = (at + gap / slope)
            .clamp(low.min(high), high.max(low))
            .exp_m1();
        if !count.is_finite() || count >= LARGEST {
            return None;
        }
        // No point below was ever found: none needs to be there.
        if low <= 0.0 && count < 0.5 && self.lower(0.0) >= p {
            return Some(0.0);
        }
        // Next to a whole number its own probability decides.
        let near = count.round();
        if (count - near).abs() < 0.01 && count < 1e9 {
            return Some(if self.lower(near) >= p {
                near
            } else {
                near + 1.0
            });
        }
        Some(count.ceil().max(0.0))
    }
}
