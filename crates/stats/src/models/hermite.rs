//! Gauss-Hermite nodes and weights, scaled for integrals against the standard normal density.
//! Golub and Welsch (1969) for the start, Newton on the Hermite functions for the last digits.

use nalgebra::{DMatrix, SymmetricEigen};

use super::family::Kernel;

/// One node with ln(weight e^{x²/2}) of the rule for ∫ f(x) φ(x) dx, so that the rule can be moved
/// and stretched to where a function is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Node {
    pub(super) x: f64,
    pub(super) log_weight: f64,
}

/// The rule with that many nodes, ascending.
pub(super) fn nodes(count: usize) -> Vec<Node> {
    // Jacobi matrix of the polynomials orthogonal under exp(-x²/2).
    let mut jacobi = DMatrix::zeros(count, count);
    for i in 1..count {
        let value = (i as f64).sqrt();
        jacobi[(i, i - 1)] = value;
        jacobi[(i - 1, i)] = value;
    }
    let mut starts: Vec<f64> = SymmetricEigen::new(jacobi)
        .eigenvalues
        .iter()
        .copied()
        .collect();
    starts.sort_by(f64::total_cmp);
    let half = count / 2;
    (0..count)
        .map(|i| {
            // Exactly symmetric, with an exact 0 in the middle.
            let x = if 2 * i + 1 == count {
                0.0
            } else if i < half {
                starts[i]
            } else {
                -starts[count - 1 - i]
            };
            refine(count, x)
        })
        .collect()
}

/// Normalised Hermite functions, He(x) exp(-x²/4) / sqrt(n!) for each degree n: the last two.
fn functions(count: usize, x: f64) -> (f64, f64) {
    let mut before = 0.0;
    let mut here = (-0.25 * x * x).exp();
    for n in 0..count {
        let next = (x * here - (n as f64).sqrt() * before) / ((n + 1) as f64).sqrt();
        before = here;
        here = next;
    }
    (here, before)
}

fn refine(count: usize, start: f64) -> Node {
    let mut x = start;
    let root = (count as f64).sqrt();
    for _ in 0..3 {
        let (value, before) = functions(count, x);
        // At a root h'_n = sqrt(n) h_{n-1}.
        x -= value / (root * before);
    }
    let (_, before) = functions(count, x);
    // w = 1 / (n h̃²) with h̃ = He_{n-1}/sqrt((n-1)!) = before · e^{x²/4}.
    let log_weight = -(count as f64).ln() - 2.0 * before.abs().ln();
    Node { x, log_weight }
}

/// The mean of a family over a normal scatter of the predictor.
pub(super) fn average_mean(kernel: Kernel, eta: f64, scatter: f64) -> f64 {
    match kernel {
        Kernel::Binomial if scatter > 0.0 => nodes(40)
            .iter()
            .map(|n| (n.log_weight - 0.5 * n.x * n.x).exp() * kernel.mean(eta + scatter * n.x))
            .sum(),
        Kernel::Binomial => kernel.mean(eta),
        _ => (eta + 0.5 * scatter * scatter).exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_the_normal_are_exact() {
        for count in [1, 2, 5, 9, 25, 60] {
            let rule = nodes(count);
            let moment = |k: i32| -> f64 {
                rule.iter()
                    .map(|n| (n.log_weight - 0.5 * n.x * n.x).exp() * n.x.powi(k))
                    .sum()
            };
            assert!((moment(0) - 1.0).abs() < 1e-13, "{count}: {}", moment(0));
            if count >= 3 {
                assert!((moment(2) - 1.0).abs() < 1e-12);
                assert!((moment(4) - 3.0).abs() < 1e-11);
            }
            assert!(moment(1).abs() < 1e-14);
        }
    }
}
