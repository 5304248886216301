//! Answers from records of children, before the gate: who is asked about, true counts and what is
//! known to hold between them, and what is to be told of them.

mod counts;
mod group;
mod journeys;
mod prior_help;
mod shared;

pub use counts::{Counted, Counts, Order, Place, Stand};
pub use group::{Group, GroupBy, YearKey, age_bands, broad_groups};
pub use journeys::{
    ChanceAmong, Figure, JourneyAnswers, JourneyCount, JourneyCountKey, JourneyLine, JourneyTable,
};
pub use prior_help::{
    AtAge, HelpKind, LookBack, Mode, PriorHelp, PriorHelpAnswers, PriorHelpCount,
    PriorHelpCountKey, PriorHelpCounts, PriorHelpKey, PriorHelpPlaces, lies_within,
    looks_back_into,
};
pub use shared::{CellCount, SharedCount, SharedName};
