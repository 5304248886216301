//! A table of counts with its sums over middle layer areas, wards, teams and groups.

use std::collections::BTreeMap;

use disparity_core::needs::{Part, SeenCount, SeenCounts, SeenGroup, SeenLevel, SeenTable};
use disparity_core::neighbourhoods::{Footprints, Neighbourhoods};
use disparity_core::{Count, Reported, Sums, Suppression};

use crate::NeedsError;
use crate::parts::Parts;

/// Adds up a table of counts: neighbourhoods to middle layer areas, wards and teams (a table of those has no
/// smaller parts), all to the authority, and groups to all children. A sum over a withheld count is withheld;
/// of the authority, what the table says of it is taken instead.
///
/// # Errors
/// [`NeedsError`] where the authority has no neighbourhoods or one is not in exactly one footprint.
pub fn seen_counts(
    table: &SeenTable,
    neighbourhoods: &Neighbourhoods,
    footprints: Option<&Footprints>,
) -> Result<SeenCounts, NeedsError> {
    let authority = table.authority;
    let own = neighbourhoods.of(authority);
    if own.is_empty() {
        return Err(NeedsError::NoNeighbourhoods { authority });
    }
    // Which larger parts an area of the table is in.
    let mut within: BTreeMap<Part, Vec<Part>> = BTreeMap::new();
    if table.level == SeenLevel::Neighbourhood {
        let parts = Parts::new(own, footprints)?;
        for (living, of) in own.iter().zip(&parts.of) {
            let area = Part::Neighbourhood(living.code);
            let all = of.iter().map(|at| parts.all[*at]);
            within.insert(area, all.filter(|part| *part != area).collect());
        }
    }
    let only_authority = vec![Part::Authority];
    let mut sums: BTreeMap<(Part, SeenGroup), Vec<(Part, SeenGroup)>> = BTreeMap::new();
    let mut found: BTreeMap<(Part, SeenGroup), Reported<Count>> = BTreeMap::new();
    let mut add = |key: (Part, SeenGroup), from: Option<(Part, SeenGroup)>, count| {
        let all = found.entry(key).or_insert(Reported::Value(0));
        *all = Reported::sum_complete([*all, count]);
        if let Some(from) = from {
            sums.entry(key).or_default().push(from);
        }
    };
    for own in &table.counts {
        let key = (own.part, own.group);
        add(key, None, own.count);
        for part in within.get(&own.part).unwrap_or(&only_authority) {
            add((*part, own.group), Some(key), own.count);
        }
    }
    if table.by_group {
        let groups: Vec<((Part, SeenGroup), Reported<Count>)> =
            found.iter().map(|(key, count)| (*key, *count)).collect();
        let mut add = |key: (Part, SeenGroup), from, count| {
            let all = found.entry(key).or_insert(Reported::Value(0));
            *all = Reported::sum_complete([*all, count]);
            sums.entry(key).or_default().push(from);
        };
        for (key, count) in groups {
            add((key.0, SeenGroup::All), key, count);
        }
    }
    for total in &table.totals {
        let own = found
            .entry((total.part, total.group))
            .or_insert(total.count);
        if !own.is_value() {
            *own = total.count;
        }
    }
    let counts: Vec<SeenCount> = found
        .into_iter()
        .map(|((part, group), count)| SeenCount { part, group, count })
        .collect();
    let withheld = table.counts.iter().any(|own| !own.count.is_value());
    let mut drawn_up = SeenCounts {
        authority,
        level: table.level,
        by_group: table.by_group,
        counts,
        sums: Sums::default(),
        // Who withheld them is taken to have withheld as the Department for Education does.
        withheld_to: if withheld {
            Suppression::DFE_1_TO_5.max
        } else {
            0
        },
        from_homes: table.from_homes.clone(),
    };
    drawn_up.sums = relations(&drawn_up, &sums);
    Ok(drawn_up)
}

/// Sums by position: those over areas, over groups, and the authority over each kind of part. One with a count
/// that nobody knows says nothing, and one that does not hold, as totals that were given may not, is none.
fn relations(
    counts: &SeenCounts,
    over: &BTreeMap<(Part, SeenGroup), Vec<(Part, SeenGroup)>>,
) -> Sums {
    let mut sums = Sums::default();
    let mut add = |total: (Part, SeenGroup), parts: &[(Part, SeenGroup)]| {
        let known = |key: &(Part, SeenGroup)| {
            let at = counts.place(key.0, key.1)?;
            counts.counts[at].count.is_value().then_some(at)
        };
        let all: Option<Vec<usize>> = parts.iter().map(known).collect();
        let Some((total, parts)) = known(&total).zip(all) else {
            return;
        };
        let sum = Reported::sum_complete(parts.iter().map(|at| counts.counts[*at].count));
        if !parts.is_empty() && sum == counts.counts[total].count {
            sums.add(total, parts);
        }
    };
    for (total, parts) in over {
        // Those of all groups in a larger part are sums over groups; they are sums over areas as well.
        let (groups, areas): (Vec<_>, Vec<_>) = parts.iter().partition(|part| part.0 == total.0);
        add(*total, &groups);
        add(*total, &areas);
        if total.1 == SeenGroup::All && counts.by_group {
            let finer = over.get(&(total.0, SeenGroup::Of(0))).into_iter().flatten();
            let areas: Vec<_> = finer
                .filter(|part| part.0 != total.0)
                .map(|part| (part.0, SeenGroup::All))
                .collect();
            add(*total, &areas);
        }
    }
    for level in ["team", "ward", "msoa"]
        .into_iter()
        .filter(|own| *own != counts.level.as_str())
    {
        for group in SeenGroup::ALL {
            let parts: Vec<(Part, SeenGroup)> = counts
                .counts
                .iter()
                .filter(|own| own.group == group && own.part.level() == level)
                .map(|own| (own.part, own.group))
                .collect();
            add((Part::Authority, group), &parts);
        }
    }
    sums
}
