//! What each group would be expected to have, from a mixed model that never saw it.
//! How far the group then is from that expectation is judged in `expected`.

mod near;
mod records;
mod scaled;

use nalgebra::{Cholesky, DMatrix, DVector};

use super::super::cells::{self, Cells};
use super::super::family::Kernel;
use super::super::hermite::average_mean;
use super::super::optimise::{guarded_inverse, refine};
use super::super::regression::LeftOut;
use super::super::regression::leave_out::{grouped, others};
use super::MixedModel;
use super::engine::Engine;
use super::fitted::FittedMixed;
use super::laplace::Layout;
use super::quadrature::Rule;
use super::search::{Criterion, Start};
use super::separate::{Separate, Slopes, Third};
use crate::error::{Error, Result};
use crate::sum::sum;
use near::Near;
use records::Records;
pub use scaled::ScaledLeftOut;

/// What a group that was left out is expected to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expectation {
    /// The mean of groups like it.
    #[default]
    Average,
    /// Like a typical group, the median: one whose effect is 0 where that is its only one. Below the
    /// average for counts.
    Typical,
}

/// A model without a group, fitted.
struct Without {
    theta: Vec<f64>,
    /// Of the design's own columns.
    coefficients: Vec<f64>,
    /// Of those, given the spread.
    covariance: DMatrix<f64>,
    kernel: Kernel,
    /// What the effects that are taken as they are bring to each of the group's records.
    given: Vec<f64>,
}

/// What a fit without a group says of it, and how that hangs on the coefficients.
struct Told {
    left: LeftOut,
    /// How the log of what is expected changes with each coefficient.
    slopes: DVector<f64>,
    /// Of the coefficients, given the spread.
    covariance: DMatrix<f64>,
}

/// Groups by their numbers, each with what was asked of it or why that cannot be said.
type ByGroup<T> = Vec<(usize, Result<T>)>;

/// What is expected of a group's records, one by one, and of their sum.
#[derive(Debug, Default)]
struct Predicted {
    /// The records that count.
    used: Vec<usize>,
    observed: f64,
    /// Averaged over the effects.
    means: Vec<f64>,
    /// At effects of 0, and how fast that moves with an effect.
    typical: Vec<f64>,
    tilts: Vec<f64>,
    /// Of the sum, in each coefficient.
    slopes: Vec<f64>,
    /// Of the sum about its mean at effects of 0.
    variance: f64,
}

