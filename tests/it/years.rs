//! Years: which one a file is for, up to which day it speaks, and that each is counted from its own
//! return whatever other returns are read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use disparity_core::journeys::SpellKind;
use disparity_core::{Day, Period, Stratum};
use disparity_journeys::{counts, part_years};
use disparity_returns::{Code, Input, Manifest, Options, Outcome};
use disparity_simulate::{Mess, Switch, World, files, last_day, lives};

use crate::codelists::dimensions;
use crate::returns::{of_la, read, read_with};
use crate::returns_codes::workbook_with;
use crate::spec::answers::places;

fn file(name: &str, text: &str) -> Input {
    Input::from_bytes(name, text.as_bytes())
}

/// Counts of one authority by indicator and year, all children together.
fn totals(outcome: &Outcome) -> BTreeMap<(&'static str, u16), u32> {
    let counts = counts(&outcome.journeys, &dimensions());
    let total = |(_, _, _, stratum): &(_, _, _, Stratum)| *stratum == Stratum::TOTAL;
    let counts = counts.into_iter().filter(|(key, _)| total(key));
    counts
        .map(|((name, _, period, _), n)| ((name, period.year()), n))
        .collect()
}

fn count(outcome: &Outcome, name: &'static str, year: u16) -> Option<u32> {
    totals(outcome).get(&(name, year)).copied()
}

/// A number from 0 to 99 that depends on a text and nothing else.
fn chance(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash >> 17) % 100
}

/// A return made to disagree with those of other years: children and rows left out, closures and
/// ends taken back, reasons and days changed, each by a chance of its own in each year.
fn disagreeing(path: &str, text: &str) -> String {
    if text.starts_with("<?xml") {
        let (head, children) = text.split_once("<Child>").unwrap();
        let mut made = head.to_owned();
        for (n, child) in children.split("<Child>").enumerate() {
            let (own, rest) = child.split_once("</Child>").unwrap();
            let of = |what: &str| chance(&format!("{path} {n} {what}"));
            let mut own = own.to_owned();
            if of("open") < 15 {
                for element in ["CINclosureDate", "ReasonForClosure", "CPPendDate"] {
                    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
                    while let Some(at) = own.find(&open) {
                        let end = own.find(&close).unwrap() + close.len();
                        own.replace_range(at..end, "");
                    }
                }
            }
            if of("reason") < 10 {
                own = own.replace("RC7", "RC8");
            }
            if of("nfa") < 5 {
                own = own.replace("<ReferralNFA>false", "<ReferralNFA>true");
            }
            if of("absent") >= 10 {
                write!(made, "<Child>{own}</Child>").unwrap();
            }
            made += rest;
        }
        return made;
    }
    if !path.contains("episodes") {
        return text.to_owned();
    }
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let column = |name: &str| header.split(',').position(|c| c == name).unwrap();
    let (dec, rec, decom) = (column("DEC"), column("REC"), column("DECOM"));
    let mut made = format!("{header}\n");
    for (n, line) in lines.enumerate() {
        let of = |what: &str| chance(&format!("{path} {n} {what}"));
        let mut fields: Vec<&str> = line.split(',').collect();
        if of("open") < 10 {
            (fields[dec], fields[rec]) = ("", "");
        }
        let moved = fields[decom].replace("/03/", "/04/");
        if of("moved") < 5 && fields[dec].is_empty() {
            fields[decom] = &moved;
        }
        if of("absent") >= 10 {
            writeln!(made, "{}", fields.join(",")).unwrap();
        }
    }
    made
}

