//! Published files of Wales to tables.
//!
//! The Welsh Government rounds every count to the nearest 5 and prints a mark for 0 to 4, so each total says how it
//! came about ([`Basis`]). Nothing is filled in: a year without a total by authority has no rows, and
//! a cell that a public copy withholds stays apart from those that the publisher withholds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use disparity_core::{
    AreaCode, Areas, Dimension, GeographicLevel, MidYear, Nation, Period, Reported,
};

use super::ages;
use crate::codelists::{CodeLists, collect};
use crate::error::{Fault, LoadError, LoadErrors};
use crate::read::{self, ReadReported as _};
use crate::table::{Row, Table};
use crate::wales::Basis;

/// The folder of built-in tables for Wales.
pub(super) const FOLDER: &str = "wales";

/// The vintage of the marks of `StatsWales`.
const STATSWALES: &str = "statswales";

/// How a public copy marks what it withholds itself.
const BY_COPY: &str = "suppressed_by_prism_r";

/// A built-in table: its name, its text and the publications that it was compiled from.
pub(super) type Made = (&'static str, String, Vec<&'static str>);

/// Opens the file of a publication.
pub(super) type Open<'a> = &'a dyn Fn(&str) -> Result<Table, LoadErrors>;

/// Every table of Wales.
///
/// # Errors
/// Every bad row of the first file that has any.
pub(super) fn tables(open: Open<'_>, lists: &CodeLists) -> Result<Vec<Made>, LoadErrors> {
    let areas = lists.areas().with_aliases(lists.area_aliases.clone());
    let children = children(open, &areas)?;
    let ranks = open("wimd-2019-ranks")?;
    let by_lsoa = children_by_lsoa(&open("ons-sape-2020")?)?;
    let neighbourhoods = neighbourhoods(&ranks, &by_lsoa, &areas)?;
    Ok(vec![
        (
            "children_looked_after",
            totals(&open("statswales-cla-totals")?, &areas)?,
            vec!["statswales-cla-totals"],
        ),
        (
            "children_looked_after_by_group",
            by_group(
                &open("statswales-cla-2018")?,
                &open("statswales-cla-ethnicity-2025")?,
                lists,
                &areas,
            )?,
            vec!["statswales-cla-2018", "statswales-cla-ethnicity-2025"],
        ),
        (
            "population",
            population(&children),
            vec!["ons-mye-2017-2019", "ons-mye-2020-ltla", "ons-mye-2024"],
        ),
        (
            "children_by_single_year",
            ages::write_single_years(&children),
            vec!["ons-mye-2017-2019", "ons-mye-2020-ltla", "ons-mye-2024"],
        ),
        (
            "child_income_deprivation",
            income(&open("wimd-2019-children")?, &areas)?,
            vec!["wimd-2019-children"],
        ),
        (
            "deprivation_summaries",
            summaries(&open("wimd-2019-summaries")?, &areas)?,
            vec!["wimd-2019-summaries"],
        ),
        (
            "neighbourhoods_2011",
            write_neighbourhoods(&neighbourhoods),
            vec!["wimd-2019-ranks", "ons-sape-2020"],
        ),
        (
            "children_by_decile",
            by_decile(&neighbourhoods),
            vec!["wimd-2019-ranks", "ons-sape-2020"],
        ),
    ])
}

/// Totals by authority and of Wales. Of a year in which every authority has a count and Wales none is printed, the
/// sum of the authorities stands for Wales, and says that it is one.
fn totals(table: &Table, areas: &Areas) -> Result<String, LoadErrors> {
    let [year, area, count, basis] = table.columns(["year", "la_code", "count", "basis"])?;
    let rows = collect(table, |row| {
        let key = (read::period(row, year)?, read::area(row, area, areas)?);
        let words = Basis::SOURCES.map(|(word, _)| word);
        let basis = read::word(row, basis, "how the count came about", &words, |word| {
            let found = Basis::SOURCES.into_iter().find(|(own, _)| *own == word);
            found.map(|(_, basis)| basis)
        })?;
        Ok((row, key, (read::whole::<u32>(row, count, "")?, basis)))
    })?;
    let mut found: BTreeMap<(Period, AreaCode), (u32, Basis)> = BTreeMap::new();
    let mut errors = Vec::new();
    for (row, key, (count, basis)) in rows {
        if basis.is_rounded() && count % 5 != 0 {
            let what = format!("{count} is not a multiple of 5, to which this source rounds");
            errors.push(read::contradiction(
                row,
                3,
                what,
                "correct the count or its basis",
            ));
        }
        // Of Wales an exact figure goes before a rounded one.
        let before = found.get(&key).map(|(_, basis)| *basis);
        match before {
            Some(Basis::Exact) => {}
            Some(_) if basis == Basis::Exact => {
                found.insert(key, (count, basis));
            }
            Some(_) => errors.push(read::contradiction(
                row,
                1,
                "the total is stated twice",
                "keep one row for each area and year",
            )),
            None => {
                found.insert(key, (count, basis));
            }
        }
    }
    LoadErrors::check(errors, ())?;
    let authorities: BTreeSet<AreaCode> = authorities(areas).collect();
    let years: BTreeSet<Period> = found.keys().map(|(period, _)| *period).collect();
    let wales = Nation::Wales.code();
    for period in years {
        let parts: Vec<u32> = authorities
            .iter()
            .filter_map(|area| found.get(&(period, *area)).map(|(count, _)| *count))
            .collect();
        if parts.len() == authorities.len() {
            found
                .entry((period, wales))
                .or_insert_with(|| (parts.iter().sum(), Basis::SumOfAuthorities));
        }
    }
    let mut csv = "time_period,area_code,cla_at_31_march,basis\n".to_owned();
    for ((period, area), (count, basis)) in found {
        let _ = writeln!(csv, "{period},{area},{count},{}", basis.word());
    }
    Ok(csv)
}

