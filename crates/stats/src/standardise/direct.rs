//! Direct standardisation: local rates, reference weights.

use crate::check;
use crate::error::{Error, Result};
use crate::intervals::{EventFrequency, byar_limits};
use crate::level::{Estimate, Interval, Level};
use crate::special::{gamma_quantile_lower, gamma_quantile_upper};
use crate::sum::{Sum, sum};

/// Below this many events in all, a directly standardised rate is not given.
const FEWEST_EVENTS: f64 = 10.0;

/// One stratum: local count and population, and its weight in the reference population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DirectStratum {
    /// Local events.
    pub count: f64,
    /// Local population; 0 is legal when the count is 0 too.
    pub population: f64,
    /// The reference population of the stratum, on any scale.
    pub weight: f64,
}

/// One stratum of events that can repeat.
#[derive(Debug, Clone, PartialEq)]
pub struct RepeatedStratum {
    /// Persons by how many events they had.
    pub frequencies: Vec<EventFrequency>,
    /// Local population.
    pub population: f64,
    /// The reference population of the stratum, on any scale.
    pub weight: f64,
}

/// A directly standardised rate per person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DirectRate {
    /// The rate.
    pub value: f64,
    /// Its interval.
    pub interval: Interval,
    /// Events in all strata.
    pub total_count: f64,
    /// Population of all strata.
    pub total_population: f64,
    /// The share of the reference weight in strata without local population, which were left out.
    pub weight_left_out: f64,
}

/// What every variant needs of the strata.
#[derive(Debug, Default)]
struct Totals {
    count: f64,
    population: f64,
    rate: f64,
    /// Variance for independent events (or of persons' events when they repeat).
    variance: f64,
    largest_weight: f64,
    left_out: f64,
}

/// A stratum reduced to its events and the sum of squared events per person.
struct Moments {
    events: f64,
    squares: f64,
    population: f64,
    weight: f64,
}

fn totals(strata: &[Moments]) -> Result<Totals> {
    check::at_least("direct standardisation", 1, strata)?;
    for (index, s) in strata.iter().enumerate() {
        check::count(s.events)
            .and(check::not_negative("population", s.population))
            .and(check::not_negative("weight", s.weight))
            .map_err(|e| e.at(index))?;
        if s.population <= 0.0 && s.events > 0.0 {
            return Err(Error::Denominator {
                found: s.population,
            }
            .at(index));
        }
    }
    let all = sum(strata.iter().map(|s| s.weight));
    let observed = || strata.iter().filter(|s| s.population > 0.0);
    let used = sum(observed().map(|s| s.weight));
    check::result("the sum of weights", all)?;
    if used <= 0.0 {
        return Err(Error::Undefined {
            what: "the directly standardised rate",
            why: "no stratum has both a population and a weight",
        });
    }
    let (mut rate, mut variance) = (Sum::default(), Sum::default());
    let mut largest_weight = 0.0_f64;
    for s in observed() {
        let per_person = s.weight / used / s.population;
        rate.add(per_person * s.events);
        variance.add(per_person * per_person * s.squares);
        largest_weight = largest_weight.max(per_person);
    }
    let count = check::count(sum(strata.iter().map(|s| s.events)))?;
    Ok(Totals {
        count,
        population: sum(strata.iter().map(|s| s.population)),
        rate: check::result("the directly standardised rate", rate.value())?,
        variance: check::result("its variance", variance.value())?,
        largest_weight,
        left_out: (1.0 - used / all).max(0.0),
    })
}

fn dobson(totals: &Totals, level: Level) -> Result<DirectRate> {
    if totals.count < FEWEST_EVENTS {
        return Err(Error::Undefined {
            what: "the directly standardised rate",
            why: "there are fewer than 10 events in all, too few to standardise directly",
        });
    }
    let (low, high) = byar_limits(totals.count, level.z());
    let scale = (totals.variance / totals.count).sqrt();
    let low = (totals.rate + scale * (low - totals.count)).max(0.0);
    let high = totals.rate + scale * (high - totals.count);
    finished(totals, low, high)
}

fn finished(totals: &Totals, low: f64, high: f64) -> Result<DirectRate> {
    let Estimate { value, interval } =
        Estimate::of("the directly standardised rate", totals.rate, low, high)?;
    Ok(DirectRate {
        value,
        interval,
        total_count: totals.count,
        total_population: check::result("the total population", totals.population)?,
        weight_left_out: totals.left_out,
    })
}

fn independent(strata: &[DirectStratum]) -> Result<Totals> {
    let moments: Vec<Moments> = strata
        .iter()
        .map(|s| Moments {
            events: s.count,
            squares: s.count,
            population: s.population,
            weight: s.weight,
        })
        .collect();
    totals(&moments)
}

#[doc = include_str!("../../docs/direct_rate.md")]
pub fn direct_rate(strata: &[DirectStratum], level: Level) -> Result<DirectRate> {
    dobson(&independent(strata)?, level)
}

#[doc = include_str!("../../docs/direct_rate_non_independent.md")]
pub fn direct_rate_non_independent(strata: &[RepeatedStratum], level: Level) -> Result<DirectRate> {
    let mut moments = Vec::with_capacity(strata.len());
    for (index, s) in strata.iter().enumerate() {
        let (events, squares) = EventFrequency::totals(&s.frequencies).map_err(|e| e.at(index))?;
        moments.push(Moments {
            events,
            squares,
            population: s.population,
            weight: s.weight,
        });
    }
    dobson(&totals(&moments)?, level)
}

#[doc = include_str!("../../docs/direct_rate_gamma.md")]
pub fn direct_rate_gamma(strata: &[DirectStratum], level: Level) -> Result<DirectRate> {
    let t = independent(strata)?;
    let tail = level.tail();
    let (y, v, w) = (t.rate, t.variance, t.largest_weight);
    let low = if y > 0.0 && v > 0.0 {
        let shape = y * y / v;
        gamma_quantile_lower(shape, tail) * v / y
    } else {
        0.0
    };
    let (above, spread) = (y + w, v + w * w);
    if above <= 0.0 || spread <= 0.0 {
        return Err(Error::OutOfRange {
            what: "the upper limit of the standardised rate",
        });
    }
    let shape = check::result("the shape of the gamma interval", above * above / spread)?;
    let high = gamma_quantile_upper(shape, tail) * spread / above;
    finished(&t, low.min(y), high.max(y))
}
