//! Standard errors from the records' own residuals: Huber and White's, and by cluster.
//! The estimates do not change; only what is said of their uncertainty does.

use nalgebra::DMatrix;

use super::super::coefficients::{Coefficients, StandardErrors};
use super::fitted::{FittedRegression, record_units};
use crate::error::{Error, Result};

impl FittedRegression {
    #[doc = include_str!("../../../docs/robust_errors.md")]
    pub fn robust(&self, corrected: bool) -> Result<Coefficients> {
        let records: Vec<usize> = (0..self.cells.frame.of_record.len()).collect();
        let (n, p) = (self.records() as f64, self.cells.frame.basis.width as f64);
        if corrected {
            let scale = self.correction(n, n - p)?;
            self.sandwich(&records, scale, StandardErrors::Hc1, None)
        } else {
            self.sandwich(&records, 1.0, StandardErrors::Hc0, None)
        }
    }

    #[doc = include_str!("../../../docs/clustered_errors.md")]
    pub fn clustered(&self, clusters: &[usize], corrected: bool) -> Result<Coefficients> {
        if clusters.len() != self.cells.frame.of_record.len() {
            return Err(Error::Lengths {
                left: "the responses",
                left_len: self.cells.frame.of_record.len(),
                right: "clusters",
                right_len: clusters.len(),
            });
        }
        let used = |i: &usize| self.cells.frame.of_record[*i].is_some();
        let mut distinct: Vec<usize> = (0..clusters.len())
            .filter(used)
            .map(|i| clusters[i])
            .collect();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 2 {
            return Err(Error::TooFew {
                what: "the clusters",
                needed: 2,
                found: distinct.len(),
            });
        }
        let (n, p, g) = (
            self.records() as f64,
            self.cells.frame.basis.width as f64,
            distinct.len() as f64,
        );
        let adjust = g / (g - 1.0);
        let df = Some(g - 1.0);
        if corrected {
            let scale = adjust * self.correction(n - 1.0, n - p)?;
            self.sandwich(clusters, scale, StandardErrors::ClusteredHc1, df)
        } else {
            self.sandwich(clusters, adjust, StandardErrors::Clustered, df)
        }
    }

    fn correction(&self, above: f64, below: f64) -> Result<f64> {
        if below > 0.0 {
            return Ok(above / below);
        }
        Err(Error::TooFew {
            what: "the records of a corrected standard error",
            needed: self.cells.frame.basis.width + 1,
            found: self.records(),
        })
    }

    /// (X'WX)⁻¹ (Σ s s') (X'WX)⁻¹ with the scores s summed by cluster.
    fn sandwich(
        &self,
        clusters: &[usize],
        scale: f64,
        standard_errors: StandardErrors,
        degrees_of_freedom: Option<f64>,
    ) -> Result<Coefficients> {
        let width = self.cells.frame.basis.width;
        let observations = &self.model.observations;
        let mut order: Vec<usize> = (0..clusters.len()).collect();
        order.sort_by_key(|&i| clusters[i]);
        let mut meat = DMatrix::zeros(width, width);
        let mut sums = vec![0.0; width];
        for cluster in order.chunk_by(|&i, &j| clusters[i] == clusters[j]) {
            sums.fill(0.0);
            for &i in cluster {
                let Some(cell) = self.cells.frame.of_record[i] else {
                    continue;
                };
                let units = record_units(observations, self.kernel, i);
                let point = self
                    .kernel
                    .point(observations.totals[i], units, self.eta[cell]);
                let score = observations.weights[i] * point.score;
                let row = &self.cells.frame.basis.rows[cell * width..(cell + 1) * width];
                for (sum, x) in sums.iter_mut().zip(row) {
                    *sum += score * x;
                }
            }
            for a in 0..width {
                for b in 0..width {
                    meat[(a, b)] += scale * sums[a] * sums[b];
                }
            }
        }
        let covariance = &self.bread * meat * &self.bread;
        Coefficients::new(
            self.model.design.names(),
            self.cells.frame.basis.coefficients(&self.gamma),
            self.cells.frame.basis.covariance(&covariance),
            standard_errors,
            degrees_of_freedom,
        )
    }
}
