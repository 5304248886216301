//! The conditional modes of the random effects: penalised iteratively reweighted least squares,
//! with the coefficients held or found along with them.
//!
//! Bates et al. (2015), doi:10.18637/jss.v067.i01, and Bates, "Computational methods for mixed
//! models" (lme4 vignette): u minimises −2 ln f(y | b = Λu) + u'u. The marginal likelihood is built
//! on these modes in `laplace` and `quadrature`.

use super::super::cells::Cells;
use super::super::family::{Family, Kernel, Point};
use super::super::frame::{FixedBlock, Frame};
use super::super::random::{Structure, System};
use super::super::regression::size;

const ITERATIONS: usize = 100;
/// After a Newton step this long, the next would be its square: rounding.
const SETTLED: f64 = 1e-7;

/// The state of a model at one set of parameters.
#[derive(Debug, Clone)]
pub(super) struct Engine<'a> {
    pub(super) cells: &'a Cells,
    pub(super) frame: &'a Frame,
    pub(super) structure: &'a Structure,
    family: Family,
    pub(super) kernel: Kernel,
    /// The derivative of the log of the size in its parameter.
    pub(super) size_chain: f64,
    pub(super) gamma: Vec<f64>,
    /// Offsets and coefficients.
    fixed: Vec<f64>,
    pub(super) eta: Vec<f64>,
    pub(super) score: Vec<f64>,
    pub(super) fisher: Vec<f64>,
    /// Empty for a canonical link, whose `fisher` it would equal.
    observed: Vec<f64>,
    pub(super) slope: Vec<f64>,
    /// Kernels only.
    pub(super) log_likelihood: f64,
    pub(super) u: Vec<f64>,
    pub(super) b: Vec<f64>,
    /// With expected weights: its determinant is the likelihood's.
    pub(super) system: System,
    /// With observed weights: how the modes answer to the parameters.
    curved: System,
    pub(super) moments: Vec<f64>,
}

impl<'a> Engine<'a> {
    pub(super) fn new(cells: &'a Cells, family: Family) -> Self {
        let (frame, structure) = (&cells.frame, &cells.frame.structure);
        let (n, q) = (frame.count, structure.size);
        let kernel = family.kernel(1.0);
        Engine {
            cells,
            frame,
            structure,
            family,
            kernel,
            size_chain: 0.0,
            gamma: vec![0.0; frame.basis.width],
            fixed: cells.offsets.clone(),
            eta: vec![0.0; n],
            score: vec![0.0; n],
            fisher: vec![0.0; n],
            observed: vec![0.0; if kernel.is_canonical() { 0 } else { n }],
            slope: vec![0.0; n],
            log_likelihood: 0.0,
            u: vec![0.0; q],
            b: vec![0.0; q],
            system: System::default(),
            curved: System::default(),
            moments: Vec::new(),
        }
    }

    pub(super) fn family(&self) -> Family {
        self.family
    }

    /// `extra` is the root of 1 / size: like a spread it may be 0, where counts are Poisson, and
    /// its sign says nothing.
    pub(super) fn set_spread(&mut self, theta: &[f64], extra: Option<f64>) {
        self.structure.set_lambda(theta, &mut self.system);
        self.curved.lambda.clone_from(&self.system.lambda);
        if let Some(extra) = extra {
            let least = 1.0 / size::LARGEST.sqrt();
            let root = extra.abs().clamp(least, 1.0 / size::SMALLEST.sqrt());
            self.kernel = self.family.kernel(1.0 / (root * root));
            self.size_chain = -2.0 * extra / (root * root);
        }
    }

    pub(super) fn set_gamma(&mut self, gamma: &[f64]) {
        self.gamma.clear();
        self.gamma.extend_from_slice(gamma);
        self.frame
            .predictor(&self.cells.offsets, gamma, &mut self.fixed);
    }

    /// Weights of Newton's method: the observed curvature.
    pub(super) fn curvature(&self) -> &[f64] {
        if self.observed.is_empty() {
            &self.fisher
        } else {
            &self.observed
        }
    }

