//! A table: one row of column headings, a heading in each row, and a value or a reason in every cell.

use super::Notes;
use super::error::{DocumentError, must_say};
use crate::{Reported, Symbol, round_half_up, thousands};

/// The largest whole number that every program which opens a workbook holds exactly.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// A table. The first column holds the headings of its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    caption: String,
    unit: Option<String>,
    source: Option<String>,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    notes: Vec<String>,
}

/// A column: its heading, with the unit in it where columns differ in theirs, and the notes on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The heading.
    pub heading: String,
    /// The notes.
    pub notes: Vec<String>,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A figure.
    Number {
        /// Its value.
        value: f64,
        /// How many decimals are shown.
        decimals: u8,
    },
    /// A whole number that names and does not count, such as a year or a decile: written without thousands.
    Numeral(i32),
    /// Words.
    Text(String),
    /// Why there is no figure.
    Symbol(Symbol),
}

/// How a symbol stands in a table that people read: `[c]`, as the Analysis Function asks of spreadsheets, so that it is
/// read aloud as a mark and not taken for a word.
#[must_use]
pub const fn shorthand(symbol: Symbol) -> &'static str {
    match symbol {
        Symbol::Low => "[low]",
        Symbol::NotApplicable => "[z]",
        Symbol::NotAvailable => "[x]",
        Symbol::Unreliable => "[u]",
        Symbol::Confidential => "[c]",
    }
}

impl Column {
    /// A column without notes.
    #[must_use]
    pub fn new(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            notes: Vec::new(),
        }
    }

    /// With one more note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl Cell {
    /// A number of things counted.
    #[must_use]
    pub fn count(count: u32) -> Self {
        Self::number(f64::from(count), 0)
    }

    /// A figure with so many decimals.
    #[must_use]
    pub const fn number(value: f64, decimals: u8) -> Self {
        Self::Number { value, decimals }
    }

    /// A figure with so many decimals, or the symbol in its place.
    #[must_use]
    pub fn reported(value: Reported<f64>, decimals: u8) -> Self {
        match value {
            Reported::Value(value) => Self::number(value, decimals),
            Reported::Symbol(symbol) => Self::Symbol(symbol),
        }
    }

    /// The number as it is shown, which is also the number that a workbook holds: digits that a reader does not see
    /// are nowhere. Half goes away from zero, as everywhere in this program, and there is no −0.
    #[must_use]
    pub fn shown(&self) -> Option<f64> {
        match self {
            // Adding 0 turns −0 into 0.
            Self::Number { value, decimals } => {
                round_half_up(*value, *decimals).ok().map(|v| v + 0.0)
            }
            Self::Numeral(value) => Some(f64::from(*value)),
            Self::Text(_) | Self::Symbol(_) => None,
        }
    }

    /// The cell as people read it: `12,183.5`, `−0.4`, `2025`, `North`, `[c]`.
    #[must_use]
    pub fn printed(&self) -> String {
        match self {
            Self::Number { decimals, .. } => {
                let shown = self.shown().unwrap_or(f64::NAN);
                let digits = format!("{:.*}", usize::from(*decimals), shown.abs());
                let sign = if shown < 0.0 { "−" } else { "" };
                format!("{sign}{}", thousands(&digits))
            }
            Self::Numeral(value) => value.to_string(),
            Self::Text(words) => words.clone(),
            Self::Symbol(symbol) => shorthand(*symbol).to_owned(),
        }
    }

    /// Whether it stands to the right of its column, as figures and what stands in their place do.
    #[must_use]
    pub const fn is_figure(&self) -> bool {
        matches!(self, Self::Number { .. } | Self::Symbol(_))
    }

    /// What is wrong with it, if anything is.
    fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Number { value, .. } if !value.is_finite() => {
                Some("not a finite number; say with a symbol why there is none")
            }
            Self::Number { value, .. } if value.abs() > LARGEST => {
                Some("larger than a workbook holds exactly; give it in thousands or millions")
            }
            Self::Number { decimals, .. } if *decimals > 10 => {
                Some("more than ten decimals; nothing here is known so well")
            }
            Self::Text(words) if words.trim().is_empty() => {
                Some("an empty cell; say with a symbol why there is nothing")
            }
            Self::Text(words) if reads_as_number(words) => Some(
                "a number stored as text; give it as a number, or as a numeral if it names something",
            ),
            _ => None,
        }
    }
}

