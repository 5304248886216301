//! One run at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::hint::Hinted;

/// An advisory lock on a file beside the output. The system lets go of it when the program ends, however
/// it ends, so a run that was killed leaves a file that means nothing.
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock, or says that another run has it. `choose` says what to do where nothing can be
    /// written.
    pub(super) fn take(path: PathBuf, shown: &Path, choose: &str) -> Result<Self> {
        let refused = |error: std::io::Error| {
            let message = format!("cannot write beside `{}`: {error}", shown.display());
            Hinted::new(message, choose)
        };
        loop {
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)
                .map_err(refused)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let message = format!(
                        "another run is writing `{}`; nothing was written by this one",
                        shown.display()
                    );
                    let hint = "wait until it is done, or choose another place";
                    return Err(Hinted::new(message, hint).into());
                }
                // Some network drives have no locks.
                Err(TryLockError::Error(error)) => crate::out::tell(format_args!(
                    "`{}` cannot be locked ({error}): do not let two runs write it at the same time",
                    shown.display()
                )),
            }
            // Whoever had it may have removed the file between our opening and locking it.
            if is_still(&file, &path) {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    /// Removes the file while the lock is still held.
    fn drop(&mut self) {
        if cfg!(unix) {
            drop(std::fs::remove_file(&self.path));
        }
    }
}

/// Whether the file is still the one of that name.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(own), Ok(named)) = (file.metadata(), std::fs::metadata(path)) else {
        return false;
    };
    (own.dev(), own.ino()) == (named.dev(), named.ino())
}

/// Elsewhere the file stays, so it is.
#[cfg(not(unix))]
fn is_still(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_kept_out_until_the_first_is_done_and_no_file_stays() {
        let path = std::env::temp_dir().join(format!("disparity-lock-{}", std::process::id()));
        let take = || Lock::take(path.clone(), Path::new("out"), "choose another");
        let first = take().unwrap();
        let refused = take().err().unwrap().to_string();
        assert!(
            refused.contains("another run is writing `out`"),
            "{refused}"
        );
        drop(first);
        // What a run that was killed leaves.
        std::fs::File::create(&path).unwrap();
        drop(take().unwrap());
        assert_eq!(path.exists(), !cfg!(unix));
    }
}
