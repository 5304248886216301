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
        let from = (shape.ln() - self.centre) / self.scatter;
        let (mut total, mut below) = (0.0, 0.0);
        for by in [-step, step] {
            let mut x = if by < 0.0 { 0.0 } else { by };
            loop {
                let log = shape * (x.exp_m1() - x);
                if log > NOTHING {
                    break;
                }
                let density = (-log).exp();
                total += density;
                below += density * normal_lower_fast(from + x / self.scatter);
                x += by;
            }
        }
        below / total
    }

    /// The smallest count that is not exceeded with probability `p` or more.
    pub(super) fn quantile(self, p: f64) -> Option<f64> {
        // Means ten standard deviations down that still leave no count at 0 settle that at once.
        let surely_some = p > 1e-12 && self.centre - 10.0 * self.scatter > 4.0;
        if !surely_some && self.lower(0.0) >= p {
            return Some(0.0);
        }
        let z = -normal_quantile_upper(p);
        let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        // On the log of k + 1 the distribution is nearly normal: how many standard deviations there
        // are to go from the probability that is missing.
        let missing = |log: f64| {
            let d = ((p - self.lower(log.exp_m1())) / density).clamp(-1.0, 1.0);
            d * (1.0 - 0.5 * (z * d).clamp(-1.0, 1.0))
        };
        let (mut low, mut high) = (0.0, LARGEST.ln_1p());
        let spread = |log: f64| self.scatter.hypot((-0.5 * log).exp());
        let mut at = self.centre + z * spread(self.centre.max(0.0));
        at = (at.exp() + 0.5).ln_1p().clamp(low, high);
        let mut gap = missing(at);
        let mut slope = 1.0 / spread(at);
        for _ in 0..100 {
            if gap > 0.0 {
                low = at;
            } else {
                high = at;
            }
            let step = gap / slope;
            let mut next = at + step;
            if !(next > low && next < high) {
                next = 0.5 * (low + high);
            }
            let moved = (next - at) * at.exp();
            let after = missing(next);
            let found = (gap - after) / (next - at);
            if found.is_finite() && found > 0.0 {
                slope = found;
            }
            (at, gap) = (next, after);
            // The error left is far below that of the step just taken.
            if moved.abs() < 0.02 || (gap / slope).abs() < 1e-13 * at {
                break;
            }
        }
        let count = (at + gap / slope)
            .clamp(low.min(high), high.max(low))
            .exp_m1();
        if !count.is_finite() || count >= LARGEST {
            return None;
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
