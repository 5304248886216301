//! Files to records: each file recognised by what is in it, read by the reader for its kind, and
//! given an authority and a year. Joining years and linking records come later.

use std::io::Read;

use calamine::{Reader as _, Sheets};
use disparity_core::{Areas, Day};

use crate::api::ApiReader;
use crate::care_xml::CareReader;
use crate::census_xml::{CensusHeader, CensusReader};
use crate::codelists::{ColumnType, Lists};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Severity};
use crate::input::{Input, is_ratio_error};
use crate::manifest::{Dataset, Manifest};
use crate::options::Options;
use crate::reading::Reading;
use crate::rows::{
    Delimited, RowCounts, RowSource, Sheet, find_header, nearest_table, sniff_delimiter,
};
use crate::tables::{self, Shelves, Sink, Use};
use crate::text::{Encoding, Probe, Utf8Reader, probe};
use crate::xml::{Malformed, walk};

/// One table of one file, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// File, and sheet or member after a `!`.
    pub name: String,
    /// Family of returns, such as `ssda903`; empty if not recognised.
    pub family: String,
    /// Table within it.
    pub table: String,
    /// Authority as three digits; empty if unknown, several if rows name them.
    pub las: Vec<String>,
    /// Year in which the period ends, if the file is for one.
    pub year: Option<u16>,
    /// Years named on the rows, with how many rows name each.
    pub row_years: Vec<(u16, u64)>,
    /// SHA-256 of the bytes, inflated.
    pub sha256: String,
    /// Encoding; empty for workbooks.
    pub encoding: String,
    /// Rows with anything in them; children for XML and JSON.
    pub rows_read: u64,
    /// Rows that something was made of.
    pub rows_kept: u64,
    /// Rows of the second kind: episodes for XML.
    pub parts: u64,
    /// Whether its rows became records.
    pub used: bool,
    /// First and last day for which the file is complete, where the manifest says so.
    pub coverage: (Option<Day>, Option<Day>),
    /// The last day that any row speaks of.
    pub last_day: Option<Day>,
}

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

const HEAD: usize = 64 << 10;

/// Looks at the first bytes of every file; archives give their members.
pub(crate) fn candidates(
    context: Context<'_>,
    inputs: Vec<Input>,
    diagnostics: &mut Diagnostics,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    for input in inputs {
        let head = match input.head(HEAD) {
            Ok(head) => head,
            Err(error) => {
                diagnostics.push(Diagnostic::of_file(
                    Code::FileUnreadable,
                    &input.name,
                    error.to_string(),
                ));
                continue;
            }
        };
        if !head.starts_with(b"PK\x03\x04") {
            found.push(candidate(context, input, &head));
            continue;
        }
        match input.members() {
            Ok(members) if members.iter().any(|m| m.name.ends_with("!xl/workbook.xml")) => {
                found.push(candidate(context, input, &head));
            }
            Ok(members) => {
                for member in members {
                    match member.head(HEAD) {
                        Ok(head) if head.starts_with(b"PK\x03\x04") => {
                            diagnostics.push(Diagnostic::of_file(
                                Code::FileSkipped,
                                &member.name,
                                "an archive inside an archive",
                            ));
                        }
                        Ok(head) => found.push(candidate(context, member, &head)),
                        Err(error) => diagnostics.push(Diagnostic::of_file(
                            Code::FileUnreadable,
                            &member.name,
                            error.to_string(),
                        )),
                    }
                }
            }
            Err(error) => diagnostics.push(Diagnostic::of_file(
                Code::FileUnreadable,
                &input.name,
                error.to_string(),
            )),
        }
    }
    infer_authorities(context, &mut found, diagnostics);
    found
}

fn candidate(context: Context<'_>, input: Input, head: &[u8]) -> Candidate {
    let about = context.manifest.about(&input.name);
    let kind = kind_of(&input.name, head);
    let said = about
        .la
        .as_deref()
        .or(context.options.la.as_deref())
        .and_then(|la| context.la_code(la));
    let la = said
        .or_else(|| (kind == FileKind::Xml).then(|| lea_of(head)).flatten())
        .unwrap_or_default();
    Candidate {
        input,
        kind,
        about,
        la,
    }
}

