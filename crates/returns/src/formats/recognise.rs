//! What each file is, from its first bytes, and which authority it is from; archives are opened.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use super::{Candidate, Context, FileKind, why_unreadable};
use crate::bytes::encoding::{Encoding, Utf8Reader, wide};
use crate::bytes::input::{Input, InputError};
use crate::config::format::Format;
use crate::config::options::Progress;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::formats::delimited::{Delimited, RowSource, find_header, sniff_delimiter};
use crate::formats::lookup;

/// How much of a file is looked at.
pub(super) const HEAD: usize = 64 << 10;
/// How deep archives may be inside archives: a zip of zips is a thing that people send.
const MAX_NESTED: usize = 2;

/// Looks at the first bytes of every file; archives give their members.
pub(crate) fn candidates(
    context: Context<'_>,
    inputs: Vec<Input>,
    progress: Progress<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut seen = Seen {
        progress,
        done: 0,
        all: inputs.len(),
    };
    for input in inputs {
        look(context, input, 0, &mut seen, &mut found, diagnostics);
        seen.count(1);
    }
    infer_authorities(context, &mut found, diagnostics);
    found
}

/// How many files have been looked at, of those that are known: an archive adds its members.
struct Seen<'p> {
    progress: Progress<'p>,
    done: usize,
    all: usize,
}

impl Seen<'_> {
    fn count(&mut self, files: usize) {
        self.done += files;
        (self.progress)("looking at files", self.done, self.all);
    }
}

fn look(
    context: Context<'_>,
    input: Input,
    depth: usize,
    seen: &mut Seen<'_>,
    found: &mut Vec<Candidate>,
    diagnostics: &mut Diagnostics,
) {
    let name = input.name.clone();
    let mut fail = |error: &InputError| diagnostics.push(why_unreadable(&name, error));
    let head = match input.head(HEAD) {
        Ok(head) => head,
        Err(error) => return fail(&error),
    };
    if !head.starts_with(b"PK\x03\x04") {
        found.push(candidate(context, input, &head, diagnostics));
        return;
    }
    // What is packed or streamed can only be read from its beginning; an archive begins at its end.
    let members = input
        .members()
        .or_else(|_| input.in_memory().and_then(|held| held.members()));
    let members = match members {
        Ok(members) => members,
        Err(error) => return fail(&error),
    };
    let holds = |part: &str| {
        let end = format!("!{part}");
        members.iter().any(|member| member.name.ends_with(&end))
    };
    if holds("xl/workbook.xml") || holds("xl/workbook.bin") || holds("content.xml") {
        found.push(candidate(context, input, &head, diagnostics));
    } else if holds("[Content_Types].xml") {
        diagnostics.push(Diagnostic::of_file(
            Code::FileSkipped,
            &name,
            "a document, not a workbook",
        ));
    } else if depth >= MAX_NESTED {
        fail(&InputError::Zip(format!(
            "it is inside {depth} other archives"
        )));
    } else {
        seen.all += members.len();
        for member in members {
            look(context, member, depth + 1, seen, found, diagnostics);
            seen.count(1);
        }
    }
}

fn candidate(
    context: Context<'_>,
    input: Input,
    head: &[u8],
    diagnostics: &mut Diagnostics,
) -> Candidate {
    let about = context.manifest.about(&input.name);
    let kind = kind_of(&input.name, head);
    let code = |la: &str| context.la_code(la);
    let stated = about.la.as_deref().and_then(code);
    let own = match kind {
        FileKind::Xml => lea_of(head),
        FileKind::Text => lea_of_table(context, head),
        _ => None,
    };
    let lookup = (kind == FileKind::Text)
        .then(|| lookup::layout(context, head))
        .flatten();
    // What a file says of itself is not overruled by an option for those that do not say.
    let la = stated
        .clone()
        .or_else(|| own.clone())
        .or_else(|| context.options.la.as_deref().and_then(code))
        .unwrap_or_default();
    if let Some(own) = own.filter(|own| *own != la) {
        diagnostics.push(Diagnostic::of_file(
            Code::LaMismatch,
            &input.name,
            format!("the file says {own}, the manifest {la}"),
        ));
    }
    Candidate {
        input,
        kind,
        about,
        la,
        lookup,
    }
}

/// Endings of files that lie beside returns and are none.
const NOT_RETURNS: [&str; 29] = [
    "md", "toml", "pdf", "py", "r", "html", "htm", "png", "jpg", "jpeg", "gif", "svg", "doc",
    "docx", "ppt", "pptx", "msg", "eml", "sql", "log", "xsd", "xsl", "xslt", "dtd", "yml", "yaml",
    "ini", "ipynb", "parquet",
];

fn kind_of(name: &str, head: &[u8]) -> FileKind {
    if head.starts_with(b"PK\x03\x04") {
        return FileKind::Workbook;
    }
    let own = name
        .rsplit(['/', '\\', '!'])
        .next()
        .unwrap_or(name)
        .to_ascii_lowercase();
    let extension = own.rsplit_once('.').map_or("", |(_, extension)| extension);
    if own.starts_with("manifest.") || NOT_RETURNS.contains(&extension) {
        return FileKind::Skip;
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0") {
        return FileKind::Workbook;
    }
    if wide(head).is_none() && head.contains(&0) {
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
    // The name ends where white space, an attribute or the bracket begins; its prefix may be any.
    let at = lower.match_indices("lea").find(|(at, _)| {
        let opens = lower[..*at].ends_with(['<', ':']);
        opens && lower[at + 3..].starts_with(|c: char| c == '>' || c.is_ascii_whitespace())
    });
    let (at, _) = at?;
    let rest = &text[at + lower[at..].find('>')? + 1..];
    let code: String = rest
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    (code.len() == 3).then_some(code)
}

/// The authority in a census's header table, which the tables beside it do not repeat.
fn lea_of_table(context: Context<'_>, head: &[u8]) -> Option<String> {
    let mut text = String::new();
    let encoding = wide(head).unwrap_or(Encoding::Windows1252);
    Utf8Reader::new(head, encoding)
        .read_to_string(&mut text)
        .ok()?;
    let text = text.trim_start_matches(['\u{feff}', 'ï', '»', '¿']);
    let rows = Delimited::new(text.as_bytes(), sniff_delimiter(text));
    let found = find_header(context.lists, rows).ok()?;
    let def = found.table.def;
    if (def.format, def.name.as_str()) != (Format::Cin, "header") {
        return None;
    }
    let column = def.columns.iter().position(|column| column.name == "LEA")?;
    let mut row = csv::StringRecord::new();
    let at = found.table.positions.get(column).copied().flatten()?;
    let mut source = found.into_source();
    source.next_row(&mut row).ok()??;
    context.la_code(row.get(at)?)
}

/// Files that do not say their authority take it from their own path, or from the other files of
/// their folder if those name exactly one.
fn infer_authorities(context: Context<'_>, found: &mut [Candidate], diagnostics: &mut Diagnostics) {
    let folder = |name: &str| {
        name.rsplit_once(['/', '!'])
            .map_or_else(String::new, |(folder, _)| folder.to_owned())
    };
    // The authorities that files name, by folder and all together.
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut all = BTreeSet::new();
    for one in found.iter().filter(|c| !c.la.is_empty()) {
        let here = named.entry(folder(&one.input.name)).or_default();
        here.insert(one.la.clone());
        all.insert(one.la.clone());
    }
    let only = |las: &BTreeSet<String>| las.first().filter(|_| las.len() == 1).cloned();
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
            .or_else(|| named.get(&here).and_then(only))
            .or_else(|| only(&all))
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
