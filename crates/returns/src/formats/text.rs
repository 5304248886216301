//! Files of text: XML, JSON and delimited rows, decoded to UTF-8 and read by the reader for what
//! they hold.

use std::io::Read;

use disparity_core::{Day, Period};

use super::recognise::HEAD;
use super::{FileKind, FileReader, Unread, stops};
use crate::bytes::encoding::{Encoding, Probe, Utf8Reader, probe};
use crate::bytes::input::InputError;
use crate::bytes::xml::{Malformed, walk};
use crate::config::format::Format;
use crate::diagnostics::{Code, Diagnostic};
use crate::fields::field_reader::{FieldReader, Finished};
use crate::formats::api::ApiReader;
use crate::formats::care_xml::CareReader;
use crate::formats::census_xml::CensusReader;
use crate::formats::delimited::{
    Delimited, NoHeader, RowCounts, RowSource, find_header, nearest_table, sniff_delimiter,
};
use crate::formats::tables::{self, Use};
use crate::records::Mark;
use crate::records::record_sink::CensusHeader;
use crate::records::source::{Made, Source};

/// Reads the file. Nothing of it is kept if it turns out not to be usable.
pub(super) fn read(file: &mut FileReader<'_>) -> Option<Source> {
    let (probe, encoding) = probe_text(file)?;
    let candidate = file.candidate;
    let unread = Unread {
        name: &candidate.input.name,
        sha256: &probe.sha256,
        encoding: Some(encoding),
        made: None,
    };
    let before = file.by_authority.mark();
    let done = candidate.input.read(|raw| {
        let mut utf8 = Utf8Reader::new(raw, encoding);
        if candidate.kind == FileKind::Json {
            return Ok(read_json(file, utf8, unread));
        }
        let mut head = Vec::with_capacity(HEAD);
        (&mut utf8).take(HEAD as u64).read_to_end(&mut head)?;
        let text = String::from_utf8_lossy(&head).into_owned();
        let whole = head.as_slice().chain(utf8);
        if candidate.kind == FileKind::Xml {
            return Ok(read_xml(file, &text, whole, unread));
        }
        let rows = Delimited::new(whole, sniff_delimiter(&text));
        Ok(read_rows(file, rows, unread))
    });
    match done.and_then(|read| read.map_err(InputError::from_read)) {
        Ok(Some(source)) => {
            report_births(file, &before, &source.name);
            return Some(source);
        }
        Ok(None) => {}
        Err(error) => file.unreadable(&candidate.input.name, &error),
    }
    file.by_authority.rewind(&before);
    None
}

/// Says so if an extract gives dates of birth to the month or the year only.
pub(super) fn report_births(file: &mut FileReader<'_>, before: &[Mark], name: &str) {
    if let Some(precision) = file.by_authority.degrade_births(before) {
        let message = format!("known to the {}", precision.as_str());
        file.say(Code::BirthDegraded, name, message);
    }
}

fn probe_text(file: &mut FileReader<'_>) -> Option<(Probe, Encoding)> {
    let candidate = file.candidate;
    let name = &candidate.input.name;
    let probed = candidate.input.read(|reader| probe(reader));
    let probe = match probed.and_then(|read| read.map_err(InputError::from_read)) {
        Ok(probe) => probe,
        Err(error) => {
            file.unreadable(name, &error);
            return None;
        }
    };
    let (count, line) = probe.invalid;
    // A mark at the beginning is certain; what the user says is for what is not.
    let marked = probe.encoding.filter(|encoding| encoding.is_wide());
    let said = candidate.about.encoding.or(file.context.options.encoding);
    let Some(encoding) = marked.or(said).or(probe.encoding) else {
        file.say(
            Code::EncodingMixed,
            name,
            format!("{count} bytes are not UTF-8, first on line {line}"),
        );
        return None;
    };
    if encoding == Encoding::Windows1252 && count > 0 {
        file.say(
            Code::EncodingCp1252,
            name,
            format!("{count} bytes, first on line {line}"),
        );
    } else if encoding.is_wide() {
        file.say(Code::EncodingUtf16, name, encoding.as_str());
    }
    Some((probe, encoding))
}

/// The first element of a document, in lower case and without namespace.
fn root_of(head: &str) -> String {
    let mut rest = head;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(skip) = rest
            .strip_prefix("!--")
            .map(|r| r.find("-->").map_or(r.len(), |n| n + 6))
        {
            rest = rest.get(skip..).unwrap_or_default();
        } else if !rest.starts_with(['?', '!']) {
            let name = rest
                .split([' ', '>', '/', '\t', '\r', '\n'])
                .next()
                .unwrap_or_default();
            return name.rsplit(':').next().unwrap_or_default().to_lowercase();
        }
    }
    String::new()
}

/// The returns that are documents of XML.
#[derive(Clone, Copy)]
enum Document {
    Census,
    CareReturn,
}

