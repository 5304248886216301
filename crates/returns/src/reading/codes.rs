//! Codes, sex and ethnic group: a text to the member of a set that it stands for.

use disparity_core::CategoryId;
use disparity_core::journeys::{CodeId, CodeSetId};

use super::Reading;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::value::{clean_code, is_null, strip_list_prefix, trim};

/// The years to which a value belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// First and last year in which a code is valid; 0 where open.
    Valid((u16, u16)),
    /// Sex as a number, up to 2024, or as a letter, from 2025.
    Sex { digit: bool },
}

impl Limit {
    /// Why a value is not of a year.
    fn broken_by(self, year: u16) -> Option<String> {
        match self {
            Self::Valid((from, _)) if year < from => Some(format!("valid from {from}")),
            Self::Valid((_, to)) if to != 0 && year > to => Some(format!("valid up to {to}")),
            Self::Sex { digit: true } if year >= 2025 => {
                Some("numbers were used up to 2024".into())
            }
            Self::Sex { digit: false } if year < 2025 => Some("letters are used from 2025".into()),
            Self::Valid(_) | Self::Sex { .. } => None,
        }
    }
}

/// A value that belongs to some years, in a table whose year is not known while it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Undated {
    column: usize,
    name: String,
    value: String,
    limit: Limit,
    count: u64,
    /// Line and child of the first of them.
    places: Vec<(u64, Option<String>)>,
}

impl Undated {
    /// Says so if it does not belong to the year of its table.
    pub(crate) fn check(&self, file: &str, year: u16, diagnostics: &mut Diagnostics) {
        let Some(message) = self.limit.broken_by(year) else {
            return;
        };
        let mut left = self.count;
        for (line, child) in &self.places {
            left -= 1;
            diagnostics.push(Diagnostic {
                code: Code::CodeOtherYear,
                file: file.to_owned(),
                line: *line,
                column: self.name.clone(),
                child: child.clone(),
                value: self.value.clone(),
                message: message.clone(),
            });
        }
        diagnostics.add(Code::CodeOtherYear, file, &self.name, left);
    }
}

impl Reading<'_> {
    /// A code of a set that journeys use.
    pub(crate) fn coded(&mut self, column: usize, set: CodeSetId, text: &str) -> CodeId {
        let text = trim(text);
        if is_null(text) {
            return CodeId::BLANK;
        }
        let lists = self.lists;
        let Some(codes) = lists.set(set.as_str()) else {
            return CodeId::UNKNOWN;
        };
        let code = clean_code(text);
        let found = codes.id(&code).or_else(|| {
            lists
                .alias(set.as_str(), strip_list_prefix(text))
                .and_then(|alias| codes.id(alias))
        });
        self.count_code(column, found.is_some());
        match found {
            Some(id) => {
                if let Some(known) = codes.get(id) {
                    self.check_year(column, text, Limit::Valid(known.valid));
                }
                id
            }
            None => {
                self.report(Code::CodeUnknown, column, text, "");
                CodeId::UNKNOWN
            }
        }
    }

    /// Says that a value belongs to other years than that of the return; or keeps it until the year is
    /// known, however that comes about.
    fn check_year(&mut self, column: usize, text: &str, limit: Limit) {
        if limit == Limit::Valid((0, 0)) {
            return;
        }
        if let Some(year) = self.year {
            if let Some(message) = limit.broken_by(year) {
                self.report(Code::CodeOtherYear, column, text, message);
            }
            return;
        }
        let (line, child) = (self.line, self.child.clone());
        let known = self.undated.iter_mut();
        let known = known
            .into_iter()
            .find(|u| u.column == column && u.value == text);
        match known {
            Some(known) => {
                known.count += 1;
                if known.places.len() < Diagnostics::EXAMPLES {
                    known.places.push((line, child));
                }
            }
            None => self.undated.push(Undated {
                column,
                name: self
                    .columns
                    .get(column)
                    .map_or_else(String::new, |c| c.name.clone()),
                value: text.to_owned(),
                limit,
                count: 1,
                places: vec![(line, child)],
            }),
        }
    }

    /// Checks a code of a set that only matters to readers.
    pub(crate) fn check_code(&mut self, column: usize, set: &str, text: &str) {
        let text = trim(text);
        if text.is_empty() || (is_null(text) && !text.eq_ignore_ascii_case("none")) {
            return;
        }
        let lists = self.lists;
        let Some(codes) = lists.set(set) else { return };
        let code = clean_code(text);
        let found = codes.id(&code).and_then(|id| codes.get(id));
        self.count_code(column, found.is_some());
        match found {
            None => self.report(Code::CodeUnknown, column, text, ""),
            Some(known) => self.check_year(column, text, Limit::Valid(known.valid)),
        }
    }

    fn count_code(&mut self, column: usize, known: bool) {
        if let Some(state) = self.columns.get_mut(column) {
            state.coded += 1;
            state.unknown += u64::from(!known);
        }
    }

    /// Sex. Numbers belong to years up to 2024, letters to later ones; both are read in any year.
    pub(crate) fn sex(&mut self, column: usize, text: &str) -> CategoryId {
        let unknown = self.lists.sex("unknown").unwrap_or(CategoryId::TOTAL);
        let text = trim(text);
        if is_null(text) {
            self.report(Code::SexMissing, column, "", "");
            return unknown;
        }
        let word = strip_list_prefix(text);
        let word = word.strip_suffix(".0").unwrap_or(word);
        let found = self
            .lists
            .alias("sex", word)
            .and_then(|code| self.lists.sex(code));
        self.count_code(column, found.is_some());
        let Some(found) = found else {
            self.report(Code::CodeUnknown, column, text, "");
            return unknown;
        };
        let digit = word.bytes().all(|b| b.is_ascii_digit());
        if let (1, Some(state)) = (word.len(), self.columns.get_mut(column)) {
            state.sexes[usize::from(digit)] += 1;
        }
        if word.len() == 1 {
            self.check_year(column, text, Limit::Sex { digit });
        }
        found
    }

    /// Detailed ethnic group; `Total` if blank, not recorded if unknown to the list.
    pub(crate) fn ethnicity(&mut self, column: usize, text: &str) -> CategoryId {
        let text = trim(text);
        if text.is_empty() || (is_null(text) && !text.eq_ignore_ascii_case("none")) {
            self.report(Code::EthnicityMissing, column, "", "");
            return self.lists.ethnicity("MISS").unwrap_or(CategoryId::TOTAL);
        }
        let lists = self.lists;
        let code = clean_code(text);
        let word = strip_list_prefix(text);
        let found = lists
            .ethnicity(&code)
            .or_else(|| {
                lists
                    .alias("ethnicity", word)
                    .and_then(|code| lists.ethnicity(code))
            })
            .or_else(|| {
                let after = word.split_once([':', '-']).map(|(_, label)| label)?;
                lists
                    .alias("ethnicity", after)
                    .and_then(|code| lists.ethnicity(code))
            });
        self.count_code(column, found.is_some());
        found.unwrap_or_else(|| {
            self.report(Code::CodeUnknown, column, text, "");
            lists.ethnicity("MISS").unwrap_or(CategoryId::TOTAL)
        })
    }
}
