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
        let choose = "choose a folder with --to that you may write to";
        let folder = settled(folder, choose)?;
        let lock = Lock::take(folder.join(".lock"), &shown, choose)?;
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
    if !folder.is_dir() {
        let message = format!("there is no folder `{}`", folder.display());
        let hint = "give a folder of tables, as `disparity data add` and `disparity data build` write them";
        return Err(Hinted::new(message, hint).into());
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = [SOURCES, "england/one.csv", "england/two.csv"];

    fn build(word: &str) -> Files {
        let mut files = Files::default();
        for name in NAMES {
            files.insert(name, word.as_bytes().to_vec());
        }
        files
    }

    /// What each file says, if the folder is read at all.
    fn read(folder: &Path) -> Option<Vec<String>> {
        let say = |name: &&str| std::fs::read_to_string(folder.join(name)).unwrap();
        consistent(folder, || Ok(NAMES.iter().map(say).collect())).ok()
    }

    #[test]
    fn a_build_that_is_stopped_as_it_moves_its_files_is_refused_and_ended_by_the_next() {
        let own = format!("disparity-within-{}", std::process::id());
        let folder = std::env::temp_dir().join(own);
        for moved in 0..=NAMES.len() {
            drop(std::fs::remove_dir_all(&folder));
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("mine.txt"), "left alone").unwrap();
            let write = |word| Within::prepare(&folder).unwrap().write(&build(word));
            write("old").unwrap();
            assert_eq!(read(&folder).unwrap(), ["old"; 3]);
            // As it is when a build was killed after so many files.
            for (at, name) in NAMES.iter().enumerate() {
                let to = if at < moved {
                    folder.join(name)
                } else {
                    folder.join(READY).join(name)
                };
                std::fs::create_dir_all(to.parent().unwrap()).unwrap();
                std::fs::write(to, "new").unwrap();
            }
            std::fs::create_dir_all(folder.join(READY)).unwrap();
            assert!(read(&folder).is_none(), "{moved} moved");
            drop(Within::prepare(&folder).unwrap());
            assert_eq!(read(&folder).unwrap(), ["new"; 3]);
            let left = files_of(&folder).unwrap();
            assert_eq!(left.len(), NAMES.len() + 1, "{left:?}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_replaced_while_it_is_read_is_refused() {
        let own = format!("disparity-between-{}", std::process::id());
        let folder = std::env::temp_dir().join(own);
        std::fs::create_dir_all(&folder).unwrap();
        let write = |word| Within::prepare(&folder).unwrap().write(&build(word));
        write("old").unwrap();
        let between = consistent(&folder, || write("new"));
        assert!(
            between
                .unwrap_err()
                .to_string()
                .contains("are being replaced")
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}
