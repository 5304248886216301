//! The part of SVG 1.1 in which charts are drawn: rectangles, circles, lines, polygons, paths of straight lines and words.
//! What is not understood is an error: a picture from which something is missing would say something else.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::colour::{colour, on_white};
use super::{Anchor, Drawing, Paint, Point, Rgb, Shape};

/// What may stand on an element without changing what is drawn here.
const SILENT: [&str; 8] = [
    "id",
    "role",
    "font-family",
    "viewBox",
    "xmlns",
    "version",
    "stroke-linejoin",
    "stroke-linecap",
];

/// The attributes of an element, those of the groups around it under its own.
#[derive(Debug, Clone, Default)]
struct Attributes(Vec<(String, String)>);

/// A drawing from SVG.
///
/// # Errors
/// What was not understood.
pub(crate) fn read(svg: &str) -> Result<Drawing, String> {
    let mut reader = Reader::from_str(svg);
    let mut open: Vec<(String, Attributes)> = Vec::new();
    let mut drawing = Drawing {
        width: 0.0,
        height: 0.0,
        shapes: Vec::new(),
    };
    let mut words = String::new();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                let (name, attributes) = element(&tag, &open)?;
                start(&name, &attributes, &mut drawing)?;
                words.clear();
                open.push((name, attributes));
            }
            Event::Empty(tag) => {
                let (name, attributes) = element(&tag, &open)?;
                start(&name, &attributes, &mut drawing)?;
            }
            Event::Text(text) => words.push_str(&text),
            Event::CData(text) => words.push_str(&text),
            Event::GeneralRef(name) => words.push_str(&reference(&name)?),
            Event::End(_) => {
                if let Some((name, attributes)) = open.pop()
                    && name == "text"
                {
                    drawing
                        .shapes
                        .extend(text(&attributes, words.trim(), &drawing)?);
                }
            }
            Event::Eof => break,
            Event::DocType(_) => return Err("a document type".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    if drawing.width <= 0.0 || drawing.height <= 0.0 {
        return Err("a drawing without width and height in pixels".to_owned());
    }
    Ok(drawing)
}

/// The character that an entity stands for.
fn reference(name: &quick_xml::events::BytesRef<'_>) -> Result<String, String> {
    if let Ok(Some(character)) = name.resolve_char_ref() {
        return Ok(character.to_string());
    }
    let known = quick_xml::escape::resolve_predefined_entity(name);
    known
        .map(str::to_owned)
        .ok_or_else(|| format!("the entity &{};", &**name))
}

fn element(
    tag: &BytesStart<'_>,
    open: &[(String, Attributes)],
) -> Result<(String, Attributes), String> {
    let name = tag.local_name().as_ref().to_owned();
    // A group hands on how its shapes are painted; nothing else is inherited here.
    let mut attributes = match open.last() {
        Some((parent, attributes)) if parent == "g" => attributes.clone(),
        _ => Attributes::default(),
    };
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = attribute.key.as_ref().to_owned();
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::default())
            .map_err(|error| error.to_string())?;
        attributes.0.retain(|(other, _)| *other != key);
        attributes.0.push((key, value.into_owned()));
    }
    Ok((name, attributes))
}

/// What an element draws, or that it is the drawing itself.
fn start(name: &str, all: &Attributes, drawing: &mut Drawing) -> Result<(), String> {
    let paints = [
        "fill",
        "stroke",
        "stroke-width",
        "opacity",
        "fill-opacity",
        "stroke-opacity",
    ];
    let own: &[&str] = match name {
        "svg" => &["width", "height"],
        "g" => &[],
        // Words that are not drawn, and those that are drawn when their element ends.
        "title" | "desc" | "text" => return Ok(()),
        "rect" => &["x", "y", "width", "height"],
        "circle" => &["cx", "cy", "r"],
        "ellipse" => &["cx", "cy", "rx", "ry"],
        "line" => &["x1", "y1", "x2", "y2"],
        "polyline" | "polygon" => &["points"],
        "path" => &["d", "fill-rule"],
        other => return Err(format!("an element {other:?}")),
    };
    all.only(name, own, &paints)?;
    let size = |key: &str| all.pixels(key, 0.0);
    let shape = match name {
        "svg" => {
            (drawing.width, drawing.height) = (size("width")?, size("height")?);
            return Ok(());
        }
        "g" => return Ok(()),
        "circle" | "ellipse" => {
            let (x, y) = (
                all.pixels("cx", drawing.width)?,
                all.pixels("cy", drawing.height)?,
            );
            let radii = if name == "circle" {
                ["r", "r"]
            } else {
                ["rx", "ry"]
            };
            let (rx, ry) = (size(radii[0])?, size(radii[1])?);
            Shape::Ellipse {
                from: (x - rx, y - ry),
                to: (x + rx, y + ry),
                paint: all.paint()?,
            }
        }
        _ => Shape::Path {
            parts: parts(name, all, drawing)?,
            paint: all.paint()?,
        },
    };
    drawing.shapes.push(shape);
    Ok(())
}

