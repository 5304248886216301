//! Early help lists, whose columns differ between authorities, and lists of old and new identifiers.

use disparity_core::journeys::{BirthPrecision, SpellKind};

use super::{Each, NoColumn, columns};
use crate::config::codelists::TableDef;
use crate::config::format::Format;
use crate::records::{PersonRow, System};

/// What the rows of a list become; none for lists that name no child.
pub(super) fn list(def: &TableDef) -> Result<Option<Each>, NoColumn> {
    match (def.format, def.name.as_str()) {
        (Format::EarlyHelp, "episodes") => episodes(def).map(Some),
        (Format::Lookup, "aliases") => aliases(def).map(Some),
        _ => Ok(None),
    }
}

/// One early help episode of one child.
fn episodes(def: &TableDef) -> Result<Each, NoColumn> {
    let [child, from, to, birth] = columns(def, ["child_id", "start_date", "end_date", "dob"])?;
    Ok(Box::new(move |reading, row, sink| {
        let id = sink.id(reading, child, row.text(child))?;
        let (from, to) = ((from, row.text(from)), (to, row.text(to)));
        let days = reading.span(SpellKind::EarlyHelp, from, Some(to))?;
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
    }))
}

/// One identifier that replaced another.
fn aliases(def: &TableDef) -> Result<Each, NoColumn> {
    let [old, new] = columns(def, ["old_id", "new_id"])?;
    Ok(Box::new(move |reading, row, sink| {
        let old = sink.id(reading, old, row.text(old))?;
        let new = sink.id(reading, new, row.text(new))?;
        sink.records().links.push((old, new));
        Ok(())
    }))
}
