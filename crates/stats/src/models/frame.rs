//! The rows that a model works on and how they touch its columns: products with the covariates and
//! with the random columns, and the system that coefficients and effects share.
//! Linear algebra of a model only: no response and no likelihood.

use nalgebra::{Cholesky, DMatrix, DMatrixView, DVector, Dyn};

use super::basis::{Basis, dot};
use super::random::{Structure, System};

/// Rows in the order of their patterns.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) count: usize,
    pub(super) basis: Basis,
    pub(super) structure: Structure,
    /// Where each pattern's rows start, and the end.
    pub(super) starts: Vec<usize>,
    /// What each row's random columns are multiplied by, row by row; empty when all are 1.
    pub(super) factors: Vec<f64>,
    /// The row of each record that has a part in the fit.
    pub(super) of_record: Vec<Option<usize>>,
}

/// The part of the system that belongs to the coefficients.
pub(super) struct FixedBlock {
    /// Λ'Z'WX, column by column.
    columns: Vec<Vec<f64>>,
    /// The factor of X'WX − X'WZΛ A⁻¹ Λ'Z'WX.
    factor: Cholesky<f64, Dyn>,
}

impl Frame {
    /// The rows of a pattern.
    pub(super) fn range(&self, pattern: usize) -> std::ops::Range<usize> {
        self.starts[pattern]..self.starts[pattern + 1]
    }

    /// What a row's random columns are multiplied by; not for a plain structure.
    pub(super) fn row_factors(&self, row: usize) -> &[f64] {
        let width = self.structure.width;
        &self.factors[row * width..(row + 1) * width]
    }

    /// A row of the basis.
    pub(super) fn basis_row(&self, row: usize) -> &[f64] {
        let width = self.basis.width;
        &self.basis.rows[row * width..(row + 1) * width]
    }

    /// `out` = offsets + Q γ.
    pub(super) fn predictor(&self, offsets: &[f64], gamma: &[f64], out: &mut Vec<f64>) {
        out.clear();
        let rows = self.basis.rows.chunks_exact(self.basis.width).zip(offsets);
        out.extend(rows.map(|(row, o)| o + dot(row, gamma)));
    }

    /// Q'v.
    pub(super) fn cross_vector(&self, v: &[f64]) -> Vec<f64> {
        let width = self.basis.width;
        let mut out = vec![0.0; width];
        for (row, &value) in self.basis.rows.chunks_exact(width).zip(v) {
            for (sum, x) in out.iter_mut().zip(row) {
                *sum += value * x;
            }
        }
        out
    }

    /// Q' diag(w) Q.
    pub(super) fn cross_matrix(&self, weights: &[f64]) -> DMatrix<f64> {
        /// Rows at a time: so few that they stay in the nearest cache.
        const ROWS: usize = 256;
        let width = self.basis.width;
        let mut total = DMatrix::zeros(width, width);
        let mut weighted = vec![0.0; ROWS * width];
        let chunks = self
            .basis
            .rows
            .chunks(ROWS * width)
            .zip(weights.chunks(ROWS));
        for (rows, weights) in chunks {
            let weighted = &mut weighted[..rows.len()];
            let pairs = weighted
                .chunks_exact_mut(width)
                .zip(rows.chunks_exact(width));
            for ((to, from), &weight) in pairs.zip(weights) {
                for (t, f) in to.iter_mut().zip(from) {
                    *t = weight * f;
                }
            }
            // Row by row is the transpose column by column.
            let count = weights.len();
            let columns = DMatrixView::from_slice(weighted, width, count);
            let rows = DMatrixView::from_slice_with_strides(rows, count, width, width, 1);
            total.gemm(1.0, &columns, &rows, 1.0);
        }
        // Both triangles are sums in another order: keep one.
        for j in 0..width {
            for i in 0..j {
                total[(i, j)] = total[(j, i)];
            }
        }
        total
    }

