//! One return in many shapes: whatever a system or a spreadsheet made of it, the same children, and
//! what was odd about the shape said. Large files are streamed, never held.

use disparity_core::Day;
use disparity_core::journeys::SpellKind;
use disparity_returns::{Code, Input, Options, Outcome, gzip, zip_of};

use crate::returns::{of_la, options, read};

const EPISODES: [&str; 5] = [
    "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN",
    "1001,01/05/2023,S,C2,N1,U6,PR1,01/07/2023,X1,CARPL,AB1 2CD,AB1 2CE,SC123456",
    "1001,01/07/2023,P,C2,N1,U6,PR1,,,,AB1 2CD,AB1 2CE,XXXXXXX",
    "1002,15/06/2023,S,V4,N2,T0,PR1,17/06/2023,E4A,,,,",
    "1003,28/02/2024,S,V2,N8,K2,PR4,15/03/2024,E4B,,,ZZ1 1ZZ,1234567",
];
const HEADER: [&str; 4] = [
    "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB",
    "1001,1,05/05/2010,WBRI,UN1,,",
    "1002,2,25/12/2008,BCRB,UN2,0,",
    "1003,1,30/11/2007,AOTH,UN3,,",
];

fn text(rows: &[&str], end: &str) -> String {
    rows.join(end) + end
}

/// Every row changed by a function, the header among them.
fn each(rows: &[&str], change: impl Fn(usize, &str) -> String) -> Vec<u8> {
    let changed: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| change(at, row))
        .collect();
    (changed.join("\n") + "\n").into_bytes()
}

/// Fields of every row but the header that are dates, written in another way.
fn dates(rows: &[&str], write: impl Fn(Day) -> String) -> Vec<u8> {
    each(rows, |at, row| {
        let field = |field: &str| match field.split('/').collect::<Vec<_>>().as_slice() {
            [day, month, year] if at > 0 => {
                write(Day::parse(&format!("{year}-{month}-{day}")).unwrap())
            }
            _ => field.to_owned(),
        };
        row.split(',').map(field).collect::<Vec<_>>().join(",")
    })
}

fn serial(day: Day) -> i32 {
    day.since(Day::new(1899, 12, 30).unwrap())
}

fn wide(text: &str, mark: bool, low_first: bool) -> Vec<u8> {
    let mark = mark.then_some(0xfeff_u16);
    let units = mark.into_iter().chain(text.encode_utf16());
    if low_first {
        units.flat_map(u16::to_le_bytes).collect()
    } else {
        units.flat_map(u16::to_be_bytes).collect()
    }
}

/// The two tables through one function.
fn both(change: impl Fn(&[&str]) -> Vec<u8>) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("episodes.csv", change(&EPISODES)),
        ("header.csv", change(&HEADER)),
    ]
}

fn shown(outcome: &Outcome) -> Vec<String> {
    let journeys = &outcome.journeys;
    (0..journeys.children().len())
        .map(|at| journeys.child(at))
        .map(|child| {
            let spells: Vec<String> = child
                .all_spells()
                .map(|s| {
                    format!(
                        "{} {} {} {:?} {}",
                        s.kind.as_str(),
                        s.start,
                        s.end,
                        s.codes,
                        s.flags.0
                    )
                })
                .collect();
            format!("{:?} {}", child.record(), spells.join("; "))
        })
        .collect()
}

