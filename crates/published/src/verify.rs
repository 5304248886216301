//! Checking the built-in figures: against their digests, and against the rates that the publisher
//! printed.
//!
//! A printed rate is reproduced when the count over the population, per 10,000 and rounded as the
//! publisher rounds, is the printed number. The counts and the population are those of the
//! release that printed it (`codelists/rate_checks.csv`). Counts of regions and England are published
//! to the nearest 10: their rates are reproduced when a count that rounds to the published one gives
//! them.

use std::collections::BTreeMap;

use disparity_core::{
    AreaCode, Catalogue, CellKey, ChineseGroup, Count, Cube, DenominatorKind, GeographicLevel,
    IndicatorId, IssueCode, MidYear, Period, Reported, Stratum, Symbol,
};

use crate::build::digest;
use crate::codelists::{CodeLists, collect};
use crate::error::LoadErrors;
use crate::files::Files;
use crate::load::{Children, Loaded, Tables, load};
use crate::printed::{NEAREST_10, Parts};
use crate::read;
use crate::table::Table;

/// One built-in table against its record in `sources.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCheck {
    /// Its name.
    pub name: String,
    /// Rows on record.
    pub rows: u64,
    /// Whether its bytes are those on record.
    pub intact: bool,
}

/// How many printed rates of one release are reproduced.
#[derive(Debug, Clone, PartialEq)]
pub struct RateCheck {
    /// The built-in table of printed rates.
    pub table: String,
    /// Printed rates of local authorities, and how many of them are reproduced.
    pub authorities: (u64, u64),
    /// Printed rates of regions and England, and how many of them a count that rounds to ours gives.
    pub regions: (u64, u64),
    /// Which estimate of the population those rates used.
    pub populations: PopulationsUsed,
    /// Printed percentages that are not among those: the publisher withholds the number that they are of.
    pub of_withheld: u64,
    /// Rates that are not reproduced.
    pub exceptions: Vec<RateException>,
}

/// How many rates used which estimate of the number of children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PopulationsUsed {
    /// The newest one, which every rate here uses.
    pub newest: u64,
    /// The one before the census of 2021.
    pub before_rebase: u64,
    /// Neither: printed beside the rate, and used nowhere else.
    pub other: u64,
}

/// A printed rate that our figures do not give.
#[derive(Debug, Clone, PartialEq)]
pub struct RateException {
    /// National, regional or local authority.
    pub level: GeographicLevel,
    /// The area.
    pub area: AreaCode,
    /// The period.
    pub period: Period,
    /// The indicator.
    pub indicator: IndicatorId,
    /// As printed.
    pub printed: f64,
    /// Ours, unrounded; none if we lack the count or the population.
    pub ours: Option<f64>,
}

/// Compares every built-in table with its digest.
///
/// # Errors
/// [`LoadErrors`] if `sources.toml` or a table is missing.
pub fn verify_tables(files: &Files) -> Result<Vec<TableCheck>, LoadErrors> {
    let tables = Tables::open(files)?;
    tables
        .sources
        .tables()
        .iter()
        .map(|record| {
            let intact = digest(files.get(&record.name)?) == record.sha256;
            Ok(TableCheck {
                name: record.name.clone(),
                rows: record.rows,
                intact,
            })
        })
        .collect()
}

/// Reproduces every printed rate, with the counts and the population of the release that printed it.
///
/// # Errors
/// [`LoadErrors`] if the tables cannot be read.
pub fn verify_rates(files: &Files) -> Result<Vec<RateCheck>, LoadErrors> {
    let tables = Tables::open(files)?;
    let lists = CodeLists::read(files)?;
    let Loaded {
        catalogue, cube, ..
    } = load(files, ChineseGroup::default())?.output;
    let everyone = Children::read(&tables, &lists, &catalogue, ChineseGroup::default())?;
    let revisions = tables.read("revisions")?;
    let mut printed: Vec<(String, Vec<Rule>)> = Vec::new();
    for (table, rule) in rules(files, &catalogue)? {
        match printed.iter_mut().find(|(name, _)| *name == table) {
            Some((_, rules)) => rules.push(rule),
            None => printed.push((table, vec![rule])),
        }
    }
    let ground = Ground {
        catalogue: &catalogue,
        cube: &cube,
        everyone: &everyone,
        revisions: &revisions,
    };
    printed
        .into_iter()
        .map(|(name, rules)| check(&tables.read(&name)?, &name, &rules, ground))
        .collect()
}

