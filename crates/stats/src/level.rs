//! Confidence levels, intervals, and the pair of an estimate with its interval.
//! No method lives here: these are the words that every method's signature uses.

use crate::check;
use crate::error::{Error, Result};
use crate::special::normal_quantile_upper;

/// A two-sided confidence level such as 0.95; never 95.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Level {
    value: f64,
    /// Kept beside the value: every method needs it, and it takes longer than most of them.
    z: f64,
}

impl Level {
    /// 95%, the level of most published intervals.
    pub const P95: Level = Level {
        value: 0.95,
        z: 1.959_963_984_540_054,
    };
    /// 99.8%, the outer limits of funnel plots ("three sigma").
    pub const P998: Level = Level {
        value: 0.998,
        z: 3.090_232_306_167_813,
    };

    /// A level of the caller's choosing.
    ///
    /// # Errors
    /// [`Error::Level`] unless `0 < value < 1`, and unless an `f64` can tell `1 - value` from 0
    /// with some precision (`value <= 1 - 1e-12`).
    ///
    /// # Example
    /// ```
    /// use disparity_stats::Level;
    /// assert!((Level::new(0.9)?.z() - 1.644_853_626_951_472).abs() < 1e-14);
    /// assert!(Level::new(95.0).is_err());
    /// # Ok::<(), disparity_stats::Error>(())
    /// ```
    pub fn new(value: f64) -> Result<Self> {
        if !(value > 0.0 && value <= 1.0 - 1e-12) {
            return Err(Error::Level { found: value });
        }
        let usual = [Level::P95, Level::P998];
        let same = |level: &Level| level.value.to_bits() == value.to_bits();
        let z = || normal_quantile_upper((1.0 - value) / 2.0);
        Ok(usual
            .into_iter()
            .find(same)
            .unwrap_or_else(|| Level { value, z: z() }))
    }

    /// The level as a proportion.
    #[must_use]
    pub fn value(self) -> f64 {
        self.value
    }

    /// The probability left in each tail, `(1 - level) / 2`.
    #[must_use]
    pub fn tail(self) -> f64 {
        (1.0 - self.value) / 2.0
    }

    /// The standard normal deviate of the level: 1.96 for 95%.
    #[must_use]
    pub fn z(self) -> f64 {
        self.z
    }
}

/// By how much rounding may cross two limits, relative to the larger: some units in the last place.
const CROSSED_BY_ROUNDING: f64 = 8.0 * f64::EPSILON;

/// A closed interval, `low <= high`, both finite but for bounds that have no upper end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower limit.
    pub low: f64,
    /// The upper limit.
    pub high: f64,
}

impl Interval {
    /// Builds an interval from computed limits, refusing anything that is not one.
    pub(crate) fn of(what: &'static str, low: f64, high: f64) -> Result<Self> {
        let low = check::result(what, low)?;
        let high = check::result(what, high)?;
        if low <= high {
            return Ok(Interval { low, high });
        }
        // Rounding can cross limits that are equal in exact arithmetic; anything more is a mistake.
        let rounding = CROSSED_BY_ROUNDING * low.abs().max(high.abs());
        if low - high <= rounding.max(f64::MIN_POSITIVE) {
            return Ok(Interval {
                low: high,
                high: low,
            });
        }
        Err(Error::Crossed { what, low, high })
    }

    /// Whether `value` lies in the interval, its ends included.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether every point of `other` lies in this interval.
    #[must_use]
    pub fn encloses(self, other: Interval) -> bool {
        self.low <= other.low && other.high <= self.high
    }

    /// The interval in another unit, for example times 10,000 for a rate per 10,000.
    ///
    /// # Errors
    /// [`Error::Argument`] when `per` is not finite and positive; [`Error::OutOfRange`] on overflow;
    /// [`Error::Crossed`] for an interval built by hand whose ends are in the wrong order.
    pub fn scaled(self, per: f64) -> Result<Self> {
        let per = check::positive("per", per)?;
        Interval::of("the scaled interval", self.low * per, self.high * per)
    }
}

/// A value with its interval. The level is the one that the caller asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The point estimate.
    pub value: f64,
    /// Its interval.
    pub interval: Interval,
}

impl Estimate {
    pub(crate) fn of(what: &'static str, value: f64, low: f64, high: f64) -> Result<Self> {
        Ok(Estimate {
            value: check::result(what, value)?,
            interval: Interval::of(what, low, high)?,
        })
    }

    /// The estimate in another unit, for example times 10,000 for a rate per 10,000.
    ///
    /// # Errors
    /// As [`Interval::scaled`].
    pub fn scaled(self, per: f64) -> Result<Self> {
        let interval = self.interval.scaled(per)?;
        Ok(Estimate {
            value: check::result("the scaled estimate", self.value * per)?,
            interval,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rounding_may_cross_limits() {
        let one = 1.0_f64;
        let next = one.next_up();
        let found = Interval::of("x", next, one).unwrap();
        assert_eq!((found.low, found.high), (one, next));
        for (low, high) in [(1.001, 1.0), (1e-9, -1e-9), (0.0, -1e-300)] {
            let refused = Interval::of("x", low, high);
            assert!(matches!(refused, Err(Error::Crossed { .. })), "{refused:?}");
        }
    }

    #[test]
    fn the_usual_levels_are_those_that_new_makes() {
        for usual in [Level::P95, Level::P998] {
            assert_eq!(Level::new(usual.value), Ok(usual));
            let z = normal_quantile_upper((1.0 - usual.value) / 2.0);
            assert!((z / usual.z - 1.0).abs() < 1e-15, "{z} {usual:?}");
        }
    }
}
