//! The text of a document: headings, paragraphs, tables and pictures in order, and what they lead to.

use disparity_core::document::{Block, Document, Figure, Image, Notes, Section, Span, Table, Text};

use super::picture::{PICTURE, inline_picture};
use super::table::grid;
use super::words::{field_begin, field_mark, numbered, paragraph, run, run_in, strong_run, styled};
use super::{RELATIONSHIP, all_relationships, relationship};
use crate::drawing::{emf, read};
use crate::error::WriteError;
use crate::xml::{Element, element};

/// The extension in which a picture has its drawing as SVG beside it.
const SVG: &str = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}";

/// What is numbered while a document is written.
pub(super) struct Writer<'a> {
    notes: Notes<'a>,
    /// Targets of relationships: kind, target, whether it is outside the file.
    targets: Vec<(&'static str, String, bool)>,
    /// Names and bytes of pictures.
    pub(super) pictures: Vec<(String, Vec<u8>)>,
    headings: usize,
    tables: usize,
    figures: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        let inside = |kind, name: &str| (kind, name.to_owned(), false);
        Self {
            notes: document.notes(),
            targets: vec![
                inside("styles", "styles.xml"),
                inside("settings", "settings.xml"),
                inside("numbering", "numbering.xml"),
                inside("footer", "footer.xml"),
            ],
            pictures: Vec::new(),
            headings: 0,
            tables: 0,
            figures: 0,
        }
    }

    /// The id of a relationship to a target, which is made if it is new.
    fn target(&mut self, kind: &'static str, target: &str, outside: bool) -> String {
        let same = |(k, t, o): &(&str, String, bool)| *k == kind && t == target && *o == outside;
        let at = self.targets.iter().position(same).unwrap_or_else(|| {
            self.targets.push((kind, target.to_owned(), outside));
            self.targets.len() - 1
        });
        format!("rId{}", at + 1)
    }

    pub(super) fn relationships(&self) -> Element {
        let of = |(at, (kind, target, outside)): (usize, &(&str, String, bool))| {
            let one = relationship(
                &format!("rId{}", at + 1),
                &format!("{RELATIONSHIP}/{kind}"),
                target,
            );
            if *outside {
                one.attribute("TargetMode", "External")
            } else {
                one
            }
        };
        all_relationships(self.targets.iter().enumerate().map(of))
    }

    pub(super) fn body(&mut self, document: &Document) -> Result<Element, WriteError> {
        let mut body = element("w:body").with(styled("Title", [run(&document.title)]));
        if let Some(subtitle) = &document.subtitle {
            body = body.with(styled("Subtitle", [run(subtitle)]));
        }
        for (label, text) in &document.about {
            let label = strong_run(&format!("{label}: "));
            let runs = std::iter::once(label).chain(self.runs(text));
            body = body.with(styled("BodyText", runs));
        }
        let sections = written_sections(document);
        body = body.with(contents(&sections));
        for section in &sections {
            body = body.with_all(self.section(section, 1)?);
        }
        let page = element("w:sectPr")
            .with(
                element("w:footerReference")
                    .attribute("w:type", "default")
                    .attribute("r:id", "rId4"),
            )
            .with(
                element("w:pgSz")
                    .attribute("w:w", "11906")
                    .attribute("w:h", "16838"),
            )
            .with(margins());
        let document = element("w:document")
            .attribute(
                "xmlns:w",
                "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            )
            .attribute("xmlns:r", RELATIONSHIP)
            .attribute(
                "xmlns:wp",
                "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
            )
            .attribute(
                "xmlns:a",
                "http://schemas.openxmlformats.org/drawingml/2006/main",
            )
            .attribute("xmlns:pic", PICTURE)
            .attribute(
                "xmlns:asvg",
                "http://schemas.microsoft.com/office/drawing/2016/SVG/main",
            )
            .with(body.with(page));
        Ok(document)
    }

    fn section(&mut self, section: &Section, level: usize) -> Result<Vec<Element>, WriteError> {
        self.headings += 1;
        let id = self.headings.to_string();
        let bookmark = element("w:bookmarkStart")
            .attribute("w:id", &id)
            .attribute("w:name", anchor(self.headings));
        let end = element("w:bookmarkEnd").attribute("w:id", &id);
        let heading = paragraph(&format!("Heading{level}"))
            .with(bookmark)
            .with(run(&section.heading))
            .with(end);
        let mut written = vec![heading];
        for block in &section.blocks {
            match block {
                Block::Paragraph(text) => written.push(styled("BodyText", self.runs(text))),
                Block::List(points) => {
                    written.extend(
                        points
                            .iter()
                            .map(|point| styled("ListBullet", self.runs(point))),
                    );
                }
                Block::Table(table) => written.extend(self.table(table)),
                Block::Figure(figure) => written.extend(self.figure(figure)?),
            }
        }
        for section in &section.sections {
            written.extend(self.section(section, level + 1)?);
        }
        Ok(written)
    }

    fn runs(&mut self, text: &Text) -> Vec<Element> {
        let spans = text.spans().iter();
        spans
            .map(|span| match span {
                Span::Plain(words) => run(words),
                Span::Strong(words) => strong_run(words),
                Span::Link { words, address } => element("w:hyperlink")
                    .attribute("r:id", self.target("hyperlink", address, true))
                    .with(run_in("Hyperlink", words)),
            })
            .collect()
    }

    /// Caption, unit, table, and below it what its symbols and notes mean and where it is from.
    fn table(&mut self, table: &Table) -> Vec<Element> {
        self.tables += 1;
        let mut caption = paragraph("Caption").with_all(numbered("Table", self.tables));
        caption = caption.with(run(&format!(": {}", table.caption_marked(&self.notes))));
        let mut written = vec![caption];
        written.extend(
            table
                .unit_said()
                .map(|unit| styled("TableUnit", [run(&unit)])),
        );
        written.push(grid(table, &self.notes));
        let mut said: Vec<String> = Vec::new();
        for note in table.notes() {
            let marked = self.notes.mark(note).map(|mark| format!("{mark} {note}"));
            said.extend(marked.filter(|marked| !said.contains(marked)));
        }
        let below = table
            .symbols_said()
            .into_iter()
            .chain(said)
            .chain(table.source_said());
        written.extend(below.map(|words| styled("TableNote", [run(&words)])));
        written
    }

    /// The picture inline, and its caption below. A drawing is there twice: as a metafile, which every word processor
    /// draws, and as SVG for those that draw it instead.
    fn figure(&mut self, figure: &Figure) -> Result<Vec<Element>, WriteError> {
        self.figures += 1;
        let name = format!("Figure {}", self.figures);
        let blip = match figure.image() {
            Image::Png(png) => {
                element("a:blip").attribute("r:embed", self.embed("png", png.clone()))
            }
            Image::Svg(svg) => {
                let drawing = read(svg).map_err(|what| WriteError::Drawing {
                    figure: figure.caption().to_owned(),
                    what,
                })?;
                let blip = element("a:blip").attribute("r:embed", self.embed("emf", emf(&drawing)));
                let sharp = self.embed("svg", svg.clone().into_bytes());
                let sharp = element("asvg:svgBlip").attribute("r:embed", sharp);
                let extension = element("a:ext").attribute("uri", SVG).with(sharp);
                blip.with(element("a:extLst").with(extension))
            }
        };
        let drawing = inline_picture(self.figures, &name, figure, blip);
        let picture = element("w:r").with(element("w:drawing").with(drawing));
        let mut caption = paragraph("PictureCaption").with_all(numbered("Figure", self.figures));
        caption = caption.with(run(&format!(": {}", figure.caption())));
        Ok(vec![styled("Picture", [picture]), caption])
    }

    /// The id of the relationship to a picture that is put into the file.
    fn embed(&mut self, ending: &str, bytes: Vec<u8>) -> String {
        let name = format!("media/figure{}.{ending}", self.figures);
        let id = self.target("image", &name, false);
        self.pictures.push((name, bytes));
        id
    }
}

