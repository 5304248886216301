//! Rows of Department for Education files to facts, by the rules of `columns.csv`.
//!
//! Knows how those files name their areas: by level, nine-character code, three-digit code or
//! region letter, with combined rows and rows for authorities that do not exist that year.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    AreaCode, Areas, CategoryId, Dimension, GeographicLevel, Issue, IssueCode, Period, Place,
    Reported, Stratum, did_you_mean,
};

use super::facts::{FactKey, Facts};
use super::layouts;
use super::rules::{Kind, Rule};
use crate::codelists::{CodeLists, Publication};
use crate::error::{Fault, LoadError, LoadErrors};
use crate::read::{self, Labels, ReadReported as _};
use crate::table::{Row, Table};

/// A published rate, kept to check ours against.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PublishedRate {
    pub(super) table: String,
    pub(super) period: Period,
    pub(super) area: AreaCode,
    pub(super) indicator: String,
    pub(super) publication: usize,
    /// As printed, so that the number of decimals is kept.
    pub(super) rate: String,
}

/// A published rate or percentage of a count that may not be published.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OnlyRate {
    /// The table, column and row that the count would have.
    pub(super) key: FactKey,
    pub(super) publication: usize,
    pub(super) line: u64,
    /// Per 10,000 children, or per cent of the whole.
    pub(super) rate: Reported<f64>,
}

/// What was read from files.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) facts: Facts,
    pub(super) rates: BTreeSet<PublishedRate>,
    pub(super) only_rates: Vec<OnlyRate>,
    pub(super) issues: Vec<Issue>,
}

/// Reads one published file by its rules.
pub(super) fn read(
    table: &Table,
    position: usize,
    publication: &Publication,
    rules: &[&Rule],
    lists: &CodeLists,
    areas: &Areas,
    into: &mut Gathered,
) -> Result<(), LoadErrors> {
    let reader = Reader {
        table,
        position,
        publication,
        lists,
        columns: AreaColumns::of(table),
        areas,
    };
    let time = table.column("time_period")?;
    let rules = rules
        .iter()
        .map(|rule| reader.bind(rule))
        .collect::<Result<Vec<_>, _>>()?;
    let mut errors = Vec::new();
    let mut repairs = Repairs::default();
    for row in table.rows() {
        if let Err(mut found) = reader.row(row, time, &rules, into, &mut repairs) {
            errors.append(&mut found);
        }
    }
    into.issues.extend(repairs.into_issues(table.file()));
    LoadErrors::check(errors, ())
}

/// A rule with its column positions.
struct Bound<'a> {
    rule: &'a Rule,
    conditions: Vec<(usize, &'a str)>,
    label: Option<(usize, &'a [Dimension])>,
    column: usize,
}

struct Reader<'a> {
    table: &'a Table,
    position: usize,
    publication: &'a Publication,
    lists: &'a CodeLists,
    areas: &'a Areas,
    columns: AreaColumns,
}

