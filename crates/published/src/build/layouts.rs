//! Files that are laid out unlike the tidy ones of explore education statistics, made into the same
//! columns: `time_period`, `geographic_level`, `region_code`, `old_la_code`, `new_la_code` and figures.
//!
//! Each row keeps the line of the file that it came from, so that errors point there.

use std::borrow::Cow;
use std::io::Read as _;

use disparity_core::{AreaCode, Areas, GeographicLevel, Place};

use crate::codelists::{Layout, Publication};
use crate::error::{Fault, LoadError, LoadErrors};
use crate::read;
use crate::table::{Row, Table};

/// How a file that is packed with gzip starts.
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// Reads a publication's file, packed or not, into tidy columns.
pub(super) fn open(
    publication: &Publication,
    bytes: &[u8],
    areas: &Areas,
) -> Result<Table, LoadErrors> {
    let path = publication.path.as_str();
    let table = Table::read(path, &self::bytes(path, bytes)?)?;
    match publication.layout {
        Layout::Tidy => Ok(table),
        Layout::Years => years(&table),
        Layout::Lait => lait(&table, areas),
    }
}

/// What is in a file, packed or not.
pub(super) fn bytes<'a>(path: &str, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, LoadError> {
    if bytes.starts_with(&GZIP) {
        return unpacked(path, bytes).map(Cow::Owned);
    }
    Ok(Cow::Borrowed(bytes))
}

fn unpacked(path: &str, bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes)
        .read_to_end(&mut text)
        .map_err(|error| {
            whole_file(
                path,
                Fault::Unreadable {
                    reason: error.to_string(),
                },
            )
        })?;
    Ok(text)
}

fn whole_file(path: &str, fault: Fault) -> LoadError {
    let place = Place {
        file: path.to_owned(),
        ..Place::default()
    };
    LoadError {
        place,
        about: String::new(),
        fault,
    }
}

/// `CLA_Mar2016`, `CLA_Pop2016` and `CLA_Rate2016` to `number`, `population` and `rate` of 2016.
///
/// The release of 2018 names the population by the year of the rate it is for, that of 2019 by its
/// mid-year, which is the year before.
fn years(table: &Table) -> Result<Table, LoadErrors> {
    let of = |kind: &str| -> Vec<(u16, usize)> {
        let named = table.names().iter().enumerate();
        named
            .filter_map(|(column, name)| {
                let year = name.strip_prefix(kind)?;
                (year.len() == 4)
                    .then(|| year.parse().ok())
                    .flatten()
                    .map(|year| (year, column))
            })
            .collect()
    };
    let (numbers, populations, rates) = (of("CLA_Mar"), of("CLA_Pop"), of("CLA_Rate"));
    let firsts = [&numbers, &populations, &rates].map(|found| found.first().map(|(year, _)| *year));
    let [Some(number), Some(population), Some(rate)] = firsts else {
        let what =
            "no column for a year: `CLA_Mar`, `CLA_Pop` and `CLA_Rate` with a year were expected"
                .to_owned();
        let advice =
            "leave `layout` empty in data/codelists/publications.csv if it is laid out otherwise"
                .to_owned();
        return Err(whole_file(table.file(), Fault::Contradiction { what, advice }).into());
    };
    let behind = rate.saturating_sub(population);
    let same = |found: &[(u16, usize)], less: u16| {
        found
            .iter()
            .map(|(year, _)| year + less)
            .eq(rates.iter().map(|(year, _)| *year))
    };
    if number != rate || behind > 1 || !same(&numbers, 0) || !same(&populations, behind) {
        let what = "numbers, populations and rates are not of the same years".to_owned();
        let advice = "check the columns of the file".to_owned();
        return Err(whole_file(table.file(), Fault::Contradiction { what, advice }).into());
    }
    let [level, code, old] = table.columns(["geog_l", "New_geog_code", "geog_c"])?;
    let names = [
        "time_period",
        "geographic_level",
        "old_la_code",
        "new_la_code",
        "number",
        "population",
        "rate",
    ];
    let rows = table.rows().flat_map(|row| {
        let each = rates.iter().zip(&numbers).zip(&populations);
        each.map(move |(((year, rate), (_, number)), (_, population))| {
            let own = |column: usize| row.text(column).to_owned();
            let year = year.to_string();
            let fields = [
                year,
                own(level),
                own(old),
                own(code),
                own(*number),
                own(*population),
                own(*rate),
            ];
            (row.line, fields.to_vec())
        })
    });
    Ok(Table::made(table.file(), &names, rows))
}

/// The number the tool gives England.
const ENGLAND: &str = "970";

/// The numbers it gives regions, London whole and in two parts.
const REGIONS: std::ops::RangeInclusive<u16> = 980..=990;

