//! The tail probabilities that fits quote, on the crate's own distribution functions.
//! Distribution functions themselves belong to `special`.

use crate::special::{Beta, gamma_tails, normal_two_sided, poisson_density};

/// P(Z <= x).
pub(super) fn normal_lower(x: f64) -> f64 {
    let both = 0.5 * normal_two_sided(x);
    if x >= 0.0 { 1.0 - both } else { both }
}

/// P(|T| >= |t|) for Student's t with `df` degrees of freedom.
pub(super) fn student_two_sided(t: f64, df: f64) -> f64 {
    let square = t * t;
    let shape = Beta {
        a: 0.5 * df,
        b: 0.5,
    };
    shape.tails(df / (df + square), square / (df + square)).0
}

/// P(X <= x) for a noncentral F with those degrees of freedom and noncentrality: a Poisson mixture
/// of beta tails, summed outwards from its middle.
pub(super) fn noncentral_f_lower(x: f64, above: f64, below: f64, noncentrality: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let share = above * x / (above * x + below);
    let rest = below / (above * x + below);
    let mean = 0.5 * noncentrality;
    let term = |j: f64| {
        let weight = if mean > 0.0 {
            poisson_density(j, mean)
        } else {
            1.0
        };
        let shape = Beta {
            a: 0.5 * above + j,
            b: 0.5 * below,
        };
        weight * shape.tails(share, rest).0
    };
    let middle = mean.floor();
    let mut total = term(middle);
    if mean <= 0.0 {
        return total;
    }
    let reach = 10.0 + 9.0 * mean.sqrt();
    let mut j = middle + 1.0;
    while j <= middle + reach {
        total += term(j);
        j += 1.0;
    }
    let mut j = middle - 1.0;
    while j >= 0.0 && j >= middle - reach {
        total += term(j);
        j -= 1.0;
    }
    total.clamp(0.0, 1.0)
}

/// P(X <= k) for a Poisson count with that mean.
pub(super) fn poisson_lower(k: f64, mean: f64) -> f64 {
    if k < 0.0 {
        return 0.0;
    }
    if mean <= 0.0 {
        return 1.0;
    }
    gamma_tails(k.floor() + 1.0, mean).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_r() {
        // R 4.2.2: pnorm(c(-1.5, 2)), 2 * pt(-2.1, 7), pf(3, 2, 20, ncp = 5), ppois(3, 4.5)
        assert!((normal_lower(-1.5) - 0.066_807_201_268_858_07).abs() < 1e-14);
        assert!((normal_lower(2.0) - 0.977_249_868_051_820_8).abs() < 1e-14);
        assert!((student_two_sided(2.1, 7.0) - 0.073_871_196_212_922_6).abs() < 1e-12);
        // R's own series stops at 1e-9.
        assert!((noncentral_f_lower(3.0, 2.0, 20.0, 5.0) - 0.484_131_732_717_944_6).abs() < 1e-9);
        assert!((poisson_lower(3.0, 4.5) - 0.342_295_955_834_591_1).abs() < 1e-13);
    }
}
