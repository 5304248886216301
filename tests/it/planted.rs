//! Planted truth: what the program says about simulated children against what was made to happen.

use std::collections::BTreeMap;

use disparity_core::{Day, Dimension};
use disparity_journeys::{GroupBy, HelpKind, LookBack, Mode, PriorHelpParams, Years, prior_help};
use disparity_returns::{Input, Manifest, Options, Outcome, read_returns};
use disparity_simulate::{
    Life, Mess, Switch, World, entries, files, first_day, helped, last_day, lives, loses_link,
    manifest, postcode_lookup,
};

use crate::codelists::{areas, dimensions};

pub(crate) fn world(years: u16, last_year: u16) -> World {
    World {
        last_year,
        children_per_year: 120,
        care: 0.3,
        ..World::new(2, years, 20_261_121)
    }
}

pub(crate) fn read_world(world: &World) -> (Outcome, Vec<Vec<Life>>) {
    let lives: Vec<Vec<Life>> = (0..world.authorities.len())
        .map(|at| lives(world, at))
        .collect();
    let mut inputs: Vec<Input> = Vec::new();
    for (at, own) in lives.iter().enumerate() {
        let all = files(world, at, own);
        if world.mess.has(Switch::Zip) {
            let la = &world.authorities[at].old_la_code;
            inputs.push(Input::from_bytes(
                format!("{la}.zip"),
                disparity_returns::zip_of(
                    &all.iter()
                        .map(|f| (f.path.as_str(), f.bytes.as_slice()))
                        .collect::<Vec<_>>(),
                )
                .unwrap(),
            ));
        } else if world.mess.has(Switch::Gzip) {
            inputs.extend(all.into_iter().map(|f| {
                Input::from_bytes(
                    format!("{}.gz", f.path),
                    disparity_returns::gzip(&f.bytes).unwrap(),
                )
            }));
        } else {
            inputs.extend(
                all.into_iter()
                    .map(|file| Input::from_bytes(file.path, file.bytes)),
            );
        }
    }
    inputs.push(Input::from_bytes(
        "postcodes.csv",
        postcode_lookup().into_bytes(),
    ));
    let manifest = Manifest::parse(&manifest(world)).unwrap();
    let options = Options::new(last_day(world).plus(90));
    let outcome = read_returns(
        inputs,
        &manifest,
        &areas(),
        &dimensions(),
        &options,
        &|_, _, _| {},
    )
    .unwrap();
    (outcome, lives)
}

pub(crate) fn print(outcome: &Outcome) {
    for (code, file, column, tally) in outcome.diagnostics.tallies() {
        let first = tally
            .examples
            .first()
            .map(|e| (e.line, &e.value, &e.message));
        crate::support::say(&format!(
            "{} | {file} | {column} | x{} | {first:?}",
            code.as_str(),
            tally.count
        ));
    }
}

