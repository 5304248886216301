//! Estimates under incomplete follow-up: Kaplan–Meier for one kind of event, Aalen–Johansen where
//! several compete. Times are whole numbers of any unit; what they are times of is the caller's.

use disparity_stats::{Interval, Level};

/// One subject: how long it was watched, what ended the watch, and how long it could have lasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watched {
    /// Time of the event, or the last time at which an event would have been seen.
    pub time: i32,
    /// 0 if nothing happened up to then (censored); otherwise which event happened.
    pub cause: u8,
    /// The last time at which an event would have been seen, had none come before.
    pub until: i32,
}

impl Watched {
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
    /// [`disparity_stats::Error`] if nobody is effectively watched.
    pub fn interval(&self, level: Level) -> disparity_stats::Result<Interval> {
        let (p, m) = (self.value, self.effective);
        let survival = 1.0 - p;
        let theta = level.z() * self.std_error / (survival * -survival.ln());
        if p <= 0.0 || survival <= 0.0 || !(theta > 0.0 && theta.is_finite()) {
            return disparity_stats::wilson((p * m).clamp(0.0, m), m, level);
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

/// One time at which events happened.
struct Step {
    at_risk: f64,
    any: f64,
    own: f64,
    /// Chance that nothing has happened before it.
    before: f64,
    /// Incidence of the cause once it has.
    reached: f64,
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
/// Follow-up that ends for reasons connected with the outcome. Times beyond the follow-up: where
/// nobody could be watched to the horizon, or the last at risk were censored before it, there is no
/// chance, however many events there were.
///
/// # Example
/// ```
/// use disparity_journeys::{Watched, cumulative_incidence};
/// let mut all = [
///     Watched::event(1, 1, 12),
///     Watched::event(2, 2, 12),
///     Watched::censored(3),
///     Watched::event(4, 1, 12),
/// ];
/// let first = cumulative_incidence(&mut all, 1, 10);
/// assert!((first.chance.unwrap().value - (0.25 + 0.5)).abs() < 1e-12);
/// // Nobody could have been watched for 13.
/// assert_eq!(cumulative_incidence(&mut all, 1, 13).chance, None);
/// ```
///
/// # References
/// Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141–150. Marubini and Valsecchi
/// (1995), Analysing Survival Data from Clinical Trials, section 10.3. Greenwood (1926).
pub fn cumulative_incidence(subjects: &mut [Watched], cause: u8, horizon: i32) -> Incidence {
    subjects.sort_unstable();
    let mut steps: Vec<Step> = Vec::new();
    let (mut survival, mut incidence, mut at, mut events) = (1.0, 0.0, 0, 0_u32);
    let mut others = false;
    while at < subjects.len() && subjects[at].time <= horizon {
        let time = subjects[at].time;
        let at_risk = (subjects.len() - at) as f64;
        let (mut any, mut own) = (0_u32, 0_u32);
        while at < subjects.len() && subjects[at].time == time {
            any += u32::from(subjects[at].cause != 0);
            own += u32::from(subjects[at].cause == cause);
            at += 1;
        }
        if any == 0 {
            continue;
        }
        events += own;
        others |= own < any;
        let (any, own) = (f64::from(any), f64::from(own));
        incidence += survival * own / at_risk;
        steps.push(Step {
            at_risk,
            any,
            own,
            before: survival,
            reached: incidence,
        });
        // Exactly 0 when nobody is left.
        survival *= (at_risk - any) / at_risk;
    }
    // Seen to the horizon without an event: later times, and those censored at it.
    let still = |one: &&Watched| one.time > horizon || one.time == horizon && one.cause == 0;
    let left = subjects.iter().filter(still).count();
    let reach = subjects.iter().any(|one| one.until >= horizon);
    let effective = match steps.last() {
        _ if left > 0 => Some(left as f64 / survival),
        Some(last) if survival <= 0.0 => Some(last.at_risk / last.before),
        _ => None,
    };
    let value = match (events, others) {
        (0, _) => 0.0,
        // A sum of parts of 1 may miss it by a rounding error.
        (_, false) if survival <= 0.0 => 1.0,
        _ => incidence.min(1.0),
    };
    Incidence {
        subjects: u32::try_from(subjects.len()).unwrap_or(u32::MAX),
        events,
        chance: effective.filter(|_| reach).map(|effective| Chance {
            value,
            std_error: variance(&steps, incidence).sqrt(),
            effective,
        }),
    }
}

/// The delta-method variance of a cumulative incidence.
fn variance(steps: &[Step], incidence: f64) -> f64 {
    let mut variance = 0.0;
    for step in steps {
        let (n, d, own, before) = (step.at_risk, step.any, step.own, step.before);
        let later = incidence - step.reached;
        if n > d {
            variance += later * later * d / (n * (n - d));
        }
        variance += before * before * own * (n - own) / (n * n * n);
        variance -= 2.0 * later * before * own / (n * n);
    }
    variance.max(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Subjects that could all be watched for long, but for those censored.
    fn watch(list: &[(i32, u8)]) -> Vec<Watched> {
        list.iter()
            .map(|&(time, cause)| match cause {
                0 => Watched::censored(time),
                cause => Watched::event(time, cause, 1000),
            })
            .collect()
    }

    fn chance(list: &[(i32, u8)], horizon: i32) -> Option<Chance> {
        cumulative_incidence(&mut watch(list), 1, horizon).chance
    }

    /// Freireich's 6-mercaptopurine arm.
    const SIX: [(i32, u8); 21] = [
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
    ];

    #[test]
    fn one_cause_is_the_kaplan_meier_of_the_textbook() {
        // S(10) = 0.753 (se 0.0963), S(23) = 0.448 (se 0.1346); limits on the log(−log) scale.
        for (horizon, survival, se, low, high) in [
            (10, 0.753, 0.0963, 0.503, 0.889),
            (23, 0.448, 0.1346, 0.188, 0.680),
        ] {
            let found = chance(&SIX, horizon).unwrap();
            let interval = found.interval(Level::P95).unwrap();
            assert!((1.0 - found.value - survival).abs() < 5e-4, "{found:?}");
            assert!((found.std_error - se).abs() < 5e-4, "{found:?}");
            assert!((1.0 - interval.high - low).abs() < 1e-3, "{interval:?}");
            assert!((1.0 - interval.low - high).abs() < 1e-3, "{interval:?}");
        }
    }

    #[test]
    fn without_censoring_it_is_the_share() {
        let mut all = watch(&[(1, 1), (2, 2), (3, 1), (400, 0), (400, 0)]);
        let found = cumulative_incidence(&mut all, 1, 365);
        assert_eq!((found.subjects, found.events), (5, 2));
        let chance = found.chance.unwrap();
        assert!((chance.value - 0.4).abs() < 1e-12);
        assert!((chance.effective - 5.0).abs() < 1e-12);
        // Binomial standard error of 2 in 5.
        let se = (0.4_f64 * 0.6 / 5.0).sqrt();
        assert!((chance.std_error - se).abs() < 1e-12, "{chance:?}");
    }

    #[test]
    fn nobody_is_no_estimate_of_anything() {
        let found = cumulative_incidence(&mut [], 1, 10);
        assert_eq!((found.chance, found.subjects), (None, 0));
    }

    #[test]
    fn nothing_is_quoted_beyond_the_time_that_anyone_was_watched() {
        // The last to be watched is watched for 35 weeks.
        assert!(chance(&SIX, 35).is_some());
        assert_eq!(chance(&SIX, 36), None);
        // One could have been watched for longer, but had an event; the others were not.
        let early = [(2, 1), (3, 0), (3, 0)];
        assert!(chance(&early, 3).is_some());
        assert_eq!(chance(&early, 4), None);
        // All had events, so that all is known; but whether it may be quoted must not depend on that.
        let mut all = [Watched::event(2, 1, 9), Watched::event(3, 1, 9)];
        assert!(cumulative_incidence(&mut all, 1, 9).chance.is_some());
        assert_eq!(cumulative_incidence(&mut all, 1, 10).chance, None);
    }

    #[test]
    fn at_zero_and_one_the_interval_is_of_those_watched_to_the_horizon() {
        let wilson = |x: f64, n: f64| disparity_stats::wilson(x, n, Level::P95).unwrap();
        let interval = |list: &[(i32, u8)]| chance(list, 50).unwrap().interval(Level::P95).unwrap();
        // Nobody censored: the interval of a share.
        assert_eq!(interval(&[(60, 0); 20]), wilson(0.0, 20.0));
        assert_eq!(interval(&[(7, 1); 10]), wilson(10.0, 10.0));
        // Ten at different times, of which the sum of tenths is not 1 in floating point.
        let ten: Vec<(i32, u8)> = (1..=10).map(|time| (time, 1)).collect();
        assert_eq!(interval(&ten), wilson(10.0, 10.0));
        // Of 20, 15 are lost on the way: 5 are watched to the horizon, and 5 tell.
        let lost: Vec<(i32, u8)> = (1..=15).map(|t| (t, 0)).chain([(60, 0); 5]).collect();
        assert_eq!(interval(&lost), wilson(0.0, 5.0));
        // Those lost before the last event tell of the chance of it no more.
        let last: Vec<(i32, u8)> = (1..=15).map(|t| (t, 0)).chain([(40, 1); 5]).collect();
        assert_eq!(interval(&last), wilson(5.0, 5.0));
        // Of 10, 4 had another event first: 10 are watched all the same.
        let other: Vec<(i32, u8)> = (1..=4).map(|t| (t, 2)).chain([(60, 0); 6]).collect();
        let found = interval(&other);
        assert!((found.high - wilson(0.0, 10.0).high).abs() < 1e-12);
    }

    /// A number between 0 and 1 from a counter (Steele, Lea and Flood 2014).
    fn uniform(state: &mut u64) -> f64 {
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One subject: an event of the first kind by time 1000 with a chance, of a second with another,
    /// and lost at any time before it with a third.
    fn drawn(state: &mut u64, first: f64, second: f64, lost: f64) -> Watched {
        #[expect(clippy::cast_possible_truncation, reason = "a time up to 1000")]
        let mut time = || (uniform(state) * 1000.0) as i32;
        let (event, lost_at) = (time(), time());
        let until = if uniform(state) < lost { lost_at } else { 2000 };
        let which = uniform(state);
        let cause =
            u8::from(which < first) + 2 * u8::from(which >= first && which < first + second);
        if cause > 0 && event <= until {
            Watched::event(event, cause, until)
        } else {
            Watched::censored(until)
        }
    }

    #[test]
    fn intervals_cover_what_they_should() {
        const DRAWS: u32 = 1000;
        let mut state = 20_261_127;
        let mut worst: (f64, String) = (1.0, String::new());
        for second in [0.0, 0.3] {
            for (n, lost) in [(15, 0.0), (30, 0.0), (30, 0.4), (60, 0.6), (200, 0.9)] {
                for first in [0.02, 0.1, 0.5, 0.7] {
                    let (mut quoted, mut held) = (0_u32, 0_u32);
                    for _ in 0..DRAWS {
                        let mut all: Vec<Watched> = (0..n)
                            .map(|_| drawn(&mut state, first, second, lost))
                            .collect();
                        let found = cumulative_incidence(&mut all, 1, 1000).chance;
                        let Some(found) = found.filter(|found| found.effective >= 10.0) else {
                            continue;
                        };
                        quoted += 1;
                        let interval = found.interval(Level::P95).unwrap();
                        held += u32::from(interval.contains(first));
                    }
                    let share = f64::from(held) / f64::from(quoted);
                    assert!(quoted * 2 >= DRAWS, "{n} {lost} {first} {second}: {quoted}");
                    // As low as 90% for a few watched to a far horizon, 92% otherwise.
                    let least = if lost > 0.5 { 0.89 } else { 0.915 };
                    let what = format!("{n} {lost} {first} {second}: {share:.3}");
                    assert!(share >= least, "{what}");
                    if share < worst.0 {
                        worst = (share, what);
                    }
                }
            }
        }
        // It does not cover by being as wide as can be.
        assert!(worst.0 < 0.95, "{worst:?}");
    }

    proptest! {
        #[test]
        fn causes_and_survival_share_the_whole(list in proptest::collection::vec((0..50_i32, 0..3_u8), 1..60)) {
            let mut all = watch(&list);
            let one = cumulative_incidence(&mut all, 1, 49);
            let two = cumulative_incidence(&mut all, 2, 49);
            // Both are quoted or neither.
            prop_assert_eq!(one.chance.is_some(), two.chance.is_some());
            let early = cumulative_incidence(&mut all, 1, 20);
            prop_assert!(early.events <= one.events);
            if let (Some(one), Some(two)) = (one.chance, two.chance) {
                prop_assert!(one.value >= 0.0 && two.value >= 0.0 && one.value + two.value <= 1.0 + 1e-9);
                let interval = one.interval(Level::P95).unwrap();
                prop_assert!(interval.low <= one.value + 1e-9 && one.value <= interval.high + 1e-9);
                let n = list.len() as f64;
                prop_assert!(one.effective > 0.0 && one.effective <= n + 1e-9);
                // A longer time that can be told was long enough for a shorter one.
                let early = early.chance.unwrap();
                prop_assert!(early.value <= one.value + 1e-12);
                // Never outside what is certain: the unseen had it, or had it not.
                let certain = f64::from(cumulative_incidence(&mut all, 1, 49).events) / n;
                let lost = list.iter().filter(|(time, cause)| *cause == 0 && *time < 49).count();
                prop_assert!(one.value >= certain - 1e-9 && one.value <= certain + lost as f64 / n + 1e-9);
            }
        }
    }
}
