//! Journeys on disk, so that returns are read once: Parquet files with a typed schema, and what was
//! read, in which units and from where, in their metadata. Any tool can group the spells without
//! a join: each row carries its authority, ethnic group, sex, birth, decile and neighbourhood.
//!
//! A store is one thing: its files name one generation, which [`MANIFEST`] names too, written last. A
//! reader refuses files that do not belong together.
//!
//! The store holds records of children. It is not a release and must stay where the returns stay; its
//! files are written for their owner only.

mod count;
mod manifest;
mod meta;
mod read;
mod schema;
mod spells;
mod stated;
mod write;

use std::path::Path;

pub use count::{SpellCount, SpellCounts, count_spells};
pub use read::{read_store, read_store_of};
pub use write::write_store;

use crate::bytes::input::InputError;

/// The file of spells.
pub const SPELLS: &str = "spells.parquet";
/// The file of children.
pub const CHILDREN: &str = "children.parquet";
/// The file of what single returns say otherwise than the histories.
pub const STATED: &str = "stated.parquet";

/// The file that names the others and the generation that they are of. Without it there is no store.
pub const MANIFEST: &str = "manifest.json";

/// A store that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system says no.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        error: InputError,
    },
    /// Not Parquet, or damaged.
    #[error("{path}: {error}")]
    Parquet {
        /// The file.
        path: String,
        /// What the reader said.
        error: parquet::errors::ParquetError,
    },
    /// Files that do not belong together.
    #[error(
        "{path}: its files are of different builds; build it again with `disparity returns build`"
    )]
    Mixed {
        /// The file that is not of the store's generation.
        path: String,
    },
    /// Parquet, but not a store of this program's version.
    #[error(
        "{path} is not a store that this version can read: {why}; build it again with `disparity returns build`"
    )]
    Format {
        /// The file.
        path: String,
        /// What is missing or wrong.
        why: String,
    },
}

pub(crate) fn io(path: &Path) -> impl Fn(InputError) -> StoreError + '_ {
    move |error| StoreError::Io {
        path: path.display().to_string(),
        error,
    }
}

pub(crate) fn parquet(path: &Path) -> impl Fn(parquet::errors::ParquetError) -> StoreError + '_ {
    move |error| StoreError::Parquet {
        path: path.display().to_string(),
        error,
    }
}

pub(crate) fn format(path: &Path, why: impl Into<String>) -> StoreError {
    StoreError::Format {
        path: path.display().to_string(),
        why: why.into(),
    }
}
