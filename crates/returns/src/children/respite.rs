//! Short breaks against the limits of the law: said, and changing nothing.

use disparity_core::Day;
use disparity_core::journeys::{CodeId, CodeSet};

use crate::children::periods_of_care::Oddity;
use crate::diagnostics::Code;
use crate::records::CareRow;

/// Days of one break in a series that is not agreed beforehand, and of all of them in twelve months.
const ONE: i32 = 17;
const ALL: i32 = 75;

/// Checks a child's short breaks, sorted by start.
pub(crate) fn check(breaks: &[CareRow], statuses: &CodeSet, oddities: &mut Vec<Oddity>) {
    let (Some(single), Some(agreed)) = (statuses.id("V3"), statuses.id("V4")) else {
        return;
    };
    let mut odd = |row: &CareRow, message: String| {
        oddities.push(Oddity {
            code: Code::RespiteLimit,
            row: *row,
            message,
        });
    };
    let of = |code: CodeId| breaks.iter().filter(move |row| row.legal_status == code);
    let days = |row: &CareRow| row.end.day().map_or(0, |end| end.since(row.start));
    for row in of(single) {
        if days(row) > ONE {
            odd(row, format!("{} days under V3 (rule 365)", days(row)));
        }
        let within =
            |other: &&CareRow| other.start <= row.start && other.start > row.start.plus_months(-12);
        let total: i32 = of(single).filter(within).map(days).sum();
        if total > ALL {
            odd(
                row,
                format!("{total} days under V3 in twelve months (rule 367)"),
            );
        }
    }
    let year = |day: Day| day.period();
    if let Some(row) = of(agreed).find(|row| of(single).any(|v3| year(v3.start) == year(row.start)))
    {
        odd(row, "V3 and V4 in one year (rule 426)".into());
    }
}
