//! Every cell as a rate or a proportion.

use disparity_core::{Cell, Estimate, IndicatorId, IssueCode, Levels, Rounding, Unit};

use crate::{Input, measure};

/// Below this many events a rate is unstable.
pub(crate) const SMALL: u32 = 10;

/// The estimates of one indicator, sorted by key.
pub(crate) fn estimate(input: Input<'_>, id: IndicatorId) -> Vec<Estimate> {
    let unit = input.catalogue.indicators.get(id).unit();
    input
        .cube
        .indicator(id)
        .iter()
        .map(|cell| {
            let inflation = input.cube.inflation(&cell.key);
            let rounding = input.cube.rounding(&cell.key);
            estimate_cell(cell, unit, inflation, rounding, input.plan.levels)
        })
        .collect()
}

fn estimate_cell(
    cell: &Cell,
    unit: Unit,
    inflation: Option<f64>,
    rounding: Rounding,
    levels: Levels,
) -> Estimate {
    let outcome = cell
        .numerator
        .zip(cell.denominator.value)
        .and_then(|(count, denominator)| match unit {
            Unit::Per10k => {
                let rate = |count| measure::rate(levels, count, denominator, inflation);
                measure::rounded(levels, rounding, count, rate).and_then(|rate| {
                    measure::widened(levels, rate, cell.denominator.error().of_rate())
                })
            }
            Unit::Proportion => measure::proportion(levels, f64::from(count), denominator),
        });
    let symbol = !cell.numerator.is_value() || !cell.denominator.value.is_value();
    Estimate {
        key: cell.key,
        numerator: cell.numerator,
        denominator: cell.denominator,
        outcome,
        issues: cell
            .issues
            .with_if(
                inflation.is_some() && unit == Unit::Per10k,
                IssueCode::RepeatsInInterval,
            )
            .with_if(symbol, IssueCode::SourceSymbol)
            .with_if(
                cell.numerator.value().is_some_and(|count| count < SMALL),
                IssueCode::SmallCount,
            ),
    }
}
