//! Speaking: text to standard output, lines to standard error.

mod table;

use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::Result;

pub(crate) use table::{table, table_with_notes};

/// What was said while another program ran a command.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// What would have been printed.
    pub(crate) text: String,
    /// Lines for standard error.
    pub(crate) told: Vec<String>,
}

/// What is printed, kept instead while this is something. Apart from [`TOLD`], as rows that are being printed may tell.
static PRINTED: Mutex<Option<Vec<u8>>> = Mutex::new(None);

/// Lines for standard error, kept instead while this is something.
static TOLD: Mutex<Option<Vec<String>>> = Mutex::new(None);

/// Runs work and keeps what it says. One at a time: the caller holds a lock.
pub(crate) fn kept<T>(work: impl FnOnce() -> T) -> (T, Kept) {
    let set = |text: Option<Vec<u8>>, told: Option<Vec<String>>| {
        let text = std::mem::replace(
            &mut *PRINTED.lock().unwrap_or_else(PoisonError::into_inner),
            text,
        );
        let told = std::mem::replace(
            &mut *TOLD.lock().unwrap_or_else(PoisonError::into_inner),
            told,
        );
        (text.unwrap_or_default(), told.unwrap_or_default())
    };
    set(Some(Vec::new()), Some(Vec::new()));
    let result = work();
    let (text, told) = set(None, None);
    let text = String::from_utf8_lossy(&text).into_owned();
    (result, Kept { text, told })
}

/// Writes to standard output, or to what is kept.
fn write(into: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut kept = PRINTED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = kept.as_mut() {
        return into(kept);
    }
    drop(kept);
    let mut out = std::io::stdout().lock();
    into(&mut out)?;
    Ok(out.flush()?)
}

/// Prints text; a reader who stops reading is not a panic.
pub(crate) fn print(text: &str) -> Result<()> {
    write(|out| Ok(out.write_all(text.as_bytes())?))
}

/// How wide a line of prose is at most, and a table where nothing says how wide the terminal is.
const WIDE: usize = 80;

/// How wide a table may be, once it is known what was asked.
static WIDTH: OnceLock<usize> = OnceLock::new();

/// Decides how wide tables may be: without bounds if asked; else as wide as the terminal, as `COLUMNS` says where
/// there is none, and 80 where that does not say.
pub(crate) fn decide_width(unbounded: bool) {
    let of_terminal = || {
        terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0))
    };
    let told = || std::env::var("COLUMNS").ok()?.parse().ok();
    let width = if unbounded {
        usize::MAX
    } else {
        of_terminal().or_else(told).unwrap_or(WIDE).max(WIDE / 2)
    };
    // Decided once, before the first line is written.
    WIDTH.get_or_init(|| width);
}

/// How wide a table may be.
fn width() -> usize {
    WIDTH.get().copied().unwrap_or(WIDE)
}

/// A sentence in lines of a terminal's width, at most 80. `head` stands before the first line, and as many blanks as
/// `set_in` before the others.
pub(crate) fn wrapped(head: &str, set_in: usize, sentence: &str) -> String {
    wrapped_to(head, set_in, sentence, width().min(WIDE))
}

/// Sentences as a paragraph.
pub(crate) fn paragraph(text: &str) -> String {
    wrapped("", 0, text)
}

fn wrapped_to(head: &str, set_in: usize, sentence: &str, width: usize) -> String {
    let (mut text, mut line) = (String::new(), head.to_owned());
    let mut is_first = true;
    for word in sentence.split(' ') {
        if !is_first && line.chars().count() + 1 + word.chars().count() > width {
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
    let mut kept = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = kept.as_mut() {
        kept.push(line.to_string());
        return;
    }
    drop(kept);
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// Prints what somebody writes.
pub(crate) fn print_as(writer: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    write(|out| Ok(writer(out)?))
}

/// Prints rows of texts as CSV as they come.
pub(crate) fn print_csv(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<()> {
    write(|out| Ok(disparity_export::write_csv_rows(out, header, rows)?))
}

/// Prints rows of texts as JSON objects, named by the header, as they come.
pub(crate) fn print_json(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<()> {
    write(|out| Ok(disparity_export::write_json_rows(out, header, rows)?))
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
