//! One authority's indicators, each beside what it can be compared with.

use disparity_core::{
    Area, Comparator, Contrast, Count, Dimension, Estimate, Expected, ExpectedModel, Gradient,
    Indicator, IndicatorId, IssueCode, IssueSet, LEAST_AUTHORITIES, Measure, Measured, Neighbours,
    Period, Reported, Stratum, StructuralModel, Symbol,
};

use crate::View;
use crate::format::{absence, bounds, rate, reported};

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

/// The expectations that can stand behind the one that is quoted, in the order in which they are shown.
pub const BEHIND: [ExpectedModel; 6] = [
    ExpectedModel::NationalRate,
    ExpectedModel::Age,
    ExpectedModel::Ethnicity,
    ExpectedModel::Structural(StructuralModel::Null),
    ExpectedModel::Structural(StructuralModel::Deprivation),
    ExpectedModel::Structural(StructuralModel::DeprivationEthnicity),
];

/// A figure against the same one in an earlier year: both ways, as the unit decides which is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The figure divided by the earlier one.
    pub ratio: Reported<Measured>,
    /// The figure less the earlier one, per person or 0–1.
    pub difference: Reported<Measured>,
}

/// Which years of an indicator a profile has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Years {
    /// The last one in which England has a figure and the area existed.
    Last,
    /// Every such year.
    Every,
}

/// One indicator and year in a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// Which indicator.
    pub indicator: IndicatorId,
    /// Which year.
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
    pub year_before: Change,
    /// Against five years before.
    pub five_years_before: Change,
    /// The expectation to quote, for rates of children.
    pub quoted: Option<&'a Expected>,
    /// Every expectation, that one included: at England's rates, and from what models of all the other
    /// authorities know of its children, from the least to the most.
    pub expectations: &'a [Expected],
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

/// The indicators of an area that are compared, in code-list order, each with its years in order.
#[must_use]
pub fn profile<'a>(view: View<'a>, area: &Area, years: Years) -> Vec<Row<'a>> {
    let rows_of = |id: &IndicatorId| {
        let id = *id;
        let each = periods(view, area, id, years).into_iter();
        each.map(move |period| row(view, area, id, period))
    };
    view.plan.compared.iter().flat_map(rows_of).collect()
}

/// The years in which England has a figure and the area existed: the last year of an authority that is
/// gone is its own, not England's.
fn periods(view: View<'_>, area: &Area, indicator: IndicatorId, years: Years) -> Vec<Period> {
    let mut periods = view.periods(indicator);
    periods.retain(|period| view.catalogue.areas.exists_at(area.code, *period));
    if years == Years::Last {
        periods.drain(..periods.len().saturating_sub(1));
    }
    periods
}

fn row<'a>(view: View<'a>, area: &Area, indicator: IndicatorId, period: Period) -> Row<'a> {
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
    let change = |wanted: fn(Comparator) -> bool| Change {
        ratio: view.compared(indicator, period, area.code, Measure::Ratio, wanted),
        difference: view.compared(indicator, period, area.code, Measure::Difference, wanted),
    };
    Row {
        indicator,
        period,
        count: estimate.map_or(Reported::Symbol(absent), |row| row.numerator),
        estimate: estimate.map_or(Reported::Symbol(absent), |row| row.outcome),
        england: against(|comparator| matches!(comparator, Comparator::Nation(_))),
        region: against(|comparator| matches!(comparator, Comparator::Region(_))),
        neighbours: against(|comparator| comparator == Comparator::NeighbourMedian),
        year_before: change(|comparator| matches!(comparator, Comparator::YearBefore(_))),
        five_years_before: change(|comparator| {
            matches!(comparator, Comparator::FiveYearsBefore(_))
        }),
        quoted: view.quoted(indicator, period, area.code),
        expectations: view.expectations(indicator, period, area.code),
        drawn: estimate.and_then(|row| Some(view.results().shrunken_for(&row.key)?.rate)),
        most_to_least: view.most_to_least(indicator, period),
        issues: estimate.map_or(IssueSet::EMPTY, |row| row.issues),
    }
}

/// The verdict of an expectation in words, or why there is none.
#[must_use]
pub fn verdict(expected: &Expected) -> String {
    match expected.verdict() {
        Reported::Value(verdict) => verdict.words(),
        Reported::Symbol(_) if expected.issues.contains(IssueCode::FewAuthorities) => {
            format!("no verdict: fewer than {LEAST_AUTHORITIES} authorities to compare with")
        }
        Reported::Symbol(symbol) => absence(symbol),
    }
}

/// An area's rates of few children, in code-list order, each with its years in order.
#[must_use]
pub fn small_numbers<'a>(view: View<'a>, area: &Area, years: Years) -> Vec<SmallNumber<'a>> {
    let results = view.results();
    let own = results
        .shrunken
        .iter()
        .filter(|row| row.key.area == area.code);
    let own: Vec<_> = own.collect();
    own.chunk_by(|a, b| a.key.indicator == b.key.indicator)
        .flat_map(|rows| {
            let periods = periods(view, area, rows[0].key.indicator, years);
            rows.iter()
                .filter(move |row| periods.contains(&row.key.period))
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
