//! The built-in tables of Wales to a catalogue and a cube.
//!
//! Counts are rounded, so each goes into the cube with how far it may be from what was counted. Children are held
//! of some mid-years only: `codelists/wales/denominators.csv` says which goes with which year, and where a year is
//! not in it, its counts have no denominator. Nothing is interpolated.

use std::collections::BTreeMap;

use disparity_core::{
    AreaCode, Areas, Basis, Catalogue, CellKey, Context, Cube, Denominator, DenominatorError,
    Dimension, GeographicLevel, IndicatorId, Issue, IssueCode, IssueSet, MidYear, Nation, Period,
    Population, Populations, Reported, Rounding, Stratum, Symbol, Warned,
};

use super::counts::Counts;
use super::{Loaded, Tables, contradiction, denominators};
use crate::codelists::{CodeLists, WELSH_MID_YEARS, collect};
use crate::error::{Fault, LoadErrors};
use crate::files::Files;
use crate::read::{self, ReadReported as _};
use crate::table::Table;
use crate::wales::Basis as Came;

/// The tables of counts.
const TOTALS: &str = "children_looked_after";
const BY_GROUP: &str = "children_looked_after_by_group";

/// The years of age of each band that has children to divide by, in the words of `categories.csv`.
const BANDS: [(&str, std::ops::RangeInclusive<usize>); 5] = [
    ("under_1", 0..=0),
    ("1_to_4", 1..=4),
    ("5_to_9", 5..=9),
    ("10_to_15", 10..=15),
    ("16_to_17", 16..=17),
];

/// Reads the built-in tables of Wales, or those of a folder laid out like them.
///
/// # Errors
/// Every bad row of the first table that has any.
pub fn load_wales(files: &Files) -> Result<Warned<Loaded>, LoadErrors> {
    let tables = Tables::open_of(files, Nation::Wales)?;
    let lists = CodeLists::read_of(files, Nation::Wales)?;
    let areas = Areas::new(
        lists.areas.clone(),
        lists.changes.clone(),
        BTreeMap::new(),
        lists.tiles.clone(),
    )
    .with_aliases(lists.area_aliases.clone());
    let mut catalogue = Catalogue {
        tables: BTreeMap::new(),
        context: context(&tables, &areas)?,
        sources: tables.sources(),
        indicators: lists.indicators.clone(),
        dimensions: lists.dimensions.clone(),
        claims: lists.claims.clone(),
        areas,
    };
    let mut read = Read::default();
    let indicator = read.totals(&tables.read(TOTALS)?, &catalogue)?;
    read.by_group(&tables.read(BY_GROUP)?, &lists, &catalogue)?;
    read.both_sexes(&catalogue);
    let fed = [TOTALS, BY_GROUP].map(|name| format!("wales/{name}.csv"));
    catalogue.tables.insert(indicator, fed.into());
    let mid_years = Table::read_own(WELSH_MID_YEARS, files.get(WELSH_MID_YEARS)?)?;
    let populations = populations(&mid_years, &catalogue)?;
    let cells = denominators::attach(&read.counts, &populations, &catalogue);
    let cube = Cube::new(cells).map_err(|error| contradiction(error.to_string()))?;
    let mut issues = issues(&cube, &catalogue, indicator);
    issues.extend(mid_years_used(&mid_years, &catalogue, indicator)?);
    Ok(Warned {
        output: Loaded {
            cube: cube.with_roundings(read.roundings),
            catalogue,
            populations,
            marks: lists.marks,
        },
        issues,
    })
}

/// Counts as they are read, and how exact each is.
#[derive(Default)]
struct Read {
    counts: Counts,
    roundings: BTreeMap<CellKey, Rounding>,
}

impl Read {
    fn add(&mut self, key: CellKey, value: Reported<u32>, rounding: Rounding, issues: IssueSet) {
        // What was worked out of rounded counts says so itself, and may be further off.
        let printed = value.is_value() && !issues.contains(IssueCode::DerivedCount);
        let issues = issues
            .without(IssueCode::RoundedTo5)
            .with_if(printed && !rounding.is_exact(), IssueCode::RoundedTo5);
        self.counts.insert(key, (value, issues));
        if value.is_value() && !rounding.is_exact() {
            self.roundings.insert(key, rounding);
        }
    }

