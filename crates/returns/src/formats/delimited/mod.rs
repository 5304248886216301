//! Rows of text from delimited files and workbooks, with the header found, columns matched to a
//! known table, and doubled columns checked. What the fields mean is decided later.

mod source;

use std::collections::BTreeSet;

use csv::StringRecord;

pub(crate) use source::{Delimited, RowSource, Sheet, sniff_delimiter};

use crate::bytes::trim::trim;
use crate::config::codelists::{ColumnDef, ColumnType, Lists, TableDef};
use crate::config::words::fold;
use crate::diagnostics::Code;
use crate::fields::field_reader::FieldReader;
use crate::fields::value::is_null;

/// A known table recognised in a header.
#[derive(Debug, Clone)]
pub(crate) struct Recognised<'l> {
    /// The table.
    pub def: &'l TableDef,
    /// For each of its columns, the position in the file.
    pub positions: Vec<Option<usize>>,
    /// Columns of one name, doubled by a merge: the one that is read and the other.
    pub twins: Vec<(usize, usize)>,
    /// Where else each column may stand, under another of its names: `Sex` beside `GenderCurrent`.
    pub others: Vec<Option<usize>>,
    /// Names in the file that are not of the table.
    pub unknown: Vec<String>,
    /// How many columns have no name.
    pub nameless: usize,
    /// How many fields the header has.
    pub width: usize,
    /// How many columns matched.
    pub matched: usize,
}

/// The header without what a merge of two tables leaves behind a name.
fn without_suffix(name: &str) -> Option<&str> {
    let name = trim(name);
    name.strip_suffix("_x")
        .or_else(|| name.strip_suffix("_y"))
        .or_else(|| name.strip_suffix(".1"))
}

/// A name of a header as it is compared, made once for all tables.
struct Name<'h> {
    shown: &'h str,
    folded: String,
    /// Without what a merge leaves behind it.
    merged: Option<String>,
}

impl<'h> Name<'h> {
    /// None where there is no name.
    fn of(name: &'h str) -> Option<Self> {
        let shown = trim(name);
        (!shown.is_empty() && !shown.starts_with("Unnamed: ")).then(|| Self {
            shown,
            folded: fold(shown),
            merged: without_suffix(shown).map(fold),
        })
    }

    /// Whether one of the names of a column may be meant.
    fn is_of(&self, column: &ColumnDef) -> bool {
        column.folded.contains(&self.folded)
            || self
                .merged
                .as_ref()
                .is_some_and(|name| column.folded.contains(name))
    }

    fn plain(&self) -> &str {
        self.merged.as_deref().unwrap_or(&self.folded)
    }
}

/// Matches a header against one table: none if a column is missing without which it is nothing.
fn match_table<'l>(def: &'l TableDef, header: &[Option<Name<'_>>]) -> Option<Recognised<'l>> {
    // Most tables are told from their first key column.
    let is_there = |column: &ColumnDef| header.iter().flatten().any(|name| name.is_of(column));
    if !def.columns.iter().filter(|column| column.key).all(is_there) {
        return None;
    }
    let mut positions = vec![None; def.columns.len()];
    let mut twins = Vec::new();
    let mut others = vec![None; def.columns.len()];
    let mut unknown = Vec::new();
    let mut nameless = 0;
    for (at, name) in header.iter().enumerate() {
        let Some(name) = name else {
            nameless += 1;
            continue;
        };
        let find = |folded: &String| {
            let columns = || def.columns.iter();
            columns()
                .position(|column| column.folded[0] == *folded)
                .or_else(|| columns().position(|column| column.folded.contains(folded)))
        };
        let found = find(&name.folded).or_else(|| name.merged.as_ref().and_then(find));
        match found {
            Some(column) => match positions[column] {
                None => positions[column] = Some(at),
                Some(first) if header[first].as_ref().map(Name::plain) != Some(name.plain()) => {
                    others[column] = Some(at);
                }
                // What nobody reads may be doubled as it likes.
                Some(first) if def.columns[column].kind != ColumnType::Text => {
                    twins.push((first, at));
                }
                Some(_) => {}
            },
            None => unknown.push(name.shown.to_owned()),
        }
    }
    let columns = || def.columns.iter().zip(&positions);
    let whole = columns().all(|(column, at)| !column.key || at.is_some());
    let mut any = columns().filter(|(column, _)| column.any).peekable();
    let whole = whole && (any.peek().is_none() || any.any(|(_, at)| at.is_some()));
    let matched = positions.iter().flatten().count();
    whole.then_some(Recognised {
        def,
        positions,
        twins,
        others,
        unknown,
        nameless,
        width: header.len(),
        matched,
    })
}

impl Recognised<'_> {
    /// Where the columns stand without which the table is nothing.
    fn keys(&self) -> impl Iterator<Item = usize> {
        let columns = self.def.columns.iter().zip(&self.positions);
        columns
            .filter(|(column, _)| column.key)
            .filter_map(|(_, at)| *at)
    }

    /// Whether this table has a key column that the other does not know while it knows every key of
    /// the other: rows of reviews name the start of their plan, and rows of plans name no review.
    fn tells_more_than(&self, other: &Self) -> bool {
        let knows = |table: &Self, at: usize| {
            let places = table.positions.iter().chain(&table.others);
            places.flatten().any(|own| *own == at)
        };
        self.keys().any(|at| !knows(other, at)) && other.keys().all(|at| knows(self, at))
    }
}

