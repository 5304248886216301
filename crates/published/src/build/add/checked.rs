//! What a release prints, held against itself.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    AreaCode, Areas, Count, GeographicLevel, Period, Reported, Stratum, round_half_up,
};

use super::super::ees::PublishedRate;
use super::super::facts::{FactKey, Facts};
use crate::codelists::CodeLists;

/// Counts of regions and England are published to the nearest 10.
const NEAREST: f64 = 5.0;

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

/// Checks printed rates.
pub(super) fn rates(
    printed: &BTreeSet<PublishedRate>,
    own: &Facts,
    children: &BTreeMap<FactKey, Reported<Count>>,
) -> PrintedRates {
    let mut found = PrintedRates::default();
    for rate in printed {
        let count = own.total(&rate.indicator, rate.period, rate.area);
        // Releases before that of 2022 used the estimates before the census of 2021 was taken in.
        let all: Vec<Count> = ["children_0_17", "children_0_17_before_rebase"]
            .into_iter()
            .filter_map(|column| {
                let key = FactKey {
                    table: "population".into(),
                    column: column.into(),
                    period: Period::ending(rate.period.population_year().0)?,
                    area: rate.area,
                    stratum: Stratum::TOTAL,
                };
                let known = own.get(&key).or_else(|| children.get(&key).copied());
                known.and_then(Reported::value)
            })
            .collect();
        let count = count.and_then(Reported::value);
        let (Some(count), false, Ok(as_printed)) =
            (count, all.is_empty(), rate.rate.parse::<f64>())
        else {
            found.unchecked += 1;
            continue;
        };
        found.checked += 1;
        let gives = |all: &Count| is_rate(count, *all, as_printed, &rate.rate, rate.area);
        found.reproduced += u64::from(all.iter().any(gives));
    }
    found
}

/// Whether a count, or one that rounds to it, gives a printed rate.
fn is_rate(count: Count, children: Count, printed: f64, text: &str, area: AreaCode) -> bool {
    let places = text.split_once('.').map_or(0, |(_, places)| places.len());
    let places = u8::try_from(places).unwrap_or(u8::MAX);
    let of = |count: f64| round_half_up(count.max(0.0) / f64::from(children) * 10_000.0, places);
    let off = if area == AreaCode::ENGLAND || area.as_str().starts_with("E12") {
        NEAREST
    } else {
        0.0
    };
    let count = f64::from(count);
    match (of(count - off), of(count + off)) {
        (Ok(low), Ok(high)) => low <= printed && printed <= high,
        _ => false,
    }
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
        let too_many = shown > england + NEAREST;
        let too_few = sum.withheld == 0 && shown < england - NEAREST;
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
