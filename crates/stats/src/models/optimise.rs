//! Minimisation of a smooth function of a few parameters from its value and gradient: BFGS to get
//! near, Newton with a differenced Hessian to arrive, and the Hessian there.
//! Nocedal and Wright (2006), ch. 6. Knows nothing of likelihoods.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::convergence::{Convergence, Stop};

/// A function with its gradient; `None` where it cannot be computed.
pub(super) trait Objective {
    fn evaluate(&mut self, at: &[f64]) -> Option<(f64, Vec<f64>)>;

    /// The second derivatives, where they have a closed form; else they are found by differences.
    fn hessian(&mut self, _at: &[f64]) -> Option<DMatrix<f64>> {
        None
    }
}

/// Where a minimisation ended.
#[derive(Debug, Clone)]
pub(super) struct Minimum {
    pub(super) at: Vec<f64>,
    pub(super) value: f64,
    /// Of the function itself.
    pub(super) hessian: DMatrix<f64>,
    pub(super) convergence: Convergence,
}

/// The longest step in any parameter: all are on the scale of a linear predictor.
const LONGEST: f64 = 2.0;
/// A promised gain that ends the first stage.
const NEAR: f64 = 1e-5;
/// A promised gain that is as good as none, relative to the size of the function.
const ARRIVED: f64 = 1e-17;
/// A promised gain that is small enough to call the result a minimum.
const GOOD: f64 = 1e-8;
const ITERATIONS: usize = 300;
const NEWTON_STEPS: usize = 25;

struct Walk<'a, O> {
    objective: &'a mut O,
    at: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    iterations: usize,
    evaluations: usize,
}

/// The minimum near `start`; `inverse` guesses the inverse of the Hessian there. `None` when the
/// function cannot be computed at the start, or is so steep where the walk ends that what another step
/// promises is no number: such a place is no estimate.
pub(super) fn minimise<O: Objective>(
    objective: &mut O,
    start: &[f64],
    inverse: DMatrix<f64>,
) -> Option<Minimum> {
    let mut walk = Walk::new(objective, start)?;
    let inverse = walk.approach(inverse, NEAR);
    Some(walk.arrive(&inverse)).filter(|found| found.convergence.distance.is_finite())
}

/// As [`minimise`], but stops when little more is to be gained, without the Hessian.
pub(super) fn descend<O: Objective>(
    objective: &mut O,
    start: &[f64],
    inverse: DMatrix<f64>,
    near: f64,
) -> Option<(Vec<f64>, f64, DMatrix<f64>)> {
    let mut walk = Walk::new(objective, start)?;
    let inverse = walk.approach(inverse, near);
    Some((walk.at, walk.value, inverse))
}

/// The minimum near `start` to rounding, without the Hessian there: for the many fits that differ
/// little from one whose inverse Hessian is known.
pub(super) fn refine<O: Objective>(
    objective: &mut O,
    start: &[f64],
    inverse: DMatrix<f64>,
) -> Option<(Vec<f64>, f64)> {
    let mut walk = Walk::new(objective, start)?;
    let mut inverse = inverse;
    // Close by, values of large sums differ by rounding only and the gradient decides. Where that
    // does not get there, values once more.
    for near in [1e-7, 1e-9] {
        inverse = walk.approach(inverse, near);
        for _ in 0..30 {
            let gradient = DVector::from_column_slice(&walk.gradient);
            let direction = -(&inverse * &gradient);
            let before = -direction.dot(&gradient);
            if before <= 1e-18 {
                return Some((walk.at, walk.value));
            }
            if before.is_nan() || !walk.settle(&direction, &inverse, before) {
                break;
            }
            let after = DVector::from_column_slice(&walk.gradient);
            update(&mut inverse, &direction, &(after - gradient));
        }
    }
    Some((walk.at, walk.value))
}

impl<'a, O: Objective> Walk<'a, O> {
    fn new(objective: &'a mut O, start: &[f64]) -> Option<Self> {
        let (value, gradient) = objective.evaluate(start)?;
        (value.is_finite() && gradient.iter().all(|g| g.is_finite())).then(|| Walk {
            objective,
            at: start.to_vec(),
            value,
            gradient,
            iterations: 0,
            evaluations: 1,
        })
    }

    fn evaluate(&mut self, at: &[f64]) -> Option<(f64, Vec<f64>)> {
        self.evaluations += 1;
        let (value, gradient) = self.objective.evaluate(at)?;
        (value.is_finite() && gradient.iter().all(|g| g.is_finite())).then_some((value, gradient))
    }