fn kind_of(name: &str, head: &[u8]) -> FileKind {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0") {
        return FileKind::Workbook;
    }
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let extension = name
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_ascii_lowercase();
    let named = name
        .rsplit(['/', '!'])
        .next()
        .unwrap_or(name)
        .to_ascii_lowercase();
    if named.starts_with("manifest.")
        || matches!(
            extension.as_str(),
            "md" | "toml" | "pdf" | "py" | "r" | "html" | "png" | "docx"
        )
    {
        return FileKind::Skip;
    }
    if !wide && head.contains(&0) {
        return FileKind::Skip;
    }
    let first = head
        .iter()
        .copied()
        .find(|b| !b.is_ascii_whitespace() && !matches!(b, 0 | 0xef | 0xbb | 0xbf | 0xff | 0xfe));
    match first {
        Some(b'<') => FileKind::Xml,
        Some(b'{' | b'[') => FileKind::Json,
        _ => FileKind::Text,
    }
}

/// The authority in the head of a census, without reading all of it.
fn lea_of(head: &[u8]) -> Option<String> {
    let text: String = head
        .iter()
        .filter(|b| **b != 0)
        .map(|b| *b as char)
        .collect();
    let lower = text.to_ascii_lowercase();
    let at = lower.find("<lea>").or_else(|| lower.find(":lea>"))?;
    let rest = &text[at + lower[at..].find('>')? + 1..];
    let code: String = rest
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    (code.len() == 3).then_some(code)
}

/// Files that do not say their authority take it from their own path, or from the other files of
/// their folder if those name exactly one.
fn infer_authorities(context: Context<'_>, found: &mut [Candidate], diagnostics: &mut Diagnostics) {
    let folder = |name: &str| {
        name.rsplit_once(['/', '!'])
            .map_or_else(String::new, |(folder, _)| folder.to_owned())
    };
    let known: Vec<(String, String)> = found
        .iter()
        .filter(|c| !c.la.is_empty())
        .map(|c| (folder(&c.input.name), c.la.clone()))
        .collect();
    let only = |fits: &dyn Fn(&str) -> bool| -> Option<String> {
        let mut las = known
            .iter()
            .filter(|(other, _)| fits(other))
            .map(|(_, la)| la);
        let first = las.next()?;
        las.all(|la| la == first).then(|| first.clone())
    };
    for one in found
        .iter_mut()
        .filter(|c| c.la.is_empty() && c.kind != FileKind::Skip)
    {
        let here = folder(&one.input.name);
        let from_path = one
            .input
            .name
            .split(['/', '!', '_', '-', ' ', '.'])
            .filter(|part| part.len() == 3 || part.len() == 9)
            .find_map(|part| context.areas.find(part).ok())
            .and_then(|area| area.old_la_code.clone());
        if let Some(la) = from_path
            .or_else(|| only(&|other| other == here))
            .or_else(|| only(&|_| true))
        {
            diagnostics.push(Diagnostic::of_file(
                Code::LaInferred,
                &one.input.name,
                la.clone(),
            ));
            one.la = la;
        }
    }
}

/// Reads one file into the shelves. Returns its tables.
pub(crate) fn read_file(
    context: Context<'_>,
    candidate: &Candidate,
    first_source: u32,
    shelves: &mut Shelves,
    diagnostics: &mut Diagnostics,
) -> Vec<Source> {
    let name = &candidate.input.name;
    match candidate.kind {
        FileKind::Skip => {
            diagnostics.push(Diagnostic::of_file(Code::FileSkipped, name, ""));
            vec![]
        }
        FileKind::Workbook => read_workbook(context, candidate, first_source, shelves, diagnostics),
        _ => match probe_text(context, candidate, diagnostics) {
            Some((probe, encoding)) => {
                let options = file_options(context, candidate);
                let context = Context {
                    options: &options,
                    ..context
                };
                let before = shelves.mark();
                let source = read_text(
                    context,
                    candidate,
                    &probe,
                    encoding,
                    first_source,
                    shelves,
                    diagnostics,
                );
                if source.is_none() {
                    shelves.rewind(&before);
                }
                source.into_iter().collect()
            }
            None => vec![],
        },
    }
}

