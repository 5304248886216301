//! The definitions as small tables in `tests/spec`, which an analyst can check without reading Rust.
//!
//! Every table of every document there is run: its columns say what it asks, each row is a case, the
//! first cell says what the case shows and the last what the program must answer. A table that
//! nobody can run, or a row that has been skipped, is a failure.

pub(crate) mod answers;
mod boundaries;
mod comparators;
mod estimates;
mod histories;
mod seen;
mod words;
mod years;

use std::collections::BTreeSet;
use std::path::PathBuf;

/// One table: its columns, and its rows with their lines.
struct Table {
    columns: Vec<String>,
    rows: Vec<(usize, Vec<String>)>,
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|')
        .split('|')
        .map(|cell| cell.trim().to_owned())
        .collect()
}

/// The tables of a document. A line with a bar outside a table is a mistake.
fn tables(document: &str) -> Vec<Table> {
    let lines: Vec<&str> = document.lines().collect();
    let mut tables = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if !lines[at].contains('|') {
            at += 1;
            continue;
        }
        let rule = lines.get(at + 1).copied().unwrap_or_default();
        assert!(
            rule.starts_with("|---"),
            "line {}: a row outside a table",
            at + 1
        );
        let columns = cells(lines[at]);
        let first = at + 2;
        at = first;
        let mut rows = Vec::new();
        while at < lines.len() && lines[at].starts_with('|') {
            let row = cells(lines[at]);
            assert_eq!(row.len(), columns.len(), "line {}: {}", at + 1, lines[at]);
            rows.push((at + 1, row));
            at += 1;
        }
        assert!(!rows.is_empty(), "line {first}: a table without rows");
        tables.push(Table { columns, rows });
    }
    tables
}

fn documents() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/spec");
    let mut documents: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    documents.sort();
    documents
}

/// What is asked and how it is answered: the columns between the first and the last, and a function
/// of their cells.
type Asked = (&'static [&'static str], fn(&[&str]) -> String);

const ASKED: &[Asked] = &[
    (&["episodes", "periods"], |c| answers::periods(c[0])),
    (&["born", "episodes", "entries"], |c| {
        answers::entries_of(c[0], c[1])
    }),
    (
        &[
            "born",
            "files from",
            "entry",
            "spell",
            "question",
            "counted",
        ],
        |c| answers::prior_help_from(c[0], c[1], c[2], c[3], c[4]),
    ),
    (
        &["born", "files for", "entry", "spell", "question", "counted"],
        |c| answers::prior_help_in(c[0], c[1], c[2], c[3], c[4]),
    ),
    (&["kind", "files for", "covered"], |c| {
        answers::covered(c[0], c[1])
    }),
    (&["files for", "stated", "made of it"], |c| {
        answers::merged(c[0], c[1])
    }),
    (&["2023 says", "2024 says", "2025 says", "counted"], |c| {
        years::counted([c[0], c[1], c[2]])
    }),
    (&["file", "header", "as of", "covered"], |c| {
        years::covered_by(c[0], c[1], c[2])
    }),
    (&["care return", "census", "linked"], |c| {
        answers::linked(c[0], c[1])
    }),
    (&["records", "children"], |c| answers::children(c[0])),
    (&["stated", "child"], |c| answers::unborn(c[0])),
    (&["born", "on", "age"], |c| answers::age(c[0], c[1])),
    (&["files from", "record", "asked", "counted"], |c| {
        answers::came_back(c[0], c[1], c[2])
    }),
    (&["record", "indicator", "counted"], |c| {
        answers::indicator(c[0], c[1])
    }),
    (&["record", "entry", "known for"], |c| {
        answers::known_for(c[0], c[1])
    }),
    (&["helped of observed", "shown"], |c| answers::shown(c[0])),
    (&["code", "severity", "file", "holds", "said at"], |c| {
        answers::said_at(c[0], c[1], c[2], c[3])
    }),
    (&["text", "read as"], |c| answers::date_read(c[0])),
    (&["region", "its authorities", "each withheld count"], |c| {
        comparators::withheld(c[0], c[1])
    }),
    (&["neighbours", "median"], |c| comparators::median(c[0])),
    (&["neighbours", "mean"], |c| comparators::mean(c[0])),
    (&["counts", "asked of", "rank and fifth"], |c| {
        comparators::rank(c[0], c[1])
    }),
    (&["legal status", "stay"], |c| words::legal_status(c[0])),
    (&["immigration status", "child"], |c| {
        words::immigration_status(c[0])
    }),
    (&["further action", "referral"], |c| {
        words::further_action(c[0])
    }),
    (&["ethnicity", "group"], |c| words::ethnicity(c[0])),
    (&["header", "table"], |c| words::header(c[0])),
    (&["directory", "decile"], |c| words::decile(c[0])),
    (&["dataset", "care return", "joined"], |c| {
        words::bridged(c[0], c[1])
    }),
    (
        &["files for", "entrants", "question", "estimate", "quoted"],
        |c| estimates::quoted(c[0], c[1], c[2], c[3]),
    ),
    (&["files for", "origins", "asked", "chance"], |c| {
        estimates::chance_of(c[0], c[1], c[2])
    }),
    (
        &["files for", "born", "record", "pathway", "watched"],
        |c| seen::watched(c[0], c[1], c[2], c[3]),
    ),
    (
        &["files for", "not in them", "record", "from", "led to"],
        |c| seen::led_to(c[0], c[1], c[2], c[3]),
    ),
    (
        &["files for", "not in them", "record", "entry", "way"],
        |c| seen::way(c[0], c[1], c[2], c[3]),
    ),
    (&["files for", "record", "entry", "known for"], |c| {
        seen::known_for(c[0], c[1], c[2])
    }),
    (
        &["files for", "born", "record", "entry", "first time"],
        |c| seen::first_time(c[0], c[1], c[2], c[3]),
    ),
    (&["files for", "born", "record", "asked", "counted"], |c| {
        seen::later_need_of(c[0], c[1], c[2], c[3])
    }),
    (&["records", "stated", "found"], |c| {
        boundaries::found_before(c[0], c[1])
    }),
    (
        &[
            "known before",
            "record in 928",
            "record in 941",
            "entry",
            "question",
            "counted",
        ],
        |c| boundaries::prior_help_after(c[0], c[1], c[2], c[3], c[4]),
    ),
];

