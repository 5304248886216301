//! `disparity run`: tables, charts and the page.

use std::path::Path;

use anyhow::{Context, Result};
use disparity_core::{Catalogue, Date, Nation, Plan, Results};
use disparity_disclosure::Release;
use disparity_documents::Format;
use disparity_export::{Csv, EarlierOutputs, Manifest, Written};
use disparity_journeys::Sums;
use disparity_report::{Page, View, render, run_document};

use super::needs::newest;
use super::site::write_site;
use crate::args::{NationName, RunArgs};
use crate::hint::Hinted;
use crate::out::print;
use crate::place::{Output, RUN};
use crate::plan::PlanFile;
use crate::policy::{unprotected_note, usual_or};
use crate::progress::Progress;
use crate::published::OutputKind;
use crate::remembered::Memory;
use crate::returns_stage::{self, Analysis, Returns};
use crate::stages::{Published, england_alone};
use crate::stores;
use crate::tables_stage::Given;
use crate::years::Unheld;

/// What a browser opens first.
const FIRST_PAGE: &str = "index.html";

/// Everything on one page, where `index.html` is the first of a site.
const ONE_PAGE: &str = "page.html";

/// Writes the folder, or of both nations one for each; false where what was asked for is not there, or the store holds
/// what no table shows.
pub(crate) fn run(args: &RunArgs) -> Result<bool> {
    if args.returns.is_some() {
        england_alone(&args.selection)?;
    }
    if args.selection.nation != Some(NationName::Both) {
        return run_one(args);
    }
    if !args.own.tables.is_empty() {
        let message = "a table is of the areas of one nation";
        return Err(Hinted::new(message, "say --nation england or --nation wales").into());
    }
    if args.out.join("manifest.json").exists() {
        let message = format!("`{}` holds the run of one nation", args.out.display());
        let hint = "name another folder with --out: both are written into folders within it";
        return Err(Hinted::new(message, hint).into());
    }
    let mut whole = true;
    for (nation, name) in [
        (Nation::England, NationName::England),
        (Nation::Wales, NationName::Wales),
    ] {
        let mut own = args.clone();
        own.selection.nation = Some(name);
        own.out = args.out.join(nation.word());
        whole &= run_one(&own)?;
    }
    Ok(whole)
}

/// A run before it is written.
pub(crate) struct Made {
    pub(crate) release: Release<Results>,
    pub(crate) catalogue: Catalogue,
    pub(crate) plan: Plan,
    /// Whether everything that was asked for and read is in it.
    pub(crate) is_whole: bool,
    /// Whether it is of returns or tables, and not of published figures.
    pub(crate) is_own: bool,
    /// The digests of the earlier outputs that it is protected beside.
    pub(crate) beside: Vec<String>,
}

/// Loads, analyses and passes through the gate; nothing where no year has what was asked for. Of returns that are added
/// up already nothing is read.
pub(crate) fn make(
    args: &RunArgs,
    (memory, sums): (Option<&Memory>, Option<&Sums>),
    progress: &mut Progress,
) -> Result<Option<Made>> {
    let published = Published::load(&args.selection, progress)?;
    let mut asked = Asked::of(args, &published)?;
    asked.unheld.say();
    if asked.unheld.empty {
        return Ok(None);
    }
    let earlier = match memory {
        Some(memory) => {
            let policy = usual_or(args.unprotected.as_deref())?;
            memory.outputs(&args.published, policy.rule().round_to)?
        }
        None => EarlierOutputs::default(),
    };
    let (release, is_whole) = released(args, &mut asked, &published, (&earlier, sums), progress)?;
    Ok(Some(Made {
        release,
        beside: earlier.digests(),
        is_whole: is_whole && !asked.unheld.failed,
        is_own: asked.is_own,
        // Of what was read nothing is needed now but what its keys mean.
        catalogue: match asked.extended {
            Some(extended) => extended,
            None => published.into_catalogue(),
        },
        plan: asked.plan,
    }))
}

/// What was released before from the store that is asked, if one is.
pub(crate) fn memory(args: &RunArgs) -> Result<Option<Memory>> {
    let is_protected = args.unprotected.is_none();
    let store = args.returns.as_deref().filter(|_| is_protected);
    if let Some(store) = store
        && stores::stores_in(store)?.is_some()
    {
        stores::refuse_beside(&args.published, args.remember)?;
    }
    store
        .map(|store| Memory::open(store, args.remember))
        .transpose()
}