#[test]
fn no_year_is_counted_otherwise_because_other_years_were_read() {
    let world = World {
        last_year: 2025,
        children_per_year: 150,
        care: 0.3,
        mess: Mess {
            on: vec![Switch::ReferralDrift, Switch::DuplicateRows, Switch::X1Gap],
            ..Mess::default()
        },
        ..World::new(1, 5, 20_261_127)
    };
    let own = lives(&world, 0);
    let all: Vec<(String, String)> = files(&world, 0, &own)
        .into_iter()
        .filter(|file| !file.path.contains("early_help"))
        .map(|file| {
            let text = String::from_utf8(file.bytes).unwrap();
            let text = disagreeing(&file.path, &text);
            (file.path, text)
        })
        .collect();
    let options = Options {
        as_of: last_day(&world).plus(90),
        ..of_la("301")
    };
    let read_some = |some: &dyn Fn(&str) -> bool| {
        let inputs = all.iter().filter(|(path, _)| some(path));
        read(
            inputs.map(|(path, text)| file(path, text)).collect(),
            &options,
        )
    };
    let whole = read_some(&|_| true);
    let whole_totals = totals(&whole);
    // A re-referral needs the year before; nothing else does.
    let by_itself = |name: &str| name != "rereferrals_within_12_months";
    let mut compared = 0;
    for year in 2021..=2025_u16 {
        let labels = [
            format!("cin_{year}"),
            format!("_{}-{:02}_", year - 1, year % 100),
        ];
        let single = read_some(&|path| labels.iter().any(|label| path.contains(label)));
        let of_year = |totals: &BTreeMap<(&'static str, u16), u32>| -> BTreeMap<&'static str, u32> {
            let own = totals
                .iter()
                .filter(|((name, y), _)| *y == year && by_itself(name));
            own.map(|((name, _), n)| (*name, *n)).collect()
        };
        let (alone, among) = (of_year(&totals(&single)), of_year(&whole_totals));
        assert_eq!(alone, among, "{year}");
        compared += alone.len();
    }
    assert!(compared > 150, "{compared}");
    // They do disagree: what single returns say is kept beside the histories, of many children.
    assert!(whole.journeys.stated().iter().count() > 100);
    // A year that is lost changes no other, either.
    let lost = |path: &str| path.contains("cin_2023") || path.contains("_2022-23_");
    let without = totals(&read_some(&|path| !lost(path)));
    let others = |totals: &BTreeMap<(&'static str, u16), u32>| -> Vec<((&'static str, u16), u32)> {
        let own = totals
            .iter()
            .filter(|((name, y), _)| *y != 2023 && by_itself(name));
        own.map(|(key, n)| (*key, *n)).collect()
    };
    assert_eq!(others(&without), others(&whole_totals));
}

#[test]
fn a_stack_whose_repeats_were_removed_does_not_say_what_a_year_lacks() {
    // Each row once, in the last year that had it, as pipelines leave them.
    let mut csv = String::from("CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,YEAR\n");
    for n in 0..20 {
        writeln!(csv, "A{n},2021-05-01,S,C2,N1,U6,PR1,2023-06-01,E4A,2024").unwrap();
        writeln!(csv, "B{n},2021-06-01,S,C2,N1,U6,PR1,2021-07-01,E4A,2022").unwrap();
        writeln!(csv, "C{n},2022-06-01,S,C2,N1,U6,PR1,2022-07-01,E4A,2023").unwrap();
    }
    let outcome = read(vec![file("stack.csv", &csv)], &of_la("301"));
    assert_eq!(count(&outcome, "cla_at_31_march", 2022), Some(20));
    assert_eq!(count(&outcome, "cla_at_31_march", 2023), Some(20));
    assert_eq!(count(&outcome, "cla_started", 2022), Some(40));
}

const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC\n";

/// Episodes of children in care since a day.
fn in_care(since: &str, children: std::ops::Range<usize>) -> String {
    children.fold(EPISODES.to_owned(), |mut csv, n| {
        writeln!(csv, "A{n},{since},S,C2,N1,U6,PR1,,").unwrap();
        csv
    })
}

