//! The rules of `columns.csv`: which column of which published file feeds which indicator, for
//! which rows, and which column names a group.

use disparity_core::{Dimension, Indicators};

use crate::codelists::{CodeLists, collect};
use crate::error::LoadErrors;
use crate::read;
use crate::table::Table;

/// What a column of a published file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Counts that are kept.
    Count,
    /// Rates that are kept only to check ours against.
    Rate,
    /// Populations that those rates were computed with.
    Population,
    /// Rates of counts that no release here states, from which the counts are worked out.
    CountFromRate,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    /// Line of the rule in `columns.csv`.
    pub(super) line: u64,
    pub(super) source: String,
    /// Columns that must hold given values for the rule to apply.
    pub(super) conditions: Vec<(String, String)>,
    /// The column that names the group, and the dimensions in which its label may be found.
    pub(super) label: Option<(String, Vec<Dimension>)>,
    pub(super) column: String,
    pub(super) table: String,
    pub(super) indicator: String,
    pub(super) kind: Kind,
}

/// Columns of built-in tables that are not indicators.
const OTHER_COLUMNS: [&str; 3] = ["children_0_17", "children_0_17_before_rebase", "pupils"];

/// The order of columns in a built-in table: indicators in code-list order, then the others.
pub(super) fn column_order(indicators: &Indicators) -> Vec<&str> {
    indicators
        .iter()
        .map(|(_, indicator)| indicator.name.as_str())
        .chain(OTHER_COLUMNS)
        .collect()
}

/// A built-in table of counts of indicators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CountTable {
    pub(crate) name: String,
    /// The first line of `columns.csv` that names it.
    pub(crate) line: u64,
    /// Whether its counts were worked out from published rates.
    pub(crate) from_rates: bool,
}

/// The tables of counts of indicators that rules name, in the order in which they do.
pub(super) fn count_tables(rules: &[Rule], indicators: &Indicators) -> Vec<CountTable> {
    let mut tables: Vec<CountTable> = Vec::new();
    for rule in rules {
        let from_rates = match rule.kind {
            Kind::Count => false,
            Kind::CountFromRate => true,
            Kind::Rate | Kind::Population => continue,
        };
        if indicators.id(&rule.indicator).is_none() {
            continue;
        }
        match tables.iter_mut().find(|table| table.name == rule.table) {
            Some(table) => table.from_rates |= from_rates,
            None => tables.push(CountTable {
                name: rule.table.clone(),
                line: rule.line,
                from_rates,
            }),
        }
    }
    tables
}

/// Reads the rules and checks them against the other code lists.
pub(super) fn read_rules(table: &Table, lists: &CodeLists) -> Result<Vec<Rule>, LoadErrors> {
    let [source, where_column, where_value, label_column, dimension] = table.columns([
        "source",
        "where_column",
        "where_value",
        "label_column",
        "dimension",
    ])?;
    let [column, name, indicator, kind] =
        table.columns(["column", "table", "indicator", "kind"])?;
    let sources: Vec<&str> = lists
        .publications
        .iter()
        .map(|publication| publication.id.as_str())
        .collect();
    let known = column_order(&lists.indicators);
    collect(table, |row| {
        let split = |column| {
            row.text(column)
                .split('|')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
        };
        let label = if row.text(label_column).is_empty() {
            None
        } else {
            let dimensions = row
                .text(dimension)
                .split('+')
                .map(Dimension::from_column)
                .collect::<Option<Vec<_>>>();
            let dimensions = read::word(
                row,
                dimension,
                "a dimension of category_labels.csv",
                &[],
                |text| {
                    lists
                        .labels
                        .knows(text)
                        .then(|| dimensions.clone())
                        .flatten()
                },
            )?;
            Some((row.text(label_column).to_owned(), dimensions))
        };
        Ok(Rule {
            line: row.line,
            source: read::word(row, source, "a publication", &sources, |text| {
                sources.contains(&text).then(|| text.to_owned())
            })?,
            conditions: split(where_column).zip(split(where_value)).collect(),
            label,
            column: row.text(column).to_owned(),
            table: row.text(name).to_owned(),
            indicator: read::word(row, indicator, "an indicator", &known, |text| {
                known.contains(&text).then(|| text.to_owned())
            })?,
            kind: read::word(
                row,
                kind,
                "a kind of column",
                &["count", "rate", "population", "count_from_rate"],
                |text| match text {
                    "count" => Some(Kind::Count),
                    "rate" => Some(Kind::Rate),
                    "population" => Some(Kind::Population),
                    "count_from_rate" => Some(Kind::CountFromRate),
                    _ => None,
                },
            )?,
        })
    })
}
