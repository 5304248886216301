//! How a covariate goes with an outcome when an area differs from itself, and when it differs from
//! other areas: one regression with both.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::super::coefficients::{Coefficients, StandardErrors};
use super::super::design::Design;
use super::super::linear_mixed::{FittedLinearMixed, Likelihood, LinearMixedModel};
use super::super::random::RandomEffect;
use super::least_squares::LeastSquares;
use super::{levels, same_length};
use crate::error::{Error, Result};
use crate::special::chi_square_upper;

/// What follows a covariate's name where it is the record's difference from its group's mean.
pub const WITHIN: &str = " (within)";
/// What follows a covariate's name where it is the group's mean.
pub const BETWEEN: &str = " (between)";

const GROUP: &str = "group";

/// A fitted within-and-between regression.
#[derive(Debug, Clone)]
pub struct WithinBetween {
    covariates: Vec<String>,
    design: Design,
    groups: Vec<usize>,
    /// Records with a part in the fit.
    records: usize,
    mixed: FittedLinearMixed,
    /// The rows from which as much of their group's mean is taken as the mixed model says.
    fit: LeastSquares,
}

/// A test of several coefficients at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaldTest {
    /// The statistic.
    pub chi_square: f64,
    /// Its degrees of freedom.
    pub degrees_of_freedom: usize,
    /// The probability of one as large when all of them are 0.
    pub p_value: f64,
}

#[doc = include_str!("../../../docs/within_between.md")]
pub fn within_between(
    values: &[f64],
    covariates: &Design,
    groups: &[usize],
    others: Design,
) -> Result<WithinBetween> {
    let weights = vec![1.0; values.len()];
    weighted_within_between(values, covariates, groups, others, &weights)
}

/// The same where a record's residual variance is the model's divided by its weight; a group's mean is
/// then of weighted records, so that what is within a group has nothing to do with what is between.
pub(super) fn weighted_within_between(
    values: &[f64],
    covariates: &Design,
    groups: &[usize],
    others: Design,
    weights: &[f64],
) -> Result<WithinBetween> {
    same_length(
        "the values",
        values.len(),
        "the covariates",
        covariates.rows(),
    )?;
    same_length("the values", values.len(), "groups", groups.len())?;
    if covariates.width() == 0 {
        return Err(Error::TooFew {
            what: "the covariates of a within-and-between regression",
            needed: 1,
            found: 0,
        });
    }
    let means = GroupMeans::new(groups, weights);
    let design = both_columns(covariates, others, &means)?;
    let mixed = LinearMixedModel::new(values, design.clone())?
        .with_weights(weights)?
        .with_effect(RandomEffect::intercept(GROUP, groups))?
        .fit(Likelihood::Restricted)?;
    let between = mixed.spreads()[0].sds[0].powi(2);
    let residual = mixed.residual_sd().powi(2);
    // A group's mean stands for itself by as much as the group's records do not share its effect.
    let taken = |g: usize| 1.0 - (residual / (residual + means.sizes[g] * between)).sqrt();
    let taken: Vec<f64> = means.of_record.iter().map(|&g| taken(g)).collect();
    let less = |column: &[f64]| -> Vec<f64> {
        let of_group = means.of(column);
        let parts = column.iter().zip(&of_group).zip(taken.iter().zip(weights));
        parts
            .map(|((x, m), (t, w))| w.sqrt() * (x - t * m))
            .collect()
    };
    let columns: Vec<Vec<f64>> = design.columns().iter().map(|c| less(c)).collect();
    let fit = LeastSquares::new(&columns, design.names(), &less(values))?;
    Ok(WithinBetween {
        covariates: covariates.names().to_vec(),
        groups: groups.to_vec(),
        records: weights.iter().filter(|w| **w > 0.0).count(),
        design,
        mixed,
        fit,
    })
}

/// The other columns, and for each covariate its differences from its groups' means and those means.
fn both_columns(covariates: &Design, others: Design, means: &GroupMeans<'_>) -> Result<Design> {
    let mut design = others;
    for (column, name) in covariates.columns().iter().zip(covariates.names()) {
        let of_group = means.of(column);
        let own: Vec<f64> = column.iter().zip(&of_group).map(|(x, m)| x - m).collect();
        let largest = |v: &[f64]| v.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        if largest(&own) <= 1e-9 * largest(column) {
            return Err(Error::Collinear {
                column: format!("{name}{WITHIN}"),
            });
        }
        design = design
            .with(&format!("{name}{WITHIN}"), &own)?
            .with(&format!("{name}{BETWEEN}"), &of_group)?;
    }
    Ok(design)
}

/// Means of groups, of weighted records.
struct GroupMeans<'a> {
    weights: &'a [f64],
    of_record: Vec<usize>,
    /// What the weights of a group add up to.
    sizes: Vec<f64>,
}

