//! What must be said about the run.

use disparity_core::{Catalogue, Issue, IssueCode, Results, Severity};

use super::{text, whole, words};
use crate::column::{At, Column, Dictionary, Role, TableView, Value, Words};

pub(crate) fn issues<'a>(results: &'a Results, catalogue: &'a Catalogue) -> TableView<'a, Issue> {
    let rows = results.issues.as_slice();
    let filter = Role::Filter;
    let codes: Dictionary = IssueCode::ALL
        .iter()
        .map(|code| code.as_str().to_owned())
        .collect();
    let columns = vec![
        text(
            "code",
            filter,
            "Kind of issue",
            codes,
            |at: At<'_, Issue>| Value::Text(at.row.code as u32),
        ),
        text(
            "severity",
            filter,
            "How much it matters",
            words([Severity::Note.as_str(), Severity::Warning.as_str()]),
            |at: At<'_, Issue>| Value::Text(at.row.code.severity() as u32),
        ),
        of("indicator", "Indicator", rows, |row| row.indicator.clone()),
        of("time_period", "Period", rows, |row| {
            row.period
                .map_or(String::new(), |period| period.to_string())
        }),
        of("area_code", "Area code", rows, |row| {
            row.area.map_or(String::new(), |area| area.to_string())
        }),
        of("area_name", "Area", rows, |row| {
            row.area
                .map_or(String::new(), |area| catalogue.areas.name(area))
        }),
        of("file", "File in which it was found", rows, |row| {
            row.place
                .as_ref()
                .map_or(String::new(), |place| place.file.clone())
        }),
        whole("line", "Line of the file", |at: At<'_, Issue>| {
            at.row
                .place
                .as_ref()
                .and_then(|place| u32::try_from(place.line).ok())
                .filter(|line| *line > 0)
        }),
        of("column", "Column of the file", rows, |row| {
            row.place
                .as_ref()
                .map_or(String::new(), |place| place.column.clone())
        }),
        whole("rows", "Rows affected", |at: At<'_, Issue>| {
            u32::try_from(at.row.rows).ok()
        }),
        of("message", "The particulars", rows, |row| {
            row.message.clone()
        }),
        of("meaning", "What the code means", rows, |row| {
            row.code.meaning().to_owned()
        }),
        of("hint", "What to do", rows, |row| row.code.hint().to_owned()),
    ];
    TableView {
        name: "issues",
        columns,
        rows,
        levels: 1,
    }
}

/// A column of texts that are mostly different from row to row.
fn of<'a>(
    name: &'static str,
    label: &'static str,
    rows: &'a [Issue],
    pick: impl Fn(&Issue) -> String + Sync + Send + 'a,
) -> Column<'a, Issue> {
    let texts: Vec<String> = rows.iter().map(&pick).collect();
    let distinct = Words::of(texts.iter().map(String::as_str), str::to_owned);
    let dictionary = distinct.dictionary();
    let lookup = std::sync::Arc::clone(&dictionary);
    text(
        name,
        Role::Filter,
        label,
        dictionary,
        move |at: At<'_, Issue>| {
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
