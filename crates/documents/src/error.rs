//! What can go wrong when a document is written.

use disparity_core::document::DocumentError;

/// Why a document was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The document is not whole.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A drawing has something in it that charts do not have, and that would be missing for some readers.
    #[error("the figure {figure:?} cannot be drawn: {what} is not understood")]
    Drawing {
        /// Its caption.
        figure: String,
        /// What.
        what: String,
    },
    /// The workbook's writer refused something, such as more rows than a sheet has.
    #[error("the workbook cannot be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The zip could not be written or read back.
    #[error("the file cannot be packed: {0}")]
    Package(#[from] zip::result::ZipError),
    /// Bytes could not be written to memory.
    #[error("the file cannot be packed: {0}")]
    Io(#[from] std::io::Error),
}
