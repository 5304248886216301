//! A release written as Parquet and CSV with metadata, and the manifest that lets someone else get
//! the same bytes.
//!
//! 1. [`tables`] says which columns each table has and what each means, once, for every format.
//! 2. [`mod@write`] goes through a table in chunks and writes each chunk as Parquet and, of a long table the
//!    latest year or all that is asked ([`Csv`]), as CSV; beside each CSV goes its `.meta.csv`, and of all of them
//!    `columns.csv` says to people and `csv-metadata.json` to programs what every column is.
//! 3. [`Manifest`] records the inputs with their digests, the resolved plan, the version and the
//!    digest of every output. It holds no clock.
//! 4. [`PriorHelpTable`] and [`journey_rows`] are the columns of answers from records, for whatever
//!    they are written to.
//! 5. [`arrow_table`] is a table in memory, for programs that this one is a part of.
//! 6. `rows` reads outputs back as anybody can: for an audit of what follows of withheld counts, and for
//!    outputs that are protected beside earlier ones ([`EarlierOutputs`]).
//!
//! What it deliberately does not do: it accepts nothing but a [`Release`](disparity_disclosure::Release),
//! computes nothing, and draws nothing.

mod answers;
mod arrow;
mod audit;
mod column;
mod csv;
mod csvw;
mod geojson;
mod manifest;
mod parquet_file;
mod rows;
mod sink;
mod stream;
mod tables;
mod workbook;
mod write;

pub use answers::{
    EarlierError, EarlierOutputs, EarlierQuestion, JOURNEY_HEADER, PRIOR_HELP_HEADER,
    PriorHelpTable, SURVEY_HEADER, journey_rows, la_name, span, survey_rows,
};
pub use arrow::{ArrowTable, RELEASE_TABLES, arrow_table};
pub use audit::{
    AUDIT_HEADER, AuditError, AuditReport, AuditedOutputs, AuditedPart, AuditedRule, ExposedCount,
    Exposure, audit_row,
};
pub use geojson::{footprint_outlines, footprints_geojson};
pub use manifest::{FileRecord, Manifest, NeedsRecord, PlanRecord};
pub use sink::digest;
pub use stream::{write_csv_rows, write_json_rows};
pub use write::{
    Csv, NeedsReleases, WriteError, csv_files, write_file, write_manifest, write_needs,
    write_tables,
};

pub use workbook::{WorkbookTables, workbook_tables};

/// The files that were written, by name.
pub type Written = std::collections::BTreeMap<String, FileRecord>;