    /// Z'v.
    pub(super) fn gather(&self, v: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.structure.size];
        for pattern in 0..self.structure.patterns {
            let range = self.range(pattern);
            let columns = self.structure.pattern_columns(pattern);
            if self.structure.plain {
                let sum: f64 = v[range].iter().sum();
                for &c in columns {
                    out[c] += sum;
                }
            } else {
                for i in range {
                    let factors = self.row_factors(i);
                    for (&c, z) in columns.iter().zip(factors) {
                        out[c] += z * v[i];
                    }
                }
            }
        }
        out
    }

    /// Z v for a vector over the random columns.
    pub(super) fn spread_out(&self, v: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.count];
        for pattern in 0..self.structure.patterns {
            let range = self.range(pattern);
            let columns = self.structure.pattern_columns(pattern);
            if self.structure.plain {
                let sum: f64 = columns.iter().map(|&c| v[c]).sum();
                out[range].fill(sum);
            } else {
                for i in range {
                    let factors = self.row_factors(i);
                    out[i] = factors.iter().zip(columns).map(|(z, &c)| z * v[c]).sum();
                }
            }
        }
        out
    }

    /// Σ w z z' in each pattern.
    pub(super) fn moments_of(&self, weights: &[f64]) -> Vec<f64> {
        let (stride, width) = (self.structure.moment_stride(), self.structure.width);
        let mut moments = vec![0.0; self.structure.patterns * stride];
        for (pattern, moment) in moments.chunks_exact_mut(stride.max(1)).enumerate() {
            let range = self.range(pattern);
            if self.structure.plain {
                moment[0] = weights[range].iter().sum();
                continue;
            }
            for i in range {
                let factors = self.row_factors(i);
                for a in 0..width {
                    let left = weights[i] * factors[a];
                    for b in 0..width {
                        moment[a * width + b] += left * factors[b];
                    }
                }
            }
        }
        moments
    }

    /// The coefficients' part of the system with those weights; `None` when they are not
    /// independent given the effects.
    pub(super) fn block(&self, system: &System, weights: &[f64]) -> Option<FixedBlock> {
        let p = self.basis.width;
        let columns = self.cross_columns(system, weights);
        let mut halves = columns.clone();
        for half in &mut halves {
            self.structure.solve_lower(system, half);
        }
        let whole = self.cross_matrix(weights);
        let schur = DMatrix::from_fn(p, p, |i, j| whole[(i, j)] - dot(&halves[i], &halves[j]));
        let factor = Cholesky::new(schur)?;
        Some(FixedBlock { columns, factor })
    }

    /// Λ'Z'WX, column by column.
    pub(super) fn cross_columns(&self, system: &System, weights: &[f64]) -> Vec<Vec<f64>> {
        let (p, q, width) = (self.basis.width, self.structure.size, self.structure.width);
        let mut columns = vec![vec![0.0; q]; p];
        let mut sums = vec![0.0; p];
        for pattern in 0..self.structure.patterns {
            let range = self.range(pattern);
            let touched = self.structure.pattern_columns(pattern);
            for (a, &c) in touched.iter().enumerate() {
                // All factors are 1 in a plain structure: the first sums serve for every column.
                if a == 0 || !self.structure.plain {
                    sums.fill(0.0);
                    for i in range.clone() {
                        let z = self.factors.get(i * width + a).copied().unwrap_or(1.0);
                        let weight = weights[i] * z;
                        for (sum, x) in sums.iter_mut().zip(self.basis_row(i)) {
                            *sum += weight * x;
                        }
                    }
                }
                for (column, sum) in columns.iter_mut().zip(&sums) {
                    column[c] += sum;
                }
            }
        }
        for column in &mut columns {
            self.structure.contract(system, column);
        }
        columns
    }

    /// Solves the joint system of effects and coefficients.
    pub(super) fn solve_jointly(
        &self,
        system: &System,
        block: &FixedBlock,
        mut effects: Vec<f64>,
        coefficients: Vec<f64>,
    ) -> (Vec<f64>, Vec<f64>) {
        let mut first = effects.clone();
        self.structure.solve(system, &mut first);
        let mut right = DVector::from_vec(coefficients);
        for (r, column) in right.iter_mut().zip(&block.columns) {
            *r -= dot(column, &first);
        }
        block.factor.solve_mut(&mut right);
        for (column, change) in block.columns.iter().zip(right.iter()) {
            for (e, c) in effects.iter_mut().zip(column) {
                *e -= c * change;
            }
        }
        self.structure.solve(system, &mut effects);
        (effects, right.as_slice().to_vec())
    }
}

impl FixedBlock {
    /// The covariance of the coefficients of the basis, given the spread of the effects.
    pub(super) fn covariance(&self) -> DMatrix<f64> {
        self.factor.inverse()
    }

    /// ln |X'V⁻¹X| in the basis.
    pub(super) fn log_determinant(&self) -> f64 {
        let diagonal = self.factor.l_dirty().diagonal();
        2.0 * crate::sum::sum(diagonal.iter().map(|v| v.ln()))
    }
}