    /// Totals; the indicator that they are of.
    fn totals(&mut self, table: &Table, catalogue: &Catalogue) -> Result<IndicatorId, LoadErrors> {
        let (indicator, column) = indicator(table, catalogue)?;
        let [period, area, basis] = table.columns(["time_period", "area_code", "basis"])?;
        let authorities = authorities(&catalogue.areas).count();
        let words = Came::ALL.map(Came::word);
        let standing = standing(catalogue, indicator, Stratum::TOTAL);
        let rows = collect(table, |row| {
            let came = read::word(row, basis, "how the count came about", &words, |word| {
                Came::ALL.into_iter().find(|own| own.word() == word)
            })?;
            let key = CellKey {
                indicator,
                period: read::period(row, period)?,
                area: read::area(row, area, &catalogue.areas)?,
                stratum: Stratum::TOTAL,
            };
            let count = read::whole::<u32>(row, column, "")?;
            Ok((row, key, count, came))
        })?;
        let mut errors = Vec::new();
        let mut lines: BTreeMap<CellKey, u64> = BTreeMap::new();
        for (row, key, count, came) in rows {
            if let Some(first) = lines.insert(key, row.line) {
                let of = format!("{}, {}", catalogue.areas.name(key.area), key.period);
                errors.push(row.error(area, "", Fault::DuplicateKey { key: of, first }));
                continue;
            }
            let issues = standing.with_if(came.is_derived(), IssueCode::DerivedCount);
            self.add(
                key,
                Reported::Value(count),
                came.rounding(authorities),
                issues,
            );
        }
        LoadErrors::check(errors, indicator)
    }

    /// Counts by group, and the marks that stand for what is withheld.
    fn by_group(
        &mut self,
        table: &Table,
        lists: &CodeLists,
        catalogue: &Catalogue,
    ) -> Result<(), LoadErrors> {
        let (indicator, column) = indicator(table, catalogue)?;
        let [period, area, by] = table.columns(["time_period", "area_code", "withheld_by"])?;
        let dimensions = [
            Dimension::EthnicityMajor,
            Dimension::AgeBand,
            Dimension::Sex,
        ];
        let groups = table.columns(dimensions.map(Dimension::column))?;
        let groups: Vec<(usize, Dimension)> = groups.into_iter().zip(dimensions).collect();
        let rows = collect(table, |row| {
            let list = "a group of wales/categories.csv";
            let stratum = read::stratum(row, &groups, &catalogue.dimensions, list)?;
            let key = CellKey {
                indicator,
                period: read::period(row, period)?,
                area: read::area(row, area, &catalogue.areas)?,
                stratum,
            };
            let value = lists.marks.count("disparity", row.text(column));
            let value = value.map_err(|fault| row.error(column, "", fault))?;
            let words = ["", "publisher", "copy"];
            let by = read::word(row, by, "`publisher`, `copy` or empty", &words, |word| {
                words.iter().position(|own| *own == word)
            })?;
            let expected = match by {
                0 => value.is_value(),
                1 => value == Reported::Symbol(Symbol::Confidential),
                _ => value == Reported::Symbol(Symbol::NotAvailable),
            };
            if !expected {
                let what = format!("{value} does not go with who withholds it");
                return Err(read::contradiction(
                    row,
                    column,
                    what,
                    "build the tables again",
                ));
            }
            Ok((row, key, value, by == 2))
        })?;
        let mut errors = Vec::new();
        for (row, key, value, by_copy) in rows {
            if self.counts.contains_key(&key) {
                let what = "the count of this group is stated twice";
                errors.push(read::contradiction(
                    row,
                    column,
                    what,
                    "keep one row for each",
                ));
                continue;
            }
            let standing = standing(catalogue, indicator, key.stratum);
            let issues = standing.with_if(by_copy, IssueCode::WithheldByCopy);
            self.add(key, value, Rounding::to_nearest(5), issues);
        }
        LoadErrors::check(errors, ())
    }

    /// Children of an age, whether girls or boys: published apart only, so that the sum may be twice as far off.
    fn both_sexes(&mut self, catalogue: &Catalogue) {
        let sexes = catalogue.dimensions.list(Dimension::Sex);
        let sexes: Vec<_> = sexes.iter().map(|(id, _)| id).collect();
        let mut parts: BTreeMap<CellKey, Vec<(Reported<u32>, IssueSet)>> = BTreeMap::new();
        for (key, cell) in &self.counts {
            let age = key.stratum.get(Dimension::AgeBand);
            let sex = key.stratum.get(Dimension::Sex);
            if Stratum::TOTAL
                .with(Dimension::AgeBand, age)
                .with(Dimension::Sex, sex)
                != key.stratum
                || age == disparity_core::CategoryId::TOTAL
                || sex == disparity_core::CategoryId::TOTAL
            {
                continue;
            }
            let stratum = Stratum::TOTAL.with(Dimension::AgeBand, age);
            parts
                .entry(CellKey { stratum, ..*key })
                .or_default()
                .push(*cell);
        }
        for (key, parts) in parts {
            if parts.len() != sexes.len() || self.counts.contains_key(&key) {
                continue;
            }
            let value = Reported::sum_complete(parts.iter().map(|(value, _)| *value));
            let issues = parts
                .iter()
                .fold(IssueSet::EMPTY, |all, (_, own)| all.union(*own));
            let rounding = Rounding::of_all(parts.iter().map(|_| Rounding::to_nearest(5)));
            let issues = issues.with_if(value.is_value(), IssueCode::DerivedCount);
            self.add(key, value, rounding, issues);
        }
    }
}