impl FittedMixed {
    #[doc = include_str!("../../../../docs/leave_out_mixed.md")]
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
        let all = self.told_of_each(effect, expectation, given)?;
        let plain = |(code, told): (usize, Result<Told>)| (code, told.map(|told| told.left));
        Ok(all.into_iter().map(plain).collect())
    }

    /// What the fits without each group say of it.
    fn told_of_each(
        &self,
        effect: &str,
        expectation: Expectation,
        given: &[&str],
    ) -> Result<ByGroup<Told>> {
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
        let mut quick = Quick::new(self, &rule);
        let mut near: Option<Option<Near>> = None;
        let one = |(code, own): (usize, Vec<usize>)| {
            let found = quick.as_mut().and_then(|quick| quick.without(self, &own));
            let found = found.or_else(|| {
                let near = near
                    .get_or_insert_with(|| Near::new(self, &rule))
                    .as_ref()?;
                near.without(self, &own, &given, &rule)
            });
            let left = match found {
                Some(fit) => Ok(fit),
                None => self.without(&own, &given, &rule),
            };
            let left = left.and_then(|fit| self.left_out(code, &own, expectation, &given, fit));
            (code, left)
        };
        Ok(groups.into_iter().map(one).collect())
    }

    /// The fit to the other groups' records, whatever the model.
    fn without(&self, own: &[usize], given: &[usize], rule: &Rule) -> Result<Without> {
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
        let (theta, engine) = self.refit(&cells, rule)?;
        self.told(theta, &engine, own, given)
            .ok_or(Error::OutOfRange {
                what: "the information of the coefficients",
            })
    }

    /// What is taken from an engine at the end of its search.
    fn told(
        &self,
        theta: Vec<f64>,
        engine: &Engine<'_>,
        own: &[usize],
        given: &[usize],
    ) -> Option<Without> {
        let basis = &engine.frame.basis;
        let effect = |i: &usize| -> f64 {
            given
                .iter()
                .map(|&t| mode_of(engine, t, self.model.effects[t].codes[*i]))
                .sum()
        };
        Some(Without {
            theta,
            coefficients: basis.coefficients(&engine.gamma),
            covariance: basis.covariance(&engine.expected_block()?.covariance()),
            kernel: engine.kernel,
            given: own.iter().map(effect).collect(),
        })
    }

    /// What a fit without a group says of it.
    fn left_out(
        &self,
        code: usize,
        own: &[usize],
        expectation: Expectation,
        given: &[usize],
        fit: Without,
    ) -> Result<Told> {
        let anew: Vec<usize> = (0..fit.theta.len())
            .filter(|k| !given.contains(k))
            .collect();
        let spread = anew
            .iter()
            .map(|&k| fit.theta[k].powi(2))
            .sum::<f64>()
            .sqrt();
        let scatter = match expectation {
            Expectation::Average => spread,
            Expectation::Typical => 0.0,
        };
        let found = self.predicted(own, &fit, spread, scatter);
        let average = sum(found.means.iter().copied());
        let without_effects = sum(found.typical.iter().copied());
        if !(average.is_finite() && average > 0.0) {
            return Err(Error::Undefined {
                what: "the expected count",
                why: "the group has no exposure",
            });
        }
        let levels = |k: usize| {
            found
                .used
                .iter()
                .map(move |&i| self.model.effects[k].codes[i])
        };
        let tilts: Vec<f64> = found
            .tilts
            .iter()
            .map(|tilt| tilt / without_effects)
            .collect();
        let records = Records {
            kernel: fit.kernel,
            effects: anew
                .iter()
                .map(|&k| (fit.theta[k], levels(k).collect()))
                .collect(),
            means: &found.means,
            tilts: &tilts,
        };
        let typical = records.median(average, without_effects);
        let (expected, at) = match expectation {
            Expectation::Average => (average, average),
            Expectation::Typical => (typical, without_effects),
        };
        let row = DVector::from_iterator(found.slopes.len(), found.slopes.iter().map(|s| s / at));
        let left = LeftOut {
            code,
            observed: found.observed,
            expected,
            typical,
            std_error: (&fit.covariance * &row).dot(&row).max(0.0).sqrt(),
            sigma: records.variance().sqrt(),
            dispersion: found.variance / without_effects,
        };
        Ok(Told {
            left,
            slopes: row,
            covariance: fit.covariance,
        })
    }

    /// What a fit without a group makes of its records: their means averaged over `spread`, and the
    /// slopes of their means averaged over `scatter`.
    fn predicted(&self, own: &[usize], fit: &Without, spread: f64, scatter: f64) -> Predicted {
        let kernel = fit.kernel;
        let (held_out, design) = (&self.model.observations, &self.model.design);
        let mut found = Predicted {
            slopes: vec![0.0; design.width()],
            ..Predicted::default()
        };
        let mut observed = Vec::new();
        for (&i, effects) in own.iter().zip(&fit.given) {
            if held_out.weights[i] <= 0.0 {
                continue;
            }
            let row = design.row(i);
            let fixed: f64 = row.iter().zip(&fit.coefficients).map(|(x, b)| x * b).sum();
            let eta = fixed + held_out.offsets[i] + effects;
            let trials = held_out.trials[i];
            let mean = kernel.mean(eta);
            observed.push(held_out.totals[i]);
            found.used.push(i);
            found.typical.push(trials * mean);
            found.tilts.push(trials * kernel.mean_slope(eta));
            found.variance += kernel.variance(mean, trials);
            found.means.push(trials * average_mean(kernel, eta, spread));
            let h = 1e-5;
            let beside = |by: f64| trials * average_mean(kernel, eta + by, scatter);
            let slope = (beside(h) - beside(-h)) / (2.0 * h);
            for (sum, x) in found.slopes.iter_mut().zip(row) {
                *sum += slope * x;
            }
        }
        found.observed = sum(observed);
        found
    }

    /// The fit of other cells, begun where this one ended. It ends where it would from any start,
    /// to rounding, because the criterion does not know where it began.
    fn refit<'a>(&self, cells: &'a Cells, rule: &'a Rule) -> Result<(Vec<f64>, Engine<'a>)> {
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
        let mut criterion = Criterion::new(engine, layout, rule);
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
        criterion.by_engine(&at).ok_or_else(failed)?;
        Ok((at[..layout.thetas].to_vec(), criterion.engine))
    }
}

/// Below this spread a fit is searched for anew, because 0 is stationary whatever the data.
const FLAT: f64 = 0.02;
/// The share of every direction of the covariates that the other groups must keep.
const LEAST_LEFT: f64 = 1e-6;
/// Newton steps, and the promised gain after which no more is taken.
const STEPS: usize = 20;
const ARRIVED: f64 = 1e-15;
/// A gain so small that nobody need look whether the last step arrived.
const SURE: f64 = 1e-13;

/// The fits without a group of a model that falls apart by groups: Newton's method from the whole
/// fit, with the group's part taken out of its slopes. Where it does not settle at once, or the
/// others might not tell all coefficients, it says nothing, and the fit is searched for as any other.
struct Quick<'a> {
    /// At the whole fit.
    whole: Separate<'a>,
    at: Vec<f64>,
    slopes: Slopes,
    /// Of every group, where the step away from the whole fit can be bent by them.
    thirds: Option<Vec<Third>>,
    moving: Separate<'a>,
}

impl<'a> Quick<'a> {
    fn new(fit: &'a FittedMixed, rule: &Rule) -> Option<Self> {
        let cells = &fit.cells;
        let at = fit.parts.solution.parameters();
        let mut whole = Separate::new(cells, fit.model.family, rule)?;
        if at[0] < FLAT || cells.frame.structure.patterns < 4 || !whole.move_to(&at, None, true) {
            return None;
        }
        Some(Quick {
            slopes: whole.slopes(None, true),
            thirds: whole.thirds(),
            moving: Separate::new(cells, fit.model.family, rule)?,
            whole,
            at,
        })
    }

