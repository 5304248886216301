//! The table of estimates of a run from returns: counts of indicators, and what they are parts of.

use disparity_core::{Catalogue, DenominatorKind, Dimension};

use super::printed::{Key, Names, Output, Place};
use super::prior_help;
use crate::rows::Row;

/// The name of an indicator's count.
pub(super) fn indicator(name: &str) -> String {
    format!("indicator: {name}")
}

/// Takes in a row: the count of an authority, and the count that it is part of.
pub(super) fn take(out: &mut Output, names: &mut Names, catalogue: &Catalogue, row: Row<'_>) {
    let area = [row("new_la_code"), row("old_la_code")];
    let area = area.into_iter().find(|code| !code.is_empty());
    let (Some(area), Ok(year)) = (area, row("time_period").parse::<u16>()) else {
        return;
    };
    let told_apart: Vec<Dimension> = Dimension::ALL
        .into_iter()
        .filter(|dimension| !["Total", ""].contains(&row(dimension.column())))
        .collect();
    let (by, group) = match told_apart[..] {
        [] => ("total", "Total"),
        [one] => (one.column(), row(one.column())),
        _ => return,
    };
    let place = Place {
        years: (year, year),
        area: names.of(area),
        by: names.of(by),
        group: names.of(group),
    };
    let name = row("indicator");
    let indicators = &catalogue.indicators;
    let whole = indicators
        .id(name)
        .and_then(|id| match indicators.get(id).denominator {
            DenominatorKind::Indicator(whole) => Some(indicators.get(whole).name.clone()),
            DenominatorKind::Children0To17 => None,
        });
    // Prior help in a run is that of the usual window.
    let (own, whole) = match name.strip_prefix("prior_help_") {
        Some(_) => (
            prior_help::helped(name, "5", "1", "overlap"),
            Some(prior_help::observed(name, "5")),
        ),
        None => (indicator(name), whole.map(|whole| indicator(&whole))),
    };
    let own = names.of(&own);
    out.add(Key { what: own, place }, row("numerator"));
    if let Some(whole) = whole {
        let what = names.of(&whole);
        let text = row("denominator");
        // Parquet and CSV have it as a number with or without a point.
        out.add(Key { what, place }, text.strip_suffix(".0").unwrap_or(text));
    }
}
