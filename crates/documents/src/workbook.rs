//! The sheets of a workbook, whichever format it is written in.
//!
//! As the Analysis Function asks (*Releasing statistics in spreadsheets*; *Making spreadsheets accessible*): a cover, a
//! table of contents, notes and symbols, then one table a sheet. Each sheet has its title in A1, says in the lines below
//! what a reader must know, and its table follows without an empty row.

use disparity_core::document::{Cell, Document, Span, Table, Text, shorthand};

/// Characters of 12 points on an upright A4 page.
const PAGE: u32 = 70;
/// Characters that the margins of a cell take.
const PADDING: u32 = 3;
/// From line to line, as a share of the size of letters.
const SPACING: f64 = 1.3;

/// A sheet: lines in column A, then a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sheet {
    /// The name on its tab.
    pub(crate) name: String,
    /// The lines above the table, one a row. The first is the title.
    pub(crate) lines: Vec<Line>,
    /// The table, if there is one.
    pub(crate) grid: Option<Grid>,
}

/// A line in column A.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// What it says.
    pub(crate) text: String,
    /// What it is.
    pub(crate) role: Role,
    /// The address it leads to, if it does.
    pub(crate) address: Option<String>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The title of the sheet.
    Title,
    /// A heading of what follows.
    Heading,
    /// Words.
    Words,
}

/// A table in a sheet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    /// A name that formulas could use: letters, digits and `_`.
    pub(crate) name: String,
    /// The header row.
    pub(crate) headings: Vec<String>,
    /// The rows.
    pub(crate) rows: Vec<Vec<SheetCell>>,
}

/// A cell of a table in a sheet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SheetCell {
    /// As in the document.
    Cell(Cell),
    /// The name of a sheet that leads to its first cell.
    ToSheet(String),
}

impl Sheet {
    /// How wide each column is, in characters. Words alone stand in one column as wide as a page.
    pub(crate) fn widths(&self) -> Vec<u32> {
        self.grid.as_ref().map_or_else(|| vec![PAGE], Grid::widths)
    }

    /// Whether it is printed across, as it is wider than an upright page.
    pub(crate) fn is_across(&self) -> bool {
        self.widths().iter().sum::<u32>() > PAGE
    }

    /// How high each row is, in points. Programs do not all measure rows when they open a file, and a row too low hides
    /// what is in it.
    pub(crate) fn heights(&self) -> Vec<f64> {
        let of_line = |line: &Line| {
            // Above a table, a line goes on over the empty cells to its right.
            let wraps = self.grid.is_none();
            let lines = if wraps {
                wrapped(&line.text, PAGE * 12 / u32::from(line.role.points()))
            } else {
                1
            };
            f64::from(lines * u32::from(line.role.points())) * SPACING
        };
        let of_table = self.grid.iter().flat_map(Grid::lines);
        let of_table = of_table.map(|lines| f64::from(lines * 12) * SPACING);
        self.lines.iter().map(of_line).chain(of_table).collect()
    }
}

impl Role {
    /// The size of its letters. Cells of tables have the size of words.
    pub(crate) const fn points(self) -> u8 {
        match self {
            Self::Title => 16,
            Self::Heading => 14,
            Self::Words => 12,
        }
    }
}

impl SheetCell {
    /// The cell as people read it.
    pub(crate) fn printed(&self) -> String {
        match self {
            Self::Cell(cell) => cell.printed(),
            Self::ToSheet(name) => name.clone(),
        }
    }
}

impl Line {
    fn new(text: impl Into<String>, role: Role) -> Self {
        let text = text.into();
        Self {
            text,
            role,
            address: None,
        }
    }

    fn words(text: impl Into<String>) -> Self {
        Self::new(text, Role::Words)
    }

