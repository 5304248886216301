//! Charts: SVG that a screen reader can name, each with the table it was drawn from.

mod against;
mod alone;
mod areas;
mod caterpillar;
mod distribution;
mod ethnicity;
mod gradient;
mod kind;
mod league;
mod numerals;
mod position;
mod ratios;
mod regions;
mod rows;
mod shares;
pub(crate) mod svg;
mod tiles;
mod trend;

pub use against::{funnel, observed_expected};
pub use caterpillar::caterpillar;
pub use distribution::distribution;
pub use ethnicity::ethnicity;
pub(crate) use ethnicity::{Side, side};
pub use gradient::gradient;
pub use kind::Kind;
pub(crate) use kind::{SHOWN, held_against};
pub use league::league;
pub use numerals::Numerals;
pub use position::position;
pub use regions::regions;
pub(crate) use shares::{ShareLine, Shares, shares};
pub use tiles::tiles;
pub use trend::trend;

use disparity_core::{LEAST_AUTHORITIES, Position};

use crate::view::View;

/// How many of the authorities that are compared lie further out than is usual, in words. Only those
/// that are compared have a position.
fn standing_out(positions: impl Iterator<Item = Position>) -> String {
    let (mut compared, mut higher, mut lower) = (0_u32, 0_u32, 0_u32);
    for position in positions {
        compared += 1;
        higher += u32::from(position.is_higher());
        lower += u32::from(position.is_lower());
    }
    if compared == 0 {
        return format!(
            "fewer than {LEAST_AUTHORITIES} authorities can be compared, too few to say what is usual between them"
        );
    }
    format!(
        "of {compared} authorities compared, {higher} are higher and {lower} lower than is usual between authorities"
    )
}

/// How the authorities that were chosen are marked; nothing where none were.
fn chosen_note(view: View<'_>) -> String {
    view.chosen_names().map_or(String::new(), |names| {
        format!(
            " What was chosen ({names}) is marked; the other authorities stand behind, and their figures are in a run for \
             all authorities."
        )
    })
}

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
    /// Where the drawing shows which row of the table; empty where it does not say.
    pub spots: Vec<Spot>,
}

/// Where a drawing shows a row of its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The place in the drawing, in its own units.
    pub at: (i32, i32),
    /// The first field of the row.
    pub row: String,
    /// The second, where the first is not enough to name a row.
    pub second: Option<String>,
}

impl Spot {
    /// The place of a row that its first field names.
    fn of(at: (i32, i32), row: &str) -> Self {
        Self {
            at,
            row: row.to_owned(),
            second: None,
        }
    }
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
