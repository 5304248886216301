//! Expected versus actual by indirect standardisation: what the nation's rates, for everyone or within
//! each group, would give with the children who live in the authority.
//!
//! "Expected" is arithmetic, not a target: it says what would be counted if the authority's children
//! met England's rates that year. It does not say that the nation's rates are right, nor that a
//! difference is explained or justified.

use std::collections::BTreeMap;

use disparity_core::{
    Adjusted, AreaCode, Cell, CellKey, Dimension, Expected, ExpectedCount, ExpectedModel,
    GeographicLevel, IndicatorId, Intervals, IssueCode, IssueSet, LEAST_AUTHORITIES, Levels,
    Measured, Period, Position, Reported, Span, Stratum, Symbol, Unit,
};
use disparity_stats::{FunnelScale, FunnelUnit, Outliers, indirect_ratio, overdispersion};

use crate::Input;
use crate::measure::{self, count_method, measured};
use crate::rank::Compared;
use crate::withheld::Withheld;

/// Expected versus actual for every area and period of one indicator, sorted by period, area and model.
pub(crate) fn expected(input: Input<'_>, id: IndicatorId) -> Vec<Expected> {
    if input.catalogue.indicators.get(id).unit() != Unit::Per10k {
        return Vec::new();
    }
    let cells = input.cube.indicator(id);
    let totals = cells.iter().filter(|cell| cell.key.stratum.is_total());
    let mut by_period: BTreeMap<Period, Vec<&Cell>> = BTreeMap::new();
    for cell in totals {
        by_period.entry(cell.key.period).or_default().push(cell);
    }
    let withheld = Withheld::of(input, id);
    let mut rows = Vec::new();
    for (period, cells) in by_period {
        for model in [
            ExpectedModel::NationalRate,
            ExpectedModel::Age,
            ExpectedModel::Ethnicity,
        ] {
            let Some(reference) = Reference::of(input, id, period, model) else {
                continue;
            };
            let start = rows.len();
            let mut bounds = Vec::new();
            for cell in &cells {
                let (row, expected) = expect(input, cell, &reference);
                if is_ranked(input, &row) {
                    bounds.extend(withheld.over(period, cell.key.area, expected));
                }
                rows.push(row);
            }
            let mut compared = Compared::of(&rows[start..], |row| is_ranked(input, row));
            compared.withheld = bounds;
            compared.rank(&mut rows[start..], input.plan.levels.first());
            adjust(&compared, &mut rows[start..], input.plan.levels);
        }
    }
    rows.sort_by_key(|row| (row.span, row.area, row.model));
    rows
}

/// The same at the nation's rate for everyone, without what needs all authorities: ranks, and limits that allow
/// for how they differ.
pub(crate) fn at_national_rate(input: Input<'_>, id: IndicatorId) -> Vec<Expected> {
    if input.catalogue.indicators.get(id).unit() != Unit::Per10k {
        return Vec::new();
    }
    let cells = input.cube.indicator(id).iter();
    let mut references = BTreeMap::new();
    cells
        .filter(|cell| cell.key.stratum.is_total())
        .filter_map(|cell| {
            let period = cell.key.period;
            let reference = references
                .entry(period)
                .or_insert_with(|| Reference::of(input, id, period, ExpectedModel::NationalRate));
            Some(expect(input, cell, reference.as_ref()?).0)
        })
        .collect()
}

/// The nation's rate in each stratum of one model.
struct Reference {
    model: ExpectedModel,
    rates: Vec<(Stratum, Reported<f64>)>,
    issues: IssueSet,
}

impl Reference {
    /// The reference of a model, if the nation's counts are published by its strata.
    fn of(input: Input<'_>, id: IndicatorId, period: Period, model: ExpectedModel) -> Option<Self> {
        let count = |stratum| {
            input
                .cube
                .get(&CellKey {
                    indicator: id,
                    period,
                    area: input.nation().code(),
                    stratum,
                })
                .map(|cell| cell.numerator)
        };
        let total = count(Stratum::TOTAL)?;
        let strata = match model {
            ExpectedModel::NationalRate | ExpectedModel::Structural(_) => vec![Stratum::TOTAL],
            ExpectedModel::Age => groups(input, Dimension::AgeBand),
            ExpectedModel::Ethnicity => groups(input, Dimension::EthnicityMajor),
        };
        let counted: Vec<_> = strata
            .into_iter()
            .filter_map(|stratum| Some((stratum, count(stratum)?)))
            .collect();
        if counted.is_empty() {
            return None;
        }
        let known = Reported::sum_complete(counted.iter().map(|(_, count)| *count));
        let mut issues = IssueSet::EMPTY.with_if(
            total != known && model != ExpectedModel::NationalRate,
            IssueCode::UnknownShared,
        );
        let mut rates = Vec::new();
        for (stratum, count) in counted {
            let population = input
                .populations
                .get(period, input.nation().code(), stratum)?;
            issues = issues.union(population.issues);
            // Children whose group is not known are shared over the known groups in proportion, so
            // that what is expected of the nation is what was counted in it.
            let rate = count
                .zip(total)
                .zip(known)
                .zip(population.denominator.value)
                .and_then(|(((n, all), known), children)| {
                    let known = f64::from(known);
                    if known > 0.0 && children > 0.0 {
                        Reported::Value(f64::from(n) * (f64::from(all) / known) / children)
                    } else {
                        Reported::Symbol(Symbol::NotApplicable)
                    }
                });
            rates.push((stratum, rate));
        }
        Some(Self {
            model,
            rates,
            issues,
        })
    }

