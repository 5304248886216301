//! A drawing as shapes, read from SVG and written as EMF.
//!
//! Charts are drawn as SVG. Word processors that know no SVG need the same in another form, and a bitmap would need a
//! rasteriser and a font. An Enhanced Metafile keeps lines as lines and words as words, and every word processor draws it.

mod colour;
mod emf;
mod svg;

pub(crate) use emf::emf;
pub(crate) use svg::read;

/// A drawing in pixels of its own, y downwards.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawing {
    /// Its width.
    pub(crate) width: f64,
    /// Its height.
    pub(crate) height: f64,
    /// What is drawn, the first at the bottom.
    pub(crate) shapes: Vec<Shape>,
}

/// Red, green and blue.
pub(crate) type Rgb = [u8; 3];

/// A point in pixels.
pub(crate) type Point = (f64, f64);

/// Something that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Lines through points, each closed or not, filled by the even-odd rule.
    Path {
        /// Its parts: points, and whether the last is joined to the first.
        parts: Vec<(Vec<Point>, bool)>,
        /// How.
        paint: Paint,
    },
    /// An ellipse between two corners.
    Ellipse {
        /// Left and top.
        from: Point,
        /// Right and bottom.
        to: Point,
        /// How.
        paint: Paint,
    },
    /// Words.
    Text {
        /// Where their baseline begins, has its middle or ends.
        at: Point,
        /// Which of these.
        anchor: Anchor,
        /// The size of letters.
        size: f64,
        /// Whether they are heavier.
        bold: bool,
        /// Turned so many degrees with the clock.
        turned: f64,
        /// Colour.
        colour: Rgb,
        /// The words.
        words: String,
    },
}

/// How a shape is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Paint {
    /// What it is filled with.
    pub(crate) fill: Option<Rgb>,
    /// Colour and width of its outline.
    pub(crate) stroke: Option<(Rgb, f64)>,
}

/// What of words stands at their point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// Their start.
    Start,
    /// Their middle.
    Middle,
    /// Their end.
    End,
}
