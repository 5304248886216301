//! What people quote of the spread between groups, each figure named for what it is: the standard
//! deviation, one standard deviation as a ratio, the median ratio, and the share of the variance.
//! How much of it covariates explain is in `explained`.

use std::f64::consts::PI;

use super::super::family::Kernel;
use super::fitted::FittedMixed;
use super::profile::limits;
use crate::check;
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};
use crate::special::normal_quantile_upper;
use crate::sum::sum;

/// Where an interval comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalMethod {
    /// The values at which the likelihood, the rest at its best, has not yet fallen too far.
    ProfileLikelihood,
    /// A normal interval on a scale where the estimate is nearly normal, carried back.
    Delta,
}

/// The spread of an effect's intercepts between its groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The standard deviation on the scale of the linear predictor.
    pub sigma: Estimate,
    /// exp(sigma): a group one standard deviation higher has that many times the rate or the odds
    /// of a typical group.
    pub one_sd_ratio: Estimate,
    /// The median rate ratio or odds ratio of two groups taken at random, the higher over the lower.
    pub median_ratio: Estimate,
    /// Where the intervals come from.
    pub interval_method: IntervalMethod,
}

/// What the variance that is not between groups was taken to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ResidualVariance {
    /// π²/3, that of the standard logistic distribution behind a logit.
    Logistic,
    /// ln(1 + 1/mean) of a Poisson count with that mean, or ln(1 + 1/mean + 1/size).
    LogCount {
        /// The mean count of a record over all groups.
        mean: f64,
    },
}

/// The share of the variance on the scale of the linear predictor that lies between groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VariancePartition {
    /// The share, with the interval that the spread's profile gives while all else is held.
    pub share: Estimate,
    /// The variance between the groups.
    pub between: f64,
    /// The variance of the other effects.
    pub others: f64,
    /// The variance within groups.
    pub residual: f64,
    /// What that variance was taken to be.
    pub residual_is: ResidualVariance,
}

#[doc = include_str!("../../../docs/median_ratio.md")]
pub fn median_ratio(sigma: f64) -> Result<f64> {
    let sigma = check::not_negative("sigma", sigma)?;
    let quartile = normal_quantile_upper(0.25);
    check::result(
        "the median ratio",
        (std::f64::consts::SQRT_2 * sigma * quartile).exp(),
    )
}

impl FittedMixed {
    /// The place of an effect that is a scalar: an intercept, or a slope alone.
    fn scalar(&self, effect: &str) -> Result<usize> {
        let place = self.effect(effect)?;
        if self.cells.frame.structure.terms[place].width > 1 {
            return Err(Error::Undefined {
                what: "the spread of an effect with slopes",
                why: "it depends on the covariate",
            });
        }
        Ok(place)
    }

    #[doc = include_str!("../../../docs/spread.md")]
    pub fn spread(&self, effect: &str, level: Level) -> Result<Spread> {
        let place = self.scalar(effect)?;
        let term = &self.cells.frame.structure.terms[place];
        let sigma = self.spreads()[place].sds[0];
        let (low, high) = limits(self, term.theta, level.z() * level.z())?;
        let unit = 1.0 / term.scale[0];
        let (low, high) = ((low * unit).min(sigma), (high * unit).max(sigma));
        let of =
            |what, f: &dyn Fn(f64) -> Result<f64>| Estimate::of(what, f(sigma)?, f(low)?, f(high)?);
        Ok(Spread {
            sigma: of("a standard deviation", &Ok)?,
            one_sd_ratio: of("a ratio", &|s| Ok(s.exp()))?,
            median_ratio: of("a median ratio", &median_ratio)?,
            interval_method: IntervalMethod::ProfileLikelihood,
        })
    }

    #[doc = include_str!("../../../docs/variance_partition.md")]
    pub fn variance_partition(&self, effect: &str, level: Level) -> Result<VariancePartition> {
        let total = self.total_variance()?;
        let spread = self.spread(effect, level)?;
        let between = spread.sigma.value * spread.sigma.value;
        let others = (total - between).max(0.0);
        let (residual, residual_is) = self.residual_variance(total);
        let rest = others + check::result("the variance within groups", residual)?;
        let share = |sigma: f64| sigma * sigma / (sigma * sigma + rest);
        let limits = spread.sigma.interval;
        Ok(VariancePartition {
            share: Estimate::of(
                "a share of the variance",
                share(spread.sigma.value),
                share(limits.low),
                share(limits.high),
            )?,
            between,
            others,
            residual,
            residual_is,
        })
    }

    /// The variance within groups on the scale of the linear predictor (Nakagawa et al. 2017).
    fn residual_variance(&self, effects: f64) -> (f64, ResidualVariance) {
        let kernel = self.parts.kernel;
        if kernel == Kernel::Binomial {
            return (PI * PI / 3.0, ResidualVariance::Logistic);
        }
        let mean = self.mean_count(effects);
        let inverse_size = match kernel {
            Kernel::NegativeBinomial { size } => 1.0 / size,
            _ => 0.0,
        };
        let residual = (1.0 / mean + inverse_size).ln_1p();
        (residual, ResidualVariance::LogCount { mean })
    }

    /// The mean count of a record over all groups.
    fn mean_count(&self, effects: f64) -> f64 {
        let observations = &self.model.observations;
        let etas = self.model.design.times(self.coefficients().estimates());
        let used = (0..observations.len()).filter(|&i| observations.weights[i] > 0.0);
        let means = used.map(|i| (etas[i] + observations.offsets[i] + 0.5 * effects).exp());
        sum(means) / self.records() as f64
    }
}