    /// Fills the predictors from coefficients and effects, and looks at every cell.
    fn look(&mut self) {
        self.structure.expand(&self.system, &self.u, &mut self.b);
        for pattern in 0..self.structure.patterns {
            let range = self.frame.range(pattern);
            let columns = self.structure.pattern_columns(pattern);
            if self.structure.plain {
                let effect: f64 = columns.iter().map(|&c| self.b[c]).sum();
                for (eta, fixed) in self.eta[range.clone()].iter_mut().zip(&self.fixed[range]) {
                    *eta = fixed + effect;
                }
            } else {
                for i in range {
                    let factors = self.frame.row_factors(i);
                    let effect: f64 = factors
                        .iter()
                        .zip(columns)
                        .map(|(z, &c)| z * self.b[c])
                        .sum();
                    self.eta[i] = self.fixed[i] + effect;
                }
            }
        }
        self.look_at_cells();
    }

    fn look_at_cells(&mut self) {
        // One loop for each kernel, so that none of them asks which it is in every cell.
        match self.kernel {
            Kernel::Poisson => self.look_with(|y, n, eta| Kernel::Poisson.point(y, n, eta)),
            Kernel::Binomial => self.look_with(|y, n, eta| Kernel::Binomial.point(y, n, eta)),
            kernel @ Kernel::NegativeBinomial { .. } => {
                self.look_with(|y, n, eta| kernel.point(y, n, eta));
                let curved = |((&eta, &y), &n)| kernel.point(y, n, eta).observed;
                let cells = self
                    .eta
                    .iter()
                    .zip(&self.cells.totals)
                    .zip(&self.cells.units);
                self.observed.clear();
                self.observed.extend(cells.map(curved));
            }
        }
    }

    fn look_with(&mut self, point: impl Fn(f64, f64, f64) -> Point) {
        let n = self.frame.count;
        let (eta, totals, units) = (
            &self.eta[..n],
            &self.cells.totals[..n],
            &self.cells.units[..n],
        );
        let (score, fisher) = (&mut self.score[..n], &mut self.fisher[..n]);
        let slope = &mut self.slope[..n];
        let mut total = 0.0;
        for i in 0..n {
            let point = point(totals[i], units[i], eta[i]);
            total += point.log_likelihood;
            score[i] = point.score;
            fisher[i] = point.fisher;
            slope[i] = point.slope;
        }
        self.log_likelihood = total;
    }

    fn penalised(&self) -> f64 {
        -2.0 * self.log_likelihood + squares(&self.u)
    }

    /// The slope of half the penalised likelihood in u: Λ'Z'(score) − u.
    fn pull(&self) -> Vec<f64> {
        let mut pull = self.frame.gather(&self.score);
        self.structure.contract(&self.system, &mut pull);
        for (p, u) in pull.iter_mut().zip(&self.u) {
            *p -= u;
        }
        pull
    }

    fn factorise_curved(&mut self) -> bool {
        let moments = self.frame.moments_of(self.curvature());
        self.structure.factorise(&moments, &mut self.curved)
    }

    /// Factorises with expected weights, for the determinant.
    fn factorise_expected(&mut self) -> bool {
        self.moments = self.frame.moments_of(&self.fisher);
        self.structure.factorise(&self.moments, &mut self.system)
    }

    /// Factorises both systems at the modes; false when it cannot be done.
    fn close(&mut self) -> bool {
        if !self.factorise_expected() {
            return false;
        }
        if self.observed.is_empty() {
            self.curved.clone_from(&self.system);
            return true;
        }
        self.factorise_curved()
    }

    /// Finds the modes of the effects for the coefficients as they are.
    pub(super) fn find_modes(&mut self) -> bool {
        self.look();
        if !self.penalised().is_finite() {
            self.u.fill(0.0);
            self.look();
        }
        for _ in 0..ITERATIONS {
            if !self.factorise_curved() {
                return false;
            }
            let mut step = self.pull();
            self.structure.solve(&self.curved, &mut step);
            let mut moved = vec![0.0; step.len()];
            self.structure.expand(&self.system, &step, &mut moved);
            let moved = largest(&moved);
            if !moved.is_finite() {
                return false;
            }
            let settled = moved < SETTLED;
            if !self.climb(&step, &[], settled) {
                return false;
            }
            if settled {
                return self.close();
            }
        }
        false
    }

