//! Spending by service: the lines of each year's statement, added up as `codelists/spend_lines.csv`
//! puts them together.
//!
//! Statements change their lines from year to year, and older files their columns and encoding; the
//! local authority interactive tool has the services' totals.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use disparity_core::{AreaCode, Areas, Period, Place, Reported, SpendService, Symbol};

use crate::codelists::{CodeLists, collect};
use crate::error::{Fault, LoadError, LoadErrors};
use crate::read::{self, ReadReported as _};
use crate::table::{Row, Table};

/// What the list calls the total that a statement prints.
const ALL: &str = "all";

/// Numbers of England and its regions in the tool.
const NO_AUTHORITY: std::ops::RangeInclusive<u16> = 970..=990;

/// The columns of one publication's file.
pub(super) struct Statement {
    pub(super) id: &'static str,
    year: Year,
    authority: &'static str,
    line: &'static str,
    pounds: &'static str,
}

/// Where the financial year of a row is.
enum Year {
    /// In a column, as `2014-15` with or without more after it.
    Column(&'static str),
    /// The file is of one year, which ends on 31 March of this one.
    Ending(u16),
}

/// The publications, newest first: of a year that two have, the newer one stands.
pub(super) const STATEMENTS: [Statement; 6] = [
    Statement {
        id: "dfe-lait-2026",
        year: Year::Column("years"),
        authority: "la_number",
        line: "measure_short",
        pounds: "value",
    },
    Statement {
        id: "dfe-section-251-2019",
        year: Year::Column("financial_year"),
        authority: "la_number",
        line: "OrderLine",
        pounds: "TotalExpenditure",
    },
    Statement {
        id: "dfe-section-251-2014",
        year: Year::Ending(2014),
        authority: "LA",
        line: "LineNumber",
        pounds: "TotalExpenditure",
    },
    Statement {
        id: "dfe-section-251-2013",
        year: Year::Ending(2013),
        authority: "LA",
        line: "LineNumber",
        pounds: "TotalExpenditure",
    },
    Statement {
        id: "dfe-section-251-2012",
        year: Year::Ending(2012),
        authority: "LA",
        line: "LineNumber",
        pounds: "TotalExpenditure",
    },
    Statement {
        id: "dfe-section-251-2011",
        year: Year::Ending(2011),
        authority: "LA",
        line: "Line",
        pounds: "Total Expenditure (k)",
    },
];

/// What a line is counted under: a service, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Heading {
    Service(SpendService),
    All,
}

/// Which lines of which publication and year are counted under what.
pub(super) struct SpendLines(BTreeMap<(String, u16), BTreeMap<String, Heading>>);

impl SpendLines {
    pub(super) fn read(table: &Table) -> Result<Self, LoadErrors> {
        let [source, years, lines, service] =
            table.columns(["source", "financial_years_ending", "lines", "service"])?;
        let ids: Vec<&str> = STATEMENTS.iter().map(|statement| statement.id).collect();
        let words: Vec<&str> = SpendService::ALL
            .iter()
            .map(|service| service.word())
            .chain([ALL])
            .collect();
        let mut all: BTreeMap<(String, u16), BTreeMap<String, Heading>> = BTreeMap::new();
        let mut twice = Vec::new();
        collect(table, |row| {
            let id = read::word(row, source, "a publication of spending", &ids, |text| {
                ids.contains(&text).then(|| text.to_owned())
            })?;
            let heading = read::word(row, service, "a service", &words, |text| {
                if text == ALL {
                    return Some(Heading::All);
                }
                SpendService::from_word(text).map(Heading::Service)
            })?;
            for year in row.text(years).split('|') {
                let ending: u16 = year.parse().map_err(|_| {
                    let found = year.to_owned();
                    row.error(years, "", Fault::NotAPeriod { found })
                })?;
                let own = all.entry((id.clone(), ending)).or_default();
                for line in row.text(lines).split('|') {
                    if own.insert(line.to_owned(), heading).is_some() {
                        let key = format!("line {line} of {ending}");
                        let first = row.line;
                        twice.push(row.error(lines, &id, Fault::DuplicateKey { key, first }));
                    }
                }
            }
            Ok(())
        })?;
        LoadErrors::check(twice, Self(all))
    }
}

