//! A document as a value: what it says, not how a format writes it.
//!
//! A [`Document`] has a title, findings, sections, tables and figures. `disparity-documents` writes it for a word
//! processor or as a workbook, and whoever draws a page can read the same value, so that one sentence has one home.
//!
//! What makes a document usable without sight is part of its shape, not a matter of care:
//! - headings are nested sections, so no level is jumped;
//! - a [`Table`] has one row of column headings, a heading in each row, and no merged or empty cells, because there
//!   is no way to say one;
//! - a [`Figure`] without alternative text cannot be made;
//! - a figure that is absent is a [`Symbol`], and every symbol that is used is explained.
//!
//! ```
//! use disparity_core::document::{Cell, Column, Document, Section, Table};
//! use disparity_core::{Date, Symbol};
//!
//! let table = Table::new(
//!     "Children expected to be in need, by team, 2025",
//!     vec![Column::new("Team"), Column::new("Children expected").note("At England's rates.")],
//!     vec![
//!         vec!["North".into(), Cell::count(310)],
//!         vec!["South".into(), Symbol::Confidential.into()],
//!     ],
//! )?
//! .unit("children");
//! let document = Document::new("Needs of Anytown", Date::new(2026, 11, 28).unwrap())
//!     .finding("Between 280 and 340 children would be expected to be in need in the north.")
//!     .section(Section::new("Expected need").paragraph("Each team as expected.").table(table));
//! document.check()?;
//! assert_eq!(document.notes().number("At England's rates."), Some(1));
//! # Ok::<(), disparity_core::document::DocumentError>(())
//! ```

mod error;
mod figure;
mod notes;
mod table;
mod text;

pub use error::DocumentError;
pub use figure::{Figure, Image};
pub use notes::Notes;
pub use table::{Cell, Column, Table, shorthand};
pub use text::{Span, Text};

use crate::{Date, Symbol};
use error::must_say;

/// The deepest level of heading below the title that every format and reader knows.
pub const DEEPEST_HEADING: usize = 6;

/// A document: what stands at its head, its findings, its sections and the notes on all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The title, also of the file's properties.
    pub title: String,
    /// One line below the title.
    pub subtitle: Option<String>,
    /// One sentence for the file's properties: what a reader finds in it.
    pub description: String,
    /// Who answers for it, in the file's properties.
    pub author: String,
    /// The day it speaks for: given, never a clock's, so that two runs give the same bytes.
    pub date: Date,
    /// Language of the words, and so how they are read aloud.
    pub language: Language,
    /// What a reader must know before anything else, as a label and its text: `Area`, `Figures up to`, `Contact`.
    pub about: Vec<(String, Text)>,
    /// The findings in plain sentences, with which the document opens.
    pub findings: Vec<Text>,
    /// The sections in order.
    pub sections: Vec<Section>,
    /// Notes on the whole, beside those that tables bring.
    pub general_notes: Vec<String>,
}

/// A language and the country in which it is spoken so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English as written in the United Kingdom.
    #[default]
    BritishEnglish,
}

impl Language {
    /// The tag of RFC 5646: `en-GB`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::BritishEnglish => "en-GB",
        }
    }

    /// Language and country apart, as the `OpenDocument` format wants them: `en`, `GB`.
    #[must_use]
    pub const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::BritishEnglish => ("en", "GB"),
        }
    }
}

/// A heading, what stands under it, and the sections one level deeper.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// What stands between this heading and the next.
    pub blocks: Vec<Block>,
    /// The sections below.
    pub sections: Vec<Section>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Text),
    /// A list of points in no order.
    List(Vec<Text>),
    /// A table.
    Table(Table),
    /// A picture.
    Figure(Figure),
}

impl Document {
    /// A document without sections, in British English, by this program.
    #[must_use]
    pub fn new(title: impl Into<String>, date: Date) -> Self {
        let title = title.into();
        Self {
            subtitle: None,
            description: title.clone(),
            title,
            author: "Disparity".to_owned(),
            date,
            language: Language::default(),
            about: Vec::new(),
            findings: Vec::new(),
            sections: Vec::new(),
            general_notes: Vec::new(),
        }
    }

