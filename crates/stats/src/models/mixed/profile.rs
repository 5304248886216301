//! Profile likelihood of one effect's standard deviation: the other parameters at their best for
//! every value of it. What is quoted of the interval is in `spread`.

use nalgebra::{DMatrix, DVector};

use super::super::optimise::{Objective, descend, guarded_inverse};
use super::ending::Solution;
use super::engine::Engine;
use super::fitted::FittedMixed;
use super::search::{Criterion, Rule};
use crate::error::{Error, Result};

/// A criterion with one parameter held.
struct Pinned<'a, 'b> {
    criterion: &'b mut Criterion<'a>,
    place: usize,
    value: f64,
}

impl Objective for Pinned<'_, '_> {
    fn evaluate(&mut self, at: &[f64]) -> Option<(f64, Vec<f64>)> {
        let mut whole = at.to_vec();
        whole.insert(self.place, self.value);
        let (value, mut slopes) = self.criterion.evaluate(&whole)?;
        slopes.remove(self.place);
        Some((value, slopes))
    }
}

/// The profile around a solution.
struct Profile<'a> {
    criterion: Criterion<'a>,
    solution: &'a Solution,
    place: usize,
    /// The inverse of the other parameters' Hessian, and how they move with the one held.
    inverse: DMatrix<f64>,
    drift: DVector<f64>,
    least: f64,
}

impl<'a> Profile<'a> {
    fn new(criterion: Criterion<'a>, solution: &'a Solution, place: usize) -> Self {
        let hessian = &solution.hessian;
        let rest = hessian.clone().remove_row(place).remove_column(place);
        let cross = hessian.column(place).clone_owned().remove_row(place);
        let inverse = guarded_inverse(&rest);
        Profile {
            drift: -(&inverse * cross),
            inverse,
            criterion,
            solution,
            place,
            least: solution.value,
        }
    }

    /// How far −2 ln L rises when the parameter is held at `value`.
    fn rise(&mut self, value: f64) -> Option<f64> {
        let mut start = self.solution.parameters();
        let own = start.remove(self.place);
        for (s, d) in start.iter_mut().zip(self.drift.iter()) {
            *s += (value - own) * d;
        }
        let place = self.place;
        let (inverse, fallback) = (self.inverse.clone(), self.solution.parameters());
        let mut pinned = Pinned {
            criterion: &mut self.criterion,
            place,
            value,
        };
        if start.is_empty() {
            return Some(pinned.evaluate(&start)?.0 - self.least);
        }
        let found = descend(&mut pinned, &start, inverse.clone(), 1e-8).or_else(|| {
            let mut plain = fallback;
            plain.remove(place);
            descend(&mut pinned, &plain, inverse, 1e-8)
        })?;
        Some(found.1 - self.least)
    }

    /// Where the rise is `target` on the side of `sign`, starting a normal interval away.
    fn limit(&mut self, target: f64, guess: f64, sign: f64) -> Option<f64> {
        let own = self.solution.theta[self.place];
        let root = target.sqrt();
        if sign < 0.0 && self.rise(0.0)? <= target {
            return Some(0.0);
        }
        // The signed root of the rise is close to a straight line in the parameter.
        let (mut near, mut at_near) = (own, 0.0);
        let mut far = own + sign * guess;
        if sign < 0.0 {
            far = far.max(0.5 * own);
        }
        let mut at_far = self.rise(far)?.max(0.0).sqrt();
        for _ in 0..60 {
            if at_far >= root {
                break;
            }
            (near, at_near) = (far, at_far);
            far = if sign < 0.0 {
                0.5 * far
            } else {
                far + 1.5 * (far - own)
            };
            at_far = self.rise(far)?.max(0.0).sqrt();
        }
        if at_far < root {
            return None;
        }
        for _ in 0..40 {
            let share = ((root - at_near) / (at_far - at_near)).clamp(0.02, 0.98);
            let middle = near + share * (far - near);
            let value = self.rise(middle)?.max(0.0).sqrt();
            if (value - root).abs() < 1e-7 || (far - near).abs() < 1e-10 {
                return Some(middle);
            }
            if value < root {
                (near, at_near) = (middle, value);
            } else {
                (far, at_far) = (middle, value);
            }
        }
        Some(near + (root - at_near) / (at_far - at_near) * (far - near))
    }
}

/// The limits of a parameter of the spread between which −2 ln L rises by less than `target`.
pub(super) fn limits(fit: &FittedMixed, place: usize, target: f64) -> Result<(f64, f64)> {
    let rule = fit.model.rule(&fit.options)?;
    let solution = exact(fit, &rule)?;
    let criterion = |rule| {
        let mut engine = Engine::new(&fit.cells, fit.model.family);
        engine.set_gamma(&solution.gamma);
        Criterion {
            engine,
            layout: solution.layout,
            rule,
        }
    };
    let curvature = solution.hessian[(place, place)].max(1e-3);
    let guess = (2.0 * target / curvature).sqrt().clamp(1e-3, 1.0);
    let failed = || Error::NotConverged {
        what: "the profile likelihood of a standard deviation",
        iterations: 60,
    };
    let mut profile = Profile::new(criterion(&rule), &solution, place);
    let low = profile.limit(target, guess, -1.0).ok_or_else(failed)?;
    let high = profile.limit(target, guess, 1.0).ok_or_else(failed)?;
    Ok((low, high))
}

/// The exact solution: that of the fit, unless its modes were stopped early.
fn exact(fit: &FittedMixed, rule: &Rule) -> Result<Solution> {
    let solution = fit.parts.solution.clone();
    if fit.options.modes == super::ModeSearch::Exact {
        return Ok(solution);
    }
    let start = super::search::Start {
        theta: solution.theta.iter().map(|t| t.max(0.1)).collect(),
        gamma: solution.gamma.clone(),
        extra: solution.extra,
        inverse: None,
    };
    Ok(super::search::search(&fit.cells, fit.model.family, rule, start, true)?.0)
}
