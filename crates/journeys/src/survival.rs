//! Estimates under incomplete follow-up: Kaplan–Meier for one kind of event, Aalen–Johansen where
//! several compete. Times in days, any unit will do; what they are times of is the caller's.

use disparity_stats::{Interval, Level};

/// One subject: how long it was watched, and what ended the watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watched {
    /// Time at which the watch ended.
    pub time: i32,
    /// 0 if nothing happened up to then (censored); otherwise which event happened.
    pub cause: u8,
}

/// A probability with its standard error and the counts behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incidence {
    /// Probability that the event has happened by the horizon.
    pub value: f64,
    /// Standard error; 0 where the estimate is 0 or 1 for lack of events or survivors.
    pub std_error: f64,
    /// Subjects.
    pub subjects: u32,
    /// Events up to the horizon.
    pub events: u32,
}

impl Incidence {
    /// An interval on the log(−log) scale, which stays between 0 and 1 (Kalbfleisch and Prentice
    /// 1980); Wilson's interval where there are no events or only events.
    ///
    /// # Errors
    /// [`disparity_stats::Error`] if there are no subjects.
    pub fn interval(&self, level: Level) -> disparity_stats::Result<Interval> {
        let (p, n) = (self.value, f64::from(self.subjects));
        if self.std_error <= 0.0 || p <= 0.0 || p >= 1.0 {
            return disparity_stats::wilson((p * n).clamp(0.0, n), n, level);
        }
        let survival = 1.0 - p;
        let theta = level.z() * self.std_error / (survival * -survival.ln());
        let (a, b) = (survival.powf(theta.exp()), survival.powf((-theta).exp()));
        Ok(Interval {
            low: (1.0 - a.max(b)).clamp(0.0, 1.0),
            high: (1.0 - a.min(b)).clamp(0.0, 1.0),
        })
    }
}

