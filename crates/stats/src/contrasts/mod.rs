//! Two groups, or two periods, compared: ratios, differences and odds ratios with intervals.
//! More than two groups at once belong to `inequality`; adjustment belongs to `standardise`.

mod hypergeometric;
mod odds;
mod rates;
mod risks;
mod shares;
mod summaries;

pub use odds::{odds_ratio, odds_ratio_exact, odds_ratio_mid_p};
pub(crate) use rates::log_normal;
pub use rates::{
    RateRatioTest, rate_difference, rate_difference_wald, rate_ratio, rate_ratio_exact,
    rate_ratio_exact_test, rate_ratio_mid_p,
};
pub use risks::{risk_difference, risk_ratio};
pub use shares::{Disproportionality, disproportionality};
pub use summaries::{GroupEstimate, group_difference, group_ratio};
