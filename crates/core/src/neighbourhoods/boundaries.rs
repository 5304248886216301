//! Boundaries of neighbourhoods and authorities that somebody gives, for maps of their own.

use std::collections::BTreeMap;

use crate::AreaCode;

/// A closed line of longitudes and latitudes (WGS 84, degrees); the first position is not said again at the end.
pub type Ring = Vec<[f64; 2]>;

/// An area: its outer ring, then those of what is cut out of it.
pub type Polygon = Vec<Ring>;

/// Boundaries of every neighbourhood of an authority, or of authorities, by code.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Boundaries(pub BTreeMap<AreaCode, Vec<Polygon>>);

/// Outlines of footprints in their order, each the boundaries of its neighbourhoods put together. Outer rings wind
/// against the clock, those of holes with it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outlines(pub Vec<Vec<Polygon>>);
