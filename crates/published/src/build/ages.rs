//! Children by age: single years where published, and bands for every mid-year that allows them.
//!
//! The Nomis extract stops at 16, so the number aged 17 is the published total aged 0 to 17 less
//! the ages that are there; both are of the same vintage, which the single-year file for mid-2020
//! confirms.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use disparity_core::{AreaCode, Areas, GeographicLevel, MidYear, Period, Place, Reported, Stratum};

use super::facts::{FactKey, Facts};
use super::geography;
use crate::codelists::collect;
use crate::error::{Fault, LoadError, LoadErrors};
use crate::read;
use crate::table::Table;

/// Children at each single year of age from 0 to 17.
pub(super) type SingleYears = BTreeMap<(MidYear, AreaCode), [f64; 18]>;

/// Children aged 0–4, 5–9, 10–15 and 16–17.
pub(super) type Bands = BTreeMap<(MidYear, AreaCode), [f64; 4]>;

/// The published single-year tables.
pub(super) fn single_years(
    mid_2020: &Table,
    mid_2024: &Table,
    districts: &BTreeMap<String, AreaCode>,
    areas: &Areas,
) -> Result<SingleYears, LoadErrors> {
    let mut years = SingleYears::new();
    let code = mid_2020.column("ltla21_code")?;
    let ages = age_columns(mid_2020, "age_")?;
    let mut early: BTreeMap<AreaCode, [f64; 18]> = BTreeMap::new();
    let rows = collect(mid_2020, |row| {
        let Some(authority) = districts.get(row.text(code)) else {
            return Ok(None);
        };
        Ok(Some((*authority, age_values(row, &ages)?)))
    })?;
    for (authority, values) in rows.into_iter().flatten() {
        let sum = early.entry(authority).or_default();
        for (sum, value) in sum.iter_mut().zip(values) {
            *sum += value;
        }
    }
    let code = mid_2024.column("Code")?;
    let ages = age_columns(mid_2024, "")?;
    let rows = collect(mid_2024, |row| {
        // Other rows are Wales, districts and combinations that are not areas here.
        let entity = row
            .text(code)
            .parse()
            .ok()
            .and_then(|code| areas.entity(code));
        entity
            .map(|entity| Ok((entity, age_values(row, &ages)?)))
            .transpose()
    })?;
    let mut late: BTreeMap<AreaCode, [f64; 18]> = rows.into_iter().flatten().collect();
    for (mid_year, values) in [(MidYear(2020), &mut early), (MidYear(2024), &mut late)] {
        geography::add_sums(values, areas);
        years.extend(
            values
                .iter()
                .map(|(area, values)| ((mid_year, *area), *values)),
        );
    }
    Ok(years)
}

pub(super) fn age_columns(table: &Table, prefix: &str) -> Result<[usize; 18], LoadErrors> {
    let names: [String; 18] = std::array::from_fn(|age| format!("{prefix}{age}"));
    table.columns(names.each_ref().map(String::as_str))
}

pub(super) fn age_values(
    row: crate::table::Row<'_>,
    columns: &[usize; 18],
) -> Result<[f64; 18], LoadError> {
    let mut values = [0.0; 18];
    for (value, column) in values.iter_mut().zip(columns) {
        *value = read::number(row, *column, row.text(0))?;
    }
    Ok(values)
}

/// Bands from the Nomis tables (ages 0–4, 5–9, 10–14, 15 and 16) and the published totals.
pub(super) fn bands(
    nomis: &[NomisTable; 5],
    facts: &Facts,
    single: &SingleYears,
    areas: &Areas,
) -> Result<Bands, LoadErrors> {
    let mut bands = Bands::new();
    for year in 2012..=2021 {
        let mid_year = MidYear(year);
        let mut known: BTreeMap<AreaCode, [f64; 5]> = BTreeMap::new();
        for area in nomis[0].areas() {
            let values: Option<Vec<f64>> =
                nomis.iter().map(|table| table.get(area, year)).collect();
            if let Some(values) = values.and_then(|values| <[f64; 5]>::try_from(values).ok()) {
                known.insert(area, values);
            }
        }
        // Only to have the authorities that were split since, whose totals are published whole.
        geography::add_sums(&mut known, areas);
        let authorities = known
            .into_iter()
            .filter(|(area, _)| is_authority(*area, areas));
        let mut year_bands: BTreeMap<AreaCode, [f64; 4]> = BTreeMap::new();
        for (area, [to_4, to_9, to_14, at_15, at_16]) in authorities {
            let Some(total) = total(facts, area, mid_year) else {
                continue;
            };
            let at_17 = total - (to_4 + to_9 + to_14 + at_15 + at_16);
            // 17-year-olds are about as many as 16-year-olds (but for islands without a sixth form);
            // anything else means mixed vintages.
            if at_17 < 0.0 || (at_17 - at_16).abs() > 0.5 * at_16 + 50.0 {
                return Err(contradiction(area, mid_year, at_17, at_16).into());
            }
            year_bands.insert(area, [to_4, to_9, to_14 + at_15, at_16 + at_17]);
        }
        add_regions(&mut year_bands, mid_year, areas);
        bands.extend(
            year_bands
                .into_iter()
                .map(|(area, values)| ((mid_year, area), values)),
        );
    }
    for ((mid_year, area), ages) in single {
        let from_single = banded(ages);
        let derived = bands.entry((*mid_year, *area)).or_insert(from_single);
        if derived
            .iter()
            .zip(from_single)
            .any(|(a, b)| (a - b).abs() > 0.5)
        {
            return Err(contradiction(*area, *mid_year, derived[3], from_single[3]).into());
        }
    }
    Ok(bands)
}

