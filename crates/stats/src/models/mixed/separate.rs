//! Laplace's approximation of Poisson counts with one intercept for each group, where it falls apart
//! into a function of two numbers for every group: the log of what the group would have without its
//! effect, and the spread. All derivatives are closed forms, so that Newton's method needs few and
//! cheap steps; for what asks for many fits of nearly the same data. The criterion is that of
//! `laplace`, which is for every model.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::super::cells::Cells;
use super::super::family::{Family, Kernel};
use super::search::Rule;

/// After a step of a mode this long, the next would be rounding: the method is of third order.
const SETTLED: f64 = 1e-5;
const ITERATIONS: usize = 60;

/// The criterion's state at one set of parameters: the spread, then the coefficients of the basis.
pub(super) struct Separate<'a> {
    pub(super) cells: &'a Cells,
    width: usize,
    theta: f64,
    /// What each cell would have without effects.
    rates: Vec<f64>,
    groups: Vec<Group>,
}

/// One group's modes and the derivatives of its part of −2 ln L in ℓ, the log of what it would have
/// without its effect, and θ.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    observed: f64,
    /// The mode, in standard deviations.
    u: f64,
    /// What it would have without its effect.
    base: f64,
    /// What it has with its mode: M.
    mean: f64,
    /// 1 + θ² M.
    curvature: f64,
    by_l: f64,
    by_t: f64,
    by_ll: f64,
    by_lt: f64,
    by_tt: f64,
}

/// The gradient and, if asked for, the Hessian of the whole or of some groups.
#[derive(Debug, Clone)]
pub(super) struct Slopes {
    pub(super) gradient: DVector<f64>,
    pub(super) hessian: Option<DMatrix<f64>>,
}

impl Group {
    /// The mode for a given base, from the one before; false where there is none.
    fn settle(&mut self, theta: f64) -> bool {
        let square = theta * theta;
        for _ in 0..ITERATIONS {
            let mean = self.base * (theta * self.u).exp();
            let curvature = 1.0 + square * mean;
            let newton = (theta * (self.observed - mean) - self.u) / curvature;
            let bend = 1.0 + 0.5 * newton * theta * square * mean / curvature;
            let step = newton / bend.clamp(0.5, 2.0);
            // Never so far that the next mean is out of hand.
            let most = 3.0 / theta.abs().max(1e-3);
            let step = step.clamp(-most, most);
            if !step.is_finite() {
                return false;
            }
            self.u += step;
            if step.abs() < SETTLED {
                let x = theta * step;
                self.mean = mean * (1.0 + x * (1.0 + 0.5 * x * (1.0 + x / 3.0)));
                self.curvature = 1.0 + square * self.mean;
                return true;
            }
        }
        false
    }

    fn differentiate(&mut self, t: f64) {
        let (u, m, a) = (self.u, self.mean, self.curvature);
        let (tt, over) = (t * t, 1.0 / a);
        let rest = self.observed - m;
        // How the mode and the mean answer to the spread.
        let du = (rest - t * m * u) * over;
        let dm = 2.0 * m * u * over;
        let da = 2.0 * t * m + tt * dm;
        let (o2, o3) = (over * over, over * over * over);
        self.by_l = 2.0 * m + tt * m * o2;
        self.by_t = -2.0 * rest * u + 2.0 * t * m * over + 2.0 * tt * m * u * o2;
        self.by_ll = 2.0 * m * over + tt * m * o3 * (1.0 - 2.0 * tt * m * over);
        self.by_lt = 2.0 * dm + 2.0 * t * m * o2 + tt * dm * o2 - 2.0 * tt * m * da * o3;
        self.by_tt = 2.0 * (dm * u - rest * du) + 2.0 * (m + t * dm) * over - 2.0 * t * m * da * o2
            + (4.0 * t * m * u + 2.0 * tt * (dm * u + m * du)) * o2
            - 4.0 * tt * m * u * da * o3;
    }
}

impl<'a> Separate<'a> {
    /// Nothing for a model that does not fall apart in this way.
    pub(super) fn new(cells: &'a Cells, family: Family, rule: &Rule) -> Option<Self> {
        let structure = &cells.frame.structure;
        let fits = *rule == Rule::Laplace
            && matches!(family.kernel(1.0), Kernel::Poisson)
            && structure.plain
            && structure.terms.len() == 1;
        if !fits {
            return None;
        }
        let group = |pattern: usize| Group {
            observed: cells.totals[cells.frame.range(pattern)].iter().sum(),
            ..Group::default()
        };
        Some(Separate {
            cells,
            width: cells.frame.basis.width,
            theta: 0.0,
            rates: vec![0.0; cells.frame.count],
            groups: (0..structure.patterns).map(group).collect(),
        })
    }

    /// Parameters: the spread and the coefficients.
    fn len(&self) -> usize {
        1 + self.width
    }

    /// Moves to other parameters; false where the modes cannot be found. A group that is left out
    /// stays where it was.
    pub(super) fn move_to(&mut self, at: &[f64], left_out: Option<usize>) -> bool {
        let (cells, theta) = (self.cells, at[0]);
        self.theta = theta;
        for (pattern, group) in self.groups.iter_mut().enumerate() {
            if left_out == Some(pattern) {
                continue;
            }
            let mut base = 0.0;
            for i in cells.frame.range(pattern) {
                let row = cells.frame.basis_row(i);
                let eta: f64 = row.iter().zip(&at[1..]).map(|(x, g)| x * g).sum();
                self.rates[i] = cells.units[i] * (cells.offsets[i] + eta).exp();
                base += self.rates[i];
            }
            group.base = base;
            if !group.settle(theta) {
                group.u = 0.0;
                if !group.settle(theta) {
                    return false;
                }
            }
            group.differentiate(theta);
        }
        true
    }

