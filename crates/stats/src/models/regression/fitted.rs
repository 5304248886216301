//! A fitted regression: coefficients, dispersion, likelihood, and prediction, which exists only here.
//! Robust errors and models that leave records out are beside it.

use nalgebra::{Cholesky, DMatrix};

use super::super::cells::Cells;
use super::super::coefficients::{Coefficients, StandardErrors, quantile};
use super::super::convergence::{Convergence, Stop};
use super::super::design::Design;
use super::super::family::{Family, Kernel};
use super::super::hermite::average_mean;
use super::super::observations::Observations;
use super::scoring::{Scored, score};
use super::{RegressionModel, size};
use crate::check;
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};
use crate::sum::sum;

/// A predicted mean with what is known of its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// The linear predictor, its offset included.
    pub predictor: f64,
    /// The standard error of the linear predictor.
    pub std_error: f64,
    /// The expected count, or the expected probability.
    pub mean: f64,
    /// The standard deviation of the groups' effects that the mean is taken over.
    scatter: f64,
    family: Family,
    degrees_of_freedom: Option<f64>,
}

impl Prediction {
    pub(in crate::models) fn new(
        predictor: f64,
        variance: f64,
        family: Family,
        degrees_of_freedom: Option<f64>,
    ) -> Result<Self> {
        let mean = family.kernel(1.0).mean(predictor);
        Ok(Prediction {
            predictor: check::result("a predictor", predictor)?,
            std_error: check::result("a prediction's error", variance.max(0.0).sqrt())?,
            mean: check::result("a predicted mean", mean)?,
            scatter: 0.0,
            family,
            degrees_of_freedom,
        })
    }

    /// The same prediction averaged over groups whose effects have that standard deviation.
    pub(in crate::models) fn scattered(mut self, scatter: f64) -> Result<Self> {
        let mean = average_mean(self.family.kernel(1.0), self.predictor, scatter);
        self.mean = check::result("a predicted mean", mean)?;
        self.scatter = scatter;
        Ok(self)
    }

    /// The mean with the interval that its predictor's normal interval gives: uncertainty of the
    /// coefficients only, not the scatter of counts around their mean.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a limit cannot be represented.
    pub fn interval(&self, level: Level) -> Result<Estimate> {
        let kernel = self.family.kernel(1.0);
        let reach = self.std_error * quantile(level, self.degrees_of_freedom);
        let low = average_mean(kernel, self.predictor - reach, self.scatter);
        let high = average_mean(kernel, self.predictor + reach, self.scatter);
        Estimate::of("a predicted mean", self.mean, low, high)
    }
}

/// A fitted regression.
#[derive(Debug, Clone)]
pub struct FittedRegression {
    pub(super) model: RegressionModel,
    pub(super) cells: Cells,
    pub(super) kernel: Kernel,
    /// The linear predictor of each cell.
    pub(super) eta: Vec<f64>,
    /// (X'WX)⁻¹ in the basis.
    pub(super) bread: DMatrix<f64>,
    pub(super) gamma: Vec<f64>,
    size: Option<f64>,
    log_likelihood: f64,
    pearson: f64,
    coefficients: Coefficients,
    convergence: Convergence,
}

pub(super) fn fit(model: RegressionModel, cells: Cells) -> Result<FittedRegression> {
    let names = model.design.names();
    let (scored, size) = if model.family.estimates_size() {
        size::estimate(&cells, names)?
    } else {
        let kernel = model.family.kernel(1.0);
        (score(&cells, kernel, names, None)?, None)
    };
    let kernel = model.family.kernel(size.unwrap_or(size::LARGEST));
    let bread = Cholesky::new(scored.information.clone())
        .ok_or(Error::OutOfRange {
            what: "the information of the records",
        })?
        .inverse();
    let pearson = pearson(&model.observations, &cells, kernel, &scored.eta);
    let free = free(&model);
    let (scale, standard_errors) = if model.family.is_quasi() {
        if free == 0 {
            return Err(Error::TooFew {
                what: "the records of a quasi-likelihood model",
                needed: model.design.width() + 1,
                found: model.design.width(),
            });
        }
        (pearson / free as f64, StandardErrors::Quasi)
    } else {
        (1.0, StandardErrors::Model)
    };
    let coefficients = Coefficients::new(
        names,
        cells.frame.basis.coefficients(&scored.gamma),
        cells.frame.basis.covariance(&(&bread * scale)),
        standard_errors,
        model.family.is_quasi().then_some(free as f64),
    )?;
    Ok(FittedRegression {
        log_likelihood: scored.log_likelihood + cells.constants.value(kernel),
        convergence: account(&scored),
        eta: scored.eta,
        gamma: scored.gamma,
        model,
        cells,
        kernel,
        bread,
        size,
        pearson,
        coefficients,
    })
}

fn account(scored: &Scored) -> Convergence {
    Convergence {
        converged: scored.converged,
        stop: if scored.converged {
            Stop::Settled
        } else {
            Stop::Iterations
        },
        iterations: scored.iterations,
        evaluations: scored.iterations,
        distance: 0.0,
    }
}