#[test]
fn the_same_bytes_for_two_years_are_two_years() {
    let same = in_care("2021-06-01", 0..2);
    let later = in_care("2021-06-01", 0..3);
    let outcome = read(
        vec![
            file("2021-22/episodes.csv", &same),
            file("2022-23/episodes.csv", &same),
            file("2023-24/episodes.csv", &later),
        ],
        &of_la("301"),
    );
    for (year, children) in [(2022, 2), (2023, 2), (2024, 3)] {
        assert_eq!(count(&outcome, "cla_at_31_march", year), Some(children));
    }
    assert_eq!(outcome.diagnostics.count(Code::FileTwice), 0);
    assert_eq!(places(&outcome, Code::FileCopied), ["2022-23/episodes.csv"]);
    assert_eq!(
        places(&outcome, Code::YearDoubtful),
        ["2022-23/episodes.csv", "2023-24/episodes.csv"]
    );
    // Twice for one year is twice, whatever the files are called; so is a census that names its year.
    for names in [["2021-22/a.csv", "2021-22/b.csv"], ["a.csv", "b.csv"]] {
        let outcome = read(names.map(|name| file(name, &same)).to_vec(), &of_la("301"));
        assert_eq!(places(&outcome, Code::FileTwice), [names[1]]);
        assert_eq!(outcome.diagnostics.count(Code::FileYearTwice), 0);
        assert!(!outcome.sources[1].used);
    }
    let census = crate::returns::census(&crate::returns::child("A1", "2010-01-01", ""));
    let outcome = read(
        vec![
            file("2021-22/a.xml", &census),
            file("2022-23/a.xml", &census),
        ],
        &of_la("301"),
    );
    assert_eq!(places(&outcome, Code::FileTwice), ["2022-23/a.xml"]);
    // What the manifest says is no less a year than what a name says.
    let manifest = Manifest::parse(
        "[[dataset]]\npath = 'a.csv'\nyear = 2022\n[[dataset]]\npath = 'b.csv'\nyear = 2023\n",
    )
    .unwrap();
    let inputs = vec![file("a.csv", &same), file("b.csv", &same)];
    let outcome = read_with(inputs, &manifest, &of_la("301"));
    assert_eq!(count(&outcome, "cla_at_31_march", 2023), Some(2));
}

#[test]
fn dates_choose_between_the_readings_of_a_year_and_no_more() {
    let quiet = in_care("2021-06-01", 0..2);
    let years = |names: &[(&str, &str)]| -> Vec<Option<u16>> {
        let inputs = names.iter().map(|(name, text)| file(name, text)).collect();
        let outcome = read(inputs, &of_la("301"));
        outcome.sources.iter().map(|source| source.year).collect()
    };
    let (busy_23, busy_24) = (in_care("2022-06-01", 0..9), in_care("2023-06-01", 0..9));
    // A return in which nothing started or ended is no older for it.
    assert_eq!(
        years(&[("2022/episodes.csv", &quiet), ("2023/episodes.csv", &quiet)]),
        [Some(2022), Some(2023)]
    );
    // Dates after the number make it the year in which the period starts, for all named alike.
    assert_eq!(
        years(&[
            ("2022/episodes.csv", &busy_23),
            ("2023/episodes.csv", &busy_24),
            ("2024/episodes.csv", &quiet)
        ]),
        [Some(2023), Some(2024), Some(2025)]
    );
    // A number on a folder of several years names the folder.
    assert_eq!(
        years(&[("made 2026/a.csv", &busy_23), ("made 2026/b.csv", &busy_24)]),
        [Some(2023), Some(2024)]
    );
    // Dates after both readings: the name does not say the year.
    let outcome = read(vec![file("2021/episodes.csv", &busy_24)], &of_la("301"));
    assert_eq!(outcome.sources[0].year, None);
    assert_eq!(outcome.diagnostics.count(Code::PeriodUnknown), 1);
    // A stated year is not overruled: what lies after it is set aside.
    let outcome = read(vec![file("2021-22/episodes.csv", &busy_24)], &of_la("301"));
    assert_eq!(outcome.sources[0].year, Some(2022));
    assert_eq!(outcome.diagnostics.count(Code::DateAfterReturn), 9);
}