/// The lines of a shape that has straight ones.
fn parts(
    name: &str,
    all: &Attributes,
    drawing: &Drawing,
) -> Result<Vec<(Vec<Point>, bool)>, String> {
    let across = |key: &str| all.pixels(key, drawing.width);
    let down = |key: &str| all.pixels(key, drawing.height);
    Ok(match name {
        "rect" => {
            let (x, y) = (across("x")?, down("y")?);
            let (right, bottom) = (x + across("width")?, y + down("height")?);
            vec![(vec![(x, y), (right, y), (right, bottom), (x, bottom)], true)]
        }
        "line" => vec![(
            vec![(across("x1")?, down("y1")?), (across("x2")?, down("y2")?)],
            false,
        )],
        "path" => path(all.get("d").unwrap_or(""))?,
        _ => vec![(points(all.get("points").unwrap_or(""))?, name == "polygon")],
    })
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("the number {text:?}"))
}

fn points(text: &str) -> Result<Vec<Point>, String> {
    let separators = |c: char| c.is_whitespace() || c == ',';
    let numbers = text
        .split(separators)
        .filter(|part| !part.is_empty())
        .map(number);
    let numbers = numbers.collect::<Result<Vec<f64>, String>>()?;
    if !numbers.len().is_multiple_of(2) {
        return Err(format!("the points {text:?}"));
    }
    Ok(numbers
        .chunks_exact(2)
        .map(|pair| (pair[0], pair[1]))
        .collect())
}

