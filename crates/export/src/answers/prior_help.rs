//! Rows of prior help: one for each estimator, as a ratio never travels without its counts.

use std::collections::BTreeSet;

use disparity_core::{Catalogue, Journeys, Reported};
use disparity_disclosure::{PriorHelpRow, Proportion, Release};

use super::{la_name, span};

/// The columns.
pub const PRIOR_HELP_HEADER: [&str; 29] = [
    "synthetic",
    "time_period",
    "geographic_level",
    "new_la_code",
    "old_la_code",
    "la_name",
    "indicator",
    "look_back_years",
    "lead_days",
    "mode",
    "group_by",
    "group",
    "group_name",
    "entrants",
    "unlinked",
    "incomplete",
    "estimator",
    "headline",
    "numerator",
    "denominator",
    "estimate",
    "conf_low",
    "conf_high",
    "conf_level",
    "unit",
    "method",
    "symbol",
    "looks_back_into",
    "unprotected",
];

/// The rows, for each answer one for each estimator.
pub fn prior_help_rows<'a>(
    release: &'a Release<Vec<PriorHelpRow>>,
    journeys: &'a Journeys,
    catalogue: &'a Catalogue,
) -> impl Iterator<Item = Vec<String>> + 'a {
    let reason = release.policy().reason().unwrap_or_default();
    let rows = release.rows().iter();
    rows.flat_map(move |row| long(row, journeys, catalogue, reason))
}

fn share(value: Reported<Proportion>) -> [String; 4] {
    match value {
        Reported::Value(p) => [
            p.value.to_string(),
            p.interval.low.to_string(),
            p.interval.high.to_string(),
            String::new(),
        ],
        Reported::Symbol(symbol) => [
            String::new(),
            String::new(),
            String::new(),
            symbol.to_string(),
        ],
    }
}

/// Name, method, numerator, denominator, and value with limits and symbol.
type Estimator = (&'static str, &'static str, String, String, [String; 4]);

fn estimators(row: &PriorHelpRow) -> [Estimator; 5] {
    let sum = |a: Reported<u32>, b: Reported<u32>| a.zip(b).map(|(a, b)| a + b).to_string();
    let plain = |value: Reported<f64>| match value {
        Reported::Value(v) => [v.to_string(), String::new(), String::new(), String::new()],
        Reported::Symbol(s) => [String::new(), String::new(), String::new(), s.to_string()],
    };
    let linked = sum(row.observed, row.incomplete);
    // Whoever was watched for no time says nothing.
    let watched = row.observed.zip(row.incomplete).zip(row.unwatched);
    let watched = watched.map(|((a, b), none)| (a + b).saturating_sub(none));
    [
        (
            "complete_window",
            "wilson",
            row.helped.to_string(),
            row.observed.to_string(),
            share(row.complete_window),
        ),
        (
            "lower_bound",
            "bounds",
            String::new(),
            linked.clone(),
            plain(row.lower_bound),
        ),
        (
            "upper_bound",
            "bounds",
            String::new(),
            linked.clone(),
            plain(row.upper_bound),
        ),
        (
            "reverse_kaplan_meier",
            "kaplan_meier_greenwood",
            String::new(),
            watched.to_string(),
            share(row.kaplan_meier),
        ),
        (
            "age_standardised",
            "direct_age_wilson",
            row.helped.to_string(),
            row.observed.to_string(),
            share(row.age_standardised),
        ),
    ]
}

/// One row for each estimator: a ratio never travels without its counts.
fn long(
    row: &PriorHelpRow,
    journeys: &Journeys,
    catalogue: &Catalogue,
    unprotected: &str,
) -> Vec<Vec<String>> {
    let [level, code, old, name] = la_name(journeys, catalogue, row.key.authority);
    let group = row.key.group;
    let into: BTreeSet<&String> = journeys
        .authorities()
        .iter()
        .enumerate()
        .filter(|(at, _)| row.key.authority.is_none_or(|own| own == *at))
        .flat_map(|(_, own)| row.key.looks_back_into(own))
        .collect();
    let into: Vec<&str> = into.into_iter().map(String::as_str).collect();
    let into = into.join("+");
    estimators(row)
        .into_iter()
        .map(
            |(estimator, method, numerator, denominator, [value, low, high, symbol])| {
                let headline = (estimator == "complete_window" && !row.headline_withheld)
                    || (estimator == "reverse_kaplan_meier" && row.headline_withheld);
                let withheld = estimator == "complete_window" && row.headline_withheld;
                let conf = if low.is_empty() { "" } else { "0.95" };
                vec![
                    journeys.synthetic.to_string(),
                    span(row.key.from, row.key.to),
                    level.clone(),
                    code.clone(),
                    old.clone(),
                    name.clone(),
                    format!("prior_help_{}", row.key.kind.as_str()),
                    row.key.look_back.word(),
                    row.key.lead.to_string(),
                    row.key.mode.as_str().into(),
                    group.by.as_str().into(),
                    group.code(&catalogue.dimensions, journeys.codes()).into(),
                    group.label(&catalogue.dimensions, journeys.codes()).into(),
                    row.entrants.to_string(),
                    row.unlinked.to_string(),
                    row.incomplete.to_string(),
                    estimator.into(),
                    headline.to_string(),
                    numerator,
                    denominator,
                    if withheld { String::new() } else { value },
                    if withheld { String::new() } else { low },
                    if withheld { String::new() } else { high },
                    if withheld { String::new() } else { conf.into() },
                    "proportion".into(),
                    method.into(),
                    if withheld && symbol.is_empty() {
                        "u".into()
                    } else {
                        symbol
                    },
                    into.clone(),
                    unprotected.to_owned(),
                ]
            },
        )
        .collect()
}
