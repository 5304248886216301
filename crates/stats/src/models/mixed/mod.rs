//! Regression of counts and proportions with effects of groups: generalised linear mixed models.
//! The model and its options are here; the algorithms in `engine`, `laplace`, `quadrature` and
//! `search`; what a fit says in `fitted`. Measurements with normal errors belong to `linear_mixed`.

mod ending;
mod engine;
mod explained;
mod fitted;
#[cfg(test)]
mod gradients;
mod laplace;
mod leave_out;
mod modes;
mod profile;
mod quadrature;
mod search;
mod separate;
mod spread;
mod stopped;

pub use explained::{ProportionalChange, proportional_change};
pub use fitted::{EffectSpread, FittedMixed};
pub(super) use fitted::{described, term_covariance};
pub use leave_out::{Expectation, ScaledLeftOut};
pub use modes::ConditionalMode;
pub(super) use modes::to_given_units;
pub use spread::{IntervalMethod, ResidualVariance, Spread, VariancePartition, median_ratio};

use super::cells;
use super::design::Design;
use super::family::Family;
use super::hermite;
use super::observations::Observations;
use super::random::RandomEffect;
use super::regression;
use crate::error::{Error, Result};
use quadrature::Rule;
use search::Start;

/// How the likelihood integrates over the effects of the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Integration {
    /// Laplace's approximation with the coefficients found along with the modes: quick and rough
    /// (`nAGQ = 0` elsewhere).
    Joint,
    /// Laplace's approximation (`nAGQ = 1`).
    #[default]
    Laplace,
    /// Adaptive Gauss-Hermite quadrature with that many nodes, 1 to 100; for one scalar effect.
    GaussHermite(usize),
}

/// How exactly the modes of the effects are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ModeSearch {
    /// To rounding: the likelihood is the one that was defined.
    #[default]
    Exact,
    /// Stopped where lme4 1.1 stops by default, when the penalised deviance changes by less than
    /// 1e-7 of itself. Only for comparing figures with lme4's: with few events a group its early
    /// stop moves the fourth digit. Quadrature with several nodes is exact either way.
    AsLme4,
}

/// What a fit may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MixedOptions {
    /// How the likelihood integrates over the effects.
    pub integration: Integration,
    /// How exactly the modes are found.
    pub modes: ModeSearch,
}

impl MixedOptions {
    /// Options with that way to integrate.
    #[must_use]
    pub fn with_integration(integration: Integration) -> Self {
        MixedOptions {
            integration,
            modes: ModeSearch::Exact,
        }
    }

    /// The same options with the modes found in that way.
    #[must_use]
    pub fn with_modes(self, modes: ModeSearch) -> Self {
        MixedOptions { modes, ..self }
    }
}

#[doc = include_str!("../../../docs/mixed_model.md")]
#[derive(Debug, Clone)]
pub struct MixedModel {
    pub(super) family: Family,
    pub(super) observations: Observations,
    pub(super) design: Design,
    pub(super) effects: Vec<RandomEffect>,
}

impl MixedModel {
    /// A model of these observations on these covariates, with no effects yet.
    ///
    /// # Errors
    /// As [`RegressionModel::new`](super::RegressionModel::new); [`Error::Undefined`] for a quasi
    /// family, which has no likelihood (an effect for every record does that work).
    pub fn new(family: Family, observations: Observations, design: Design) -> Result<Self> {
        regression::check(family, &observations, &design)?;
        if family.is_quasi() {
            return Err(Error::Undefined {
                what: "a mixed model of a quasi family",
                why: "it has no likelihood; use an effect for every record instead",
            });
        }
        Ok(MixedModel {
            family,
            observations,
            design,
            effects: Vec::new(),
        })
    }

    /// Adds an effect. Effects may be nested in each other or cross.
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::Covariate`] for a slope's covariate that is not finite;
    /// [`Error::Undefined`] for an effect without intercept and slope, or a name used before.
    pub fn with_effect(mut self, effect: RandomEffect) -> Result<Self> {
        effect.check(self.observations.len())?;
        if self.effects.iter().any(|e| e.name == effect.name) {
            return Err(Error::Undefined {
                what: "a second effect of the same name",
                why: "results are asked for by name",
            });
        }
        self.effects.push(effect);
        Ok(self)
    }

    /// The parameters of greatest likelihood.
    ///
    /// # Errors
    /// [`Error::TooFew`] for fewer records than columns, fewer than two groups, or no effect at
    /// all; [`Error::Collinear`]; [`Error::Separated`] when the covariates alone predict some
    /// outcomes perfectly; [`Error::Undefined`] when there are no events, nothing but events, or a
    /// quadrature of more than one scalar effect; [`Error::Argument`] for a number of nodes outside
    /// 1 to 100.
    ///
    /// A fit that did not converge, or whose spread is 0, is not an error: it says so.
    pub fn fit(self, options: &MixedOptions) -> Result<FittedMixed> {
        self.fit_from(options, None)
    }

    fn rule(&self, options: &MixedOptions) -> Result<Rule> {
        let nodes = match options.integration {
            Integration::Joint => return Ok(Rule::Joint),
            Integration::Laplace | Integration::GaussHermite(1) => return Ok(Rule::Laplace),
            Integration::GaussHermite(nodes) => nodes,
        };
        if !(1..=100).contains(&nodes) {
            return Err(Error::Argument {
                name: "nodes",
                must: "from 1 to 100",
                found: nodes as f64,
            });
        }
        if self.effects.len() != 1 || self.effects[0].width() != 1 {
            return Err(Error::Undefined {
                what: "adaptive Gauss-Hermite quadrature",
                why: "it is for a single scalar effect; use Laplace's approximation",
            });
        }
        Ok(Rule::Nodes(hermite::nodes(nodes)))
    }

    fn fit_from(self, options: &MixedOptions, start: Option<&Start>) -> Result<FittedMixed> {
        let rule = self.rule(options)?;
        if self.effects.is_empty() {
            return Err(Error::TooFew {
                what: "the effects of a mixed model",
                needed: 1,
                found: 0,
            });
        }
        let cells = cells::prepare(&self.observations, &self.design, &self.effects, self.family)?;
        let (first, extra) = search::first_fit(&cells, self.family, self.design.names())?;
        let kernel = self
            .family
            .kernel(extra.map_or(1.0, |root| 1.0 / (root * root)));
        let start = match start {
            Some(start) => start.clone(),
            None => Start {
                theta: search::first_spread(&cells, kernel, &first.eta),
                gamma: first.gamma,
                extra,
                inverse: None,
            },
        };
        let parts = {
            let found = search::search(&cells, self.family, &rule, start.clone(), true)?;
            let stops = options.modes == ModeSearch::AsLme4 && !matches!(rule, Rule::Nodes(_));
            let (solution, engine) = if stops {
                let full = found.0;
                let (quick, full) = if rule == Rule::Joint {
                    (full, None)
                } else {
                    let joint = search::search(&cells, self.family, &Rule::Joint, start, true)?;
                    (joint.0, Some(full))
                };
                stopped::search_stopped(&cells, self.family, &quick, full.as_ref())?
            } else {
                found
            };
            fitted::parts(&self, solution, engine)?
        };
        Ok(FittedMixed::new(self, *options, cells, parts))
    }
}
