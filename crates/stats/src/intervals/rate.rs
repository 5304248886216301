//! Crude rates: a Poisson count over a population, and rates of events that can repeat.

use crate::check;
use crate::error::{Error, Result};
use crate::intervals::poisson::{CountMethod, byar_limits, poisson_count_interval};
use crate::level::{Estimate, Interval, Level};
use crate::sum::sum;

/// A rate per person with its interval and the method that gave it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateEstimate {
    /// Events per person.
    pub value: f64,
    /// Its interval, in the same unit.
    pub interval: Interval,
    /// Exact below 10 events, Byar from 10.
    pub method: CountMethod,
}

#[doc = include_str!("../../docs/crude_rate.md")]
pub fn crude_rate(count: f64, denominator: f64, level: Level) -> Result<RateEstimate> {
    let n = check::denominator(denominator)?;
    let (limits, method) = poisson_count_interval(count, level)?;
    let Estimate { value, interval } =
        Estimate::of("the crude rate", count / n, limits.low / n, limits.high / n)?;
    Ok(RateEstimate {
        value,
        interval,
        method,
    })
}

/// How many persons had a given number of events in the period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventFrequency {
    /// Events per person: 1, 2, 3, …
    pub events: f64,
    /// Persons who had exactly that many.
    pub persons: f64,
}

impl EventFrequency {
    /// Checks and sums: the total number of events and the sum of squares of events per person.
    pub(crate) fn totals(frequencies: &[EventFrequency]) -> Result<(f64, f64)> {
        for (index, f) in frequencies.iter().enumerate() {
            check::positive("events", f.events)
                .and(check::count(f.persons))
                .map_err(|e| e.at(index))?;
        }
        let events = sum(frequencies.iter().map(|f| f.events * f.persons));
        let squares = sum(frequencies.iter().map(|f| f.events * f.events * f.persons));
        check::count(events)?;
        check::result("the variance of repeated events", squares)?;
        Ok((events, squares))
    }
}

#[doc = include_str!("../../docs/crude_rate_non_independent.md")]
pub fn crude_rate_non_independent(
    frequencies: &[EventFrequency],
    denominator: f64,
    level: Level,
) -> Result<Estimate> {
    let n = check::denominator(denominator)?;
    let (events, squares) = EventFrequency::totals(frequencies)?;
    if events <= 0.0 {
        return Err(Error::Undefined {
            what: "the rate of repeated events",
            why: "with no events there is nothing to estimate their clustering from",
        });
    }
    let (low, high) = byar_limits(events, level.z());
    // The interval of independent events, stretched about the count by the variance inflation.
    let stretch = (squares / events).sqrt();
    let low = (events - stretch * (events - low)).max(0.0);
    let high = events + stretch * (high - events);
    Estimate::of("the rate of repeated events", events / n, low / n, high / n)
}
