//! A change of boundaries in the middle of an invented authority's returns: with continuity the new
//! authority looks back as if nothing had changed, and nothing else is different.

use std::collections::BTreeMap;

use disparity_core::Dimension;
use disparity_core::answers::{GroupBy, HelpKind, LookBack, Mode, PriorHelpCounts, PriorHelpKey};
use disparity_core::journeys::{Earlier, Journeys};
use disparity_journeys::{PriorHelpParams, Years, counts, prior_help};
use disparity_returns::{Code, Input, Manifest, Options, Outcome};
use disparity_simulate::{File, World, files, last_day, lives, postcode_lookup};

use crate::codelists::dimensions;
use crate::returns::read_with;

const OLD: &str = "928";
const NEW: &str = "941";

fn world() -> World {
    let mut world = World {
        children_per_year: 150,
        care: 0.35,
        ..World::new(1, 9, 20_261_122)
    };
    world.authorities[0].old_la_code = OLD.into();
    world
}

fn returns_of(world: &World) -> Vec<File> {
    let mut all = files(world, 0, &lives(world, 0));
    all.retain(|file| !file.path.ends_with("early_help.csv"));
    all.push(File {
        path: "postcodes.csv".into(),
        bytes: postcode_lookup().into_bytes(),
    });
    all
}

/// The same returns, as if 941 had come after 928 on 1 April 2021.
fn divided(files: Vec<File>) -> Vec<File> {
    let late = |path: &str| {
        let path = path.trim_end_matches(".xml");
        let year = path.strip_prefix("928/cin_").map(str::parse);
        let care = path
            .strip_prefix("928/ssda903_")
            .map(|rest| rest[..4].parse());
        let care = care.map(|year: Result<u16, _>| year.map(|year| year + 1));
        year.or(care).is_some_and(|year| year.unwrap() > 2021)
    };
    let new = |file: File| {
        if !late(&file.path) {
            return file;
        }
        let text = String::from_utf8(file.bytes).unwrap();
        let text = text.replace("<LEA>928</LEA>", "<LEA>941</LEA>");
        File {
            path: file.path.replace(OLD, NEW),
            bytes: text.into_bytes(),
        }
    };
    files.into_iter().map(new).collect()
}

fn read(world: &World, files: Vec<File>, stated: &[&str]) -> Outcome {
    let inputs = files.into_iter();
    let inputs = inputs.map(|file| Input::from_bytes(file.path, file.bytes));
    let list = "synthetic = true\n[[dataset]]\npath = '928'\nla = '928'\n[[dataset]]\npath = '941'\nla = '941'\n";
    let options = Options {
        continuity: stated.iter().map(|one| one.parse().unwrap()).collect(),
        ..Options::new(last_day(world).plus(90))
    };
    read_with(inputs.collect(), &Manifest::parse(list).unwrap(), &options)
}

type Answers = BTreeMap<PriorHelpKey, PriorHelpCounts>;

/// Every answer about the entrants of the years after the change, or before it.
fn answers(journeys: &Journeys, la: &str, after: bool) -> Answers {
    let authority = journeys
        .authorities()
        .iter()
        .position(|own| own.old_la_code == la);
    let params = PriorHelpParams {
        kinds: HelpKind::ALL.to_vec(),
        look_backs: [1, 3, 5]
            .map(LookBack::Years)
            .into_iter()
            .chain([LookBack::Ever])
            .collect(),
        leads: vec![0, 1, 28],
        modes: Mode::ALL.to_vec(),
        groups: vec![
            GroupBy::Total,
            GroupBy::Dimension(Dimension::EthnicityMajor),
            GroupBy::FirstEver,
            GroupBy::Unaccompanied,
        ],
        years: Years::Each,
        ..PriorHelpParams::default()
    };
    prior_help(journeys, &dimensions(), &params)
        .into_iter()
        .filter(|one| one.key.authority == authority && (one.key.from.year() > 2021) == after)
        .map(|one| {
            let key = PriorHelpKey {
                authority: None,
                ..one.key
            };
            (key, one.counts)
        })
        .collect()
}

#[test]
fn with_continuity_the_new_authority_looks_back_as_if_nothing_had_changed() {
    let world = world();
    let whole = read(&world, returns_of(&world), &[]).journeys;
    let parts = || divided(returns_of(&world));
    let alone = read(&world, parts(), &[]).journeys;
    let joined = read(&world, parts(), &["928>940,941"]);
    assert_eq!(joined.diagnostics.count(Code::ContinuityUsed), 1);
    // Nobody stated that 940 had returns.
    assert_eq!(joined.diagnostics.count(Code::ContinuityRefused), 1);
    let joined = joined.journeys;

    let planted = answers(&whole, OLD, true);
    assert!(planted.len() > 5_000, "{}", planted.len());
    assert_eq!(answers(&joined, NEW, true), planted);
    // The old authority's own years are what they are without it.
    let before = answers(&alone, OLD, false);
    assert!(!before.is_empty());
    assert_eq!(answers(&joined, OLD, false), before);

    // Without it the windows are cut at the change, and nobody is known to have been in care before.
    let cut = answers(&alone, NEW, true);
    let observed = |answers: &Answers| -> u32 {
        let total = answers.iter().filter(|(key, _)| {
            key.group.by == GroupBy::Total && key.look_back == LookBack::Years(3)
        });
        total.map(|(_, counts)| counts.complete()).sum()
    };
    let (all, less) = (observed(&planted), observed(&cut));
    assert!(less > 0 && less * 4 < all * 3, "{less} of {all}");
}

