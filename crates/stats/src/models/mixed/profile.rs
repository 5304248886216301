//! Profile likelihood of one effect's standard deviation: the other parameters at their best for
//! every value of it. What is quoted of the interval is in `spread`.

use nalgebra::{DMatrix, DVector};

use super::super::optimise::{Objective, descend, guarded_inverse};
use super::super::reach::{Point, Search, reach};
use super::ending::Solution;
use super::engine::Engine;
use super::fitted::FittedMixed;
use super::quadrature::Rule;
use super::search::Criterion;
use crate::error::{Error, Result};

/// A promised gain that is as good as none for a rise.
const NEAR: f64 = 1e-9;

/// A criterion with one parameter held.
struct Pinned<'a, 'b> {
    criterion: &'b mut Criterion<'a>,
    place: usize,
    value: f64,
    /// The derivative in the parameter that is held, where the criterion was last computed.
    slope: f64,
}

impl Objective for Pinned<'_, '_> {
    fn evaluate(&mut self, at: &[f64]) -> Option<(f64, Vec<f64>)> {
        let mut whole = at.to_vec();
        whole.insert(self.place, self.value);
        let (value, mut slopes) = self.criterion.evaluate(&whole)?;
        self.slope = slopes.remove(self.place);
        Some((value, slopes))
    }
}

/// The other parameters at their best for a value of the one that is held.
#[derive(Clone)]
struct Best {
    held: f64,
    rest: Vec<f64>,
    /// The inverse of their Hessian, roughly.
    inverse: DMatrix<f64>,
}

/// The profile around a solution.
struct Profile<'a> {
    criterion: Criterion<'a>,
    place: usize,
    top: Best,
    /// How the other parameters move with the one held at the solution.
    drift: DVector<f64>,
    /// Where the profile was last looked at.
    last: Best,
    least: f64,
}

impl<'a> Profile<'a> {
    fn new(criterion: Criterion<'a>, solution: &Solution, place: usize) -> Self {
        let hessian = &solution.hessian;
        let others = hessian.clone().remove_row(place).remove_column(place);
        let cross = hessian.column(place).clone_owned().remove_row(place);
        let inverse = guarded_inverse(&others);
        let mut rest = solution.parameters();
        let held = rest.remove(place);
        let drift = -(&inverse * cross);
        let top = Best {
            held,
            rest,
            inverse,
        };
        Profile {
            drift,
            criterion,
            place,
            last: top.clone(),
            top,
            least: solution.value,
        }
    }

    /// Where the other parameters are likely to be best: on the line through the solution and the
    /// last place, and on the tangent before there is one.
    fn guess(&self, held: f64) -> Vec<f64> {
        let (top, last) = (&self.top, &self.last);
        let way = last.held - top.held;
        let along = |(i, from): (usize, &f64)| {
            let slope = if way == 0.0 {
                self.drift[i]
            } else {
                (last.rest[i] - from) / way
            };
            from + (held - top.held) * slope
        };
        top.rest.iter().enumerate().map(along).collect()
    }

    /// The profile where the parameter is held at a value.
    fn at(&mut self, held: f64) -> Option<Point> {
        let start = self.guess(held);
        let mut pinned = Pinned {
            criterion: &mut self.criterion,
            place: self.place,
            value: held,
            slope: f64::NAN,
        };
        let (rest, value, inverse) = if start.is_empty() {
            (start, pinned.evaluate(&[])?.0, self.top.inverse.clone())
        } else {
            descend(&mut pinned, &start, self.last.inverse.clone(), NEAR)
                .or_else(|| descend(&mut pinned, &self.top.rest, self.top.inverse.clone(), NEAR))?
        };
        let slope = pinned.slope;
        self.last = Best {
            held,
            rest,
            inverse,
        };
        Some(Point {
            rise: value - self.least,
            slope,
        })
    }

    /// Where the rise is `target` on the side of `sign`, starting a normal interval away.
    fn limit(&mut self, target: f64, guess: f64, sign: f64) -> Option<f64> {
        let own = self.top.held;
        let mut search = Search {
            target,
            first: guess,
            beyond: None,
            most: f64::INFINITY,
        };
        if sign < 0.0 {
            if self.at(0.0)?.rise <= target {
                return Some(0.0);
            }
            search.first = guess.min(0.5 * own);
            search.beyond = Some(own);
        }
        self.last = self.top.clone();
        let away = reach(search, |t| {
            let point = self.at(own + sign * t)?;
            Some(Point {
                slope: sign * point.slope,
                ..point
            })
        })?;
        Some(own + sign * away)
    }
}

/// The limits of a parameter of the spread between which −2 ln L rises by less than `target`.
pub(super) fn limits(fit: &FittedMixed, place: usize, target: f64) -> Result<(f64, f64)> {
    let rule = fit.model.rule(&fit.options)?;
    let solution = exact(fit, &rule)?;
    let mut engine = Engine::new(&fit.cells, fit.model.family);
    engine.set_gamma(&solution.gamma);
    let criterion = Criterion::new(engine, solution.layout, &rule);
    let curvature = solution.hessian[(place, place)].max(1e-3);
    let guess = (2.0 * target / curvature).sqrt().clamp(1e-3, 1.0);
    let failed = || Error::NotConverged {
        what: "the profile likelihood of a standard deviation",
        iterations: 100,
    };
    let mut profile = Profile::new(criterion, &solution, place);
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
