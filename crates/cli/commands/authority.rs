//! `disparity authority`: one area beside its neighbours, region and England.

use anyhow::Result;
use disparity_core::{
    Area, Expected, GeographicLevel, IssueCode, Measured, Nation, Reported, Verdict,
};
use disparity_report::profile::{Against, BEHIND, Row, Years, profile};
use disparity_report::{View, reported, with_interval};
use serde::Serialize;

use super::sections;
use crate::args::{AuthorityArgs, Format};
use crate::out::{csv, paragraph, print, table};
use crate::plan::{PlanFile, find_area, for_area};
use crate::progress::Progress;
use crate::stages::Published;
use crate::years::Unheld;

/// Prints an area's figures; false where what was asked for is not there.
pub(crate) fn authority(args: &AuthorityArgs) -> Result<bool> {
    let mut progress = Progress::new(false);
    let published = Published::load_with(
        std::slice::from_ref(&args.name),
        &args.selection,
        &mut progress,
    )?;
    let catalogue = published.catalogue();
    let area = find_area(&args.name, &catalogue.areas)?;
    let file = PlanFile::read(&args.selection)?;
    let plan = for_area(&args.selection, &file, area.code, Vec::new(), catalogue)?;
    let named = file.names_indicators(&args.selection);
    let unheld = Unheld::of(&plan, named, published.cube(), catalogue, Some(area));
    unheld.say();
    if unheld.empty {
        return Ok(false);
    }
    let release = published.release(&plan, &mut progress)?;
    let view = View::new(&release, catalogue, &plan);
    // Years that were asked for are all shown; without, the last one of each indicator.
    let years = if plan.periods.is_some() {
        Years::Every
    } else {
        Years::Last
    };
    let rows = profile(view, area, years);
    print(&match args.format {
        Format::Text => text(view, area, &rows, years),
        Format::Json => serde_json::to_string_pretty(&records(view, area, &rows))? + "\n",
        Format::Csv => csv(&records(view, area, &rows))?,
    })?;
    Ok(!unheld.failed)
}

fn text(view: View<'_>, area: &Area, rows: &[Row<'_>], years: Years) -> String {
    let mut text = heading(view, area);
    text += &figures(view, area, rows);
    // England against England's rate says nothing.
    if area.level != GeographicLevel::National {
        text += &sections::against_expected(view, rows);
    }
    text += &sections::gradients(view, rows);
    text += &sections::small_numbers(view, area, years);
    let others = match years {
        Years::Last => " Other years: --period 2018-2025.",
        Years::Every => "",
    };
    let apart = match view.nation() {
        Nation::England => String::new(),
        Nation::Wales => paragraph(IssueCode::NationsDiffer.meaning()),
    };
    text + "\n"
        + &apart
        + &paragraph(&format!(
            "Rates are per 10,000 children aged 0 to 17. [c] withheld, [x] not available, [u] unreliable, [z] does \
             not apply.{others} Everything: disparity run."
        ))
}

/// Who the area is.
fn heading(view: View<'_>, area: &Area) -> String {
    let areas = &view.catalogue.areas;
    let within = area
        .region
        .map_or(String::new(), |region| format!(", {}", areas.name(region)));
    let mut text = format!("{} ({}){within}\n", area.name, area.code);
    let neighbours = areas.neighbours(view.plan.neighbours, area.code);
    if !neighbours.is_empty() {
        let names: Vec<String> = neighbours
            .iter()
            .map(|neighbour| areas.name(neighbour.area))
            .collect();
        text += &paragraph(&format!(
            "Statistical neighbours ({}): {}",
            view.plan.neighbours.0,
            names.join("; ")
        ));
    }
    if let Some(inspection) = view.catalogue.context.inspections.get(&area.code) {
        text += &paragraph(&format!(
            "Ofsted overall effectiveness: {} (inspected {})",
            inspection.overall, inspection.inspected
        ));
    }
    for change in areas.boundary_changes(area.code) {
        let named = |code| format!("{} ({code})", areas.name(code));
        let (before, after) = (named(change.predecessor), named(change.successor));
        text += &paragraph(&format!(
            "Boundary change on {}: {before} to {after} ({})",
            change.effective,
            change.kind.word()
        ));
    }
    text.push('\n');
    text
}