/// Counts by sex and age to 2018, and by ethnic group since.
fn by_group(
    ages: &Table,
    ethnicity: &Table,
    lists: &CodeLists,
    areas: &Areas,
) -> Result<String, LoadErrors> {
    let mut rows: BTreeMap<(Period, AreaCode, [String; 3]), (String, &str)> = BTreeMap::new();
    let mut add = |row: Row<'_>, key, value| {
        let twice = "the group's count is stated twice";
        match rows.insert(key, value) {
            None => Ok(()),
            Some(_) => Err(read::contradiction(row, 1, twice, "keep one row for each")),
        }
    };
    let [year, area, sex, age, count] =
        ages.columns(["year", "la_code", "sex", "age_group", "count"])?;
    collect(ages, |row| {
        let key = (read::period(row, year)?, read::area(row, area, areas)?);
        let sex = group(row, sex, Dimension::Sex, "All", lists)?;
        let age = group(row, age, Dimension::AgeBand, "All ages", lists)?;
        if sex.is_empty() && age.is_empty() {
            // Everyone: in the table of totals.
            return Ok(());
        }
        let value = mark(row, count, lists)?;
        add(row, (key.0, key.1, [String::new(), age, sex]), (value, ""))
    })?;
    let [year, area, ethnic, count, status] =
        ethnicity.columns(["year", "la_code", "ethnic_group", "count", "status"])?;
    collect(ethnicity, |row| {
        let key = (read::period(row, year)?, read::area(row, area, areas)?);
        let ethnic = group(row, ethnic, Dimension::EthnicityMajor, "All", lists)?;
        if ethnic.is_empty() {
            return Ok(());
        }
        let words = ["released", "suppressed_by_source", BY_COPY];
        let found = read::word(
            row,
            status,
            "released, or who withholds it",
            &words,
            |word| words.iter().position(|own| *own == word),
        )?;
        let value = match found {
            0 => (mark(row, count, lists)?, ""),
            1 => ("c".to_owned(), "publisher"),
            // The publisher prints the figure; it is not in the copy.
            _ => ("x".to_owned(), "copy"),
        };
        if found > 0 && !row.text(count).is_empty() {
            let what = "a count that is withheld is there";
            return Err(read::contradiction(
                row,
                count,
                what,
                "clear it, or call it released",
            ));
        }
        add(
            row,
            (key.0, key.1, [ethnic, String::new(), String::new()]),
            value,
        )
    })?;
    let mut csv =
        "time_period,area_code,ethnicity_major,age_band,sex,cla_at_31_march,withheld_by\n"
            .to_owned();
    for ((period, area, groups), (value, by)) in rows {
        let by = if by.is_empty() && value == "c" {
            "publisher"
        } else {
            by
        };
        let _ = writeln!(csv, "{period},{area},{},{value},{by}", groups.join(","));
    }
    Ok(csv)
}

/// The code of a group; none for everyone.
fn group(
    row: Row<'_>,
    column: usize,
    dimension: Dimension,
    everyone: &str,
    lists: &CodeLists,
) -> Result<String, LoadError> {
    if row.text(column) == everyone {
        return Ok(String::new());
    }
    read::word(
        row,
        column,
        "a group of wales/categories.csv",
        &[],
        |text| {
            lists
                .labels
                .code(dimension.column(), text)
                .map(str::to_owned)
        },
    )
}

