//! Published tables and reference data to a cube.
mod boundaries;
mod build;
mod codelists;
mod error;
mod files;
mod footprints;
mod given_codes;
mod load;
mod newer;
mod printed;
mod read;
mod seen;
mod table;
mod verify;
mod wales;
pub use boundaries::{BoundariesError, read_authority_boundaries, read_boundaries};
pub use build::{Added, AddedIndicator, AddedRelease, PrintedRates, SumApart};
pub use build::{SOURCES, Sources, SourcesError, TableRecord, build, source_paths};
pub use codelists::{CODE_LISTS, with_indicators};
pub use error::{Fault, LoadError, LoadErrors};
pub use files::Files;
pub use footprints::{GivenFootprints, read_footprints};
pub use load::{Loaded, load, load_catalogue, load_group_errors, load_neighbourhoods, load_wales};
pub use newer::add;
pub use seen::{GivenSeen, read_seen};
pub use verify::{
    PopulationsUsed, RateCheck, RateException, TableCheck, verify_rates, verify_tables,
};