/// The table that a header fits, if any. A table is recognised by the columns that only it has;
/// where that does not decide, by most columns matched, then by the order of the list.
#[must_use]
pub(crate) fn recognise<'l>(lists: &'l Lists, header: &[String]) -> Option<Recognised<'l>> {
    let names: Vec<Option<Name<'_>>> = header.iter().map(|name| Name::of(name)).collect();
    let tables = lists.tables().iter();
    let found: Vec<Recognised<'l>> = tables.filter_map(|def| match_table(def, &names)).collect();
    let told: Vec<bool> = found
        .iter()
        .map(|one| !found.iter().any(|other| other.tells_more_than(one)))
        .collect();
    let mut best: Option<Recognised<'l>> = None;
    for (one, _) in found.into_iter().zip(told).filter(|(_, told)| *told) {
        if best.as_ref().is_none_or(|best| one.matched > best.matched) {
            best = Some(one);
        }
    }
    best
}

/// What a header that fits no known table is nearest to.
pub(crate) struct Nearest {
    /// What to say.
    pub message: String,
    /// Whether it is that table but for a column: half of its columns are there.
    pub is_table: bool,
}

/// The known table nearest to a header that fits none, with the key columns that are missing.
#[must_use]
pub(crate) fn nearest_table(lists: &Lists, header: &[String]) -> Nearest {
    let folded: BTreeSet<String> = header.iter().map(|name| fold(name)).collect();
    let has = |names: &[String]| names.iter().any(|name| folded.contains(name));
    let scored = lists.tables().iter().map(|def| {
        let columns = || {
            def.columns
                .iter()
                .filter(|column| column.folded[0] != "la" && column.folded[0] != "year")
        };
        let matched = columns().filter(|column| has(&column.folded)).count();
        let any = columns().any(|column| column.any && has(&column.folded));
        let missing: Vec<&str> = columns()
            .filter(|column| (column.key || (column.any && !any)) && !has(&column.folded))
            .map(|column| column.name.as_str())
            .collect();
        (matched, missing, columns().count(), def)
    });
    let nearest =
        scored.max_by_key(|(matched, missing, ..)| (*matched, usize::MAX - missing.len()));
    match nearest {
        Some((matched, missing, all, def)) if matched > 0 => Nearest {
            message: format!(
                "nearest is {} {}, which needs {}",
                def.format,
                def.name,
                missing.join(", ")
            ),
            is_table: matched >= 3 && matched * 2 >= all,
        },
        // What stands there may be a child, where there is no header.
        _ => Nearest {
            message: format!(
                "none of the {} fields of its first row is the name of a known column",
                header.len()
            ),
            is_table: false,
        },
    }
}

/// A table whose header has been found: rows follow.
pub(crate) struct Found<'l, S> {
    /// What it is.
    pub table: Recognised<'l>,
    source: S,
    pending: Option<(u64, StringRecord)>,
}

/// Why no header was found.
pub(crate) struct NoHeader {
    /// What the first row looks like.
    pub header: Vec<String>,
    /// What is wrong with the source, if its first rows cannot be read.
    pub unreadable: Option<String>,
}