/// The options as the manifest changes them for one file.
fn file_options(context: Context<'_>, candidate: &Candidate) -> Options {
    let mut options = context.options.clone();
    options.year = candidate.about.year.or(options.year);
    options.date_order = candidate.about.date_order.unwrap_or(options.date_order);
    options
}

fn probe_text(
    context: Context<'_>,
    candidate: &Candidate,
    diagnostics: &mut Diagnostics,
) -> Option<(Probe, Encoding)> {
    let name = &candidate.input.name;
    let mut fail = |code, message: String| {
        diagnostics.push(Diagnostic::of_file(code, name, message));
        None
    };
    let probe = match candidate.input.read(|reader| probe(reader)) {
        Ok(Ok(probe)) => probe,
        Ok(Err(error)) if is_ratio_error(&error) => {
            return fail(Code::CompressionRatio, error.to_string());
        }
        Ok(Err(error)) => return fail(Code::FileUnreadable, error.to_string()),
        Err(error) => return fail(Code::FileUnreadable, error.to_string()),
    };
    let Some(encoding) = candidate
        .about
        .encoding
        .or(context.options.encoding)
        .or(probe.encoding)
    else {
        let (count, line) = probe.invalid;
        return fail(
            Code::EncodingMixed,
            format!("{count} bytes are not UTF-8, first on line {line}"),
        );
    };
    let (count, line) = probe.invalid;
    match encoding {
        Encoding::Windows1252 if count > 0 => {
            diagnostics.push(Diagnostic::of_file(
                Code::EncodingCp1252,
                name,
                format!("{count} bytes, first on line {line}"),
            ));
        }
        Encoding::Utf16Le | Encoding::Utf16Be => {
            diagnostics.push(Diagnostic::of_file(
                Code::EncodingUtf16,
                name,
                encoding.as_str(),
            ));
        }
        _ => {}
    }
    Some((probe, encoding))
}

fn blank_source(candidate: &Candidate, probe: Option<&Probe>, encoding: &str) -> Source {
    Source {
        name: candidate.input.name.clone(),
        family: String::new(),
        table: String::new(),
        las: if candidate.la.is_empty() {
            vec![]
        } else {
            vec![candidate.la.clone()]
        },
        year: None,
        row_years: vec![],
        sha256: probe.map(|probe| probe.sha256.clone()).unwrap_or_default(),
        encoding: encoding.to_owned(),
        rows_read: 0,
        rows_kept: 0,
        parts: 0,
        used: false,
        coverage: (candidate.about.coverage_start, candidate.about.coverage_end),
        last_day: None,
    }
}

