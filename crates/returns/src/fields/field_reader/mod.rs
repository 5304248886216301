//! Reading the fields of one table or document: text to typed values, every oddity reported once
//! with its place. Knows columns and code sets; knows nothing of what a row is for.

mod codes;
mod dates;

use std::borrow::Cow;

use disparity_core::journeys::CodeId;

pub(crate) use codes::Undated;

use crate::bytes::trim::trim;
use crate::config::codelists::{ColumnType, Lists, TableDef};
use crate::config::options::Options;
use crate::diagnostics::{ChildRef, Code, Diagnostic, Diagnostics};
use crate::fields::date::DateColumn;
use crate::fields::value::{
    IdText, PostcodeText, is_null, is_upn, read_bool, read_id, read_postcode, read_whole,
};

/// What is gathered about one column while it is read.
#[derive(Debug, Clone, Default)]
struct ColumnState {
    name: String,
    dates: DateColumn,
    coded: u64,
    unknown: u64,
    floats: u64,
    /// The words read last, and what they were understood as.
    words: (String, Option<CodeId>),
    serial_lines: Vec<u32>,
    /// Sexes written as letters and as numbers.
    sexes: [u64; 2],
    /// Whether its dates are of births or addresses, which may lie before the Children Act.
    old: bool,
}

/// A row that cannot be used; why has been reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowStop;

/// Reads the fields of one table or document.
pub(crate) struct FieldReader<'a> {
    /// Code sets and aliases.
    pub lists: &'a Lists,
    /// What the caller decided.
    pub options: &'a Options,
    /// Name that diagnostics show.
    pub file: String,
    /// Everything odd so far.
    pub diagnostics: Diagnostics,
    /// Line of the row being read.
    pub line: u64,
    /// Identifier of the child being read, for diagnostics.
    pub child: Option<String>,
    /// Authority of the row being read, as three digits, for diagnostics; empty if unknown.
    pub la: String,
    /// Year the file is for, if known while reading.
    pub year: Option<u16>,
    /// Values that belong to some years, while the year is not known.
    pub undated: Vec<Undated>,
    columns: Vec<ColumnState>,
}

