//! What is said of returns, once and where it is, and what stays unknown because of it.

use disparity_core::Day;
use disparity_core::journeys::{CodeId, SpellFlags, SpellKind};
use disparity_journeys::counts;
use disparity_returns::{Code, Input, Outcome, Severity};

use crate::codelists::dimensions;
use crate::returns::{census, child, of_la, read};
use crate::spec::answers::places;
use crate::support::{Folder, disparity};

fn read_301(files: &[(&str, &str)]) -> Outcome {
    let inputs = files.iter();
    let inputs = inputs.map(|(name, text)| Input::from_bytes(*name, text.as_bytes()));
    let mut options = of_la("301");
    options.extract_from = Day::parse("2018-04-01").ok();
    read(inputs.collect(), &options)
}

#[test]
fn one_bad_date_is_one_error() {
    let plan = "<CINdetails><CINreferralDate>2023-06-01</CINreferralDate><ReferralSource>1A</ReferralSource>\
        <ReferralNFA>0</ReferralNFA><ChildProtectionPlans><CPPstartDate>2023-13-01</CPPstartDate>\
        </ChildProtectionPlans></CINdetails>";
    let referral = plan
        .replace("2023-06-01", "soon")
        .replace("2023-13-01", "2023-08-01");
    let late = plan
        .replace("2023-06-01", "2031-06-01")
        .replace("2023-13-01", "2023-08-01");
    let of = |details: &str, birth: &str| census(&child("A1", birth, details));
    let no_id = "<EXPSSDA903><CHILD><HEADER><CHILDID></CHILDID><SEX>1</SEX></HEADER>\
        <EPISODE><DECOM>01/05/2023</DECOM></EPISODE></CHILD></EXPSSDA903>";
    for (name, text, row_errors, warnings) in [
        ("a.xml", of(plan, "2010-01-01"), 1, 0),
        // The plan of the case goes with it, which is another row.
        ("a.xml", of(&referral, "2010-01-01"), 2, 0),
        ("a.xml", of(&late, "2010-01-01"), 2, 0),
        (
            "a.xml",
            of(&plan.replace("2023-13-01", "2023-08-01"), "2010-02-31"),
            0,
            1,
        ),
        (
            "h.csv",
            "CHILD,SEX,DOB,ETHNIC,YEAR\nA1,1,31/02/2010,WBRI,2024\n".into(),
            0,
            1,
        ),
        (
            "h.csv",
            "CHILD,SEX,DOB,ETHNIC,YEAR\nA1,1,,WBRI,2024\n".into(),
            0,
            1,
        ),
        ("r.xml", no_id.into(), 2, 0),
    ] {
        let outcome = read_301(&[(name, &text)]);
        let found = [Severity::RowError, Severity::Warning]
            .map(|severity| outcome.diagnostics.count_severity(severity));
        let said = &outcome.diagnostics;
        assert_eq!(found, [row_errors, warnings], "{text}\n{said:?}");
    }
}

#[test]
fn the_end_of_a_status_may_lie_ahead() {
    for (duc, ends) in [
        ("01/05/28", "2028-05-01"),
        ("01/05/41", "2041-05-01"),
        ("01/05/20", "2020-05-01"),
    ] {
        let text = format!("CHILD,SEX,DOB,DUC,YEAR\nA1,1,01/05/10,{duc},2024\n");
        let outcome = read_301(&[("u.csv", &text)]);
        let record = outcome.journeys.child(0).record();
        assert_eq!(record.unaccompanied_ceased, Day::parse(ends).ok(), "{duc}");
        // A birth lies in the past.
        assert_eq!(record.birth, Day::parse("2010-05-01").ok());
    }
    let births = read_301(&[(
        "h.csv",
        "CHILD,SEX,DOB,ETHNIC,YEAR\nA1,1,01/05/28,WBRI,2024\n",
    )]);
    assert_eq!(
        births.journeys.child(0).record().birth,
        Day::parse("1928-05-01").ok()
    );
}

