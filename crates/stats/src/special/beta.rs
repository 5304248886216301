//! The regularised incomplete beta function, its inverse, and Student's t on top of it.

use super::gamma::{deviance, stirling_error};
use super::normal::normal_quantile_upper;
use super::root::increasing_root;

/// The two shapes of a beta distribution, both greater than 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beta {
    pub(crate) a: f64,
    pub(crate) b: f64,
}

impl Beta {
    /// x^a y^b Γ(a+b+1) / (Γ(a+1) Γ(b+1)) with y = 1 - x: a binomial density for real arguments.
    fn kernel(self, x: f64, y: f64) -> f64 {
        let n = self.a + self.b;
        let log = stirling_error(n)
            - stirling_error(self.a)
            - stirling_error(self.b)
            - deviance(self.a, n * x)
            - deviance(self.b, n * y);
        log.exp() * (n / (2.0 * std::f64::consts::PI * self.a * self.b)).sqrt()
    }

    /// The density at `x`, given `y = 1 - x` so that neither end loses digits.
    fn density(self, x: f64, y: f64) -> f64 {
        self.kernel(x, y) * self.a * self.b / ((self.a + self.b) * x * y)
    }

    /// By how much the lower tail at `x` is less where the first shape is one more.
    pub(crate) fn lost(self, x: f64, y: f64) -> f64 {
        if x <= 0.0 || y <= 0.0 {
            return 0.0;
        }
        self.kernel(x, y) * self.b / (self.a + self.b)
    }

    /// The lower and the upper tail at `x`, given `y = 1 - x`.
    pub(crate) fn tails(self, x: f64, y: f64) -> (f64, f64) {
        if x <= 0.0 {
            return (0.0, 1.0);
        }
        if y <= 0.0 {
            return (1.0, 0.0);
        }
        // As a shape vanishes all mass goes to the ends, where the kernel's factors overflow.
        if self.a.min(self.b) < 1e-300 {
            let upper = self.a / (self.a + self.b);
            return (1.0 - upper, upper);
        }
        if x <= (self.a + 1.0) / (self.a + self.b + 2.0) {
            let lower = self.fraction(x, y);
            (lower, 1.0 - lower)
        } else {
            let upper = Beta {
                a: self.b,
                b: self.a,
            }
            .fraction(y, x);
            (1.0 - upper, upper)
        }
    }

    /// The continued fraction (modified Lentz), for x below the mean.
    fn fraction(self, x: f64, y: f64) -> f64 {
        const TINY: f64 = 1e-300;
        let Beta { a, b } = self;
        let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
        let mut c = 1.0;
        let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
        let mut h = d;
        for m in 1..10_000_000 {
            let m = f64::from(m);
            let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
            d = 1.0 / guard(1.0 + even * d);
            c = guard(1.0 + even / c);
            h *= d * c;
            let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
            d = 1.0 / guard(1.0 + odd * d);
            c = guard(1.0 + odd / c);
            let step = d * c;
            h *= step;
            if (step - 1.0).abs() < 1e-16 {
                break;
            }
        }
        (self.kernel(x, y) * b / (a + b) * h).clamp(0.0, 1.0)
    }
}

/// The `x` with lower tail `p`, `0 < p < 1`. For an upper tail swap the shapes and take `1 - x`.
pub(crate) fn beta_quantile(shape: Beta, p: f64) -> f64 {
    let Beta { a, b } = shape;
    // Where `a` is next to nothing the quantile is close to p^(1/a), smaller than any number here.
    if p.ln() <= a * f64::MIN_POSITIVE.ln() {
        return 0.0;
    }
    let n = a + b;
    let mean = a / n;
    let sd = (a * b / (n * n * (n + 1.0))).sqrt();
    let guess = mean - normal_quantile_upper(p) * sd;
    increasing_root(guess, 0.0, 1.0, |x| {
        let (lower, _) = shape.tails(x, 1.0 - x);
        (lower - p, shape.density(x, 1.0 - x))
    })
}

/// P(|T| >= |t|) for Student's t with `df` degrees of freedom.
fn student_two_sided(t: f64, df: f64) -> f64 {
    let t2 = t * t;
    Beta {
        a: 0.5 * df,
        b: 0.5,
    }
    .tails(df / (df + t2), t2 / (df + t2))
    .0
}

/// The `t` with P(T > t) = `tail` for `tail < 0.5`.
pub(crate) fn student_quantile_upper(tail: f64, df: f64) -> f64 {
    let z = normal_quantile_upper(tail);
    let mut high = z.max(1.0);
    while 0.5 * student_two_sided(high, df) > tail {
        high *= 4.0;
    }
    let guess = z + (z * z * z + z) / (4.0 * df);
    // Solved for ln t, in which the tail is close to a straight line at every df.
    let target = tail.ln();
    let t = increasing_root(guess.ln(), z.max(1e-12).ln() - 1.0, high.ln() + 1e-9, |u| {
        let t = u.exp();
        let t2 = t * t;
        let upper = 0.5 * student_two_sided(t, df);
        let shape = Beta {
            a: 0.5 * df,
            b: 0.5,
        };
        // dP/dt = density of t; |dx/dt| of x = df / (df + t^2) is 2 x y / t.
        let (x, y) = (df / (df + t2), t2 / (df + t2));
        let density = shape.density(x, y) * x * y / t;
        (target - upper.ln(), t * density / upper)
    });
    t.exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_that_vanishes_leaves_its_mass_at_one_end() {
        // Subnormal shapes, where a product of both has no digits left.
        for tiny in [5e-324, 6.025_593_579_680_66e-310, 1e-301] {
            for other in [1.0, 2_910.0] {
                for x in [1e-9, 0.5, 0.999] {
                    let near_zero = Beta { a: tiny, b: other }.tails(x, 1.0 - x);
                    let near_one = Beta { a: other, b: tiny }.tails(x, 1.0 - x);
                    assert!(near_zero.0 >= 1.0 && near_zero.1 < 1e-300, "{near_zero:?}");
                    assert!(near_one.0 <= 0.0 && near_one.1 >= 1.0, "{near_one:?}");
                }
            }
        }
    }

    #[test]
    fn student_quantiles_are_those_of_r() {
        // R 4.2.2: qt(0.975, df), qt(0.999, df)
        for (df, tail, expected) in [
            (1.0, 0.025, 12.706_204_736_174_694),
            (2.0, 0.025, 4.302_652_729_749_462),
            (7.0, 0.001, 4.785_289_628_638_333),
            (25.0, 0.025, 2.059_538_552_753_298),
            (1e6, 0.025, 1.959_966_356_814_107),
        ] {
            let found = student_quantile_upper(tail, df);
            assert!((found / expected - 1.0).abs() < 1e-11, "df {df}: {found}");
        }
    }
}