    /// Σ reference rate × local population.
    fn expected(
        &self,
        input: Input<'_>,
        area: AreaCode,
        period: Period,
    ) -> (Reported<f64>, IssueSet) {
        let mut sum = Reported::Value(0.0);
        let mut issues = self.issues;
        for (stratum, rate) in &self.rates {
            let Some(population) = input.populations.get(period, area, *stratum) else {
                return (
                    Reported::Symbol(Symbol::NotAvailable),
                    issues.with(IssueCode::NoDenominator),
                );
            };
            issues = issues.union(population.issues);
            sum = sum
                .zip(*rate)
                .zip(population.denominator.value)
                .map(|((sum, rate), children)| sum + rate * children);
        }
        (sum, issues)
    }
}

/// The groups of a dimension that people are known to belong to.
fn groups(input: Input<'_>, dimension: Dimension) -> Vec<Stratum> {
    let list = input.catalogue.dimensions.list(dimension);
    list.iter()
        .filter(|(_, category)| !category.unknown)
        .map(|(id, _)| Stratum::TOTAL.with(dimension, id))
        .collect()
}

/// Observed against expected, and what is expected also where what is observed is withheld.
fn expect(input: Input<'_>, cell: &Cell, reference: &Reference) -> (Expected, Reported<f64>) {
    let levels = input.plan.levels;
    let (expected, issues) = reference.expected(input, cell.key.area, cell.key.period);
    let inflation = input.cube.inflation(&cell.key);
    let outcome = cell
        .numerator
        .zip(expected)
        .and_then(|(observed, expected)| {
            let ratio = |count| over_expected(levels, count, expected, inflation);
            let rounding = input.cube.rounding(&cell.key);
            measure::rounded(levels, rounding, observed, ratio).map(|ratio| ExpectedCount {
                expected,
                // The nation's rates are taken as they were counted.
                intervals: Reported::Symbol(Symbol::NotApplicable),
                scaled_by: 1.0,
                ratio,
                position: Position::of(&ratio.intervals),
            })
        });
    let row = Expected {
        indicator: cell.key.indicator,
        span: Span::year(cell.key.period),
        area: cell.key.area,
        model: reference.model,
        observed: cell.numerator,
        outcome,
        quoted: false,
        adjusted: Reported::Symbol(Symbol::NotApplicable),
        rank: Reported::Symbol(Symbol::NotApplicable),
        fifth: Reported::Symbol(Symbol::NotApplicable),
        fifths: None,
        model_based: Reported::Symbol(Symbol::NotApplicable),
        issues: cell
            .issues
            .union(issues)
            .with_if(inflation.is_some(), IssueCode::RepeatsInInterval)
            .with_if(!outcome.is_value(), IssueCode::SourceSymbol),
    };
    (row, expected)
}

/// What was counted over what is expected, which is taken as known.
fn over_expected(
    levels: Levels,
    observed: f64,
    expected: f64,
    inflation: Option<f64>,
) -> Reported<Measured> {
    if inflation.is_some() {
        return measure::rate(levels, observed, expected, inflation);
    }
    let Ok(ratio) = indirect_ratio(observed, expected, levels.first()) else {
        return Reported::Symbol(Symbol::NotApplicable);
    };
    measured(levels, ratio.value, count_method(ratio.method), |level| {
        indirect_ratio(observed, expected, level).map(|ratio| ratio.interval)
    })
}

/// Whether a row takes part in the comparison of authorities: those that exist that year, tiny ones
/// only where the plan asks.
fn is_ranked(input: Input<'_>, row: &Expected) -> bool {
    let areas = &input.catalogue.areas;
    areas.get(row.area).is_some_and(|area| {
        area.level == GeographicLevel::LocalAuthority
            && (!area.tiny || input.plan.include_tiny)
            && areas.exists_at(area.code, row.span.last)
    })
}

/// Limits that allow for authorities differing by more than chance (additive variance on the square
/// root scale, a tenth at each end winsorised); none where too few authorities tell how they differ.
fn adjust(compared: &Compared, rows: &mut [Expected], levels: Levels) {
    if compared.places.len() < LEAST_AUTHORITIES {
        for place in &compared.places {
            rows[*place].issues = rows[*place].issues.with(IssueCode::FewAuthorities);
        }
        return;
    }
    let units: Vec<FunnelUnit> = compared
        .observed
        .iter()
        .zip(&compared.expected)
        .map(|(&observed, &denominator)| FunnelUnit {
            observed,
            denominator,
        })
        .collect();
    let Ok(spread) = overdispersion(&units, FunnelScale::SquareRoot, Outliers::Winsorise(0.1))
    else {
        return;
    };
    for (place, unit) in compared.places.iter().zip(&units) {
        let limits = |level| spread.limits(unit.denominator, level);
        if let Ok(limits) = Intervals::try_at(levels, limits) {
            let position = Position::against(unit.observed / unit.denominator, &limits);
            rows[*place].adjusted = Reported::Value(Adjusted {
                limits,
                position,
                phi: Reported::Value(spread.phi),
            });
        }
    }
}
