//! `disparity authority`: one authority beside its neighbours, region and England.

use anyhow::Result;
use disparity_core::{Area, AreaLookupError, ExpectedCount, Measured, Reported};
use disparity_report::profile::{Against, Row, profile};
use disparity_report::{View, ratio, reported, with_interval};
use serde::Serialize;
use std::fmt::Write as _;

use super::sections;
use crate::args::{AuthorityArgs, Format};
use crate::out::{csv, print, table};
use crate::plan::{find_authority, for_authority};
use crate::progress::Progress;
use crate::stages::Published;

pub(crate) fn authority(args: &AuthorityArgs) -> Result<()> {
    let mut progress = Progress::new(false);
    let published = Published::load(&args.selection, &mut progress)?;
    let catalogue = published.catalogue();
    let code = find_authority(&args.name, &catalogue.areas)?;
    let plan = for_authority(&args.selection, code, Vec::new(), catalogue)?;
    let release = published.release(&plan, &mut progress)?;
    let view = View::new(&release, catalogue, &plan);
    let area = catalogue.areas.get(code).ok_or(AreaLookupError::Unknown {
        typed: args.name.clone(),
        hint: None,
    })?;
    let rows = profile(view, area);
    print(&match args.format {
        Format::Text => text(view, area, &rows),
        Format::Json => serde_json::to_string_pretty(&records(view, area, &rows))? + "\n",
        Format::Csv => csv(&records(view, area, &rows))?,
    })
}

fn text(view: View<'_>, area: &Area, rows: &[Row<'_>]) -> String {
    let areas = &view.catalogue.areas;
    let region = area
        .region
        .map(|region| areas.name(region))
        .unwrap_or_default();
    let mut text = format!("{} ({}), {region}\n", area.name, area.code);
    let neighbours = areas.neighbours(view.plan.neighbours, area.code);
    if !neighbours.is_empty() {
        let names: Vec<String> = neighbours
            .iter()
            .map(|neighbour| areas.name(neighbour.area))
            .collect();
        let _ = writeln!(
            text,
            "Statistical neighbours ({}): {}",
            view.plan.neighbours.0,
            names.join(", ")
        );
    }
    if let Some(inspection) = view.catalogue.context.inspections.get(&area.code) {
        let _ = writeln!(
            text,
            "Ofsted overall effectiveness: {} (inspected {})",
            inspection.overall, inspection.inspected
        );
    }
    for change in areas.boundary_changes(area.code) {
        let named = |code| format!("{} ({code})", areas.name(code));
        let (before, after) = (named(change.predecessor), named(change.successor));
        let _ = writeln!(
            text,
            "Boundary change on {}: {before} to {after} ({})",
            change.effective,
            change.kind.word()
        );
    }
    text.push('\n');
    let figure = format!("Figure ({} interval)", view.level());
    let header = [
        "Indicator",
        "Year",
        "Count",
        &figure,
        "Neighbours",
        "with data",
        "Region",
        "England",
        "Expected",
        "Observed ÷ expected",
        "Standing out",
    ];
    text += &table(
        &header,
        &[2, 3, 4, 5, 6, 7, 8, 9],
        rows.iter().map(|row| line(view, row)),
    );
    text += &sections::given(view, rows);
    text += &sections::gradients(view, rows);
    text += &sections::small_numbers(view, area);
    text += "\nRates are per 10,000 children aged 0 to 17. Expected is at England's rate: arithmetic, not a target.\n\
             Standing out allows for the ordinary spread between authorities. [c] withheld, [x] not available,\n\
             [u] unreliable, [z] does not apply. Other years and intervals: disparity run.\n";
    text
}

fn line(view: View<'_>, row: &Row<'_>) -> Vec<String> {
    let own = view.indicator(row.indicator);
    let other = |against: &Against| against.words(own);
    let expected = row.expected.map(|row| row.outcome);
    let adjusted = row.expected.and_then(|row| row.adjusted.value());
    vec![
        own.short_title.clone(),
        row.period.to_string(),
        reported(&row.count, |n| disparity_report::count(f64::from(*n))),
        reported(&row.estimate, |m| with_interval(m, own)),
        other(&row.neighbours),
        row.neighbours
            .neighbours
            .map_or(String::new(), |found| match found.withheld {
                0 => format!("{}/10", found.with_data),
                withheld => format!("{}/10, {withheld} [c]", found.with_data),
            }),
        other(&row.region),
        other(&row.england),
        expected.map_or(String::new(), |e| {
            reported(&e, |e| disparity_report::count(e.expected))
        }),
        expected.map_or(String::new(), |e| reported(&e, |e| ratio(&e.ratio))),
        adjusted.map_or(String::new(), |adjusted| {
            adjusted.position.words(view.levels())
        }),
    ]
}