#[test]
fn a_column_that_is_not_understood_is_set_aside_and_its_table_is_read() {
    let rows = |need: fn(usize) -> &'static str, status: fn(usize) -> &'static str| {
        let one = |n| format!("A{n},2023-09-01,S,{},{},2024\n", status(n), need(n));
        let rows: String = (0..40).map(one).collect();
        read_301(&[("e.csv", &format!("CHILD,DECOM,RNE,LS,CIN,YEAR\n{rows}"))])
    };
    let care = |outcome: &Outcome| -> Vec<Option<CodeId>> {
        let children = 0..outcome.journeys.children().len();
        let child = |at| outcome.journeys.child(at).spells(SpellKind::Care).next();
        children
            .filter_map(child)
            .map(|spell| spell.coded.need())
            .collect()
    };
    // A few words of nobody's: they are unknown, and the rest is what it is.
    let few = rows(|n| if n < 5 { "own words" } else { "N1" }, |_| "C2");
    assert_eq!(few.diagnostics.count(Code::CodeUnknown), 5);
    assert_eq!(few.diagnostics.count(Code::ColumnSetAside), 0);
    let unknown = |need: &&Option<CodeId>| **need == Some(CodeId::UNKNOWN);
    assert_eq!(care(&few).iter().filter(unknown).count(), 5);
    // A column of something else: all of it is unknown, also where it happens to look like a code.
    let many = rows(|n| if n < 15 { "own words" } else { "N1" }, |_| "C2");
    assert_eq!(places(&many, Code::ColumnSetAside), ["e.csv, CIN"]);
    assert!(!many.failed(0.05), "{:?}", many.diagnostics);
    assert_eq!(care(&many).iter().filter(unknown).count(), 40);
    // Without a legal status an episode is nothing.
    let none = rows(|_| "N1", |n| if n < 15 { "own words" } else { "C2" });
    assert_eq!(places(&none, Code::CodesUnknown), ["e.csv, LS"]);
    assert!(none.failed(0.05) && care(&none).is_empty());
}

#[test]
fn a_source_of_referrals_in_words_of_its_own_loses_no_referral() {
    let row = |n: usize| format!("P{n},2023-05-{:02},Locality hub,N\n", n % 28 + 1);
    let rows: String = (0..50).map(row).collect();
    let header = "cine_person_id,cine_referral_date,cine_referral_source_code,cine_referral_nfa\n";
    let outcome = read_301(&[("ssd_cin_episodes.csv", &format!("{header}{rows}"))]);
    assert_eq!(
        places(&outcome, Code::ColumnSetAside),
        ["ssd_cin_episodes.csv, cine_referral_source_code"]
    );
    assert_eq!(outcome.diagnostics.count(Code::CodeUnknown), 50);
    let referrals = (0..outcome.journeys.children().len()).map(|at| {
        outcome
            .journeys
            .child(at)
            .spells(SpellKind::Referral)
            .count()
    });
    assert_eq!(referrals.sum::<usize>(), 50);
    assert!(!outcome.failed(0.05));
}

#[test]
fn conferences_of_a_table_of_enquiries_are_published_and_unsaid_ones_are_not() {
    let of = |column: &str| -> u32 {
        let rows = format!("LAchildID,S47ActualStartDate{column}\nA1,2023-05-01,2023-05-12\n");
        let rows = if column.is_empty() {
            rows.replace(",2023-05-12", "")
        } else {
            rows
        };
        let outcome = read_301(&[("2023-24/Section47.csv", &rows)]);
        counts(&outcome.journeys, &dimensions())
            .iter()
            .filter(|((name, .., stratum), _)| *name == "initial_conferences" && stratum.is_total())
            .map(|(_, count)| *count)
            .sum()
    };
    assert_eq!(of(",DateOfInitialCPC"), 1);
    assert_eq!(of(""), 0);
}

