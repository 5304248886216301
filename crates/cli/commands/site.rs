//! `disparity site`: a folder of pages.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use disparity_core::{ModelYears, Nation, Results};
use disparity_disclosure::Release;
use disparity_export::{Manifest, Written};
use disparity_report::{Site, SiteFile, SiteMethod, SitePage, View};
use disparity_stats::methods;

use super::site_help::{Help, refuse_without_store};
use crate::args::SiteArgs;
use crate::out::print;
use crate::place::{Output, SITE};
use crate::plan::PlanFile;
use crate::progress::Progress;
use crate::side_by_side::{cores, each};
use crate::stages::{Published, england_alone};
use crate::years::Unheld;

/// Writes the folder; false where what was asked for is not there.
pub(crate) fn site(args: &SiteArgs) -> Result<bool> {
    let mut progress = Progress::new(args.timings);
    refuse_without_store(&args.help)?;
    if args.help.returns.is_some() {
        england_alone(&args.selection)?;
    }
    let output = Output::prepare(&args.out, SITE, None)?;
    let published = Published::load(&args.selection, &mut progress)?;
    let file = PlanFile::read(&args.selection)?;
    let mut plan = file.resolve(&args.selection, &args.authorities, published.catalogue())?;
    let nation = published.catalogue().areas.nation();
    if !file.names_models(&args.selection) && nation.has_children_of_every_year() {
        // Pages of England show what models say of the latest year, those of Wales what they say of each.
        plan.model_years = ModelYears::Latest;
    }
    let named = file.names_indicators(&args.selection);
    let unheld = Unheld::of(&plan, named, published.cube(), published.catalogue(), None);
    unheld.say();
    if unheld.empty {
        return Ok(false);
    }
    // What a store cannot tell is said before anything that takes long.
    let store = args.help.returns.as_deref();
    let help = store
        .map(|store| Help::read(store, &args.help, published.catalogue(), &mut progress))
        .transpose()?;
    let (help, memory) = help.unzip();
    let release = published.release(&plan, &mut progress)?;
    let catalogue = &published.into_catalogue();
    let mut manifest = Manifest::of_drawn("site", &release, catalogue, &plan);
    let mut site = Site::new(View::new(&release, catalogue, &plan), methods_of(&release))?;
    if let Some(help) = &help {
        site = site.with_prior_help(help.view());
        manifest = manifest.with_prior_help(&help.release, help.journeys.synthetic);
    }
    let pages = site.pages();
    let mut written = progress.stage("writing pages", || write(&site, &pages, output.staged()))?;
    if let Some(help) = &help {
        written.extend(help.write(&site, output.staged())?);
    }
    let manifest = manifest.with_outputs(written);
    disparity_export::write_manifest(&manifest, output.staged())?;
    if let Some((help, memory)) = help.as_ref().zip(memory) {
        help.keep(memory)?;
    }
    let folder = output.finish(None)?;
    print(&summary(&folder, &pages, catalogue.areas.nation()))?;
    Ok(!unheld.failed)
}

/// Writes the site of a release into a folder of other files.
pub(crate) fn write_site(
    view: View<'_>,
    release: &Release<Results>,
    folder: &Path,
) -> Result<Written> {
    let site = Site::new(view, methods_of(release))?;
    write(&site, &site.pages(), folder)
}

/// Writes every page, as many at once as there are cores; none is held longer than it takes to write it.
fn write(site: &Site<'_>, pages: &[SitePage<'_>], folder: &Path) -> Result<Written> {
    for within in [
        "assets",
        "authority",
        "csv/authority",
        "csv/indicator",
        "data",
        "given",
        "indicator",
    ] {
        std::fs::create_dir_all(folder.join(within))
            .with_context(|| format!("cannot make the folder for `{within}`"))?;
    }
    if pages
        .iter()
        .any(|page| matches!(page, SitePage::PriorHelpOf(..)))
    {
        for within in ["prior-help", "csv/prior-help"] {
            std::fs::create_dir_all(folder.join(within))
                .with_context(|| format!("cannot make the folder for `{within}`"))?;
        }
    }
    let put = |files: Vec<SiteFile>| -> Result<Written> {
        let put = |file: SiteFile| -> Result<_> {
            let path = folder.join(&file.name);
            let record = disparity_export::write_file(&path, file.text.as_bytes())?;
            Ok((file.name, record))
        };
        files.into_iter().map(put).collect()
    };
    let mut written = put(site.shared())?;
    for page in each(cores(), pages, |page| put(site.files(*page)?))? {
        written.extend(page);
    }
    Ok(written)
}

/// The methods that the figures of a release were made with, in the order of the registry.
fn methods_of(release: &Release<Results>) -> Vec<SiteMethod> {
    let results = release.results();
    let mut words: BTreeSet<&str> = BTreeSet::new();
    words.extend(
        results
            .estimates
            .iter()
            .filter_map(|row| row.outcome.value())
            .map(|found| found.method),
    );
    words.extend(
        results
            .contrasts
            .iter()
            .filter_map(|row| row.outcome.value())
            .map(|found| found.method),
    );
    words.extend(
        results
            .expected
            .iter()
            .filter_map(|row| row.outcome.value())
            .map(|found| found.ratio.method),
    );
    words.extend(results.effects.iter().map(|row| row.ratio.method));
    words.extend(results.shrunken.iter().map(|row| row.rate.method));
    let terms = results.fits.iter().flat_map(|fit| &fit.terms);
    words.extend(
        terms
            .filter_map(|(_, found)| found.value())
            .map(|found| found.method),
    );
    methods()
        .iter()
        .filter(|method| words.contains(method.printed_as))
        .map(|method| SiteMethod {
            name: method.name.to_owned(),
            title: method.title.to_owned(),
            group: method.group.to_owned(),
        })
        .collect()
}

/// Says what was made.
fn summary(folder: &Path, pages: &[SitePage<'_>], nation: Nation) -> String {
    let count =
        |wanted: fn(&SitePage<'_>) -> bool| pages.iter().filter(|page| wanted(page)).count();
    let help = match count(|page| matches!(page, SitePage::PriorHelp | SitePage::PriorHelpOf(..))) {
        0 => "",
        _ => "\x20 prior-help.html who was helped before entering care\n",
    };
    let given = match count(|page| matches!(page, SitePage::GivenOf(_))) {
        0 => String::new(),
        several => format!("  given/          {several} of them given who lives there\n"),
    };
    format!(
        "Wrote {}\n\
         \x20 index.html      {nation}, the search and every authority: open it in a browser\n\
         \x20 authority/      {} authorities\n\
         \x20 indicator/      {} indicators\n\
         {given}{help}\
         \x20 manifest.json   inputs, plan and digests\n\
         {} pages that need nothing from elsewhere and work without JavaScript\n",
        folder.display(),
        count(|page| matches!(page, SitePage::Authority(_))),
        count(|page| matches!(page, SitePage::Indicator(_))),
        pages.len()
    )
}
