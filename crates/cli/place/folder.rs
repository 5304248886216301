//! A folder that is all ours.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use disparity_export::Written;
use serde_json::{Value, json};

use super::{Beside, Lock, files_of, hidden, settled, swap, written_through};
use crate::hint::Hinted;

/// What a command puts into its folder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// The command, as its list of files names it.
    command: &'static str,
    /// The list of files.
    manifest: &'static str,
    /// Files of versions that wrote no such list.
    before: &'static [&'static str],
    /// Whether it holds records of children, and is for its owner only.
    private: bool,
}

impl Kind {
    /// The name of its list of files.
    pub(crate) const fn list(&self) -> &'static str {
        self.manifest
    }
}

/// The tables, charts and page of `disparity run`.
pub(crate) const RUN: Kind = Kind {
    command: "run",
    manifest: "manifest.json",
    before: &[],
    private: false,
};

/// A site of pages.
pub(crate) const SITE: Kind = Kind {
    command: "site",
    manifest: "manifest.json",
    before: &[],
    private: false,
};

/// A store.
pub(crate) const STORE: Kind = Kind {
    command: "returns build",
    manifest: disparity_returns::store::MANIFEST,
    before: &[
        "children.parquet",
        "children.parquet.part",
        "diagnostics.csv",
        "diagnostics.csv.tmp",
        "spells.parquet",
        "spells.parquet.part",
        "stated.parquet",
        "stated.parquet.part",
    ],
    private: true,
};

/// Charts.
pub(crate) const CHARTS: Kind = Kind {
    command: "chart",
    manifest: "manifest.json",
    before: &[],
    private: false,
};

/// What was released from a store.
pub(crate) const RELEASED: Kind = Kind {
    command: "--remember",
    manifest: "manifest.json",
    before: &[],
    private: true,
};

/// Needs assessments: one, or one in each folder.
pub(crate) const NEEDS: Kind = Kind {
    command: "needs",
    manifest: "manifest.json",
    before: &[],
    private: false,
};

/// What was odd about returns.
pub(crate) const CHECK: Kind = Kind {
    command: "returns check",
    manifest: "manifest.json",
    before: &[
        "diagnostics.csv",
        "diagnostics.csv.tmp",
        "sources.csv",
        "sources.csv.tmp",
    ],
    private: false,
};

/// Invented returns. Their list is hidden: whoever reads the folder as returns must not take it for one.
pub(crate) const SIMULATE: Kind = Kind {
    command: "simulate",
    manifest: ".manifest.json",
    before: &[],
    private: false,
};

/// What systems leave in every folder that somebody looked at.
pub(super) const SYSTEM: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// Files that are waited for at the same time: with more of them it takes no less time.
const AT_ONCE: usize = 8;

const CHOOSE: &str = "choose a folder with --out that you may write to";

/// So many names are enough to know which files are meant.
const NAMED: usize = 5;

/// A folder that is filled aside and put in place when everything is written.
pub(crate) struct Output {
    kind: Kind,
    /// As it was typed.
    shown: PathBuf,
    folder: PathBuf,
    staged: PathBuf,
    earlier: PathBuf,
    written: Written,
    /// Files for their owner only, in a folder that is not.
    private: BTreeSet<String>,
    /// Of the folder once it is in place.
    permissions: Option<std::fs::Permissions>,
    _lock: Lock,
}

impl Output {
    /// Refuses a folder that holds anything but an earlier run of the same command, and makes the
    /// folder to fill. `own` is a file of it that the user named.
    pub(crate) fn prepare(folder: &Path, kind: Kind, own: Option<&str>) -> Result<Self> {
        let shown = folder.to_owned();
        let folder = settled(folder, CHOOSE)?;
        replaceable(&folder, &shown)?;
        let lock = Lock::take(hidden(&folder, "lock"), &shown, CHOOSE)?;
        let (staged, earlier) = (hidden(&folder, "part"), hidden(&folder, "old"));
        swap::recover(&staged, &folder, &earlier)?;
        let mut output = Self {
            kind,
            shown,
            folder,
            staged,
            earlier,
            written: Written::new(),
            private: own.map(str::to_owned).into_iter().collect(),
            permissions: None,
            _lock: lock,
        };
        output.refuse_others()?;
        output.make_staged().map_err(|error| {
            let shown = output.shown.display();
            let message = format!("cannot write beside `{shown}`: {error}");
            Hinted::new(message, CHOOSE)
        })?;
        Ok(output)
    }

