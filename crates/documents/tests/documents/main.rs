//! What is written, read by others: Python's standard library, pandoc and `LibreOffice`.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests write files for others to read, and fail by panicking"
)]

mod sample;

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use disparity_documents::{Format, WriteError};

/// Says a line past the test harness, which keeps what a passing test prints to itself.
fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Runs a script of the tests on the sample in every format, and says what it could not try.
fn run_on_sample(name: &str, what: &str) {
    let python = Command::new("python3").arg("--version").output();
    if !python.is_ok_and(|output| output.status.success()) {
        return say(&format!("NOT RUN: {what}: python3 is not on this machine"));
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name);
    let files = sample::files(name);
    let output = Command::new("python3")
        .arg("-B")
        .arg(script)
        .args(files)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    for line in said.lines().filter(|line| line.starts_with("NOT RUN")) {
        say(line);
    }
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}{wrong}");
}

#[test]
fn the_same_document_is_the_same_bytes() {
    let document = sample::document();
    for format in Format::ALL {
        let once = format.write(&document).unwrap();
        let head: &[u8] = if format == Format::Html {
            b"<!DOCTYPE html>\n<html lang=\"en-GB\">"
        } else {
            b"PK"
        };
        assert!(once.starts_with(head), "{format:?}");
        // The clock of a zip goes in steps of two seconds.
        std::thread::sleep(std::time::Duration::from_millis(2100));
        assert!(once == format.write(&document).unwrap(), "{format:?}");
    }
}

#[test]
fn a_document_that_is_not_whole_is_not_written() {
    let mut document = sample::document();
    document.title.clear();
    for format in Format::ALL {
        let found = format.write(&document);
        assert!(matches!(found, Err(WriteError::Document(_))), "{format:?}");
    }
}

#[test]
fn every_file_passes_the_accessibility_check() {
    run_on_sample("check.py", "the accessibility check of documents");
}

#[test]
fn the_accessibility_check_finds_every_fault_that_is_made() {
    run_on_sample("spoil.py", "spoiled copies of documents");
}

#[test]
fn other_programs_find_headings_header_rows_and_alternative_texts() {
    run_on_sample(
        "readers.py",
        "documents as pandoc and LibreOffice read them",
    );
}