/// Which population the rates of a table were printed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PopulationUsed {
    /// The newest estimate.
    Newest,
    /// The estimate before the census of 2021.
    BeforeRebase,
    /// The number of children printed beside the rate.
    Printed,
}

/// What the rates of a table were made of.
struct Rule {
    /// How the names of the release's publications start; empty where the newest counts were used.
    release: String,
    /// The indicators it is about; all that no rule before it is about, if there are none.
    indicators: Vec<IndicatorId>,
    last_period: Option<Period>,
    population: PopulationUsed,
    last_mid_year: u16,
}

impl Rule {
    fn is_about(&self, indicator: IndicatorId, period: Period) -> bool {
        (self.indicators.is_empty() || self.indicators.contains(&indicator))
            && self.last_period.is_none_or(|last| period <= last)
    }
}

fn rules(files: &Files, catalogue: &Catalogue) -> Result<Vec<(String, Rule)>, LoadErrors> {
    let name = "codelists/rate_checks.csv";
    let list = Table::read_own(name, files.get(name)?)?;
    let [
        table,
        release,
        indicators,
        last_period,
        population,
        last_mid_year,
    ] = list.columns([
        "table",
        "release",
        "indicators",
        "last_period",
        "population",
        "last_mid_year",
    ])?;
    collect(&list, |row| {
        let named = row
            .text(indicators)
            .split('|')
            .filter(|name| !name.is_empty());
        let found: Option<Vec<IndicatorId>> =
            named.map(|name| catalogue.indicators.id(name)).collect();
        let empty = |column: usize| row.text(column).is_empty();
        let rule = Rule {
            release: row.text(release).to_owned(),
            indicators: read::word(row, indicators, "a list of indicators", &[], |_| {
                found.clone()
            })?,
            last_period: if empty(last_period) {
                None
            } else {
                Some(read::period(row, last_period)?)
            },
            population: read::word(
                row,
                population,
                "a population",
                &["children_0_17", "children_0_17_before_rebase", "printed"],
                |word| match word {
                    "children_0_17" => Some(PopulationUsed::Newest),
                    "children_0_17_before_rebase" => Some(PopulationUsed::BeforeRebase),
                    "printed" => Some(PopulationUsed::Printed),
                    _ => None,
                },
            )?,
            last_mid_year: if empty(last_mid_year) {
                u16::MAX
            } else {
                read::whole(row, last_mid_year, "")?
            },
        };
        Ok((row.text(table).to_owned(), rule))
    })
}

/// What printed rates are checked against.
#[derive(Clone, Copy)]
struct Ground<'a> {
    catalogue: &'a Catalogue,
    cube: &'a Cube,
    everyone: &'a Children,
    revisions: &'a Table,
}

impl Ground<'_> {
    /// The children that a rate was printed with, and which estimate that is.
    fn children(
        self,
        rule: &Rule,
        period: Period,
        area: AreaCode,
        beside: Option<f64>,
        used: &mut PopulationsUsed,
    ) -> Option<f64> {
        // The 2022 release used mid-2020 for both 2021 and 2022: mid-2021 was not out yet.
        let mid_year = MidYear(period.population_year().0.min(rule.last_mid_year));
        let newest = self.everyone.all(mid_year, area).value();
        let earlier = self.everyone.before_rebase(mid_year, area).value();
        let children = match rule.population {
            PopulationUsed::Newest => newest,
            PopulationUsed::BeforeRebase => earlier,
            PopulationUsed::Printed => beside,
        }?;
        *if rule.population != PopulationUsed::BeforeRebase && newest == Some(children) {
            &mut used.newest
        } else if earlier == Some(children) {
            &mut used.before_rebase
        } else {
            &mut used.other
        } += 1;
        Some(children)
    }

    /// Whether the publisher withholds the count that a count is a part of.
    fn withholds_whole(self, key: &CellKey) -> bool {
        let own = self.catalogue.indicators.get(key.indicator);
        let whole = self.cube.get(key).map(|cell| cell.denominator.value);
        own.denominator != DenominatorKind::Children0To17
            && whole == Some(Reported::Symbol(Symbol::Confidential))
    }

    /// What a printed rate was computed from, with the counts of its release where they were replaced;
    /// nothing of a rate that our count was worked out from, which it would give whatever it is.
    fn parts(
        self,
        key: &CellKey,
        rule: &Rule,
        replaced: &BTreeMap<CellKey, Count>,
        beside: Option<f64>,
        used: &mut PopulationsUsed,
    ) -> Option<Parts> {
        let cell = self.cube.get(key);
        if cell.is_some_and(|cell| cell.issues.contains(IssueCode::CountFromRate)) {
            return None;
        }
        let held = || cell.and_then(|cell| cell.numerator.value());
        let own = self.catalogue.indicators.get(key.indicator);
        let of_children = own.denominator == DenominatorKind::Children0To17;
        let whole = if of_children {
            self.children(rule, key.period, key.area, beside, used)
        } else {
            cell.and_then(|cell| cell.denominator.value.value())
        };
        Some(Parts {
            count: replaced.get(key).copied().or_else(held),
            whole,
            of_children,
        })
    }
}

