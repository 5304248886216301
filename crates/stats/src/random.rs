//! Seeded draws for simulation and bootstrap. The only place that names a generator.
//! No default seed lives here: a seed is always the caller's.

use rand_distr::{Binomial, Distribution, Gamma, Poisson, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// Means above this are drawn from the normal limit; the sampler is not exact there anyway.
const LARGEST_POISSON_MEAN: f64 = 1e15;

/// A stream of draws that is the same on every machine for the same seed.
#[derive(Debug, Clone)]
pub struct Draws(Xoshiro256PlusPlus);

/// What draws of a gamma variable need to know of its shape.
#[derive(Debug, Clone)]
pub struct GammaShape(Option<Gamma<f64>>);

impl GammaShape {
    /// A shape above 0; of any other every draw is 0.
    #[must_use]
    pub fn new(shape: f64) -> Self {
        GammaShape(Gamma::new(shape, 1.0).ok())
    }
}

impl Draws {
    /// The stream of a seed (xoshiro256++, seeded by `SplitMix64`; Blackman and Vigna 2021,
    /// <https://doi.org/10.1145/3460772>).
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Draws(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// Gamma with the given shape and scale 1; 0 for a shape of 0.
    pub fn gamma(&mut self, shape: f64) -> f64 {
        self.gamma_of(&GammaShape::new(shape))
    }

    /// As [`Draws::gamma`], of a shape that is drawn from again and again.
    pub fn gamma_of(&mut self, shape: &GammaShape) -> f64 {
        shape.0.as_ref().map_or(0.0, |g| g.sample(&mut self.0))
    }

    /// Poisson with the given mean; 0 for a mean of 0.
    pub fn poisson(&mut self, mean: f64) -> f64 {
        if mean > LARGEST_POISSON_MEAN {
            return mean + mean.sqrt() * self.normal();
        }
        Poisson::new(mean).map_or(0.0, |p| p.sample(&mut self.0))
    }

    /// How many of so many trials succeed; their number is rounded to a whole one.
    pub fn binomial(&mut self, n: f64, p: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of trials; a negative or immense one saturates"
        )]
        let trials = n.round() as u64;
        let count = Binomial::new(trials, p).map_or(0, |b| b.sample(&mut self.0));
        (count as f64).min(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_stream_for_ever() {
        // The published test of the generator is its authors'; these pin our use of it.
        let mut draws = Draws::from_seed(42);
        let first: Vec<f64> = (0..3).map(|_| draws.normal()).collect();
        let mut again = Draws::from_seed(42);
        assert!(
            first
                .iter()
                .all(|v| v.to_bits() == again.normal().to_bits())
        );
        assert!(first[0].to_bits() != Draws::from_seed(43).normal().to_bits());
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut draws = Draws::from_seed(1);
        let n = 200_000;
        for (mean, sd, which) in [
            (0.0, 1.0, 0),
            (3.5, 3.5_f64.sqrt(), 1),
            (250.0, 250.0_f64.sqrt(), 2),
            (2.5, 2.5_f64.sqrt(), 3),
        ] {
            let mut one = || match which {
                0 => draws.normal(),
                1 | 2 => draws.poisson(mean),
                _ => draws.gamma(mean),
            };
            let values: Vec<f64> = (0..n).map(|_| one()).collect();
            let m = values.iter().sum::<f64>() / f64::from(n);
            let v = values.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / f64::from(n);
            assert!(
                (m - mean).abs() < 5.0 * sd / f64::from(n).sqrt(),
                "mean of {which}: {m}"
            );
            assert!(
                (v.sqrt() / sd - 1.0).abs() < 0.02,
                "sd of {which}: {}",
                v.sqrt()
            );
        }
    }
}