    fn without(&mut self, fit: &FittedMixed, own: &[usize]) -> Option<Without> {
        let frame = &fit.cells.frame;
        let cell = own.iter().find_map(|&i| frame.of_record[i])?;
        let pattern = frame.starts.partition_point(|&start| start <= cell) - 1;
        let cells: Vec<usize> = frame.range(pattern).collect();
        if !leaves_enough(&fit.cells, &cells) {
            return None;
        }
        let mut at = self.at.clone();
        let mut slopes = self.slopes.clone();
        self.whole.add(pattern, -1.0, &mut slopes);
        self.moving.as_in(&self.whole);
        let mut factor = slopes.factor()?;
        let mut last = f64::INFINITY;
        let mut left = Left {
            share: 1.0,
            square: f64::INFINITY,
        };
        for step in 0..STEPS {
            let mut change = factor.solve(&slopes.gradient);
            let gain = change.dot(&slopes.gradient);
            if !(gain < 0.5 * last && change.amax() < 0.5) {
                return None;
            }
            let mut far = gain > 1e-4;
            if let (0, Some(thirds)) = (step, &self.thirds) {
                let bend = self.whole.bend(thirds, change.as_slice(), pattern);
                let second = factor.solve(&bend);
                let bent = 0.25 * second.dot(&bend) / gain;
                change += 0.5 * second;
                left = Left::by(bent, gain);
                // What is left then is a bend of a bend, which the same factor makes small enough.
                far = left.share * bent * bent * gain > 10.0 * SURE;
            }
            for (a, c) in at.iter_mut().zip(change.iter()) {
                *a -= c;
            }
            if at[0] < FLAT {
                return None;
            }
            // At the latest when the last step no longer matters.
            let sure = step == 1 && self.thirds.is_some() && left.of(gain) < SURE;
            if sure {
                self.moving.nudge((-change).as_slice());
            }
            if sure || (step > 0 && gain < ARRIVED) {
                return self.arrived(fit, &at, pattern, own.len());
            }
            if !self.moving.move_to(&at, Some(pattern), far) {
                return None;
            }
            // Close by, the Hessian hardly changes.
            slopes = self.moving.slopes(Some(pattern), far);
            if far {
                factor = slopes.factor()?;
                left.share = 1.0;
            } else {
                left.square = f64::INFINITY;
            }
            last = gain;
        }
        None
    }

    /// The fit at the parameters arrived at.
    fn arrived(
        &self,
        fit: &FittedMixed,
        at: &[f64],
        pattern: usize,
        records: usize,
    ) -> Option<Without> {
        let basis = &fit.cells.frame.basis;
        let information = Cholesky::new(self.moving.information(Some(pattern)))?;
        Some(Without {
            theta: vec![at[0]],
            coefficients: basis.coefficients(&at[1..]),
            covariance: basis.covariance(&information.inverse()),
            kernel: Kernel::Poisson,
            given: vec![0.0; records],
        })
    }
}

/// What of a gain a step will leave: the share with the factor from before it, and the share for
/// each unit of gain with a factor of its own.
struct Left {
    share: f64,
    square: f64,
}

impl Left {
    /// Where the bend takes that share of a gain.
    fn by(bent: f64, gain: f64) -> Self {
        Left {
            share: 4.0 * bent,
            square: bent / gain,
        }
    }

    fn of(&self, gain: f64) -> f64 {
        gain * (self.square * gain).min(self.share)
    }
}

/// Whether the cells beside these have events and tell every coefficient.
fn leaves_enough(cells: &Cells, own: &[usize]) -> bool {
    let frame = &cells.frame;
    let width = frame.basis.width;
    let events = sum(own.iter().map(|&i| cells.totals[i]));
    if frame.count - own.len() < width + 1 || sum(cells.totals.iter().copied()) <= events {
        return false;
    }
    // The basis is orthonormal but for the number of cells.
    let rows = frame.count as f64;
    let entries = own.iter().flat_map(|&i| frame.basis_row(i));
    let squares: f64 = entries.map(|x| x * x).sum();
    if squares / rows < 1.0 - LEAST_LEFT {
        return true;
    }
    let mut left = DMatrix::identity(width, width);
    for &i in own {
        let row = DVector::from_column_slice(frame.basis_row(i));
        left -= &row * row.transpose() / rows;
    }
    Cholesky::new(left).is_some_and(|factor| {
        let diagonal = factor.l_dirty().diagonal();
        diagonal.iter().all(|d| d * d > LEAST_LEFT)
    })
}

/// The mode of a group's effect, or 0 for a group that the fit does not know.
fn mode_of(engine: &Engine<'_>, term: usize, code: usize) -> f64 {
    let term = &engine.structure.terms[term];
    term.codes
        .binary_search(&code)
        .map_or(0.0, |level| engine.b[term.columns(level).start])
}
