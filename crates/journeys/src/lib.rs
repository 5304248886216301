//! Journeys to answers: prior help, re-referral, escalation, with honest follow-up.
//!
//! # What flows through here
//! 1. [`entries`] finds who entered care and when; everything that is not an entry is counted by why.
//! 2. [`prior_help()`] asks what came before, with the window each file really covers: the rate among
//!    fully observed entrants, bounds, and the Kaplan–Meier estimate looking backwards.
//!    [`supported`] says how far back each authority and year can be asked.
//! 3. [`recurrences`], [`later_need()`], [`transitions`], [`watches`] and [`chances`] ask what came after.
//! 4. [`counts`] gives the indicators that are published, from the same records.
//!    [`seen_at_home`] counts some of them by the neighbourhood of the home.
//! 5. [`match_rates`] says how far any of this can be trusted.
//! 6. [`prior_help_answers`] and [`AskedOfJourneys`] draw the counts up with what is known to hold between
//!    them, and [`names_of_journeys`] and its like say which of them other outputs have as well.
//! 7. [`Sums`] are what all but the tables of journeys are made of, of some authorities; those of others are merged.
//!
//! # What it deliberately does not do
//! It reads and writes no files, draws no random numbers and decides nothing about disclosure: what
//! it returns are counts of children, which may leave the program only through the gate.

mod answers;
mod cohort;
mod cube;
mod exits;
mod homes;
mod indicators;
mod later_need;
mod levels;
mod lookup;
mod matching;
mod pathways;
mod prior_help;
mod recurrence;
mod shared;
mod sums;
mod walk;
mod ways;

pub use answers::{ALSO_MATCHED, AskedOfJourneys, JourneyDraft, prior_help_answers};
pub use cohort::{Entry, NotEntries, entries};
pub use cube::{cube, frequencies, known, part_year_cube, prior_help_cube};
pub use homes::{Placing, SeenAtHome, seen_at_home};
pub use indicators::{
    CHILDREN_OF, CountKey, DURATIONS, INDICATORS, PLAN_INDICATORS, PartYear, Repeats, SUBSETS,
    TURNOVERS, counts, counts_and_repeats, part_years,
};
pub use later_need::{LaterNeed, later_need};
pub use levels::{Level, Stretch, TransitionKey, Transitions, timeline, transitions};
pub use lookup::Lookup;
pub use matching::{MatchKey, Matches, linked_of, match_rates, matches_in_care};
pub use pathways::{CAUSES, Pathway, chances, longest_watch, watches};
pub use prior_help::{PriorHelpParams, Supported, Years, prior_help, supported};
pub use recurrence::{Recurrence, RecurrenceCounts, recurrences};
pub use shared::{names_of_cube, names_of_journeys, names_of_prior_help};
pub use sums::{Entered, Questions, Sums, SumsError};
pub use ways::{
    KNOWN_BANDS, Way, WaySeen, WayToCare, known_band, known_days, way_seen, way_to_care,
};
