//! Days as numbers: the arithmetic that look-backs, ages and durations need, and nothing more.
//! Reading dates as people write them belongs to the crate that reads returns.
//!
//! A library was considered (jiff, time, chrono). What is needed is a day number, calendar years
//! and months with one rule for 29 February, and completed years; every library does the first in
//! more types than this file has lines, and the other two are rules of this field that must be
//! stated here whoever does the counting.

use std::fmt;

use crate::date::Date;
use crate::{DateError, Period};

/// A day, as the number of days since 1 January 1970. Ordered; subtraction gives days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The end of a spell that has not ended. Later than every real day.
    pub const OPEN: Self = Self(i32::MAX);

    /// The day of the Gregorian calendar, if it exists.
    ///
    /// ```
    /// use disparity_core::Day;
    /// assert_eq!(Day::new(1970, 1, 1), Some(Day(0)));
    /// assert_eq!(Day::new(2024, 2, 29), Some(Day(19_782)));
    /// assert_eq!(Day::new(2023, 2, 29), None);
    /// ```
    #[must_use]
    pub const fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        if year < -9999
            || year > 9999
            || month == 0
            || month > 12
            || day == 0
            || day > days_in(year, month)
        {
            return None;
        }
        Some(Self::of_calendar(year, month, day))
    }

    /// A day of the Gregorian calendar that is known to exist.
    const fn of_calendar(year: i32, month: u32, day: u32) -> Self {
        // March is month 0, so that the leap day ends the year (Hinnant, chrono-compatible
        // low-level date algorithms, 2013).
        let (y, m) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let day_of_year = (153 * m + 2) / 5 + day - 1;
        let day_of_era =
            year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year.cast_signed();
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// Year, month and day of the month.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "parts of a date, from an i32 of days"
    )]
    pub const fn ymd(self) -> (i32, u32, u32) {
        let days = self.0 as i64 + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let m = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * m + 2) / 5 + 1;
        let month = if m < 10 { m + 3 } else { m - 9 };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year as i32, month as u32, day as u32)
    }

    /// Whether this is a day of the calendar rather than [`Day::OPEN`].
    #[must_use]
    pub const fn is_real(self) -> bool {
        self.0 != Self::OPEN.0
    }

    /// The day `days` later, or earlier if negative. [`Day::OPEN`] stays itself.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        if self.is_real() {
            Self(self.0.saturating_add(days))
        } else {
            self
        }
    }

    /// Days from `earlier` to here.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// The same day of the year `years` later (earlier if negative); 29 February becomes 28.
    ///
    /// ```
    /// use disparity_core::Day;
    /// let leap = Day::new(2024, 2, 29).unwrap();
    /// assert_eq!(Some(leap.plus_years(-1)), Day::new(2023, 2, 28));
    /// assert_eq!(Some(leap.plus_years(-4)), Day::new(2020, 2, 29));
    /// ```
    #[must_use]
    pub fn plus_years(self, years: i32) -> Self {
        self.plus_months(years.saturating_mul(12))
    }

    /// The same day of the month `months` later (earlier if negative), or the last day of that
    /// month if it is shorter.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        if !self.is_real() {
            return self;
        }
        let (year, month, day) = self.ymd();
        let total = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(months);
        let Ok(year) = i32::try_from(total.div_euclid(12)) else {
            return self;
        };
        let month = u32::try_from(total.rem_euclid(12)).unwrap_or(0) + 1;
        Self::new(year, month, day.min(days_in(year, month))).unwrap_or(self)
    }

    /// Whole years from a birth to here: how many birthdays have come. Someone born on
    /// 29 February has their birthday on 28 February in other years, as look-backs do. Negative
    /// before birth.
    #[must_use]
    pub fn completed_years_since(self, birth: Self) -> i32 {
        // Whole years differ from their average length by less than four days: most days are
        // nowhere near a birthday, and need no calendar.
        const FOUR_CENTURIES: i64 = 146_097;
        let days = i64::from(self.0) - i64::from(birth.0);
        let years = |days: i64| (days * 400).div_euclid(FOUR_CENTURIES);
        if years(days - 4) == years(days + 4) {
            return i32::try_from(years(days)).unwrap_or(i32::MAX);
        }
        let ((y1, m1, d1), (y0, m0, d0)) = (self.ymd(), birth.ymd());
        let d0 = if m0 == 2 && d0 == 29 {
            d0.min(days_in(y1, 2))
        } else {
            d0
        };
        y1 - y0 - i32::from((m1, d1) < (m0, d0))
    }

    /// The reporting year that holds this day, if it is one of this era.
    #[must_use]
    pub fn period(self) -> Option<Period> {
        if !self.is_real() {
            return None;
        }
        let (year, month, _) = self.ymd();
        Period::ending(u16::try_from(year + i32::from(month >= 4)).ok()?)
    }

    /// 1 April on which a reporting year begins.
    #[must_use]
    pub fn first_of(period: Period) -> Self {
        Self::of_calendar(i32::from(period.year()) - 1, 4, 1)
    }

    /// 31 March on which a reporting year ends.
    #[must_use]
    pub fn last_of(period: Period) -> Self {
        Self::last_of_year(period.year())
    }

    /// 31 March of a year.
    #[must_use]
    pub fn last_of_year(year: u16) -> Self {
        Self::of_calendar(i32::from(year), 3, 31)
    }

    /// Reads `2025-03-31`.
    ///
    /// # Errors
    /// [`DateError`] for any other form or a day that does not exist.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        text.parse::<Date>().map(Self::from)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let (year, month, day) = date.ymd();
        Self::of_calendar(i32::from(year), u32::from(month), u32::from(day))
    }
}

