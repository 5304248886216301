//! The parameters of greatest likelihood: where to start, which criterion to minimise, and what the
//! end is worth. The criteria themselves are in `laplace` and `quadrature`.

use nalgebra::DMatrix;

use super::super::cells::Cells;
use super::super::family::{Family, Kernel};
use super::super::optimise::{Objective, descend, minimise};
use super::super::random::Structure;
use super::super::regression::scoring::{self, Scored};
use super::super::regression::size;
use super::ending::{Ending, Solution, finish};
use super::engine::Engine;
use super::laplace::{self, Layout};
use super::quadrature::{self, Rule};
use super::separate::Separate;
use crate::error::{Error, Result};
use crate::sum::sum;

/// A criterion with everything it needs.
pub(super) struct Criterion<'a> {
    pub(super) engine: Engine<'a>,
    pub(super) layout: Layout,
    pub(super) rule: &'a Rule,
    /// The same criterion by groups, where the model falls apart by them.
    separate: Option<Separate<'a>>,
}

impl<'a> Criterion<'a> {
    pub(super) fn new(engine: Engine<'a>, layout: Layout, rule: &'a Rule) -> Self {
        let family = engine.family();
        Criterion {
            separate: Separate::new(engine.cells, family, rule),
            engine,
            layout,
            rule,
        }
    }

    /// The criterion as for any model, which leaves the engine at that point.
    pub(super) fn by_engine(&mut self, at: &[f64]) -> Option<(f64, Vec<f64>)> {
        match self.rule {
            Rule::Nodes(nodes) => quadrature::evaluate(&mut self.engine, nodes, self.layout, at),
            Rule::Joint | Rule::Laplace => laplace::evaluate(&mut self.engine, self.layout, at),
        }
    }
}

impl Objective for Criterion<'_> {
    fn evaluate(&mut self, at: &[f64]) -> Option<(f64, Vec<f64>)> {
        let Some(separate) = &mut self.separate else {
            return self.by_engine(at);
        };
        separate.move_to(at, None, false).then(|| {
            let slopes = separate.slopes(None, false).gradient;
            (separate.value(), slopes.as_slice().to_vec())
        })
    }

    fn hessian(&mut self, at: &[f64]) -> Option<DMatrix<f64>> {
        let separate = self.separate.as_mut()?;
        separate
            .move_to(at, None, true)
            .then(|| separate.slopes(None, true).whole_hessian())?
    }
}

impl<'a> Ending<'a> for Criterion<'a> {
    fn layout(&self) -> Layout {
        self.layout
    }

    fn arrive(&mut self, at: &[f64]) -> Option<f64> {
        Some(self.by_engine(at)?.0)
    }

    fn engine(&self) -> &Engine<'a> {
        &self.engine
    }

    fn into_engine(self) -> Engine<'a> {
        self.engine
    }
}

/// Where a search begins.
#[derive(Debug, Clone)]
pub(super) struct Start {
    pub(super) theta: Vec<f64>,
    pub(super) gamma: Vec<f64>,
    pub(super) extra: Option<f64>,
    /// A guess of the inverse Hessian of all parameters, if there is a good one.
    pub(super) inverse: Option<DMatrix<f64>>,
}

/// The fit without effects, which starts everything and finds what no effect can mend.
pub(super) fn first_fit(
    cells: &Cells,
    family: Family,
    names: &[String],
) -> Result<(Scored, Option<f64>)> {
    if family.estimates_size() {
        let (scored, found) = size::estimate(cells, names)?;
        let root = found.map_or(0.05, |size| 1.0 / size.sqrt());
        return Ok((scored, Some(root.clamp(0.05, 3.0))));
    }
    Ok((
        scoring::score(cells, family.kernel(1.0), names, None)?,
        None,
    ))
}

/// A rough spread for each effect: how far its groups' totals are from their expectations, beyond
/// what chance brings.
pub(super) fn first_spread(cells: &Cells, kernel: Kernel, eta: &[f64]) -> Vec<f64> {
    let structure = &cells.frame.structure;
    let mut observed = vec![0.0; structure.size];
    let mut expected = vec![0.0; structure.size];
    for pattern in 0..structure.patterns {
        let range = cells.frame.range(pattern);
        let total = sum(range.clone().map(|i| cells.totals[i]));
        let mean = sum(range.map(|i| cells.units[i] * kernel.mean(eta[i])));
        for &c in structure.pattern_columns(pattern) {
            observed[c] += total;
            expected[c] += mean;
        }
    }
    let mut theta = vec![0.0; structure.thetas];
    let effects = structure.terms.len() as f64;
    for term in &structure.terms {
        let groups = (0..term.levels()).map(|level| term.columns(level).start);
        let mut total = 0.0;
        let mut count = 0.0;
        for c in groups.filter(|&c| expected[c] > 0.0) {
            let log = ((observed[c] + 0.5) / (expected[c] + 0.5)).ln();
            total += log * log - 1.0 / (expected[c] + 0.5);
            count += 1.0;
        }
        let spread = (total / f64::max(count, 1.0) / effects)
            .clamp(0.01, 4.0)
            .sqrt();
        let mut k = term.theta;
        for column in 0..term.width {
            theta[k] = if column == 0 { spread } else { 0.5 * spread };
            k += term.width - column;
        }
    }
    theta
}