fn free(model: &RegressionModel) -> usize {
    model.observations.used() - model.design.width()
}

/// Pearson's chi-square over the records.
fn pearson(observations: &Observations, cells: &Cells, kernel: Kernel, eta: &[f64]) -> f64 {
    let terms = cells
        .frame
        .of_record
        .iter()
        .enumerate()
        .filter_map(|(i, cell)| {
            let cell = (*cell)?;
            let units = record_units(observations, kernel, i);
            let mean = kernel.mean(eta[cell]);
            let residual = observations.totals[i] - units * mean;
            let variance = kernel.variance(mean, units);
            (variance > 0.0).then(|| observations.weights[i] * residual * residual / variance)
        });
    sum(terms)
}

/// What one record's mean is multiplied by, given its cell's predictor.
pub(in crate::models) fn record_units(
    observations: &Observations,
    kernel: Kernel,
    i: usize,
) -> f64 {
    match kernel {
        Kernel::Poisson => observations.offsets[i].exp(),
        Kernel::Binomial => observations.trials[i],
        Kernel::NegativeBinomial { .. } => 1.0,
    }
}

impl FittedRegression {
    /// The coefficients with the family's own standard errors.
    #[must_use]
    pub fn coefficients(&self) -> &Coefficients {
        &self.coefficients
    }

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

    /// Pearson's chi-square divided by the residual degrees of freedom; `None` without any left.
    #[must_use]
    pub fn dispersion(&self) -> Option<f64> {
        let free = free(&self.model);
        (free > 0).then(|| self.pearson / free as f64)
    }

    /// The size of a negative binomial; `None` when the counts vary no more than Poisson counts, or
    /// the family has none.
    #[must_use]
    pub fn size(&self) -> Option<f64> {
        match self.model.family {
            Family::NegativeBinomialOfSize(size) => Some(size),
            _ => self.size,
        }
    }

    /// The log-likelihood of the records with its constants; of the family itself for a quasi one.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The log-likelihood of the trials told one by one: without the ways of ordering them.
    #[must_use]
    pub fn log_likelihood_of_individuals(&self) -> f64 {
        self.log_likelihood - self.cells.constants.orders
    }

    /// Twice what a mean for every record would add to the log-likelihood.
    #[must_use]
    pub fn deviance(&self) -> f64 {
        2.0 * (self.cells.constants.saturated(self.kernel) - self.log_likelihood)
    }

    /// Coefficients and, where it is estimated, the size.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.model.design.width() + usize::from(self.model.family.estimates_size())
    }

    /// Akaike's criterion; `None` for a quasi-likelihood.
    #[must_use]
    pub fn aic(&self) -> Option<f64> {
        (!self.model.family.is_quasi())
            .then(|| 2.0 * (self.parameters() as f64 - self.log_likelihood))
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

    /// The expected response of every record: 0 for one without exposure.
    #[must_use]
    pub fn expected(&self) -> Vec<f64> {
        let means = |(i, cell): (usize, &Option<usize>)| {
            cell.map_or(0.0, |cell| {
                let units = record_units(&self.model.observations, self.kernel, i);
                units * self.kernel.mean(self.eta[cell])
            })
        };
        self.cells
            .frame
            .of_record
            .iter()
            .enumerate()
            .map(means)
            .collect()
    }

    /// The mean at new covariates, each with an offset (the log of an exposure, or 0).
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::UnknownName`] when the columns are not the model's;
    /// [`Error::OutOfRange`].
    pub fn predict(&self, design: &Design, offsets: &[f64]) -> Result<Vec<Prediction>> {
        same_columns(&self.model.design, design, offsets)?;
        let etas = design.times(self.coefficients.estimates());
        let df = self
            .model
            .family
            .is_quasi()
            .then_some(free(&self.model) as f64);
        let one = |i: usize| {
            let variance = self.coefficients.variance_of(&design.row(i));
            Prediction::new(etas[i] + offsets[i], variance, self.model.family, df)
        };
        (0..design.rows())
            .map(|i| one(i).map_err(|e| e.at(i)))
            .collect()
    }
}

/// Checks that a design for prediction has the columns that the model was fitted with.
pub(in crate::models) fn same_columns(
    fitted: &Design,
    found: &Design,
    offsets: &[f64],
) -> Result<()> {
    if found.rows() != offsets.len() {
        return Err(Error::Lengths {
            left: "the design",
            left_len: found.rows(),
            right: "offsets",
            right_len: offsets.len(),
        });
    }
    check::each(offsets, |v| check::finite("offset", v))?;
    if fitted.width() != found.width() {
        return Err(Error::Lengths {
            left: "the fitted columns",
            left_len: fitted.width(),
            right: "the columns to predict from",
            right_len: found.width(),
        });
    }
    for (expected, name) in fitted.names().iter().zip(found.names()) {
        if expected != name {
            return Err(Error::UnknownName {
                what: "column in that place",
                found: name.clone(),
            });
        }
    }
    Ok(())
}
