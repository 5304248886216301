//! What the caller decides about reading and joining returns, with every default stated.

use disparity_core::Day;

use crate::bytes::encoding::Encoding;
use crate::config::continuity::Continuity;

/// Told how far the work has come: what is being done, how many parts are done, how many there are.
pub type Progress<'p> = &'p (dyn Fn(&str, usize, usize) + Sync);

/// Whether dates with slashes are day-first, as in Britain, or month-first, as an override.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// 31/03/2024.
    #[default]
    DayFirst,
    /// 03/31/2024, only when the user says so.
    MonthFirst,
}

/// Which of a child's recorded ethnic groups is used when sources disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EthnicityRule {
    /// The latest that is neither refused nor missing.
    #[default]
    LastInformative,
    /// The earliest that is neither refused nor missing.
    FirstInformative,
    /// The care return before the census.
    CareFirst,
    /// The one recorded most often.
    MostFrequent,
}

/// Everything that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Today, as far as the reading is concerned: nothing can have started later.
    pub as_of: Day,
    /// Authority for files that do not say, as a three-digit code.
    pub la: Option<String>,
    /// Year in which the period ends, for files that do not say.
    pub year: Option<u16>,
    /// Encoding for files that are not clear.
    pub encoding: Option<Encoding>,
    /// Order of day and month where dates have slashes.
    pub date_order: DateOrder,
    /// From which day early help records are complete.
    pub early_help_from: Option<Day>,
    /// From which day a Standard Safeguarding Dataset is complete.
    pub extract_from: Option<Day>,
    /// Which ethnic group is used when sources disagree.
    pub ethnicity: EthnicityRule,
    /// Whether a care episode that starts on the day another ended is a new period of care.
    pub same_day_restart_is_new: bool,
    /// Whether records without a common identifier are linked by pupil number and date of birth.
    pub link_by_upn: bool,
    /// Part of a file's rows that may be in error before the run counts as failed.
    pub max_row_errors: f64,
    /// Whether to go on where fewer than 70% of entrants are linked.
    pub force: bool,
    /// Authorities whose children kept their identifiers across a change of boundaries.
    pub continuity: Vec<Continuity>,
}

impl Options {
    /// The defaults, with a day that stands for today.
    #[must_use]
    pub fn new(as_of: Day) -> Self {
        Self {
            as_of,
            la: None,
            year: None,
            encoding: None,
            date_order: DateOrder::DayFirst,
            early_help_from: None,
            extract_from: None,
            ethnicity: EthnicityRule::LastInformative,
            same_day_restart_is_new: false,
            link_by_upn: true,
            max_row_errors: 0.05,
            force: false,
            continuity: Vec::new(),
        }
    }

    /// So many years ahead a date may lie: the status of a newborn child ends when it is grown up.
    pub(crate) const AHEAD: i32 = 25;

    /// Two-digit years up to this one are of this century: of dates in the past the next one, of
    /// those that may lie ahead, such as the day on which a status ends, so many years further.
    #[must_use]
    pub(crate) fn pivot(&self, is_past: bool) -> i32 {
        let ahead = if is_past { 1 } else { Self::AHEAD };
        self.as_of.ymd().0 % 100 + ahead
    }
}