    /// BFGS until the promised gain is below `near` or no step helps.
    fn approach(&mut self, mut inverse: DMatrix<f64>, near: f64) -> DMatrix<f64> {
        let mut fresh = false;
        while self.iterations < ITERATIONS {
            let gradient = DVector::from_column_slice(&self.gradient);
            let mut direction = -(&inverse * &gradient);
            let mut slope = direction.dot(&gradient);
            if slope.is_nan() || slope >= 0.0 {
                direction = -gradient.clone();
                slope = -gradient.norm_squared();
            }
            if -slope < near {
                break;
            }
            self.iterations += 1;
            let Some((step, change)) = self.step(&direction, slope) else {
                if fresh {
                    break;
                }
                inverse =
                    DMatrix::identity(self.at.len(), self.at.len()) / gradient.amax().max(1.0);
                fresh = true;
                continue;
            };
            fresh = false;
            update(&mut inverse, &step, &change);
        }
        inverse
    }

    /// Moves along a direction; the step taken and the change of the gradient, or nothing when the
    /// function does not fall.
    fn step(
        &mut self,
        direction: &DVector<f64>,
        slope: f64,
    ) -> Option<(DVector<f64>, DVector<f64>)> {
        let from = self.at.clone();
        let (value, gradient) = (self.value, self.gradient.clone());
        let mut share = (LONGEST / direction.amax().max(f64::MIN_POSITIVE)).min(1.0);
        let point = |share: f64| -> Vec<f64> {
            from.iter()
                .zip(direction.iter())
                .map(|(a, d)| a + share * d)
                .collect()
        };
        let mut best: Option<(f64, f64, Vec<f64>)> = None;
        for _ in 0..40 {
            match self.evaluate(&point(share)) {
                Some((v, g)) if v <= value + 1e-4 * share * slope => {
                    let along: f64 = g.iter().zip(direction.iter()).map(|(g, d)| g * d).sum();
                    let better = best.as_ref().is_none_or(|b| v < b.1);
                    if better {
                        best = Some((share, v, g));
                    }
                    // Still going down steeply: a longer step is worth a look.
                    if !better || along > 0.9 * slope || share * direction.amax() >= LONGEST {
                        break;
                    }
                    share *= 2.5;
                }
                found => {
                    if best.is_some() {
                        break;
                    }
                    share *= match found {
                        Some((v, _)) => {
                            (-0.5 * share * slope / (v - value - share * slope)).clamp(0.1, 0.5)
                        }
                        None => 0.2,
                    };
                }
            }
        }
        let (share, v, g) = best?;
        self.at = point(share);
        self.value = v;
        let change = DVector::from_iterator(g.len(), g.iter().zip(&gradient).map(|(a, b)| a - b));
        self.gradient = g;
        Some((direction * share, change))
    }

    /// The Hessian in closed form or by central differences of the gradient, each step a thousandth
    /// of the parameter's own uncertainty.
    fn hessian(&mut self, inverse: &DMatrix<f64>) -> DMatrix<f64> {
        if let Some(hessian) = self.objective.hessian(&self.at) {
            return hessian;
        }
        let n = self.at.len();
        let mut hessian = DMatrix::zeros(n, n);
        for j in 0..n {
            let h = (1e-3 * (2.0 * inverse[(j, j)]).max(0.0).sqrt()).clamp(1e-6, 1e-2);
            let mut beside = |by: f64| {
                let mut at = self.at.clone();
                at[j] += by;
                self.evaluate(&at).map(|(_, g)| g)
            };
            let (above, below) = (beside(h), beside(-h));
            for i in 0..n {
                hessian[(i, j)] = match (&above, &below) {
                    (Some(a), Some(b)) => (a[i] - b[i]) / (2.0 * h),
                    (Some(a), None) => (a[i] - self.gradient[i]) / h,
                    (None, Some(b)) => (self.gradient[i] - b[i]) / h,
                    (None, None) => 0.0,
                };
            }
        }
        (&hessian + hessian.transpose()) * 0.5
    }

