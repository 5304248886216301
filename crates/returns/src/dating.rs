//! The year of each table: what it says itself, its name and those of the folders and the workbook
//! around it, its dates, and the tables beside it.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::Day;

use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::load::{Context, Source};
use crate::period::{bare_year, labels_in, read_clear_year, year_of_dates};
use crate::tables::Shelves;

/// Tables whose rows are nothing without a year, and whose dates can tell it.
fn is_dated(source: &Source) -> bool {
    matches!(
        source.table.as_str(),
        "episodes" | "return" | "cin_details" | "events" | "census"
    )
}

/// Which sources need a year: their rows are of one.
fn needs_year(source: &Source) -> bool {
    source.used
        && source.row_years.is_empty()
        && matches!(source.family.as_str(), "ssda903" | "cin")
}

/// The folder, workbook or archive that a table is in.
fn place_of(name: &str) -> &str {
    name.rsplit_once(['/', '!']).map_or("", |(place, _)| place)
}

/// A year that the name leaves no doubt about: of the file itself, else of what it is in. A whole
/// day in the name of a folder says when it was made, not what it is of.
fn named_year(name: &str) -> Option<u16> {
    let of = |part: &str, day_too: bool| {
        let digits = |label: &&str| label.bytes().filter(u8::is_ascii_digit).count();
        labels_in(part)
            .into_iter()
            .filter(|label| day_too || digits(label) != 8)
            .find_map(read_clear_year)
    };
    let mut parts = name.rsplit(['/', '!']);
    let own = parts.next().and_then(|part| of(part, true));
    own.or_else(|| parts.find_map(|part| of(part, false)))
}

/// Gives every source its year and its rows theirs.
pub(crate) fn date_sources(
    context: Context<'_>,
    sources: &mut [Source],
    first: usize,
    shelves: &mut Shelves,
    diagnostics: &mut Diagnostics,
) {
    let headers: Vec<(String, u16)> = sources
        .iter()
        .filter(|source| source.family == "cin" && source.table == "header")
        .filter_map(|source| {
            Some((
                place_of(&source.name).to_owned(),
                source.row_years.first()?.0,
            ))
        })
        .collect();
    for (at, source) in sources.iter_mut().enumerate() {
        let number = u32::try_from(first + at).unwrap_or(u32::MAX);
        source.last_day = last_day(shelves, number, context.options.as_of);
        if source.year.is_some() || !needs_year(source) {
            continue;
        }
        let header = headers
            .iter()
            .find(|(place, _)| source.family == "cin" && *place == place_of(&source.name))
            .map(|(_, year)| *year);
        source.year = header.or_else(|| named_year(&source.name));
        if source.year.is_none() && is_dated(source) {
            // Dates speak for tables that have enough of them.
            let days = days_of(shelves, number).into_iter();
            source.year = year_of_dates(days, context.options.as_of);
            if let Some(year) = source.year {
                let message = format!("year ending 31 March {year}");
                diagnostics.push(Diagnostic::of_file(
                    Code::YearInferred,
                    &source.name,
                    message,
                ));
            }
        }
    }
    from_neighbours(sources, diagnostics);
    report_doubles(sources, diagnostics);
    let year_of = |source: u32| sources.get((source as usize).checked_sub(first)?)?.year;
    for (_, records) in shelves.iter_mut() {
        records.set_years(year_of);
    }
}

/// Tables that do not tell their year take it from those beside them: with the same label in the
/// name, of the same return in the same place, or of the whole authority, if those have one year.
fn from_neighbours(sources: &mut [Source], diagnostics: &mut Diagnostics) {
    let mut beside: BTreeMap<(String, String), BTreeSet<u16>> = BTreeMap::new();
    for source in sources.iter() {
        let Some(year) = source.year else { continue };
        for key in neighbour_keys(source) {
            beside.entry(key).or_default().insert(year);
        }
    }
    for source in sources
        .iter_mut()
        .filter(|source| source.year.is_none() && needs_year(source))
    {
        source.year = neighbour_keys(source)
            .iter()
            .filter_map(|key| beside.get(key))
            .find(|years| years.len() == 1)
            .and_then(|years| years.first().copied());
        if source.year.is_none() && is_dated(source) && source.rows_kept > 0 {
            let labels: Vec<String> = labels_in(&source.name)
                .into_iter()
                .filter_map(bare_year)
                .map(|y| {
                    let next = y + 1;
                    format!("{y} as the year it ends in or {next} as the year it starts in")
                })
                .collect();
            diagnostics.push(Diagnostic::of_file(
                Code::PeriodUnknown,
                &source.name,
                labels.join("; "),
            ));
        }
    }
}

/// Where the year of a table may be found, nearest first.
fn neighbour_keys(source: &Source) -> Vec<(String, String)> {
    let place = place_of(&source.name);
    let labels = labels_in(&source.name)
        .into_iter()
        .map(|label| (place.to_owned(), label.to_owned()));
    let family = (place.to_owned(), format!(" {}", source.family));
    labels
        .chain([family, (String::new(), " all".to_owned())])
        .collect()
}

fn report_doubles(sources: &[Source], diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(&str, &str, &[String], u16), &str> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.used) {
        let Some(year) = source.year else { continue };
        let key = (
            source.family.as_str(),
            source.table.as_str(),
            source.las.as_slice(),
            year,
        );
        match seen.get(&key) {
            Some(other) => {
                let message = format!(
                    "{} {} for {year}, also in {other}",
                    source.family, source.table
                );
                diagnostics.push(Diagnostic::of_file(
                    Code::FileYearTwice,
                    &source.name,
                    message,
                ));
            }
            None => {
                seen.insert(key, &source.name);
            }
        }
    }
}

fn days_of(shelves: &mut Shelves, source: u32) -> Vec<Day> {
    let mut days = Vec::new();
    for (_, records) in shelves.iter_mut() {
        for row in records.care.iter().filter(|row| row.place.source == source) {
            days.push(row.start);
            days.extend(row.end);
        }
        for row in records
            .activities
            .iter()
            .filter(|row| row.place.source == source)
        {
            days.push(row.start);
            days.extend(row.end);
        }
    }
    days
}

fn last_day(shelves: &mut Shelves, source: u32, as_of: Day) -> Option<Day> {
    days_of(shelves, source)
        .into_iter()
        .filter(|day| *day <= as_of)
        .max()
}
