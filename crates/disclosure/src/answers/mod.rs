//! Answers from records made fit to leave the program.

mod counts;
mod digits;
mod journeys;
mod prior_help;
mod regrouped;
mod standardised;

pub use counts::{HowMany, PublishedCount};
pub use digits::to_digits_borne;
pub use journeys::{JourneyLines, JourneyRow, ProtectedJourneys, protect_journeys};
pub use prior_help::{PriorHelpRow, Proportion, ProtectedPriorHelp, protect_prior_help};
