//! Rows of known tables to records: one file for each family of returns. Fields come typed from
//! [`FieldReader`]; what years and returns say together is decided later.

mod annex_a;
mod census;
mod early_help;
mod ssd;
mod ssda903;

use crate::bytes::trim::trim;
use crate::config::codelists::TableDef;
use crate::config::format::Format;
use crate::diagnostics::Code;
use crate::fields::field_reader::{FieldReader, RowStop};
use crate::formats::delimited::{Found, Row, RowCounts, RowSource};
use crate::records::record_sink::RecordSink;

/// What is done with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Its rows became records.
    Read(RowCounts),
    /// It is known and not needed.
    Unused(RowCounts),
}

/// A table of the built-in list that lacks a column which its reader names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the built-in list of tables has no column {column:?} of {table}")]
pub(crate) struct NoColumn {
    table: String,
    column: String,
}

/// The positions of columns by name.
///
/// # Errors
/// [`NoColumn`] if the table has none of that name.
fn columns<const N: usize>(def: &TableDef, names: [&str; N]) -> Result<[usize; N], NoColumn> {
    let mut found = [0; N];
    for (at, name) in found.iter_mut().zip(names) {
        *at = column(def, name)?;
    }
    Ok(found)
}

fn column(def: &TableDef, name: &str) -> Result<usize, NoColumn> {
    let found = def.columns.iter().position(|column| column.name == name);
    found.ok_or_else(|| NoColumn {
        table: format!("{} {}", def.format, def.name),
        column: name.to_owned(),
    })
}

/// What each row of a table becomes.
pub(super) type Each =
    Box<dyn FnMut(&mut FieldReader<'_>, &Row<'_>, &mut RecordSink<'_>) -> Result<(), RowStop>>;

/// What the rows of a table become; none for tables that nothing here needs.
pub(super) fn reader(def: &TableDef) -> Result<Option<Each>, NoColumn> {
    match def.format {
        Format::Ssda903 => ssda903::table(def),
        Format::Cin => census::table(def),
        Format::AnnexA => annex_a::list(def),
        Format::Ssd => ssd::table(def),
        Format::EarlyHelp | Format::Lookup => early_help::list(def),
        // Objects, which have a reader of their own.
        Format::Api => Ok(None),
    }
}

/// Where a row names its authority and its year, in the formats that do.
fn label_columns(def: &TableDef) -> Result<Option<[usize; 2]>, NoColumn> {
    match def.format {
        Format::Cin if def.name == "header" => columns(def, ["LEA", "Year"]).map(Some),
        Format::Ssda903 | Format::Cin => columns(def, ["LA", "YEAR"]).map(Some),
        Format::AnnexA | Format::Ssd | Format::Api | Format::EarlyHelp | Format::Lookup => Ok(None),
    }
}

/// Reads every row of a recognised table into the records.
///
/// # Errors
/// [`NoColumn`] if the built-in list and the readers do not agree, which a test rules out.
pub(crate) fn read<S: RowSource>(
    found: &mut Found<'_, S>,
    reading: &mut FieldReader<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<Use, NoColumn> {
    let def = found.table.def;
    let Some(mut each) = reader(def)? else {
        if (def.format, def.name.as_str()) == (Format::EarlyHelp, "families") {
            reading.report_file(Code::FamilyLevel, "it names families and no child");
        }
        return Ok(Use::Unused(found.for_each(reading, |_, _| true)));
    };
    let labels = label_columns(def)?;
    Ok(Use::Read(found.for_each(reading, |reading, row| {
        if let Some([la, year]) = labels {
            let label = (year, trim(row.text(year)));
            sink.route(reading, trim(row.text(la)), label);
        }
        if sink.year != 0 {
            reading.year = Some(sink.year);
        }
        each(reading, row, sink).is_ok()
    })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::codelists::Lists;
    use crate::config::codelists::tests::dimensions;

    #[test]
    fn every_reader_finds_its_columns_and_misses_one_that_is_misspelt() {
        let lists = Lists::new(&dimensions()).unwrap();
        let mut read = 0;
        for def in lists.tables() {
            label_columns(def).unwrap();
            let Some(_) = reader(def).unwrap() else {
                continue;
            };
            read += 1;
            // Whichever of its columns is misspelt: that one is missed, or none as nothing reads it.
            let mut missed = 0;
            for (at, column) in def.columns.iter().enumerate() {
                let mut other = def.clone();
                other.columns[at].name.push('x');
                let wrong = [reader(&other).err(), label_columns(&other).err()];
                for wrong in wrong.into_iter().flatten() {
                    assert_eq!(wrong.column, column.name, "{} {}", def.format, def.name);
                    missed += 1;
                }
            }
            assert!(missed >= 2, "{} {}", def.format, def.name);
        }
        assert!(read >= 35, "{read} tables are read");
    }
}
