//! Episodes of one child made into periods of care: which follow on from which, and whether the
//! start of each period is the real start. The rules are a table in `tests/spec/periods_of_care.md`.

use disparity_core::Day;
use disparity_core::journeys::{CodeId, SpellFlags};

use crate::diagnostics::Code;
use crate::records::CareRow;
use crate::records::rule::Rule;

/// Codes that the rules look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PeriodCodes {
    pub(crate) start: CodeId,
    pub(crate) continues: CodeId,
    pub(crate) inferred: CodeId,
}

/// One period of care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CarePeriod {
    pub(crate) start: Day,
    pub(crate) end: Option<Day>,
    pub(crate) flags: SpellFlags,
    /// The first and the last episode.
    pub(crate) first: CareRow,
    pub(crate) last: CareRow,
}

/// Something odd between two episodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Oddity {
    pub(crate) code: Code,
    pub(crate) row: CareRow,
    pub(crate) message: String,
}

enum Step {
    Continue,
    New { known: bool },
}

/// What an episode's end says about what follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Continues,
    Nothing,
    Really,
}

/// The periods of care of one child, from repaired episodes sorted by start. Short breaks have been
/// taken out before.
pub(crate) fn periods(
    rows: &mut Vec<CareRow>,
    codes: PeriodCodes,
    same_day_restart_is_new: bool,
    oddities: &mut Vec<Oddity>,
) -> Vec<CarePeriod> {
    rows.sort_by_key(|row| (row.start, row.end.day().unwrap_or(Day::OPEN), row.year));
    drop_contained(rows, oddities);
    let mut periods: Vec<CarePeriod> = Vec::new();
    for at in 0..rows.len() {
        let row = rows[at];
        let step = match at.checked_sub(1) {
            None => None,
            Some(before) => {
                let (step, previous_end) = follow(
                    &rows[before],
                    &row,
                    codes,
                    same_day_restart_is_new,
                    oddities,
                );
                if rows[before].end.day() != previous_end {
                    rows[before].end = previous_end.into();
                    if let Some(period) = periods.last_mut() {
                        period.end = previous_end;
                        period.last = rows[before];
                    }
                }
                Some(step)
            }
        };
        match step {
            Some(Step::Continue) => {
                if let Some(period) = periods.last_mut() {
                    period.end = row.end.day();
                    period.last = row;
                }
            }
            first_or_new => periods.push(open_period(row, first_or_new.as_ref(), codes, oddities)),
        }
    }
    for period in &mut periods {
        let unknown = period.last.rule == Some(Rule::UnknownEnd);
        let inferred = period.last.reason_ceased == codes.inferred;
        period.flags = period
            .flags
            .with_if(inferred, SpellFlags::END_INFERRED)
            .with_if(unknown, SpellFlags::END_UNKNOWN);
    }
    periods
}

fn open_period(
    row: CareRow,
    step: Option<&Step>,
    codes: PeriodCodes,
    oddities: &mut Vec<Oddity>,
) -> CarePeriod {
    let flags = match step {
        None if row.reason_new == codes.start => SpellFlags::START_KNOWN,
        None => {
            let message = "the first episode is not a start".to_owned();
            oddities.push(Oddity {
                code: Code::LeftTruncated,
                row,
                message,
            });
            SpellFlags::default()
        }
        Some(Step::New { known: false }) => {
            oddities.push(Oddity {
                code: Code::StartInferred,
                row,
                message: String::new(),
            });
            SpellFlags::START_INFERRED
        }
        Some(_) => SpellFlags::START_KNOWN,
    };
    CarePeriod {
        start: row.start,
        end: row.end.day(),
        flags,
        first: row,
        last: row,
    }
}

/// An episode inside another with the same codes says nothing new.
fn drop_contained(rows: &mut Vec<CareRow>, oddities: &mut Vec<Oddity>) {
    let mut kept: Vec<CareRow> = Vec::with_capacity(rows.len());
    for row in rows.drain(..) {
        let same = kept.last().is_some_and(|last| {
            let inside = row.end.day().unwrap_or(Day::OPEN) <= last.end.day().unwrap_or(Day::OPEN)
                && row.start >= last.start;
            inside
                && last.end.day().is_some()
                && row.start < last.end.day().unwrap_or(Day::OPEN)
                && row.reason_new == last.reason_new
                && row.legal_status == last.legal_status
                && row.placement == last.placement
                && row.provider == last.provider
        });
        if same {
            oddities.push(Oddity {
                code: Code::CareOverlap,
                row,
                message: "inside another with the same codes; dropped".into(),
            });
        } else {
            kept.push(row);
        }
    }
    *rows = kept;
}

/// Whether an episode continues the one before it, and where that one really ends.
fn follow(
    previous: &CareRow,
    row: &CareRow,
    codes: PeriodCodes,
    same_day_restart_is_new: bool,
    oddities: &mut Vec<Oddity>,
) -> (Step, Option<Day>) {
    let mut odd = |code, message: String| {
        oddities.push(Oddity {
            code,
            row: *row,
            message,
        });
    };
    let mut ended = match previous.reason_ceased {
        code if code == codes.continues => Ended::Continues,
        code if code == codes.inferred || code == CodeId::BLANK || code == CodeId::UNKNOWN => {
            Ended::Nothing
        }
        _ => Ended::Really,
    };
    let mut end = previous.end.day();
    let starts = row.reason_new == codes.start;
    match previous.end.day() {
        None => {
            odd(Code::OpenThenNew, "rule 142".into());
            end = Some(row.start);
            ended = Ended::Continues;
        }
        Some(day) if day > row.start => {
            odd(
                Code::CareOverlap,
                format!("by {} days (rule 501)", day.since(row.start)),
            );
            end = Some(row.start);
            if ended == Ended::Really {
                ended = Ended::Continues;
            }
        }
        Some(_) => {}
    }
    let gap = row.start.since(end.unwrap_or(row.start));
    let step = match (ended, starts, gap) {
        (Ended::Continues | Ended::Nothing, false, 0) => Step::Continue,
        (Ended::Continues, false, _) => {
            odd(Code::X1Gap, format!("{gap} days"));
            Step::Continue
        }
        (Ended::Continues, true, 0) => {
            odd(
                Code::X1Mismatch,
                "a start on the day the last episode says it continues (rule 431)".into(),
            );
            Step::Continue
        }
        (Ended::Continues, true, _) => {
            odd(
                Code::X1Mismatch,
                format!("a start {gap} days after an episode that says it continues (rule 388)"),
            );
            Step::New { known: true }
        }
        (Ended::Really, true, 0) if !same_day_restart_is_new => {
            odd(
                Code::X1Mismatch,
                "care ends and starts on one day (rule 431)".into(),
            );
            Step::Continue
        }
        (Ended::Really, false, 0) => {
            odd(
                Code::X1Mismatch,
                "care ends, and the next episode says it continues that day (rule 432)".into(),
            );
            Step::Continue
        }
        (Ended::Really | Ended::Nothing, true, _) => Step::New { known: true },
        (Ended::Really | Ended::Nothing, false, _) => Step::New { known: false },
    };
    (step, end)
}
