//! Some files of a folder that holds others too.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use disparity_published::{Files, SOURCES};

use super::{Lock, clear, files_of, settled, written_through};
use crate::hint::Hinted;

/// Where files wait that are being written.
const STAGED: &str = ".part";
/// Where files wait that are written and only have to be moved. While it is there, some of the folder's
/// files are of one build and some of another.
const READY: &str = ".replacing";

/// A folder some of whose files are replaced together.
pub(crate) struct Within {
    shown: PathBuf,
    folder: PathBuf,
    _lock: Lock,
}

impl Within {
    /// Ends what a killed run began, and clears what it left.
    pub(crate) fn prepare(folder: &Path) -> Result<Self> {
        let shown = folder.to_owned();
        let folder = settled(folder)?;
        let lock = Lock::take(folder.join(".lock"), &shown)?;
        let within = Self {
            shown,
            folder,
            _lock: lock,
        };
        if within.folder.join(READY).exists() {
            within.move_ready()?;
        }
        clear(&within.folder.join(STAGED))?;
        Ok(within)
    }

    /// Writes files aside and then moves all of them to their places.
    pub(crate) fn write(&self, files: &Files) -> Result<()> {
        let staged = self.folder.join(STAGED);
        for (name, bytes) in files.iter() {
            let path = staged.join(name);
            let above = path.parent().unwrap_or(&staged);
            std::fs::create_dir_all(above)
                .with_context(|| format!("cannot make the folder `{}`", above.display()))?;
            disparity_export::write_file(&path, bytes)?;
            written_through(&path, false)?;
        }
        // From here on the next run can end what this one began.
        std::fs::rename(&staged, self.folder.join(READY))
            .with_context(|| format!("cannot write to `{}`", self.shown.display()))?;
        self.move_ready()
    }

    fn move_ready(&self) -> Result<()> {
        let ready = self.folder.join(READY);
        let moved = || -> std::io::Result<()> {
            for name in files_of(&ready)? {
                let to = self.folder.join(&name);
                std::fs::create_dir_all(to.parent().unwrap_or(&self.folder))?;
                std::fs::rename(ready.join(&name), to)?;
            }
            std::fs::remove_dir_all(&ready)
        };
        moved().with_context(|| format!("cannot replace the files of `{}`", self.shown.display()))
    }
}

impl Drop for Within {
    /// Nothing half-written stays behind.
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(self.folder.join(STAGED)));
    }
}

/// Reads files of such a folder, and refuses them if some may be of one build and some of another.
pub(crate) fn consistent<T>(folder: &Path, read: impl FnOnce() -> Result<T>) -> Result<T> {
    // The sources hold the digest of every table: where they are the same, so are the tables.
    let sources = std::fs::read(folder.join(SOURCES)).ok();
    let refuse_mixed = || {
        if folder.join(READY).exists() || std::fs::read(folder.join(SOURCES)).ok() != sources {
            let folder = folder.display();
            let message = format!(
                "the tables of `{folder}` are being replaced, or `disparity data build` was stopped as it replaced them"
            );
            let hint = format!("wait, or run `disparity data build --to {folder}` again");
            return Err(Hinted::new(message, hint));
        }
        Ok(())
    };
    refuse_mixed()?;
    let found = read()?;
    refuse_mixed()?;
    Ok(found)
}