fn check(
    printed: &Table,
    name: &str,
    rules: &[Rule],
    ground: Ground<'_>,
) -> Result<RateCheck, LoadErrors> {
    let catalogue = ground.catalogue;
    let [period_column, area_column] = printed.columns(["time_period", "area_code"])?;
    let beside = printed.column("children_0_17").ok();
    let replaced = rules
        .iter()
        .map(|rule| replaced(ground.revisions, &rule.release, catalogue))
        .collect::<Result<Vec<_>, _>>()?;
    let mut result = RateCheck {
        table: name.to_owned(),
        authorities: (0, 0),
        regions: (0, 0),
        populations: PopulationsUsed::default(),
        of_withheld: 0,
        exceptions: Vec::new(),
    };
    for row in printed.rows() {
        let period = read::period(row, period_column)?;
        let area = read::area(row, area_column, &catalogue.areas)?;
        let level = catalogue
            .areas
            .get(area)
            .map_or(GeographicLevel::LocalAuthority, |area| area.level);
        for (column, indicator) in printed.names().iter().enumerate() {
            let (Some(id), false) = (
                catalogue.indicators.id(indicator),
                row.text(column).is_empty(),
            ) else {
                continue;
            };
            let rule = rules
                .iter()
                .zip(&replaced)
                .find(|(rule, _)| rule.is_about(id, period));
            let Some((rule, replaced)) = rule else {
                continue;
            };
            let rate = read::number(row, column, "")?;
            let key = CellKey {
                indicator: id,
                period,
                area,
                stratum: Stratum::TOTAL,
            };
            let beside = beside.and_then(|column| read::finite(row.text(column)));
            let Some(parts) = ground.parts(&key, rule, replaced, beside, &mut result.populations)
            else {
                continue;
            };
            let withheld = ground.withholds_whole(&key);
            if withheld && parts.count.is_some_and(|count| count > 0) {
                result.of_withheld += 1;
                continue;
            }
            let authority = level == GeographicLevel::LocalAuthority;
            let decimals = catalogue.indicators.get(id).decimals;
            let rounding = if authority { 0.0 } else { NEAREST_10 };
            let reproduced = parts.gives(rate, decimals, rounding);
            let tally = if authority {
                &mut result.authorities
            } else {
                &mut result.regions
            };
            tally.0 += 1;
            if reproduced {
                tally.1 += 1;
            } else {
                result.exceptions.push(RateException {
                    level,
                    area,
                    period,
                    indicator: id,
                    printed: rate,
                    ours: parts.rate(),
                });
            }
        }
    }
    Ok(result)
}

/// Counts as a release had them, where a newer one replaced them.
fn replaced(
    revisions: &Table,
    release: &str,
    catalogue: &Catalogue,
) -> Result<BTreeMap<CellKey, Count>, LoadErrors> {
    let [source, period, area, indicator, count] =
        revisions.columns(["source", "time_period", "area_code", "indicator", "count"])?;
    let rows = collect(revisions, |row| {
        if release.is_empty() || !row.text(source).starts_with(release) {
            return Ok(None);
        }
        let key = CellKey {
            indicator: read::word(row, indicator, "an indicator", &[], |name| {
                catalogue.indicators.id(name)
            })?,
            period: read::period(row, period)?,
            area: read::area(row, area, &catalogue.areas)?,
            stratum: Stratum::TOTAL,
        };
        Ok(Some((key, read::whole(row, count, "")?)))
    })?;
    Ok(rows.into_iter().flatten().collect())
}
