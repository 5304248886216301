//! Cube to results: rates, expected versus actual, contrasts. Pure and parallel.
//!
//! For each indicator, in code-list order:
//! 1. [`estimates`]: every cell becomes a rate or a proportion with its intervals.
//! 2. [`expected`]: what the nation's rates would give with the authority's children, against what was
//!    counted.
//! 3. [`contrasts`]: against the nation, the region and the statistical neighbours; against earlier
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
mod input;
mod measure;
mod rank;
mod shrink;
mod structural;
mod withheld;

use input::AT_ONCE;
pub use input::Input;

use std::collections::BTreeSet;

use disparity_core::{
    Background, Contrast, Estimate, Expected, ExpectedModel, Fit, GeographicLevel, IndicatorId,
    Period, Results, Shrunken, Span, StructuralModel, Variation,
};
use rayon::prelude::*;

/// Analyses every indicator of the plan.
#[must_use]
pub fn analyse(input: Input<'_>) -> Results {
    let (parts, models) = rayon::join(|| analyse_each(input), || structural::models(input));
    let mut results = Results::new(input.provenance, input.plan.levels);
    results.estimates = parts.estimates;
    results.contrasts = parts.contrasts;
    results.shrunken = parts.shrunken;
    results.expected = parts.expected;
    results.expected.extend(models.expected);
    results.background = models.background;
    let background = parts.background;
    results.background.estimates.extend(background.estimates);
    results.background.expected.extend(background.expected);
    for rows in [&mut results.expected, &mut results.background.expected] {
        order_and_quote(rows, &models.fits);
    }
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

/// Of every indicator of the plan only what a needs assessment stands on: what is expected of each area at
/// the nation's rate and by the model that knows everything, that fit, and the gradients by deprivation. The
/// figures are those of [`analyse`]; nothing is ranked, contrasted or asked in another way, and no row is put
/// into the background.
#[must_use]
pub fn analyse_expected(input: Input<'_>) -> Results {
    let indicators = input.plan.indicators.par_iter().with_max_len(1);
    let at_national_rate = || -> Vec<Vec<Expected>> {
        let each = indicators.map(|id| expected::at_national_rate(input, *id));
        each.collect()
    };
    let (each, models) = rayon::join(at_national_rate, || structural::full(input));
    let mut results = Results::new(input.provenance, input.plan.levels);
    results.expected = each.into_iter().flatten().collect();
    results.expected.extend(models.expected);
    results
        .expected
        .retain(|row| input.plan.wants_period(row.span.last));
    order_and_quote(&mut results.expected, &models.fits);
    results.fits = models.fits;
    results.gradients = models.gradients;
    results.issues = models.issues;
    results
}

/// Puts rows into their order and marks which are to be quoted.
fn order_and_quote(rows: &mut [Expected], fits: &[Fit]) {
    rows.sort_unstable_by_key(|row| (row.indicator, row.span, row.area, row.model));
    quote(rows, fits);
}

/// Marks the expectations to quote: of every indicator and span those of everything that is known, where
/// there is such a fit, and those at the nation's rate where there is none. All areas have the same.
fn quote(rows: &mut [Expected], fits: &[Fit]) {
    let fitted: BTreeSet<(IndicatorId, Span)> = fits
        .iter()
        .filter(|fit| {
            fit.key.model == StructuralModel::Full
                && fit.key.variation == Variation::Main
                && fit.ending.is_value()
        })
        .map(|fit| (fit.key.indicator, fit.key.span))
        .collect();
    for row in rows {
        row.quoted = row.model
            == if fitted.contains(&(row.indicator, row.span)) {
                ExpectedModel::Structural(StructuralModel::Full)
            } else {
                ExpectedModel::NationalRate
            };
    }
}

/// The results of all indicators in their order, without models.
fn analyse_each(input: Input<'_>) -> Part {
    let mut all = Part::default();
    for indicators in input.plan.indicators.chunks(AT_ONCE) {
        let each = indicators.par_iter().with_max_len(1);
        let each: Vec<Part> = each.map(|id| analyse_one(input, *id)).collect();
        for part in each {
            all.estimates.extend(part.estimates);
            all.expected.extend(part.expected);
            all.contrasts.extend(part.contrasts);
            all.shrunken.extend(part.shrunken);
            all.background.estimates.extend(part.background.estimates);
            all.background.expected.extend(part.background.expected);
        }
    }
    all
}

/// The results of one indicator, or of all, without models.
#[derive(Default)]
struct Part {
    estimates: Vec<Estimate>,
    expected: Vec<Expected>,
    contrasts: Vec<Contrast>,
    shrunken: Vec<Shrunken>,
    background: Background,
}

fn analyse_one(input: Input<'_>, id: IndicatorId) -> Part {
    let estimates = estimates::estimate(input, id);
    let (mut expected, mut contrasts) = (Vec::new(), Vec::new());
    if input.plan.compared.contains(&id) {
        expected = expected::expected(input, id);
        contrasts = contrasts::contrast(input, id, &estimates);
    }
    let shrunken = shrink::shrink(input, id, &estimates);
    let authority = |area| {
        input
            .catalogue
            .areas
            .get(area)
            .is_some_and(|area| area.level == GeographicLevel::LocalAuthority)
    };
    let wanted = |area, period| {
        input.plan.wants_area(area, authority(area)) && input.plan.wants_period(period)
    };
    let mut background = Background::default();
    if input.plan.authorities.is_some()
        && input.plan.compared.contains(&id)
        && let Some(last) = last_of_nation(input, &estimates)
    {
        let other = |area, period| period == last && !input.plan.wants_area(area, authority(area));
        let totals = estimates.iter().filter(|row| row.key.stratum.is_total());
        let totals = totals.filter(|row| other(row.key.area, row.key.period));
        background.estimates = totals.copied().collect();
        let expected = expected.iter();
        let expected = expected.filter(|row| other(row.area, row.span.last));
        background.expected = expected.copied().collect();
    }
    Part {
        estimates: keep(estimates, |row| wanted(row.key.area, row.key.period)),
        expected: keep(expected, |row| wanted(row.area, row.span.last)),
        contrasts: keep(contrasts, |row| wanted(row.key.area, row.key.period)),
        shrunken: keep(shrunken, |row| wanted(row.key.area, row.key.period)),
        background,
    }
}

/// The last year asked for in which the nation has a figure: the year that charts show.
fn last_of_nation(input: Input<'_>, estimates: &[Estimate]) -> Option<Period> {
    estimates
        .iter()
        .filter(|row| row.key.area == input.nation().code() && row.key.stratum.is_total())
        .filter(|row| row.outcome.is_value() && input.plan.wants_period(row.key.period))
        .map(|row| row.key.period)
        .max()
}

fn keep<T>(mut rows: Vec<T>, wanted: impl Fn(&T) -> bool) -> Vec<T> {
    rows.retain(wanted);
    rows
}