impl Document {
    /// Which return a document is, by the name of its first element.
    fn of(root: &str) -> Option<Self> {
        match root {
            "message" | "cindetailscollection" => Some(Self::Census),
            "expssda903" => Some(Self::CareReturn),
            _ => None,
        }
    }
}

fn read_xml(
    file: &mut FileReader<'_>,
    head: &str,
    whole: impl Read,
    unread: Unread<'_>,
) -> Option<Source> {
    let name = unread.name;
    let root = root_of(head);
    let Some(document) = Document::of(&root) else {
        let code = if root.is_empty() {
            Code::XmlMalformed
        } else {
            Code::XmlRootUnknown
        };
        file.say(code, name, format!("it begins with <{root}>"));
        return None;
    };
    let mut info = match document {
        Document::Census => file.source(&unread, Format::Cin, "census"),
        Document::CareReturn => file.source(&unread, Format::Ssda903, "return"),
    };
    info.used = true;
    let context = file.context;
    let la_code = |text: &str| context.la_code(text);
    let mut sink = file.sink(&la_code);
    let mut reading;
    let result = match document {
        Document::Census => {
            let columns = CensusReader::columns();
            reading = FieldReader::new(context.lists, context.options, name, columns);
            reading.la.clone_from(&sink.la);
            let mut reader = CensusReader::new(&mut reading, &mut sink);
            let result = walk(whole, &mut reader);
            reader.finish();
            (info.rows_read, info.parts, info.rows_kept) =
                (reader.children, reader.episodes, reader.kept);
            let header = std::mem::take(&mut reader.header);
            let nonstandard = root == "cindetailscollection";
            census_header(&mut reading, &header, nonstandard, &mut info);
            result
        }
        Document::CareReturn => {
            let columns = CareReader::columns();
            reading = FieldReader::new(context.lists, context.options, name, columns);
            reading.la.clone_from(&sink.la);
            let mut reader = CareReader::new(&mut reading, &mut sink);
            let result = walk(whole, &mut reader);
            (info.rows_read, info.parts, info.rows_kept) =
                (reader.children, reader.episodes, reader.kept);
            info.year = context.options.year;
            info.columns = reader.seen();
            result
        }
    };
    match result {
        Err(malformed) => reading.diagnostics.push(malformed_at(name, &malformed)),
        Ok(()) if info.rows_read == 0 => reading.report_file(Code::EmptyTable, "no child"),
        Ok(()) => {}
    }
    info.undated = std::mem::take(&mut reading.undated);
    finish(file, reading).then_some(info)
}

fn malformed_at(name: &str, malformed: &Malformed) -> Diagnostic {
    let code = if malformed.bomb {
        Code::CompressionRatio
    } else {
        Code::XmlMalformed
    };
    let message = format!("{}, column {}", malformed.why, malformed.column);
    Diagnostic {
        line: malformed.line,
        ..Diagnostic::of_file(code, name, message)
    }
}

/// Ends the reading of a document, whose elements are named: that many codes are not known does
/// not mean, as in a table, that the wrong column was taken.
fn finish(file: &mut FileReader<'_>, mut reading: FieldReader<'_>) -> bool {
    reading.finish(None);
    file.close(reading, |code| stops(code) && code != Code::CodesUnknown)
}

/// The year of a census: its reference date if that is a 31 March, otherwise the year it gives.
fn census_header(
    reading: &mut FieldReader<'_>,
    header: &CensusHeader,
    nonstandard: bool,
    info: &mut Source,
) {
    reading.line = 0;
    reading.child = None;
    if !header.collection.is_empty() && !header.collection.eq_ignore_ascii_case("cin") {
        let message = format!("it is of the collection {}", header.collection);
        reading.report_file(Code::XmlRootUnknown, message);
    }
    if nonstandard {
        reading.report_file(
            Code::CinNonstandard,
            "the document has no Message, Header and Children",
        );
    }
    let (year_of, last_of) = (|day: Day| day.period().map(Period::year), Day::last_of);
    let is_last = |day: Day| day.period().is_some_and(|period| last_of(period) == day);
    let reference = header.reference;
    if let Some(reference) = reference.filter(|day| !is_last(*day)) {
        reading.report_file(Code::ReferenceDate, reference.to_string());
    }
    if let (Some(year), Some(reference)) = (header.year, reference) {
        // A day in a reporting year is of the calendar year, too.
        let years = [year_of(reference), u16::try_from(reference.ymd().0).ok()];
        if !years.contains(&Some(year)) {
            let message = format!("year {year}, reference date {reference}");
            reading.report_file(Code::YearMismatch, message);
        }
    }
    let from_reference = reference.filter(|day| is_last(*day)).and_then(year_of);
    let own = from_reference.or(header.year);
    if let (Some(stated), Some(own)) = (reading.options.year, own)
        && stated != own
    {
        let message = format!("stated to be for {stated}; it gives {own}");
        reading.report_file(Code::YearOverruled, message);
    }
    info.year = reading.options.year.or(own);
    info.made = made_in_header(header, info.year);
    if !header.la.is_empty() && info.las.is_empty() {
        info.las = vec![header.la.clone()];
    }
}

