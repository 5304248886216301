//! An authority against England, its region and its statistical neighbours in the same year.
//!
//! The comparator is taken as fixed: only the authority's own uncertainty is in the interval.

use disparity_core::{
    AreaCode, Comparator, Contrast, Estimate, GeographicLevel, IssueCode, Measure, Reported,
    Stratum, Symbol,
};

use super::{Series, pair};
use crate::measure::relative_to;
use crate::{Input, measure};

pub(super) fn contrasts(input: Input<'_>, series: Series<'_>) -> Vec<Contrast> {
    let totals = series
        .estimates
        .iter()
        .filter(|row| row.key.stratum.is_total());
    totals.flat_map(|row| of(input, series, row)).collect()
}

fn of(input: Input<'_>, series: Series<'_>, row: &Estimate) -> Vec<Contrast> {
    let Some(area) = input.catalogue.areas.get(row.key.area) else {
        return Vec::new();
    };
    if area.level == GeographicLevel::National {
        return Vec::new();
    }
    let whole = |code: AreaCode| {
        let benchmark = series.get(row.key.period, code, Stratum::TOTAL);
        benchmark.map_or(Reported::Symbol(Symbol::NotAvailable), |row| {
            row.outcome.map(|measured| measured.value)
        })
    };
    let mut contrasts = vec![ratio(
        row,
        Comparator::England,
        whole(AreaCode::ENGLAND),
        None,
    )];
    if let Some(region) = area.region {
        contrasts.push(ratio(row, Comparator::Region(region), whole(region), None));
    }
    if area.level == GeographicLevel::LocalAuthority {
        let neighbours = Neighbours::of(input, series, row);
        let with_data = Some(neighbours.with_data());
        contrasts.push(ratio(
            row,
            Comparator::NeighbourMedian,
            neighbours.median(),
            with_data,
        ));
        contrasts.push(ratio(
            row,
            Comparator::NeighbourMean,
            neighbours.mean(),
            with_data,
        ));
    }
    // Of two areas of which one holds the other the counts are not independent.
    let apart = |other: &&AreaCode| {
        let holds = |whole: AreaCode, part: AreaCode| {
            let part = input.catalogue.areas.get(part);
            part.is_some_and(|part| part.above().any(|above| above == whole))
        };
        **other != area.code && !holds(**other, area.code) && !holds(area.code, **other)
    };
    let others = input.plan.against.iter().filter(apart);
    contrasts.extend(others.map(|other| against(input, series, row, *other)));
    contrasts
}

/// Against another area that holds no part of it: two independent counts.
fn against(input: Input<'_>, series: Series<'_>, row: &Estimate, code: AreaCode) -> Contrast {
    let other = series.get(row.key.period, code, Stratum::TOTAL);
    let unit = input.catalogue.indicators.get(row.key.indicator).unit();
    let absent = Reported::Symbol(Symbol::NotAvailable);
    Contrast {
        key: row.key,
        comparator: Comparator::Area(code),
        measure: Measure::Ratio,
        group_value: row.outcome.map(|measured| measured.value),
        comparator_value: other
            .map_or(absent, |other| other.outcome.map(|measured| measured.value)),
        neighbours_with_data: None,
        outcome: other.map_or(Reported::Symbol(Symbol::NotAvailable), |other| {
            pair(input, row, other)
                .and_then(|counts| measure::ratio(input.plan.levels, counts, unit))
        }),
        issues: other.map_or(row.issues, |other| row.issues.union(other.issues)),
    }
}

fn ratio(
    row: &Estimate,
    comparator: Comparator,
    benchmark: Reported<f64>,
    neighbours_with_data: Option<u8>,
) -> Contrast {
    let missing = neighbours_with_data.is_some_and(|n| usize::from(n) < Neighbours::LISTED);
    Contrast {
        key: row.key,
        comparator,
        measure: Measure::Ratio,
        group_value: row.outcome.map(|measured| measured.value),
        comparator_value: benchmark,
        neighbours_with_data,
        outcome: row
            .outcome
            .zip(benchmark)
            .and_then(|(measured, benchmark)| relative_to(measured, benchmark)),
        issues: row
            .issues
            .with(IssueCode::FixedComparator)
            .with_if(missing, IssueCode::NeighboursMissing),
    }
}

/// The rates of an authority's statistical neighbours that have one.
struct Neighbours(Vec<f64>);

impl Neighbours {
    /// How many neighbours each published list gives.
    const LISTED: usize = 10;

    fn of(input: Input<'_>, series: Series<'_>, row: &Estimate) -> Self {
        let list = input
            .catalogue
            .areas
            .neighbours(input.plan.neighbours, row.key.area);
        let usable = list.iter().filter(|neighbour| {
            let tiny = input
                .catalogue
                .areas
                .get(neighbour.area)
                .is_some_and(|area| area.tiny);
            !tiny || input.plan.include_tiny
        });
        let rates = usable.filter_map(|neighbour| {
            let estimate = series.get(row.key.period, neighbour.area, Stratum::TOTAL)?;
            estimate.outcome.value().map(|measured| measured.value)
        });
        Self(rates.collect())
    }

    fn with_data(&self) -> u8 {
        u8::try_from(self.0.len()).unwrap_or(u8::MAX)
    }

    fn median(&self) -> Reported<f64> {
        disparity_stats::median(&self.0)
            .map_or(Reported::Symbol(Symbol::NotAvailable), Reported::Value)
    }

    fn mean(&self) -> Reported<f64> {
        disparity_stats::mean(&self.0)
            .map_or(Reported::Symbol(Symbol::NotAvailable), Reported::Value)
    }
}
