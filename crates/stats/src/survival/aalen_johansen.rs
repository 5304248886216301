//! Cumulative incidence of one event where others compete with it.

use super::{Chance, FollowUp, Incidence};

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

#[doc = include_str!("../../docs/cumulative_incidence.md")]
pub fn cumulative_incidence(subjects: &mut [FollowUp], cause: u8, horizon: i32) -> Incidence {
    incidence_of(subjects, horizon, |found| found == cause)
}

/// The incidence of the causes asked about; any other event competes with them.
pub(super) fn incidence_of(
    subjects: &mut [FollowUp],
    horizon: i32,
    is_own: impl Fn(u8) -> bool,
) -> Incidence {
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
            own += u32::from(is_own(subjects[at].cause));
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
    let still = |one: &&FollowUp| one.time > horizon || one.time == horizon && one.cause == 0;
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