/// Spending in pence by heading, with the lines that it was added up from.
type Sums = BTreeMap<Heading, (Reported<i64>, BTreeSet<String>)>;

/// The table as CSV, from the statements' files in the order of [`STATEMENTS`].
pub(super) fn write(
    tables: &[Table],
    spend_lines: &SpendLines,
    lists: &CodeLists,
    areas: &Areas,
) -> Result<String, LoadErrors> {
    let mut all: BTreeMap<(u16, AreaCode), Sums> = BTreeMap::new();
    for (statement, table) in STATEMENTS.iter().zip(tables) {
        for (key, sums) in statement.sums(table, spend_lines, lists, areas)? {
            all.entry(key).or_insert(sums);
        }
    }
    let mut csv = "financial_year_ending,area_code".to_owned();
    for word in SpendService::ALL.iter().map(|s| s.word()).chain([ALL]) {
        let _ = write!(csv, ",{word}_pounds");
    }
    csv.push('\n');
    let headings = SpendService::ALL.map(Heading::Service);
    for ((year, area), sums) in &all {
        let _ = write!(csv, "{year},{area}");
        for heading in headings.iter().chain([&Heading::All]) {
            let pence = sums
                .get(heading)
                .map_or(Reported::Symbol(Symbol::NotAvailable), |(pence, _)| *pence);
            let _ = write!(csv, ",{}", pence.map(pounds));
        }
        csv.push('\n');
    }
    Ok(csv)
}

/// Half a pound goes up, away from 0.
const fn pounds(pence: i64) -> i64 {
    (pence.abs() + 50) / 100 * pence.signum()
}

impl Statement {
    fn sums(
        &self,
        table: &Table,
        spend_lines: &SpendLines,
        lists: &CodeLists,
        areas: &Areas,
    ) -> Result<BTreeMap<(u16, AreaCode), Sums>, LoadErrors> {
        let [authority, line, pounds] = table.columns([self.authority, self.line, self.pounds])?;
        let year = match self.year {
            Year::Column(name) => Some(table.columns([name])?[0]),
            Year::Ending(_) => None,
        };
        let vintage = lists.publications.iter().find(|p| p.id == self.id);
        let vintage = vintage.map_or("", |publication| publication.vintage.as_str());
        let mut all: BTreeMap<(u16, AreaCode), Sums> = BTreeMap::new();
        collect(table, |row| {
            let Some(ending) = self.ending(row, year) else {
                return Ok(());
            };
            let own = spend_lines.0.get(&(self.id.to_owned(), ending));
            let Some(heading) = own.and_then(|lines| lines.get(row.text(line))) else {
                return Ok(());
            };
            let Some(area) = authority_of(row, authority, ending, areas)? else {
                return Ok(());
            };
            let about = areas.name(area);
            let amount = match pence(row.text(pounds)) {
                Some(pence) => Reported::Value(pence),
                None => lists
                    .marks
                    .number(vintage, row.text(pounds))
                    .and_then(|mark| match mark {
                        Reported::Symbol(symbol) => Ok(Reported::Symbol(symbol)),
                        Reported::Value(_) => Err(Fault::NotANumber {
                            found: row.text(pounds).to_owned(),
                        }),
                    })
                    .map_err(|fault| row.error(pounds, about.clone(), fault))?,
            };
            let sums = all.entry((ending, area)).or_default();
            let (sum, lines) = sums
                .entry(*heading)
                .or_insert((Reported::Value(0), BTreeSet::new()));
            if !lines.insert(row.text(line).to_owned()) {
                let key = format!("line {} of {about}", row.text(line));
                let first = row.line;
                return Err(row.error(line, about, Fault::DuplicateKey { key, first }));
            }
            *sum = sum.zip(amount).map(|(a, b)| a.saturating_add(b));
            Ok(())
        })?;
        self.complete(table, spend_lines, &all, areas)?;
        Ok(all)
    }

    fn ending(&self, row: Row<'_>, year: Option<usize>) -> Option<u16> {
        match (&self.year, year) {
            (Year::Ending(ending), _) => Some(*ending),
            (Year::Column(_), Some(column)) => {
                // The tool also has calendar years and years put together: those are no money.
                let (start, rest) = row.text(column).split_once('-')?;
                let start: u16 = start.parse().ok()?;
                let end: u16 = rest.get(..2)?.parse().ok()?;
                (end == (start + 1) % 100).then_some(start + 1)
            }
            (Year::Column(_), None) => None,
        }
    }

