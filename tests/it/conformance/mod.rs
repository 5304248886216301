//! Every case of other people's test suites that bears on a method of ours, at their tolerance.
//!
//! The suites stand beside the checkout, in `../shared/conformance`, and are not part of it. Where
//! they are absent each test says so and checks nothing; `reference` still checks the methods.
//! Figures of a peer that are wrong are not followed: `divergence` pins the right ones.

#![expect(
    clippy::unwrap_used,
    reason = "a file that is not as its README says stops the run"
)]
#![expect(
    clippy::float_cmp,
    reason = "a comparison without a tolerance is meant to be exact"
)]

mod divergence;
mod epitools;
mod fingertips;
mod funnelplotr;
mod healthequal;
mod lme4;
mod phe;
mod phe_funnels;
mod phe_gradients;
mod published_data;
mod spatialepi;

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::support::say;

/// The peer's relative tolerance: testthat's third edition.
pub(crate) const TESTTHAT: f64 = 1.5e-8;

/// A suite being run: counts cases, remembers what failed.
pub(crate) struct Suite {
    name: &'static str,
    cases: usize,
    within: usize,
    /// Cases that are off by no more than a defect of the peer explains.
    defects: usize,
    /// The defect, in a few words.
    defect: &'static str,
    failures: String,
}

/// One case of a suite: all its numbers must hold for the case to count.
pub(crate) struct Case {
    label: String,
    problems: String,
    /// Whether a number was off by what a defect of the peer explains.
    defective: bool,
}

impl Case {
    /// `found` agrees with `expected` to a relative tolerance.
    pub(crate) fn close(&mut self, what: &str, found: f64, expected: f64, relative: f64) {
        self.near(what, found, expected, relative * expected.abs());
    }

    /// `found` agrees with `expected` to an absolute tolerance.
    pub(crate) fn near(&mut self, what: &str, found: f64, expected: f64, absolute: f64) {
        let off = (found - expected).abs();
        let within = off <= absolute;
        if !within {
            let _ = writeln!(
                self.problems,
                "  {}: {what} is {found}, expected {expected} (off by {off:e}, allowed {absolute:e})",
                self.label
            );
        }
    }

    /// `found` agrees with `expected` to an absolute tolerance, or is off by no more than a known
    /// defect of the peer explains: then the case is counted apart.
    pub(crate) fn near_or_defect(
        &mut self,
        what: &str,
        found: f64,
        expected: f64,
        absolute: f64,
        defect: f64,
    ) {
        if (found - expected).abs() <= absolute {
            return;
        }
        self.defective = true;
        self.near(what, found, expected, absolute + defect);
    }

    /// Counts the case apart: what is compared is not what the peer's figure claims to be.
    pub(crate) fn known_defect(&mut self) {
        self.defective = true;
    }

    pub(crate) fn is(&mut self, what: &str, holds: bool) {
        if !holds {
            let _ = writeln!(self.problems, "  {}: {what} does not hold", self.label);
        }
    }

    /// The value of a result, or a failure of the case.
    pub(crate) fn ok<T>(&mut self, result: disparity_stats::Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                let _ = writeln!(self.problems, "  {}: {error}", self.label);
                None
            }
        }
    }
}

impl Suite {
    pub(crate) fn new(name: &'static str) -> Self {
        Suite {
            name,
            cases: 0,
            within: 0,
            defects: 0,
            defect: "",
            failures: String::new(),
        }
    }

    /// Names the defect of the peer that [`Case::near_or_defect`] allows for.
    pub(crate) fn knowing(mut self, defect: &'static str) -> Self {
        self.defect = defect;
        self
    }

    /// Runs one case.
    pub(crate) fn case(&mut self, label: impl Into<String>, check: impl FnOnce(&mut Case)) {
        let mut case = Case {
            label: label.into(),
            problems: String::new(),
            defective: false,
        };
        check(&mut case);
        self.cases += 1;
        if !case.problems.is_empty() {
            self.failures.push_str(&case.problems);
        } else if case.defective {
            self.defects += 1;
        } else {
            self.within += 1;
        }
    }

    /// Says how many cases agree, and fails unless all do.
    pub(crate) fn finish(self) {
        let apart = match self.defects {
            0 => String::new(),
            n => format!("; {n} off only by {}", self.defect),
        };
        say(&format!(
            "{}: {} of {} cases within tolerance{apart}",
            self.name, self.within, self.cases
        ));
        assert!(self.cases > 0, "{}: the files hold no case", self.name);
        assert!(
            self.within + self.defects == self.cases,
            "{}\n{}",
            self.name,
            self.failures
        );
    }
}

/// The folder of a suite, or nothing (and a line that says so) where it is absent.
pub(crate) fn folder(suite: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/conformance")
        .join(suite);
    if path.is_dir() {
        return Some(path);
    }
    say(&format!("{suite}: NOT RUN, {} is absent", path.display()));
    None
}

/// The rows of a CSV file, by header name.
pub(crate) struct Table {
    headers: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

/// One row of a table.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    headers: &'a [String],
    record: &'a csv::StringRecord,
}

impl Table {
    pub(crate) fn read(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let mut reader = csv::ReaderBuilder::new()
            .from_path(&path)
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let clean = |h: &str| h.trim_start_matches('\u{feff}').trim().to_owned();
        let headers = reader.headers().unwrap().iter().map(clean).collect();
        let rows = reader.records().map(Result::unwrap).collect();
        Table { headers, rows }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|record| Row {
            headers: &self.headers,
            record,
        })
    }
}

impl<'a> Row<'a> {
    pub(crate) fn text(self, column: &str) -> &'a str {
        let position = self.headers.iter().position(|h| h == column);
        let position = position.unwrap_or_else(|| panic!("no column {column:?}"));
        self.record.get(position).unwrap_or_default().trim()
    }

    /// The number in a column; none where the peer has NA or nothing.
    pub(crate) fn number(self, column: &str) -> Option<f64> {
        match self.text(column) {
            "" | "NA" => None,
            text => Some(
                text.parse()
                    .unwrap_or_else(|_| panic!("{column}: {text:?}")),
            ),
        }
    }

    /// The number in a column that must have one.
    pub(crate) fn needed(self, column: &str) -> f64 {
        self.number(column)
            .unwrap_or_else(|| panic!("{column} is empty"))
    }

    /// The text of the whole row, for a label.
    pub(crate) fn label(self) -> String {
        self.record.iter().take(6).collect::<Vec<_>>().join(",")
    }
}