    /// With one line below the title.
    #[must_use]
    pub fn subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.subtitle = Some(subtitle.into());
        self
    }

    /// With what a reader finds in it, for the file's properties.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// With something to know first.
    #[must_use]
    pub fn about(mut self, label: impl Into<String>, text: impl Into<Text>) -> Self {
        self.about.push((label.into(), text.into()));
        self
    }

    /// With one more finding.
    #[must_use]
    pub fn finding(mut self, text: impl Into<Text>) -> Self {
        self.findings.push(text.into());
        self
    }

    /// With one more section.
    #[must_use]
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// With one more note on the whole.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.general_notes.push(note.into());
        self
    }

    /// Whether every text says something, every link leads somewhere, and no heading is too deep. Writers ask this first.
    ///
    /// # Errors
    /// [`DocumentError::Empty`], [`DocumentError::Link`] and [`DocumentError::TooDeep`], with the first that is found.
    pub fn check(&self) -> Result<(), DocumentError> {
        must_say(&self.title, "the title")?;
        must_say(&self.description, "the description")?;
        must_say(&self.author, "the author")?;
        for (label, text) in &self.about {
            must_say(label, "a label of what there is to know first")?;
            text.check()?;
        }
        self.findings.iter().try_for_each(Text::check)?;
        for section in &self.sections {
            section.check(1)?;
        }
        let general = self.general_notes.iter().map(String::as_str);
        let of_tables = self.tables().flat_map(Table::notes);
        for note in general.chain(of_tables) {
            must_say(note, "a note")?;
        }
        Ok(())
    }

    /// Every section with its level (1 is below the title), in the order in which they are read.
    #[must_use]
    pub fn outline(&self) -> Vec<(usize, &Section)> {
        let mut outline = Vec::new();
        for section in &self.sections {
            section.outline(1, &mut outline);
        }
        outline
    }

    /// Every table in the order in which they are read: the first is Table 1.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        let blocks = self.outline().into_iter().flat_map(|(_, s)| &s.blocks);
        blocks.filter_map(|block| match block {
            Block::Table(table) => Some(table),
            Block::Paragraph(_) | Block::List(_) | Block::Figure(_) => None,
        })
    }

    /// The symbols that stand in any table, weakest first.
    #[must_use]
    pub fn symbols(&self) -> Vec<Symbol> {
        let used: Vec<Symbol> = self.tables().flat_map(Table::symbols).collect();
        let mut all = Symbol::ALL.to_vec();
        all.retain(|symbol| used.contains(symbol));
        all
    }

    /// All notes, each once: those on the whole, then those of tables in the order in which they are read.
    #[must_use]
    pub fn notes(&self) -> Notes<'_> {
        let mut notes: Vec<&str> = Vec::new();
        let general = self.general_notes.iter().map(String::as_str);
        for note in general.chain(self.tables().flat_map(Table::notes)) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        Notes::new(notes)
    }
}

