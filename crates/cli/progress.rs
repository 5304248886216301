//! What is happening, on standard error: only when a person is watching, or asked how long.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What the bar of the search for proofs says.
pub(crate) const PROVING: &str = "proving small counts safe";

/// Draws over the line. A terminal that cannot be written to does not stop the work.
fn draw(what: std::fmt::Arguments<'_>) {
    let mut out = std::io::stderr();
    drop(write!(out, "{what}").and_then(|()| out.flush()));
}

/// What a program that runs commands sees of one, and how it stops it.
pub(crate) struct Watch {
    /// Whether a program is watching: then nothing is drawn.
    pub(crate) on: AtomicBool,
    /// Whether the command is to stop.
    pub(crate) stop: AtomicBool,
    /// The stage that is under way.
    pub(crate) stage: Mutex<String>,
}

/// The one command that a program runs at a time.
pub(crate) static WATCH: Watch = Watch {
    on: AtomicBool::new(false),
    stop: AtomicBool::new(false),
    stage: Mutex::new(String::new()),
};

/// That a command was stopped: what its thread unwinds with, so that nothing half-done is kept.
pub(crate) struct Stopped;

impl Watch {
    /// Says which stage is under way; unwinds, if the command is to stop.
    fn at(&self, what: std::fmt::Arguments<'_>) {
        if !self.on.load(Ordering::Relaxed) {
            return;
        }
        if self.stop.load(Ordering::Relaxed) {
            std::panic::resume_unwind(Box::new(Stopped));
        }
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = what.to_string();
    }
}

/// Whether a person sees what is drawn.
fn is_watched() -> bool {
    std::io::stderr().is_terminal() && !WATCH.on.load(Ordering::Relaxed)
}

/// Tells a person which stage is under way.
pub(crate) struct Progress {
    watched: bool,
    timings: bool,
}

impl Progress {
    pub(crate) fn new(timings: bool) -> Self {
        Self {
            watched: is_watched(),
            timings,
        }
    }

    /// Runs a stage, saying what it is.
    pub(crate) fn stage<T>(&mut self, what: &str, work: impl FnOnce() -> T) -> T {
        WATCH.at(format_args!("{what}"));
        if self.watched && !self.timings {
            draw(format_args!("\r\x1b[2K{what} …"));
        }
        let start = Instant::now();
        let result = work();
        if self.timings {
            let seconds = start.elapsed().as_secs_f64();
            crate::out::tell(format_args!("{seconds:>8.3} s  {what}"));
        } else if self.watched {
            draw(format_args!("\r\x1b[2K"));
        }
        result
    }
}

/// A bar for long work, on standard error, only when a person is watching. Threads may share it.
pub(crate) struct Bar {
    watched: bool,
    last: std::sync::Mutex<Option<Instant>>,
}

impl Bar {
    pub(crate) fn new() -> Self {
        Self {
            watched: is_watched(),
            last: std::sync::Mutex::new(None),
        }
    }

    /// Shows how far the work has come, at most ten times a second.
    pub(crate) fn show(&self, what: &str, done: usize, all: usize) {
        WATCH.at(format_args!("{what}: {done} of {all}"));
        if !self.watched {
            return;
        }
        let Ok(mut last) = self.last.lock() else {
            return;
        };
        if last.is_some_and(|at| at.elapsed().as_millis() < 100) && done < all {
            return;
        }
        *last = Some(Instant::now());
        let filled = (done * 30).checked_div(all).unwrap_or(0);
        draw(format_args!(
            "\r\x1b[2K{what} [{}{}] {done}/{all}",
            "#".repeat(filled),
            " ".repeat(30 - filled.min(30))
        ));
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        if self.watched {
            draw(format_args!("\r\x1b[2K"));
        }
    }
}
