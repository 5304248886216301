//! One model of authorities: how it is fitted, and what people quote of it.

use disparity_core::{
    Covariate, Ending, Fit, FitKey, Intervals, IssueCode, IssueSet, Levels, Measured, Reported,
    Symbol, Term, Variation,
};
use disparity_stats::models::{
    Design, Family, FittedMixed, INTERCEPT, MixedModel, MixedOptions, Observations, RandomEffect,
    Spread, log_rate_variation, proportional_change, rate_variation,
};
use disparity_stats::{Estimate, Interval, Level, Result};

use super::panel::Panel;

/// The name of the effect of authorities in every fit.
pub(super) const AUTHORITY: &str = "authority";

/// A model with the panel it was fitted to.
pub(super) struct Fitted {
    pub(super) mixed: FittedMixed,
    design: Design,
}

/// Fits Poisson counts with a random intercept for each authority: rates differ between authorities
/// with the same covariates as log-normal variables do.
pub(super) fn fit(panel: &Panel<'_>, variation: Variation) -> Result<Fitted> {
    let mut design = Design::intercept(panel.records.len());
    for covariate in &panel.covariates {
        design = design.with(covariate.as_str(), &panel.standardised(*covariate))?;
    }
    if variation == Variation::WithRegion {
        design = design.with_factor(REGION, &panel.regions().0)?;
    }
    let (counts, children) = counts(panel);
    let authorities: Vec<usize> = (0..panel.records.len()).collect();
    let observations = Observations::counts(&counts)?.with_exposure(&children)?;
    let mixed = MixedModel::new(Family::Poisson, observations, design.clone())?
        .with_effect(RandomEffect::intercept(AUTHORITY, &authorities))?
        .fit(&MixedOptions::default())?;
    Ok(Fitted { mixed, design })
}

/// The fit of the same authorities without covariates, so that a share of variance is a share of one
/// variance.
pub(super) fn null_of(panel: &Panel<'_>) -> Option<Fitted> {
    fit(&panel.without_covariates(), Variation::Main).ok()
}

const REGION: &str = "region";

fn counts(panel: &Panel<'_>) -> (Vec<f64>, Vec<f64>) {
    panel
        .records
        .iter()
        .map(|record| {
            let times = record.times();
            (f64::from(record.observed) / times, record.children / times)
        })
        .unzip()
}

/// What is said of a fit. `null` is the fit of the same authorities without covariates; `with_rates` asks how much of
/// the variation of rates goes with the covariates, beside that of their logs.
pub(super) fn describe(
    key: FitKey,
    panel: &Panel<'_>,
    fitted: &Fitted,
    null: Option<&Fitted>,
    with_rates: bool,
    issues: IssueSet,
    levels: Levels,
) -> Fit {
    let mixed = &fitted.mixed;
    let mut terms = coefficients(key, panel, mixed, levels);
    terms.extend(spread(mixed, levels));
    if let Some(null) = null {
        terms.push((
            Term::VarianceExplained,
            explained(&null.mixed, mixed, levels),
        ));
        terms.push((Term::RSquared, r_squared(panel, &fitted.design, levels)));
        if with_rates {
            terms.push((
                Term::RSquaredRate,
                r_squared_rate(panel, &fitted.design, levels),
            ));
        }
    }
    Fit {
        key,
        areas: number(panel),
        ending: Reported::Value(Ending {
            converged: mixed.converged(),
            singular: mixed.singular(),
            log_likelihood: mixed.log_likelihood(),
            aic: mixed.aic(),
        }),
        terms,
        fifths_changed: Reported::Symbol(Symbol::NotApplicable),
        issues: issues
            .with_if(!mixed.converged(), IssueCode::NotConverged)
            .with_if(mixed.singular(), IssueCode::NoSpread),
    }
}

