//! Laplace's approximation of Poisson counts with one intercept for each group, where it falls apart
//! into a function of two numbers for every group: the log of what the group would have without its
//! effect, and the spread. All derivatives are closed forms, so that Newton's method needs few and
//! cheap steps; for what asks for many fits of nearly the same data. The criterion is that of
//! `laplace`, which is for every model.

mod groups;

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::super::basis::dot;
use super::super::cells::Cells;
use super::super::family::{Family, Kernel};
use super::quadrature::Rule;
use groups::Groups;
pub(super) use groups::Third;

/// The criterion's state at one set of parameters: the spread, then the coefficients of the basis.
pub(super) struct Separate<'a> {
    pub(super) cells: &'a Cells,
    width: usize,
    theta: f64,
    /// The log of what each cell would have without covariates and effects.
    logs: Vec<f64>,
    /// Whether every group is one cell.
    single: bool,
    /// Each cell's part of what its group would have without its effect.
    shares: Vec<f64>,
    groups: Groups,
    /// The logs of the groups' bases at the parameters moved to.
    bases: Vec<f64>,
}

/// The gradient and, if asked for, the Hessian of the whole or of some groups.
#[derive(Debug, Clone)]
pub(super) struct Slopes {
    pub(super) gradient: DVector<f64>,
    pub(super) hessian: Option<DMatrix<f64>>,
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
        let observed =
            |pattern: usize| cells.totals[cells.frame.range(pattern)].iter().sum::<f64>();
        let logs = cells.units.iter().zip(&cells.offsets);
        Some(Separate {
            cells,
            width: cells.frame.basis.width,
            theta: 0.0,
            logs: logs.map(|(units, offset)| units.ln() + offset).collect(),
            single: structure.patterns == cells.frame.count,
            shares: vec![1.0; cells.frame.count],
            groups: Groups::of((0..structure.patterns).map(observed).collect()),
            bases: vec![0.0; structure.patterns],
        })
    }

    /// Parameters: the spread and the coefficients.
    fn len(&self) -> usize {
        1 + self.width
    }

    /// Moves to other parameters; false where a mode cannot be found, of the group that is left out
    /// excepted. `twice` says whether second derivatives will be asked for.
    pub(super) fn move_to(&mut self, at: &[f64], left_out: Option<usize>, twice: bool) -> bool {
        let (from, theta, gamma) = (self.theta, at[0], &at[1..]);
        self.theta = theta;
        if self.single {
            let rows = self.cells.frame.basis.rows.chunks_exact(self.width);
            for (i, row) in rows.enumerate() {
                self.bases[i] = self.logs[i] + dot(row, gamma);
            }
        } else {
            for pattern in 0..self.groups.len() {
                self.bases[pattern] = self.several(pattern, gamma);
            }
        }
        let found = self.groups.follow(&self.bases, from, theta, left_out);
        self.groups.differentiate(theta, twice);
        found
    }

    /// The log of what a group of several cells would have without its effect, and their shares.
    fn several(&mut self, pattern: usize, gamma: &[f64]) -> f64 {
        let cells = self.cells;
        let (mut base, mut fixed) = (0.0, 0.0);
        for i in cells.frame.range(pattern) {
            let eta = dot(cells.frame.basis_row(i), gamma);
            fixed += cells.totals[i] * (cells.offsets[i] + eta);
            self.shares[i] = (self.logs[i] + eta).exp();
            base += self.shares[i];
        }
        for share in &mut self.shares[cells.frame.range(pattern)] {
            *share = if base > 0.0 { *share / base } else { 0.0 };
        }
        self.groups.fixed[pattern] = fixed;
        base.ln()
    }

    /// The third derivatives of each group, where every group is one cell.
    pub(super) fn thirds(&self) -> Option<Vec<Third>> {
        if !self.single {
            return None;
        }
        let groups = 0..self.groups.len();
        groups.map(|g| self.groups.third(g, self.theta)).collect()
    }

    /// How far a group's log base moves with the coefficients of a change; of one cell.
    fn moved(&self, pattern: usize, change: &[f64]) -> f64 {
        let row = self.cells.frame.basis_row(pattern).iter();
        row.zip(&change[1..]).map(|(x, c)| x * c).sum()
    }

    /// The third derivatives of all groups but one along a change, twice.
    pub(super) fn bend(&self, thirds: &[Third], change: &[f64], left_out: usize) -> DVector<f64> {
        let mut total = DVector::zeros(self.len());
        let into = total.as_mut_slice();
        let t = change[0];
        for (pattern, third) in thirds.iter().enumerate() {
            if pattern == left_out {
                continue;
            }
            let l = self.moved(pattern, change);
            into[0] += third.llt * l * l + 2.0 * third.ltt * l * t + third.ttt * t * t;
            let slope = third.lll * l * l + 2.0 * third.llt * l * t + third.ltt * t * t;
            let row = self.cells.frame.basis_row(pattern);
            for (entry, x) in into[1..].iter_mut().zip(row) {
                *entry += slope * x;
            }
        }
        total
    }

    /// Moves the means by a change too small for its square to matter; every group is one cell.
    pub(super) fn nudge(&mut self, change: &[f64]) {
        self.theta += change[0];
        let square = self.theta * self.theta;
        for pattern in 0..self.groups.len() {
            let l = self.moved(pattern, change);
            let groups = &mut self.groups;
            let mean = &mut groups.mean[pattern];
            *mean *= 1.0 + (l + 2.0 * groups.u[pattern] * change[0]) / groups.curvature[pattern];
            groups.curvature[pattern] = 1.0 + square * *mean;
        }
    }

    /// To where another of the same cells is.
    pub(super) fn as_in(&mut self, other: &Self) {
        self.theta = other.theta;
        self.groups.clone_from(&other.groups);
        if !self.single {
            self.shares.clone_from(&other.shares);
        }
    }

    /// −2 ln L with its constants.
    pub(super) fn value(&self) -> f64 {
        let groups = &self.groups;
        let own = (0..groups.len()).map(|g| {
            let (u, observed) = (groups.u[g], groups.observed[g]);
            let fixed = if self.single {
                observed * (self.bases[g] - self.logs[g] + self.cells.offsets[g])
            } else {
                groups.fixed[g]
            };
            u * u - 2.0 * (fixed + observed * self.theta * u - groups.mean[g])
                + groups.curvature[g].ln()
        });
        crate::sum::sum(own) - 2.0 * self.cells.constants.value(Kernel::Poisson)
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
        let (groups, range) = (&self.groups, self.cells.frame.range(pattern));
        let (by_l, second) = (groups.by_l[pattern], groups.second[pattern]);
        let frame = &self.cells.frame;
        let gradient = to.gradient.as_mut_slice();
        gradient[0] += sign * groups.by_t[pattern];
        if range.len() == 1 {
            // One cell: its row is the mean row.
            let row = frame.basis_row(range.start);
            let slope = sign * (by_l - 2.0 * groups.observed[pattern]);
            for (g, x) in gradient[1..].iter_mut().zip(row) {
                *g += slope * x;
            }
            if let Some(hessian) = &mut to.hessian {
                hessian[(0, 0)] += sign * second.tt;
                for (j, x) in row.iter().enumerate() {
                    hessian[(1 + j, 0)] += sign * second.lt * x;
                }
                add_square(hessian, 1, sign * second.ll, row);
            }
            return;
        }
        // The group's mean row, by what each cell would have.
        let mut centre = vec![0.0; self.width];
        for i in range.clone() {
            let share = self.shares[i];
            let slope = sign * (by_l * share - 2.0 * self.cells.totals[i]);
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
        hessian[(0, 0)] += sign * second.tt;
        for (j, c) in centre.iter().enumerate() {
            hessian[(1 + j, 0)] += sign * second.lt * c;
        }
        add_square(hessian, 1, sign * (second.ll - by_l), &centre);
        for i in range {
            let weight = sign * by_l * self.shares[i];
            add_square(hessian, 1, weight, frame.basis_row(i));
        }
    }

    /// The information of the coefficients given the spread, with expected weights, from all groups
    /// but one.
    pub(super) fn information(&self, left_out: Option<usize>) -> DMatrix<f64> {
        let mut total = DMatrix::zeros(self.width, self.width);
        for pattern in 0..self.groups.len() {
            if left_out == Some(pattern) {
                continue;
            }
            let (mean, curvature) = (self.groups.mean[pattern], self.groups.curvature[pattern]);
            let range = self.cells.frame.range(pattern);
            if range.len() == 1 {
                let row = self.cells.frame.basis_row(range.start);
                add_square(&mut total, 0, mean / curvature, row);
                continue;
            }
            let mut centre = vec![0.0; self.width];
            for i in range {
                let (row, share) = (self.cells.frame.basis_row(i), self.shares[i]);
                for (c, x) in centre.iter_mut().zip(row) {
                    *c += share * x;
                }
                add_square(&mut total, 0, mean * share, row);
            }
            let taken = mean * (1.0 / curvature - 1.0);
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
    /// The Hessian with both its triangles.
    pub(super) fn whole_hessian(self) -> Option<DMatrix<f64>> {
        let mut hessian = self.hessian?;
        hessian.fill_upper_triangle_with_lower_triangle();
        Some(hessian)
    }

    /// The factor of the Hessian, if it is positive definite.
    pub(super) fn factor(&self) -> Option<Cholesky<f64, Dyn>> {
        Cholesky::new(self.hessian.clone()?)
    }
}
