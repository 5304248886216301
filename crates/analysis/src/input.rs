//! What an analysis reads, and how its parts are put together.

use disparity_core::{Catalogue, Cube, Nation, Plan, Populations, Provenance};

/// What an analysis reads.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Counts with their denominators.
    pub cube: &'a Cube,
    /// Children by period, area and group.
    pub populations: &'a Populations,
    /// What the keys mean.
    pub catalogue: &'a Catalogue,
    /// What is asked for.
    pub plan: &'a Plan,
    /// Where the counts came from.
    pub provenance: Provenance,
}

impl Input<'_> {
    /// The nation whose areas are analysed: its rates are what others are held against.
    pub(crate) fn nation(&self) -> Nation {
        self.catalogue.areas.nation()
    }
}

/// How many pieces of work are done before their rows are put behind those before: what a thread let go of
/// is used again by the next pieces, where all at once would be there twice, in pieces and in one.
pub(crate) const AT_ONCE: usize = 16;
