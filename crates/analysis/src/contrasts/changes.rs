//! A figure of the last year asked for against the same figure one year and five years before, and
//! in its first year.
//!
//! Boundary changes break a series: a new authority's first year is its own, not its predecessor's.

use std::collections::BTreeMap;

use disparity_core::{
    AreaCode, Comparator, Contrast, Estimate, IssueCode, Measure, Period, Reported, Stratum,
    Symbol, Timing, Unit,
};
use disparity_stats::{rate_difference, rate_ratio, risk_difference, risk_ratio};

use super::Series;
use crate::Input;
use crate::measure::measured;

pub(super) fn contrasts(input: Input<'_>, series: Series<'_>) -> Vec<Contrast> {
    let Some(last) = series
        .estimates
        .iter()
        .map(|row| row.key.period)
        .filter(|p| input.plan.wants_period(*p))
        .max()
    else {
        return Vec::new();
    };
    let mut first: BTreeMap<(AreaCode, Stratum), Period> = BTreeMap::new();
    for row in series.estimates.iter().filter(|row| row.outcome.is_value()) {
        first
            .entry((row.key.area, row.key.stratum))
            .or_insert(row.key.period);
    }
    let mut contrasts = Vec::new();
    for row in series.estimates.iter().filter(|row| row.key.period == last) {
        let key = row.key;
        let mut against = |comparator, period| {
            let before = series.get(period, key.area, key.stratum);
            contrasts.extend(compare(input, row, before, comparator));
        };
        // The same year can be asked for twice (a series that began a year ago); it is given twice.
        if let Some(period) = last.earlier(1) {
            against(Comparator::YearBefore(period), period);
        }
        if let Some(period) = last.earlier(5) {
            against(Comparator::FiveYearsBefore(period), period);
        }
        if let Some(period) = first
            .get(&(key.area, key.stratum))
            .copied()
            .filter(|period| *period < last)
        {
            against(Comparator::FirstYear(period), period);
        }
    }
    contrasts
}

fn compare(
    input: Input<'_>,
    row: &Estimate,
    before: Option<&Estimate>,
    comparator: Comparator,
) -> [Contrast; 2] {
    let indicator = input.catalogue.indicators.get(row.key.indicator);
    let absent = Reported::Symbol(Symbol::NotAvailable);
    let earlier = before.map_or(absent, |before| {
        before.outcome.map(|measured| measured.value)
    });
    let counts = |row: &Estimate| row.numerator.map(f64::from).zip(row.denominator.value);
    let pair = before.map_or(Reported::Symbol(Symbol::NotAvailable), |before| {
        counts(row).zip(counts(before))
    });
    let both = row.outcome.map(|m| m.value).zip(earlier);
    let issues = before
        .map_or(row.issues, |before| row.issues.union(before.issues))
        .with_if(
            indicator.timing == Timing::AsAt,
            IssueCode::OverlappingStock,
        );
    let contrast = |measure, outcome| Contrast {
        key: row.key,
        comparator,
        measure,
        group_value: row.outcome.map(|measured| measured.value),
        comparator_value: earlier,
        neighbours_with_data: None,
        outcome,
        issues,
    };
    let rates = indicator.unit() == Unit::Per10k;
    let ratio = both
        .zip(pair)
        .and_then(|((now, then), ((o1, n1), (o2, n2)))| {
            let (name, method): (_, TwoSample) = if rates {
                ("rate_ratio", rate_ratio)
            } else {
                ("risk_ratio", risk_ratio)
            };
            measured(now / then, name, |level| {
                method(o1, n1, o2, n2, level).map(|estimate| estimate.interval)
            })
        });
    let difference = both
        .zip(pair)
        .and_then(|((now, then), ((o1, n1), (o2, n2)))| {
            let (name, method): (_, TwoSample) = if rates {
                ("rate_difference", rate_difference)
            } else {
                ("risk_difference", risk_difference)
            };
            measured(now - then, name, |level| {
                method(o1, n1, o2, n2, level).map(|estimate| estimate.interval)
            })
        });
    [
        contrast(Measure::Ratio, ratio),
        contrast(Measure::Difference, difference),
    ]
}

/// A comparison of two counts with their denominators at a level.
type TwoSample = fn(
    f64,
    f64,
    f64,
    f64,
    disparity_stats::Level,
) -> disparity_stats::Result<disparity_stats::Estimate>;
