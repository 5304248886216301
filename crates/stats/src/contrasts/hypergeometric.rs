//! Fisher's non-central hypergeometric distribution of one cell of a 2x2 table with fixed margins.

use crate::error::{Error, Result};
use crate::sum::Sum;

/// A support larger than this is refused: the large-sample interval serves there.
const LARGEST_SUPPORT: f64 = 1e5;

/// The distribution of the first cell for every odds ratio.
#[derive(Debug)]
pub(super) struct FirstCell {
    low: f64,
    /// Logarithms of the weights relative to that of the observed cell.
    log_weights: Vec<f64>,
    observed: usize,
}

/// What the distribution says about the observed cell at one odds ratio.
#[derive(Debug, Clone, Copy)]
pub(super) struct AtOdds {
    pub(super) below: f64,
    pub(super) at: f64,
    pub(super) above: f64,
    pub(super) mean: f64,
}

impl FirstCell {
    pub(super) fn new(a: f64, b: f64, c: f64, d: f64) -> Result<Self> {
        let (exposed, unexposed, cases) = (a + b, c + d, a + c);
        let low = (cases - unexposed).max(0.0);
        let high = exposed.min(cases);
        if high - low > LARGEST_SUPPORT {
            return Err(Error::Argument {
                name: "the smaller margin",
                must: "at most 100,000 for exact limits",
                found: high - low,
            });
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked"
        )]
        let (size, observed) = ((high - low) as usize + 1, (a - low) as usize);
        // From a cell to the next, with margins fixed, the weight changes by a ratio of four counts.
        // Differences of logarithms of factorials would lose the digits that large margins have.
        let step = |i: usize| {
            let x = low + i as f64;
            let up = (exposed - x) / (x + 1.0);
            (up * ((cases - x) / (unexposed - cases + x + 1.0))).ln()
        };
        let mut log_weights = vec![0.0; size];
        let mut log = Sum::default();
        for (i, weight) in log_weights.iter_mut().enumerate().skip(observed + 1) {
            log.add(step(i - 1));
            *weight = log.value();
        }
        let mut log = Sum::default();
        for i in (0..observed).rev() {
            log.add(-step(i));
            log_weights[i] = log.value();
        }
        Ok(FirstCell {
            low,
            log_weights,
            observed,
        })
    }

    /// Whether the observed cell is the smallest or the largest that the margins allow.
    pub(super) fn is_smallest(&self) -> bool {
        self.observed == 0
    }

    pub(super) fn is_largest(&self) -> bool {
        self.observed + 1 == self.log_weights.len()
    }

    pub(super) fn at(&self, log_odds: f64) -> AtOdds {
        let log = |i: usize| self.log_weights[i] + (i as f64 - self.observed as f64) * log_odds;
        let top = (0..self.log_weights.len())
            .map(log)
            .fold(f64::NEG_INFINITY, f64::max);
        let (mut below, mut at, mut above, mut first) = (0.0, 0.0, 0.0, 0.0);
        for i in 0..self.log_weights.len() {
            let w = (log(i) - top).exp();
            first += w * i as f64;
            match i.cmp(&self.observed) {
                std::cmp::Ordering::Less => below += w,
                std::cmp::Ordering::Equal => at = w,
                std::cmp::Ordering::Greater => above += w,
            }
        }
        let total = below + at + above;
        AtOdds {
            below: below / total,
            at: at / total,
            above: above / total,
            mean: self.low + first / total,
        }
    }
}
