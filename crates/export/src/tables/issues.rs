//! What must be said about the run.

use disparity_core::{Catalogue, Issue, IssueCode, Results, Severity};

use super::{named, text, whole, words};
use crate::column::{At, Dictionary, Role, TableView, Value};

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
        named("indicator", "Indicator", rows, |row| row.indicator.clone()),
        named("time_period", "Period", rows, |row| {
            row.period
                .map_or(String::new(), |period| period.to_string())
        }),
        named("area_code", "Area code", rows, |row| {
            row.area.map_or(String::new(), |area| area.to_string())
        }),
        named("area_name", "Area", rows, |row| {
            row.area
                .map_or(String::new(), |area| catalogue.areas.name(area))
        }),
        named("file", "File in which it was found", rows, |row| {
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
        named("column", "Column of the file", rows, |row| {
            row.place
                .as_ref()
                .map_or(String::new(), |place| place.column.clone())
        }),
        whole("rows", "Rows affected", |at: At<'_, Issue>| {
            u32::try_from(at.row.rows).ok()
        }),
        named("message", "The particulars", rows, |row| {
            row.message.clone()
        }),
        named("meaning", "What the code means", rows, |row| {
            row.code.meaning().to_owned()
        }),
        named("hint", "What to do", rows, |row| row.code.hint().to_owned()),
    ];
    TableView {
        name: "issues",
        columns,
        rows,
        levels: 1,
    }
}
