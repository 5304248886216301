//! A document as one page of HTML that needs nothing from elsewhere and no script.
//!
//! What must be there (Web Content Accessibility Guidelines 2.2): a title and a language (2.4.2, 3.1.1), a way past what is
//! repeated (2.4.1), headings without a gap, tables with captions and scoped headings (1.3.1), words for pictures (1.1.1), no
//! meaning by colour alone (1.4.1), and room for 320 pixels in which only tables scroll (1.4.10), which the keyboard can do
//! too (2.1.1). The page is well-formed XML as well, so that it can be checked with any reader of XML.

mod picture;

use disparity_core::document::{
    Block, Cell, Column, Document, Figure, Notes, Section, Span, Table, Text, shorthand,
};

use crate::error::WriteError;
use crate::xml::{Element, element};

const STYLE: &str = include_str!("page.css");
/// The deepest level of section that the contents list.
const LISTED: usize = 2;

/// One page that needs nothing from elsewhere.
///
/// # Errors
/// [`WriteError::Document`] if the document is not whole, [`WriteError::Drawing`] if an SVG has more in it than charts have.
pub fn html(document: &Document) -> Result<Vec<u8>, WriteError> {
    document.check()?;
    let mut page = Page {
        notes: document.notes(),
        headings: 0,
        tables: 0,
        figures: 0,
    };
    let main = page.main(document)?;
    let skip = element("a")
        .attribute("class", "skip")
        .attribute("href", "#main")
        .text("Skip to the main content");
    let body = element("body").with(skip).with(header(document)).with(main);
    let root = element("html")
        .attribute("lang", document.language.tag())
        .with(head(document))
        .with(body);
    Ok(root.into_page())
}

fn head(document: &Document) -> Element {
    let meta = |name: &'static str, content: String| {
        element("meta")
            .attribute("name", name)
            .attribute("content", content)
    };
    element("head")
        .with(element("meta").attribute("charset", "utf-8"))
        .with(meta(
            "viewport",
            "width=device-width, initial-scale=1".into(),
        ))
        .with(element("title").text(&document.title))
        .with(meta("description", document.description.clone()))
        .with(meta("author", document.author.clone()))
        .with(meta("date", document.date.to_string()))
        .with(element("style").text(STYLE))
}

/// Title and what there is to know first.
fn header(document: &Document) -> Element {
    let mut header = element("header").with(element("h1").text(&document.title));
    if let Some(subtitle) = &document.subtitle {
        header = header.with(element("p").attribute("class", "subtitle").text(subtitle));
    }
    if document.about.is_empty() {
        return header;
    }
    let about = document
        .about
        .iter()
        .fold(element("dl"), |list, (label, text)| {
            list.with(element("dt").text(label))
                .with(spans(element("dd"), text))
        });
    header.with(about)
}

/// Running text in an element.
fn spans(into: Element, text: &Text) -> Element {
    text.spans().iter().fold(into, |into, span| match span {
        Span::Plain(words) => into.text(words),
        Span::Strong(words) => into.with(element("strong").text(words)),
        Span::Link { words, address } => {
            into.with(element("a").attribute("href", address).text(words))
        }
    })
}

/// A list of points.
fn list(points: &[Text]) -> Element {
    let points = points.iter().map(|point| spans(element("li"), point));
    element("ul").with_all(points)
}

/// The sections as they are written, the findings first.
fn written_sections(document: &Document) -> Vec<Section> {
    let mut sections = Vec::new();
    if !document.findings.is_empty() {
        sections.push(Section::new("Findings").list(document.findings.iter().cloned()));
    }
    sections.extend(document.sections.iter().cloned());
    sections
}

/// What is numbered while a page is written.
struct Page<'a> {
    notes: Notes<'a>,
    headings: usize,
    tables: usize,
    figures: usize,
}

