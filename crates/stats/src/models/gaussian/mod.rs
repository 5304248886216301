//! Measurements of a panel (authorities over years) with normal errors: regression with an effect
//! for every authority and year taken out, and regression on how an authority differs from itself
//! and from others. What both share is in `least_squares`. Effects that are drawn from a
//! distribution, without this question, are `linear_mixed`'s; counts are `regression`'s.

mod fixed_effects;
mod least_squares;
mod panel;
mod within_between;

pub use fixed_effects::{FittedFixedEffects, FixedEffectsModel};
pub use panel::{
    PanelFit, PanelOptions, PanelRecord, PanelWithinBetween, SmallSample, panel_model,
    panel_within_between,
};
pub use within_between::{BETWEEN, WITHIN, WaldTest, WithinBetween, within_between};

use crate::error::{Error, Result};

/// Codes as places among the distinct ones, in ascending order, and how many there are.
fn levels(codes: &[usize]) -> (Vec<usize>, usize) {
    let mut distinct = codes.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let place = |code: &usize| distinct.partition_point(|d| d < code);
    (codes.iter().map(place).collect(), distinct.len())
}

fn same_length(
    left: &'static str,
    left_len: usize,
    right: &'static str,
    found: usize,
) -> Result<()> {
    if left_len == found {
        return Ok(());
    }
    Err(Error::Lengths {
        left,
        left_len,
        right,
        right_len: found,
    })
}
