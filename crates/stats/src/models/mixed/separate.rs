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
    groups: Groups,
    /// The logs of the groups' bases at the parameters moved to.
    bases: Vec<f64>,
}

/// The groups' modes and the derivatives of their parts of −2 ln L in ℓ, the log of what a group
/// would have without its effect, and θ; figure by figure, so that a processor takes several groups
/// at a time.
#[derive(Debug, Clone, Default)]
struct Groups {
    observed: Vec<f64>,
    /// The mode, in standard deviations.
    u: Vec<f64>,
    /// The log of what it would have without its effect.
    log_base: Vec<f64>,
    /// Its counts times their predictors without the effect.
    fixed: Vec<f64>,
    /// What it has with its mode: M.
    mean: Vec<f64>,
    /// 1 + θ² M.
    curvature: Vec<f64>,
    by_l: Vec<f64>,
    by_t: Vec<f64>,
    second: Vec<Second>,
}

/// The second derivatives of a group's part.
#[derive(Debug, Clone, Copy, Default)]
struct Second {
    ll: f64,
    lt: f64,
    tt: f64,
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

/// A mode with what depends on it.
#[derive(Debug, Clone, Copy)]
struct Mode {
    u: f64,
    mean: f64,
    curvature: f64,
    /// The step that led there.
    step: f64,
}

/// One step towards the mode of a group whose mean is known where it stands, of third order.
#[inline]
fn step_to_mode(observed: f64, u: f64, mean: f64, theta: f64) -> Mode {
    let square = theta * theta;
    let over = 1.0 / (1.0 + square * mean);
    let newton = (theta * (observed - mean) - u) * over;
    let bend = 1.0 + 0.5 * newton * theta * square * mean * over;
    // Never so far that the next mean is out of hand.
    let most = 3.0 / theta.abs().max(1e-3);
    let step = (newton / bend.clamp(0.5, 2.0)).clamp(-most, most);
    let x = theta * step;
    // Right to rounding once steps are short.
    let mean = mean * (1.0 + x * (1.0 + 0.5 * x * (1.0 + x / 3.0)));
    Mode {
        u: u + step,
        mean,
        curvature: 1.0 + square * mean,
        step,
    }
}

/// The mode of a group for a base and a spread, searched for from a start; nothing where none is.
fn settle(observed: f64, log_base: f64, theta: f64, start: f64) -> Option<Mode> {
    let mut u = start;
    for _ in 0..ITERATIONS {
        let mode = step_to_mode(observed, u, (log_base + theta * u).exp(), theta);
        if mode.step.is_nan() {
            return None;
        }
        if mode.step.abs() < SETTLED {
            return Some(mode);
        }
        u = mode.u;
    }
    None
}

/// The first derivatives of a group's part in ℓ and in θ.
#[inline]
fn first(observed: f64, u: f64, m: f64, a: f64, t: f64) -> (f64, f64) {
    let (tt, over) = (t * t, 1.0 / a);
    let o2 = over * over;
    let by_l = 2.0 * m + tt * m * o2;
    let by_t = -2.0 * (observed - m) * u + 2.0 * t * m * over + 2.0 * tt * m * u * o2;
    (by_l, by_t)
}

/// The second derivatives of a group's part.
#[inline]
fn second(observed: f64, u: f64, m: f64, a: f64, t: f64) -> Second {
    let (tt, over) = (t * t, 1.0 / a);
    let rest = observed - m;
    // How the mode and the mean answer to the spread.
    let du = (rest - t * m * u) * over;
    let dm = 2.0 * m * u * over;
    let da = 2.0 * t * m + tt * dm;
    let (o2, o3) = (over * over, over * over * over);
    Second {
        ll: 2.0 * m * over + tt * m * o3 * (1.0 - 2.0 * tt * m * over),
        lt: 2.0 * dm + 2.0 * t * m * o2 + tt * dm * o2 - 2.0 * tt * m * da * o3,
        tt: 2.0 * (dm * u - rest * du) + 2.0 * (m + t * dm) * over - 2.0 * t * m * da * o2
            + (4.0 * t * m * u + 2.0 * tt * (dm * u + m * du)) * o2
            - 4.0 * tt * m * u * da * o3,
    }
}

impl Groups {
    /// Modes of 0 with their means where they are counted: what follows from there stays.
    fn of(observed: Vec<f64>) -> Self {
        let n = observed.len();
        let nothing = || vec![0.0; n];
        Groups {
            u: nothing(),
            log_base: nothing(),
            fixed: nothing(),
            mean: observed.clone(),
            curvature: vec![1.0; n],
            by_l: nothing(),
            by_t: nothing(),
            second: vec![Second::default(); n],
            observed,
        }
    }

