//! Files by name: a folder on disk, or the tables compiled into the program. The only module here
//! that touches the disk.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use disparity_core::Place;

use crate::error::{Fault, LoadError};

/// Files by their name relative to some folder, with `/` between the parts.
#[derive(Debug, Clone, Default)]
pub struct Files(BTreeMap<String, Cow<'static, [u8]>>);

impl Files {
    /// Files that are already in memory, such as those compiled into the program.
    #[must_use]
    pub fn built_in(files: &[(&str, &'static [u8])]) -> Self {
        Self(
            files
                .iter()
                .map(|(name, bytes)| ((*name).to_owned(), Cow::Borrowed(*bytes)))
                .collect(),
        )
    }

    /// Reads the named files of a folder.
    ///
    /// # Errors
    /// A [`LoadError`] for each file that cannot be read.
    pub fn read<'a>(
        folder: &Path,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, crate::LoadErrors> {
        let mut files = Self::default();
        let mut errors = Vec::new();
        for name in names {
            #[expect(clippy::disallowed_methods, reason = "this module is the edge")]
            match std::fs::read(folder.join(name)) {
                Ok(bytes) => files.insert(name, bytes),
                Err(error) => errors.push(LoadError {
                    place: Place {
                        file: folder.join(name).display().to_string(),
                        ..Place::default()
                    },
                    about: String::new(),
                    fault: Fault::Unreadable {
                        reason: error.to_string(),
                    },
                }),
            }
        }
        crate::LoadErrors::check(errors, files)
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, name: impl Into<String>, bytes: Vec<u8>) {
        self.0.insert(name.into(), Cow::Owned(bytes));
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// A [`LoadError`] if there is no such file.
    pub fn get(&self, name: &str) -> Result<&[u8], LoadError> {
        self.0
            .get(name)
            .map(AsRef::as_ref)
            .ok_or_else(|| LoadError {
                place: Place {
                    file: name.to_owned(),
                    ..Place::default()
                },
                about: String::new(),
                fault: Fault::Unreadable {
                    reason: "there is no such file".into(),
                },
            })
    }

    /// Every file, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_ref()))
    }
}
