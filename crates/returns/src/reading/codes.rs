//! Codes, sex and ethnic group: a text to the member of a set that it stands for.

use disparity_core::CategoryId;
use disparity_core::journeys::{CodeId, CodeSetId};

use super::Reading;
use crate::diagnostics::Code;
use crate::value::{clean_code, is_null, strip_list_prefix, trim};

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
                if let (Some(year), Some(known)) = (self.year, codes.get(id)) {
                    self.check_year(column, text, year, known.valid);
                }
                id
            }
            None => {
                self.report(Code::CodeUnknown, column, text, "");
                CodeId::UNKNOWN
            }
        }
    }

    fn check_year(&mut self, column: usize, text: &str, year: u16, valid: (u16, u16)) {
        let (from, to) = valid;
        if year < from {
            self.report(
                Code::CodeOtherYear,
                column,
                text,
                format!("valid from {from}"),
            );
        } else if to != 0 && year > to {
            self.report(
                Code::CodeOtherYear,
                column,
                text,
                format!("valid up to {to}"),
            );
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
        match (found, self.year) {
            (None, _) => self.report(Code::CodeUnknown, column, text, ""),
            (Some(known), Some(year)) => self.check_year(column, text, year, known.valid),
            _ => {}
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
        if let Some(year) = self.year
            && word.len() == 1
            && digit == (year >= 2025)
        {
            self.report(
                Code::CodeOtherYear,
                column,
                text,
                if digit {
                    "numbers were used up to 2024"
                } else {
                    "letters are used from 2025"
                },
            );
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