/// The figures, beside those of the larger areas that it lies in and of its neighbours.
fn figures(view: View<'_>, area: &Area, rows: &[Row<'_>]) -> String {
    let figure = format!("Figure ({} interval)", view.level());
    let mut header = vec!["Indicator", "Year", "Count", figure.as_str()];
    let nation = view.nation().name();
    // Where there are neither lists of neighbours nor regions, the nation alone stands beside an authority.
    let alone = view.catalogue.areas.neighbour_models().is_empty();
    header.extend(match area.level {
        GeographicLevel::LocalAuthority if !alone => &["Neighbours", "with data", "Region"][..],
        _ => &[],
    });
    if area.level != GeographicLevel::National {
        header.push(nation);
    }
    let right: Vec<usize> = (2..header.len()).collect();
    let lines = rows.iter().map(|row| {
        let own = view.indicator(row.indicator);
        let other = |against: &Against| against.words(own);
        let mut line = vec![
            own.short_title.clone(),
            row.period.to_string(),
            reported(&row.count, |n| disparity_report::count(f64::from(*n))),
            reported(&row.estimate, |m| with_interval(m, own)),
        ];
        if area.level == GeographicLevel::LocalAuthority && !alone {
            let with_data = row.neighbours.neighbours;
            line.extend([
                other(&row.neighbours),
                with_data.map_or(String::new(), |found| match found.withheld {
                    0 => format!("{}/10", found.with_data),
                    withheld => format!("{}/10, {withheld} [c]", found.with_data),
                }),
                other(&row.region),
            ]);
        }
        if area.level != GeographicLevel::National {
            line.push(other(&row.england));
        }
        line
    });
    table(&header, &right, lines)
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
    /// Changes, each with its interval; differences are in the unit of the figure.
    ratio_to_year_before: Option<f64>,
    ratio_to_year_before_low: Option<f64>,
    ratio_to_year_before_high: Option<f64>,
    difference_to_year_before: Option<f64>,
    difference_to_year_before_low: Option<f64>,
    difference_to_year_before_high: Option<f64>,
    ratio_to_five_years_before: Option<f64>,
    ratio_to_five_years_before_low: Option<f64>,
    ratio_to_five_years_before_high: Option<f64>,
    difference_to_five_years_before: Option<f64>,
    difference_to_five_years_before_low: Option<f64>,
    difference_to_five_years_before_high: Option<f64>,
    /// The expectation to quote: how it was made, its interval, and the count against it.
    expected_model: Option<&'static str>,
    expected: Option<f64>,
    expected_low: Option<f64>,
    expected_high: Option<f64>,
    observed_over_expected: Option<f64>,
    observed_over_expected_low: Option<f64>,
    observed_over_expected_high: Option<f64>,
    position: Option<String>,
    adjusted_position: Option<String>,
    verdict: Option<String>,
    probability_above: Option<f64>,
    /// The expectations that stand behind it.
    expected_national_rate: Option<f64>,
    expected_age: Option<f64>,
    expected_ethnicity: Option<f64>,
    expected_structural_null: Option<f64>,
    expected_structural_deprivation: Option<f64>,
    expected_structural_deprivation_ethnicity: Option<f64>,
    /// The rate drawn towards that of its kind, where few children were counted.
    shrunken: Option<f64>,
    shrunken_low: Option<f64>,
    shrunken_high: Option<f64>,
    /// England's rate in its most over that in its least deprived tenth, and how it was found.
    england_most_to_least: Option<f64>,
    england_most_to_least_low: Option<f64>,
    england_most_to_least_high: Option<f64>,
    england_gradient: Option<&'static str>,
    issue_codes: String,
}

fn records(view: View<'_>, area: &Area, rows: &[Row<'_>]) -> Vec<Record> {
    rows.iter().map(|row| record(view, area, row)).collect()
}

