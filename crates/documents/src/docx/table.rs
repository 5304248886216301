//! A table: its grid, its header row and its rows.

use disparity_core::document::{Cell, Notes, Table};

use super::words::{run, styled};
use crate::xml::{Element, element};

/// Width between the margins of an upright A4 page, in twentieths of a point.
const TEXT_WIDTH: usize = 9638;
/// Tables with more columns are set in smaller letters.
const MANY_COLUMNS: usize = 6;
/// The sizes of letters, as `styles.xml` has them, in twentieths of a point.
const LETTERS: usize = 200;
const SMALL_LETTERS: usize = 170;
/// What the margins of a cell take, left and right (`tblCellMar` there), and a little more.
const CELL_MARGINS: usize = 190;
/// A cell longer than so many times its letters' size gets no more room for that.
const LONGEST: usize = 18;

/// The table, without what is said above and below it.
pub(super) fn grid(table: &Table, notes: &Notes<'_>) -> Element {
    let is_small = table.columns().len() > MANY_COLUMNS;
    let letters = if is_small { SMALL_LETTERS } else { LETTERS };
    let headings = table.headings_marked(notes);
    let widths = widths(table, &headings, letters);
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
    let small = if is_small { "Small" } else { "" };
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
    let header = headings.into_iter().zip(figure_columns(table));
    let header = header.map(|(heading, figures)| {
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

/// The width of each column in twentieths of a point, in letters of a size: no word of it is broken where there is room
/// for that, and what is left goes to the columns with long cells.
fn widths(table: &Table, headings: &[String], letters: usize) -> Vec<usize> {
    let wide = |text: &str| thousandths(text) * letters / 1000 + CELL_MARGINS;
    let longest_word = |text: &str| text.split(' ').map(wide).max().unwrap_or(0);
    let column = |at: usize| {
        let cells = || table.rows().iter().map(|row| row[at].printed());
        let heading = longest_word(&headings[at]);
        let words = cells().map(|cell| longest_word(&cell)).max().unwrap_or(0);
        let least = heading.max(words).min(TEXT_WIDTH / 4);
        let whole = cells().map(|cell| wide(&cell)).max().unwrap_or(0);
        (least, whole.min(LONGEST * letters).max(least))
    };
    let columns: Vec<(usize, usize)> = (0..headings.len()).map(column).collect();
    let least: usize = columns.iter().map(|(least, _)| least).sum();
    let more: usize = columns.iter().map(|(least, wanted)| wanted - least).sum();
    let spare = TEXT_WIDTH.saturating_sub(least);
    let width = |(own, wanted): &(usize, usize)| {
        if spare == 0 || more == 0 {
            own * TEXT_WIDTH / least.max(1)
        } else {
            own + (wanted - own) * spare / more
        }
    };
    columns.iter().map(width).collect()
}

/// About how wide a text is in heavy letters of Arial, in thousandths of their size.
fn thousandths(text: &str) -> usize {
    let of = |letter: char| match letter {
        'm' | 'w' | 'M' | 'W' | '%' => 900,
        ' ' | '\'' | '’' | '.' | ',' | ':' | ';' | '(' | ')' | '[' | ']' | '-' => 340,
        'f' | 'i' | 'j' | 'l' | 'r' | 't' | 'I' => 370,
        letter if letter.is_uppercase() => 730,
        _ => 600,
    };
    text.chars().map(of).sum()
}

#[cfg(test)]
mod tests {
    use disparity_core::document::Column;

    use super::*;

    #[test]
    fn no_word_of_a_heading_is_broken_where_there_is_room() {
        let headings = [
            "Need",
            "Of authorities like it",
            "Authorities like it: from",
            "Counted",
        ];
        let columns: Vec<Column> = headings.into_iter().map(Column::new).collect();
        let row = |name: &str| {
            let mut row: Vec<Cell> = vec![name.into()];
            row.extend((0..3).map(|_| Cell::number(12_345.0, 0)));
            row
        };
        let rows = vec![row("In need"), row(&"a long name of something ".repeat(8))];
        let table = Table::new("Needs", columns, rows).unwrap();
        let headings = headings.map(str::to_owned);
        let found = widths(&table, &headings, 200);
        // "authorities" in 10 points of Arial Bold, by the font's own widths of a, u, t, h, o, r, i, t, i, e, s in
        // thousandths, and the margins.
        let letters = [556, 611, 333, 611, 611, 389, 278, 333, 278, 556, 556];
        let word = letters.iter().sum::<usize>() * 200 / 1000 + CELL_MARGINS;
        assert!(found[1] >= word && found[2] >= word, "{found:?}, {word}");
        assert!(found[0] > found[1] + found[2] + found[3], "{found:?}");
        let all: usize = found.iter().sum();
        assert!((TEXT_WIDTH - 4..=TEXT_WIDTH).contains(&all), "{found:?}");
        // What nobody has room for is narrower than its words, and no wider than the page.
        let found = widths(&table, &headings, 2_000);
        assert!(found.iter().sum::<usize>() <= TEXT_WIDTH, "{found:?}");
    }
}
