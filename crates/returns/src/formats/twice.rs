//! Files that are there twice: the same to the byte for the same year, which are read once, and
//! two tables for one year.
//!
//! What a file is for, and when it was made, is part of what it says. Two files of different years are
//! two returns, though every byte is the same: in a small authority nothing may have changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use disparity_core::Day;

use crate::config::format::Format;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::dating::is_dated;
use crate::records::record_sink::RecordsByAuthority;
use crate::records::source::Source;

/// The year that a table is for, and the day on which it was made.
type Label = (Option<u16>, Option<Day>);

/// Tables that are the same to the byte.
#[derive(Default)]
struct Same {
    /// Year and name of the first of them.
    first: Option<(Option<u16>, String)>,
    /// The name of the first of each label.
    by_label: BTreeMap<Label, String>,
}

/// Two tables with this in common are the same to the byte.
fn bytes_of(source: &Source) -> (String, Format, String, String) {
    let sheet = source.name.rsplit_once('!').map_or("", |(_, sheet)| sheet);
    let [sha, table, sheet] = [&source.sha256, &source.table, sheet].map(str::to_owned);
    (sha, source.format, table, sheet)
}

/// Takes back the rows of files that say the same for the same year as one before them. `tables` are
/// the sources of each file.
pub(crate) fn drop_repeated(
    sources: &mut [Source],
    tables: &[Range<usize>],
    first: usize,
    by_authority: &mut RecordsByAuthority,
    diagnostics: &mut Diagnostics,
) {
    // The tables that are the same to the byte, by the year they are for and when they were made.
    let label = |source: &Source| (source.year, source.made.map(|made| made.day));
    let mut seen: BTreeMap<_, Same> = BTreeMap::new();
    let mut removed = BTreeSet::new();
    for file in tables {
        let own = &sources[file.clone()];
        let same = |source: &Source| {
            let others = seen.get(&bytes_of(source))?;
            others.by_label.get(&label(source))
        };
        let repeated = !own.is_empty() && own.iter().all(|source| same(source).is_some());
        for at in file.clone() {
            let source = &mut sources[at];
            if source.rows_kept == 0 {
                continue;
            }
            let others = seen.entry(bytes_of(source)).or_default();
            let same = others.by_label.get(&label(source));
            let mut say = |code, message: String| {
                diagnostics.push(Diagnostic::of_file(code, &source.name, message));
            };
            if let (true, Some(other)) = (repeated, same) {
                say(Code::FileTwice, format!("the same as {other}"));
                source.used = false;
                removed.insert(u32::try_from(first + at).unwrap_or(u32::MAX));
            } else {
                if let (None, Some((Some(year), other)), true) =
                    (same, &others.first, is_dated(source))
                    && Some(*year) != source.year
                {
                    say(Code::FileCopied, format!("the same as {other}, for {year}"));
                }
                let (label, name) = (label(source), source.name.clone());
                others.first.get_or_insert((label.0, name.clone()));
                others.by_label.entry(label).or_insert(name);
            }
        }
    }
    if !removed.is_empty() {
        by_authority.remove_sources(&removed);
    }
}

/// Says where two files hold the same table of the same authorities for the same year.
pub(crate) fn report(sources: &[Source], diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(Format, &str, &[String], u16), &str> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.used) {
        let Some(year) = source.year else { continue };
        let key = (
            source.format,
            source.table.as_str(),
            source.las.as_slice(),
            year,
        );
        match seen.get(&key) {
            Some(other) => {
                let message = format!(
                    "{} {} for {year}, also in {other}",
                    source.format, source.table
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
