//! A fitted mixed model: coefficients, spread, modes, likelihood, and prediction, which exists only
//! here. Intervals of the spread and what people quote of it are in `spread`.

use nalgebra::DMatrix;

use super::super::cells::Cells;
use super::super::coefficients::{Coefficients, StandardErrors};
use super::super::convergence::Convergence;
use super::super::design::Design;
use super::super::family::Kernel;
use super::super::random::Term;
use super::super::regression::{Prediction, fitted};
use super::ending::{SINGULAR, Solution};
use super::engine::Engine;
use super::modes::{ConditionalMode, Modes, modes, to_given_units};
use super::{Integration, MixedModel, MixedOptions};
use crate::error::{Error, Result};

/// Below this root of 1 / size counts cannot be told from Poisson counts.
const LEAST_EXTRA: f64 = 1e-3;

/// The spread of an effect between its groups, on the scale of the linear predictor.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectSpread {
    /// The effect's name.
    pub name: String,
    /// Its columns: the intercept, then the slopes.
    pub columns: Vec<String>,
    /// The standard deviation of each column.
    pub sds: Vec<f64>,
    /// The correlation of each column with each, row by row; 0 with a column that does not vary.
    pub correlations: Vec<f64>,
}

/// A fitted mixed model.
#[derive(Debug, Clone)]
pub struct FittedMixed {
    pub(super) model: MixedModel,
    pub(super) options: MixedOptions,
    pub(super) cells: Cells,
    pub(super) parts: Parts,
}

/// What the search left behind.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) solution: Solution,
    pub(super) kernel: Kernel,
    /// The linear predictor of each cell, effects included.
    pub(super) eta: Vec<f64>,
    modes: Modes,
    coefficients: Coefficients,
    /// Of spread, coefficients (of the basis) and size, in that order.
    pub(super) covariance: DMatrix<f64>,
    spreads: Vec<EffectSpread>,
}

pub(super) fn parts(
    model: &MixedModel,
    solution: Solution,
    mut engine: Engine<'_>,
) -> Result<Parts> {
    let failed = || Error::OutOfRange {
        what: "the information of the coefficients",
    };
    let given = engine.expected_block().ok_or_else(failed)?.covariance();
    let (covariance, is_whole) = covariance(&solution, &given);
    let (t, p) = (solution.layout.thetas, given.nrows());
    let basis = &engine.frame.basis;
    let own = covariance.view((t, t), (p, p)).into_owned();
    let coefficients = Coefficients::new(
        model.design.names(),
        basis.coefficients(&solution.gamma),
        basis.covariance(&own),
        if is_whole {
            StandardErrors::Model
        } else {
            StandardErrors::GivenSpread
        },
        None,
    )?;
    let modes = modes(&mut engine, solution.layout, &covariance);
    let terms = &engine.structure.terms;
    Ok(Parts {
        spreads: terms
            .iter()
            .map(|term| spread(term, &solution.theta))
            .collect(),
        kernel: engine.kernel,
        eta: std::mem::take(&mut engine.eta),
        solution,
        modes,
        coefficients,
        covariance,
    })
}

/// The covariance of all parameters, and whether the coefficients' part is the likelihood's own.
/// A parameter at its bound has no uncertainty that a curvature could tell: its rows are 0.
fn covariance(solution: &Solution, given: &DMatrix<f64>) -> (DMatrix<f64>, bool) {
    let layout = solution.layout;
    let (t, p) = (layout.thetas, given.nrows());
    let n = t + p + usize::from(layout.has_size);
    // The places of the parameters that are free, in the Hessian and in the whole.
    let spread = (0..t).filter(|&k| solution.theta[k] != 0.0).map(|k| (k, k));
    let coefficients = (0..layout.gammas).map(|k| (t + k, t + k));
    let size = solution
        .extra
        .filter(|&root| root > LEAST_EXTRA)
        .map(|_| (layout.len() - 1, n - 1));
    let free: Vec<(usize, usize)> = spread.chain(coefficients).chain(size).collect();
    let hessian = DMatrix::from_fn(free.len(), free.len(), |i, j| {
        solution.hessian[(free[i].0, free[j].0)]
    });
    let mut whole = DMatrix::zeros(n, n);
    let inverse = nalgebra::Cholesky::new(hessian).map(|c| c.inverse() * 2.0);
    let own = inverse.filter(|m| m.iter().all(|v| v.is_finite()));
    if let Some(inverse) = &own {
        for (i, a) in free.iter().enumerate() {
            for (j, b) in free.iter().enumerate() {
                whole[(a.1, b.1)] = inverse[(i, j)];
            }
        }
    }
    let is_whole = own.is_some() && layout.gammas > 0;
    if !is_whole {
        whole.view_mut((t, t), (p, p)).copy_from(given);
    }
    (whole, is_whole)
}

