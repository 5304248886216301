//! Walking authorities in parallel with results in a fixed order, so that one core and many give
//! the same bytes.

use std::ops::Range;

use disparity_core::journeys::Journeys;
use rayon::prelude::*;

/// Calls a function for pieces of each authority's children and gives the results in order. Large
/// authorities are cut into pieces, always at the same places.
pub(crate) fn by_authority<T: Send>(
    journeys: &Journeys,
    each: impl Fn(usize, Range<usize>) -> T + Sync,
) -> Vec<T> {
    const PIECE: usize = 1 << 14;
    let pieces: Vec<(usize, Range<usize>)> = (0..journeys.authorities().len())
        .flat_map(|authority| {
            let all = journeys.children_of(authority);
            (0..all.len().div_ceil(PIECE)).map(move |piece| {
                let start = all.start + piece * PIECE;
                (authority, start..(start + PIECE).min(all.end))
            })
        })
        .collect();
    pieces
        .into_par_iter()
        .map(|(authority, children)| each(authority, children))
        .collect()
}
