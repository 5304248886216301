//! A fitted linear mixed model: coefficients, spread with intervals, modes, and prediction.

use nalgebra::{DMatrix, DVector};

use super::super::cells::{Sharing, frame};
use super::super::coefficients::{Coefficients, StandardErrors};
use super::super::convergence::Convergence;
use super::super::design::Design;
use super::super::frame::Frame;
use super::super::mixed::{
    ConditionalMode, EffectSpread, described, term_covariance, to_given_units,
};
use super::super::optimise::{Minimum, Objective, minimise};
use super::super::random::Term;
use super::deviance::Deviance;
use super::{Likelihood, LinearMixedModel};
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};

/// As for counts: below this a parameter of the spread is 0.
const SINGULAR: f64 = 1e-4;

/// A fitted linear mixed model.
#[derive(Debug, Clone)]
pub struct FittedLinearMixed {
    design: Design,
    frame: Frame,
    likelihood: Likelihood,
    theta: Vec<f64>,
    value: f64,
    residual_sd: f64,
    coefficients: Coefficients,
    spreads: Vec<EffectSpread>,
    modes: Vec<[f64; 3]>,
    /// Of the spread's parameters and the log of the residual standard deviation.
    covariance: DMatrix<f64>,
    convergence: Convergence,
}

pub(super) fn fit(model: LinearMixedModel, likelihood: Likelihood) -> Result<FittedLinearMixed> {
    if model.effects.is_empty() {
        return Err(Error::TooFew {
            what: "the effects of a mixed model",
            needed: 1,
            found: 0,
        });
    }
    let frame = frame(
        &model.weights,
        &model.design,
        &model.effects,
        Sharing::Never,
    )?;
    check_size(&frame)?;
    let mut values = vec![0.0; frame.count];
    let mut weights = vec![1.0; frame.count];
    for (i, row) in frame.of_record.iter().enumerate() {
        if let Some(row) = *row {
            values[row] = model.values[i];
            weights[row] = model.weights[i];
        }
    }
    let scale = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let parts = {
        let mut deviance = Deviance::new(
            &frame,
            &values,
            &weights,
            likelihood == Likelihood::Restricted,
        );
        let found = search(&mut deviance)?;
        settle(deviance, found, model.design.names(), scale)?
    };
    let Parts {
        found,
        coefficients,
        spreads,
        modes,
        covariance,
        residual_sd,
    } = parts;
    Ok(FittedLinearMixed {
        design: model.design,
        frame,
        likelihood,
        theta: found.at,
        value: found.value,
        residual_sd,
        coefficients,
        spreads,
        modes,
        covariance,
        convergence: found.convergence,
    })
}

fn check_size(frame: &Frame) -> Result<()> {
    if frame.count <= frame.basis.width {
        return Err(Error::TooFew {
            what: "the values of a linear mixed model",
            needed: frame.basis.width + 1,
            found: frame.count,
        });
    }
    for term in &frame.structure.terms {
        if term.levels() * term.width >= frame.count {
            return Err(Error::Undefined {
                what: "the spread of an effect",
                why: "it has as many columns as there are values, so it is the residual",
            });
        }
    }
    Ok(())
}

fn search(deviance: &mut Deviance<'_>) -> Result<Minimum> {
    let structure = &deviance.frame.structure;
    let mut start = vec![0.0; structure.thetas];
    for term in &structure.terms {
        let mut k = term.theta;
        for column in 0..term.width {
            start[k] = 1.0;
            k += term.width - column;
        }
    }
    let n = start.len();
    let inverse = DMatrix::identity(n, n) * 0.02;
    let failed = || Error::Undefined {
        what: "the likelihood of the linear mixed model",
        why: "the values leave no residual, or the covariates are not independent",
    };
    let found = minimise(deviance, &start, inverse.clone()).ok_or_else(failed)?;
    if found
        .at
        .iter()
        .zip(&start)
        .any(|(t, s)| *s > 0.0 && t.abs() < 0.02)
    {
        // A spread of 0 is stationary whatever the data: see whether another start does better.
        let elsewhere: Vec<f64> = start.iter().map(|s| 0.3 * s).collect();
        if let Some(other) = minimise(deviance, &elsewhere, inverse)
            && other.value < found.value - 1e-7
        {
            return Ok(other);
        }
    }
    Ok(found)
}

