//! A file somewhere else that belongs to a folder.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Lock, clear, hidden, settled};
use crate::hint::Hinted;

/// A file for its owner only, which is put in place with the folder that it belongs to: numbers of
/// children in one are looked up in the other, so the two must never be of different runs.
pub(crate) struct Beside {
    /// As it was typed.
    shown: PathBuf,
    path: PathBuf,
    staged: PathBuf,
    _lock: Lock,
}

impl Beside {
    /// Refuses what is not a file, and clears what a killed run left.
    pub(crate) fn prepare(path: &Path) -> Result<Self> {
        let shown = path.to_owned();
        let choose = "choose a file with --identifiers that you may write";
        let path = settled(path, choose)?;
        if path.exists() && !path.is_file() {
            let message = format!("cannot write `{}`: it is no file", shown.display());
            return Err(Hinted::new(message, "name a file").into());
        }
        let lock = Lock::take(hidden(&path, "lock"), &shown, choose)?;
        let staged = hidden(&path, "part");
        clear(&staged)?;
        Ok(Self {
            shown,
            path,
            staged,
            _lock: lock,
        })
    }

    pub(crate) fn shown(&self) -> &Path {
        &self.shown
    }

    /// Writes it aside, readable for its owner from its first byte on.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let write = || {
            let mut file = options.open(&self.staged)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().with_context(|| format!("cannot write `{}`", self.path.display()))
    }

    /// Takes the earlier one away, puts the folder in place, and then this: whoever looks in between
    /// finds no file, and never another run's.
    pub(super) fn place(self, folder: impl FnOnce() -> Result<()>) -> Result<()> {
        clear(&self.path)?;
        folder()?;
        std::fs::rename(&self.staged, &self.path)
            .with_context(|| format!("cannot write `{}`", self.path.display()))
    }
}

impl Drop for Beside {
    /// Nothing half-written stays behind.
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.staged));
    }
}