fn run_one(args: &RunArgs) -> Result<bool> {
    let mut progress = Progress::new(args.timings);
    let output = Output::prepare(&args.out, RUN, None)?;
    let memory = memory(args)?;
    let Some(made) = make(args, (memory.as_ref(), None), &mut progress)? else {
        return Ok(false);
    };
    let Made {
        release,
        catalogue,
        plan,
        is_whole,
        is_own,
        beside,
    } = made;
    let catalogue = &catalogue;
    let manifest = Manifest::describe(&release, catalogue, &plan).protected_beside(beside);
    let staged = output.staged();
    let mut written =
        progress.stage("writing tables, pages and charts", || -> Result<Written> {
            let (tables, page) = std::thread::scope(|scope| {
                let csv = if args.csv { Csv::All } else { Csv::Latest };
                let files = disparity_export::csv_files(&release, csv);
                let view = View::new(&release, catalogue, &plan);
                // All that is held of Wales is on its site; the one page is England's.
                let one_page = is_own || view.nation().has_children_of_every_year();
                let page = one_page.then(|| scope.spawn(move || render(view, &files)));
                let tables =
                    disparity_export::write_tables(&release, catalogue, &manifest, csv, staged);
                (tables, page.map(std::thread::ScopedJoinHandle::join))
            });
            let page =
                page.map(|page| page.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            let page = page.transpose()?;
            let mut written = tables?;
            // Of published figures there is a site, and the one page has all of it; of a store and of tables the page is all.
            let (name, site) = if is_own {
                (FIRST_PAGE, None)
            } else {
                (ONE_PAGE, Some(View::new(&release, catalogue, &plan)))
            };
            if let Some(page) = &page {
                written.extend(write_page(page, name, staged)?);
            }
            if let Some(view) = site {
                written.extend(write_site(view, &release, staged)?);
            }
            Ok(written)
        })?;
    if args.workbook {
        let view = View::new(&release, catalogue, &plan);
        let books = progress.stage("writing the workbook", || {
            write_workbook(view, &release, staged)
        })?;
        written.extend(books);
    }
    let is_cut = written.keys().any(|name| name.ends_with("_latest.csv"));
    disparity_export::write_manifest(&manifest.with_outputs(written), staged)?;
    if let Some(memory) = memory {
        // Readers have the estimates; every other table is made of those.
        let estimates = staged.join("estimates.parquet");
        memory.keep(OutputKind::Run, || {
            std::fs::read(&estimates)
                .with_context(|| format!("cannot read `{}`", estimates.display()))
        })?;
    }
    let folder = output.finish(None)?;
    let has = Has {
        cut: is_cut,
        workbook: args.workbook,
        site: !is_own,
        nation: catalogue.areas.nation(),
    };
    print(&summary(&folder, &release, &plan, has))?;
    Ok(is_whole)
}

/// What is to be computed, of what.
struct Asked {
    /// Tables that somebody gave.
    tables: Option<Given>,
    /// The catalogue with what returns or tables have beside it.
    extended: Option<Catalogue>,
    plan: Plan,
    unheld: Unheld,
    /// Whether it is of returns or tables, and not of published figures.
    is_own: bool,
}

impl Asked {
    fn of(args: &RunArgs, published: &Published) -> Result<Self> {
        let tables = Given::describe(&args.own, published.catalogue())?;
        // Returns and tables have indicators of their own; everything after the gate treats all alike.
        let extended = match (&args.returns, &tables) {
            (Some(_), _) => Some(returns_stage::catalogue_with_returns(
                published.catalogue(),
            )?),
            (None, Some(tables)) => Some(tables.catalogue(published.catalogue())?),
            (None, None) => None,
        };
        let catalogue = extended.as_ref().unwrap_or(published.catalogue());
        let file = PlanFile::read(&args.selection)?;
        let named = file.names_indicators(&args.selection);
        let mut plan = file.resolve(&args.selection, &args.authorities, catalogue)?;
        if let Some(tables) = &tables {
            tables.have_computed(&mut plan, named);
        }
        // Which years returns and tables have is known once they are counted.
        let is_own = args.returns.is_some() || tables.is_some();
        let unheld = if is_own {
            Unheld::default()
        } else {
            Unheld::of(&plan, named, published.cube(), catalogue, None)
        };
        Ok(Self {
            tables,
            extended,
            plan,
            unheld,
            is_own,
        })
    }
}

/// The release, and whether everything that was read is in it.
fn released(
    args: &RunArgs,
    asked: &mut Asked,
    published: &Published,
    (earlier, sums): (&EarlierOutputs, Option<&Sums>),
    progress: &mut Progress,
) -> Result<(Release<Results>, bool)> {
    let plan = &asked.plan;
    if let (Some(tables), Some(catalogue)) = (&asked.tables, &mut asked.extended) {
        let policy = usual_or(args.unprotected.as_deref())?;
        let selection = &args.selection;
        let release = tables.release(selection, published, catalogue, plan, policy, progress)?;
        return Ok((release, true));
    }
    let returns = match (sums, &args.returns) {
        (Some(sums), _) => Returns::AddedUp(sums),
        (None, Some(store)) => Returns::At(store),
        (None, None) => return Ok((published.release(plan, progress)?, true)),
    };
    let catalogue = asked.extended.as_ref().unwrap_or(published.catalogue());
    let policy = usual_or(args.unprotected.as_deref())?;
    let analysis = Analysis {
        catalogue,
        figures: published,
        plan,
        policy,
        earlier,
    };
    returns_stage::release(returns, analysis, progress)
}

/// Writes the workbook in both formats.
fn write_workbook(view: View<'_>, release: &Release<Results>, folder: &Path) -> Result<Written> {
    let of_years = view.plan.periods.is_some();
    let mark = view.says_of_itself();
    let made =
        disparity_export::workbook_tables(release, view.catalogue, of_years, mark.as_deref())?;
    let document = run_document(view, date_of(view)?, made.tables, made.notes)?;
    let mut written = Written::new();
    // One after the other: each is many times as large in memory as in its file.
    for format in [Format::Xlsx, Format::Ods] {
        let name = format!("workbook.{}", format.ending());
        let book = format.write(&document)?;
        let record = disparity_export::write_file(&folder.join(&name), &book)?;
        written.insert(name, record);
    }
    Ok(written)
}

/// The day that a workbook speaks for: the newest source's, or the last day of the last year.
fn date_of(view: View<'_>) -> Result<Date> {
    let last = view.plan.indicators.iter();
    let last = last
        .filter_map(|indicator| view.last_period(*indicator))
        .max();
    let last = last.and_then(|last| Date::new(last.year(), 3, 31));
    newest(view.catalogue)
        .or(last)
        .context("nothing says of which day the workbook is: no figures, and no source with a date")
}

fn write_page(page: &Page, name: &str, folder: &Path) -> Result<Written> {
    let charts = folder.join("charts");
    std::fs::create_dir_all(&charts).context("cannot make the folder for charts")?;
    let mut written = Written::new();
    for chart in &page.charts {
        let record = disparity_export::write_file(&charts.join(&chart.file), chart.svg.as_bytes())?;
        written.insert(format!("charts/{}", chart.file), record);
    }
    let page = disparity_export::write_file(&folder.join(name), page.html.as_bytes())?;
    written.insert(name.to_owned(), page);
    Ok(written)
}

/// What a folder has.
#[derive(Clone, Copy)]
struct Has {
    /// Of some table the CSV holds the latest year alone.
    cut: bool,
    workbook: bool,
    site: bool,
    nation: Nation,
}

/// Says what was made.
fn summary(folder: &Path, release: &Release<Results>, plan: &Plan, has: Has) -> String {
    let results = release.results();
    let note = if disparity_report::is_synthetic(results.provenance) {
        "SYNTHETIC: these children are invented; no figure here is about anyone\n"
    } else {
        ""
    };
    let csv = if has.cut {
        "as .csv with .meta.csv the short ones whole,\nof the long ones the latest year (_latest; all of it with --csv)"
    } else {
        "and as .csv with .meta.csv"
    };
    let unprotected = unprotected_note(release.policy());
    let workbook = if has.workbook {
        "  workbook        what was asked, for people: workbook.xlsx, .ods\n"
    } else {
        ""
    };
    // All that is held of Wales is on its site.
    let has_page = has.nation.has_children_of_every_year();
    let pages = if has.site {
        let page = if has_page {
            "  page.html       everything on one page, to pass on as a file\n"
        } else {
            ""
        };
        let first = "  index.html      ";
        let nation = has.nation;
        format!("{first}{nation}, the search and every authority: open it in a browser\n{page}")
    } else {
        "  index.html      the page: open it in a browser\n".to_owned()
    };
    let charts = if has_page || !has.site {
        "  charts/         drawings as SVG\n"
    } else {
        ""
    };
    format!(
        "{unprotected}{note}Wrote {}\n\
         {pages}\
         \x20 estimates       {} rates and proportions with intervals\n\
         \x20 expected        {} expected counts against what was counted\n\
         \x20 contrasts       {} comparisons between areas, years and groups\n\
         \x20 issues          {} things to know\n\
         {workbook}{charts}\x20 manifest.json   inputs, plan and digests\n\
         {} indicators; every table as .parquet, {csv}; columns.csv says what each column is,\n\
         and csv-metadata.json says it to programs\n",
        folder.display(),
        results.estimates.len(),
        results.expected.len(),
        results.contrasts.len(),
        results.issues.len(),
        plan.indicators.len()
    )
}