struct Parts {
    found: Minimum,
    coefficients: Coefficients,
    spreads: Vec<EffectSpread>,
    modes: Vec<[f64; 3]>,
    covariance: DMatrix<f64>,
    residual_sd: f64,
}

/// Tells the end without negative spread, and everything that goes with it.
fn settle(
    mut deviance: Deviance<'_>,
    mut found: Minimum,
    names: &[String],
    scale: f64,
) -> Result<Parts> {
    let failed = || Error::OutOfRange {
        what: "the likelihood at its maximum",
    };
    let frame = deviance.frame;
    let mut signs = vec![1.0; found.at.len()];
    for term in &frame.structure.terms {
        let mut k = term.theta;
        for column in 0..term.width {
            let count = term.width - column;
            if found.at[k] < 0.0 {
                signs[k..k + count].fill(-1.0);
            }
            if found.at[k].abs() < 1e-7 {
                found.at[k] = 0.0;
            }
            k += count;
        }
    }
    for (a, s) in found.at.iter_mut().zip(&signs) {
        *a *= s;
    }
    let (value, _) = deviance.evaluate(&found.at).ok_or_else(failed)?;
    found.value = value;
    found.hessian = DMatrix::from_fn(signs.len(), signs.len(), |i, j| {
        found.hessian[(i, j)] * signs[i] * signs[j]
    });
    let residual_sd = (deviance.squares / deviance.free()).sqrt();
    if residual_sd.is_nan() || residual_sd <= 1e-10 * scale {
        return Err(Error::Undefined {
            what: "the residual variance",
            why: "the covariates and groups fit every value exactly",
        });
    }
    let given = deviance.block.as_ref().ok_or_else(failed)?.covariance();
    let coefficients = Coefficients::new(
        names,
        frame.basis.coefficients(&deviance.gamma),
        frame.basis.covariance(&(&given * residual_sd.powi(2))),
        StandardErrors::GivenSpread,
        None,
    )?;
    let covariance = spread_covariance(&found, &deviance, residual_sd);
    let variance = residual_sd * residual_sd;
    let terms = &frame.structure.terms;
    let spreads = terms
        .iter()
        .map(|term| described(term, &(term_covariance(term, &found.at) * variance)))
        .collect();
    let modes = modes(&deviance, &given, residual_sd);
    Ok(Parts {
        found,
        coefficients,
        spreads,
        modes,
        covariance,
        residual_sd,
    })
}

/// The covariance of the spread's parameters and ln sigma. The search profiled sigma out, so its
/// part of the curvature is put back.
fn spread_covariance(found: &Minimum, deviance: &Deviance<'_>, residual_sd: f64) -> DMatrix<f64> {
    let t = found.at.len();
    let free = deviance.free();
    let mut hessian = DMatrix::zeros(t + 1, t + 1);
    let cross: Vec<f64> = deviance
        .squares_slopes
        .iter()
        .map(|s| -2.0 * s / residual_sd.powi(2))
        .collect();
    for i in 0..t {
        for j in 0..t {
            hessian[(i, j)] = found.hessian[(i, j)] + cross[i] * cross[j] / (4.0 * free);
        }
        hessian[(i, t)] = cross[i];
        hessian[(t, i)] = cross[i];
    }
    hessian[(t, t)] = 4.0 * free;
    // A parameter at 0 has no uncertainty that a curvature could tell.
    let places: Vec<usize> = (0..=t).filter(|&k| k == t || found.at[k] != 0.0).collect();
    let part = DMatrix::from_fn(places.len(), places.len(), |i, j| {
        hessian[(places[i], places[j])]
    });
    let mut whole = DMatrix::zeros(t + 1, t + 1);
    if let Some(factor) = nalgebra::Cholesky::new(part) {
        let inverse = factor.inverse() * 2.0;
        for (i, &a) in places.iter().enumerate() {
            for (j, &b) in places.iter().enumerate() {
                whole[(a, b)] = inverse[(i, j)];
            }
        }
    }
    whole
}

