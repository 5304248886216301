//! Which publication a file is of: the one whose columns it has.

use std::collections::BTreeSet;

use disparity_core::{Place, did_you_mean};

use super::super::rules::{Kind, Rule};
use crate::codelists::{CodeLists, Layout, Publication};
use crate::error::{Fault, LoadError, LoadErrors};
use crate::table::Table;

/// A file's publication, and what can be read from it.
pub(super) struct Recognised<'a> {
    pub(super) publication: &'a Publication,
    /// The rules of the publication whose columns and rows the file has.
    pub(super) rules: Vec<&'a Rule>,
    /// Columns of the others.
    pub(super) absent: Vec<String>,
}

/// The publications in tidy columns of which the file has at least half, those of which it has the most first and, of
/// those that share them, the newest. If `like` names one, that alone.
///
/// # Errors
/// [`LoadErrors`] if it has not even half of the columns of any: says which comes nearest and what is missing. If there
/// is no publication of the name that is given.
pub(super) fn recognise<'a>(
    table: &Table,
    rules: &'a [Rule],
    lists: &'a CodeLists,
    like: Option<&str>,
) -> Result<Vec<Recognised<'a>>, LoadErrors> {
    if let Some(like) = like {
        known(like, lists)?;
    }
    for column in ["time_period", "geographic_level"] {
        table.column(column)?;
    }
    let mut all: Vec<(usize, bool, Recognised<'a>)> = Vec::new();
    let asked = |publication: &&Publication| like.is_none_or(|like| publication.id == like);
    for publication in lists.publications.iter().filter(asked) {
        if publication.layout != Layout::Tidy {
            continue;
        }
        let own = || {
            let own = rules.iter().filter(|rule| rule.source == publication.id);
            own.filter(|rule| rule.kind != Kind::CountFromRate)
        };
        let fit: Vec<&Rule> = own().filter(|rule| fits(table, rule)).collect();
        // Rates alone bring nothing.
        let kept = fit.iter().filter(|rule| rule.kind == Kind::Count).count();
        if kept == 0 {
            continue;
        }
        let enough = fit.len() * 2 >= own().count();
        let absent = own().filter(|rule| !fits(table, rule));
        let absent: BTreeSet<String> = absent.map(|rule| described(rule, table)).collect();
        let found = Recognised {
            publication,
            rules: fit,
            absent: absent.into_iter().collect(),
        };
        all.push((kept, enough, found));
    }
    all.sort_by_key(|(kept, ..)| std::cmp::Reverse(*kept));
    let nearest = all.first().map_or_else(String::new, |(_, _, found)| {
        format!(
            "; the nearest is {} ({}), of which {} missing",
            found.publication.table,
            found.publication.id,
            listed(&found.absent)
        )
    });
    all.retain(|(_, enough, _)| *enough);
    if all.is_empty() {
        let advice = "give a file of a publication that `disparity data list` names, with its columns as they were \
                      published; the columns of each are in data/codelists/columns.csv";
        let what = format!("the columns are those of no publication{nearest}");
        return Err(refusal(table.file(), what, advice).into());
    }
    Ok(all.into_iter().map(|(.., found)| found).collect())
}

/// Refuses the name of no publication.
fn known(like: &str, lists: &CodeLists) -> Result<(), LoadErrors> {
    let ids = lists.publications.iter();
    let ids: Vec<&str> = ids.map(|publication| publication.id.as_str()).collect();
    if ids.contains(&like) {
        return Ok(());
    }
    let nearest = did_you_mean(like, ids).unwrap_or_default();
    let what = format!("no source is called {like:?}");
    let advice = format!("{nearest} `disparity data list` lists them");
    Err(refusal("--like", what, advice.trim_start()).into())
}

/// That a file is not what it should be.
pub(super) fn refusal(file: &str, what: String, advice: &str) -> LoadError {
    LoadError {
        place: Place {
            file: file.to_owned(),
            ..Place::default()
        },
        about: String::new(),
        fault: Fault::Contradiction {
            what,
            advice: advice.to_owned(),
        },
    }
}

/// Whether a file has the columns of a rule, and a row that it is about.
fn fits(table: &Table, rule: &Rule) -> bool {
    let has = |name: &str| table.column(name).is_ok();
    if !has(&rule.column) || rule.label.as_ref().is_some_and(|(column, _)| !has(column)) {
        return false;
    }
    let conditions: Option<Vec<(usize, &str)>> = rule
        .conditions
        .iter()
        .map(|(column, value)| Some((table.column(column).ok()?, value.as_str())))
        .collect();
    conditions.is_some_and(|conditions| {
        conditions.is_empty()
            || table.rows().any(|row| {
                let holds = |(column, value): &(usize, &str)| row.text(*column) == *value;
                conditions.iter().all(holds)
            })
    })
}

/// What a rule looks for that the file does not have.
fn described(rule: &Rule, table: &Table) -> String {
    let label = rule.label.iter().map(|(column, _)| column);
    let conditions = rule.conditions.iter().map(|(column, _)| column);
    let mut columns = std::iter::once(&rule.column).chain(label).chain(conditions);
    columns
        .find(|column| table.column(column).is_err())
        .cloned()
        .unwrap_or_else(|| {
            let conditions = rule.conditions.iter();
            let rows: Vec<String> = conditions
                .map(|(column, value)| format!("{column} = {value}"))
                .collect();
            rows.join(", ")
        })
}

fn listed(absent: &[String]) -> String {
    let first: Vec<String> = absent
        .iter()
        .take(4)
        .map(|name| format!("`{name}`"))
        .collect();
    match absent.len() {
        1 => format!("{} is", first.join(", ")),
        many @ ..=4 => format!("{} are ({many} columns)", first.join(", ")),
        many => format!("{} and {} more are", first.join(", "), many - first.len()),
    }
}
