//! What a document cannot say.

use super::DEEPEST_HEADING;

/// Why a document, or a part of it, cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// A text that must say something is empty.
    #[error("{what} is empty; give it words")]
    Empty {
        /// Which text.
        what: String,
    },
    /// A table has no rows.
    #[error("the table {table:?} has no rows; leave it out and say why in a paragraph")]
    NoRows {
        /// Its caption.
        table: String,
    },
    /// A table has fewer than two columns, so nothing but row headings.
    #[error(
        "the table {table:?} has {found} columns; a heading and one figure in each row need two"
    )]
    TooFewColumns {
        /// Its caption.
        table: String,
        /// How many.
        found: usize,
    },
    /// Two columns have one heading, which no reader could tell apart when it is read aloud.
    #[error("the table {table:?} has two columns headed {heading:?}; name them apart")]
    HeadingTwice {
        /// Its caption.
        table: String,
        /// The heading.
        heading: String,
    },
    /// A row has more or fewer cells than there are columns.
    #[error("row {row} of the table {table:?} has {found} cells and the table {expected} columns")]
    RowLength {
        /// Its caption.
        table: String,
        /// Which row, from 1.
        row: usize,
        /// Cells found.
        found: usize,
        /// Columns.
        expected: usize,
    },
    /// A cell that no format should hold.
    #[error("row {row}, column {column:?} of the table {table:?}: {why}")]
    Cell {
        /// Its caption.
        table: String,
        /// Which row, from 1.
        row: usize,
        /// The heading of the column.
        column: String,
        /// What is wrong and what to do.
        why: &'static str,
    },
    /// Bytes that are no picture, or a picture without a size.
    #[error("the figure {figure:?}: {why}")]
    Picture {
        /// Its caption.
        figure: String,
        /// What is wrong.
        why: &'static str,
    },
    /// A link leads to something that no reader can follow from a document.
    #[error("the link {words:?} leads to {address:?}; begin with https://, http:// or mailto:")]
    Link {
        /// Its words.
        words: String,
        /// Its address.
        address: String,
    },
    /// Sections are nested deeper than headings go.
    #[error("the section {heading:?} is {depth} levels deep; headings go to {DEEPEST_HEADING}")]
    TooDeep {
        /// Its heading.
        heading: String,
        /// How deep.
        depth: usize,
    },
}

/// The error that `what` is empty, if it is.
pub(super) fn must_say(text: &str, what: impl Into<String>) -> Result<(), DocumentError> {
    if text.trim().is_empty() {
        return Err(DocumentError::Empty { what: what.into() });
    }
    Ok(())
}
