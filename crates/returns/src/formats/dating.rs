//! The year of each table: what it says itself, its name and those of the folders and the workbook
//! around it, its dates, and the tables beside it.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{Day, Period};

use crate::config::format::Format;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::Context;
use crate::formats::dates_by_year::DatesByYear;
use crate::formats::labels::labels_in;
use crate::formats::labels::{BareYear, made_in_name, named_bare_year, named_year};
use crate::records::record_sink::RecordsByAuthority;
use crate::records::source::{Made, Source};

/// Tables whose rows are nothing without a year, and whose dates can tell it.
pub(crate) fn is_dated(source: &Source) -> bool {
    matches!(
        source.table.as_str(),
        "episodes" | "return" | "cin_details" | "events" | "census"
    )
}

/// Which sources need a year: their rows are of one.
fn needs_year(source: &Source) -> bool {
    source.used && source.row_years.is_empty() && source.format.is_yearly()
}

/// The folder, workbook or archive that a table is in.
fn place_of(name: &str) -> &str {
    name.rsplit_once(['/', '!']).map_or("", |(place, _)| place)
}

/// Gives every source its year and its rows theirs.
pub(crate) fn date_sources(
    context: Context<'_>,
    sources: &mut [Source],
    first: usize,
    by_authority: &mut RecordsByAuthority,
    diagnostics: &mut Diagnostics,
) {
    // The first header of a place is for all tables in it.
    let mut headers: BTreeMap<String, (u16, Option<Made>)> = BTreeMap::new();
    for source in sources.iter() {
        if let (Format::Cin, "header", Some((year, _))) = (
            source.format,
            source.table.as_str(),
            source.row_years.first(),
        ) {
            let place = place_of(&source.name).to_owned();
            headers.entry(place).or_insert((*year, source.made));
        }
    }
    let dates = dates_of(by_authority, first, sources.len(), context.options.as_of);
    let mut by_dates = Vec::new();
    for (at, (source, dates)) in sources.iter_mut().zip(&dates).enumerate() {
        source.last_day = dates.last();
        let header = headers
            .get(place_of(&source.name))
            .filter(|_| source.format == Format::Cin);
        source.made = source.made.or(header.and_then(|(_, made)| *made));
        if source.year.is_some() || !needs_year(source) {
            continue;
        }
        let year = header.map(|(year, _)| *year);
        source.year = year.or_else(|| named_year(&source.name));
        if source.year.is_none() && is_dated(source) {
            // Dates speak for tables that have enough of them.
            let bare = named_bare_year(&source.name);
            let dates = dates.year();
            by_dates.extend(dates.map(|dates| ByDates { at, bare, dates }));
        }
    }
    from_dates(by_dates, &dates, sources, diagnostics);
    from_neighbours(sources, diagnostics);
    for (source, dates) in sources.iter_mut().zip(&dates) {
        find_made(source);
        for value in std::mem::take(&mut source.undated) {
            if let Some(year) = source.year {
                value.check(&source.name, year, diagnostics);
            }
        }
        let year = source.year.filter(|_| is_dated(source) && source.used);
        if let Some(year) = year.filter(|year| dates.last().is_some() && dates.within(*year) == 0) {
            let message = format!("year ending 31 March {year}");
            let code = Code::YearDoubtful;
            diagnostics.push(Diagnostic::of_file(code, &source.name, message));
        }
    }
    let year_of = |source: u32| sources.get((source as usize).checked_sub(first)?)?.year;
    for (_, records) in by_authority.iter_mut() {
        records.set_years(year_of);
    }
}

/// A table whose year is to be told by its dates.
struct ByDates {
    /// Position of the source.
    at: usize,
    bare: Option<BareYear>,
    /// The year that its dates say.
    dates: u16,
}

