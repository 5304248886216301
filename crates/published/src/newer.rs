//! A release that is newer than the program, over the tables at hand.

use disparity_core::{ChineseGroup, Warned};

use crate::build::{Added, add as add_to};
use crate::error::LoadErrors;
use crate::files::Files;
use crate::load::{Tables, load};

/// Adds published files to the tables at hand, each given with its name; where two state the same, the one that is
/// given first stands. What a file is, its columns tell and the figures that it shares with the tables; `like` says it by
/// the name of a source where they do not.
///
/// # Errors
/// [`LoadErrors`] if the columns of a file are those of no publication, if it shares no figure with the tables or most
/// of those are others, if it is older, for every row that cannot be read, and if the tables do not go together
/// afterwards.
pub fn add(
    tables: &Files,
    given: &[(String, Vec<u8>)],
    like: Option<&str>,
) -> Result<Warned<Added>, LoadErrors> {
    let sources = Tables::open(tables)?.sources;
    let added = add_to(tables, &sources, given, like)?;
    // Whatever does not go together with the rest is an error before anything is written.
    load(&added.output.files, ChineseGroup::default())?;
    Ok(added)
}
