//! A drawing (SVG) as a picture for print: PNG, or PDF whose text is text.
//!
//! Fonts are not looked for on the machine: Liberation Sans (SIL Open Font Licence 1.1, `fonts/LICENSE`), which has the
//! widths of Arial, is inside the program, so that a drawing is the same everywhere and twice the same to the byte.
//!
//! What it deliberately does not do: it draws nothing itself, and writes no file.

mod pdf;

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Options, Tree};

pub use pdf::pdf;

/// Millimetres to an inch.
const INCH: f32 = 25.4;
/// A picture has no more pixels than this: four times a page of A3 at 300 dots per inch.
const MOST_PIXELS: f32 = 70e6;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The drawing is not SVG.
    #[error("cannot read the drawing: {0}")]
    Unreadable(#[from] resvg::usvg::Error),
    /// The picture would be too large to hold.
    #[error(
        "a picture of {width:.0} by {height:.0} pixels is too large; ask for fewer dots per inch or a smaller width"
    )]
    TooLarge {
        /// Pixels from side to side.
        width: f32,
        /// Pixels from top to bottom.
        height: f32,
    },
    /// The picture cannot be encoded.
    #[error("cannot write the picture: {0}")]
    Png(#[from] png::EncodingError),
    /// The drawing cannot be made a page.
    #[error("cannot make a page of the drawing: {0}")]
    Pdf(String),
}

/// The fonts that drawings are set in.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    let files: [&'static [u8]; 2] = [
        include_bytes!("../fonts/LiberationSans-Regular.ttf"),
        include_bytes!("../fonts/LiberationSans-Bold.ttf"),
    ];
    for file in files {
        fonts.load_font_source(Source::Binary(Arc::new(file)));
    }
    for set in [
        Database::set_sans_serif_family,
        Database::set_serif_family,
        Database::set_monospace_family,
    ] {
        set(&mut fonts, "Liberation Sans");
    }
    Arc::new(fonts)
});

fn tree(svg: &str) -> Result<Tree, PrintError> {
    let options = Options {
        font_family: "Liberation Sans".to_owned(),
        fontdb: Arc::clone(&FONTS),
        ..Options::default()
    };
    Ok(Tree::from_str(svg, &options)?)
}

/// A drawing as PNG, `width` millimetres wide at `dots` per inch, on white; the size in print is in the file.
///
/// # Errors
/// [`PrintError`] if the drawing is not SVG, or the picture would be too large.
pub fn png(svg: &str, width: f32, dots: u16) -> Result<Vec<u8>, PrintError> {
    let tree = tree(svg)?;
    let scale = width / INCH * f32::from(dots) / tree.size().width();
    let size = tree.size().to_int_size().scale_by(scale);
    let (across, down) = (tree.size().width() * scale, tree.size().height() * scale);
    let mut picture = size
        .filter(|_| across * down <= MOST_PIXELS)
        .and_then(|size| Pixmap::new(size.width(), size.height()))
        .ok_or(PrintError::TooLarge {
            width: across,
            height: down,
        })?;
    picture.fill(Color::WHITE);
    let fit = Transform::from_scale(
        picture.width() as f32 / tree.size().width(),
        picture.height() as f32 / tree.size().height(),
    );
    resvg::render(&tree, fit, &mut picture.as_mut());
    encode(&picture, dots)
}

/// A picture without transparency as a file that says how large it is in print.
fn encode(picture: &Pixmap, dots: u16) -> Result<Vec<u8>, PrintError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // A metre is 10,000 / 254 inches; rounded to a whole dot.
    let to_metre = (u32::from(dots) * 10_000 + 127) / 254;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: to_metre,
        yppu: to_metre,
        unit: png::Unit::Meter,
    }));
    // On white every pixel is opaque.
    let pixels = picture.data().chunks_exact(4);
    let colours: Vec<u8> = pixels
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests;
