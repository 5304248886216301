//! The modes of Poisson groups with one intercept each, and the derivatives of their parts of −2 ln L:
//! arithmetic of one number after another, with no design and no data but counts.

/// After a step of a mode this long, the next would be rounding: the method is of third order.
const SETTLED: f64 = 3e-4;
const ITERATIONS: usize = 60;

/// The groups' modes and the derivatives of their parts of −2 ln L in ℓ, the log of what a group
/// would have without its effect, and θ; figure by figure, so that a processor takes several groups
/// at a time.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    pub(super) observed: Vec<f64>,
    /// The mode, in standard deviations.
    pub(super) u: Vec<f64>,
    /// The log of what it would have without its effect.
    pub(super) log_base: Vec<f64>,
    /// Its counts times their predictors without the effect.
    pub(super) fixed: Vec<f64>,
    /// What it has with its mode: M.
    pub(super) mean: Vec<f64>,
    /// 1 + θ² M.
    pub(super) curvature: Vec<f64>,
    pub(super) by_l: Vec<f64>,
    pub(super) by_t: Vec<f64>,
    pub(super) second: Vec<Second>,
}

/// The second derivatives of a group's part.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Second {
    pub(super) ll: f64,
    pub(super) lt: f64,
    pub(super) tt: f64,
}

/// The third derivatives of a group's part of −2 ln L.
#[derive(Debug, Clone, Copy)]
pub(in crate::models::mixed) struct Third {
    pub(super) lll: f64,
    pub(super) llt: f64,
    pub(super) ltt: f64,
    pub(super) ttt: f64,
}

/// A mode with what depends on it.
#[derive(Debug, Clone, Copy)]
struct Mode {
    u: f64,
    mean: f64,
    curvature: f64,
    /// The step that led there.
    step: f64,
}

/// One step towards the mode of a group whose mean is known where it stands, of third order.
#[inline]
fn step_to_mode(observed: f64, u: f64, mean: f64, theta: f64) -> Mode {
    let square = theta * theta;
    let over = 1.0 / (1.0 + square * mean);
    let newton = (theta * (observed - mean) - u) * over;
    let bend = 1.0 + 0.5 * newton * theta * square * mean * over;
    // Never so far that the next mean is out of hand.
    let most = 3.0 / theta.abs().max(1e-3);
    let step = (newton / bend.clamp(0.5, 2.0)).clamp(-most, most);
    let x = theta * step;
    // Right to rounding once steps are short.
    let mean = mean * (1.0 + x * (1.0 + 0.5 * x * (1.0 + x / 3.0)));
    Mode {
        u: u + step,
        mean,
        curvature: 1.0 + square * mean,
        step,
    }
}

/// The mode of a group for a base and a spread, searched for from a start; nothing where none is.
fn settle(observed: f64, log_base: f64, theta: f64, start: f64) -> Option<Mode> {
    let mut u = start;
    for _ in 0..ITERATIONS {
        let mode = step_to_mode(observed, u, (log_base + theta * u).exp(), theta);
        if mode.step.is_nan() {
            return None;
        }
        if mode.step.abs() < SETTLED {
            return Some(mode);
        }
        u = mode.u;
    }
    None
}

/// The first derivatives of a group's part in ℓ and in θ.
#[inline]
fn first(observed: f64, u: f64, m: f64, a: f64, t: f64) -> (f64, f64) {
    let (tt, over) = (t * t, 1.0 / a);
    let o2 = over * over;
    let by_l = 2.0 * m + tt * m * o2;
    let by_t = -2.0 * (observed - m) * u + 2.0 * t * m * over + 2.0 * tt * m * u * o2;
    (by_l, by_t)
}

/// The second derivatives of a group's part.
#[inline]
fn second(observed: f64, u: f64, m: f64, a: f64, t: f64) -> Second {
    let (tt, over) = (t * t, 1.0 / a);
    let rest = observed - m;
    // How the mode and the mean answer to the spread.
    let du = (rest - t * m * u) * over;
    let dm = 2.0 * m * u * over;
    let da = 2.0 * t * m + tt * dm;
    let (o2, o3) = (over * over, over * over * over);
    Second {
        ll: 2.0 * m * over + tt * m * o3 * (1.0 - 2.0 * tt * m * over),
        lt: 2.0 * dm + 2.0 * t * m * o2 + tt * dm * o2 - 2.0 * tt * m * da * o3,
        tt: 2.0 * (dm * u - rest * du) + 2.0 * (m + t * dm) * over - 2.0 * t * m * da * o2
            + (4.0 * t * m * u + 2.0 * tt * (dm * u + m * du)) * o2
            - 4.0 * tt * m * u * da * o3,
    }
}

