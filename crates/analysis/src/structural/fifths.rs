//! Which regions the lowest and the highest fifths of authorities lie in.

use std::collections::BTreeMap;

use disparity_core::{AreaCode, Expected, Fifth, Reported, Symbol};

use crate::Input;

/// The fifths of one span and model by region, from its rows of authorities.
pub(super) fn by_region(input: Input<'_>, rows: &[Expected]) -> Vec<Fifth> {
    let mut counts: BTreeMap<(AreaCode, u8), u32> = BTreeMap::new();
    let (mut in_fifth, mut in_region) = (BTreeMap::new(), BTreeMap::new());
    for row in rows {
        let region = input.catalogue.areas.get(row.area).and_then(|a| a.region);
        let (Some(region), Some(fifth)) = (region, row.fifth.value()) else {
            continue;
        };
        *counts.entry((region, fifth)).or_default() += 1;
        *in_fifth.entry(fifth).or_insert(0) += 1;
        *in_region.entry(region).or_insert(0) += 1;
    }
    let Some(first) = rows.first() else {
        return Vec::new();
    };
    let fifth = |region: AreaCode, fifth: u8| {
        let authorities = counts.get(&(region, fifth)).copied().unwrap_or(0);
        let all = in_fifth.get(&fifth).copied().unwrap_or(0);
        Fifth {
            indicator: first.indicator,
            span: first.span,
            model: first.model,
            region,
            fifth,
            authorities,
            in_fifth: all,
            in_region: in_region.get(&region).copied().unwrap_or(0),
            share: if all > 0 {
                Reported::Value(f64::from(authorities) / f64::from(all))
            } else {
                Reported::Symbol(Symbol::NotApplicable)
            },
        }
    };
    in_region
        .keys()
        .flat_map(|region| (1..=5).map(|number| fifth(*region, number)))
        .collect()
}

/// The share of authorities that lie in another fifth here than there, of those that are in both.
pub(super) fn changed(there: &[Expected], here: &[Expected]) -> Reported<f64> {
    let before: BTreeMap<AreaCode, u8> = there
        .iter()
        .filter_map(|row| Some((row.area, row.fifth.value()?)))
        .collect();
    let both: Vec<(u8, u8)> = here
        .iter()
        .filter_map(|row| Some((*before.get(&row.area)?, row.fifth.value()?)))
        .collect();
    if both.is_empty() {
        return Reported::Symbol(Symbol::NotApplicable);
    }
    let moved = both.iter().filter(|(before, now)| before != now).count();
    #[expect(clippy::cast_precision_loss, reason = "numbers of authorities")]
    Reported::Value(moved as f64 / both.len() as f64)
}