#[test]
fn care_without_a_legal_status_warns_with_how_much_of_it() {
    let episodes = "clae_person_id,clae_cla_id,clae_cla_episode_start_date,clae_cla_episode_start_reason\n\
        P1,C1,2023-06-01,S\nP2,C2,2023-06-01,S\nP3,C3,2023-06-01,S\n";
    let statuses = "lega_person_id,lega_legal_status,lega_legal_status_start_date\n\
        P1,C2,2023-06-01\nP2,Ward of somebody,2023-06-01\n";
    let outcome = read_301(&[("care.csv", episodes), ("status.csv", statuses)]);
    let said = outcome.diagnostics.tallies();
    let mut said = said.filter(|(code, ..)| *code == Code::RespiteUnknown);
    let (_, file, _, tally) = said.next().unwrap();
    assert_eq!(file, "authority 301");
    assert_eq!(
        tally.examples[0].message,
        "of 3 periods of care 1 have no legal status and 1 one that is not understood"
    );
    assert_eq!(
        places(&outcome, Code::CodeUnknown),
        ["status.csv:3, lega_legal_status"]
    );
    let unsure = (0..3).map(|at| {
        let spell = outcome
            .journeys
            .child(at)
            .spells(SpellKind::Care)
            .next()
            .unwrap();
        spell.flags.has(SpellFlags::MAY_BE_RESPITE)
    });
    assert_eq!(unsure.collect::<Vec<_>>(), [false, true, true]);
}

#[test]
fn an_authority_that_the_list_does_not_have_is_shown_under_its_code() {
    let folder = Folder::new("unlisted");
    let row = |n: usize| {
        let details = "<CINdetails><CINreferralDate>2023-06-01</CINreferralDate><ReferralNFA>0</ReferralNFA></CINdetails>";
        child(&format!("A{n}"), "2010-01-01", details)
    };
    let rows: String = (0..20).map(row).collect();
    let text = census(&rows).replace("<LEA>301", "<LEA>975");
    let (dir, store) = (folder.join("in"), folder.join("s"));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("cin.xml"), text).unwrap();
    let (dir, store) = (dir.to_str().unwrap(), store.to_str().unwrap());
    let built = disparity(&[
        "returns",
        "build",
        dir,
        "--out",
        store,
        "--as-of",
        "2026-01-01",
    ]);
    assert_eq!(built.code, 0);
    assert!(built.stdout.contains("LA_UNLISTED"), "{}", built.stdout);
    let arguments = [
        "journeys",
        store,
        "--table",
        "published",
        "--by",
        "total",
        "--format",
        "csv",
    ];
    let shown = disparity(&arguments).ok();
    let mut reader = csv::Reader::from_reader(shown.as_bytes());
    let rows = reader.records().map(Result::unwrap);
    let found: Vec<[String; 4]> = rows
        .filter(|row| &row[6] == "referrals")
        .map(|row| [2, 3, 4, 9].map(|at| row[at].to_owned()))
        .collect();
    assert_eq!(found, [["2024", "", "975", "20"]]);
    // A run is of areas: it says what it leaves out, and ends as if something were wrong.
    let (out, check) = (folder.join("out"), folder.join("check"));
    let check = check.to_str().unwrap();
    let ran = disparity(&[
        "run",
        "--returns",
        store,
        "--out",
        out.to_str().unwrap(),
        "--models",
        "none",
    ]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("LA_UNLISTED: 20 children of authority 975"),
        "{}",
        ran.stderr
    );
    // A code that the list does not have may be given for files that do not say theirs.
    let stated = disparity(&["returns", "check", dir, "--la", "976", "--out", check]);
    assert_eq!(stated.code, 0, "{}", stated.stderr);
    let wrong = disparity(&["returns", "check", dir, "--la", "Atlantis", "--out", check]);
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
}