type Files = Vec<(&'static str, Vec<u8>)>;
/// A name, the files, and the oddity that the shape has, if any.
type Shape = (&'static str, Files, Option<Code>);

/// Encodings and ends of lines.
fn encodings() -> Vec<Shape> {
    let plain = |rows: &[&str]| text(rows, "\n").into_bytes();
    vec![
        ("plain", both(plain), None),
        ("CRLF", both(|r| text(r, "\r\n").into_bytes()), None),
        ("CR alone", both(|r| text(r, "\r").into_bytes()), None),
        (
            "a byte order mark",
            both(|r| ["\u{feff}", &text(r, "\n")].concat().into_bytes()),
            None,
        ),
        (
            "UTF-16 with a mark",
            both(|r| wide(&text(r, "\r\n"), true, true)),
            Some(Code::EncodingUtf16),
        ),
        (
            "UTF-16, high byte first",
            both(|r| wide(&text(r, "\r\n"), true, false)),
            Some(Code::EncodingUtf16),
        ),
        (
            "UTF-16 without a mark",
            both(|r| wide(&text(r, "\r\n"), false, true)),
            Some(Code::EncodingUtf16),
        ),
        (
            "windows-1252",
            both(|r| {
                each(r, |at, row| {
                    format!("{row},{}", if at == 0 { "Team" } else { "Caf@" })
                })
                .iter()
                .map(|b| if *b == b'@' { 0xe9 } else { *b })
                .collect()
            }),
            Some(Code::EncodingCp1252),
        ),
    ]
}

/// Delimiters, quotes, headers, and what stands around a table.
fn layouts() -> Vec<Shape> {
    vec![
        (
            "quotes",
            both(|r| each(r, |_, row| format!("\"{}\"", row.replace(',', "\",\"")))),
            None,
        ),
        (
            "semicolons",
            both(|r| text(r, "\n").replace(',', ";").into_bytes()),
            None,
        ),
        (
            "tabs",
            both(|r| text(r, "\n").replace(',', "\t").into_bytes()),
            None,
        ),
        (
            "bars",
            both(|r| text(r, "\n").replace(',', "|").into_bytes()),
            None,
        ),
        (
            "a hint for a spreadsheet",
            both(|r| format!("sep=;\n{}", text(r, "\n").replace(',', ";")).into_bytes()),
            None,
        ),
        (
            "lower case",
            both(|r| {
                each(r, |at, row| {
                    if at == 0 {
                        row.to_lowercase()
                    } else {
                        row.to_owned()
                    }
                })
            }),
            None,
        ),
        (
            "spaces around",
            both(|r| each(r, |_, row| row.replace(',', " ,\u{a0} "))),
            None,
        ),
        (
            "a title above",
            both(|r| {
                format!(
                    "Children looked after,,\nCounty Council\n\n{}",
                    text(r, "\n")
                )
                .into_bytes()
            }),
            None,
        ),
        (
            "blank columns and rows",
            both(|r| {
                [
                    each(r, |_, row| format!("{row},,,")),
                    b",,,,\n,,,,\n\n".to_vec(),
                ]
                .concat()
            }),
            Some(Code::ColumnNameless),
        ),
        (
            "a column of row numbers",
            both(|r| {
                each(r, |at, row| {
                    if at == 0 {
                        format!(",{row}")
                    } else {
                        format!("{at},{row}")
                    }
                })
            }),
            Some(Code::ColumnNameless),
        ),
        (
            "columns in another order",
            both(|r| {
                each(r, |_, row| {
                    row.split(',').rev().collect::<Vec<_>>().join(",")
                })
            }),
            None,
        ),
    ]
}

/// Dates, blanks and identifiers as programs write them.
fn values() -> Vec<Shape> {
    vec![
        ("ISO dates", both(|r| dates(r, |day| day.to_string())), None),
        (
            "ISO dates with times",
            both(|r| dates(r, |day| format!("{day} 00:00:00.000"))),
            None,
        ),
        (
            "dates of a spreadsheet",
            both(|r| dates(r, |day| serial(day).to_string())),
            None,
        ),
        (
            "dates of a data frame",
            both(|r| dates(r, |day| format!("{}.0", serial(day)))),
            None,
        ),
        (
            "words for nothing",
            both(|r| {
                text(r, "\n")
                    .replace(",,", ",NULL,")
                    .replace(",,", ",#N/A,")
                    .into_bytes()
            }),
            None,
        ),
        (
            "identifiers as decimals",
            both(|r| {
                text(r, "\n")
                    .replace("\n100", "\n0100")
                    .replace(",01/05/2023,S", ".0,01/05/2023,S")
                    .replace("\n0100", "\n100")
                    .into_bytes()
            }),
            None,
        ),
    ]
}

/// Files in archives.
fn packed() -> Vec<Shape> {
    let plain = |rows: &[&str]| text(rows, "\n").into_bytes();
    let packed = |members: &[(&str, &[u8])]| zip_of(members).unwrap();
    let members = both(plain);
    let of = |at: usize| members[at].1.as_slice();
    let inner = packed(&[
        ("2023-24/episodes.csv", of(0)),
        ("2023-24/header.csv", of(1)),
    ]);
    vec![
        (
            "gzip",
            both(|r| gzip(text(r, "\n").as_bytes()).unwrap()),
            None,
        ),
        (
            "a zip with folders",
            vec![("returns.zip", inner.clone())],
            None,
        ),
        (
            "a zip of zips",
            vec![("all.zip", packed(&[("returns.zip", &inner)]))],
            None,
        ),
    ]
}

/// The return in each shape.
fn shapes() -> Vec<Shape> {
    [encodings(), layouts(), values(), packed()].concat()
}

#[test]
fn whatever_its_shape_a_return_holds_the_same_children() {
    let mut expected: Option<Vec<String>> = None;
    for (name, files, code) in shapes() {
        let inputs = files
            .into_iter()
            .map(|(file, bytes)| Input::from_bytes(file, bytes))
            .collect();
        let outcome = read(inputs, &of_la("301"));
        let found = shown(&outcome);
        assert_eq!(found.len(), 3, "{name}: {:?}", outcome.diagnostics);
        assert_eq!(
            &found,
            expected.get_or_insert_with(|| found.clone()),
            "{name}"
        );
        for table in outcome.sources.iter().filter(|source| source.used) {
            assert_eq!(table.year, Some(2024), "{name}: {}", table.name);
            assert_eq!(table.rows_read, table.rows_kept, "{name}");
        }
        assert!(!outcome.failed(0.0), "{name}: {:?}", outcome.diagnostics);
        if let Some(code) = code {
            assert!(
                outcome.diagnostics.count(code) > 0,
                "{name}: {}",
                code.as_str()
            );
        }
    }
}

/// How many rows one block has; blocks follow one another until there are enough.
const BLOCK: u64 = 4_000;

/// Bytes of a table of events made on the fly: a header, many rows that close a case, and one row
/// whose date cannot be.
struct Rows {
    header: &'static [u8],
    block: Vec<u8>,
    spoiled: Vec<u8>,
    bad_block: u64,
    blocks: u64,
    next: u64,
    given: usize,
}

impl Rows {
    fn new(rows: u64, bad: u64) -> Self {
        let row = |n: u64, date: &str| format!("{date},CINclosureDate,C{:04},301,2024\n", n % 5000);
        let block = |bad: Option<u64>| -> Vec<u8> {
            (0..BLOCK)
                .map(|n| match bad {
                    Some(bad) if bad == n => row(n, "2023-02-30"),
                    _ => row(n, &format!("2023-{:02}-{:02}", n % 12 + 1, n % 28 + 1)),
                })
                .collect::<String>()
                .into_bytes()
        };
        Self {
            header: b"Date,Type,LAchildID,LA,YEAR\n",
            block: block(None),
            spoiled: block(Some((bad - 1) % BLOCK)),
            bad_block: (bad - 1) / BLOCK,
            blocks: rows / BLOCK,
            next: 0,
            given: 0,
        }
    }
}

impl std::io::Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if !self.header.is_empty() {
            return self.header.read(buffer);
        }
        if self.next == self.blocks {
            return Ok(0);
        }
        let block = if self.next == self.bad_block {
            &self.spoiled
        } else {
            &self.block
        };
        let n = buffer.len().min(block.len() - self.given);
        buffer[..n].copy_from_slice(&block[self.given..self.given + n]);
        self.given += n;
        if self.given == block.len() {
            (self.next, self.given) = (self.next + 1, 0);
        }
        Ok(n)
    }
}

