//! Answers from records made fit to leave the program.

mod counts;
mod digits;
mod journeys;
mod prior_help;
mod proportion;
mod regrouped;
mod standardised;

pub use counts::{HowMany, KnownBefore, PublishedCount, beside_counts};
pub use journeys::{JourneyLines, JourneyRow, ProtectedJourneys, protect_journeys};
pub use prior_help::{
    PriorHelpRow, ProtectedPriorHelp, protect_prior_help, unprotected_prior_help,
};
pub use proportion::Proportion;
