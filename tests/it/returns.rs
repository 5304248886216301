//! Returns as they really are: the public samples where they are at hand, and small ones of our own.

use std::path::PathBuf;

use disparity_core::Day;
use disparity_core::journeys::{SpellFlags, SpellKind};
use disparity_returns::{Code, Format, Input, Manifest, Options, Outcome, discover, read_returns};

use crate::codelists::{areas, dimensions};

/// A folder of public samples, or none with a word about it where it is absent.
pub(crate) fn sample(path: &str) -> Option<PathBuf> {
    let full = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/samples")
        .join(path);
    if full.exists() {
        return Some(full);
    }
    crate::support::say(&format!(
        "not tested: the public sample {path} is not beside the project"
    ));
    None
}

pub(crate) fn options() -> Options {
    Options::new(Day::parse("2026-06-30").unwrap())
}

pub(crate) fn read(inputs: Vec<Input>, options: &Options) -> Outcome {
    read_with(inputs, &Manifest::default(), options)
}

pub(crate) fn read_with(inputs: Vec<Input>, manifest: &Manifest, options: &Options) -> Outcome {
    read_returns(
        inputs,
        manifest,
        &areas(),
        &dimensions(),
        options,
        &|_, _, _| {},
    )
    .unwrap()
}

pub(crate) fn of_la(la: &str) -> Options {
    Options {
        la: Some(la.into()),
        ..options()
    }
}

#[test]
fn five_stacked_years_of_care_returns_are_dated_from_their_contents() {
    let Some(folder) = sample("cs-demand-model/cs_demand_model_samples/combined") else {
        return;
    };
    let outcome = read(discover(&folder).unwrap(), &of_la("301"));
    let mut years: Vec<(String, u16, u64)> = outcome
        .sources
        .iter()
        .filter(|source| source.table == "episodes")
        .map(|source| (source.name.clone(), source.year.unwrap(), source.rows_kept))
        .collect();
    years.sort();
    let expected = [
        ("2017", 2018, 1460),
        ("2018", 2019, 974),
        ("2019", 2020, 648),
        ("2020", 2021, 402),
        ("2021", 2022, 253),
    ];
    for ((name, year, rows), (prefix, expected_year, expected_rows)) in years.iter().zip(expected) {
        assert!(name.starts_with(prefix));
        assert_eq!((*year, *rows), (expected_year, expected_rows), "{name}");
    }
    assert_eq!(years.len(), 5);
    // The other tables of a year follow its episodes.
    let header = outcome
        .sources
        .iter()
        .find(|source| source.name == "2019-header.csv")
        .unwrap();
    assert_eq!(header.year, Some(2020));
}

/// Reads text as one file.
fn read_text(name: &str, text: &str, options: &Options) -> Outcome {
    read(vec![Input::from_bytes(name, text.as_bytes())], options)
}

fn raised(outcome: &Outcome, code: Code) -> u64 {
    outcome.diagnostics.count(code)
}

const CENSUS: &str = "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2024</Year>\
<ReferenceDate>2024-03-31</ReferenceDate></CollectionDetails><Source><LEA>301</LEA></Source></Header><Children>CHILDREN</Children></Message>";

pub(crate) fn census(children: &str) -> String {
    CENSUS.replace("CHILDREN", children)
}

pub(crate) fn child(id: &str, birth: &str, details: &str) -> String {
    format!(
        "<Child><ChildIdentifiers><LAchildID>{id}</LAchildID><PersonBirthDate>{birth}</PersonBirthDate><GenderCurrent>1</GenderCurrent>\
         </ChildIdentifiers><ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>{details}</Child>"
    )
}

#[test]
fn the_public_samples_of_the_london_pipeline_are_read_whole() {
    let Some(folder) = sample("liia-tools-pipeline") else {
        return;
    };
    let outcome = read(discover(&folder).unwrap(), &options());
    let lists = outcome
        .sources
        .iter()
        .filter(|source| source.format == Format::AnnexA)
        .count();
    assert_eq!(lists, 11);
    let census = outcome
        .sources
        .iter()
        .find(|source| source.format == Format::Cin)
        .unwrap();
    assert_eq!(
        (census.rows_read, census.year, census.las.as_slice()),
        (1, Some(2022), ["201".to_owned()].as_slice())
    );
    let barking = outcome
        .journeys
        .authorities()
        .iter()
        .position(|authority| authority.old_la_code == "201")
        .unwrap();
    let reviewed = |child: &disparity_core::journeys::Child<'_>| {
        child.spells(SpellKind::ProtectionReview).count() > 0
    };
    let child = outcome
        .journeys
        .children_of(barking)
        .map(|position| outcome.journeys.child(position))
        .find(reviewed)
        .unwrap();
    for kind in [
        SpellKind::CinEpisode,
        SpellKind::Assessment,
        SpellKind::CinPlan,
        SpellKind::Section47,
        SpellKind::ProtectionPlan,
        SpellKind::ProtectionReview,
    ] {
        assert_eq!(child.spells(kind).count(), 1, "{}", kind.as_str());
    }
    let episodes = outcome
        .sources
        .iter()
        .find(|source| source.table == "episodes")
        .unwrap();
    assert_eq!((episodes.rows_read, episodes.rows_kept), (5, 5));
    assert!(raised(&outcome, Code::ChildConflict) > 0 && raised(&outcome, Code::CodeUnknown) > 0);
    assert!(raised(&outcome, Code::ColumnUnknown) > 0);
}