    /// A sum that lacks a line would be too small without a word.
    fn complete(
        &self,
        table: &Table,
        spend_lines: &SpendLines,
        all: &BTreeMap<(u16, AreaCode), Sums>,
        areas: &Areas,
    ) -> Result<(), LoadErrors> {
        for ((ending, area), sums) in all {
            let Some(own) = spend_lines.0.get(&(self.id.to_owned(), *ending)) else {
                continue;
            };
            for (line, heading) in own {
                if !sums.get(heading).is_some_and(|(_, had)| had.contains(line)) {
                    let name = areas.name(*area);
                    let what = format!("{name} has no line {line} for the year ending {ending}");
                    let advice =
                        "check the file, or the lines in data/codelists/spend_lines.csv".to_owned();
                    let place = Place {
                        file: table.file().to_owned(),
                        ..Place::default()
                    };
                    let (about, fault) = (String::new(), Fault::Contradiction { what, advice });
                    return Err(LoadError {
                        place,
                        about,
                        fault,
                    }
                    .into());
                }
            }
        }
        Ok(())
    }
}

/// The authority of a row, if it is one and was there on 31 March of the year.
fn authority_of(
    row: Row<'_>,
    column: usize,
    ending: u16,
    areas: &Areas,
) -> Result<Option<AreaCode>, LoadError> {
    let old = row.text(column);
    if old.parse().is_ok_and(|n: u16| NO_AUTHORITY.contains(&n)) {
        return Ok(None);
    }
    let period = Period::ending(ending);
    let area = period.and_then(|period| areas.by_old_la_code(old, period));
    let Some((area, period)) = area.zip(period) else {
        return Err(read::unknown_area(row, column));
    };
    Ok(areas.exists_at(area.code, period).then_some(area.code))
}

/// Pounds with at most two decimals, as pence.
fn pence(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !are_digits(whole) || !are_digits(part) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = format!("{part:0<2}").parse().ok()?;
    Some(sign * whole.checked_mul(100)?.checked_add(part)?)
}

/// Files of before 2015 are in Windows-1252, of which only apostrophes and spaces in labels are used.
pub(super) fn as_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(bytes).is_ok() {
        return Cow::Borrowed(bytes);
    }
    let text: String = bytes
        .iter()
        .map(|byte| match byte {
            0x91 => '\u{2018}',
            0x92 => '\u{2019}',
            0x96 => '\u{2013}',
            _ => char::from(*byte),
        })
        .collect();
    Cow::Owned(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pounds_are_read_to_the_penny_and_printed_whole() {
        for (text, expected) in [
            ("552754.00", Some(55_275_400)),
            ("-88037", Some(-8_803_700)),
            ("0.5", Some(50)),
            ("1.005", None),
            ("", None),
            ("-", None),
            ("NULL", None),
            ("1,000", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(pence(text), expected, "{text:?}");
        }
        assert_eq!([149, 150, -150, -149, 0].map(pounds), [1, 2, -2, -1, 0]);
    }

    #[test]
    fn the_list_refuses_a_line_that_is_counted_twice() {
        let read = |text: &str| {
            let table = Table::read_own("codelists/spend_lines.csv", text.as_bytes()).unwrap();
            SpendLines::read(&table)
        };
        let header = "source,financial_years_ending,lines,service\n";
        let one = format!("{header}dfe-section-251-2014,2014,6|7,children_looked_after\n");
        assert_eq!(read(&one).unwrap().0.len(), 1);
        let twice = format!("{one}dfe-section-251-2014,2014,7,safeguarding\n");
        assert!(matches!(
            read(&twice).err().unwrap().0[0].fault,
            Fault::DuplicateKey { .. }
        ));
        for wrong in [
            "dfe-section-251-2041,2014,6,other",
            "dfe-section-251-2014,next,6,other",
            "dfe-section-251-2014,2014,6,others",
        ] {
            assert!(read(&format!("{header}{wrong}\n")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn old_files_become_utf_8() {
        assert_eq!(
            as_utf8(b"Children\x92s\xA0"),
            "Children\u{2019}s\u{a0}".as_bytes()
        );
        assert_eq!(as_utf8("Children’s".as_bytes()), "Children’s".as_bytes());
    }
}
