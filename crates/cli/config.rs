//! What is remembered of whoever uses the program, where they asked for it: the folder of tables that `--data` would name.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::hint::Hinted;

/// In place of a folder: the tables in the program, whatever is remembered.
pub(crate) const BUILT_IN: &str = "built-in";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    /// The folder of tables.
    data: Option<PathBuf>,
}

/// The file: in `$XDG_CONFIG_HOME`, `%APPDATA%` or `~/.config`.
fn file() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let folder = named("XDG_CONFIG_HOME")
        .or_else(|| named("APPDATA"))
        .or_else(|| Some(named("HOME")?.join(".config")));
    let folder = folder.filter(|folder| folder.is_absolute())?;
    Some(folder.join("disparity").join("config.toml"))
}

fn read() -> Result<Config> {
    let Some(file) = file().filter(|file| file.is_file()) else {
        return Ok(Config::default());
    };
    let name = file.display();
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read `{name}`"))?;
    toml::from_str(&text).map_err(|error| {
        let message = format!("cannot read `{name}`: {}", error.message());
        Hinted::new(message, "delete the file, or run `disparity data forget`").into()
    })
}

/// The folder that is remembered, if one is.
#[derive(Clone)]
struct Remembered(Option<PathBuf>);

/// What was read of it by the command that is under way; nothing before.
static REMEMBERED: Mutex<Option<Remembered>> = Mutex::new(None);

/// The folder that is remembered, said once on standard error where it is used.
pub(crate) fn data() -> Result<Option<PathBuf>> {
    let mut remembered = REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    if remembered.is_none() {
        let found = read()?.data;
        if let Some(folder) = &found {
            let shown = folder.display();
            if !folder.is_dir() {
                let message = format!("the remembered folder of tables `{shown}` is not there");
                let hint = "name one with --data, or run `disparity data forget`";
                return Err(Hinted::new(message, hint).into());
            }
            crate::out::tell(format_args!(
                "tables of {shown}, as remembered (--data {BUILT_IN} uses those of the program)"
            ));
        }
        *remembered = Some(Remembered(found));
    }
    Ok(remembered.clone().and_then(|own| own.0))
}

/// Has the next command read it anew, and say it, where one process runs several.
pub(crate) fn forget_what_was_read() {
    *REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Remembers a folder of tables.
pub(crate) fn remember(folder: &Path) -> Result<()> {
    let file = file().context("there is no folder for settings: HOME is not set")?;
    let data = std::path::absolute(folder)?;
    let text = toml::to_string(&Config { data: Some(data) })?;
    let parent = file.parent().context("settings have a folder")?;
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(&file, text))
        .with_context(|| format!("cannot write `{}`", file.display()))
}

/// Forgets it; says whether there was one.
pub(crate) fn forget() -> Result<bool> {
    match file() {
        Some(file) if file.is_file() => {
            std::fs::remove_file(&file)
                .with_context(|| format!("cannot delete `{}`", file.display()))?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
