//! Child-level statutory returns to linked journeys, every oddity said.
//!
//! # What flows through here
//! 1. [`discover`] lists files; [`read_returns`] looks at the first bytes of each and decides what it
//!    is: census XML, care return, Annex A, Standard Safeguarding Dataset, data interface, early help.
//! 2. Each is read by the reader for its kind into typed rows with places; text becomes values in one
//!    way for all of them.
//! 3. For each authority the years are joined, care episodes repaired and made into periods of care,
//!    and the records of one child linked: [`Outcome::journeys`].
//!    [`apart`] says which files can be read apart from the others, so that memory holds one authority at a time.
//! 4. [`store`] keeps the journeys as Parquet, so that reading happens once.
//!
//! Everything odd on the way is a [`Diagnostic`]: severity, file, line, column, code, remedy. Errors
//! set a row, a table or a file aside, and are counted; nothing is dropped in silence.
//!
//! # What it deliberately does not do
//! It counts nothing that is published and judges no child: what an entry or earlier help is, is
//! decided in `disparity-journeys`. It reads no names of children or workers. It fetches nothing.

mod build;
mod bytes;
mod children;
mod config;
mod diagnostics;
mod fields;
mod formats;
mod records;
pub mod store;

pub use build::{ApartError, BuildError, FilePart, Outcome, apart, read_returns};
pub use bytes::encoding::Encoding;
pub use bytes::input::{Input, InputError, create, discover, open, read_text, rename};
pub use bytes::pack::{gzip, zip_of};
pub use config::continuity::{Continuity, ContinuityError};
pub use config::format::Format;
pub use config::manifest::{Dataset, Manifest, ManifestError};
pub use config::options::{DateOrder, EthnicityRule, Options, Progress};
pub use diagnostics::{ChildRef, Code, Diagnostic, Diagnostics, Severity, Tally};
pub use records::source::{Made, Source};
