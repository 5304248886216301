//! Quantiles of gamma distributions of one level for very many shapes: polynomials between Chebyshev's nodes.

use super::GammaQuantile;

/// Nodes of a piece. The quantile is analytic in the shape but at 0, so that on `[k, k + 1]` the error falls by a factor of
/// 5.8 with each node for k = 1 and faster beyond (Trefethen LN (2013). Approximation Theory and Approximation Practice,
/// theorem 8.2. ISBN 978-1-611972-39-9): below rounding with 20.
const NODES: usize = 20;

/// Thinner tails bend too much near a shape of 1 for so many nodes: their quantiles are found one by one.
const LEAST_TAIL: f64 = 4e-5;

/// The least shape of a piece; below, quantiles are found one by one.
const FROM: usize = 1;

/// The quantile that cuts off one tail as a function of the shape, worked out once.
#[derive(Debug, Clone)]
pub(crate) struct GammaQuantileCurve {
    quantile: GammaQuantile,
    /// Coefficients of Chebyshev's polynomials on `[FROM, FROM + 1]` and each unit from there.
    pieces: Vec<[f64; NODES]>,
}

impl GammaQuantileCurve {
    /// Works the pieces out up to the shape from which a quantile takes no iteration.
    pub(crate) fn new(quantile: GammaQuantile) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a shape of at most some hundreds"
        )]
        let to = if quantile.tail() < LEAST_TAIL {
            FROM
        } else {
            quantile.quick_from().clamp(FROM as f64, 1_000.0).floor() as usize
        };
        let piece = |from: usize| {
            let angle = |j: usize| std::f64::consts::PI * (j as f64 + 0.5) / NODES as f64;
            let at: [f64; NODES] =
                std::array::from_fn(|j| quantile.at(from as f64 + 0.5 + 0.5 * angle(j).cos()));
            std::array::from_fn(|k| {
                let sum: f64 = (0..NODES)
                    .map(|j| at[j] * (k as f64 * angle(j)).cos())
                    .sum();
                sum * if k == 0 { 1.0 } else { 2.0 } / NODES as f64
            })
        };
        Self {
            quantile,
            pieces: (FROM..to).map(piece).collect(),
        }
    }

    /// The quantile for a shape above 0.
    pub(crate) fn at(&self, shape: f64) -> f64 {
        let from = FROM as f64;
        if shape >= from && shape < from + self.pieces.len() as f64 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "not below 0, and below the number of pieces"
            )]
            let place = (shape - from) as usize;
            let x = 2.0 * (shape - from - place as f64) - 1.0;
            return clenshaw(&self.pieces[place], x);
        }
        self.quantile.at(shape)
    }
}

/// A sum of Chebyshev's polynomials by Clenshaw's recurrence (1955, doi:10.1090/S0025-5718-1955-0071856-0).
fn clenshaw(coefficients: &[f64; NODES], x: f64) -> f64 {
    let (mut last, mut before) = (0.0, 0.0);
    for c in coefficients[1..].iter().rev() {
        (last, before) = (c + 2.0 * x * last - before, last);
    }
    coefficients[0] + x * last - before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::Level;

    #[test]
    fn between_the_nodes_it_is_the_quantile() {
        let others = [0.5, 0.999_9].map(|level| Level::new(level).unwrap());
        for level in [Level::P95, Level::P998].into_iter().chain(others) {
            let (tail, z) = (level.tail(), level.z());
            for quantile in [GammaQuantile::lower(tail, z), GammaQuantile::upper(tail, z)] {
                let curve = GammaQuantileCurve::new(quantile);
                assert!(curve.pieces.len() > 20);
                let mut worst: f64 = 0.0;
                // Steps that no node is a multiple of, from below the first piece to beyond the last.
                let mut shape = 0.31;
                while shape < 150.0 {
                    let (ours, own) = (curve.at(shape), quantile.at(shape));
                    worst = worst.max((ours / own - 1.0).abs());
                    shape += 0.017_3;
                }
                assert!(worst < 2e-13, "{level:?}: {worst}");
            }
        }
        let thin = Level::new(0.999_999).unwrap();
        let quantile = GammaQuantile::lower(thin.tail(), thin.z());
        assert!(GammaQuantileCurve::new(quantile).pieces.is_empty());
    }
}
