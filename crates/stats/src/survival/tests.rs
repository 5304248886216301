//! Textbook figures, what may be quoted, and how often intervals hold the truth.

use proptest::prelude::*;

use super::*;

/// Subjects that could all be watched for long, but for those censored.
fn watch(list: &[(i32, u8)]) -> Vec<FollowUp> {
    list.iter()
        .map(|&(time, cause)| match cause {
            0 => FollowUp::censored(time),
            cause => FollowUp::event(time, cause, 1000),
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
    let mut all = [FollowUp::event(2, 1, 9), FollowUp::event(3, 1, 9)];
    assert!(cumulative_incidence(&mut all, 1, 9).chance.is_some());
    assert_eq!(cumulative_incidence(&mut all, 1, 10).chance, None);
}

#[test]
fn at_zero_and_one_the_interval_is_of_those_watched_to_the_horizon() {
    let wilson = |x: f64, n: f64| wilson(x, n, Level::P95).unwrap();
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
fn drawn(state: &mut u64, first: f64, second: f64, lost: f64) -> FollowUp {
    #[expect(clippy::cast_possible_truncation, reason = "a time up to 1000")]
    let mut time = || (uniform(state) * 1000.0) as i32;
    let (event, lost_at) = (time(), time());
    let until = if uniform(state) < lost { lost_at } else { 2000 };
    let which = uniform(state);
    let cause = u8::from(which < first) + 2 * u8::from(which >= first && which < first + second);
    if cause > 0 && event <= until {
        FollowUp::event(event, cause, until)
    } else {
        FollowUp::censored(until)
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
                    let mut all: Vec<FollowUp> = (0..n)
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
