//! Which files make a store, and whether those that are there belong together.
//!
//! The *generation* is the SHA-256 of everything that the files hold. Each file has it in its own
//! metadata and the manifest has it too, so whoever has opened a file knows of which store it is without
//! reading it through. The same children give the same generation, so files that are mistaken for one
//! another hold the same.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use ::parquet::file::metadata::KeyValue;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{MANIFEST, StoreError, format, io as failed};
use crate::bytes::encoding::hexadecimal;
use crate::bytes::input;

/// The key under which a file says of which generation it is.
pub(super) const GENERATION: &str = "disparity.generation";

/// What is written of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileRecord {
    /// SHA-256 of its bytes, in hexadecimal.
    sha256: String,
    /// Its size.
    bytes: u64,
}

/// The files of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    program: String,
    version: String,
    /// The command that made it.
    command: String,
    generation: String,
    /// Every file beside this one.
    outputs: BTreeMap<String, FileRecord>,
}

impl Manifest {
    pub(super) fn new(generation: String) -> Self {
        Self {
            program: "disparity".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: "returns build".to_owned(),
            generation,
            outputs: BTreeMap::new(),
        }
    }

    /// Notes a file.
    pub(super) fn insert(&mut self, name: &str, record: FileRecord) {
        self.outputs.insert(name.to_owned(), record);
    }

    /// Writes it: after all files, and under its name only when it is whole.
    pub(super) fn write(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(MANIFEST);
        let part = folder.join(".manifest.part");
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|error| failed(&path)(io::Error::from(error).into()))?;
        text.push(b'\n');
        write(&part, &text)?;
        input::rename(&part, &path).map_err(failed(&path))
    }

    /// Reads it.
    pub(super) fn read(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(MANIFEST);
        let text = match input::read_text(&path) {
            Ok(text) => text,
            Err(input::InputError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                let why =
                    "nothing says which files belong together, as in stores that were not finished";
                return Err(format(&path, why));
            }
            Err(error) => return Err(failed(&path)(error)),
        };
        serde_json::from_str(&text).map_err(|error| format(&path, error.to_string()))
    }

    /// Refuses a file that is not the one that the manifest lists, by its length and by the generation
    /// in its own metadata, both of the file as it was opened.
    pub(super) fn check(
        &self,
        path: &Path,
        file: &File,
        metadata: Option<&Vec<KeyValue>>,
    ) -> Result<(), StoreError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let record = self.outputs.get(name.as_ref());
        let length = file
            .metadata()
            .map_err(|error| failed(path)(error.into()))?;
        let generation = metadata
            .into_iter()
            .flatten()
            .find(|pair| pair.key == GENERATION)
            .and_then(|pair| pair.value.as_deref());
        if record.is_some_and(|record| record.bytes == length.len())
            && generation == Some(self.generation.as_str())
        {
            return Ok(());
        }
        Err(StoreError::Mixed {
            path: path.display().to_string(),
        })
    }

    /// Refuses files that do not hold what was written. The digest of a gigabyte takes about a second,
    /// far less than its rows, and is taken beside them.
    pub(super) fn verify(&self, folder: &Path, names: &[&str]) -> Result<(), StoreError> {
        names.par_iter().try_for_each(|name| {
            let path = folder.join(name);
            let digest = || -> Result<[u8; 32], input::InputError> {
                let mut file = input::open(&path)?;
                let mut hash = Sha256::new();
                let mut piece = vec![0_u8; 1 << 18];
                loop {
                    match input::read_up_to(&mut file, &mut piece)? {
                        0 => return Ok(hash.finalize().into()),
                        read => hash.update(&piece[..read]),
                    }
                }
            };
            let found = hexadecimal(&digest().map_err(failed(&path))?);
            let listed = self.outputs.get(*name).map(|record| &record.sha256);
            if listed == Some(&found) {
                return Ok(());
            }
            Err(format(&path, "it is not as it was written"))
        })
    }

    /// Refuses a store that was replaced while it was read.
    pub(super) fn check_again(&self, folder: &Path) -> Result<(), StoreError> {
        if Self::read(folder)? == *self {
            return Ok(());
        }
        Err(format(folder, "it was replaced while it was read"))
    }
}

/// A file whose digest is taken on the way.
pub(super) struct Digested {
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl Digested {
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            file: input::create(path).map_err(failed(path))?,
            hash: Sha256::new(),
            bytes: 0,
        })
    }

    /// The digest of what has passed so far.
    pub(super) fn so_far(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    /// What is to be said of the file, if nothing more is written.
    pub(super) fn record(&self) -> FileRecord {
        FileRecord {
            sha256: hexadecimal(&self.so_far()),
            bytes: self.bytes,
        }
    }
}

impl Write for Digested {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a small file.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<FileRecord, StoreError> {
    let mut file = Digested::create(path)?;
    file.write_all(bytes)
        .map_err(|error| failed(path)(error.into()))?;
    Ok(file.record())
}

/// The generation of files, from the digests of their rows and from what they say of themselves.
pub(super) fn generation(rows: &[[u8; 32]], metadata: &[KeyValue]) -> String {
    let mut hash = Sha256::new();
    for digest in rows {
        hash.update(digest);
    }
    for pair in metadata {
        // Each text with its length, so that no two lists of texts run together to the same bytes.
        for text in [Some(&pair.key), pair.value.as_ref()].into_iter().flatten() {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(text);
        }
    }
    hexadecimal(&hash.finalize())
}
