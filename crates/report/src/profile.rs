//! One authority's indicators, each beside what it can be compared with.

use disparity_core::{
    Area, Comparator, Contrast, Count, Dimension, Estimate, Expected, ExpectedModel, Gradient,
    Indicator, IndicatorId, IssueSet, Measure, Measured, Neighbours, Period, Reported, Stratum,
    StructuralModel, Symbol,
};

use crate::View;
use crate::format::{bounds, rate, reported};

/// A comparison in a profile: what the other is, and the figure divided by it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Against {
    /// The other figure, per person or 0–1.
    pub value: Reported<f64>,
    /// The figure divided by it, with intervals.
    pub ratio: Reported<Measured>,
    /// Of which neighbours, for comparisons with neighbours.
    pub neighbours: Option<Neighbours>,
}

impl Against {
    /// The other figure in words: one figure, two bounds, or why there is none.
    #[must_use]
    pub fn words(&self, own: &Indicator) -> String {
        match (self.value, self.neighbours) {
            (Reported::Symbol(Symbol::Confidential), Some(found)) => {
                bounds((found.bounds.low, found.bounds.high), own)
            }
            (value, _) => reported(&value, |value| rate(*value, own)),
        }
    }
}

/// One indicator in a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// Which indicator.
    pub indicator: IndicatorId,
    /// The last period in which England has a figure and the authority existed.
    pub period: Period,
    /// How many were counted.
    pub count: Reported<Count>,
    /// The rate or proportion.
    pub estimate: Reported<Measured>,
    /// Against England.
    pub england: Against,
    /// Against the region.
    pub region: Against,
    /// Against the median of the statistical neighbours.
    pub neighbours: Against,
    /// Against the year before.
    pub year_before: Against,
    /// Against five years before.
    pub five_years_before: Against,
    /// Expected at England's rate, for rates of children.
    pub expected: Option<&'a Expected>,
    /// Expected at England's rates by age, where counts by age are published.
    pub expected_by_age: Option<&'a Expected>,
    /// Expected at England's rates by ethnic group, where counts by group are published.
    pub expected_by_ethnicity: Option<&'a Expected>,
    /// Expected from what is known of its children by a model of all the other authorities, for each
    /// model that was fitted, from the least to the most that is known.
    pub given: Vec<&'a Expected>,
    /// The rate drawn towards that of its kind, where few children were counted.
    pub drawn: Option<Measured>,
    /// How many times the rate of England's least deprived tenth that of its most deprived one is.
    pub most_to_least: Option<&'a Gradient>,
    /// What must be said about the row.
    pub issues: IssueSet,
}

/// A rate of few children: as counted, and drawn towards that of its kind.
#[derive(Debug, Clone, PartialEq)]
pub struct SmallNumber<'a> {
    /// The group, or everyone.
    pub group: String,
    /// As counted.
    pub estimate: &'a Estimate,
    /// Drawn towards the rate of the same group and year in all authorities: the one to report.
    pub drawn: Measured,
}

impl<'a> Row<'a> {
    /// Expected from everything that is known of its children.
    #[must_use]
    pub fn given_all(&self) -> Option<&'a Expected> {
        let full = ExpectedModel::Structural(StructuralModel::Full);
        self.given.iter().copied().find(|row| row.model == full)
    }
}

/// The indicators of an authority that are compared, in code-list order.
#[must_use]
pub fn profile<'a>(view: View<'a>, area: &Area) -> Vec<Row<'a>> {
    view.plan
        .compared
        .iter()
        .filter_map(|id| row(view, area, *id))
        .collect()
}

/// The last period in which England has a figure and the authority existed: the last year of an
/// authority that is gone is its own, not England's.
fn last_period(view: View<'_>, area: &Area, indicator: IndicatorId) -> Option<Period> {
    let existed = |period: &Period| view.catalogue.areas.exists_at(area.code, *period);
    view.periods(indicator).into_iter().rev().find(existed)
}

fn row<'a>(view: View<'a>, area: &Area, indicator: IndicatorId) -> Option<Row<'a>> {
    let period = last_period(view, area, indicator)?;
    let estimate = view.total(indicator, period, area.code);
    let absent = Symbol::NotAvailable;
    let against = |wanted: fn(Comparator) -> bool| {
        view.contrast(indicator, period, area.code, Measure::Ratio, wanted)
            .map_or_else(
                || Against {
                    value: Reported::Symbol(absent),
                    ratio: Reported::Symbol(absent),
                    neighbours: None,
                },
                from_contrast,
            )
    };
    let expected = |model| view.expected(indicator, period, area.code, model);
    Some(Row {
        indicator,
        period,
        count: estimate.map_or(Reported::Symbol(absent), |row| row.numerator),
        estimate: estimate.map_or(Reported::Symbol(absent), |row| row.outcome),
        england: against(|comparator| comparator == Comparator::England),
        region: against(|comparator| matches!(comparator, Comparator::Region(_))),
        neighbours: against(|comparator| comparator == Comparator::NeighbourMedian),
        year_before: against(|comparator| matches!(comparator, Comparator::YearBefore(_))),
        five_years_before: against(|comparator| {
            matches!(comparator, Comparator::FiveYearsBefore(_))
        }),
        expected: expected(ExpectedModel::NationalRate),
        expected_by_age: expected(ExpectedModel::Age),
        expected_by_ethnicity: expected(ExpectedModel::Ethnicity),
        given: StructuralModel::ALL
            .into_iter()
            .filter_map(|model| expected(ExpectedModel::Structural(model)))
            .collect(),
        drawn: estimate.and_then(|row| Some(view.results().shrunken_for(&row.key)?.rate)),
        most_to_least: view.most_to_least(indicator, period),
        issues: estimate.map_or(IssueSet::EMPTY, |row| row.issues),
    })
}

/// An authority's rates of few children in the last year of each indicator, in code-list order.
#[must_use]
pub fn small_numbers<'a>(view: View<'a>, area: &Area) -> Vec<SmallNumber<'a>> {
    let results = view.results();
    let own = results
        .shrunken
        .iter()
        .filter(|row| row.key.area == area.code);
    let own: Vec<_> = own.collect();
    own.chunk_by(|a, b| a.key.indicator == b.key.indicator)
        .flat_map(|rows| {
            let last = last_period(view, area, rows[0].key.indicator);
            rows.iter().filter(move |row| Some(row.key.period) == last)
        })
        .filter_map(|row| {
            Some(SmallNumber {
                group: group(view, row.key.stratum),
                estimate: results.estimate(&row.key)?,
                drawn: row.rate,
            })
        })
        .collect()
}

/// The groups of a stratum in words.
fn group(view: View<'_>, stratum: Stratum) -> String {
    let labels = view.catalogue.dimensions.labels(stratum);
    let named = Dimension::ALL.into_iter().zip(labels);
    let groups: Vec<&str> = named
        .filter(|(dimension, _)| stratum.get(*dimension) != Stratum::TOTAL.get(*dimension))
        .map(|(_, label)| label)
        .collect();
    if groups.is_empty() {
        "everyone".to_owned()
    } else {
        groups.join(", ")
    }
}

fn from_contrast(contrast: &Contrast) -> Against {
    Against {
        value: contrast.comparator_value,
        ratio: contrast.outcome,
        neighbours: contrast.neighbours,
    }
}
