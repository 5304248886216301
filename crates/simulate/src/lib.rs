//! Synthetic children with planted truth, written as real returns.
//!
//! # What flows through here
//! 1. A [`World`] says how many authorities and years, what the children are like and how help
//!    unfolds; a seed makes it the same everywhere.
//! 2. [`lives`] invents what really happened to each child; [`entries`] and [`helped`] say the truth
//!    about it by plain search.
//! 3. [`files`] writes what an authority would have returned, year by year, with whatever is made to
//!    go wrong by a [`Switch`].
//! 4. [`HomeArea`]s, if there are any, say in which neighbourhoods children have their homes, and whom an
//!    authority misses where; [`homes_truth`] tells it.
//! 5. [`large_journeys`] makes journeys of millions of spells for measuring speed.
//!
//! # What it deliberately does not do
//! It writes to no disk and claims nothing about real children: margins are parameters. Every set of
//! files carries a manifest that says `synthetic = true`, and everything made from it must say so.

mod census;
mod draws;
mod homes;
mod large;
mod life;
mod mess;
mod tables;
mod truth;
mod world;

use std::fmt::Write as _;

use disparity_core::{Day, Period};

pub use homes::{
    HomeArea, MOST_HOME_AREAS, broad_group, home_lookup, homes_truth, let_differ, miss,
    seen_of_expected,
};
pub use large::large_journeys;
pub use life::{CarePeriod, Case, Life, Placement, first_day, last_day, lives, postcodes};
pub use mess::{Mess, Switch};
pub use truth::{KINDS, TRAITS, entries, helped, on_file_from, trait_of};
pub use world::{AuthorityMargins, ETHNIC_CODES, World};

/// One file: where it belongs under the folder, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path from the folder.
    pub path: String,
    /// Contents.
    pub bytes: Vec<u8>,
}

/// The returns of one authority, as files of text before anything is compressed.
#[must_use]
pub fn files(world: &World, authority: usize, lives: &[Life]) -> Vec<File> {
    let la = &world.authorities[authority].old_la_code;
    let mess = &world.mess;
    let mut files = Vec::new();
    let mut add = |path: String, bytes: Vec<u8>| files.push(File { path, bytes });
    for year in world.last_year - world.years + 1..=world.last_year {
        let Some(period) = Period::ending(year) else {
            continue;
        };
        if !mess.missing_census.contains(&year) {
            let xml = census::census(la, period, lives, mess, year == world.last_year);
            if mess.has(Switch::FileTwice) && year == world.last_year {
                add(
                    format!("{la}/cin_{year}_copy.xml"),
                    xml.clone().into_bytes(),
                );
            }
            add(format!("{la}/cin_{year}.xml"), xml.into_bytes());
        }
        for (name, text) in tables::care(world, period, lives) {
            let label = format!("{}-{:02}", year - 1, year % 100);
            let bytes = if name == "header" && mess.has(Switch::Cp1252) {
                to_cp1252(&text)
            } else {
                text.into_bytes()
            };
            add(format!("{la}/ssda903_{label}_{name}.csv"), bytes);
        }
    }
    let help = tables::early_help(lives, last_day(world), mess);
    let bytes = if mess.has(Switch::Utf16) {
        to_utf16(&help)
    } else {
        help.into_bytes()
    };
    add(format!("{la}/early_help.csv"), bytes);
    files
}

/// A file in the Windows code page, with one character that shows it.
fn to_cp1252(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = text.bytes().collect();
    // The mother's birth of the last row is free text to nobody; a no-break space there is harmless.
    if let Some(at) = bytes.iter().rposition(|byte| *byte == b',') {
        bytes.insert(at, 0xa0);
    }
    bytes
}

fn to_utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe]
        .into_iter()
        .chain(
            text.trim_start_matches('\u{feff}')
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        )
        .collect()
}

/// What every manifest of invented returns begins with.
const SYNTHETIC: &str = "# Synthetic children: invented, not real. Everything made from these files says so.\nsynthetic = true\n";

/// The manifest of a whole folder.
#[must_use]
pub fn manifest(world: &World) -> String {
    let from = first_day(world).plus_years(-i32::from(world.years_before) - 3);
    let mut text = SYNTHETIC.to_owned();
    for authority in &world.authorities {
        let la = &authority.old_la_code;
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n[[dataset]]\npath = \"{la}\"\nla = \"{la}\"\n\n[[dataset]]\npath = \"{la}/early_help.csv\"\nla = \"{la}\"\n\
             coverage_start = \"{from}\"\ncoverage_end = \"{}\"\neh_content = \"assessments of children\"\n",
            last_day(world)
        );
    }
    text
}

/// The manifest of a folder of safeguarding datasets.
#[must_use]
pub fn safeguarding_manifest(world: &World) -> String {
    let mut text = SYNTHETIC.to_owned();
    for authority in &world.authorities {
        let la = &authority.old_la_code;
        let _ = write!(
            text,
            "\n[[dataset]]\npath = \"{la}\"\nla = \"{la}\"\ncoverage_start = \"{}\"\ncoverage_end = \"{}\"\n",
            first_day(world),
            last_day(world)
        );
    }
    text
}

/// A lookup from every synthetic postcode to its tenth.
#[must_use]
pub fn postcode_lookup() -> String {
    let mut text = String::from("pcds,lsoa21,imd_decile\n");
    for decile in 1..=10_u8 {
        for code in postcodes(decile) {
            let _ = writeln!(text, "{code},E01{decile:06},{decile}");
        }
    }
    text
}

/// Whether the world's mess takes the link of a child, given by its place among the authority's lives.
#[must_use]
pub fn loses_link(world: &World, lives: &[Life], number: usize) -> bool {
    lives
        .get(number)
        .is_some_and(|life| tables::loses_link(life, &world.mess, number))
}

/// The planted truth of one authority as a table: one row for each entry and kind, with the groups
/// that the child belongs to at entry.
#[must_use]
pub fn truth(world: &World, authority: usize, lives: &[Life]) -> String {
    let la = &world.authorities[authority].old_la_code;
    let first: Day = first_day(world);
    let mut text = format!(
        "old_la_code,child_id,entry,{},kind,lead_days,1_year,5_years,10_years,ever\n",
        TRAITS.join(",")
    );
    for life in lives {
        for entry in entries(life)
            .into_iter()
            .filter(|day| *day >= first && *day <= last_day(world))
        {
            let traits = TRAITS.map(|by| trait_of(life, entry, by)).join(",");
            for kind in KINDS {
                let had = |years| u8::from(helped(life, entry, kind, years, 1));
                let _ = writeln!(
                    text,
                    "{la},{},{entry},{traits},{kind},1,{},{},{},{}",
                    life.id,
                    had(Some(1)),
                    had(Some(5)),
                    had(Some(10)),
                    had(None)
                );
            }
        }
    }
    text
}

/// The safeguarding dataset of one authority on the last day, as files under `ssd/`.
#[must_use]
pub fn safeguarding_files(world: &World, authority: usize, lives: &[Life]) -> Vec<File> {
    let la = &world.authorities[authority].old_la_code;
    tables::safeguarding(world, lives, last_day(world))
        .into_iter()
        .map(|(name, text)| File {
            path: format!("ssd/{la}/{name}.csv"),
            bytes: text.into_bytes(),
        })
        .collect()
}