#[test]
fn annex_a_workbooks_of_any_year_are_recognised_sheet_by_sheet() {
    let Some(folder) = sample("annexa-cincensus-cleaner/examples") else {
        return;
    };
    let outcome = read(discover(&folder).unwrap(), &of_la("301"));
    for name in [
        "annex_a/2015-01-sample.xlsx",
        "annex_a/2016-01-sample.xlsx",
        "example-A-2005.xls",
        "example-B-2004.xlsx",
    ] {
        let lists = outcome
            .sources
            .iter()
            .filter(|s| s.name.starts_with(name) && s.format == Format::AnnexA)
            .count();
        assert_eq!(lists, 11, "{name}");
    }
}

#[test]
fn two_authorities_that_use_one_identifier_have_two_children() {
    let text = "CHILD,DECOM,RNE,LS,CIN,PLACE,DEC,REC,LA,YEAR\nA1,01/05/2020,S,C2,N1,U6,,,Barnet,2021\nA1,01/06/2020,S,C2,N1,U6,,,Camden,2021\n";
    let outcome = read_text("episodes.csv", text, &options());
    assert_eq!(outcome.journeys.children().len(), 2);
    assert_eq!(outcome.journeys.authorities().len(), 2);
}

#[test]
fn bad_input_ends_as_stated_and_never_in_a_number() {
    let cases: [(&str, String, Code); 12] = [
        ("a.xml", "<Message><Children>".into(), Code::XmlMalformed),
        (
            "a.xml",
            "<!DOCTYPE Message [<!ENTITY a 'aaaa'>]><Message>&a;</Message>".into(),
            Code::XmlMalformed,
        ),
        ("a.xml", "<Other/>".into(), Code::XmlRootUnknown),
        ("a.json", "[{\"la_child_id\": ".into(), Code::JsonMalformed),
        (
            "a.csv",
            "what,is,this\n1,2,3\n".into(),
            Code::TableUnrecognised,
        ),
        (
            "e.csv",
            "CHILD,DECOM,RNE,LS\nA1,25/03/2021,S,C2\nA2,03/25/2021,S,C2\n".into(),
            Code::DateMixedOrder,
        ),
        (
            "e.csv",
            "CHILD,DECOM,RNE,LS\nA1,03/25/2021,S,C2\nA2,01/02/2021,S,C2\n".into(),
            Code::DateMonthFirst,
        ),
        (
            "e.csv",
            "CHILD,DECOM,RNE,LS\n1.23457E+11,25/03/2021,S,C2\n".into(),
            Code::IdScientific,
        ),
        (
            "e.csv",
            "CHILD,DECOM,RNE,LS\n,25/03/2021,S,C2\n".into(),
            Code::ChildIdBlank,
        ),
        (
            "e.csv",
            "CHILD,DECOM,RNE,LS\nA1,31/02/2021,S,C2\n".into(),
            Code::DateUnparseable,
        ),
        (
            "e.csv",
            "CHILD,DECOM,RNE,LS,DEC,REC\nA1,25/03/2021,S,C2,24/03/2021,E4A\n".into(),
            Code::EndBeforeStart,
        ),
        (
            "h.csv",
            "CHILD,SEX,DOB,ETHNIC\nA1,1,01/02/2010,WBRI\nA1,1,01/02/2012,WBRI\n".into(),
            Code::ChildConflict,
        ),
    ];
    for (name, text, code) in cases {
        let outcome = read_text(
            name,
            &text,
            &Options {
                year: Some(2021),
                ..of_la("301")
            },
        );
        assert!(
            raised(&outcome, code) > 0,
            "{name} {text:?}: {:?}",
            outcome.diagnostics
        );
        assert_eq!(outcome.journeys.spells().len(), 0, "{text:?}");
    }
}