    /// Newton steps until nothing is left to gain.
    fn arrive(mut self, inverse: &DMatrix<f64>) -> Minimum {
        let mut hessian = self.hessian(inverse);
        let mut stop = Stop::Iterations;
        let mut distance = f64::INFINITY;
        for step in 0..NEWTON_STEPS {
            let guarded = guarded_inverse(&hessian);
            let gradient = DVector::from_column_slice(&self.gradient);
            let direction = -(&guarded * &gradient);
            let slope = direction.dot(&gradient);
            distance = -slope;
            if distance <= ARRIVED * (1.0 + self.value.abs()) {
                stop = Stop::Settled;
                break;
            }
            self.iterations += 1;
            let before = distance;
            if before < GOOD && step > 0 {
                // So close that values differ by rounding only: the gradient decides.
                if !self.settle(&direction, &guarded, before) {
                    stop = Stop::Settled;
                    break;
                }
                continue;
            }
            if self.step(&direction, slope).is_none() && !self.settle(&direction, &guarded, before)
            {
                stop = Stop::NoProgress;
                break;
            }
            // Far from a quadratic the Hessian must follow.
            if before > GOOD {
                hessian = self.hessian(&guarded);
            }
        }
        let convergence = Convergence {
            converged: distance < GOOD * (1.0 + 1e-6 * self.value.abs()),
            stop,
            iterations: self.iterations,
            evaluations: self.evaluations,
            distance: distance.max(0.0),
        };
        Minimum {
            at: self.at,
            value: self.value,
            hessian,
            convergence,
        }
    }

    /// Takes a Newton step if it shortens the gradient; whether it did.
    fn settle(&mut self, direction: &DVector<f64>, inverse: &DMatrix<f64>, before: f64) -> bool {
        let at: Vec<f64> = self
            .at
            .iter()
            .zip(direction.iter())
            .map(|(a, d)| a + d)
            .collect();
        let Some((value, gradient)) = self.evaluate(&at) else {
            return false;
        };
        let g = DVector::from_column_slice(&gradient);
        let after = (inverse * &g).dot(&g);
        if !(after < 0.5 * before && value <= self.value + 1e-9 * (1.0 + self.value.abs())) {
            return false;
        }
        (self.at, self.value, self.gradient) = (at, value, gradient);
        true
    }
}

/// The BFGS update of an inverse Hessian.
fn update(inverse: &mut DMatrix<f64>, step: &DVector<f64>, change: &DVector<f64>) {
    let curvature = step.dot(change);
    if curvature.is_nan() || curvature <= 1e-10 * step.norm() * change.norm() {
        return;
    }
    let by = &*inverse * change;
    let scale = (1.0 + change.dot(&by) / curvature) / curvature;
    let cross = (&by * step.transpose() + step * by.transpose()) / curvature;
    *inverse += step * step.transpose() * scale - cross;
}

/// The inverse of a symmetric matrix with its eigenvalues made positive, so that the Newton
/// direction goes down.
pub(super) fn guarded_inverse(hessian: &DMatrix<f64>) -> DMatrix<f64> {
    if hessian.is_empty() {
        return hessian.clone();
    }
    let eigen = SymmetricEigen::new(hessian.clone());
    let largest = eigen.eigenvalues.amax().max(f64::MIN_POSITIVE);
    let inverses = eigen
        .eigenvalues
        .map(|v| 1.0 / v.abs().max(1e-10 * largest));
    &eigen.eigenvectors * DMatrix::from_diagonal(&inverses) * eigen.eigenvectors.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Rosenbrock;

    impl Objective for Rosenbrock {
        fn evaluate(&mut self, at: &[f64]) -> Option<(f64, Vec<f64>)> {
            let (x, y) = (at[0], at[1]);
            let value = (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2);
            let slopes = vec![
                -2.0 * (1.0 - x) - 400.0 * x * (y - x * x),
                200.0 * (y - x * x),
            ];
            Some((value, slopes))
        }
    }

    struct Nowhere;

    impl Objective for Nowhere {
        fn evaluate(&mut self, _: &[f64]) -> Option<(f64, Vec<f64>)> {
            None
        }
    }

    #[test]
    fn it_finds_the_bottom_of_a_bent_valley() {
        let found = minimise(&mut Rosenbrock, &[-1.2, 1.0], DMatrix::identity(2, 2));
        let found = found.expect("a value everywhere");
        assert!((found.at[0] - 1.0).abs() < 1e-8 && (found.at[1] - 1.0).abs() < 1e-8);
        assert!(found.convergence.converged);
        assert!((found.hessian[(0, 0)] - 802.0).abs() < 1e-2);
    }

    #[test]
    fn a_function_without_values_has_no_minimum() {
        assert!(minimise(&mut Nowhere, &[0.0], DMatrix::identity(1, 1)).is_none());
    }
}
