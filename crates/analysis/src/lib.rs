//! Cube to results: rates, expected versus actual, contrasts. Pure and parallel.
//!
//! For each indicator, in code-list order:
//! 1. [`estimates`]: every cell becomes a rate or a proportion with its intervals.
//! 2. [`expected`]: what England's rates would give with the authority's children, against what was
//!    counted.
//! 3. [`contrasts`]: against England, the region and the statistical neighbours; against earlier
//!    years; between groups.
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

use disparity_core::{
    Catalogue, Contrast, Cube, Estimate, Expected, GeographicLevel, IndicatorId, Plan, Populations,
    Provenance, Results,
};
use rayon::prelude::*;

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
    let parts: Vec<Part> = input
        .plan
        .indicators
        .par_iter()
        .map(|id| analyse_one(input, *id))
        .collect();
    let mut results = Results {
        provenance: input.provenance,
        estimates: Vec::with_capacity(parts.iter().map(|part| part.estimates.len()).sum()),
        expected: Vec::new(),
        contrasts: Vec::new(),
        issues: Vec::new(),
    };
    for part in parts {
        results.estimates.extend(part.estimates);
        results.expected.extend(part.expected);
        results.contrasts.extend(part.contrasts);
    }
    results
}

/// The results of one indicator.
struct Part {
    estimates: Vec<Estimate>,
    expected: Vec<Expected>,
    contrasts: Vec<Contrast>,
}

fn analyse_one(input: Input<'_>, id: IndicatorId) -> Part {
    let estimates = estimates::estimate(input, id);
    let (mut expected, mut contrasts) = (Vec::new(), Vec::new());
    if input.plan.compared.contains(&id) {
        expected = expected::expected(input, id);
        contrasts = contrasts::contrast(input, id, &estimates);
    }
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
        expected: keep(expected, |row| wanted(row.area, row.period)),
        contrasts: keep(contrasts, |row| wanted(row.key.area, row.key.period)),
    }
}

fn keep<T>(mut rows: Vec<T>, wanted: impl Fn(&T) -> bool) -> Vec<T> {
    rows.retain(wanted);
    rows
}
