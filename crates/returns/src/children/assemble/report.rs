//! What was odd about an authority's records, with the place of each.

use std::collections::BTreeMap;

use disparity_core::Day;
use disparity_core::journeys::BirthPrecision;

use super::{Assembly, Bundle, Member, SIDES, Tally};
use crate::children::bridge::Bridged;
use crate::children::link::Identity;
use crate::children::persons::PersonOddity;
use crate::diagnostics::{ChildRef, Code, Diagnostic, Diagnostics};
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

    /// What the bridging columns of a dataset joined, and what they could not.
    pub(super) fn report_bridges(
        &self,
        records: &Records,
        bridged: &Bridged,
        diagnostics: &mut Diagnostics,
    ) {
        let place = format!("authority {}", self.la);
        if !bridged.to.is_empty() {
            let message = format!(
                "{} identifiers of other returns, by those that the dataset bridges to",
                bridged.to.len()
            );
            diagnostics.push(Diagnostic::of_file(Code::LinkLadder, &place, message));
        }
        let unsure = bridged.ambiguous.iter().map(|id| (Code::LinkAmbiguous, id));
        let conflicts = bridged.conflicts.iter().map(|id| (Code::LinkConflict, id));
        for (code, id) in unsure.chain(conflicts) {
            let mut one = Diagnostic::of_file(code, &place, "by a bridging identifier");
            one.child = Some(self.child_ref(records, *id));
            diagnostics.push(one);
        }
    }

    /// One pupil number and date of birth under two identifiers that nothing joined.
    pub(super) fn report_pupils(
        &self,
        records: &Records,
        sides: &[Vec<Bundle>; SIDES],
        identities: &[Vec<Identity>],
        members: &[Member],
        diagnostics: &mut Diagnostics,
    ) {
        let mut seen: BTreeMap<(u32, Day), usize> = BTreeMap::new();
        for (position, member) in members.iter().enumerate() {
            for (side, at) in member.bundles() {
                let one = &identities[side][at];
                let whole = one.birth.filter(|_| one.precision == BirthPrecision::Day);
                let (Some(upn), Some(birth)) = (one.upn, whole) else {
                    continue;
                };
                if *seen.entry((upn, birth)).or_insert(position) == position {
                    continue;
                }
                let rows = &records.persons[sides[side][at].persons.clone()];
                let place = rows.first().map_or(RowPlace::default(), |row| row.place);
                diagnostics.push(self.at(records, Code::PupilTwice, place, one.id, ""));
                break;
            }
        }
    }

    pub(super) fn child_ref(&self, records: &Records, id: u32) -> ChildRef {
        ChildRef {
            la: self.la.to_owned(),
            id: records.ids.text(id).to_owned(),
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
        diagnostic.child = Some(self.child_ref(records, id));
        diagnostic
    }

    /// Says what was odd about the rows of one child, and keeps none of it: what is kept until the last
    /// child grows with the rows, where one mistake is in all of them.
    pub(super) fn report_child(
        &self,
        records: &Records,
        tally: &mut Tally,
        diagnostics: &mut Diagnostics,
    ) {
        for one in tally.merged.oddities.drain(..) {
            diagnostics.push(self.at(
                records,
                one.code,
                one.activity.place,
                one.activity.id,
                &one.message,
            ));
        }
        for one in tally.care.drain(..) {
            diagnostics.push(self.at(records, one.code, one.row.place, one.row.id, &one.message));
        }
        for (rule, row) in tally.repairs.fired.drain(..) {
            diagnostics.push(self.at(
                records,
                Code::CareRepaired,
                row.place,
                row.id,
                rule.as_str(),
            ));
        }
        for (place, id, day) in tally.aside.drain(..) {
            diagnostics.push(self.at(records, Code::BirthAfterEvent, place, id, &day.to_string()));
        }
        for late in tally.late.drain(..) {
            let message = format!("{}, in a return up to {}", late.day, late.until);
            diagnostics.push(self.at(records, late.code, late.place, late.id, &message));
        }
    }

    /// Says what was odd about the records of the authority as a whole.
    pub(super) fn report(&self, tally: &Tally, diagnostics: &mut Diagnostics) {
        let whole = |code, message: String| {
            Diagnostic::of_file(code, &format!("authority {}", self.la), message)
        };
        if tally.without_status + tally.status_unknown > 0 {
            diagnostics.push(whole(
                Code::RespiteUnknown,
                format!(
                    "of {} periods of care {} have no legal status and {} one that is not understood",
                    tally.periods, tally.without_status, tally.status_unknown
                ),
            ));
        }
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
        for (code, homes) in [
            (Code::PostcodeSector, tally.sectors),
            (Code::PostcodeUnlisted, tally.unlisted),
            (Code::PostcodeNation, tally.elsewhere),
        ] {
            if homes > 0 {
                let message = format!("{homes} of {} homes at the start of care", tally.homes);
                diagnostics.push(whole(code, message));
            }
        }
    }
}
