//! Tables that must add up: fitted to margins (`fitting`, and in `flow` whether any table has them),
//! and rounded so that their sums hold (`rounding`). Which areas and groups are in a table is not
//! known here.

mod fitting;
mod flow;
mod rounding;
#[cfg(test)]
mod tests;

pub use fitting::{FittedTable, FittingOptions, Margin, iterative_proportional_fitting};
pub use rounding::{RoundedHierarchy, controlled_rounding};
