//! The posterior of the log ratio of a group's own rate to what is expected of it.
//! What is quoted of it is in the module above.

use super::super::regression::LeftOut;

/// The step of a grid in standard deviations. The trapezium rule is exact to rounding here, and a
/// cell's own integral, corrected by the slopes at its ends, to about 1e-6.
const STEP: f64 = 0.25;
/// A density this far below its mode, on the log scale, is nothing.
const NOTHING: f64 = 28.0;
/// Points on one side of a mode, were the density ever so long-tailed.
const MOST: usize = 400;
/// How far a normal kernel reaches, in standard deviations.
const REACH: f64 = 6.5;
/// A kernel narrower than this part of the density that it smooths is put in by its moments.
const NARROW: f64 = 0.2;

/// A density on an even grid: between its points the distribution function is the polynomial that
/// has the function's values, densities and slopes at both of them.
pub(super) struct Density {
    first: f64,
    step: f64,
    /// The density times the step, and its slope times the step squared.
    points: Vec<(f64, f64)>,
    /// The distribution function at the points.
    below: Vec<f64>,
}

impl Density {
    /// From densities and slopes, in any unit of probability.
    fn new(first: f64, step: f64, mut points: Vec<(f64, f64)>) -> Self {
        let mut below = Vec::with_capacity(points.len());
        let (mut total, mut last) = (0.0, None);
        // Of figures beyond what can be computed nothing is left; what is asked of it is not finite.
        points.resize(points.len().max(2), (f64::NAN, f64::NAN));
        for point in &mut points {
            *point = (point.0.max(0.0) * step, point.1 * step * step);
            if let Some((density, slope)) = last {
                let cell: f64 = 0.5 * (density + point.0) + (slope - point.1) / 12.0;
                total += cell.max(0.0);
            }
            below.push(total);
            last = Some(*point);
        }
        for (point, below) in points.iter_mut().zip(&mut below) {
            *point = (point.0 / total, point.1 / total);
            *below /= total;
        }
        Density {
            first,
            step,
            points,
            below,
        }
    }

    /// The distribution function and the density a share of the way through a cell, in steps.
    fn within(&self, cell: usize, share: f64) -> (f64, f64) {
        let (from, to) = (self.points[cell], self.points[cell + 1]);
        let rise = self.below[cell + 1] - self.below[cell];
        // Quintic: value, density and slope at both ends.
        let (a1, a2) = (from.0, 0.5 * from.1);
        let b0 = rise - a1 - a2;
        let b1 = to.0 - a1 - 2.0 * a2;
        let b2 = to.1 - 2.0 * a2;
        let a3 = 10.0 * b0 - 4.0 * b1 + 0.5 * b2;
        let a4 = -15.0 * b0 + 7.0 * b1 - b2;
        let a5 = 6.0 * b0 - 3.0 * b1 + 0.5 * b2;
        let s = share;
        let value = s * (a1 + s * (a2 + s * (a3 + s * (a4 + s * a5))));
        let density = a1 + s * (2.0 * a2 + s * (3.0 * a3 + s * (4.0 * a4 + s * 5.0 * a5)));
        (self.below[cell] + value, density)
    }

    /// P(log ratio <= at).
    pub(super) fn below(&self, at: f64) -> f64 {
        let place = (at - self.first) / self.step;
        let last = self.points.len() - 1;
        if place.is_nan() || place <= 0.0 {
            return 0.0;
        }
        if place >= last as f64 {
            return 1.0;
        }
        let cell = self.cell(|k| k as f64 <= place);
        self.within(cell, place - cell as f64).0
    }

