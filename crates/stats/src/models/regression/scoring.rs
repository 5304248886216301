//! Fisher scoring: the coefficients of greatest likelihood for a kernel without groups.
//! Says when there is no such maximum. Standard errors and summaries belong to the fit.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::super::cells::Cells;
use super::super::family::Kernel;
use crate::error::{Error, Result};
use crate::sum::sum;

const ITERATIONS: usize = 100;
/// A step below this in every linear predictor leaves rounding only.
const SETTLED: f64 = 1e-9;
/// A likelihood that gains less than this while a predictor still moves is running to infinity.
const NO_GAIN: f64 = 1e-7;

/// Coefficients of the basis, and what the last step knew.
#[derive(Debug, Clone)]
pub(in crate::models) struct Scored {
    pub(in crate::models) gamma: Vec<f64>,
    pub(in crate::models) eta: Vec<f64>,
    /// Kernels only: add the constants for the log-likelihood of the records.
    pub(in crate::models) log_likelihood: f64,
    /// X'WX in the basis.
    pub(in crate::models) information: DMatrix<f64>,
    pub(in crate::models) iterations: usize,
    pub(in crate::models) converged: bool,
}

/// Refuses data in which a rate or a proportion has no finite estimate whatever the covariates.
pub(in crate::models) fn check_events(cells: &Cells, kernel: Kernel) -> Result<()> {
    let total = sum(cells.totals.iter().copied());
    if total <= 0.0 {
        return Err(Error::Undefined {
            what: "a model of these records",
            why: "none of them has any events",
        });
    }
    if kernel == Kernel::Binomial && sum(cells.units.iter().copied()) <= total {
        return Err(Error::Undefined {
            what: "a model of these records",
            why: "every trial of every record is an event",
        });
    }
    Ok(())
}

/// The maximum of the likelihood over the coefficients, from `start` or from the data.
pub(in crate::models) fn score(
    cells: &Cells,
    kernel: Kernel,
    names: &[String],
    start: Option<&[f64]>,
) -> Result<Scored> {
    check_events(cells, kernel)?;
    let mut pass = Pass::default();
    let mut gamma = match start {
        Some(gamma) => gamma.to_vec(),
        None => first_guess(cells, kernel)?,
    };
    pass.at(cells, kernel, &gamma);
    let mut converged = false;
    let mut iterations = 0;
    while iterations < ITERATIONS && !converged {
        iterations += 1;
        let Some(factor) = information(cells, &pass) else {
            return Err(runaway(cells, names, &gamma));
        };
        let gradient = DVector::from_vec(cells.frame.cross_vector(&pass.score));
        let step = factor.solve(&gradient);
        let moved = largest_move(cells, step.as_slice());
        if !moved.is_finite() {
            return Err(runaway(cells, names, step.as_slice()));
        }
        let before = pass.log_likelihood;
        let settled = moved < SETTLED;
        climb(
            cells,
            kernel,
            &mut gamma,
            step.as_slice(),
            &mut pass,
            settled,
        );
        let gain = pass.log_likelihood - before;
        converged = settled || (moved < 1e-6 && gain <= 1e-14 * before.abs());
        if iterations >= 8 && moved > 0.1 && gain < NO_GAIN {
            return Err(runaway(cells, names, step.as_slice()));
        }
    }
    Ok(Scored {
        information: cells.frame.cross_matrix(&pass.fisher),
        gamma,
        log_likelihood: pass.log_likelihood,
        eta: pass.eta,
        iterations,
        converged,
    })
}

/// One look at all cells.
#[derive(Debug, Default)]
struct Pass {
    eta: Vec<f64>,
    score: Vec<f64>,
    fisher: Vec<f64>,
    log_likelihood: f64,
}

impl Pass {
    fn at(&mut self, cells: &Cells, kernel: Kernel, gamma: &[f64]) {
        cells.frame.predictor(&cells.offsets, gamma, &mut self.eta);
        self.look(cells, kernel);
    }

    fn look(&mut self, cells: &Cells, kernel: Kernel) {
        self.score.clear();
        self.fisher.clear();
        let mut total = 0.0;
        for ((&eta, &y), &n) in self.eta.iter().zip(&cells.totals).zip(&cells.units) {
            let point = kernel.point(y, n, eta);
            total += point.log_likelihood;
            self.score.push(point.score);
            self.fisher.push(point.fisher);
        }
        self.log_likelihood = total;
    }
}

fn information(cells: &Cells, pass: &Pass) -> Option<Cholesky<f64, Dyn>> {
    let matrix = cells.frame.cross_matrix(&pass.fisher);
    let largest = matrix.diagonal().amax();
    let factor = Cholesky::new(matrix)?;
    let smallest = factor.l_dirty().diagonal().amin();
    (smallest * smallest > 1e-13 * largest).then_some(factor)
}

/// Weighted least squares on a predictor read off the data.
fn first_guess(cells: &Cells, kernel: Kernel) -> Result<Vec<f64>> {
    let eta = cells
        .totals
        .iter()
        .zip(&cells.units)
        .map(|(y, n)| match kernel {
            Kernel::Binomial => ((y + 0.5) / (n - y + 0.5)).ln(),
            _ => ((y + 0.1) / n).ln(),
        })
        .collect();
    let mut pass = Pass {
        eta,
        ..Pass::default()
    };
    pass.look(cells, kernel);
    let working: Vec<f64> = (0..cells.frame.count)
        .map(|i| pass.fisher[i] * (pass.eta[i] - cells.offsets[i]) + pass.score[i])
        .collect();
    let gradient = DVector::from_vec(cells.frame.cross_vector(&working));
    let factor = information(cells, &pass).ok_or(Error::OutOfRange {
        what: "the information of the records",
    })?;
    Ok(factor.solve(&gradient).as_slice().to_vec())
}

/// Moves along the step, halving it while the likelihood falls.
fn climb(
    cells: &Cells,
    kernel: Kernel,
    gamma: &mut [f64],
    step: &[f64],
    pass: &mut Pass,
    settled: bool,
) {
    let before = pass.log_likelihood;
    let from = gamma.to_vec();
    let mut share = 1.0;
    for _ in 0..40 {
        for ((g, &f), s) in gamma.iter_mut().zip(&from).zip(step) {
            *g = f + share * s;
        }
        pass.at(cells, kernel, gamma);
        if settled || pass.log_likelihood >= before - 1e-12 * before.abs() {
            return;
        }
        share /= 2.0;
    }
}

fn largest_move(cells: &Cells, step: &[f64]) -> f64 {
    cells
        .frame
        .basis
        .rows
        .chunks_exact(cells.frame.basis.width)
        .map(|row| super::super::basis::dot(row, step).abs())
        .fold(0.0, |most, move_| {
            if move_ > most || move_.is_nan() {
                move_
            } else {
                most
            }
        })
}

/// Names the column whose coefficient moves the most for its spread.
fn runaway(cells: &Cells, names: &[String], step: &[f64]) -> Error {
    let beta = cells.frame.basis.coefficients(step);
    let spread = |j: usize| {
        let unit: Vec<f64> = (0..names.len())
            .map(|i| f64::from(u8::from(i == j)))
            .collect();
        beta[j].abs() / cells.frame.basis.row(&unit)[j].abs()
    };
    let worst = (0..names.len())
        .filter(|&j| names.len() == 1 || names[j] != super::super::design::INTERCEPT)
        .max_by(|&a, &b| spread(a).total_cmp(&spread(b)));
    Error::Separated {
        column: worst.map_or_else(String::new, |j| names[j].clone()),
    }
}