/// A fit that could not be made.
pub(super) fn refused(key: FitKey, panel: &Panel<'_>, issues: IssueSet) -> Fit {
    Fit {
        key,
        areas: number(panel),
        ending: Reported::Symbol(Symbol::NotApplicable),
        terms: Vec::new(),
        fifths_changed: Reported::Symbol(Symbol::NotApplicable),
        issues: issues.with(IssueCode::ModelRefused),
    }
}

fn number(panel: &Panel<'_>) -> u32 {
    u32::try_from(panel.records.len()).unwrap_or(u32::MAX)
}

fn coefficients(
    key: FitKey,
    panel: &Panel<'_>,
    mixed: &FittedMixed,
    levels: Levels,
) -> Vec<(Term, Reported<Measured>)> {
    let ratio = |name: &str| {
        at_all(levels, "mixed_model", |level| {
            mixed.coefficients().get(name)?.ratio(level)
        })
    };
    let mut terms = vec![(Term::Baseline, ratio(INTERCEPT))];
    let named = |covariate: &Covariate| (Term::Covariate(*covariate), ratio(covariate.as_str()));
    terms.extend(panel.covariates.iter().map(named));
    if key.variation == Variation::WithRegion {
        let (_, names) = panel.regions();
        for (code, region) in names.iter().enumerate().skip(1) {
            terms.push((Term::Region(*region), ratio(&format!("{REGION}[{code}]"))));
        }
    }
    terms
}

fn spread(mixed: &FittedMixed, levels: Levels) -> [(Term, Reported<Measured>); 3] {
    let at = |level: &Level| mixed.spread(AUTHORITY, *level);
    let found: Result<Vec<Spread>> = levels.as_slice().iter().map(at).collect();
    let of = |pick: fn(&Spread) -> Estimate| match &found {
        Ok(found) => joined("spread", found.iter().map(pick)),
        Err(_) => Reported::Symbol(Symbol::NotApplicable),
    };
    [
        (Term::Sigma, of(|spread| spread.sigma)),
        (Term::OneSdRatio, of(|spread| spread.one_sd_ratio)),
        (Term::MedianRateRatio, of(|spread| spread.median_ratio)),
    ]
}

fn explained(null: &FittedMixed, adjusted: &FittedMixed, levels: Levels) -> Reported<Measured> {
    at_all(levels, "proportional_change", |level| {
        proportional_change(null, adjusted, AUTHORITY, level).map(|found| found.change)
    })
}

fn r_squared_rate(panel: &Panel<'_>, design: &Design, levels: Levels) -> Reported<Measured> {
    let (counts, children) = counts(panel);
    at_all(levels, "rate_variation", |level| {
        rate_variation(&counts, &children, design, level).map(|found| found.r_squared)
    })
}

fn r_squared(panel: &Panel<'_>, design: &Design, levels: Levels) -> Reported<Measured> {
    let (counts, children) = counts(panel);
    at_all(levels, "log_rate_variation", |level| {
        log_rate_variation(&counts, &children, design, level).map(|found| found.r_squared)
    })
}

/// A figure with its intervals at every level; what the statistics refuse does not apply.
pub(super) fn at_all(
    levels: Levels,
    method: &'static str,
    at: impl Fn(Level) -> Result<Estimate>,
) -> Reported<Measured> {
    let found: Result<Vec<Estimate>> = levels.as_slice().iter().map(|level| at(*level)).collect();
    found.map_or(Reported::Symbol(Symbol::NotApplicable), |found| {
        joined(method, found.into_iter())
    })
}

/// The same figure at every level, narrowest first; without a level there is no figure.
pub(super) fn joined(
    method: &'static str,
    found: impl Iterator<Item = Estimate>,
) -> Reported<Measured> {
    let found: Vec<Estimate> = found.collect();
    let ends: Vec<Interval> = found.iter().map(|found| found.interval).collect();
    match (found.first(), Intervals::of(&ends)) {
        (Some(first), Some(intervals)) => Reported::Value(Measured {
            value: first.value,
            intervals,
            method,
        }),
        _ => Reported::Symbol(Symbol::NotApplicable),
    }
}
