//! Fits without a group near the whole fit, for models that have no closed form: the group's cells are
//! emptied and the search goes on from where it ended.

use nalgebra::{DMatrix, DVector};

use super::super::super::cells::Cells;
use super::super::super::optimise::{guarded_inverse, refine};
use super::super::engine::Engine;
use super::super::fitted::FittedMixed;
use super::super::laplace::{self, Layout};
use super::super::quadrature::{self, Rule};
use super::super::search::Criterion;
use super::{FLAT, Without, leaves_enough};

/// The fits without a group of any other model with a given size: the group's cells are emptied,
/// so that the rest of the model stays as it is, and the search begins near its end.
pub(super) struct Near {
    at: Vec<f64>,
    gamma: Vec<f64>,
    modes: Vec<f64>,
    hessian: DMatrix<f64>,
    islands: Option<Parted>,
}

/// The slopes of the parts that share no group.
struct Parted {
    of_pattern: Vec<usize>,
    /// The cells of each part.
    cells: Vec<usize>,
    gradients: Vec<DVector<f64>>,
    hessians: Vec<DMatrix<f64>>,
}

impl Near {
    pub(super) fn new(fit: &FittedMixed, rule: &Rule) -> Option<Self> {
        if fit.model.family.estimates_size() {
            return None;
        }
        let solution = &fit.parts.solution;
        let mut at = solution.parameters();
        // A spread of 0 is stationary whatever the data, so no start is there.
        for theta in &mut at[..solution.layout.thetas] {
            *theta = theta.max(FLAT);
        }
        let mut engine = Engine::new(&fit.cells, fit.model.family);
        engine.set_gamma(&solution.gamma);
        let mut criterion = Criterion::new(engine, solution.layout, rule);
        criterion.by_engine(&at)?;
        Some(Near {
            gamma: criterion.engine.gamma.clone(),
            modes: criterion.engine.u.clone(),
            islands: Parted::new(&mut criterion, &at, &solution.hessian),
            hessian: solution.hessian.clone(),
            at,
        })
    }

    pub(super) fn without(
        &self,
        fit: &FittedMixed,
        own: &[usize],
        given: &[usize],
        rule: &Rule,
    ) -> Option<Without> {
        let frame = &fit.cells.frame;
        let mut emptied: Vec<usize> = own.iter().filter_map(|&i| frame.of_record[i]).collect();
        emptied.sort_unstable();
        emptied.dedup();
        if emptied.is_empty() || !leaves_enough(&fit.cells, &emptied) {
            return None;
        }
        let mut cells = fit.cells.clone();
        for &i in &emptied {
            (cells.totals[i], cells.units[i]) = (0.0, 0.0);
        }
        let layout = fit.parts.solution.layout;
        let (at, inverse) = self.start(&fit.cells, &emptied, layout);
        let mut engine = Engine::new(&cells, fit.model.family);
        engine.set_gamma(&self.gamma);
        engine.u.clone_from(&self.modes);
        let mut criterion = Criterion::new(engine, layout, rule);
        let (at, _) = refine(&mut criterion, &at, inverse)?;
        // Leave the engine at that point.
        criterion.by_engine(&at)?;
        fit.told(at[..layout.thetas].to_vec(), &criterion.engine, own, given)
    }

    /// One Newton step away when the group is a part of its own, and the inverse Hessian there.
    fn start(&self, cells: &Cells, own: &[usize], layout: Layout) -> (Vec<f64>, DMatrix<f64>) {
        let part = self.islands.as_ref().and_then(|islands| {
            let first = *own.first()?;
            let pattern = cells.frame.starts.partition_point(|&s| s <= first) - 1;
            let island = islands.of_pattern[pattern];
            (islands.cells[island] == own.len()).then_some((islands, island))
        });
        if let Some((islands, island)) = part {
            let inverse = guarded_inverse(&(&self.hessian - &islands.hessians[island]));
            let step = &inverse * &islands.gradients[island];
            let at: Vec<f64> = self
                .at
                .iter()
                .zip(step.iter())
                .map(|(a, s)| a + s)
                .collect();
            if step.amax() < 0.5 && at[..layout.thetas].iter().all(|&t| t >= FLAT) {
                return (at, inverse);
            }
        }
        (self.at.clone(), guarded_inverse(&self.hessian))
    }
}

impl Parted {
    /// The slopes at the whole fit, and by differences how they change.
    fn new(criterion: &mut Criterion<'_>, at: &[f64], hessian: &DMatrix<f64>) -> Option<Self> {
        let (layout, rule) = (criterion.layout, criterion.rule);
        let engine = &mut criterion.engine;
        let frame = engine.frame;
        if *rule == Rule::Joint || !frame.structure.plain {
            return None;
        }
        let islands = frame.structure.islands();
        if islands.count < 3 {
            return None;
        }
        let mut scores = |at: &[f64]| match rule {
            Rule::Nodes(nodes) => quadrature::scores(engine, nodes, layout, at, &islands),
            Rule::Joint | Rule::Laplace => laplace::scores(engine, layout, at, &islands),
        };
        let gradients = scores(at)?.into_iter().map(DVector::from_vec).collect();
        let inverse = guarded_inverse(hessian);
        let n = at.len();
        let mut hessians = vec![DMatrix::zeros(n, n); islands.count];
        for j in 0..n {
            let h = (1e-3 * (2.0 * inverse[(j, j)]).sqrt()).clamp(1e-6, 1e-2);
            let mut beside = at.to_vec();
            beside[j] = at[j] + h;
            let above = scores(&beside)?;
            beside[j] = at[j] - h;
            let below = scores(&beside)?;
            for (island, (above, below)) in above.iter().zip(&below).enumerate() {
                for i in 0..n {
                    let half = 0.5 * (above[i] - below[i]) / (2.0 * h);
                    hessians[island][(i, j)] += half;
                    hessians[island][(j, i)] += half;
                }
            }
        }
        let mut cells = vec![0; islands.count];
        for pattern in 0..frame.structure.patterns {
            cells[islands.of_pattern[pattern]] += frame.range(pattern).len();
        }
        Some(Parted {
            of_pattern: islands.of_pattern,
            cells,
            gradients,
            hessians,
        })
    }
}