    fn len(&self) -> usize {
        self.observed.len()
    }

    /// Moves to other bases and another spread. The modes follow along their slopes, so that one
    /// look settles most; false where one other than the one left out cannot be found.
    fn follow(&mut self, bases: &[f64], from: f64, theta: f64, left_out: Option<usize>) -> bool {
        let n = self.len();
        let (observed, u) = (&self.observed[..n], &mut self.u[..n]);
        let (mean, curvature) = (&mut self.mean[..n], &mut self.curvature[..n]);
        let log_base = &mut self.log_base[..n];
        for i in 0..n {
            let answer = (observed[i] - mean[i] - from * mean[i] * u[i]) * (theta - from)
                - from * mean[i] * (bases[i] - log_base[i]);
            let step = answer / curvature[i];
            u[i] += if step.abs() < 1.0 { step } else { 0.0 };
        }
        log_base.copy_from_slice(bases);
        for i in 0..n {
            mean[i] = (log_base[i] + theta * u[i]).exp();
        }
        let mut unsettled = 0.0;
        for i in 0..n {
            let mode = step_to_mode(observed[i], u[i], mean[i], theta);
            (u[i], mean[i], curvature[i]) = (mode.u, mode.mean, mode.curvature);
            unsettled += if mode.step.abs() < SETTLED { 0.0 } else { 1.0 };
            self.by_t[i] = mode.step;
        }
        unsettled == 0.0 || self.settle_others(theta, left_out)
    }

    /// Settles the modes whose last step, kept in the place of a slope, was too long.
    fn settle_others(&mut self, theta: f64, left_out: Option<usize>) -> bool {
        for i in 0..self.len() {
            if self.by_t[i].abs() < SETTLED || left_out == Some(i) {
                continue;
            }
            let (observed, log_base) = (self.observed[i], self.log_base[i]);
            let found = settle(observed, log_base, theta, self.u[i])
                .or_else(|| settle(observed, log_base, theta, 0.0));
            let Some(mode) = found else {
                return false;
            };
            (self.u[i], self.mean[i], self.curvature[i]) = (mode.u, mode.mean, mode.curvature);
        }
        true
    }

    fn differentiate(&mut self, theta: f64, twice: bool) {
        let n = self.len();
        let (observed, u) = (&self.observed[..n], &self.u[..n]);
        let (mean, curvature) = (&self.mean[..n], &self.curvature[..n]);
        let (by_l, by_t) = (&mut self.by_l[..n], &mut self.by_t[..n]);
        for i in 0..n {
            (by_l[i], by_t[i]) = first(observed[i], u[i], mean[i], curvature[i], theta);
        }
        if twice {
            for (i, to) in self.second.iter_mut().enumerate() {
                *to = second(observed[i], u[i], mean[i], curvature[i], theta);
            }
        }
    }

    /// The third derivatives of a group's part, by differences of the second; nothing where a mode
    /// cannot be found.
    fn third(&self, group: usize, theta: f64) -> Option<Third> {
        let (observed, log_base) = (self.observed[group], self.log_base[group]);
        let at = |l: f64, t: f64| {
            let mode = settle(observed, log_base + l, theta + t, self.u[group])?;
            Some(second(
                observed,
                mode.u,
                mode.mean,
                mode.curvature,
                theta + t,
            ))
        };
        let (l, t) = (1e-3, 1e-3 * theta);
        let (up, down) = (at(l, 0.0)?, at(-l, 0.0)?);
        let (more, less) = (at(0.0, t)?, at(0.0, -t)?);
        Some(Third {
            lll: (up.ll - down.ll) / (2.0 * l),
            llt: (up.lt - down.lt) / (2.0 * l),
            ltt: (more.lt - less.lt) / (2.0 * t),
            ttt: (more.tt - less.tt) / (2.0 * t),
        })
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
