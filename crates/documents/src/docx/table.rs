//! A table: its grid, its header row and its rows.

use disparity_core::document::{Cell, Notes, Table};

use super::words::{run, styled};
use crate::xml::{Element, element};

/// Width between the margins of an upright A4 page, in twentieths of a point.
const TEXT_WIDTH: usize = 9638;
/// Tables with more columns are set in smaller letters.
const MANY_COLUMNS: usize = 6;

/// The table, without what is said above and below it.
pub(super) fn grid(table: &Table, notes: &Notes<'_>) -> Element {
    let widths = widths(table);
    let value = |name, value: &str| element(name).attribute("w:val", value);
    let look = value("w:tblLook", "04A0")
        .attribute("w:firstRow", "1")
        .attribute("w:lastRow", "0")
        .attribute("w:firstColumn", "1")
        .attribute("w:lastColumn", "0")
        .attribute("w:noHBand", "0")
        .attribute("w:noVBand", "1");
    let properties = element("w:tblPr")
        .with(value("w:tblStyle", "Figures"))
        .with(
            element("w:tblW")
                .attribute("w:w", TEXT_WIDTH.to_string())
                .attribute("w:type", "dxa"),
        )
        .with(look)
        .with(value("w:tblCaption", table.caption()));
    let grid = widths
        .iter()
        .map(|w| element("w:gridCol").attribute("w:w", w.to_string()));
    let small = if table.columns().len() > MANY_COLUMNS {
        "Small"
    } else {
        ""
    };
    let row = |properties: Element, cells: Vec<(String, String)>| {
        let cells = cells.iter().zip(&widths).map(|((style, words), width)| {
            let size = element("w:tcW")
                .attribute("w:w", width.to_string())
                .attribute("w:type", "dxa");
            element("w:tc")
                .with(element("w:tcPr").with(size))
                .with(styled(&format!("{style}{small}"), [run(words)]))
        });
        element("w:tr").with(properties).with_all(cells)
    };
    let together = || element("w:trPr").with(element("w:cantSplit"));
    let headings = table
        .headings_marked(notes)
        .into_iter()
        .zip(figure_columns(table));
    let header = headings.map(|(heading, figures)| {
        let style = if figures {
            "TableColumnHeadingOfFigures"
        } else {
            "TableColumnHeading"
        };
        (style.to_owned(), heading)
    });
    let header = row(together().with(element("w:tblHeader")), header.collect());
    let rows = table.rows().iter().map(|cells| {
        let cells = cells.iter().enumerate();
        let cells = cells.map(|(i, cell)| (cell_style(cell, i == 0).to_owned(), cell.printed()));
        row(together(), cells.collect())
    });
    element("w:tbl")
        .with(properties)
        .with(element("w:tblGrid").with_all(grid))
        .with(header)
        .with_all(rows)
}

fn cell_style(cell: &Cell, heads_row: bool) -> &'static str {
    if heads_row {
        "TableRowHeading"
    } else if cell.is_figure() {
        "TableFigure"
    } else {
        "TableText"
    }
}

/// Which columns hold figures: those without words.
fn figure_columns(table: &Table) -> Vec<bool> {
    let of = |column: usize| table.rows().iter().all(|row| row[column].is_figure());
    (0..table.columns().len()).map(of).collect()
}

/// The width of each column in twentieths of a point: its share of the longest words, within bounds.
fn widths(table: &Table) -> Vec<usize> {
    let length = |text: &str| text.chars().count();
    let longest = |column: usize| {
        let heading = table.columns()[column].heading.split(' ').map(length).max();
        let cells = table
            .rows()
            .iter()
            .map(|row| length(&row[column].printed()));
        cells.chain(heading).max().unwrap_or(1).clamp(8, 32)
    };
    let shares: Vec<usize> = (0..table.columns().len()).map(longest).collect();
    let all: usize = shares.iter().sum();
    shares
        .iter()
        .map(|share| share * TEXT_WIDTH / all)
        .collect()
}
