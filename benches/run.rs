//! The whole default run: how long, and how much memory, as a user meets it.
//!
//! Times the program as a process, start to exit, writing every output to a folder that is removed
//! afterwards. Memory is the high-water mark that the system keeps for the process, read until it ends.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and speaks"
)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 7;

fn main() {
    // `cargo test --benches` asks every benchmark to prove that it starts, not to measure.
    let measuring = std::env::args().any(|argument| argument == "--bench");
    let runs = if measuring { RUNS } else { 1 };
    let out = std::env::temp_dir().join(format!("disparity-bench-{}", std::process::id()));
    let mut measured: Vec<(Duration, u64)> = (0..runs).map(|_| once(&out)).collect();
    drop(std::fs::remove_dir_all(&out));
    measured.sort();
    let seconds = |i: usize| measured[i].0.as_secs_f64();
    let most = measured.iter().map(|(_, peak)| *peak).max().unwrap_or(0);
    println!("| default run | fastest | median | slowest | peak memory |");
    println!("|---|---|---|---|---|");
    println!(
        "| {runs} runs, all authorities, years and outputs | {:.2} s | {:.2} s | {:.2} s | {:.0} MB |",
        seconds(0),
        seconds(measured.len() / 2),
        seconds(measured.len() - 1),
        most as f64 / 1e3
    );
}

/// One run: how long it took, and its peak memory in kilobytes.
fn once(out: &std::path::Path) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_disparity"))
        .arg("--out")
        .arg(out)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut peak = 0;
    loop {
        peak = peak.max(high_water(child.id()));
        match child.try_wait().expect("the program can be waited for") {
            Some(status) => {
                assert!(status.success(), "the run failed: {status}");
                return (start.elapsed(), peak);
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

/// The process's peak resident memory in kilobytes, where the system tells.
fn high_water(process: u32) -> u64 {
    std::fs::read_to_string(format!("/proc/{process}/status"))
        .ok()
        .and_then(|status| {
            let line = status
                .lines()
                .find(|line| line.starts_with("VmHWM:"))?
                .to_owned();
            line.split_whitespace().nth(1)?.parse().ok()
        })
        .unwrap_or(0)
}