/// The one indicator of a table, and its column.
fn indicator(table: &Table, catalogue: &Catalogue) -> Result<(IndicatorId, usize), LoadErrors> {
    let mut own = catalogue.indicators.iter();
    let found = own.find_map(|(id, indicator)| Some((id, table.column(&indicator.name).ok()?)));
    found.ok_or_else(|| {
        contradiction(format!("no column of `{}` is an indicator", table.file())).into()
    })
}

/// What must be said of any count of an indicator: not of one that is of an age below 18.
fn standing(catalogue: &Catalogue, indicator: IndicatorId, stratum: Stratum) -> IssueSet {
    let indicator = catalogue.indicators.get(indicator);
    let age = Stratum::TOTAL.with(Dimension::AgeBand, stratum.get(Dimension::AgeBand));
    let below = BANDS
        .iter()
        .any(|(code, _)| catalogue.dimensions.stratum(Dimension::AgeBand, code) == Some(age));
    IssueSet::EMPTY.with_if(
        indicator.includes_18_and_over && !below,
        IssueCode::Includes18AndOver,
    )
}

fn authorities(areas: &Areas) -> impl Iterator<Item = AreaCode> {
    let all = areas.entities();
    all.filter(|area| area.level == GeographicLevel::LocalAuthority)
        .map(|area| area.code)
}

/// Facts about areas: children by age and by tenth of neighbourhoods, and income deprivation.
fn context(tables: &Tables<'_>, areas: &Areas) -> Result<Context, LoadErrors> {
    let mut context = Context {
        children_by_age: super::context::children_by_age(tables, areas)?,
        children_by_decile: super::context::children_by_decile(tables, areas)?,
        ..Context::default()
    };
    let table = tables.read("child_income_deprivation")?;
    let [index, area, share] = table.columns(["deprivation_index", "area_code", "proportion"])?;
    let rows = collect(&table, |row| {
        let of = (row.text(index).to_owned(), read::area(row, area, areas)?);
        Ok((of, read::number(row, share, "")?))
    })?;
    context.low_income_shares = rows.into_iter().collect();
    // All ages, to hold the table of children against.
    let population = tables.read("population")?;
    let [year, area, children] = population.columns(["mid_year", "area_code", "children_0_17"])?;
    collect(&population, |row| {
        let key = (
            MidYear(read::whole(row, year, "")?),
            read::area(row, area, areas)?,
        );
        let whole = read::number(row, children, "")?;
        let by_age = context.children_by_age.get(&key);
        match by_age.map(|ages| ages.iter().sum::<f64>()) {
            Some(sum) if (sum - whole).abs() < 0.5 => Ok(()),
            _ => {
                let what = format!("{whole} children are not the sum of those of each age");
                Err(read::contradiction(
                    row,
                    children,
                    what,
                    "build the tables again",
                ))
            }
        }
    })?;
    Ok(context)
}

