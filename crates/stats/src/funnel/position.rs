//! Where a unit lies in a funnel, and the words for it.

use std::fmt;

use crate::check;
use crate::error::Result;
use crate::funnel::limits::funnel_proportion;
use crate::intervals::exact_poisson;
use crate::level::{Interval, Level};

/// A unit's place against the 95% and the 99.8% limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FunnelPosition {
    /// Below the 99.8% limits.
    BelowOuter,
    /// Below the 95% limits.
    BelowInner,
    /// Within the 95% limits, or on them.
    Within,
    /// Above the 95% limits.
    AboveInner,
    /// Above the 99.8% limits.
    AboveOuter,
}

impl fmt::Display for FunnelPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FunnelPosition::BelowOuter => "Low (0.001)",
            FunnelPosition::BelowInner => "Low (0.025)",
            FunnelPosition::Within => "Not significant",
            FunnelPosition::AboveInner => "High (0.025)",
            FunnelPosition::AboveOuter => "High (0.001)",
        })
    }
}

#[doc = include_str!("../../docs/funnel_position.md")]
pub fn funnel_position(value: f64, inner: Interval, outer: Interval) -> Result<FunnelPosition> {
    let value = check::finite("value", value)?;
    Ok(if value < outer.low.min(inner.low) {
        FunnelPosition::BelowOuter
    } else if value < inner.low {
        FunnelPosition::BelowInner
    } else if value > outer.high.max(inner.high) {
        FunnelPosition::AboveOuter
    } else if value > inner.high {
        FunnelPosition::AboveInner
    } else {
        FunnelPosition::Within
    })
}

/// The position of an observed count against what was expected, by exact Poisson limits.
///
/// # Formula
/// ```text
/// above inner: E < low95(O);   above outer: E < low99.8(O)
/// below inner: E > high95(O);  below outer: E > high99.8(O)
/// ```
/// `O` observed and `E` expected count (events); `low` and `high` are the exact limits of `O`
/// ([`exact_poisson`]). The same verdict as [`funnel_ratio`](crate::funnel_ratio) draws, without
/// inverting a limit.
///
/// # Useful for
/// Saying whether chance alone explains an authority's count.
///
/// # Not useful for
/// Large expected counts, where nearly every authority is beyond plain limits: use
/// [`overdispersion`](crate::overdispersion).
///
/// # Errors
/// As [`exact_poisson`]; a denominator error unless `expected` is positive.
///
/// # Example
/// ```
/// use disparity_stats::{funnel_position_ratio, FunnelPosition};
/// assert_eq!(funnel_position_ratio(151.0, 106.443)?, FunnelPosition::AboveOuter);
/// # Ok::<(), disparity_stats::Error>(())
/// ```
///
/// # References
/// Spiegelhalter DJ (2005). Funnel plots for comparing institutional performance. Statistics in
/// Medicine 24, 1185-1202. doi:10.1002/sim.1970
pub fn funnel_position_ratio(observed: f64, expected: f64) -> Result<FunnelPosition> {
    let expected = check::denominator(expected)?;
    let inner = exact_poisson(observed, Level::P95)?;
    let outer = exact_poisson(observed, Level::P998)?;
    // The expected count's place in the observed count's interval, seen from the other side.
    Ok(match funnel_position(expected, inner, outer)? {
        FunnelPosition::BelowOuter => FunnelPosition::AboveOuter,
        FunnelPosition::BelowInner => FunnelPosition::AboveInner,
        FunnelPosition::Within => FunnelPosition::Within,
        FunnelPosition::AboveInner => FunnelPosition::BelowInner,
        FunnelPosition::AboveOuter => FunnelPosition::BelowOuter,
    })
}

/// The position of a proportion against a target, by [`funnel_proportion`].
///
/// # Formula
/// ```text
/// above: x / n > t + z sqrt(t (1 - t) / n);  below: x / n < t - z sqrt(t (1 - t) / n)
/// ```
/// `x` of `n` persons, `t` the target (a proportion), `z` the normal deviate of 95% (inner) and of
/// 99.8% (outer).
///
/// # Useful for
/// Percentages of children against England's, as in English public health funnels.
///
/// # Not useful for
/// Rates of events, of which a child may have several: use [`funnel_position_ratio`].
///
/// # Errors
/// A count, denominator or subset error for `x` of `n`; an argument error unless the target is a
/// proportion.
///
/// # Example
/// ```
/// use disparity_stats::{funnel_position_proportion, FunnelPosition};
/// assert_eq!(funnel_position_proportion(35_078.488, 41_980.0, 0.806_424_48)?, FunnelPosition::AboveOuter);
/// # Ok::<(), disparity_stats::Error>(())
/// ```
///
/// # References
/// Spiegelhalter DJ (2005). Funnel plots for comparing institutional performance. Statistics in
/// Medicine 24, 1185-1202. doi:10.1002/sim.1970
pub fn funnel_position_proportion(x: f64, n: f64, target: f64) -> Result<FunnelPosition> {
    let (x, n) = check::subset(x, n)?;
    let inner = funnel_proportion(target, n, Level::P95)?;
    let outer = funnel_proportion(target, n, Level::P998)?;
    funnel_position(x / n, inner, outer)
}