/// Each column's mode, conditional standard deviation, and standard deviation with the
/// coefficients' uncertainty.
fn modes(deviance: &Deviance<'_>, given: &DMatrix<f64>, residual_sd: f64) -> Vec<[f64; 3]> {
    let structure = &deviance.frame.structure;
    let mut b = vec![0.0; structure.size];
    structure.expand(&deviance.system, &deviance.u, &mut b);
    let weights = deviance.weights();
    let mut moves = deviance.frame.cross_columns(&deviance.system, weights);
    for column in &mut moves {
        structure.solve(&deviance.system, column);
        let mut moved = vec![0.0; column.len()];
        structure.expand(&deviance.system, column, &mut moved);
        *column = moved;
    }
    let mut out = vec![[0.0; 3]; structure.size];
    for term in &structure.terms {
        let k = term.width;
        let back = to_given_units(term);
        for level in 0..term.levels() {
            let columns = term.columns(level);
            let block = structure.level_covariance(&deviance.system, term, level);
            let own = DMatrix::from_row_slice(k, k, &block);
            let moved = DMatrix::from_fn(k, moves.len(), |a, j| moves[j][columns.start + a]);
            let whole = &own + &moved * given * moved.transpose();
            let values = &back * DVector::from_column_slice(&b[columns.clone()]);
            let own = &back * own * back.transpose();
            let whole = &back * whole * back.transpose();
            for (a, c) in columns.enumerate() {
                let sd = |m: &DMatrix<f64>| residual_sd * m[(a, a)].max(0.0).sqrt();
                out[c] = [values[a], sd(&own), sd(&whole)];
            }
        }
    }
    out
}

impl FittedLinearMixed {
    /// How the fit ended.
    #[must_use]
    pub fn convergence(&self) -> Convergence {
        self.convergence
    }

