//! Expected versus actual.

use disparity_core::{
    AreaCode, Catalogue, Expected, ExpectedCount, IndicatorId, Levels, Position, Reported, Results,
    Span, Verdict,
};

use super::place::{IsAbout, IsPlaced, indicator, span_and_place, year_of};
use super::{
    cases, closing, expected_model, if_any, interval, limits, method, number, ranks, text, text_by,
    whole,
};
use crate::column::{Column, Dictionary, Role, TableView, Value, Words};

impl IsPlaced for Expected {
    fn span(&self) -> Span {
        self.span
    }

    fn area(&self) -> Option<AreaCode> {
        Some(self.area)
    }
}

impl IsAbout for Expected {
    fn indicator(&self) -> IndicatorId {
        self.indicator
    }
}

pub(crate) fn expected<'a>(
    results: &'a Results,
    catalogue: &'a Catalogue,
) -> TableView<'a, Expected> {
    let rows = results.expected.as_slice();
    let levels = results.levels;
    let mut columns = span_and_place(catalogue);
    columns.extend(indicator(catalogue));
    columns.push(expected_model(|row: &Expected| row.model));
    columns.extend(counts());
    columns.extend(limits(levels, 2, |row: &Expected| {
        row.outcome.map(|outcome| outcome.ratio.intervals)
    }));
    columns.push(method(rows, |row| {
        row.outcome.value().map(|outcome| outcome.ratio.method)
    }));
    columns.extend(positions(levels));
    columns.extend(ranks(levels, |row: &Expected| row.rank));
    columns.extend(closing(rows, |row| row.outcome.symbol(), |row| row.issues));
    columns.extend(model_based(levels));
    columns.extend(quotation(levels, rows));
    columns.extend(bounded());
    TableView {
        name: "expected",
        columns,
        rows,
        year: Some(year_of),
    }
}

fn counts<'a>() -> Vec<Column<'a, Expected>> {
    let outcome = |row: &Expected| -> Reported<ExpectedCount> { row.outcome };
    vec![
        whole("observed", "Counted", |row: &Expected| row.observed),
        number(
            "expected",
            "Expected, as the model says",
            1,
            move |row: &Expected| outcome(row).map(|outcome| outcome.expected),
        ),
        number(
            "difference",
            "Observed less expected",
            1,
            move |row: &Expected| {
                let observed = row.observed.map(f64::from);
                observed
                    .zip(outcome(row))
                    .map(|(observed, outcome)| observed - outcome.expected)
            },
        ),
        number(
            "ratio",
            "Observed divided by expected",
            2,
            move |row: &Expected| outcome(row).map(|outcome| outcome.ratio.value),
        ),
    ]
}

/// A column of positions, in the words of the levels.
fn position<'a>(
    levels: Levels,
    name: &'static str,
    label: &'static str,
    get: fn(&Expected) -> Option<Position>,
) -> Column<'a, Expected> {
    let all = Position::all(levels);
    let words: Dictionary = all.clone().map(|position| position.word(levels)).collect();
    text(name, Role::Note, label, words, move |row: &Expected| {
        let own = get(row).and_then(|own| all.clone().position(|position| position == own));
        own.and_then(|place| u32::try_from(place).ok())
            .map_or(Value::None, Value::Text)
    })
}

fn positions<'a>(levels: Levels) -> Vec<Column<'a, Expected>> {
    let limits = interval(
        levels,
        ("adjusted_limit_low", "adjusted_limit_high"),
        (
            "Lower limit around 1, allowing for overdispersion",
            "Upper limit around 1, allowing for overdispersion",
        ),
        2,
        |row: &Expected| row.adjusted.map(|adjusted| adjusted.limits),
    );
    let mut columns = vec![position(
        levels,
        "position",
        "Where the ratio's own interval stands against 1",
        |row| Some(row.outcome.value()?.position),
    )];
    columns.extend(limits);
    columns.push(position(
        levels,
        "adjusted_position",
        "Where the ratio stands against the adjusted limits",
        |row| Some(row.adjusted.value()?.position),
    ));
    columns.push(number(
        "phi",
        "Spread between authorities beyond chance; 1 is chance alone",
        1,
        |row: &Expected| row.adjusted.and_then(|adjusted| adjusted.phi),
    ));
    columns
}

/// Ranks and fifths where the counts of others are withheld.
fn bounded<'a>() -> Vec<Column<'a, Expected>> {
    let fifths = |row: &Expected| if_any(row.fifths);
    vec![
        whole(
            "rank_first",
            "The first rank that it can have, as some counts of others are withheld",
            |row: &Expected| row.rank.map(|rank| rank.rank),
        ),
        whole(
            "rank_last",
            "The last rank that it can have; the same where the rank is sure",
            |row: &Expected| row.rank.map(|rank| rank.last),
        ),
        whole(
            "fifth_low",
            "The lowest fifth that it can lie in",
            move |row: &Expected| fifths(row).map(|(low, _)| low),
        ),
        whole(
            "fifth_high",
            "The highest fifth that it can lie in; the same where the fifth is sure",
            move |row: &Expected| fifths(row).map(|(_, high)| high),
        ),
    ]
}

fn model_based<'a>(levels: Levels) -> Vec<Column<'a, Expected>> {
    let of = |row: &Expected| row.model_based;
    let drawn = interval(
        levels,
        ("shrunken_low", "shrunken_high"),
        (
            "Lower end of the drawn ratio's interval",
            "Upper end of the drawn ratio's interval",
        ),
        2,
        move |row: &Expected| of(row).map(|found| found.shrunken.intervals),
    );
    let mut columns = vec![
        whole(
            "fifth",
            "Fifth of the ranked authorities by the ratio, 1 the lowest",
            |row: &Expected| row.fifth,
        ),
        number(
            "shrunken",
            "The ratio drawn towards 1 by as much as its count is uncertain; models only",
            2,
            move |row: &Expected| of(row).map(|found| found.shrunken.value),
        ),
    ];
    columns.extend(drawn);
    columns.push(number(
        "probability_above",
        "Probability that the rate is above that of an average authority like it; models only",
        3,
        move |row: &Expected| of(row).map(|found| found.probability_above),
    ));
    columns
}

/// What is quoted: the interval of the expected count, how it was scaled, and the verdict in words.
fn quotation<'a>(levels: Levels, rows: &[Expected]) -> Vec<Column<'a, Expected>> {
    let mut columns = interval(
        levels,
        ("expected_low", "expected_high"),
        (
            "Lower end of the interval of a model's expected count",
            "Upper end of the interval of a model's expected count",
        ),
        1,
        |row: &Expected| row.outcome.and_then(|outcome| outcome.intervals),
    );
    let verdicts = rows.iter().filter_map(|row| row.verdict().value());
    let words = Words::of(verdicts, Verdict::words);
    columns.extend([
        number(
            "scaled_by",
            "What the model's expectation was multiplied by to add up to England; 1 for rates",
            4,
            |row: &Expected| row.outcome.map(|outcome| outcome.scaled_by),
        ),
        cases(
            "quoted",
            Role::Note,
            "Whether this is the expected count to quote",
            ["no", "yes"],
            |row: &Expected| Some(usize::from(row.quoted)),
        ),
        text_by(
            "verdict",
            Role::Note,
            "By its own interval and between authorities, in words",
            words.dictionary(),
            Expected::verdict,
            move |verdict| match *verdict {
                Reported::Value(verdict) => words.value(verdict),
                Reported::Symbol(_) => Value::None,
            },
        ),
    ]);
    columns
}