impl<'a> GroupMeans<'a> {
    fn new(groups: &[usize], weights: &'a [f64]) -> Self {
        let (of_record, count) = levels(groups);
        let sizes = totals(&of_record, count, weights.iter().copied());
        GroupMeans {
            weights,
            of_record,
            sizes,
        }
    }

    /// The mean of each record's group.
    fn of(&self, column: &[f64]) -> Vec<f64> {
        let weighted = self.weights.iter().zip(column).map(|(w, x)| w * x);
        let totals = totals(&self.of_record, self.sizes.len(), weighted);
        let mean = |&g: &usize| totals[g] / self.sizes[g];
        self.of_record.iter().map(mean).collect()
    }
}

fn totals(of_record: &[usize], count: usize, values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut totals = vec![0.0; count];
    for (group, value) in of_record.iter().zip(values) {
        totals[*group] += value;
    }
    totals
}

impl WithinBetween {
    /// The coefficients with the mixed model's errors; a covariate has two, named with [`WITHIN`]
    /// and [`BETWEEN`].
    #[must_use]
    pub fn coefficients(&self) -> &Coefficients {
        self.mixed.coefficients()
    }

    /// The mixed model: its spread of groups, residual and likelihood.
    #[must_use]
    pub fn mixed(&self) -> &FittedLinearMixed {
        &self.mixed
    }

    /// The same coefficients with errors from the groups' own residuals, which hold whatever goes on
    /// within groups; Student's intervals with the groups less one. Corrected, the variance is
    /// multiplied by (n − 1) / (n − p).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a variance cannot be represented.
    pub fn clustered(&self, corrected: bool) -> Result<Coefficients> {
        let (covariance, count) = self.fit.clustered(&self.groups)?;
        let (n, p) = (self.records as f64, self.design.width() as f64);
        let (scale, kind) = if corrected {
            ((n - 1.0) / (n - p), StandardErrors::ClusteredHc1)
        } else {
            (1.0, StandardErrors::Clustered)
        };
        Coefficients::new(
            self.design.names(),
            self.fit.estimates(),
            covariance * scale,
            kind,
            Some(count as f64 - 1.0),
        )
    }

    /// For each covariate its coefficient between groups less that within: the contextual effect,
    /// what belonging to a group of a higher mean goes with for a record of the same value. `errors`
    /// are this fit's coefficients, the mixed model's or those by group.
    ///
    /// # Errors
    /// [`Error::UnknownName`] for coefficients of another fit.
    pub fn contextual(&self, errors: &Coefficients) -> Result<Coefficients> {
        let pulls = self.pulls(errors)?;
        let all = errors.len();
        let covariance = DMatrix::from_fn(all, all, |i, j| errors.covariance(i, j).unwrap_or(0.0));
        let estimates = &pulls * DVector::from_column_slice(errors.estimates());
        Coefficients::new(
            &self.covariates,
            estimates.iter().copied().collect(),
            &pulls * covariance * pulls.transpose(),
            errors.standard_errors,
            errors
                .iter()
                .next()
                .and_then(|first| first.degrees_of_freedom),
        )
    }

    /// Mundlak's test that no covariate goes with the outcome otherwise between groups than within
    /// them: what Hausman's test asks, and robust where the errors are.
    ///
    /// # Errors
    /// As [`WithinBetween::contextual`]; [`Error::Undefined`] when the differences' covariance has no
    /// inverse.
    pub fn same_within_and_between(&self, errors: &Coefficients) -> Result<WaldTest> {
        let found = self.contextual(errors)?;
        let width = found.len();
        let covariance =
            DMatrix::from_fn(width, width, |i, j| found.covariance(i, j).unwrap_or(0.0));
        let estimates = DVector::from_column_slice(found.estimates());
        let factor = Cholesky::new(covariance).ok_or(Error::Undefined {
            what: "the test of within against between",
            why: "the differences depend on each other",
        })?;
        let chi_square = factor.solve(&estimates).dot(&estimates);
        Ok(WaldTest {
            chi_square,
            degrees_of_freedom: width,
            p_value: chi_square_upper(chi_square, width as f64),
        })
    }

    /// Row by row, between less within.
    fn pulls(&self, errors: &Coefficients) -> Result<DMatrix<f64>> {
        let names: Vec<String> = errors.iter().map(|c| c.name).collect();
        if names != self.design.names() {
            return Err(Error::UnknownName {
                what: "coefficients of this fit; the first",
                found: names.into_iter().next().unwrap_or_default(),
            });
        }
        let place =
            |name: &str, what: &str| names.iter().position(|n| *n == format!("{name}{what}"));
        let mut pulls = DMatrix::zeros(self.covariates.len(), names.len());
        for (row, name) in self.covariates.iter().enumerate() {
            if let (Some(within), Some(between)) = (place(name, WITHIN), place(name, BETWEEN)) {
                pulls[(row, between)] += 1.0;
                pulls[(row, within)] -= 1.0;
            }
        }
        Ok(pulls)
    }
}
