//! Totals beside parts: a table may have a row of everyone and rows of groups, or groups of two dimensions at once.
//! What of it a count is taken from, and whether the rest agrees.

use std::collections::BTreeMap;

use disparity_core::{AreaCode, CategoryId, Dimensions, Period, Reported, Stratum};

use crate::tally::{Margin, Pattern, Tally};

/// A count of a table, and what it is a part of, if the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) count: Reported<u64>,
    pub(crate) whole: Option<Reported<u64>>,
}

/// Parts that do not make up the total that stands beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Disagreement {
    pub(crate) area: AreaCode,
    pub(crate) period: Period,
    pub(crate) margin: Margin,
    pub(crate) group: u8,
    /// The total, and by what its rows are broken down.
    pub(crate) total: (Pattern, u64),
    pub(crate) parts: (Pattern, u64),
}

/// What a table says of each area, year and group.
///
/// A count is that of the rows that are broken down least: a row of everyone before the sum of rows by group. Where both
/// are whole they must be the same. A total whose parts are withheld is itself; parts without a total are added up, and a
/// symbol among them makes the sum one.
pub(crate) fn resolve(
    tally: &Tally,
    dimensions: &Dimensions,
    groups: impl Fn(Margin) -> Vec<u8>,
    mut disagrees: impl FnMut(Disagreement),
) -> BTreeMap<(Period, AreaCode, Stratum), Found> {
    let mut resolved = BTreeMap::new();
    for ((area, period), slot) in tally.places() {
        for margin in tally.margins() {
            for group in groups(margin) {
                let found = tally.found(margin, slot, group);
                let Some((pattern, count, whole)) = found.first().copied() else {
                    continue;
                };
                for (other, parts, _) in &found[1..] {
                    if let (Reported::Value(total), Reported::Value(parts)) = (count, *parts)
                        && total != parts
                    {
                        disagrees(Disagreement {
                            area,
                            period,
                            margin,
                            group,
                            total: (pattern, total),
                            parts: (*other, parts),
                        });
                    }
                }
                let stratum = margin.map_or(Stratum::TOTAL, |dimension| {
                    dimensions.within(dimension, CategoryId(group))
                });
                resolved.insert((period, area, stratum), Found { count, whole });
            }
        }
    }
    resolved
}
