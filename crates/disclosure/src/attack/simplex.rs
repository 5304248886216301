//! The least and the most that one unknown can be, when sums of unknowns are known: a small linear
//! programme, solved by the simplex method with Bland's rule (1977), which cannot cycle.

/// One equation: unknowns with their signs, and what they add up to.
pub(crate) type Equation = (Vec<(usize, f64)>, f64);

const EPSILON: f64 = 1e-7;

/// The least and the most of an unknown, all of them at least 0: 0 and no upper end where nothing
/// bounds it, or where the search takes too many steps to say. `None` if the equations contradict
/// one another, or too many steps did not bring them together.
pub(crate) fn bounds(unknowns: usize, equations: &[Equation], of: usize) -> Option<(f64, f64)> {
    let start = Tableau::feasible(unknowns, equations)?;
    let low = start.clone().minimise(of, 1.0);
    let high = start.minimise(of, -1.0);
    Some((low.max(0.0), -high))
}

#[derive(Clone)]
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

    /// A tableau where every equation holds, without artificial unknowns.
    fn feasible(unknowns: usize, equations: &[Equation]) -> Option<Self> {
        let mut start = Self::new(unknowns, equations);
        let width = unknowns + equations.len() + 1;
        let mut artificial = vec![0.0; width];
        artificial[unknowns..width - 1].fill(1.0);
        if start.solve(artificial, width - 1)? > EPSILON {
            return None;
        }
        start.drive_out();
        Some(start)
    }

    /// An artificial unknown that is still in the basis is 0, but would grow again when others
    /// change: it leaves for any other, and an equation that has none says nothing new.
    fn drive_out(&mut self) {
        let mut at = 0;
        while at < self.rows.len() {
            if self.basis[at] < self.unknowns {
                at += 1;
            } else if let Some(enter) =
                (0..self.unknowns).find(|column| self.rows[at][*column].abs() > EPSILON)
            {
                self.pivot(at, enter, None);
                at += 1;
            } else {
                self.rows.swap_remove(at);
                self.basis.swap_remove(at);
            }
        }
        let unknowns = self.unknowns;
        for row in &mut self.rows {
            let last = row.len() - 1;
            row.swap(unknowns, last);
            row.truncate(unknowns + 1);
        }
    }

    /// The least value; minus infinity if there is none, or it is not found.
    fn minimise(mut self, of: usize, sign: f64) -> f64 {
        let mut cost = vec![0.0; self.unknowns + 1];
        cost[of] = sign;
        self.solve(cost, self.unknowns).unwrap_or(f64::NEG_INFINITY)
    }

    /// Minimises a cost over the first `allowed` unknowns; `None` if it has no least value, or is not
    /// there after many steps: rounding can undo even Bland's promise.
    fn solve(&mut self, mut cost: Vec<f64>, allowed: usize) -> Option<f64> {
        let last = cost.len() - 1;
        for (row, basic) in self.rows.iter().zip(&self.basis) {
            let factor = cost[*basic];
            if factor.abs() > 0.0 {
                cost.iter_mut().zip(row).for_each(|(c, r)| *c -= factor * r);
            }
        }
        // The steepest column first; Bland's rule only when that goes on for long.
        let size = self.rows.len() + allowed;
        for step in 0..20 * size + 200 {
            let mut falling = (0..allowed).filter(|at| cost[*at] < -EPSILON);
            let enter = if step < 4 * size {
                falling.min_by(|a, b| cost[*a].total_cmp(&cost[*b]))
            } else {
                falling.next()
            };
            let Some(enter) = enter else {
                return Some(-cost[last]);
            };
            let leave = (0..self.rows.len())
                .filter(|at| self.rows[*at][enter] > EPSILON)
                .min_by(|a, b| {
                    let ratio = |at: usize| self.rows[at][last] / self.rows[at][enter];
                    ratio(*a)
                        .total_cmp(&ratio(*b))
                        .then(self.basis[*a].cmp(&self.basis[*b]))
                })?;
            self.pivot(leave, enter, Some(&mut cost));
        }
        None
    }

    /// Makes an unknown basic in a row, and clears it from every other and from the cost.
    fn pivot(&mut self, leave: usize, enter: usize, cost: Option<&mut Vec<f64>>) {
        let mut pivot_row = std::mem::take(&mut self.rows[leave]);
        let pivot = pivot_row[enter];
        for value in &mut pivot_row {
            *value /= pivot;
        }
        for row in self.rows.iter_mut().chain(cost) {
            let factor = row.get(enter).copied().unwrap_or(0.0);
            if factor.abs() > 0.0 {
                row.iter_mut()
                    .zip(&pivot_row)
                    .for_each(|(value, p)| *value -= factor * p);
            }
        }
        self.rows[leave] = pivot_row;
        self.basis[leave] = enter;
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
