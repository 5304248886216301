//! A calendar day, for validity dates. Day arithmetic belongs to the crates that need it.

use std::fmt;
use std::str::FromStr;

/// A day in the Gregorian calendar, written `2025-03-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A text that is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read {found:?} as a date; expected the form 2025-03-31")]
pub struct DateError {
    /// What was found.
    pub found: String,
}

impl Date {
    /// The day, if it exists.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let length = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=length)
            .contains(&day)
            .then_some(Self { year, month, day })
    }

    /// 31 March of the year in which `period` ends.
    #[must_use]
    pub fn end_of(period: crate::Period) -> Self {
        Self {
            year: period.year(),
            month: 3,
            day: 31,
        }
    }

    /// The calendar year.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Year, month and day of the month.
    #[must_use]
    pub const fn ymd(self) -> (u16, u8, u8) {
        (self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let error = || DateError {
            found: text.to_owned(),
        };
        let mut parts = text.splitn(3, '-');
        let mut next = |width: usize| {
            parts
                .next()
                .filter(|part| part.len() == width && part.bytes().all(|b| b.is_ascii_digit()))
                .and_then(|part| part.parse::<u16>().ok())
                .ok_or_else(error)
        };
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        let small = |n: u16| u8::try_from(n).map_err(|_| error());
        Self::new(year, small(month)?, small(day)?).ok_or_else(error)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_days() {
        assert!("2024-02-29".parse::<Date>().is_ok());
        for text in [
            "2023-02-29",
            "2025-13-01",
            "2025-3-31",
            "31/03/2025",
            "2025-03-31T00:00",
            "",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_order_as_the_calendar_does() {
        assert!("2019-03-31".parse::<Date>().ok() < "2019-04-01".parse::<Date>().ok());
    }
}
