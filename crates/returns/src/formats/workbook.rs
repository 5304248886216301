//! Workbooks: each sheet is a table, a cover or a guide.

use calamine::{Data, Range, Reader as _};
use disparity_core::Day;

use super::text::{read_rows, report_births};
use super::{FileReader, Unread, opened};
use crate::bytes::encoding::probe;
use crate::bytes::input::member_of;
use crate::diagnostics::Code;
use crate::fields::date::plain_day;
use crate::formats::delimited::{Sheet, find_header, nearest_table};
use crate::records::source::{Made, Source};

/// Reads every sheet of the workbook.
pub(super) fn read(file: &mut FileReader<'_>) -> Vec<Source> {
    let name = &file.candidate.input.name;
    let bytes = match file.candidate.input.workbook_bytes() {
        Ok(bytes) => bytes,
        Err(error) => {
            file.unreadable(name, &error);
            return vec![];
        }
    };
    let made = saved_on(&bytes).map(|day| Made {
        day,
        how: Made::WORKBOOK,
    });
    let probed = probe(&mut bytes.as_slice()).map_err(|error| error.to_string());
    let opened = opened::open(bytes);
    let (probe, mut workbook) = match (probed, opened) {
        (Ok(probe), Ok(workbook)) => (probe, workbook),
        (Err(why), _) | (_, Err(why)) => {
            file.say(Code::FileUnreadable, name, why);
            return vec![];
        }
    };
    let mut sources: Vec<Source> = Vec::new();
    let first = file.source;
    for sheet in workbook.sheet_names() {
        let shown = format!("{name}!{sheet}");
        let range = match workbook.worksheet_range(&sheet) {
            Ok(range) => range,
            Err(error) => {
                file.say(Code::FileUnreadable, &shown, error.to_string());
                continue;
            }
        };
        let empty = workbook
            .worksheet_formula(&sheet)
            .map_or(0, |formulas| without_value(&range, &formulas));
        file.source = first.saturating_add(u32::try_from(sources.len()).unwrap_or(u32::MAX));
        let unread = Unread {
            name: &shown,
            sha256: &probe.sha256,
            encoding: None,
            made,
        };
        let before = file.by_authority.mark();
        if let Some(source) = read_sheet(file, range, empty, unread) {
            report_births(file, &before, &shown);
            sources.push(source);
        }
    }
    if sources.is_empty() {
        file.say(
            Code::TableUnrecognised,
            name,
            "no sheet holds a known table",
        );
    }
    sources
}

/// The day on which a workbook was last saved, as it says itself.
fn saved_on(bytes: &[u8]) -> Option<Day> {
    // Office's own format, and the open document format.
    let said = [
        ("docProps/core.xml", "<dcterms:modified"),
        ("meta.xml", "<dc:date"),
    ];
    said.into_iter().find_map(|(member, element)| {
        let head = member_of(bytes, member, 64 << 10)?;
        let text = String::from_utf8_lossy(&head);
        let (_, rest) = text.split_once(element)?;
        let (_, rest) = rest.split_once('>')?;
        let (day, _) = rest.split_once('<')?;
        plain_day(day.trim())
    })
}

/// How many cells hold a formula whose value was never saved.
fn without_value(range: &Range<Data>, formulas: &Range<String>) -> usize {
    let (row, column) = formulas.start().unwrap_or_default();
    formulas
        .used_cells()
        .filter(|(r, c, formula)| {
            let place =
                |start: u32, at: usize| start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            let cell = range.get_value((place(row, *r), place(column, *c)));
            !formula.is_empty() && cell.is_none_or(|cell| matches!(cell, Data::Empty))
        })
        .count()
}

fn read_sheet(
    file: &mut FileReader<'_>,
    range: Range<Data>,
    empty: usize,
    unread: Unread<'_>,
) -> Option<Source> {
    let errors = range
        .used_cells()
        .filter(|(.., cell)| matches!(cell, Data::Error(_)))
        .count();
    // A sheet that is no table of children is a cover or a guide, not a fault.
    if let Err(none) = find_header(file.context.lists, Sheet::new(range.clone())) {
        let nearest = nearest_table(file.context.lists, &none.header);
        if nearest.is_table {
            file.say(Code::ColumnMissing, unread.name, nearest.message);
        } else {
            file.say(Code::SheetSkipped, unread.name, nearest.message);
        }
        return None;
    }
    if errors + empty > 0 {
        file.say(
            Code::FormulaEmpty,
            unread.name,
            format!("{} cells", errors + empty),
        );
    }
    read_rows(file, Sheet::new(range), unread)
}
