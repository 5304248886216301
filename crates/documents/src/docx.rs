//! A document as `.docx` (Office Open XML, ISO/IEC 29500 transitional).
//!
//! The parts that are the same in every document are files under `parts/docx`; what depends on the document is made here.
//! The order of elements is the schema's, as word processors refuse a file in which it is another.

use disparity_core::document::{Block, Cell, Document, Figure, Notes, Section, Span, Table, Text};

use crate::WriteError;
use crate::package::Package;
use crate::xml::{Element, element};

/// Width between the margins of an upright A4 page, in twentieths of a point.
const TEXT_WIDTH: usize = 9638;
/// Tables with more columns are set in smaller letters.
const MANY_COLUMNS: usize = 6;
/// English Metric Units in a millimetre.
const EMU: f64 = 36_000.0;

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const RELATIONSHIP: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PICTURE: &str = "http://schemas.openxmlformats.org/drawingml/2006/picture";
/// The extension in which a picture has its drawing as SVG beside it.
const SVG: &str = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}";

const NUMBERING: &str = include_str!("parts/docx/numbering.xml");
const STYLES: &str = include_str!("parts/docx/styles.xml");
const SETTINGS: &str = include_str!("parts/docx/settings.xml");
const FOOTER: &str = include_str!("parts/docx/footer.xml");

/// A document for a word processor.
///
/// # Errors
/// [`WriteError::Document`] if the document is not whole.
pub fn docx(document: &Document) -> Result<Vec<u8>, WriteError> {
    document.check()?;
    let mut writer = Writer::new(document);
    let body = writer.body(document);
    let tag = document.language.tag();
    let mut package = Package::default()
        .part("[Content_Types].xml", content_types().into_part())
        .part("_rels/.rels", package_relationships().into_part())
        .part("docProps/core.xml", core_properties(document).into_part())
        .part("docProps/app.xml", app_properties().into_part())
        .part("word/document.xml", body.into_part())
        .part("word/styles.xml", STYLES.replace("{language}", tag))
        .part("word/settings.xml", SETTINGS.replace("{language}", tag))
        .part("word/numbering.xml", NUMBERING)
        .part("word/footer.xml", FOOTER)
        .part(
            "word/_rels/document.xml.rels",
            writer.relationships().into_part(),
        );
    for (name, bytes) in writer.pictures {
        package = package.part(format!("word/{name}"), bytes);
    }
    package.into_bytes()
}

/// What is numbered while a document is written.
struct Writer<'a> {
    notes: Notes<'a>,
    /// Targets of relationships: kind, target, whether it is outside the file.
    targets: Vec<(&'static str, String, bool)>,
    pictures: Vec<(String, Vec<u8>)>,
    headings: usize,
    tables: usize,
    figures: usize,
}

