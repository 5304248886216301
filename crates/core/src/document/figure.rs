//! A picture with its caption and the words for those who do not see it.

use super::error::{DocumentError, must_say};

/// A picture, its caption and its alternative text.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    caption: String,
    alternative: String,
    image: Image,
    width_mm: f64,
    pixels: (f64, f64),
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Image {
    /// A drawing as SVG with its width and height in pixels.
    Svg(String),
    /// A picture as PNG.
    Png(Vec<u8>),
}

impl Image {
    /// Width and height in pixels.
    fn pixels(&self) -> Option<(f64, f64)> {
        match self {
            Self::Svg(svg) => svg_size(svg),
            Self::Png(bytes) => png_size(bytes),
        }
    }
}

impl Figure {
    /// A figure as wide as `width_mm` millimetres; its height follows from the picture.
    ///
    /// # Errors
    /// [`DocumentError::Empty`] without a caption or an alternative text, [`DocumentError::Picture`] if the picture has no
    /// size, or the width is not between 1 and 400 mm.
    pub fn new(
        caption: impl Into<String>,
        alternative: impl Into<String>,
        image: Image,
        width_mm: f64,
    ) -> Result<Self, DocumentError> {
        let (caption, alternative) = (caption.into(), alternative.into());
        must_say(&caption, "the caption of a figure")?;
        must_say(&alternative, format!("the alternative text of {caption:?}"))?;
        let wrong = |why| DocumentError::Picture {
            figure: caption.clone(),
            why,
        };
        let pixels = image
            .pixels()
            .ok_or_else(|| wrong("it is no PNG, and no SVG with a width and a height in pixels"))?;
        if !(1.0..=400.0).contains(&width_mm) {
            return Err(wrong("it is not between 1 and 400 mm wide"));
        }
        Ok(Self {
            caption,
            alternative,
            image,
            width_mm,
            pixels,
        })
    }

    /// The caption.
    #[must_use]
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// What is read aloud in place of the picture. Never empty.
    #[must_use]
    pub fn alternative(&self) -> &str {
        &self.alternative
    }

    /// The bytes.
    #[must_use]
    pub const fn image(&self) -> &Image {
        &self.image
    }

    /// Width and height in millimetres: as wide as was asked, but within a page whose text is so wide and so high.
    #[must_use]
    pub fn size_mm(&self, page: (f64, f64)) -> (f64, f64) {
        let (width, height) = self.pixels;
        let ratio = height / width;
        let width = self.width_mm.min(page.0).min(page.1 / ratio);
        (width, width * ratio)
    }
}

/// Width and height in pixels from the head of a PNG (ISO/IEC 15948, 11.2.2): signature, length, `IHDR`, two numbers.
fn png_size(bytes: &[u8]) -> Option<(f64, f64)> {
    let head = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    let size = (f64::from(number(0)?), f64::from(number(4)?));
    (size.0 > 0.0 && size.1 > 0.0).then_some(size)
}

/// Width and height in pixels from the first element of an SVG.
fn svg_size(svg: &str) -> Option<(f64, f64)> {
    let root = svg.split_once("<svg")?.1.split_once('>')?.0;
    let side = |name: &str| {
        let value = root
            .split_once(&format!(" {name}=\""))?
            .1
            .split_once('"')?
            .0;
        let pixels = value.trim_end_matches("px").parse::<f64>().ok();
        pixels.filter(|pixels| pixels.is_finite() && *pixels > 0.0)
    };
    Some((side("width")?, side("height")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Image {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend(width.to_be_bytes());
        png.extend(height.to_be_bytes());
        Image::Png(png)
    }

    fn svg(root: &str) -> Image {
        Image::Svg(format!("<?xml version=\"1.0\"?>\n<svg {root}></svg>"))
    }

    #[test]
    fn a_figure_without_alternative_text_cannot_be_made() {
        let empty = Figure::new("Map", " \n", png(4, 3), 80.0);
        assert!(
            matches!(empty, Err(DocumentError::Empty { .. })),
            "{empty:?}"
        );
    }

    #[test]
    fn a_figure_keeps_its_proportions_within_the_page() {
        for image in [png(400, 300), svg("width=\"400\" height=\"300px\"")] {
            let figure = Figure::new("Map", "Three teams.", image, 80.0).unwrap();
            assert_eq!(figure.size_mm((170.0, 225.0)), (80.0, 60.0));
            assert_eq!(figure.size_mm((40.0, 225.0)), (40.0, 30.0));
            assert_eq!(figure.size_mm((170.0, 15.0)), (20.0, 15.0));
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let bytes = |bytes: &[u8]| Image::Png(bytes.to_vec());
        for image in [
            png(0, 3),
            png(3, 0),
            bytes(b"GIF89a"),
            bytes(b""),
            bytes(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0"),
            svg("width=\"100%\" height=\"3\""),
            svg("stroke-width=\"3\" height=\"3\""),
            svg("width=\"0\" height=\"3\""),
            Image::Svg("<html/>".to_owned()),
        ] {
            assert!(
                Figure::new("Map", "Teams", image.clone(), 80.0).is_err(),
                "{image:?}"
            );
        }
        for width in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Figure::new("Map", "Teams", png(4, 3), width).is_err());
        }
    }
}
