//! The engine from Python: the part of the package `disparity` that is written in Rust.
//!
//! 1. `commands` runs what the command line does, in this process, and can be watched and stopped.
//!    `workers` does it in steps, for engines with many machines.
//! 2. `release` is a run in memory; `table` and `column` are its tables, handed over by the Arrow C data interface.
//! 3. `stats` has the statistics, over columns; `input` takes columns as they are given: Arrow, NumPy or a list.
//!
//! What it deliberately does not do: it computes nothing that the crates beneath do not, and nothing of children
//! leaves but as a release of theirs. Names, defaults and documentation are in the Python files beside it.

mod arrow_in;
mod column;
mod commands;
mod failure;
mod forked;
mod input;
mod release;
mod stats;
mod table;
mod workers;

use pyo3::prelude::*;

#[pymodule]
mod _engine {
    use pyo3::prelude::*;

    #[pymodule_init]
    #[expect(
        clippy::unnecessary_wraps,
        reason = "pyo3 wants a function that can fail"
    )]
    fn init(_module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::forked::note();
        Ok(())
    }

    #[pymodule_export]
    use crate::column::Column;
    #[pymodule_export]
    use crate::commands::{command, csv_table, prior_help, read_parquet, run};
    #[pymodule_export]
    use crate::release::Release;
    #[pymodule_export]
    use crate::stats::groups::{direct_rates, expected_by_group, shrunken_ratios, slope};
    #[pymodule_export]
    use crate::stats::models::mixed_model;
    #[pymodule_export]
    use crate::stats::rows::{
        funnel_limits, poisson_intervals, proportions, rate_differences, rate_ratios, rates, ratios,
    };
    #[pymodule_export]
    use crate::stats::{method_text, methods};
    #[pymodule_export]
    use crate::table::Table;
    #[pymodule_export]
    use crate::workers::{build_parts, parts, prior_help_of, question, run_of, stores, sums};
}
