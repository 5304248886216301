//! Pictures in a page: drawings drawn anew from what was understood of them, so that nothing else is in the page.

use std::fmt::Write as _;

use disparity_core::document::{Figure, Image};

use crate::drawing::{Anchor, Drawing, Paint, Point, Rgb, Shape, read};
use crate::error::WriteError;
use crate::xml::{Element, element};

/// The room for text in the page, and more height than a screen has, in millimetres.
const ROOM: (f64, f64) = (210.0, 1_000.0);

/// A picture with its words for those who do not see it.
pub(super) fn picture(figure: &Figure) -> Result<Element, WriteError> {
    let (width, _) = figure.size_mm(ROOM);
    let style = format!("width: {width:.0}mm");
    match figure.image() {
        Image::Png(png) => Ok(element("img")
            .attribute("alt", figure.alternative())
            .attribute("style", style)
            .attribute("src", format!("data:image/png;base64,{}", base64(png)))),
        Image::Svg(svg) => {
            let drawing = read(svg).map_err(|what| WriteError::Drawing {
                figure: figure.caption().to_owned(),
                what,
            })?;
            Ok(drawn(&drawing)
                .attribute("role", "img")
                .attribute("aria-label", figure.alternative())
                .attribute("style", style))
        }
    }
}

fn drawn(drawing: &Drawing) -> Element {
    let (width, height) = (number(drawing.width), number(drawing.height));
    element("svg")
        .attribute("viewBox", format!("0 0 {width} {height}"))
        .with_all(drawing.shapes.iter().map(shape))
}

fn shape(shape: &Shape) -> Element {
    match shape {
        Shape::Path { parts, paint } => {
            painted(
                element("path")
                    .attribute("d", steps(parts))
                    // What crosses itself is filled as a metafile fills it.
                    .attribute("fill-rule", "evenodd"),
                *paint,
            )
        }
        Shape::Ellipse { from, to, paint } => {
            let ellipse = element("ellipse")
                .attribute("cx", number(f64::midpoint(from.0, to.0)))
                .attribute("cy", number(f64::midpoint(from.1, to.1)))
                .attribute("rx", number((to.0 - from.0) / 2.0))
                .attribute("ry", number((to.1 - from.1) / 2.0));
            painted(ellipse, *paint)
        }
        Shape::Text {
            at,
            anchor,
            size,
            bold,
            turned,
            colour,
            words,
        } => {
            let mut text = element("text")
                .attribute("x", number(at.0))
                .attribute("y", number(at.1))
                .attribute("font-size", number(*size))
                .attribute("fill", hex(*colour));
            match anchor {
                Anchor::Start => {}
                Anchor::Middle => text = text.attribute("text-anchor", "middle"),
                Anchor::End => text = text.attribute("text-anchor", "end"),
            }
            if *bold {
                text = text.attribute("font-weight", "bold");
            }
            if turned.abs() > 1e-9 {
                let turn = format!(
                    "rotate({}, {}, {})",
                    number(*turned),
                    number(at.0),
                    number(at.1)
                );
                text = text.attribute("transform", turn);
            }
            text.text(words)
        }
    }
}

/// Lines from point to point.
fn steps(parts: &[(Vec<Point>, bool)]) -> String {
    let mut steps = String::new();
    for (points, closed) in parts {
        for (at, (x, y)) in points.iter().enumerate() {
            let command = if at == 0 { 'M' } else { 'L' };
            // Writing to a string does not fail.
            let _ = write!(steps, "{command}{},{}", number(*x), number(*y));
        }
        if *closed {
            steps.push('Z');
        }
    }
    steps
}

fn painted(shape: Element, paint: Paint) -> Element {
    let shape = shape.attribute("fill", paint.fill.map_or_else(|| "none".to_owned(), hex));
    match paint.stroke {
        Some((colour, width)) => shape
            .attribute("stroke", hex(colour))
            .attribute("stroke-width", number(width)),
        None => shape,
    }
}

fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// A number of pixels with at most two decimals.
fn number(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0 + 0.0;
    rounded.to_string()
}

/// Bytes in 64 letters (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            if at > three.len() {
                text.push('=');
            } else {
                text.push(char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_the_standard_has_them() {
        // RFC 4648, section 10.
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xFB, 0xFF, 0xFE]), "+//+");
    }

    #[test]
    fn a_drawing_is_the_same_when_it_was_drawn_anew() {
        let svg = "<svg width=\"48\" height=\"20\"><rect width=\"4\" height=\"5\" fill=\"#123456\"/>\
             <polyline points=\"0,0 1.5,1 2,0\" fill=\"none\" stroke=\"#000000\" stroke-width=\"2\"/>\
             <circle cx=\"3\" cy=\"3\" r=\"1\"/>\
             <text x=\"1\" y=\"2\" text-anchor=\"end\" font-weight=\"bold\" transform=\"rotate(270, 1, 2)\">South &amp; odd</text></svg>";
        let first = read(svg).unwrap();
        let again = String::from_utf8(drawn(&first).into_part()).unwrap();
        let again = again.replace("viewBox=\"0 0 48 20\"", "width=\"48\" height=\"20\"");
        assert_eq!(read(&again).unwrap(), first);
    }
}
