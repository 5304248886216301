//! The table of a fit's coefficients with their covariance, and what kind of standard error it is.

use nalgebra::DMatrix;

use super::tails::student_two_sided;
use crate::error::{Error, Result};
use crate::level::{Estimate, Interval, Level};
use crate::special::{normal_two_sided, student_quantile_upper};

/// Where standard errors come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StandardErrors {
    /// The curvature of the likelihood: right when the model is.
    Model,
    /// The model's, times the root of the estimated dispersion.
    Quasi,
    /// Huber and White's, from the records' own residuals.
    Hc0,
    /// [`StandardErrors::Hc0`] times n / (n − p).
    Hc1,
    /// Residuals summed by cluster, with no correction for their number.
    ClusteredHc0,
    /// Residuals summed by cluster, times G / (G − 1).
    Clustered,
    /// [`StandardErrors::Clustered`] times (n − 1) / (n − p).
    ClusteredHc1,
    /// Residuals summed by two clusterings that cross, each times its G / (G − 1).
    TwoWayClustered,
    /// [`StandardErrors::TwoWayClustered`] times (n − 1) / (n − k).
    TwoWayClusteredHc1,
    /// The curvature in the coefficients alone, as if the spread of the random effects were known.
    GivenSpread,
}

/// One coefficient of a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficient {
    /// The column's name.
    pub name: String,
    /// The estimate, on the scale of the linear predictor.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Residual degrees of freedom where intervals are Student's; `None` where they are normal.
    pub degrees_of_freedom: Option<f64>,
}

impl Coefficient {
    /// The estimate with its interval at that level.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a limit cannot be represented.
    pub fn interval(&self, level: Level) -> Result<Estimate> {
        let reach = self.std_error * quantile(level, self.degrees_of_freedom);
        let (low, high) = (self.estimate - reach, self.estimate + reach);
        Estimate::of("a coefficient", self.estimate, low, high)
    }

    /// The exponential of the estimate with its interval: a rate ratio or an odds ratio for one
    /// unit of the column.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a limit cannot be represented.
    pub fn ratio(&self, level: Level) -> Result<Estimate> {
        let Estimate { value, interval } = self.interval(level)?;
        let Interval { low, high } = interval;
        Estimate::of("a ratio", value.exp(), low.exp(), high.exp())
    }

    /// Two-sided p-value for a coefficient of 0.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        let t = self.estimate / self.std_error;
        match self.degrees_of_freedom {
            _ if !t.is_finite() => 0.0,
            Some(df) => student_two_sided(t, df),
            None => normal_two_sided(t),
        }
    }
}

/// The deviate of a level: normal, or Student's with those degrees of freedom.
pub(super) fn quantile(level: Level, degrees_of_freedom: Option<f64>) -> f64 {
    match degrees_of_freedom {
        Some(df) => student_quantile_upper(level.tail(), df),
        None => level.z(),
    }
}

/// All coefficients of a fit, with their covariance.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    names: Vec<String>,
    estimates: Vec<f64>,
    covariance: DMatrix<f64>,
    /// Where the standard errors come from.
    pub standard_errors: StandardErrors,
    degrees_of_freedom: Option<f64>,
}

impl Coefficients {
    pub(super) fn new(
        names: &[String],
        estimates: Vec<f64>,
        covariance: DMatrix<f64>,
        standard_errors: StandardErrors,
        degrees_of_freedom: Option<f64>,
    ) -> Result<Self> {
        let finite = estimates
            .iter()
            .chain(covariance.iter())
            .all(|v| v.is_finite());
        let positive = (0..estimates.len()).all(|i| covariance[(i, i)] >= 0.0);
        if !(finite && positive) {
            return Err(Error::OutOfRange {
                what: "a coefficient or its variance",
            });
        }
        Ok(Coefficients {
            names: names.to_vec(),
            estimates,
            covariance,
            standard_errors,
            degrees_of_freedom,
        })
    }

    /// The same coefficients with variances times a factor.
    pub(super) fn scaled(mut self, factor: f64, standard_errors: StandardErrors) -> Self {
        self.covariance *= factor;
        self.standard_errors = standard_errors;
        self
    }

    /// The coefficient of a column.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn get(&self, name: &str) -> Result<Coefficient> {
        let found = self.names.iter().position(|n| n == name);
        found.map(|i| self.at(i)).ok_or_else(|| Error::UnknownName {
            what: "column",
            found: name.to_owned(),
        })
    }

    fn at(&self, i: usize) -> Coefficient {
        Coefficient {
            name: self.names[i].clone(),
            estimate: self.estimates[i],
            std_error: self.covariance[(i, i)].max(0.0).sqrt(),
            degrees_of_freedom: self.degrees_of_freedom,
        }
    }

    /// Every coefficient, in the order of the design.
    pub fn iter(&self) -> impl Iterator<Item = Coefficient> + '_ {
        (0..self.names.len()).map(|i| self.at(i))
    }

    /// The estimates, in the order of the design.
    #[must_use]
    pub fn estimates(&self) -> &[f64] {
        &self.estimates
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The covariance of two coefficients by their places in the design; `None` beyond it.
    #[must_use]
    pub fn covariance(&self, i: usize, j: usize) -> Option<f64> {
        self.covariance.get((i, j)).copied()
    }

    /// The variance of a linear combination of the coefficients.
    pub(super) fn variance_of(&self, row: &[f64]) -> f64 {
        let row = nalgebra::DVector::from_column_slice(row);
        (&self.covariance * &row).dot(&row).max(0.0)
    }
}