/// The most memory this process has held, in megabytes; none where the system does not say.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kb| kb / 1024)
}

#[test]
fn ten_million_rows_with_one_bad_date_stream_by_and_one_is_set_aside() {
    const ROWS: u64 = 10_000_000;
    const BAD: u64 = 7_654_321;
    let before = peak();
    let input = Input::from_stream("events.csv", || Box::new(Rows::new(ROWS, BAD)));
    let outcome = read(vec![input], &options());
    let source = &outcome.sources[0];
    assert_eq!((source.rows_read, source.rows_kept), (ROWS, ROWS - 1));
    let places: Vec<(u64, String, String, u64)> = outcome
        .diagnostics
        .tallies()
        .filter(|(code, ..)| *code == Code::DateUnparseable)
        .map(|(.., tally)| {
            let first = &tally.examples[0];
            (
                first.line,
                first.column.clone(),
                first.value.clone(),
                tally.count,
            )
        })
        .collect();
    let expected = (BAD + 1, "Date".to_owned(), "2023-02-30".to_owned(), 1);
    assert_eq!(places, [expected]);
    assert!(!outcome.failed(0.05) && outcome.failed(0.0));
    match (before, peak(), std::env::var_os("NEXTEST")) {
        // Tests that share a process share its memory, too.
        (Some(before), Some(after), Some(_)) => {
            assert!(after - before < 64, "{before} MB before, {after} MB after");
        }
        _ => crate::support::say("not measured: the memory of a test that shares its process"),
    }
}

