//! What must be said about the run.

use disparity_core::{Catalogue, Issue, IssueCode, Period, Reported, Results, Severity, Symbol};

use super::place::{place, time};
use super::{cases, key, named, text, whole};
use crate::column::{Dictionary, Role, TableView, Value};

/// An issue with its place in the list, and the year that it stands under.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IssueRow<'a> {
    number: i64,
    issue: &'a Issue,
    /// The year it concerns, or the last of the run where it concerns no one year.
    year: Option<Period>,
}

/// The last year of a run that an issue or an estimate is of.
pub(crate) fn last_year(results: &Results) -> Option<Period> {
    let named = results.issues.iter().filter_map(|issue| issue.period);
    let estimates = results.estimates.iter();
    estimates.map(|row| row.key.period).chain(named).max()
}

/// Issues, numbered; those that concern no one year stand under the last.
pub(crate) fn issue_rows<'a>(
    issues: impl IntoIterator<Item = &'a Issue>,
    last: Option<Period>,
) -> Vec<IssueRow<'a>> {
    issues
        .into_iter()
        .zip(1..)
        .map(|(issue, number)| IssueRow {
            number,
            issue,
            year: issue.period.or(last),
        })
        .collect()
}

pub(crate) fn issues<'a>(
    rows: &'a [IssueRow<'a>],
    catalogue: &'a Catalogue,
) -> TableView<'a, IssueRow<'a>> {
    let (filter, note) = (Role::Filter, Role::Note);
    let codes: Dictionary = IssueCode::ALL
        .iter()
        .map(|code| code.as_str().to_owned())
        .collect();
    let mut columns = vec![
        key(
            "issue_number",
            filter,
            "Place in the list of issues",
            |row: &IssueRow<'_>| row.number,
        ),
        text(
            "issue_code",
            filter,
            "Kind of issue",
            codes,
            |row: &IssueRow<'_>| Value::Text(row.issue.code as u32),
        ),
        cases(
            "severity",
            filter,
            "How much it matters",
            [Severity::Note.as_str(), Severity::Warning.as_str()],
            |row: &IssueRow<'_>| Some(row.issue.code.severity() as usize),
        ),
    ];
    columns.extend(time(|row: &IssueRow<'_>| row.year));
    columns.extend(place(catalogue, |row: &IssueRow<'_>| row.issue.area));
    columns.extend([
        cases(
            "concerns",
            filter,
            "Whether it concerns the year in time_period alone",
            ["the year", "no one year"],
            |row: &IssueRow<'_>| Some(usize::from(row.issue.period.is_none())),
        ),
        named("indicator", filter, "Indicator", rows, |row| {
            if row.issue.indicator.is_empty() {
                "all".to_owned()
            } else {
                row.issue.indicator.clone()
            }
        }),
        named("file", note, "File in which it was found", rows, |row| {
            let place = row.issue.place.as_ref();
            place.map_or(String::new(), |place| place.file.clone())
        }),
        whole("line", "Line of the file", |row: &IssueRow<'_>| {
            let place = row.issue.place.as_ref();
            count(place.map_or(0, |place| place.line)).and_then(|line| {
                if line > 0 {
                    Reported::Value(line)
                } else {
                    Reported::Symbol(Symbol::NotApplicable)
                }
            })
        }),
        named("column", note, "Column of the file", rows, |row| {
            let place = row.issue.place.as_ref();
            place.map_or(String::new(), |place| place.column.clone())
        }),
        whole("rows", "Rows affected", |row: &IssueRow<'_>| {
            count(row.issue.rows)
        }),
        named("message", note, "The particulars", rows, |row| {
            row.issue.message.clone()
        }),
        named("meaning", note, "What the code means", rows, |row| {
            row.issue.code.meaning().to_owned()
        }),
        named("hint", note, "What to do", rows, |row| {
            row.issue.code.hint().to_owned()
        }),
    ]);
    TableView {
        name: "issues",
        columns,
        rows,
        year: None,
    }
}

/// A number that a file can hold; none is too large but in theory.
fn count(n: u64) -> Reported<i64> {
    i64::try_from(n).map_or(Reported::Symbol(Symbol::NotAvailable), Reported::Value)
}