/// A term's covariance in the caller's units.
pub(in crate::models) fn term_covariance(term: &Term, theta: &[f64]) -> DMatrix<f64> {
    let k = term.width;
    let mut lambda = DMatrix::zeros(k, k);
    let mut at = term.theta;
    for b in 0..k {
        for a in b..k {
            lambda[(a, b)] = theta[at];
            at += 1;
        }
    }
    let root = to_given_units(term) * lambda;
    &root * root.transpose()
}

/// Standard deviations and correlations from a covariance.
pub(in crate::models) fn described(term: &Term, covariance: &DMatrix<f64>) -> EffectSpread {
    let k = term.width;
    let sds: Vec<f64> = (0..k).map(|a| covariance[(a, a)].max(0.0).sqrt()).collect();
    let correlation = |a: usize, b: usize| {
        let product = sds[a] * sds[b];
        if a == b {
            1.0
        } else if product > 0.0 {
            (covariance[(a, b)] / product).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    };
    EffectSpread {
        name: term.name.clone(),
        columns: term.labels.clone(),
        correlations: (0..k * k).map(|i| correlation(i / k, i % k)).collect(),
        sds,
    }
}

fn spread(term: &Term, theta: &[f64]) -> EffectSpread {
    described(term, &term_covariance(term, theta))
}

impl FittedMixed {
    pub(super) fn new(
        model: MixedModel,
        options: MixedOptions,
        cells: Cells,
        parts: Parts,
    ) -> Self {
        FittedMixed {
            model,
            options,
            cells,
            parts,
        }
    }

    /// How the fit ended.
    #[must_use]
    pub fn convergence(&self) -> Convergence {
        self.parts.solution.convergence
    }

    /// Whether the fit is the maximum that was looked for.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.convergence().converged
    }

    /// Whether some spread is 0 or some correlation ±1: the data ask for less than the model has.
    #[must_use]
    pub fn singular(&self) -> bool {
        let theta = &self.parts.solution.theta;
        self.cells.frame.structure.terms.iter().any(|term| {
            let mut k = term.theta;
            (0..term.width).any(|column| {
                let diagonal = theta[k].abs();
                k += term.width - column;
                diagonal < SINGULAR
            })
        })
    }

    /// The coefficients, with standard errors from the curvature of the likelihood.
    #[must_use]
    pub fn coefficients(&self) -> &Coefficients {
        &self.parts.coefficients
    }

    /// The spread of every effect, in the order that they were added.
    #[must_use]
    pub fn spreads(&self) -> &[EffectSpread] {
        &self.parts.spreads
    }

    /// The standard deviation of an effect's intercepts, or of its only slope.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn sigma(&self, effect: &str) -> Result<f64> {
        let place = self.effect(effect)?;
        Ok(self.parts.spreads[place].sds[0])
    }

    /// The size of a negative binomial; `None` for another family, and where counts scatter no
    /// more than Poisson counts do.
    #[must_use]
    pub fn size(&self) -> Option<f64> {
        match self.parts.kernel {
            Kernel::NegativeBinomial { size } => {
                (size < 1.0 / (LEAST_EXTRA * LEAST_EXTRA)).then_some(size)
            }
            _ => None,
        }
    }

    /// The log-likelihood of the records with its constants, whatever the integration.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        -0.5 * self.parts.solution.value
    }

    /// The log-likelihood of the trials told one by one: without the ways of ordering them.
    #[must_use]
    pub fn log_likelihood_of_individuals(&self) -> f64 {
        self.log_likelihood() - self.cells.constants.orders
    }

    /// The figure that lme4's `logLik` gives: with more than one quadrature node it is relative to
    /// a mean for every record, otherwise the same as [`FittedMixed::log_likelihood`].
    #[must_use]
    pub fn log_likelihood_as_lme4(&self) -> f64 {
        match self.options.integration {
            Integration::GaussHermite(nodes) if nodes > 1 => {
                self.log_likelihood() - self.cells.constants.saturated(self.parts.kernel)
            }
            _ => self.log_likelihood(),
        }
    }

    /// Coefficients, parameters of the spread and, where it is estimated, the size.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.model.design.width()
            + self.cells.frame.structure.thetas
            + usize::from(self.model.family.estimates_size())
    }

    /// Akaike's criterion.
    #[must_use]
    pub fn aic(&self) -> f64 {
        2.0 * (self.parameters() as f64 - self.log_likelihood())
    }

    /// Records with a part in the fit.
    #[must_use]
    pub fn records(&self) -> usize {
        self.model.observations.used()
    }

    /// Distinct cells that those records collapsed to.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.cells.frame.count
    }

    pub(super) fn effect(&self, name: &str) -> Result<usize> {
        let found = self
            .cells
            .frame
            .structure
            .terms
            .iter()
            .position(|t| t.name == name);
        found.ok_or_else(|| Error::UnknownName {
            what: "effect",
            found: name.to_owned(),
        })
    }

    /// The modes of an effect's intercepts (or only slope), one for each group in ascending order
    /// of their numbers.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn modes(&self, effect: &str) -> Result<Vec<ConditionalMode>> {
        let place = self.effect(effect)?;
        Ok(self.column_modes(&self.cells.frame.structure.terms[place], 0))
    }

    /// The modes of an effect's slope of that covariate.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn slope_modes(&self, effect: &str, covariate: &str) -> Result<Vec<ConditionalMode>> {
        let term = &self.cells.frame.structure.terms[self.effect(effect)?];
        let column = term.labels.iter().position(|l| l == covariate);
        let column = column.ok_or_else(|| Error::UnknownName {
            what: "slope",
            found: covariate.to_owned(),
        })?;
        Ok(self.column_modes(term, column))
    }

    fn column_modes(&self, term: &Term, column: usize) -> Vec<ConditionalMode> {
        let modes = &self.parts.modes;
        let one = |(level, &code): (usize, &usize)| {
            let c = term.columns(level).start + column;
            ConditionalMode {
                code,
                value: modes.values[c],
                conditional_sd: modes.conditional_sds[c],
                prediction_sd: modes.prediction_sds[c],
            }
        };
        term.codes.iter().enumerate().map(one).collect()
    }

    /// The expected response of every record, its groups' effects included: 0 without exposure.
    #[must_use]
    pub fn expected(&self) -> Vec<f64> {
        let observations = &self.model.observations;
        let one = |(i, cell): (usize, &Option<usize>)| {
            cell.map_or(0.0, |cell| {
                let units = fitted::record_units(observations, self.parts.kernel, i);
                units * self.parts.kernel.mean(self.parts.eta[cell])
            })
        };
        self.cells
            .frame
            .of_record
            .iter()
            .enumerate()
            .map(one)
            .collect()
    }

    /// The mean in a typical group, whose effects are 0, at new covariates and offsets.
    ///
    /// # Errors
    /// As [`FittedRegression::predict`](super::super::FittedRegression::predict).
    pub fn predict_typical(&self, design: &Design, offsets: &[f64]) -> Result<Vec<Prediction>> {
        self.predict(design, offsets, 0.0)
    }

    /// The mean over all groups that the model allows, at new covariates and offsets: above the
    /// typical one for counts, because effects multiply.
    ///
    /// # Errors
    /// As [`FittedMixed::predict_typical`]; [`Error::Undefined`] when an effect has slopes.
    pub fn predict_average(&self, design: &Design, offsets: &[f64]) -> Result<Vec<Prediction>> {
        self.predict(design, offsets, self.total_variance()?.sqrt())
    }

    /// The variance of all effects together, when all are intercepts.
    pub(super) fn total_variance(&self) -> Result<f64> {
        if !self.cells.frame.structure.plain {
            return Err(Error::Undefined {
                what: "the spread of all groups",
                why: "with slopes it depends on the covariate",
            });
        }
        Ok(self.parts.solution.theta.iter().map(|t| t * t).sum())
    }

    fn predict(&self, design: &Design, offsets: &[f64], scatter: f64) -> Result<Vec<Prediction>> {
        fitted::same_columns(&self.model.design, design, offsets)?;
        let coefficients = self.coefficients();
        let etas = design.times(coefficients.estimates());
        let one = |i: usize| {
            let variance = coefficients.variance_of(&design.row(i));
            let eta = etas[i] + offsets[i];
            Prediction::new(eta, variance, self.model.family, None)?.scattered(scatter)
        };
        (0..design.rows())
            .map(|i| one(i).map_err(|e| e.at(i)))
            .collect()
    }
}
