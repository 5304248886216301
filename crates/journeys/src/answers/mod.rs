//! Answers as lines of tables and the counts in them, with what is known to hold between those. What may
//! be shown of them is decided elsewhere.

mod draft;
mod incidence;
mod later_need;
mod matching;
mod prior_help;
mod published;
mod recurrence;
mod transitions;
mod ways;

pub use draft::{AskedOfJourneys, JourneyDraft};
pub use matching::ALSO_MATCHED;
pub use prior_help::prior_help_answers;
