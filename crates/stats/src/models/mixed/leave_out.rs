//! What each group would be expected to have, from a mixed model that never saw it.
//! How far the group then is from that expectation is judged in `expected`.

use super::super::cells;
use super::super::optimise::{Objective, guarded_inverse, refine};
use super::super::regression::LeftOut;
use super::super::regression::leave_out::{grouped, others};
use super::MixedModel;
use super::engine::Engine;
use super::fitted::{FittedMixed, average_mean};
use super::laplace::Layout;
use super::search::{Criterion, Rule, Start};
use crate::error::{Error, Result};
use crate::sum::sum;

/// What a group that was left out is expected to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expectation {
    /// Like the average of all groups: expected counts add up to about the observed ones.
    #[default]
    Average,
    /// Like a typical group, whose effect is 0: below the average for counts.
    Typical,
}

/// A model without a group, fitted.
struct Without<'a> {
    engine: Engine<'a>,
    theta: Vec<f64>,
}

impl FittedMixed {
    #[doc = include_str!("../../../docs/leave_out_mixed.md")]
    pub fn leave_out(
        &self,
        effect: &str,
        expectation: Expectation,
    ) -> Result<Vec<(usize, Result<LeftOut>)>> {
        self.leave_out_given(effect, expectation, &[])
    }

    /// As [`FittedMixed::leave_out`], with the modes of other effects (the region that the group
    /// lies in) taken as they are in the fit without the group.
    ///
    /// # Errors
    /// As [`FittedMixed::leave_out`]; [`Error::UnknownName`] for a name in `given`.
    pub fn leave_out_given(
        &self,
        effect: &str,
        expectation: Expectation,
        given: &[&str],
    ) -> Result<Vec<(usize, Result<LeftOut>)>> {
        let place = self.effect(effect)?;
        if self.total_variance().is_err() {
            return Err(Error::Undefined {
                what: "what a group with slopes of its own would have",
                why: "its spread depends on the covariate",
            });
        }
        let given = given
            .iter()
            .map(|name| self.effect(name))
            .collect::<Result<Vec<_>>>()?;
        let codes = &self.model.effects[place].codes;
        let groups = grouped(codes, self.model.observations.len())?;
        let rule = self.model.rule(&self.options)?;
        let one = |(code, own): (usize, Vec<usize>)| {
            (code, self.without(code, &own, expectation, &given, &rule))
        };
        Ok(groups.into_iter().map(one).collect())
    }

    fn without(
        &self,
        code: usize,
        own: &[usize],
        expectation: Expectation,
        given: &[usize],
        rule: &Rule,
    ) -> Result<LeftOut> {
        let keep = others(self.model.observations.len(), own);
        let model = MixedModel {
            family: self.model.family,
            observations: self.model.observations.subset(&keep),
            design: self.model.design.subset(&keep),
            effects: self.model.effects.iter().map(|e| e.subset(&keep)).collect(),
        };
        let cells = cells::prepare(
            &model.observations,
            &model.design,
            &model.effects,
            model.family,
        )?;
        let fit = self.refit(&cells, rule)?;
        let basis = &cells.frame.basis;
        let beta = basis.coefficients(&fit.engine.gamma);
        let covariance = fit.engine.expected_block().ok_or(Error::OutOfRange {
            what: "the information of the coefficients",
        })?;
        let covariance = basis.covariance(&covariance.covariance());
        let kernel = fit.engine.kernel;
        let spread: f64 = (0..fit.theta.len())
            .filter(|k| !given.contains(k))
            .map(|k| fit.theta[k] * fit.theta[k])
            .sum();
        let scatter = match expectation {
            Expectation::Average => spread.sqrt(),
            Expectation::Typical => 0.0,
        };
        let (held_out, design) = (
            self.model.observations.subset(own),
            self.model.design.subset(own),
        );
        let fixed = design.times(&beta);
        let used = (0..own.len()).filter(|&i| held_out.weights[i] > 0.0);
        let (mut observed, mut means, mut typical) = (Vec::new(), Vec::new(), Vec::new());
        let (mut slopes, mut tilt, mut variance) = (vec![0.0; design.width()], 0.0, 0.0);
        for i in used {
            let effects: f64 = given
                .iter()
                .map(|&t| mode_of(&fit.engine, t, self.model.effects[t].codes[own[i]]))
                .sum();
            let eta = fixed[i] + held_out.offsets[i] + effects;
            let trials = held_out.trials[i];
            observed.push(held_out.totals[i]);
            let mean = kernel.mean(eta);
            typical.push(trials * mean);
            tilt += trials * kernel.mean_slope(eta);
            variance += kernel.variance(mean, trials);
            means.push(trials * average_mean(kernel, eta, scatter));
            let h = 1e-5;
            let beside = |by: f64| trials * average_mean(kernel, eta + by, scatter);
            let slope = (beside(h) - beside(-h)) / (2.0 * h);
            for (sum, x) in slopes.iter_mut().zip(design.row(i)) {
                *sum += slope * x;
            }
        }
        let expected = sum(means.iter().copied());
        if !(expected.is_finite() && expected > 0.0) {
            return Err(Error::Undefined {
                what: "the expected count",
                why: "the group has no exposure",
            });
        }
        for slope in &mut slopes {
            *slope /= expected;
        }
        let row = nalgebra::DVector::from_vec(slopes);
        let typical = sum(typical);
        Ok(LeftOut {
            code,
            observed: sum(observed),
            expected,
            typical,
            std_error: (&covariance * &row).dot(&row).max(0.0).sqrt(),
            // On the log scale an effect on a logit is worth less, the larger the proportion.
            sigma: spread.sqrt() * tilt / typical,
            dispersion: variance / typical,
        })
    }

    /// The fit of other cells, begun where this one ended. It ends where it would from any start,
    /// to rounding, because the criterion does not know where it began.
    fn refit<'a>(&self, cells: &'a cells::Cells, rule: &'a Rule) -> Result<Without<'a>> {
        let solution = &self.parts.solution;
        let failed = || Error::NotConverged {
            what: "the fit without a group",
            iterations: 300,
        };
        let beta = self.cells.frame.basis.coefficients(&solution.gamma);
        let start = Start {
            // A spread of 0 is stationary whatever the data, so no start is there.
            theta: solution.theta.iter().map(|t| t.max(0.02)).collect(),
            gamma: cells.frame.basis.gamma_of(&beta),
            extra: solution.extra,
            inverse: None,
        };
        let layout: Layout = solution.layout;
        let mut engine = Engine::new(cells, self.model.family);
        engine.set_gamma(&start.gamma);
        let mut criterion = Criterion {
            engine,
            layout,
            rule,
        };
        let gammas = &start.gamma[..layout.gammas];
        let at: Vec<f64> = start
            .theta
            .iter()
            .chain(gammas)
            .copied()
            .chain(start.extra)
            .collect();
        let inverse = guarded_inverse(&solution.hessian);
        let (at, _) = refine(&mut criterion, &at, inverse).ok_or_else(failed)?;
        // Leave the engine at that point.
        criterion.evaluate(&at).ok_or_else(failed)?;
        Ok(Without {
            theta: at[..layout.thetas].to_vec(),
            engine: criterion.engine,
        })
    }
}

/// The mode of a group's effect, or 0 for a group that the fit does not know.
fn mode_of(engine: &Engine<'_>, term: usize, code: usize) -> f64 {
    let term = &engine.structure.terms[term];
    term.codes
        .binary_search(&code)
        .map_or(0.0, |level| engine.b[term.columns(level).start])
}
