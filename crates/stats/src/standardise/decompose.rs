//! Why two crude rates differ: because the populations are composed differently, or because the
//! same kind of child has a different rate.

use crate::check;
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};
use crate::sum::{Sum, sum};

/// One stratum in both populations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Composition {
    /// Events in the first population.
    pub first_count: f64,
    /// The first population; 0 is legal when its count is 0.
    pub first_population: f64,
    /// Events in the second population.
    pub second_count: f64,
    /// The second population; 0 is legal when its count is 0.
    pub second_population: f64,
}

/// A difference of two crude rates, in two parts that add up to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    /// First crude rate minus second, per person.
    pub difference: Estimate,
    /// The part due to the populations' composition.
    pub composition: Estimate,
    /// The part due to the rates within strata.
    pub rate: Estimate,
    /// Each stratum's share of the composition part.
    pub composition_by_stratum: Vec<f64>,
    /// Each stratum's share of the rate part.
    pub rate_by_stratum: Vec<f64>,
}

/// A stratum's rate, and the variance of that rate for a Poisson count.
fn rate(count: f64, population: f64) -> Option<(f64, f64)> {
    (population > 0.0).then(|| (count / population, count / population / population))
}

fn check_stratum(s: &Composition) -> Result<()> {
    for (count, population) in [
        (s.first_count, s.first_population),
        (s.second_count, s.second_population),
    ] {
        check::count(count)?;
        check::not_negative("population", population)?;
        if population <= 0.0 && count > 0.0 {
            return Err(Error::Denominator { found: population });
        }
    }
    Ok(())
}

#[doc = include_str!("../../docs/decompose_difference.md")]
pub fn decompose_difference(strata: &[Composition], level: Level) -> Result<Decomposition> {
    for (index, s) in strata.iter().enumerate() {
        check_stratum(s).map_err(|e| e.at(index))?;
    }
    let n1 = check::denominator(sum(strata.iter().map(|s| s.first_population)))?;
    let n2 = check::denominator(sum(strata.iter().map(|s| s.second_population)))?;
    let mut variance = [Sum::default(), Sum::default(), Sum::default()];
    let (mut by_composition, mut by_rate) = (Vec::new(), Vec::new());
    for s in strata {
        let (c1, c2) = (s.first_population / n1, s.second_population / n2);
        let first = rate(s.first_count, s.first_population);
        let second = rate(s.second_count, s.second_population);
        // Where one population is absent it has no rate to differ by: all is composition.
        let ((r1, v1), (r2, v2)) = match (first, second) {
            (Some(a), Some(b)) => (a, b),
            (Some(a), None) => (a, (a.0, 0.0)),
            (None, Some(b)) => ((b.0, 0.0), b),
            (None, None) => ((0.0, 0.0), (0.0, 0.0)),
        };
        let (absent1, absent2) = (first.is_none(), second.is_none());
        by_composition.push((c1 - c2) * r1.midpoint(r2));
        by_rate.push((r1 - r2) * c1.midpoint(c2));
        variance[0].add(c1 * c1 * v1 + c2 * c2 * v2);
        // An absent population's rate is the other's, so it moves with it.
        let (k1, k2) = (
            if absent2 { 2.0 } else { 1.0 },
            if absent1 { 2.0 } else { 1.0 },
        );
        let half = (c1 - c2) / 2.0;
        variance[1].add(half * half * (k1 * k1 * v1 + k2 * k2 * v2));
        if !absent1 && !absent2 {
            let middle = c1.midpoint(c2);
            variance[2].add(middle * middle * (v1 + v2));
        }
    }
    let z = level.z();
    let estimate = |what, value: f64, variance: Sum| {
        let half = z * variance.value().max(0.0).sqrt();
        Estimate::of(what, value, value - half, value + half)
    };
    let o1 = sum(strata.iter().map(|s| s.first_count));
    let o2 = sum(strata.iter().map(|s| s.second_count));
    let total = |parts: &[f64]| sum(parts.iter().copied());
    Ok(Decomposition {
        difference: estimate("the difference", o1 / n1 - o2 / n2, variance[0])?,
        composition: estimate("the composition part", total(&by_composition), variance[1])?,
        rate: estimate("the rate part", total(&by_rate), variance[2])?,
        composition_by_stratum: by_composition,
        rate_by_stratum: by_rate,
    })
}