/// Cumulative incidence of one cause among several by a horizon (Aalen and Johansen 1978), with the
/// delta-method variance of Marubini and Valsecchi (1995). With one cause it is one minus the
/// Kaplan–Meier estimate with Greenwood's variance.
///
/// # Formula
/// ```text
/// S(t)   = Π_{tj ≤ t} (1 − dj/nj)                 dj: events of any cause at tj, nj: at risk
/// Ik(t)  = Σ_{tj ≤ t} S(tj−) dkj/nj
/// Var Ik = Σ (Ik(t) − Ik(tj))² dj/(nj(nj−dj)) + Σ S(tj−)² dkj(nj−dkj)/nj³
///          − 2 Σ (Ik(t) − Ik(tj)) S(tj−) dkj/nj²
/// ```
///
/// # Useful for
/// The chance of care after a plan when closure, death or turning 18 can come first; the chance of
/// earlier help when files begin later than lives do.
///
/// # Not useful for
/// Follow-up that ends for reasons connected with the outcome.
///
/// # Example
/// ```
/// use disparity_journeys::{Watched, cumulative_incidence};
/// let watch = |time, cause| Watched { time, cause };
/// let mut all = [watch(1, 1), watch(2, 2), watch(3, 0), watch(4, 1)];
/// let first = cumulative_incidence(&mut all, 1, 10);
/// assert!((first.value - (0.25 + 0.5)).abs() < 1e-12);
/// ```
///
/// # References
/// Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141–150. Marubini and Valsecchi
/// (1995), Analysing Survival Data from Clinical Trials, section 10.3. Greenwood (1926).
pub fn cumulative_incidence(subjects: &mut [Watched], cause: u8, horizon: i32) -> Incidence {
    subjects.sort_unstable();
    let count = u32::try_from(subjects.len()).unwrap_or(u32::MAX);
    // For each distinct event time: at risk, events of any cause, of this cause, S before, I after.
    let mut steps: Vec<(f64, f64, f64, f64, f64)> = Vec::new();
    let (mut survival, mut incidence, mut at, mut events) = (1.0, 0.0, 0, 0_u32);
    while at < subjects.len() && subjects[at].time <= horizon {
        let time = subjects[at].time;
        let at_risk = (subjects.len() - at) as f64;
        let (mut any, mut own) = (0.0, 0.0);
        while at < subjects.len() && subjects[at].time == time {
            if subjects[at].cause != 0 {
                any += 1.0;
                own += f64::from(u8::from(subjects[at].cause == cause));
            }
            at += 1;
        }
        if any > 0.0 {
            incidence += survival * own / at_risk;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a count of subjects"
            )]
            let happened = own as u32;
            events += happened;
            steps.push((at_risk, any, own, survival, incidence));
            survival *= 1.0 - any / at_risk;
        }
    }
    let mut variance = 0.0;
    for (n, d, own, before, reached) in &steps {
        let later = incidence - reached;
        if n - d > 0.0 {
            variance += later * later * d / (n * (n - d));
        }
        variance += before * before * own * (n - own) / (n * n * n);
        variance -= 2.0 * later * before * own / (n * n);
    }
    let value: f64 = incidence;
    Incidence {
        value: value.clamp(0.0, 1.0),
        std_error: variance.max(0.0).sqrt(),
        subjects: count,
        events,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn watch(list: &[(i32, u8)]) -> Vec<Watched> {
        list.iter()
            .map(|&(time, cause)| Watched { time, cause })
            .collect()
    }

    #[test]
    fn one_cause_is_the_kaplan_meier_of_the_textbook() {
        // Freireich's 6-mercaptopurine arm: S(10) = 0.753 (se 0.0963), S(23) = 0.448 (se 0.1346).
        let mut six = watch(&[
            (6, 1),
            (6, 1),
            (6, 1),
            (6, 0),
            (7, 1),
            (9, 0),
            (10, 1),
            (10, 0),
            (11, 0),
            (13, 1),
            (16, 1),
            (17, 0),
            (19, 0),
            (20, 0),
            (22, 1),
            (23, 1),
            (25, 0),
            (32, 0),
            (32, 0),
            (34, 0),
            (35, 0),
        ]);
        for (horizon, survival, se) in [(10, 0.753, 0.0963), (23, 0.448, 0.1346)] {
            let found = cumulative_incidence(&mut six, 1, horizon);
            assert!((1.0 - found.value - survival).abs() < 5e-4, "{found:?}");
            assert!((found.std_error - se).abs() < 5e-4, "{found:?}");
        }
    }

    #[test]
    fn without_censoring_it_is_the_share() {
        let mut all = watch(&[(1, 1), (2, 2), (3, 1), (400, 0), (400, 0)]);
        let found = cumulative_incidence(&mut all, 1, 365);
        assert!((found.value - 0.4).abs() < 1e-12);
        // Binomial standard error of 2 in 5.
        assert!(
            (found.std_error - (0.4_f64 * 0.6 / 5.0).sqrt()).abs() < 1e-12,
            "{found:?}"
        );
        assert_eq!((found.subjects, found.events), (5, 2));
    }

    #[test]
    fn nobody_is_no_estimate_of_anything() {
        let found = cumulative_incidence(&mut [], 1, 10);
        assert_eq!((found.value, found.subjects), (0.0, 0));
        assert!(found.interval(Level::P95).is_err());
    }

    proptest! {
        #[test]
        fn causes_and_survival_share_the_whole(list in proptest::collection::vec((0..50_i32, 0..3_u8), 1..60)) {
            let mut all = watch(&list);
            let one = cumulative_incidence(&mut all, 1, 49);
            let two = cumulative_incidence(&mut all, 2, 49);
            prop_assert!(one.value >= 0.0 && two.value >= 0.0 && one.value + two.value <= 1.0 + 1e-9);
            let interval = one.interval(Level::P95).unwrap();
            prop_assert!(interval.low <= one.value + 1e-9 && one.value <= interval.high + 1e-9);
            let early = cumulative_incidence(&mut all, 1, 20);
            prop_assert!(early.value <= one.value + 1e-12);
        }
    }
}
