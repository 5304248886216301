//! What was odd about an authority's records, with the place of each.

use super::{Assembly, Tally};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::persons::PersonOddity;
use crate::records::{Records, RowPlace};

impl Assembly<'_> {
    pub(super) fn report_persons(
        &self,
        records: &Records,
        oddities: &[PersonOddity],
        diagnostics: &mut Diagnostics,
    ) {
        for (code, row, message) in oddities {
            diagnostics.push(self.at(records, *code, row.place, row.id, message));
        }
    }

    pub(super) fn at(
        &self,
        records: &Records,
        code: Code,
        place: RowPlace,
        id: u32,
        message: &str,
    ) -> Diagnostic {
        let file = self
            .sources
            .get(place.source as usize)
            .map_or("", |source| source.name.as_str());
        let mut diagnostic = Diagnostic::of_file(code, file, message);
        diagnostic.line = u64::from(place.line);
        diagnostic.child = Some(records.ids.text(id).to_owned());
        diagnostic
    }

    pub(super) fn report(&self, records: &Records, tally: &Tally, diagnostics: &mut Diagnostics) {
        for one in &tally.merged.oddities {
            diagnostics.push(self.at(
                records,
                one.code,
                one.activity.place,
                one.activity.id,
                &one.message,
            ));
        }
        for one in &tally.care {
            diagnostics.push(self.at(records, one.code, one.row.place, one.row.id, &one.message));
        }
        for (rule, row) in &tally.repairs.fired {
            diagnostics.push(self.at(records, Code::CareRepaired, row.place, row.id, rule));
        }
        for (place, id, day) in &tally.aside {
            diagnostics.push(self.at(
                records,
                Code::BirthAfterEvent,
                *place,
                *id,
                &day.to_string(),
            ));
        }
        for late in &tally.late {
            let message = format!("{}, in a return up to {}", late.day, late.until);
            diagnostics.push(self.at(records, late.code, late.place, late.id, &message));
        }
        let whole = |code, message: String| {
            Diagnostic::of_file(code, &format!("authority {}", self.la), message)
        };
        let restated = tally.merged.restated + tally.repairs.repeats;
        if restated > 0 {
            diagnostics.push(whole(Code::RowRestated, format!("{restated} rows")));
        }
        let (absent, open) = tally.merged.not_restated;
        if absent * 50 > open {
            diagnostics.push(whole(
                Code::OpenNotRestated,
                format!("{absent} of {open} open activities: more than 2%, is a file missing?"),
            ));
        }
        if tally.sectors > 0 {
            diagnostics.push(whole(
                Code::PostcodeSector,
                format!(
                    "{} of {} homes at the start of care",
                    tally.sectors, tally.homes
                ),
            ));
        }
        if tally.unlisted > 0 {
            diagnostics.push(whole(
                Code::PostcodeUnlisted,
                format!(
                    "{} of {} homes at the start of care",
                    tally.unlisted, tally.homes
                ),
            ));
        }
    }
}
