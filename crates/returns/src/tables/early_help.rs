//! Early help lists, whose columns differ between authorities, and lists of old and new identifiers.

use disparity_core::journeys::{BirthPrecision, SpellKind};

use super::{Sink, columns};
use crate::codelists::TableDef;
use crate::diagnostics::Code;
use crate::reading::{Reading, RowStop};
use crate::records::{Activity, PersonRow, System};
use crate::rows::Row;

/// One early help episode of one child.
pub(super) fn episodes(
    def: &TableDef,
) -> impl FnMut(&mut Reading<'_>, &Row<'_>, &mut Sink<'_>) -> Result<(), RowStop> + use<> {
    let [child, from, to, birth] = columns(def, ["child_id", "start_date", "end_date", "dob"]);
    move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let start = reading.key_day(from, row.text(from))?;
        let end = reading.day(to, row.text(to));
        if start > reading.options.as_of {
            reading.report(Code::DateAfterExtract, from, row.text(from), "");
            return Err(RowStop);
        }
        if end.is_some_and(|end| end < start) {
            reading.report(Code::EndBeforeStart, to, row.text(to), "");
            return Err(RowStop);
        }
        let place = sink.place(reading);
        let mut person = PersonRow::new(id, System::EarlyHelp, place, sink.year);
        if row.has(birth) {
            person.birth = reading.day(birth, row.text(birth));
            if person.birth.is_some() {
                person.precision = BirthPrecision::Day;
            }
        }
        sink.records().persons.push(person);
        let spell = Activity::new(
            id,
            System::EarlyHelp,
            place,
            sink.year,
            SpellKind::EarlyHelp,
            start,
            end,
        );
        sink.records().activities.push(spell);
        Ok(())
    }
}

/// One identifier that replaced another.
pub(super) fn aliases(
    def: &TableDef,
) -> impl FnMut(&mut Reading<'_>, &Row<'_>, &mut Sink<'_>) -> Result<(), RowStop> + use<> {
    let [old, new] = columns(def, ["old_id", "new_id"]);
    move |reading, row, sink| {
        let old = sink.id(reading, old, row.text(old))?;
        let new = sink.id(reading, new, row.text(new))?;
        sink.records().links.push((old, new));
        Ok(())
    }
}
