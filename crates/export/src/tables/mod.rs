//! The columns of every table, in output order, with what each means.
//!
//! A row is one figure. Its interval at the plan's first level stands in columns with plain names
//! (`conf_low`), at each other level in columns whose names end in the level's decimals
//! (`conf_low_998` for 99.8%); [`conf_level`] says which level the plain ones are of.

mod claims;
mod contrasts;
mod estimates;
mod expected;
mod issues;
mod models;
pub(crate) mod needs;
mod place;
pub(crate) mod prior_help;

pub(crate) use claims::claims;
pub(crate) use contrasts::contrasts;
pub(crate) use estimates::estimates;
pub(crate) use expected::expected;
pub(crate) use issues::{issue_rows, issues, last_year};
pub(crate) use models::{covariates, effects, fifths, fit_figures, fits, gradients, intersections};

use std::borrow::Cow;
use std::sync::Arc;

use disparity_core::{ExpectedModel, Intervals, IssueSet, Levels, Rank, Reported, Symbol, percent};

use crate::column::{Column, Dictionary, Kind, Role, Spec, Value, Words, by_key, each};

/// The licence that every output carries.
pub(crate) const LICENCE: &str =
    "Contains public sector information licensed under the Open Government Licence v3.0";

/// What a column says that holds the symbol of a figure.
const NO_FIGURE: &str = "Why there is no figure";

/// The level of a filter that does not concern the row: filters are never blank.
const NONE: &str = "none";

fn text<'a, R>(
    name: impl Into<Cow<'static, str>>,
    role: Role,
    label: &'static str,
    dictionary: Dictionary,
    get: impl Fn(&R) -> Value + Sync + Send + 'a,
) -> Column<'a, R> {
    Column {
        spec: Spec {
            name: name.into(),
            role,
            label: label.into(),
            decimals: None,
        },
        kind: Kind::Text(dictionary),
        get: each(get),
    }
}

/// Text that hangs on a key of the row.
fn text_by<'a, R, K: PartialEq>(
    name: impl Into<Cow<'static, str>>,
    role: Role,
    label: &'static str,
    dictionary: Dictionary,
    key: impl Fn(&R) -> K + Sync + Send + 'a,
    value: impl Fn(&K) -> Value + Sync + Send + 'a,
) -> Column<'a, R> {
    Column {
        get: by_key(key, value),
        ..text(name, role, label, dictionary, |_| Value::None)
    }
}

/// A column that holds figures.
fn figure<'a, R>(
    name: impl Into<Cow<'static, str>>,
    label: impl Into<Cow<'static, str>>,
    kind: Kind,
    decimals: u8,
    get: impl Fn(&R) -> Value + Sync + Send + 'a,
) -> Column<'a, R> {
    Column {
        spec: Spec {
            name: name.into(),
            role: Role::Indicator,
            label: label.into(),
            decimals: Some(decimals),
        },
        kind,
        get: each(get),
    }
}

/// A count, or a rank: whole numbers that can be subtracted from one another.
fn whole<'a, R, N: Into<i64>>(
    name: &'static str,
    label: impl Into<Cow<'static, str>>,
    get: impl Fn(&R) -> Reported<N> + Sync + Send + 'a,
) -> Column<'a, R> {
    figure(name, label, Kind::Whole, 0, move |row| match get(row) {
        Reported::Value(n) => Value::Whole(n.into()),
        Reported::Symbol(symbol) => Value::Absent(symbol),
    })
}

/// A whole number that says what the row is about, and is always known.
fn key<'a, R>(
    name: &'static str,
    role: Role,
    label: &'static str,
    get: impl Fn(&R) -> i64 + Sync + Send + 'a,
) -> Column<'a, R> {
    Column {
        spec: Spec {
            name: name.into(),
            role,
            label: label.into(),
            decimals: None,
        },
        kind: Kind::Whole,
        get: each(move |row| Value::Whole(get(row))),
    }
}

fn number<'a, R>(
    name: impl Into<Cow<'static, str>>,
    label: impl Into<Cow<'static, str>>,
    decimals: u8,
    get: impl Fn(&R) -> Reported<f64> + Sync + Send + 'a,
) -> Column<'a, R> {
    figure(name, label, Kind::Number, decimals, move |row| {
        match get(row) {
            Reported::Value(x) => Value::Number(x),
            Reported::Symbol(symbol) => Value::Absent(symbol),
        }
    })
}

/// A value that some rows have and that does not apply to the others.
fn if_any<T>(value: Option<T>) -> Reported<T> {
    value.map_or(Reported::Symbol(Symbol::NotApplicable), Reported::Value)
}

/// The two ends of an interval at each level, in the unit that the caller scales it to.
fn interval<'a, R: 'a>(
    levels: Levels,
    (low, high): (&str, &str),
    (low_label, high_label): (&str, &str),
    decimals: u8,
    get: impl Fn(&R) -> Reported<Intervals> + Copy + Sync + Send + 'a,
) -> Vec<Column<'a, R>> {
    let mut columns = Vec::with_capacity(2 * levels.len());
    for (place, level) in levels.as_slice().iter().enumerate() {
        let suffix = levels.suffix(place);
        let level = percent(*level);
        // An interval that was made for fewer levels has none at the others.
        let ends = move |row: &R| get(row).and_then(|found| if_any(found.get(place)));
        columns.push(number(
            format!("{low}{suffix}"),
            format!("{low_label}, {level}"),
            decimals,
            move |row: &R| ends(row).map(|ends| ends.low),
        ));
        columns.push(number(
            format!("{high}{suffix}"),
            format!("{high_label}, {level}"),
            decimals,
            move |row: &R| ends(row).map(|ends| ends.high),
        ));
    }
    columns
}

