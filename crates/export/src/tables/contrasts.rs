//! One figure against another.

use disparity_core::{Catalogue, Comparator, Contrast, Dimension, Measure, Results, Unit};

use super::place::{About, IsAbout, groups, indicator, time_and_place};
use super::{LEVELS, level, number, symbol, symbol_marks, text, whole, words};
use crate::column::{At, Role, TableView, Value, Words};

type Row<'a> = At<'a, Contrast>;

impl IsAbout for Contrast {
    fn about(&self) -> About {
        let key = self.key;
        About {
            indicator: key.indicator,
            period: key.period,
            area: key.area,
            stratum: key.stratum,
        }
    }
}

/// The unit of the two values and of a difference: as the indicator's, but for shares.
fn unit_of(row: &Contrast, catalogue: &Catalogue) -> Unit {
    match row.measure {
        Measure::Ratio | Measure::Difference => catalogue.indicators.get(row.key.indicator).unit(),
        Measure::Disproportionality | Measure::Share => Unit::Proportion,
    }
}

/// What the comparison itself is in: ratios have no unit, differences have that of their terms.
fn factor(row: &Contrast, catalogue: &Catalogue) -> f64 {
    if row.measure == Measure::Difference {
        unit_of(row, catalogue).factor()
    } else {
        1.0
    }
}

fn comparator_name(comparator: Comparator, catalogue: &Catalogue) -> String {
    match comparator {
        Comparator::England => "England".to_owned(),
        Comparator::Region(code) | Comparator::Area(code) => catalogue.areas.name(code),
        Comparator::NeighbourMedian => "Statistical neighbours (median)".to_owned(),
        Comparator::NeighbourMean => "Statistical neighbours (mean)".to_owned(),
        Comparator::YearBefore(period)
        | Comparator::FiveYearsBefore(period)
        | Comparator::FirstYear(period) => period.to_string(),
        Comparator::Group(stratum) => {
            let minor = catalogue
                .dimensions
                .list(Dimension::EthnicityMinor)
                .get(stratum.get(Dimension::EthnicityMinor));
            let major = catalogue
                .dimensions
                .list(Dimension::EthnicityMajor)
                .get(stratum.get(Dimension::EthnicityMajor));
            if minor.code == "total" {
                major.label.clone()
            } else {
                minor.label.clone()
            }
        }
        Comparator::AllKnown => "Everyone whose group is known".to_owned(),
        Comparator::Everyone => "Everyone counted".to_owned(),
    }
}

pub(crate) fn contrasts<'a>(
    results: &'a Results,
    catalogue: &'a Catalogue,
) -> TableView<'a, Contrast> {
    let rows = results.contrasts.as_slice();
    let kinds = Words::of(
        rows.iter().map(|row| row.comparator.as_str()),
        str::to_owned,
    );
    let names = Words::of(rows.iter().map(|row| row.comparator), |comparator| {
        comparator_name(comparator, catalogue)
    });
    let measures = Words::of(
        rows.iter().map(|row| {
            row.measure
                .as_str(catalogue.indicators.get(row.key.indicator).unit())
        }),
        str::to_owned,
    );
    let methods = Words::of(
        rows.iter()
            .filter_map(|row| row.outcome.value())
            .map(|m| m.method),
        str::to_owned,
    );
    let issues = Words::of(rows.iter().map(|row| row.issues), |set| set.to_string());
    let filter = Role::Filter;
    let mut columns = time_and_place(rows, catalogue);
    columns.extend(indicator(catalogue));
    columns.extend(groups(catalogue));
    columns.push(text(
        "comparator_type",
        filter,
        "What the figure is compared with",
        kinds.dictionary(),
        move |at: Row<'_>| kinds.value(at.row.comparator.as_str()),
    ));
    columns.push(text(
        "comparator",
        filter,
        "Which one",
        names.dictionary(),
        move |at: Row<'_>| names.value(at.row.comparator),
    ));
    columns.push(text(
        "measure",
        filter,
        "How they are compared",
        measures.dictionary(),
        move |at: Row<'_>| {
            measures.value(
                at.row
                    .measure
                    .as_str(catalogue.indicators.get(at.row.key.indicator).unit()),
            )
        },
    ));
    columns.push(number("group_value", "The figure", 1, |at: Row<'_>| {
        at.row
            .group_value
            .value()
            .map(|value| value * values_factor(at.row, catalogue))
    }));
    columns.push(number(
        "comparator_value",
        "What it is compared with",
        1,
        |at: Row<'_>| {
            at.row
                .comparator_value
                .value()
                .map(|value| value * values_factor(at.row, catalogue))
        },
    ));
    columns.push(text(
        "unit",
        filter,
        "Unit of the two figures, and of a difference",
        words([Unit::Per10k.as_str(), Unit::Proportion.as_str(), "count"]),
        |at: Row<'_>| {
            Value::Text(if at.row.measure == Measure::Share {
                2
            } else {
                unit_of(at.row, catalogue) as u32
            })
        },
    ));
    columns.push(whole(
        "neighbours_with_data",
        "Neighbours that had a figure, of ten",
        |at: Row<'_>| at.row.neighbours_with_data.map(u32::from),
    ));
    columns.push(number("estimate", "The comparison", 2, |at: Row<'_>| {
        at.row
            .outcome
            .value()
            .map(|measured| measured.value * factor(at.row, catalogue))
    }));
    columns.push(number(
        "conf_low",
        "Lower end of the interval",
        2,
        |at: Row<'_>| {
            at.row
                .outcome
                .value()
                .map(|m| m.intervals.levels()[at.level].1.low * factor(at.row, catalogue))
        },
    ));
    columns.push(number(
        "conf_high",
        "Upper end of the interval",
        2,
        |at: Row<'_>| {
            at.row
                .outcome
                .value()
                .map(|m| m.intervals.levels()[at.level].1.high * factor(at.row, catalogue))
        },
    ));
    columns.push(level());
    columns.push(text(
        "method",
        filter,
        "Method of the interval",
        methods.dictionary(),
        move |at: Row<'_>| {
            at.row
                .outcome
                .value()
                .map_or(Value::None, |measured| methods.value(measured.method))
        },
    ));
    columns.push(text(
        "symbol",
        filter,
        "Why there is no comparison",
        symbol_marks(),
        |at: Row<'_>| symbol(&at.row.outcome),
    ));
    columns.push(text(
        "issue_codes",
        filter,
        "What to know about the row",
        issues.dictionary(),
        move |at: Row<'_>| issues.value(at.row.issues),
    ));
    TableView {
        name: "contrasts",
        columns,
        rows,
        levels: LEVELS.len(),
    }
}

/// The two values of a share are counts; everything else is in its unit.
fn values_factor(row: &Contrast, catalogue: &Catalogue) -> f64 {
    if row.measure == Measure::Share {
        1.0
    } else {
        unit_of(row, catalogue).factor()
    }
}
