//! Planted truth: what the program says about simulated children against what was made to happen.

use std::collections::BTreeMap;

use disparity_core::{Day, Dimension};
use disparity_journeys::{GroupBy, HelpKind, LookBack, Mode, PriorHelpParams, Years, prior_help};
use disparity_returns::{Input, Manifest, Options, Outcome, read_returns};
use disparity_simulate::{Life, Switch, World, entries, files, helped, last_day, lives, manifest, postcode_lookup};

use crate::codelists::{areas, dimensions};

pub fn world(years: u16, last_year: u16) -> World {
    World { last_year, children_per_year: 120, care: 0.3, ..World::new(2, years, 20_261_121) }
}

pub fn read_world(world: &World) -> (Outcome, Vec<Vec<Life>>) {
    let lives: Vec<Vec<Life>> = (0..world.authorities.len()).map(|at| lives(world, at)).collect();
    let mut inputs: Vec<Input> = Vec::new();
    for (at, own) in lives.iter().enumerate() {
        inputs.extend(files(world, at, own).into_iter().map(|file| Input::from_bytes(file.path, file.bytes)));
    }
    inputs.push(Input::from_bytes("postcodes.csv", postcode_lookup().into_bytes()));
    let manifest = Manifest::parse(&manifest(world)).unwrap();
    let options = Options::new(last_day(world).plus(90));
    let outcome = read_returns(inputs, &manifest, &areas(), &dimensions(), &options, &|_, _, _| {}).unwrap();
    (outcome, lives)
}

pub fn print(outcome: &Outcome) {
    for (code, file, column, tally) in outcome.diagnostics.tallies() {
        let first = tally.examples.first().map(|e| (e.line, &e.value, &e.message));
        println!("{} | {file} | {column} | x{} | {first:?}", code.as_str(), tally.count);
    }
}

/// Entrants and helped, by authority and broad ethnic group, from the lives themselves.
fn truth(world: &World, lives: &[Vec<Life>], years: u16, kind: &str, look_back: Option<u8>, lead: i32) -> BTreeMap<(usize, String), (u32, u32)> {
    let dimensions = dimensions();
    let list = dimensions.list(Dimension::EthnicityMinor);
    let mut found: BTreeMap<(usize, String), (u32, u32)> = BTreeMap::new();
    let from = Day::new(i32::from(world.last_year - years), 4, 1).unwrap();
    for (at, own) in lives.iter().enumerate() {
        for life in own.iter().filter(|life| !life.unaccompanied) {
            for entry in entries(life).into_iter().filter(|day| *day >= from && *day <= last_day(world)) {
                let group = list.get(list.id(life.ethnicity).unwrap()).parent.clone().unwrap();
                let had = helped(life, entry, kind, look_back, lead);
                for group in [group, "total".to_owned()] {
                    let counts = found.entry((at, group)).or_default();
                    counts.0 += 1;
                    counts.1 += u32::from(had);
                }
            }
        }
    }
    found
}

#[test]
fn with_everything_on_file_every_planted_rate_comes_back_exactly() {
    let world = world(26, 2047);
    let (outcome, lives) = read_world(&world);
    print(&outcome);
    let dimensions = dimensions();
    let look_backs: Vec<LookBack> = (1..=10).map(LookBack::Years).chain([LookBack::Ever]).collect();
    let leads = vec![0, 1, 28, 90];
    let params = PriorHelpParams {
        look_backs,
        leads,
        groups: vec![GroupBy::Total, GroupBy::Dimension(Dimension::EthnicityMajor)],
        years: Years::Pooled(3),
        ..PriorHelpParams::default()
    };
    let answers = prior_help(&outcome.journeys, &dimensions, &params);
    let (mut compared, mut entrants) = (0, 0);
    for answer in &answers {
        let Some(authority) = answer.key.authority else { continue };
        let look_back = match answer.key.look_back {
            LookBack::Years(years) => Some(years),
            LookBack::Ever => None,
        };
        let planted = truth(&world, &lives, 3, answer.key.kind.as_str(), look_back, i32::from(answer.key.lead));
        let group = answer.key.group.code(&dimensions, outcome.journeys.codes()).to_owned();
        let (n, yes) = planted[&(authority, group)];
        let found = answer.counts;
        assert_eq!((found.entrants(), found.complete(), found.complete_yes), (n, n, yes), "{:?} {found:?}", answer.key);
        compared += 1;
        entrants = entrants.max(n);
    }
    println!("{compared} rates compared, up to {entrants} entrants each");
    assert!(compared > 9 * 11 * 4 * 8 && entrants > 50, "{compared} {entrants}");
    assert_eq!(params.modes, [Mode::Overlap]);
    assert_eq!(params.kinds.len(), HelpKind::ALL.len());
}

#[test]
fn zz_mess_dump() {
    let clean = world(6, 2030);
    for switch in Switch::ALL {
        let mut world = clean.clone();
        world.mess.on = vec![*switch];
        let (outcome, _) = read_world(&world);
        println!("=== {}", switch.as_str());
        print(&outcome);
    }
}
