//! The best of a concave quadratic among numbers that are not negative: an active set of those that
//! are 0, as Lawson and Hanson (1974, ch. 23) change it for least squares.

use super::DECILES;

type Numbers = [f64; DECILES];

/// Changes of the active set before what is reached is taken: each raises the quadratic.
const CHANGES: usize = 10 * DECILES;

/// The `y` ≥ 0 at which g'(y − x) − (y − x)'H(y − x) / 2 is greatest, from an `x` ≥ 0. H is positive
/// definite; where rounding denies it, what was reached by then.
pub(super) fn best(hessian: &[Numbers; DECILES], gradient: &Numbers, x: &Numbers) -> Numbers {
    let mut y = *x;
    let mut free: [bool; DECILES] = std::array::from_fn(|d| x[d] > 0.0 || gradient[d] > 0.0);
    // The slope at 0, and what counts as none.
    let pull: Numbers = std::array::from_fn(|d| gradient[d] + product(&hessian[d], x));
    let least = 1e-14 * pull.iter().fold(0.0, |most: f64, p| most.max(p.abs()));
    for _ in 0..CHANGES {
        let Some(target) = solve(hessian, &pull, &free) else {
            break;
        };
        // As far towards the best of the free ones as none of them turns negative.
        let share = (0..DECILES)
            .filter(|&d| free[d] && target[d] < 0.0)
            .map(|d| y[d] / (y[d] - target[d]))
            .fold(1.0, f64::min);
        for d in 0..DECILES {
            if free[d] {
                let ends = target[d] < 0.0 && y[d] / (y[d] - target[d]) <= share;
                y[d] = if ends {
                    0.0
                } else {
                    (y[d] + share * (target[d] - y[d])).max(0.0)
                };
                free[d] = !ends;
            } else {
                y[d] = 0.0;
            }
        }
        if share < 1.0 {
            continue;
        }
        // All free ones are at their best: the one at 0 that pulls up most is let go.
        let up = |d: usize| pull[d] - product(&hessian[d], &y);
        let resting = (0..DECILES).filter(|&d| !free[d]);
        match resting.max_by(|&a, &b| up(a).total_cmp(&up(b))) {
            Some(d) if up(d) > least => free[d] = true,
            _ => break,
        }
    }
    y
}

fn product(a: &Numbers, b: &Numbers) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The solution of the equations of the free ones, by Cholesky's method; 0 for the others.
fn solve(matrix: &[Numbers; DECILES], right: &Numbers, free: &[bool; DECILES]) -> Option<Numbers> {
    let (mut places, mut k) = ([0; DECILES], 0);
    for d in (0..DECILES).filter(|&d| free[d]) {
        places[k] = d;
        k += 1;
    }
    let mut factor = [[0.0; DECILES]; DECILES];
    let mut solved = [0.0; DECILES];
    for a in 0..k {
        for b in 0..=a {
            let done: f64 = (0..b).map(|c| factor[a][c] * factor[b][c]).sum();
            let left = matrix[places[a]][places[b]] - done;
            if a > b {
                factor[a][b] = left / factor[b][b];
            } else if left > 0.0 {
                factor[a][a] = left.sqrt();
            } else {
                return None;
            }
        }
        let done: f64 = (0..a).map(|c| factor[a][c] * solved[c]).sum();
        solved[a] = (right[places[a]] - done) / factor[a][a];
    }
    let mut out = [0.0; DECILES];
    for a in (0..k).rev() {
        let done: f64 = (a + 1..k).map(|c| factor[c][a] * solved[c]).sum();
        solved[a] = (solved[a] - done) / factor[a][a];
        out[places[a]] = solved[a];
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Draws;

    /// Slopes are 0 where the answer is positive and not up where it is 0, which for a concave
    /// quadratic is to be the best.
    #[test]
    fn nothing_is_left_to_gain() {
        let mut draws = Draws::from_seed(3);
        for trial in 0..500 {
            let rows: Vec<Numbers> = (0..12)
                .map(|_| std::array::from_fn(|_| draws.normal() + 0.5))
                .collect();
            let hessian: [Numbers; DECILES] = std::array::from_fn(|a| {
                std::array::from_fn(|b| rows.iter().map(|row| row[a] * row[b]).sum())
            });
            let gradient: Numbers = std::array::from_fn(|_| 3.0 * draws.normal());
            let x: Numbers = std::array::from_fn(|d| {
                let value: f64 = draws.normal();
                if (d + trial) % 3 == 0 {
                    0.0
                } else {
                    value.abs()
                }
            });
            let y = best(&hessian, &gradient, &x);
            for d in 0..DECILES {
                let away: Numbers = std::array::from_fn(|d| y[d] - x[d]);
                let slope = gradient[d] - product(&hessian[d], &away);
                assert!(y[d] >= 0.0);
                if y[d] > 0.0 {
                    assert!(slope.abs() < 1e-8, "{d}: {slope}");
                } else {
                    assert!(slope < 1e-8, "{d}: {slope}");
                }
            }
        }
    }
}
