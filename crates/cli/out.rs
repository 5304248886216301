//! Speaking: text to standard output, lines to standard error.

use std::io::Write;

use anyhow::Result;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// Prints text; a reader who stops reading is not a panic.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// How wide a line of text is.
const WIDE: usize = 80;

/// A sentence in lines of a terminal's width. `head` stands before the first line, and as many blanks as `set_in`
/// before the others.
pub(crate) fn wrapped(head: &str, set_in: usize, sentence: &str) -> String {
    let (mut text, mut line) = (String::new(), head.to_owned());
    let mut is_first = true;
    for word in sentence.split(' ') {
        if !is_first && line.chars().count() + 1 + word.chars().count() > WIDE {
            text += &(line + "\n");
            line = " ".repeat(set_in);
            is_first = true;
        }
        if !is_first {
            line.push(' ');
        }
        line.push_str(word);
        is_first = false;
    }
    text + &line + "\n"
}

/// Says a line on standard error. Whoever closed it does not want to hear: that stops nothing, and the
/// exit code says what happened all the same.
pub(crate) fn tell(line: impl std::fmt::Display) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// Prints rows of texts as CSV as they come.
pub(crate) fn print_csv(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<()> {
    let out = std::io::stdout().lock();
    Ok(disparity_export::write_csv_rows(out, header, rows)?)
}

/// Prints rows of texts as JSON objects, named by the header, as they come.
pub(crate) fn print_json(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<()> {
    let out = std::io::stdout().lock();
    Ok(disparity_export::write_json_rows(out, header, rows)?)
}

/// A table for a terminal: the first column to the left, the numbered ones to the right.
pub(crate) fn table(
    header: &[&str],
    right: &[usize],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    // The library pads the last column; trailing spaces are noise in a pipe.
    table
        .lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

/// Records as CSV, headed by the names of their fields.
pub(crate) fn csv<R: serde::Serialize>(records: &[R]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for record in records {
        writer.serialize(record)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// Rows of texts as CSV, for tables whose columns depend on what was asked.
pub(crate) fn csv_of_rows(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<String> {
    let mut text = Vec::new();
    disparity_export::write_csv_rows(&mut text, header, rows)?;
    Ok(String::from_utf8(text)?)
}