fn record(view: View<'_>, area: &Area, row: &Row<'_>) -> Record {
    let own = view.indicator(row.indicator);
    let factor = own.unit().factor();
    let figure = row.estimate.value().map(|m| m.times(factor));
    let in_unit = |measured: Reported<Measured>| measured.value().map(|m| m.times(factor));
    let (year, five) = (row.year_before, row.five_years_before);
    let [year_ratio, five_ratio] = [year.ratio.value(), five.ratio.value()];
    let [year_less, five_less] = [in_unit(year.difference), in_unit(five.difference)];
    let count = row.quoted.and_then(|row| row.outcome.value());
    let range = count
        .and_then(|e| e.intervals.value())
        .map(|ends| ends.shown());
    let behind = BEHIND.map(|model| {
        let own: Option<&Expected> = row.expectations.iter().find(|own| own.model == model);
        Some(own?.outcome.value()?.expected)
    });
    let gradient = row.most_to_least.and_then(|row| row.value.value());
    let neighbours = row.neighbours.neighbours;
    let bounds = neighbours.map(|found| found.bounds);
    let drawn = row.drawn.map(|m| m.times(factor));
    Record {
        new_la_code: area.code.to_string(),
        la_name: area.name.clone(),
        indicator: own.name.clone(),
        time_period: row.period.year(),
        unit: own.unit().as_str(),
        numerator: row.count.value(),
        estimate: value(figure),
        conf_low: low(figure),
        conf_high: high(figure),
        conf_level: view.levels().first().value(),
        symbol: row.estimate.symbol().map(disparity_core::Symbol::mark),
        neighbours_median: row.neighbours.value.value().map(|v| v * factor),
        neighbours_with_data: neighbours.map(|found| found.with_data),
        neighbours_withheld: neighbours.map(|found| found.withheld),
        neighbours_median_low: bounds.map(|ends| ends.low * factor),
        neighbours_median_high: bounds
            .map(|ends| ends.high * factor)
            .filter(|high| high.is_finite()),
        region: row.region.value.value().map(|v| v * factor),
        england: row.england.value.value().map(|v| v * factor),
        ratio_to_year_before: value(year_ratio),
        ratio_to_year_before_low: low(year_ratio),
        ratio_to_year_before_high: high(year_ratio),
        difference_to_year_before: value(year_less),
        difference_to_year_before_low: low(year_less),
        difference_to_year_before_high: high(year_less),
        ratio_to_five_years_before: value(five_ratio),
        ratio_to_five_years_before_low: low(five_ratio),
        ratio_to_five_years_before_high: high(five_ratio),
        difference_to_five_years_before: value(five_less),
        difference_to_five_years_before_low: low(five_less),
        difference_to_five_years_before_high: high(five_less),
        expected_model: row.quoted.map(|row| row.model.as_str()),
        expected: count.map(|e| e.expected),
        expected_low: range.map(|ends| ends.low),
        expected_high: range.map(|ends| ends.high),
        observed_over_expected: value(count.map(|e| e.ratio)),
        observed_over_expected_low: low(count.map(|e| e.ratio)),
        observed_over_expected_high: high(count.map(|e| e.ratio)),
        position: count.map(|e| e.position.word(view.levels())),
        adjusted_position: row
            .quoted
            .and_then(|row| row.adjusted.value())
            .map(|found| found.position.word(view.levels())),
        verdict: row
            .quoted
            .and_then(|row| row.verdict().value())
            .map(Verdict::words),
        probability_above: row
            .quoted
            .and_then(|row| row.model_based.value())
            .map(|found| found.probability_above),
        expected_national_rate: behind[0],
        expected_age: behind[1],
        expected_ethnicity: behind[2],
        expected_structural_null: behind[3],
        expected_structural_deprivation: behind[4],
        expected_structural_deprivation_ethnicity: behind[5],
        shrunken: value(drawn),
        shrunken_low: low(drawn),
        shrunken_high: high(drawn),
        england_most_to_least: value(gradient),
        england_most_to_least_low: low(gradient),
        england_most_to_least_high: high(gradient),
        england_gradient: row.most_to_least.map(|row| row.found.as_str()),
        issue_codes: row.issues.to_string(),
    }
}

fn value(measured: Option<Measured>) -> Option<f64> {
    measured.map(|m| m.value)
}

fn low(measured: Option<Measured>) -> Option<f64> {
    measured.map(|m| m.intervals.shown().low)
}

fn high(measured: Option<Measured>) -> Option<f64> {
    measured.map(|m| m.intervals.shown().high)
}
