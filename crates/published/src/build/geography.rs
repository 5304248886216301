//! From lower-tier districts to authorities, and from authorities to regions and England.

use std::collections::BTreeMap;

use disparity_core::{Area, AreaCode, Areas, ChangeKind, GeographicLevel};

use crate::error::LoadErrors;
use crate::table::Table;

/// District codes of one year to today's authorities. Districts outside England are not in it.
pub(super) fn districts_to_authorities(
    history: &Table,
    upper: &Table,
    district_column: &str,
    areas: &Areas,
) -> Result<BTreeMap<String, AreaCode>, LoadErrors> {
    let [then, now] = history.columns([district_column, "ltla24_code"])?;
    let [lower, above] = upper.columns(["ltla23_code", "utla23_code"])?;
    let authorities: BTreeMap<&str, AreaCode> = upper
        .rows()
        .filter_map(|row| {
            Some((
                row.text(lower),
                areas.entity(row.text(above).parse().ok()?)?,
            ))
        })
        .collect();
    Ok(history
        .rows()
        .filter_map(|row| Some((row.text(then).to_owned(), *authorities.get(row.text(now))?)))
        .collect())
}

/// Adds the authorities that were split (as the sum of what they became), regions and England.
///
/// A sum is made only where every part is there.
pub(super) fn add_sums<const N: usize>(values: &mut BTreeMap<AreaCode, [f64; N]>, areas: &Areas) {
    let total = |parts: &[[f64; N]]| {
        let mut sum = [0.0; N];
        for part in parts {
            for (sum, part) in sum.iter_mut().zip(part) {
                *sum += part;
            }
        }
        sum
    };
    let mut split: BTreeMap<AreaCode, Vec<AreaCode>> = BTreeMap::new();
    for change in areas
        .changes()
        .iter()
        .filter(|change| change.kind == ChangeKind::Split)
    {
        split
            .entry(change.predecessor)
            .or_default()
            .push(change.successor);
    }
    let current: Vec<&Area> = values
        .keys()
        .filter_map(|code| areas.get(*code))
        .filter(|area| area.level == GeographicLevel::LocalAuthority)
        .collect();
    for (predecessor, successors) in split {
        let parts: Option<Vec<[f64; N]>> = successors
            .iter()
            .map(|code| values.get(code).copied())
            .collect();
        if let Some(parts) = parts {
            values.entry(predecessor).or_insert_with(|| total(&parts));
        }
    }
    let mut regions: BTreeMap<AreaCode, Vec<[f64; N]>> = BTreeMap::new();
    for area in current {
        for above in area.above() {
            regions.entry(above).or_default().push(values[&area.code]);
        }
    }
    for (region, parts) in regions {
        values.entry(region).or_insert_with(|| total(&parts));
    }
}
