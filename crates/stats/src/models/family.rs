//! What counts are taken to be, and the log-likelihood of one cell with its derivatives.
//! Nothing here knows covariates or groups: only a total, a size and a linear predictor.

use statrs::function::gamma::{digamma, ln_gamma};

/// The distribution of the counts, each with its usual link: log for counts, logit for proportions.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Family {
    /// Counts whose variance is their mean.
    Poisson,
    /// Counts whose variance is a multiple of their mean, the multiple estimated afterwards.
    /// Only for [`RegressionModel`](super::RegressionModel): it has no likelihood to mix.
    QuasiPoisson,
    /// Counts with variance mean + mean²/size, the size estimated with the rest.
    NegativeBinomial,
    /// As [`Family::NegativeBinomial`] with a size that is given, greater than 0.
    NegativeBinomialOfSize(f64),
    /// Proportions of a known number of trials.
    Binomial,
    /// Proportions whose variance is a multiple of the binomial's.
    /// Only for [`RegressionModel`](super::RegressionModel).
    QuasiBinomial,
}

impl Family {
    /// Whether the response is a number out of a number of trials.
    #[must_use]
    pub fn is_proportion(self) -> bool {
        matches!(self, Family::Binomial | Family::QuasiBinomial)
    }

    /// Whether the variance is scaled after the fit instead of being part of a likelihood.
    #[must_use]
    pub fn is_quasi(self) -> bool {
        matches!(self, Family::QuasiPoisson | Family::QuasiBinomial)
    }

    /// Whether the size of a negative binomial is estimated with the rest.
    pub(super) fn estimates_size(self) -> bool {
        matches!(self, Family::NegativeBinomial)
    }

    /// The kernel of the family, with `size` for a negative binomial whose size is estimated.
    pub(super) fn kernel(self, size: f64) -> Kernel {
        match self {
            Family::Poisson | Family::QuasiPoisson => Kernel::Poisson,
            Family::Binomial | Family::QuasiBinomial => Kernel::Binomial,
            Family::NegativeBinomial => Kernel::NegativeBinomial { size },
            Family::NegativeBinomialOfSize(size) => Kernel::NegativeBinomial { size },
        }
    }
}

/// The part of a cell's log-likelihood that depends on the linear predictor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kernel {
    Poisson,
    Binomial,
    NegativeBinomial { size: f64 },
}

/// One cell's log-likelihood and its derivatives in the linear predictor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) log_likelihood: f64,
    /// The first derivative.
    pub(super) score: f64,
    /// Minus the expected second derivative: the weight of Fisher scoring.
    pub(super) fisher: f64,
    /// Minus the second derivative itself; the same for a canonical link.
    pub(super) observed: f64,
    /// The derivative of `fisher`.
    pub(super) slope: f64,
}

/// The derivatives of one cell in the log of a negative binomial's size.
#[derive(Debug, Clone, Copy)]
pub(super) struct SizePoint {
    pub(super) log_likelihood: f64,
    pub(super) score: f64,
    pub(super) fisher: f64,
}

impl Kernel {
    pub(super) fn is_canonical(self) -> bool {
        !matches!(self, Kernel::NegativeBinomial { .. })
    }

    /// The mean of one unit of size: a rate or a probability.
    #[inline]
    pub(super) fn mean(self, eta: f64) -> f64 {
        match self {
            Kernel::Poisson | Kernel::NegativeBinomial { .. } => eta.exp(),
            Kernel::Binomial => {
                let e = (-eta.abs()).exp();
                let top = if eta >= 0.0 { 1.0 } else { e };
                top / (1.0 + e)
            }
        }
    }

    /// The slope of the mean in the linear predictor.
    #[inline]
    pub(super) fn mean_slope(self, eta: f64) -> f64 {
        match self {
            Kernel::Poisson | Kernel::NegativeBinomial { .. } => eta.exp(),
            Kernel::Binomial => {
                let e = (-eta.abs()).exp();
                e / ((1.0 + e) * (1.0 + e))
            }
        }
    }

    /// The variance of one response with the given mean per unit and number of units.
    pub(super) fn variance(self, mean: f64, size_of_cell: f64) -> f64 {
        match self {
            Kernel::Poisson => size_of_cell * mean,
            Kernel::Binomial => size_of_cell * mean * (1.0 - mean),
            Kernel::NegativeBinomial { size } => size_of_cell * mean * (1.0 + mean / size),
        }
    }

    #[inline]
    pub(super) fn point(self, total: f64, units: f64, eta: f64) -> Point {
        match self {
            Kernel::Poisson => {
                let mean = units * eta.exp();
                Point {
                    log_likelihood: total * eta - mean,
                    score: total - mean,
                    fisher: mean,
                    observed: mean,
                    slope: mean,
                }
            }
            Kernel::Binomial => {
                let e = (-eta.abs()).exp();
                let inverse = 1.0 / (1.0 + e);
                let p = if eta >= 0.0 { inverse } else { e * inverse };
                let weight = units * e * inverse * inverse;
                Point {
                    log_likelihood: total * eta - units * (eta.max(0.0) + e.ln_1p()),
                    score: total - units * p,
                    fisher: weight,
                    observed: weight,
                    slope: weight * (1.0 - 2.0 * p),
                }
            }
            Kernel::NegativeBinomial { size } => {
                let mean = eta.exp();
                let share = size / (size + mean);
                let spread = (mean / size).ln_1p();
                Point {
                    log_likelihood: total * (eta - spread) - units * size * spread,
                    score: (total - units * mean) * share,
                    fisher: units * mean * share,
                    observed: mean * share * share * (units + total / size),
                    slope: units * mean * share * share,
                }
            }
        }
    }

