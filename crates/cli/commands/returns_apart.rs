//! `disparity returns build --apart`: a store for each authority, in a folder of stores.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use disparity_core::Catalogue;
use disparity_returns::{Continuity, FilePart, Input, Outcome, Severity, apart, read_returns};
use rayon::prelude::*;

use super::returns::{Returns, write_store};
use crate::hint::Hinted;
use crate::out::{print, table};
use crate::place::{Output, STORE};
use crate::progress::Bar;
use crate::returns_args::ReadArgs;
use crate::stores::stores_in;

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
        let parts = parts.map_err(|error| Hinted::new(error.to_string(), hint))?;
        let stated = [&self.0.options.continuity, &self.0.manifest.continuity];
        let unused = |own: &&Continuity| !parts.iter().any(|part| is_of(part, own));
        if let Some(own) = stated.into_iter().flatten().find(unused) {
            let message = format!(
                "no returns are of authority {} or of those that came after it",
                own.predecessor
            );
            let hint = "leave its continuity away, or name the folder that holds their returns";
            return Err(Hinted::new(message, hint).into());
        }
        Ok(parts)
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
        // What is stated of others would be looked for in vain.
        let (mut manifest, mut options) = (self.0.manifest.clone(), self.0.options.clone());
        manifest.continuity.retain(|stated| is_of(part, stated));
        options.continuity.retain(|stated| is_of(part, stated));
        let outcome = read_returns(
            self.0.inputs.iter().filter(own).cloned().collect(),
            &manifest,
            &catalogue.areas,
            &catalogue.dimensions,
            &options,
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

/// Whether what is stated of a change of boundaries is of authorities of a part.
fn is_of(part: &FilePart, stated: &Continuity) -> bool {
    let is_own = |code: &String| part.name.split('-').any(|own| own == code);
    is_own(&stated.predecessor) || stated.successors.iter().any(is_own)
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
        "authority",
        "files",
        "children",
        "spells",
        "file errors",
        "row errors",
        "warnings",
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