impl Section {
    /// A section with nothing in it yet.
    #[must_use]
    pub fn new(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            ..Self::default()
        }
    }

    /// With one more paragraph.
    #[must_use]
    pub fn paragraph(self, text: impl Into<Text>) -> Self {
        self.block(Block::Paragraph(text.into()))
    }

    /// With a list of points in no order.
    #[must_use]
    pub fn list<T: Into<Text>>(self, points: impl IntoIterator<Item = T>) -> Self {
        self.block(Block::List(points.into_iter().map(T::into).collect()))
    }

    /// With one more table.
    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.block(Block::Table(table))
    }

    /// With one more picture.
    #[must_use]
    pub fn figure(self, figure: Figure) -> Self {
        self.block(Block::Figure(figure))
    }

    /// With one more block.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// With one more section below.
    #[must_use]
    pub fn section(mut self, section: Self) -> Self {
        self.sections.push(section);
        self
    }

    fn outline<'a>(&'a self, level: usize, into: &mut Vec<(usize, &'a Self)>) {
        into.push((level, self));
        for section in &self.sections {
            section.outline(level + 1, into);
        }
    }

    fn check(&self, depth: usize) -> Result<(), DocumentError> {
        must_say(&self.heading, "the heading of a section")?;
        if depth > DEEPEST_HEADING {
            return Err(DocumentError::TooDeep {
                heading: self.heading.clone(),
                depth,
            });
        }
        for block in &self.blocks {
            match block {
                Block::Paragraph(text) => text.check()?,
                Block::List(points) => points.iter().try_for_each(Text::check)?,
                // These were checked when they were made.
                Block::Table(_) | Block::Figure(_) => {}
            }
        }
        self.sections.iter().try_for_each(|s| s.check(depth + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(caption: &str, notes: [&str; 2]) -> Table {
        let columns = vec![Column::new("Team"), Column::new("Children").note(notes[1])];
        let rows = vec![vec!["North".into(), Symbol::Confidential.into()]];
        Table::new(caption, columns, rows).unwrap().note(notes[0])
    }

    fn document() -> Document {
        Document::new("Needs", Date::new(2026, 11, 28).unwrap())
            .note("everything")
            .section(
                Section::new("One")
                    .table(table("first", ["a", "b"]))
                    .section(Section::new("One and a half").table(table("second", ["b", "c"]))),
            )
            .section(Section::new("Two"))
    }

    #[test]
    fn a_note_has_one_number_wherever_it_stands() {
        let document = document();
        let notes = document.notes();
        let listed: Vec<_> = notes.iter().collect();
        assert_eq!(listed, [(1, "everything"), (2, "a"), (3, "b"), (4, "c")]);
        let both = ["b".to_owned(), "c".to_owned()];
        assert_eq!(notes.marked("Rate", &both), "Rate [note 3] [note 4]");
        assert_eq!(notes.mark("d"), None);
    }

    #[test]
    fn an_outline_goes_down_one_level_at_a_time() {
        let document = document();
        let outline: Vec<_> = document.outline();
        let levels: Vec<_> = outline.iter().map(|(l, s)| (*l, &*s.heading)).collect();
        assert_eq!(levels, [(1, "One"), (2, "One and a half"), (1, "Two")]);
        assert_eq!(document.tables().count(), 2);
        assert_eq!(document.symbols(), [Symbol::Confidential]);
    }

    #[test]
    fn what_must_say_something_is_not_empty() {
        assert_eq!(document().check(), Ok(()));
        let empty =
            |document: Document| matches!(document.check(), Err(DocumentError::Empty { .. }));
        assert!(empty(document().description(" ")));
        assert!(empty(document().note("")));
        assert!(empty(document().section(Section::new("\t"))));
        assert!(empty(document().finding("")));
        assert!(empty(
            document().section(Section::new("Three").list(["a", ""]))
        ));
    }

    #[test]
    fn a_link_leads_somewhere() {
        let to = |address: &str| {
            let text = Text::from("See ").link("the guidance", address);
            document().about("Guidance", text).check()
        };
        assert_eq!(to("https://www.gov.uk"), Ok(()));
        for address in ["", "www.gov.uk", "javascript:alert(1)", "file:///home"] {
            assert!(
                matches!(to(address), Err(DocumentError::Link { .. })),
                "{address}"
            );
        }
    }

    #[test]
    fn headings_do_not_go_deeper_than_readers_know() {
        let nested = |depth: usize| {
            let deepest = Section::new(depth.to_string());
            let section = (1..depth)
                .rev()
                .fold(deepest, |s, i| Section::new(i.to_string()).section(s));
            document().section(section).check()
        };
        assert_eq!(nested(DEEPEST_HEADING), Ok(()));
        let (heading, depth) = ("7".to_owned(), 7);
        assert_eq!(nested(7), Err(DocumentError::TooDeep { heading, depth }));
    }
}
