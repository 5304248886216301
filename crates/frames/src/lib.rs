//! Tables that somebody gives: counts of anything, a row for each child or each event, in CSV, Parquet, Arrow IPC,
//! lines of JSON or a workbook, of any size.
//!
//! # What flows through here
//! 1. A [`Description`] says what the columns of a table are ([`propose()`] writes a first one from the content).
//! 2. [`source`] cuts the file into parts and each part into batches whose words are numbered.
//! 3. [`meaning`] says what each word means, once for each word and not for each row: an area in a year, a group, a
//!    count or the symbol that stands for one.
//! 4. [`tally`] adds the rows up, with every symbol counted beside the sum; tallies of parts are merged.
//! 5. [`margins`] decides between totals that the table has and totals of its rows; they must agree.
//! 6. [`counted`] is what comes out: counts by year, area and group, from which [`counted::Counted::cube`] makes
//!    cells with the denominators that every other count has.
//!
//! # What it deliberately does not do
//! Nothing is withheld here: that is the gate's. Nothing of a row outlives the batch it is in, but for the names of
//! children, where they are asked for, which are never told.

mod batch;
pub mod counted;
mod describe;
mod error;
mod margins;
mod meaning;
mod postcodes;
mod propose;
mod read;
mod source;
mod survey;
mod tally;

pub use counted::{Beside, Counted};
pub use describe::{Denominator, Description, Protection, RowsAre};
pub use error::{TableError, TableErrors};
pub use propose::{Proposal, propose};
pub use read::{Known, read_table};
pub use survey::{SurveyDescription, read_survey};