    /// Whether the fit is the maximum that was looked for.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.convergence.converged
    }

    /// Whether some spread is 0 or some correlation ±1: the data ask for less than the model has.
    #[must_use]
    pub fn singular(&self) -> bool {
        self.frame.structure.terms.iter().any(|term| {
            let mut k = term.theta;
            (0..term.width).any(|column| {
                let diagonal = self.theta[k].abs();
                k += term.width - column;
                diagonal < SINGULAR
            })
        })
    }

    /// The coefficients, with standard errors as if the spread were known.
    #[must_use]
    pub fn coefficients(&self) -> &Coefficients {
        &self.coefficients
    }

    /// The spread of every effect, in the order that they were added.
    #[must_use]
    pub fn spreads(&self) -> &[EffectSpread] {
        &self.spreads
    }

    /// The residual standard deviation of a value with weight 1.
    #[must_use]
    pub fn residual_sd(&self) -> f64 {
        self.residual_sd
    }

    /// The log-likelihood with its constants: the restricted one after a restricted fit.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        -0.5 * self.value
    }

    /// Which likelihood that is.
    #[must_use]
    pub fn likelihood(&self) -> Likelihood {
        self.likelihood
    }

    /// Coefficients, parameters of the spread, and the residual variance.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.coefficients.len() + self.theta.len() + 1
    }

    /// Akaike's criterion.
    #[must_use]
    pub fn aic(&self) -> f64 {
        2.0 * self.parameters() as f64 + self.value
    }

    fn term(&self, effect: &str) -> Result<&Term> {
        let found = self.frame.structure.terms.iter().find(|t| t.name == effect);
        found.ok_or_else(|| Error::UnknownName {
            what: "effect",
            found: effect.to_owned(),
        })
    }

    fn column(term: &Term, column: &str) -> Result<usize> {
        let found = term.labels.iter().position(|l| l == column);
        found.ok_or_else(|| Error::UnknownName {
            what: "slope",
            found: column.to_owned(),
        })
    }

    /// The modes of an effect's intercepts (or only slope), one for each group in ascending order
    /// of their numbers.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn modes(&self, effect: &str) -> Result<Vec<ConditionalMode>> {
        Ok(self.column_modes(self.term(effect)?, 0))
    }

    /// The modes of an effect's slope of that covariate.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn slope_modes(&self, effect: &str, covariate: &str) -> Result<Vec<ConditionalMode>> {
        let term = self.term(effect)?;
        Ok(self.column_modes(term, Self::column(term, covariate)?))
    }

    fn column_modes(&self, term: &Term, column: usize) -> Vec<ConditionalMode> {
        let one = |(level, &code): (usize, &usize)| {
            let [value, conditional_sd, prediction_sd] =
                self.modes[term.columns(level).start + column];
            ConditionalMode {
                code,
                value,
                conditional_sd,
                prediction_sd,
            }
        };
        term.codes.iter().enumerate().map(one).collect()
    }

    /// The standard deviation of an effect's column with a delta interval on the log scale;
    /// `None` when it is 0, where that interval does not exist.
    ///
    /// # Errors
    /// [`Error::UnknownName`]; [`Error::OutOfRange`].
    pub fn sd_interval(
        &self,
        effect: &str,
        column: &str,
        level: Level,
    ) -> Result<Option<Estimate>> {
        let term = self.term(effect)?;
        let place = Self::column(term, column)?;
        let log_sd = |theta: &[f64]| 0.5 * term_covariance(term, theta)[(place, place)].ln();
        let here = log_sd(&self.theta);
        if !here.is_finite() {
            return Ok(None);
        }
        let t = self.theta.len();
        let mut slopes = DVector::zeros(t + 1);
        slopes[t] = 1.0;
        for k in 0..t {
            let h = 1e-6 * (1.0 + self.theta[k].abs());
            let mut beside = self.theta.clone();
            beside[k] += h;
            let above = log_sd(&beside);
            beside[k] -= 2.0 * h;
            slopes[k] = (above - log_sd(&beside)) / (2.0 * h);
        }
        let error = (&self.covariance * &slopes).dot(&slopes).max(0.0).sqrt();
        on_log_scale(
            "a standard deviation",
            here.exp() * self.residual_sd,
            error,
            level,
        )
        .map(Some)
    }

    /// The residual standard deviation with a delta interval on the log scale.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn residual_sd_interval(&self, level: Level) -> Result<Estimate> {
        let t = self.theta.len();
        let error = self.covariance[(t, t)].max(0.0).sqrt();
        on_log_scale(
            "the residual standard deviation",
            self.residual_sd,
            error,
            level,
        )
    }

    /// The mean of a typical group, whose effects are 0, at new covariates, with its interval.
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::UnknownName`]; [`Error::OutOfRange`].
    pub fn predict_typical(&self, design: &Design, level: Level) -> Result<Vec<Estimate>> {
        let offsets = vec![0.0; design.rows()];
        super::super::regression::fitted::same_columns(&self.design, design, &offsets)?;
        let means = design.times(self.coefficients.estimates());
        let one = |i: usize| {
            let reach = level.z() * self.coefficients.variance_of(&design.row(i)).sqrt();
            Estimate::of(
                "a predicted mean",
                means[i],
                means[i] - reach,
                means[i] + reach,
            )
        };
        (0..design.rows())
            .map(|i| one(i).map_err(|e| e.at(i)))
            .collect()
    }
}

/// A positive estimate with the normal interval of its log.
fn on_log_scale(what: &'static str, value: f64, error: f64, level: Level) -> Result<Estimate> {
    let stretch = (level.z() * error).exp();
    Estimate::of(what, value, value / stretch, value * stretch)
}