/// A row with full precision and stable names.
#[derive(Debug, Serialize)]
struct Record {
    new_la_code: String,
    la_name: String,
    indicator: String,
    time_period: u16,
    unit: &'static str,
    numerator: Option<u32>,
    estimate: Option<f64>,
    conf_low: Option<f64>,
    conf_high: Option<f64>,
    conf_level: f64,
    symbol: Option<&'static str>,
    neighbours_median: Option<f64>,
    neighbours_with_data: Option<u8>,
    /// Neighbours whose figure is withheld, and the bounds that leaves of the median.
    neighbours_withheld: Option<u8>,
    neighbours_median_low: Option<f64>,
    neighbours_median_high: Option<f64>,
    region: Option<f64>,
    england: Option<f64>,
    ratio_to_year_before: Option<f64>,
    ratio_to_five_years_before: Option<f64>,
    expected: Option<f64>,
    observed_over_expected: Option<f64>,
    observed_over_expected_low: Option<f64>,
    observed_over_expected_high: Option<f64>,
    adjusted_position: Option<String>,
    /// The rate drawn towards that of its kind, where few children were counted.
    shrunken: Option<f64>,
    shrunken_low: Option<f64>,
    shrunken_high: Option<f64>,
    /// England's rate in its most over that in its least deprived tenth, and how it was found.
    england_most_to_least: Option<f64>,
    england_most_to_least_low: Option<f64>,
    england_most_to_least_high: Option<f64>,
    england_gradient: Option<&'static str>,
    /// Against the model that knows most; the others are in the tables of a run.
    given_expected: Option<f64>,
    given_observed_over_expected: Option<f64>,
    given_observed_over_expected_low: Option<f64>,
    given_observed_over_expected_high: Option<f64>,
    given_probability_above: Option<f64>,
    given_position: Option<String>,
    issue_codes: String,
}

fn records(view: View<'_>, area: &Area, rows: &[Row<'_>]) -> Vec<Record> {
    rows.iter()
        .map(|row| {
            let own = view.indicator(row.indicator);
            let factor = own.unit().factor();
            let value = |measured: Reported<Measured>| measured.value().map(|m| m.value);
            let expected: Option<ExpectedCount> = row.expected.and_then(|row| row.outcome.value());
            let given = row.given_all();
            let given_count = given.and_then(|row| row.outcome.value());
            let bounds = row.neighbours.neighbours.map(|found| found.bounds);
            let ends = row.estimate.value().map(|m| m.intervals.shown());
            let gradient = row.most_to_least.and_then(|row| row.value.value());
            Record {
                new_la_code: area.code.to_string(),
                la_name: area.name.clone(),
                indicator: own.name.clone(),
                time_period: row.period.year(),
                unit: own.unit().as_str(),
                numerator: row.count.value(),
                estimate: value(row.estimate).map(|v| v * factor),
                conf_low: ends.map(|ends| ends.low * factor),
                conf_high: ends.map(|ends| ends.high * factor),
                conf_level: view.levels().first().value(),
                symbol: row.estimate.symbol().map(disparity_core::Symbol::mark),
                neighbours_median: row.neighbours.value.value().map(|v| v * factor),
                neighbours_with_data: row.neighbours.neighbours.map(|found| found.with_data),
                neighbours_withheld: row.neighbours.neighbours.map(|found| found.withheld),
                neighbours_median_low: bounds.map(|ends| ends.low * factor),
                neighbours_median_high: bounds
                    .map(|ends| ends.high * factor)
                    .filter(|high| high.is_finite()),
                region: row.region.value.value().map(|v| v * factor),
                england: row.england.value.value().map(|v| v * factor),
                ratio_to_year_before: value(row.year_before.ratio),
                ratio_to_five_years_before: value(row.five_years_before.ratio),
                expected: expected.map(|e| e.expected),
                observed_over_expected: expected.map(|e| e.ratio.value),
                observed_over_expected_low: expected.map(|e| e.ratio.intervals.shown().low),
                observed_over_expected_high: expected.map(|e| e.ratio.intervals.shown().high),
                adjusted_position: row
                    .expected
                    .and_then(|row| row.adjusted.value())
                    .map(|a| a.position.word(view.levels())),
                shrunken: row.drawn.map(|m| m.value * factor),
                shrunken_low: row.drawn.map(|m| m.intervals.shown().low * factor),
                shrunken_high: row.drawn.map(|m| m.intervals.shown().high * factor),
                england_most_to_least: gradient.map(|m| m.value),
                england_most_to_least_low: gradient.map(|m| m.intervals.shown().low),
                england_most_to_least_high: gradient.map(|m| m.intervals.shown().high),
                england_gradient: row.most_to_least.map(|row| row.found.as_str()),
                given_expected: given_count.map(|e| e.expected),
                given_observed_over_expected: given_count.map(|e| e.ratio.value),
                given_observed_over_expected_low: given_count
                    .map(|e| e.ratio.intervals.shown().low),
                given_observed_over_expected_high: given_count
                    .map(|e| e.ratio.intervals.shown().high),
                given_probability_above: given
                    .and_then(|row| row.model_based.value())
                    .map(|found| found.probability_above),
                given_position: given
                    .and_then(|row| row.adjusted.value())
                    .map(|found| found.position.word(view.levels())),
                issue_codes: row.issues.to_string(),
            }
        })
        .collect()
}