/// A guess of the inverse Hessian in the spread and the size.
fn rough_inverse(structure: &Structure, theta: &[f64], has_size: bool) -> DMatrix<f64> {
    let n = theta.len() + usize::from(has_size);
    let mut inverse = DMatrix::identity(n, n) * 0.05;
    for term in &structure.terms {
        for k in term.theta..term.theta + term.thetas() {
            let spread = theta[k].abs().max(0.1);
            inverse[(k, k)] = spread * spread / (4.0 * term.levels() as f64).max(8.0);
        }
    }
    inverse
}

/// Searches from a start; `thorough` also looks for a better end elsewhere when the first is
/// singular. The engine comes back in the state of that end.
pub(super) fn search<'a>(
    cells: &'a Cells,
    family: Family,
    rule: &'a Rule,
    start: Start,
    thorough: bool,
) -> Result<(Solution, Engine<'a>)> {
    let failed = || Error::Undefined {
        what: "the likelihood of the mixed model",
        why: "the modes of its effects cannot be found from any start",
    };
    let structure = &cells.frame.structure;
    let has_size = family.estimates_size();
    let joint = Layout {
        thetas: structure.thetas,
        gammas: 0,
        has_size,
    };
    let mut engine = Engine::new(cells, family);
    engine.set_gamma(&start.gamma);
    let mut criterion = Criterion::new(engine, joint, &Rule::Joint);
    let quick = *rule == Rule::Joint;
    let mut warm = start;
    let mut spread_inverse = rough_inverse(structure, &warm.theta, has_size);
    if quick || warm.inverse.is_none() {
        let near = if quick { 1e-6 } else { 1e-3 };
        let at = explore(&mut criterion, &warm, &mut spread_inverse, thorough, near)
            .ok_or_else(failed)?;
        if quick {
            let found = minimise(&mut criterion, &at, spread_inverse).ok_or_else(failed)?;
            return finish(criterion, found);
        }
        // The coefficients of that end.
        criterion.evaluate(&at).ok_or_else(failed)?;
        warm.theta = at[..structure.thetas].to_vec();
        warm.extra = joint.extra(&at);
        warm.gamma.clone_from(&criterion.engine.gamma);
    }
    let layout = Layout {
        gammas: cells.frame.basis.width,
        ..joint
    };
    let inverse = match warm.inverse {
        Some(inverse) => inverse,
        None => full_inverse(&criterion.engine, layout, &spread_inverse).ok_or_else(failed)?,
    };
    let mut criterion = Criterion::new(criterion.engine, layout, rule);
    let at: Vec<f64> = warm
        .theta
        .iter()
        .chain(&warm.gamma)
        .copied()
        .chain(warm.extra)
        .collect();
    let found = minimise(&mut criterion, &at, inverse).ok_or_else(failed)?;
    finish(criterion, found)
}

/// The quick criterion's minimum over the spread and the size, roughly.
fn explore(
    criterion: &mut Criterion<'_>,
    start: &Start,
    inverse: &mut DMatrix<f64>,
    thorough: bool,
    near: f64,
) -> Option<Vec<f64>> {
    let (structure, layout) = (criterion.engine.structure, criterion.layout);
    let first: Vec<f64> = start.theta.iter().copied().chain(start.extra).collect();
    let (mut at, value, found) = descend(criterion, &first, inverse.clone(), near)?;
    *inverse = found;
    let flat = |t: &f64| t.abs() < 0.02;
    if thorough && at[..layout.thetas].iter().any(flat) {
        // A spread of 0 is stationary whatever the data: see whether another start does better.
        let elsewhere: Vec<f64> = at
            .iter()
            .zip(&first)
            .map(|(a, f)| if flat(a) { 2.0 * f } else { *a })
            .collect();
        let guess = rough_inverse(structure, &elsewhere[..layout.thetas], layout.has_size);
        if let Some((other, lower, found)) = descend(criterion, &elsewhere, guess, near)
            && lower < value - 1e-6
        {
            at = other;
            *inverse = found;
        }
    }
    Some(at)
}

/// The inverse Hessian to start from: what is known of the spread, and of the coefficients given it.
fn full_inverse(
    engine: &Engine<'_>,
    layout: Layout,
    spread: &DMatrix<f64>,
) -> Option<DMatrix<f64>> {
    let (t, p) = (layout.thetas, layout.gammas);
    let n = layout.len();
    let mut inverse = DMatrix::identity(n, n) * 0.05;
    inverse
        .view_mut((0, 0), (t, t))
        .copy_from(&spread.view((0, 0), (t, t)));
    let coefficients = engine.fixed_block()?.covariance() * 0.5;
    inverse.view_mut((t, t), (p, p)).copy_from(&coefficients);
    if layout.has_size {
        inverse[(n - 1, n - 1)] = spread[(t, t)];
    }
    Some(inverse)
}
