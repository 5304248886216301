//! `disparity data`: build, list and verify the built-in figures.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use disparity_core::{Catalogue, Issue, Origin};
use disparity_published::{
    CODE_LISTS, Files, RateCheck, SOURCES, Sources, verify_rates, verify_tables,
};

use crate::args::Selection;
use crate::builtin;
use crate::out::{print, table, wrapped};
use crate::place::Within;
use crate::progress::Progress;
use crate::stages::Published;

/// Compiles published files into the built-in tables of `to`.
pub(crate) fn build(from: &Path, to: &Path) -> Result<()> {
    let mut progress = Progress::new(false);
    let lists = Files::read(to, CODE_LISTS).context("the code lists could not be read")?;
    let paths = disparity_published::source_paths(&lists)?;
    let place = Within::prepare(to)?;
    let published = Files::read(from, paths.iter().map(String::as_str))
        .context("the published files could not be read")?;
    let built = progress.stage("compiling the published files", || {
        disparity_published::build(&lists, &published)
    })?;
    tell_issues(&built.issues);
    place.write(&built.output)?;
    let bytes: usize = built.output.iter().map(|(_, bytes)| bytes.len()).sum();
    print(&format!(
        "Compiled {} published files into {} files ({:.1} MB) in {}\n",
        paths.len(),
        built.output.iter().count(),
        bytes as f64 / 1e6,
        to.display()
    ))
}

/// Says what was found in files on the way.
pub(super) fn tell_issues(issues: &[Issue]) {
    for issue in issues {
        let place = issue.place.as_ref().map(|place| format!(" ({place})"));
        crate::out::tell(format_args!(
            "{}: {}{} [{}]",
            issue.code.severity().as_str(),
            issue.message,
            place.unwrap_or_default(),
            issue.code
        ));
    }
}

/// Lists the built-in tables and their sources.
pub(crate) fn list() -> Result<()> {
    let files = builtin::files(None)?;
    let sources = Sources::from_toml(&String::from_utf8_lossy(files.get(SOURCES)?))?;
    let tables = sources.tables().iter().map(|table| {
        vec![
            table.name.clone(),
            table.rows.to_string(),
            table.sha256[..12].to_owned(),
        ]
    });
    let from = sources.sources().into_iter().map(|source| {
        vec![
            source.id,
            source.publication,
            source.table,
            source.release,
            Origin::on(source.origin.released),
            Origin::on(source.origin.retrieved),
            source.licence,
            source.sha256[..12].to_owned(),
            source.origin.address(),
        ]
    });
    print(&format!(
        "{}\n{}",
        table(&["Table", "Rows", "SHA-256"], &[1], tables),
        table(
            &[
                "Source",
                "Publication",
                "Table",
                "Release",
                "Released",
                "Retrieved",
                "Licence",
                "SHA-256",
                "Address"
            ],
            &[],
            from
        )
    ))
}

/// Checks digests and printed rates; false if something is wrong with either.
pub(crate) fn verify(data: Option<&Path>, all: bool) -> Result<bool> {
    let files = builtin::files(data)?;
    let mut progress = Progress::new(false);
    let tables = verify_tables(&files)?;
    let intact = tables.iter().filter(|table| table.intact).count();
    let mut text = format!("{intact} of {} tables match their digest\n", tables.len());
    for broken in tables.iter().filter(|table| !table.intact) {
        let _ = writeln!(text, "  changed: {}", broken.name);
    }
    let selection = Selection {
        data: data.map(Path::to_path_buf),
        ..Selection::default()
    };
    let published = Published::load(&selection, &mut progress)?;
    let checks = progress.stage("reproducing printed rates", || verify_rates(&files))?;
    for check in &checks {
        text += &describe(check, published.catalogue(), all);
    }
    print(&text)?;
    Ok(intact == tables.len()
        && checks
            .iter()
            .all(|check| check.authorities.0 == check.authorities.1))
}

fn describe(check: &RateCheck, catalogue: &Catalogue, all: bool) -> String {
    let said = format!(
        "{}: {} of {} rates of local authorities reproduced, {} of {} of regions and England",
        check.table, check.authorities.1, check.authorities.0, check.regions.1, check.regions.0
    );
    let mut text = wrapped("", 2, &said);
    let used = check.populations;
    let earlier = [
        (
            used.before_rebase,
            "used the population before the census of 2021",
        ),
        (
            used.other,
            "used one of their time, printed beside the rate",
        ),
    ];
    for (rates, which) in earlier.into_iter().filter(|(rates, _)| *rates > 0) {
        let _ = writeln!(text, "  {rates} of these rates {which}");
    }
    if check.of_withheld > 0 {
        let _ = writeln!(
            text,
            "  {} more are of a number that the publisher withholds",
            check.of_withheld
        );
    }
    let shown = if all { usize::MAX } else { 5 };
    for exception in check.exceptions.iter().take(shown) {
        let _ = writeln!(
            text,
            "  {} {} {}: printed {}, ours {}",
            catalogue.areas.name(exception.area),
            exception.period,
            catalogue.indicators.get(exception.indicator).name,
            exception.printed,
            exception
                .ours
                .map_or("not available".to_owned(), |ours| format!("{ours:.3}"))
        );
    }
    let more = check.exceptions.len().saturating_sub(shown);
    if more > 0 {
        let _ = writeln!(text, "  … and {more} more; --all lists them");
    }
    text
}
