//! The gate: every count of children leaves the program as a [`Release`], and only this crate makes one.
//!
//! # What flows through here
//! 1. [`protect()`] takes a cube of counts and what is known to hold between them, withholds small
//!    counts, and others so that the small ones cannot be worked out, and hands back a cube that looks
//!    like a published one, symbols and all. [`ProtectedCube::release`] computes results from that, so
//!    that every rate, interval, contrast and expected count is a function of what is published, and
//!    none of them can tell more. Figures that their publisher has protected pass by
//!    [`Release::of_published`].
//! 2. [`suppression`] decides which counts are withheld ([`suppress`]): primary suppression by the
//!    [`Rule`], secondary suppression until [`alternatives`] show that no small count is exposed.
//! 3. [`Beside`] is what readers have of other outputs of the same records: its counts are joined to those
//!    that are protected.
//! 4. [`attack()`] is the other side: what a reader can conclude. It shares no code with 2.
//!
//! # What it deliberately does not do
//! It reads and writes no files and counts no children.

mod alternatives;
mod answers;
mod attack;
mod beside;
mod cube;
mod release;
mod rule;
mod seen;
mod suppression;
mod survey;
mod system;

pub use answers::{
    HowMany, JourneyLines, JourneyRow, KnownBefore, PriorHelpRow, Proportion, ProtectedJourneys,
    ProtectedPriorHelp, PublishedCount, beside_counts, protect_journeys, protect_prior_help,
    unprotected_prior_help,
};
pub use attack::{
    Conclusion, Question, ReaderKnowledge, Worked, WorkedOut, attack, of_single_sums,
};
pub use beside::Beside;
pub use cube::{
    KnownOfCube, NamedCell, ProtectedCube, PublishedCell, beside_cube, protect, protect_knowing,
};
pub use release::{DisclosureError, Policy, Release};
pub use rule::{Bounds, Rule, Threshold};
pub use seen::{ProtectedSeen, protect_seen};
pub use suppression::{Watch, Withheld, suppress};
pub use survey::{ProtectedSurvey, SurveyRow, SurveyTable, protect_survey};
pub use system::{Cell, Kind};
