//! What the names of files and folders say: the year a return is for, and the day on which it was
//! made. A name is cut into numbers and words, and these are put together as people write years
//! (`2025-26`, `2025_2026`, `202526`), days (`2024-11-30`, `30112024`, `30 Nov 2024`), months and
//! quarters.

use disparity_core::{Day, Period};

use crate::config::year::{bare_year, read_clear_year};
use crate::fields::date::MONTHS;

/// Something that a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// A reporting year, by the year in which it ends.
    Year(u16),
    /// A number that may be a year, the first or the last of a reporting year.
    Bare(u16),
    /// A day.
    Day(Day),
    /// A month, with its day and its year if they are said.
    Month(u32, Option<u32>, Option<i32>),
    /// A quarter of a reporting year.
    Quarter(u32),
}

/// A run of digits or of letters, and what stands between it and the one before.
#[derive(Debug, Clone, Copy)]
struct Token<'t> {
    text: &'t str,
    digits: bool,
    before: &'t str,
}

impl Token<'_> {
    fn number(&self, length: std::ops::RangeInclusive<usize>) -> Option<u32> {
        let fits = self.digits && length.contains(&self.text.len());
        fits.then(|| self.text.parse().ok()).flatten()
    }
}

fn tokens(part: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let (mut start, mut before) = (0, "");
    let kind = |c: char| (c.is_ascii_digit(), c.is_alphabetic());
    let mut last = None;
    let ends = part.char_indices().map(|(at, c)| (at, Some(c)));
    for (at, c) in ends.chain([(part.len(), None)]) {
        let now = c.map(kind);
        if now == last {
            continue;
        }
        if let Some((digits, letters)) = last {
            let text = &part[start..at];
            if digits || letters {
                tokens.push(Token {
                    text,
                    digits,
                    before,
                });
                before = "";
            } else {
                before = text;
            }
        }
        (start, last) = (at, now);
    }
    tokens
}

/// A month by its name or the first three letters of it.
fn month(token: &Token<'_>) -> Option<u32> {
    let word = token.text.to_lowercase();
    let word = if word == "sept" { "sep" } else { &word };
    let at = MONTHS.iter().position(|name| {
        let short = word.len() == 3 && name.starts_with(word);
        !token.digits && (*name == word || short)
    });
    at.and_then(|at| u32::try_from(at + 1).ok())
}

fn day(year: u32, month: u32, day: u32) -> Option<Day> {
    let year = i32::try_from(year).ok()?;
    (1990..2100).contains(&year).then_some(())?;
    Day::new(year, month, day)
}