/// The interval of a row's figure: the plain columns, their level, and those at the other levels.
fn limits<'a, R: 'a>(
    levels: Levels,
    decimals: u8,
    get: impl Fn(&R) -> Reported<Intervals> + Copy + Sync + Send + 'a,
) -> Vec<Column<'a, R>> {
    let mut columns = interval(
        levels,
        ("conf_low", "conf_high"),
        ("Lower end of the interval", "Upper end of the interval"),
        decimals,
        get,
    );
    columns.insert(2, conf_level(levels));
    columns
}

/// The confidence level of the columns with plain names: the same in every row of a run.
fn conf_level<'a, R>(levels: Levels) -> Column<'a, R> {
    let level = levels.first().value();
    number(
        "conf_level",
        "Confidence level of conf_low and conf_high",
        4,
        move |_| Reported::Value(level),
    )
}

/// The method that made a row's interval.
fn method<'a, R: 'a>(rows: &[R], pick: fn(&R) -> Option<&'static str>) -> Column<'a, R> {
    let names = Words::of(rows.iter().filter_map(pick), str::to_owned);
    text_by(
        "method",
        Role::Note,
        "Method of the interval",
        names.dictionary(),
        pick,
        move |name| name.map_or(Value::None, |name| names.value(name)),
    )
}

/// Why a row has no figure.
fn why_absent<'a, R>(
    label: &'static str,
    symbol: impl Fn(&R) -> Option<Symbol> + Sync + Send + 'a,
) -> Column<'a, R> {
    let marks = words(Symbol::ALL.map(Symbol::mark));
    text("symbol", Role::Note, label, marks, move |row| {
        symbol(row).map_or(Value::None, |symbol| Value::Text(symbol as u32))
    })
}

/// Why a row has no figure, and what to know about it.
fn closing<'a, R: 'a>(
    rows: &[R],
    symbol: fn(&R) -> Option<Symbol>,
    issues: fn(&R) -> IssueSet,
) -> [Column<'a, R>; 2] {
    let sets = Words::of(rows.iter().map(issues), |set| set.to_string());
    [
        why_absent(NO_FIGURE, symbol),
        text_by(
            "issue_codes",
            Role::Note,
            "What to know about the row",
            sets.dictionary(),
            issues,
            move |issues| sets.value(*issues),
        ),
    ]
}

/// A column whose texts are the names of a fixed set of cases.
fn cases<'a, R, const N: usize>(
    name: &'static str,
    role: Role,
    label: &'static str,
    names: [&str; N],
    pick: impl Fn(&R) -> Option<usize> + Sync + Send + 'a,
) -> Column<'a, R> {
    text(name, role, label, words(names), move |row| {
        pick(row)
            .and_then(|case| u32::try_from(case).ok())
            .map_or(Value::None, Value::Text)
    })
}

/// How an expected count was made.
fn expected_model<'a, R>(get: impl Fn(&R) -> ExpectedModel + Sync + Send + 'a) -> Column<'a, R> {
    cases(
        "model",
        Role::Filter,
        "How the expected count was made",
        ExpectedModel::ALL.map(ExpectedModel::as_str),
        move |row: &R| {
            let own = get(row);
            ExpectedModel::ALL.iter().position(|model| *model == own)
        },
    )
}

/// A rank and its interval at the first level.
fn ranks<'a, R>(
    levels: Levels,
    get: impl Fn(&R) -> Reported<Rank> + Copy + Sync + Send + 'a,
) -> [Column<'a, R>; 4] {
    let of = |name, label: String, pick: fn(Rank) -> u32| {
        whole(name, label, move |row: &R| get(row).map(pick))
    };
    // A rank that could be several is withheld, as the counts are that make it so; the first and the last
    // are in columns of their own.
    let sure = move |row: &R| match get(row) {
        Reported::Value(rank) if !rank.is_sure() => Reported::Symbol(Symbol::Confidential),
        rank => rank.map(|rank| rank.rank),
    };
    let level = levels.shown();
    [
        whole("rank", "Rank of the ratio, 1 the highest", sure),
        of(
            "rank_low",
            format!("Lower end of the {level} interval of the rank"),
            |rank| rank.low,
        ),
        of(
            "rank_high",
            format!("Upper end of the {level} interval of the rank"),
            |rank| rank.high,
        ),
        of("ranked", "Authorities that were ranked".into(), |rank| {
            rank.of
        }),
    ]
}

/// A column whose texts are collected from the rows. An empty one is the level [`NONE`] of a filter,
/// and nothing in a note.
fn named<'a, R: Sync>(
    name: &'static str,
    role: Role,
    label: &'static str,
    rows: &[R],
    pick: impl Fn(&R) -> String + Copy + Sync + Send + 'a,
) -> Column<'a, R> {
    let own = move |row: &R| {
        let text = pick(row);
        if text.is_empty() && role == Role::Filter {
            NONE.to_owned()
        } else {
            text
        }
    };
    let mut texts: Vec<String> = rows.iter().map(own).collect();
    texts.sort_unstable();
    texts.dedup();
    let dictionary: Dictionary = texts.into();
    let lookup = Arc::clone(&dictionary);
    text(name, role, label, dictionary, move |row| {
        let own = own(row);
        match lookup.binary_search(&own) {
            Ok(position) if !own.is_empty() => {
                u32::try_from(position).map_or(Value::None, Value::Text)
            }
            _ => Value::None,
        }
    })
}

/// A dictionary from fixed words.
fn words<const N: usize>(words: [&str; N]) -> Dictionary {
    words.iter().map(|word| (*word).to_owned()).collect()
}
