//! The question that inspectors bring, answered in one call: is an area higher than it should be,
//! given who lives there? A chain of models from no covariates to all of them, and each area
//! against what every model expects of it without itself.
//! The fits are `mixed`'s and the judgement `expected`'s; which covariates to use is the caller's.

use super::design::Design;
use super::expected::{AgainstExpected, against_expected};
use super::family::Family;
use super::mixed::{
    ConditionalMode, Expectation, FittedMixed, MixedModel, MixedOptions, ProportionalChange,
    Spread, proportional_change,
};
use super::observations::Observations;
use super::random::RandomEffect;
use super::rank::rank_effects;
use crate::error::{Error, Result};
use crate::level::Level;
use crate::quantile::{FirstQuantile, quantile_groups};
use crate::rank::RankInterval;

/// The name of the areas' effect in every model of the chain.
pub const AREA: &str = "area";
/// The name of the records' effect, in models of areas with several records.
pub const RECORD: &str = "record";

/// What a chain of models may be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StructuralParams {
    /// The level of every interval.
    pub level: Level,
    /// How the models integrate over the areas' effects.
    pub options: MixedOptions,
    /// What an area that was left out is expected to be like.
    pub expectation: Expectation,
    /// The seed of the draws behind the ranks.
    pub seed: u64,
    /// How often the ranks are drawn.
    pub repetitions: u32,
}

impl StructuralParams {
    /// 95% intervals, Laplace's approximation, average areas, 2,000 draws from that seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        StructuralParams {
            level: Level::P95,
            options: MixedOptions::default(),
            expectation: Expectation::Average,
            seed,
            repetitions: 2_000,
        }
    }
}

/// One area in one model.
#[derive(Debug, Clone, PartialEq)]
pub struct StructuralArea {
    /// The area's number.
    pub code: usize,
    /// Its effect beyond the covariates, in the fit that it is part of.
    pub effect: ConditionalMode,
    /// The rank of that effect, 1 the lowest, with its interval.
    pub rank: RankInterval,
    /// The area against the model that left it out, or why that cannot be said.
    pub against: Result<AgainstExpected>,
    /// The fifth of the areas that its observed over expected lies in, 1 the lowest; `None` where
    /// that ratio does not exist or there are fewer than five of them.
    pub fifth: Option<u32>,
}

/// One model of the chain.
#[derive(Debug, Clone)]
pub struct StructuralFit {
    /// The fit to all areas.
    pub fit: FittedMixed,
    /// How much areas differ beyond the covariates.
    pub spread: Spread,
    /// How much of the first model's variance between areas this one accounts for; `None` for the
    /// first, and where the first found none.
    pub explained: Option<ProportionalChange>,
    /// The areas in ascending order of their numbers.
    pub areas: Vec<StructuralArea>,
}

/// A model's name with its fit, or why there is none: one model that cannot be fitted does not keep
/// the others from being.
#[derive(Debug, Clone)]
pub struct StructuralModel {
    /// The name that the caller gave it.
    pub name: String,
    /// Its fit.
    pub outcome: Result<StructuralFit>,
}

#[doc = include_str!("../../docs/structural_models.md")]
pub fn structural_models(
    family: Family,
    observations: &Observations,
    areas: &[usize],
    designs: &[(&str, Design)],
    params: &StructuralParams,
) -> Result<Vec<StructuralModel>> {
    if areas.len() != observations.len() {
        return Err(Error::Lengths {
            left: "the responses",
            left_len: observations.len(),
            right: "areas",
            right_len: areas.len(),
        });
    }
    if designs.is_empty() {
        return Err(Error::TooFew {
            what: "the models of a chain",
            needed: 1,
            found: 0,
        });
    }
    let mut null: Option<FittedMixed> = None;
    let mut models = Vec::with_capacity(designs.len());
    for (place, (name, design)) in designs.iter().enumerate() {
        let fit = fit(family, observations, areas, design, params);
        if place == 0 {
            null = fit.as_ref().ok().cloned();
        }
        let first = if place == 0 { None } else { null.as_ref() };
        models.push(StructuralModel {
            name: (*name).to_owned(),
            outcome: fit.and_then(|fit| told(fit, first, params)),
        });
    }
    Ok(models)
}

/// Areas with several records scatter over them beyond chance, and an effect of each record takes
/// that up.
fn fit(
    family: Family,
    observations: &Observations,
    areas: &[usize],
    design: &Design,
    params: &StructuralParams,
) -> Result<FittedMixed> {
    let model = MixedModel::new(family, observations.clone(), design.clone())?
        .with_effect(RandomEffect::intercept(AREA, areas))?;
    let mut used: Vec<usize> = (0..areas.len())
        .filter(|&i| observations.weights[i] > 0.0)
        .map(|i| areas[i])
        .collect();
    let records = used.len();
    used.sort_unstable();
    used.dedup();
    let model = if used.len() < records {
        model.with_effect(RandomEffect::observation(RECORD, areas.len()))?
    } else {
        model
    };
    model.fit(&params.options)
}

fn told(
    fit: FittedMixed,
    null: Option<&FittedMixed>,
    params: &StructuralParams,
) -> Result<StructuralFit> {
    let spread = fit.spread(AREA, params.level)?;
    let explained = null.and_then(|null| proportional_change(null, &fit, AREA, params.level).ok());
    let effects = fit.modes(AREA)?;
    let ranks = rank_effects(&effects, params.level, params.seed, params.repetitions)?;
    let against: Vec<Result<AgainstExpected>> = fit
        .leave_out(AREA, params.expectation)?
        .into_iter()
        .map(|(_, left)| left.and_then(|left| against_expected(&left, params.level)))
        .collect();
    let ratios: Vec<f64> = against.iter().flatten().map(|a| a.ratio.value).collect();
    let mut fifths = quantile_groups(&ratios, 5, FirstQuantile::Lowest)
        .ok()
        .map(Vec::into_iter);
    let areas = effects
        .into_iter()
        .zip(ranks)
        .zip(against)
        .map(|((effect, rank), against)| StructuralArea {
            code: effect.code,
            effect,
            rank,
            fifth: if against.is_ok() {
                fifths.as_mut().and_then(Iterator::next)
            } else {
                None
            },
            against,
        })
        .collect();
    Ok(StructuralFit {
        fit,
        spread,
        explained,
        areas,
    })
}