impl<'a> Writer<'a> {
    fn new(document: &'a Document) -> Self {
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

    fn relationships(&self) -> Element {
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

    fn body(&mut self, document: &Document) -> Element {
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
            body = body.with_all(self.section(section, 1));
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
        element("w:document")
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
            .with(body.with(page))
    }

    fn section(&mut self, section: &Section, level: usize) -> Vec<Element> {
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
                Block::Figure(figure) => written.extend(self.figure(figure)),
            }
        }
        for section in &section.sections {
            written.extend(self.section(section, level + 1));
        }
        written
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
        written.push(self.grid(table));
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

    fn grid(&self, table: &Table) -> Element {
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
            .headings_marked(&self.notes)
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
            let cells =
                cells.map(|(i, cell)| (cell_style(cell, i == 0).to_owned(), cell.printed()));
            row(together(), cells.collect())
        });
        element("w:tbl")
            .with(properties)
            .with(element("w:tblGrid").with_all(grid))
            .with(header)
            .with_all(rows)
    }

    /// The picture inline, and its caption below.
    fn figure(&mut self, figure: &Figure) -> Vec<Element> {
        self.figures += 1;
        let name = format!("Figure {}", self.figures);
        let mut embed = |ending: &str, bytes: &[u8]| {
            let name = format!("media/figure{}.{ending}", self.figures);
            self.pictures.push((name.clone(), bytes.to_vec()));
            name
        };
        let png = embed("png", &figure.image().png);
        let svg = figure
            .image()
            .svg
            .as_ref()
            .map(|svg| embed("svg", svg.as_bytes()));
        let mut blip = element("a:blip").attribute("r:embed", self.target("image", &png, false));
        if let Some(svg) = svg {
            let sharp =
                element("asvg:svgBlip").attribute("r:embed", self.target("image", &svg, false));
            let extension = element("a:ext").attribute("uri", SVG).with(sharp);
            blip = blip.with(element("a:extLst").with(extension));
        }
        let drawing = inline_picture(self.figures, &name, figure, blip);
        let run = element("w:r").with(element("w:drawing").with(drawing));
        let mut caption = paragraph("FigureCaption").with_all(numbered("Figure", self.figures));
        caption = caption.with(self::run(&format!(": {}", figure.caption())));
        vec![styled("Figure", [run]), caption]
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
    let mark =
        |kind: &str| element("w:r").with(element("w:fldChar").attribute("w:fldCharType", kind));
    let instruction = element("w:instrText")
        .attribute("xml:space", "preserve")
        .text(" TOC \\o \"1-2\" \\n \\h ");
    let begin = [
        mark("begin"),
        element("w:r").with(instruction),
        mark("separate"),
    ];
    let count = entries.len();
    let entries = entries.into_iter().enumerate().map(|(i, (level, link))| {
        let mut entry = paragraph(&format!("TOC{level}"));
        if i == 0 {
            entry = entry.with_all(begin.clone());
        }
        entry = entry.with(link);
        if i + 1 == count {
            entry.with(mark("end"))
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

/// An empty paragraph of a style.
fn paragraph(style: &str) -> Element {
    let style = element("w:pStyle").attribute("w:val", style);
    element("w:p").with(element("w:pPr").with(style))
}

/// A paragraph of a style.
fn styled(style: &str, runs: impl IntoIterator<Item = Element>) -> Element {
    paragraph(style).with_all(runs)
}

fn words(words: &str) -> Element {
    element("w:t")
        .attribute("xml:space", "preserve")
        .text(words)
}

fn run(text: &str) -> Element {
    element("w:r").with(words(text))
}

/// A run in a style of characters.
fn run_in(style: &str, text: &str) -> Element {
    let style = element("w:rStyle").attribute("w:val", style);
    element("w:r")
        .with(element("w:rPr").with(style))
        .with(words(text))
}

fn strong_run(text: &str) -> Element {
    run_in("Strong", text)
}

/// `Table 1` with its number as a field, so that it stays right when somebody puts a table before it.
fn numbered(what: &str, number: usize) -> [Element; 2] {
    let field = element("w:fldSimple").attribute("w:instr", format!(" SEQ {what} \\* ARABIC "));
    [
        run(&format!("{what} ")),
        field.with(run(&number.to_string())),
    ]
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
        cells.chain(heading).max().unwrap_or(1).clamp(6, 36)
    };
    let shares: Vec<usize> = (0..table.columns().len()).map(longest).collect();
    let all: usize = shares.iter().sum();
    shares
        .iter()
        .map(|share| share * TEXT_WIDTH / all)
        .collect()
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

/// A picture in line with the text, with its words for those who do not see it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a width of at most 400 mm is some 14 million units"
)]
fn inline_picture(id: usize, name: &str, figure: &Figure, blip: Element) -> Element {
    let (width, height) = figure.size_mm();
    let emu = |mm: f64| ((mm * EMU).round() as i64).to_string();
    let described = |tag: &'static str| {
        element(tag)
            .attribute("id", id.to_string())
            .attribute("name", name)
            .attribute("descr", figure.alternative())
    };
    let size = |tag: &'static str| {
        element(tag)
            .attribute("cx", emu(width))
            .attribute("cy", emu(height))
    };
    let locks = element("a:graphicFrameLocks").attribute("noChangeAspect", "1");
    let fill = element("pic:blipFill")
        .with(blip)
        .with(element("a:stretch").with(element("a:fillRect")));
    let placed = element("a:xfrm")
        .with(element("a:off").attribute("x", "0").attribute("y", "0"))
        .with(size("a:ext"));
    let shape = element("a:prstGeom")
        .attribute("prst", "rect")
        .with(element("a:avLst"));
    let picture = element("pic:pic")
        .with(
            element("pic:nvPicPr")
                .with(described("pic:cNvPr"))
                .with(element("pic:cNvPicPr")),
        )
        .with(fill)
        .with(element("pic:spPr").with(placed).with(shape));
    let data = element("a:graphicData")
        .attribute("uri", PICTURE)
        .with(picture);
    let sides = ["distT", "distB", "distL", "distR"];
    sides
        .iter()
        .fold(element("wp:inline"), |inline, side| {
            inline.attribute(side, "0")
        })
        .with(size("wp:extent"))
        .with(described("wp:docPr"))
        .with(element("wp:cNvGraphicFramePr").with(locks))
        .with(element("a:graphic").with(data))
}

