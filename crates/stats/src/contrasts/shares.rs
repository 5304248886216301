//! A group's share in the system against its share in the population: descriptive only.

use crate::check;
use crate::error::Result;

/// Two shares and their quotient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disproportionality {
    /// The group's share of all events, 0 to 1.
    pub share_in_system: f64,
    /// The group's share of the population, 0 to 1.
    pub share_in_population: f64,
    /// The first divided by the second: 1 when the group is represented in proportion.
    pub ratio: f64,
}

#[doc = include_str!("../../docs/disproportionality.md")]
pub fn disproportionality(
    group_count: f64,
    total_count: f64,
    group_population: f64,
    total_population: f64,
) -> Result<Disproportionality> {
    check::subset(group_count, total_count)?;
    check::denominator(group_population)?;
    check::subset(group_population, total_population)?;
    let share_in_system = group_count / total_count;
    let share_in_population = group_population / total_population;
    let ratio = check::result(
        "the disproportionality",
        share_in_system / share_in_population,
    )?;
    Ok(Disproportionality {
        share_in_system,
        share_in_population,
        ratio,
    })
}
