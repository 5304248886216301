//! Kaplan-Meier and Aalen-Johansen.

use disparity_stats::{FollowUp, cumulative_incidence, kaplan_meier};

use super::{Inputs, Outputs};

/// Later than any time of a table: an event would have been seen had it come then.
const LONG: i32 = 100_000;

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Outputs {
    let times = given.text("time").split('|').map(|t| t.parse().unwrap());
    let mut all: Vec<FollowUp> = times
        .zip(given.text("cause").split('|'))
        .map(|(time, cause)| match cause.parse().unwrap() {
            0 => FollowUp::censored(time),
            cause => FollowUp::event(time, cause, LONG),
        })
        .collect();
    let horizon = given.text("horizon").parse().unwrap();
    let found = match method {
        "kaplan_meier" => kaplan_meier(&mut all, horizon),
        "cumulative_incidence" => {
            cumulative_incidence(&mut all, given.text("of").parse().unwrap(), horizon)
        }
        other => panic!("no harness for {other}"),
    };
    let chance = found.chance.unwrap();
    let interval = chance.interval(given.level()).unwrap();
    vec![
        ("value".into(), chance.value),
        ("std_error".into(), chance.std_error),
        ("low".into(), interval.low),
        ("high".into(), interval.high),
    ]
}
