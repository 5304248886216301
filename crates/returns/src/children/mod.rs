//! Records of one authority to linked children: years merged, care episodes repaired and made into periods
//! of care, the records of one child linked, and what is odd about them said. Knows no format.

pub(crate) mod assemble;
mod bridge;
pub(crate) mod continuity;
mod link;
mod match_rate;
mod merge;
mod periods_of_care;
pub(crate) mod persons;
pub(crate) mod quality;
mod repair;
mod respite;