    /// Makes the folder to fill: for its owner only, until it is put in place.
    fn make_staged(&mut self) -> std::io::Result<()> {
        std::fs::create_dir(&self.staged)?;
        let usual = std::fs::metadata(&self.staged)?.permissions();
        #[cfg(unix)]
        let own: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        #[cfg(not(unix))]
        let own = usual.clone();
        std::fs::set_permissions(&self.staged, own.clone())?;
        self.permissions = if self.kind.private {
            Some(own)
        } else {
            let earlier = std::fs::metadata(&self.folder).map(|found| found.permissions());
            Some(earlier.unwrap_or(usual))
        };
        Ok(())
    }

    /// The folder to fill.
    pub(crate) fn staged(&self) -> &Path {
        &self.staged
    }

    /// Writes a file, under a name with `/` between the parts.
    pub(crate) fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.staged.join(name);
        let above = path.parent().unwrap_or(&self.staged);
        std::fs::create_dir_all(above)
            .with_context(|| format!("cannot make the folder `{}`", above.display()))?;
        let record = disparity_export::write_file(&path, bytes)?;
        self.written.insert(name.to_owned(), record);
        Ok(())
    }

    /// Lists files that were written by others into a folder of this one.
    pub(crate) fn list(&mut self, within: &str, written: Written) {
        let named = |(name, record)| (format!("{within}/{name}"), record);
        self.written.extend(written.into_iter().map(named));
    }

    /// Writes the list of the files that [`Self::write`] wrote or [`Self::list`] was told of.
    pub(crate) fn write_list(&mut self) -> Result<()> {
        let list = json!({
            "program": "disparity",
            "version": env!("CARGO_PKG_VERSION"),
            "command": self.kind.command,
            "outputs": self.written,
        });
        let text = format!("{list:#}\n");
        let path = self.staged.join(self.kind.manifest);
        disparity_export::write_file(&path, text.as_bytes())?;
        Ok(())
    }

    /// Puts the finished folder in place of an earlier one, and a file that belongs to it in its place.
    pub(crate) fn finish(self, beside: Option<Beside>) -> Result<PathBuf> {
        self.check()?;
        // Whoever works on may have put something there in the meantime.
        self.refuse_others()?;
        if let Some(permissions) = &self.permissions {
            std::fs::set_permissions(&self.staged, permissions.clone())
                .with_context(|| format!("cannot write `{}`", self.shown.display()))?;
        }
        let placed = |staged: &Path| swap::swap(staged, &self.folder, &self.earlier);
        match beside {
            Some(beside) => beside.place(|| placed(&self.staged))?,
            None => placed(&self.staged)?,
        }
        Ok(self.shown.clone())
    }

    /// Has all files on the disk, and each as long as the list says.
    fn check(&self) -> Result<()> {
        let manifest = self.staged.join(self.kind.manifest);
        let text = std::fs::read_to_string(&manifest)
            .with_context(|| format!("cannot read `{}`", manifest.display()))?;
        let list: Value = serde_json::from_str(&text)?;
        let names = files_of(&self.staged)?;
        self.write_through(&names)?;
        for name in names.iter().filter(|name| *name != self.kind.manifest) {
            let path = self.staged.join(name);
            let listed = &list["outputs"][name]["bytes"];
            let found = std::fs::metadata(&path)?.len();
            if listed.as_u64() != Some(found) {
                anyhow::bail!(
                    "`{}` was not written whole: {found} bytes, not {listed}",
                    path.display()
                );
            }
        }
        let listed = list["outputs"].as_object().map_or(0, serde_json::Map::len);
        if listed + 1 != names.len() {
            anyhow::bail!(
                "`{}` was not written whole: {} files, not {}",
                self.staged.display(),
                names.len(),
                listed + 1
            );
        }
        Ok(())
    }

    /// Has the system write all files through: several at once, as each waits for the disk and not for a
    /// core, and a run has hundreds.
    fn write_through(&self, names: &[String]) -> Result<()> {
        let part = names.len().div_ceil(AT_ONCE).max(1);
        std::thread::scope(|scope| {
            let through = |name: &String| {
                let private = self.kind.private || self.private.contains(name);
                written_through(&self.staged.join(name), private)
            };
            let parts: Vec<_> = names
                .chunks(part)
                .map(|part| scope.spawn(move || part.iter().try_for_each(through)))
                .collect();
            parts.into_iter().try_for_each(|part| {
                part.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })
    }

    /// Refuses a folder with files of somebody else, who would lose them.
    fn refuse_others(&self) -> Result<()> {
        let shown = self.shown.display();
        let files = match files_of(&self.folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            files => files.with_context(|| format!("cannot look into `{shown}`"))?,
        };
        let ours = self.ours();
        let is_other = |name: &&String| {
            let last = name.rsplit('/').next().unwrap_or(name);
            !ours.contains(*name) && !self.private.contains(*name) && !SYSTEM.contains(&last)
        };
        let others: Vec<&String> = files.iter().filter(is_other).collect();
        if others.is_empty() {
            return Ok(());
        }
        let mut named: Vec<String> = others
            .iter()
            .take(NAMED)
            .map(|name| format!("`{name}`"))
            .collect();
        if others.len() > NAMED {
            named.push(format!("{} more", others.len() - NAMED));
        }
        let message = format!(
            "`{shown}` holds files that are not from an earlier run of `disparity {}`: {}",
            self.kind.command,
            named.join(", ")
        );
        let hint = "move them elsewhere, or choose an empty or a new folder with --out";
        Err(Hinted::new(message, hint).into())
    }

    /// The files of an earlier run, as its list names them.
    fn ours(&self) -> BTreeSet<String> {
        let before = || self.kind.before.iter().map(|name| (*name).to_owned());
        let Ok(text) = std::fs::read_to_string(self.folder.join(self.kind.manifest)) else {
            return before().collect();
        };
        let list: Value = serde_json::from_str(&text).unwrap_or_default();
        let is_ours = list["program"] == "disparity"
            && list["command"].as_str().unwrap_or(RUN.command) == self.kind.command;
        match list["outputs"].as_object() {
            Some(outputs) if is_ours => outputs
                .keys()
                .cloned()
                .chain([self.kind.manifest.to_owned()])
                .collect(),
            _ => before().collect(),
        }
    }
}

impl Drop for Output {
    /// Nothing half-written stays behind.
    fn drop(&mut self) {
        if self.staged.exists() {
            drop(std::fs::remove_dir_all(&self.staged));
        }
    }
}

/// Refuses, before any work is done, what cannot be replaced by a folder at the end of it.
fn replaceable(folder: &Path, shown: &Path) -> Result<()> {
    let refuse = |why: &str, hint: &str| -> Result<()> {
        let message = format!(
            "cannot use `{}` as the output folder: {why}",
            shown.display()
        );
        Err(Hinted::new(message, hint).into())
    };
    let within = "name a folder in it with --out";
    let Ok(found) = std::fs::metadata(folder) else {
        return Ok(());
    };
    if !found.is_dir() {
        return refuse("it is a file", "choose a folder with --out");
    }
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    if here.is_ok_and(|here| here.starts_with(folder)) {
        return refuse("you are in it, so it cannot be replaced", within);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let above = folder.parent().map(std::fs::metadata);
        if !matches!(above, Some(Ok(above)) if above.dev() == found.dev()) {
            return refuse("a drive is mounted there, which cannot be replaced", within);
        }
    }
    Ok(())
}
