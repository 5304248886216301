//! Reporting years and the population year that belongs to them.
//!
//! A [`Period`] is always named by the calendar year in which it ends: 2025 is 1 April 2024 to
//! 31 March 2025, however the file wrote it.

use std::fmt;
use std::str::FromStr;

/// A reporting year, named by the year of the 31 March on which it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(u16);

/// The year of a mid-year (30 June) population estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MidYear(pub u16);

/// A text that is not a reporting year.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot read {found:?} as a reporting year; expected the year it ends in (2025) or both years (202425, 2024/25, 2024-25)"
)]
pub struct PeriodError {
    /// What was found.
    pub found: String,
}

impl Period {
    /// The year ending 31 March `year`, for years from 1900 to 2199.
    #[must_use]
    pub fn ending(year: u16) -> Option<Self> {
        (1900..2200).contains(&year).then_some(Self(year))
    }

    /// The calendar year in which the period ends.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.0
    }

    /// The population estimate that Department for Education rates use for this period: the
    /// mid-year before it ends, so 31 March 2025 goes with mid-2024.
    #[must_use]
    pub const fn population_year(self) -> MidYear {
        MidYear(self.0 - 1)
    }

    /// The financial year that it is, as people write it: `2024-25`.
    #[must_use]
    pub fn financial_year(self) -> String {
        format!("{}-{:02}", self.0 - 1, self.0 % 100)
    }

    /// The period `years` earlier, if that is still a period.
    #[must_use]
    pub fn earlier(self, years: u16) -> Option<Self> {
        self.0.checked_sub(years).and_then(Self::ending)
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    /// Reads `2025`, `202425`, `2024/25`, `2024-25` and `2024/2025`.
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let error = || PeriodError {
            found: text.to_owned(),
        };
        let trimmed = text.trim();
        let digits: String = trimmed
            .chars()
            .filter(|c| !matches!(c, '/' | '-'))
            .collect();
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(error());
        }
        let year = match digits.len() {
            4 if digits.len() == trimmed.len() => digits.parse::<u16>().map_err(|_| error())?,
            6 | 8 => {
                let start: u16 = digits[..4].parse().map_err(|_| error())?;
                let end: u16 = digits[4..].parse().map_err(|_| error())?;
                let full_end = start + 1;
                if end != full_end && end != full_end % 100 {
                    return Err(error());
                }
                full_end
            }
            _ => return Err(error()),
        };
        Self::ending(year).ok_or_else(error)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for MidYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mid-{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_year_is_the_year_it_ends_in() {
        for text in [
            "2025",
            "202425",
            "2024/25",
            "2024-25",
            "2024/2025",
            " 2025 ",
        ] {
            assert_eq!(text.parse::<Period>().map(Period::year), Ok(2025), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_year_is_refused() {
        for text in [
            "", "25", "2025.0", "202526x", "202427", "1,999", "20-25", "99999999",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_century_turns() {
        assert_eq!("199900".parse::<Period>().map(Period::year), Ok(2000));
    }

    #[test]
    fn rates_use_the_mid_year_before() {
        assert_eq!(
            Period::ending(2025).map(Period::population_year),
            Some(MidYear(2024))
        );
    }
}
