//! Codes, sex and ethnic group: a text to the member of a set that it stands for.

use disparity_core::CategoryId;
use disparity_core::journeys::{CodeId, CodeSetId};

use super::FieldReader;
use crate::bytes::trim::trim;
use crate::config::words::strip_list_prefix;
use crate::diagnostics::{ChildRef, Code, Diagnostic, Diagnostics};
use crate::fields::value::{clean_code, is_null, read_bool};

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
    places: Vec<(u64, Option<ChildRef>)>,
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

impl<'a> FieldReader<'a> {
    /// A code of a set that journeys use. What is not understood is reported and unknown.
    pub(crate) fn coded(&mut self, column: usize, set: CodeSetId, text: &str) -> CodeId {
        let text = trim(text);
        if is_null(text) {
            return CodeId::BLANK;
        }
        let lists = self.lists;
        let Some(codes) = lists.set(set.as_str()) else {
            return CodeId::UNKNOWN;
        };
        let found = codes.id(&clean_code(text)).or_else(|| {
            self.as_before(column, text, || {
                let code = lists.find(set.as_str(), text)?;
                codes.id(code)
            })
        });
        self.count_understood(column, found.is_some());
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

    /// What a text of a column stands for; the row before often has the same words.
    fn as_before(
        &mut self,
        column: usize,
        text: &str,
        find: impl FnOnce() -> Option<CodeId>,
    ) -> Option<CodeId> {
        let Some(state) = self.columns.get_mut(column) else {
            return find();
        };
        if state.words.0 != text {
            state.words = (text.to_owned(), find());
        }
        state.words.1
    }

    /// The legal status of a row that may be of no care at all: `None` for those that are not, such
    /// as special guardianship. What is not understood is reported and unknown: to count it as no
    /// status would make care of short breaks.
    pub(crate) fn legal_status(&mut self, column: usize, text: &str) -> Option<CodeId> {
        let text = trim(text);
        if is_null(text) {
            return Some(CodeId::BLANK);
        }
        let lists = self.lists;
        let set = CodeSetId::LegalStatus.as_str();
        let codes = lists.set(set)?;
        let found = codes
            .id(&clean_code(text))
            .or_else(|| self.as_before(column, text, || codes.id(lists.find(set, text)?)));
        if found.is_some() {
            return found;
        }
        if lists.find("not_care", text).is_some() {
            return None;
        }
        self.report(Code::CodeUnknown, column, text, "");
        Some(CodeId::UNKNOWN)
    }

    /// Whether an immigration status, or a yes or no, says that a child is unaccompanied; none if it
    /// says neither, which is reported.
    pub(crate) fn unaccompanied(&mut self, column: usize, text: &str) -> Option<bool> {
        let lists = self.lists;
        let answer = match read_bool(text) {
            Ok(answer) => return self.understood(column, answer),
            Err(()) => lists.find("unaccompanied", text),
        };
        match answer {
            Some("yes") => self.understood(column, Some(true)),
            Some("no") => self.understood(column, Some(false)),
            _ => {
                self.count_understood(column, false);
                let message = "whether the child is unaccompanied is unknown";
                self.report(Code::CodeUnknown, column, text, message);
                None
            }
        }
    }

    /// Whether a referral led nowhere.
    pub(crate) fn no_further_action(&mut self, column: usize, text: &str) -> Option<bool> {
        match self.lists.find("no_further_action", text) {
            Some(word) => self.understood(column, Some(word == "yes")),
            None => self.yes_no_or(column, text, "expected yes or no; taken as further action"),
        }
    }

    /// What kind of identifier a row of linked identifiers holds; kinds of no known name are reported.
    pub(crate) fn identifier_kind(&mut self, column: usize, text: &str) -> Option<&'a str> {
        let lists = self.lists;
        let lower = text.to_lowercase();
        let found = lists.find("identifier", text).or_else(|| {
            let has = |part: &str| lower.contains(part);
            match lower.as_str() {
                _ if has("former") && has("pupil") => Some("other"),
                _ if has("unique pupil number") || has("upn") => Some("pupil_number"),
                _ if has("child") || has("case number") => Some("child"),
                _ => None,
            }
        });
        if found.is_none() {
            self.report(
                Code::CodeUnknown,
                column,
                text,
                "an identifier of a kind that is not known",
            );
        }
        found
    }

    /// The category of abuse; several at once are the category of several.
    pub(crate) fn category_of_abuse(&mut self, column: usize, text: &str) -> CodeId {
        let set = CodeSetId::CategoryOfAbuse;
        let lists = self.lists;
        let several = lists.find(set.as_str(), text).is_none()
            && (trim(text).to_lowercase().starts_with("multiple") || {
                let parts = text.split([',', '/', ';', '&', '+']);
                let mut parts = parts.flat_map(|part| part.split(" and "));
                let first = parts.next().and_then(|part| lists.word(set.as_str(), part));
                let mut others = parts.map(|part| lists.word(set.as_str(), part)).peekable();
                first.is_some() && others.peek().is_some() && others.all(|one| one.is_some())
            });
        self.coded(column, set, if several { "MUL" } else { text })
    }

    /// Whether a child came back after a permanence order: yes for P1 to P3, no for Z1 and blank,
    /// unknown for P4 and what is not understood.
    pub(crate) fn permanence(&mut self, column: usize, text: &str) -> Option<bool> {
        let text = trim(text);
        if text.is_empty() {
            return Some(false);
        }
        self.check_code(column, "previous_permanence", text);
        let lists = self.lists;
        let set = lists.set("previous_permanence")?;
        let id = set
            .id(&clean_code(text))
            .or_else(|| set.id(lists.find("previous_permanence", text)?))?;
        match set.get(id)?.group.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
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
        let (line, child) = (self.line, self.child_ref());
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
        let found = codes
            .id(&clean_code(text))
            .or_else(|| self.as_before(column, text, || codes.id(lists.find(set, text)?)))
            .and_then(|id| codes.get(id));
        self.count_understood(column, found.is_some());
        match found {
            None => self.report(Code::CodeUnknown, column, text, ""),
            Some(known) => self.check_year(column, text, Limit::Valid(known.valid)),
        }
    }

    pub(super) fn count_understood(&mut self, column: usize, known: bool) {
        if let Some(state) = self.columns.get_mut(column) {
            state.coded += 1;
            state.unknown += u64::from(!known);
        }
    }

    /// An answer, counted as understood if there is one.
    fn understood(&mut self, column: usize, answer: Option<bool>) -> Option<bool> {
        if answer.is_some() {
            self.count_understood(column, true);
        }
        answer
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
        let lists = self.lists;
        let found = lists
            .word("sex", word)
            .or_else(|| lists.find("sex", word))
            .or_else(|| lists.word("sex", &clean_code(word)))
            .and_then(|code| lists.sex(code));
        self.count_understood(column, found.is_some());
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
            .or_else(|| lists.ethnicity(lists.word("ethnicity", word)?))
            .or_else(|| {
                let after = word.split_once([':', '-']).map(|(_, label)| label)?;
                lists.ethnicity(lists.word("ethnicity", after)?)
            })
            .or_else(|| lists.ethnicity(lists.find("ethnicity", word)?));
        self.count_understood(column, found.is_some());
        found.unwrap_or_else(|| {
            self.report(Code::CodeUnknown, column, text, "");
            lists.ethnicity("MISS").unwrap_or(CategoryId::TOTAL)
        })
    }
}
