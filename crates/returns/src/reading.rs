//! Reading the fields of one table or document: text to typed values, every oddity reported once
//! with its place. Knows columns and code sets; knows nothing of what a row is for.

use disparity_core::journeys::{CodeId, CodeSetId, SpellKind};
use disparity_core::{CategoryId, Day};

use crate::codelists::{ColumnType, Lists, TableDef};
use crate::date::{DateColumn, DateText, read_date, read_part_date};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::options::Options;
use crate::value::{
    IdText, PostcodeText, clean_code, is_null, is_upn, read_bool, read_id, read_postcode,
    read_whole, strip_list_prefix, trim,
};

/// What is gathered about one column while it is read.
#[derive(Debug, Clone, Default)]
struct ColumnState {
    name: String,
    dates: DateColumn,
    coded: u64,
    unknown: u64,
    floats: u64,
    serial_lines: Vec<u32>,
    /// Sexes written as letters and as numbers.
    sexes: [u64; 2],
    /// Whether its dates are of births or addresses, which may lie before the Children Act.
    old: bool,
}

/// The day on which the Children Act 1989 came into force; nothing under it is older.
const CHILDREN_ACT: Day = Day(7_956);

/// A row that cannot be used; why has been reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowStop;

/// The reading of one table or document.
pub(crate) struct Reading<'a> {
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
    /// Year the file is for, if known while reading.
    pub year: Option<u16>,
    columns: Vec<ColumnState>,
}

