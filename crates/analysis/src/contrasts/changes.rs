//! A figure of the last year asked for against the same figure one year and five years before, and
//! in its first year; of every year asked for where authorities and years were both chosen.
//!
//! Boundary changes break a series: a new authority's first year is its own, not its predecessor's.

use std::collections::BTreeMap;

use super::{Series, compared};
use crate::measure::{Estimated, Pair};
use crate::{Input, measure};
use disparity_core::{
    AreaCode, CellKey, Comparator, Contrast, Count, DenominatorError, Estimate, GeographicLevel,
    IssueCode, Measure, Measured, Period, Reported, Stratum, Symbol, Timing, Unit,
};

pub(super) fn contrasts(input: Input<'_>, series: Series<'_>) -> Vec<Contrast> {
    let plan = input.plan;
    let periods = series.estimates.iter().map(|row| row.key.period);
    let Some(last) = periods.filter(|p| plan.wants_period(*p)).max() else {
        return Vec::new();
    };
    // Those of every year for all authorities would be many times what anybody asks for.
    let chosen = plan.authorities.is_some() && plan.periods.is_some();
    let changes = |row: &&Estimate| {
        let period = row.key.period;
        period == last || (chosen && plan.wants_period(period) && is_written(input, row.key.area))
    };
    let mut first: BTreeMap<(AreaCode, Stratum), Period> = BTreeMap::new();
    for row in series.estimates.iter().filter(|row| row.outcome.is_value()) {
        first
            .entry((row.key.area, row.key.stratum))
            .or_insert(row.key.period);
    }
    let mut contrasts = Vec::new();
    for row in series.estimates.iter().filter(changes) {
        let (key, last) = (row.key, row.key.period);
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
        if !input.nation().has_children_of_every_year() {
            contrasts.extend(counts(input, series, row));
        }
    }
    contrasts
}

/// The count against those of earlier years, where these have no children to divide by.
fn counts(input: Input<'_>, series: Series<'_>, row: &Estimate) -> Vec<Contrast> {
    let CellKey {
        period,
        area,
        stratum,
        ..
    } = row.key;
    let same = |other: &&Estimate| (other.key.area, other.key.stratum) == (area, stratum);
    let counted = series.estimates.iter().filter(same);
    let first = counted
        .filter(|other| other.numerator.is_value())
        .map(|other| other.key.period)
        .find(|first| *first < period);
    let before = [
        period.earlier(1).map(Comparator::YearBefore),
        period.earlier(5).map(Comparator::FiveYearsBefore),
        first.map(Comparator::FirstYear),
    ];
    let before = before.into_iter().flatten();
    let rows = before.filter_map(|comparator| {
        let earlier = match comparator {
            Comparator::YearBefore(year)
            | Comparator::FiveYearsBefore(year)
            | Comparator::FirstYear(year) => series.get(year, area, stratum)?,
            _ => return None,
        };
        // Everybody counted in each year, over one, so that the ratio is that of counts.
        let over_one = |row: &Estimate| row.numerator.zip(Reported::Value(1.0));
        let both = over_one(row).zip(over_one(earlier));
        let levels = input.plan.levels;
        let [own, other] = [row, earlier].map(|row| input.cube.rounding(&row.key));
        let outcome = both.and_then(|((count, one), (against, _))| {
            let ratio = |count: Count, against: Count| {
                let pair = ((f64::from(count), one), (f64::from(against), one));
                measure::ratio(levels, pair, Unit::Per10k)
            };
            let known = ratio(count, against);
            if own.is_exact() && other.is_exact() {
                return known;
            }
            let least = ratio(own.least(count), other.most(against));
            let most = ratio(own.most(count), other.least(against));
            measure::between(levels, known, [least, most])
        });
        Some(Contrast {
            key: row.key,
            comparator,
            measure: Measure::CountRatio,
            group_value: row.numerator.map(f64::from),
            comparator_value: earlier.numerator.map(f64::from),
            neighbours: None,
            outcome,
            issues: row
                .issues
                .union(earlier.issues)
                .without(IssueCode::NoDenominator)
                .without(IssueCode::LaterMidYear)
                .with(IssueCode::OverlappingStock),
        })
    });
    rows.collect()
}

fn is_written(input: Input<'_>, area: AreaCode) -> bool {
    let found = input.catalogue.areas.get(area);
    let authority = found.is_some_and(|area| area.level == GeographicLevel::LocalAuthority);
    input.plan.wants_area(area, authority)
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
    let against = |figure: &dyn Fn(Pair) -> Reported<Measured>| {
        before.map_or(Reported::Symbol(Symbol::NotAvailable), |before| {
            compared(input, row, before, figure)
        })
    };
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
        neighbours: None,
        outcome,
        issues,
    };
    let none = DenominatorError::NONE;
    let error = before.map_or(none, |before| before.denominator.error());
    let errors = Estimated::Years(row.denominator.error(), error);
    let (levels, unit) = (input.plan.levels, indicator.unit());
    let ratio = against(&|counts| measure::ratio_of(levels, counts, unit, errors));
    let difference = against(&|counts| measure::difference_of(levels, counts, unit, errors));
    [
        contrast(Measure::Ratio, ratio),
        contrast(Measure::Difference, difference),
    ]
}
