//! The denominator of every count.

use disparity_core::{
    Basis, Catalogue, Cell, CellKey, Denominator, DenominatorKind, IssueCode, IssueSet, Reported,
    Stratum, Symbol,
};

use super::counts::Counts;
use super::populations::{Noted, Populations};

/// Counts as cells, sorted by key.
pub(super) fn attach(
    counts: &Counts,
    populations: &Populations,
    catalogue: &Catalogue,
) -> Vec<Cell> {
    counts
        .iter()
        .map(|(key, (numerator, issues))| {
            let (denominator, noted) = match catalogue.indicators.get(key.indicator).denominator {
                DenominatorKind::Children0To17 => {
                    populations.of(catalogue, key.period, key.area, key.stratum)
                }
                DenominatorKind::Indicator(whole) => whole_of(counts, key, whole),
            };
            Cell {
                key: *key,
                numerator: *numerator,
                denominator,
                issues: issues.union(noted),
            }
        })
        .collect()
}

/// The count that the numerator is a part of, in the same area and year.
fn whole_of(counts: &Counts, key: &CellKey, whole: disparity_core::IndicatorId) -> Noted {
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
    (
        Denominator {
            value,
            basis: Basis::Indicator(whole),
        },
        issues,
    )
}