fn read_text(
    context: Context<'_>,
    candidate: &Candidate,
    probe: &Probe,
    encoding: Encoding,
    source: u32,
    shelves: &mut Shelves,
    diagnostics: &mut Diagnostics,
) -> Option<Source> {
    let mut info = blank_source(candidate, Some(probe), encoding.as_str());
    let done = candidate.input.read(|raw| {
        let utf8 = Utf8Reader::new(raw, encoding);
        match candidate.kind {
            FileKind::Xml => read_xml(
                context,
                candidate,
                utf8,
                source,
                shelves,
                diagnostics,
                &mut info,
            ),
            FileKind::Json => read_json(
                context,
                candidate,
                utf8,
                source,
                shelves,
                diagnostics,
                &mut info,
            ),
            _ => read_delimited(
                context,
                candidate,
                utf8,
                source,
                shelves,
                diagnostics,
                &mut info,
            ),
        }
    });
    match done {
        Ok(true) => Some(info),
        Ok(false) => None,
        Err(error) => {
            diagnostics.push(Diagnostic::of_file(
                Code::FileUnreadable,
                &candidate.input.name,
                error.to_string(),
            ));
            None
        }
    }
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

fn read_head(reader: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    reader.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

fn read_xml(
    context: Context<'_>,
    candidate: &Candidate,
    mut utf8: impl Read,
    source: u32,
    shelves: &mut Shelves,
    diagnostics: &mut Diagnostics,
    info: &mut Source,
) -> bool {
    let name = &candidate.input.name;
    let head = match read_head(&mut utf8) {
        Ok(head) => head,
        Err(error) => {
            diagnostics.push(Diagnostic::of_file(
                Code::FileUnreadable,
                name,
                error.to_string(),
            ));
            return false;
        }
    };
    let root = root_of(&String::from_utf8_lossy(&head));
    let whole = head.as_slice().chain(utf8);
    let la_code = |text: &str| context.la_code(text);
    let mut sink = Sink::new(
        shelves,
        source,
        &candidate.la,
        context.options.year,
        &la_code,
    );
    let (family, table) = match root.as_str() {
        "message" | "cindetailscollection" => ("cin", "census"),
        "expssda903" => ("ssda903", "return"),
        _ => {
            let code = if root.is_empty() {
                Code::XmlMalformed
            } else {
                Code::XmlRootUnknown
            };
            diagnostics.push(Diagnostic::of_file(
                code,
                name,
                format!("it begins with <{root}>"),
            ));
            return false;
        }
    };
    family.clone_into(&mut info.family);
    table.clone_into(&mut info.table);
    let mut reading = if family == "cin" {
        Reading::new(
            context.lists,
            context.options,
            name,
            CensusReader::columns(),
        )
    } else {
        Reading::new(context.lists, context.options, name, CareReader::columns())
    };
    let result = if family == "cin" {
        let mut reader = CensusReader::new(&mut reading, &mut sink);
        let result = walk(whole, &mut reader);
        reader.finish();
        (info.rows_read, info.rows_kept) = (reader.children, reader.kept);
        let header = std::mem::take(&mut reader.header);
        census_header(&mut reading, &header, root == "cindetailscollection", info);
        result
    } else {
        let mut reader = CareReader::new(&mut reading, &mut sink);
        let result = walk(whole, &mut reader);
        (info.rows_read, info.parts, info.rows_kept) =
            (reader.children, reader.episodes, reader.kept);
        result
    };
    info.used = true;
    finish(reading, &[], result, candidate, diagnostics)
}

fn finish(
    mut reading: Reading<'_>,
    types: &[ColumnType],
    result: Result<(), Malformed>,
    candidate: &Candidate,
    diagnostics: &mut Diagnostics,
) -> bool {
    reading.finish(types);
    if let Err(malformed) = result {
        let code = if malformed.bomb {
            Code::CompressionRatio
        } else {
            Code::XmlMalformed
        };
        let mut one = Diagnostic::of_file(
            code,
            &candidate.input.name,
            format!("{}, column {}", malformed.why, malformed.column),
        );
        one.line = malformed.line;
        reading.diagnostics.push(one);
    }
    let failed = reading
        .diagnostics
        .tallies()
        .any(|(code, ..)| code.severity() == Severity::FileError && stops(code));
    diagnostics.append(std::mem::take(&mut reading.diagnostics));
    !failed
}

/// Whether an error of a table means that none of its rows can be used.
const fn stops(code: Code) -> bool {
    !matches!(
        code,
        Code::EmptyTable | Code::ColumnMissing | Code::PeriodUnknown | Code::LaUnknown
    )
}

/// The year of a census: its reference date if that is a 31 March, otherwise the year it gives.
fn census_header(
    reading: &mut Reading<'_>,
    header: &CensusHeader,
    nonstandard: bool,
    info: &mut Source,
) {
    reading.line = 0;
    reading.child = None;
    if nonstandard {
        reading.report_file(
            Code::CinNonstandard,
            "the document has no Message, Header and Children",
        );
    }
    let reference = header.reference.map(Day::ymd);
    let from_reference =
        reference.and_then(|(year, month, day)| (month == 3 && day == 31).then_some(year));
    if let (Some(reference), None) = (header.reference, from_reference) {
        reading.report_file(Code::ReferenceDate, reference.to_string());
    }
    if let (Some(year), Some((reference, ..))) = (header.year, reference)
        && i32::from(year) != reference
    {
        reading.report_file(
            Code::YearMismatch,
            format!("year {year}, reference date in {reference}"),
        );
    }
    let from_reference = from_reference.and_then(|year| u16::try_from(year).ok());
    let other = header
        .year
        .or_else(|| reference.and_then(|(year, ..)| u16::try_from(year).ok()));
    info.year = reading.options.year.or(from_reference).or(other);
    if !header.la.is_empty() && info.las.is_empty() {
        info.las = vec![header.la.clone()];
    }
}

fn read_json(
    context: Context<'_>,
    candidate: &Candidate,
    utf8: impl Read,
    source: u32,
    shelves: &mut Shelves,
    diagnostics: &mut Diagnostics,
    info: &mut Source,
) -> bool {
    let la_code = |text: &str| context.la_code(text);
    let mut sink = Sink::new(
        shelves,
        source,
        &candidate.la,
        context.options.year,
        &la_code,
    );
    let mut reading = Reading::new(
        context.lists,
        context.options,
        &candidate.input.name,
        ApiReader::columns(),
    );
    let mut reader = ApiReader::new(&mut reading, &mut sink);
    let result = reader.read(utf8);
    (info.rows_read, info.rows_kept, info.used) = (reader.children, reader.kept, true);
    info.family = "api".into();
    info.table = "children".into();
    if let Err(error) = result {
        let mut one = Diagnostic::of_file(
            Code::JsonMalformed,
            &candidate.input.name,
            error.to_string(),
        );
        one.line = error.line() as u64;
        reading.diagnostics.push(one);
    }
    finish(reading, &[], Ok(()), candidate, diagnostics)
}

fn read_delimited(
    context: Context<'_>,
    candidate: &Candidate,
    mut utf8: impl Read,
    source: u32,
    shelves: &mut Shelves,
    diagnostics: &mut Diagnostics,
    info: &mut Source,
) -> bool {
    let head = match read_head(&mut utf8) {
        Ok(head) => head,
        Err(error) => {
            diagnostics.push(Diagnostic::of_file(
                Code::FileUnreadable,
                &candidate.input.name,
                error.to_string(),
            ));
            return false;
        }
    };
    let delimiter = sniff_delimiter(&String::from_utf8_lossy(&head));
    let rows = Delimited::new(head.as_slice().chain(utf8), delimiter);
    read_rows(
        context,
        candidate,
        &candidate.input.name,
        rows,
        source,
        shelves,
        diagnostics,
        info,
    )
    .is_some_and(|done| done.0)
}

/// Reads one table. Returns whether it can be used, and the rows again for what they counted.
#[expect(
    clippy::too_many_arguments,
    reason = "two call sites; a struct would only rename them"
)]
fn read_rows<S: RowSource>(
    context: Context<'_>,
    candidate: &Candidate,
    name: &str,
    rows: S,
    source: u32,
    shelves: &mut Shelves,
    diagnostics: &mut Diagnostics,
    info: &mut Source,
) -> Option<(bool, u64)> {
    let mut found = match find_header(context.lists, rows) {
        Ok(found) => found,
        Err((_, header)) => {
            let message = nearest_table(context.lists, &header);
            diagnostics.push(Diagnostic::of_file(Code::TableUnrecognised, name, message));
            return None;
        }
    };
    let def = found.table.def;
    info.family.clone_from(&def.family);
    info.table.clone_from(&def.name);
    let mut reading = Reading::of_table(context.lists, context.options, name, def);
    found.report_header(&mut reading);
    let marks = shelves.mark();
    let la_code = |text: &str| context.la_code(text);
    let mut sink = Sink::new(
        shelves,
        source,
        &candidate.la,
        context.options.year,
        &la_code,
    );
    let used = tables::read(&mut found, &mut reading, &mut sink);
    let labels = std::mem::take(&mut sink.labels);
    let counts = match used {
        Use::Read(counts) => {
            info.used = true;
            counts
        }
        Use::Unused(counts) => {
            reading.report_file(Code::TableUnused, format!("{} {}", def.family, def.name));
            counts
        }
    };
    let types: Vec<ColumnType> = def.columns.iter().map(|column| column.kind).collect();
    let wrong = reading.finish(&types);
    if !wrong.is_empty() {
        shelves.remove_lines(&marks, &wrong);
    }
    fill_counts(info, counts, wrong.len() as u64);
    if !labels.las.is_empty() {
        info.las = labels.las.into_keys().collect();
    }
    info.year = context.options.year;
    info.row_years = labels
        .years
        .iter()
        .filter_map(|(label, n)| Some((crate::period::read_year(label)?, *n)))
        .collect();
    let failed = reading
        .diagnostics
        .tallies()
        .any(|(code, ..)| code.severity() == Severity::FileError && stops(code));
    diagnostics.append(std::mem::take(&mut reading.diagnostics));
    if failed {
        shelves.rewind(&marks);
        info.used = false;
        info.rows_kept = 0;
    }
    Some((true, counts.read))
}

