//! The columns of every table, in output order, with what each means.

mod contrasts;
mod estimates;
mod expected;
mod issues;
mod models;
mod place;

pub(crate) use contrasts::contrasts;
pub(crate) use estimates::estimates;
pub(crate) use expected::expected;
pub(crate) use issues::issues;
pub(crate) use models::{
    claims, covariates, effects, fifths, fit_figures, fits, gradients, intersections,
};

use std::sync::Arc;

use disparity_core::{ExpectedModel, Intervals, IssueSet, Rank, Symbol};

use crate::column::{At, Column, Dictionary, Kind, Role, Spec, Value, Words};

/// The licence that every output carries.
pub(crate) const LICENCE: &str =
    "Contains public sector information licensed under the Open Government Licence v3.0";

/// Confidence levels of every row that has an interval, in row order.
pub(crate) const LEVELS: [f64; 2] = [0.95, 0.998];

const fn spec(name: &'static str, role: Role, label: &'static str, decimals: Option<u8>) -> Spec {
    Spec {
        name,
        role,
        label,
        decimals,
    }
}

fn text<'a, R>(
    name: &'static str,
    role: Role,
    label: &'static str,
    dictionary: Dictionary,
    get: impl Fn(At<'_, R>) -> Value + Sync + Send + 'a,
) -> Column<'a, R> {
    Column {
        spec: spec(name, role, label, None),
        kind: Kind::Text(dictionary),
        by_level: false,
        get: Box::new(get),
    }
}

fn whole<'a, R>(
    name: &'static str,
    label: &'static str,
    get: impl Fn(At<'_, R>) -> Option<u32> + Sync + Send + 'a,
) -> Column<'a, R> {
    Column {
        spec: spec(name, Role::Indicator, label, Some(0)),
        kind: Kind::Whole,
        by_level: false,
        get: Box::new(move |at| Value::whole(get(at))),
    }
}

fn number<'a, R>(
    name: &'static str,
    label: &'static str,
    decimals: u8,
    get: impl Fn(At<'_, R>) -> Option<f64> + Sync + Send + 'a,
) -> Column<'a, R> {
    Column {
        spec: spec(name, Role::Indicator, label, Some(decimals)),
        kind: Kind::Number,
        by_level: false,
        get: Box::new(move |at| Value::number(get(at))),
    }
}

/// The confidence level of a row, as a filter.
fn level<'a, R>() -> Column<'a, R> {
    Column {
        spec: spec(
            "conf_level",
            Role::Filter,
            "Confidence level of the interval",
            None,
        ),
        kind: Kind::Number,
        by_level: true,
        get: Box::new(|at: At<'_, R>| Value::Number(LEVELS[at.level])),
    }
}

/// The two ends of an interval, in the unit that the caller scales it to.
fn interval<'a, R>(
    (low, high): (&'static str, &'static str),
    (low_label, high_label): (&'static str, &'static str),
    decimals: u8,
    get: impl Fn(&R) -> Option<Intervals> + Copy + Sync + Send + 'a,
) -> [Column<'a, R>; 2] {
    let end = move |at: &At<'_, R>| get(at.row).map(|intervals| intervals.levels()[at.level].1);
    [
        number(low, low_label, decimals, move |at: At<'_, R>| {
            end(&at).map(|ends| ends.low)
        })
        .by_level(),
        number(high, high_label, decimals, move |at: At<'_, R>| {
            end(&at).map(|ends| ends.high)
        })
        .by_level(),
    ]
}

/// The method that made a row's interval.
fn method<'a, R: 'a>(rows: &[R], pick: fn(&R) -> Option<&'static str>) -> Column<'a, R> {
    let names = Words::of(rows.iter().filter_map(pick), str::to_owned);
    text(
        "method",
        Role::Filter,
        "Method of the interval",
        names.dictionary(),
        move |at: At<'_, R>| pick(at.row).map_or(Value::None, |name| names.value(name)),
    )
}

/// Why a row has no figure, and what to know about it.
fn closing<'a, R: 'a>(
    rows: &[R],
    symbol: fn(&R) -> Option<Symbol>,
    issues: fn(&R) -> IssueSet,
) -> [Column<'a, R>; 2] {
    let sets = Words::of(rows.iter().map(issues), |set| set.to_string());
    let marks = words(Symbol::ALL.map(Symbol::mark));
    [
        text(
            "symbol",
            Role::Filter,
            "Why there is no figure",
            marks,
            move |at: At<'_, R>| {
                symbol(at.row).map_or(Value::None, |symbol| Value::Text(symbol as u32))
            },
        ),
        text(
            "issue_codes",
            Role::Filter,
            "What to know about the row",
            sets.dictionary(),
            move |at: At<'_, R>| sets.value(issues(at.row)),
        ),
    ]
}

/// A column whose texts are the names of a fixed set of cases.
fn cases<'a, R, const N: usize>(
    name: &'static str,
    label: &'static str,
    names: [&str; N],
    pick: impl Fn(&R) -> Option<usize> + Sync + Send + 'a,
) -> Column<'a, R> {
    text(
        name,
        Role::Filter,
        label,
        words(names),
        move |at: At<'_, R>| {
            pick(at.row)
                .and_then(|case| u32::try_from(case).ok())
                .map_or(Value::None, Value::Text)
        },
    )
}

/// How an expected count was made.
fn expected_model<'a, R>(get: impl Fn(&R) -> ExpectedModel + Sync + Send + 'a) -> Column<'a, R> {
    cases(
        "model",
        "How the expected count was made",
        ExpectedModel::ALL.map(ExpectedModel::as_str),
        move |row: &R| {
            let own = get(row);
            ExpectedModel::ALL.iter().position(|model| *model == own)
        },
    )
}

/// A rank and its interval.
fn ranks<'a, R>(get: impl Fn(&R) -> Option<Rank> + Copy + Sync + Send + 'a) -> [Column<'a, R>; 4] {
    let of = |name, label, pick: fn(Rank) -> u32| {
        whole(name, label, move |at: At<'_, R>| get(at.row).map(pick))
    };
    // A rank that could be several is none; the first and the last are in columns of their own.
    let sure = move |at: At<'_, R>| get(at.row).filter(|rank| rank.is_sure()).map(|r| r.rank);
    [
        whole("rank", "Rank of the ratio, 1 the highest", sure),
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

/// A column whose texts are collected from the rows; an empty one is nothing.
fn named<'a, R: Sync>(
    name: &'static str,
    label: &'static str,
    rows: &[R],
    pick: impl Fn(&R) -> String + Copy + Sync + Send + 'a,
) -> Column<'a, R> {
    let mut texts: Vec<String> = rows.iter().map(pick).collect();
    texts.sort_unstable();
    texts.dedup();
    let dictionary: Dictionary = texts.into();
    let lookup = Arc::clone(&dictionary);
    text(
        name,
        Role::Filter,
        label,
        dictionary,
        move |at: At<'_, R>| {
            let own = pick(at.row);
            match lookup.binary_search(&own) {
                Ok(position) if !own.is_empty() => {
                    u32::try_from(position).map_or(Value::None, Value::Text)
                }
                _ => Value::None,
            }
        },
    )
}

/// A dictionary from fixed words.
fn words<const N: usize>(words: [&str; N]) -> Dictionary {
    words.iter().map(|word| (*word).to_owned()).collect()
}