#[test]
fn a_wrong_year_or_reference_date_is_said_and_the_file_is_read() {
    let details = "<CINdetails><CINreferralDate>2023-06-01</CINreferralDate><ReferralSource>1A</ReferralSource><ReferralNFA>0</ReferralNFA></CINdetails>";
    let text = census(&child("A1", "2010-01-01", details)).replace("2024-03-31", "2024-07-21");
    let outcome = read_text("a.xml", &text, &options());
    assert_eq!(raised(&outcome, Code::ReferenceDate), 1);
    assert_eq!(outcome.sources[0].year, Some(2024));
    let text = census(&child("A1", "2010-01-01", details)).replace("<Year>2024", "<Year>2023");
    let outcome = read_text("a.xml", &text, &options());
    assert_eq!(
        (
            raised(&outcome, Code::YearMismatch),
            outcome.sources[0].year
        ),
        (1, Some(2024))
    );
    assert_eq!(
        outcome
            .journeys
            .child(0)
            .spells(SpellKind::CinEpisode)
            .count(),
        1
    );
}

#[test]
fn an_unborn_child_stays_the_same_child_after_birth() {
    let details = "<CINdetails><CINreferralDate>2024-02-01</CINreferralDate><ReferralSource>1A</ReferralSource><ReferralNFA>0</ReferralNFA>\
        <ChildProtectionPlans><CPPstartDate>2024-03-01</CPPstartDate></ChildProtectionPlans></CINdetails>";
    let unborn = census(
        &child("A1", "", details)
            .replace("PersonBirthDate", "ExpectedPersonBirthDate")
            .replace(
                "<ExpectedPersonBirthDate>",
                "<ExpectedPersonBirthDate>2024-06-10",
            ),
    );
    let born = census(&child("A1", "2024-06-02", details))
        .replace("2024-03-31", "2025-03-31")
        .replace("<Year>2024", "<Year>2025");
    let inputs = vec![
        Input::from_bytes("a.xml", unborn.into_bytes()),
        Input::from_bytes("b.xml", born.into_bytes()),
    ];
    let outcome = read(inputs, &options());
    assert_eq!(outcome.journeys.children().len(), 1);
    let child = outcome.journeys.child(0);
    assert_eq!(child.record().birth, Day::parse("2024-06-02").ok());
    assert_eq!(child.spells(SpellKind::ProtectionPlan).count(), 1);
    assert!(
        child
            .spells(SpellKind::ProtectionPlan)
            .all(|s| s.flags.has(SpellFlags::START_KNOWN))
    );
}

#[test]
fn diagnostics_name_children_apart_from_what_is_shown() {
    let outcome = read_text(
        "e.csv",
        "CHILD,DECOM,RNE,LS\n9100234,31/02/2021,S,C2\n1.23457E+11,01/02/2021,S,C2\n9100235,9100236,S,C2\n",
        &of_la("301"),
    );
    let named: Vec<(&str, &str)> = outcome
        .diagnostics
        .children()
        .iter()
        .map(|child| (child.la.as_str(), child.id.as_str()))
        .collect();
    assert_eq!(
        named,
        [
            ("301", "1.23457E+11"),
            ("301", "9100234"),
            ("301", "9100235")
        ]
    );
    for (.., tally) in outcome.diagnostics.tallies() {
        for one in &tally.examples {
            let shown = format!("{one}");
            assert!(
                !shown.contains("91002") && !shown.contains("E+11"),
                "{shown}"
            );
        }
    }
}

#[test]
fn of_two_files_for_one_year_the_later_counts_and_both_are_named() {
    let head = "CHILD,DECOM,RNE,LS,CIN,PLACE,DEC,REC\n";
    let inputs = vec![
        Input::from_bytes(
            "a.csv",
            format!("{head}A1,01/05/2020,S,C2,N1,U6,,\n").into_bytes(),
        ),
        Input::from_bytes(
            "b.csv",
            format!("{head}A1,01/05/2020,S,C2,N1,U6,01/09/2020,E4A\n").into_bytes(),
        ),
    ];
    let options = Options {
        year: Some(2021),
        ..of_la("301")
    };
    let outcome = read(inputs, &options);
    assert!(raised(&outcome, Code::FileYearTwice) > 0);
    let care: Vec<Option<Day>> = outcome
        .journeys
        .child(0)
        .spells(SpellKind::Care)
        .map(|spell| Some(spell.end))
        .collect();
    assert_eq!(care, [Day::parse("2020-09-01").ok()]);
}

#[test]
fn a_zip_that_unpacks_to_a_thousand_times_its_size_is_not_unpacked() {
    let mut text = b"CHILD,DECOM,RNE,LS\nA1,".to_vec();
    text.resize(100 << 20, b'0');
    let bomb = disparity_returns::zip_of(&[("episodes.csv", text.as_slice())]).unwrap();
    assert!(bomb.len() * 200 < text.len());
    let outcome = read(vec![Input::from_bytes("returns.zip", bomb)], &of_la("301"));
    assert!(
        raised(&outcome, Code::CompressionRatio) > 0,
        "{:?}",
        outcome.diagnostics
    );
    assert!(outcome.failed(0.05));
    assert_eq!(outcome.journeys.spells().len(), 0);
}
