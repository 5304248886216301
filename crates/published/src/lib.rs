//! Published tables and reference data to a cube.
mod build;
mod codelists;
mod error;
mod files;
mod read;
mod table;
pub use build::{SOURCES, Sources, SourcesError, TableRecord, build, source_paths};
pub use codelists::{CODE_LISTS, COLUMNS};
pub use error::{Fault, LoadError, LoadErrors};
pub use files::Files;
