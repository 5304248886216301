//! Fields into values: counts with symbols, numbers, years, areas and words, each failing with the
//! place, the value and what was expected.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    AreaCode, Areas, Count, Date, Dimension, Dimensions, Marks, Period, Reported, Stratum,
    did_you_mean, digits_of,
};

use crate::error::{Fault, LoadError};
use crate::table::Row;

/// Fields that hold a figure or a mark of a vintage.
pub(crate) trait ReadReported {
    /// Reads a count or a mark of this vintage. Thousands may be grouped with commas.
    fn count(&self, vintage: &str, text: &str) -> Result<Reported<Count>, Fault>;

    /// Reads a number or a mark of this vintage.
    fn number(&self, vintage: &str, text: &str) -> Result<Reported<f64>, Fault>;
}

impl ReadReported for Marks {
    fn count(&self, vintage: &str, text: &str) -> Result<Reported<Count>, Fault> {
        reported(self, vintage, text, |text| digits_of(text)?.parse().ok())
    }

    fn number(&self, vintage: &str, text: &str) -> Result<Reported<f64>, Fault> {
        reported(self, vintage, text, finite)
    }
}

fn reported<T>(
    marks: &Marks,
    vintage: &str,
    text: &str,
    value: impl Fn(&str) -> Option<T>,
) -> Result<Reported<T>, Fault> {
    if let Some(value) = value(text) {
        return Ok(Reported::Value(value));
    }
    match marks.symbol(vintage, text) {
        Some(symbol) => Ok(Reported::Symbol(symbol)),
        None => {
            let symbols = marks.of(vintage).map(|(mark, _)| mark.to_owned()).collect();
            let found = text.to_owned();
            Err(if found.chars().any(|c| c.is_ascii_digit()) {
                Fault::NotACount { found, symbols }
            } else {
                Fault::UnknownSymbol { found, symbols }
            })
        }
    }
}

