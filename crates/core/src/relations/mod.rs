//! How counts hang together: sums between counts, the ways in which they come about, and what is
//! known of published indicators beside what a cube itself says.

mod relate;
mod sums;

pub use relate::{CountRole, Relations};
pub use sums::Sums;

use crate::IndicatorId;

/// An indicator and those that make it up: each of its children is in one of them, as plans are in
/// one of the bands of how long they have lasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The whole, of which the parts are proportions.
    pub whole: IndicatorId,
    /// Its parts, which exclude each other.
    pub of: Vec<IndicatorId>,
}

/// A stock on 31 March and what changes it in the year: whoever was there a year before or came is
/// whoever left or is there now, and was there at some point. Where the counts do not add up, as with
/// a child who came twice, nobody can tell one from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockFlow {
    /// Those there on the last day of the year.
    pub stock: IndicatorId,
    /// Those who came in the year.
    pub started: IndicatorId,
    /// Those who left in it.
    pub ended: IndicatorId,
    /// Those there at any point of it, if they are counted.
    pub any_point: Option<IndicatorId>,
}

/// What is known of how indicators hang together, beside what the cube itself says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndicatorRelations {
    /// Indicators that make up another.
    pub partitions: Vec<Partition>,
    /// Indicators that contain others, which exclude each other and leave a rest.
    pub subsets: Vec<Partition>,
    /// Events, and the children they were about: the same count where no child had two.
    pub children: Vec<(IndicatorId, IndicatorId)>,
    /// Stocks and what changes them.
    pub stock_flows: Vec<StockFlow>,
}