#[test]
fn codes_of_another_year_are_said_however_the_year_is_known() {
    let rows = "A1,2023-05-01,S,C2,N1,Z12,PR1,,\nA2,2023-06-01,S,C2,N1,U6,PR1,,\n";
    let episodes = format!("{EPISODES}{rows}");
    let header = "CHILD,SEX,DOB,ETHNIC\nA1,M,01/02/2010,WBRI\nA2,F,01/02/2011,WBRI\n";
    let row_years = episodes
        .replace("REC\n", "REC,YEAR\n")
        .replace(",PR1,,\n", ",PR1,,,2024\n");
    let dated = "CHILD,SEX,DOB,ETHNIC,YEAR\nA1,M,01/02/2010,WBRI,2024\nA2,F,01/02/2011,WBRI,2024\n";
    let said = |outcome: &Outcome| outcome.diagnostics.count(Code::CodeOtherYear);
    let typed = Options {
        year: Some(2024),
        ..of_la("301")
    };
    for (names, texts, options) in [
        (
            ["e.csv", "h.csv"],
            [episodes.as_str(), header],
            typed.clone(),
        ),
        (
            ["2023-24/e.csv", "2023-24/h.csv"],
            [&episodes, header],
            of_la("301"),
        ),
        (
            ["e_2023-24.csv", "h_2023-24.csv"],
            [&episodes, header],
            of_la("301"),
        ),
        // From the dates, and from the table beside it.
        (["e.csv", "h.csv"], [&episodes, header], of_la("301")),
        (["e.csv", "h.csv"], [&row_years, dated], of_la("301")),
    ] {
        let inputs = names.iter().zip(texts).map(|(name, text)| file(name, text));
        let outcome = read(inputs.collect(), &options);
        assert_eq!(said(&outcome), 3, "{names:?}");
        let at = places(&outcome, Code::CodeOtherYear);
        assert!(at.contains(&format!("{}:2, PLACE", names[0])), "{at:?}");
        assert!(at.contains(&format!("{}:3, SEX", names[1])), "{at:?}");
    }
    let outcome = read(
        vec![
            file("2025-26/e.csv", &episodes),
            file("2025-26/h.csv", header),
        ],
        &of_la("301"),
    );
    assert_eq!(said(&outcome), 0);
}

const CARE_XML: &str = "<EXPSSDA903><CHILD><HEADER><CHILDID>A1</CHILDID><SEX>1</SEX><DOB>01/02/2010</DOB><ETHNIC>WBRI</ETHNIC>\
<UASC>0</UASC><AREVIEW><REVIEW>01/06/2023</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>\
<AMISSING><MISSING>M</MISSING><MIS_START>01/07/2023</MIS_START><MIS_END>03/07/2023</MIS_END></AMISSING>\
<OC2><SDQ_SCORE>18</SDQ_SCORE><CONVICTED>1</CONVICTED></OC2><MOTHER>0</MOTHER><OTHER>1</OTHER></HEADER>\
<EPISODE><DECOM>01/05/2023</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U6</PL><PLACE_PROVIDER>PR1</PLACE_PROVIDER>\
<DEC/><REC/></EPISODE></CHILD></EXPSSDA903>";

