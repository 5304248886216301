//! Intervals of figures made of counts that are published rounded.

use crate::error::{Error, Result};
use crate::level::Interval;

#[doc = include_str!("../../docs/rounded_counts.md")]
pub fn rounded_counts(value: f64, least: Interval, most: Interval) -> Result<Interval> {
    for ends in [least, most] {
        if !ends.low.is_finite() || !ends.high.is_finite() || ends.low > ends.high {
            return Err(Error::Argument {
                name: "limits",
                must: "two finite numbers, the lower one first",
                found: ends.low,
            });
        }
    }
    let both = Interval {
        low: least.low.min(most.low),
        high: least.high.max(most.high),
    };
    if !(both.low..=both.high).contains(&value) {
        return Err(Error::Argument {
            name: "value",
            must: "between the lowest limit and the highest",
            found: value,
        });
    }
    Ok(both)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, crude_rate};

    #[test]
    fn the_interval_holds_that_of_every_count_that_may_have_been_made() {
        for printed in [5.0, 10.0, 40.0, 420.0] {
            let ends = |count: f64| crude_rate(count, 9_000.0, Level::P95).unwrap().interval;
            let found = rounded_counts(printed / 9_000.0, ends(printed - 2.0), ends(printed + 2.0))
                .unwrap();
            for off in [-2.0, -1.0, 0.0, 1.0, 2.0] {
                let one = ends(printed + off);
                assert!(
                    found.low <= one.low && one.high <= found.high,
                    "{printed} {off}"
                );
            }
        }
    }

    #[test]
    fn a_value_outside_and_limits_that_are_none_are_refused() {
        let of = |low, high| Interval { low, high };
        assert!(rounded_counts(3.0, of(0.0, 1.0), of(0.5, 2.0)).is_err());
        assert!(rounded_counts(1.0, of(2.0, 1.0), of(0.5, 2.0)).is_err());
        assert!(rounded_counts(f64::NAN, of(0.0, 1.0), of(0.5, 2.0)).is_err());
        assert!(rounded_counts(1.0, of(0.0, f64::NAN), of(0.5, 2.0)).is_err());
        assert!(rounded_counts(1.0, of(0.5, 2.0), of(0.5, f64::INFINITY)).is_err());
    }
}