impl<'a> Reading<'a> {
    /// A reading whose columns have these names; a column is meant by its position among them.
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
            year: options.year,
            columns: columns.collect(),
        }
    }

    /// A reading of a known table.
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
        let column = self
            .columns
            .get(column)
            .map_or_else(String::new, |state| state.name.clone());
        self.diagnostics.push(Diagnostic {
            code,
            file: self.file.clone(),
            line: self.line,
            column,
            child: self.child.clone(),
            value: value.to_owned(),
            message: message.into(),
        });
    }

    /// Reports something about the current row as a whole.
    pub(crate) fn report_row(&mut self, code: Code, message: impl Into<String>) {
        self.report(code, usize::MAX, "", message);
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
    pub(crate) fn id(&mut self, column: usize, text: &str) -> Result<String, RowStop> {
        match read_id(text) {
            IdText::Id(id) => {
                let id = id.into_owned();
                match &mut self.child {
                    Some(child) => child.clone_from(&id),
                    none => *none = Some(id.clone()),
                }
                Ok(id)
            }
            IdText::Blank => {
                self.child = None;
                self.report(Code::ChildIdBlank, column, text, "");
                Err(RowStop)
            }
            IdText::Scientific => {
                self.child = None;
                self.report(Code::IdScientific, column, text, "");
                Err(RowStop)
            }
        }
    }

    /// A day that the row can do without.
    pub(crate) fn day(&mut self, column: usize, text: &str) -> Option<Day> {
        self.date(column, text, Code::DateIgnored).unwrap_or(None)
    }

    /// A day without which the row is nothing.
    ///
    /// # Errors
    /// [`RowStop`] if there is none.
    pub(crate) fn key_day(&mut self, column: usize, text: &str) -> Result<Day, RowStop> {
        if trim(text).is_empty() || is_null(trim(text)) {
            self.report(Code::DateUnparseable, column, text, "it is blank");
            return Err(RowStop);
        }
        match self.date(column, text, Code::DateUnparseable)? {
            Some(day) => Ok(day),
            None => {
                self.report(Code::DateUnparseable, column, text, "it stands for no date");
                Err(RowStop)
            }
        }
    }

    /// First and last day of something of a kind; what has no length ends where it starts. A column
    /// beyond the table stands for no last day.
    ///
    /// # Errors
    /// [`RowStop`] if it has no first day, starts after the extract or ends before it starts.
    pub(crate) fn span(
        &mut self,
        kind: SpellKind,
        from: (usize, &str),
        to: (usize, &str),
    ) -> Result<(Day, Option<Day>), RowStop> {
        let start = self.key_day(from.0, from.1)?;
        if start > self.options.as_of {
            self.report(Code::DateAfterExtract, from.0, from.1, "");
            return Err(RowStop);
        }
        if kind.is_event() {
            return Ok((start, Some(start)));
        }
        let end = self.day(to.0, to.1);
        if end.is_some_and(|end| end < start) {
            self.report(Code::EndBeforeStart, to.0, to.1, "");
            return Err(RowStop);
        }
        if end.is_some_and(|end| end > self.options.as_of) {
            self.report(Code::FutureEnd, to.0, to.1, "");
        }
        Ok((start, end))
    }

    /// The day, or none if the text stands for none; an error once something has been reported.
    fn date(&mut self, column: usize, text: &str, if_bad: Code) -> Result<Option<Day>, RowStop> {
        let text = trim(text);
        if is_null(text) {
            return Ok(None);
        }
        let (order, pivot, line) = (self.options.date_order, self.options.pivot(), self.line);
        let Some(state) = self.columns.get_mut(column) else {
            return Ok(None);
        };
        let beside_dates = state.dates.other > 0;
        let why = match read_date(text, order, pivot, line, &mut state.dates) {
            DateText::Day(day) => return self.plausible(column, text, day, if_bad),
            DateText::Blank | DateText::Sentinel => return Ok(None),
            DateText::Serial(day) if !beside_dates => {
                state
                    .serial_lines
                    .push(u32::try_from(line).unwrap_or(u32::MAX));
                return self.plausible(column, text, day, if_bad);
            }
            DateText::Serial(_) => "a bare number beside dates",
            DateText::OtherOrder => "the month would be above 12",
            DateText::Bad => "",
        };
        self.report(if_bad, column, text, why);
        Err(RowStop)
    }

    /// Days that cannot be are set aside: before 1900 or long after today. A row that hangs on such
    /// a day goes with it.
    fn plausible(
        &mut self,
        column: usize,
        text: &str,
        day: Day,
        if_bad: Code,
    ) -> Result<Option<Day>, RowStop> {
        let code = if if_bad == Code::DateIgnored {
            Code::DateImplausible
        } else {
            if_bad
        };
        let (year, ..) = day.ymd();
        let old = self.columns.get(column).is_none_or(|state| state.old);
        if !old && day < CHILDREN_ACT && year > 1900 {
            self.report(Code::DateBeforeAct, column, text, "rule 353");
        }
        if (1900..=self.options.as_of.ymd().0 + 25).contains(&year) {
            return Ok(Some(day));
        }
        self.report(code, column, text, "outside what is possible");
        Err(RowStop)
    }

    /// A day of which parts may be unknown.
    pub(crate) fn part_day(&mut self, column: usize, text: &str) -> Option<Day> {
        match read_part_date(text) {
            DateText::Day(day) => Some(day),
            DateText::Blank | DateText::Sentinel => None,
            _ => {
                self.report(Code::DateIgnored, column, text, "");
                None
            }
        }
    }

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

    /// Yes or no.
    pub(crate) fn yes_no(&mut self, column: usize, text: &str) -> Option<bool> {
        read_bool(text).unwrap_or_else(|()| {
            self.report(Code::CodeUnknown, column, text, "expected yes or no");
            None
        })
    }

    /// A small whole number; 255 if there is none.
    pub(crate) fn small_number(&mut self, column: usize, text: &str) -> u8 {
        if is_null(trim(text)) {
            return 255;
        }
        match read_whole(text) {
            Some((number, float)) => {
                if let (true, Some(state)) = (float, self.columns.get_mut(column)) {
                    state.floats += 1;
                }
                u8::try_from(number.min(254)).unwrap_or(254)
            }
            None => {
                self.report(Code::CodeUnknown, column, text, "expected a whole number");
                255
            }
        }
    }

    /// A pupil number, if it is a valid one.
    pub(crate) fn upn<'t>(
        &mut self,
        column: usize,
        text: &'t str,
    ) -> Option<std::borrow::Cow<'t, str>> {
        let text = trim(text);
        let upper = text.to_ascii_uppercase();
        if text.is_empty() || is_null(text) || (upper.starts_with("UN") && upper.len() == 3) {
            return None;
        }
        if crate::value::is_scientific(text) {
            self.report(
                Code::UpnInvalid,
                column,
                text,
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

    /// What the columns as a whole say once every row is read. Returns the lines whose bare numbers
    /// turned out not to be dates; errors of the whole table are in the diagnostics.
    pub(crate) fn finish(&mut self, types: &[ColumnType]) -> Vec<u32> {
        let mut wrong = Vec::new();
        self.line = 0;
        self.child = None;
        for at in 0..self.columns.len() {
            let state = self.columns[at].clone();
            self.finish_dates(at, &state, &mut wrong);
            if state.floats > 0 {
                self.report(
                    Code::NumberFloat,
                    at,
                    "",
                    format!("{} values", state.floats),
                );
            }
            if state.sexes[0] > 0 && state.sexes[1] > 0 {
                let message = format!(
                    "{} letters and {} numbers in one file",
                    state.sexes[0], state.sexes[1]
                );
                self.report(Code::CodeOtherYear, at, "", message);
            }
            let checked = types
                .get(at)
                .is_none_or(|kind| !matches!(kind, ColumnType::Text));
            if checked && state.coded >= 20 && state.unknown * 5 > state.coded {
                self.report(
                    Code::CodesUnknown,
                    at,
                    "",
                    format!("{} of {}", state.unknown, state.coded),
                );
            }
        }
        wrong.sort_unstable();
        wrong.dedup();
        wrong
    }

    fn finish_dates(&mut self, at: usize, state: &ColumnState, wrong: &mut Vec<u32>) {
        let dates = &state.dates;
        if dates.is_mixed() {
            let lines = format!(
                "line {} is day-first, line {} month-first",
                dates.day_first.1, dates.month_first.1
            );
            self.report(Code::DateMixedOrder, at, "", lines);
        } else if dates.is_month_first()
            && self.options.date_order == crate::date::DateOrder::DayFirst
        {
            let (n, line) = dates.month_first;
            self.report(
                Code::DateMonthFirst,
                at,
                "",
                format!("{n} dates, first on line {line}"),
            );
        }
        if dates.serial_is_wrong() {
            for line in &state.serial_lines {
                self.line = u64::from(*line);
                self.report(Code::DateUnparseable, at, "", "a bare number beside dates");
            }
            self.line = 0;
            wrong.extend(&state.serial_lines);
        }
        let all = dates.other + dates.serial.0;
        if dates.zoned * 100 > all {
            self.report(Code::DateZoned, at, "", format!("{} of {all}", dates.zoned));
        }
        if dates.two_digit > 0 {
            self.report(
                Code::DateTwoDigits,
                at,
                "",
                format!("{} dates", dates.two_digit),
            );
        }
        if dates.sentinel > 0 {
            self.report(
                Code::DateSentinel,
                at,
                "",
                format!("{} dates", dates.sentinel),
            );
        }
    }
}
