//! What is happening, on standard error: only when a person is watching, or asked how long.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What the bar of the search for proofs says.
pub(crate) const PROVING: &str = "proving small counts safe";

/// Draws over the line. A terminal that cannot be written to does not stop the work.
fn draw(what: std::fmt::Arguments<'_>) {
    let mut out = std::io::stderr();
    drop(write!(out, "{what}").and_then(|()| out.flush()));
}

/// What a program that runs a command sees of it, and how it stops it: one for each call.
#[derive(Debug, Default)]
pub struct Watch {
    stop: AtomicBool,
    stage: Mutex<String>,
}

/// That of the one command that is under way for a program; none where a person typed it.
static WATCH: Mutex<Option<Arc<Watch>>> = Mutex::new(None);

/// That a command was stopped: what its thread unwinds with, so that nothing half-done is kept.
pub(crate) struct Stopped;

impl Watch {
    /// The stage that is under way; empty while the command waits for another.
    #[must_use]
    pub fn stage(&self) -> String {
        let stage = self.stage.lock();
        stage.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has the command stop before its next stage, or not begin.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Whose command it is from now on.
pub(crate) fn watched_by(watch: Option<Arc<Watch>>) {
    *WATCH.lock().unwrap_or_else(PoisonError::into_inner) = watch;
}

fn watch() -> Option<Arc<Watch>> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Says to whoever watches which stage is under way; unwinds, if the command is to stop.
fn tell_watch(what: std::fmt::Arguments<'_>) {
    let Some(watch) = watch() else { return };
    if watch.is_stopped() {
        std::panic::resume_unwind(Box::new(Stopped));
    }
    *watch.stage.lock().unwrap_or_else(PoisonError::into_inner) = what.to_string();
}

/// Whether a person sees what is drawn.
fn is_watched() -> bool {
    std::io::stderr().is_terminal() && watch().is_none()
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
        tell_watch(format_args!("{what}"));
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
        tell_watch(format_args!("{what}: {done} of {all}"));
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
