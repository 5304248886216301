//! Days: those a row hangs on, those it can do without, and what a column of them says as a whole.

use disparity_core::Day;
use disparity_core::journeys::SpellKind;

use super::{ColumnState, FieldReader, RowStop};
use crate::bytes::trim::trim;
use crate::config::options::Options;
use crate::diagnostics::Code;
use crate::fields::date::{DateText, read_date, read_part_date};
use crate::fields::value::is_null;

/// The day on which the Children Act 1989 came into force; nothing under it is older.
const CHILDREN_ACT: Day = Day(7_956);

impl FieldReader<'_> {
    /// A day that the row can do without.
    pub(crate) fn day(&mut self, column: usize, text: &str) -> Option<Day> {
        self.day_if_any(column, text).unwrap_or(None)
    }

    /// A day that the row can do without, or none.
    ///
    /// # Errors
    /// [`RowStop`] if there is one that cannot be read, which has been reported.
    pub(crate) fn day_if_any(&mut self, column: usize, text: &str) -> Result<Option<Day>, RowStop> {
        self.date(column, text, Code::DateIgnored)
    }

    /// A date of birth; that there is none is reported, once.
    pub(crate) fn birth(&mut self, column: usize, text: &str) -> Option<Day> {
        let read = self.day_if_any(column, text);
        if read == Ok(None) {
            self.report(Code::BirthMissing, column, "", "");
        }
        read.unwrap_or(None)
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

    /// First and last day of something of a kind; what has no length ends where it starts, and
    /// where nothing says a last day there is none.
    ///
    /// # Errors
    /// [`RowStop`] if it has no first day, starts after the extract or ends before it starts.
    pub(crate) fn span(
        &mut self,
        kind: SpellKind,
        from: (usize, &str),
        to: Option<(usize, &str)>,
    ) -> Result<(Day, Option<Day>), RowStop> {
        let start = self.key_day(from.0, from.1)?;
        if start > self.options.as_of {
            self.report(Code::DateAfterExtract, from.0, from.1, "");
            return Err(RowStop);
        }
        if kind.is_event() {
            return Ok((start, Some(start)));
        }
        let Some(to) = to else {
            return Ok((start, None));
        };
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
        let (order, line) = (self.options.date_order, self.line);
        let Some(state) = self.columns.get_mut(column) else {
            return Ok(None);
        };
        let pivot = self.options.pivot(state.old);
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
        if CHILDREN_ACT <= day && day <= self.options.as_of {
            return Ok(Some(day));
        }
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
        if (1900..=self.options.as_of.ymd().0 + Options::AHEAD).contains(&year) {
            return Ok(Some(day));
        }
        self.report(code, column, text, "outside what is possible");
        Err(RowStop)
    }

    /// A day of which parts may be unknown.
    pub(crate) fn part_day(&mut self, column: usize, text: &str) -> Option<Day> {
        match read_part_date(text, self.options.pivot(false)) {
            DateText::Day(day) => Some(day),
            DateText::Blank | DateText::Sentinel => None,
            _ => {
                self.report(Code::DateIgnored, column, text, "");
                None
            }
        }
    }

    pub(super) fn finish_dates(&mut self, at: usize, state: &ColumnState, wrong: &mut Vec<u32>) {
        let dates = &state.dates;
        if dates.is_mixed() {
            let lines = format!(
                "line {} is day-first, line {} month-first",
                dates.day_first.1, dates.month_first.1
            );
            self.report(Code::DateMixedOrder, at, "", lines);
        } else if dates.is_month_first()
            && self.options.date_order == crate::config::options::DateOrder::DayFirst
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
        self.report_count(Code::DateTwoDigits, at, dates.two_digit, "dates");
        self.report_count(Code::DateSentinel, at, dates.sentinel, "dates");
    }
}
