//! Two Poisson rates compared.

use crate::check;
use crate::error::{Error, Result};
use crate::intervals::{EXACT_DENOMINATOR, clopper_pearson, poisson_count_interval};
use crate::level::{Estimate, Interval, Level};
use crate::special::{Beta, increasing_root};

const RATIO: &str = "the rate ratio";
const NO_COMPARATOR_EVENTS: Error = Error::Undefined {
    what: RATIO,
    why: "the comparator has no events, so no finite ratio can be excluded",
};

fn checked(o1: f64, n1: f64, o2: f64, n2: f64) -> Result<()> {
    check::count(o1)?;
    check::denominator(n1)?;
    check::count(o2)?;
    check::denominator(n2)?;
    Ok(())
}

#[doc = include_str!("../../docs/rate_ratio.md")]
pub fn rate_ratio(o1: f64, n1: f64, o2: f64, n2: f64, level: Level) -> Result<Estimate> {
    checked(o1, n1, o2, n2)?;
    if o1 <= 0.0 || o2 <= 0.0 {
        return Err(Error::Undefined {
            what: "the log-normal interval of a rate ratio",
            why: "a group without events has no logarithm; use rate_ratio_exact",
        });
    }
    log_normal(
        RATIO,
        (o1 / n1) / (o2 / n2),
        (1.0 / o1 + 1.0 / o2).sqrt(),
        level,
    )
}

/// An estimate whose logarithm is normal with standard error `se`.
pub(crate) fn log_normal(
    what: &'static str,
    value: f64,
    se: f64,
    level: Level,
) -> Result<Estimate> {
    let factor = (level.z() * se).exp();
    Estimate::of(what, value, value / factor, value * factor)
}

#[doc = include_str!("../../docs/rate_ratio_exact.md")]
pub fn rate_ratio_exact(o1: f64, n1: f64, o2: f64, n2: f64, level: Level) -> Result<Estimate> {
    checked(o1, n1, o2, n2)?;
    if o2 <= 0.0 {
        return Err(NO_COMPARATOR_EVENTS);
    }
    // Given o1 + o2 events in all, o1 is binomial and its odds are the ratio times n1 / n2.
    let share = clopper_pearson(o1, o1 + o2, level)?;
    // The complement's limits keep the digits of 1 - share when it is small.
    let rest = clopper_pearson(o2, o1 + o2, level)?;
    let odds = |p: f64, q: f64| p / q * n2 / n1;
    Estimate::of(
        RATIO,
        (o1 / n1) / (o2 / n2),
        odds(share.low, rest.high),
        odds(share.high, rest.low),
    )
}

/// P-values of a rate ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRatioTest {
    /// Of a count in the first group that is no larger than the observed one.
    pub less: f64,
    /// Of a count in the first group that is no smaller.
    pub greater: f64,
    /// Twice the smaller of the two, at most 1.
    pub two_sided: f64,
}

#[doc = include_str!("../../docs/rate_ratio_exact_test.md")]
pub fn rate_ratio_exact_test(
    o1: f64,
    n1: f64,
    o2: f64,
    n2: f64,
    null: f64,
) -> Result<RateRatioTest> {
    checked(o1, n1, o2, n2)?;
    check::positive("null", null)?;
    check::within("o1 + o2", o1 + o2, 0.0, EXACT_DENOMINATOR, "at most 1e9")?;
    let odds = check::result("the odds of the null hypothesis", null * (n1 / n2))?;
    let (share, rest) = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
    // P(X >= o1) is the lower tail of a beta variable at the share, P(X <= o1) an upper one.
    let greater = if o1 > 0.0 {
        Beta { a: o1, b: o2 + 1.0 }.tails(share, rest).0
    } else {
        1.0
    };
    let less = if o2 > 0.0 {
        Beta { a: o1 + 1.0, b: o2 }.tails(share, rest).1
    } else {
        1.0
    };
    Ok(RateRatioTest {
        less,
        greater,
        two_sided: (2.0 * less.min(greater)).min(1.0),
    })
}

#[doc = include_str!("../../docs/rate_ratio_mid_p.md")]
pub fn rate_ratio_mid_p(o1: f64, n1: f64, o2: f64, n2: f64, level: Level) -> Result<Estimate> {
    checked(o1, n1, o2, n2)?;
    if o2 <= 0.0 {
        return Err(NO_COMPARATOR_EVENTS);
    }
    let exact = rate_ratio_exact(o1, n1, o2, n2, level)?;
    let median = if o1 > 0.0 {
        mid_p_odds(o1, o2, 0.5)
    } else {
        0.0
    } * n2
        / n1;
    let tail = level.tail();
    let low = if o1 > 0.0 {
        mid_p_odds(o1, o2, tail) * n2 / n1
    } else {
        0.0
    };
    let high = mid_p_odds(o1, o2, 1.0 - tail) * n2 / n1;
    let low = low.clamp(exact.interval.low.min(median), median);
    Estimate::of(
        RATIO,
        median,
        low,
        high.clamp(median, exact.interval.high.max(median)),
    )
}

/// The odds at which P(X > x) + P(X = x) / 2 = `p` for X binomial with `x + rest` trials.
fn mid_p_odds(x: f64, rest: f64, p: f64) -> f64 {
    // P(X > x) = I_q(x + 1, rest) and P(X >= x) = I_q(x, rest + 1): the mid-P is their mean.
    let share = increasing_root(x / (x + rest), 0.0, 1.0, |q| {
        let above = Beta {
            a: x + 1.0,
            b: rest,
        }
        .tails(q, 1.0 - q)
        .0;
        let at_least = if x > 0.0 {
            Beta {
                a: x,
                b: rest + 1.0,
            }
            .tails(q, 1.0 - q)
            .0
        } else {
            1.0
        };
        // No slope is given: bisection is quick enough for one comparison.
        (0.5 * (above + at_least) - p, f64::NAN)
    });
    share / (1.0 - share)
}

#[doc = include_str!("../../docs/rate_difference.md")]
pub fn rate_difference(o1: f64, n1: f64, o2: f64, n2: f64, level: Level) -> Result<Estimate> {
    checked(o1, n1, o2, n2)?;
    let first = poisson_count_interval(o1, level)?.0;
    let second = poisson_count_interval(o2, level)?.0;
    mover(
        "the rate difference",
        (
            o1 / n1,
            Interval {
                low: first.low / n1,
                high: first.high / n1,
            },
        ),
        (
            o2 / n2,
            Interval {
                low: second.low / n2,
                high: second.high / n2,
            },
        ),
    )
}

/// The interval of a difference recovered from the intervals of its two terms.
pub(crate) fn mover(
    what: &'static str,
    (v1, i1): (f64, Interval),
    (v2, i2): (f64, Interval),
) -> Result<Estimate> {
    let value = v1 - v2;
    let below = (v1 - i1.low).hypot(i2.high - v2);
    let above = (i1.high - v1).hypot(v2 - i2.low);
    Estimate::of(what, value, value - below, value + above)
}

#[doc = include_str!("../../docs/rate_difference_wald.md")]
pub fn rate_difference_wald(o1: f64, n1: f64, o2: f64, n2: f64, level: Level) -> Result<Estimate> {
    checked(o1, n1, o2, n2)?;
    let value = o1 / n1 - o2 / n2;
    let half = level.z() * (o1.sqrt() / n1).hypot(o2.sqrt() / n2);
    Estimate::of("the rate difference", value, value - half, value + half)
}