/// A count, rounded to 5, or the standard mark of what is withheld.
fn mark(row: Row<'_>, column: usize, lists: &CodeLists) -> Result<String, LoadError> {
    let found = lists.marks.count(STATSWALES, row.text(column));
    match found.map_err(|fault| row.error(column, "", fault))? {
        Reported::Value(count) if count % 5 != 0 => {
            let what = format!("{count} is not a multiple of 5, to which this source rounds");
            Err(read::contradiction(row, column, what, "correct the count"))
        }
        found => Ok(found.to_string()),
    }
}

/// Children by single year of age of the mid-years that are held, with Wales as the sum of its authorities.
fn children(open: Open<'_>, areas: &Areas) -> Result<ages::SingleYears, LoadErrors> {
    let mut found = ages::SingleYears::new();
    let early = open("ons-mye-2017-2019")?;
    let year = early.column("mid_year")?;
    let of_year = |row: Row<'_>| read::whole::<u16>(row, year, "").map(MidYear);
    add_children(&mut found, &early, "ltla_code", "age_", areas, of_year)?;
    let (mid_2020, mid_2024) = (open("ons-mye-2020-ltla")?, open("ons-mye-2024")?);
    add_children(&mut found, &mid_2020, "ltla21_code", "age_", areas, |_| {
        Ok(MidYear(2020))
    })?;
    add_children(&mut found, &mid_2024, "Code", "", areas, |_| {
        Ok(MidYear(2024))
    })?;
    let years: BTreeSet<MidYear> = found.keys().map(|(year, _)| *year).collect();
    for mid_year in years {
        let mut sum = [0.0; 18];
        for area in authorities(areas) {
            let own = found.get(&(mid_year, area)).ok_or_else(|| {
                missing(format!(
                    "{} has no children at mid-{}",
                    areas.name(area),
                    mid_year.0
                ))
            })?;
            for (sum, own) in sum.iter_mut().zip(own) {
                *sum += own;
            }
        }
        let printed = found.insert((mid_year, Nation::Wales.code()), sum);
        let apart = |printed: [f64; 18]| {
            let mut ages = printed.iter().zip(&sum);
            ages.any(|(printed, sum)| (printed - sum).abs() > 0.5)
        };
        if printed.is_some_and(apart) {
            let what = format!("authorities do not add up to Wales at mid-{}", mid_year.0);
            return Err(missing(what).into());
        }
    }
    Ok(found)
}

fn missing(what: String) -> LoadError {
    LoadError {
        place: disparity_core::Place::default(),
        about: String::new(),
        fault: Fault::Contradiction {
            what,
            advice: "fetch the estimates again".into(),
        },
    }
}