/// The day on which a census was made: of its `DateTime` or its `ReferenceDate`, whichever is earlier.
/// One before the year began, of a template or of a clock that was wrong, says nothing.
fn made_in_header(header: &CensusHeader, year: Option<u16>) -> Option<Made> {
    let first = Day::first_of(Period::ending(year?)?);
    let days = [
        (header.made, Made::TIME),
        (header.reference, Made::REFERENCE),
    ];
    days.into_iter()
        .filter_map(|(day, how)| Some(Made { day: day?, how }))
        .filter(|made| first <= made.day)
        .min_by_key(|made| made.day)
}

fn read_json(file: &mut FileReader<'_>, utf8: impl Read, unread: Unread<'_>) -> Option<Source> {
    let name = unread.name;
    let mut info = file.source(&unread, Format::Api, "children");
    let context = file.context;
    let la_code = |text: &str| context.la_code(text);
    let mut sink = file.sink(&la_code);
    let columns = ApiReader::columns();
    let mut reading = FieldReader::new(context.lists, context.options, name, columns);
    reading.la.clone_from(&sink.la);
    let mut reader = ApiReader::new(&mut reading, &mut sink);
    let result = reader.read(utf8);
    (info.rows_read, info.rows_kept, info.used) = (reader.children, reader.kept, true);
    if let Err(error) = result {
        let one = Diagnostic::of_file(Code::JsonMalformed, name, why_no_json(&error));
        reading.diagnostics.push(Diagnostic {
            line: error.line() as u64,
            ..one
        });
    } else if info.rows_read == 0 {
        reading.report_file(Code::EmptyTable, "no child");
    }
    finish(file, reading).then_some(info)
}

/// What is wrong with a document, without the value that is wrong, which may be a child's.
fn why_no_json(error: &serde_json::Error) -> String {
    let why = error.to_string();
    match why.split_once(": ") {
        Some((kind, _)) if kind.starts_with("invalid ") => {
            format!("{kind} at line {} column {}", error.line(), error.column())
        }
        _ => why,
    }
}

/// Reads one table, if it is a known one; the source says whether its rows are used.
pub(super) fn read_rows<S: RowSource>(
    file: &mut FileReader<'_>,
    rows: S,
    unread: Unread<'_>,
) -> Option<Source> {
    let context = file.context;
    let mut found = match find_header(context.lists, rows) {
        Ok(found) => found,
        Err(NoHeader {
            unreadable: Some(why),
            ..
        }) => {
            file.say(Code::FileUnreadable, unread.name, why);
            return None;
        }
        Err(NoHeader { header, .. }) => {
            let nearest = nearest_table(context.lists, &header);
            let code = if nearest.is_table {
                Code::ColumnMissing
            } else {
                Code::TableUnrecognised
            };
            file.say(code, unread.name, nearest.message);
            return None;
        }
    };
    let def = found.table.def;
    let mut info = file.source(&unread, def.format, &def.name);
    info.columns = found.columns().map(str::to_owned).collect();
    let mut reading = FieldReader::of_table(context.lists, context.options, &info.name, def);
    found.report_header(&mut reading);
    let marks = file.by_authority.mark();
    let la_code = |text: &str| context.la_code(text);
    let mut sink = file.sink(&la_code);
    reading.la.clone_from(&sink.la);
    let used = tables::read(&mut found, &mut reading, &mut sink);
    let labels = sink.take_labels();
    let counts = match used {
        Err(wrong) => {
            reading.report_file(Code::FileUnreadable, wrong.to_string());
            RowCounts::default()
        }
        Ok(Use::Read(counts)) => {
            info.used = true;
            counts
        }
        Ok(Use::Unused(counts)) => {
            reading.report_file(Code::TableUnused, format!("{} {}", def.format, def.name));
            counts
        }
    };
    let Finished { wrong, aside } = reading.finish(Some(def));
    for column in aside.iter().filter_map(|at| def.columns.get(*at)) {
        file.by_authority.set_aside(&marks, column, context.lists);
    }
    if !wrong.is_empty() {
        file.by_authority.remove_lines(&marks, &wrong);
    }
    info.rows_read = counts.read;
    info.rows_kept = counts.kept.saturating_sub(wrong.len() as u64);
    if !labels.las.is_empty() {
        info.las = labels.las.into_keys().collect();
    }
    info.undated = std::mem::take(&mut reading.undated);
    info.year = context.options.year;
    if labels.header != CensusHeader::default() {
        let year = labels.header.year;
        info.made = made_in_header(&labels.header, info.year.or(year));
    }
    info.row_years = labels
        .years
        .iter()
        .filter_map(|(label, n)| Some((crate::config::year::read_year(label)?, *n)))
        .collect();
    if !file.close(reading, stops) {
        file.by_authority.rewind(&marks);
        info.used = false;
        info.rows_kept = 0;
    }
    Some(info)
}
