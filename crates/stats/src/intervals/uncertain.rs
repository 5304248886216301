//! Intervals that allow for a denominator which is itself an estimate.

use crate::check;
use crate::error::{Error, Result};
use crate::level::{Interval, Level};

#[doc = include_str!("../../docs/uncertain_denominator.md")]
pub fn uncertain_denominator(
    value: f64,
    known: Interval,
    log_sd: f64,
    level: Level,
) -> Result<Interval> {
    check::not_negative("value", value)?;
    check::not_negative("the standard deviation of the denominator", log_sd)?;
    let Interval { low: l, high: u } = known;
    if !(0.0..=value).contains(&l) || u.is_nan() || u < value {
        return Err(Error::Argument {
            name: "limits",
            must: "from 0 to the value and from the value up",
            found: if u < value { u } else { l },
        });
    }
    let factor = (level.z() * log_sd).exp();
    let (l2, u2) = (1.0 / factor, factor);
    let least = l * (2.0 * value - l);
    let low = if value > 0.0 {
        least / (value + (value * value - least * (u2 * (2.0 - u2))).sqrt())
    } else {
        0.0
    };
    let scale = l2 * (2.0 - l2);
    let most = u * (2.0 * value - u);
    let high = if u.is_finite() {
        (value + (value * value - most * scale).sqrt()) / scale
    } else {
        u
    };
    Ok(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crude_rate;

    fn limits(value: f64, low: f64, high: f64, log_sd: f64) -> Interval {
        uncertain_denominator(value, Interval { low, high }, log_sd, Level::P95).unwrap()
    }

    #[test]
    fn without_an_error_of_the_denominator_nothing_changes() {
        let same = limits(2.0, 1.5, 3.0, 0.0);
        assert!((same.low - 1.5).abs() < 1e-12 && (same.high - 3.0).abs() < 1e-12);
        let certain = limits(2.0, 2.0, 2.0, 0.1);
        let factor = (Level::P95.z() * 0.1).exp();
        assert!((certain.low - 2.0 / factor).abs() < 1e-12);
        assert!((certain.high - 2.0 * factor).abs() < 1e-12);
    }

    #[test]
    fn it_holds_the_known_limits_and_never_falls_below_nothing() {
        for log_sd in [0.01, 0.1, 0.3, 0.353_7, 0.5, 1.0] {
            for count in [0.0, 1.0, 12.0, 4_000.0] {
                let rate = crude_rate(count, 9_000.0, Level::P998).unwrap();
                let wide = uncertain_denominator(rate.value, rate.interval, log_sd, Level::P998);
                let wide = wide.unwrap();
                assert!(
                    wide.low >= 0.0 && wide.low <= rate.interval.low,
                    "{log_sd} {count}"
                );
                assert!(wide.high >= rate.interval.high, "{log_sd} {count}");
            }
        }
    }

    #[test]
    fn limits_that_do_not_hold_the_value_are_refused() {
        let refused = |low, high| {
            uncertain_denominator(2.0, Interval { low, high }, 0.1, Level::P95).is_err()
        };
        assert!(refused(2.5, 3.0) && refused(1.0, 1.5) && refused(-1.0, 3.0));
        assert!(
            uncertain_denominator(
                -1.0,
                Interval {
                    low: -2.0,
                    high: 0.0
                },
                0.1,
                Level::P95
            )
            .is_err()
        );
        let open = Interval {
            low: 0.5,
            high: f64::INFINITY,
        };
        let wide = uncertain_denominator(2.0, open, 0.1, Level::P95).unwrap();
        assert!(wide.high.is_infinite() && wide.low < 0.5);
    }
}
