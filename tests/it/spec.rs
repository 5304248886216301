//! The definitions as small tables in `tests/spec`, which an analyst can check without reading Rust.
//! One harness reads them; each row is a case.

use std::fmt::Write as _;

use disparity_core::Day;
use disparity_core::journeys::{
    Authority, BirthPrecision, ChildRecord, Coverage, Covered, Journeys, LinkOutcome, Spell,
    SpellFlags, SpellKind,
};
use disparity_journeys::{GroupBy, HelpKind, LookBack, Mode, PriorHelpParams, Years, prior_help};
use disparity_returns::Input;

use crate::codelists::dimensions;
use crate::returns::{of_la, read};

/// The cells of each row of the table in a document, without the header.
fn rows(document: &str) -> Vec<Vec<String>> {
    document
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            line.trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().to_owned())
                .collect()
        })
        .collect()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

#[test]
fn prior_help_is_what_its_table_says() {
    let rows = rows(include_str!("../spec/prior_help.md"));
    assert!(rows.len() > 25);
    for row in rows {
        let [what, born, from, entry, spell, question, expected] = row.as_slice() else {
            panic!("{row:?}")
        };
        assert_eq!(
            &answer(born, from, entry, spell, question),
            expected,
            "{what}"
        );
    }
}

fn answer(born: &str, from: &str, entry: &str, spell: &str, question: &str) -> String {
    let codes = read(vec![], &of_la("301")).journeys.codes().clone();
    let mut coverage = Coverage::default();
    for kind in SpellKind::ALL {
        coverage.set(kind, Covered::new(vec![(day(from), day("2025-04-01"))]));
    }
    coverage.set(
        SpellKind::Care,
        Covered::new(vec![(day("2010-04-01"), day("2025-04-01"))]),
    );
    let mut journeys = Journeys::new(codes, true);
    journeys.push_authority(Authority {
        old_la_code: "301".into(),
        area: None,
        coverage,
        extract: day("2025-03-31"),
    });
    let mut care = Spell::new(SpellKind::Care, day(entry), Day::OPEN);
    care.flags = SpellFlags::START_KNOWN;
    let mut spells = vec![care];
    if let [kind, start, end] = spell.split(' ').collect::<Vec<_>>().as_slice() {
        let kind = match *kind {
            "cpp" => SpellKind::ProtectionPlan,
            word => SpellKind::from_word(word).unwrap(),
        };
        let end = if *end == "open" { Day::OPEN } else { day(end) };
        spells.push(Spell::new(kind, day(start), end));
    }
    let child = ChildRecord {
        birth: Some(day(born)),
        birth_precision: BirthPrecision::Day,
        link: LinkOutcome::Confirmed,
        unaccompanied: Some(false),
        ..ChildRecord::default()
    };
    journeys.push_child(&child, &mut spells).unwrap();
    let parts: Vec<&str> = question.split(' ').collect();
    let params = PriorHelpParams {
        kinds: vec![HelpKind::from_word(parts[0]).unwrap()],
        look_backs: vec![LookBack::Years(parts[1].parse().unwrap())],
        leads: vec![parts[2].parse().unwrap()],
        modes: vec![Mode::from_word(parts[3]).unwrap()],
        groups: vec![GroupBy::Total],
        years: Years::Each,
        ..PriorHelpParams::default()
    };
    let answers = prior_help(&journeys, &dimensions(), &params);
    let counts = answers[0].counts;
    let found = [
        (counts.complete_yes, "yes"),
        (counts.complete_no, "no"),
        (counts.incomplete_yes, "incomplete yes"),
        (counts.incomplete_no, "incomplete no"),
        (counts.unlinked, "unlinked"),
    ];
    found
        .iter()
        .filter(|(n, _)| *n == 1)
        .map(|(_, word)| *word)
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn periods_of_care_are_what_their_table_says() {
    let rows = rows(include_str!("../spec/periods_of_care.md"));
    assert!(rows.len() > 12);
    for row in rows {
        let [what, episodes, expected] = row.as_slice() else {
            panic!("{row:?}")
        };
        assert_eq!(&periods(episodes), expected, "{what}");
    }
}

fn periods(episodes: &str) -> String {
    let mut csv =
        String::from("CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,HOME_POST,YEAR\n");
    for episode in episodes.split("; ") {
        let f: Vec<&str> = episode.split(' ').collect();
        let or_blank = |text: &str| {
            if text == "-" {
                String::new()
            } else {
                text.to_owned()
            }
        };
        let (end, reason) = (or_blank(f[1]), or_blank(f[4]));
        let (start, new, legal) = (f[0], f[2], f[3]);
        writeln!(
            csv,
            "A1,{start},{new},{legal},N1,U6,PR1,{end},{reason},,2021"
        )
        .unwrap();
    }
    let outcome = read(
        vec![Input::from_bytes("episodes.csv", csv.into_bytes())],
        &of_la("301"),
    );
    let child = outcome.journeys.child(0);
    let breaks = child
        .spells(SpellKind::Respite)
        .map(|s| format!("respite {} {}", s.start, s.end));
    let care = child.spells(SpellKind::Care).map(|s| {
        let start = if s.flags.has(SpellFlags::START_KNOWN) {
            "known"
        } else if s.flags.has(SpellFlags::START_INFERRED) {
            "inferred"
        } else {
            "truncated"
        };
        format!("{} {} {start}", s.start, s.end)
    });
    breaks.chain(care).collect::<Vec<_>>().join("; ")
}
