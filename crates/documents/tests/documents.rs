//! What is written, read by others: Python's standard library, pandoc and LibreOffice.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files for others to read"
)]

mod sample;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use disparity_documents::Format;

/// Says a line past the test harness, which keeps what a passing test prints to itself.
fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Whether a program can be run. Says so where it cannot.
fn is_there(program: &str, what: &str) -> bool {
    let there = Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|out| out.status.success());
    if !there {
        say(&format!(
            "NOT RUN: {what}: {program} is not on this machine"
        ));
    }
    there
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}{said}",
        String::from_utf8_lossy(&output.stdout)
    );
    output
}

fn script(name: &str) -> Command {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut python = Command::new("python3");
    python.arg("-B").arg(tests.join(name));
    python
}

#[test]
fn the_same_document_is_the_same_bytes() {
    let document = sample::document();
    for format in Format::ALL {
        let once = format.write(&document).unwrap();
        assert!(once.starts_with(b"PK"), "{format:?}");
        // The clock of a zip goes in steps of two seconds.
        std::thread::sleep(std::time::Duration::from_millis(2100));
        assert!(once == format.write(&document).unwrap(), "{format:?}");
    }
}

#[test]
fn every_file_passes_the_accessibility_check() {
    if !is_there("python3", "the accessibility check of documents") {
        return;
    }
    run(script("check.py").args(sample::files("check")));
}

#[test]
fn the_accessibility_check_finds_every_fault_that_is_made() {
    if !is_there("python3", "spoiled copies of documents") {
        return;
    }
    run(script("spoil.py").args(sample::files("spoil")));
}
