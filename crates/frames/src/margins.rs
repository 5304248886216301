//! Totals beside parts: a table may have a row of everyone and rows of groups, or groups of two dimensions at once.
//! What of it a count is taken from, and whether the rest agrees.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{AreaCode, CategoryId, Dimension, Dimensions, Period, Reported, Stratum};

use crate::tally::{Margin, Pattern, Tally, bit};

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

/// How the counts of rows that are broken down in different ways go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patterns {
    /// Rows are people or events: each is one more, however it is described.
    Add,
    /// Rows are counts: one that is broken down less is the total of those that are broken down more.
    TotalsBesideParts,
}

/// What a table says of each area, year and group.
///
/// A count is that of the rows that are broken down least: a row of everyone before the sum of rows by group. Where both
/// are whole they must be the same. A total whose parts are withheld is itself; parts without a total are added up, and a
/// symbol among them makes the sum one. Of ethnic groups some rows may name broad ones and others detailed ones: where
/// no broad group has both, they are parts of one breakdown.
pub(crate) fn resolve(
    tally: &Tally,
    (dimensions, patterns): (&Dimensions, Patterns),
    groups: impl Fn(Margin) -> Vec<u8>,
    mut disagrees: impl FnMut(Disagreement),
) -> BTreeMap<(Period, AreaCode, Stratum), Found> {
    let mut resolved = BTreeMap::new();
    for ((area, period), slot) in tally.places() {
        for margin in tally.margins() {
            for group in groups(margin) {
                let mut found = tally.found(margin, slot, group);
                match patterns {
                    Patterns::Add => found = all_together(found).into_iter().collect(),
                    Patterns::TotalsBesideParts => {
                        found = of_one_breakdown(tally, slot, &groups, found);
                    }
                }
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

/// What rows of a pattern add up to.
type Own = (Pattern, Reported<u64>, Option<Reported<u64>>);

fn together(one: Own, other: Own) -> Own {
    let add = |a: Reported<u64>, b: Reported<u64>| a.zip(b).map(|(a, b)| a + b);
    let whole = one.2.zip(other.2).map(|(a, b)| add(a, b));
    (one.0 | other.0, add(one.1, other.1), whole)
}

fn all_together(found: Vec<Own>) -> Option<Own> {
    found.into_iter().reduce(together)
}

/// Puts rows by broad and by detailed ethnic group together that are otherwise broken down alike, where no broad group
/// has rows of both.
fn of_one_breakdown(
    tally: &Tally,
    slot: u32,
    groups: &impl Fn(Margin) -> Vec<u8>,
    found: Vec<Own>,
) -> Vec<Own> {
    let (broad, detailed) = (
        bit(Dimension::EthnicityMajor),
        bit(Dimension::EthnicityMinor),
    );
    let ethnic = broad | detailed;
    let in_groups = |pattern: Pattern| -> BTreeSet<u8> {
        let margin = Some(Dimension::EthnicityMajor);
        let has = |group: &u8| {
            tally
                .found(margin, slot, *group)
                .iter()
                .any(|own| own.0 == pattern)
        };
        groups(margin).into_iter().filter(has).collect()
    };
    let mut kept: Vec<Own> = Vec::new();
    for own in found {
        let rest = own.0 & !ethnic;
        let is_other = |other: &&mut Own| {
            let (one, two) = (own.0 & ethnic, other.0 & ethnic);
            other.0 & !ethnic == rest && (one, two) == (detailed, broad)
        };
        match kept.iter_mut().find(is_other) {
            Some(other) if in_groups(own.0).is_disjoint(&in_groups(other.0)) => {
                *other = together(*other, own);
            }
            _ => kept.push(own),
        }
    }
    kept
}
