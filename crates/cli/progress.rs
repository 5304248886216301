//! What is happening, on standard error: only when a person is watching, or asked how long.

use std::io::{IsTerminal, Write};
use std::time::Instant;

/// Tells a person which stage is under way.
pub(crate) struct Progress {
    watched: bool,
    timings: bool,
}

impl Progress {
    pub(crate) fn new(timings: bool) -> Self {
        Self {
            watched: std::io::stderr().is_terminal(),
            timings,
        }
    }

    /// Runs a stage, saying what it is.
    pub(crate) fn stage<T>(&mut self, what: &str, work: impl FnOnce() -> T) -> T {
        if self.watched && !self.timings {
            eprint!("\r\x1b[2K{what} …");
            // A terminal that cannot be written to does not stop the work.
            drop(std::io::stderr().flush());
        }
        let start = Instant::now();
        let result = work();
        if self.timings {
            eprintln!("{:>8.3} s  {what}", start.elapsed().as_secs_f64());
        } else if self.watched {
            eprint!("\r\x1b[2K");
        }
        result
    }
}