/// Looks for a header among the first ten rows.
///
/// # Errors
/// [`NoHeader`] if no known table fits any of them.
pub(crate) fn find_header<S: RowSource>(
    lists: &Lists,
    mut source: S,
) -> Result<Found<'_, S>, NoHeader> {
    let mut row = StringRecord::new();
    let mut first: Option<Vec<String>> = None;
    let mut unreadable = None;
    for _ in 0..10 {
        match source.next_row(&mut row) {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(why) => {
                unreadable = Some(why);
                break;
            }
        }
        let header: Vec<String> = row
            .iter()
            .map(|name| trim(name).trim_matches('"').to_owned())
            .collect();
        if let Some(table) = recognise(lists, &header) {
            return Ok(Found {
                table,
                source,
                pending: None,
            });
        }
        // A title above has fewer names than the header that nobody knows.
        let named = |h: &[String]| h.iter().filter(|name| !name.is_empty()).count();
        if first
            .as_ref()
            .is_none_or(|f| named(f) <= 1 && named(&header) > named(f))
        {
            first = Some(header);
        }
    }
    Err(NoHeader {
        header: first.unwrap_or_default(),
        unreadable,
    })
}

/// One row of a recognised table.
pub(crate) struct Row<'r> {
    record: &'r StringRecord,
    positions: &'r [Option<usize>],
    others: &'r [Option<usize>],
}

impl<'r> Row<'r> {
    /// The text of a column of the table, blank if the file does not have it.
    #[must_use]
    pub(crate) fn text(&self, column: usize) -> &'r str {
        let field = |places: &[Option<usize>]| -> Option<&'r str> {
            self.record.get(places.get(column).copied().flatten()?)
        };
        let own = field(self.positions).unwrap_or_default();
        if self.others.get(column).copied().flatten().is_some() && is_null(trim(own)) {
            return field(self.others).unwrap_or(own);
        }
        own
    }

    /// Whether the file has the column at all.
    #[must_use]
    pub(crate) fn has(&self, column: usize) -> bool {
        self.positions.get(column).copied().flatten().is_some()
    }
}

/// How many rows were read and how many of those were set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct RowCounts {
    /// Rows with anything in them.
    pub read: u64,
    /// Rows that something was made of.
    pub kept: u64,
}

