//! Lookups from postcode to deprivation that the user gives beside the returns: recognised by their
//! header, read once for all authorities.

use csv::StringRecord;

use crate::load::{Candidate, Context};
use crate::postcodes::{Nation, PostcodeLookup};
use crate::rows::{Delimited, RowSource, recognise, sniff_delimiter};
use crate::text::{Encoding, Utf8Reader};

/// Reads a file into the lookup if its first row is the header of one. Returns how many rows.
pub(crate) fn read(
    context: Context<'_>,
    candidate: &Candidate,
    lookup: &mut PostcodeLookup,
) -> Option<u64> {
    let head = candidate.input.head(4096).ok()?;
    let text = String::from_utf8_lossy(&head);
    let first = text.trim_start_matches('\u{feff}').lines().next()?;
    let delimiter = sniff_delimiter(first);
    let names: Vec<String> = first
        .split(delimiter as char)
        .map(|name| name.trim().trim_matches('"').to_owned())
        .collect();
    let found = recognise(context.lists, &names)?;
    if found.def.family != "lookup" || found.def.name != "postcodes" {
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
    let (postcode, decile, rank) = (at("pcds")?, at("imd_decile"), at("imd"));
    // Whichever of them the file has says the nation.
    let areas = ["ctry", "lsoa21", "lsoa11", "oslaua"].map(at);
    candidate
        .input
        .read(|raw| {
            let mut rows = Delimited::new(Utf8Reader::new(raw, Encoding::Utf8), delimiter);
            let mut row = StringRecord::new();
            let mut count = 0;
            let number = |row: &StringRecord, at: Option<usize>| {
                at.and_then(|at| row.get(at)?.trim().parse::<u32>().ok())
            };
            while let Ok(Some(_)) = rows.next_row(&mut row) {
                if let Some(text) = row.get(postcode) {
                    let codes = areas.iter().flatten().filter_map(|at| row.get(*at));
                    let nation = codes
                        .map(Nation::of)
                        .find(|nation| *nation != Nation::Unsaid)
                        .unwrap_or(Nation::Unsaid);
                    lookup.push(text, nation, number(&row, decile), number(&row, rank));
                    count += 1;
                }
            }
            count
        })
        .ok()
}
