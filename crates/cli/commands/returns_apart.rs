//! `disparity returns build --apart`: a store for each authority, in a folder of stores.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use disparity_core::Catalogue;
use disparity_returns::{FilePart, Input, Outcome, Severity, apart, read_returns};
use rayon::prelude::*;

use super::returns::{Returns, write_store};
use crate::hint::Hinted;
use crate::out::{print, table};
use crate::place::{Output, STORE};
use crate::progress::Bar;
use crate::returns_args::ReadArgs;
use crate::several::stores_in;

/// What came of one store.
pub(crate) struct Built {
    pub(crate) name: String,
    pub(crate) files: usize,
    pub(crate) children: usize,
    pub(crate) spells: usize,
    /// Errors, of files and of rows, and warnings.
    pub(crate) odd: [u64; 3],
    pub(crate) failed: bool,
}

/// Returns that are read apart, a part at a time.
pub(crate) struct Apart(Returns);

impl Apart {
    /// Finds the files.
    pub(crate) fn find(args: &ReadArgs, catalogue: &Catalogue) -> Result<Self> {
        Returns::find(args, catalogue).map(Self)
    }

    /// Which files are of which authority.
    pub(crate) fn parts(&self, catalogue: &Catalogue) -> Result<Vec<FilePart>> {
        let bar = Bar::new();
        let parts = apart(
            self.0.inputs.clone(),
            &self.0.manifest,
            &catalogue.areas,
            &catalogue.dimensions,
            &self.0.options,
            &|what, done, all| bar.show(what, done, all),
        );
        bar.clear();
        let hint =
            "say in manifest.toml of which authority it is, or build one store, without --apart";
        Ok(parts.map_err(|error| Hinted::new(error.to_string(), hint))?)
    }

    /// Builds the store of a part into a folder of stores; none where there is no child in its files.
    pub(crate) fn build(
        &self,
        part: &FilePart,
        out: &Path,
        catalogue: &Catalogue,
    ) -> Result<Built> {
        let wanted: BTreeSet<&str> = part.files.iter().map(String::as_str).collect();
        let own = |input: &&Input| wanted.contains(input.name.as_str());
        let outcome = read_returns(
            self.0.inputs.iter().filter(own).cloned().collect(),
            &self.0.manifest,
            &catalogue.areas,
            &catalogue.dimensions,
            &self.0.options,
            &|_, _, _| {},
        )?;
        let built = Built::of(part, &outcome, self.0.options.max_row_errors);
        if built.children > 0 {
            let output = Output::prepare(&out.join(&part.name), STORE, None)?;
            write_store(&outcome, catalogue, &output, None, &|_, _, _| {})?;
            output.finish(None)?;
        }
        Ok(built)
    }
}

impl Built {
    fn of(part: &FilePart, outcome: &Outcome, max_row_errors: f64) -> Self {
        let severities = [Severity::FileError, Severity::RowError, Severity::Warning];
        Self {
            name: part.name.clone(),
            files: part.files.len(),
            children: outcome.journeys.children().len(),
            spells: outcome.journeys.spells().len(),
            odd: severities.map(|severity| outcome.diagnostics.count_severity(severity)),
            failed: outcome.failed(max_row_errors),
        }
    }
}

/// Builds a store for each authority, as many at a time as there are cores; false if any had errors, though what could be
/// read is there, and if nothing was read.
pub(crate) fn build(args: &ReadArgs, out: &Path, catalogue: &Catalogue) -> Result<bool> {
    let returns = Apart::find(args, catalogue)?;
    let parts = returns.parts(catalogue)?;
    refuse_others(out, &parts)?;
    let (bar, done) = (Bar::new(), Mutex::new(0));
    let built: Result<Vec<Built>> = parts
        .par_iter()
        .map(|part| {
            let built = returns.build(part, out, catalogue);
            if let Ok(mut done) = done.lock() {
                *done += 1;
                bar.show("building stores", *done, parts.len());
            }
            built.with_context(|| format!("of authority {}", part.name))
        })
        .collect();
    bar.clear();
    let built = built?;
    print(&summary(&built, out))?;
    let is_any = built.iter().any(|own| own.children > 0);
    Ok(is_any && built.iter().all(|own| !own.failed))
}

/// Refuses a folder with stores of authorities that are not among these: they would be taken for the same returns.
pub(crate) fn refuse_others(out: &Path, parts: &[FilePart]) -> Result<()> {
    let others = stores_in(out)?.unwrap_or_default().into_iter();
    let is_other = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        parts.iter().all(|part| part.name != name)
    };
    let Some(other) = others.into_iter().find(is_other) else {
        return Ok(());
    };
    let message = format!("`{}` is a store of none of these returns", other.display());
    Err(Hinted::new(message, "remove it, or choose another folder with --out").into())
}

fn summary(built: &[Built], out: &Path) -> String {
    let header = [
        "authority", "files", "children", "spells", "file errors", "row errors", "warnings",
    ];
    let rows = built.iter().map(|own| {
        let [files, rows, warnings] = own.odd;
        let numbers = [own.files, own.children, own.spells].map(|n| n.to_string());
        let odd = [files, rows, warnings].map(|n| n.to_string());
        std::iter::once(own.name.clone())
            .chain(numbers)
            .chain(odd)
            .collect()
    });
    let stores = built.iter().filter(|own| own.children > 0).count();
    let text = table(&header, &[1, 2, 3, 4, 5, 6], rows);
    format!(
        "{text}\nWrote {stores} stores into `{}`: records of children, to be kept where the returns are kept.\n\
         What was odd is in the diagnostics.csv of each.\n",
        out.display()
    )
}
