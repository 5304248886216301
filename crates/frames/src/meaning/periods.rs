//! Years and days.

use disparity_core::{Date, Period};

use super::Fault;

/// A year, as it is written.
pub(crate) fn period(text: Option<&str>) -> Result<Period, Fault> {
    let hint = "expected the year it ends in (2025) or both years (202425, 2024/25, 2024-25)";
    let Some(text) = text else {
        return Err(Fault::new("the year is empty", hint));
    };
    // What a spreadsheet made of a year: 2025.0.
    let digits = text.strip_suffix(".0").unwrap_or(text);
    if let Ok(period) = digits.parse() {
        return Ok(period);
    }
    let what = format!("cannot read {text:?} as a reporting year");
    Err(match day(text) {
        Some(_) => Fault::new(
            what,
            "it is a day: describe the column as `date`, of which the year follows",
        ),
        None => Fault::new(what, hint),
    })
}

/// The reporting year of a day: from 1 April to 31 March.
pub(crate) fn period_of_day(text: Option<&str>) -> Result<Period, Fault> {
    let hint = "expected a day such as 2025-03-31 or 31/03/2025";
    let Some(text) = text else {
        return Err(Fault::new("the date is empty", hint));
    };
    let found = day(text).and_then(|day| {
        let (year, month, _) = day.ymd();
        Period::ending(year + u16::from(month > 3))
    });
    found.ok_or_else(|| Fault::new(format!("cannot read {text:?} as a date"), hint))
}

/// `2025-03-31`, `31/03/2025`, or one of them with a time behind it.
fn day(text: &str) -> Option<Date> {
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    if let Ok(day) = day.parse() {
        return Some(day);
    }
    let mut parts = day.split('/');
    let mut next = || parts.next()?.parse::<u16>().ok();
    let (day, month, year) = (next()?, next()?, next()?);
    let date = Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    date.filter(|_| parts.next().is_none() && year > 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_begins_on_the_first_of_april() {
        let year = |text: &str| period_of_day(Some(text)).unwrap().year();
        for (text, ends) in [
            ("2025-03-31", 2025),
            ("2025-04-01", 2026),
            ("31/03/2025", 2025),
            ("2024-12-31T10:30:00", 2025),
        ] {
            assert_eq!(year(text), ends, "{text}");
        }
        for text in ["03/31/2025", "31/03/25", "2025", "31.03.2025", "1/2/2025/3"] {
            assert!(period_of_day(Some(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_year_is_read_as_people_and_spreadsheets_write_it() {
        for text in ["2025", "2025.0", "202425", "2024/25"] {
            assert_eq!(period(Some(text)).unwrap().year(), 2025, "{text}");
        }
        let fault = period(Some("2025-03-31")).unwrap_err();
        assert!(fault.hint.contains("`date`"), "{fault:?}");
        assert!(period(None).is_err() && period(Some("25")).is_err());
    }
}
