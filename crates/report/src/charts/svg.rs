//! The canvas: colours, text and lines in one style, and the words a screen reader needs.
//!
//! Colours are the Analysis Function's for accessible charts; nothing is told by colour alone.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::view::Watermark;

pub(crate) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(crate) type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

pub(crate) const DARK_BLUE: RGBColor = RGBColor(0x12, 0x43, 0x6D);
pub(crate) const ORANGE: RGBColor = RGBColor(0xF4, 0x6A, 0x25);
pub(crate) const INK: RGBColor = RGBColor(0x1A, 0x1A, 0x1A);
pub(crate) const GREY: RGBColor = RGBColor(0x6B, 0x6B, 0x6B);
pub(crate) const PALE: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);

/// How wide a canvas is.
pub(crate) fn width(canvas: &Canvas<'_>) -> i32 {
    i32::try_from(canvas.dim_in_pixel().0).unwrap_or(i32::MAX)
}

/// Which point of a text is placed.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Draws on a white canvas and returns the SVG with its title, its description and its watermark inside: every
/// drawing is made here, so that none of invented children, or of which nothing is withheld, is without.
pub(crate) fn draw(
    watermark: &Watermark,
    (width, height): (u32, u32),
    (title, description): (&str, &str),
    paint: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> String {
    let mut svg = String::new();
    {
        let canvas = SVGBackend::with_string(&mut svg, (width, height)).into_drawing_area();
        // Drawing into a string fails only if a coordinate is not finite, and those are not drawn.
        let _ = canvas
            .fill(&WHITE)
            .and_then(|()| paint(&canvas))
            .and_then(|()| canvas.present());
    }
    marked(&name(&svg, title, description), watermark)
}

/// A drawing that says of itself what its watermark says, wherever it is copied to.
fn marked(svg: &str, watermark: &Watermark) -> String {
    let (Some(words), Some(at)) = (watermark.words(), svg.rfind("</svg>")) else {
        return svg.to_owned();
    };
    format!(
        "{}<text x=\"99%\" y=\"14\" text-anchor=\"end\" font-size=\"12\" font-family=\"sans-serif\" \
         font-weight=\"bold\" fill=\"#b10e1e\">{}</text>\n</svg>{}",
        &svg[..at],
        escape(words),
        &svg[at + "</svg>".len()..]
    )
}

/// Puts the title and the description where assistive technology looks for them.
fn name(svg: &str, title: &str, description: &str) -> String {
    let Some((open, rest)) = svg.split_once('>') else {
        return svg.to_owned();
    };
    format!(
        "{open} role=\"img\" aria-label=\"{}\" font-family=\"Arial, Helvetica, sans-serif\">\n<title>{}</title>\n<desc>{}</desc>{rest}",
        escape(title),
        escape(title),
        escape(description)
    )
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

pub(crate) fn text(
    canvas: &Canvas<'_>,
    words: &str,
    at: (i32, i32),
    size: u32,
    colour: RGBColor,
    anchor: Anchor,
) -> Drawn {
    write(canvas, words, at, size, FontStyle::Normal, colour, anchor)
}

/// A text whose letters are heavier.
pub(crate) fn strong(
    canvas: &Canvas<'_>,
    words: &str,
    at: (i32, i32),
    size: u32,
    colour: RGBColor,
    anchor: Anchor,
) -> Drawn {
    write(canvas, words, at, size, FontStyle::Bold, colour, anchor)
}

fn write(
    canvas: &Canvas<'_>,
    words: &str,
    at: (i32, i32),
    size: u32,
    weight: FontStyle,
    colour: RGBColor,
    anchor: Anchor,
) -> Drawn {
    let horizontal = match anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let font = ("sans-serif", size).into_font().style(weight);
    let style = font.color(&colour).pos(Pos::new(horizontal, VPos::Center));
    canvas.draw(&Text::new(words.to_owned(), at, style))
}

pub(crate) fn line(
    canvas: &Canvas<'_>,
    from: (i32, i32),
    to: (i32, i32),
    colour: RGBColor,
    width: u32,
) -> Drawn {
    canvas.draw(&PathElement::new(
        vec![from, to],
        colour.stroke_width(width),
    ))
}

/// A dot that hides what is under it; hollow where it is not filled.
pub(crate) fn dot(
    canvas: &Canvas<'_>,
    at: (i32, i32),
    radius: i32,
    colour: RGBColor,
    filled: bool,
) -> Drawn {
    canvas.draw(&Circle::new(at, radius, WHITE.filled()))?;
    let style = if filled {
        colour.filled()
    } else {
        colour.stroke_width(2)
    };
    canvas.draw(&Circle::new(at, radius, style))
}

/// Where an arrow points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Left,
    Right,
    Up,
    Down,
}

/// An arrow head whose tip is at a point: what it ends goes on beyond the drawing.
pub(crate) fn arrow(canvas: &Canvas<'_>, (x, y): (i32, i32), way: Way, colour: RGBColor) -> Drawn {
    let (back, side) = (8, 4);
    let corners = match way {
        Way::Right => [(x, y), (x - back, y - side), (x - back, y + side)],
        Way::Left => [(x, y), (x + back, y - side), (x + back, y + side)],
        Way::Up => [(x, y), (x - side, y + back), (x + side, y + back)],
        Way::Down => [(x, y), (x - side, y - back), (x + side, y - back)],
    };
    canvas.draw(&Polygon::new(corners.to_vec(), colour.filled()))
}

/// A linear scale from values to pixels.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    start: i32,
    end: i32,
}