#[test]
fn years_are_told_by_folders_and_workbooks_and_by_the_table_beside() {
    let of = |year: u16, rows: &[&str]| {
        text(rows, "\n")
            .replace("/2024", &format!("/{year}"))
            .replace("/2023", &format!("/{}", year - 1))
    };
    for (one, other) in [("2021-22", "2022-23"), ("2022", "2023"), ("a", "b")] {
        let inputs = [(one, 2022), (other, 2023)]
            .into_iter()
            .flat_map(|(folder, year)| {
                [
                    (format!("{folder}/episodes.csv"), of(year, &EPISODES)),
                    (
                        format!("{folder}/header.csv"),
                        of(year, &HEADER) + &format!("{year},1,01/01/2010,WBRI,,,\n"),
                    ),
                ]
            })
            .map(|(name, text)| Input::from_bytes(name, text.into_bytes()))
            .collect();
        let outcome = read(inputs, &of_la("301"));
        let years: Vec<Option<u16>> = outcome.sources.iter().map(|source| source.year).collect();
        assert_eq!(
            years,
            [Some(2022), Some(2022), Some(2023), Some(2023)],
            "{one}"
        );
        assert_eq!(outcome.diagnostics.count(Code::PeriodUnknown), 0);
    }
}

#[test]
fn tables_of_a_census_take_the_authority_of_the_header_beside_them() {
    let files = [
        (
            "x/Header.csv",
            "Collection,Year,ReferenceDate,SourceLevel,LEA\nCIN,2024,2024-03-31,L,301\n",
        ),
        (
            "x/ChildIdentifiers.csv",
            "LAchildID,PersonBirthDate,GenderCurrent\nA1,2010-05-05,1\n",
        ),
        (
            "x/CINdetails.csv",
            "LAchildID,CINdetailsID,CINreferralDate,ReferralSource,ReferralNFA\nA1,1,2023-05-01,1A,false\n",
        ),
        (
            "x/ChildProtectionPlans.csv",
            "LAchildID,CINdetailsID,CPPID,CPPstartDate,NumberOfPreviousCPP\nA1,1,1,2023-06-15,0\n",
        ),
        (
            "x/Factors.csv",
            "LAchildID,CINreferralDate,AssessmentActualStartDate,Factor\nA1,2023-05-01,2023-05-02,1B\n",
        ),
    ];
    let inputs = files
        .map(|(name, text)| Input::from_bytes(name, text.as_bytes()))
        .to_vec();
    let outcome = read(inputs, &options());
    assert_eq!(
        outcome.diagnostics.count(Code::LaUnknown),
        0,
        "{:?}",
        outcome.diagnostics
    );
    let child = outcome.journeys.child(0);
    let plan = child.spells(SpellKind::ProtectionPlan).next().unwrap();
    assert_eq!(plan.parent, Day::parse("2023-05-01").ok());
}

