//! A sheet of a workbook: a heading in its first row that has one, and rows below it.

use std::path::Path;

use calamine::{Data, DataType as _, Ods, Range, Reader as _, Sheets, Xlsx, open_workbook};

use super::{Each, damaged};
use crate::batch::{Batch, RowNumbers, WordsBuilder};
use crate::error::TableError;

/// The headings.
pub(super) fn columns(
    path: &Path,
    name: &str,
    sheet: Option<&str>,
) -> Result<Vec<String>, TableError> {
    let range = range(path, name, sheet)?;
    let heading = heading(&range, name)?;
    let fields = range.rows().nth(heading).into_iter().flatten();
    Ok(fields.map(|cell| text(cell).trim().to_owned()).collect())
}

/// Reads every row that has something.
pub(super) fn read(
    path: &Path,
    name: &str,
    sheet: Option<&str>,
    wanted: &[usize],
    each: Each<'_>,
) -> Result<(), TableError> {
    let range = range(path, name, sheet)?;
    let heading = heading(&range, name)?;
    let first = u64::from(range.start().unwrap_or_default().0) + 1;
    let mut builders: Vec<WordsBuilder> = wanted.iter().map(|_| WordsBuilder::default()).collect();
    let mut numbers = Vec::new();
    for (row, cells) in range.rows().enumerate().skip(heading + 1) {
        if cells.iter().all(|cell| text(cell).trim().is_empty()) {
            continue;
        }
        for (builder, at) in builders.iter_mut().zip(wanted) {
            let cell = cells.get(*at).unwrap_or(&Data::Empty);
            if let Data::Error(error) = cell {
                let what = format!("the cell has the error {error}");
                let hint = "correct the formula, or leave the cell empty";
                return Err(TableError::at(name, first + row as u64, "", what, hint));
            }
            builder.push(&text(cell));
        }
        numbers.push(first + row as u64);
    }
    if numbers.is_empty() {
        return Ok(());
    }
    each(Batch {
        rows: numbers.len(),
        at: RowNumbers::Each(numbers),
        columns: builders.iter_mut().map(WordsBuilder::take).collect(),
    })
}

/// A cell as it would be typed: whole numbers without a point, days as `2025-03-31`.
fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTimeIso(day) => day.get(..10).unwrap_or(day).to_owned(),
        _ => cell.to_string(),
    }
}

fn heading(range: &Range<Data>, name: &str) -> Result<usize, TableError> {
    // Titles stand alone in their row above a table.
    let is_heading = |cells: &&[Data]| cells.iter().filter(|cell| !cell.is_empty()).count() > 1;
    let found = range.rows().position(|cells| is_heading(&cells));
    found.ok_or_else(|| {
        let what = "no row of the sheet has two headings";
        TableError::of_file(
            name,
            what,
            "name another sheet in the description: sheet = \"…\"",
        )
    })
}

fn range(path: &Path, name: &str, sheet: Option<&str>) -> Result<Range<Data>, TableError> {
    let is_open_document = path
        .extension()
        .is_some_and(|own| own.eq_ignore_ascii_case("ods"));
    // Each kind by its own reader: the one that guesses does not say why it fails.
    let book = if is_open_document {
        open_workbook::<Ods<_>, _>(path)
            .map(Sheets::Ods)
            .map_err(|error| error.to_string())
    } else {
        open_workbook::<Xlsx<_>, _>(path)
            .map(Sheets::Xlsx)
            .map_err(|error| error.to_string())
    };
    let mut book: Sheets<_> = book.map_err(|error| damaged(name, "workbook", error))?;
    let names = book.sheet_names();
    let wanted = match (sheet, names.as_slice()) {
        (Some(sheet), _) if names.iter().any(|own| own == sheet) => sheet.to_owned(),
        (Some(sheet), _) => {
            let what = format!("there is no sheet {sheet:?}");
            let hint = format!("its sheets are {}", names.join(", "));
            return Err(TableError::of_file(name, what, hint));
        }
        (None, [one]) => one.clone(),
        (None, []) => {
            return Err(TableError::of_file(
                name,
                "the workbook has no sheet",
                "give another file",
            ));
        }
        (None, _) => {
            let what = format!("it has several sheets: {}", names.join(", "));
            let hint = "name one in the description: sheet = \"…\"";
            return Err(TableError::of_file(name, what, hint));
        }
    };
    book.worksheet_range(&wanted)
        .map_err(|error| damaged(name, "workbook", error))
}
