//! Writing files so that a reader never sees half of one.

use std::path::Path;

use anyhow::{Context, Result};
use disparity_published::Files;

/// Writes every file of a set into a folder, each under a temporary name that is then renamed.
pub(crate) fn write_folder(folder: &Path, files: &Files) -> Result<()> {
    for (name, bytes) in files.iter() {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .with_context(|| format!("cannot make the folder `{}`", parent.display()))?;
        let staged = path.with_extension("tmp");
        std::fs::write(&staged, bytes)
            .with_context(|| format!("cannot write `{}`", staged.display()))?;
        std::fs::rename(&staged, &path)
            .with_context(|| format!("cannot rename to `{}`", path.display()))?;
    }
    Ok(())
}
