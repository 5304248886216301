//! `disparity run`: tables, charts and the page.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use disparity_core::{Plan, Release};
use disparity_export::Manifest;
use disparity_report::{Page, View, render};

use crate::args::RunArgs;
use crate::hint::Hinted;
use crate::plan::PlanFile;
use crate::progress::Progress;
use crate::stages::Published;

pub(crate) fn run(args: &RunArgs) -> Result<()> {
    let mut progress = Progress::new(args.timings);
    let output = Output::prepare(&args.out)?;
    let published = Published::load(&args.selection, &mut progress)?;
    let plan = PlanFile::read(&args.selection)?.resolve(
        &args.selection,
        &args.authorities,
        published.catalogue(),
    )?;
    let release = published.release(&plan, &mut progress)?;
    let catalogue = published.catalogue();
    let (rows, page) = std::thread::scope(|scope| {
        let page = scope.spawn(|| render(View::new(&release, catalogue, &plan)));
        let rows = progress.stage("writing tables and drawing charts", || {
            disparity_export::write_tables(&release, catalogue, &output.staged)
        });
        (rows, page.join())
    });
    let page = page.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let files = write_page(&page, &output.staged)?;
    let rows = rows?;
    progress.stage("writing the manifest", || -> Result<()> {
        let mut names: Vec<String> = rows.keys().cloned().chain(files).collect();
        let meta: Vec<String> = rows
            .keys()
            .filter_map(|name| name.strip_suffix(".csv"))
            .map(|name| format!("{name}.meta.csv"))
            .collect();
        names.extend(meta);
        let manifest =
            Manifest::describe(&release, catalogue, &plan, &output.staged, &names, &rows)?;
        Ok(disparity_export::write_manifest(&manifest, &output.staged)?)
    })?;
    let folder = output.finish()?;
    summary(&folder, &release, &plan);
    Ok(())
}

fn write_page(page: &Page, folder: &Path) -> Result<Vec<String>> {
    std::fs::create_dir_all(folder.join("charts")).context("cannot make the folder for charts")?;
    let mut names = Vec::new();
    for chart in &page.charts {
        let name = format!("charts/{}", chart.file);
        disparity_export::write_file(&folder.join(&name), chart.svg.as_bytes())?;
        names.push(name);
    }
    disparity_export::write_file(&folder.join("index.html"), page.html.as_bytes())?;
    names.push("index.html".to_owned());
    Ok(names)
}

/// Says on standard output what was made.
fn summary(folder: &Path, release: &Release, plan: &Plan) {
    let results = release.results();
    println!("Wrote {}", folder.display());
    println!("  index.html      the page: open it in a browser");
    println!(
        "  estimates       {} rates and proportions with intervals",
        results.estimates.len()
    );
    println!(
        "  expected        {} expected counts against what was counted",
        results.expected.len()
    );
    println!(
        "  contrasts       {} comparisons between areas, years and groups",
        results.contrasts.len()
    );
    println!("  issues          {} things to know", results.issues.len());
    println!("  charts/         drawings as SVG");
    println!("  manifest.json   inputs, plan and digests");
    println!(
        "{} indicators; every table as .csv, with .meta.csv, and as .parquet",
        plan.indicators.len()
    );
}

/// A folder that is filled aside and put in place when everything is written.
struct Output {
    folder: PathBuf,
    staged: PathBuf,
}

impl Output {
    /// Refuses a folder that holds something other than an earlier run, and makes the staging folder.
    fn prepare(folder: &Path) -> Result<Self> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries.count(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => {
                let message = format!(
                    "cannot use `{}` as the output folder: {error}",
                    folder.display()
                );
                return Err(Hinted::new(
                    message,
                    "choose a folder with --out that you may write to",
                )
                .into());
            }
        };
        if entries > 0 && !folder.join("manifest.json").is_file() {
            let message = format!(
                "`{}` holds files that are not from an earlier run",
                folder.display()
            );
            return Err(Hinted::new(message, "choose an empty or a new folder with --out").into());
        }
        let name = folder
            .file_name()
            .map_or_else(|| "out".into(), |name| name.to_string_lossy().into_owned());
        let staged = folder.with_file_name(format!(".{name}.part"));
        // What a run that was stopped left behind.
        if staged.exists() {
            std::fs::remove_dir_all(&staged)
                .with_context(|| format!("cannot remove `{}`", staged.display()))?;
        }
        std::fs::create_dir_all(&staged).map_err(|error| {
            let message = format!("cannot write beside `{}`: {error}", folder.display());
            Hinted::new(message, "choose a folder with --out that you may write to")
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            staged,
        })
    }

    /// Puts the finished folder in place of an earlier run.
    fn finish(self) -> Result<PathBuf> {
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder)
                .with_context(|| format!("cannot replace `{}`", self.folder.display()))?;
        }
        std::fs::rename(&self.staged, &self.folder)
            .with_context(|| format!("cannot put `{}` in place", self.folder.display()))?;
        Ok(self.folder.clone())
    }
}

impl Drop for Output {
    /// Nothing half-written stays behind.
    fn drop(&mut self) {
        if self.staged.exists() {
            drop(std::fs::remove_dir_all(&self.staged));
        }
    }
}