/// Leaves numbers in the names of folders aside where one folder holds the same table of several
/// years: they name the folder, not what each file is for.
fn leave_common_folders(by_dates: &mut [ByDates], sources: &[Source]) {
    let folder = |one: &ByDates| {
        let source = &sources[one.at];
        let bare = one.bare.filter(|bare| !bare.own)?;
        Some((
            place_of(&source.name),
            source.format,
            &source.table,
            bare.year,
        ))
    };
    let mut years: BTreeMap<_, BTreeSet<u16>> = BTreeMap::new();
    for one in by_dates.iter() {
        if let Some(folder) = folder(one) {
            years.entry(folder).or_default().insert(one.dates);
        }
    }
    let common = |one: &ByDates| folder(one).is_some_and(|folder| years[&folder].len() > 1);
    let common: Vec<bool> = by_dates.iter().map(common).collect();
    for (one, common) in by_dates.iter_mut().zip(common) {
        one.bare = one.bare.filter(|_| !common);
    }
}

/// Takes the years that dates tell. Where the name has a number that may be the year in which the
/// period starts or ends, dates decide which of the two it is, and nothing else: a return in which
/// nothing started or ended in its year is no older for it. Tables named alike are read alike.
fn from_dates(
    mut by_dates: Vec<ByDates>,
    dates: &[DatesByYear],
    sources: &mut [Source],
    diagnostics: &mut Diagnostics,
) {
    leave_common_folders(&mut by_dates, sources);
    // A return cannot hold what happened after its year, but for mistakes. So many percent after the
    // number in the name, and it is the year in which the period starts.
    let after = |one: &ByDates| Some(dates[one.at].percent_after(one.bare?.year));
    let after: Vec<f64> = by_dates.iter().filter_map(after).collect();
    let some = after.iter().filter(|percent| **percent > 5.0).count();
    let is_start = after.iter().any(|percent| *percent > 20.0) || some * 2 > after.len();
    for ByDates { at, bare, dates } in by_dates {
        let source = &mut sources[at];
        let message = match bare.map(|bare| bare.year) {
            None => format!("year ending 31 March {dates}, from its dates"),
            // Dates after both readings: the name does not say the year.
            Some(bare) if dates > bare + 1 => continue,
            Some(bare) => {
                let (year, how) = if is_start {
                    (bare + 1, "starts")
                } else {
                    (bare, "ends")
                };
                source.year = Some(year);
                format!("year ending 31 March {year}: {bare} read as the year in which it {how}")
            }
        };
        source.year = source.year.or(Some(dates));
        diagnostics.push(Diagnostic::of_file(
            Code::YearInferred,
            &source.name,
            message,
        ));
    }
}

/// The day on which a return was made. What its own header says goes before its name, and that before
/// what a workbook says of when it was last saved.
fn find_made(source: &mut Source) {
    let years = source.row_years.iter().map(|(year, _)| *year);
    let year = source.year.or(years.max()).and_then(Period::ending);
    let Some(year) = year.filter(|_| source.format.is_yearly()) else {
        source.made = None;
        return;
    };
    let of_header = source.made.is_some_and(|made| made.how != Made::WORKBOOK);
    if !of_header && let Some(day) = made_in_name(&source.name, year) {
        let how = Made::NAME;
        source.made = Some(Made { day, how });
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
            let readings = named_bare_year(&source.name).map(|BareYear { year: y, .. }| {
                let next = y + 1;
                format!("the year that ends in {y}, or the one that starts in it and ends in {next}; its dates go beyond both")
            });
            diagnostics.push(Diagnostic::of_file(
                Code::PeriodUnknown,
                &source.name,
                readings.unwrap_or_default(),
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
    let format = (place.to_owned(), format!(" {}", source.format));
    labels
        .chain([format, (String::new(), " all".to_owned())])
        .collect()
}

/// The dates of each of some sources up to a day, by year.
fn dates_of(
    by_authority: &mut RecordsByAuthority,
    first: usize,
    sources: usize,
    as_of: Day,
) -> Vec<DatesByYear> {
    let mut dates = vec![DatesByYear::default(); sources];
    let mut add = |source: u32, start: Day, end: Option<Day>| {
        let of_source = (source as usize).checked_sub(first);
        if let Some(own) = of_source.and_then(|at| dates.get_mut(at)) {
            let days = std::iter::once(start).chain(end);
            days.filter(|day| *day <= as_of)
                .for_each(|day| own.add(day));
        }
    };
    for (_, records) in by_authority.iter_mut() {
        for row in &records.care {
            add(row.place.source, row.start, row.end.day());
        }
        for row in &records.activities {
            add(row.place.source, row.start, row.end);
        }
    }
    dates
}
