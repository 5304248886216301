//! Charts: SVG that a screen reader can name, each with the table it was drawn from.

mod against;
mod caterpillar;
mod ethnicity;
mod gradient;
mod league;
mod ratios;
mod rows;
mod svg;
mod tiles;
mod trend;

pub use against::{funnel, observed_expected};
pub use caterpillar::caterpillar;
pub use ethnicity::ethnicity;
pub use gradient::gradient;
pub use league::league;
pub use tiles::tiles;
pub use trend::trend;

/// A chart and everything that must stand beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// File name under `charts/`.
    pub file: String,
    /// What the chart shows, as a sentence that states the finding.
    pub title: String,
    /// How to read it, for someone who has never seen one, and for a screen reader.
    pub description: String,
    /// The drawing.
    pub svg: String,
    /// The figures it was drawn from.
    pub table: DataTable,
    /// Where the figures come from.
    pub source: String,
}

/// The figures behind a chart.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DataTable {
    /// What the table holds.
    pub caption: String,
    /// Column headings; the first heads the rows.
    pub columns: Vec<String>,
    /// Rows; the first field names the row.
    pub rows: Vec<Vec<String>>,
}
