//! Lookups from postcode to neighbourhood and deprivation that the user gives beside the returns: recognised by their
//! header, read once for all authorities.

use csv::StringRecord;
use disparity_core::AreaCode;

use crate::bytes::encoding::{Encoding, Utf8Reader};
use crate::bytes::input::{Input, InputError};
use crate::config::format::Format;
use crate::fields::postcode::{Nation, PostcodeLookup};
use crate::formats::Context;
use crate::formats::delimited::{Delimited, RowSource, recognise, sniff_delimiter};

/// Where the columns of a lookup stand.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    delimiter: u8,
    postcode: usize,
    decile: Option<usize>,
    rank: Option<usize>,
    /// Whichever of them the file has says the nation.
    areas: [Option<usize>; 4],
}

/// How much of a file is looked at for the header of a lookup.
const HEAD: usize = 4096;

/// The columns of a lookup, if that is what the first row of a file is the header of.
pub(crate) fn layout(context: Context<'_>, head: &[u8]) -> Option<Layout> {
    let text = String::from_utf8_lossy(&head[..head.len().min(HEAD)]);
    let first = text.trim_start_matches('\u{feff}').lines().next()?;
    let delimiter = sniff_delimiter(first);
    let names: Vec<String> = first
        .split(delimiter as char)
        .map(|name| name.trim().trim_matches('"').to_owned())
        .collect();
    let found = recognise(context.lists, &names)?;
    if found.def.format != Format::Lookup || found.def.name != "postcodes" {
        return None;
    }
    let at = |name: &str| {
        let column = found
            .def
            .columns
            .iter()
            .position(|column| column.name == name)?;
        found.positions.get(column).copied().flatten()
    };
    Some(Layout {
        delimiter,
        postcode: at("pcds")?,
        decile: at("imd_decile"),
        rank: at("imd"),
        areas: ["ctry", "lsoa21", "lsoa11", "oslaua"].map(at),
    })
}

/// Reads a file into the lookup. Returns how many rows, and why no more of them if they could not all be
/// read.
///
/// # Errors
/// [`InputError`] if it cannot be opened.
pub(crate) fn read(
    input: &Input,
    layout: &Layout,
    lookup: &mut PostcodeLookup,
) -> Result<(u64, Option<String>), InputError> {
    input.read(|raw| {
        let utf8 = Utf8Reader::new(raw, Encoding::Utf8);
        let mut rows = Delimited::new(utf8, layout.delimiter);
        let mut row = StringRecord::new();
        let mut count = 0;
        let number = |row: &StringRecord, at: Option<usize>| {
            at.and_then(|at| row.get(at)?.trim().parse::<u32>().ok())
        };
        loop {
            match rows.next_row(&mut row) {
                Ok(Some(_)) => {}
                Ok(None) => return (count, None),
                Err(why) => return (count, Some(why)),
            }
            if let Some(text) = row.get(layout.postcode) {
                let areas = layout.areas.iter().flatten();
                let nation = areas
                    .filter_map(|at| row.get(*at))
                    .map(Nation::of)
                    .find(|nation| *nation != Nation::Unsaid)
                    .unwrap_or(Nation::Unsaid);
                let (decile, rank) = (number(&row, layout.decile), number(&row, layout.rank));
                // That of 2021 where the file has both.
                let lsoa = [layout.areas[1], layout.areas[2]].into_iter().flatten();
                let lsoa = lsoa.filter_map(|at| row.get(at)?.parse::<AreaCode>().ok());
                let lsoa = lsoa
                    .into_iter()
                    .find(|code| code.as_str().starts_with("E01"));
                lookup.push(text, (nation, lsoa), decile, rank);
                count += 1;
            }
        }
    })
}