    /// A text in one cell. A cell leads to one place, so a second link is written out behind its words.
    fn of(label: &str, text: &Text) -> Self {
        let mut line = Self::words(label);
        for span in text.spans() {
            line.text.push_str(span.words());
            if let Span::Link { address, .. } = span {
                if line.address.is_none() {
                    line.address = Some(address.clone());
                } else {
                    line.text = format!("{} ({address})", line.text);
                }
            }
        }
        line
    }
}

impl Grid {
    /// How wide each column is, in characters: as wide as its longest cell and the longest word of its heading, within
    /// bounds in which text wraps.
    fn widths(&self) -> Vec<u32> {
        let width = |column: usize| {
            let heading = self.headings[column].split(' ').map(length).max();
            let cells = self.rows.iter().map(|row| length(&row[column].printed()));
            cells.chain(heading).max().unwrap_or(0).clamp(8, 58) + PADDING
        };
        (0..self.headings.len()).map(width).collect()
    }

    /// Whether a column holds figures and what stands in their place, and no words: its heading stands to the right too.
    pub(crate) fn is_of_figures(&self, column: usize) -> bool {
        let is_figure =
            |cell: &SheetCell| matches!(cell, SheetCell::Cell(cell) if cell.is_figure());
        self.rows.iter().all(|row| is_figure(&row[column]))
    }

    /// How many lines each row takes when it wraps, the header row first.
    fn lines(&self) -> Vec<u32> {
        let widths = self.widths();
        let tallest = |cells: &mut dyn Iterator<Item = String>| {
            let lines = cells
                .zip(&widths)
                .map(|(text, width)| wrapped(&text, width - PADDING));
            lines.max().unwrap_or(1)
        };
        let header = tallest(&mut self.headings.iter().cloned());
        let rows = self.rows.iter();
        let rows = rows.map(|row| tallest(&mut row.iter().map(SheetCell::printed)));
        std::iter::once(header).chain(rows).collect()
    }
}

