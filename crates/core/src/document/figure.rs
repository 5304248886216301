//! A picture with its caption and the words for those who do not see it.

use super::error::{DocumentError, must_say};

/// A picture, its caption and its alternative text.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    caption: String,
    alternative: String,
    image: Image,
    width_mm: f64,
    pixels: (u32, u32),
}

/// The bytes of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The picture as PNG, which every program draws.
    pub png: Vec<u8>,
    /// The same as SVG, for programs that draw it sharp at any size.
    pub svg: Option<String>,
}

impl Figure {
    /// A figure as wide as `width_mm` millimetres; its height follows from the picture.
    ///
    /// # Errors
    /// [`DocumentError::Empty`] without a caption or an alternative text, [`DocumentError::Picture`] if the bytes are no
    /// PNG with a size, or the width is not between 1 and 400 mm.
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
        let pixels =
            png_size(&image.png).ok_or_else(|| wrong("its bytes are not a PNG picture"))?;
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

    /// Width and height in millimetres.
    #[must_use]
    pub fn size_mm(&self) -> (f64, f64) {
        let (width, height) = self.pixels;
        let ratio = f64::from(height) / f64::from(width);
        (self.width_mm, self.width_mm * ratio)
    }
}

/// Width and height in pixels from the head of a PNG (ISO/IEC 15948, 11.2.2): signature, length, `IHDR`, two numbers.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    let size = (number(0)?, number(4)?);
    (size.0 > 0 && size.1 > 0).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Image {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend(width.to_be_bytes());
        png.extend(height.to_be_bytes());
        Image { png, svg: None }
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
    fn a_figure_keeps_its_proportions() {
        let figure = Figure::new("Map", "Three teams.", png(400, 300), 80.0).unwrap();
        assert_eq!(figure.size_mm(), (80.0, 60.0));
    }

    #[test]
    fn bytes_that_are_no_picture_are_refused() {
        for image in [png(0, 3), png(3, 0)] {
            assert!(Figure::new("Map", "Teams", image, 80.0).is_err());
        }
        for bytes in [&b"GIF89a"[..], b"", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0"] {
            let (png, svg) = (bytes.to_vec(), None);
            assert!(Figure::new("Map", "Teams", Image { png, svg }, 80.0).is_err());
        }
        for width in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Figure::new("Map", "Teams", png(4, 3), width).is_err());
        }
    }
}
