//! A population needs assessment from neighbourhoods and children.
//!
//! # What flows through here
//! 1. [`teams`]: neighbourhoods that adjoin become footprints of a wanted size.
//! 2. `children`: how many children live in each neighbourhood, by age and ethnic group.
//! 3. [`England::new`] (`known`, `rates`, `england`): what England's rates by deprivation, age and group are.
//! 4. [`England::assess`] (`expected`): how many would be expected to be in need in each neighbourhood, three
//!    ways, and how many in middle layer areas, wards and teams.
//! 5. `simulate`: the intervals of all of that, from draws.
//! 6. [`England::take`] and [`England::help_question`] (`take`): children and cost if rates met another level,
//!    spend for each child, and whether spend on help goes with children in need the year after.
//! 7. [`seen_counts`] and [`England::against`] (`seen`): what an authority has seen in each neighbourhood, beside that.
//! 8. [`England::draw_neighbourhoods`] (`drawn`): one draw of all that, from which a world can be invented.
//!
//! Pure: no file, no clock, no environment. The same neighbourhoods give the same teams and numbers on every
//! run, on one core or many.

mod children;
mod drawn;
mod england;
mod error;
mod expected;
mod known;
mod parts;
mod rates;
mod seen;
mod simulate;
mod take;
pub mod teams;
#[cfg(test)]
mod tests;

pub use drawn::DrawnNeighbourhood;
pub use england::{England, Inputs};
pub use error::NeedsError;
pub use seen::seen_counts;