#[test]
fn a_care_return_as_xml_is_what_its_tables_are() {
    let tables = [
        (
            "h",
            "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB,UASC\nA1,1,01/02/2010,WBRI,,0,,0\n",
        ),
        (
            "e",
            "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC\nA1,01/05/2023,S,C2,N1,U6,PR1,,\n",
        ),
        (
            "r",
            "CHILD,DOB,REVIEW,REVIEW_CODE\nA1,01/02/2010,01/06/2023,PN1\n",
        ),
        (
            "m",
            "CHILD,DOB,MISSING,MIS_START,MIS_END\nA1,01/02/2010,M,01/07/2023,03/07/2023\n",
        ),
        (
            "o",
            "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,INTERVENTION_OFFERED\nA1,01/02/2010,18,,1,,,,,,,\n",
        ),
    ];
    let manifest = Manifest::parse("[[dataset]]\nyear = 2026\n").unwrap();
    let typed = Options {
        year: Some(2026),
        ..of_la("301")
    };
    let csv = |options: &Options, manifest: &Manifest, stem: &str| {
        let inputs = tables
            .iter()
            .map(|(name, text)| file(&format!("{stem}{name}.csv"), text));
        read_with(inputs.collect(), manifest, options)
    };
    let xml = |options: &Options, manifest: &Manifest, name: &str| {
        read_with(vec![file(name, CARE_XML)], manifest, options)
    };
    let none = Manifest::default();
    for (as_xml, as_csv, year) in [
        (xml(&typed, &none, "a.xml"), csv(&typed, &none, ""), 2026),
        (
            xml(&of_la("301"), &manifest, "a.xml"),
            csv(&of_la("301"), &manifest, ""),
            2026,
        ),
        (
            xml(&of_la("301"), &none, "ssda903_2025_26.xml"),
            csv(&of_la("301"), &none, "ssda903_2025_26_"),
            2026,
        ),
        (
            xml(&of_la("301"), &none, "ssda903-2025-26.xml"),
            csv(&of_la("301"), &none, "ssda903-2025-26-"),
            2026,
        ),
        (
            xml(&of_la("301"), &none, "a.xml"),
            csv(&of_la("301"), &none, ""),
            2024,
        ),
    ] {
        assert_eq!(as_xml.sources[0].year, Some(year));
        assert_eq!(as_xml.journeys, as_csv.journeys);
        assert_eq!(count(&as_xml, "cla_at_31_march", year), Some(1));
        let unused = |outcome: &Outcome| outcome.diagnostics.count(Code::TableUnused);
        assert_eq!((unused(&as_xml), unused(&as_csv)), (2, 2));
        assert_eq!(as_xml.diagnostics.count(Code::ColumnUnknown), 1);
        assert_eq!(
            as_xml.journeys.child(0).spells(SpellKind::Missing).count(),
            1
        );
    }
}

#[test]
fn a_part_of_a_year_is_no_year() {
    let census = "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2025</Year>\
        <ReferenceDate>2025-03-31</ReferenceDate></CollectionDetails><Source><LEA>301</LEA>\
        <DateTime>2024-11-30T10:00:00</DateTime></Source></Header><Children><Child><ChildIdentifiers>\
        <LAchildID>A1</LAchildID></ChildIdentifiers><CINdetails><CINreferralDate>2024-05-01</CINreferralDate>\
        <ReferralNFA>0</ReferralNFA></CINdetails></Child></Children></Message>";
    let care = in_care("2024-06-01", 0..9);
    let options = Options {
        as_of: Day::parse("2025-06-30").unwrap(),
        ..of_la("301")
    };
    let name = "SSDA903_2024-25_Nov_episodes.csv";
    let inputs = vec![file("cin.xml", census), file(name, &care)];
    let outcome = read(inputs.clone(), &options);
    assert_eq!(totals(&outcome), BTreeMap::new());
    assert_eq!(places(&outcome, Code::YearPart), [name, "cin.xml"]);
    let parts = part_years(&outcome.journeys);
    let untils: Vec<(SpellKind, String)> = parts
        .iter()
        .map(|part| (part.kind, part.until.to_string()))
        .collect();
    assert!(untils.iter().all(|(_, until)| until == "2024-11-30"));
    assert!(untils.iter().any(|(kind, _)| *kind == SpellKind::Care));
    assert!(
        parts
            .iter()
            .flat_map(|part| part.indicators())
            .any(|n| n == "cla_started")
    );
    // Entries up to that day can be asked about.
    let (entries, _) = disparity_journeys::entries(&outcome.journeys, &dimensions());
    assert_eq!(entries.len(), 9);
    // The final return of the year makes it whole; what the manifest says goes before the file.
    let mut both = inputs.clone();
    both.push(file("ssda903_2024-25_episodes.csv", &care));
    assert_eq!(
        count(&read(both, &options), "cla_at_31_march", 2025),
        Some(9)
    );
    let manifest = Manifest::parse("[[dataset]]\ncoverage_end = 2025-03-31\n").unwrap();
    let outcome = read_with(inputs, &manifest, &options);
    assert_eq!(count(&outcome, "cla_started", 2025), Some(9));
    assert_eq!(count(&outcome, "referrals", 2025), Some(1));
}

