//! Published tables and reference data to a cube.
mod error;
mod table;
pub use error::{Fault, LoadError, LoadErrors};