/// A path of straight lines: M, L, H, V and Z, from the corner of the drawing or (in small letters) from the last point.
fn path(text: &str) -> Result<Vec<(Vec<Point>, bool)>, String> {
    let mut parts: Vec<(Vec<Point>, bool)> = Vec::new();
    let mut at = (0.0, 0.0);
    let commands = text
        .char_indices()
        .filter(|(_, c)| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E'));
    let commands: Vec<(usize, char)> = commands.collect();
    for (i, (start, command)) in commands.iter().enumerate() {
        let end = commands.get(i + 1).map_or(text.len(), |(end, _)| *end);
        let arguments = &text[start + 1..end];
        let from = if command.is_ascii_lowercase() {
            at
        } else {
            (0.0, 0.0)
        };
        let along = |arguments: &str| {
            let separators = |c: char| c.is_whitespace() || c == ',';
            let parts = arguments.split(separators).filter(|part| !part.is_empty());
            parts.map(number).collect::<Result<Vec<f64>, String>>()
        };
        let next: Vec<Point> = match command.to_ascii_uppercase() {
            'M' | 'L' if command.is_ascii_uppercase() => points(arguments)?,
            'M' | 'L' => {
                let steps = points(arguments)?.into_iter();
                steps
                    .scan(at, |at, (x, y)| {
                        *at = (at.0 + x, at.1 + y);
                        Some(*at)
                    })
                    .collect()
            }
            'H' => along(arguments)?
                .last()
                .map(|x| (from.0 + x, at.1))
                .into_iter()
                .collect(),
            'V' => along(arguments)?
                .last()
                .map(|y| (at.0, from.1 + y))
                .into_iter()
                .collect(),
            'Z' => {
                if let Some((points, closed)) = parts.last_mut() {
                    *closed = true;
                    at = points.first().copied().unwrap_or(at);
                }
                continue;
            }
            other => {
                return Err(format!(
                    "the command {other} of a path, which is no straight line"
                ));
            }
        };
        if command.eq_ignore_ascii_case(&'M') || parts.last().is_none_or(|(_, closed)| *closed) {
            let begin = if command.eq_ignore_ascii_case(&'M') {
                vec![]
            } else {
                vec![at]
            };
            parts.push((begin, false));
        }
        at = next.last().copied().unwrap_or(at);
        if let Some((points, _)) = parts.last_mut() {
            points.extend(next);
        }
    }
    Ok(parts)
}

fn text(all: &Attributes, words: &str, drawing: &Drawing) -> Result<Option<Shape>, String> {
    let own = [
        "x",
        "y",
        "dy",
        "text-anchor",
        "font-size",
        "font-weight",
        "font-style",
        "transform",
    ];
    all.only(
        "text",
        &own,
        &[
            "fill",
            "opacity",
            "fill-opacity",
            "stroke",
            "stroke-width",
            "stroke-opacity",
        ],
    )?;
    let size = all.get("font-size").map_or(Ok(16.0), pixels)?;
    let (x, y) = (
        all.pixels("x", drawing.width)?,
        all.pixels("y", drawing.height)?,
    );
    // Heights of Arial as shares of its size.
    let dy = match all.get("dy").unwrap_or("0") {
        shift if shift.ends_with("em") => number(&shift[..shift.len() - 2])? * size,
        shift if shift.ends_with("ex") => number(&shift[..shift.len() - 2])? * size * 0.519,
        shift => pixels(shift)?,
    };
    let anchor = match all.get("text-anchor").unwrap_or("start") {
        "start" => Anchor::Start,
        "middle" => Anchor::Middle,
        "end" => Anchor::End,
        other => return Err(format!("the anchor {other:?}")),
    };
    let turned = match all.get("transform") {
        None => 0.0,
        Some(turn) => turned(turn, (x, y))?,
    };
    let Some(colour) = all.paint()?.fill else {
        return Ok(None);
    };
    if words.is_empty() {
        return Ok(None);
    }
    // The shift is along the turned letters.
    let (sin, cos) = turned.to_radians().sin_cos();
    Ok(Some(Shape::Text {
        at: (x - dy * sin, y + dy * cos),
        anchor,
        size,
        bold: all
            .get("font-weight")
            .is_some_and(|weight| weight == "bold" || weight == "700"),
        turned,
        colour,
        words: words.split_whitespace().collect::<Vec<_>>().join(" "),
    }))
}

/// The degrees of `rotate(270, 12, 40)` about the point at which the words stand.
fn turned(turn: &str, (x, y): Point) -> Result<f64, String> {
    let wrong = || format!("the transform {turn:?}");
    let inside = turn
        .strip_prefix("rotate(")
        .and_then(|rest| rest.strip_suffix(')'))
        .ok_or_else(wrong)?;
    let separators = |c: char| c.is_whitespace() || c == ',';
    let parts = inside
        .split(separators)
        .filter(|part| !part.is_empty())
        .map(number);
    match parts.collect::<Result<Vec<f64>, String>>()?.as_slice() {
        [degrees, cx, cy] if (cx - x).abs() < 1e-6 && (cy - y).abs() < 1e-6 => Ok(*degrees),
        _ => Err(wrong()),
    }
}

/// A length in pixels, which may say so.
fn pixels(text: &str) -> Result<f64, String> {
    number(text.strip_suffix("px").unwrap_or(text))
}

impl Attributes {
    fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// A length, 0 where it is not said, in per cent of the whole if it is said so.
    fn pixels(&self, key: &str, whole: f64) -> Result<f64, String> {
        match self.get(key) {
            None => Ok(0.0),
            Some(text) => match text.strip_suffix('%') {
                Some(share) => number(share).map(|share| share / 100.0 * whole),
                None => pixels(text),
            },
        }
    }

    /// The error of an attribute that would change what is drawn.
    fn only(&self, element: &str, own: &[&str], paints: &[&str]) -> Result<(), String> {
        let text = ["font-size", "font-weight", "text-anchor"];
        let known = |key: &str| {
            own.contains(&key)
                || paints.contains(&key)
                || SILENT.contains(&key)
                || text.contains(&key)
                || key.starts_with("xmlns:")
                || key.starts_with("aria-")
                || key.starts_with("data-")
        };
        match self.0.iter().find(|(key, _)| !known(key)) {
            Some((key, _)) => Err(format!("the attribute {key:?} of {element:?}")),
            None => Ok(()),
        }
    }

    fn paint(&self) -> Result<Paint, String> {
        let share = |key: &str| self.get(key).map_or(Ok(1.0), number);
        let whole = share("opacity")?;
        let seen = |key: &str, default: &str, opacity: f64| -> Result<Option<Rgb>, String> {
            let found = colour(self.get(key).unwrap_or(default))?;
            Ok(found
                .filter(|_| opacity > 0.0)
                .map(|rgb| on_white(rgb, opacity)))
        };
        let fill = seen("fill", "black", whole * share("fill-opacity")?)?;
        let stroke = seen("stroke", "none", whole * share("stroke-opacity")?)?;
        let width = self.get("stroke-width").map_or(Ok(1.0), pixels)?;
        Ok(Paint {
            fill,
            stroke: stroke.map(|rgb| (rgb, width)).filter(|_| width > 0.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(inside: &str) -> Result<Vec<Shape>, String> {
        read(&format!(
            "<svg width=\"200\" height=\"100\" xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>"
        ))
        .map(|drawing| drawing.shapes)
    }

    #[test]
    fn shapes_are_read_with_what_their_group_says() {
        let read = shapes(
            "<title>T</title><g fill=\"#ff0000\"><rect x=\"1\" y=\"2\" width=\"10%\" height=\"4\" opacity=\"0.5\"/></g>",
        );
        let paint = Paint {
            fill: Some([255, 128, 128]),
            stroke: None,
        };
        let corners = vec![(1.0, 2.0), (21.0, 2.0), (21.0, 6.0), (1.0, 6.0)];
        assert_eq!(
            read,
            Ok(vec![Shape::Path {
                parts: vec![(corners, true)],
                paint
            }])
        );
    }

    #[test]
    fn words_stand_where_they_are_anchored() {
        let read = shapes("<text x=\"99%\" y=\"14\" dy=\"0.5em\" text-anchor=\"end\" font-size=\"12\">\nA &amp; B\n</text>").unwrap();
        let [
            Shape::Text {
                at,
                anchor,
                words,
                turned,
                ..
            },
        ] = read.as_slice()
        else {
            panic!("{read:?}")
        };
        assert_eq!(
            (*at, *anchor, words.as_str()),
            ((198.0, 20.0), Anchor::End, "A & B")
        );
        assert!(turned.abs() < 1e-9);
        let turned =
            shapes("<text x=\"5\" y=\"6\" transform=\"rotate(270, 5, 6)\">up</text>").unwrap();
        assert!(matches!(&turned[0], Shape::Text { turned, .. } if (*turned - 270.0).abs() < 1e-9));
    }

    #[test]
    fn paths_of_straight_lines_are_followed() {
        let triangle = vec![(1.0, 1.0), (3.0, 1.0), (3.0, 4.0)];
        for text in [
            "M1,1 L3,1 3,4 Z",
            "m1 1 h2 v3 z",
            "M 1 1 H 3 V 4 z",
            "m1,1l2,0l0,3z",
        ] {
            assert_eq!(path(text), Ok(vec![(triangle.clone(), true)]), "{text}");
        }
        assert_eq!(path("M0 0L1 1M2 2L3 3").unwrap().len(), 2);
        assert!(path("M0 0C1 1 2 2 3 3").is_err());
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (svg, what) in [
            ("<image/>", "element \"image\""),
            ("<g transform=\"scale(2)\"/>", "attribute \"transform\""),
            ("<rect class=\"a\"/>", "attribute \"class\""),
            ("<rect style=\"fill:red\"/>", "attribute \"style\""),
            ("<rect fill=\"url(#a)\"/>", "colour"),
            ("<polygon points=\"1 2 3\"/>", "points"),
            ("<line x1=\"a\"/>", "number"),
            ("<text transform=\"skewX(3)\">a</text>", "transform"),
            ("<text>&other;</text>", "entity"),
        ] {
            let error = shapes(svg).unwrap_err();
            assert!(error.contains(what), "{svg}: {error}");
        }
        assert!(read("<svg xmlns=\"http://www.w3.org/2000/svg\"/>").is_err());
    }
}
