//! Checking the built-in figures: against their digests, and against the rates that the publisher
//! printed.
//!
//! A printed rate is reproduced when our count over our population, per 10,000 and rounded as the
//! publisher rounds, is the printed number. The counts and the population are those of the
//! release that printed it (`codelists/rate_checks.csv`).

use std::collections::BTreeMap;

use disparity_core::{
    AreaCode, Catalogue, CellKey, ChineseGroup, Count, GeographicLevel, IndicatorId, MidYear,
    Period, Reported, Stratum, round_half_up,
};

use crate::build::digest;
use crate::codelists::{CodeLists, collect};
use crate::error::LoadErrors;
use crate::files::Files;
use crate::load::{Children, Loaded, Tables, load};
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
    /// Printed rates of regions and England, and how many of them are reproduced.
    pub regions: (u64, u64),
    /// Those that are not.
    pub exceptions: Vec<RateException>,
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

/// Reproduces every printed rate.
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
    let rules = Table::read_own(
        "codelists/rate_checks.csv",
        files.get("codelists/rate_checks.csv")?,
    )?;
    let [table, release, population, last] =
        rules.columns(["table", "release", "population", "last_mid_year"])?;
    rules
        .rows()
        .map(|rule| {
            let replaced = replaced(&revisions, rule.text(release), &catalogue)?;
            let last: u16 = if rule.text(last).is_empty() {
                u16::MAX
            } else {
                read::whole(rule, last, "")?
            };
            let children = |period: Period, area| {
                // The 2022 release used mid-2020 for both 2021 and 2022: mid-2021 was not out yet.
                let mid_year = MidYear(period.population_year().0.min(last));
                match rule.text(population) {
                    "children_0_17" => everyone.all(mid_year, area),
                    _ => everyone.before_rebase(mid_year, area),
                }
            };
            let count = |key: &CellKey| {
                replaced.get(key).map_or_else(
                    || cube.get(key).and_then(|cell| cell.numerator.value()),
                    |count| Some(*count),
                )
            };
            check(
                &tables.read(rule.text(table))?,
                rule.text(table),
                &catalogue,
                &children,
                &count,
            )
        })
        .collect()
}

fn check(
    printed: &Table,
    name: &str,
    catalogue: &Catalogue,
    children: &dyn Fn(Period, AreaCode) -> Reported<f64>,
    count: &dyn Fn(&CellKey) -> Option<Count>,
) -> Result<RateCheck, LoadErrors> {
    let [period_column, area_column] = printed.columns(["time_period", "area_code"])?;
    let mut result = RateCheck {
        table: name.to_owned(),
        authorities: (0, 0),
        regions: (0, 0),
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
            let rate = read::number(row, column, "")?;
            let key = CellKey {
                indicator: id,
                period,
                area,
                stratum: Stratum::TOTAL,
            };
            let ours = count(&key)
                .zip(children(period, area).value())
                .map(|(n, p)| f64::from(n) / p * 10_000.0);
            let decimals = catalogue.indicators.get(id).decimals;
            let reproduced = ours
                .and_then(|ours| round_half_up(ours, decimals).ok())
                .is_some_and(|ours| same(ours, rate));
            let tally = if level == GeographicLevel::LocalAuthority {
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
                    ours,
                });
            }
        }
    }
    Ok(result)
}

/// Two numbers with at most a few decimals that print alike.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
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
        if !row.text(source).starts_with(release) {
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
