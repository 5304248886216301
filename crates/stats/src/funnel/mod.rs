//! Funnel plots: the limits within which units would scatter if they differed by chance alone,
//! and limits that also allow for the spread that authorities always show.

mod limits;
mod overdispersion;
mod position;

pub use limits::{
    FunnelCurve, FunnelPoint, funnel_count_curve, funnel_proportion, funnel_rate, funnel_ratio,
};
pub use overdispersion::{FunnelScale, FunnelUnit, Outliers, Overdispersion, overdispersion};
pub use position::{
    FunnelPosition, funnel_position, funnel_position_proportion, funnel_position_ratio,
};
