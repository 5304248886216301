//! Laplace's approximation of Poisson counts with one intercept for each group, where it falls apart
//! into a function of two numbers for every group: the log of what the group would have without its
//! effect, and the spread. All derivatives are closed forms, so that Newton's method needs few and
//! cheap steps; for what asks for many fits of nearly the same data. The criterion is that of
//! `laplace`, which is for every model.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::super::basis::dot;
use super::super::cells::Cells;
use super::super::family::{Family, Kernel};
use super::search::Rule;

/// After a step of a mode this long, the next would be rounding: the method is of third order.
const SETTLED: f64 = 3e-4;
const ITERATIONS: usize = 60;

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
    groups: Vec<Group>,
}

/// One group's modes and the derivatives of its part of −2 ln L in ℓ, the log of what it would have
/// without its effect, and θ.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    observed: f64,
    /// The mode, in standard deviations.
    u: f64,
    /// The log of what it would have without its effect.
    log_base: f64,
    /// Its counts times their predictors without the effect.
    fixed: f64,
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

/// The third derivatives of a group's part of −2 ln L.
#[derive(Debug, Clone, Copy)]
pub(super) struct Third {
    lll: f64,
    llt: f64,
    ltt: f64,
    ttt: f64,
}

impl Group {
    /// By differences of the second derivatives; nothing where a mode cannot be found.
    fn third(&self, theta: f64) -> Option<Third> {
        let at = |l: f64, t: f64| {
            let mut moved = Group {
                log_base: self.log_base + l,
                ..*self
            };
            moved.settle(theta + t).then(|| {
                moved.differentiate(theta + t);
                moved
            })
        };
        let (l, t) = (1e-3, 1e-3 * theta);
        let (up, down) = (at(l, 0.0)?, at(-l, 0.0)?);
        let (more, less) = (at(0.0, t)?, at(0.0, -t)?);
        Some(Third {
            lll: (up.by_ll - down.by_ll) / (2.0 * l),
            llt: (up.by_lt - down.by_lt) / (2.0 * l),
            ltt: (more.by_lt - less.by_lt) / (2.0 * t),
            ttt: (more.by_tt - less.by_tt) / (2.0 * t),
        })
    }

    /// Moves to another base and spread: the mode follows along its slopes, so that one look mostly
    /// settles it, and is searched for from 0 where that fails. False where there is none.
    fn follow(&mut self, log_base: f64, from: f64, theta: f64) -> bool {
        let rest = self.observed - self.mean;
        let answer = (rest - from * self.mean * self.u) * (theta - from)
            - from * self.mean * (log_base - self.log_base);
        let step = answer / self.curvature;
        if step.abs() < 1.0 {
            self.u += step;
        }
        self.log_base = log_base;
        if self.settle(theta) {
            return true;
        }
        self.u = 0.0;
        self.settle(theta)
    }

    /// The mode for a given base, from the one before; false where there is none.
    fn settle(&mut self, theta: f64) -> bool {
        let square = theta * theta;
        for _ in 0..ITERATIONS {
            let mean = (self.log_base + theta * self.u).exp();
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
        // A mode of 0 with its mean where it is counted: what follows from there stays.
        let group = |pattern: usize| {
            let observed = cells.totals[cells.frame.range(pattern)].iter().sum();
            Group {
                observed,
                mean: observed,
                curvature: 1.0,
                ..Group::default()
            }
        };
        let logs = cells.units.iter().zip(&cells.offsets);
        Some(Separate {
            cells,
            width: cells.frame.basis.width,
            theta: 0.0,
            logs: logs.map(|(units, offset)| units.ln() + offset).collect(),
            single: structure.patterns == cells.frame.count,
            shares: vec![1.0; cells.frame.count],
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
        let (from, theta, gamma) = (self.theta, at[0], &at[1..]);
        self.theta = theta;
        for pattern in 0..self.groups.len() {
            if left_out == Some(pattern) {
                continue;
            }
            let log_base = if self.single {
                let eta = dot(self.cells.frame.basis_row(pattern), gamma);
                let group = &mut self.groups[pattern];
                group.fixed = group.observed * (self.cells.offsets[pattern] + eta);
                self.logs[pattern] + eta
            } else {
                self.several(pattern, gamma)
            };
            let group = &mut self.groups[pattern];
            if !group.follow(log_base, from, theta) {
                return false;
            }
            group.differentiate(theta);
        }
        true
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
        self.groups[pattern].fixed = fixed;
        base.ln()
    }

    /// The third derivatives of each group, where every group is one cell.
    pub(super) fn thirds(&self) -> Option<Vec<Third>> {
        if !self.single {
            return None;
        }
        self.groups.iter().map(|g| g.third(self.theta)).collect()
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
            let group = &mut self.groups[pattern];
            group.mean *= 1.0 + (l + 2.0 * group.u * change[0]) / group.curvature;
            group.curvature = 1.0 + square * group.mean;
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
        let own = self.groups.iter().map(|g| {
            g.u * g.u - 2.0 * (g.fixed + g.observed * self.theta * g.u - g.mean) + g.curvature.ln()
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
            let share = self.shares[i];
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
            let weight = sign * group.by_l * self.shares[i];
            add_square(hessian, 1, weight, frame.basis_row(i));
        }
    }

    /// The information of the coefficients given the spread, with expected weights, from all groups
    /// but one.
    pub(super) fn information(&self, left_out: Option<usize>) -> DMatrix<f64> {
        let mut total = DMatrix::zeros(self.width, self.width);
        for (pattern, group) in self.groups.iter().enumerate() {
            if left_out == Some(pattern) {
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
                let (row, share) = (self.cells.frame.basis_row(i), self.shares[i]);
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
