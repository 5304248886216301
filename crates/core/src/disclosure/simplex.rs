//! The least and the most that one unknown can be, when sums of unknowns are known: a small linear
//! programme, solved by the simplex method with Bland's rule (1977), which cannot cycle.

/// One equation: unknowns with their signs, and what they add up to.
pub(super) type Equation = (Vec<(usize, f64)>, f64);

const EPSILON: f64 = 1e-7;

/// The least and the most of an unknown, all of them at least 0. `None` if the equations contradict
/// one another; no upper end if nothing bounds it.
pub(super) fn bounds(unknowns: usize, equations: &[Equation], of: usize) -> Option<(f64, f64)> {
    let low = Tableau::new(unknowns, equations).minimise(of, 1.0)?;
    let high = Tableau::new(unknowns, equations).minimise(of, -1.0)?;
    Some((low.max(0.0), -high))
}

struct Tableau {
    rows: Vec<Vec<f64>>,
    basis: Vec<usize>,
    unknowns: usize,
}

impl Tableau {
    /// Each equation starts with an artificial unknown of its own.
    fn new(unknowns: usize, equations: &[Equation]) -> Self {
        let width = unknowns + equations.len() + 1;
        let rows = equations
            .iter()
            .enumerate()
            .map(|(at, (terms, sum))| {
                let sign = if *sum < 0.0 { -1.0 } else { 1.0 };
                let mut row = vec![0.0; width];
                for (unknown, factor) in terms {
                    row[*unknown] += sign * factor;
                }
                row[unknowns + at] = 1.0;
                row[width - 1] = sign * sum;
                row
            })
            .collect();
        Self {
            rows,
            basis: (unknowns..unknowns + equations.len()).collect(),
            unknowns,
        }
    }

    fn minimise(mut self, of: usize, sign: f64) -> Option<f64> {
        let width = self.unknowns + self.rows.len() + 1;
        let mut artificial = vec![0.0; width];
        artificial[self.unknowns..width - 1].fill(1.0);
        let feasible = self.solve(artificial, width - 1)?;
        if feasible > EPSILON {
            return None;
        }
        let mut cost = vec![0.0; width];
        cost[of] = sign;
        // Artificial unknowns stay out from here on.
        Some(self.solve(cost, self.unknowns).unwrap_or(f64::NEG_INFINITY))
    }

    /// Minimises a cost over the first `allowed` unknowns; `None` if it has no least value.
    fn solve(&mut self, mut cost: Vec<f64>, allowed: usize) -> Option<f64> {
        let last = cost.len() - 1;
        for (row, basic) in self.rows.iter().zip(&self.basis) {
            let factor = cost[*basic];
            if factor.abs() > 0.0 {
                cost.iter_mut().zip(row).for_each(|(c, r)| *c -= factor * r);
            }
        }
        while let Some(enter) = (0..allowed).find(|at| cost[*at] < -EPSILON) {
            let leave = (0..self.rows.len())
                .filter(|at| self.rows[*at][enter] > EPSILON)
                .min_by(|a, b| {
                    let ratio = |at: usize| self.rows[at][last] / self.rows[at][enter];
                    ratio(*a)
                        .total_cmp(&ratio(*b))
                        .then(self.basis[*a].cmp(&self.basis[*b]))
                })?;
            let pivot = self.rows[leave][enter];
            self.rows[leave]
                .iter_mut()
                .for_each(|value| *value /= pivot);
            let pivot_row = self.rows[leave].clone();
            let clear = |row: &mut Vec<f64>| {
                let factor = row[enter];
                if factor.abs() > 0.0 {
                    row.iter_mut()
                        .zip(&pivot_row)
                        .for_each(|(value, p)| *value -= factor * p);
                }
            };
            for (at, row) in self.rows.iter_mut().enumerate() {
                if at != leave {
                    clear(row);
                }
            }
            clear(&mut cost);
            self.basis[leave] = enter;
        }
        Some(-cost[last])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_of_unknowns_is_bounded_by_its_margins() {
        // Rows 10 and 4, columns 6 and 8: the first is from 2 to 6.
        let equations = vec![
            (vec![(0, 1.0), (1, 1.0)], 10.0),
            (vec![(2, 1.0), (3, 1.0)], 4.0),
            (vec![(0, 1.0), (2, 1.0)], 6.0),
            (vec![(1, 1.0), (3, 1.0)], 8.0),
        ];
        let (low, high) = bounds(4, &equations, 0).unwrap();
        assert!((low - 2.0).abs() < 1e-9 && (high - 6.0).abs() < 1e-9);
        assert_eq!(
            bounds(1, &[(vec![(0, 1.0)], 3.0), (vec![(0, 1.0)], 4.0)], 0),
            None
        );
        let (low, high) = bounds(2, &[(vec![(0, 1.0), (1, -1.0)], 0.0)], 0).unwrap();
        assert!(low.abs() < 1e-9 && high.is_infinite());
    }
}
