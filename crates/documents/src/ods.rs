//! A workbook as `.ods` (`OpenDocument` 1.3, ISO/IEC 26300).
//!
//! Two marks say which row is the header. `table:table-header-rows` repeats it on every page, and what was the header row
//! when the file is saved again; a database range that `contains-header` is what a table of an `.xlsx` becomes. The
//! heading of each row is in `table:table-header-columns`.

use std::collections::BTreeSet;

use disparity_core::document::{Cell, Document};

use crate::error::WriteError;
use crate::package::Package;
use crate::workbook::{Grid, Line, Role, Sheet, SheetCell, sheets};
use crate::xml::{Element, element};

const KIND: &str = "application/vnd.oasis.opendocument.spreadsheet";
const VERSION: &str = "1.3";
const NAMESPACES: [(&str, &str); 10] = [
    (
        "xmlns:office",
        "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    ),
    (
        "xmlns:table",
        "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    ),
    (
        "xmlns:text",
        "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    ),
    (
        "xmlns:style",
        "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    ),
    (
        "xmlns:fo",
        "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    ),
    (
        "xmlns:svg",
        "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    ),
    (
        "xmlns:number",
        "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
    ),
    (
        "xmlns:meta",
        "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    ),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
];

/// The tables of a document as an `OpenDocument` workbook.
///
/// # Errors
/// [`WriteError::Document`] if the document is not whole.
pub fn ods(document: &Document) -> Result<Vec<u8>, WriteError> {
    document.check()?;
    let sheets = sheets(document);
    Package::default()
        .stored("mimetype", KIND)
        .part("META-INF/manifest.xml", manifest().into_part())
        .part("meta.xml", meta(document).into_part())
        .part("styles.xml", styles(document).into_part())
        .part("content.xml", content(&sheets).into_part())
        .into_bytes()
}

/// The root of a part.
fn root(name: &'static str) -> Element {
    let root = NAMESPACES
        .iter()
        .fold(element(name), |root, (prefix, address)| {
            root.attribute(prefix, *address)
        });
    root.attribute("office:version", VERSION)
}

fn manifest() -> Element {
    let entry = |path: &str, kind: &str| {
        element("manifest:file-entry")
            .attribute("manifest:full-path", path)
            .attribute("manifest:media-type", kind)
    };
    element("manifest:manifest")
        .attribute(
            "xmlns:manifest",
            "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
        )
        .attribute("manifest:version", VERSION)
        .with(entry("/", KIND).attribute("manifest:version", VERSION))
        .with_all(["meta.xml", "styles.xml", "content.xml"].map(|path| entry(path, "text/xml")))
}

fn meta(document: &Document) -> Element {
    let (year, month, day) = document.date.ymd();
    let date = format!("{year:04}-{month:02}-{day:02}T00:00:00");
    let said = element("office:meta")
        .with(element("meta:generator").text("Disparity"))
        .with(element("dc:title").text(&document.title))
        .with(element("dc:description").text(&document.description))
        .with(element("meta:initial-creator").text(&document.author))
        .with(element("dc:creator").text(&document.author))
        .with(element("meta:creation-date").text(&date))
        .with(element("dc:date").text(&date))
        .with(element("dc:language").text(document.language.tag()));
    root("office:document-meta").with(said)
}

/// A style of cells with a name that people see and so may change for all cells at once.
fn cell_style(name: &'static str, shown: &'static str, parent: Option<&str>) -> Element {
    let style = element("style:style")
        .attribute("style:name", name)
        .attribute("style:display-name", shown)
        .attribute("style:family", "table-cell");
    match parent {
        Some(parent) => style.attribute("style:parent-style-name", parent),
        None => style,
    }
}

fn text_properties(size: u8, bold: bool) -> Element {
    element("style:text-properties")
        .attribute("fo:font-family", "Arial")
        .attribute("style:font-family-generic", "swiss")
        .attribute("fo:font-size", format!("{size}pt"))
        .attribute("fo:font-weight", if bold { "bold" } else { "normal" })
}

/// Styles by name, and the language of all cells.
fn styles(document: &Document) -> Element {
    let (language, country) = document.language.parts();
    let default = element("style:default-style")
        .attribute("style:family", "table-cell")
        .with(
            text_properties(12, false)
                .attribute("fo:language", language)
                .attribute("fo:country", country),
        );
    let wraps = |vertical: &str| {
        element("style:table-cell-properties")
            .attribute("fo:wrap-option", "wrap")
            .attribute("style:vertical-align", vertical)
            .attribute("fo:padding-left", "1.5mm")
            .attribute("fo:padding-right", "1.5mm")
    };
    let ruled = wraps("bottom").attribute("fo:border-bottom", "0.75pt solid #000000");
    let to_right = element("style:paragraph-properties").attribute("fo:text-align", "end");
    let to_left = element("style:paragraph-properties").attribute("fo:text-align", "start");
    let link = text_properties(12, false)
        .attribute("fo:color", "#0b5cab")
        .attribute("style:text-underline-style", "solid");
    let named = [
        cell_style("Default", "Default", None),
        cell_style("Title", "Heading 1", Some("Default")).with(text_properties(16, true)),
        cell_style("Heading", "Heading 2", Some("Default"))
            .with(wraps("top"))
            .with(text_properties(14, true)),
        cell_style("Wrapped", "Text, wrapped", Some("Default")).with(wraps("top")),
        cell_style("Link", "Link", Some("Wrapped")).with(link),
        cell_style("ColumnHeading", "Column heading", Some("Default"))
            .with(ruled)
            .with(text_properties(12, true)),
        cell_style(
            "ColumnHeadingOfFigures",
            "Column heading of figures",
            Some("ColumnHeading"),
        )
        .with(to_right.clone()),
        cell_style("RowHeading", "Row heading", Some("Wrapped"))
            .with(to_left.clone())
            .with(text_properties(12, true)),
        cell_style("Numeral", "Numeral", Some("Wrapped")).with(to_left),
        cell_style("Symbol", "Symbol", Some("Wrapped")).with(to_right),
    ];
    let masters = [master("Upright"), master("Across")];
    root("office:document-styles")
        .with(element("office:styles").with(default).with_all(named))
        .with(element("office:automatic-styles").with_all([
            page("Upright", ["21cm", "29.7cm"]),
            page("Across", ["29.7cm", "21cm"]),
        ]))
        .with(element("office:master-styles").with_all(masters))
}

/// A4, upright or across, on as many pages down as it takes but one across.
fn page(name: &'static str, [width, height]: [&str; 2]) -> Element {
    let orientation = if name == "Across" {
        "landscape"
    } else {
        "portrait"
    };
    let properties = element("style:page-layout-properties")
        .attribute("fo:page-width", width)
        .attribute("fo:page-height", height)
        .attribute("style:print-orientation", orientation)
        .attribute("style:scale-to-X", "1")
        .attribute("style:scale-to-Y", "0");
    element("style:page-layout")
        .attribute("style:name", name)
        .with(properties)
}

fn master(name: &'static str) -> Element {
    element("style:master-page")
        .attribute("style:name", name)
        .attribute("style:page-layout-name", name)
}

fn content(sheets: &[Sheet]) -> Element {
    let tables = sheets.iter().map(table);
    let ranges = sheets
        .iter()
        .filter_map(|sheet| Some(range(sheet, sheet.grid.as_ref()?)));
    let spreadsheet = element("office:spreadsheet")
        .with_all(tables)
        .with(element("table:database-ranges").with_all(ranges));
    root("office:document-content")
        .with(automatic_styles(sheets))
        .with(element("office:body").with(spreadsheet))
}

/// Column widths, orientation of sheets and number formats: what is used, each once.
fn automatic_styles(sheets: &[Sheet]) -> Element {
    let style = |name: String, family: &str| {
        element("style:style")
            .attribute("style:name", name)
            .attribute("style:family", family)
    };
    let widths: BTreeSet<u32> = sheets.iter().flat_map(Sheet::widths).map(tenths).collect();
    let heights: BTreeSet<u32> = sheets
        .iter()
        .flat_map(Sheet::heights)
        .map(tenths_of_points)
        .collect();
    let mut decimals = BTreeSet::new();
    for grid in sheets.iter().filter_map(|sheet| sheet.grid.as_ref()) {
        for cell in grid.rows.iter().flatten() {
            if let SheetCell::Cell(Cell::Number { decimals: d, .. }) = cell {
                decimals.insert(*d);
            }
        }
    }
    let columns = widths.into_iter().map(|width| {
        let properties = element("style:table-column-properties").attribute(
            "style:column-width",
            format!("{}.{}mm", width / 10, width % 10),
        );
        style(format!("column{width}"), "table-column").with(properties)
    });
    let pages = ["Upright", "Across"].map(|page| {
        let properties = element("style:table-properties").attribute("table:display", "true");
        style(page.to_lowercase(), "table")
            .attribute("style:master-page-name", page)
            .with(properties)
    });
    let rows = heights.into_iter().map(|height| {
        let properties = element("style:table-row-properties")
            .attribute(
                "style:row-height",
                format!("{}.{}pt", height / 10, height % 10),
            )
            .attribute("style:use-optimal-row-height", "false");
        style(format!("row{height}"), "table-row").with(properties)
    });
    let number = |name: String, decimals: u8, grouping: &str| {
        let digits = element("number:number")
            .attribute("number:decimal-places", decimals.to_string())
            .attribute("number:min-decimal-places", decimals.to_string())
            .attribute("number:min-integer-digits", "1")
            .attribute("number:grouping", grouping);
        element("number:number-style")
            .attribute("style:name", name)
            .with(digits)
    };
    let formats = decimals
        .iter()
        .map(|d| number(format!("digits{d}"), *d, "true"));
    let numbers = decimals.iter().map(|d| {
        let cell = style(format!("number{d}"), "table-cell");
        cell.attribute("style:parent-style-name", "Wrapped")
            .attribute("style:data-style-name", format!("digits{d}"))
    });
    let numerals =
        [("numeral", "Numeral"), ("numeralheading", "RowHeading")].map(|(name, parent)| {
            let cell = style(name.to_owned(), "table-cell");
            cell.attribute("style:parent-style-name", parent)
                .attribute("style:data-style-name", "plain")
        });
    element("office:automatic-styles")
        .with_all(columns)
        .with_all(pages)
        .with_all(rows)
        .with(number("plain".to_owned(), 0, "false"))
        .with_all(formats)
        .with_all(numbers)
        .with_all(numerals)
}

/// A width in characters of Arial at 12 points as tenths of a millimetre.
const fn tenths(characters: u32) -> u32 {
    characters * 24
}

/// A height in points as tenths of a point.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a row is some points high"
)]
fn tenths_of_points(height: f64) -> u32 {
    (height * 10.0).round() as u32
}

fn table(sheet: &Sheet) -> Element {
    let column = |width: u32| {
        element("table:table-column")
            .attribute("table:style-name", format!("column{}", tenths(width)))
    };
    let row = |height: f64| {
        element("table:table-row").attribute(
            "table:style-name",
            format!("row{}", tenths_of_points(height)),
        )
    };
    let mut columns = sheet.widths().into_iter().map(column);
    let mut rows = sheet.heights().into_iter().map(row);
    let wraps = sheet.grid.is_none();
    // Lines first: zip takes a row of heights for each line and none more.
    let lines = sheet.lines.iter().zip(&mut rows);
    let lines: Vec<Element> = lines
        .map(|(line, row)| row.with(line_cell(line, wraps)))
        .collect();
    let table = element("table:table")
        .attribute("table:name", &sheet.name)
        .attribute(
            "table:style-name",
            if sheet.is_across() {
                "across"
            } else {
                "upright"
            },
        );
    let Some(grid) = &sheet.grid else {
        return table.with_all(columns).with_all(lines);
    };
    let headings = || {
        grid.headings.iter().enumerate().map(|(i, heading)| {
            let style = if grid.is_of_figures(i) {
                "ColumnHeadingOfFigures"
            } else {
                "ColumnHeading"
            };
            text_cell(style, heading)
        })
    };
    let header = rows.next().map(|row| row.with_all(headings()));
    let body = grid.rows.iter().zip(rows).map(|(cells, row)| {
        let cells = cells.iter().enumerate();
        row.with_all(cells.map(|(column, cell)| grid_cell(cell, column == 0)))
    });
    table
        .with(element("table:table-header-columns").with_all(columns.next()))
        .with_all(columns)
        .with_all(lines)
        .with(element("table:table-header-rows").with_all(header))
        .with_all(body)
}

/// The range of a table, its header row included.
fn range(sheet: &Sheet, grid: &Grid) -> Element {
    let first = sheet.lines.len() + 1;
    let last = sheet.lines.len() + 1 + grid.rows.len();
    let column = column_letters(grid.headings.len());
    let name = &sheet.name;
    element("table:database-range")
        .attribute("table:name", &grid.name)
        .attribute(
            "table:target-range-address",
            format!("'{name}'.A{first}:'{name}'.{column}{last}"),
        )
        .attribute("table:contains-header", "true")
        .attribute("table:display-filter-buttons", "false")
}

/// The letters of a column, from 1: A, …, Z, AA, ….
fn column_letters(mut number: usize) -> String {
    let mut letters = Vec::new();
    while number > 0 {
        number -= 1;
        letters.push(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                .chars()
                .nth(number % 26)
                .unwrap_or('A'),
        );
        number /= 26;
    }
    letters.into_iter().rev().collect()
}

/// A cell that holds words.
fn text_cell(style: &str, words: &str) -> Element {
    element("table:table-cell")
        .attribute("table:style-name", style)
        .attribute("office:value-type", "string")
        .with(element("text:p").text(words))
}

/// A cell of words that lead somewhere.
fn link_cell(words: &str, address: &str) -> Element {
    let link = element("text:a")
        .attribute("xlink:href", address)
        .attribute("xlink:type", "simple")
        .text(words);
    element("table:table-cell")
        .attribute("table:style-name", "Link")
        .attribute("office:value-type", "string")
        .with(element("text:p").with(link))
}

fn line_cell(line: &Line, wraps: bool) -> Element {
    let style = match line.role {
        Role::Title => "Title",
        Role::Heading => "Heading",
        Role::Words if wraps => "Wrapped",
        Role::Words => "Default",
    };
    match &line.address {
        Some(address) => link_cell(&line.text, address),
        None => text_cell(style, &line.text),
    }
}

fn grid_cell(cell: &SheetCell, heads_row: bool) -> Element {
    let cell = match cell {
        SheetCell::ToSheet(name) => return link_cell(name, &format!("#'{name}'.A1")),
        SheetCell::Cell(cell) => cell,
    };
    let style = match (cell, heads_row) {
        (Cell::Number { decimals, .. }, _) => format!("number{decimals}"),
        (Cell::Numeral(_), false) => "numeral".to_owned(),
        (Cell::Numeral(_), true) => "numeralheading".to_owned(),
        (Cell::Text(_), true) => "RowHeading".to_owned(),
        (Cell::Text(_), false) => "Wrapped".to_owned(),
        (Cell::Symbol(_), _) => "Symbol".to_owned(),
    };
    let Some(shown) = cell.shown() else {
        return text_cell(&style, &cell.printed());
    };
    element("table:table-cell")
        .attribute("table:style-name", style)
        .attribute("office:value-type", "float")
        .attribute("office:value", shown.to_string())
        .with(element("text:p").text(cell.printed()))
}

#[cfg(test)]
mod tests {
    use super::column_letters;

    #[test]
    fn columns_have_the_letters_of_a_sheet() {
        let letters = [1, 26, 27, 52, 53, 702, 703].map(column_letters);
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }
}
