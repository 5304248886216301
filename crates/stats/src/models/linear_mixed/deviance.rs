//! −2 ln L of a linear mixed model with coefficients and residual variance at their best for the
//! given spread, restricted or not, with its exact gradient.
//! Bates et al. (2015), doi:10.18637/jss.v067.i01, section 3.4; Pinheiro and Bates (2000), ch. 2.

use super::super::frame::{FixedBlock, Frame};
use super::super::optimise::Objective;
use super::super::random::System;
use crate::sum::sum;

/// The criterion and its state at the last parameters.
pub(super) struct Deviance<'a> {
    pub(super) frame: &'a Frame,
    values: &'a [f64],
    weights: &'a [f64],
    moments: Vec<f64>,
    right_effects: Vec<f64>,
    right_coefficients: Vec<f64>,
    restricted: bool,
    pub(super) system: System,
    pub(super) u: Vec<f64>,
    pub(super) gamma: Vec<f64>,
    pub(super) block: Option<FixedBlock>,
    /// Weighted residual squares and the effects' squares.
    pub(super) squares: f64,
    /// The derivatives of `squares`.
    pub(super) squares_slopes: Vec<f64>,
}

impl<'a> Deviance<'a> {
    pub(super) fn new(
        frame: &'a Frame,
        values: &'a [f64],
        weights: &'a [f64],
        restricted: bool,
    ) -> Self {
        let weighted: Vec<f64> = values.iter().zip(weights).map(|(y, w)| y * w).collect();
        Deviance {
            moments: frame.moments_of(weights),
            right_effects: frame.gather(&weighted),
            right_coefficients: frame.cross_vector(&weighted),
            frame,
            values,
            weights,
            restricted,
            system: System::default(),
            u: Vec::new(),
            gamma: Vec::new(),
            block: None,
            squares: 0.0,
            squares_slopes: Vec::new(),
        }
    }

    /// The residual degrees of freedom of the likelihood.
    pub(super) fn free(&self) -> f64 {
        let n = self.frame.count as f64;
        if self.restricted {
            n - self.frame.basis.width as f64
        } else {
            n
        }
    }

    pub(super) fn weights(&self) -> &[f64] {
        self.weights
    }

    /// Solves for coefficients and effects; the weighted residuals.
    fn solve(&mut self, theta: &[f64]) -> Option<Vec<f64>> {
        let structure = &self.frame.structure;
        structure.set_lambda(theta, &mut self.system);
        if !structure.factorise(&self.moments, &mut self.system) {
            return None;
        }
        let block = self.frame.block(&self.system, self.weights)?;
        let mut right = self.right_effects.clone();
        structure.contract(&self.system, &mut right);
        let (u, gamma) =
            self.frame
                .solve_jointly(&self.system, &block, right, self.right_coefficients.clone());
        let mut b = vec![0.0; u.len()];
        structure.expand(&self.system, &u, &mut b);
        let mut fitted = Vec::new();
        self.frame
            .predictor(&self.frame.spread_out(&b), &gamma, &mut fitted);
        let residuals: Vec<f64> = self
            .values
            .iter()
            .zip(&fitted)
            .map(|(y, f)| y - f)
            .collect();
        let weighted: Vec<f64> = residuals
            .iter()
            .zip(self.weights)
            .map(|(e, w)| e * w)
            .collect();
        self.squares =
            sum(residuals.iter().zip(&weighted).map(|(e, w)| e * w)) + sum(u.iter().map(|u| u * u));
        (self.u, self.gamma, self.block) = (u, gamma, Some(block));
        Some(weighted)
    }

    /// The derivatives of ln |X'V⁻¹X|.
    fn restricted_slopes(&self, block: &FixedBlock, slopes: &mut [f64]) {
        let structure = &self.frame.structure;
        let p = self.frame.basis.width;
        let inverse = block.covariance();
        let mut answers = self.frame.cross_columns(&self.system, self.weights);
        let mut lefts = Vec::with_capacity(p);
        for (j, answer) in answers.iter_mut().enumerate() {
            structure.solve(&self.system, answer);
            let mut b = vec![0.0; answer.len()];
            structure.expand(&self.system, answer, &mut b);
            let spread = self.frame.spread_out(&b);
            let left: Vec<f64> = (0..self.frame.count)
                .map(|i| self.weights[i] * (self.frame.basis_row(i)[j] - spread[i]))
                .collect();
            lefts.push(self.frame.gather(&left));
        }
        for (k, answer) in answers.iter().enumerate() {
            let left: Vec<f64> = (0..answer.len())
                .map(|c| -2.0 * (0..p).map(|j| lefts[j][c] * inverse[(j, k)]).sum::<f64>())
                .collect();
            structure.outer_slopes(&left, answer, |_, k, v| slopes[k] += v);
        }
    }
}

impl Objective for Deviance<'_> {
    fn evaluate(&mut self, theta: &[f64]) -> Option<(f64, Vec<f64>)> {
        let weighted = self.solve(theta)?;
        if self.squares.is_nan() || self.squares <= 0.0 {
            return None;
        }
        let structure = &self.frame.structure;
        let free = self.free();
        let logs = sum(self.weights.iter().map(|w| w.ln()));
        let turn = 2.0 * std::f64::consts::PI * self.squares / free;
        let mut value = structure.log_determinant(&self.system) + free * (1.0 + turn.ln()) - logs;
        structure.invert(&mut self.system);
        let mut slopes = vec![0.0; theta.len()];
        structure.trace_slopes(&self.system, &self.moments, |_, k, v| slopes[k] += v);
        let left: Vec<f64> = self
            .frame
            .gather(&weighted)
            .iter()
            .map(|v| -2.0 * v)
            .collect();
        self.squares_slopes = vec![0.0; theta.len()];
        let own = &mut self.squares_slopes;
        structure.outer_slopes(&left, &self.u, |_, k, v| own[k] += v);
        for (slope, own) in slopes.iter_mut().zip(&self.squares_slopes) {
            *slope += free / self.squares * own;
        }
        if self.restricted {
            let block = self.block.as_ref()?;
            value += block.log_determinant() + self.frame.basis.log_determinant;
            self.restricted_slopes(block, &mut slopes);
        }
        Some((value, slopes))
    }
}
