//! An authority against its nation, its region and its statistical neighbours in the same year.
//!
//! The comparator is taken as fixed: only the authority's own uncertainty is in the interval. A median or
//! a mean of neighbours of which some counts are withheld lies between two bounds ([`Withheld`]); it is
//! one figure only where both are printed as it.

use disparity_core::{
    AreaCode, Comparator, Contrast, Estimate, GeographicLevel, Indicator, IssueCode, IssueSet,
    Measure, Neighbours, Reported, Stratum, Symbol, Unit, round_half_up,
};
use disparity_stats::{Interval, mean_bounds, median_bounds};

use super::{Series, compared};
use crate::measure::relative_to;
use crate::withheld::Withheld;
use crate::{Input, measure};

pub(super) fn contrasts(input: Input<'_>, series: Series<'_>) -> Vec<Contrast> {
    let withheld = Withheld::of(input, series.id);
    let totals = series
        .estimates
        .iter()
        .filter(|row| row.key.stratum.is_total());
    totals
        .flat_map(|row| of(input, series, &withheld, row))
        .collect()
}

fn of(input: Input<'_>, series: Series<'_>, withheld: &Withheld, row: &Estimate) -> Vec<Contrast> {
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
        Comparator::Nation(input.nation()),
        whole(input.nation().code()),
    )];
    if let Some(region) = area.region {
        contrasts.push(ratio(row, Comparator::Region(region), whole(region)));
    }
    if area.level == GeographicLevel::LocalAuthority {
        let neighbours = Listed::of(input, series, withheld, row);
        let own = input.catalogue.indicators.get(row.key.indicator);
        let against_list = |comparator, exact, bounds: Option<Interval>| {
            let benchmark = match (exact, bounds) {
                (Some(exact), _) => Reported::Value(exact),
                (None, Some(bounds)) => printed(bounds, own),
                (None, None) => Reported::Symbol(Symbol::NotAvailable),
            };
            let compared = ratio(row, comparator, benchmark);
            Contrast {
                neighbours: bounds.map(|bounds| neighbours.found(bounds)),
                issues: compared.issues.union(neighbours.issues()),
                ..compared
            }
        };
        contrasts.push(against_list(
            Comparator::NeighbourMedian,
            neighbours.exact(disparity_stats::median),
            neighbours.bounds(median_bounds),
        ));
        contrasts.push(against_list(
            Comparator::NeighbourMean,
            neighbours.exact(disparity_stats::mean),
            neighbours.bounds(mean_bounds),
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
        neighbours: None,
        outcome: other.map_or(Reported::Symbol(Symbol::NotAvailable), |other| {
            compared(input, row, other, |counts| {
                measure::ratio(input.plan.levels, counts, unit)
            })
        }),
        issues: other.map_or(row.issues, |other| row.issues.union(other.issues)),
    }
}

/// What bounds round to with the decimals that are shown, if both round to it; the figure itself where
/// what is withheld does not touch it.
fn printed(bounds: Interval, indicator: &Indicator) -> Reported<f64> {
    if bounds.low.total_cmp(&bounds.high).is_eq() {
        return Reported::Value(bounds.low);
    }
    let shown = indicator.unit().shown();
    let round = |value: f64| round_half_up(value * shown, indicator.decimals).ok();
    match (round(bounds.low), round(bounds.high)) {
        // Equal as printed: both are the same number of units of the last decimal.
        (Some(low), Some(high)) if (high - low).abs() < f64::EPSILON * shown => {
            Reported::Value(low / shown)
        }
        _ => Reported::Symbol(Symbol::Confidential),
    }
}

fn ratio(row: &Estimate, comparator: Comparator, benchmark: Reported<f64>) -> Contrast {
    Contrast {
        key: row.key,
        comparator,
        measure: Measure::Ratio,
        group_value: row.outcome.map(|measured| measured.value),
        comparator_value: benchmark,
        neighbours: None,
        outcome: row
            .outcome
            .zip(benchmark)
            .and_then(|(measured, benchmark)| relative_to(measured, benchmark)),
        issues: row.issues.with(IssueCode::FixedComparator),
    }
}

/// The rates of an authority's statistical neighbours: those that are published, and the bounds of
/// those that are withheld.
struct Listed {
    known: Vec<f64>,
    withheld: Vec<Interval>,
}

impl Listed {
    /// How many neighbours each published list gives.
    const LISTED: usize = 10;

    fn of(input: Input<'_>, series: Series<'_>, withheld: &Withheld, row: &Estimate) -> Self {
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
        let unit = input.catalogue.indicators.get(row.key.indicator).unit();
        let mut found = Self {
            known: Vec::new(),
            withheld: Vec::new(),
        };
        for neighbour in usable {
            let Some(estimate) = series.get(row.key.period, neighbour.area, Stratum::TOTAL) else {
                continue;
            };
            if let Some(measured) = estimate.outcome.value() {
                found.known.push(measured.value);
                continue;
            }
            // A part is at most its whole.
            let most = if unit == Unit::Proportion {
                1.0
            } else {
                f64::INFINITY
            };
            let whole = estimate.denominator.value;
            let ends = withheld.over(row.key.period, neighbour.area, whole);
            found.withheld.extend(ends.map(|ends| Interval {
                low: ends.low.min(most),
                high: ends.high.min(most),
            }));
        }
        found
    }

    /// A statistic of rates that are all published.
    fn exact(&self, statistic: fn(&[f64]) -> disparity_stats::Result<f64>) -> Option<f64> {
        let known = self.withheld.is_empty();
        known.then(|| statistic(&self.known).ok()).flatten()
    }

    /// The bounds of a statistic, of which there are none of no rates.
    fn bounds(
        &self,
        statistic: fn(&[Interval]) -> disparity_stats::Result<Interval>,
    ) -> Option<Interval> {
        let known = self.known.iter().map(|rate| Interval {
            low: *rate,
            high: *rate,
        });
        let all: Vec<Interval> = known.chain(self.withheld.iter().copied()).collect();
        statistic(&all).ok()
    }

    fn issues(&self) -> IssueSet {
        let missing = self.known.len() + self.withheld.len() < Self::LISTED;
        IssueSet::EMPTY
            .with_if(missing, IssueCode::NeighboursMissing)
            .with_if(!self.withheld.is_empty(), IssueCode::NeighboursWithheld)
    }

    fn found(&self, bounds: Interval) -> Neighbours {
        let number = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        Neighbours {
            with_data: number(self.known.len()),
            withheld: number(self.withheld.len()),
            bounds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indicator() -> Indicator {
        Indicator {
            name: "plans_of_two_years".into(),
            title: String::new(),
            short_title: String::new(),
            family: String::new(),
            timing: disparity_core::Timing::AsAt,
            counted: disparity_core::Counted {
                noun: "children".into(),
                repeats: false,
            },
            denominator: disparity_core::DenominatorKind::Indicator(disparity_core::IndicatorId(0)),
            headline: true,
            modelled: false,
            decimals: 1,
            comparable: (None, None),
            includes_18_and_over: false,
            definition: String::new(),
        }
    }

    #[test]
    fn bounds_are_one_figure_only_if_both_are_printed_as_it() {
        let between = |low, high| printed(Interval { low, high }, &indicator());
        let shown = between(0.019_51, 0.020_44).value().unwrap();
        assert!((shown - 0.02).abs() < 1e-15);
        assert_eq!(
            between(0.0194, 0.0204),
            Reported::Symbol(Symbol::Confidential)
        );
        assert_eq!(between(0.0194, 0.0194), Reported::Value(0.0194));
        let open = between(0.0194, f64::INFINITY);
        assert_eq!(open, Reported::Symbol(Symbol::Confidential));
    }
}
