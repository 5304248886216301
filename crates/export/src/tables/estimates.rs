//! Rates and proportions with their intervals.

use disparity_core::{
    AreaCode, Catalogue, Estimate, IndicatorId, IssueCode, Measured, Reported, Results, Span,
    Stratum,
};

use super::place::{IsAbout, IsPlaced, opening, unit, year_of};
use super::{cases, closing, if_any, interval, limits, method, number, whole};
use crate::column::{Column, Role, TableView};

impl IsPlaced for Estimate {
    fn span(&self) -> Span {
        Span::year(self.key.period)
    }

    fn area(&self) -> Option<AreaCode> {
        Some(self.key.area)
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
    let mut columns = opening(catalogue);
    columns.extend(figures(catalogue));
    columns.extend(limits(results.levels, 1, move |row: &Estimate| {
        let factor = catalogue.indicators.get(row.key.indicator).unit().factor();
        row.outcome.map(|measured| measured.intervals.times(factor))
    }));
    columns.push(method(rows, |row| {
        row.outcome.value().map(|measured| measured.method)
    }));
    columns.extend(closing(rows, |row| row.outcome.symbol(), |row| row.issues));
    columns.extend(shrunken(results, catalogue));
    columns.push(number(
        "denominator_error",
        "Standard deviation of the log of an estimated denominator's error, which the interval includes",
        3,
        |row: &Estimate| {
            let error = row.denominator.error().of_rate();
            if_any((error > 0.0).then_some(error))
        },
    ));
    TableView {
        name: "estimates",
        columns,
        rows,
        year: Some(year_of),
    }
}

fn figures(catalogue: &Catalogue) -> Vec<Column<'_, Estimate>> {
    let factor = |row: &Estimate| catalogue.indicators.get(row.key.indicator).unit().factor();
    vec![
        whole("numerator", "Count", |row: &Estimate| row.numerator),
        number(
            "denominator",
            "Children, or the count that the numerator is part of",
            0,
            |row: &Estimate| row.denominator.value,
        ),
        number(
            "estimate",
            "Rate or proportion",
            1,
            move |row: &Estimate| row.outcome.map(|measured| measured.value * factor(row)),
        ),
        unit(catalogue),
    ]
}

/// Beside a rate of few children, the rate that allows for how little so few can tell.
fn shrunken<'a>(results: &'a Results, catalogue: &'a Catalogue) -> Vec<Column<'a, Estimate>> {
    let factor = |row: &Estimate| catalogue.indicators.get(row.key.indicator).unit().factor();
    let of = move |row: &Estimate| -> Reported<Measured> {
        if_any(results.shrunken_for(&row.key)).map(|drawn| drawn.rate)
    };
    let drawn = interval(
        results.levels,
        ("shrunken_low", "shrunken_high"),
        (
            "Lower end of the drawn rate's interval",
            "Upper end of the drawn rate's interval",
        ),
        1,
        move |row: &Estimate| of(row).map(|rate| rate.intervals.times(factor(row))),
    );
    let mut columns = vec![number(
        "shrunken",
        "The rate drawn towards that of the same group and year in all authorities; counts below 10",
        1,
        move |row: &Estimate| of(row).map(|rate| rate.value * factor(row)),
    )];
    columns.extend(drawn);
    columns.push(cases(
        "report",
        Role::Note,
        "Which to quote; none where few were counted and nothing could be drawn",
        ["estimate", "shrunken"],
        move |row: &Estimate| {
            if results.shrunken_for(&row.key).is_some() {
                return Some(1);
            }
            let few = row.issues.contains(IssueCode::SmallCount);
            (row.outcome.is_value() && !few).then_some(0)
        },
    ));
    columns
}