    /// The derivatives in the log of the size, without the terms that only depend on the counts.
    #[inline]
    pub(super) fn size_point(self, total: f64, units: f64, eta: f64) -> SizePoint {
        let Kernel::NegativeBinomial { size } = self else {
            return SizePoint {
                log_likelihood: 0.0,
                score: 0.0,
                fisher: 0.0,
            };
        };
        let mean = eta.exp();
        let share = size / (size + mean);
        let rest = mean / (size + mean);
        SizePoint {
            log_likelihood: size * units * (rest - (mean / size).ln_1p()) + total * rest,
            score: (total - units * mean) * share * rest,
            fisher: units * mean * share * rest,
        }
    }
}

/// Below this size the gamma functions are used as they are; above it their expansions are exact.
const LARGE_SIZE: f64 = 30.0;

/// ln Γ(y + k) − ln Γ(k) − y ln k, without cancellation for a large `k`.
pub(super) fn rising_log(y: f64, k: f64) -> f64 {
    if y <= 0.0 {
        return 0.0;
    }
    if k < LARGE_SIZE {
        return ln_gamma(y + k) - ln_gamma(k) - y * k.ln();
    }
    let s = y + k;
    (s - 0.5) * (y / k).ln_1p() - y + stirling_tail(s) - stirling_tail(k)
}

/// The derivative of [`rising_log`] in ln k.
pub(super) fn rising_log_slope(y: f64, k: f64) -> f64 {
    if y <= 0.0 {
        return 0.0;
    }
    if k < LARGE_SIZE {
        return k * (digamma(y + k) - digamma(k)) - y;
    }
    let s = y + k;
    k * ((y / k).ln_1p() + digamma_tail(s) - digamma_tail(k)) - y
}

/// ln Γ(x) minus (x − ½) ln x − x + ½ ln 2π, for x of 30 or more.
fn stirling_tail(x: f64) -> f64 {
    let r = 1.0 / (x * x);
    (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r / 1188.0)))) / x
}

/// The digamma function minus ln x, for x of 30 or more.
fn digamma_tail(x: f64) -> f64 {
    let r = 1.0 / (x * x);
    -0.5 / x
        - r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * (1.0 / 252.0 - r * (1.0 / 240.0 - r / 132.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernels() -> [Kernel; 3] {
        [
            Kernel::Poisson,
            Kernel::Binomial,
            Kernel::NegativeBinomial { size: 2.5 },
        ]
    }

    #[test]
    fn derivatives_are_those_of_the_log_likelihood() {
        let h = 1e-5;
        for kernel in kernels() {
            for eta in [-3.0, -0.4, 0.0, 0.7, 2.0] {
                let at = |e: f64| kernel.point(3.0, 7.0, e);
                let here = at(eta);
                let score = (at(eta + h).log_likelihood - at(eta - h).log_likelihood) / (2.0 * h);
                let observed = -(at(eta + h).score - at(eta - h).score) / (2.0 * h);
                let slope = (at(eta + h).fisher - at(eta - h).fisher) / (2.0 * h);
                assert!((here.score - score).abs() < 1e-7, "{kernel:?} {eta}");
                assert!((here.observed - observed).abs() < 1e-7, "{kernel:?} {eta}");
                assert!((here.slope - slope).abs() < 1e-7, "{kernel:?} {eta}");
            }
        }
    }

    #[test]
    fn the_size_has_the_derivatives_of_its_likelihood() {
        let h = 1e-5;
        for size in [0.3_f64, 4.0, 29.9, 31.0, 1e4] {
            let whole = |log_size: f64| {
                let size = log_size.exp();
                let point = Kernel::NegativeBinomial { size }.point(9.0, 2.0, 1.2);
                point.log_likelihood + 2.0 * rising_log(4.5, size)
            };
            let log_size = size.ln();
            let slope = (whole(log_size + h) - whole(log_size - h)) / (2.0 * h);
            let kernel = Kernel::NegativeBinomial { size };
            let found =
                kernel.size_point(9.0, 2.0, 1.2).log_likelihood + 2.0 * rising_log_slope(4.5, size);
            assert!((found - slope).abs() < 1e-6, "{size}: {found} {slope}");
        }
    }

    #[test]
    fn both_forms_of_the_rising_factorial_meet() {
        for y in [0.5, 3.0, 250.0, 1e5] {
            let direct = ln_gamma(y + 40.0) - ln_gamma(40.0) - y * 40.0_f64.ln();
            let found = rising_log(y, 40.0);
            assert!((found - direct).abs() < 1e-12 * (y + 100.0), "{y}");
            let slope = 40.0 * (digamma(y + 40.0) - digamma(40.0)) - y;
            let found = rising_log_slope(y, 40.0);
            assert!((found - slope).abs() < 1e-12 * (y + 100.0), "{y}");
        }
    }
}
