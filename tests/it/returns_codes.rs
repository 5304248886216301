//! Codes of diagnostics that need more than a few lines of text: bytes, options, many children. The
//! others are rows of `tests/spec/diagnostics.md`; together they are all.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use disparity_returns::{Code, Dataset, Input, Manifest, Options, Severity, zip_of};

use crate::returns::{census, child, of_la, options, read_with};
use crate::spec::{answers::places, documented_codes};

/// Files that raise a code, and where it must be said.
struct Case {
    code: Code,
    files: Vec<(&'static str, Vec<u8>)>,
    options: Options,
    manifest: Manifest,
    place: &'static str,
}

fn case(code: Code, files: Vec<(&'static str, Vec<u8>)>, place: &'static str) -> Case {
    Case {
        code,
        files,
        options: of_la("301"),
        manifest: Manifest::default(),
        place,
    }
}

/// A care return and a census of many children, of whom some are in both.
fn many(
    code: Code,
    linked: usize,
    place: &'static str,
    group: impl Fn(usize) -> &'static str,
) -> Case {
    // Two returns that were hashed with another salt.
    let hashed = |n: usize, salt: usize| format!("{:064X}", (n + 1) * 1_000_003 + salt * 77);
    let is_hashed = code == Code::IdHashMismatch;
    let mut care = String::from("CHILD,DECOM,RNE,LS,DEC,REC,YEAR\n");
    let mut people = String::from("CHILD,SEX,DOB,ETHNIC,YEAR\n");
    let mut need = String::from(
        "Date,Type,LAchildID,PersonBirthDate,GenderCurrent,Ethnicity,ReferralSource,ReferralNFA,LA,YEAR\n",
    );
    for n in 0..100 {
        let born = format!("2010-{:02}-{:02}", n % 12 + 1, n % 27 + 2);
        let own = if is_hashed {
            hashed(n, 0)
        } else {
            format!("K{n}")
        };
        writeln!(care, "{own},2023-09-0{},S,C2,,,2024", n % 9 + 1).unwrap();
        writeln!(people, "{own},1,{born},{},2024", group(n)).unwrap();
        let id = if is_hashed {
            hashed(n, 1)
        } else if n < linked {
            format!("K{n}")
        } else {
            format!("X{n}")
        };
        let month = n % 12 + 1;
        let year = if month < 4 { 2024 } else { 2023 };
        writeln!(
            need,
            "{year}-{month:02}-05,CINreferralDate,{id},{born},1,{},1A,0,301,2024",
            group(n)
        )
        .unwrap();
    }
    case(
        code,
        vec![
            ("e.csv", care.into_bytes()),
            ("h.csv", people.into_bytes()),
            ("v.csv", need.into_bytes()),
        ],
        place,
    )
}

const PLAIN: &str = "CHILD,DECOM,RNE,LS\nA1,01/05/2023,S,C2\n";

/// The bytes themselves matter.
fn of_bytes() -> Vec<Case> {
    let mut bomb = b"CHILD,DECOM,RNE,LS\nA1,".to_vec();
    bomb.resize(100 << 20, b'0');
    let bomb = zip_of(&[("e.csv", bomb.as_slice())]).unwrap();
    let head = &b"CHILD,DECOM,RNE,LS\n"[..];
    let wide = [0xfeff_u16].into_iter().chain(PLAIN.encode_utf16());
    let wide = wide.flat_map(u16::to_le_bytes).collect();
    let broken = b"\x1f\x8b\x08\x00broken".to_vec();
    let mixed = [head, b"\xc3\xa9,x,S,C2\n\xe9,y,S,C2\n"].concat();
    let latin = [head, b"\xe9,01/05/2023,S,C2\n"].concat();
    vec![
        case(Code::FileUnreadable, vec![("e.csv.gz", broken)], "e.csv.gz"),
        case(Code::CompressionRatio, vec![("r.zip", bomb)], "r.zip!e.csv"),
        case(Code::EncodingMixed, vec![("e.csv", mixed)], "e.csv"),
        case(Code::EncodingCp1252, vec![("e.csv", latin)], "e.csv"),
        case(Code::EncodingUtf16, vec![("e.csv", wide)], "e.csv"),
    ]
}

/// What is said depends on what the user says or does not.
fn of_options() -> Vec<Case> {
    let plain = |name| vec![(name, PLAIN.as_bytes().to_vec())];
    let mut nowhere = case(Code::LaUnknown, plain("e.csv"), "e.csv");
    nowhere.options = options();
    let inferred = case(Code::YearInferred, plain("e.csv"), "e.csv");
    let mut from_path = case(Code::LaInferred, plain("301/e.csv"), "301/e.csv");
    from_path.options.la = None;
    let mut unlisted = case(Code::LaUnlisted, plain("e.csv"), "authority 975");
    unlisted.options.la = Some("975".into());
    let mut mismatch = case(
        Code::LaMismatch,
        vec![("a.xml", census("").into_bytes())],
        "a.xml",
    );
    mismatch.manifest.datasets = vec![Dataset {
        la: Some("302".into()),
        ..Dataset::default()
    }];
    // Too few rows in each of the latest years to tell it, and too many to be slips.
    let mut rows = String::from("LAchildID,CINreferralDate,ReferralNFA\n");
    for n in 0..1000 {
        let year = match n {
            0..4 => 2024,
            4..8 => 2023,
            8..12 => 2022,
            _ => 2018,
        };
        writeln!(rows, "A{n},{year}-05-01,0").unwrap();
    }
    let year = case(
        Code::PeriodUnknown,
        vec![("2020.csv", rows.into_bytes())],
        "2020.csv",
    );
    vec![nowhere, inferred, from_path, unlisted, mismatch, year]
}

/// Shares among many children.
fn of_many() -> Vec<Case> {
    let place = "authority 301";
    let all = |_| "WBRI";
    let halves = |n| if n < 50 { "WBRI" } else { "BCRB" };
    let unknown = |n| if n < 50 { "WBRI" } else { "NOBT" };
    let details = "<CINdetails><CINreferralDate>2023-06-01</CINreferralDate><ReferralNFA>0</ReferralNFA></CINdetails>";
    let file = |children: usize, year: u16| {
        let one = |at| {
            child(
                &format!("A{at}"),
                "2010-02-03",
                &details.replace("2023", &(year - 1).to_string()),
            )
        };
        let text: Vec<String> = (0..children).map(one).collect();
        census(&text.concat())
            .replace("2024", &year.to_string())
            .into_bytes()
    };
    let years = vec![("a.xml", file(100, 2023)), ("b.xml", file(60, 2024))];
    vec![
        many(Code::IdHashMismatch, 0, place, all),
        many(Code::LinkagePoor, 60, place, all),
        many(Code::LinkageStrong, 80, place, all),
        many(Code::LinkageLow, 93, place, all),
        many(Code::LinkageDiffers, 93, place, halves),
        many(Code::EthnicityUnknownShare, 100, place, unknown),
        case(Code::CountChanged, years, place),
    ]
}

/// List 7 of an Annex A: plans with their first and last day and the number of earlier plans.
fn plans(rows: &[[&str; 4]]) -> Vec<u8> {
    let mut text = String::from(
        "Child Unique ID,Gender,Ethnicity,Date of Birth,Child Protection Plan Start Date,\
         Child Protection Plan End Date,Number of Previous Child Protection Plans\n",
    );
    for [id, from, to, previous] in rows {
        writeln!(
            text,
            "{id},a) Male,a) WBRI,01/02/2010,{from},{to},{previous}"
        )
        .unwrap();
    }
    text.into_bytes()
}

/// The number of earlier plans that a list gives against the plans that are known.
fn of_plans() -> Vec<Case> {
    let first = |previous| plans(&[["A1", "01/05/2022", "01/09/2022", previous]]);
    let second = |previous| plans(&[["A1", "01/05/2023", "", previous]]);
    vec![
        case(Code::PlansUnseen, vec![("b.csv", second("1"))], "b.csv:2"),
        case(
            Code::PlansMiscounted,
            vec![("a.csv", first("0")), ("b.csv", second("0"))],
            "b.csv:2",
        ),
    ]
}

#[test]
fn plans_are_counted_against_the_plans_that_are_known() {
    let first = ["A1", "01/05/2022", "01/09/2022", "0"];
    for (rows, unseen, miscounted) in [
        (vec![["A1", "01/05/2023", "", "0"]], 0, 0),
        (vec![["A1", "01/05/2023", "", ""]], 0, 0),
        (vec![["A1", "01/05/2023", "", "3"]], 1, 0),
        (vec![first, ["A1", "01/05/2023", "", "1"]], 0, 0),
        (vec![first, ["A1", "01/05/2023", "", "2"]], 0, 0),
        (vec![first, ["A1", "01/05/2023", "", ""]], 0, 0),
        (vec![first, ["A1", "01/05/2023", "", "0"]], 0, 1),
        // Another child's plan is no earlier plan of this one.
        (vec![first, ["A2", "01/05/2023", "", "1"]], 1, 0),
        (vec![first, ["A2", "01/05/2023", "", "0"]], 0, 0),
    ] {
        let outcome = read_with(
            vec![Input::from_bytes("p.csv", plans(&rows))],
            &Manifest::default(),
            &of_la("301"),
        );
        let found =
            [Code::PlansUnseen, Code::PlansMiscounted].map(|c| outcome.diagnostics.count(c));
        assert_eq!(found, [unseen, miscounted], "{rows:?}");
    }
}

/// Codes with a test of their own.
const ELSEWHERE: [Code; 8] = [
    // Two authorities, of which one came out of the other.
    Code::ContinuityRefused,
    Code::ContinuityPartial,
    Code::ContinuityConflict,
    Code::ContinuityUsed,
    // No reading raises it: prior help says which look-backs the files support.
    Code::WindowTooShort,
    Code::SheetSkipped,
    Code::FormulaEmpty,
    Code::MonthMissing,
];

#[test]
fn identifiers_are_said_to_be_hashed_only_where_they_look_so() {
    let of = |code| {
        let case = many(code, 0, "authority 301", |_| "WBRI");
        let inputs = case.files.into_iter();
        let inputs = inputs.map(|(name, bytes)| Input::from_bytes(name, bytes));
        let outcome = read_with(inputs.collect(), &case.manifest, &case.options);
        let codes = [Code::IdHashMismatch, Code::LinkagePoor];
        codes.map(|code| outcome.diagnostics.count(code))
    };
    assert_eq!(of(Code::IdHashMismatch), [1, 1]);
    assert_eq!(of(Code::LinkagePoor), [0, 1]);
}

#[test]
fn every_code_is_raised_where_it_is() {
    let mut wrong = Vec::new();
    let mut raised = documented_codes();
    raised.extend(ELSEWHERE.map(|code| code.as_str().to_owned()));
    for case in of_bytes()
        .into_iter()
        .chain(of_options())
        .chain(of_many())
        .chain(of_plans())
    {
        raised.insert(case.code.as_str().to_owned());
        let files = case.files.into_iter();
        let inputs = files
            .map(|(name, bytes)| Input::from_bytes(name, bytes))
            .collect();
        let outcome = read_with(inputs, &case.manifest, &case.options);
        let found = places(&outcome, case.code);
        if !found.iter().any(|place| place == case.place) {
            let all: BTreeSet<&str> = outcome
                .diagnostics
                .tallies()
                .map(|(code, ..)| code.as_str())
                .collect();
            wrong.push(format!(
                "{}: expected at {:?}, found {found:?} among {all:?}",
                case.code.as_str(),
                case.place
            ));
        }
        if case.code.severity() == Severity::FileError && !outcome.failed(1.0) {
            wrong.push(format!("{}: the reading did not fail", case.code.as_str()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for code in Code::ALL {
        assert!(
            raised.contains(code.as_str()),
            "nothing raises {}",
            code.as_str()
        );
    }
}

#[test]
fn a_month_without_referrals_is_said() {
    let mut text = String::from(
        "Date,Type,LAchildID,PersonBirthDate,GenderCurrent,Ethnicity,ReferralSource,ReferralNFA,LA,YEAR\n",
    );
    for n in 0..400 {
        let month = [4, 5, 6, 8, 9, 10, 11, 12, 1, 2, 3][n % 11];
        let year = if month < 4 { 2024 } else { 2023 };
        writeln!(
            text,
            "{year}-{month:02}-05,CINreferralDate,A{n},2010-01-02,1,WBRI,1A,0,301,2024"
        )
        .unwrap();
    }
    let outcome = read_with(
        vec![Input::from_bytes("v.csv", text.into_bytes())],
        &Manifest::default(),
        &options(),
    );
    let months: Vec<String> = outcome
        .diagnostics
        .tallies()
        .filter(|(code, ..)| *code == Code::MonthMissing)
        .flat_map(|(.., tally)| tally.examples.iter().map(|one| one.message.clone()))
        .collect();
    assert_eq!(months, ["2023-07"]);
}

/// A workbook of sheets whose cells are texts; one that begins with `=` is a formula without a value.
pub(crate) fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    workbook_with(sheets, &[])
}

/// A workbook with further members beside its sheets.
pub(crate) fn workbook_with(sheets: &[(&str, &[&[&str]])], more: &[(&str, &str)]) -> Vec<u8> {
    const HEAD: &str = "<?xml version=\"1.0\"?>";
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let (mut names, mut targets, mut files) = (String::new(), String::new(), vec![]);
    for (at, (name, rows)) in sheets.iter().enumerate() {
        let at = at + 1;
        write!(
            names,
            "<sheet name=\"{name}\" sheetId=\"{at}\" r:id=\"r{at}\"/>"
        )
        .unwrap();
        write!(
            targets,
            "<Relationship Id=\"r{at}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/s{at}.xml\"/>"
        ).unwrap();
        let mut cells = String::new();
        for (row, fields) in rows.iter().enumerate() {
            write!(cells, "<row r=\"{}\">", row + 1).unwrap();
            for (letter, field) in ('A'..).zip(*fields) {
                let place = format!("{letter}{}", row + 1);
                let cell = match field.strip_prefix('=') {
                    Some(formula) => format!("<c r=\"{place}\"><f>{formula}</f></c>"),
                    None => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{field}</t></is></c>"),
                };
                cells += &cell;
            }
            cells += "</row>";
        }
        files.push((
            format!("xl/worksheets/s{at}.xml"),
            format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData>{cells}</sheetData></worksheet>"),
        ));
    }
    files.push(("xl/workbook.xml".into(), format!("{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{names}</sheets></workbook>")));
    files.push((
        "xl/_rels/workbook.xml.rels".into(),
        format!("{HEAD}<Relationships xmlns=\"{relations}\">{targets}</Relationships>"),
    ));
    files.push(("_rels/.rels".into(), format!("{HEAD}<Relationships xmlns=\"{relations}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")));
    let own = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    let members: Vec<(&str, &[u8])> = own
        .chain(more.iter().copied())
        .map(|(name, text)| (name, text.as_bytes()))
        .collect();
    zip_of(&members).unwrap()
}

#[test]
fn a_workbook_says_what_its_sheets_are() {
    let book = workbook(&[
        ("Cover", &[&["Ofsted", "Annex A"]]),
        (
            "L1",
            &[
                &["List 1"],
                &["Child Unique ID", "Age of Child (Years)", "Date of Contact"],
                &["A1", "=1+2", "01/05/2023"],
            ],
        ),
        (
            "L3",
            &[
                &[
                    "Child Unique ID",
                    "Gender",
                    "Ethnicity",
                    "Date of Birth",
                    "Referral Source",
                    "Referral NFA?",
                ],
                &["A1", "Male", "WBRI", "01/05/2010", "1A", "No"],
            ],
        ),
    ]);
    // A workbook inside a zip is a workbook.
    let packed = zip_of(&[("returns/annex.xlsx", &book)]).unwrap();
    for (name, bytes, file) in [
        ("annex.xlsx", book, "annex.xlsx"),
        ("all.zip", packed, "all.zip!returns/annex.xlsx"),
    ] {
        let outcome = read_with(
            vec![Input::from_bytes(name, bytes)],
            &Manifest::default(),
            &of_la("301"),
        );
        let said = |code: Code| -> Vec<String> {
            let found = outcome
                .diagnostics
                .tallies()
                .filter(|(other, ..)| *other == code);
            found.map(|(_, file, ..)| file.to_owned()).collect()
        };
        assert_eq!(said(Code::SheetSkipped), [format!("{file}!Cover")]);
        assert_eq!(said(Code::FormulaEmpty), [format!("{file}!L1")]);
        // A list without its date is not a cover: that it cannot be read is an error.
        assert_eq!(said(Code::ColumnMissing), [format!("{file}!L3")]);
        assert_eq!(outcome.sources.len(), 1, "{:?}", outcome.diagnostics);
        assert_eq!(outcome.journeys.spells().len(), 1);
    }
}
