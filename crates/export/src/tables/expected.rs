//! Expected versus actual.

use disparity_core::{
    Catalogue, CellKey, Expected, ExpectedCount, ExpectedModel, Position, Rank, Results, Stratum,
};

use super::place::{IsAbout, indicator, time_and_place};
use super::{LEVELS, cases, closing, interval, level, method, number, whole};
use crate::column::{At, Column, TableView};

type Row<'a> = At<'a, Expected>;

impl IsAbout for Expected {
    fn about(&self) -> CellKey {
        CellKey {
            indicator: self.indicator,
            period: self.period,
            area: self.area,
            stratum: Stratum::TOTAL,
        }
    }
}

const MODELS: [ExpectedModel; 3] = [
    ExpectedModel::NationalRate,
    ExpectedModel::Age,
    ExpectedModel::Ethnicity,
];

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
    columns.push(cases(
        "model",
        "How the expected count was made",
        MODELS.map(ExpectedModel::as_str),
        |row: &Expected| Some(row.model as usize),
    ));
    columns.extend(counts());
    columns.push(level());
    columns.push(method(rows, |row| {
        row.outcome.value().map(|outcome| outcome.ratio.method)
    }));
    columns.extend(positions());
    columns.extend(ranks());
    columns.extend(closing(rows, |row| row.outcome.symbol(), |row| row.issues));
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
            "Expected at England's rates",
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
            |at: Row<'_>| at.row.adjusted.value().map(|adjusted| adjusted.phi),
        ),
    ]
}

fn ranks<'a>() -> Vec<Column<'a, Expected>> {
    let of = |name, label, pick: fn(Rank) -> u32| {
        whole(name, label, move |at: Row<'_>| {
            at.row.rank.value().map(pick)
        })
    };
    vec![
        of("rank", "Rank of the ratio, 1 the highest", |rank| rank.rank),
        of(
            "rank_low",
            "Lower end of the 95% interval of the rank",
            |rank| rank.low,
        ),
        of(
            "rank_high",
            "Upper end of the 95% interval of the rank",
            |rank| rank.high,
        ),
        of("ranked", "Authorities that were ranked", |rank| rank.of),
    ]
}
