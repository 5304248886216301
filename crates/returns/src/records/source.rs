//! What was read: one table of one file, with its year, its rows and the day on which it was made.

use disparity_core::Day;

use crate::config::format::Format;
use crate::fields::field_reader::Undated;

/// One table of one file, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// File, and sheet or member after a `!`.
    pub name: String,
    /// The format that it is of.
    pub format: Format,
    /// Table within it.
    pub table: String,
    /// Authority as three digits; empty if unknown, several if rows name them.
    pub las: Vec<String>,
    /// Year in which the period ends, if the file is for one.
    pub year: Option<u16>,
    /// Years named on the rows, with how many rows name each.
    pub row_years: Vec<(u16, u64)>,
    /// SHA-256 of the bytes, inflated.
    pub sha256: String,
    /// Encoding; empty for workbooks.
    pub encoding: String,
    /// Rows with anything in them; children for XML and JSON.
    pub rows_read: u64,
    /// Rows that something was made of.
    pub rows_kept: u64,
    /// Rows of the second kind: episodes for XML.
    pub parts: u64,
    /// Columns of the table that the file has, by the names of the list; elements of which any was
    /// there. Empty where a format always has all.
    pub columns: Vec<String>,
    /// Whether its rows became records.
    pub used: bool,
    /// First and last day for which the file is complete, where the manifest says so.
    pub coverage: (Option<Day>, Option<Day>),
    /// The day on which the return was made, as far as the file tells.
    pub made: Option<Made>,
    /// The last day that any row speaks of.
    pub last_day: Option<Day>,
    /// Values that belong to some years, until the year is known.
    pub(crate) undated: Vec<Undated>,
}

/// The day on which a return was made, and what says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The day.
    pub day: Day,
    /// What says so, for people.
    pub how: &'static str,
}

impl Made {
    /// The time in the header of a census.
    pub(crate) const TIME: &'static str = "the DateTime in its header";
    /// The reference date in the header of a census.
    pub(crate) const REFERENCE: &'static str = "the ReferenceDate in its header";
    /// A day, month or quarter in the name of the file or of its folder.
    pub(crate) const NAME: &'static str = "its name";
    /// When a workbook was last saved.
    pub(crate) const WORKBOOK: &'static str = "the day on which the workbook was saved";
}
