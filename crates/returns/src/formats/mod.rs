//! Files to records: each file recognised by what is in it, read by the reader for its kind, and
//! given an authority and a year. Joining years and linking records come later.

mod api;
mod care_xml;
mod census_xml;
pub(crate) mod coverage;
mod dates_by_year;
pub(crate) mod dating;
mod delimited;
mod labels;
pub(crate) mod lookup;
mod opened;
mod recognise;
mod tables;
mod text;
pub(crate) mod twice;
mod workbook;

use disparity_core::Areas;

pub(crate) use recognise::candidates;

use crate::bytes::encoding::Encoding;
use crate::bytes::input::{Input, InputError};
use crate::config::codelists::Lists;
use crate::config::continuity::Continuity;
use crate::config::format::Format;
use crate::config::manifest::{Dataset, Manifest};
use crate::config::options::Options;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::fields::field_reader::FieldReader;
use crate::formats::lookup::Layout;
use crate::records::record_sink::{RecordSink, RecordsByAuthority};
use crate::records::source::{Made, Source};

/// What a file's first bytes say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Workbook,
    Xml,
    Json,
    Text,
    Skip,
}

/// A file with what is known before reading it.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) input: Input,
    pub(crate) kind: FileKind,
    pub(crate) about: Dataset,
    /// Authority as three digits; empty until known.
    pub(crate) la: String,
    /// Where its columns stand, if it is a lookup of postcodes.
    pub(crate) lookup: Option<Layout>,
}

/// Everything that reading needs and that does not change from file to file.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) lists: &'a Lists,
    pub(crate) options: &'a Options,
    pub(crate) areas: &'a Areas,
    pub(crate) manifest: &'a Manifest,
}

impl Context<'_> {
    /// Authorities whose children kept their identifiers, as options and manifest say.
    pub(crate) fn continuity(&self) -> Vec<Continuity> {
        [
            self.options.continuity.as_slice(),
            &self.manifest.continuity,
        ]
        .concat()
    }

    /// The three-digit code of an authority named in any way.
    pub(crate) fn la_code(&self, text: &str) -> Option<String> {
        let text = text.trim();
        let text = text.strip_suffix(".0").unwrap_or(text);
        if text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Some(text.to_owned());
        }
        let area = self.areas.find(text).ok()?;
        area.old_la_code.clone()
    }
}

/// What is known of a file, or a part of it by name, before it is recognised.
#[derive(Clone, Copy)]
struct Unread<'n> {
    name: &'n str,
    sha256: &'n str,
    /// None for workbooks.
    encoding: Option<Encoding>,
    made: Option<Made>,
}

/// Reads one file: where its rows go, and where what is odd about it is said.
struct FileReader<'a> {
    context: Context<'a>,
    candidate: &'a Candidate,
    source: u32,
    by_authority: &'a mut RecordsByAuthority,
    diagnostics: &'a mut Diagnostics,
}

impl FileReader<'_> {
    /// Says something about the whole file, or a part of it by name.
    fn say(&mut self, code: Code, name: &str, message: impl Into<String>) {
        self.diagnostics
            .push(Diagnostic::of_file(code, name, message));
    }

    /// Says why the file, or a part of it by name, cannot be read.
    fn unreadable(&mut self, name: &str, error: &InputError) {
        self.diagnostics.push(why_unreadable(name, error));
    }

    /// A place for rows of this file.
    fn sink<'s>(&'s mut self, la_code: &'s dyn Fn(&str) -> Option<String>) -> RecordSink<'s> {
        RecordSink::new(
            self.by_authority,
            self.source,
            &self.candidate.la,
            self.context.options.year,
            la_code,
        )
    }

    /// A table of the file, recognised and not yet read.
    fn source(&self, unread: &Unread<'_>, format: Format, table: &str) -> Source {
        let (about, la) = (&self.candidate.about, &self.candidate.la);
        Source {
            name: unread.name.to_owned(),
            format,
            table: table.to_owned(),
            las: Some(la.clone())
                .filter(|la| !la.is_empty())
                .into_iter()
                .collect(),
            year: None,
            row_years: vec![],
            sha256: unread.sha256.to_owned(),
            encoding: unread.encoding.map_or("", Encoding::as_str).to_owned(),
            rows_read: 0,
            rows_kept: 0,
            parts: 0,
            columns: vec![],
            used: false,
            coverage: (about.coverage_start, about.coverage_end),
            made: unread.made,
            last_day: None,
            undated: vec![],
        }
    }

    /// Takes over what a reading found odd. Returns whether its rows can be used.
    fn close(&mut self, mut reading: FieldReader<'_>, stops: impl Fn(Code) -> bool) -> bool {
        let failed = reading
            .diagnostics
            .tallies()
            .any(|(code, ..)| code.severity() == Severity::FileError && stops(code));
        self.diagnostics
            .append(std::mem::take(&mut reading.diagnostics));
        !failed
    }
}

/// Says why a file cannot be read.
pub(crate) fn why_unreadable(name: &str, error: &InputError) -> Diagnostic {
    let code = match error {
        InputError::Ratio => Code::CompressionRatio,
        _ => Code::FileUnreadable,
    };
    Diagnostic::of_file(code, name, error.to_string())
}

/// Whether an error of a table means that none of its rows can be used.
const fn stops(code: Code) -> bool {
    !matches!(
        code,
        Code::EmptyTable | Code::ColumnMissing | Code::PeriodUnknown | Code::LaUnknown
    )
}

/// Reads one file; its rows go to the records by authority. Returns its tables.
pub(crate) fn read_file(
    context: Context<'_>,
    candidate: &Candidate,
    first_source: u32,
    by_authority: &mut RecordsByAuthority,
    diagnostics: &mut Diagnostics,
) -> Vec<Source> {
    let options = file_options(context, candidate);
    let mut file = FileReader {
        context: Context {
            options: &options,
            ..context
        },
        candidate,
        source: first_source,
        by_authority,
        diagnostics,
    };
    match candidate.kind {
        FileKind::Skip => {
            file.say(Code::FileSkipped, &candidate.input.name, "");
            vec![]
        }
        FileKind::Workbook => workbook::read(&mut file),
        _ => text::read(&mut file).into_iter().collect(),
    }
}

/// The options as the manifest changes them for one file.
fn file_options(context: Context<'_>, candidate: &Candidate) -> Options {
    let mut options = context.options.clone();
    options.year = candidate.about.year.or(options.year);
    options.date_order = candidate.about.date_order.unwrap_or(options.date_order);
    options
}
