//! The criterion with its modes left where lme4's default tolerance leaves them, for comparing
//! figures with lme4's digit by digit. With few events a group that early stop moves the fourth
//! digit of lme4's estimates; the exact criterion in `laplace` does not stop early.
//!
//! The rule is the documented one (lme4's `glmerControl`, `tolPwrss`): iterate reweighted least
//! squares from the predictors of the quicker fit until the penalised deviance changes by less than
//! 1e-7 of itself; the determinant is that of the last system solved.

use nalgebra::DMatrix;

use super::super::cells::Cells;
use super::super::family::{Family, Kernel};
use super::super::optimise::{Objective, guarded_inverse, minimise};
use super::ending::{Ending, Solution, finish};
use super::engine::{Engine, squares};
use super::laplace::Layout;
use crate::error::{Error, Result};

const TOLERANCE: f64 = 1e-7;
const ITERATIONS: usize = 100;

/// The stopped criterion, starting every time from the same predictors.
struct Stopped<'a> {
    engine: Engine<'a>,
    layout: Layout,
    start: Vec<f64>,
    /// The step of the differences that stand for a gradient, for each parameter.
    steps: Vec<f64>,
}

/// Predictors read off the data, from which the first fit starts.
fn first_predictors(engine: &Engine<'_>) -> Vec<f64> {
    let cells = engine.cells.totals.iter().zip(&engine.cells.units);
    cells
        .map(|(y, n)| match engine.kernel {
            Kernel::Binomial => ((y + 0.5) / (n - y + 0.5)).ln(),
            Kernel::Poisson => ((y + 0.1) / n).ln(),
            Kernel::NegativeBinomial { .. } => {
                (y / n + if *y > 0.0 { 0.0 } else { 1.0 / 6.0 }).ln()
            }
        })
        .collect()
}

impl Stopped<'_> {
    /// −2 ln L at the modes as they are when the iterations stop.
    fn value(&mut self, at: &[f64]) -> Option<f64> {
        let (layout, engine) = (self.layout, &mut self.engine);
        let thetas = layout.thetas;
        engine.set_spread(&at[..thetas], layout.extra(at));
        let is_joint = layout.gammas == 0;
        if !is_joint {
            engine.set_gamma(&at[thetas..thetas + layout.gammas]);
        }
        engine.set_predictors(&self.start);
        let constants = &engine.cells.constants;
        let saturated = constants.saturated(engine.kernel) - constants.value(engine.kernel);
        let mut before = f64::INFINITY;
        for _ in 0..ITERATIONS {
            if !engine.reweighted_step(is_joint) {
                return None;
            }
            let deviance = 2.0 * (saturated - engine.log_likelihood) + squares(&engine.u);
            let settled = ((before - deviance) / deviance).abs() < TOLERANCE;
            if !deviance.is_finite() {
                return None;
            }
            if settled {
                let constants = engine.cells.constants.value(engine.kernel);
                return Some(
                    -2.0 * (engine.log_likelihood + constants)
                        + squares(&engine.u)
                        + engine.structure.log_determinant(&engine.system),
                );
            }
            before = deviance;
        }
        None
    }
}

impl Objective for Stopped<'_> {
    fn evaluate(&mut self, at: &[f64]) -> Option<(f64, Vec<f64>)> {
        let mut slopes = Vec::with_capacity(at.len());
        for j in 0..at.len() {
            let h = self.steps[j];
            let mut beside = at.to_vec();
            beside[j] = at[j] + h;
            let above = self.value(&beside)?;
            beside[j] = at[j] - h;
            slopes.push((above - self.value(&beside)?) / (2.0 * h));
        }
        // Last, so that the engine is left in the state of this point.
        Some((self.value(at)?, slopes))
    }
}

impl<'a> Ending<'a> for Stopped<'a> {
    fn layout(&self) -> Layout {
        self.layout
    }

    fn arrive(&mut self, at: &[f64]) -> Option<f64> {
        self.value(at)
    }

    fn engine(&self) -> &Engine<'a> {
        &self.engine
    }

    fn into_engine(self) -> Engine<'a> {
        self.engine
    }
}

/// The end of the criterion whose modes stop where lme4 stops them, from the exact ends of the
/// quick criterion and, unless that is the one wanted, of the full one.
pub(super) fn search_stopped<'a>(
    cells: &'a Cells,
    family: Family,
    quick: &Solution,
    full: Option<&Solution>,
) -> Result<(Solution, Engine<'a>)> {
    let failed = || Error::Undefined {
        what: "the stopped likelihood of the mixed model",
        why: "its iterations do not settle",
    };
    let structure = &cells.frame.structure;
    let mut engine = Engine::new(cells, family);
    engine.set_spread(&quick.theta, quick.extra);
    let mut stopped = Stopped {
        start: first_predictors(&engine),
        engine,
        layout: quick.layout,
        steps: steps(&quick.hessian),
    };
    // The first predictors of all: one fit with every spread at 1.
    let mut unit = vec![0.0; structure.thetas];
    for term in &structure.terms {
        let mut k = term.theta;
        for column in 0..term.width {
            unit[k] = 1.0;
            k += term.width - column;
        }
    }
    unit.extend(quick.extra);
    stopped.value(&unit).ok_or_else(failed)?;
    stopped.start.clone_from(&stopped.engine.eta);
    let (at, inverse) = (quick.parameters(), guarded_inverse(&quick.hessian));
    let found = minimise(&mut stopped, &at, inverse).ok_or_else(failed)?;
    let Some(full) = full else {
        return finish(stopped, found);
    };
    stopped.value(&found.at).ok_or_else(failed)?;
    stopped.start.clone_from(&stopped.engine.eta);
    stopped.layout = full.layout;
    stopped.steps = steps(&full.hessian);
    let (at, inverse) = (full.parameters(), guarded_inverse(&full.hessian));
    let found = minimise(&mut stopped, &at, inverse).ok_or_else(failed)?;
    finish(stopped, found)
}

/// Steps for differences: a thousandth of each parameter's uncertainty.
fn steps(hessian: &DMatrix<f64>) -> Vec<f64> {
    let inverse = guarded_inverse(hessian);
    (0..inverse.nrows())
        .map(|j| (1e-3 * (2.0 * inverse[(j, j)]).sqrt()).clamp(1e-6, 1e-3))
        .collect()
}
