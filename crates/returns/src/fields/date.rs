//! Dates as people and systems write them. Slash dates are day-first always; whether a column
//! contradicts that is decided by [`DateColumn`] once the column has been read.

use disparity_core::Day;

use crate::config::options::DateOrder;

/// What a text says about a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateText {
    /// Nothing.
    Blank,
    /// A day.
    Day(Day),
    /// A day that some systems write for no day: 1900-01-01, 1753-01-01, 9999-12-31.
    Sentinel,
    /// A number that could be a spreadsheet's day number; only a column of nothing else holds those.
    Serial(Day),
    /// A date that is possible only with the other order of day and month.
    OtherOrder,
    /// Not a date.
    Bad,
}

/// What the dates of one column have in common, gathered while reading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct DateColumn {
    /// Dates that can only be day-first, and the line of the first.
    pub day_first: (u64, u64),
    /// Dates that can only be month-first, and the line of the first.
    pub month_first: (u64, u64),
    /// Bare numbers, and the line of the first.
    pub serial: (u64, u64),
    /// Everything else that was read.
    pub other: u64,
    /// Times other than midnight with a time zone.
    pub zoned: u64,
    /// Years of two digits.
    pub two_digit: u64,
    /// Days that stand for no day.
    pub sentinel: u64,
}

impl DateColumn {
    /// Whether the column holds dates of both orders.
    #[must_use]
    pub(crate) const fn is_mixed(&self) -> bool {
        self.day_first.0 > 0 && self.month_first.0 > 0
    }

    /// Whether every date that can be told apart has the order that was not expected.
    #[must_use]
    pub(crate) const fn is_month_first(&self) -> bool {
        self.month_first.0 > 0 && self.day_first.0 == 0
    }

    /// Whether bare numbers stand beside real dates, so that the numbers are not dates.
    #[must_use]
    pub(crate) const fn serial_is_wrong(&self) -> bool {
        self.serial.0 > 0 && self.other > 0
    }
}

/// A day that says something about a file and stands in no column, if it can be read.
pub(crate) fn plain_day(text: &str) -> Option<Day> {
    let mut seen = DateColumn::default();
    match read_date(text, DateOrder::DayFirst, 99, 0, &mut seen) {
        DateText::Day(day) => Some(day),
        _ => None,
    }
}

/// Reads one text; `line` and `seen` gather what the column has in common. Two-digit years up to
/// `pivot` (such as 27) are of this century.
pub(crate) fn read_date(
    text: &str,
    order: DateOrder,
    pivot: i32,
    line: u64,
    seen: &mut DateColumn,
) -> DateText {
    let text = text.trim();
    if text.is_empty() {
        return DateText::Blank;
    }
    let bytes = text.as_bytes();
    if let Some(day) = plain_iso(bytes) {
        seen.other += 1;
        return DateText::Day(day);
    }
    let (date, time) = split_time(text);
    // A day number with the time of day behind the point, or with the `.0` of a data frame.
    if let Some((whole, part)) = date.split_once('.')
        && whole.len() == 5
        && [whole, part]
            .iter()
            .all(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
    {
        return read_digits(whole, line, seen);
    }
    let found = if bytes.len() >= 10 && bytes[4] == b'-' {
        iso(date)
    } else if date.bytes().all(|b| b.is_ascii_digit()) {
        return read_digits(date, line, seen);
    } else {
        parts(date, order, pivot, line, seen)
    };
    match found {
        Found::Day(day) => {
            seen.other += 1;
            if time.is_some_and(|time| is_zoned(time) && !is_midnight(time)) {
                seen.zoned += 1;
            }
            if is_sentinel(day) {
                seen.sentinel += 1;
                DateText::Sentinel
            } else if time.is_none_or(is_time) {
                DateText::Day(day)
            } else {
                DateText::Bad
            }
        }
        Found::OtherOrder => DateText::OtherOrder,
        Found::Nothing => DateText::Bad,
    }
}

/// The day of a spreadsheet's day number, in the 1900 system or the 1904 system.
#[must_use]
pub(crate) fn from_serial(serial: f64, is_1904: bool) -> Option<Day> {
    if !(1.0..=80_000.0).contains(&serial) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked above"
    )]
    let whole = serial.floor() as i32;
    // The 1900 system counts a 29 February 1900 that never was; days before it are one off.
    let epoch = if is_1904 {
        -24_107
    } else {
        -25_569 + i32::from(whole < 60)
    };
    Some(Day(epoch + whole))
}

