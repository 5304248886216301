//! Counts from journeys as a cube, with the same denominators as published counts: from here on
//! nothing asks where they came from.

use std::collections::BTreeMap;

use disparity_core::journeys::{Authority, SpellKind};
use disparity_core::{
    Basis, Catalogue, Cell, CellKey, Cube, CubeError, Day, DecileShares, Denominator,
    DenominatorKind, Frequencies, IndicatorRelations, IssueCode, IssueSet, Partition, Period,
    Populations, Reported, StockFlow, Stratum, Symbol,
};

use crate::indicators::{CountKey, PartYear, Repeats};
use disparity_core::answers::{PriorHelp, PriorHelpKey, looks_back_into};

/// The cube of published indicators counted from journeys, of the authorities that the area list
/// knows: a cube is keyed by area.
///
/// # Errors
/// [`CubeError`] never in practice: counts are keyed as cells are.
pub fn cube(
    counts: &BTreeMap<CountKey, u32>,
    authorities: &[Authority],
    catalogue: &Catalogue,
    populations: &Populations,
) -> Result<Cube, CubeError> {
    let mut cells = Vec::with_capacity(counts.len());
    let area_of = |at: usize| authorities.get(at).and_then(|authority| authority.area);
    let mut deciles = DecileShares::new(catalogue);
    for ((name, authority, period, stratum), count) in counts {
        let Some(area) = area_of(*authority) else {
            continue;
        };
        let Some(indicator) = catalogue.indicators.id(name) else {
            continue;
        };
        let key = CellKey {
            indicator,
            period: *period,
            area,
            stratum: *stratum,
        };
        let what = catalogue.indicators.get(indicator);
        let (denominator, issues) = match what.denominator {
            DenominatorKind::Children0To17 => {
                deciles.denominator(populations, *period, area, *stratum)
            }
            DenominatorKind::Indicator(id) => {
                let whole = counts
                    .get(&(name_of(catalogue, id), *authority, *period, *stratum))
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

/// What is not counted, as the returns of an authority cover a part of the year only: a symbol where
/// the count of all children would stand.
///
/// # Errors
/// [`CubeError`] never in practice: a year is in part covered or whole.
pub fn part_year_cube(
    parts: &[PartYear],
    authorities: &[Authority],
    catalogue: &Catalogue,
) -> Result<Cube, CubeError> {
    let mut cells = Vec::new();
    for part in parts {
        let Some(area) = authorities.get(part.authority).and_then(|a| a.area) else {
            continue;
        };
        for indicator in part
            .indicators()
            .filter_map(|name| catalogue.indicators.id(name))
        {
            let basis = match catalogue.indicators.get(indicator).denominator {
                DenominatorKind::Children0To17 => Basis::Children0To17 {
                    mid_year: part.period.population_year(),
                },
                DenominatorKind::Indicator(whole) => Basis::Indicator(whole),
            };
            cells.push(Cell {
                key: CellKey {
                    indicator,
                    period: part.period,
                    area,
                    stratum: Stratum::TOTAL,
                },
                numerator: Reported::Symbol(Symbol::NotAvailable),
                denominator: Denominator {
                    value: Reported::Symbol(Symbol::NotAvailable),
                    basis,
                },
                issues: IssueSet::EMPTY.with(IssueCode::PartOfYear),
            });
        }
    }
    Cube::new(cells)
}

/// How many events children had, by the key of everyone's events.
#[must_use]
pub fn frequencies(
    repeats: &Repeats,
    authorities: &[Authority],
    catalogue: &Catalogue,
) -> Frequencies {
    let area_of = |at: usize| authorities.get(at).and_then(|authority| authority.area);
    let key = |(name, authority, period): &(&str, usize, Period)| {
        Some(CellKey {
            indicator: catalogue.indicators.id(name)?,
            period: *period,
            area: area_of(*authority)?,
            stratum: Stratum::TOTAL,
        })
    };
    let of = |(about, by_times): (_, &Vec<u32>)| Some((key(about)?, by_times.clone()));
    repeats.iter().filter_map(of).collect()
}

/// How the counted indicators hang together, so that one withheld is not worked out from the rest:
/// plans by how long they have lasted, referrals by what came of them, events by
/// whom they were about, and stocks with what changes them.
#[must_use]
pub fn known(catalogue: &Catalogue) -> IndicatorRelations {
    let id = |name: &str| catalogue.indicators.id(name);
    let of = |whole, parts: &[&str]| {
        Some(Partition {
            whole: id(whole)?,
            of: parts.iter().filter_map(|part| id(part)).collect(),
        })
    };
    let partitions = crate::DURATIONS.iter();
    let subsets = crate::SUBSETS.iter();
    let turnovers = crate::TURNOVERS
        .iter()
        .filter_map(|(stock, started, ended, any_point)| {
            Some(StockFlow {
                stock: id(stock)?,
                started: id(started)?,
                ended: id(ended)?,
                any_point: any_point.and_then(id),
            })
        });
    let children = crate::CHILDREN_OF.iter();
    IndicatorRelations {
        children: children
            .filter_map(|(events, children)| Some((id(events)?, id(children)?)))
            .collect(),
        partitions: partitions
            .filter_map(|(whole, parts)| of(whole, parts))
            .collect(),
        subsets: subsets
            .filter_map(|(whole, parts)| of(whole, parts))
            .collect(),
        stock_flows: turnovers.collect(),
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

/// Whether care returns cover a part of a year only: entries up to their last day can be asked about.
fn in_part(authority: &Authority, period: Period) -> bool {
    let care = authority.coverage.of(SpellKind::Care);
    !care.covers(Day::first_of(period), Day::last_of(period).plus(1))
}

/// Whether the share among the fully observed may stand for everyone.
fn stands(answer: &PriorHelp) -> bool {
    answer.is_half_observed() && answer.complete_window().is_some()
}

/// Prior help as cells: of entrants fully observed, those helped. Answers of one look-back, lead and
/// mode, each year by itself. Where the share among those observed cannot stand for everyone it is not
/// told, unless there are fewer entrants than `few`.
///
/// # Errors
/// [`CubeError::Duplicate`] if the answers are of several look-backs, leads or modes.
pub fn prior_help_cube(
    answers: &[PriorHelp],
    authorities: &[Authority],
    catalogue: &Catalogue,
    few: u32,
) -> Result<Cube, CubeError> {
    let mut cells = Vec::new();
    let whole = catalogue.indicators.id("prior_help_entrants");
    let of_everyone = answers
        .iter()
        .filter(|answer| answer.key == answer.key.of_everyone());
    let everyone: BTreeMap<PriorHelpKey, &PriorHelp> =
        of_everyone.map(|answer| (answer.key, answer)).collect();
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
        if stratum.is_total() && answer.key.group.by != disparity_core::answers::GroupBy::Total {
            continue;
        }
        // Told or not of all groups alike; and of a few entrants it is left to the protection, as what
        // is not told would say that there are some.
        let deciding = everyone
            .get(&answer.key.of_everyone())
            .copied()
            .unwrap_or(answer);
        let stands = deciding.counts.entrants() < few || stands(deciding);
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
            issues: IssueSet::EMPTY
                .with_if(
                    !looks_back_into(authority, answer.key.look_back, answer.key.from).is_empty(),
                    IssueCode::PredecessorRecords,
                )
                .with_if(in_part(authority, answer.key.to), IssueCode::PartOfYear),
        });
    }
    Cube::new(cells)
}