fn add_children(
    found: &mut ages::SingleYears,
    table: &Table,
    code: &str,
    prefix: &str,
    areas: &Areas,
    mid_year: impl Fn(Row<'_>) -> Result<MidYear, LoadError>,
) -> Result<(), LoadErrors> {
    let code = table.column(code)?;
    let ages = ages::age_columns(table, prefix)?;
    let rows = collect(table, |row| {
        // Other rows are England's.
        let area = row.text(code).parse().ok();
        let area = area.and_then(|code| areas.entity(code));
        area.map(|area| Ok(((mid_year(row)?, area), ages::age_values(row, &ages)?)))
            .transpose()
    })?;
    found.extend(rows.into_iter().flatten());
    Ok(())
}

fn population(children: &ages::SingleYears) -> String {
    let mut csv = "mid_year,area_code,children_0_17\n".to_owned();
    for ((mid_year, area), ages) in children {
        let _ = writeln!(csv, "{},{area},{}", mid_year.0, ages.iter().sum::<f64>());
    }
    csv
}

/// The proportion of children aged 0 to 15 in income deprivation.
fn income(table: &Table, areas: &Areas) -> Result<String, LoadErrors> {
    let [area, share] = table.columns(["la_code", "income_deprived_age_0_15_proportion"])?;
    let mut csv = "deprivation_index,area_code,proportion\n".to_owned();
    let rows = collect(table, |row| {
        let share_of = read::number(row, share, "")?;
        if share_of > 1.0 {
            let what = format!("{share_of} is no proportion");
            return Err(read::contradiction(row, share, what, "give it from 0 to 1"));
        }
        Ok((read::area(row, area, areas)?, row.text(share)))
    })?;
    for (area, share) in rows.into_iter().collect::<BTreeMap<_, _>>() {
        let _ = writeln!(csv, "wimd_2019,{area},{share}");
    }
    Ok(csv)
}

/// The domains of the Index, in the words of the summaries, and those of the columns that are made of them.
const DOMAINS: [(&str, &str); 9] = [
    ("", ""),
    ("Income_", "income_"),
    ("Employment_", "employment_"),
    ("Education_", "education_"),
    ("Health_", "health_"),
    ("Crime_", "community_safety_"),
    ("Housing_", "housing_"),
    ("Access_", "access_to_services_"),
    ("Environment_", "environment_"),
];

/// The average score, the proportion of neighbourhoods in the most deprived tenth and the extent, by domain: worked out
/// by others from the published index.
fn summaries(table: &Table, areas: &Areas) -> Result<String, LoadErrors> {
    let area = table.column("ltla22_code")?;
    let figures = ["Score", "Proportion", "Extent"];
    let mut names = Vec::new();
    let mut columns = Vec::new();
    for (theirs, own) in DOMAINS {
        for figure in figures {
            columns.push(table.column(&format!("{theirs}{figure}"))?);
            names.push(format!("{own}{}", figure.to_lowercase()));
        }
    }
    let rows = collect(table, |row| {
        let values = columns
            .iter()
            .map(|column| read::number(row, *column, "").map(|value| format!("{value:.6}")));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        Ok((read::area(row, area, areas)?, values.join(",")))
    })?;
    let mut csv = format!("deprivation_index,area_code,{}\n", names.join(","));
    for (area, values) in rows.into_iter().collect::<BTreeMap<_, _>>() {
        let _ = writeln!(csv, "wimd_2019,{area},{values}");
    }
    Ok(csv)
}

/// One neighbourhood of 2011.
struct Neighbourhood {
    code: String,
    area: AreaCode,
    rank: u32,
    children: u32,
}

fn children_by_lsoa(table: &Table) -> Result<BTreeMap<String, u32>, LoadErrors> {
    let ages: Vec<String> = (0..18).map(|age| format!("age_{age}")).collect();
    let ages: Vec<&str> = ages.iter().map(String::as_str).collect();
    super::neighbourhoods::children_by_lsoa(table, "lsoa11_code", &ages)
}

/// Every neighbourhood by its rank, each once from 1 to their number.
fn neighbourhoods(
    ranks: &Table,
    children: &BTreeMap<String, u32>,
    areas: &Areas,
) -> Result<Vec<Neighbourhood>, LoadErrors> {
    let [code, authority, rank] =
        ranks.columns(["LSOA code", "Local Authority name (Eng)", "WIMD 2019"])?;
    let mut found = collect(ranks, |row| {
        let text = row.text(code);
        let no_children =
            || read::contradiction(row, code, "nobody counted its children", "correct the code");
        let area = read::word(row, authority, "a Welsh authority", &[], |name| {
            areas.find(name).ok().map(|area| area.code)
        })?;
        Ok(Neighbourhood {
            code: text.to_owned(),
            area,
            rank: read::whole(row, rank, text)?,
            children: children.get(text).copied().ok_or_else(no_children)?,
        })
    })?;
    found.sort_by_key(|own| own.rank);
    if found.iter().zip(1..).any(|(own, rank)| own.rank != rank) {
        return Err(missing("ranks are not each number once".into()).into());
    }
    found.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(found)
}

/// The tenth of neighbourhoods that a rank is in, the most deprived first.
fn decile(rank: u32, all: usize) -> usize {
    ((rank as usize - 1) * 10 / all.max(1) + 1).min(10)
}

fn write_neighbourhoods(found: &[Neighbourhood]) -> String {
    let mut csv = "lsoa_2011,area_code,wimd_rank_2019,wimd_decile_2019,children_0_17\n".to_owned();
    for own in found {
        let decile = decile(own.rank, found.len());
        let _ = writeln!(
            csv,
            "{},{},{},{decile},{}",
            own.code, own.area, own.rank, own.children
        );
    }
    csv
}

/// Children by tenth of neighbourhoods, of authorities and of Wales.
fn by_decile(found: &[Neighbourhood]) -> String {
    let mut sums: BTreeMap<AreaCode, [u32; 10]> = BTreeMap::new();
    for own in found {
        for area in [own.area, Nation::Wales.code()] {
            sums.entry(area).or_default()[decile(own.rank, found.len()) - 1] += own.children;
        }
    }
    let names: Vec<String> = (1..=10).map(|decile| format!("decile_{decile}")).collect();
    let mut csv = format!("deprivation_index,area_code,{}\n", names.join(","));
    for (area, sums) in sums {
        let sums: Vec<String> = sums.iter().map(ToString::to_string).collect();
        let _ = writeln!(csv, "wimd_2019,{area},{}", sums.join(","));
    }
    csv
}

fn authorities(areas: &Areas) -> impl Iterator<Item = AreaCode> {
    let all = areas.entities();
    all.filter(|area| area.level == GeographicLevel::LocalAuthority)
        .map(|area| area.code)
}
