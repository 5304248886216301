//! Rows that cannot be true of a child, and days that the return of a row cannot know.

use disparity_core::Day;
use disparity_core::journeys::{BirthPrecision, CodeId, Coded, SpellKind};

use super::{Assembly, ChildRows, Tally};
use crate::children::persons::before_conception;
use crate::diagnostics::Code;
use crate::records::RowPlace;

/// A day after the last that the return of its row speaks of.
#[derive(Clone, Copy)]
pub(super) struct Late {
    pub(super) code: Code,
    pub(super) place: RowPlace,
    pub(super) id: u32,
    pub(super) day: Day,
    pub(super) until: Day,
}

impl Late {
    const fn new(code: Code, place: RowPlace, id: u32, day: Day) -> Self {
        Self {
            code,
            place,
            id,
            day,
            until: day,
        }
    }
}

impl Assembly<'_> {
    /// Rows before conception, or after the last day that their own return speaks of, are set aside. An
    /// end after that day is none that the return can know: the row is open in it.
    pub(super) fn set_aside(
        &self,
        whole: &mut ChildRows,
        birth: (Option<Day>, BirthPrecision),
        tally: &mut Tally,
    ) {
        let mut is_possible = |kind: SpellKind, year: u16, row: Late| {
            if before_conception(birth.0, birth.1, row.day) {
                tally.aside.push((row.place, row.id, row.day));
                return false;
            }
            let until = self.years_of(kind).until(year);
            let late = year != 0 && row.day > until;
            if late {
                tally.late.push(Late { until, ..row });
            }
            !late
        };
        whole.activities.retain_mut(|a| {
            let mut row = Late::new(Code::DateAfterReturn, a.place, a.id, a.start);
            if !is_possible(a.kind, a.year, row) {
                return false;
            }
            if let Some(end) = a.end.filter(|_| !a.kind.is_event()) {
                (row.code, row.day) = (Code::EndAfterReturn, end);
                if !is_possible(a.kind, a.year, row) {
                    a.end = None;
                    // Nor is it known why a case closed.
                    if let Coded::Episode { closure, .. } = &mut a.coded {
                        *closure = CodeId::BLANK;
                    }
                }
            }
            true
        });
        whole.care.retain_mut(|c| {
            let kind = SpellKind::Care;
            let mut row = Late::new(Code::DateAfterReturn, c.place, c.id, c.start);
            if !is_possible(kind, c.year, row) {
                return false;
            }
            if let Some(end) = c.end.day() {
                (row.code, row.day) = (Code::EndAfterReturn, end);
                if !is_possible(kind, c.year, row) {
                    (c.end, c.reason_ceased) = (None.into(), CodeId::BLANK);
                }
            }
            true
        });
    }
}