impl Page<'_> {
    fn main(&mut self, document: &Document) -> Result<Element, WriteError> {
        let sections = written_sections(document);
        let mut main = element("main").attribute("id", "main");
        // What the page opens with is the findings; the contents follow them.
        let contents = self.contents(document, &sections);
        let (first, others) = match sections.split_first() {
            Some((first, others)) if !document.findings.is_empty() => (Some(first), others),
            _ => (None, sections.as_slice()),
        };
        if let Some(first) = first {
            main = main.with(self.section(first, 1)?);
        }
        main = main.with(contents);
        for section in others {
            main = main.with(self.section(section, 1)?);
        }
        let symbols = symbols(document);
        let notes = self.all_notes();
        Ok(main.with_all(symbols.into_iter().chain(notes)))
    }

    /// The list of sections, each a link.
    fn contents(&self, document: &Document, sections: &[Section]) -> Element {
        let mut number = 0;
        let mut entries: Vec<Element> = sections
            .iter()
            .map(|section| entry(section, 1, &mut number))
            .collect();
        let more = [
            ("symbols", "Symbols", !document.symbols().is_empty()),
            ("notes", "Notes", !self.notes.is_empty()),
        ];
        for (id, words, is_there) in more {
            if is_there {
                entries.push(element("li").with(link_to(id, words)));
            }
        }
        element("nav")
            .attribute("aria-labelledby", "contents")
            .with(element("h2").attribute("id", "contents").text("Contents"))
            .with(element("ul").with_all(entries))
    }

    fn section(&mut self, section: &Section, level: usize) -> Result<Element, WriteError> {
        self.headings += 1;
        let id = anchor(self.headings);
        let heading = element(heading_name(level))
            .attribute("id", &id)
            .text(&section.heading);
        let mut written = element("section")
            .attribute("aria-labelledby", &id)
            .with(heading);
        for block in &section.blocks {
            written = match block {
                Block::Paragraph(text) => written.with(spans(element("p"), text)),
                Block::List(points) => written.with(list(points)),
                Block::Table(table) => written.with_all(self.table(table)),
                Block::Figure(figure) => written.with(self.figure(figure)?),
            };
        }
        for section in &section.sections {
            written = written.with(self.section(section, level + 1)?);
        }
        Ok(written)
    }

    /// A text with links to its notes behind it.
    fn noted<'n>(
        &self,
        into: Element,
        text: &str,
        notes: impl Iterator<Item = &'n String>,
    ) -> Element {
        notes.fold(into.text(text), |into, note| {
            let Some((number, mark)) = self.notes.number(note).zip(self.notes.mark(note)) else {
                return into;
            };
            let link = element("a")
                .attribute("class", "note")
                .attribute("href", format!("#note-{number}"))
                .text(mark);
            into.text(" ").with(link)
        })
    }

    /// A region that scrolls if the table is wider than the screen, and below it what its symbols mean and where it is
    /// from.
    fn table(&mut self, table: &Table) -> Vec<Element> {
        self.tables += 1;
        let id = format!("table-{}", self.tables);
        let words = format!("Table {}: {}", self.tables, table.caption());
        let mut caption = element("caption").attribute("id", &id);
        caption = self.noted(caption, &words, table.notes_on_whole().iter());
        if let Some(unit) = table.unit_said() {
            caption = caption.with(element("span").attribute("class", "unit").text(unit));
        }
        let headings = table.columns().iter().zip(figure_columns(table));
        let headings = headings.map(|(column, figures)| self.heading(column, figures));
        let header = element("thead").with(element("tr").with_all(headings));
        let rows = table.rows().iter().map(|row| {
            let cells = row.iter().enumerate();
            element("tr").with_all(cells.map(|(at, cell)| written_cell(cell, at == 0)))
        });
        let grid = element("table")
            .with(caption)
            .with(header)
            .with(element("tbody").with_all(rows));
        let region = element("div")
            .attribute("class", "table")
            .attribute("role", "region")
            .attribute("aria-labelledby", &id)
            .attribute("tabindex", "0")
            .with(grid);
        let below = table.symbols_said().into_iter().chain(table.source_said());
        let below = below.map(|words| element("p").attribute("class", "below").text(words));
        std::iter::once(region).chain(below).collect()
    }

    fn heading(&self, column: &Column, figures: bool) -> Element {
        let mut heading = element("th").attribute("scope", "col");
        if figures {
            heading = heading.attribute("class", "figure");
        }
        self.noted(heading, &column.heading, column.notes.iter())
    }

    fn figure(&mut self, figure: &Figure) -> Result<Element, WriteError> {
        self.figures += 1;
        let words = format!("Figure {}: {}", self.figures, figure.caption());
        Ok(element("figure")
            .with(picture::picture(figure)?)
            .with(element("figcaption").text(words)))
    }

    /// The notes, to which their marks lead.
    fn all_notes(&self) -> Option<Element> {
        if self.notes.is_empty() {
            return None;
        }
        let notes = self.notes.iter().map(|(number, note)| {
            element("li")
                .attribute("id", format!("note-{number}"))
                .text(format!("[note {number}] {note}"))
        });
        let list = element("ul").attribute("class", "notes").with_all(notes);
        Some(last_section("notes", "Notes", list))
    }
}

/// What the symbols in tables mean.
fn symbols(document: &Document) -> Option<Element> {
    let symbols = document.symbols();
    if symbols.is_empty() {
        return None;
    }
    let said = symbols.iter().map(|symbol| {
        element("li").text(format!(
            "{} means {}.",
            shorthand(*symbol),
            symbol.meaning()
        ))
    });
    let list = element("ul").attribute("class", "notes").with_all(said);
    Some(last_section("symbols", "Symbols", list))
}

fn last_section(id: &'static str, heading: &str, content: Element) -> Element {
    element("section")
        .attribute("aria-labelledby", id)
        .with(element("h2").attribute("id", id).text(heading))
        .with(content)
}

/// An entry of the contents, with those below it.
fn entry(section: &Section, level: usize, number: &mut usize) -> Element {
    *number += 1;
    let entry = element("li").with(link_to(&anchor(*number), &section.heading));
    let mut below = Vec::new();
    for section in &section.sections {
        let one = entry_below(section, level + 1, number);
        below.extend(one);
    }
    if below.is_empty() {
        entry
    } else {
        entry.with(element("ul").with_all(below))
    }
}

/// An entry if its level is listed; it is counted in any case.
fn entry_below(section: &Section, level: usize, number: &mut usize) -> Option<Element> {
    let entry = entry(section, level, number);
    (level <= LISTED).then_some(entry)
}

fn link_to(id: &str, words: &str) -> Element {
    element("a").attribute("href", format!("#{id}")).text(words)
}

/// The id of a heading, by its place.
fn anchor(heading: usize) -> String {
    format!("section-{heading}")
}

/// A section below the title has the second level of headings; HTML has no seventh.
const fn heading_name(level: usize) -> &'static str {
    match level {
        1 => "h2",
        2 => "h3",
        3 => "h4",
        4 => "h5",
        _ => "h6",
    }
}

fn written_cell(cell: &Cell, heads_row: bool) -> Element {
    let words = cell.printed();
    if heads_row {
        element("th").attribute("scope", "row").text(words)
    } else if cell.is_figure() {
        element("td").attribute("class", "figure").text(words)
    } else {
        element("td").text(words)
    }
}

/// Which columns hold figures: those without words.
fn figure_columns(table: &Table) -> Vec<bool> {
    let of = |column: usize| table.rows().iter().all(|row| row[column].is_figure());
    (0..table.columns().len()).map(of).collect()
}