/// The tool's measures, with codes for its regions, and values without the tails of binary fractions.
fn lait(table: &Table, areas: &Areas) -> Result<Table, LoadErrors> {
    let [measure, year, name, number, value] = table.columns([
        "measure_short",
        "years",
        "la_or_region",
        "la_number",
        "value",
    ])?;
    let names = [
        "measure_short",
        "time_period",
        "geographic_level",
        "region_code",
        "old_la_code",
        "value",
    ];
    let mut errors = Vec::new();
    let mut rows = Vec::with_capacity(table.len());
    for row in table.rows() {
        // Money is by financial year, and some measures pool years: they have no reporting year.
        if row.text(year).len() != 4 {
            continue;
        }
        let own = |column: usize| row.text(column).to_owned();
        let (level, region, old) = match row.text(number) {
            ENGLAND => (GeographicLevel::National, String::new(), String::new()),
            region
                if region
                    .parse()
                    .is_ok_and(|number: u16| REGIONS.contains(&number)) =>
            {
                match region_named(row, name, areas) {
                    Ok(code) => (GeographicLevel::Regional, code.to_string(), String::new()),
                    Err(error) => {
                        errors.push(error);
                        continue;
                    }
                }
            }
            _ => (GeographicLevel::LocalAuthority, String::new(), own(number)),
        };
        let fields = [
            own(measure),
            own(year),
            level.as_str().to_owned(),
            region,
            old,
            plain(row.text(value)),
        ];
        rows.push((row.line, fields.to_vec()));
    }
    LoadErrors::check(errors, Table::made(table.file(), &names, rows))
}

/// The region that a column names, for files that give regions no code.
pub(super) fn region_named(
    row: Row<'_>,
    column: usize,
    areas: &Areas,
) -> Result<AreaCode, LoadError> {
    // The parts of London are "London (Inner)" here and "Inner London" in the area list.
    let written = row.text(column);
    let part = written
        .strip_suffix(')')
        .and_then(|part| part.split_once(" ("));
    let name = part.map_or_else(
        || written.to_owned(),
        |(whole, part)| format!("{part} {whole}"),
    );
    let named = |area: &&disparity_core::Area| {
        area.level == GeographicLevel::Regional && area.name.eq_ignore_ascii_case(&name)
    };
    let found = areas.iter().find(named).map(|area| area.code);
    found.ok_or_else(|| read::unknown_area(row, column))
}

/// `148.80000000000001` as `148.8`; whatever is not so close to one decimal is left as it is.
fn plain(text: &str) -> String {
    let Some(value) = read::finite(text) else {
        return text.to_owned();
    };
    let one = format!("{value:.1}");
    if one
        .parse()
        .is_ok_and(|rounded: f64| (rounded - value).abs() < 1e-9)
    {
        one
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        Table::read("t.csv", text.as_bytes()).unwrap()
    }

    fn rows(table: &Table) -> Vec<(u64, String)> {
        let width = table.names().len();
        let fields = |row: Row<'_>| {
            (0..width)
                .map(|c| row.text(c).to_owned())
                .collect::<Vec<_>>()
        };
        table
            .rows()
            .map(|row| (row.line, fields(row).join("|")))
            .collect()
    }

    #[test]
    fn a_column_a_year_becomes_a_row_a_year_with_the_population_of_its_rate() {
        let header = "New_geog_code,geog_l,geog_c,CLA_Mar2018,CLA_Mar2019";
        let by_mid_year = format!(
            "{header},CLA_Pop2017,CLA_Pop2018,CLA_Rate2018,CLA_Rate2019\n\
                                   E09000033,LA,213,204,213,45165,41000,45,52\n"
        );
        let found = years(&table(&by_mid_year)).unwrap();
        assert_eq!(
            rows(&found),
            [
                (2, "2018|LA|213|E09000033|204|45165|45".to_owned()),
                (2, "2019|LA|213|E09000033|213|41000|52".to_owned())
            ]
        );
        let by_year = by_mid_year
            .replace("Pop2018", "Pop2019")
            .replace("Pop2017", "Pop2018");
        assert_eq!(rows(&years(&table(&by_year)).unwrap()), rows(&found));
        let odd = by_mid_year
            .replace("Pop2017", "Pop2015")
            .replace("Pop2018", "Pop2016");
        assert!(years(&table(&odd)).is_err());
    }

    #[test]
    fn values_lose_the_tails_of_binary_fractions_and_nothing_else() {
        assert_eq!(plain("148.80000000000001"), "148.8");
        assert_eq!(plain("67"), "67.0");
        assert_eq!(plain("0.25"), "0.25");
        assert_eq!(plain("-"), "-");
    }
}
