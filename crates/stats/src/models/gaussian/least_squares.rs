//! Least squares on rows from which effects are already taken out, and errors by cluster.

use nalgebra::DMatrix;

use super::super::basis::{Basis, dot};
use super::levels;
use crate::error::{Error, Result};
use crate::sum::sum;

/// A fit to rows as they were given, whatever was done to them before.
#[derive(Debug, Clone)]
pub(super) struct LeastSquares {
    basis: Basis,
    rows: usize,
    gamma: Vec<f64>,
    pub(super) residuals: Vec<f64>,
}

impl LeastSquares {
    /// # Errors
    /// [`Error::Collinear`] with the name of the first column that the ones before it determine.
    pub(super) fn new(columns: &[Vec<f64>], names: &[String], values: &[f64]) -> Result<Self> {
        let basis = Basis::new(columns, names)?;
        let (rows, width) = (values.len(), basis.width);
        let row = |i: usize| &basis.rows[i * width..(i + 1) * width];
        let mut gamma = vec![0.0; width];
        let mut residuals = values.to_vec();
        // The second pass removes what rounding left of the first.
        for _ in 0..2 {
            let step: Vec<f64> = (0..width)
                .map(|j| sum((0..rows).map(|i| row(i)[j] * residuals[i])) / rows as f64)
                .collect();
            for (g, s) in gamma.iter_mut().zip(&step) {
                *g += s;
            }
            for (i, r) in residuals.iter_mut().enumerate() {
                *r -= dot(row(i), &step);
            }
        }
        Ok(LeastSquares {
            basis,
            rows,
            gamma,
            residuals,
        })
    }

    pub(super) fn estimates(&self) -> Vec<f64> {
        self.basis.coefficients(&self.gamma)
    }

    pub(super) fn residual_squares(&self) -> f64 {
        sum(self.residuals.iter().map(|r| r * r))
    }

    /// (X'X)⁻¹ times a variance.
    pub(super) fn covariance(&self, variance: f64) -> DMatrix<f64> {
        let width = self.basis.width;
        let scaled = DMatrix::identity(width, width) * (variance / self.rows as f64);
        self.basis.covariance(&scaled)
    }

    /// (X'X)⁻¹ (Σ S S') (X'X)⁻¹ G / (G − 1), with the scores summed by cluster, and G.
    ///
    /// # Errors
    /// [`Error::TooFew`] for fewer than two clusters.
    pub(super) fn clustered(&self, clusters: &[usize]) -> Result<(DMatrix<f64>, usize)> {
        let (of_row, count) = levels(clusters);
        if count < 2 {
            return Err(Error::TooFew {
                what: "the clusters",
                needed: 2,
                found: count,
            });
        }
        let width = self.basis.width;
        let mut scores = DMatrix::zeros(count, width);
        for (i, &cluster) in of_row.iter().enumerate() {
            let row = &self.basis.rows[i * width..(i + 1) * width];
            for (j, x) in row.iter().enumerate() {
                scores[(cluster, j)] += x * self.residuals[i];
            }
        }
        let (n, g) = (self.rows as f64, count as f64);
        let meat = scores.transpose() * &scores * (g / (g - 1.0) / (n * n));
        Ok((self.basis.covariance(&meat), count))
    }
}