impl fmt::Display for Day {
    /// `2025-03-31`; nothing for [`Day::OPEN`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_real() {
            return Ok(());
        }
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

const fn days_in(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before_and_agrees_with_the_calendar() {
        let mut expected = day("1800-01-01").0;
        for year in 1800_u16..2200 {
            for month in 1_u8..=12 {
                for dom in 1_u8..=31 {
                    let date = Date::new(year, month, dom);
                    let number = Day::new(i32::from(year), u32::from(month), u32::from(dom));
                    assert_eq!(date.map(Day::from), number);
                    if let Some(number) = number {
                        assert_eq!(number.0, expected);
                        assert_eq!(
                            number.ymd(),
                            (i32::from(year), u32::from(month), u32::from(dom))
                        );
                        expected += 1;
                    }
                }
            }
        }
    }

    #[test]
    fn a_birthday_on_the_leap_day_is_28_february_in_other_years() {
        let born = day("2016-02-29");
        for (on, age) in [
            ("2016-02-28", -1),
            ("2016-02-29", 0),
            ("2017-02-27", 0),
            ("2017-02-28", 1),
            ("2020-02-28", 3),
            ("2020-02-29", 4),
            ("2034-02-28", 18),
        ] {
            assert_eq!(day(on).completed_years_since(born), age, "{on}");
        }
    }

    #[test]
    fn ages_are_those_of_the_calendar_on_every_day() {
        for born in [
            "1896-02-29",
            "1999-12-31",
            "2000-02-29",
            "2003-03-01",
            "2008-07-14",
        ] {
            let born = day(born);
            let (year, month, dom) = born.ymd();
            for on in (born.0 - 3000..born.0 + 80_000).map(Day) {
                let mut age = on.ymd().0 - year;
                let dom = dom.min(days_in(on.ymd().0, month));
                if (on.ymd().1, on.ymd().2) < (month, dom) {
                    age -= 1;
                }
                assert_eq!(on.completed_years_since(born), age, "{born} {on}");
            }
        }
    }

    #[test]
    fn months_end_where_the_month_does() {
        assert_eq!(day("2024-03-31").plus_months(-1), day("2024-02-29"));
        assert_eq!(day("2023-03-31").plus_months(-1), day("2023-02-28"));
        assert_eq!(day("2024-08-31").plus_months(-12), day("2023-08-31"));
        assert_eq!(day("2024-01-31").plus_months(-11), day("2023-02-28"));
        assert_eq!(Day::OPEN.plus_years(-5), Day::OPEN);
    }

    #[test]
    fn a_day_lies_in_the_year_that_ends_after_it() {
        assert_eq!(day("2024-03-31").period().map(Period::year), Some(2024));
        assert_eq!(day("2024-04-01").period().map(Period::year), Some(2025));
        let year = Period::ending(2025).unwrap();
        assert_eq!(
            (Day::first_of(year), Day::last_of(year)),
            (day("2024-04-01"), day("2025-03-31"))
        );
        assert_eq!(Day::OPEN.period(), None);
    }
}
