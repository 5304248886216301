//! The folder that is shown.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, Metadata};

use crate::ServeError;

/// A folder whose plain files are given out.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    first_page: String,
    /// Whether its first page is for its owner only, so that everything may be.
    is_private: bool,
}

/// A file that is given out.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) file: File,
    /// In bytes, when it was opened.
    pub(crate) length: u64,
}

/// What stands at a path.
#[derive(Debug)]
pub(crate) enum Found {
    File(Opened),
    Folder,
}

impl Folder {
    /// Looks at a folder: its index, or else the one page that it has, is where a reader begins.
    pub(crate) fn of(given: &Path) -> Result<Self, ServeError> {
        let refuse = |source| ServeError::Folder {
            path: given.to_owned(),
            source,
        };
        let path = given.canonicalize().map_err(refuse)?;
        let dir = Dir::open_ambient_dir(&path, ambient_authority()).map_err(refuse)?;
        let mut pages = Vec::new();
        for entry in dir.entries().map_err(refuse)? {
            let name = entry.map_err(refuse)?.file_name();
            let is_page = Path::new(&name)
                .extension()
                .is_some_and(|ending| ending == "html");
            if let (Some(name), true) = (name.to_str(), is_page) {
                pages.push(name.to_owned());
            }
        }
        let first_page = if pages.iter().any(|name| name == "index.html") {
            "index.html"
        } else if let [only] = &pages[..] {
            only
        } else {
            return Err(ServeError::NoPage {
                path: given.to_owned(),
            });
        };
        Ok(Self {
            is_private: is_private(&dir.metadata(first_page).map_err(refuse)?),
            first_page: match first_page {
                "index.html" => String::new(),
                only => only.to_owned(),
            },
            path,
        })
    }

    /// The address of the page to begin with, below the folder: empty for its index.
    pub(crate) fn first_page(&self) -> &str {
        &self.first_page
    }

    /// What stands at a path below the folder. The folder is opened anew each time, as a run that replaces it puts
    /// another one in its place. Links that lead out of it are refused by `cap-std`, which has the system resolve the
    /// path below the folder (`openat2` with `RESOLVE_BENEATH` on Linux), so nothing can be exchanged in between.
    pub(crate) fn find(&self, below: &str) -> io::Result<Found> {
        let dir = Dir::open_ambient_dir(&self.path, ambient_authority())?;
        let refuse = || io::Error::from(io::ErrorKind::PermissionDenied);
        let below = if below.is_empty() { "." } else { below };
        // A pipe would be waited for: what it is comes before it is opened.
        let found = dir.metadata(below)?;
        if found.is_dir() {
            return Ok(Found::Folder);
        }
        if !found.is_file() {
            return Err(refuse());
        }
        let file = dir.open(below)?;
        let found = file.metadata()?;
        if !found.is_file() || (is_private(&found) && !self.is_private) {
            return Err(refuse());
        }
        Ok(Found::File(Opened {
            file: file.into_std(),
            length: found.len(),
        }))
    }
}

/// Whether only its owner may read a file.
#[cfg(unix)]
fn is_private(found: &Metadata) -> bool {
    use cap_std::fs::MetadataExt as _;
    let of_others = found.mode() & 0o077;
    of_others == 0
}

/// Whether only its owner may read a file: a folder of a user is, and so is what is in it.
#[cfg(not(unix))]
fn is_private(_found: &Metadata) -> bool {
    false
}