#[test]
fn continuity_moves_no_child_and_no_spell() {
    let world = world();
    let parts = || divided(returns_of(&world));
    let alone = read(&world, parts(), &[]).journeys;
    let joined = read(&world, parts(), &["928>941"]).journeys;
    assert_eq!(alone.spells(), joined.spells());
    let none = Vec::new();
    let mut same = joined.children().clone();
    same.earlier = none;
    assert_eq!(alone.children(), &same);
    let published = |journeys: &Journeys| counts(journeys, &dimensions());
    assert_eq!(published(&alone), published(&joined));
    let linked = joined
        .children_of(1)
        .filter(|child| matches!(joined.earlier(*child), Earlier::Child(_)));
    assert!(linked.count() > 50);
}

/// The new authority's files with some identifiers issued anew.
fn renumbered(share: u32) -> Vec<File> {
    let anew = |text: &str| -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        // Identifiers are six digits from 100000 on, in XML and in CSV alike.
        while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
            let (before, from) = rest.split_at(at);
            let digits = from.bytes().take_while(u8::is_ascii_digit).count();
            let (number, after) = from.split_at(digits);
            out.push_str(before);
            match number.parse::<u32>() {
                Ok(id) if digits == 6 && id % 10 < share => out.extend(["7", number]),
                _ => out.push_str(number),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    };
    let world = world();
    divided(returns_of(&world))
        .into_iter()
        .map(|file| {
            if file.path.starts_with(NEW) {
                let bytes = anew(&String::from_utf8(file.bytes).unwrap()).into_bytes();
                File { bytes, ..file }
            } else {
                file
            }
        })
        .collect()
}

#[test]
fn identifiers_that_were_not_kept_are_noticed() {
    let world = world();
    let some = read(&world, renumbered(2), &["928>941"]);
    assert_eq!(some.diagnostics.count(Code::ContinuityPartial), 1);
    assert_eq!(some.diagnostics.count(Code::ContinuityUsed), 1);
    let most = read(&world, renumbered(6), &["928>941"]);
    assert_eq!(most.diagnostics.count(Code::ContinuityRefused), 1);
    assert_eq!(most.diagnostics.count(Code::ContinuityUsed), 0);
    assert!(most.failed(1.0));
    assert!(
        most.journeys
            .authorities()
            .iter()
            .all(|own| own.continued.is_none())
    );
}

#[test]
fn what_cannot_be_so_is_said() {
    let census = |rows: &str| {
        let header = "Date,Type,LAchildID,PersonBirthDate,GenderCurrent,Ethnicity,ReferralSource,ReferralNFA,LA,YEAR\n";
        Input::from_bytes("census.csv", [header, rows].concat().into_bytes())
    };
    let row = |la: &str, born: &str, year: u16| {
        let before = year - 1;
        format!("{before}-06-01,CINreferralDate,A1,{born},1,WBRI,1A,0,{la},{year}\n")
    };
    let both = [
        row("928", "2010-05-04", 2020),
        row("941", "2014-08-19", 2023),
    ]
    .concat();
    for (rows, stated, code, said) in [
        (&both, "928>941", Code::ContinuityConflict, ""),
        (
            &both,
            "928>942",
            Code::ContinuityRefused,
            "no change of boundaries made 942 out of 928",
        ),
        (
            &row("941", "2010-05-04", 2023),
            "928>941",
            Code::ContinuityRefused,
            "no returns of 928 were read",
        ),
        (
            &row("928", "2010-05-04", 2020),
            "928>941",
            Code::ContinuityRefused,
            "no returns of 941 were read",
        ),
    ] {
        let options = Options {
            continuity: vec![stated.parse().unwrap()],
            ..crate::returns::options()
        };
        let outcome = read_with(vec![census(rows)], &Manifest::default(), &options);
        let found = outcome
            .diagnostics
            .tallies()
            .find(|(found, ..)| *found == code);
        let (_, file, _, tally) = found.unwrap();
        assert_eq!((file, tally.count), (stated, 1));
        assert_eq!(tally.examples[0].message, said);
        // The child is named for whoever may see it, and numbered for everybody else.
        let is_of_child = code == Code::ContinuityConflict;
        let child = tally.examples[0].child.as_ref();
        assert_eq!(
            child.map(|c| (c.la.as_str(), c.id.as_str())),
            is_of_child.then_some(("941", "A1"))
        );
    }
}

#[test]
fn a_store_keeps_what_was_joined() {
    let world = world();
    let joined = read(&world, divided(returns_of(&world)), &["928>941"]).journeys;
    let folder = crate::support::Folder::new("continuity");
    let write = disparity_returns::store::write_store;
    write(
        &joined,
        &[],
        &dimensions(),
        folder.path(),
        &[],
        &|_, _, _| {},
    )
    .unwrap();
    let read = disparity_returns::store::read_store(folder.path(), &dimensions()).unwrap();
    assert_eq!(read, joined);
}