/// Whether a text would be taken for a number: digits with the marks that people put into them.
fn reads_as_number(words: &str) -> bool {
    let bare: String = words
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '%' | '£'))
        .collect();
    bare.replace('−', "-")
        .parse::<f64>()
        .is_ok_and(f64::is_finite)
}

impl From<&str> for Cell {
    fn from(words: &str) -> Self {
        Self::Text(words.to_owned())
    }
}

impl From<String> for Cell {
    fn from(words: String) -> Self {
        Self::Text(words)
    }
}

impl From<Symbol> for Cell {
    fn from(symbol: Symbol) -> Self {
        Self::Symbol(symbol)
    }
}

impl Table {
    /// A table with its caption, its columns (the first is of row headings) and its rows.
    ///
    /// # Errors
    /// [`DocumentError`] names the first thing that no format should hold: nothing to say, two columns of one heading,
    /// a row too short or too long, an empty cell, a number that is not finite or is written as text, a row heading that
    /// is a figure or a symbol.
    pub fn new(
        caption: impl Into<String>,
        columns: Vec<Column>,
        rows: Vec<Vec<Cell>>,
    ) -> Result<Self, DocumentError> {
        let caption = caption.into();
        must_say(&caption, "the caption of a table")?;
        let table = Self {
            caption,
            unit: None,
            source: None,
            columns,
            rows,
            notes: Vec::new(),
        };
        table.check_columns()?;
        table.check_rows()?;
        Ok(table)
    }

    fn check_columns(&self) -> Result<(), DocumentError> {
        let table = || self.caption.clone();
        if self.columns.len() < 2 {
            let found = self.columns.len();
            return Err(DocumentError::TooFewColumns {
                table: table(),
                found,
            });
        }
        for (i, column) in self.columns.iter().enumerate() {
            let heading = &column.heading;
            must_say(
                heading,
                format!("the heading of column {} of {:?}", i + 1, self.caption),
            )?;
            // Workbooks tell headings apart without regard to case.
            let folded = |heading: &str| heading.trim().to_lowercase();
            let before = &self.columns[..i];
            let twice = before.iter().any(|c| folded(&c.heading) == folded(heading));
            if twice {
                let heading = heading.clone();
                return Err(DocumentError::HeadingTwice {
                    table: table(),
                    heading,
                });
            }
        }
        Ok(())
    }

    fn check_rows(&self) -> Result<(), DocumentError> {
        let table = || self.caption.clone();
        if self.rows.is_empty() {
            return Err(DocumentError::NoRows { table: table() });
        }
        let expected = self.columns.len();
        for (row, cells) in (1..).zip(&self.rows) {
            if cells.len() != expected {
                let found = cells.len();
                return Err(DocumentError::RowLength {
                    table: table(),
                    row,
                    found,
                    expected,
                });
            }
            for (i, (cell, column)) in cells.iter().zip(&self.columns).enumerate() {
                let heads_row = i == 0 && cell.is_figure();
                let no_heading = heads_row
                    .then_some("the first cell of a row is its heading: words or a numeral");
                if let Some(why) = no_heading.or_else(|| cell.fault()) {
                    let column = column.heading.clone();
                    return Err(DocumentError::Cell {
                        table: table(),
                        row,
                        column,
                        why,
                    });
                }
            }
        }
        Ok(())
    }

    /// With the unit of its figures, if they have one in common: `children`, `children per 10,000`.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// With where its figures are from.
    #[must_use]
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// With one more note on the whole table.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The caption.
    #[must_use]
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// The caption with the marks of the notes on the whole table.
    #[must_use]
    pub fn caption_marked(&self, notes: &Notes<'_>) -> String {
        notes.marked(&self.caption, &self.notes)
    }

    /// The headings with the marks of their notes.
    #[must_use]
    pub fn headings_marked(&self, notes: &Notes<'_>) -> Vec<String> {
        let columns = self.columns.iter();
        columns
            .map(|column| notes.marked(&column.heading, &column.notes))
            .collect()
    }

    /// What every cell is counted in, if it is the same for all.
    #[must_use]
    pub fn unit_said(&self) -> Option<String> {
        self.unit.as_ref().map(|unit| format!("Unit: {unit}."))
    }