/// The codes that the document of diagnostics has a row for.
pub(crate) fn documented_codes() -> BTreeSet<String> {
    let documents = documents();
    let (_, text) = documents
        .iter()
        .find(|(name, _)| name == "diagnostics.md")
        .unwrap();
    let all = tables(text);
    all.iter()
        .flat_map(|table| table.rows.iter().map(|(_, row)| row[1].clone()))
        .collect()
}

/// The list of rules: each names a document and a row that stands in it.
const INDEX: [&str; 3] = ["rule", "document", "row"];

#[test]
fn every_row_of_every_definition_is_what_the_program_does() {
    let documents = documents();
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    let (mut stood, mut ran) = (0, 0);
    for (name, text) in &documents {
        stood += text
            .lines()
            .filter(|line| line.starts_with('|') && !line.starts_with("|---"))
            .count();
        for table in tables(text) {
            ran += 1;
            if table.columns == INDEX {
                ran += table.rows.len();
                check_index(&documents, &table);
                continue;
            }
            let asked = ASKED
                .iter()
                .position(|(columns, _)| table.columns[1..] == **columns)
                .unwrap_or_else(|| panic!("{name}: nobody can run {:?}", table.columns));
            used.insert(asked);
            for (line, row) in &table.rows {
                ran += 1;
                let middle: Vec<&str> = row[1..row.len() - 1].iter().map(String::as_str).collect();
                let found = (ASKED[asked].1)(&middle);
                let expected = &row[row.len() - 1];
                if &found != expected {
                    wrong.push(format!(
                        "tests/spec/{name}:{line}, {}: {expected:?}, but the program says {found:?}",
                        row[0]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(ran, stood, "rows that were not run");
    assert_eq!(used.len(), ASKED.len(), "a kind of table that nobody uses");
}

/// Every rule of the index names a row that is there.
fn check_index(documents: &[(String, String)], index: &Table) {
    for (line, row) in &index.rows {
        let [rule, document, shows] = row.as_slice() else {
            panic!("line {line}: {row:?}")
        };
        let found = documents.iter().any(|(name, text)| {
            name == document
                && tables(text)
                    .iter()
                    .any(|table| table.rows.iter().any(|(_, cells)| &cells[0] == shows))
        });
        assert!(found, "{rule}: {document} has no row {shows:?}");
    }
}

#[test]
fn every_definition_says_what_it_defines_and_where_it_comes_from() {
    for (name, text) in documents() {
        assert!(text.starts_with("# "), "{name} has no title");
        let source = text.lines().any(|line| line.starts_with("Source: "));
        assert!(source, "{name} does not say where it comes from");
        assert!(!tables(&text).is_empty(), "{name} has no table");
    }
}

#[test]
#[should_panic(expected = "a row outside a table")]
fn a_row_without_a_header_is_refused() {
    tables("# Title\n| a | b |\n| c | d |\n");
}
