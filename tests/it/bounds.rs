//! No estimate of invented children lies outside what is certain of them, whichever files are missing.

use crate::support::rows_shown;
use disparity_core::answers::{GroupBy, LookBack, Mode, PriorHelp};
use disparity_core::{Day, Reported, Symbol};
use disparity_disclosure::Policy;
use disparity_journeys::{Pathway, PriorHelpParams, Years, chances, prior_help, watches};
use disparity_returns::Outcome;
use disparity_simulate::{World, manifest};

use crate::codelists::dimensions;
use crate::planted::read_part_of;

fn world(seed: u64) -> World {
    World {
        children_per_year: 60,
        care: 0.35,
        ..World::new(2, 7, seed)
    }
}

/// What is missing from a world, and the world read without it.
fn readings(seed: u64) -> Vec<(&'static str, Outcome)> {
    let world = world(seed);
    let whole = manifest(&world);
    let late: String = whole
        .lines()
        .map(|line| {
            if line.starts_with("coverage_start") {
                "coverage_start = \"2022-04-01\"\n".to_owned()
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    let census = |path: &str, years: &[u16]| {
        let named = |year: &u16| path.ends_with(&format!("cin_{year}.xml"));
        years.iter().any(named)
    };
    let read = |keep: &dyn Fn(&str) -> bool, manifest: &str| read_part_of(&world, keep, manifest).0;
    vec![
        ("nothing", read(&|_| true, &whole)),
        ("early help before 2022", read(&|_| true, &late)),
        (
            "early help",
            read(&|path| !path.contains("early_help"), &whole),
        ),
        (
            "censuses of 2022 and 2023",
            read(&|path| !census(path, &[2022, 2023]), &whole),
        ),
        (
            "censuses before 2023",
            read(&|path| !census(path, &[2019, 2020, 2021, 2022]), &late),
        ),
    ]
}

/// Answers to questions of many kinds, each year by itself and all together.
fn answers(outcome: &Outcome) -> Vec<PriorHelp> {
    let mut params = PriorHelpParams {
        look_backs: vec![
            LookBack::Years(1),
            LookBack::Years(3),
            LookBack::Years(5),
            LookBack::Ever,
        ],
        leads: vec![0, 28],
        modes: Mode::ALL.to_vec(),
        ..PriorHelpParams::default()
    };
    let mut all = prior_help(&outcome.journeys, &dimensions(), &params);
    params.years = Years::Each;
    params.groups = vec![GroupBy::Total];
    all.extend(prior_help(&outcome.journeys, &dimensions(), &params));
    all
}

/// Estimates held against their bounds, and those that were not quoted.
#[derive(Debug, Default)]
struct Held {
    complete: usize,
    kaplan_meier: usize,
    headlines: usize,
    standardised: usize,
    untold: usize,
}

#[test]
fn no_estimate_lies_outside_what_is_certain() {
    let mut held = Held::default();
    for (missing, outcome) in (1..=2).flat_map(readings) {
        for answer in answers(&outcome) {
            let (low, high) = answer.bounds().unwrap_or((0.0, 1.0));
            let within = |share: f64| {
                assert!(
                    low - 1e-9 <= share && share <= high + 1e-9,
                    "without {missing}: {share} is not from {low} to {high}: {answer:?}"
                );
            };
            let c = answer.counts;
            if let Some(share) = answer.complete_window() {
                within(share);
                held.complete += 1;
            } else if c.complete() > 0 {
                // The share there would be, which is not quoted.
                let share = f64::from(c.complete_yes) / f64::from(c.complete());
                assert!(share < low || share > high, "{answer:?}");
                held.untold += 1;
            }
            if let Some(found) = answer.kaplan_meier {
                within(found.value);
                assert!(c.complete() > 0 && answer.key.mode == Mode::Overlap);
                assert!(found.effective <= f64::from(c.linked() - c.unwatched) + 1e-9);
                held.kaplan_meier += 1;
            }
        }
    }
    crate::support::say(&format!("{held:?}"));
    // Neither is empty, nor does the rule do nothing.
    assert!(
        held.complete > 5_000 && held.kaplan_meier > 1_000,
        "{held:?}"
    );
    assert!(held.untold > 500, "{held:?}");
}

#[test]
fn no_headline_that_is_shown_lies_outside_the_bounds_beside_it() {
    let everything = Policy::Unprotected {
        reason: "a test".to_owned(),
    };
    let mut held = Held::default();
    for (missing, outcome) in readings(4) {
        let answers = answers(&outcome);
        let answers: Vec<PriorHelp> = answers
            .into_iter()
            .filter(|a| a.key.lead == 0 && a.key.from < a.key.to)
            .collect();
        for row in rows_shown(answers, &dimensions(), &everything) {
            let (Reported::Value(low), Reported::Value(high)) = (row.lower_bound, row.upper_bound)
            else {
                continue;
            };
            let headline = if row.headline_withheld {
                row.kaplan_meier
            } else {
                row.complete_window
            };
            match headline {
                Reported::Value(p) => {
                    assert!(
                        low - 1e-9 <= p.value && p.value <= high + 1e-9,
                        "without {missing}: {row:?}"
                    );
                    held.headlines += 1;
                }
                Reported::Symbol(symbol) => {
                    held.untold += usize::from(symbol == Symbol::NotAvailable);
                }
            }
            held.standardised += usize::from(row.age_standardised.value().is_some());
        }
    }
    crate::support::say(&format!("{held:?}"));
    assert!(held.headlines > 1_000 && held.untold > 200, "{held:?}");
    assert!(held.standardised > 100, "{held:?}");
}

#[test]
fn no_chance_is_told_beyond_the_time_for_which_anyone_could_be_watched() {
    let (mut told, mut untold) = (0, 0);
    for (missing, outcome) in readings(5) {
        for pathway in Pathway::ALL {
            let all = watches(&outcome.journeys, &dimensions(), pathway, &[GroupBy::Total]);
            for (key, mut watched) in all {
                let longest = watched.iter().map(|one| one.until).max().unwrap_or(0);
                // The files end on 31 March 2025, and a year's origins are in the year.
                let end = Day::new(2025, 3, 31).unwrap();
                let first = Day::first_of(key.period);
                assert!(longest <= end.since(first), "without {missing}: {key:?}");
                for horizon in [91, 183, 365, 731] {
                    let found = chances(&mut watched, horizon);
                    let sum: f64 = found
                        .iter()
                        .filter_map(|found| found.chance)
                        .map(|chance| chance.value)
                        .sum();
                    assert!(sum <= 1.0 + 1e-9, "{key:?}");
                    for chance in found {
                        assert!(chance.chance.is_none() || horizon <= longest, "{key:?}");
                        told += usize::from(chance.chance.is_some());
                        untold += usize::from(chance.chance.is_none());
                    }
                }
            }
        }
    }
    assert!(told > 500 && untold > 100, "{told} {untold}");
}