fn relationship(id: &str, kind: &str, target: &str) -> Element {
    element("Relationship")
        .attribute("Id", id)
        .attribute("Type", kind)
        .attribute("Target", target)
}

fn all_relationships(all: impl IntoIterator<Item = Element>) -> Element {
    element("Relationships")
        .attribute(
            "xmlns",
            "http://schemas.openxmlformats.org/package/2006/relationships",
        )
        .with_all(all)
}

fn package_relationships() -> Element {
    let core =
        "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";
    all_relationships([
        relationship(
            "rId1",
            &format!("{RELATIONSHIP}/officeDocument"),
            "word/document.xml",
        ),
        relationship("rId2", core, "docProps/core.xml"),
        relationship(
            "rId3",
            &format!("{RELATIONSHIP}/extended-properties"),
            "docProps/app.xml",
        ),
    ])
}

fn content_types() -> Element {
    let default = |ending: &str, kind: &str| {
        element("Default")
            .attribute("Extension", ending)
            .attribute("ContentType", kind)
    };
    let part = |name: &str, kind: &str| {
        element("Override")
            .attribute("PartName", name)
            .attribute("ContentType", kind)
    };
    let word =
        |name: &str, kind: &str| part(&format!("/word/{name}.xml"), &format!("{WORD}.{kind}+xml"));
    element("Types")
        .attribute(
            "xmlns",
            "http://schemas.openxmlformats.org/package/2006/content-types",
        )
        .with(default(
            "rels",
            "application/vnd.openxmlformats-package.relationships+xml",
        ))
        .with(default("xml", "application/xml"))
        .with(default("png", "image/png"))
        .with(default("svg", "image/svg+xml"))
        .with(word("document", "document.main"))
        .with(word("styles", "styles"))
        .with(word("settings", "settings"))
        .with(word("numbering", "numbering"))
        .with(word("footer", "footer"))
        .with(part(
            "/docProps/core.xml",
            "application/vnd.openxmlformats-package.core-properties+xml",
        ))
        .with(part(
            "/docProps/app.xml",
            "application/vnd.openxmlformats-officedocument.extended-properties+xml",
        ))
}

fn core_properties(document: &Document) -> Element {
    let (year, month, day) = document.date.ymd();
    let date = |name: &'static str| {
        let day = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
        element(name)
            .attribute("xsi:type", "dcterms:W3CDTF")
            .text(day)
    };
    element("cp:coreProperties")
        .attribute(
            "xmlns:cp",
            "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
        )
        .attribute("xmlns:dc", "http://purl.org/dc/elements/1.1/")
        .attribute("xmlns:dcterms", "http://purl.org/dc/terms/")
        .attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .with(element("dc:title").text(&document.title))
        .with(element("dc:creator").text(&document.author))
        .with(element("dc:description").text(&document.description))
        .with(element("cp:lastModifiedBy").text(&document.author))
        .with(date("dcterms:created"))
        .with(date("dcterms:modified"))
        .with(element("dc:language").text(document.language.tag()))
}

fn app_properties() -> Element {
    element("Properties")
        .attribute(
            "xmlns",
            "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
        )
        .with(element("Application").text("Disparity"))
}