/// The sections as they are written: the findings first, the notes on the whole last.
fn written_sections(document: &Document) -> Vec<Section> {
    let mut sections = Vec::new();
    if !document.findings.is_empty() {
        sections.push(Section::new("Findings").list(document.findings.iter().cloned()));
    }
    sections.extend(document.sections.iter().cloned());
    if !document.general_notes.is_empty() {
        let notes = document.notes();
        let said = document
            .general_notes
            .iter()
            .filter_map(|note| Some(format!("{} {note}", notes.mark(note)?)));
        sections.push(said.fold(Section::new("Notes"), Section::paragraph));
    }
    sections
}

/// The table of contents: a field that a word processor can bring up to date, with its entries filled in. It has no page
/// numbers, which only whoever lays out the pages knows.
fn contents(sections: &[Section]) -> Element {
    let mut entries = Vec::new();
    let mut headings = 0;
    for section in sections {
        list_entries(section, 1, &mut headings, &mut entries);
    }
    let count = entries.len();
    let entries = entries.into_iter().enumerate().map(|(i, (level, link))| {
        let mut entry = paragraph(&format!("TOC{level}"));
        if i == 0 {
            entry = entry.with_all(field_begin("TOC \\o \"1-2\" \\n \\h"));
        }
        entry = entry.with(link);
        if i + 1 == count {
            entry.with(field_mark("end"))
        } else {
            entry
        }
    });
    let gallery = element("w:docPartObj")
        .with(element("w:docPartGallery").attribute("w:val", "Table of Contents"))
        .with(element("w:docPartUnique"));
    let inside = element("w:sdtContent")
        .with(styled("TOCHeading", [run("Contents")]))
        .with_all(entries);
    element("w:sdt")
        .with(element("w:sdtPr").with(gallery))
        .with(inside)
}

fn list_entries(
    section: &Section,
    level: usize,
    headings: &mut usize,
    into: &mut Vec<(usize, Element)>,
) {
    *headings += 1;
    if level <= 2 {
        let link = element("w:hyperlink")
            .attribute("w:anchor", anchor(*headings))
            .with(run(&section.heading));
        into.push((level, link));
    }
    for section in &section.sections {
        list_entries(section, level + 1, headings, into);
    }
}

/// The bookmark of a heading, by its place.
fn anchor(heading: usize) -> String {
    format!("_Toc{heading:06}")
}

fn margins() -> Element {
    let sides = ["w:top", "w:right", "w:bottom", "w:left"];
    let margins = sides
        .iter()
        .fold(element("w:pgMar"), |m, side| m.attribute(side, "1134"));
    let more = [("w:header", "567"), ("w:footer", "567"), ("w:gutter", "0")];
    more.iter()
        .fold(margins, |m, (name, value)| m.attribute(name, *value))
}
