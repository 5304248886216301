//! Care episodes of several years made into one history: exact repeats dropped, and episodes that an
//! earlier year left open ended by what the later years say. The rules and their numbers are those
//! of the London pipeline, applied to each child of each authority; children of different
//! authorities never meet here.

use disparity_core::journeys::{CodeId, CodeSetId, CodeSets};
use disparity_core::{Day, Period};

use crate::records::{CareRow, Texts};

/// Codes that the rules look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RepairCodes {
    pub(crate) start: CodeId,
    pub(crate) continues: CodeId,
    pub(crate) inferred: CodeId,
    /// Reasons for a new episode that change the placement: P, B, T, U.
    pub(crate) placement_changes: [CodeId; 4],
}

impl RepairCodes {
    pub(crate) fn of(codes: &CodeSets) -> Self {
        let new = |code: &str| {
            codes
                .set(CodeSetId::ReasonNewEpisode)
                .id(code)
                .unwrap_or_default()
        };
        let ceased = |code: &str| {
            codes
                .set(CodeSetId::ReasonCeased)
                .id(code)
                .unwrap_or_default()
        };
        Self {
            start: new("S"),
            continues: ceased("X1"),
            inferred: ceased("E99"),
            placement_changes: [new("P"), new("B"), new("T"), new("U")],
        }
    }
}

/// What was done, by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Repairs {
    /// Rows that repeat another to the day, dropped for the latest year's.
    pub(crate) repeats: u64,
    /// Rule and row of every repair; deleted rows as they were.
    pub(crate) fired: Vec<(&'static str, CareRow)>,
}

/// 31 March of a year.
fn year_end(year: u16) -> Day {
    Period::ending(year).map_or(Day::NONE, Day::last_of)
}

/// Repairs the rows of one child, in any order, in place. `years` are the years for which the
/// authority has a file, sorted.
pub(crate) fn repair_child(
    rows: &mut Vec<CareRow>,
    years: &[u16],
    codes: RepairCodes,
    texts: &mut Texts,
    repairs: &mut Repairs,
) {
    drop_repeats(rows, repairs);
    end_open_rows(rows, years, codes, texts, repairs);
    // Ends of one year against starts of a later one.
    for at in 0..rows.len().saturating_sub(1) {
        let (year, next_year, next_start) = (rows[at].year, rows[at + 1].year, rows[at + 1].start);
        let Some(end) = rows[at].end.filter(|_| year < next_year) else {
            continue;
        };
        let rule = if end > next_start {
            "RULE_4"
        } else if end < next_start && rows[at].reason_ceased == codes.continues {
            "RULE_5"
        } else {
            continue;
        };
        rows[at].end = Some(next_start);
        rows[at].rule = Some(rule);
        repairs.fired.push((rule, rows[at]));
    }
}

/// Of rows that start on one day, those of the latest year stay; two that are the same are one.
fn drop_repeats(rows: &mut Vec<CareRow>, repairs: &mut Repairs) {
    rows.sort_by_key(|row| (row.start, row.year, row.end.unwrap_or(Day::OPEN), row.place));
    let before = rows.len();
    let latest: Vec<u16> = rows
        .iter()
        .map(|row| {
            let from = rows.partition_point(|other| other.start < row.start);
            let to = rows.partition_point(|other| other.start <= row.start);
            rows[from..to]
                .iter()
                .map(|other| other.year)
                .max()
                .unwrap_or(row.year)
        })
        .collect();
    let mut keep = rows
        .iter()
        .zip(&latest)
        .map(|(row, latest)| row.year == *latest)
        .collect::<Vec<_>>()
        .into_iter();
    rows.retain(|_| keep.next().unwrap_or(true));
    rows.dedup_by(|b, a| {
        CareRow {
            place: a.place,
            ..*b
        } == *a
    });
    repairs.repeats += (before - rows.len()) as u64;
}

fn same_episode(a: &CareRow, b: &CareRow) -> bool {
    a.start != b.start
        && a.reason_new == b.reason_new
        && a.legal_status == b.legal_status
        && a.placement == b.placement
        && a.provider == b.provider
        && a.placement_postcode == b.placement_postcode
        && a.urn == b.urn
}

/// Rows without an end from a year that is not the authority's latest.
fn end_open_rows(
    rows: &mut Vec<CareRow>,
    years: &[u16],
    codes: RepairCodes,
    texts: &mut Texts,
    repairs: &mut Repairs,
) {
    let latest = years.last().copied().unwrap_or(0);
    let original = rows.clone();
    let mut deleted = vec![false; rows.len()];
    for at in 0..original.len() {
        let row = original[at];
        if row.end.is_some() || row.year == latest || row.year == 0 {
            continue;
        }
        let (previous, next) = (
            at.checked_sub(1).map(|p| original[p]),
            original.get(at + 1).copied(),
        );
        let rule = if next.is_some_and(|n| same_episode(&row, &n))
            || previous.is_some_and(|p| same_episode(&row, &p))
        {
            deleted[at] = true;
            "RULE_3"
        } else if previous.is_some_and(|p| p.year > row.year) {
            deleted[at] = true;
            "RULE_3A"
        } else {
            end_row(&mut rows[at], next, years, codes, texts)
        };
        rows[at].rule = Some(rule);
        repairs.fired.push((rule, rows[at]));
    }
    let mut at = 0;
    rows.retain(|_| {
        at += 1;
        !deleted[at - 1]
    });
}

fn end_row(
    row: &mut CareRow,
    next: Option<CareRow>,
    years: &[u16],
    codes: RepairCodes,
    texts: &mut Texts,
) -> &'static str {
    match next {
        None => {
            row.end = Some(year_end(row.year));
            if years.contains(&(row.year + 1)) {
                row.reason_ceased = codes.inferred;
                "RULE_2"
            } else {
                // The year after is missing: nobody knows whether it ended.
                "UNKNOWN_END"
            }
        }
        Some(next) if next.reason_new == codes.start => {
            row.end = Some(year_end(row.year).min(next.start.plus(-1)).max(row.start));
            row.reason_ceased = codes.inferred;
            "RULE_1A"
        }
        Some(next) => {
            row.end = Some(next.start);
            row.reason_ceased = codes.continues;
            if codes.placement_changes.contains(&next.reason_new) {
                row.reason_change = texts.number("LIIAF");
            }
            "RULE_1"
        }
    }
}