/// Characters of a text.
fn length(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// How many lines of so many characters the words of a text take.
fn wrapped(text: &str, width: u32) -> u32 {
    let width = width.max(1);
    let (mut lines, mut at) = (1, 0);
    for word in text.split(' ').map(length) {
        let needed = if at == 0 { word } else { at + 1 + word };
        if needed <= width {
            at = needed;
        } else {
            // A new line, unless nothing stands on this one; a word that is longer than a line is broken.
            lines += u32::from(at > 0) + (word - 1) / width;
            at = (word - 1) % width + 1;
        }
    }
    lines
}

/// The name on the tab of a table.
fn table_name(number: usize) -> String {
    format!("Table {number}")
}

/// All sheets in order: Cover, Contents, Notes, Symbols, Table 1 and on.
pub(crate) fn sheets(document: &Document) -> Vec<Sheet> {
    let mut sheets = vec![
        cover(document),
        contents(document),
        notes(document),
        symbols(document),
    ];
    sheets.extend(
        (1..)
            .zip(document.tables())
            .map(|(number, table)| of_table(document, number, table)),
    );
    sheets
}

fn sheet(
    name: &str,
    title: &str,
    lines: impl IntoIterator<Item = Line>,
    grid: Option<Grid>,
) -> Sheet {
    let title = Line::new(title, Role::Title);
    let name = name.to_owned();
    let lines = std::iter::once(title).chain(lines).collect();
    Sheet { name, lines, grid }
}

fn cover(document: &Document) -> Sheet {
    let mut lines: Vec<Line> = document.subtitle.iter().map(Line::words).collect();
    if document.description != document.title {
        lines.push(Line::words(&document.description));
    }
    lines.extend(
        document
            .about
            .iter()
            .map(|(label, text)| Line::of(&format!("{label}: "), text)),
    );
    if !document.findings.is_empty() {
        lines.push(Line::new("Findings", Role::Heading));
        lines.extend(document.findings.iter().map(|text| Line::of("", text)));
    }
    lines.push(Line::new("How this workbook is arranged", Role::Heading));
    lines.push(Line::words(
        "The sheet Contents lists the tables. Each has a sheet of its own and begins below the lines that say what it shows.",
    ));
    lines.push(Line::words(
        "Notes are marked in square brackets, as [note 1], and explained in the sheet Notes. Symbols in square brackets \
         stand where there is no figure and are explained in the sheet Symbols.",
    ));
    sheet("Cover", &document.title, lines, None)
}

fn contents(document: &Document) -> Sheet {
    let row =
        |name: String, holds: &str| vec![SheetCell::ToSheet(name), SheetCell::Cell(holds.into())];
    let mut rows = vec![
        row("Notes".to_owned(), "Notes on the tables"),
        row(
            "Symbols".to_owned(),
            "Symbols that stand where there is no figure",
        ),
    ];
    let tables = (1..).zip(document.tables());
    rows.extend(tables.map(|(number, table)| row(table_name(number), table.caption())));
    let grid = Grid {
        name: "contents".to_owned(),
        headings: vec!["Sheet".to_owned(), "What it holds".to_owned()],
        rows,
    };
    let lines = [Line::words(
        "This sheet has one table, which lists the other sheets.",
    )];
    sheet("Contents", "Contents", lines, Some(grid))
}

/// A sheet that explains marks, or says that there are none.
fn explained(title: &str, none: &str, headings: [&str; 2], rows: Vec<Vec<SheetCell>>) -> Sheet {
    if rows.is_empty() {
        return sheet(title, title, [Line::words(none)], None);
    }
    let name = title.to_lowercase();
    let headings = headings.map(str::to_owned).to_vec();
    let lines = [Line::words("This sheet has one table.")];
    sheet(
        title,
        title,
        lines,
        Some(Grid {
            name,
            headings,
            rows,
        }),
    )
}

fn notes(document: &Document) -> Sheet {
    let cell = |text: String| SheetCell::Cell(text.into());
    let notes = document.notes();
    let rows = notes.iter();
    let rows =
        rows.map(|(number, note)| vec![cell(format!("[note {number}]")), cell(note.to_owned())]);
    explained(
        "Notes",
        "The tables have no notes.",
        ["Note", "What it says"],
        rows.collect(),
    )
}

fn symbols(document: &Document) -> Sheet {
    let cell = |text: &str| SheetCell::Cell(text.into());
    let symbols = document.symbols();
    let rows = symbols.iter();
    let rows = rows.map(|symbol| vec![cell(shorthand(*symbol)), cell(symbol.meaning())]);
    let none = "The tables have no symbols: every cell has a figure.";
    explained("Symbols", none, ["Symbol", "What it means"], rows.collect())
}

fn of_table(document: &Document, number: usize, table: &Table) -> Sheet {
    let notes = document.notes();
    let name = table_name(number);
    let title = format!("{name}: {}", table.caption_marked(&notes));
    let has = match table.notes().next() {
        Some(_) => {
            "This sheet has one table. It has notes, which are explained in the sheet Notes."
        }
        None => "This sheet has one table.",
    };
    let said = [table.unit_said(), table.symbols_said(), table.source_said()];
    let said = said.into_iter().flatten().map(Line::words);
    let cells = |row: &Vec<Cell>| row.iter().cloned().map(SheetCell::Cell).collect();
    let grid = Grid {
        name: format!("table_{number}"),
        headings: table.headings_marked(&notes),
        rows: table.rows().iter().map(cells).collect(),
    };
    sheet(
        &name,
        &title,
        std::iter::once(Line::words(has)).chain(said),
        Some(grid),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_between_them_and_long_ones_within() {
        assert_eq!(wrapped("Ratio of seen to expected", 25), 1);
        assert_eq!(wrapped("Ratio of seen to expected", 24), 2);
        assert_eq!(wrapped("Ratio of seen to expected", 8), 3);
        assert_eq!(wrapped("abcdefgh", 4), 2);
        assert_eq!(wrapped("abcdefghi", 4), 3);
        assert_eq!(wrapped("", 4), 1);
    }
}
