//! Seeded draws. The only place that names a generator; a seed is always the caller's.

use rand_distr::{Distribution, StandardUniform};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// A stream of draws that is the same on every machine for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Draws(Xoshiro256PlusPlus);

impl Draws {
    /// The stream of one part of a world; parts do not depend on one another.
    pub(crate) fn new(seed: u64, part: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(
            seed ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        ))
    }

    /// Uniform on [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        StandardUniform.sample(&mut self.0)
    }

    /// A value of a distribution.
    pub(crate) fn from<T>(&mut self, distribution: &impl Distribution<T>) -> T {
        distribution.sample(&mut self.0)
    }

    /// Whether something of that probability happens.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = f64::from(high - low + 1);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "below the span, which is an i32"
        )]
        let step = (self.uniform() * span) as i32;
        low + step.min(high - low)
    }

    /// A position, with chances in proportion to weights.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let total: f64 = weights.iter().sum();
        let mut left = self.uniform() * total;
        for (at, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return at;
            }
        }
        weights.len().saturating_sub(1)
    }
}
