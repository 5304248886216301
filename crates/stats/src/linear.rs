//! Small dense systems: the normal equations of regressions with a handful of terms.
//! Anything larger belongs to a linear-algebra crate, not here.

/// A symmetric positive definite matrix, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Symmetric {
    size: usize,
    cells: Vec<f64>,
}

impl Symmetric {
    pub(crate) fn zero(size: usize) -> Self {
        Symmetric {
            size,
            cells: vec![0.0; size * size],
        }
    }

    /// Adds `weight` times the outer product of `row` with itself.
    pub(crate) fn add_outer(&mut self, row: &[f64], weight: f64) {
        for (i, a) in row.iter().enumerate() {
            for (j, b) in row.iter().enumerate() {
                self.cells[i * self.size + j] += weight * a * b;
            }
        }
    }

    pub(crate) fn at(&self, i: usize, j: usize) -> f64 {
        self.cells[i * self.size + j]
    }

    /// The lower Cholesky factor, or nothing when the matrix is not positive definite.
    fn factor(&self) -> Option<Vec<f64>> {
        let n = self.size;
        let mut l = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let dot: f64 = (0..j).map(|k| l[i * n + k] * l[j * n + k]).sum();
                let rest = self.at(i, j) - dot;
                if i == j {
                    // A pivot lost to rounding means that the columns are not independent.
                    if !rest.is_finite() || rest <= 1e-13 * self.at(i, i).abs() {
                        return None;
                    }
                    l[i * n + i] = rest.sqrt();
                } else {
                    l[i * n + j] = rest / l[j * n + j];
                }
            }
        }
        Some(l)
    }

    pub(crate) fn solve(&self, right: &[f64]) -> Option<Vec<f64>> {
        let n = self.size;
        let l = self.factor()?;
        let mut x = right.to_vec();
        for i in 0..n {
            let dot: f64 = (0..i).map(|k| l[i * n + k] * x[k]).sum();
            x[i] = (x[i] - dot) / l[i * n + i];
        }
        for i in (0..n).rev() {
            let dot: f64 = (i + 1..n).map(|k| l[k * n + i] * x[k]).sum();
            x[i] = (x[i] - dot) / l[i * n + i];
        }
        x.iter().all(|v| v.is_finite()).then_some(x)
    }

    pub(crate) fn inverse(&self) -> Option<Symmetric> {
        let n = self.size;
        let mut cells = vec![0.0; n * n];
        for j in 0..n {
            let mut unit = vec![0.0; n];
            unit[j] = 1.0;
            for (i, value) in self.solve(&unit)?.into_iter().enumerate() {
                cells[i * n + j] = value;
            }
        }
        Some(Symmetric { size: n, cells })
    }

    /// `row' M row`, never below 0.
    pub(crate) fn quadratic(&self, row: &[f64]) -> f64 {
        let n = self.size;
        (0..n)
            .map(|i| row[i] * (0..n).map(|j| self.at(i, j) * row[j]).sum::<f64>())
            .sum::<f64>()
            .max(0.0)
    }

    /// `self · middle · self`: the sandwich of two symmetric matrices.
    pub(crate) fn sandwich(&self, middle: &Symmetric) -> Symmetric {
        let n = self.size;
        let mut cells = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                cells[i * n + j] = (0..n)
                    .flat_map(|k| (0..n).map(move |m| (k, m)))
                    .map(|(k, m)| self.at(i, k) * middle.at(k, m) * self.at(m, j))
                    .sum();
            }
        }
        Symmetric { size: n, cells }
    }
}
