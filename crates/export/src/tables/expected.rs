//! Expected versus actual.

use disparity_core::{Catalogue, Expected, ExpectedModel, Intervals, Position, Results, Stratum};

use super::place::{About, IsAbout, indicator, time_and_place};
use super::{LEVELS, level, number, symbol, symbol_marks, text, whole, words};
use crate::column::{At, Role, TableView, Value, Words};

type Row<'a> = At<'a, Expected>;

impl IsAbout for Expected {
    fn about(&self) -> About {
        About {
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
    let methods = Words::of(
        rows.iter()
            .filter_map(|row| row.outcome.value())
            .map(|e| e.ratio.method),
        str::to_owned,
    );
    let issues = Words::of(rows.iter().map(|row| row.issues), |set| set.to_string());
    let outcome = |at: &Row<'_>| at.row.outcome.value();
    let ends = |intervals: Intervals, at: &Row<'_>| intervals.levels()[at.level].1;
    let filter = Role::Filter;
    let mut columns = time_and_place(rows, catalogue);
    columns.extend(indicator(catalogue));
    columns.push(text(
        "model",
        filter,
        "How the expected count was made",
        words(MODELS.map(ExpectedModel::as_str)),
        |at: Row<'_>| Value::Text(at.row.model as u32),
    ));
    columns.push(whole("observed", "Counted", |at: Row<'_>| {
        at.row.observed.value()
    }));
    columns.push(number(
        "expected",
        "Expected at England's rates",
        1,
        move |at: Row<'_>| outcome(&at).map(|e| e.expected),
    ));
    columns.push(number(
        "difference",
        "Observed less expected",
        1,
        move |at: Row<'_>| {
            outcome(&at)
                .zip(at.row.observed.value())
                .map(|(e, observed)| f64::from(observed) - e.expected)
        },
    ));
    columns.push(number(
        "ratio",
        "Observed divided by expected",
        2,
        move |at: Row<'_>| outcome(&at).map(|e| e.ratio.value),
    ));
    columns.push(number(
        "conf_low",
        "Lower end of the ratio's interval",
        2,
        move |at: Row<'_>| outcome(&at).map(|e| ends(e.ratio.intervals, &at).low),
    ));
    columns.push(number(
        "conf_high",
        "Upper end of the ratio's interval",
        2,
        move |at: Row<'_>| outcome(&at).map(|e| ends(e.ratio.intervals, &at).high),
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
                .map_or(Value::None, |e| methods.value(e.ratio.method))
        },
    ));
    columns.push(text(
        "position",
        filter,
        "Where the ratio's own interval stands against 1",
        words(POSITIONS.map(Position::as_str)),
        move |at: Row<'_>| outcome(&at).map_or(Value::None, |e| Value::Text(e.position as u32)),
    ));
    columns.push(number(
        "adjusted_limit_low",
        "Lower limit around 1, allowing for overdispersion",
        2,
        move |at: Row<'_>| {
            at.row
                .adjusted
                .value()
                .map(|adjusted| ends(adjusted.limits, &at).low)
        },
    ));
    columns.push(number(
        "adjusted_limit_high",
        "Upper limit around 1, allowing for overdispersion",
        2,
        move |at: Row<'_>| {
            at.row
                .adjusted
                .value()
                .map(|adjusted| ends(adjusted.limits, &at).high)
        },
    ));
    columns.push(text(
        "adjusted_position",
        filter,
        "Where the ratio stands against the adjusted limits",
        words(POSITIONS.map(Position::as_str)),
        |at: Row<'_>| {
            at.row.adjusted.value().map_or(Value::None, |adjusted| {
                Value::Text(adjusted.position as u32)
            })
        },
    ));
    columns.push(number(
        "phi",
        "Spread between authorities beyond chance; 1 is chance alone",
        1,
        |at: Row<'_>| at.row.adjusted.value().map(|a| a.phi),
    ));
    columns.push(whole(
        "rank",
        "Rank of the ratio, 1 the highest",
        |at: Row<'_>| at.row.rank.value().map(|rank| rank.rank),
    ));
    columns.push(whole(
        "rank_low",
        "Lower end of the 95% interval of the rank",
        |at: Row<'_>| at.row.rank.value().map(|rank| rank.low),
    ));
    columns.push(whole(
        "rank_high",
        "Upper end of the 95% interval of the rank",
        |at: Row<'_>| at.row.rank.value().map(|rank| rank.high),
    ));
    columns.push(whole(
        "ranked",
        "Authorities that were ranked",
        |at: Row<'_>| at.row.rank.value().map(|rank| rank.of),
    ));
    columns.push(text(
        "symbol",
        filter,
        "Why there is no ratio",
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
        name: "expected",
        columns,
        rows,
        levels: LEVELS.len(),
    }
}
