//! Sparse Cholesky factors of the matrices that random effects make: symmetric, positive definite,
//! with a pattern that never changes during a fit. The order of the columns is the caller's.
//!
//! The factor and its inverse on the factor's own pattern follow Davis (2006), "Direct Methods for
//! Sparse Linear Systems", and Takahashi, Fagan and Chin (1973). Nothing statistical lives here.

/// The pattern of the lower factor, column by column, each starting with its diagonal.
#[derive(Debug, Clone)]
pub(super) struct Symbolic {
    starts: Vec<usize>,
    rows: Vec<usize>,
}

impl Symbolic {
    /// From the rows below the diagonal in each column of the matrix.
    pub(super) fn new(mut below: Vec<Vec<usize>>) -> Self {
        let size = below.len();
        let mut starts = Vec::with_capacity(size + 1);
        let mut rows = Vec::new();
        for column in 0..size {
            let mut pattern = std::mem::take(&mut below[column]);
            pattern.sort_unstable();
            pattern.dedup();
            starts.push(rows.len());
            rows.push(column);
            rows.extend_from_slice(&pattern);
            // Eliminating a column joins its rows: they fill the column of the first of them.
            if let Some((&parent, rest)) = pattern.split_first() {
                below[parent].extend_from_slice(rest);
            }
        }
        starts.push(rows.len());
        Symbolic { starts, rows }
    }

    pub(super) fn size(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many values the factor has.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    fn range(&self, column: usize) -> std::ops::Range<usize> {
        self.starts[column]..self.starts[column + 1]
    }

    /// Where the value at that row and column is kept; the pair must be of the pattern.
    pub(super) fn position(&self, row: usize, column: usize) -> usize {
        let (row, column) = (row.max(column), row.min(column));
        let range = self.range(column);
        let found = self.rows[range.clone()].binary_search(&row);
        range.start + found.unwrap_or_else(|i| i.min(range.len() - 1))
    }

    pub(super) fn diagonal(&self, column: usize) -> usize {
        self.starts[column]
    }

    /// Replaces the matrix by its factor; false when it is not positive definite.
    pub(super) fn factorise(&self, values: &mut [f64]) -> bool {
        for column in 0..self.size() {
            let range = self.range(column);
            let pivot = values[range.start];
            if !(pivot.is_finite() && pivot > 0.0) {
                return false;
            }
            let root = pivot.sqrt();
            values[range.start] = root;
            for value in &mut values[range.start + 1..range.end] {
                *value /= root;
            }
            for b in range.start + 1..range.end {
                let target = self.range(self.rows[b]);
                let mut at = target.start;
                for a in b..range.end {
                    while self.rows[at] != self.rows[a] {
                        at += 1;
                    }
                    values[at] -= values[b] * values[a];
                }
            }
        }
        true
    }

    /// Solves L y = x in place.
    pub(super) fn solve_lower(&self, factor: &[f64], x: &mut [f64]) {
        for column in 0..self.size() {
            let range = self.range(column);
            let y = x[column] / factor[range.start];
            x[column] = y;
            for k in range.start + 1..range.end {
                x[self.rows[k]] -= factor[k] * y;
            }
        }
    }

    /// Solves Lᵀ y = x in place.
    pub(super) fn solve_upper(&self, factor: &[f64], x: &mut [f64]) {
        for column in (0..self.size()).rev() {
            let range = self.range(column);
            let below: f64 = (range.start + 1..range.end)
                .map(|k| factor[k] * x[self.rows[k]])
                .sum();
            x[column] = (x[column] - below) / factor[range.start];
        }
    }

    /// Solves L Lᵀ y = x in place.
    pub(super) fn solve(&self, factor: &[f64], x: &mut [f64]) {
        self.solve_lower(factor, x);
        self.solve_upper(factor, x);
    }

    /// ln |L Lᵀ|.
    pub(super) fn log_determinant(&self, factor: &[f64]) -> f64 {
        let logs = (0..self.size()).map(|c| factor[self.starts[c]].ln());
        2.0 * crate::sum::sum(logs)
    }

    /// The entries of (L Lᵀ)⁻¹ on the factor's pattern.
    pub(super) fn selected_inverse(&self, factor: &[f64], inverse: &mut [f64]) {
        let mut sums: Vec<f64> = Vec::new();
        for column in (0..self.size()).rev() {
            let range = self.range(column);
            let root = factor[range.start];
            sums.clear();
            sums.resize(range.len(), 0.0);
            for b in range.start + 1..range.end {
                let mut at = self.range(self.rows[b]).start;
                sums[b - range.start] += factor[b] * inverse[at];
                for a in b + 1..range.end {
                    while self.rows[at] != self.rows[a] {
                        at += 1;
                    }
                    sums[a - range.start] += factor[b] * inverse[at];
                    sums[b - range.start] += factor[a] * inverse[at];
                }
            }
            let mut diagonal = 1.0 / root;
            for k in range.start + 1..range.end {
                inverse[k] = -sums[k - range.start] / root;
                diagonal -= factor[k] * inverse[k];
            }
            inverse[range.start] = diagonal / root;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    /// A matrix with a nested and a crossed part, dense and in the pattern.
    fn example() -> (Symbolic, Vec<f64>, DMatrix<f64>) {
        let pairs = [
            (0, 4),
            (0, 6),
            (1, 4),
            (1, 5),
            (2, 5),
            (2, 6),
            (3, 6),
            (4, 6),
        ];
        let mut below = vec![Vec::new(); 7];
        let mut dense = DMatrix::identity(7, 7) * 4.0;
        for (i, &(c, r)) in pairs.iter().enumerate() {
            below[c].push(r);
            let value = 0.3 + 0.1 * i as f64;
            dense[(r, c)] = value;
            dense[(c, r)] = value;
        }
        let symbolic = Symbolic::new(below);
        let mut values = vec![0.0; symbolic.len()];
        for c in 0..7 {
            values[symbolic.diagonal(c)] = dense[(c, c)];
        }
        for &(c, r) in &pairs {
            values[symbolic.position(r, c)] = dense[(r, c)];
        }
        (symbolic, values, dense)
    }

    #[test]
    fn it_agrees_with_the_dense_factor() {
        let (symbolic, mut values, dense) = example();
        assert!(symbolic.factorise(&mut values));
        let inverse = dense.clone().try_inverse().expect("regular");
        assert!((symbolic.log_determinant(&values) - dense.determinant().ln()).abs() < 1e-12);
        let mut x = vec![1.0, -2.0, 0.5, 3.0, 0.0, 1.0, 2.0];
        let expected = &inverse * nalgebra::DVector::from_vec(x.clone());
        symbolic.solve(&values, &mut x);
        for (found, expected) in x.iter().zip(expected.iter()) {
            assert!((found - expected).abs() < 1e-13);
        }
        let mut selected = vec![0.0; symbolic.len()];
        symbolic.selected_inverse(&values, &mut selected);
        for c in 0..7 {
            for k in symbolic.range(c) {
                assert!((selected[k] - inverse[(symbolic.rows[k], c)]).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn an_indefinite_matrix_is_refused() {
        let symbolic = Symbolic::new(vec![vec![1], vec![]]);
        let mut values = vec![1.0, 2.0, 1.0];
        assert!(!symbolic.factorise(&mut values));
    }
}