impl<S: RowSource> Found<'_, S> {
    /// The rows that follow the header.
    pub(crate) fn into_source(self) -> S {
        self.source
    }

    /// The columns of the table that the file has.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        let columns = self.table.def.columns.iter().zip(&self.table.positions);
        columns
            .filter(|(_, at)| at.is_some())
            .map(|(column, _)| column.name.as_str())
    }

    /// Reports what is odd about the header.
    pub(crate) fn report_header(&self, reading: &mut FieldReader<'_>) {
        for name in &self.table.unknown {
            reading.report_file(Code::ColumnUnknown, format!("{name:?}"));
        }
        if self.table.nameless > 0 {
            reading.report_file(
                Code::ColumnNameless,
                format!("{} columns", self.table.nameless),
            );
        }
        if !self.table.twins.is_empty() {
            reading.report_file(
                Code::ColumnSuffixed,
                format!("{} columns", self.table.twins.len()),
            );
        }
    }

    /// Gives every row to a function that says whether it was kept.
    pub(crate) fn for_each(
        &mut self,
        reading: &mut FieldReader<'_>,
        mut each: impl FnMut(&mut FieldReader<'_>, &Row<'_>) -> bool,
    ) -> RowCounts {
        let mut counts = RowCounts::default();
        let mut record = StringRecord::new();
        let mut twins_agree = true;
        loop {
            let line = match self.pending.take() {
                Some((line, row)) => {
                    record = row;
                    line
                }
                None => match self.source.next_row(&mut record) {
                    Ok(Some(line)) => line,
                    Ok(None) => break,
                    Err(message) => {
                        // Whether there are rows beyond is not known.
                        reading.report_file(Code::FileUnreadable, message);
                        return counts;
                    }
                },
            };
            if record.iter().all(|field| trim(field).is_empty()) {
                continue;
            }
            counts.read += 1;
            reading.line = line;
            reading.child = None;
            if !self.check_length(reading, &record) {
                continue;
            }
            if twins_agree && !self.twins_agree(reading, &record) {
                twins_agree = false;
            }
            let row = Row {
                record: &record,
                positions: &self.table.positions,
                others: &self.table.others,
            };
            counts.kept += u64::from(each(reading, &row));
        }
        if counts.read == 0 {
            let def = self.table.def;
            // Without these a return says nothing; the others list what there may be none of.
            let needed = matches!(
                def.name.as_str(),
                "header"
                    | "episodes"
                    | "events"
                    | "child_identifiers"
                    | "cin_details"
                    | "person"
                    | "cin_episodes"
            );
            let code = if needed {
                Code::EmptyTable
            } else {
                Code::TableEmpty
            };
            reading.report_file(code, format!("{} {}", def.format, def.name));
        }
        counts
    }

    fn check_length(&self, reading: &mut FieldReader<'_>, record: &StringRecord) -> bool {
        let width = self.table.width;
        if record.len() > width
            && record
                .iter()
                .skip(width)
                .any(|field| !trim(field).is_empty())
        {
            reading.report_row(
                Code::RowLength,
                format!("{} fields, the header has {width}", record.len()),
            );
            return false;
        }
        if record.len() < width {
            let keys = self
                .table
                .def
                .columns
                .iter()
                .zip(&self.table.positions)
                .filter(|(column, _)| column.key);
            if keys.filter_map(|(_, at)| *at).any(|at| at >= record.len()) {
                reading.report_row(
                    Code::RowLength,
                    format!("{} fields, the header has {width}", record.len()),
                );
                return false;
            }
            reading.report_row(
                Code::RowShort,
                format!("{} fields, the header has {width}", record.len()),
            );
        }
        true
    }

    fn twins_agree(&self, reading: &mut FieldReader<'_>, record: &StringRecord) -> bool {
        for (first, second) in &self.table.twins {
            let (a, b) = (record.get(*first).map(trim), record.get(*second).map(trim));
            if a != b {
                reading.report_row(
                    Code::ColumnDuplicate,
                    format!(
                        "columns {} and {} differ first on this line",
                        first + 1,
                        second + 1
                    ),
                );
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::codelists::tests::{dimensions, names};

    fn lists() -> Lists {
        Lists::new(&dimensions()).unwrap()
    }

    fn table_of(header: &str) -> Option<String> {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        recognise(&lists(), &names).map(|found| format!("{} {}", found.def.format, found.def.name))
    }

    #[test]
    fn headers_are_recognised_by_their_set_of_names() {
        for (header, table) in [
            (
                "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN",
                "ssda903 episodes",
            ),
            (
                "URN,PL_POST,child, decom ,rne,ls,LA,YEAR",
                "ssda903 episodes",
            ),
            ("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB", "ssda903 header"),
            ("CHILD,SEX,DOB,DUC", "ssda903 uasc"),
            (
                "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON",
                "ssda903 sw_episodes",
            ),
            ("Date,Type,LAchildID,CINreferralDate,LA,YEAR", "cin events"),
            (
                ",LAchildID,CINdetailsID,CINPlanStartDate,CINPlanEndDate",
                "cin cin_plan_dates",
            ),
            (
                "Child Unique ID,Gender,Ethnicity,Date of Birth,Age,Assessment start date,Assessment completion date",
                "annex_a early_help",
            ),
            (
                "earl_person_id,earl_episode_start_date,earl_episode_end_date",
                "ssd early_help_episodes",
            ),
            ("child_id,start_date,end_date", "early_help episodes"),
            ("LA Child ID,EH_start", "early_help episodes"),
            ("pcds,lsoa21,imd_decile", "lookup postcodes"),
            // A table of a part names what the part is of.
            (
                "LAchildID,CINreferralDate,CPPstartDate,CPPreviewDate",
                "cin reviews",
            ),
            (
                "LAchildID,CINreferralDate,CPPstartDate,CPPendDate,InitialCategoryOfAbuse,CPPreviewDate",
                "cin reviews",
            ),
            (
                "LAchildID,CINreferralDate,CINclosureDate,ReasonForClosure,ReferralNFA,AssessmentActualStartDate",
                "cin assessments",
            ),
            (
                "LAchildID,CINreferralDate,DateOfInitialCPC,ReferralNFA,S47ActualStartDate",
                "cin section47",
            ),
            (
                "LAchildID,CINreferralDate,CPPstartDate,CPPendDate",
                "cin child_protection_plans",
            ),
            (
                "LAchildID,Ethnicity,Disability",
                "cin child_characteristics",
            ),
            ("CHILD,SEX,DOB,ETHNIC,UASC,DUC", "ssda903 header"),
            (
                "Family ID,Child ID,Start Date,EH_start,child_id",
                "early_help episodes",
            ),
            ("Family ID,start_date,end_date", "early_help families"),
        ] {
            assert_eq!(table_of(header).as_deref(), Some(table), "{header}");
        }
        // Postcodes of something are no lookup of neighbourhoods.
        for header in ["a,b,c", "name,postcode", "pcds,lsoa21,ctry"] {
            assert_eq!(table_of(header), None, "{header}");
        }
    }

    /// Every table beside every other: a header that has all columns of one and the keys of another
    /// of its family is one of the two, and is the other only where the other knows the keys of both.
    #[test]
    fn a_table_is_recognised_by_columns_that_only_it_has() {
        let lists = lists();
        let keys = |def: &TableDef| -> Vec<String> {
            let keys = def.columns.iter().filter(|c| c.key || c.any);
            keys.map(|c| fold(&c.name)).collect()
        };
        let mut nested = 0;
        for whole in lists.tables() {
            let all: Vec<String> = whole.columns.iter().map(|c| c.name.clone()).collect();
            let folded: Vec<String> = all.iter().map(|name| fold(name)).collect();
            for other in lists.tables().iter().filter(|t| t.format == whole.format) {
                if other.name == whole.name || !keys(other).iter().all(|k| folded.contains(k)) {
                    continue;
                }
                // All that the other needs is in this one: with every column it is this one.
                nested += 1;
                let found = recognise(&lists, &all).map(|t| t.def.name.clone());
                assert_eq!(
                    found.as_deref(),
                    Some(whole.name.as_str()),
                    "{}",
                    other.name
                );
                // Only what both need, in any order: still this one, not the other.
                let mut least: Vec<String> = keys(whole).into_iter().chain(keys(other)).collect();
                least.dedup();
                least.reverse();
                let found = recognise(&lists, &least).map(|t| t.def.name.clone());
                assert_eq!(
                    found.as_deref(),
                    Some(whole.name.as_str()),
                    "{}",
                    other.name
                );
            }
        }
        assert!(nested > 10, "{nested} tables within others");
    }

    #[test]
    fn a_title_above_the_header_is_passed_over() {
        let text = "List 2: Early Help,,\nChild Unique ID,Assessment start date,x\n1,2020-01-01,\n";
        let lists = lists();
        let found = find_header(&lists, Delimited::new(text.as_bytes(), b','));
        assert_eq!(
            found.map(|f| f.table.def.name.clone()).ok().as_deref(),
            Some("early_help")
        );
    }

    #[test]
    fn every_name_of_every_column_is_recognised_in_a_header_of_its_table() {
        let lists = Lists::new(&dimensions()).unwrap();
        let (mut tried, mut wrong) = (0, Vec::new());
        for (family, table, column, names) in names() {
            let same = |def: &&TableDef| def.format.as_str() == family && def.name == table;
            let def = lists.tables().iter().find(same).unwrap();
            let at = def.columns.iter().position(|c| c.name == column).unwrap();
            for name in names {
                let mut header: Vec<String> = def.columns.iter().map(|c| c.name.clone()).collect();
                header[at].clone_from(&name);
                // Columns come in any order.
                header.reverse();
                let place = header.len() - 1 - at;
                let found = recognise(&lists, &header);
                let right = found.is_some_and(|found| {
                    (found.def.format.as_str(), &found.def.name) == (family.as_str(), &table)
                        && found.positions[at] == Some(place)
                        && found.unknown.is_empty()
                        && found.twins.is_empty()
                });
                tried += 1;
                if !right {
                    wrong.push(format!("{family} {table} {column}: {name}"));
                }
            }
        }
        assert!(tried > 600, "{tried} names");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
