//! Rows of the tables of journeys.

use disparity_core::{Catalogue, Journeys, Reported};
use disparity_disclosure::{JourneyLines, JourneyRow, Release};

use super::la_name;

/// The columns.
pub const JOURNEY_HEADER: [&str; 16] = [
    "synthetic",
    "table",
    "time_period",
    "new_la_code",
    "old_la_code",
    "la_name",
    "measure",
    "group_by",
    "group",
    "numerator",
    "denominator",
    "estimate",
    "conf_low",
    "conf_high",
    "symbol",
    "unprotected",
];

/// The rows, table by table.
pub fn journey_rows<'a>(
    release: &'a Release<JourneyLines>,
    journeys: &'a Journeys,
    catalogue: &'a Catalogue,
) -> impl Iterator<Item = Vec<String>> + 'a {
    let rows = release.rows();
    let reason = release.policy().reason().unwrap_or_default();
    rows.map(move |row| {
        let mut texts = texts(&row, journeys, catalogue);
        texts.push(reason.to_owned());
        texts
    })
}

fn texts(row: &JourneyRow<'_>, journeys: &Journeys, catalogue: &Catalogue) -> Vec<String> {
    let (value, low, high, symbol) = match row.estimate {
        Reported::Value(p) => (
            p.value.to_string(),
            p.interval.low.to_string(),
            p.interval.high.to_string(),
            String::new(),
        ),
        Reported::Symbol(s) => (String::new(), String::new(), String::new(), s.to_string()),
    };
    let [_, code, old, la] = la_name(journeys, catalogue, row.authority);
    let (dimensions, codes) = (&catalogue.dimensions, journeys.codes());
    let denominator = row.denominator.map(|of| of.to_string());
    vec![
        journeys.synthetic.to_string(),
        row.table.as_str().to_owned(),
        row.year.to_string(),
        code,
        old,
        la,
        row.measure.to_owned(),
        row.group.by.as_str().to_owned(),
        row.group.label(dimensions, codes).to_owned(),
        row.numerator.to_string(),
        denominator.unwrap_or_default(),
        value,
        low,
        high,
        symbol,
    ]
}
