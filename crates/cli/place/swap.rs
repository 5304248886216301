//! One folder in the place of another.

use std::path::Path;

use anyhow::{Context, Result};

use super::clear;

/// Puts a finished folder in place of an earlier one, which waits under the name `earlier` where the
/// system cannot exchange two folders in one step.
pub(super) fn swap(staged: &Path, folder: &Path, earlier: &Path) -> Result<()> {
    let failed = || format!("cannot put `{}` in place", folder.display());
    if !folder.exists() {
        return std::fs::rename(staged, folder).with_context(failed);
    }
    let left = if exchanged(staged, folder).with_context(failed)? {
        staged
    } else {
        in_two_steps(staged, folder, earlier).with_context(failed)?;
        earlier
    };
    // The new one is in place: what is left of the old one is no reason to fail.
    if let Err(error) = clear(left) {
        crate::out::tell(format_args!("{error:#}; it is an earlier run's"));
    }
    Ok(())
}

/// Moves the earlier folder aside and the new one in. Whoever looks in between finds neither; a run
/// that is killed there is put right by [`recover`].
fn in_two_steps(staged: &Path, folder: &Path, earlier: &Path) -> std::io::Result<()> {
    std::fs::rename(folder, earlier)?;
    std::fs::rename(staged, folder).inspect_err(|_| {
        // As it was before; the error that is reported is the first.
        drop(std::fs::rename(earlier, folder));
    })
}

/// Puts back a folder that a run moved aside and then was killed, and clears what else it left.
pub(super) fn recover(staged: &Path, folder: &Path, earlier: &Path) -> Result<()> {
    if earlier.is_dir() && !folder.exists() {
        std::fs::rename(earlier, folder)
            .with_context(|| format!("cannot put `{}` back", folder.display()))?;
    }
    clear(staged)?;
    clear(earlier)
}

/// Exchanges two folders in one step; false if this system or drive cannot.
#[cfg(target_os = "linux")]
fn exchanged(one: &Path, other: &Path) -> std::io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchanged(_: &Path, _: &Path) -> std::io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tests make the files they look at"
)]
mod tests {
    use super::*;

    /// Folders with a file that says which they are; an empty word for one that is not there.
    fn with(name: &str, words: [&str; 3], then: impl FnOnce([&Path; 3])) {
        let own = format!("disparity-swap-{name}-{}", std::process::id());
        let root = std::env::temp_dir().join(own);
        let paths = ["part", "out", "old"].map(|one| root.join(one));
        for (path, word) in paths.iter().zip(words).filter(|(_, word)| !word.is_empty()) {
            std::fs::create_dir_all(path).unwrap();
            std::fs::write(path.join("file"), word).unwrap();
        }
        then([&paths[0], &paths[1], &paths[2]]);
        std::fs::remove_dir_all(root).unwrap();
    }

    fn says(path: &Path) -> String {
        std::fs::read_to_string(path.join("file")).unwrap_or_default()
    }

    #[test]
    fn the_new_folder_is_in_place_and_nothing_else_stays() {
        for before in ["earlier", ""] {
            with("whole", ["new", before, ""], |[staged, folder, earlier]| {
                swap(staged, folder, earlier).unwrap();
                assert_eq!([staged, folder, earlier].map(says), ["", "new", ""]);
            });
        }
    }

    #[test]
    fn two_steps_come_to_the_same_and_a_failed_second_is_taken_back() {
        with(
            "two",
            ["new", "earlier", ""],
            |[staged, folder, earlier]| {
                in_two_steps(staged, folder, earlier).unwrap();
                assert_eq!([staged, folder, earlier].map(says), ["", "new", "earlier"]);
            },
        );
        with("back", ["", "earlier", ""], |[staged, folder, earlier]| {
            assert!(in_two_steps(staged, folder, earlier).is_err());
            assert_eq!([staged, folder, earlier].map(says), ["", "earlier", ""]);
        });
    }

    #[test]
    fn whatever_a_killed_run_left_the_next_finds_the_earlier_folder_or_the_new_one() {
        let left = [
            (["half", "earlier", ""], "earlier"),
            (["half", "", ""], ""),
            (["new", "", "earlier"], "earlier"),
            (["", "new", "earlier"], "new"),
            (["earlier", "new", ""], "new"),
        ];
        for (at, (left, found)) in left.into_iter().enumerate() {
            with(&format!("left-{at}"), left, |[staged, folder, earlier]| {
                recover(staged, folder, earlier).unwrap();
                assert_eq!([staged, folder, earlier].map(says), ["", found, ""]);
            });
        }
    }
}
