//! Rates and proportions with their intervals.

use disparity_core::{
    AreaCode, Catalogue, Estimate, IndicatorId, IssueCode, Measured, Results, Span, Stratum,
};

use super::place::{IsAbout, IsPlaced, opening, unit};
use super::{LEVELS, cases, closing, interval, level, method, number, whole};
use crate::column::{At, Column, TableView};

type Row<'a> = At<'a, Estimate>;

impl IsPlaced for Estimate {
    fn span(&self) -> Span {
        Span::year(self.key.period)
    }

    fn area(&self) -> AreaCode {
        self.key.area
    }
}

impl IsAbout for Estimate {
    fn indicator(&self) -> IndicatorId {
        self.key.indicator
    }

    fn stratum(&self) -> Stratum {
        self.key.stratum
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
    columns.extend(shrunken(results, catalogue));
    columns.push(number(
        "denominator_error",
        "Standard deviation of the logarithm of the denominator's error, where it is an estimate; the interval \
         includes it",
        3,
        |at: Row<'_>| {
            let error = at.row.denominator.error().of_rate();
            (error > 0.0).then_some(error)
        },
    ));
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

/// Beside a rate of few children, the rate that allows for how little so few can tell.
fn shrunken<'a>(results: &'a Results, catalogue: &'a Catalogue) -> Vec<Column<'a, Estimate>> {
    let factor = |row: &Estimate| catalogue.indicators.get(row.key.indicator).unit().factor();
    let of =
        move |row: &Estimate| -> Option<Measured> { Some(results.shrunken_for(&row.key)?.rate) };
    let [low, high] = interval(
        ("shrunken_low", "shrunken_high"),
        (
            "Lower end of the drawn rate's interval",
            "Upper end of the drawn rate's interval",
        ),
        1,
        move |row: &Estimate| of(row).map(|rate| rate.intervals.times(factor(row))),
    );
    vec![
        number(
            "shrunken",
            "The rate drawn towards that of the same group and year in all authorities; counts below 10",
            1,
            move |at: Row<'_>| of(at.row).map(|rate| rate.value * factor(at.row)),
        ),
        low,
        high,
        cases(
            "report",
            "Which to quote: the estimate, or the drawn one; neither where few were counted and nothing could be drawn",
            ["estimate", "shrunken"],
            move |row: &Estimate| {
                if results.shrunken_for(&row.key).is_some() {
                    return Some(1);
                }
                let few = row.issues.contains(IssueCode::SmallCount);
                (row.outcome.is_value() && !few).then_some(0)
            },
        ),
    ]
}
