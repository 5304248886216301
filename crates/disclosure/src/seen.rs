//! Counts of children by neighbourhood made into counts that may be shown.

use std::collections::BTreeSet;

use disparity_core::needs::{Part, SeenAgainstExpected, SeenCount, SeenCounts, SeenGroup};
use disparity_core::{Provenance, Reported, Sums, Symbol};

use crate::answers::HowMany;
use crate::release::{DisclosureError, Policy, Release};
use crate::rule::Threshold;
use crate::suppression::{Watch, Withheld, suppress_in_blocks};
use crate::system::{Blocks, Cell, Kind};

/// Counts of neighbourhoods that may be shown, with what was done to them. Made only by [`protect_seen`].
#[derive(Clone)]
pub struct ProtectedSeen {
    counts: SeenCounts,
    policy: Policy,
    synthetic: bool,
    how_many: HowMany,
}

/// Decides which counts of neighbourhoods may be shown, all that are printed together, and tells on the way
/// how far it is. Whether the children were invented goes along.
///
/// The authority's total is taken as known to everybody, unless it is small: its publisher tells it. Where counts
/// were made from homes, that is the total with those children who are in no area, and so it is of each group:
/// how many are in none follows, and is protected like any other count; where the sum of areas is withheld for it,
/// the authority's own total is what is shared out. Counts that
/// are withheld already are left so; where there are some, a total that only the table knows is withheld as
/// well, as it would tell what they add up to.
#[must_use]
pub fn protect_seen(
    mut counts: SeenCounts,
    policy: &Policy,
    synthetic: bool,
    watch: Watch,
) -> ProtectedSeen {
    let rule = policy.rule();
    let threshold = rule.threshold();
    if threshold.at_most > 0 {
        withhold_totals_beside_gaps(&mut counts);
    }
    let (cells, sums) = system(&counts, threshold, rule.hide_zeros);
    let Withheld {
        hidden, given_up, ..
    } = suppress_in_blocks(&cells, &sums, threshold, &Blocks::default(), &(), watch);
    let mut how_many = HowMany {
        given_up,
        ..HowMany::default()
    };
    for ((own, cell), hidden) in counts.counts.iter_mut().zip(&cells).zip(&hidden) {
        let Reported::Value(count) = own.count else {
            continue;
        };
        let is_never_shown = is_never_shown(own);
        if count > threshold.at_most && !is_never_shown {
            how_many.all_above += 1;
            how_many.above += usize::from(*hidden);
        }
        own.count = if *hidden || is_never_shown || cell.is_small(threshold) {
            Reported::Symbol(Symbol::Confidential)
        } else {
            Reported::Value(rule.round(count))
        };
    }
    counts.withheld_to = counts.withheld_to.max(rule.withhold_to);
    share_out_own_total(&mut counts, &cells);
    ProtectedSeen {
        counts,
        policy: policy.clone(),
        synthetic,
        how_many,
    }
}

/// Totals of the authority that are no sum over areas of which each is known.
fn withhold_totals_beside_gaps(counts: &mut SeenCounts) {
    let over_areas = |sum: &usize| {
        let mut parts = counts.sums.parts(*sum);
        parts.all(|at| counts.counts[at].part != Part::Authority)
    };
    let mut sure: BTreeSet<usize> = (0..counts.sums.len())
        .filter(over_areas)
        .map(|sum| counts.sums.total(sum))
        .collect();
    // All children are sure where each of their groups is.
    for sum in 0..counts.sums.len() {
        if counts.sums.parts(sum).all(|at| sure.contains(&at)) {
            sure.insert(counts.sums.total(sum));
        }
    }
    for (at, own) in counts.counts.iter_mut().enumerate() {
        if own.part == Part::Authority && !sure.contains(&at) {
            own.count = own
                .count
                .and_then(|_| Reported::Symbol(Symbol::Confidential));
        }
    }
}

/// Sums of which every count is known.
fn sums_of_known(counts: &SeenCounts) -> Sums {
    let mut known = Sums::default();
    for (total, parts) in counts.sums.iter() {
        let is_known = |at: &usize| counts.counts[*at].count.is_value();
        if is_known(&total) && parts.iter().all(is_known) {
            known.add(total, parts);
        }
    }
    known
}

