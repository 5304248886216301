//! SQL over the tables of a release and the built-in tables.
//!
//! # What flows through here
//! 1. [`Tables`] knows where tables are: Parquet of a release, and text that is compiled in. Nothing else can be asked.
//! 2. [`Tables::ask`] copies the tables that a question names into a database in memory and asks it. The question may read
//!    those tables and nothing more: no file, no other database, no setting.
//! 3. An [`Answer`] is rows; [`Answer::write_parquet`] makes a file of them.
//!
//! # What it deliberately does not do
//! It never opens a store of children: a folder is one of a release or it is refused. It does not add up in silence:
//! `sum`, `avg` and `total` over a value that is absent are absent, unlike SQL's own.

mod answer;
mod complete;
mod database;
mod error;
mod tables;

pub use answer::{Answer, Value};
pub use error::QueryError;
pub use tables::Tables;
