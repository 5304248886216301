//! Change over time: tests for trend, the five-point rule, two periods compared, control charts.
//! Gradients over ordered groups at one time belong to `inequality`.

mod change;
mod control;
mod trend;

pub use change::{PeriodChange, period_change};
pub use control::{ControlChart, ControlParams, ControlPoint, control_chart};
pub use trend::{
    LogLinearTrend, RecentTrend, TrendDirection, TrendPoint, TrendTest, cochran_armitage,
    log_linear_trend, poisson_trend, recent_trend, recent_trend_proportion,
};