/// A finite number that is not negative.
pub(crate) fn finite(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.bytes().any(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A number that must be there.
pub(crate) fn number(row: Row<'_>, column: usize, about: &str) -> Result<f64, LoadError> {
    let text = row.text(column);
    finite(text).ok_or_else(|| {
        row.error(
            column,
            about,
            Fault::NotANumber {
                found: text.to_owned(),
            },
        )
    })
}

/// A whole number that must be there; a decimal point with only zeros after it is accepted.
pub(crate) fn whole<T: TryFrom<u32>>(
    row: Row<'_>,
    column: usize,
    about: &str,
) -> Result<T, LoadError> {
    let text = row.text(column);
    let digits = text.split_once('.').map_or(text, |(whole, part)| {
        if part.bytes().all(|b| b == b'0') {
            whole
        } else {
            text
        }
    });
    digits
        .parse::<u32>()
        .ok()
        .and_then(|n| T::try_from(n).ok())
        .ok_or_else(|| {
            row.error(
                column,
                about,
                Fault::NotANumber {
                    found: text.to_owned(),
                },
            )
        })
}

/// A reporting year.
pub(crate) fn period(row: Row<'_>, column: usize) -> Result<Period, LoadError> {
    let text = row.text(column);
    text.parse().map_err(|_| {
        row.error(
            column,
            "",
            Fault::NotAPeriod {
                found: text.to_owned(),
            },
        )
    })
}

/// A day; a time of midnight after it is dropped.
pub(crate) fn date(row: Row<'_>, column: usize, about: &str) -> Result<Date, LoadError> {
    let text = row.text(column);
    text.strip_suffix(" 00:00:00")
        .unwrap_or(text)
        .parse()
        .map_err(|_| {
            let what = "a date of the form 2025-03-31".to_owned();
            row.error(
                column,
                about,
                Fault::UnknownWord {
                    found: text.to_owned(),
                    what,
                    nearest: None,
                },
            )
        })
}

/// That a field has a code which is none, or which another table does not have.
pub(crate) fn unknown_area(row: Row<'_>, column: usize) -> LoadError {
    let found = row.text(column).to_owned();
    let nearest = None;
    row.error(column, "", Fault::UnknownArea { found, nearest })
}

/// That a field cannot be right beside others, and what to do.
pub(crate) fn contradiction(
    row: Row<'_>,
    column: usize,
    what: impl Into<String>,
    advice: &str,
) -> LoadError {
    let (what, advice) = (what.into(), advice.to_owned());
    row.error(column, "", Fault::Contradiction { what, advice })
}

/// Degrees east or north, with a sign.
pub(crate) fn degrees(row: Row<'_>, column: usize) -> Result<f64, LoadError> {
    let text = row.text(column);
    let value = text
        .parse()
        .ok()
        .filter(|degrees: &f64| degrees.abs() <= 180.0);
    value.ok_or_else(|| {
        let found = text.to_owned();
        row.error(column, "", Fault::NotANumber { found })
    })
}

/// A code that the area list must have.
pub(crate) fn area(row: Row<'_>, column: usize, areas: &Areas) -> Result<AreaCode, LoadError> {
    let text = row.text(column);
    text.parse()
        .ok()
        .filter(|code| areas.get(*code).is_some())
        .ok_or_else(|| {
            let known: Vec<String> = areas.iter().map(|area| area.code.to_string()).collect();
            let nearest = did_you_mean(text, known.iter().map(String::as_str));
            row.error(
                column,
                "",
                Fault::UnknownArea {
                    found: text.to_owned(),
                    nearest,
                },
            )
        })
}

/// The group that a row of a built-in table is about; an empty field is everyone. `what` names the list of the codes.
pub(crate) fn stratum(
    row: Row<'_>,
    groups: &[(usize, Dimension)],
    dimensions: &Dimensions,
    what: &str,
) -> Result<Stratum, LoadError> {
    let mut stratum = Stratum::TOTAL;
    for (column, dimension) in groups {
        if row.text(*column).is_empty() {
            continue;
        }
        let list = dimensions.list(*dimension);
        let codes = list.iter().map(|(_, category)| category.code.as_str());
        let codes: Vec<&str> = codes.collect();
        let id = word(row, *column, what, &codes, |code| list.id(code))?;
        stratum = stratum.with(*dimension, id);
    }
    Ok(stratum)
}

/// One of a set of words.
pub(crate) fn word<T>(
    row: Row<'_>,
    column: usize,
    what: &str,
    words: &[&str],
    find: impl Fn(&str) -> Option<T>,
) -> Result<T, LoadError> {
    let text = row.text(column);
    find(text).ok_or_else(|| {
        let nearest = did_you_mean(text, words.iter().copied());
        row.error(
            column,
            "",
            Fault::UnknownWord {
                found: text.to_owned(),
                what: what.to_owned(),
                nearest,
            },
        )
    })
}

/// Group names as each publication spells them, mapped to category codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    codes: BTreeMap<(String, String), String>,
    dimensions: BTreeSet<String>,
}

impl Labels {
    /// The code that stands for a label to be passed over (a total, or all known groups).
    pub(crate) const SKIP: &'static str = "-";

    pub(crate) fn insert(&mut self, dimension: &str, label: &str, code: &str) {
        self.dimensions.insert(dimension.to_owned());
        self.codes
            .insert((dimension.to_owned(), fold_label(label)), code.to_owned());
    }

    /// Whether any label belongs to the dimension.
    pub(crate) fn knows(&self, dimension: &str) -> bool {
        self.dimensions.contains(dimension)
    }

    /// The category code (or [`Self::SKIP`]) that a label means in a dimension.
    pub(crate) fn code(&self, dimension: &str, label: &str) -> Option<&str> {
        self.codes
            .get(&(dimension.to_owned(), fold_label(label)))
            .map(String::as_str)
    }

    /// The labels of a dimension, for suggestions.
    pub(crate) fn of<'a>(&'a self, dimension: &'a str) -> impl Iterator<Item = &'a str> {
        self.codes
            .keys()
            .filter(move |(d, _)| d == dimension)
            .map(|(_, label)| label.as_str())
    }
}

/// Case and spacing differ between releases of the same label.
fn fold_label(label: &str) -> String {
    label
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use disparity_core::Symbol;

    use super::*;

    fn marks() -> Marks {
        let mut marks = Marks::default();
        marks.insert("ees", "c", Symbol::Confidential);
        marks.insert("ees", "x", Symbol::NotAvailable);
        marks.insert("sfr", "x", Symbol::Confidential);
        marks
    }

    #[test]
    fn the_same_mark_means_different_things_in_different_vintages() {
        assert_eq!(
            marks().count("ees", "x"),
            Ok(Reported::Symbol(Symbol::NotAvailable))
        );
        assert_eq!(
            marks().count("sfr", "x"),
            Ok(Reported::Symbol(Symbol::Confidential))
        );
    }

    #[test]
    fn only_digits_are_a_count() {
        assert_eq!(marks().count("ees", "1,240"), Ok(Reported::Value(1240)));
        assert_eq!(marks().count("ees", "0"), Ok(Reported::Value(0)));
        for text in ["1,24O", "1,24", "12.0", "-5", "1e3", "1 240"] {
            assert!(
                matches!(marks().count("ees", text), Err(Fault::NotACount { .. })),
                "{text}"
            );
        }
        for text in ["C", "", "n/a", "-"] {
            assert!(
                matches!(marks().count("ees", text), Err(Fault::UnknownSymbol { .. })),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_letter_o_for_a_zero_is_named() {
        let fault = marks().count("ees", "1,24O").unwrap_err();
        assert_eq!(
            format!("{fault}; {}", fault.hint()),
            "cannot read \"1,24O\" as a count; it holds the letter O where a digit 0 may be meant; expected digits, or one of the symbols c, x"
        );
    }

    #[test]
    fn numbers_are_finite_and_not_negative() {
        assert_eq!(finite("12.5"), Some(12.5));
        for text in ["-300.0", "NaN", "inf", "", ".", "1e5"] {
            assert_eq!(finite(text), None, "{text}");
        }
    }
}
