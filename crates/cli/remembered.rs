//! What was released from a store, if it is asked to remember that: so that the next release is protected
//! beside the earlier ones without anybody naming them.
//!
//! The folder `STORE.released` beside a store holds a copy of what each remembered release printed, which is
//! what readers have. It is not in the store: it outlives one that is built anew, from corrected returns.
//! It is for its owner only, is put in place in one step, and its list has the digest of every file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use disparity_export::EarlierOutputs;
use serde_json::Value;

use crate::hint::Hinted;
use crate::out::{print, table};
use crate::place::{Output, RELEASED, folder_or_earlier};
use crate::published::{self, OutputKind};
use crate::returns_args::ControlArgs;

/// The releases of a store that are remembered.
pub(crate) struct Memory {
    folder: PathBuf,
    held: Vec<Held>,
    /// Where one more is written, if it is to be; until then nobody else remembers one.
    output: Option<Output>,
}

/// A release that is remembered.
struct Held {
    name: String,
    bytes: Vec<u8>,
    sha256: String,
}

/// Refuses to answer for several stores where releases of one, or of one that was in their place, are remembered: what
/// those show is looked up in the records.
pub(crate) fn refuse_remembered(store: &Path) -> Result<()> {
    let folder = folder_of(store);
    if !folder_or_earlier(&folder).exists() {
        return Ok(());
    }
    let message = format!(
        "`{}` remembers what was released from one of several stores",
        folder.display()
    );
    let hint =
        "several stores are not protected beside releases of one: build one store of all returns";
    Err(Hinted::new(message, hint).into())
}

/// Where the releases of a store are remembered.
fn folder_of(store: &Path) -> PathBuf {
    let store = store.canonicalize().unwrap_or_else(|_| store.to_owned());
    let mut name = store.file_name().unwrap_or_default().to_owned();
    name.push(".released");
    store.with_file_name(name)
}

impl Memory {
    /// What is remembered of a store; with `remember`, to be added to.
    pub(crate) fn open(store: &Path, remember: bool) -> Result<Self> {
        let folder = folder_of(store);
        let output = remember
            .then(|| Output::prepare(&folder, RELEASED, None))
            .transpose()?;
        let held = held_in(&folder_or_earlier(&folder), &folder)?;
        Ok(Self {
            folder,
            held,
            output,
        })
    }

    /// What is remembered of a store, as far as counts are protected at all.
    pub(crate) fn of(store: &Path, control: &ControlArgs) -> Result<Self> {
        if control.unprotected.is_some() {
            return Ok(Self {
                folder: folder_of(store),
                held: vec![],
                output: None,
            });
        }
        Self::open(store, control.remember)
    }

    /// What readers have: the outputs that are named, and those that are remembered.
    pub(crate) fn outputs(&self, named: &[PathBuf], round_to: u32) -> Result<EarlierOutputs> {
        let mut all = published::read(named)?;
        if self.held.is_empty() {
            return Ok(all);
        }
        let shown = self.folder.display();
        if round_to > 1 {
            let message = format!("`{shown}` remembers releases that were not rounded");
            let hint = "leave --round-to away: rounded counts are not protected beside those";
            return Err(Hinted::new(message, hint).into());
        }
        published::read_into(&mut all, &folder_or_earlier(&self.folder))?;
        crate::out::tell(format_args!(
            "protected beside {} of this store that `{shown}` remembers",
            match self.held.len() {
                1 => "a release".to_owned(),
                many => format!("{many} releases"),
            }
        ));
        Ok(all)
    }

    /// Remembers one more, before anybody is shown it, if that was asked for. One that prints the same again
    /// is remembered once.
    pub(crate) fn keep(
        self,
        kind: OutputKind,
        print: impl FnOnce() -> Result<Vec<u8>>,
    ) -> Result<()> {
        let Some(mut output) = self.output else {
            return Ok(());
        };
        let bytes = print()?;
        if self.held.iter().any(|held| held.bytes == bytes) {
            return Ok(());
        }
        for held in &self.held {
            output.write(&held.name, &held.bytes)?;
        }
        let ending = if kind == OutputKind::Run {
            "parquet"
        } else {
            "csv"
        };
        let name = format!("{:04}-{}.{ending}", self.held.len() + 1, kind.as_str());
        output.write(&name, &bytes)?;
        output.write_list()?;
        output.finish(None)?;
        Ok(())
    }
}

/// Reads every file that the list names; refuses a folder of which anything is missing, changed or added.
fn held_in(folder: &Path, shown: &Path) -> Result<Vec<Held>> {
    let refuse = |why: String| {
        let message = format!("`{}` is damaged: {why}", shown.display());
        let hint = "it says what was released from this store: put it back from a copy; without it nothing is known of \
                    those releases, and whoever removes it names them with --published";
        anyhow::Error::from(Hinted::new(message, hint))
    };
    let files = match crate::place::files_in(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        files => files.with_context(|| format!("cannot look into `{}`", shown.display()))?,
    };
    let list = std::fs::read_to_string(folder.join(RELEASED.list()));
    let list = list.map_err(|error| refuse(format!("its list cannot be read ({error})")))?;
    let list: Value = serde_json::from_str(&list)
        .map_err(|error| refuse(format!("its list cannot be read ({error})")))?;
    let outputs = list["outputs"].as_object();
    let outputs = outputs.ok_or_else(|| refuse("its list names no files".to_owned()))?;
    for name in &files {
        if name != RELEASED.list() && !outputs.contains_key(name) {
            return Err(refuse(format!("its list does not name `{name}`")));
        }
    }
    let mut held = Vec::new();
    for (name, record) in outputs {
        let bytes = std::fs::read(folder.join(name))
            .map_err(|error| refuse(format!("`{name}` cannot be read ({error})")))?;
        let sha256 = disparity_export::digest(&bytes);
        if record["sha256"].as_str() != Some(sha256.as_str()) {
            return Err(refuse(format!("`{name}` is not what was released")));
        }
        held.push(Held {
            name: name.clone(),
            bytes,
            sha256,
        });
    }
    Ok(held)
}

/// Prints what is remembered of a store.
pub(crate) fn inspect(store: &Path) -> Result<()> {
    let memory = Memory::open(store, false)?;
    let shown = memory.folder.display().to_string();
    if memory.held.is_empty() {
        return print(&format!(
            "No release of this store is remembered (`{shown}` is not there).\n"
        ));
    }
    let folder = folder_or_earlier(&memory.folder);
    let mut rows = Vec::new();
    for held in &memory.held {
        let (shown, withheld) = published::read(&[folder.join(&held.name)])?.how_many();
        rows.push(vec![
            held.name.clone(),
            shown.to_string(),
            withheld.to_string(),
            held.sha256.get(..16).unwrap_or_default().to_owned(),
        ]);
    }
    let header = ["release", "counts shown", "withheld", "sha256"];
    print(&format!(
        "Remembered in `{shown}`; a count that stands in several rows is counted in each:\n\n{}",
        table(&header, &[1, 2], rows)
    ))
}