    /// The modes as they are, to start from again.
    pub(super) fn modes(&self) -> Vec<f64> {
        self.groups.iter().map(|g| g.u).collect()
    }

    pub(super) fn set_modes(&mut self, modes: &[f64]) {
        for (group, &u) in self.groups.iter_mut().zip(modes) {
            group.u = u;
        }
    }

    /// −2 ln L up to the constants of the data: what the slopes are those of.
    #[cfg(test)]
    pub(super) fn value(&self, at: &[f64]) -> f64 {
        let cells = self.cells;
        let own = self
            .groups
            .iter()
            .map(|g| g.u * g.u - 2.0 * (g.observed * self.theta * g.u - g.mean) + g.curvature.ln());
        let fixed = (0..cells.frame.count).map(|i| {
            let row = cells.frame.basis_row(i).iter().zip(&at[1..]);
            let eta: f64 = row.map(|(x, g)| x * g).sum();
            -2.0 * cells.totals[i] * (cells.offsets[i] + eta)
        });
        crate::sum::sum(own.chain(fixed))
    }

    /// The slopes of all groups but one.
    pub(super) fn slopes(&self, left_out: Option<usize>, with_hessian: bool) -> Slopes {
        let mut slopes = Slopes {
            gradient: DVector::zeros(self.len()),
            hessian: with_hessian.then(|| DMatrix::zeros(self.len(), self.len())),
        };
        for pattern in 0..self.groups.len() {
            if left_out != Some(pattern) {
                self.add(pattern, 1.0, &mut slopes);
            }
        }
        slopes
    }

    /// Adds one group's slopes, or takes them away. Only the lower triangle of the Hessian is kept.
    pub(super) fn add(&self, pattern: usize, sign: f64, to: &mut Slopes) {
        let (group, range) = (&self.groups[pattern], self.cells.frame.range(pattern));
        let frame = &self.cells.frame;
        let gradient = to.gradient.as_mut_slice();
        gradient[0] += sign * group.by_t;
        if range.len() == 1 {
            // One cell: its row is the mean row.
            let row = frame.basis_row(range.start);
            let slope = sign * (group.by_l - 2.0 * group.observed);
            for (g, x) in gradient[1..].iter_mut().zip(row) {
                *g += slope * x;
            }
            if let Some(hessian) = &mut to.hessian {
                hessian[(0, 0)] += sign * group.by_tt;
                for (j, x) in row.iter().enumerate() {
                    hessian[(1 + j, 0)] += sign * group.by_lt * x;
                }
                add_square(hessian, 1, sign * group.by_ll, row);
            }
            return;
        }
        // The group's mean row, by what each cell would have.
        let mut centre = vec![0.0; self.width];
        for i in range.clone() {
            let share = if group.base > 0.0 {
                self.rates[i] / group.base
            } else {
                0.0
            };
            let slope = sign * (group.by_l * share - 2.0 * self.cells.totals[i]);
            for ((g, c), x) in gradient[1..]
                .iter_mut()
                .zip(&mut centre)
                .zip(frame.basis_row(i))
            {
                *g += slope * x;
                *c += share * x;
            }
        }
        let Some(hessian) = &mut to.hessian else {
            return;
        };
        hessian[(0, 0)] += sign * group.by_tt;
        for (j, c) in centre.iter().enumerate() {
            hessian[(1 + j, 0)] += sign * group.by_lt * c;
        }
        add_square(hessian, 1, sign * (group.by_ll - group.by_l), &centre);
        for i in range {
            let weight = sign * group.by_l * self.rates[i] / group.base.max(f64::MIN_POSITIVE);
            add_square(hessian, 1, weight, frame.basis_row(i));
        }
    }

    /// The information of the coefficients given the spread, with expected weights, from all groups
    /// but one.
    pub(super) fn information(&self, left_out: Option<usize>) -> DMatrix<f64> {
        let mut total = DMatrix::zeros(self.width, self.width);
        for (pattern, group) in self.groups.iter().enumerate() {
            if left_out == Some(pattern) || group.base <= 0.0 {
                continue;
            }
            let range = self.cells.frame.range(pattern);
            if range.len() == 1 {
                let row = self.cells.frame.basis_row(range.start);
                add_square(&mut total, 0, group.mean / group.curvature, row);
                continue;
            }
            let mut centre = vec![0.0; self.width];
            for i in range {
                let (row, share) = (self.cells.frame.basis_row(i), self.rates[i] / group.base);
                for (c, x) in centre.iter_mut().zip(row) {
                    *c += share * x;
                }
                add_square(&mut total, 0, group.mean * share, row);
            }
            let taken = group.mean * (1.0 / group.curvature - 1.0);
            add_square(&mut total, 0, taken, &centre);
        }
        total.fill_upper_triangle_with_lower_triangle();
        total
    }
}

/// Adds a multiple of a row's square to the lower triangle from that place on.
fn add_square(to: &mut DMatrix<f64>, place: usize, weight: f64, row: &[f64]) {
    let rows = to.nrows();
    let entries = to.as_mut_slice();
    for (j, x) in row.iter().enumerate() {
        let start = (place + j) * rows + place;
        let by = weight * x;
        for (entry, y) in entries[start + j..start + row.len()]
            .iter_mut()
            .zip(&row[j..])
        {
            *entry += by * y;
        }
    }
}

impl Slopes {
    /// The factor of the Hessian, if it is positive definite.
    pub(super) fn factor(&self) -> Option<Cholesky<f64, Dyn>> {
        Cholesky::new(self.hessian.clone()?)
    }
}