/// The children of every year that a mid-year is named for, of all ages and by band.
fn populations(mid_years: &Table, catalogue: &Catalogue) -> Result<Populations, LoadErrors> {
    let [period, mid_year, why] = mid_years.columns(["time_period", "mid_year", "why"])?;
    let years = collect(mid_years, |row| {
        let mid = MidYear(read::whole(row, mid_year, "")?);
        let held = catalogue
            .context
            .children_by_age
            .keys()
            .any(|(year, _)| *year == mid);
        if !held {
            let what = format!("children of mid-{} are not held", mid.0);
            return Err(read::contradiction(
                row,
                mid_year,
                what,
                "name a year that is, or leave the row out",
            ));
        }
        if row.text(why).is_empty() {
            let what = "the year has no reason";
            return Err(read::contradiction(
                row,
                why,
                what,
                "say why this mid-year goes with it",
            ));
        }
        Ok((read::period(row, period)?, mid))
    })?;
    let bands = BANDS.iter().filter_map(|(code, ages)| {
        let stratum = catalogue.dimensions.stratum(Dimension::AgeBand, code)?;
        Some((stratum, ages.clone()))
    });
    let bands: Vec<_> = bands.collect();
    let mut found = Vec::new();
    for (period, mid) in years {
        let children = &catalogue.context.children_by_age;
        for ((_, area), ages) in children.iter().filter(|((year, _), _)| *year == mid) {
            // Three months after 31 March, where the mid-year before is not held.
            let later = IssueSet::EMPTY.with_if(mid.0 >= period.year(), IssueCode::LaterMidYear);
            let of = |value, basis| Population {
                denominator: Denominator {
                    value: Reported::Value(value),
                    basis,
                },
                issues: later,
            };
            let all = Basis::Children0To17 { mid_year: mid };
            found.push(((period, *area, Stratum::TOTAL), of(ages.iter().sum(), all)));
            let part = Basis::Share {
                mid_year: mid,
                share_year: mid.0,
                error: DenominatorError::NONE,
            };
            for (stratum, own) in &bands {
                found.push((
                    (period, *area, *stratum),
                    of(ages[own.clone()].iter().sum(), part),
                ));
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// Which mid-year's children each year is divided by, and why.
fn mid_years_used(
    mid_years: &Table,
    catalogue: &Catalogue,
    indicator: IndicatorId,
) -> Result<Vec<Issue>, LoadErrors> {
    let [period, mid_year, why] = mid_years.columns(["time_period", "mid_year", "why"])?;
    collect(mid_years, |row| {
        let period = read::period(row, period)?;
        Ok(Issue {
            indicator: catalogue.indicators.get(indicator).name.clone(),
            period: Some(period),
            ..Issue::new(
                IssueCode::MidYearUsed,
                format!(
                    "31 March {period} is divided by children of mid-{}. {}",
                    row.text(mid_year),
                    row.text(why)
                ),
            )
        })
    })
}

/// What must be said about the counts as a whole.
fn issues(cube: &Cube, catalogue: &Catalogue, indicator: IndicatorId) -> Vec<Issue> {
    let name = &catalogue.indicators.get(indicator).name;
    let cells = cube.indicator(indicator);
    let issue = |code, rows: usize, message: String| Issue {
        indicator: name.clone(),
        rows: rows as u64,
        ..Issue::new(code, message)
    };
    let number = |wanted: &dyn Fn(&disparity_core::Cell) -> bool| {
        cells.iter().filter(|cell| wanted(cell)).count()
    };
    let wales = Nation::Wales.code();
    let totals: Vec<_> = cells
        .iter()
        .filter(|cell| cell.key.stratum.is_total() && cell.key.area == wales)
        .collect();
    let years = |wanted: &dyn Fn(&disparity_core::Cell) -> bool| {
        let years = totals
            .iter()
            .filter(|cell| wanted(cell))
            .map(|cell| cell.key.period.to_string());
        years.collect::<Vec<_>>().join(", ")
    };
    let held: Vec<Period> = totals.iter().map(|cell| cell.key.period).collect();
    let gaps = held
        .windows(2)
        .flat_map(|pair| pair[0].year() + 1..pair[1].year());
    let gaps: Vec<String> = gaps.map(|year| year.to_string()).collect();
    let mut found = vec![
        issue(
            IssueCode::NationsDiffer,
            cells.len(),
            IssueCode::NationsDiffer.meaning().to_owned(),
        ),
        issue(
            IssueCode::NoDenominator,
            number(&|cell| !cell.denominator.value.is_value()),
            format!(
                "children by authority are not held for {}: counts, and no rates (of 2023 the nearest mid-year held is \
                 fifteen months later); nor by sex or ethnic group in any year",
                years(&|cell| !cell.denominator.value.is_value())
            ),
        ),
        issue(
            IssueCode::DerivedCount,
            number(&|cell| cell.issues.contains(IssueCode::DerivedCount)),
            "2023 by authority is a published sum of two years less the count of 2024, and may be 4 off; Wales in 2025 \
             is the sum of its authorities, and may be 44 off; children of an age are girls and boys together, and may \
             be 4 off"
                .to_owned(),
        ),
        issue(
            IssueCode::WithheldByCopy,
            number(&|cell| cell.issues.contains(IssueCode::WithheldByCopy)),
            "counts by ethnic group that StatsWales prints and the copy compiled here does not are `x`; those that \
             StatsWales withholds are `c`"
                .to_owned(),
        ),
        issue(
            IssueCode::SourceSymbol,
            number(&|cell| cell.numerator == Reported::Symbol(Symbol::Confidential)),
            "counts that are `c` are 0 to 4, or would reveal one that is".to_owned(),
        ),
    ];
    if !gaps.is_empty() {
        let message = format!("no figures by authority were found for {}", gaps.join(", "));
        found.push(issue(IssueCode::CoverageGap, gaps.len(), message));
    }
    found
}