impl Scale {
    /// A scale from 0 to at least `high`, ending on a round number, and its ticks.
    pub(crate) fn from_zero(high: f64, start: i32, end: i32) -> (Self, Vec<f64>) {
        let high = if high.is_finite() { high } else { 0.0 };
        let step = round_step(high);
        let top = (high / step).ceil().max(1.0) * step;
        let ticks = (0..=12)
            .map(|i| f64::from(i) * step)
            .take_while(|tick| *tick <= top * 1.000_001)
            .collect();
        (
            Self {
                low: 0.0,
                high: top,
                start,
                end,
            },
            ticks,
        )
    }

    pub(crate) fn new(low: f64, high: f64, start: i32, end: i32) -> Self {
        Self {
            low,
            high,
            start,
            end,
        }
    }

    /// Whether a value lies on the scale, but for rounding.
    pub(crate) fn covers(self, value: f64) -> bool {
        let slack = (self.high - self.low) * 1e-9;
        value >= self.low - slack && value <= self.high + slack
    }

    /// The pixel of a value; values outside the scale stop at its ends, and whoever draws them marks it.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "clamped to the canvas first"
    )]
    pub(crate) fn at(self, value: f64) -> i32 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        let (start, end) = (f64::from(self.start), f64::from(self.end));
        (start + share * (end - start)).round() as i32
    }
}

/// A round distance that gives four to eight ticks.
fn round_step(high: f64) -> f64 {
    if !(high.is_finite() && high > 0.0) {
        return 1.0;
    }
    let rough = high / 6.0;
    let magnitude = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * magnitude)
        .find(|step| *step >= rough)
        .unwrap_or(rough)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_data() {
        let (scale, ticks) = Scale::from_zero(187.0, 0, 100);
        assert_eq!(ticks, [0.0, 50.0, 100.0, 150.0, 200.0]);
        assert_eq!(
            (scale.at(0.0), scale.at(200.0), scale.at(1e9)),
            (0, 100, 100)
        );
        assert!(Scale::from_zero(0.0, 0, 100).1.len() > 1);
        assert!(scale.covers(0.0) && scale.covers(200.0));
        assert!(!scale.covers(-0.1) && !scale.covers(200.1) && !scale.covers(f64::INFINITY));
    }

    #[test]
    fn a_drawing_names_itself_and_escapes_what_it_says() {
        let words = ("A < B", "how \"to\" read");
        let svg = draw(&Watermark::saying(&[]), (10, 10), words, |_| Ok(()));
        assert!(
            svg.contains("<title>A &lt; B</title>") && svg.contains("role=\"img\""),
            "{svg}"
        );
        assert_eq!(svg.matches("<text").count(), 0, "{svg}");
        let mark = Watermark::saying(&["Synthetic", "Unprotected: a < b"]);
        let svg = draw(&mark, (10, 10), words, |_| Ok(()));
        let last = svg.trim_end().trim_end_matches("</svg>").trim_end();
        assert!(
            last.ends_with(">Synthetic · Unprotected: a &lt; b</text>"),
            "{svg}"
        );
    }
}
