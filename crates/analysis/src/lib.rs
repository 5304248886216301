//! Cube to results: rates, expected versus actual, contrasts. Pure and parallel.
//!
//! For each indicator, in code-list order:
//! 1. [`estimates`]: every cell becomes a rate or a proportion with its intervals.
//! 2. [`expected`]: what England's rates would give with the authority's children, against what was
//!    counted.
//! 3. [`contrasts`]: against England, the region and the statistical neighbours; against earlier
//!    years; between groups.
//! 4. [`shrink`]: small-number rates drawn towards those of their kind.
//!
//! Then, for the indicators that the code list marks, [`structural`]: what models of all the other
//! authorities expect of each.
//!
//! Whatever depends on an absent cell is absent, with the strongest of the reasons. Work is split by
//! indicator and collected in order, so results do not depend on the number of cores.
//!
//! What it deliberately does not do: no statistics of its own (they are in `disparity-stats`), no
//! files, no disclosure control (that is the gate in `disparity-core`).

mod contrasts;
mod estimates;
mod expected;
mod measure;
mod rank;
mod shrink;
mod structural;
mod withheld;

use disparity_core::{
    Catalogue, Contrast, Cube, Estimate, Expected, GeographicLevel, IndicatorId, Plan, Populations,
    Provenance, Results, Shrunken,
};
use rayon::prelude::*;
use std::mem::take;

/// What an analysis reads.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Counts with their denominators.
    pub cube: &'a Cube,
    /// Children by period, area and group.
    pub populations: &'a Populations,
    /// What the keys mean.
    pub catalogue: &'a Catalogue,
    /// What is asked for.
    pub plan: &'a Plan,
    /// Where the counts came from.
    pub provenance: Provenance,
}

/// Analyses every indicator of the plan.
#[must_use]
pub fn analyse(input: Input<'_>) -> Results {
    let (mut parts, models) = rayon::join(
        || {
            let each = input.plan.indicators.par_iter().with_max_len(1);
            each.map(|id| analyse_one(input, *id))
                .collect::<Vec<Part>>()
        },
        || structural::models(input),
    );
    let mut results = Results::new(input.provenance, input.plan.levels);
    // Kind after kind, so that no more than one of them is ever there twice.
    results.estimates = joined(parts.iter_mut().map(|part| take(&mut part.estimates)));
    results.contrasts = joined(parts.iter_mut().map(|part| take(&mut part.contrasts)));
    results.shrunken = joined(parts.iter_mut().map(|part| take(&mut part.shrunken)));
    let expected = parts.iter_mut().map(|part| take(&mut part.expected));
    results.expected = joined(expected.chain([models.expected]));
    results
        .expected
        .sort_unstable_by_key(|row| (row.indicator, row.span, row.area, row.model));
    results.covariates = models.covariates;
    results.fits = models.fits;
    results.effects = models.effects;
    results.fifths = models.fifths;
    results.gradients = models.gradients;
    results.intersections = models.intersections;
    results.claims = models.claims;
    results.issues = models.issues;
    results
}

/// The results of one indicator, without models.
struct Part {
    estimates: Vec<Estimate>,
    expected: Vec<Expected>,
    contrasts: Vec<Contrast>,
    shrunken: Vec<Shrunken>,
}

fn analyse_one(input: Input<'_>, id: IndicatorId) -> Part {
    let estimates = estimates::estimate(input, id);
    let (mut expected, mut contrasts) = (Vec::new(), Vec::new());
    if input.plan.compared.contains(&id) {
        expected = expected::expected(input, id);
        contrasts = contrasts::contrast(input, id, &estimates);
    }
    let shrunken = shrink::shrink(input, id, &estimates);
    let wanted = |area, period| {
        let authority = input
            .catalogue
            .areas
            .get(area)
            .is_some_and(|area| area.level == GeographicLevel::LocalAuthority);
        input.plan.wants_area(area, authority) && input.plan.wants_period(period)
    };
    Part {
        estimates: keep(estimates, |row| wanted(row.key.area, row.key.period)),
        expected: keep(expected, |row| wanted(row.area, row.span.last)),
        contrasts: keep(contrasts, |row| wanted(row.key.area, row.key.period)),
        shrunken: keep(shrunken, |row| wanted(row.key.area, row.key.period)),
    }
}

/// The pieces in one, each gone once it is in.
pub(crate) fn joined<T>(pieces: impl Iterator<Item = Vec<T>>) -> Vec<T> {
    let pieces: Vec<Vec<T>> = pieces.collect();
    let mut whole = Vec::with_capacity(pieces.iter().map(Vec::len).sum());
    for piece in pieces {
        whole.extend(piece);
    }
    whole
}

fn keep<T>(mut rows: Vec<T>, wanted: impl Fn(&T) -> bool) -> Vec<T> {
    rows.retain(wanted);
    rows
}