fn is_authority(area: AreaCode, areas: &Areas) -> bool {
    areas
        .get(area)
        .is_some_and(|area| area.level == GeographicLevel::LocalAuthority)
}

/// Adds regions and England as the sum of the authorities that existed, where all are there; the
/// published regional totals are rounded.
fn add_regions(bands: &mut BTreeMap<AreaCode, [f64; 4]>, mid_year: MidYear, areas: &Areas) {
    let Some(period) = Period::ending(mid_year.0 + 1) else {
        return;
    };
    let mut sums: BTreeMap<AreaCode, Option<[f64; 4]>> = BTreeMap::new();
    let existing = areas
        .entities()
        .filter(|area| is_authority(area.code, areas) && areas.exists_at(area.code, period));
    for area in existing {
        for above in area.above() {
            let sum = sums.entry(above).or_insert(Some([0.0; 4]));
            *sum = sum
                .zip(bands.get(&area.code))
                .map(|(sum, own)| std::array::from_fn(|i| sum[i] + own[i]));
        }
    }
    bands.extend(
        sums.into_iter()
            .filter_map(|(area, sum)| Some((area, sum?))),
    );
}

fn contradiction(area: AreaCode, mid_year: MidYear, found: f64, beside: f64) -> LoadError {
    LoadError {
        place: Place {
            file: "population/nomis_2009_2021".into(),
            ..Place::default()
        },
        about: format!("{area}, {mid_year}"),
        fault: Fault::Contradiction {
            what: format!("ages do not add up: {found} at the oldest ages beside {beside}"),
            advice: "the age tables and the totals must be of the same vintage of estimates".into(),
        },
    }
}

/// The total of the vintage that the Nomis ages belong to: before the census rebase until mid-2020.
fn total(facts: &Facts, area: AreaCode, mid_year: MidYear) -> Option<f64> {
    let column = if mid_year.0 <= 2020 {
        "children_0_17_before_rebase"
    } else {
        "children_0_17"
    };
    let key = FactKey {
        table: "population".into(),
        column: column.into(),
        period: Period::ending(mid_year.0)?,
        area,
        stratum: Stratum::TOTAL,
    };
    match facts.get(&key)? {
        Reported::Value(count) => Some(f64::from(count)),
        Reported::Symbol(_) => None,
    }
}

fn banded(ages: &[f64; 18]) -> [f64; 4] {
    let sum = |range: std::ops::Range<usize>| ages[range].iter().sum();
    [sum(0..5), sum(5..10), sum(10..16), sum(16..18)]
}

/// A Nomis layout: preamble lines, then one row an authority and one column a mid-year.
pub(super) struct NomisTable {
    values: BTreeMap<(AreaCode, u16), f64>,
}

impl NomisTable {
    /// A row of the table has a name, a code and a figure for each year from 2009; other lines are
    /// preamble and notes.
    const YEARS: usize = 13;

    pub(super) fn read(file: &str, bytes: &[u8], areas: &Areas) -> Result<Self, LoadErrors> {
        // Blank lines are passed over by the reader but still counted, so errors keep their line.
        let rows: Vec<&str> = std::str::from_utf8(bytes)
            .unwrap_or_default()
            .lines()
            .map(|line| {
                if line.matches(',').count() < Self::YEARS {
                    ""
                } else {
                    line
                }
            })
            .collect();
        let table = Table::read(file, (rows.join("\n") + "\n").as_bytes())?;
        let code = table.column("mnemonic")?;
        let years: Vec<(usize, u16)> = table
            .names()
            .iter()
            .enumerate()
            .filter_map(|(column, name)| Some((column, name.parse().ok()?)))
            .collect();
        let mut values = BTreeMap::new();
        for row in table.rows() {
            // Rows of Wales, Scotland and Northern Ireland are not areas here.
            let Some(entity) = row
                .text(code)
                .parse()
                .ok()
                .and_then(|code| areas.entity(code))
            else {
                continue;
            };
            for (column, year) in &years {
                values.insert(
                    (entity, *year),
                    read::number(row, *column, &entity.to_string())?,
                );
            }
        }
        Ok(Self { values })
    }

    fn areas(&self) -> Vec<AreaCode> {
        let mut areas: Vec<AreaCode> = self.values.keys().map(|(area, _)| *area).collect();
        areas.dedup();
        areas
    }

    fn get(&self, area: AreaCode, year: u16) -> Option<f64> {
        self.values.get(&(area, year)).copied()
    }
}

/// The table of single years as CSV.
pub(super) fn write_single_years(years: &SingleYears) -> String {
    let mut csv = "mid_year,area_code".to_owned();
    for age in 0..18 {
        let _ = write!(csv, ",age_{age}");
    }
    csv.push('\n');
    for ((mid_year, area), ages) in years {
        let _ = write!(csv, "{},{area}", mid_year.0);
        for children in ages {
            let _ = write!(csv, ",{children}");
        }
        csv.push('\n');
    }
    csv
}

/// The table of bands as CSV.
pub(super) fn write_bands(bands: &Bands) -> String {
    let mut csv = "mid_year,area_code,age_0_to_4,age_5_to_9,age_10_to_15,age_16_to_17\n".to_owned();
    for ((mid_year, area), [to_4, to_9, to_15, to_17]) in bands {
        let _ = writeln!(csv, "{},{area},{to_4},{to_9},{to_15},{to_17}", mid_year.0);
    }
    csv
}
