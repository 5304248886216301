//! What characteristics do together, where counts are crossed: how much of the variation between
//! intersections of ethnic group, age and sex is the sum of the characteristics, and which
//! intersections stand out beyond it.

use std::collections::BTreeMap;

use disparity_core::{
    AreaCode, CategoryId, Cell, Dimension, IndicatorId, Intersection, IntersectionFigure, Levels,
    Measured, Period, Reported, Stratum, Symbol, Unit,
};
use disparity_stats::models::{
    Design, Family, MixedOptions, Observations, StrataPartition, StratumEffect, strata_partition,
};
use disparity_stats::{Estimate, Level, Result};

use super::fit::joined;
use crate::Input;

/// The characteristics that are crossed.
const CROSSED: [Dimension; 3] = [
    Dimension::EthnicityMajor,
    Dimension::AgeBand,
    Dimension::Sex,
];

/// Fewer intersections than this say nothing of how they vary.
const FEWEST: usize = 6;

/// The intersections of every area of one indicator and year whose counts are crossed, sorted by area,
/// what is crossed, stratum and figure.
pub(super) fn intersections(
    input: Input<'_>,
    indicator: IndicatorId,
    period: Period,
) -> Vec<Intersection> {
    if !input.plan.wants_period(period) {
        return Vec::new();
    }
    let mut areas: BTreeMap<AreaCode, BTreeMap<u8, Vec<&Cell>>> = BTreeMap::new();
    for cell in input.cube.indicator(indicator) {
        let crossed = crossed(input, cell.key.stratum);
        if cell.key.period == period && crossed.count_ones() >= 2 {
            let by_area = areas.entry(cell.key.area).or_default();
            by_area.entry(crossed).or_default().push(cell);
        }
    }
    let unit = input.catalogue.indicators.get(indicator).unit();
    let mut rows: Vec<Intersection> = areas
        .into_values()
        .flat_map(BTreeMap::into_values)
        .flat_map(|cells| of(&cells, unit, input.plan.levels))
        .collect();
    rows.sort_by_key(|row| (row.area, row.crossed, row.stratum, row.figure));
    rows
}

/// Which of the crossed dimensions a stratum is of, as bits; 0 for one that is of others too, or of
/// people whose group is not known.
fn crossed(input: Input<'_>, stratum: Stratum) -> u8 {
    let mut bits = 0;
    for dimension in Dimension::ALL {
        let category = stratum.get(dimension);
        if category == disparity_core::CategoryId::TOTAL {
            continue;
        }
        let place = CROSSED.iter().position(|crossed| *crossed == dimension);
        let list = input.catalogue.dimensions.list(dimension);
        match place {
            Some(place) if !list.get(category).unknown => bits |= 1 << place,
            _ => return 0,
        }
    }
    bits
}

fn of(cells: &[&Cell], unit: Unit, levels: Levels) -> Vec<Intersection> {
    let known: Vec<(&Cell, f64, f64)> = cells
        .iter()
        .filter_map(|cell| {
            let (n, of) = cell.numerator.zip(cell.denominator.value).value()?;
            (of > 0.0).then(|| (*cell, f64::from(n), of))
        })
        .collect();
    if known.len() < FEWEST {
        return Vec::new();
    }
    let first = known[0].0;
    let at = |level: &Level| partition(&known, unit, *level);
    let Ok(found) = levels.as_slice().iter().map(at).collect::<Result<Vec<_>>>() else {
        // A partition that cannot be made is a row without a figure.
        let none = Reported::Symbol(Symbol::NotApplicable);
        return vec![Intersection {
            stratum: Stratum::TOTAL,
            ..row(first, IntersectionFigure::Between, none)
        }];
    };
    let whole = |figure, pick: &dyn Fn(&StrataPartition) -> Option<Estimate>| {
        let value = found.iter().map(pick).collect::<Option<Vec<_>>>();
        let value = value.map_or(Reported::Symbol(Symbol::NotApplicable), |value| {
            joined("strata_partition", value.into_iter())
        });
        Intersection {
            stratum: Stratum::TOTAL,
            ..row(first, figure, value)
        }
    };
    let mut rows = vec![
        whole(IntersectionFigure::Between, &|all| Some(all.between.share)),
        whole(IntersectionFigure::BeyondAdditive, &|all| {
            Some(all.beyond_additive.share)
        }),
        whole(IntersectionFigure::Explained, &|all| {
            all.explained.as_ref().map(|explained| explained.change)
        }),
    ];
    rows.extend(known.iter().zip(0..).map(|((cell, ..), place)| {
        let effects: Vec<&StratumEffect> = found.iter().map(|all| &all.strata[place]).collect();
        stratum(cell, &effects)
    }));
    rows
}

fn row(cell: &Cell, figure: IntersectionFigure, value: Reported<Measured>) -> Intersection {
    let none = Symbol::NotApplicable;
    Intersection {
        indicator: cell.key.indicator,
        period: cell.key.period,
        area: cell.key.area,
        crossed: Dimension::ALL
            .map(|dimension| cell.key.stratum.get(dimension) != CategoryId::TOTAL),
        stratum: cell.key.stratum,
        figure,
        count: Reported::Symbol(none),
        children: Reported::Symbol(none),
        raw: Reported::Symbol(none),
        additive: Reported::Symbol(none),
        shrunken: Reported::Symbol(none),
        value,
    }
}

/// One intersection, from its effect at every level.
fn stratum(cell: &Cell, effects: &[&StratumEffect]) -> Intersection {
    let interactions = effects.iter().map(|effect| effect.interaction);
    let value = joined("strata_partition", interactions);
    let known = |pick: fn(&StratumEffect) -> Option<f64>| {
        let value = effects.first().and_then(|effect| pick(effect));
        value.map_or(Reported::Symbol(Symbol::NotApplicable), Reported::Value)
    };
    Intersection {
        count: cell.numerator,
        children: cell.denominator.value,
        raw: known(|effect| effect.raw),
        additive: known(|effect| effect.additive),
        shrunken: known(|effect| effect.shrunken),
        ..row(cell, IntersectionFigure::Interaction, value)
    }
}

fn partition(known: &[(&Cell, f64, f64)], unit: Unit, level: Level) -> Result<StrataPartition> {
    let counts: Vec<f64> = known.iter().map(|(_, count, _)| *count).collect();
    let of: Vec<f64> = known.iter().map(|(.., of)| *of).collect();
    let (family, observations) = match unit {
        Unit::Per10k => (
            Family::Poisson,
            Observations::counts(&counts)?.with_exposure(&of)?,
        ),
        Unit::Proportion => (Family::Binomial, Observations::proportions(&counts, &of)?),
    };
    let mut design = Design::intercept(known.len());
    for dimension in CROSSED {
        let codes: Vec<usize> = known
            .iter()
            .map(|(cell, ..)| usize::from(cell.key.stratum.get(dimension).0))
            .collect();
        if codes.iter().any(|code| *code != codes[0]) {
            design = design.with_factor(dimension.column(), &codes)?;
        }
    }
    let strata: Vec<usize> = (0..known.len()).collect();
    strata_partition(
        family,
        &observations,
        &strata,
        &design,
        &MixedOptions::default(),
        level,
    )
}