enum Found {
    Day(Day),
    OtherOrder,
    Nothing,
}

fn split_time(text: &str) -> (&str, Option<&str>) {
    if let Some((date, time)) = text.split_once('T')
        && date.len() == 10
    {
        return (date, Some(time));
    }
    // Half past ten may be 10:30, 10:30 AM or 10:30 am: the half of the day changes no day.
    let clock = ["AM", "PM", "am", "pm"]
        .iter()
        .find_map(|half| text.strip_suffix(half))
        .map_or(text, str::trim_end);
    match clock.rsplit_once(' ') {
        Some((date, time)) if time.contains(':') => (date.trim_end(), Some(time)),
        _ => (text, None),
    }
}

fn is_time(time: &str) -> bool {
    let clock = time.trim_end_matches('Z');
    let clock = clock
        .split_once(['+', '-'])
        .map_or(clock, |(clock, _)| clock);
    let mut parts = clock.split(':');
    let small = |part: Option<&str>, limit: u32| {
        part.is_some_and(|p| p.parse::<u32>().is_ok_and(|n| n < limit))
    };
    small(parts.next(), 25)
        && small(parts.next(), 60)
        && parts
            .next()
            .is_none_or(|s| s.parse::<f64>().is_ok_and(|s| (0.0..61.0).contains(&s)))
        && parts.next().is_none()
}

fn is_zoned(time: &str) -> bool {
    time.ends_with('Z') || time.contains('+')
}

fn is_midnight(time: &str) -> bool {
    time.bytes()
        .take_while(|b| !matches!(b, b'Z' | b'+'))
        .all(|b| matches!(b, b'0' | b':' | b'.'))
}

fn is_sentinel(day: Day) -> bool {
    matches!(day.ymd(), (1900 | 1753, 1, 1) | (9999, 12, 31))
}

