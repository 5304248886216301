//! Names of counts that outputs of several kinds have in common: a count that two outputs print is one
//! count, and whoever has one of them has it.

use super::group::Group;
use super::prior_help::{HelpKind, LookBack, Mode};

/// What is counted, whichever output prints it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SharedCount {
    /// A published indicator, by its name; entrants to care are those of `cla_started` where nothing sets
    /// them apart.
    Indicator(String),
    /// Entrants to care without a record of need.
    Unlinked,
    /// Entrants whose window is fully observed.
    Observed(HelpKind, LookBack),
    /// Of those, the ones who were helped; the lead in days.
    Helped(HelpKind, LookBack, u16, Mode),
}

/// A count of children by what, when, where and of whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharedName {
    /// What is counted.
    pub what: SharedCount,
    /// First and last year, by their ends.
    pub years: (u16, u16),
    /// Position of the authority among those of the store; none for all together.
    pub authority: Option<usize>,
    /// Of whom.
    pub group: Group,
}

/// Which count of a cell of a cube.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellCount {
    /// How many.
    Numerator,
    /// Of how many children or events.
    Denominator,
}