#[test]
fn a_case_that_a_return_made_in_november_has_open_may_have_closed_by_march() {
    let census = |year: u16, made: &str, children: &str| {
        format!(
            "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>\
             <ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails><Source><LEA>301</LEA>\
             <DateTime>{made}</DateTime></Source></Header><Children>{children}</Children></Message>"
        )
    };
    let case = |id: &str, day: &str| {
        let details = format!(
            "<CINdetails><CINreferralDate>{day}</CINreferralDate><ReferralNFA>0</ReferralNFA></CINdetails>"
        );
        crate::returns::child(id, "2015-01-01", &details)
    };
    let outcome = read(
        vec![
            file(
                "a.xml",
                &census(2024, "2023-11-30", &case("A1", "2023-05-01")),
            ),
            file(
                "b.xml",
                &census(2025, "2025-05-20", &case("B1", "2024-05-01")),
            ),
        ],
        &of_la("301"),
    );
    let mut cases = outcome.journeys.child(0).spells(SpellKind::CinEpisode);
    let case = cases.next().unwrap();
    assert_eq!(case.end.to_string(), "2023-12-01");
    assert!(!case.has_recorded_end());
    assert_eq!(outcome.diagnostics.count(Code::EndUnknown), 1);
    assert_eq!(outcome.diagnostics.count(Code::OpenNotRestated), 0);
}

#[test]
fn a_workbook_says_when_it_was_saved() {
    let rows: &[&[&str]] = &[
        &["CHILD", "DECOM", "RNE", "LS", "DEC", "REC"],
        &["A1", "2024-05-01", "S", "C2", "", ""],
    ];
    let covered_to = |saved: &str| {
        let core = format!(
            "<cp:coreProperties><dcterms:created xsi:type=\"dcterms:W3CDTF\">2010-01-01T00:00:00Z</dcterms:created>\
             <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{saved}</dcterms:modified></cp:coreProperties>"
        );
        let book = workbook_with(&[("Episodes", rows)], &[("docProps/core.xml", &core)]);
        let input = Input::from_bytes("ssda903_2024-25.xlsx", book);
        let outcome = read(vec![input], &of_la("301"));
        let coverage = &outcome.journeys.authorities()[0].coverage;
        coverage.of(SpellKind::Care).spans()[0]
            .1
            .plus(-1)
            .to_string()
    };
    assert_eq!(covered_to("2024-11-15T09:00:00Z"), "2024-11-15");
    assert_eq!(covered_to("2025-06-15T09:00:00Z"), "2025-03-31");
    assert_eq!(covered_to("2006-09-16T00:00:00Z"), "2025-03-31");
}

