//! A picture in its line.

use disparity_core::document::Figure;

use crate::xml::{Element, element};

/// The kind of drawing that is a picture.
pub(super) const PICTURE: &str = "http://schemas.openxmlformats.org/drawingml/2006/picture";
/// The room for text and a caption below on an upright A4 page, in millimetres.
const PAGE: (f64, f64) = (170.0, 225.0);
/// English Metric Units in a millimetre.
const EMU: f64 = 36_000.0;

/// A picture in line with the text, with its words for those who do not see it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a width of at most 400 mm is some 14 million units"
)]
pub(super) fn inline_picture(id: usize, name: &str, figure: &Figure, blip: Element) -> Element {
    let (width, height) = figure.size_mm(PAGE);
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