impl Groups {
    /// Modes of 0 with their means where they are counted: what follows from there stays.
    pub(super) fn of(observed: Vec<f64>) -> Self {
        let n = observed.len();
        let nothing = || vec![0.0; n];
        Groups {
            u: nothing(),
            log_base: nothing(),
            fixed: nothing(),
            mean: observed.clone(),
            curvature: vec![1.0; n],
            by_l: nothing(),
            by_t: nothing(),
            second: vec![Second::default(); n],
            observed,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.observed.len()
    }

    /// Moves to other bases and another spread. The modes follow along their slopes, so that one
    /// look settles most; false where one other than the one left out cannot be found.
    pub(super) fn follow(
        &mut self,
        bases: &[f64],
        from: f64,
        theta: f64,
        left_out: Option<usize>,
    ) -> bool {
        let n = self.len();
        let (observed, u) = (&self.observed[..n], &mut self.u[..n]);
        let (mean, curvature) = (&mut self.mean[..n], &mut self.curvature[..n]);
        let log_base = &mut self.log_base[..n];
        for i in 0..n {
            let answer = (observed[i] - mean[i] - from * mean[i] * u[i]) * (theta - from)
                - from * mean[i] * (bases[i] - log_base[i]);
            let step = answer / curvature[i];
            u[i] += if step.abs() < 1.0 { step } else { 0.0 };
        }
        log_base.copy_from_slice(bases);
        for i in 0..n {
            mean[i] = (log_base[i] + theta * u[i]).exp();
        }
        let mut unsettled = 0.0;
        for i in 0..n {
            let mode = step_to_mode(observed[i], u[i], mean[i], theta);
            (u[i], mean[i], curvature[i]) = (mode.u, mode.mean, mode.curvature);
            unsettled += if mode.step.abs() < SETTLED { 0.0 } else { 1.0 };
            self.by_t[i] = mode.step;
        }
        unsettled == 0.0 || self.settle_others(theta, left_out)
    }

    /// Settles the modes whose last step, kept in the place of a slope, was too long.
    fn settle_others(&mut self, theta: f64, left_out: Option<usize>) -> bool {
        for i in 0..self.len() {
            if self.by_t[i].abs() < SETTLED || left_out == Some(i) {
                continue;
            }
            let (observed, log_base) = (self.observed[i], self.log_base[i]);
            let found = settle(observed, log_base, theta, self.u[i])
                .or_else(|| settle(observed, log_base, theta, 0.0));
            let Some(mode) = found else {
                return false;
            };
            (self.u[i], self.mean[i], self.curvature[i]) = (mode.u, mode.mean, mode.curvature);
        }
        true
    }

    pub(super) fn differentiate(&mut self, theta: f64, twice: bool) {
        let n = self.len();
        let (observed, u) = (&self.observed[..n], &self.u[..n]);
        let (mean, curvature) = (&self.mean[..n], &self.curvature[..n]);
        let (by_l, by_t) = (&mut self.by_l[..n], &mut self.by_t[..n]);
        for i in 0..n {
            (by_l[i], by_t[i]) = first(observed[i], u[i], mean[i], curvature[i], theta);
        }
        if twice {
            for (i, to) in self.second.iter_mut().enumerate() {
                *to = second(observed[i], u[i], mean[i], curvature[i], theta);
            }
        }
    }

    /// The third derivatives of a group's part, by differences of the second; nothing where a mode
    /// cannot be found.
    pub(super) fn third(&self, group: usize, theta: f64) -> Option<Third> {
        let (observed, log_base) = (self.observed[group], self.log_base[group]);
        let at = |l: f64, t: f64| {
            let mode = settle(observed, log_base + l, theta + t, self.u[group])?;
            Some(second(
                observed,
                mode.u,
                mode.mean,
                mode.curvature,
                theta + t,
            ))
        };
        let (l, t) = (1e-3, 1e-3 * theta);
        let (up, down) = (at(l, 0.0)?, at(-l, 0.0)?);
        let (more, less) = (at(0.0, t)?, at(0.0, -t)?);
        Some(Third {
            lll: (up.ll - down.ll) / (2.0 * l),
            llt: (up.lt - down.lt) / (2.0 * l),
            ltt: (more.lt - less.lt) / (2.0 * t),
            ttt: (more.tt - less.tt) / (2.0 * t),
        })
    }
}
