//! Rows of known tables to records: one file for each family of returns. Fields come typed from
//! [`Reading`]; what years and returns say together is decided later.

mod annex_a;
mod census;
mod early_help;
mod ssd;
mod ssda903;

use crate::bytes::trim::trim;
use crate::config::codelists::TableDef;
use crate::diagnostics::Code;
use crate::fields::field_reader::{Reading, RowStop};
use crate::formats::delimited::{Found, Row, RowCounts, RowSource};
use crate::records::sink::Sink;

/// What is done with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Its rows became records.
    Read(RowCounts),
    /// It is known and not needed.
    Unused(RowCounts),
}

/// The positions of columns by name; the readers and the table list are written together, and a
/// test checks every name.
pub(crate) fn columns<const N: usize>(def: &TableDef, names: [&str; N]) -> [usize; N] {
    names.map(|name| {
        def.columns
            .iter()
            .position(|column| column.name == name)
            .unwrap_or(usize::MAX)
    })
}

/// Reads every row of a recognised table into the records.
pub(crate) fn read<S: RowSource>(
    found: &mut Found<'_, S>,
    reading: &mut Reading<'_>,
    sink: &mut Sink<'_>,
) -> Use {
    let def = found.table.def;
    let la_year = columns(def, ["LA", "YEAR"]);
    match (def.family.as_str(), def.name.as_str()) {
        ("ssda903", "header") => rows(found, reading, sink, la_year, ssda903::header(def)),
        ("ssda903", "episodes") => rows(found, reading, sink, la_year, ssda903::episodes(def)),
        ("ssda903", "uasc") => rows(found, reading, sink, la_year, ssda903::uasc(def)),
        ("ssda903", "prev_perm") => rows(found, reading, sink, la_year, ssda903::permanence(def)),
        ("ssda903", "missing") => rows(found, reading, sink, la_year, ssda903::missing(def)),
        ("cin", "events") => rows(found, reading, sink, la_year, census::events(def)),
        ("cin", "child_identifiers" | "child_characteristics") => {
            rows(found, reading, sink, la_year, census::child(def))
        }
        ("cin", "cin_details") => rows(found, reading, sink, la_year, census::details(def)),
        (
            "cin",
            "assessments" | "cin_plan_dates" | "section47" | "child_protection_plans" | "reviews",
        ) => match census::nested(def) {
            Some(each) => rows(found, reading, sink, la_year, each),
            None => unused(found, reading),
        },
        ("cin", "header") => rows(
            found,
            reading,
            sink,
            columns(def, ["LEA", "Year"]),
            census::header(def),
        ),
        ("annex_a", list) => match annex_a::list(list, def) {
            Some(each) => rows(found, reading, sink, la_year, each),
            None => unused(found, reading),
        },
        ("ssd", table) => match ssd::table(table, def) {
            Some(each) => rows(found, reading, sink, la_year, each),
            None => unused(found, reading),
        },
        ("early_help", "families") => {
            reading.report_file(Code::FamilyLevel, "it names families and no child");
            unused(found, reading)
        }
        ("early_help", _) => rows(found, reading, sink, la_year, early_help::episodes(def)),
        ("lookup", "aliases") => rows(found, reading, sink, la_year, early_help::aliases(def)),
        _ => unused(found, reading),
    }
}

fn unused<S: RowSource>(found: &mut Found<'_, S>, reading: &mut Reading<'_>) -> Use {
    let counts = found.for_each(reading, |_, _| true);
    Use::Unused(counts)
}

fn rows<S: RowSource>(
    found: &mut Found<'_, S>,
    reading: &mut Reading<'_>,
    sink: &mut Sink<'_>,
    [la, year]: [usize; 2],
    mut each: impl FnMut(&mut Reading<'_>, &Row<'_>, &mut Sink<'_>) -> Result<(), RowStop>,
) -> Use {
    Use::Read(found.for_each(reading, |reading, row| {
        let label = (year, trim(row.text(year)));
        sink.route(reading, trim(row.text(la)), label);
        if sink.year != 0 {
            reading.year = Some(sink.year);
        }
        each(reading, row, sink).is_ok()
    }))
}

/// A handler of rows whose kind is chosen by the name of the table.
pub(crate) type Each =
    Box<dyn FnMut(&mut Reading<'_>, &Row<'_>, &mut Sink<'_>) -> Result<(), RowStop>>;