fn number(text: &str) -> Option<i32> {
    (!text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

/// `2024-03-31` and nothing else, as most returns have it; sentinels and what is no day go the long
/// way round.
fn plain_iso(bytes: &[u8]) -> Option<Day> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *bytes else {
        return None;
    };
    let mut fields = [0_u32; 3];
    for (at, digit) in [
        (0, y0),
        (0, y1),
        (0, y2),
        (0, y3),
        (1, m0),
        (1, m1),
        (2, d0),
        (2, d1),
    ] {
        if !digit.is_ascii_digit() {
            return None;
        }
        fields[at] = fields[at] * 10 + u32::from(digit - b'0');
    }
    let [year, month, day] = fields;
    if matches!(fields, [1900 | 1753, 1, 1] | [9999, 12, 31]) {
        return None;
    }
    Day::new(i32::try_from(year).ok()?, month, day)
}

fn iso(date: &str) -> Found {
    let bytes = date.as_bytes();
    if bytes.len() != 10 || bytes[7] != b'-' || !date.is_ascii() {
        return Found::Nothing;
    }
    day_of(number(&date[..4]), number(&date[5..7]), number(&date[8..]))
        .map_or(Found::Nothing, Found::Day)
}

fn day_of(year: Option<i32>, month: Option<i32>, day: Option<i32>) -> Option<Day> {
    Day::new(
        year?,
        u32::try_from(month?).ok()?,
        u32::try_from(day?).ok()?,
    )
}

/// `31032024`, or a bare spreadsheet number.
fn read_digits(date: &str, line: u64, seen: &mut DateColumn) -> DateText {
    if date.len() == 8 {
        let day = day_of(number(&date[4..]), number(&date[2..4]), number(&date[..2]))
            .or_else(|| day_of(number(&date[..4]), number(&date[4..6]), number(&date[6..])));
        return match day {
            Some(day) if is_sentinel(day) => DateText::Sentinel,
            Some(day) => {
                seen.other += 1;
                DateText::Day(day)
            }
            None => DateText::Bad,
        };
    }
    match date
        .parse::<u32>()
        .ok()
        .and_then(|n| from_serial(f64::from(n), false))
    {
        Some(day) if date.len() <= 5 => {
            bump(&mut seen.serial, line);
            DateText::Serial(day)
        }
        _ => DateText::Bad,
    }
}

fn bump(tally: &mut (u64, u64), line: u64) {
    if tally.0 == 0 {
        tally.1 = line;
    }
    tally.0 += 1;
}

/// Day, month and year apart by slashes, dots, dashes or spaces; the month may be a word.
fn parts(date: &str, order: DateOrder, pivot: i32, line: u64, seen: &mut DateColumn) -> Found {
    let mut fields = date
        .split(['/', '-', '.', ' '])
        .filter(|field| !field.is_empty());
    let (Some(first), Some(second), Some(year), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Found::Nothing;
    };
    let year = match (year.len(), number(year)) {
        (4, Some(year)) => year,
        (2, Some(short)) => {
            seen.two_digit += 1;
            if short <= pivot {
                2000 + short
            } else {
                1900 + short
            }
        }
        _ => return Found::Nothing,
    };
    if let Some(month) = month_word(second) {
        return day_of(Some(year), Some(month), number(first)).map_or(Found::Nothing, Found::Day);
    }
    let (Some(first), Some(second)) = (number(first), number(second)) else {
        return Found::Nothing;
    };
    if first > 12 && second <= 12 {
        bump(&mut seen.day_first, line);
    } else if second > 12 && first <= 12 {
        bump(&mut seen.month_first, line);
    }
    let (day, month) = match order {
        DateOrder::DayFirst => (first, second),
        DateOrder::MonthFirst => (second, first),
    };
    match day_of(Some(year), Some(month), Some(day)) {
        Some(day) => Found::Day(day),
        None if day_of(Some(year), Some(day), Some(month)).is_some() => Found::OtherOrder,
        None => Found::Nothing,
    }
}

/// The months in full.
pub(crate) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn month_word(word: &str) -> Option<i32> {
    if word.len() < 3 || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let word = word.to_ascii_lowercase();
    (1..)
        .zip(MONTHS)
        .find(|(_, month)| month.starts_with(&word))
        .map(|(number, _)| number)
}

/// A date of which the day, or the day and the month, may be unknown (`zz/05/2020`,
/// `zz/zz/zzzz`): the day as far as it is known, or none.
#[must_use]
pub(crate) fn read_part_date(text: &str, pivot: i32) -> DateText {
    let lower = text.trim().to_ascii_lowercase();
    if !lower.contains('z') || lower.contains('t') {
        let mut seen = DateColumn::default();
        return read_date(text, DateOrder::DayFirst, pivot, 0, &mut seen);
    }
    let fields: Vec<&str> = lower.split('/').collect();
    let [day, month, year] = fields.as_slice() else {
        return DateText::Bad;
    };
    let unknown = |field: &str| !field.is_empty() && field.bytes().all(|b| b == b'z');
    if unknown(year) {
        return DateText::Blank;
    }
    let month = if unknown(month) {
        Some(1)
    } else {
        number(month)
    };
    let day = if unknown(day) { Some(1) } else { number(day) };
    day_of(number(year), month, day).map_or(DateText::Bad, DateText::Day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> DateText {
        read_date(text, DateOrder::DayFirst, 27, 1, &mut DateColumn::default())
    }

    fn day(text: &str) -> DateText {
        DateText::Day(Day::parse(text).unwrap())
    }

    #[test]
    fn one_day_in_all_its_spellings() {
        for text in [
            "2024-03-09",
            "2024-03-09T00:00:00",
            "2024-03-09T12:30:00.5Z",
            "2024-03-09 00:00:00",
            "09/03/2024",
            "9/3/2024",
            "09/03/2024 10:15",
            "09/03/2024 10:15:30",
            "09/03/2024 12:00:00 AM",
            "09/03/2024 1:15 pm",
            "09-03-2024",
            "09.03.2024",
            "09-Mar-2024",
            "9 March 2024",
            "09/03/24",
            " 09/03/2024 ",
            "09032024",
            "20240309",
            "2024-03-09T01:00:00+01:00",
        ] {
            assert_eq!(read(text), day("2024-03-09"), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_date_is_not_read_as_one() {
        for text in [
            "2024-13-01",
            "2023-02-29",
            "31/02/2024",
            "2024/03/09",
            "yesterday",
            "1/2",
            "12/2024",
            "1/2/3/4",
            "2024-03-09T25:99",
            "zz/05/2020",
            "-",
            "20240309x",
            "99999999",
            "٣/٣/٢٠٢٤",
            "1e5",
            "31-Smarch-2024",
        ] {
            assert_eq!(read(text), DateText::Bad, "{text}");
        }
        assert_eq!(read("03/25/2021"), DateText::OtherOrder);
        assert_eq!(read(""), DateText::Blank);
    }

    #[test]
    fn dates_that_stand_for_none_are_none() {
        for text in ["1900-01-01", "9999-12-31", "01/01/1753", "31/12/9999 00:00"] {
            assert_eq!(read(text), DateText::Sentinel, "{text}");
        }
    }

    #[test]
    fn a_column_tells_its_order() {
        let mut seen = DateColumn::default();
        for (line, text) in (1..).zip(["01/02/2024", "25/03/2021", "03/25/2021"]) {
            read_date(text, DateOrder::DayFirst, 27, line, &mut seen);
        }
        assert!(seen.is_mixed());
        assert_eq!((seen.day_first, seen.month_first), ((1, 2), (1, 3)));
    }

    #[test]
    fn spreadsheet_numbers_follow_the_system_of_the_workbook() {
        let of = |n, system| from_serial(n, system).map(|day| day.to_string());
        assert_eq!(of(45_000.0, false).as_deref(), Some("2023-03-15"));
        assert_eq!(of(1.0, false).as_deref(), Some("1900-01-01"));
        assert_eq!(of(61.0, false).as_deref(), Some("1900-03-01"));
        assert_eq!(of(43_538.0, true).as_deref(), Some("2023-03-15"));
        assert_eq!(of(0.0, false), None);
        assert_eq!(of(f64::NAN, false), None);
        assert_eq!(read("45000.0"), read("45000"));
        assert_eq!(read("45000.75"), read("45000"));
        assert_eq!(
            read("45000"),
            DateText::Serial(Day::parse("2023-03-15").unwrap())
        );
    }

    #[test]
    fn parts_of_a_permanence_date_may_be_unknown() {
        assert_eq!(read_part_date("zz/05/2020", 51), day("2020-05-01"));
        assert_eq!(read_part_date("ZZ/ZZ/2021", 51), day("2021-01-01"));
        assert_eq!(read_part_date("zz/zz/zzzz", 51), DateText::Blank);
        assert_eq!(read_part_date("01/05/2020", 51), day("2020-05-01"));
        assert_eq!(read_part_date("zz-05", 51), DateText::Bad);
    }

    #[test]
    fn two_digit_years_turn_at_the_pivot() {
        assert_eq!(read("01/02/27"), day("2027-02-01"));
        assert_eq!(read("01/02/28"), day("1928-02-01"));
    }
}
