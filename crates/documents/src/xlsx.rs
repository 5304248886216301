//! A workbook as `.xlsx`, by `rust_xlsxwriter`.
//!
//! Each table is a table of the workbook with a header row, so that it is announced as one, and its header row is repeated
//! when it is printed. Buttons for filters are off: they are one more stop on every heading for whoever uses a keyboard.

use disparity_core::document::{Cell, Document};
use rust_xlsxwriter as xl;

use crate::error::WriteError;
use crate::package::Package;
use crate::workbook::{Grid, Line, Role, Sheet, SheetCell, sheets};
use crate::xml::escape;

/// ISO 216 A4 in the list of paper sizes.
const A4: u8 = 9;

/// The tables of a document as an Office Open XML workbook.
///
/// # Errors
/// [`WriteError::Document`] if the document is not whole, [`WriteError::Workbook`] if a table has more rows or columns than
/// a sheet, or a text more than 32,767 characters.
pub fn xlsx(document: &Document) -> Result<Vec<u8>, WriteError> {
    document.check()?;
    let mut workbook = xl::Workbook::new();
    let (year, month, day) = document.date.ymd();
    let created = xl::ExcelDateTime::from_ymd(year, month, day)?;
    workbook.set_properties(
        &xl::DocProperties::new()
            .set_title(&document.title)
            .set_comment(&document.description)
            .set_author(&document.author)
            .set_creation_datetime(&created),
    );
    for sheet in sheets(document) {
        write_sheet(workbook.add_worksheet(), &sheet)?;
    }
    let bytes = workbook.save_to_buffer()?;
    with_language(&bytes, document.language.tag())
}

/// The workbook with its language in its properties, for which its writer has no word.
fn with_language(bytes: &[u8], tag: &str) -> Result<Vec<u8>, WriteError> {
    let mut package = Package::of(bytes)?;
    if let Some(core) = package.part_mut("docProps/core.xml") {
        let text = String::from_utf8_lossy(core);
        let end = "</cp:coreProperties>";
        let language = format!("<dc:language>{}</dc:language>{end}", escape(tag));
        *core = text.replace(end, &language).into_bytes();
    }
    package.into_bytes()
}

fn write_sheet(to: &mut xl::Worksheet, sheet: &Sheet) -> Result<(), WriteError> {
    to.set_name(&sheet.name)?;
    to.set_paper_size(A4);
    to.set_print_fit_to_pages(1, 0);
    if sheet.is_across() {
        to.set_landscape();
    }
    for (column, width) in (0..).zip(sheet.widths()) {
        to.set_column_width(column, width)?;
    }
    for (row, height) in (0..).zip(sheet.heights()) {
        to.set_row_height(row, height)?;
    }
    let mut row = 0;
    for line in &sheet.lines {
        write_line(to, row, line, sheet.grid.is_none())?;
        row += 1;
    }
    match &sheet.grid {
        Some(grid) => write_grid(to, row, grid),
        None => Ok(()),
    }
}

fn write_line(
    to: &mut xl::Worksheet,
    row: u32,
    line: &Line,
    wraps: bool,
) -> Result<(), WriteError> {
    let mut format = font();
    if wraps {
        format = format.set_text_wrap();
    }
    format = format.set_font_size(line.role.points());
    if line.role != Role::Words {
        format = format.set_bold();
    }
    match &line.address {
        Some(address) => {
            let url = xl::Url::new(address).set_text(&line.text);
            to.write_url_with_format(row, 0, url, &link(format))?;
        }
        None => {
            to.write_string_with_format(row, 0, &line.text, &format)?;
        }
    }
    Ok(())
}

fn write_grid(to: &mut xl::Worksheet, header: u32, grid: &Grid) -> Result<(), WriteError> {
    let heading = |column: usize| {
        let align = if grid.is_of_figures(column) {
            xl::FormatAlign::Right
        } else {
            xl::FormatAlign::Left
        };
        let format = font()
            .set_bold()
            .set_text_wrap()
            .set_border_bottom(xl::FormatBorder::Thin);
        indented(format, column == 0).set_align(align)
    };
    let columns: Vec<xl::TableColumn> = grid
        .headings
        .iter()
        .enumerate()
        .map(|(i, text)| {
            xl::TableColumn::new()
                .set_header(text)
                .set_header_format(heading(i))
        })
        .collect();
    let table = xl::Table::new()
        .set_name(&grid.name)
        .set_style(xl::TableStyle::None)
        .set_autofilter(false)
        .set_banded_rows(false)
        .set_first_column(true)
        .set_columns(&columns);
    let last = |count: usize| u16::try_from(count.saturating_sub(1)).unwrap_or(u16::MAX);
    let last_row = header.saturating_add(u32::try_from(grid.rows.len()).unwrap_or(u32::MAX));
    to.add_table(header, 0, last_row, last(grid.headings.len()), &table)?;
    for (row, cells) in (header + 1..).zip(&grid.rows) {
        for (column, cell) in (0..).zip(cells) {
            write_cell(to, (row, column), cell)?;
        }
    }
    to.set_repeat_rows(header, header)?;
    to.set_repeat_columns(0, 0)?;
    Ok(())
}

fn write_cell(
    to: &mut xl::Worksheet,
    (row, column): (u32, u16),
    cell: &SheetCell,
) -> Result<(), WriteError> {
    let format = indented(
        font().set_text_wrap().set_align(xl::FormatAlign::Top),
        column == 0,
    );
    let format = if column == 0 {
        format.set_bold()
    } else {
        format
    };
    let (left, right) = (xl::FormatAlign::Left, xl::FormatAlign::Right);
    match cell {
        SheetCell::ToSheet(name) => {
            let url = xl::Url::new(format!("internal:'{name}'!A1")).set_text(name);
            to.write_url_with_format(row, column, url, &link(format))?;
        }
        SheetCell::Cell(cell) => match (cell, cell.shown()) {
            (Cell::Number { decimals, .. }, Some(shown)) => {
                let format = format
                    .set_num_format(number_format(*decimals))
                    .set_align(right);
                to.write_number_with_format(row, column, shown, &format)?;
            }
            (Cell::Numeral(_), Some(shown)) => {
                let format = format.set_num_format("0").set_align(left);
                to.write_number_with_format(row, column, shown, &format)?;
            }
            _ => {
                let format = format.set_align(if cell.is_figure() { right } else { left });
                to.write_string_with_format(row, column, cell.printed(), &format)?;
            }
        },
    }
    Ok(())
}

/// Away from the edge of its column, unless it is the first, so that a figure to the right does not touch words to the left
/// of the next.
fn indented(format: xl::Format, is_first: bool) -> xl::Format {
    if is_first {
        format
    } else {
        format.set_indent(1)
    }
}

/// Thousands separated, with so many decimals: `#,##0.0`.
fn number_format(decimals: u8) -> String {
    match decimals {
        0 => "#,##0".to_owned(),
        decimals => format!("#,##0.{}", "0".repeat(usize::from(decimals))),
    }
}

/// Black Arial of 12 points, as the guidance asks.
fn font() -> xl::Format {
    xl::Format::new().set_font_name("Arial").set_font_size(12)
}

/// As links look: underlined, so that colour is not all that tells.
fn link(format: xl::Format) -> xl::Format {
    format
        .set_font_color(xl::Color::RGB(0x00_0B_5C_AB))
        .set_underline(xl::FormatUnderline::Single)
}