/// A reporting year in two numbers, as `2025` and `26`, `2025` and `2026`, or `25` and `26` without
/// another number after them.
fn pair(tokens: &[Token<'_>]) -> Option<(u16, usize)> {
    let [start, rest @ ..] = tokens else {
        return None;
    };
    let between = usize::from(
        rest.first()
            .is_some_and(|t| t.text.eq_ignore_ascii_case("to")),
    );
    let end = rest.get(between)?;
    let last = rest.get(between + 1).is_none_or(|t| !t.digits);
    let fits = match (start.text.len(), end.text.len()) {
        (4, 2 | 4) => true,
        (2, 2) => last,
        _ => false,
    };
    (fits && start.digits && end.digits).then_some(())?;
    let year = read_clear_year(&format!("{}-{}", start.text, end.text))?;
    Some((year, 2 + between))
}

/// What stands at the beginning of some tokens, and how many of them say it.
fn said_at(tokens: &[Token<'_>]) -> Option<(Said, usize)> {
    if let Some((year, used)) = pair(tokens) {
        return Some((Said::Year(year), used));
    }
    let (first, at) = (tokens.first()?, |at: usize| tokens.get(at));
    let small = |token: Option<&Token<'_>>| token?.number(1..=2);
    let whole = |token: Option<&Token<'_>>| token?.number(4..=4);
    if first.digits {
        // 2024-11-30, 30-11-2024.
        let days = [
            (whole(Some(first)), small(at(1)), small(at(2))),
            (whole(at(2)), small(at(1)), small(Some(first))),
        ];
        for (y, m, d) in days {
            if let (Some(y), Some(m), Some(d)) = (y, m, d)
                && let Some(day) = day(y, m, d)
            {
                return Some((Said::Day(day), 3));
            }
        }
        if let Some(said) = one_number(first) {
            return Some((said, 1));
        }
        // 30 Nov 2024, 30th Nov.
        let ordinal = at(1)
            .filter(|t| t.before.is_empty() && !t.digits)
            .map(|t| t.text);
        let ordinal = ordinal.is_some_and(|t| ["st", "nd", "rd", "th"].contains(&t));
        let of = 1 + usize::from(ordinal);
        if let (Some(d), Some(m)) = (small(Some(first)), at(of).and_then(month)) {
            let (year, used) = year_after(&tokens[of + 1..]);
            return Some((Said::Month(m, Some(d), year), of + 1 + used));
        }
        // 2024-11.
        if let (Some(y), Some(m)) = (whole(Some(first)), at(1).and_then(|t| t.number(2..=2)))
            && day(y, m, 1).is_some()
        {
            let year = i32::try_from(y).ok();
            return Some((Said::Month(m, None, year), 2));
        }
        let bare = bare_year(first.text)?;
        return Some((Said::Bare(bare), 1));
    }
    if let Some(m) = month(first) {
        let (year, used) = year_after(&tokens[1..]);
        return Some((Said::Month(m, None, year), 1 + used));
    }
    let word = first.text.to_lowercase();
    let quarter = at(1).and_then(|t| t.number(1..=1)).filter(|q| *q <= 4);
    match quarter.filter(|_| ["q", "qtr", "quarter"].contains(&word.as_str())) {
        Some(quarter @ 1..) => Some((Said::Quarter(quarter), 2)),
        _ => None,
    }
}

/// A number that says a year or a day by itself: 202526, 20252026, 2526, 30112024, 20241130.
fn one_number(token: &Token<'_>) -> Option<Said> {
    if token.text.len() == 8 {
        let part = |from: usize, to: usize| token.text[from..to].parse::<u32>().unwrap_or(0);
        let found = day(part(4, 8), part(2, 4), part(0, 2))
            .or_else(|| day(part(0, 4), part(4, 6), part(6, 8)));
        if let Some(day) = found {
            return Some(Said::Day(day));
        }
    }
    read_clear_year(token.text).map(Said::Year)
}

/// The year after a month, and how many tokens say it; none where they are a reporting year.
fn year_after(tokens: &[Token<'_>]) -> (Option<i32>, usize) {
    let none = (None, 0);
    if pair(tokens).is_some() {
        return none;
    }
    let Some(first) = tokens.first() else {
        return none;
    };
    let short = first.number(2..=2).filter(|y| (15..=60).contains(y));
    let year = first.number(4..=4).or(short.map(|y| 2000 + y));
    let year = year.filter(|y| (1990..2100).contains(y));
    year.map_or(none, |y| (i32::try_from(y).ok(), 1))
}

/// Everything that one part of a path says. A month counts only where it cannot be a mere word: beside
/// a number, or alone; and `may` and `march` not within a sentence.
fn said(part: &str) -> Vec<Said> {
    let tokens = tokens(part);
    let (mut all, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        let Some((said, used)) = said_at(&tokens[at..]) else {
            at += 1;
            continue;
        };
        let beside = |n: Option<usize>| n.and_then(|n| tokens.get(n)).is_some_and(|t| t.digits);
        let next = tokens.get(at + used);
        let sentence = matches!(said, Said::Month(3 | 5, None, None))
            && next.is_some_and(|t| !t.digits && t.before.contains(' '));
        let alone = !beside(at.checked_sub(1)) && !beside(Some(at + used));
        let is_word =
            matches!(said, Said::Month(_, None, None)) && (sentence || tokens.len() > 1 && alone);
        if !is_word {
            all.push(said);
        }
        at += used;
    }
    all
}

/// The parts of a path, the file's own first, without what tells its type.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    let mut parts = name.rsplit(['/', '\\', '!']);
    let own = parts.next().map(|own| {
        let own = own.strip_suffix(".gz").unwrap_or(own);
        own.rsplit_once('.').map_or(own, |(stem, _)| stem)
    });
    own.into_iter().chain(parts)
}

/// The year that a name leaves no doubt about: of the file itself, else of what it is in. A whole day
/// in the name of a folder says when it was made, not what it is of.
pub(crate) fn named_year(name: &str) -> Option<u16> {
    let of = |part: &str, day_too: bool| {
        let said = said(part);
        let year = said.iter().find_map(|one| match one {
            Said::Year(year) => Some(*year),
            _ => None,
        });
        let of_day = || {
            said.iter().find_map(|one| match one {
                Said::Day(day) if day_too => day.period().map(Period::year),
                _ => None,
            })
        };
        year.or_else(of_day)
    };
    let mut parts = parts(name);
    let own = parts.next().and_then(|part| of(part, true));
    own.or_else(|| parts.find_map(|part| of(part, false)))
}

/// A number in a name that may be the first or the last year of a reporting year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BareYear {
    pub(crate) year: u16,
    /// Whether the file's own name has it, or that of the nearest folder that has one.
    pub(crate) own: bool,
}

/// The number in a name that may be a year, of the file itself, else of what it is in.
pub(crate) fn named_bare_year(name: &str) -> Option<BareYear> {
    parts(name).enumerate().find_map(|(depth, part)| {
        said(part).into_iter().find_map(|one| match one {
            Said::Bare(year) => Some(BareYear {
                year,
                own: depth == 0,
            }),
            _ => None,
        })
    })
}

/// The last day that a return for a year can speak of by its name, if that says when it was made: a
/// day, or the last of a month or of a quarter. A day outside the year is none of its own.
pub(crate) fn made_in_name(name: &str, year: Period) -> Option<Day> {
    let (first, last) = (Day::first_of(year), Day::last_of(year));
    let of_month = |month: u32, day: Option<u32>, stated: Option<i32>| {
        let year = stated.unwrap_or_else(|| first.ymd().0 + i32::from(month < 4));
        let begin = Day::new(year, month, day.unwrap_or(1))?;
        Some(match day {
            Some(_) => begin,
            None => begin.plus_months(1).plus(-1),
        })
    };
    let made = |one: &Said| match *one {
        Said::Day(day) => Some(day),
        Said::Month(month, day, year) => of_month(month, day, year),
        Said::Quarter(quarter) => {
            let months = i32::try_from(quarter).ok()?.checked_mul(3)?;
            Some(first.plus_months(months).plus(-1))
        }
        Said::Year(_) | Said::Bare(_) => None,
    };
    let days = |part: &str| said(part).iter().filter_map(made).max();
    let day = parts(name).find_map(days)?;
    (first <= day && day < last).then_some(day)
}

/// Pieces of a file name that could be year labels, cut at letters and at underscores or dashes.
pub(crate) fn labels_in(name: &str) -> Vec<&str> {
    let stem = name.rsplit(['/', '!']).next().unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let cut = |joiner: char| {
        stem.split(move |c: char| !c.is_ascii_digit() && c != joiner)
            .map(move |part| part.trim_matches(joiner))
    };
    let mut labels: Vec<&str> = cut('-')
        .chain(cut('_'))
        .filter(|part| !part.is_empty())
        .collect();
    labels.dedup();
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_name_that_could_be_years_are_found() {
        assert_eq!(
            labels_in("a/SSDA903_2020_episodes.csv"),
            ["903", "2020", "903_2020"]
        );
        assert_eq!(labels_in("2017-episodes.csv"), ["2017"]);
    }

    #[test]
    fn the_year_of_a_name_is_seen_however_it_is_written() {
        for name in [
            "ssda903_2025-26.xml",
            "ssda903_2025_26.xml",
            "ssda903-2025-26.xml",
            "ssda903-2025_26.xml",
            "ssda903 2025 26.xml",
            "ssda903.2025.26.xml",
            "SSDA903 2025\u{2013}26.xml",
            "ssda903_202526_episodes.csv",
            "ssda903_2025-2026.xml",
            "ssda903_20252026.xml",
            "903_2025 to 26.csv",
            "ssda903_2526.xml",
            "ssda903_25-26.xml",
            "2025-26/episodes.csv",
            "2025_26/ssda903/header.csv",
            "a/SSDA903_2025_26.zip!episodes.csv",
            "ssda903_2025-26_20251130.csv",
            "ssda903_2025_26_Nov.csv",
            "episodes_14052025.csv",
            "episodes_2025-05-14.csv",
        ] {
            assert_eq!(named_year(name), Some(2026), "{name}");
        }
        for name in [
            "ssda903.xml",
            "ssda903_2025.xml",
            "episodes_2025_27.csv",
            "made 2025-05-14/episodes.csv",
            "part 11_13.csv",
        ] {
            assert_eq!(named_year(name), None, "{name}");
        }
        let bare = |name: &str| named_bare_year(name).map(|bare| (bare.year, bare.own));
        assert_eq!(bare("2023/episodes.csv"), Some((2023, false)));
        assert_eq!(bare("2022/ssda903_2023_episodes.csv"), Some((2023, true)));
        assert_eq!(named_bare_year("ssda903_episodes.csv"), None);
        assert_eq!(named_bare_year("2023-24/episodes.csv"), None);
    }

    #[test]
    fn the_day_of_making_is_seen_where_it_is_in_the_year() {
        let year = Period::ending(2025).unwrap();
        for (name, made) in [
            ("SSDA903_2024-25_Nov_header.csv", Some("2024-11-30")),
            ("SSDA903_2024-25_january.csv", Some("2025-01-31")),
            ("ssda903_2024-25_15Nov.csv", Some("2024-11-15")),
            ("ssda903 15th November 2024.csv", Some("2024-11-15")),
            ("ssda903_2024-25_Nov 2024.csv", Some("2024-11-30")),
            ("ssda903_Nov 2024-25.csv", Some("2024-11-30")),
            ("ssda903_2025_Feb.csv", Some("2025-02-28")),
            ("ssda903_2024-25_Apr to Nov 2024.csv", Some("2024-11-30")),
            ("2024-25/Sept/episodes.csv", Some("2024-09-30")),
            ("ssda903_2024-25 Q3.csv", Some("2024-12-31")),
            ("ssda903_2024-25_Q4.csv", None),
            ("ssda903_2024-25_March.csv", None),
            ("ssda903_2024-25_31-03-2025.csv", None),
            ("ssda903_2024-25_2025-06-12.csv", None),
            ("ssda903_2024-25_2019-06-12.csv", None),
            ("what may be wrong 2024-25.csv", None),
            ("2024-25 may be wrong.csv", None),
            ("SSDA903_2024-25_May_header.csv", Some("2024-05-31")),
            ("janet/2024-25/episodes.csv", None),
            ("ssda903_2024-25.csv", None),
        ] {
            let made = made.map(|day| Day::parse(day).unwrap());
            assert_eq!(made_in_name(name, year), made, "{name}");
        }
    }
}
