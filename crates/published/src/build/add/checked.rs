//! What a release prints, held against itself.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{Areas, Count, DenominatorKind, GeographicLevel, Period, Reported};

use super::children_key;
use crate::build::ees::PublishedRate;
use crate::build::facts::{FactKey, Facts};
use crate::codelists::CodeLists;
use crate::printed::{NEAREST_10, Parts};

/// Printed rates per 10,000 children against the counts beside them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PrintedRates {
    /// Of which the count and the children are known.
    pub checked: u64,
    /// Of those, how many are the count over the children, rounded as printed.
    pub reproduced: u64,
    /// Of which one of them is not known.
    pub unchecked: u64,
}

/// A year in which authorities do not add up to England.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumApart {
    /// The indicator.
    pub indicator: String,
    /// The year.
    pub period: Period,
    /// As stated of England, to the nearest 10.
    pub england: Count,
    /// What the authorities add up to that are shown.
    pub authorities: u64,
    /// How many are not shown.
    pub withheld: usize,
}

/// Checks printed rates per 10,000 children.
pub(super) fn rates(
    printed: &BTreeSet<PublishedRate>,
    own: &Facts,
    children: &BTreeMap<FactKey, Reported<Count>>,
    lists: &CodeLists,
    areas: &Areas,
) -> PrintedRates {
    let mut found = PrintedRates::default();
    let per_child = |rate: &&PublishedRate| {
        let id = lists.indicators.id(&rate.indicator);
        let denominator = id.map(|id| lists.indicators.get(id).denominator);
        denominator == Some(DenominatorKind::Children0To17)
    };
    for rate in printed.iter().filter(per_child) {
        let count = own.total(&rate.indicator, rate.period, rate.area);
        let count = count.and_then(Reported::value);
        // Releases before that of 2022 used the estimates before the census of 2021 was taken in.
        let all = ["children_0_17", "children_0_17_before_rebase"].map(|column| {
            let key = children_key(column, rate.period, rate.area)?;
            let known = own.get(&key).or_else(|| children.get(&key).copied());
            known.and_then(Reported::value)
        });
        let (true, true, Ok(as_printed)) = (
            count.is_some(),
            all.iter().any(Option::is_some),
            rate.rate.parse::<f64>(),
        ) else {
            found.unchecked += 1;
            continue;
        };
        let places = rate
            .rate
            .split_once('.')
            .map_or(0, |(_, places)| places.len());
        let places = u8::try_from(places).unwrap_or(u8::MAX);
        let level = areas.get(rate.area).map(|area| area.level);
        let rounding = if level == Some(GeographicLevel::LocalAuthority) {
            0.0
        } else {
            NEAREST_10
        };
        let gives = |children: Option<Count>| {
            let parts = Parts {
                count,
                whole: children.map(f64::from),
                of_children: true,
            };
            parts.gives(as_printed, places, rounding)
        };
        found.checked += 1;
        found.reproduced += u64::from(all.into_iter().any(gives));
    }
    found
}

/// Checks that authorities add up to England, as far as they are shown.
pub(super) fn sums(own: &Facts, lists: &CodeLists, areas: &Areas) -> Vec<SumApart> {
    #[derive(Default)]
    struct Sum {
        england: Option<Count>,
        shown: u64,
        withheld: usize,
        authorities: usize,
    }
    let mut sums: BTreeMap<(&str, Period), Sum> = BTreeMap::new();
    for (key, value) in own.iter().filter(|(key, _)| key.stratum.is_total()) {
        if lists.indicators.id(&key.column).is_none() {
            continue;
        }
        let sum = sums.entry((&key.column, key.period)).or_default();
        let level = areas.get(key.area).map(|area| area.level);
        match (level, value) {
            (Some(GeographicLevel::National), value) => sum.england = value.value(),
            (Some(GeographicLevel::LocalAuthority), Reported::Value(count)) => {
                sum.shown += u64::from(count);
                sum.authorities += 1;
            }
            (Some(GeographicLevel::LocalAuthority), Reported::Symbol(_)) => sum.withheld += 1,
            _ => {}
        }
    }
    let apart = |sum: &Sum| {
        let england = f64::from(sum.england?);
        let shown = sum.shown as f64;
        let too_many = shown > england + NEAREST_10;
        let too_few = sum.withheld == 0 && shown < england - NEAREST_10;
        (sum.authorities > 0 && (too_many || too_few)).then_some(())
    };
    let all = sums.into_iter().filter(|(_, sum)| apart(sum).is_some());
    all.map(|((indicator, period), sum)| SumApart {
        indicator: indicator.to_owned(),
        period,
        england: sum.england.unwrap_or_default(),
        authorities: sum.shown,
        withheld: sum.withheld,
    })
    .collect()
}
