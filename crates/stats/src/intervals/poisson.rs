//! Intervals for a Poisson count. Rates divide these limits by a population elsewhere.

use crate::check;
use crate::error::{Error, Result};
use crate::level::{Interval, Level};
use crate::special::{GammaQuantile, gamma_tails, increasing_root, poisson_density};

/// From this count on the switch rule uses Byar's approximation (Fingertips technical guide).
pub(super) const BYAR_FROM: f64 = 10.0;

/// Which of the two methods the switch rule chose for a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountMethod {
    /// The exact interval, for counts below 10.
    Exact,
    /// Byar's approximation, for counts of 10 or more.
    Byar,
}

impl CountMethod {
    /// The method that the switch rule chooses for a count.
    pub(crate) fn of(count: f64) -> Self {
        if count < BYAR_FROM {
            CountMethod::Exact
        } else {
            CountMethod::Byar
        }
    }
}

#[doc = include_str!("../../docs/exact_poisson.md")]
pub fn exact_poisson(count: f64, level: Level) -> Result<Interval> {
    ExactLimits::new(level).of(count)
}

/// The exact limits of one level: what they share among counts is worked out once.
struct ExactLimits {
    low: GammaQuantile,
    high: GammaQuantile,
}

impl ExactLimits {
    fn new(level: Level) -> Self {
        ExactLimits {
            low: GammaQuantile::lower(level.tail(), level.z()),
            high: GammaQuantile::upper(level.tail(), level.z()),
        }
    }

    fn of(&self, count: f64) -> Result<Interval> {
        let count = check::count(count)?;
        let low = if count > 0.0 { self.low.at(count) } else { 0.0 };
        let high = self.high.at(count + 1.0);
        Interval::of("the exact Poisson interval", low, high)
    }
}

#[doc = include_str!("../../docs/byar.md")]
pub fn byar(count: f64, level: Level) -> Result<Interval> {
    let count = check::count(count)?;
    let (low, high) = byar_limits(count, level.z());
    Interval::of("Byar's interval", low, high)
}

/// Byar's limits for a checked count and a deviate: the one place where the formula stands. Without a branch, so that those of
/// a column are computed several at a time.
#[inline]
pub(crate) fn byar_limits(count: f64, z: f64) -> (f64, f64) {
    (byar_low(count, z), byar_high(count + 1.0, z))
}

#[inline]
fn byar_low(count: f64, z: f64) -> f64 {
    // Below zero its cube is no longer a limit for a count; of 0 the root is minus infinity.
    let root = (1.0 - 1.0 / (9.0 * count) - z / (3.0 * count.sqrt())).max(0.0);
    count * root * root * root
}

#[inline]
fn byar_high(next: f64, z: f64) -> f64 {
    let root = 1.0 - 1.0 / (9.0 * next) + z / (3.0 * next.sqrt());
    next * root * root * root
}

#[doc = include_str!("../../docs/byar_mid_p.md")]
pub fn byar_mid_p(count: f64, level: Level) -> Result<Interval> {
    let half = check::count(count)? + 0.5;
    let z = level.z();
    Interval::of(
        "Byar's interval at count + 1/2",
        byar_low(half, z),
        byar_high(half, z),
    )
}

#[doc = include_str!("../../docs/wald_poisson.md")]
pub fn wald_poisson(count: f64, level: Level) -> Result<Interval> {
    let count = check::count(count)?;
    let half_width = level.z() * count.sqrt();
    Interval::of("the Wald interval", count - half_width, count + half_width)
}

#[doc = include_str!("../../docs/mid_p_poisson.md")]
pub fn mid_p_poisson(count: f64, level: Level) -> Result<Interval> {
    let count = check::count(count)?;
    let tail = level.tail();
    // The exact limits enclose the mid-P limits and the point estimate lies between them.
    let exact = exact_poisson(count, level)?;
    let low = if count > 0.0 {
        increasing_root(exact.low, 0.0, count, |m| {
            // P(X > count) + P(X = count) / 2, increasing in m.
            let at = poisson_density(count, m);
            let (above, _) = gamma_tails(count + 1.0, m);
            (above + 0.5 * at - tail, 0.5 * at * (1.0 + count / m))
        })
    } else {
        0.0
    };
    let high = increasing_root(exact.high, count, exact.high * 1.01 + 1.0, |m| {
        // P(X < count) + P(X = count) / 2, decreasing in m.
        let at = poisson_density(count, m);
        let below = if count > 0.0 {
            gamma_tails(count, m).1
        } else {
            0.0
        };
        (tail - below - 0.5 * at, 0.5 * at * (1.0 + count / m))
    });
    Interval::of("the mid-P interval", low, high)
}

#[doc = include_str!("../../docs/poisson_count_interval.md")]
pub fn poisson_count_interval(count: f64, level: Level) -> Result<(Interval, CountMethod)> {
    let method = CountMethod::of(check::count(count)?);
    let limits = match method {
        CountMethod::Exact => exact_poisson(count, level)?,
        CountMethod::Byar => byar(count, level)?,
    };
    Ok((limits, method))
}

