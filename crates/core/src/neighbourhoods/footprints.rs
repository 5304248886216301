//! Footprints: the parts of an authority that teams work in, and how large they are wanted.

use std::fmt;
use std::str::FromStr;

use crate::{AreaCode, Count};

/// A part of an authority that somebody works in: a team, a locality.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footprint {
    /// Its name, never empty.
    pub name: String,
    /// Codes of its neighbourhoods, sorted.
    pub neighbourhoods: Vec<AreaCode>,
}

/// Where footprints come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FootprintOrigin {
    /// Somebody gave them.
    Given,
    /// They were made from neighbourhoods that adjoin, each of so many residents if it can be.
    Proposed(TeamSize),
}

/// Footprints of one authority: every neighbourhood of it is in exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footprints {
    /// The authority.
    pub authority: AreaCode,
    /// Where they come from.
    pub origin: FootprintOrigin,
    /// In the order in which they are shown.
    pub all: Vec<Footprint>,
}

/// How many residents of all ages a team is wanted to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TeamSize {
    low: Count,
    high: Count,
}

/// A size of teams that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{found:?} is not a size of teams; expected two numbers of residents such as 30000-50000, the first at least 1 and no larger than the second"
)]
pub struct TeamSizeError {
    /// What was found.
    pub found: String,
}

impl TeamSize {
    /// 30,000 to 50,000, as the Independent Review of Children's Social Care (2022) has teams for Family Help.
    pub const FAMILY_HELP: Self = Self {
        low: 30_000,
        high: 50_000,
    };

    /// The fewest and the most residents.
    ///
    /// # Errors
    /// [`TeamSizeError`] if the fewest are none or more than the most.
    pub fn new(low: Count, high: Count) -> Result<Self, TeamSizeError> {
        if low == 0 || low > high {
            let found = format!("{low}-{high}");
            return Err(TeamSizeError { found });
        }
        Ok(Self { low, high })
    }

    /// The fewest residents.
    #[must_use]
    pub const fn low(self) -> Count {
        self.low
    }

    /// The most residents.
    #[must_use]
    pub const fn high(self) -> Count {
        self.high
    }

    /// Whether a number of residents is of this size.
    #[must_use]
    pub const fn holds(self, residents: Count) -> bool {
        self.low <= residents && residents <= self.high
    }
}

impl FromStr for TeamSize {
    type Err = TeamSizeError;

    /// Reads `30000-50000`; thousands may be grouped with commas.
    fn from_str(text: &str) -> Result<Self, TeamSizeError> {
        let error = || TeamSizeError {
            found: text.to_owned(),
        };
        let number = |part: &str| part.trim().replace(',', "").parse::<Count>().ok();
        let (low, high) = text.split_once(['-', '–']).ok_or_else(error)?;
        let (low, high) = number(low).zip(number(high)).ok_or_else(error)?;
        Self::new(low, high).map_err(|_| error())
    }
}

impl fmt::Display for TeamSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_of_teams_is_read_as_people_write_it() {
        for text in ["30000-50000", "30,000-50,000", " 30000 – 50000 "] {
            assert_eq!(text.parse(), Ok(TeamSize::FAMILY_HELP), "{text}");
        }
        for text in ["", "30000", "50000-30000", "0-10", "-5-10", "30k-50k"] {
            assert!(text.parse::<TeamSize>().is_err(), "{text}");
        }
        assert!(TeamSize::FAMILY_HELP.holds(30_000) && !TeamSize::FAMILY_HELP.holds(50_001));
        assert_eq!(
            TeamSize::FAMILY_HELP.to_string().parse(),
            Ok(TeamSize::FAMILY_HELP)
        );
    }
}
