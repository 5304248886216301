//! Rates and proportions with their intervals.

use disparity_core::{Catalogue, CellKey, Estimate, Results};

use super::place::{IsAbout, opening, unit};
use super::{LEVELS, closing, interval, level, method, number, whole};
use crate::column::{At, Column, TableView};

type Row<'a> = At<'a, Estimate>;

impl IsAbout for Estimate {
    fn about(&self) -> CellKey {
        self.key
    }
}

pub(crate) fn estimates<'a>(
    results: &'a Results,
    catalogue: &'a Catalogue,
) -> TableView<'a, Estimate> {
    let rows = results.estimates.as_slice();
    let mut columns = opening(rows, catalogue);
    columns.extend(figures(catalogue));
    columns.push(level());
    columns.push(method(rows, |row| {
        row.outcome.value().map(|measured| measured.method)
    }));
    columns.extend(closing(rows, |row| row.outcome.symbol(), |row| row.issues));
    TableView {
        name: "estimates",
        columns,
        rows,
        levels: LEVELS.len(),
    }
}

fn figures(catalogue: &Catalogue) -> Vec<Column<'_, Estimate>> {
    let factor = |row: &Estimate| catalogue.indicators.get(row.key.indicator).unit().factor();
    let [low, high] = interval(
        ("conf_low", "conf_high"),
        ("Lower end of the interval", "Upper end of the interval"),
        1,
        move |row: &Estimate| {
            row.outcome
                .value()
                .map(|measured| measured.intervals.times(factor(row)))
        },
    );
    vec![
        whole("numerator", "Count", |at: Row<'_>| at.row.numerator.value()),
        number(
            "denominator",
            "Children, or the count that the numerator is part of",
            0,
            |at: Row<'_>| at.row.denominator.value.value(),
        ),
        number("estimate", "Rate or proportion", 1, move |at: Row<'_>| {
            at.row
                .outcome
                .value()
                .map(|measured| measured.value * factor(at.row))
        }),
        unit(catalogue),
        low,
        high,
    ]
}
