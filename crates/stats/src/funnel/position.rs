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
/// The count is above the limits when its exact interval lies wholly above the expected count:
/// the same verdict as [`funnel_ratio`](crate::funnel_ratio) draws, without inverting a limit.
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
pub fn funnel_position_proportion(x: f64, n: f64, target: f64) -> Result<FunnelPosition> {
    let (x, n) = check::subset(x, n)?;
    let inner = funnel_proportion(target, n, Level::P95)?;
    let outer = funnel_proportion(target, n, Level::P998)?;
    funnel_position(x / n, inner, outer)
}