impl<'a> FieldReader<'a> {
    /// A reader whose columns have these names; a column is meant by its position among them.
    pub(crate) fn new<'n>(
        lists: &'a Lists,
        options: &'a Options,
        file: &str,
        columns: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let columns = columns.into_iter().map(|name| {
            let folded = name.to_lowercase();
            ColumnState {
                name: name.to_owned(),
                old: ["birth", "dob", "addr"]
                    .iter()
                    .any(|part| folded.contains(part)),
                ..ColumnState::default()
            }
        });
        Self {
            lists,
            options,
            file: file.to_owned(),
            diagnostics: Diagnostics::default(),
            line: 0,
            child: None,
            la: String::new(),
            year: options.year,
            undated: Vec::new(),
            columns: columns.collect(),
        }
    }

    /// A reader of a known table.
    #[must_use]
    pub(crate) fn of_table(
        lists: &'a Lists,
        options: &'a Options,
        file: &str,
        def: &TableDef,
    ) -> Self {
        Self::new(
            lists,
            options,
            file,
            def.columns.iter().map(|column| column.name.as_str()),
        )
    }

    /// Reports something about a column of the current row.
    pub(crate) fn report(
        &mut self,
        code: Code,
        column: usize,
        value: &str,
        message: impl Into<String>,
    ) {
        let column = self.columns.get(column).map(|state| state.name.clone());
        self.push(code, column, value, message.into());
    }

    /// Reports something about the current row as a whole.
    pub(crate) fn report_row(&mut self, code: Code, message: impl Into<String>) {
        self.push(code, None, "", message.into());
    }

    fn push(&mut self, code: Code, column: Option<String>, value: &str, message: String) {
        self.diagnostics.push(Diagnostic {
            code,
            file: self.file.clone(),
            line: self.line,
            column: column.unwrap_or_default(),
            child: self.child_ref(),
            value: value.to_owned(),
            message,
        });
    }

    /// Reports how many values of a column are so, if any are.
    pub(super) fn report_count(&mut self, code: Code, column: usize, count: u64, what: &str) {
        if count > 0 {
            self.report(code, column, "", format!("{count} {what}"));
        }
    }

    /// The child being read, for diagnostics.
    fn child_ref(&self) -> Option<ChildRef> {
        self.child.as_ref().map(|id| ChildRef {
            la: self.la.clone(),
            id: id.clone(),
        })
    }

    /// Reports text where an XML document has no place for any.
    pub(crate) fn report_stray(&mut self, text: &str, line: u64) {
        self.line = line;
        // It may be a name.
        let message = format!("{} characters", text.chars().count());
        self.report_row(Code::StrayText, message);
    }

    /// Reports the document type declaration of an XML document.
    pub(crate) fn report_doctype(&mut self, line: u64) {
        self.line = line;
        self.report_file(Code::XmlDoctype, "");
    }

    /// Reports something about the whole table or file.
    pub(crate) fn report_file(&mut self, code: Code, message: impl Into<String>) {
        self.diagnostics
            .push(Diagnostic::of_file(code, &self.file, message));
    }

    /// The child's identifier; a blank one stops the row.
    ///
    /// # Errors
    /// [`RowStop`] if it is blank or damaged.
    pub(crate) fn id<'t>(&mut self, column: usize, text: &'t str) -> Result<Cow<'t, str>, RowStop> {
        match read_id(text) {
            IdText::Id(id) => {
                let child = self.child.get_or_insert_default();
                child.clear();
                child.push_str(&id);
                Ok(id)
            }
            IdText::Blank => {
                self.child = None;
                self.report(Code::ChildIdBlank, column, text, "");
                Err(RowStop)
            }
            IdText::Scientific => {
                // What is left of an identifier is shown as little as a whole one.
                self.child = Some(trim(text).to_owned());
                self.report(Code::IdScientific, column, "", "");
                self.child = None;
                Err(RowStop)
            }
        }
    }

    /// Yes or no.
    pub(crate) fn yes_no(&mut self, column: usize, text: &str) -> Option<bool> {
        self.yes_no_or(column, text, "expected yes or no")
    }

    /// Yes or no; what is neither is reported with a message.
    fn yes_no_or(&mut self, column: usize, text: &str, message: &str) -> Option<bool> {
        let answer = read_bool(text);
        if answer != Ok(None) {
            self.count_understood(column, answer.is_ok());
        }
        answer.unwrap_or_else(|()| {
            self.report(Code::CodeUnknown, column, text, message);
            None
        })
    }

    /// A small whole number, if there is one.
    pub(crate) fn small_number(&mut self, column: usize, text: &str) -> Option<u8> {
        if is_null(trim(text)) {
            return None;
        }
        match read_whole(text) {
            Some((number, float)) => {
                if let (true, Some(state)) = (float, self.columns.get_mut(column)) {
                    state.floats += 1;
                }
                u8::try_from(number.min(254)).ok()
            }
            None => {
                self.report(Code::CodeUnknown, column, text, "expected a whole number");
                None
            }
        }
    }

    /// A pupil number, if it is a valid one.
    pub(crate) fn upn<'t>(&mut self, column: usize, text: &'t str) -> Option<Cow<'t, str>> {
        let text = trim(text);
        let upper = text.to_ascii_uppercase();
        if text.is_empty() || is_null(text) || (upper.starts_with("UN") && upper.len() == 3) {
            return None;
        }
        if crate::fields::value::is_scientific(text) {
            self.report(
                Code::UpnInvalid,
                column,
                "",
                "a spreadsheet turned it into a rounded number",
            );
            return None;
        }
        if is_upn(&upper) {
            return Some(upper.into());
        }
        self.report(
            Code::UpnInvalid,
            column,
            "",
            "the check letter or the form is wrong",
        );
        None
    }

    /// A postcode as `SW1A 1AA`, or a sector as `SW1A 1`; none if there is none.
    pub(crate) fn postcode(&mut self, column: usize, text: &str) -> Option<String> {
        match read_postcode(text) {
            PostcodeText::Full(code) | PostcodeText::Sector(code) => Some(code),
            PostcodeText::Blank => None,
            PostcodeText::Bad => {
                self.report(Code::PostcodeInvalid, column, text, "");
                None
            }
        }
    }

    /// What the columns as a whole say once every row is read; errors of the whole table are in the
    /// diagnostics. A document has no definition of a table: its elements are named, so that codes
    /// that are not known do not mean that the wrong column was taken.
    pub(crate) fn finish(&mut self, def: Option<&TableDef>) -> Finished {
        let mut finished = Finished::default();
        self.line = 0;
        self.child = None;
        for at in 0..self.columns.len() {
            let state = self.columns[at].clone();
            self.finish_dates(at, &state, &mut finished.wrong);
            self.report_count(Code::NumberFloat, at, state.floats, "values");
            if state.sexes[0] > 0 && state.sexes[1] > 0 {
                let message = format!(
                    "{} letters and {} numbers in one file",
                    state.sexes[0], state.sexes[1]
                );
                self.report(Code::CodeOtherYear, at, "", message);
            }
            let column = def.and_then(|def| def.columns.get(at));
            let checked = column.is_none_or(|column| column.kind != ColumnType::Text);
            if checked && state.coded >= 20 && state.unknown * 5 > state.coded {
                let message = format!("{} of {}", state.unknown, state.coded);
                if column.is_some_and(|column| !column.key) {
                    self.report(Code::ColumnSetAside, at, "", message);
                    finished.aside.push(at);
                } else {
                    self.report(Code::CodesUnknown, at, "", message);
                }
            }
        }
        finished.wrong.sort_unstable();
        finished.wrong.dedup();
        finished
    }
}

/// What is not as it seemed while a table was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Finished {
    /// Lines whose bare numbers turned out not to be dates.
    pub(crate) wrong: Vec<u32>,
    /// Columns that are not understood and that the table can do without.
    pub(crate) aside: Vec<usize>,
}