/// The exact limits of one level for many counts: those of small whole numbers, which take an
/// iteration and come again and again, are worked out once.
struct ExactTable {
    limits: ExactLimits,
    seen: Vec<Option<Interval>>,
}

impl ExactTable {
    /// Whole counts below this are remembered, if they take an iteration at all.
    const MOST: f64 = 65_536.0;

    fn new(level: Level) -> Self {
        let limits = ExactLimits::new(level);
        let quick_from = limits.low.quick_from().max(limits.high.quick_from());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 10 to MOST"
        )]
        let size = quick_from.min(Self::MOST).ceil() as usize;
        ExactTable {
            limits,
            seen: vec![None; size],
        }
    }

    fn get(&mut self, count: f64) -> Result<Interval> {
        if !(0.0..self.seen.len() as f64).contains(&count) || count.fract() != 0.0 {
            return self.limits.of(count);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "below the length"
        )]
        let seen = &mut self.seen[count as usize];
        if let Some(limits) = *seen {
            return Ok(limits);
        }
        let limits = self.limits.of(count)?;
        *seen = Some(limits);
        Ok(limits)
    }
}

/// Applies a method to every count and names the position of the first that is refused.
fn for_each(counts: &[f64], mut one: impl FnMut(f64) -> Result<Interval>) -> Result<Vec<Interval>> {
    // Collecting into a `Result` would not know the length, and copy the intervals as it grows.
    let mut intervals = Vec::with_capacity(counts.len());
    for (index, &count) in counts.iter().enumerate() {
        intervals.push(one(count).map_err(|e: Error| e.at(index))?);
    }
    Ok(intervals)
}

/// [`exact_poisson`] for many counts at one level, in the order given.
///
/// # Formula
/// ```text
/// low = qgamma(a/2; o), 0 when o = 0;  high = qgamma(1 - a/2; o + 1)
/// ```
/// `o` is a count (events), `a` is 1 - level, `qgamma` the quantile of the gamma distribution with that
/// shape and scale 1. What depends on the level only is worked out once.
///
/// # Useful for
/// Millions of counts: the same limits as one by one, some tens of nanoseconds each.
///
/// # Not useful for
/// Rates: divide the limits by the population.
///
/// # Errors
/// As [`exact_poisson`], with the position of the first count refused.
///
/// # Example
/// ```
/// use disparity_stats::{exact_poisson, exact_poisson_intervals, Level};
/// let many = exact_poisson_intervals(&[3.0, 7.0, 3.0], Level::P95)?;
/// assert_eq!(many[2], exact_poisson(3.0, Level::P95)?);
/// assert!((many[2].low - 0.618_672_1).abs() < 1e-7); // R: poisson.test(3)
/// # Ok::<(), disparity_stats::Error>(())
/// ```
///
/// # References
/// Garwood F (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.
/// doi:10.1093/biomet/28.3-4.437. Johnson NL, Kotz S, Balakrishnan N (1994). Continuous Univariate
/// Distributions, volume 1, 2nd edition, ch. 18 (the expansion for large counts). ISBN
/// 978-0-471-58495-7 (no DOI).
pub fn exact_poisson_intervals(counts: &[f64], level: Level) -> Result<Vec<Interval>> {
    let mut table = ExactTable::new(level);
    for_each(counts, |count| table.get(count))
}

/// [`poisson_count_interval`] for many counts at one level, in the order given.
///
/// # Formula
/// ```text
/// o < 10: exact;  o >= 10: Byar
/// ```
/// `o` is a count (events). What depends on the level only, and the exact limits of the whole numbers
/// below 10, are worked out once.
///
/// # Useful for
/// Whole tables of counts by the rule of English indicators.
///
/// # Not useful for
/// Limits that move smoothly with the count: there is a small step at 10 events.
///
/// # Errors
/// As [`poisson_count_interval`], with the position of the first count refused.
///
/// # Example
/// ```
/// use disparity_stats::{poisson_count_interval, poisson_count_intervals, Level};
/// let many = poisson_count_intervals(&[0.0, 7.0, 65.0], Level::P95)?;
/// assert_eq!(many[1], poisson_count_interval(7.0, Level::P95)?.0);
/// assert!((many[0].high - 3.688_879_5).abs() < 1e-7); // R: poisson.test(0)
/// # Ok::<(), disparity_stats::Error>(())
/// ```
///
/// # References
/// Breslow NE, Day NE (1987). Statistical Methods in Cancer Research, volume II, ch. 2. IARC
/// Scientific Publications 82. ISBN 978-92-832-0182-3 (no DOI).
pub fn poisson_count_intervals(counts: &[f64], level: Level) -> Result<Vec<Interval>> {
    let z = level.z();
    let mut table = ExactTable::new(level);
    for_each(counts, |count| {
        if (BYAR_FROM..=check::MAX_COUNT).contains(&count) {
            let (low, high) = byar_limits(count, z);
            return Ok(Interval { low, high });
        }
        table.get(count)
    })
}