    /// The last cell whose start passes a test that the first ones pass.
    fn cell(&self, passes: impl Fn(usize) -> bool) -> usize {
        let (mut low, mut high) = (0, self.points.len() - 1);
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if passes(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    pub(super) fn quantile(&self, p: f64) -> f64 {
        let cell = self.cell(|k| self.below[k] <= p);
        let (mut low, mut high) = (0.0, 1.0);
        let mut share = 0.5;
        for _ in 0..60 {
            let (value, density) = self.within(cell, share);
            if value > p {
                high = share;
            } else {
                low = share;
            }
            let newton = share - (value - p) / density;
            let next = if newton > low && newton < high {
                newton
            } else {
                0.5 * (low + high)
            };
            let moved = next - share;
            share = next;
            if moved.abs() < 1e-13 {
                break;
            }
        }
        self.first + self.step * (cell as f64 + share)
    }
}

/// Counts are Poisson (their information divided by the dispersion) around the expectation times
/// exp(t), t = v + the error of the expectation; v is normal with the spread of groups or, without
/// a spread, flat. What is wanted is v. Given t it is normal, its mean a weighted one of t and of
/// the prior's, so its density is that of t, scaled and smoothed.
pub(super) fn posterior(group: &LeftOut) -> Density {
    let spread = group.sigma * group.sigma;
    let error = group.std_error * group.std_error;
    let has_prior = spread > 0.0;
    // Jeffreys' half a count keeps a flat prior proper at a count of 0.
    let half = if has_prior { 0.0 } else { 0.5 };
    let whole = Whole {
        count: group.observed / group.dispersion + half,
        mean: group.expected / group.dispersion,
        centre: group.centre(),
        precision: if has_prior {
            1.0 / (spread + error)
        } else {
            0.0
        },
    };
    let share = if has_prior {
        spread / (spread + error)
    } else {
        1.0
    };
    let width = (share * error).sqrt();
    let mode = whole.mode();
    let scale = 1.0 / (whole.mean * mode.exp() + whole.precision).sqrt();
    let step = STEP * scale;
    let kernel = width / share;
    let narrow = kernel < NARROW * scale;
    let variance = if narrow { kernel * kernel } else { 0.0 };
    let (first, points) = whole.grid(mode, step, variance);
    let start = whole.centre + share * (first - whole.centre);
    if narrow {
        let points = points
            .iter()
            .map(|&(f, slope)| (f / share, slope / (share * share)));
        return Density::new(start, share * step, points.collect());
    }
    smoothed(start, share * step, &points, width)
}

/// The density of t, up to a factor.
struct Whole {
    count: f64,
    mean: f64,
    centre: f64,
    precision: f64,
}

impl Whole {
    /// Where count t − mean e^t − precision (t − centre)² / 2 is highest, or near enough.
    fn mode(&self) -> f64 {
        let mut mode = if self.precision > 0.0 {
            self.centre
        } else {
            (self.count / self.mean).ln()
        };
        for _ in 0..200 {
            let rate = self.mean * f64::exp(mode);
            let pull = self.count - rate - self.precision * (mode - self.centre);
            let step = pull / (rate + self.precision);
            mode += step.clamp(-1.0, 1.0);
            if step.abs() < 1e-7 {
                break;
            }
        }
        mode
    }

    /// The first point of the grid, and density and slope at all of them, smoothed by a narrow
    /// normal kernel of that variance.
    fn grid(&self, mode: f64, step: f64, variance: f64) -> (f64, Vec<(f64, f64)>) {
        let mut points = self.side(mode, -step, variance);
        let first = mode - step * (points.len() - 1) as f64;
        points.reverse();
        points.extend(self.side(mode, step, variance).into_iter().skip(1));
        (first, points)
    }

    /// From the mode in steps until the density is nothing.
    fn side(&self, mode: f64, step: f64, variance: f64) -> Vec<(f64, f64)> {
        let (peak, factor) = (self.mean * mode.exp(), step.exp());
        let off = mode - self.centre;
        let (mut away, mut rate) = (0.0, peak);
        let mut points = Vec::with_capacity(64);
        while points.len() < MOST {
            // From the mode, so that large counts do not cancel.
            let log = self.count * away
                - (rate - peak)
                - 0.5 * self.precision * away * (away + 2.0 * off);
            let slope = self.count - rate - self.precision * (away + off);
            points.push(smoothed_point(
                log.exp(),
                [slope, -rate - self.precision, -rate],
                variance,
            ));
            if log < -NOTHING {
                break;
            }
            away += step;
            rate *= factor;
        }
        points
    }
}

/// A density and its slope after smoothing by a narrow normal kernel with variance V, f + V f''/2 +
/// V² f''''/8: from the first three derivatives of its log, of which all further are the third.
fn smoothed_point(density: f64, [l1, l2, l3]: [f64; 3], variance: f64) -> (f64, f64) {
    if variance <= 0.0 {
        return (density, density * l1);
    }
    let (s1, s2) = (l1 * l1, l2 * l2);
    let second = l2 + s1;
    let third = l3 + 3.0 * l1 * l2 + l1 * s1;
    let fourth = l3 + 4.0 * l1 * l3 + 3.0 * s2 + 6.0 * s1 * l2 + s1 * s1;
    let fifth = l3
        + 5.0 * l1 * l3
        + 10.0 * (l2 * l3 + s1 * l3 + l1 * s1 * l2)
        + 15.0 * l1 * s2
        + s1 * s1 * l1;
    let (half, eighth) = (0.5 * variance, 0.125 * variance * variance);
    (
        density * (1.0 + half * second + eighth * fourth),
        density * (l1 + half * third + eighth * fifth),
    )
}

/// The density at `start` and every `step`, smoothed by a normal kernel of that width.
fn smoothed(start: f64, step: f64, points: &[(f64, f64)], width: f64) -> Density {
    let total: f64 = points.iter().map(|p| p.0).sum();
    let places = || points.iter().enumerate().map(|(i, p)| (i as f64, p.0));
    let centre = places().map(|(i, f)| i * f).sum::<f64>() / total;
    let squares: f64 = places().map(|(i, f)| (i - centre) * (i - centre) * f).sum();
    let own = step * (squares / total).sqrt();
    let fine = STEP * own.hypot(width);
    let first = start - REACH * width;
    let last = start + step * (points.len() - 1) as f64 + REACH * width;
    let count = ((last - first) / fine).ceil().max(2.0);
    // The kernel from one point to the next: it and its ratio to the one before are products.
    let delta = step / width;
    let ratio = (-delta * delta).exp();
    let mut out = Vec::new();
    let (mut k, mut from) = (0.0, 0);
    while k <= count {
        let at = first + k * fine;
        let place = |i: usize| (at - start) / width - i as f64 * delta;
        while from < points.len() && place(from) > REACH {
            from += 1;
        }
        let mut z = place(from);
        let mut kernel = (-0.5 * z * z).exp();
        let mut factor = (z * delta - 0.5 * delta * delta).exp();
        let (mut density, mut slope) = (0.0, 0.0);
        for point in &points[from..] {
            if z < -REACH {
                break;
            }
            density += point.0 * kernel;
            slope -= point.0 * kernel * z;
            kernel *= factor;
            factor *= ratio;
            z -= delta;
        }
        out.push((density, slope / width));
        k += 1.0;
    }
    Density::new(first, fine, out)
}
