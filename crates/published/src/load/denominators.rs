//! The denominator of every count.

use disparity_core::{
    Basis, Catalogue, Cell, CellKey, Denominator, DenominatorKind, IndicatorId, IssueCode,
    IssueSet, Population, Populations, Reported, Stratum, Symbol,
};

use super::counts::Counts;

/// Counts as cells, sorted by key.
pub(super) fn attach(
    counts: &Counts,
    populations: &Populations,
    catalogue: &Catalogue,
) -> Vec<Cell> {
    counts
        .iter()
        .map(|(key, (numerator, issues))| {
            let population = match catalogue.indicators.get(key.indicator).denominator {
                DenominatorKind::Children0To17 => children(populations, key, catalogue),
                DenominatorKind::Indicator(whole) => whole_of(counts, key, whole),
            };
            let issues = issues.union(population.issues);
            Cell {
                key: *key,
                numerator: *numerator,
                denominator: population.denominator,
                issues,
            }
        })
        .collect()
}

/// The children of the cell's group; a group that nobody can be counted in has none.
fn children(populations: &Populations, key: &CellKey, catalogue: &Catalogue) -> Population {
    if let Some(population) = populations.get(key.period, key.area, key.stratum) {
        return *population;
    }
    Population::absent(key.period, catalogue.dimensions.is_unknown(key.stratum))
}

/// The count that the numerator is a part of, in the same area and year.
fn whole_of(counts: &Counts, key: &CellKey, whole: IndicatorId) -> Population {
    let key = CellKey {
        indicator: whole,
        stratum: Stratum::TOTAL,
        ..*key
    };
    let value = counts
        .get(&key)
        .map_or(Reported::Symbol(Symbol::NotAvailable), |(value, _)| {
            value.map(f64::from)
        });
    let issues = IssueSet::EMPTY.with_if(!value.is_value(), IssueCode::NoDenominator);
    Population {
        denominator: Denominator {
            value,
            basis: Basis::Indicator(whole),
        },
        issues,
    }
}