fn fill_counts(info: &mut Source, counts: RowCounts, wrong: u64) {
    info.rows_read = counts.read;
    info.rows_kept = counts.kept.saturating_sub(wrong);
}

fn read_workbook(
    context: Context<'_>,
    candidate: &Candidate,
    first_source: u32,
    shelves: &mut Shelves,
    diagnostics: &mut Diagnostics,
) -> Vec<Source> {
    let name = &candidate.input.name;
    let mut fail = |code, message: String| {
        diagnostics.push(Diagnostic::of_file(code, name, message));
        vec![]
    };
    let bytes = match candidate.input.workbook_bytes() {
        Ok(bytes) => bytes,
        Err(crate::input::InputError::Ratio) => return fail(Code::CompressionRatio, String::new()),
        Err(error) => return fail(Code::FileUnreadable, error.to_string()),
    };
    let Ok(probe) = probe(&mut bytes.as_slice()) else {
        return fail(Code::FileUnreadable, String::new());
    };
    let mut workbook: Sheets<_> =
        match calamine::open_workbook_auto_from_rs(std::io::Cursor::new(bytes)) {
            Ok(workbook) => workbook,
            Err(error) => return fail(Code::FileUnreadable, error.to_string()),
        };
    let options = file_options(context, candidate);
    let context = Context {
        options: &options,
        ..context
    };
    let mut sources = Vec::new();
    for sheet in workbook.sheet_names() {
        let shown = format!("{name}!{sheet}");
        let range = match workbook.worksheet_range(&sheet) {
            Ok(range) => range,
            Err(error) => {
                diagnostics.push(Diagnostic::of_file(
                    Code::FileUnreadable,
                    &shown,
                    error.to_string(),
                ));
                continue;
            }
        };
        let mut info = blank_source(candidate, Some(&probe), "");
        info.name.clone_from(&shown);
        if let Some(source) = read_sheet(
            context,
            candidate,
            &shown,
            range,
            first_source.saturating_add(u32::try_from(sources.len()).unwrap_or(u32::MAX)),
            shelves,
            diagnostics,
            info,
        ) {
            sources.push(source);
        }
    }
    if sources.is_empty() {
        diagnostics.push(Diagnostic::of_file(
            Code::TableUnrecognised,
            name,
            "no sheet holds a known table",
        ));
    }
    sources
}

#[expect(
    clippy::too_many_arguments,
    reason = "one call site; a struct would only rename them"
)]
fn read_sheet(
    context: Context<'_>,
    candidate: &Candidate,
    shown: &str,
    range: calamine::Range<calamine::Data>,
    source: u32,
    shelves: &mut Shelves,
    diagnostics: &mut Diagnostics,
    mut info: Source,
) -> Option<Source> {
    let errors = range
        .used_cells()
        .filter(|(.., cell)| matches!(cell, calamine::Data::Error(_)))
        .count();
    // A sheet that is no table of children is a cover or a guide, not a fault.
    let header = find_header(context.lists, Sheet::new(range.clone())).is_ok();
    if !header {
        diagnostics.push(Diagnostic::of_file(Code::SheetSkipped, shown, ""));
        return None;
    }
    if errors > 0 {
        diagnostics.push(Diagnostic::of_file(
            Code::FormulaEmpty,
            shown,
            format!("{errors} cells"),
        ));
    }
    read_rows(
        context,
        candidate,
        shown,
        Sheet::new(range),
        source,
        shelves,
        diagnostics,
        &mut info,
    )?;
    Some(info)
}
