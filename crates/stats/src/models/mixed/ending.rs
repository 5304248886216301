//! The end of a search in its canonical form: no negative spread, 0 where 0 does as well, and the
//! engine in the state that is reported.

use nalgebra::DMatrix;

use super::super::convergence::Convergence;
use super::super::optimise::{Minimum, Objective};
use super::engine::Engine;
use super::laplace::Layout;
use crate::error::{Error, Result};

/// Below this a parameter of the spread is 0 to any reader, and the fit is singular.
pub(super) const SINGULAR: f64 = 1e-4;

/// Where a search ended.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    pub(super) theta: Vec<f64>,
    pub(super) gamma: Vec<f64>,
    pub(super) extra: Option<f64>,
    /// −2 ln L with its constants.
    pub(super) value: f64,
    pub(super) layout: Layout,
    pub(super) hessian: DMatrix<f64>,
    pub(super) convergence: Convergence,
}

impl Solution {
    /// The parameters as the criterion takes them.
    pub(super) fn parameters(&self) -> Vec<f64> {
        let gammas = &self.gamma[..self.layout.gammas];
        self.theta
            .iter()
            .chain(gammas)
            .copied()
            .chain(self.extra)
            .collect()
    }
}

/// A criterion that can leave its engine at a point.
pub(super) trait Ending<'a>: Objective {
    fn layout(&self) -> Layout;
    /// Leaves the engine at a point; the criterion there.
    fn arrive(&mut self, at: &[f64]) -> Option<f64>;
    fn engine(&self) -> &Engine<'a>;
    fn into_engine(self) -> Engine<'a>;
}

/// Tells the end without negative spread, and with 0 where 0 does as well.
pub(super) fn finish<'a>(
    mut criterion: impl Ending<'a>,
    found: Minimum,
) -> Result<(Solution, Engine<'a>)> {
    let layout = criterion.layout();
    let mut at = found.at;
    let mut signs = vec![1.0; at.len()];
    for term in &criterion.engine().structure.terms {
        let mut k = term.theta;
        for column in 0..term.width {
            if at[k] < 0.0 {
                signs[k..k + term.width - column].fill(-1.0);
            }
            k += term.width - column;
        }
    }
    if layout.has_size && at[layout.len() - 1] < 0.0 {
        signs[layout.len() - 1] = -1.0;
    }
    for (a, s) in at.iter_mut().zip(&signs) {
        *a *= s;
    }
    let value = found.value;
    if at[..layout.thetas]
        .iter()
        .any(|&t| t != 0.0 && t.abs() < SINGULAR)
    {
        let flat: Vec<f64> = at
            .iter()
            .enumerate()
            .map(|(k, &a)| {
                if k < layout.thetas && a.abs() < SINGULAR {
                    0.0
                } else {
                    a
                }
            })
            .collect();
        if let Some((v, _)) = criterion.evaluate(&flat)
            && v <= value + 1e-7
        {
            at = flat;
        }
    }
    let value = criterion.arrive(&at).ok_or(Error::OutOfRange {
        what: "the likelihood at its maximum",
    })?;
    let (t, p) = (layout.thetas, layout.gammas);
    let hessian = DMatrix::from_fn(at.len(), at.len(), |i, j| {
        found.hessian[(i, j)] * signs[i] * signs[j]
    });
    let engine = criterion.into_engine();
    let solution = Solution {
        theta: at[..t].to_vec(),
        gamma: if p > 0 {
            at[t..t + p].to_vec()
        } else {
            engine.gamma.clone()
        },
        extra: layout.extra(&at),
        value,
        layout,
        hessian,
        convergence: found.convergence,
    };
    Ok((solution, engine))
}
