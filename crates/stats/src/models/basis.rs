//! An orthonormal basis of a design's columns, to work in whatever the covariates' units: years,
//! pounds and shares are all alike to the algorithms. Finds the column that adds nothing.

use nalgebra::DMatrix;

use crate::error::{Error, Result};

/// The share of a column that must be left when the columns before it are taken out.
const SMALLEST_SHARE: f64 = 1e-7;

/// X = Q R with Q'Q = n I, for the distinct rows of a design.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    /// Q, row by row.
    pub(super) rows: Vec<f64>,
    pub(super) width: usize,
    /// R, upper triangular: coefficients of Q from coefficients of X.
    upper: DMatrix<f64>,
    /// R⁻¹, upper triangular: coefficients of X from coefficients of Q.
    inverse: DMatrix<f64>,
    /// ln |R'R|, the part of a restricted likelihood that depends on the units of X.
    pub(super) log_determinant: f64,
}

impl Basis {
    pub(super) fn new(columns: &[Vec<f64>], names: &[String]) -> Result<Self> {
        let width = columns.len();
        let rows = columns.first().map_or(0, Vec::len);
        let root = (rows as f64).sqrt();
        let mut basis: Vec<Vec<f64>> = Vec::with_capacity(width);
        let mut upper = DMatrix::zeros(width, width);
        for (j, column) in columns.iter().enumerate() {
            let norm = length(column);
            let mut rest = column.clone();
            // Twice is enough: the second pass removes what rounding left of the first.
            for _ in 0..2 {
                for (i, q) in basis.iter().enumerate() {
                    let share = dot(q, &rest) / rows as f64;
                    upper[(i, j)] += share;
                    for (r, q) in rest.iter_mut().zip(q) {
                        *r -= share * q;
                    }
                }
            }
            let left = length(&rest);
            if !(left.is_finite() && left > SMALLEST_SHARE * norm) {
                return Err(Error::Collinear {
                    column: names[j].clone(),
                });
            }
            upper[(j, j)] = left / root;
            for r in &mut rest {
                *r *= root / left;
            }
            basis.push(rest);
        }
        let mut by_row = Vec::with_capacity(rows * width);
        for row in 0..rows {
            by_row.extend(basis.iter().map(|q| q[row]));
        }
        let logs = (0..width).map(|j| 2.0 * upper[(j, j)].ln());
        Ok(Basis {
            rows: by_row,
            width,
            log_determinant: crate::sum::sum(logs),
            inverse: triangular_inverse(&upper),
            upper,
        })
    }

    /// Coefficients of the design's own columns.
    pub(super) fn coefficients(&self, gamma: &[f64]) -> Vec<f64> {
        (&self.inverse * nalgebra::DVector::from_column_slice(gamma))
            .iter()
            .copied()
            .collect()
    }

    /// Coefficients of the basis from those of the design's own columns.
    pub(super) fn gamma_of(&self, beta: &[f64]) -> Vec<f64> {
        (&self.upper * nalgebra::DVector::from_column_slice(beta))
            .iter()
            .copied()
            .collect()
    }

    /// The covariance of the coefficients of the design's own columns.
    pub(super) fn covariance(&self, gamma: &DMatrix<f64>) -> DMatrix<f64> {
        &self.inverse * gamma * self.inverse.transpose()
    }

    /// One row of the basis for a row of the design.
    pub(super) fn row(&self, design: &[f64]) -> Vec<f64> {
        (0..self.width)
            .map(|j| (0..=j).map(|i| design[i] * self.inverse[(i, j)]).sum())
            .collect()
    }
}

fn length(column: &[f64]) -> f64 {
    dot(column, column).sqrt()
}

/// A sum of products in four strands, which a processor can add at the same time.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut strands = [0.0; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let tail: f64 = a4
        .remainder()
        .iter()
        .zip(b4.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in a4.zip(b4) {
        for (strand, (x, y)) in strands.iter_mut().zip(x.iter().zip(y)) {
            *strand += x * y;
        }
    }
    (strands[0] + strands[1]) + (strands[2] + strands[3]) + tail
}

fn triangular_inverse(upper: &DMatrix<f64>) -> DMatrix<f64> {
    let n = upper.nrows();
    let mut inverse = DMatrix::zeros(n, n);
    for j in 0..n {
        inverse[(j, j)] = 1.0 / upper[(j, j)];
        for i in (0..j).rev() {
            let sum: f64 = (i + 1..=j).map(|k| upper[(i, k)] * inverse[(k, j)]).sum();
            inverse[(i, j)] = -sum / upper[(i, i)];
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(n: usize) -> Vec<String> {
        (0..n).map(|i| format!("x{i}")).collect()
    }

    #[test]
    fn coefficients_come_back_in_the_covariates_units() -> Result<()> {
        let years: Vec<f64> = (2013..2026).map(f64::from).collect();
        let columns = vec![
            vec![1.0; 13],
            years.clone(),
            years.iter().map(|y| y * y).collect(),
        ];
        let basis = Basis::new(&columns, &names(3))?;
        // η = 3 − 0.5 year + 1e-4 year², given through the basis.
        let eta = |y: f64| 3.0 - 0.5 * y + 1e-4 * y * y;
        let gamma: Vec<f64> = (0..3)
            .map(|j| {
                years
                    .iter()
                    .enumerate()
                    .map(|(i, &y)| basis.rows[3 * i + j] * eta(y))
                    .sum::<f64>()
                    / 13.0
            })
            .collect();
        let beta = basis.coefficients(&gamma);
        assert!((beta[2] / 1e-4 - 1.0).abs() < 1e-7, "{beta:?}");
        let row = basis.row(&[1.0, 2020.0, 2020.0 * 2020.0]);
        assert!(
            row.iter()
                .zip(&basis.rows[21..24])
                .all(|(a, b)| (a - b).abs() < 1e-7)
        );
        Ok(())
    }

    #[test]
    fn a_column_that_adds_nothing_is_named() {
        let columns = vec![
            vec![1.0; 4],
            vec![1.0, 2.0, 3.0, 4.0],
            vec![3.0, 5.0, 7.0, 9.0],
        ];
        let error = Basis::new(&columns, &names(3)).expect_err("collinear");
        assert_eq!(
            error,
            Error::Collinear {
                column: "x2".to_owned()
            }
        );
        let zero = Basis::new(&[vec![0.0; 4]], &names(1)).expect_err("zero");
        assert_eq!(
            zero,
            Error::Collinear {
                column: "x0".to_owned()
            }
        );
    }
}
