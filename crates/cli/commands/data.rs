//! `disparity data`: build, list and verify the built-in figures.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use disparity_published::{CODE_LISTS, COLUMNS, Files};

use crate::out::write_folder;

/// Compiles published files into the built-in tables of `to`.
pub(crate) fn build(from: &Path, to: &Path) -> Result<()> {
    let lists = Files::read(to, CODE_LISTS.into_iter().chain([COLUMNS]))
        .context("the code lists are missing")?;
    let paths = disparity_published::source_paths(&lists)?;
    let published = Files::read(from, paths.iter().map(String::as_str))?;
    let built = disparity_published::build(&lists, &published)?;
    for issue in &built.issues {
        eprintln!("note: {} [{}]", issue.message, issue.code);
    }
    write_folder(to, &built.output)?;
    Ok(())
}
