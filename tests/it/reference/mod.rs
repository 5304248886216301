//! Every method against `tests/reference/<method>.csv`: figures from R's own distributions, tests
//! and fits, written by the scripts beside them, each row with its tolerance and the reason for it.

#![expect(
    clippy::unwrap_used,
    reason = "a table that is not as its script writes it stops the run"
)]

mod contrasts;
mod funnels;
mod inequality;
mod intervals;
mod models;
mod standardisation;
mod survival;
mod tables;
mod time;
mod units;

use std::collections::BTreeMap;
use std::path::PathBuf;

use disparity_stats::{Estimate, Interval, Level, Result, methods};

/// What a method gave: figures by the names that the table uses.
pub(crate) type Outputs = Vec<(String, f64)>;

/// The inputs of one row: `o=1|2;level=0.95`.
pub(crate) struct Inputs<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Inputs<'a> {
    fn parse(text: &'a str) -> Self {
        Inputs(
            text.split(';')
                .map(|pair| pair.split_once('=').unwrap())
                .collect(),
        )
    }

    pub(crate) fn text(&self, name: &str) -> &'a str {
        self.0
            .get(name)
            .unwrap_or_else(|| panic!("no input {name}"))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn all(&self, name: &str) -> Vec<f64> {
        self.text(name)
            .split('|')
            .map(|v| v.parse().unwrap())
            .collect()
    }

    pub(crate) fn one(&self, name: &str) -> f64 {
        self.text(name).parse().unwrap()
    }

    pub(crate) fn some<const N: usize>(&self, names: [&str; N]) -> [f64; N] {
        names.map(|name| self.one(name))
    }

    pub(crate) fn level(&self) -> Level {
        Level::new(self.one("level")).unwrap()
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small indexes"
    )]
    pub(crate) fn whole(&self, name: &str) -> Vec<u32> {
        self.all(name).iter().map(|v| *v as u32).collect()
    }
}

pub(crate) fn limits(found: Result<Interval>) -> Outputs {
    let i = found.unwrap();
    vec![("low".into(), i.low), ("high".into(), i.high)]
}

pub(crate) fn estimate(found: Result<Estimate>) -> Outputs {
    named("", found.unwrap())
}

/// An estimate's three figures under a name, or under `value`, `low` and `high`.
pub(crate) fn named(name: &str, e: Estimate) -> Outputs {
    let (value, prefix) = if name.is_empty() {
        ("value".to_owned(), String::new())
    } else {
        (name.to_owned(), format!("{name}_"))
    };
    vec![
        (value, e.value),
        (format!("{prefix}low"), e.interval.low),
        (format!("{prefix}high"), e.interval.high),
    ]
}

/// Figures numbered from 1 under one name.
pub(crate) fn numbered(name: &str, values: impl IntoIterator<Item = f64>) -> Outputs {
    values
        .into_iter()
        .enumerate()
        .map(|(i, v)| (format!("{name}{}", i + 1), v))
        .collect()
}

pub(crate) fn single(name: &str, value: f64) -> Outputs {
    vec![(name.to_owned(), value)]
}

fn compute(method: &str, group: &str, given: &Inputs<'_>) -> Outputs {
    match group {
        "Intervals" => intervals::compute(method, given),
        "Contrasts" => contrasts::compute(method, given),
        "Standardisation" => standardisation::compute(method, given),
        "Inequality" => inequality::compute(method, given),
        "Funnels" => funnels::compute(method, given),
        "Models" => models::compute(method, given),
        "Survival" => survival::compute(method, given),
        "Time" => time::compute(method, given),
        "Tables" => tables::compute(method, given),
        _ => units::compute(method, given),
    }
}

/// The rows of a method's table that are off, and how many rows there are.
fn check(method: &str, group: &str) -> (Vec<String>, usize) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference")
        .join(format!("{method}.csv"));
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_path(&path)
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let rows: Vec<csv::StringRecord> = reader.records().map(std::result::Result::unwrap).collect();
    let mut off = Vec::new();
    for row in &rows {
        let [inputs, output, expected, tolerance] =
            [0, 1, 2, 3].map(|i| row.get(i).unwrap().trim());
        let found = compute(method, group, &Inputs::parse(inputs));
        let found = found.iter().find(|(name, _)| name == output);
        let found = found
            .unwrap_or_else(|| panic!("{method} gives no {output}"))
            .1;
        let (expected, tolerance): (f64, f64) =
            (expected.parse().unwrap(), tolerance.parse().unwrap());
        // Ranks and places are compared as they are; everything else relative to the figure.
        let size = if expected == 0.0 || tolerance >= 1.0 {
            1.0
        } else {
            expected.abs()
        };
        let within = (found - expected).abs() <= tolerance * size;
        if !within {
            off.push(format!(
                "{method}({inputs}) {output}: {found}, expected {expected} within {tolerance:e}"
            ));
        }
    }
    (off, rows.len())
}

#[test]
fn every_method_agrees_with_its_table() {
    let (mut problems, mut rows) = (Vec::new(), 0);
    for m in methods() {
        let (off, n) = check(m.name, m.group);
        assert!(n > 0, "{} has no reference row", m.name);
        problems.extend(off);
        rows += n;
    }
    let (methods, right) = (methods().len(), rows - problems.len());
    crate::support::say(&format!(
        "reference: {right} of {rows} figures of {methods} methods within tolerance"
    ));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
