//! Intersections of ethnicity, age and sex as groups of a model: how much of the variation between
//! them is additive, and which stand out beyond it (MAIHDA).
//! Evans et al. (2018), doi:10.1016/j.socscimed.2017.11.011; Merlo (2018),
//! doi:10.1016/j.socscimed.2017.12.026. The fits are `mixed`'s.

use super::design::Design;
use super::family::Family;
use super::mixed::{
    ConditionalMode, FittedMixed, MixedModel, MixedOptions, ProportionalChange, VariancePartition,
    proportional_change,
};
use super::observations::{Observations, Response};
use super::random::RandomEffect;
use super::regression::leave_out::grouped;
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};
use crate::sum::sum;

/// The name of the effect of strata in both models.
pub const STRATUM: &str = "stratum";

/// One intersection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StratumEffect {
    /// The stratum's number.
    pub code: usize,
    /// Events, summed over its records.
    pub observed: f64,
    /// Exposure or trials, summed over its records.
    pub exposure: f64,
    /// The rate or proportion as counted; `None` without exposure.
    pub raw: Option<f64>,
    /// What the main effects alone give it; `None` without exposure.
    pub additive: Option<f64>,
    /// What the additive model with its own effect gives it: between `raw` and `additive`.
    pub shrunken: Option<f64>,
    /// Its effect beyond the main effects, as a ratio of rates or odds.
    pub interaction: Estimate,
    /// Its effect beyond the main effects, on the scale of the linear predictor.
    pub mode: ConditionalMode,
    /// Whether the interval of its interaction leaves out 1. With many strata some will by chance.
    pub stands_out: bool,
}

/// The variation between intersections taken apart.
#[derive(Debug, Clone)]
pub struct StrataPartition {
    /// The model without main effects.
    pub null: FittedMixed,
    /// The model with the main effects of every dimension.
    pub additive: FittedMixed,
    /// The share of the variance that lies between strata.
    pub between: VariancePartition,
    /// The share that still does once the main effects are known.
    pub beyond_additive: VariancePartition,
    /// How much of the variance between strata the main effects explain; `None` where the null
    /// model finds no variance between strata.
    pub explained: Option<ProportionalChange>,
    /// The strata in ascending order of their numbers.
    pub strata: Vec<StratumEffect>,
}

#[doc = include_str!("../../docs/strata_partition.md")]
pub fn strata_partition(
    family: Family,
    observations: &Observations,
    strata: &[usize],
    main_effects: &Design,
    options: &MixedOptions,
    level: Level,
) -> Result<StrataPartition> {
    let fit = |design: Design| {
        MixedModel::new(family, observations.clone(), design)?
            .with_effect(RandomEffect::intercept(STRATUM, strata))?
            .fit(options)
    };
    let null = fit(Design::intercept(observations.len()))?;
    let additive = fit(main_effects.clone())?;
    let explained = match proportional_change(&null, &additive, STRATUM, level) {
        Ok(change) => Some(change),
        Err(Error::Undefined { .. } | Error::TooFew { .. }) => None,
        Err(other) => return Err(other),
    };
    Ok(StrataPartition {
        between: null.variance_partition(STRATUM, level)?,
        beyond_additive: additive.variance_partition(STRATUM, level)?,
        explained,
        strata: effects(observations, strata, main_effects, &additive, level)?,
        null,
        additive,
    })
}

fn effects(
    observations: &Observations,
    strata: &[usize],
    main_effects: &Design,
    fit: &FittedMixed,
    level: Level,
) -> Result<Vec<StratumEffect>> {
    let expected = fit.expected();
    let fixed = main_effects.times(fit.coefficients().estimates());
    let exposure = |i: usize| match observations.response {
        Response::Counts => observations.offsets[i].exp(),
        Response::Proportions => observations.trials[i],
    };
    let typical = |i: usize| match observations.response {
        Response::Counts => (fixed[i] + observations.offsets[i]).exp(),
        Response::Proportions => {
            observations.trials[i] / (1.0 + (-fixed[i] - observations.offsets[i]).exp())
        }
    };
    let groups = grouped(strata, observations.len())?;
    fit.modes(STRATUM)?
        .into_iter()
        .zip(groups)
        .map(|(mode, (code, records))| {
            let used: Vec<usize> = records
                .into_iter()
                .filter(|&i| observations.weights[i] > 0.0)
                .collect();
            let total = |f: &dyn Fn(usize) -> f64| sum(used.iter().map(|&i| f(i)));
            let all = total(&exposure);
            let share = |events: f64| (all > 0.0).then(|| events / all);
            let interaction = mode.ratio(level)?;
            Ok(StratumEffect {
                code,
                observed: total(&|i| observations.totals[i]),
                exposure: all,
                raw: share(total(&|i| observations.totals[i])),
                additive: share(total(&typical)),
                shrunken: share(total(&|i| expected[i])),
                stands_out: !interaction.interval.contains(1.0),
                interaction,
                mode,
            })
        })
        .collect()
}
