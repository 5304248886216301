//! Expected versus actual.

use disparity_core::{
    AreaCode, Catalogue, Expected, ExpectedCount, IndicatorId, Position, Results, Span,
};

use super::place::{IsAbout, IsPlaced, indicator, time_and_place};
use super::{
    LEVELS, cases, closing, expected_model, interval, level, method, number, ranks, whole,
};
use crate::column::{At, Column, TableView};

type Row<'a> = At<'a, Expected>;

impl IsPlaced for Expected {
    fn span(&self) -> Span {
        self.span
    }

    fn area(&self) -> AreaCode {
        self.area
    }
}

impl IsAbout for Expected {
    fn indicator(&self) -> IndicatorId {
        self.indicator
    }
}

const POSITIONS: [Position; 5] = [
    Position::Lower998,
    Position::Lower95,
    Position::AsExpected,
    Position::Higher95,
    Position::Higher998,
];

pub(crate) fn expected<'a>(
    results: &'a Results,
    catalogue: &'a Catalogue,
) -> TableView<'a, Expected> {
    let rows = results.expected.as_slice();
    let mut columns = time_and_place(rows, catalogue);
    columns.extend(indicator(catalogue));
    columns.push(expected_model(|row: &Expected| row.model));
    columns.extend(counts());
    columns.push(level());
    columns.push(method(rows, |row| {
        row.outcome.value().map(|outcome| outcome.ratio.method)
    }));
    columns.extend(positions());
    columns.extend(ranks(|row: &Expected| row.rank.value()));
    columns.extend(closing(rows, |row| row.outcome.symbol(), |row| row.issues));
    columns.extend(model_based());
    columns.extend(bounded());
    TableView {
        name: "expected",
        columns,
        rows,
        levels: LEVELS.len(),
    }
}

fn counts<'a>() -> Vec<Column<'a, Expected>> {
    let outcome = |row: &Expected| -> Option<ExpectedCount> { row.outcome.value() };
    let [low, high] = interval(
        ("conf_low", "conf_high"),
        (
            "Lower end of the ratio's interval",
            "Upper end of the ratio's interval",
        ),
        2,
        move |row: &Expected| outcome(row).map(|outcome| outcome.ratio.intervals),
    );
    vec![
        whole("observed", "Counted", |at: Row<'_>| at.row.observed.value()),
        number(
            "expected",
            "Expected, as the model says",
            1,
            move |at: Row<'_>| outcome(at.row).map(|outcome| outcome.expected),
        ),
        number(
            "difference",
            "Observed less expected",
            1,
            move |at: Row<'_>| {
                let observed = at.row.observed.value().map(f64::from);
                observed
                    .zip(outcome(at.row))
                    .map(|(observed, outcome)| observed - outcome.expected)
            },
        ),
        number(
            "ratio",
            "Observed divided by expected",
            2,
            move |at: Row<'_>| outcome(at.row).map(|outcome| outcome.ratio.value),
        ),
        low,
        high,
    ]
}

fn positions<'a>() -> Vec<Column<'a, Expected>> {
    let words = POSITIONS.map(Position::as_str);
    let [low, high] = interval(
        ("adjusted_limit_low", "adjusted_limit_high"),
        (
            "Lower limit around 1, allowing for overdispersion",
            "Upper limit around 1, allowing for overdispersion",
        ),
        2,
        |row: &Expected| row.adjusted.value().map(|adjusted| adjusted.limits),
    );
    vec![
        cases(
            "position",
            "Where the ratio's own interval stands against 1",
            words,
            |row: &Expected| row.outcome.value().map(|outcome| outcome.position as usize),
        ),
        low,
        high,
        cases(
            "adjusted_position",
            "Where the ratio stands against the adjusted limits",
            words,
            |row: &Expected| {
                row.adjusted
                    .value()
                    .map(|adjusted| adjusted.position as usize)
            },
        ),
        number(
            "phi",
            "Spread between authorities beyond chance; 1 is chance alone",
            1,
            |at: Row<'_>| at.row.adjusted.value()?.phi.value(),
        ),
    ]
}

/// Ranks and fifths where the counts of others are withheld.
fn bounded<'a>() -> Vec<Column<'a, Expected>> {
    vec![
        whole(
            "rank_first",
            "The first rank that it can have, as some counts of others are withheld",
            |at: Row<'_>| at.row.rank.value().map(|rank| rank.rank),
        ),
        whole(
            "rank_last",
            "The last rank that it can have; the same where the rank is sure",
            |at: Row<'_>| at.row.rank.value().map(|rank| rank.last),
        ),
        whole(
            "fifth_low",
            "The lowest fifth that it can lie in",
            |at: Row<'_>| at.row.fifths.map(|(low, _)| u32::from(low)),
        ),
        whole(
            "fifth_high",
            "The highest fifth that it can lie in; the same where the fifth is sure",
            |at: Row<'_>| at.row.fifths.map(|(_, high)| u32::from(high)),
        ),
    ]
}

fn model_based<'a>() -> Vec<Column<'a, Expected>> {
    let of = |row: &Expected| row.model_based.value();
    let [low, high] = interval(
        ("shrunken_low", "shrunken_high"),
        (
            "Lower end of the drawn ratio's interval",
            "Upper end of the drawn ratio's interval",
        ),
        2,
        move |row: &Expected| of(row).map(|found| found.shrunken.intervals),
    );
    vec![
        whole(
            "fifth",
            "Fifth of the ranked authorities by the ratio, 1 the lowest",
            |at: Row<'_>| at.row.fifth.value().map(u32::from),
        ),
        number(
            "shrunken",
            "The ratio drawn towards that of a typical authority by as much as its count is uncertain; models only",
            2,
            move |at: Row<'_>| of(at.row).map(|found| found.shrunken.value),
        ),
        low,
        high,
        number(
            "probability_above",
            "Probability that the rate is above that of an average authority like it; models only",
            3,
            move |at: Row<'_>| of(at.row).map(|found| found.probability_above),
        ),
    ]
}
