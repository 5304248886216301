//! Counts from journeys as a cube, with the same denominators as published counts: from here on
//! nothing asks where they came from.

use std::collections::BTreeMap;

use disparity_core::journeys::Authority;
use disparity_core::{
    Basis, Catalogue, Cell, CellKey, Cube, CubeError, Denominator, DenominatorKind, IssueCode,
    IssueSet, Known, MadeUp, Populations, Reported, Symbol, Turnover,
};

use crate::indicators::CountKey;
use crate::prior_help::PriorHelp;

/// The cube of published indicators counted from journeys.
///
/// # Errors
/// [`CubeError`] never in practice: counts are keyed as cells are.
pub fn cube(
    counts: &BTreeMap<CountKey, u32>,
    catalogue: &Catalogue,
    populations: &Populations,
) -> Result<Cube, CubeError> {
    let mut cells = Vec::with_capacity(counts.len());
    for ((name, area, period, stratum), count) in counts {
        let Some(indicator) = catalogue.indicators.id(name) else {
            continue;
        };
        let key = CellKey {
            indicator,
            period: *period,
            area: *area,
            stratum: *stratum,
        };
        let what = catalogue.indicators.get(indicator);
        let (denominator, issues) = match what.denominator {
            DenominatorKind::Children0To17 => {
                let found = populations.get(*period, *area, *stratum);
                let none = Denominator {
                    value: Reported::Symbol(Symbol::NotAvailable),
                    basis: Basis::Children0To17 {
                        mid_year: period.population_year(),
                    },
                };
                found.map_or(
                    (none, IssueSet::EMPTY.with(IssueCode::NoDenominator)),
                    |p| (p.denominator, p.issues),
                )
            }
            DenominatorKind::Indicator(id) => {
                let whole = counts
                    .get(&(name_of(catalogue, id), *area, *period, *stratum))
                    .copied()
                    .unwrap_or(0);
                (
                    Denominator {
                        value: Reported::Value(f64::from(whole)),
                        basis: Basis::Indicator(id),
                    },
                    IssueSet::EMPTY,
                )
            }
        };
        let issues = issues.with_if(what.counted.repeats, IssueCode::RepeatEvents);
        cells.push(Cell {
            key,
            numerator: Reported::Value(*count),
            denominator,
            issues,
        });
    }
    Cube::new(cells)
}

/// How the counted indicators hang together, so that one withheld is not worked out from the rest:
/// plans by how long they have lasted, referrals by what came of them, events by
/// whom they were about, and stocks with what changes them.
#[must_use]
pub fn known(catalogue: &Catalogue) -> Known {
    let id = |name: &str| catalogue.indicators.id(name);
    let of = |whole, parts: &[&str]| {
        Some(MadeUp {
            whole: id(whole)?,
            of: parts.iter().filter_map(|part| id(part)).collect(),
        })
    };
    let made_up = crate::DURATIONS.iter();
    let contained = crate::CONTAINED.iter();
    let turnovers = crate::TURNOVERS
        .iter()
        .filter_map(|(stock, started, ended, any_point)| {
            Some(Turnover {
                stock: id(stock)?,
                started: id(started)?,
                ended: id(ended)?,
                any_point: any_point.and_then(id),
            })
        });
    let children = crate::CHILDREN_OF.iter();
    Known {
        children: children
            .filter_map(|(events, children)| Some((id(events)?, id(children)?)))
            .collect(),
        made_up: made_up
            .filter_map(|(whole, parts)| of(whole, parts))
            .collect(),
        contained: contained
            .filter_map(|(whole, parts)| of(whole, parts))
            .collect(),
        turnovers: turnovers.collect(),
    }
}

/// The name under which an indicator is counted here; none of them has another.
fn name_of(catalogue: &Catalogue, id: disparity_core::IndicatorId) -> &'static str {
    let name = catalogue.indicators.get(id).name.as_str();
    crate::INDICATORS
        .iter()
        .map(|(known, _)| *known)
        .chain(crate::PLAN_INDICATORS)
        .find(|known| *known == name)
        .unwrap_or("")
}

/// Prior help as cells: of entrants fully observed, those helped. Answers of one look-back, lead and
/// mode, each year by itself.
///
/// # Errors
/// [`CubeError::Duplicate`] if the answers are of several look-backs, leads or modes.
pub fn prior_help_cube(
    answers: &[PriorHelp],
    authorities: &[Authority],
    catalogue: &Catalogue,
) -> Result<Cube, CubeError> {
    let mut cells = Vec::new();
    let whole = catalogue.indicators.id("prior_help_entrants");
    for answer in answers
        .iter()
        .filter(|answer| answer.key.from == answer.key.to)
    {
        let Some((authority, area)) = answer
            .key
            .authority
            .and_then(|at| authorities.get(at))
            .and_then(|authority| Some((authority, authority.area?)))
        else {
            continue;
        };
        let name = format!("prior_help_{}", answer.key.kind.as_str());
        let (Some(indicator), Some(whole), Some(stratum)) = (
            catalogue.indicators.id(&name),
            whole,
            answer.key.group.stratum(),
        ) else {
            continue;
        };
        if stratum.is_total() && answer.key.group.by != crate::GroupBy::Total {
            continue;
        }
        let stands = answer.headline_stands();
        let value = |count: u32| {
            if stands {
                Reported::Value(count)
            } else {
                Reported::Symbol(Symbol::NotAvailable)
            }
        };
        cells.push(Cell {
            key: CellKey {
                indicator,
                period: answer.key.to,
                area,
                stratum,
            },
            numerator: value(answer.counts.complete_yes),
            denominator: Denominator {
                value: value(answer.counts.complete()).map(f64::from),
                basis: Basis::Indicator(whole),
            },
            issues: IssueSet::EMPTY.with_if(
                !answer.key.looks_back_into(authority).is_empty(),
                IssueCode::PredecessorRecords,
            ),
        });
    }
    Cube::new(cells)
}
