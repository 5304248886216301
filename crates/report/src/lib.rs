//! A release drawn as charts, a page and an authority's profile.
//!
//! 1. [`View`] finds figures in a [`Release`](disparity_disclosure::Release) and says what they are in words.
//! 2. [`profile`] lines up one authority's indicators with their comparisons, for the page and the
//!    terminal alike.
//! 3. [`charts`] draws: a league with intervals, a tile map, ethnic groups, trends. Every chart comes
//!    with the table it was drawn from, a title that says what it shows, and its source.
//! 4. [`render`] puts everything on one page that needs nothing from elsewhere.
//! 5. [`needs_document`] makes a document of a needs assessment, opening with its findings in
//!    sentences ([`needs::sentences`]), for whoever writes documents.
//! 6. [`run_document`] makes a document of the tables of a run, for whoever writes workbooks.
//!
//! What it deliberately does not do: it computes no statistic and writes no file.

pub mod charts;
mod format;
pub mod needs;
mod page;
pub mod profile;
mod shapes;
mod site;
mod view;
mod workbook;

pub use charts::{Chart, DataTable, Numerals};
pub use format::{
    certainty, change, count, expected, probability, rate, ratio, reported, unit_words,
    with_interval,
};
pub use needs::{NeedsOptions, NeedsSection, NeedsView, needs_document};
pub use page::{Page, RenderError, render};
pub use site::{
    PriorHelpAuthority, PriorHelpCover, PriorHelpView, Site, SiteFile, SiteMethod, SitePage,
};
pub use view::{Standing, View, is_synthetic};
pub use workbook::run_document;