    /// Where the figures are from.
    #[must_use]
    pub fn source_said(&self) -> Option<String> {
        self.source
            .as_ref()
            .map(|source| format!("Source: {source}."))
    }

    /// What the symbols in it mean: `[c] means withheld to protect confidentiality; [z] means not applicable.`
    #[must_use]
    pub fn symbols_said(&self) -> Option<String> {
        let symbols = self.symbols();
        let said: Vec<String> = symbols
            .iter()
            .map(|symbol| format!("{} means {}", shorthand(*symbol), symbol.meaning()))
            .collect();
        (!said.is_empty()).then(|| said.join("; ") + ".")
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows, each as long as there are columns.
    #[must_use]
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// The notes on the whole table alone.
    #[must_use]
    pub fn notes_on_whole(&self) -> &[String] {
        &self.notes
    }

    /// The notes on the whole, then those on columns, from left to right. A note on two columns comes twice.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        let of_columns = self.columns.iter().flat_map(|column| &column.notes);
        self.notes.iter().chain(of_columns).map(String::as_str)
    }

    /// The symbols in its cells, weakest first.
    #[must_use]
    pub fn symbols(&self) -> Vec<Symbol> {
        let mut all = Symbol::ALL.to_vec();
        let is_used = |symbol: &Symbol| {
            let mut cells = self.rows.iter().flatten();
            cells.any(|cell| *cell == Cell::Symbol(*symbol))
        };
        all.retain(is_used);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        vec![Column::new("Team"), Column::new("Children")]
    }

    fn of_cell(cell: Cell) -> Result<Table, DocumentError> {
        Table::new("Teams", columns(), vec![vec!["North".into(), cell]])
    }

    #[test]
    fn a_number_is_printed_as_it_is_rounded() {
        let printed = |value, decimals| Cell::number(value, decimals).printed();
        assert_eq!(printed(12_183_016.0, 0), "12,183,016");
        assert_eq!(printed(1_234.25, 1), "1,234.3");
        assert_eq!(printed(0.5, 0), "1");
        assert_eq!(printed(999.0, 2), "999.00");
        assert_eq!(printed(-1_234.5, 1), "−1,234.5");
        assert_eq!(printed(-0.04, 1), "0.0");
        assert_eq!(Cell::number(66.456, 1).shown(), Some(66.5));
        assert_eq!(Cell::Numeral(2025).printed(), "2025");
        assert_eq!(Cell::from(Symbol::Confidential).printed(), "[c]");
    }

    #[test]
    fn a_symbol_has_the_mark_of_every_other_output() {
        for symbol in Symbol::ALL {
            assert_eq!(shorthand(symbol), format!("[{}]", symbol.mark()));
        }
    }

    #[test]
    fn an_absence_is_never_a_number() {
        let value: Reported<f64> = Reported::Symbol(Symbol::NotAvailable);
        assert_eq!(Cell::reported(value, 1), Cell::Symbol(Symbol::NotAvailable));
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e16] {
            assert!(of_cell(Cell::number(value, 0)).is_err(), "{value}");
        }
    }

    #[test]
    fn numbers_are_not_stored_as_text() {
        for text in ["12", " 1,234 ", "5.5", "67%", "£12", "−3", "1e3", "", "\t"] {
            assert!(of_cell(text.into()).is_err(), "{text:?}");
        }
        for text in [
            "310 to 420",
            "[c]",
            "E06000021",
            "none",
            "2024-25",
            "<1%",
            "inf",
        ] {
            assert!(of_cell(text.into()).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn a_table_without_a_shape_is_refused() {
        let row = || vec![Cell::from("North"), Cell::count(3)];
        let made = |columns, rows| Table::new("Teams", columns, rows);
        assert!(made(columns(), vec![row()]).is_ok());
        assert!(made(columns(), vec![]).is_err());
        assert!(made(vec![Column::new("Team")], vec![vec!["North".into()]]).is_err());
        assert!(made(columns(), vec![row(), vec!["South".into()]]).is_err());
        assert!(made(columns(), vec![vec![Cell::count(3), Cell::count(3)]]).is_err());
        assert!(made(vec![Column::new("A"), Column::new("a ")], vec![row()]).is_err());
        assert!(made(vec![Column::new(""), Column::new("a")], vec![row()]).is_err());
        assert!(Table::new(" ", columns(), vec![row()]).is_err());
    }
}
