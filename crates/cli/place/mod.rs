//! Outputs put in place in one step, so that nobody ever reads half of one run and half of another.
//!
//! 1. [`Output`] is a folder that is all ours: written beside the one it replaces, checked, and put in its
//!    place. Every command that writes more than one file goes through it.
//! 2. [`Within`] replaces some files of a folder that holds others too (`disparity data build`).
//! 3. [`Beside`] is a file somewhere else that belongs to a folder.
//! 4. [`Lock`] keeps a second run out, and is let go by the system when a run is killed.
//!
//! What a run that was killed left behind is cleared, or put back, by the next run into the same place.

mod beside;
mod folder;
mod lock;
mod swap;
mod within;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub(crate) use beside::Beside;
pub(crate) use folder::{CHARTS, CHECK, NEEDS, Output, RELEASED, RUN, SIMULATE, SITE, STORE};
use lock::Lock;
pub(crate) use within::{Within, consistent};

use crate::hint::Hinted;

/// The path without links, made absolute: what a link leads to is replaced, and the link stays.
/// Makes the folders above it. `choose` says what to do where that cannot be.
fn settled(path: &Path, choose: &str) -> Result<PathBuf> {
    let refuse = |error: &dyn std::fmt::Display, hint: &str| {
        Hinted::new(
            format!("cannot write to `{}`: {error}", path.display()),
            hint,
        )
    };
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(path.canonicalize().map_err(|error| {
            if path.is_symlink() {
                let error = format!("it is a link to what is not there ({error})");
                return refuse(&error, "make what it leads to, or choose another place");
            }
            refuse(&error, choose)
        })?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let name = path
                .file_name()
                .ok_or_else(|| refuse(&"it has no name", choose))?;
            let above = match path.parent() {
                Some(above) if !above.as_os_str().is_empty() => above,
                _ => Path::new("."),
            };
            let above = std::fs::create_dir_all(above)
                .and_then(|()| above.canonicalize())
                .map_err(|error| refuse(&error, choose))?;
            Ok(above.join(name))
        }
        Err(error) => Err(refuse(&error, choose).into()),
    }
}

/// The hidden name beside a path under which something of it waits.
fn hidden(path: &Path, ending: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

/// A folder that is put in place in one step, or the earlier one where a run was killed between the two steps
/// that it takes on some systems.
pub(crate) fn folder_or_earlier(folder: &Path) -> PathBuf {
    let earlier = hidden(folder, "old");
    if !folder.exists() && earlier.exists() {
        return earlier;
    }
    folder.to_owned()
}

/// The names of all files under a folder but those that systems leave there.
pub(crate) fn files_in(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut files = files_of(folder)?;
    files.retain(|name| !folder::SYSTEM.contains(&name.as_str()));
    Ok(files)
}

/// Removes a folder or a file, if it is there.
fn clear(path: &Path) -> Result<()> {
    let removed = match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove `{}`", path.display()))
        }
        _ => Ok(()),
    }
}

/// The names of all files under a folder, with `/` between the parts, in order.
fn files_of(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(within) = folders.pop() {
        for entry in std::fs::read_dir(folder.join(&within))? {
            let entry = entry?;
            let own = entry.file_name().to_string_lossy().into_owned();
            let name = if within.is_empty() {
                own
            } else {
                format!("{within}/{own}")
            };
            if entry.file_type()?.is_dir() {
                folders.push(name);
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Has the system write a file through to the disk, for its owner only where that is asked. A disk that
/// is full may say so only here.
fn written_through(path: &Path, private: bool) -> Result<()> {
    let through = || {
        let file = std::fs::OpenOptions::new().write(true).open(path)?;
        #[cfg(unix)]
        if private {
            let owner: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            file.set_permissions(owner)?;
        }
        #[cfg(not(unix))]
        let _ = private;
        file.sync_all()
    };
    through().with_context(|| format!("cannot write `{}`", path.display()))
}
