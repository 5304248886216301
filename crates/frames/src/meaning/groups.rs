//! Groups of a breakdown: ethnic group, age, sex, decile.

use disparity_core::{CategoryId, Dimension, Dimensions, GroupNamed, did_you_mean};

use super::Fault;
use crate::describe::GroupColumn;

/// What a field of a column of groups says of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// The row is of everyone.
    Everyone,
    /// The row is of one group.
    One {
        dimension: Dimension,
        id: CategoryId,
        /// Of a detailed ethnic group its broad one.
        broad: Option<CategoryId>,
        /// A single year of age and one more; 0 for what is no single year.
        word: u32,
    },
    /// The row is of people whose group has no name here: they are among everyone.
    Unnamed { dimension: Dimension },
    /// The row repeats others: a subtotal.
    Skip,
}

/// The highest age of a young person who is looked after or helped.
const LAST_AGE: u8 = 25;

/// What a text means in a column of groups.
pub(crate) fn group(
    column: &GroupColumn,
    dimensions: &Dimensions,
    text: Option<&str>,
) -> Result<Group, Fault> {
    let folded = text.unwrap_or_default().trim().to_lowercase();
    let meant = match column.codes.get(&folded).map(String::as_str) {
        Some("skip") => return Ok(Group::Skip),
        Some("total") => return Ok(Group::Everyone),
        Some("unknown") if column.dimension == Dimension::DeprivationDecile => {
            return Ok(Group::Unnamed {
                dimension: column.dimension,
            });
        }
        Some(code) => {
            return named(column, dimensions, code, 0).ok_or_else(|| {
                let what =
                    format!("the description gives {folded:?} the code {code:?}, which is none");
                Fault::new(what, expected(column, dimensions, code))
            });
        }
        None => text,
    };
    let Some(text) = meant else {
        let what = format!("the {} is empty", noun(column.dimension));
        let hint = format!(
            "say what an empty field means under [codes.{}]: \"\" = \"unknown\", \"total\" or \"skip\"",
            key(column.dimension)
        );
        return Err(Fault::new(what, hint));
    };
    if column.dimension == Dimension::AgeBand
        && let Ok(age) = text.trim_end_matches(".0").parse::<u8>()
    {
        return years(age, column, dimensions);
    }
    named(column, dimensions, text, 0).ok_or_else(|| {
        let what = format!("{text:?} is no {} that is known", noun(column.dimension));
        Fault::new(what, expected(column, dimensions, text))
    })
}

/// A single year of age as its band.
fn years(age: u8, column: &GroupColumn, dimensions: &Dimensions) -> Result<Group, Fault> {
    let band = match age {
        0 => "under_1",
        1..=4 => "1_to_4",
        5..=9 => "5_to_9",
        10..=15 => "10_to_15",
        16..=LAST_AGE => "16_and_over",
        _ => {
            let what = format!("an age of {age} is not that of a child or young person");
            return Err(Fault::new(
                what,
                "check the column: expected completed years",
            ));
        }
    };
    named(column, dimensions, band, u32::from(age) + 1).ok_or_else(|| {
        Fault::new(
            format!("there is no age band {band}"),
            "use England's age bands",
        )
    })
}

/// A code, a label or what a publisher calls a group; of ethnic groups in either list, that of the column first.
fn named(column: &GroupColumn, dimensions: &Dimensions, text: &str, word: u32) -> Option<Group> {
    let both = [Dimension::EthnicityMajor, Dimension::EthnicityMinor];
    let places: Vec<Dimension> = match column.dimension {
        Dimension::EthnicityMajor => both.to_vec(),
        Dimension::EthnicityMinor => both.into_iter().rev().collect(),
        one => vec![one],
    };
    let found = places
        .into_iter()
        .find_map(|dimension| Some((dimension, dimensions.named(dimension, text)?)));
    Some(match found? {
        (_, GroupNamed::Everyone) => Group::Everyone,
        (_, GroupNamed::Subtotal) => Group::Skip,
        (dimension, GroupNamed::Group(id)) => {
            let parent = dimensions.list(dimension).get(id).parent.as_deref();
            let broad = parent.and_then(|code| dimensions.list(Dimension::EthnicityMajor).id(code));
            Group::One {
                dimension,
                id,
                broad,
                word,
            }
        }
    })
}

const fn noun(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::EthnicityMajor | Dimension::EthnicityMinor => "ethnic group",
        Dimension::AgeBand => "age",
        Dimension::Sex => "sex",
        Dimension::DeprivationDecile => "decile",
    }
}

/// The word of a dimension in a description.
pub(crate) const fn key(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::EthnicityMajor => "ethnic_group",
        Dimension::EthnicityMinor => "detailed_ethnic_group",
        Dimension::AgeBand => "age",
        Dimension::Sex => "sex",
        Dimension::DeprivationDecile => "decile",
    }
}

fn expected(column: &GroupColumn, dimensions: &Dimensions, text: &str) -> String {
    let codes = dimensions.list(column.dimension).iter();
    let codes: Vec<&str> = codes.map(|(_, own)| own.code.as_str()).collect();
    let near = did_you_mean(text, dimensions.words(column.dimension));
    let near = near.map_or_else(String::new, |near| format!("{near} "));
    format!(
        "{near}Give it a code under [codes.{}]: {}, total or skip",
        key(column.dimension),
        codes.join(", ")
    )
}