impl<'a> Reader<'a> {
    fn bind<'r>(&self, rule: &'r Rule) -> Result<Bound<'r>, LoadError> {
        Ok(Bound {
            rule,
            conditions: rule
                .conditions
                .iter()
                .map(|(column, value)| Ok((self.table.column(column)?, value.as_str())))
                .collect::<Result<_, LoadError>>()?,
            label: match &rule.label {
                Some((column, dimensions)) => {
                    Some((self.table.column(column)?, dimensions.as_slice()))
                }
                None => None,
            },
            column: self.table.column(&rule.column)?,
        })
    }

    fn row(
        &self,
        row: Row<'a>,
        time: usize,
        rules: &[Bound<'_>],
        into: &mut Gathered,
        repairs: &mut Repairs,
    ) -> Result<(), Vec<LoadError>> {
        let applying: Vec<&Bound<'_>> = rules
            .iter()
            .filter(|bound| {
                bound
                    .conditions
                    .iter()
                    .all(|(column, value)| row.text(*column) == *value)
            })
            .collect();
        if applying.is_empty() {
            return Ok(());
        }
        let one = |error| vec![error];
        let period = read::period(row, time).map_err(one)?;
        let Some(area) = self
            .columns
            .area(row, period, self.lists, self.areas, repairs)
            .map_err(one)?
        else {
            return Ok(());
        };
        let about = format!("{} ({area}), {period}", self.areas.name(area));
        let mut errors = Vec::new();
        let mut placed: BTreeMap<usize, bool> = BTreeMap::new();
        for bound in applying {
            let stratum = match bound.label {
                None => Some(Stratum::TOTAL),
                Some((column, dimensions)) => {
                    let found = self.stratum(row.text(column), dimensions);
                    *placed.entry(column).or_default() |= found.is_some();
                    found.flatten()
                }
            };
            if let Some(stratum) = stratum
                && let Err(error) = self.value(row, bound, period, area, stratum, &about, into)
            {
                errors.push(error);
            }
        }
        for (column, _) in placed.into_iter().filter(|(_, placed)| !placed) {
            errors.push(self.unknown_label(row, column, rules, &about));
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    /// The stratum a label means: unknown to these dimensions, to be passed over, or a group.
    #[expect(
        clippy::option_option,
        reason = "unknown and to be passed over are different answers"
    )]
    fn stratum(&self, label: &str, dimensions: &[Dimension]) -> Option<Option<Stratum>> {
        let name: Vec<&str> = dimensions
            .iter()
            .map(|dimension| dimension.column())
            .collect();
        let code = self.lists.labels.code(&name.join("+"), label)?;
        if code == Labels::SKIP {
            return Some(None);
        }
        let mut stratum = Stratum::TOTAL;
        for (dimension, code) in dimensions.iter().zip(code.split('+')) {
            stratum = stratum.with(*dimension, self.lists.dimensions.list(*dimension).id(code)?);
        }
        // The broad group of a detailed one travels with it, as in the output.
        if let [Dimension::EthnicityMinor] = dimensions {
            let minor = self
                .lists
                .dimensions
                .list(Dimension::EthnicityMinor)
                .get(stratum.get(Dimension::EthnicityMinor));
            let major = minor
                .parent
                .as_deref()
                .and_then(|p| self.lists.dimensions.list(Dimension::EthnicityMajor).id(p));
            stratum = stratum.with(
                Dimension::EthnicityMajor,
                major.unwrap_or(CategoryId::TOTAL),
            );
        }
        Some(Some(stratum))
    }

    fn unknown_label(
        &self,
        row: Row<'a>,
        column: usize,
        rules: &[Bound<'_>],
        about: &str,
    ) -> LoadError {
        let dimensions: BTreeSet<&str> = rules
            .iter()
            .filter_map(|bound| bound.label)
            .flat_map(|(_, d)| d.iter().map(|d| d.column()))
            .collect();
        let labels: Vec<&str> = dimensions
            .iter()
            .flat_map(|dimension| self.lists.labels.of(dimension))
            .collect();
        let found = row.text(column).to_owned();
        let nearest = did_you_mean(&found, labels.iter().copied()).map(|hint| {
            format!(
                "{hint} add the label to data/codelists/category_labels.csv if it is a new spelling"
            )
        });
        row.error(
            column,
            about,
            Fault::UnknownWord {
                found,
                what: "a group of category_labels.csv".into(),
                nearest,
            },
        )
    }

    #[expect(clippy::too_many_arguments, reason = "one cell is all of these")]
    fn value(
        &self,
        row: Row<'a>,
        bound: &Bound<'_>,
        period: Period,
        area: AreaCode,
        stratum: Stratum,
        about: &str,
        into: &mut Gathered,
    ) -> Result<(), LoadError> {
        let text = row.text(bound.column);
        let at = |fault| row.error(bound.column, about, fault);
        // A row for an authority that did not exist that year says nothing.
        let exists = self
            .areas
            .exists_at(area, Self::year_of(period, bound.rule));
        let key = || FactKey {
            table: bound.rule.table.clone(),
            column: bound.rule.indicator.clone(),
            period,
            area,
            stratum,
        };
        match bound.rule.kind {
            Kind::CountFromRate => {
                let marks = &self.lists.marks;
                let rate = marks.number(&self.publication.vintage, text).map_err(at)?;
                if exists {
                    into.only_rates.push(OnlyRate {
                        key: key(),
                        publication: self.position,
                        line: row.line,
                        rate,
                    });
                }
                Ok(())
            }
            Kind::Rate | Kind::Population => {
                let rate = self
                    .lists
                    .marks
                    .number(&self.publication.vintage, text)
                    .map_err(at)?;
                if rate.is_value() {
                    into.rates.insert(PublishedRate {
                        table: bound.rule.table.clone(),
                        period,
                        area,
                        indicator: bound.rule.indicator.clone(),
                        publication: self.position,
                        rate: text.to_owned(),
                    });
                }
                Ok(())
            }
            Kind::Count => {
                let value = self
                    .lists
                    .marks
                    .count(&self.publication.vintage, text)
                    .map_err(at)?;
                match (exists, value) {
                    (false, Reported::Symbol(_)) => return Ok(()),
                    (false, Reported::Value(_)) => {
                        return Err(at(Fault::Contradiction {
                            what: format!(
                                "a figure for {about}, when that authority did not exist"
                            ),
                            advice: "check the dates in data/codelists/areas.csv".into(),
                        }));
                    }
                    (true, _) => {}
                }
                into.facts
                    .add(self.position, row.line, key(), value)
                    .map_err(|twice| {
                        at(Fault::DuplicateKey {
                            key: format!("{about}, {}", bound.rule.indicator),
                            first: twice.first_line,
                        })
                    })
            }
        }
    }

    /// Population files label their rows with the mid-year, which belongs to the 31 March after.
    fn year_of(period: Period, rule: &Rule) -> Period {
        if rule.table == "population" {
            Period::ending(period.year() + 1).unwrap_or(period)
        } else {
            period
        }
    }
}

/// Where a file says which area a row is about.
struct AreaColumns {
    level: Option<usize>,
    new: Option<usize>,
    old: Option<usize>,
    region: Option<usize>,
    /// Read where a row has no code: the Department's dashboard names its regions only.
    region_name: Option<usize>,
}

impl AreaColumns {
    fn of(table: &Table) -> Self {
        let find = |name| table.column(name).ok();
        Self {
            level: find("geographic_level"),
            new: find("new_la_code"),
            old: find("old_la_code"),
            region: find("region_code"),
            region_name: find("region_name").or_else(|| find("geo_breakdown")),
        }
    }

    /// The entity a row is about; `None` for a row about two authorities together.
    fn area(
        &self,
        row: Row<'_>,
        period: Period,
        lists: &CodeLists,
        areas: &Areas,
        repairs: &mut Repairs,
    ) -> Result<Option<AreaCode>, LoadError> {
        let text = |column: Option<usize>| column.map_or("", |column| row.text(column));
        let (new, old) = (text(self.new), text(self.old));
        if lists.combined.contains(new) || lists.combined.contains(old) {
            repairs.combined.push((old.to_owned(), row.line));
            return Ok(None);
        }
        match self.level(row, repairs)? {
            // A file may repeat an authority's code on the national row (921, Isle of Wight).
            GeographicLevel::National => Ok(Some(AreaCode::ENGLAND)),
            GeographicLevel::Regional => {
                let column = if text(self.region).is_empty() {
                    self.new
                } else {
                    self.region
                };
                let code = match self.region_name {
                    Some(named) if text(column).is_empty() => {
                        layouts::region_named(row, named, areas)?
                    }
                    _ => read::area(row, column.unwrap_or_default(), areas)?,
                };
                // Until 2018 the rows of Inner and Outer London carry London's code; the letter is right.
                match areas.by_old_la_code(old, period).map(|area| area.code) {
                    Some(lettered) if lettered != code => {
                        repairs.lettered.push((areas.name(lettered), row.line));
                        Ok(Some(lettered))
                    }
                    _ => Ok(Some(code)),
                }
            }
            GeographicLevel::LocalAuthority => {
                self.authority(row, period, areas, new, old).map(Some)
            }
        }
    }

    fn authority(
        &self,
        row: Row<'_>,
        period: Period,
        areas: &Areas,
        new: &str,
        old: &str,
    ) -> Result<AreaCode, LoadError> {
        let by_old = areas.by_old_la_code(old, period).map(|area| area.code);
        let Some(new_column) = self.new.filter(|_| !new.is_empty()) else {
            return by_old.ok_or_else(|| {
                let column = self.old.unwrap_or_default();
                row.error(
                    column,
                    "",
                    Fault::UnknownArea {
                        found: old.to_owned(),
                        nearest: None,
                    },
                )
            });
        };
        let code = read::area(row, new_column, areas)?;
        let entity = areas.entity(code).unwrap_or(code);
        match by_old {
            Some(by_old) if by_old != entity && !old.is_empty() => {
                let what = format!(
                    "codes {new} ({}) and {old} ({}) on one row",
                    areas.name(entity),
                    areas.name(by_old)
                );
                let advice =
                    "one of the two codes is wrong; correct the row or data/codelists/areas.csv"
                        .to_owned();
                Err(row.error(new_column, "", Fault::Contradiction { what, advice }))
            }
            _ => Ok(entity),
        }
    }

    fn level(&self, row: Row<'_>, repairs: &mut Repairs) -> Result<GeographicLevel, LoadError> {
        let column = self.level.unwrap_or_default();
        match row.text(column).to_lowercase().as_str() {
            "national" => Ok(GeographicLevel::National),
            "regional" | "region" => Ok(GeographicLevel::Regional),
            "local authority" | "la" => Ok(GeographicLevel::LocalAuthority),
            "nan" | "" => {
                repairs.unlevelled.push(row.line);
                Ok(GeographicLevel::LocalAuthority)
            }
            _ => read::word(
                row,
                column,
                "a geographic level",
                &["National", "Regional", "Local authority"],
                |_| None,
            ),
        }
    }
}

/// What had to be understood rather than read.
#[derive(Default)]
struct Repairs {
    combined: Vec<(String, u64)>,
    lettered: Vec<(String, u64)>,
    unlevelled: Vec<u64>,
}

impl Repairs {
    fn into_issues(self, file: &str) -> Vec<Issue> {
        let issue = |code, line: u64, rows: usize, message: String| Issue {
            place: Some(Place {
                file: file.to_owned(),
                line,
                column: String::new(),
            }),
            rows: rows as u64,
            ..Issue::new(code, message)
        };
        let mut issues = Vec::new();
        if let Some((code, line)) = self.combined.first() {
            let message = format!("rows for two authorities together ({code}) were kept out");
            issues.push(issue(
                IssueCode::CombinedRow,
                *line,
                self.combined.len(),
                message,
            ));
        }
        if let Some((name, line)) = self.lettered.first() {
            let message = format!(
                "rows of {name} carry the code of another region; the region letter was used"
            );
            issues.push(issue(
                IssueCode::LabelRepaired,
                *line,
                self.lettered.len(),
                message,
            ));
        }
        if let Some(line) = self.unlevelled.first() {
            let message =
                "rows without a geographic level were read as local authorities by their code"
                    .to_owned();
            issues.push(issue(
                IssueCode::LabelRepaired,
                *line,
                self.unlevelled.len(),
                message,
            ));
        }
        issues
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codelists::CODE_LISTS;
    use crate::files::Files;
    use disparity_core::{Count, Symbol};
    use std::path::Path;

    const HEADER: &str =
        "time_period,geographic_level,region_code,old_la_code,new_la_code,la_name,group,number\n";

    fn lists() -> CodeLists {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
        CodeLists::read(&Files::read(&data, CODE_LISTS).unwrap()).unwrap()
    }

    /// Reads rows of one column of counts, with a group where the row names one.
    fn read_rows(rows: &str, vintage: &str) -> Result<(Facts, Vec<Issue>), LoadErrors> {
        read_file(&format!("{HEADER}{rows}"), vintage)
    }

    fn read_file(file: &str, vintage: &str) -> Result<(Facts, Vec<Issue>), LoadErrors> {
        let lists = lists();
        let areas = lists.areas();
        let table = Table::read("t.csv", file.as_bytes())?;
        let publication = Publication {
            vintage: vintage.into(),
            ..lists.publications[0].clone()
        };
        let rule = |value: &str, label| Rule {
            line: 2,
            source: publication.id.clone(),
            conditions: vec![("group".into(), value.into())],
            label,
            column: "number".into(),
            table: "children_looked_after".into(),
            indicator: "cla_at_31_march".into(),
            kind: Kind::Count,
        };
        let total = rule("", None);
        let mixed = rule(
            "Mixed",
            Some(("group".into(), vec![Dimension::EthnicityMajor])),
        );
        let odd = rule(
            "Martian",
            Some(("group".into(), vec![Dimension::EthnicityMajor])),
        );
        let mut into = Gathered::default();
        read(
            &table,
            0,
            &publication,
            &[&total, &mixed, &odd],
            &lists,
            &areas,
            &mut into,
        )?;
        Ok((into.facts, into.issues))
    }

    fn count(facts: &Facts, year: u16, area: &str) -> Option<Reported<Count>> {
        facts.get(&FactKey {
            table: "children_looked_after".into(),
            column: "cla_at_31_march".into(),
            period: Period::ending(year).unwrap(),
            area: area.parse().unwrap(),
            stratum: Stratum::TOTAL,
        })
    }

    #[test]
    fn a_row_for_two_authorities_together_is_kept_out_and_said_so() {
        let rows = "2022,Local authority,E12000004,940 / 941,E06000061 / E06000062,Both,,1200\n\
                    2022,Local authority,E12000004,940,E06000061,North Northamptonshire,,500\n";
        let (facts, issues) = read_rows(rows, "ees").unwrap();
        assert_eq!(count(&facts, 2022, "E06000061"), Some(Reported::Value(500)));
        assert_eq!(count(&facts, 2022, "E06000062"), None);
        assert_eq!(issues[0].code, IssueCode::CombinedRow);
    }

    #[test]
    fn a_row_for_an_authority_that_is_not_there_says_nothing() {
        let rows = "2024,Local authority,E12000002,909,E10000006,Cumbria,,z\n\
                    2023,Local authority,E12000002,942,E06000063,Cumberland,,x\n";
        let (facts, _) = read_rows(rows, "ees").unwrap();
        assert_eq!(count(&facts, 2024, "E10000006"), None);
        assert_eq!(count(&facts, 2023, "E06000063"), None);
        let wrong = "2024,Local authority,E12000002,909,E10000006,Cumbria,,700\n";
        let error = read_rows(wrong, "ees").unwrap_err();
        assert!(error.to_string().contains("did not exist"), "{error}");
    }

    #[test]
    fn the_national_row_may_carry_an_authoritys_code() {
        let rows = "2011,National,,921,,England,,375900\n\
                    2011,Local authority,,921,,Isle of Wight,,870\n";
        let (facts, _) = read_rows(rows, "sfr").unwrap();
        assert_eq!(
            count(&facts, 2011, "E92000001"),
            Some(Reported::Value(375_900))
        );
        assert_eq!(count(&facts, 2011, "E06000046"), Some(Reported::Value(870)));
    }

    #[test]
    fn inner_and_outer_london_are_told_apart_by_their_letter() {
        let rows = "2012,REGION,,G,E12000007,LONDON,,10000\n\
                    2012,REGION,,H,E12000007,INNER LONDON,,4000\n\
                    2012,REGION,,I,E12000007,OUTER LONDON,,6000\n";
        let (facts, issues) = read_rows(rows, "sfr").unwrap();
        assert_eq!(
            count(&facts, 2012, "E12000007"),
            Some(Reported::Value(10_000))
        );
        assert_eq!(
            count(&facts, 2012, "E13000001"),
            Some(Reported::Value(4_000))
        );
        assert_eq!(
            count(&facts, 2012, "E13000002"),
            Some(Reported::Value(6_000))
        );
        assert_eq!(issues[0].code, IssueCode::LabelRepaired);
    }

    #[test]
    fn a_region_without_a_code_is_known_by_its_name() {
        let header =
            "time_period,geographic_level,geo_breakdown,old_la_code,new_la_code,group,number\n";
        let row = |name| format!("{header}2025,Regional,{name},,,,2420\n");
        let (facts, _) = read_file(&row("North East"), "ees").unwrap();
        let found = count(&facts, 2025, "E12000001");
        assert_eq!(found, Some(Reported::Value(2_420)));
        let error = read_file(&row("Northumbria"), "ees").unwrap_err();
        assert!(error.to_string().contains("geo_breakdown"), "{error}");
    }

    #[test]
    fn two_codes_that_disagree_are_an_error() {
        let rows = "2025,Local authority,E12000001,806,E06000001,Hartlepool,,332\n";
        let error = read_rows(rows, "ees").unwrap_err();
        assert!(
            error
                .to_string()
                .contains("codes E06000001 (Hartlepool) and 806 (Middlesbrough)"),
            "{error}"
        );
    }

    #[test]
    fn a_recoded_authority_is_kept_under_one_code() {
        let rows = "2013,LA,,390,E08000020,Gateshead,,300\n2019,LA,,390,E08000037,Gateshead,,400\n";
        let (facts, _) = read_rows(rows, "sfr").unwrap();
        assert_eq!(count(&facts, 2013, "E08000037"), Some(Reported::Value(300)));
        assert_eq!(count(&facts, 2019, "E08000037"), Some(Reported::Value(400)));
    }

    #[test]
    fn the_mark_x_is_read_as_its_vintage_means_it() {
        let row = "2018,LA,,204,E09000012,Hackney,,x\n";
        let hackney = |vintage| count(&read_rows(row, vintage).unwrap().0, 2018, "E09000012");
        assert_eq!(hackney("sfr"), Some(Reported::Symbol(Symbol::Confidential)));
        assert_eq!(hackney("ees"), Some(Reported::Symbol(Symbol::NotAvailable)));
    }

    #[test]
    fn a_group_that_no_code_list_knows_is_an_error_not_a_gap() {
        let error = read_rows("2018,LA,,204,E09000012,Hackney,Martian,4\n", "sfr").unwrap_err();
        assert!(
            error.to_string().contains("\"Martian\" is not a group"),
            "{error}"
        );
    }
}
