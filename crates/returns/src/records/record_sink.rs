//! Where the rows of every format become records: by authority, with the year and the authority that each
//! row names.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::Day;
use disparity_core::journeys::{BirthPrecision, SpellKind};

use super::{Activity, Mark, Records, RowPlace, System};
use crate::config::codelists::{ColumnDef, Lists};
use crate::config::year::read_year;
use crate::diagnostics::Code;
use crate::fields::field_reader::{FieldReader, RowStop};

/// Records by authority. Most files are of one; regional ones name the authority on each row.
#[derive(Debug, Default)]
pub(crate) struct RecordsByAuthority {
    by_la: Vec<(String, Records)>,
    current: usize,
}

impl RecordsByAuthority {
    /// Rows go to this authority from now on.
    pub(crate) fn select(&mut self, la: &str) {
        if self
            .by_la
            .get(self.current)
            .is_some_and(|(current, _)| current == la)
        {
            return;
        }
        self.current = self
            .by_la
            .iter()
            .position(|(known, _)| known == la)
            .unwrap_or_else(|| {
                self.by_la.push((la.to_owned(), Records::new()));
                self.by_la.len() - 1
            });
    }

    /// Everything, by authority in order.
    pub(crate) fn into_sorted(mut self) -> Vec<(String, Records)> {
        self.by_la.sort_by(|a, b| a.0.cmp(&b.0));
        self.by_la
    }

    /// The records of every authority.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut (String, Records)> {
        self.by_la.iter_mut()
    }

    /// How much each authority has now.
    pub(crate) fn mark(&self) -> Vec<Mark> {
        self.by_la
            .iter()
            .map(|(_, records)| records.mark())
            .collect()
    }

    /// Takes back everything since a mark.
    pub(crate) fn rewind(&mut self, marks: &[Mark]) {
        for (at, (_, records)) in self.by_la.iter_mut().enumerate() {
            records.rewind(marks.get(at).copied().unwrap_or_default());
        }
    }

    /// Takes back the rows of some sources.
    pub(crate) fn remove_sources(&mut self, sources: &BTreeSet<u32>) {
        for (_, records) in &mut self.by_la {
            records.remove_sources(sources);
        }
    }

    /// Takes dates of birth that are all the first of a month, since a mark, for what they are.
    pub(crate) fn degrade_births(&mut self, marks: &[Mark]) -> Option<BirthPrecision> {
        self.by_la
            .iter_mut()
            .enumerate()
            .filter_map(|(at, (_, records))| {
                records.degrade_births(marks.get(at).copied().unwrap_or_default())
            })
            .max()
    }

    /// Makes unknown what the rows since a mark have from one column.
    pub(crate) fn set_aside(&mut self, marks: &[Mark], column: &ColumnDef, lists: &Lists) {
        for (at, (_, records)) in self.by_la.iter_mut().enumerate() {
            records.set_aside(marks.get(at).copied().unwrap_or_default(), column, lists);
        }
    }

    /// Takes back the rows since a mark that stand on certain lines.
    pub(crate) fn remove_lines(&mut self, marks: &[Mark], lines: &[u32]) {
        for (at, (_, records)) in self.by_la.iter_mut().enumerate() {
            records.remove_lines(marks.get(at).copied().unwrap_or_default(), lines);
        }
    }
}

/// Everything a table's rows are turned into, and where they came from.
pub(crate) struct RecordSink<'r> {
    /// Where records go.
    pub(crate) by_authority: &'r mut RecordsByAuthority,
    /// Position of the source.
    pub(crate) source: u32,
    /// Authority of the file; rows may name another.
    pub(crate) la: String,
    /// Year of the row being read; 0 if unknown.
    pub(crate) year: u16,
    /// Years and authorities named in the rows themselves.
    pub(crate) labels: Labels,
    same_la: u64,
    same_year: u64,
    /// Turns the name or code of an authority into its three digits.
    pub(crate) la_code: &'r dyn Fn(&str) -> Option<String>,
    last_la: (String, String),
    last_year: (String, u16),
}

/// An authority that nobody knows, as rows name it; blank where the text can be no name or code of one:
/// the column of a child's identifier must not make an authority of every child.
fn as_named(la: &str) -> String {
    let digits = la.bytes().filter(u8::is_ascii_digit).count();
    let is_area = la.len() == 9 && digits == 8 && la.starts_with(|c: char| c.is_ascii_uppercase());
    if digits < 5 || is_area {
        la.to_owned()
    } else {
        String::new()
    }
}

