//! Every code of a diagnostic is raised by something, at the place where it is, with its severity and
//! what to do about it.

use std::collections::BTreeSet;

use disparity_core::Day;
use disparity_returns::{Code, Dataset, Input, Manifest, Options, Severity, zip_of};

use crate::returns::{census, child, of_la, options, read_with};

/// Files that raise a code, and where it must be said: `file:line, column`; no line for a whole file.
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
        options: Options {
            year: Some(2024),
            early_help_from: Day::parse("2019-04-01").ok(),
            ..of_la("301")
        },
        manifest: Manifest::default(),
        place,
    }
}

fn one(code: Code, name: &'static str, text: impl Into<String>, place: &'static str) -> Case {
    case(code, vec![(name, text.into().into_bytes())], place)
}

const EPISODES: &str = "CHILD,DECOM,RNE,LS,DEC,REC";

fn episodes(code: Code, rows: &str, place: &'static str) -> Case {
    one(code, "e.csv", format!("{EPISODES}\n{rows}\n"), place)
}

fn header(code: Code, rows: &str, place: &'static str) -> Case {
    one(
        code,
        "h.csv",
        format!("CHILD,SEX,DOB,ETHNIC,UPN\n{rows}\n"),
        place,
    )
}

/// A census of one child on one line, so that line 1 is the place of everything.
fn details(code: Code, inside: &str, place: &'static str) -> Case {
    let text = census(&child(
        "A1",
        "2010-01-01",
        &format!("<CINdetails>{inside}</CINdetails>"),
    ));
    one(code, "a.xml", text, place)
}

const REFERRAL: &str = "<CINreferralDate>2023-06-01</CINreferralDate><ReferralSource>1A</ReferralSource><ReferralNFA>0</ReferralNFA>";

fn referred(code: Code, more: &str, place: &'static str) -> Case {
    details(code, &format!("{REFERRAL}{more}"), place)
}

/// Events of a census as rows: what, start, end, year.
fn events(code: Code, rows: &[(&str, &str, &str, u16)], place: &'static str) -> Case {
    let mut text = String::from(
        "Date,Type,LAchildID,PersonBirthDate,GenderCurrent,Ethnicity,CINreferralDate,ReferralSource,CINclosureDate,ReferralNFA,CINPlanEndDate,CPPendDate,LA,YEAR\n",
    );
    for (what, start, end, year) in rows {
        let (kind, closure, plan, cpp, nfa) = match *what {
            "case" => ("CINreferralDate", *end, "", "", 0),
            "nfa" => ("CINreferralDate", *end, "", "", 1),
            "plan" => ("CINPlanStartDate", "", *end, "", 0),
            _ => ("CPPstartDate", "", "", *end, 0),
        };
        text += &format!(
            "{start},{kind},A1,2010-01-01,1,WBRI,,1A,{closure},{nfa},{plan},{cpp},301,{year}\n"
        );
    }
    let mut case = one(code, "v.csv", text, place);
    case.options.year = None;
    case
}

