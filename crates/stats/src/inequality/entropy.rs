//! Entropy measures: how far the groups' shares of events differ from their population shares.

use crate::error::{Error, Result};
use crate::inequality::subgroup::{Subgroup, Weighted};
use crate::level::{Estimate, Level};
use crate::sum::sum;

#[doc = include_str!("../../docs/theil_index.md")]
pub fn theil_index(groups: &[Subgroup], level: Level) -> Result<Estimate> {
    let what = "Theil's index";
    let w = Weighted::positive(what, 2, groups)?;
    let relative = |g: &Subgroup| g.value / w.mean;
    // x ln x tends to 0 with x: a group without events adds nothing.
    let x_ln_x = |x: f64| if x > 0.0 { x * x.ln() } else { 0.0 };
    let value = sum(w.iter().map(|(g, p)| p * x_ln_x(relative(g))));
    let half = level.z()
        * w.delta(|g, p| {
            // At 0 the slope has no end; one standard error up it has one, and what is known
            // exactly pulls nothing.
            let x = if g.value > 0.0 { g.value } else { g.se } / w.mean;
            if x > 0.0 {
                p / w.mean * (x.ln() - value)
            } else {
                0.0
            }
        });
    Estimate::of(
        what,
        value.max(0.0),
        (value - half).max(0.0),
        value.max(0.0) + half,
    )
}

#[doc = include_str!("../../docs/mean_log_deviation.md")]
pub fn mean_log_deviation(groups: &[Subgroup], level: Level) -> Result<Estimate> {
    let what = "the mean log deviation";
    let w = Weighted::positive(what, 2, groups)?;
    if groups.iter().any(|g| g.value <= 0.0) {
        return Err(Error::Undefined {
            what,
            why: "a group's value is 0; use Theil's index",
        });
    }
    let value = -sum(w.iter().map(|(g, p)| p * (g.value / w.mean).ln()));
    let half = level.z() * w.delta(|g, p| p * (1.0 / w.mean - 1.0 / g.value));
    Estimate::of(
        what,
        value.max(0.0),
        (value - half).max(0.0),
        value.max(0.0) + half,
    )
}