    /// Finds the modes and, with them, the coefficients that minimise the penalised likelihood.
    pub(super) fn find_jointly(&mut self) -> bool {
        self.look();
        if !self.penalised().is_finite() {
            self.u.fill(0.0);
            self.look();
        }
        for _ in 0..ITERATIONS {
            if !self.factorise_curved() {
                return false;
            }
            let Some(block) = self.fixed_block() else {
                return false;
            };
            let score = self.frame.cross_vector(&self.score);
            let (step, change) = self
                .frame
                .solve_jointly(&self.curved, &block, self.pull(), score);
            let mut effects = vec![0.0; step.len()];
            self.structure.expand(&self.system, &step, &mut effects);
            let moved = largest(&effects).max(largest(&change));
            if !moved.is_finite() {
                return false;
            }
            let settled = moved < SETTLED;
            if !self.climb(&step, &change, settled) {
                return false;
            }
            if settled {
                return self.close();
            }
        }
        false
    }

    /// Puts the predictors somewhere, whatever the effects.
    pub(super) fn set_predictors(&mut self, eta: &[f64]) {
        self.eta.copy_from_slice(eta);
        self.look_at_cells();
    }

    /// One step of reweighted least squares from the predictors as they are. The factor stays that
    /// of the system which was solved.
    pub(super) fn reweighted_step(&mut self, is_joint: bool) -> bool {
        if !self.factorise_expected() {
            return false;
        }
        self.curved.clone_from(&self.system);
        let base = if is_joint {
            &self.cells.offsets
        } else {
            &self.fixed
        };
        let working: Vec<f64> = (0..self.frame.count)
            .map(|i| self.fisher[i] * (self.eta[i] - base[i]) + self.score[i])
            .collect();
        let mut right = self.frame.gather(&working);
        self.structure.contract(&self.system, &mut right);
        if is_joint {
            let Some(block) = self.frame.block(&self.system, &self.fisher) else {
                return false;
            };
            let coefficients = self.frame.cross_vector(&working);
            let (u, gamma) = self.solve_jointly(&block, right, coefficients);
            self.u = u;
            self.set_gamma(&gamma);
        } else {
            self.structure.solve(&self.system, &mut right);
            self.u = right;
        }
        self.look();
        true
    }

    /// Moves effects and coefficients along a step, halving it while the fit gets worse.
    fn climb(&mut self, step: &[f64], change: &[f64], settled: bool) -> bool {
        let before = self.penalised();
        let (u, gamma) = (self.u.clone(), self.gamma.clone());
        let mut share = 1.0;
        for _ in 0..50 {
            for ((to, from), s) in self.u.iter_mut().zip(&u).zip(step) {
                *to = from + share * s;
            }
            if !change.is_empty() {
                let moved: Vec<f64> = gamma
                    .iter()
                    .zip(change)
                    .map(|(g, c)| g + share * c)
                    .collect();
                self.set_gamma(&moved);
            }
            self.look();
            if settled || self.penalised() <= before + 1e-11 * before.abs() {
                return self.penalised().is_finite();
            }
            share /= 2.0;
        }
        false
    }

    /// The coefficients' part of the system, with the observed weights of the current predictors.
    pub(super) fn fixed_block(&self) -> Option<FixedBlock> {
        self.frame.block(&self.curved, self.curvature())
    }

    /// The same with expected weights, for the covariance of the coefficients given the spread.
    pub(super) fn expected_block(&self) -> Option<FixedBlock> {
        self.frame.block(&self.system, &self.fisher)
    }

    /// Solves the joint system of effects and coefficients, with the observed weights.
    pub(super) fn solve_jointly(
        &self,
        block: &FixedBlock,
        effects: Vec<f64>,
        coefficients: Vec<f64>,
    ) -> (Vec<f64>, Vec<f64>) {
        self.frame
            .solve_jointly(&self.curved, block, effects, coefficients)
    }

    /// Solves with the observed weights: how the modes answer to a pull.
    pub(super) fn solve_curved(&self, x: &mut [f64]) {
        self.structure.solve(&self.curved, x);
    }
}

pub(super) fn squares(u: &[f64]) -> f64 {
    u.iter().map(|u| u * u).sum()
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most: f64, v| {
        if v.is_nan() || v.abs() > most {
            v.abs()
        } else {
            most
        }
    })
}
