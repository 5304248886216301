//! A document as a value, written for a word processor, as a workbook and as a page.
//!
//! # What flows through here
//! A [`Document`] of `disparity-core` goes in, the bytes of a file come out: [`docx()`], [`xlsx()`], [`ods()`] or
//! [`html()`]. Each writer is a file of its own. The two workbooks are written from the same sheets (`workbook.rs`), so they cannot say different
//! things; `xml.rs` and `package.rs` are what the formats have in common: XML in a zip whose bytes depend on its parts
//! alone. `drawing` makes of a chart in SVG what word processors draw that know no SVG, and nothing but that
//! is drawn in a page.
//!
//! # What every file has
//! Title, description, author, date and language where the format keeps them; headings as headings; tables with a marked
//! header row and a heading in each row; no merged cell and no empty one; symbols explained and as text; numbers as
//! numbers. `tests/check.py` reads all of them with nothing of ours and says what is missing.
//!
//! # What it deliberately does not do
//! No files, no clock, no colours that carry meaning. Pictures are in the `.docx` and the page alone, as a workbook is for
//! figures in cells. No script, and nothing from elsewhere. It knows no threshold: who makes a document makes it of a release.

mod docx;
mod drawing;
mod error;
mod html;
mod ods;
mod package;
mod workbook;
mod xlsx;
mod xml;

use disparity_core::document::Document;

pub use docx::docx;
pub use error::WriteError;
pub use html::html;
pub use ods::ods;
pub use xlsx::xlsx;

/// The formats in which a document can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Office Open XML for word processors (ISO/IEC 29500).
    Docx,
    /// Office Open XML for spreadsheets (ISO/IEC 29500).
    Xlsx,
    /// `OpenDocument` for spreadsheets (ISO/IEC 26300).
    Ods,
    /// One page for a browser, without scripts and with nothing from elsewhere.
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Docx, Self::Xlsx, Self::Ods, Self::Html];

    /// The ending of a file's name, which is also the word on the command line.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Ods => "ods",
            Self::Html => "html",
        }
    }

    /// The document in this format.
    ///
    /// # Errors
    /// [`WriteError`], if the document is not whole or too large for the format.
    pub fn write(self, document: &Document) -> Result<Vec<u8>, WriteError> {
        match self {
            Self::Docx => docx(document),
            Self::Xlsx => xlsx(document),
            Self::Ods => ods(document),
            Self::Html => html(document),
        }
    }
}