#[test]
fn two_columns_for_one_thing_are_read_together() {
    let text = "Date,Type,LAchildID,PersonBirthDate,GenderCurrent,Sex,Ethnicity,ReferralSource,ReferralNFA,LA,YEAR\n\
        2023-05-01,CINreferralDate,A1,2010-05-05,1,,WBRI,1A,0,301,2024\n\
        2024-05-01,CINreferralDate,B2,2011-05-06,,F,WBRI,1A,0,301,2025\n";
    let outcome = read(
        vec![Input::from_bytes("e.csv", text.as_bytes())],
        &options(),
    );
    assert_eq!(outcome.diagnostics.count(Code::ColumnDuplicate), 0);
    assert_eq!(outcome.diagnostics.count(Code::SexMissing), 0);
    assert_ne!(
        outcome.journeys.child(0).record().sex,
        outcome.journeys.child(1).record().sex
    );
}

#[test]
fn children_of_the_data_interface_come_alone_in_arrays_in_lines_and_in_pages() {
    let one = |id: &str, purge: bool| {
        format!(
            "{{\"la_child_id\": {id}, \"purge\": {purge}, \"child_details\": {{\"date_of_birth\": \"2012-06-14\", \"sex\": \"M\", \
             \"ethnicity\": \"WBRI\", \"uasc_flag\": true}}, \"social_care_episodes\": [{{\"referral_date\": \"2022-06-14\"}}]}}"
        )
    };
    let (a, b, gone) = (one("\"A1\"", false), one("17", false), one("\"C3\"", true));
    for (shape, children) in [
        (a.clone(), 1),
        (format!("[{a},{b},{gone}]"), 2),
        (format!("\u{feff}[{a}]"), 1),
        (format!("{a}\n{b}\n{gone}\n"), 2),
        (
            format!(
                "{{\"page\": 1, \"links\": {{\"next\": null}}, \"ids\": [1, 2], \"data\": [{a},{b},{gone}]}}"
            ),
            2,
        ),
        (
            format!("{{\"children\": [{a}]}}\n{{\"children\": [{b}]}}"),
            2,
        ),
    ] {
        let options = Options {
            extract_from: Day::parse("2019-01-01").ok(),
            ..of_la("301")
        };
        let outcome = read(
            vec![Input::from_bytes("a.json", shape.as_bytes())],
            &options,
        );
        assert_eq!(
            outcome.journeys.children().len(),
            children,
            "{shape}: {:?}",
            outcome.diagnostics
        );
        assert_eq!(outcome.journeys.child(0).record().unaccompanied, Some(true));
        assert!(!outcome.failed(0.0), "{:?}", outcome.diagnostics);
    }
}

#[test]
fn what_a_file_says_of_its_authority_is_not_overruled_by_an_option() {
    let text = crate::returns::census(&crate::returns::child("A1", "2010-01-01", "<CINdetails/>"));
    let outcome = read(
        vec![Input::from_bytes("a.xml", text.into_bytes())],
        &of_la("302"),
    );
    assert_eq!(outcome.journeys.authorities()[0].old_la_code, "301");
}

/// Numbers that look random and are the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

