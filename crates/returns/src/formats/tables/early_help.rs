//! Early help lists, whose columns differ between authorities, and lists of old and new identifiers.

use disparity_core::journeys::{BirthPrecision, SpellKind};

use super::columns;
use crate::config::codelists::TableDef;
use crate::fields::field_reader::{Reading, RowStop};
use crate::formats::delimited::Row;
use crate::records::sink::Sink;
use crate::records::{PersonRow, System};

/// One early help episode of one child.
pub(super) fn episodes(
    def: &TableDef,
) -> impl FnMut(&mut Reading<'_>, &Row<'_>, &mut Sink<'_>) -> Result<(), RowStop> + use<> {
    let [child, from, to, birth] = columns(def, ["child_id", "start_date", "end_date", "dob"]);
    move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let (from, to) = ((from, row.text(from)), (to, row.text(to)));
        let days = reading.span(SpellKind::EarlyHelp, from, to)?;
        let place = sink.place(reading);
        let mut person = PersonRow::new(id, System::EarlyHelp, place, sink.year);
        if row.has(birth) {
            person.birth = reading.day(birth, row.text(birth));
            if person.birth.is_some() {
                person.precision = BirthPrecision::Day;
            }
        }
        sink.records().persons.push(person);
        let spell = sink.activity(reading, System::EarlyHelp, id, SpellKind::EarlyHelp, days);
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
