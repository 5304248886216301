//! A document as `.docx` (Office Open XML, ISO/IEC 29500 transitional).
//!
//! The parts that are the same in every document are files under `parts/`; the parts that a package must have are made
//! here, the text in [`body`] with its [`table`]s and [`picture`]s. The order of elements is the schema's, as word
//! processors refuse a file in which it is another.

mod body;
mod picture;
mod table;
mod words;

use disparity_core::document::Document;

use crate::error::WriteError;
use crate::package::Package;
use crate::xml::{Element, element};
use body::Writer;

const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const RELATIONSHIP: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

const NUMBERING: &str = include_str!("parts/numbering.xml");
const STYLES: &str = include_str!("parts/styles.xml");
const SETTINGS: &str = include_str!("parts/settings.xml");
const FOOTER: &str = include_str!("parts/footer.xml");

/// A document for a word processor.
///
/// # Errors
/// [`WriteError::Document`] if the document is not whole, [`WriteError::Drawing`] if an SVG has more in it than charts have.
pub fn docx(document: &Document) -> Result<Vec<u8>, WriteError> {
    document.check()?;
    let mut writer = Writer::new(document);
    let body = writer.body(document)?;
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
        .with(default("emf", "image/x-emf"))
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
