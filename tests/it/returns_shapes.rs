//! One return in many shapes: whatever a system or a spreadsheet made of it, the same children, and
//! what was odd about the shape said.

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
                        s.coded,
                        s.flags.0
                    )
                })
                .collect();
            format!("{:?} {}", child.record(), spells.join("; "))
        })
        .collect()
}

pub(crate) type Files = Vec<(&'static str, Vec<u8>)>;
/// A name, the files, and the oddity that the shape has, if any.
pub(crate) type Shape = (&'static str, Files, Option<Code>);

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

/// Delimiters and quotes.
fn delimiters() -> Vec<Shape> {
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
    ]
}

/// Headers, order, and what stands around a table.
fn layouts() -> Vec<Shape> {
    vec![
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
pub(crate) fn shapes() -> Vec<Shape> {
    [encodings(), delimiters(), layouts(), values(), packed()].concat()
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