/// Entrants and helped, by authority and broad ethnic group, from the lives themselves.
fn truth(
    world: &World,
    lives: &[Vec<Life>],
    years: u16,
    kind: &str,
    look_back: Option<u8>,
    lead: i32,
) -> BTreeMap<(usize, String), (u32, u32)> {
    let dimensions = dimensions();
    let list = dimensions.list(Dimension::EthnicityMinor);
    let mut found: BTreeMap<(usize, String), (u32, u32)> = BTreeMap::new();
    let from = Day::new(i32::from(world.last_year - years), 4, 1).unwrap();
    for (at, own) in lives.iter().enumerate() {
        for life in own.iter().filter(|life| !life.unaccompanied) {
            for entry in entries(life)
                .into_iter()
                .filter(|day| *day >= from && *day <= last_day(world))
            {
                let group = list
                    .get(list.id(life.ethnicity).unwrap())
                    .parent
                    .clone()
                    .unwrap();
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
    let look_backs: Vec<LookBack> = (1..=10)
        .map(LookBack::Years)
        .chain([LookBack::Ever])
        .collect();
    let leads = vec![0, 1, 28, 90];
    let params = PriorHelpParams {
        look_backs,
        leads,
        groups: vec![
            GroupBy::Total,
            GroupBy::Dimension(Dimension::EthnicityMajor),
        ],
        years: Years::Pooled(3),
        ..PriorHelpParams::default()
    };
    let answers = prior_help(&outcome.journeys, &dimensions, &params);
    let (mut compared, mut entrants) = (0, 0);
    for answer in &answers {
        let Some(authority) = answer.key.authority else {
            continue;
        };
        let look_back = match answer.key.look_back {
            LookBack::Years(years) => Some(years),
            LookBack::Ever => None,
        };
        let planted = truth(
            &world,
            &lives,
            3,
            answer.key.kind.as_str(),
            look_back,
            i32::from(answer.key.lead),
        );
        let group = answer
            .key
            .group
            .code(&dimensions, outcome.journeys.codes())
            .to_owned();
        let (n, yes) = planted[&(authority, group)];
        let found = answer.counts;
        assert_eq!(
            (found.entrants(), found.complete(), found.complete_yes),
            (n, n, yes),
            "{:?} {found:?}",
            answer.key
        );
        compared += 1;
        entrants = entrants.max(n);
    }
    crate::support::say(&format!(
        "{compared} rates compared, up to {entrants} entrants each"
    ));
    assert!(
        compared > 9 * 11 * 4 * 8 && entrants > 50,
        "{compared} {entrants}"
    );
    assert_eq!(params.modes, [Mode::Overlap]);
    assert_eq!(params.kinds.len(), HelpKind::ALL.len());
}

/// Every answer about prior help, as one comparable list.
fn answers(outcome: &Outcome) -> Vec<String> {
    let params = PriorHelpParams {
        look_backs: vec![LookBack::Years(1), LookBack::Years(3)],
        leads: vec![0, 28],
        ..PriorHelpParams::default()
    };
    let answers = prior_help(&outcome.journeys, &dimensions(), &params);
    answers
        .iter()
        .map(|answer| format!("{:?} {:?}", answer.key, answer.counts))
        .collect()
}

#[test]
fn each_kind_of_mess_raises_its_code_and_changes_no_answer_beyond_what_it_says() {
    let clean = world(5, 2030);
    let expected = answers(&read_world(&clean).0);
    for switch in Switch::ALL {
        let mut messy = clean.clone();
        messy.mess = Mess::only(*switch);
        let (outcome, _) = read_world(&messy);
        let raised = outcome
            .diagnostics
            .tallies()
            .any(|(code, ..)| code.as_str() == switch.code());
        assert!(
            raised || switch.code().is_empty(),
            "{} did not raise {}",
            switch.as_str(),
            switch.code()
        );
        let found = answers(&outcome);
        let different = expected.iter().zip(&found).filter(|(a, b)| a != b).count()
            + expected.len().abs_diff(found.len());
        match switch {
            // A day at the edge of a window, for one case in forty.
            Switch::ReferralDrift => assert!(
                different * 20 <= expected.len(),
                "{}: {different}",
                switch.as_str()
            ),
            // One child is no longer linked, in every group it belongs to.
            Switch::ChildConflict => assert!(
                different * 3 <= expected.len(),
                "{}: {different}",
                switch.as_str()
            ),
            _ => assert_eq!(different, 0, "{}", switch.as_str()),
        }
    }
}

#[test]
fn a_planted_loss_of_links_in_some_groups_shows_and_warns() {
    let mut world = World {
        children_per_year: 400,
        care: 0.5,
        ..world(6, 2030)
    };
    world.mess.linkage_loss = 0.3;
    let (outcome, lives) = read_world(&world);
    let warned = outcome
        .diagnostics
        .tallies()
        .any(|(code, ..)| code.as_str() == "LINKAGE_DIFFERS");
    assert!(warned);
    let dimensions = dimensions();
    let minor = dimensions.list(Dimension::EthnicityMinor);
    let mut planted: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for own in &lives {
        for (number, life) in own.iter().enumerate() {
            let group = minor
                .get(minor.id(life.ethnicity).unwrap())
                .parent
                .clone()
                .unwrap();
            let counts = planted.entry(group).or_default();
            for _ in entries(life)
                .into_iter()
                .filter(|day| *day >= first_day(&world) && *day <= last_day(&world))
            {
                counts.0 += u32::from(!loses_link(&world, own, number));
                counts.1 += 1;
            }
        }
    }
    let (entries, _) = disparity_journeys::entries(&outcome.journeys, &dimensions);
    let by = GroupBy::Dimension(Dimension::EthnicityMajor);
    let rates = disparity_journeys::match_rates(&outcome.journeys, &entries, &[by]);
    let mut compared = 0;
    for (key, matches) in rates
        .iter()
        .filter(|(key, _)| key.authority.is_none() && key.period.is_none())
    {
        let code = key.group.code(&dimensions, outcome.journeys.codes());
        let (linked, all) = disparity_journeys::linked_of(matches);
        assert_eq!((linked, all), planted[code], "{code}");
        assert_eq!(
            linked < all,
            matches!(code, "black" | "asian"),
            "{code}: {linked} of {all}"
        );
        compared += 1;
    }
    assert_eq!(compared, 5);
}

#[test]
fn with_files_that_begin_late_the_estimates_cover_the_truth_and_the_lower_bound_does_not() {
    let mut world = World {
        last_year: 2032,
        children_per_year: 90,
        care: 0.35,
        years_before: 12,
        ..World::new(60, 6, 5)
    };
    // One draw for each authority: codes of authorities that nobody uses are codes all the same.
    for (at, authority) in world.authorities.iter_mut().enumerate() {
        authority.old_la_code = format!("{:03}", 600 + at);
    }
    let (outcome, lives) = read_world(&world);
    let dimensions = dimensions();
    let params = PriorHelpParams {
        kinds: vec![
            HelpKind::CinEpisodeAny,
            HelpKind::ProtectionPlan,
            HelpKind::Section47,
        ],
        look_backs: vec![LookBack::Years(4)],
        groups: vec![GroupBy::Total],
        years: Years::Pooled(5),
        ..PriorHelpParams::default()
    };
    let answers = prior_help(&outcome.journeys, &dimensions, &params);
    for kind in params.kinds {
        let planted = truth(&world, &lives, 5, kind.as_str(), Some(4), 1);
        let (n, yes) = planted
            .iter()
            .filter(|((_, g), _)| g == "total")
            .fold((0, 0), |(n, y), (_, c)| (n + c.0, y + c.1));
        let p = f64::from(yes) / f64::from(n);
        let (mut draws, mut complete, mut km, mut low) = (0, 0, 0, 0.0);
        for answer in answers
            .iter()
            .filter(|a| a.key.kind == kind && a.key.authority.is_some())
        {
            let c = answer.counts;
            draws += 1;
            let level = disparity_stats::Level::P95;
            let window =
                disparity_stats::wilson(f64::from(c.complete_yes), f64::from(c.complete()), level)
                    .unwrap();
            complete += u32::from(window.contains(p));
            let found = answer.kaplan_meier.unwrap();
            km += u32::from(found.interval(level).unwrap().contains(p));
            low += f64::from(c.complete_yes + c.incomplete_yes) / f64::from(c.linked());
        }
        let low = low / f64::from(draws);
        crate::support::say(&format!(
            "{}: truth {p:.3}; of {draws} draws complete window covers {complete}, Kaplan–Meier {km}; mean lower bound {low:.3}",
            kind.as_str()
        ));
        // Nominal is 95%: of 60 draws, 52 or more with a chance of over 99%.
        assert!(
            complete * 100 >= draws * 86 && km * 100 >= draws * 86,
            "{}: {complete} {km} of {draws}",
            kind.as_str()
        );
        assert!(low < p, "{} {low} {p}", kind.as_str());
    }
}