/// A care return and a census of many children, of whom some are in both.
fn many(
    code: Code,
    linked: usize,
    place: &'static str,
    group: impl Fn(usize) -> &'static str,
) -> Case {
    let mut care = format!("{EPISODES},YEAR\n");
    let mut people = String::from("CHILD,SEX,DOB,ETHNIC,YEAR\n");
    let mut need = String::from(
        "Date,Type,LAchildID,PersonBirthDate,GenderCurrent,Ethnicity,ReferralSource,ReferralNFA,LA,YEAR\n",
    );
    for n in 0..100 {
        let born = format!("2010-{:02}-{:02}", n % 12 + 1, n % 27 + 2);
        care += &format!("K{n},2023-09-0{},S,C2,,,2024\n", n % 9 + 1);
        people += &format!("K{n},1,{born},{},2024\n", group(n));
        let id = if n < linked {
            format!("K{n}")
        } else {
            format!("X{n}")
        };
        let month = n % 12 + 1;
        let year = if month < 4 { 2024 } else { 2023 };
        need += &format!(
            "{year}-{month:02}-05,CINreferralDate,{id},{born},1,{},1A,0,301,2024\n",
            group(n)
        );
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

fn utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect()
}

fn of_files() -> Vec<Case> {
    use Code as C;
    let mut bomb = b"CHILD,DECOM,RNE,LS\nA1,".to_vec();
    bomb.resize(100 << 20, b'0');
    let bomb = zip_of(&[("e.csv", bomb.as_slice())]).unwrap();
    let plain = format!("{EPISODES}\nA1,01/05/2023,S,C2,,\n");
    // Too few rows in each of the latest years to tell it, and too many to be slips.
    let rows: String = (0..1000)
        .map(|n| {
            let year = match n {
                0..4 => 2024,
                4..8 => 2023,
                8..12 => 2022,
                _ => 2018,
            };
            format!("A{n},{year}-05-01,0\n")
        })
        .collect();
    let table = format!("LAchildID,CINreferralDate,ReferralNFA\n{rows}");
    let mut unknown_year = one(C::PeriodUnknown, "2020.csv", table, "2020.csv");
    unknown_year.options.year = None;
    let mut nowhere = one(C::LaUnknown, "e.csv", plain.clone(), "e.csv");
    nowhere.options = options();
    let mut no_coverage = one(
        C::CoverageUnknown,
        "s.csv",
        "cinp_person_id,cinp_cin_plan_start_date\nA1,2023-05-01\n",
        "s.csv",
    );
    no_coverage.options.extract_from = None;
    let mut inferred = one(C::YearInferred, "e.csv", plain.clone(), "e.csv");
    inferred.options.year = None;
    let mut from_path = one(C::LaInferred, "301/e.csv", plain.clone(), "301/e.csv");
    from_path.options.la = None;
    let mut mismatch = one(C::LaMismatch, "a.xml", census(""), "a.xml");
    mismatch.manifest.datasets = vec![Dataset {
        la: Some("302".into()),
        ..Dataset::default()
    }];
    let mut unlisted = one(C::LaUnlisted, "e.csv", plain.clone(), "authority 975");
    unlisted.options.la = Some("975".into());
    let mut serial_name = one(
        C::XmlDoctype,
        "a.xml",
        format!("<!DOCTYPE Message SYSTEM 'x.dtd'>{}", census("")),
        "a.xml",
    );
    serial_name.options.la = None;
    vec![
        case(
            C::FileUnreadable,
            vec![("e.csv.gz", b"\x1f\x8b\x08\x00broken".to_vec())],
            "e.csv.gz",
        ),
        case(C::CompressionRatio, vec![("r.zip", bomb)], "r.zip!e.csv"),
        case(
            C::EncodingMixed,
            vec![(
                "e.csv",
                b"CHILD,DECOM,RNE,LS\n\xc3\xa9,x,S,C2\n\xe9,y,S,C2\n".to_vec(),
            )],
            "e.csv",
        ),
        one(
            C::XmlMalformed,
            "a.xml",
            "<Message>\n  <Children><Child></Children>",
            "a.xml:2",
        ),
        one(C::XmlRootUnknown, "a.xml", "<Other/>", "a.xml"),
        one(
            C::JsonMalformed,
            "a.json",
            "[\n{\"la_child_id\": ",
            "a.json:2",
        ),
        one(
            C::TableUnrecognised,
            "x.csv",
            "what,is,this\n1,2,3\n",
            "x.csv",
        ),
        one(
            C::ColumnMissing,
            "e.csv",
            "CHILD,DECOM,RNE,CIN,PLACE,PLACE_PROVIDER,DEC,REC\nA1,01/05/2023,S,N1,U6,PR1,,\n",
            "e.csv",
        ),
        one(
            C::ColumnDuplicate,
            "h.csv",
            "CHILD,DOB_x,DOB_y,ETHNIC\nA1,01/05/2010,01/05/2010,WBRI\nA2,01/05/2010,02/05/2010,WBRI\n",
            "h.csv:3",
        ),
        unknown_year,
        nowhere,
        episodes(
            C::DateMixedOrder,
            "A1,25/03/2021,S,C2,,\nA2,03/25/2021,S,C2,,",
            "e.csv, DECOM",
        ),
        episodes(
            C::DateMonthFirst,
            "A1,03/25/2021,S,C2,,\nA2,01/02/2021,S,C2,,",
            "e.csv, DECOM",
        ),
        episodes(
            C::IdScientific,
            "A1,01/05/2023,S,C2,,\n1.23457E+11,01/05/2023,S,C2,,",
            "e.csv:3, CHILD",
        ),
        no_coverage,
        one(C::EmptyTable, "e.csv", format!("{EPISODES}\n"), "e.csv"),
        episodes(
            C::CodesUnknown,
            &"A1,01/05/2023,Q,C2,,\n".repeat(30),
            "e.csv, RNE",
        ),
        one(
            C::FamilyLevel,
            "f.csv",
            "Family ID,Start Date\nF1,01/05/2020\n",
            "f.csv",
        ),
        case(
            C::EncodingCp1252,
            vec![(
                "e.csv",
                [plain.as_bytes(), b"\xe91,01/05/2023,S,C2,,\n"].concat(),
            )],
            "e.csv",
        ),
        case(C::EncodingUtf16, vec![("e.csv", utf16(&plain))], "e.csv"),
        one(
            C::ReferenceDate,
            "a.xml",
            census("").replace("2024-03-31", "2024-03-30"),
            "a.xml",
        ),
        one(
            C::YearMismatch,
            "a.xml",
            census("").replace("<Year>2024", "<Year>2023"),
            "a.xml",
        ),
        mismatch,
        unlisted,
        one(
            C::TableEmpty,
            "m.csv",
            "CHILD,DOB,MISSING,MIS_START,MIS_END\n",
            "m.csv",
        ),
        one(
            C::ColumnUnknown,
            "e.csv",
            "CHILD,DECOM,RNE,LS,TEST\nA1,01/05/2023,S,C2,x\n",
            "e.csv",
        ),
        one(
            C::ColumnNameless,
            "e.csv",
            ",CHILD,DECOM,RNE,LS\n0,A1,01/05/2023,S,C2\n",
            "e.csv",
        ),
        one(
            C::ColumnSuffixed,
            "h.csv",
            "CHILD,DOB_x,DOB_y,ETHNIC\nA1,01/05/2010,01/05/2010,WBRI\n",
            "h.csv",
        ),
        one(
            C::TableUnused,
            "r.csv",
            "CHILD,DOB,REVIEW,REVIEW_CODE\nA1,01/05/2010,01/05/2023,PN1\n",
            "r.csv",
        ),
        one(
            C::LookupRead,
            "p.csv",
            "pcds,imd_decile\nAB1 2CD,3\n",
            "p.csv",
        ),
        one(C::FileSkipped, "notes.pdf", "%PDF", "notes.pdf"),
        from_path,
        inferred,
        case(
            C::FileYearTwice,
            vec![
                ("a.csv", plain.clone().into_bytes()),
                ("b.csv", plain.replace("A1", "B1").into_bytes()),
            ],
            "b.csv",
        ),
        case(
            C::FileTwice,
            vec![
                ("a.csv", plain.clone().into_bytes()),
                ("b.csv", plain.into_bytes()),
            ],
            "b.csv",
        ),
        serial_name,
    ]
}

fn of_rows() -> Vec<Case> {
    use Code as C;
    let homes = |post: &str| format!("CHILD,DECOM,RNE,LS,HOME_POST\nA1,01/05/2023,S,C2,{post}\n");
    let lookup = |code, post: &str| {
        case(
            code,
            vec![
                ("e.csv", homes(post).into_bytes()),
                ("p.csv", b"pcds,imd_decile\nAB1 2CD,3\n".to_vec()),
            ],
            "authority 301",
        )
    };
    vec![
        episodes(C::ChildIdBlank, ",25/03/2021,S,C2,,", "e.csv:2, CHILD"),
        episodes(C::DateUnparseable, "A1,31/02/2021,S,C2,,", "e.csv:2, DECOM"),
        episodes(
            C::EndBeforeStart,
            "A1,25/03/2021,S,C2,24/03/2021,E4A",
            "e.csv:2, DEC",
        ),
        case(
            C::BirthAfterEvent,
            vec![
                (
                    "e.csv",
                    format!("{EPISODES}\nA1,01/05/2020,S,C2,,\n").into_bytes(),
                ),
                (
                    "h.csv",
                    b"CHILD,SEX,DOB,ETHNIC\nA1,1,01/05/2023,WBRI\n".to_vec(),
                ),
            ],
            "e.csv:2",
        ),
        header(
            C::ChildConflict,
            "A1,1,01/02/2010,WBRI,\nA1,1,01/02/2012,WBRI,",
            "h.csv:3",
        ),
        case(
            C::ParentUnmatched,
            vec![(
                "p.csv",
                b"LAchildID,CINdetailsID,CINPlanStartDate\nA1,1,2023-05-01\n".to_vec(),
            )],
            "p.csv:2",
        ),
        episodes(
            C::DateAfterExtract,
            "A1,01/05/2031,S,C2,,",
            "e.csv:2, DECOM",
        ),
        episodes(C::RowLength, "A1,01/05/2023,S,C2,,,more", "e.csv:2"),
        episodes(C::RowShort, "A1,01/05/2023,S,C2", "e.csv:2"),
        episodes(C::CodeUnknown, "A1,01/05/2023,Q,C2,,", "e.csv:2, RNE"),
        header(C::CodeOtherYear, "A1,M,01/02/2010,WBRI,", "h.csv:2, SEX"),
        header(C::EthnicityMissing, "A1,1,01/02/2010,,", "h.csv:2, ETHNIC"),
        header(C::BirthMissing, "A1,1,,WBRI,", "h.csv:2, DOB"),
        one(
            C::BirthBoth,
            "a.xml",
            census(&child("A1", "2010-01-01", "").replace(
                "<GenderCurrent>",
                "<ExpectedPersonBirthDate>2010-01-02</ExpectedPersonBirthDate><GenderCurrent>",
            )),
            "a.xml:1, ExpectedPersonBirthDate",
        ),
        header(
            C::BirthDegraded,
            &(1..=12)
                .map(|n| format!("A{n},1,01/{n:02}/2010,WBRI,"))
                .collect::<Vec<_>>()
                .join("\n"),
            "h.csv",
        ),
        header(C::SexMissing, "A1,,01/02/2010,WBRI,", "h.csv:2, SEX"),
        header(
            C::UpnInvalid,
            "A1,1,01/02/2010,WBRI,A123456789123",
            "h.csv:2, UPN",
        ),
        referred(
            C::ActivityAfterClosure,
            "<CINclosureDate>2023-07-01</CINclosureDate><Section47><S47ActualStartDate>2023-08-01</S47ActualStartDate></Section47>",
            "a.xml:1",
        ),
        one(
            C::ActivityAfterDeath,
            "a.xml",
            census(
                &child(
                    "A1",
                    "2010-01-01",
                    &format!("<CINdetails>{REFERRAL}</CINdetails>"),
                )
                .replace(
                    "<GenderCurrent>",
                    "<PersonDeathDate>2023-01-01</PersonDeathDate><GenderCurrent>",
                ),
            ),
            "a.xml:1",
        ),
        details(
            C::NfaActivity,
            "<CINreferralDate>2023-06-01</CINreferralDate><ReferralNFA>1</ReferralNFA><CINclosureDate>2023-06-02</CINclosureDate>",
            "a.xml:1, ReferralNFA",
        ),
        details(
            C::NfaMissing,
            "<CINreferralDate>2023-06-01</CINreferralDate>",
            "a.xml:1, ReferralNFA",
        ),
        one(
            C::NoEpisode,
            "a.xml",
            census(&child("A1", "2010-01-01", "")),
            "a.xml:1",
        ),
        referred(
            C::PlansTogether,
            "<CINPlanDates><CINPlanStartDate>2023-07-01</CINPlanStartDate></CINPlanDates><ChildProtectionPlans><CPPstartDate>2023-08-01</CPPstartDate></ChildProtectionPlans>",
            "a.xml:1",
        ),
        referred(
            C::PlanBeforeReferral,
            "<ChildProtectionPlans><CPPstartDate>2023-05-01</CPPstartDate></ChildProtectionPlans>",
            "a.xml:1",
        ),
        referred(
            C::FactorsJoined,
            "<Assessments><AssessmentActualStartDate>2023-06-02</AssessmentActualStartDate><FactorsIdentifiedAtAssessment><AssessmentFactors>1B 2B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>",
            "a.xml:1, AssessmentFactors",
        ),
        referred(
            C::CinNonstandard,
            "<DateofInitialICPC>2023-06-20</DateofInitialICPC>",
            "a.xml:1",
        ),
        referred(C::StrayText, "stray", "a.xml:1"),
        referred(
            C::FutureEnd,
            "<CINclosureDate>2031-07-01</CINclosureDate>",
            "a.xml:1, CINclosureDate",
        ),
        episodes(
            C::SameDaySpell,
            "A1,01/05/2023,S,C2,01/05/2023,E4A",
            "e.csv:2, DEC",
        ),
        episodes(C::DateTwoDigits, "A1,01/05/23,S,C2,,", "e.csv, DECOM"),
        episodes(
            C::DateSentinel,
            "A1,01/05/2023,S,C2,31/12/9999,",
            "e.csv, DEC",
        ),
        episodes(
            C::DateImplausible,
            "A1,01/05/2023,S,C2,01/05/1823,",
            "e.csv:2, DEC",
        ),
        episodes(C::DateBeforeAct, "A1,01/05/1983,P,C2,,", "e.csv:2, DECOM"),
        episodes(C::DateIgnored, "A1,01/05/2023,S,C2,soon,", "e.csv:2, DEC"),
        one(
            C::DateZoned,
            "e.csv",
            format!("{EPISODES}\nA1,2023-05-01T23:00:00Z,S,C2,,\n"),
            "e.csv, DECOM",
        ),
        one(
            C::NumberFloat,
            "p.csv",
            "LAchildID,CPPstartDate,NumberOfPreviousCPP\nA1,2023-05-01,1.0\n",
            "p.csv, NumberOfPreviousCPP",
        ),
        one(
            C::PostcodeInvalid,
            "e.csv",
            homes("nope"),
            "e.csv:2, HOME_POST",
        ),
        lookup(C::PostcodeSector, "AB1 2"),
        lookup(C::PostcodeUnlisted, "AB1 2CE"),
        episodes(
            C::X1Gap,
            "A1,01/05/2023,S,C2,01/06/2023,X1\nA1,05/06/2023,P,C2,,",
            "e.csv:3",
        ),
        episodes(
            C::X1Mismatch,
            "A1,01/05/2023,S,C2,01/06/2023,E4A\nA1,01/06/2023,S,C2,,",
            "e.csv:3",
        ),
        episodes(
            C::CeasedReasonAlone,
            "A1,01/05/2023,S,C2,,E4A",
            "e.csv:2, REC",
        ),
        episodes(
            C::OpenThenNew,
            "A1,01/05/2023,S,C2,,\nA1,01/06/2023,P,C1,,",
            "e.csv:3",
        ),
        episodes(
            C::CareOverlap,
            "A1,01/05/2023,S,C2,10/06/2023,X1\nA1,01/06/2023,P,C1,,",
            "e.csv:3",
        ),
        episodes(
            C::RespiteLimit,
            "A1,01/05/2023,S,V3,30/05/2023,E4A",
            "e.csv:2",
        ),
        episodes(C::LeftTruncated, "A1,01/05/2023,P,C2,,", "e.csv:2"),
        episodes(
            C::StartInferred,
            "A1,01/05/2023,S,C2,01/06/2023,E4A\nA1,05/06/2023,P,C2,,",
            "e.csv:3",
        ),
    ]
}

fn of_histories() -> Vec<Case> {
    use Code as C;
    let repaired = |code, place| {
        let mut case = one(
            code,
            "e.csv",
            format!("{EPISODES},YEAR\nA1,01/05/2021,S,C2,,,2022\nB1,01/05/2022,S,C2,,,2023\n"),
            place,
        );
        case.options.year = None;
        case
    };
    let years = [
        ("case", "2022-05-01", "", 2023),
        ("case", "2022-05-01", "2023-06-01", 2024),
    ];
    let mut changed = one(
        C::AttributeChanged,
        "h.csv",
        "CHILD,SEX,DOB,ETHNIC,YEAR\nA1,1,01/02/2010,WBRI,2023\nA1,2,01/02/2010,WBRI,2024\n",
        "h.csv:3",
    );
    changed.options.year = None;
    let linked = |code, care: &str, need: &str, place| {
        case(
            code,
            vec![
                (
                    "e.csv",
                    format!(
                        "{EPISODES}\n{}",
                        care.split(' ')
                            .map(|id| format!("{id},01/09/2023,S,C2,,\n"))
                            .collect::<String>()
                    )
                    .into_bytes(),
                ),
                (
                    "h.csv",
                    format!(
                        "CHILD,SEX,DOB,ETHNIC\n{}",
                        care.split(' ')
                            .map(|id| format!("{id},1,05/04/2010,WBRI\n"))
                            .collect::<String>()
                    )
                    .into_bytes(),
                ),
                (
                    "i.csv",
                    format!("LAchildID,PersonBirthDate,GenderCurrent\n{need}").into_bytes(),
                ),
            ],
            place,
        )
    };
    let file = |n: usize, year: u16| {
        let children: String = (0..n)
            .map(|at| {
                child(
                    &format!("A{at}"),
                    "2010-02-03",
                    &format!(
                        "<CINdetails>{}</CINdetails>",
                        REFERRAL.replace("2023", &(year - 1).to_string())
                    ),
                )
            })
            .collect();
        census(&children)
            .replace("2024", &year.to_string())
            .into_bytes()
    };
    let mut counted = case(
        C::CountChanged,
        vec![("a.xml", file(100, 2023)), ("b.xml", file(60, 2024))],
        "authority 301",
    );
    counted.options.year = None;
    vec![
        events(
            C::EpisodeOverlap,
            &[
                ("case", "2023-05-01", "2023-08-01", 2024),
                ("case", "2023-07-01", "2023-09-01", 2024),
            ],
            "v.csv:3",
        ),
        events(
            C::EpisodesOpen,
            &[
                ("case", "2023-05-01", "", 2024),
                ("case", "2023-07-01", "", 2024),
            ],
            "v.csv:3",
        ),
        events(
            C::NfaChanged,
            &[
                ("nfa", "2022-05-01", "", 2023),
                ("case", "2022-05-01", "", 2024),
            ],
            "v.csv:3",
        ),
        events(
            C::EpisodeDateDrift,
            &[
                ("case", "2022-05-01", "", 2023),
                ("case", "2022-05-04", "2023-06-01", 2024),
            ],
            "v.csv:3",
        ),
        events(
            C::OpenNotRestated,
            &[
                ("case", "2022-05-01", "", 2023),
                ("nfa", "2023-05-01", "", 2024),
            ],
            "authority 301",
        ),
        events(C::RowRestated, &years, "authority 301"),
        repaired(C::CareRepaired, "e.csv:2"),
        changed,
        one(
            C::RespiteUnknown,
            "a.json",
            "[{\"la_child_id\": \"A1\"}]",
            "authority 301",
        ),
        one(
            C::AnnexLimits,
            "l.csv",
            "Child Unique ID,Date of Contact\nA1,01/05/2023\n",
            "authority 301",
        ),
        many(C::IdHashMismatch, 0, "authority 301", |_| "WBRI"),
        many(C::LinkagePoor, 60, "authority 301", |_| "WBRI"),
        many(C::LinkageStrong, 80, "authority 301", |_| "WBRI"),
        many(C::LinkageLow, 93, "authority 301", |_| "WBRI"),
        many(C::LinkageDiffers, 93, "authority 301", |n| {
            if n < 50 { "WBRI" } else { "BCRB" }
        }),
        many(C::EthnicityUnknownShare, 100, "authority 301", |n| {
            if n < 50 { "WBRI" } else { "NOBT" }
        }),
        linked(C::LinkConflict, "A1", "A1,2014-09-19,1\n", "authority 301"),
        linked(C::LinkNear, "A1", "A1,2010-05-04,1\n", "authority 301"),
        linked(
            C::LinkAmbiguous,
            "012 0012",
            "12,2010-04-05,1\n",
            "authority 301",
        ),
        linked(C::LinkLadder, "0012", "12,2010-04-05,1\n", "authority 301"),
        counted,
    ]
}

/// Codes that another test raises, because they need a workbook or many months.
const ELSEWHERE: [(Code, &str); 4] = [
    (
        Code::WindowTooShort,
        "no reading raises it: prior help says which look-backs the files support",
    ),
    (Code::SheetSkipped, "a_workbook_says_what_its_sheets_are"),
    (Code::FormulaEmpty, "a_workbook_says_what_its_sheets_are"),
    (Code::MonthMissing, "a_month_without_referrals_is_said"),
];

#[test]
fn every_code_is_raised_where_it_is() {
    let cases: Vec<Case> = of_files()
        .into_iter()
        .chain(of_rows())
        .chain(of_histories())
        .collect();
    let mut wrong = Vec::new();
    let mut raised: BTreeSet<&str> = ELSEWHERE.iter().map(|(code, _)| code.as_str()).collect();
    for case in cases {
        raised.insert(case.code.as_str());
        let inputs = case
            .files
            .into_iter()
            .map(|(name, bytes)| Input::from_bytes(name, bytes))
            .collect();
        let outcome = read_with(inputs, &case.manifest, &case.options);
        let places: Vec<String> = outcome
            .diagnostics
            .tallies()
            .filter(|(code, ..)| *code == case.code)
            .flat_map(|(.., tally)| &tally.examples)
            .map(|one| {
                let line = if one.line > 0 {
                    format!(":{}", one.line)
                } else {
                    String::new()
                };
                let column = if one.column.is_empty() {
                    String::new()
                } else {
                    format!(", {}", one.column)
                };
                format!("{}{line}{column}", one.file)
            })
            .collect();
        if !places.iter().any(|place| place == case.place) {
            let all: Vec<&str> = outcome
                .diagnostics
                .tallies()
                .map(|(code, ..)| code.as_str())
                .collect();
            wrong.push(format!(
                "{}: expected at {:?}, found {places:?} among {all:?}",
                case.code.as_str(),
                case.place
            ));
        }
        if case.code.severity() == Severity::FileError {
            let failed = outcome.failed(1.0);
            if !failed {
                wrong.push(format!("{}: the reading did not fail", case.code.as_str()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for code in Code::ALL {
        assert!(
            raised.contains(code.as_str()),
            "nothing raises {}",
            code.as_str()
        );
        assert!(!code.remedy().is_empty());
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
        text +=
            &format!("{year}-{month:02}-05,CINreferralDate,A{n},2010-01-02,1,WBRI,1A,0,301,2024\n");
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
    const HEAD: &str = "<?xml version=\"1.0\"?>";
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let (mut names, mut targets, mut files) = (String::new(), String::new(), vec![]);
    for (at, (name, rows)) in sheets.iter().enumerate() {
        let at = at + 1;
        names += &format!("<sheet name=\"{name}\" sheetId=\"{at}\" r:id=\"r{at}\"/>");
        targets += &format!(
            "<Relationship Id=\"r{at}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/s{at}.xml\"/>"
        );
        let mut cells = String::new();
        for (row, fields) in rows.iter().enumerate() {
            cells += &format!("<row r=\"{}\">", row + 1);
            for (letter, field) in ('A'..).zip(*fields) {
                let place = format!("{letter}{}", row + 1);
                cells += &match field.strip_prefix('=') {
                    Some(formula) => format!("<c r=\"{place}\"><f>{formula}</f></c>"),
                    None => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{field}</t></is></c>"),
                };
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
    let members: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
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