/// One small damage to some bytes, such as transport, editors and bad luck do.
fn damaged(bytes: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    const TOKENS: [&[u8]; 14] = [
        b"\"",
        b",",
        b"\n",
        b"\r",
        b"<",
        b"</",
        b"&",
        b"]]>",
        b"{",
        b"\x00",
        b"\xff\xfe",
        b"99/99/9999",
        b"1e308",
        b"\xf0\x9f\x98\x80",
    ];
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len());
        let end = (at + dice.roll(40)).min(bytes.len());
        match dice.roll(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(end..end, part);
            }
            3 => drop(bytes.splice(at..at, TOKENS[dice.roll(TOKENS.len())].iter().copied())),
            4 => bytes.truncate(at),
            _ => {
                let from = dice.roll(other.len());
                let to = (from + dice.roll(60)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
    bytes
}

/// Files of every format, small enough to be damaged many times.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let details = "<CINdetails><CINreferralDate>2023-06-01</CINreferralDate><ReferralSource>1A</ReferralSource><ReferralNFA>0</ReferralNFA>\
        <Section47><S47ActualStartDate>2023-06-02</S47ActualStartDate><DateOfInitialCPC>2023-06-12</DateOfInitialCPC></Section47>\
        <ChildProtectionPlans><CPPstartDate>2023-06-12</CPPstartDate><Reviews><CPPreviewDate>2023-09-01</CPPreviewDate></Reviews></ChildProtectionPlans></CINdetails>";
    let census = crate::returns::census(&crate::returns::child("A1", "2010-01-01", details));
    let care = "<EXPSSDA903><CHILD><HEADER><CHILDID>1</CHILDID><DOB>01/02/2010</DOB></HEADER><EPISODE><DECOM>01/05/2023</DECOM>\
        <RNE>S</RNE><LS>C2</LS><DEC/></EPISODE></CHILD></EXPSSDA903>";
    let json = "[{\"la_child_id\": \"A1\", \"social_care_episodes\": [{\"referral_date\": \"2022-06-14\", \"child_looked_after_placements\": \
        [{\"start_date\": \"2022-09-14\", \"start_reason\": \"S\"}]}]}, {\"la_child_id\": \"B2\", \"purge\": true}]";
    let book = crate::returns_codes::workbook(&[(
        "L1",
        &[
            &["Child Unique ID", "Age", "Date of Contact"],
            &["A1", "=1+2", "01/05/2023"],
        ],
    )]);
    let mut seeds = vec![
        ("census.xml", census.into_bytes()),
        ("care.xml", care.as_bytes().to_vec()),
        ("api.json", json.as_bytes().to_vec()),
        ("annex.xlsx", book),
    ];
    for (_, files, _) in shapes() {
        seeds.extend(files);
    }
    seeds
}

/// For longer: `FUZZ_CASES=1000000 cargo test --test it damaged_files`.
#[test]
fn damaged_files_are_read_to_an_end_and_everything_is_accounted_for() {
    let cases = std::env::var("FUZZ_CASES").map_or(600, |text| text.parse().unwrap());
    let first = std::env::var("FUZZ_SEED").map_or(1, |text| text.parse().unwrap());
    let seeds = seeds();
    for case in 0..cases {
        let mut dice = Dice(first + case);
        let (name, bytes) = &seeds[dice.roll(seeds.len())];
        let other = &seeds[dice.roll(seeds.len())].1;
        let bytes = damaged(bytes, other, &mut dice);
        let result = std::panic::catch_unwind(|| {
            let inputs = vec![Input::from_bytes(*name, bytes.clone())];
            let outcome = read(inputs, &of_la("301"));
            let rows: u64 = outcome.sources.iter().map(|source| source.rows_read).sum();
            let kept: u64 = outcome.sources.iter().map(|source| source.rows_kept).sum();
            kept == rows || !outcome.diagnostics.is_empty()
        });
        assert_eq!(result.ok(), Some(true), "case {case} of {name}: {bytes:?}");
    }
}
