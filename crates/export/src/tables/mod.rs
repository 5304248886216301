//! The columns of every table, in output order, with what each means.

mod contrasts;
mod estimates;
mod expected;
mod issues;
mod place;

pub(crate) use contrasts::contrasts;
pub(crate) use estimates::estimates;
pub(crate) use expected::expected;
pub(crate) use issues::issues;

use disparity_core::{Reported, Unit};

use crate::column::{At, Column, Dictionary, Kind, Role, Spec, Value};

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
        get: Box::new(|at: At<'_, R>| Value::Number(LEVELS[at.level])),
    }
}

/// A dictionary from fixed words.
fn words<const N: usize>(words: [&str; N]) -> Dictionary {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The position of a symbol's mark in [`symbol_marks`], or nothing where there is a value.
fn symbol<T>(reported: &Reported<T>) -> Value {
    reported
        .symbol()
        .map_or(Value::None, |symbol| Value::Text(symbol as u32))
}

fn symbol_marks() -> Dictionary {
    words(disparity_core::Symbol::ALL.map(disparity_core::Symbol::mark))
}

/// A value per person in the unit it is shown in.
fn in_unit(value: f64, unit: Unit) -> f64 {
    value * unit.factor()
}
