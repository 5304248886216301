//! `disparity data add`: the figures of a release that is newer than the program.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use disparity_core::Period;
use disparity_published::{AddedRelease, Files, SOURCES, add as add_to};

use super::data::tell_issues;
use super::needs::given;
use crate::builtin;
use crate::config;
use crate::hint::Hinted;
use crate::out::{print, table, wrapped};
use crate::place::Within;
use crate::progress::Progress;
use crate::years::words;

/// Sums that are named one by one.
const NAMED: usize = 5;

/// Forgets the folder that is remembered.
pub(crate) fn forget() -> Result<()> {
    print(if config::forget()? {
        "Forgotten: the tables of the program are used again.\n"
    } else {
        "Nothing was remembered.\n"
    })
}

/// Adds files to the tables of a folder, or to the built-in ones where it has none, and writes them there. Remembers the
/// folder, if asked, whether something is new or was added before.
pub(crate) fn add(files: &[PathBuf], to: &Path, like: Option<&str>, remember: bool) -> Result<()> {
    let given = files.iter().map(|file| read(file));
    let given = given.collect::<Result<Vec<_>>>()?;
    let has_tables = to.join(SOURCES).is_file();
    let before = builtin::files(has_tables.then_some(to))?;
    let mut progress = Progress::new(false);
    let added = progress.stage("reading the new figures", || add_to(&before, &given, like))?;
    tell_issues(&added.issues);
    let mut text = String::new();
    for release in &added.output.releases {
        text += &described(release);
    }
    if !added.output.releases.iter().any(AddedRelease::is_news) {
        text += "Nothing is new, and nothing is written.\n";
        if remember && has_tables {
            config::remember(to)?;
            text += "The folder is remembered.\n";
        }
        return print(&text);
    }
    write(&added.output.files, to)?;
    if remember {
        config::remember(to)?;
    }
    let to = to.display();
    let _ = if remember {
        writeln!(
            text,
            "Written to {to}, and remembered: every command uses them until `disparity data forget`"
        )
    } else {
        writeln!(
            text,
            "Written to {to}; to use them: disparity run --data {to}"
        )
    };
    print(&text)
}

fn read(file: &Path) -> Result<(String, Vec<u8>)> {
    let name = file.file_name().unwrap_or(file.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let hint = "give a file as the Department publishes it, as CSV";
    let (_, bytes) = given(file).map_err(|error| Hinted::new(format!("{error:#}"), hint))?;
    Ok((name, bytes))
}

/// Writes the tables into a folder that is new, empty, or has tables already.
fn write(files: &Files, to: &Path) -> Result<()> {
    let occupied = std::fs::read_dir(to).is_ok_and(|mut all| all.next().is_some());
    if occupied && !to.join(SOURCES).is_file() {
        let message = format!("`{}` holds other files than tables", to.display());
        let hint = "choose an empty folder with --to, or one that `disparity data add` wrote";
        return Err(Hinted::new(message, hint).into());
    }
    std::fs::create_dir_all(to)
        .with_context(|| format!("cannot make the folder `{}`", to.display()))?;
    Within::prepare(to)?.write(files)
}

/// What a file is, what it brings, and what does not go together in it.
fn described(release: &AddedRelease) -> String {
    let head = format!(
        "{}: {}, {}",
        release.file, release.publication, release.table
    );
    let mut text = wrapped("", 2, &head);
    let like = format!("Recognised by its columns, those of {}", release.like);
    text += &wrapped("  ", 2, &like);
    if !release.absent.is_empty() {
        let absent = format!(
            "It does not have, and nothing is read from: {}",
            release.absent.join("; ")
        );
        text += &wrapped("  ", 2, &absent);
    }
    let rows = release.indicators.iter().map(|one| {
        if one.is_older() {
            let left = "older; left".to_owned();
            let none = String::new;
            return vec![one.name.clone(), left, none(), none(), none(), none()];
        }
        vec![
            one.name.clone(),
            if one.new_years.is_empty() {
                String::new()
            } else {
                years(&one.new_years)
            },
            one.new.to_string(),
            one.revised.to_string(),
            one.withheld.to_string(),
            one.same.to_string(),
        ]
    });
    let header = [
        "Figures of",
        "New years",
        "New",
        "Revised",
        "Withheld now",
        "As before",
    ];
    text += &table(&header, &[2, 3, 4, 5], rows);
    let rates = &release.rates;
    if rates.checked + rates.unchecked > 0 {
        let mut said = format!(
            "{} of {} printed rates are its counts over the children",
            rates.reproduced, rates.checked
        );
        if rates.unchecked > 0 {
            let _ = write!(
                said,
                "; of {} more one of the two is not known",
                rates.unchecked
            );
        }
        text += &wrapped("  ", 2, &said);
    }
    if !release.without_children.is_empty() {
        let said = format!(
            "No rates of {} yet: the tables have no children of the middle of the year before; add the population that \
             the release comes with",
            years(&release.without_children)
        );
        text += &wrapped("  ", 2, &said);
    }
    for apart in release.sums.iter().take(NAMED) {
        let mut said = format!(
            "{} {}: authorities add up to {}, England is {}",
            apart.indicator, apart.period, apart.authorities, apart.england
        );
        if apart.withheld > 0 {
            let _ = write!(said, " ({} withheld)", apart.withheld);
        }
        text += &wrapped("  ", 2, &said);
    }
    let more = release.sums.len().saturating_sub(NAMED);
    if more > 0 {
        let _ = writeln!(text, "  … and {more} more years that do not add up");
    }
    text.push('\n');
    text
}

fn years(all: &BTreeSet<Period>) -> String {
    words(&all.iter().copied().collect::<Vec<_>>())
}
