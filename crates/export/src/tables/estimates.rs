//! Rates and proportions with their intervals.

use disparity_core::{Catalogue, Estimate, Results};

use super::place::{About, IsAbout, groups, indicator, time_and_place, unit};
use super::{LEVELS, in_unit, level, number, symbol, symbol_marks, text, whole};
use crate::column::{At, Role, TableView, Value, Words};

type Row<'a> = At<'a, Estimate>;

impl IsAbout for Estimate {
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

pub(crate) fn estimates<'a>(
    results: &'a Results,
    catalogue: &'a Catalogue,
) -> TableView<'a, Estimate> {
    let rows = results.estimates.as_slice();
    let unit_of = |row: &Estimate| catalogue.indicators.get(row.key.indicator).unit();
    let methods = Words::of(
        rows.iter()
            .filter_map(|row| row.outcome.value())
            .map(|m| m.method),
        str::to_owned,
    );
    let issues = Words::of(rows.iter().map(|row| row.issues), |set| set.to_string());
    let mut columns = time_and_place(rows, catalogue);
    columns.extend(indicator(catalogue));
    columns.extend(groups(catalogue));
    columns.push(whole("numerator", "Count", |at: Row<'_>| {
        at.row.numerator.value()
    }));
    columns.push(number(
        "denominator",
        "Children, or the count that the numerator is part of",
        0,
        |at: Row<'_>| at.row.denominator.value.value(),
    ));
    columns.push(number(
        "estimate",
        "Rate or proportion",
        1,
        move |at: Row<'_>| {
            at.row
                .outcome
                .value()
                .map(|measured| in_unit(measured.value, unit_of(at.row)))
        },
    ));
    columns.push(unit(catalogue));
    columns.push(number(
        "conf_low",
        "Lower end of the interval",
        1,
        move |at: Row<'_>| {
            at.row.outcome.value().map(|measured| {
                in_unit(measured.intervals.levels()[at.level].1.low, unit_of(at.row))
            })
        },
    ));
    columns.push(number(
        "conf_high",
        "Upper end of the interval",
        1,
        move |at: Row<'_>| {
            at.row.outcome.value().map(|measured| {
                in_unit(
                    measured.intervals.levels()[at.level].1.high,
                    unit_of(at.row),
                )
            })
        },
    ));
    columns.push(level());
    columns.push(text(
        "method",
        Role::Filter,
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
        Role::Filter,
        "Why there is no estimate",
        symbol_marks(),
        |at: Row<'_>| symbol(&at.row.outcome),
    ));
    columns.push(text(
        "issue_codes",
        Role::Filter,
        "What to know about the row",
        issues.dictionary(),
        move |at: Row<'_>| issues.value(at.row.issues),
    ));
    TableView {
        name: "estimates",
        columns,
        rows,
        levels: LEVELS.len(),
    }
}