/// What the header of a census says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CensusHeader {
    pub(crate) collection: String,
    pub(crate) year: Option<u16>,
    pub(crate) reference: Option<Day>,
    /// The day of its `DateTime`.
    pub(crate) made: Option<Day>,
    pub(crate) la: String,
}

/// Years and authorities that rows name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels {
    /// Authorities, with how many rows name each.
    pub(crate) las: BTreeMap<String, u64>,
    /// Year labels, with how many rows name each.
    pub(crate) years: BTreeMap<String, u64>,
    /// What the table of a census's header says.
    pub(crate) header: CensusHeader,
}

impl Labels {
    /// Counts a text; the one before is nearly always the same.
    fn count(map: &mut BTreeMap<String, u64>, text: &str, rows: u64) {
        match map.get_mut(text) {
            Some(count) => *count += rows,
            None => {
                map.insert(text.to_owned(), rows);
            }
        }
    }
}

impl<'r> RecordSink<'r> {
    pub(crate) fn new(
        by_authority: &'r mut RecordsByAuthority,
        source: u32,
        la: &str,
        year: Option<u16>,
        la_code: &'r dyn Fn(&str) -> Option<String>,
    ) -> Self {
        by_authority.select(la);
        Self {
            by_authority,
            source,
            la: la.to_owned(),
            year: year.unwrap_or(0),
            labels: Labels::default(),
            same_la: 0,
            same_year: 0,
            la_code,
            last_la: Default::default(),
            last_year: Default::default(),
        }
    }

    /// The records that rows go to.
    pub(crate) fn records(&mut self) -> &mut Records {
        let RecordsByAuthority { by_la, current } = &mut *self.by_authority;
        if by_la.is_empty() {
            by_la.push((self.la.clone(), Records::new()));
        }
        let at = (*current).min(by_la.len() - 1);
        &mut by_la[at].1
    }

    /// Follows the authority and the year that a row names. A label that is no year is reported.
    pub(crate) fn route(
        &mut self,
        reading: &mut FieldReader<'_>,
        la: &str,
        (column, year): (usize, &str),
    ) {
        if !la.is_empty() {
            if self.last_la.0 != la {
                let code = (self.la_code)(la).unwrap_or_else(|| as_named(la));
                self.count_labels();
                self.last_la = (la.to_owned(), code);
            }
            self.same_la += 1;
            self.by_authority.select(&self.last_la.1);
            if reading.la != self.last_la.1 {
                reading.la.clone_from(&self.last_la.1);
            }
        }
        if !year.is_empty() {
            if self.last_year.0 != year {
                self.count_labels();
                // A YEAR column holds the year in which the period ends.
                self.last_year = (year.to_owned(), read_year(year).unwrap_or(0));
            }
            self.same_year += 1;
            self.year = self.last_year.1;
            if self.year == 0 {
                let message = "expected a year such as 2023-24";
                reading.report(Code::CodeUnknown, column, year, message);
            }
        }
    }

    /// Adds up the rows since the authority or the year last changed.
    fn count_labels(&mut self) {
        let (las, years) = (
            std::mem::take(&mut self.same_la),
            std::mem::take(&mut self.same_year),
        );
        if las > 0 {
            Labels::count(&mut self.labels.las, &self.last_la.1, las);
        }
        if years > 0 {
            Labels::count(&mut self.labels.years, &self.last_year.0, years);
        }
    }

    /// The years and authorities that rows named, with how many.
    pub(crate) fn take_labels(&mut self) -> Labels {
        self.count_labels();
        std::mem::take(&mut self.labels)
    }

    /// A spell or an event of the row being read.
    pub(crate) fn activity(
        &self,
        reading: &FieldReader<'_>,
        system: System,
        id: u32,
        kind: SpellKind,
        (start, end): (Day, Option<Day>),
    ) -> Activity {
        Activity::new(id, system, self.place(reading), self.year, kind, start, end)
    }

    pub(crate) fn place(&self, reading: &FieldReader<'_>) -> RowPlace {
        RowPlace {
            source: self.source,
            line: u32::try_from(reading.line).unwrap_or(u32::MAX),
        }
    }

    pub(crate) fn id(
        &mut self,
        reading: &mut FieldReader<'_>,
        column: usize,
        text: &str,
    ) -> Result<u32, RowStop> {
        let id = reading.id(column, text)?;
        Ok(self.records().ids.number(&id))
    }
}
