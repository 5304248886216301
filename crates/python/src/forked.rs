//! Processes that were forked from one with threads: the threads are not there, and whoever waited for them would wait for ever.

use std::process;
use std::sync::OnceLock;

/// The process that imported the module.
static IMPORTED_BY: OnceLock<u32> = OnceLock::new();

/// What is said where a command cannot run.
pub(crate) const REFUSED: &str = "this process was forked from one that had imported disparity, and its threads are not here: \
    start processes with multiprocessing.set_start_method(\"spawn\") or \"forkserver\"";

/// Notes which process imports the module.
pub(crate) fn note() {
    IMPORTED_BY.get_or_init(process::id);
}

/// Whether this process is another.
pub(crate) fn is_child() -> bool {
    IMPORTED_BY.get().is_some_and(|own| *own != process::id())
}