/// What is known of children who are in no area is used up here; the authority's own total is left where the sum of
/// areas is withheld.
fn share_out_own_total(counts: &mut SeenCounts, cells: &[Cell]) {
    let all = counts.get(Part::Authority, SeenGroup::All);
    let own = cells.last();
    if let Some(from_homes) = &mut counts.from_homes {
        from_homes.unplaced.clear();
        let withheld = !all.is_value();
        from_homes.shared_out = own.filter(|_| withheld).map(|own| own.count);
    }
}

/// Counts and the sums between them; where counts were made from homes, also of each group how many children are
/// in no area and the authority's own total, and last of all of everyone.
fn system(counts: &SeenCounts, threshold: Threshold, hide_zeros: bool) -> (Vec<Cell>, Sums) {
    let mut cells = cells(counts, threshold, hide_zeros);
    let mut sums = sums_of_known(counts);
    let Some(from_homes) = &counts.from_homes else {
        return (cells, sums);
    };
    let all = from_homes.unplaced.iter().map(|own| own.1).sum();
    let of_all = (from_homes.unplaced.len() != 1).then_some((SeenGroup::All, all));
    for (group, unplaced) in from_homes.unplaced.iter().copied().chain(of_all) {
        let Some(placed) = counts.place(Part::Authority, group) else {
            continue;
        };
        // A small one too: how it is protected is for whoever publishes it.
        let own = Cell::new(unplaced + cells[placed].count, Kind::Shown);
        let at = cells.len();
        cells.extend([Cell::follows(unplaced), own]);
        sums.add(at + 1, [placed, at]);
    }
    (cells, sums)
}

/// How many children of an area have no ethnic group on record: nothing is expected of them, so nobody asks for their
/// number, and where it is 1 in nearly every area that has any, withholding it would take everything else with it.
fn is_never_shown(own: &SeenCount) -> bool {
    own.group == SeenGroup::Unknown && own.part != Part::Authority
}

fn cells(counts: &SeenCounts, threshold: Threshold, hide_zeros: bool) -> Vec<Cell> {
    let each = counts.counts.iter().map(|own| match own.count {
        Reported::Symbol(_) => Cell::new(0, Kind::Withheld),
        Reported::Value(count) => {
            let is_total = own.part == Part::Authority && own.group == SeenGroup::All;
            let is_own = counts.from_homes.is_none();
            if is_never_shown(own) {
                return Cell::follows(count);
            }
            let kind = if is_total && is_own && count > threshold.at_most {
                Kind::Shown
            } else {
                Kind::Published
            };
            Cell {
                zero: hide_zeros,
                ..Cell::new(count, kind)
            }
        }
    });
    each.collect()
}

impl ProtectedSeen {
    /// The counts, with symbols where they are withheld.
    #[must_use]
    pub const fn counts(&self) -> &SeenCounts {
        &self.counts
    }

    /// How many counts are withheld.
    #[must_use]
    pub const fn how_many(&self) -> HowMany {
        self.how_many
    }

    /// What is computed from these counts, and from nothing else of children, may be written.
    ///
    /// # Errors
    /// Those of what is computed.
    pub fn release<E>(
        self,
        compute: impl FnOnce(&SeenCounts, Provenance) -> Result<SeenAgainstExpected, E>,
    ) -> Result<Release<SeenAgainstExpected>, E> {
        let synthetic = self.synthetic;
        let found = compute(&self.counts, Provenance::Records { synthetic })?;
        Ok(Release::new(found, self.policy))
    }
}

impl Release<SeenAgainstExpected> {
    /// What was seen beside what is expected, of counts that their publisher has protected.
    ///
    /// # Errors
    /// [`DisclosureError::NotPublished`] for counts of records of children.
    pub fn of_published_seen(found: SeenAgainstExpected) -> Result<Self, DisclosureError> {
        if found.provenance != Provenance::Published {
            return Err(DisclosureError::NotPublished);
        }
        Ok(Self::new(found, Policy::Published))
    }

    /// What was seen beside what is expected.
    #[must_use]
    pub const fn seen(&self) -> &SeenAgainstExpected {
        self.content()
    }
}

#[cfg(test)]
mod tests;
