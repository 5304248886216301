//! What is quoted of many children: estimates, and what is certain.

use crate::support::rows_shown;
use disparity_core::answers::GroupBy;
use disparity_core::{Period, Reported};
use disparity_disclosure::{Policy, PriorHelpRow, Proportion};
use disparity_journeys::{CAUSES, Pathway, chances, prior_help, watches};
use disparity_stats::{Chance, Interval, Level};

use super::answers::asked;
use super::histories::{journeys, journeys_covering, push_history, years};
use crate::codelists::dimensions;

/// Groups of children alike, such as `30 × born 2012-01-01, cpp 2018-06-01 2019-12-31`: how many, when
/// born, and the record in the words of other tables.
fn groups(cell: &str) -> Vec<(u32, String, String)> {
    cell.split("; ")
        .map(|group| {
            let (many, rest) = group.split_once(" × ").unwrap();
            let (born, record) = rest.split_once(", ").unwrap();
            let born = born.strip_prefix("born ").unwrap();
            (
                many.parse().unwrap(),
                born.to_owned(),
                record.replace(", ", "; "),
            )
        })
        .collect()
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

fn with_limits(value: f64, interval: Interval) -> String {
    let [low, high] = [interval.low, interval.high].map(|limit| limit * 100.0);
    format!("{} ({low:.1}–{high:.1})", percent(value))
}

/// An estimate of prior help of some entrants, as it is shown with nothing withheld.
pub(super) fn quoted(files: &str, entrants: &str, question: &str, estimate: &str) -> String {
    let mut journeys = journeys(&years(files));
    for (many, born, record) in groups(entrants) {
        for _ in 0..many {
            push_history(&mut journeys, &born, &record);
        }
    }
    let mut params = asked(question);
    params.years = disparity_journeys::Years::Pooled(25);
    let answers = prior_help(&journeys, &dimensions(), &params);
    let everything = Policy::Unprotected {
        reason: "a test".to_owned(),
    };
    let rows = rows_shown(answers, &dimensions(), &everything);
    said(&rows[0], estimate)
}

fn said(row: &PriorHelpRow, estimate: &str) -> String {
    let share = |value: Reported<Proportion>| match value {
        Reported::Value(p) => with_limits(p.value, p.interval),
        Reported::Symbol(symbol) => symbol.to_string(),
    };
    let bound = |value: Reported<f64>| match value {
        Reported::Value(bound) => percent(bound),
        Reported::Symbol(symbol) => symbol.to_string(),
    };
    match estimate {
        "at least" => bound(row.lower_bound),
        "at most" => bound(row.upper_bound),
        "complete window" => share(row.complete_window),
        "Kaplan–Meier" => share(row.kaplan_meier),
        "age-standardised" => share(row.age_standardised),
        "entrants watched" => {
            let linked = row.observed.value().unwrap() + row.incomplete.value().unwrap();
            (linked - row.unwatched.value().unwrap()).to_string()
        }
        other => panic!("{other:?} is no estimate"),
    }
}

/// The chance of a cause by a number of days, of the origins of a year: pathway, cause, days and year.
pub(super) fn chance_of(files: &str, origins: &str, asked: &str) -> String {
    let spans = years(files);
    let mut journeys = journeys_covering(|_| spans.clone());
    for (many, born, record) in groups(origins) {
        for _ in 0..many {
            push_history(&mut journeys, &born, &record);
        }
    }
    let asked: Vec<&str> = asked.split(' ').collect();
    let pathway = pathway(asked[0]);
    let cause = CAUSES.iter().position(|cause| *cause == asked[1]).unwrap();
    let year = Period::ending(asked[3].parse().unwrap()).unwrap();
    let all = watches(&journeys, &dimensions(), pathway, &[GroupBy::Total]);
    let of_year = all.into_iter().find(|(key, _)| key.period == year);
    let Some((_, mut watched)) = of_year else {
        return "nobody".to_owned();
    };
    let found = chances(&mut watched, asked[2].parse().unwrap())[cause];
    let chance = found.chance.map_or_else(
        || "x".to_owned(),
        |chance: Chance| with_limits(chance.value, chance.interval(Level::P95).unwrap()),
    );
    format!("{} of {}, {chance}", found.events, found.subjects)
}

pub(super) fn pathway(word: &str) -> Pathway {
    let mut all = Pathway::ALL.into_iter();
    all.find(|pathway| pathway.as_str() == word)
        .unwrap_or_else(|| panic!("{word:?} is no pathway"))
}