#[test]
fn nothing_happens_after_the_last_day_of_its_own_return() {
    let details = |referral: &str, closure: &str, plan: [&str; 2]| {
        format!(
            "<CINdetails><CINreferralDate>{referral}</CINreferralDate>{closure}<ReferralNFA>0</ReferralNFA>\
             <ChildProtectionPlans><CPPstartDate>{}</CPPstartDate>{}</ChildProtectionPlans></CINdetails>",
            plan[0], plan[1]
        )
    };
    let closed =
        "<CINclosureDate>2024-06-01</CINclosureDate><ReasonForClosure>RC8</ReasonForClosure>";
    let children = [
        crate::returns::child(
            "A1",
            "2015-01-01",
            &details("2024-05-01", "", ["2024-05-02", ""]),
        ),
        crate::returns::child(
            "B1",
            "2015-01-01",
            &details(
                "2023-05-01",
                closed,
                ["2023-06-01", "<CPPendDate>2024-07-01</CPPendDate>"],
            ),
        ),
    ];
    let outcome = read(
        vec![file("a.xml", &crate::returns::census(&children.join("\n")))],
        &of_la("301"),
    );
    // The referral and the plan of the first are of no year that this return can know.
    assert_eq!(outcome.diagnostics.count(Code::DateAfterReturn), 2);
    assert_eq!(places(&outcome, Code::DateAfterReturn)[0], "a.xml:1");
    // What the second says of its ends it cannot know; it is open, and in need, on 31 March.
    assert_eq!(outcome.diagnostics.count(Code::EndAfterReturn), 2);
    for name in [
        "referrals",
        "cin_at_31_march",
        "cpp_at_31_march",
        "cin_started",
    ] {
        assert_eq!(count(&outcome, name, 2024), Some(1), "{name}");
    }
    let year = Period::ending(2025).unwrap();
    assert!(totals(&outcome).keys().all(|(_, y)| *y != year.year()));
}

#[test]
fn a_year_of_the_census_is_counted_from_it_though_an_extract_knows_more() {
    let case = |id: &str| {
        let details = "<CINdetails><CINreferralDate>2023-06-01</CINreferralDate><ReferralNFA>0</ReferralNFA></CINdetails>";
        crate::returns::child(id, "2015-01-01", details)
    };
    let extract = "cine_referral_id,cine_person_id,cine_referral_date,cine_cin_primary_need_code,cine_referral_source_code,\
        cine_referral_nfa,cine_close_reason,cine_close_date\n\
        1,A1,2023-06-01,N1,1A,N,RC7,2024-03-01\n2,B1,2023-07-01,N1,1A,N,RC7,2024-08-01\n";
    let options = Options {
        extract_from: Day::parse("2020-04-01").ok(),
        ..of_la("301")
    };
    let outcome = read(
        vec![
            file("cin.xml", &crate::returns::census(&case("A1"))),
            file("ssd_cin_episodes.csv", extract),
        ],
        &options,
    );
    // The census has one case, open; the extract closes it before 31 March and has another.
    let ends: Vec<String> = (0..2)
        .flat_map(|child| {
            let child = outcome.journeys.child(child);
            child
                .spells(SpellKind::CinEpisode)
                .map(|s| s.end.to_string())
        })
        .collect();
    assert_eq!(ends, ["2024-03-01", "2024-08-01"]);
    assert_eq!(count(&outcome, "cin_at_31_march", 2024), Some(1));
    assert_eq!(count(&outcome, "cin_started", 2024), Some(1));
    assert_eq!(count(&outcome, "cin_ended", 2024), Some(0));
}

#[test]
fn the_header_table_of_a_census_says_when_its_tables_were_made() {
    let details = "LAchildID,CINdetailsID,CINreferralDate,ReferralSource,PrimaryNeedCode,CINclosureDate,ReasonForClosure,DateOfInitialCPC,ReferralNFA\n\
        A1,1,2024-05-01,1A,N1,,,,0\n";
    let header = "Collection,Year,ReferenceDate,SourceLevel,LEA,SoftwareCode,Release,SerialNo,DateTime\n\
        CIN,2025,2025-03-31,L,301,Own,1,1,2024-11-30T10:00:00\n";
    let inputs = vec![
        file("cin/details.csv", details),
        file("cin/header.csv", header),
    ];
    let outcome = read(inputs, &of_la("301"));
    assert_eq!(places(&outcome, Code::YearPart), ["cin/details.csv"]);
    assert_eq!(totals(&outcome), BTreeMap::new());
}
