//! Times to an event under incomplete follow-up: what was watched, what is told of it, and how sure
//! that is. Times are whole numbers of any unit. Nothing here is a rate, and no covariate enters.

mod aalen_johansen;
mod kaplan_meier;
#[cfg(test)]
mod tests;

pub use aalen_johansen::cumulative_incidence;
pub use kaplan_meier::kaplan_meier;

use crate::check;
use crate::error::Result;
use crate::intervals::wilson;
use crate::level::{Interval, Level};

/// The follow-up of one subject: how long it was watched, what ended the watch, and how long it could
/// have lasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FollowUp {
    /// Time of the event, or the last time at which an event would have been seen.
    pub time: i32,
    /// 0 if nothing happened up to then (censored); otherwise which event happened.
    pub cause: u8,
    /// The last time at which an event would have been seen, had none come before.
    pub until: i32,
}

impl FollowUp {
    /// A subject seen up to a time without an event.
    #[must_use]
    pub const fn censored(until: i32) -> Self {
        Self {
            time: until,
            cause: 0,
            until,
        }
    }

    /// A subject that could be seen up to a time and had an event by then.
    #[must_use]
    pub const fn event(time: i32, cause: u8, until: i32) -> Self {
        Self { time, cause, until }
    }
}

/// What had happened by a horizon: counts, and the chance where it can be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incidence {
    /// Subjects watched for any time.
    pub subjects: u32,
    /// Events of the cause seen up to the horizon.
    pub events: u32,
    /// The chance that the event has happened by the horizon; none where nobody could be watched
    /// that long, or where nobody is left at risk before it.
    pub chance: Option<Chance>,
}

/// A probability with what its uncertainty is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// Probability, from 0 to 1; exactly 0 without events, exactly 1 where the event has happened to
    /// everyone at risk.
    pub value: f64,
    /// Standard error by the delta method (Greenwood's for one cause); says nothing where the value
    /// is 0 or 1.
    pub std_error: f64,
    /// Effective number watched to the horizon: the subjects times the chance of not being censored
    /// before it. All subjects where nobody was.
    pub effective: f64,
}

impl Chance {
    /// An interval on the log(−log) scale, which stays between 0 and 1. Where the value is 0 or 1 no
    /// variance can be estimated: there it is Wilson's, with the effective number watched to the
    /// horizon as the sample.
    ///
    /// # Formula
    /// ```text
    /// 0 < p < 1   1 − (1 − p)^exp(±z se / ((1 − p) |ln(1 − p)|))
    /// p = 0, 1    Wilson(p, m),  m = n(h)/S(h),  or n(t)/S(t−) at the last event where S(h) = 0
    /// ```
    /// `n(h)` are still at risk after the horizon. Without censoring `m` is the number of subjects;
    /// with one cause and no event it is the number still at risk (Peto 1977). A binomial interval
    /// with an effective sample is Rothman's (1978).
    ///
    /// # Coverage
    /// The test `intervals_cover_what_they_should` simulates it. Where 10 or more are effectively
    /// watched, 95% intervals hold 90 to 98%; where fewer are, log(−log) holds as little as 80%, and
    /// the chance should not be quoted.
    ///
    /// # References
    /// Kalbfleisch and Prentice (1980), The Statistical Analysis of Failure Time Data. Peto et al.
    /// (1977), British Journal of Cancer 35, 1–39, doi:10.1038/bjc.1977.1. Rothman (1978), Journal of
    /// Chronic Diseases 31, 557–560, doi:10.1016/0021-9681(78)90043-8.
    ///
    /// # Errors
    /// [`Error::Denominator`](crate::Error::Denominator) if nobody is effectively watched, and
    /// [`Error::Argument`](crate::Error::Argument) for a value outside 0 to 1 or a negative error.
    pub fn interval(&self, level: Level) -> Result<Interval> {
        let p = check::within("value", self.value, 0.0, 1.0, "from 0 to 1")?;
        let m = check::denominator(self.effective)?;
        let std_error = check::not_negative("std_error", self.std_error)?;
        let survival = 1.0 - p;
        let theta = level.z() * std_error / (survival * -survival.ln());
        if p <= 0.0 || survival <= 0.0 || !(theta > 0.0 && theta.is_finite()) {
            return wilson((p * m).clamp(0.0, m), m, level);
        }
        let (a, b) = (survival.powf(theta.exp()), survival.powf((-theta).exp()));
        Ok(Interval {
            low: (1.0 - a.max(b)).clamp(0.0, 1.0),
            high: (1.0 - a.min(b)).clamp(0.0, 1.0),
        })
    }

    /// The chance of the opposite, with the same uncertainty; its interval is the other's turned over.
    #[must_use]
    pub fn complement(self) -> Self {
        Self {
            value: 1.0 - self.value,
            ..self
        }
    }
}
