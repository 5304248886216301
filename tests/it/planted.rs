//! Planted truth: what the program says about simulated children against what was made to happen.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::answers::{Group, GroupBy, HelpKind, LookBack, Mode, PriorHelp};
use disparity_core::{CodeList, Day, Dimension};
use disparity_journeys::{PriorHelpParams, Years, prior_help};
use disparity_returns::{Input, Manifest, Options, Outcome, read_returns};
use disparity_simulate::{
    Life, Mess, Switch, World, entries, files, first_day, helped, last_day, lives, loses_link,
    manifest, on_file_from, postcode_lookup, trait_of,
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
    read_part_of(world, &|_| true, &manifest(world))
}

/// The files of a world that are kept, read with a manifest.
pub(crate) fn read_part_of(
    world: &World,
    keep: &dyn Fn(&str) -> bool,
    manifest: &str,
) -> (Outcome, Vec<Vec<Life>>) {
    let lives: Vec<Vec<Life>> = (0..world.authorities.len())
        .map(|at| lives(world, at))
        .collect();
    let mut inputs: Vec<Input> = Vec::new();
    for (at, own) in lives.iter().enumerate() {
        let mut all = files(world, at, own);
        all.retain(|file| keep(&file.path));
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
    let manifest = Manifest::parse(manifest).unwrap();
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

/// One question: kind, look-back in years (none: ever) and lead in days.
type Question<'q> = (&'q str, Option<u8>, i32);

/// Entrants, helped, and helped as far as files that begin on the world's first day can show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Planted {
    entrants: u32,
    helped: u32,
    on_file: u32,
}

/// The code of a life's group at entry, from the lives themselves.
fn group_of(list: &CodeList, life: &Life, entry: Day, by: GroupBy) -> String {
    match by {
        GroupBy::Total => "total".to_owned(),
        GroupBy::Dimension(Dimension::EthnicityMajor) => list
            .get(list.id(life.ethnicity).unwrap())
            .parent
            .clone()
            .unwrap(),
        _ => trait_of(life, entry, by.as_str()),
    }
}

/// What was planted for each question, authority and group of the entrants of so many years.
/// Unaccompanied children are a line of their own.
fn truth<'q>(
    world: &World,
    lives: &[Vec<Life>],
    years: u16,
    ways: &[GroupBy],
    questions: &[Question<'q>],
) -> BTreeMap<(Question<'q>, usize, GroupBy, String), Planted> {
    let dimensions = dimensions();
    let list = dimensions.list(Dimension::EthnicityMinor);
    let mut found: BTreeMap<(Question<'q>, usize, GroupBy, String), Planted> = BTreeMap::new();
    let from = Day::new(i32::from(world.last_year - years), 4, 1).unwrap();
    for (at, own) in lives.iter().enumerate() {
        for life in own {
            let shown = on_file_from(life, first_day(world));
            let entered = entries(life).into_iter();
            for entry in entered.filter(|day| *day >= from && *day <= last_day(world)) {
                let groups: Vec<(GroupBy, String)> = ways
                    .iter()
                    .filter(|by| !life.unaccompanied || **by == GroupBy::Unaccompanied)
                    .map(|by| (*by, group_of(list, life, entry, *by)))
                    .collect();
                for question in questions.iter().copied() {
                    let (kind, look_back, lead) = question;
                    let had = |life| u32::from(helped(life, entry, kind, look_back, lead));
                    let (helped, on_file) = (had(life), had(&shown));
                    for (by, group) in groups.iter().cloned() {
                        let counts = found.entry((question, at, by, group)).or_default();
                        counts.entrants += 1;
                        counts.helped += helped;
                        counts.on_file += on_file;
                    }
                }
            }
        }
    }
    found
}

/// The question that an answer of one authority is to.
fn question_of(answer: &PriorHelp) -> Question<'static> {
    let look_back = match answer.key.look_back {
        LookBack::Years(years) => Some(years),
        LookBack::Ever => None,
    };
    (
        answer.key.kind.as_str(),
        look_back,
        i32::from(answer.key.lead),
    )
}

fn questions(params: &PriorHelpParams) -> Vec<Question<'static>> {
    let mut all = Vec::new();
    for kind in &params.kinds {
        for look_back in &params.look_backs {
            let years = match look_back {
                LookBack::Years(years) => Some(*years),
                LookBack::Ever => None,
            };
            let leads = params.leads.iter().map(|lead| i32::from(*lead));
            all.extend(leads.map(|lead| (kind.as_str(), years, lead)));
        }
    }
    all
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
        years: Years::Pooled(3),
        ..PriorHelpParams::default()
    };
    let planted = truth(&world, &lives, 3, &params.groups, &questions(&params));
    let answers = prior_help(&outcome.journeys, &dimensions, &params);
    let mut compared: BTreeMap<GroupBy, BTreeSet<String>> = BTreeMap::new();
    let mut rates = 0;
    for answer in &answers {
        let Some(authority) = answer.key.authority else {
            continue;
        };
        let group = answer.key.group;
        let code = group.code(&dimensions, outcome.journeys.codes()).to_owned();
        let key = (question_of(answer), authority, group.by, code.clone());
        let Planted {
            entrants, helped, ..
        } = planted.get(&key).copied().unwrap_or_default();
        let found = answer.counts;
        assert_eq!(
            (found.entrants(), found.complete(), found.complete_yes),
            (entrants, entrants, helped),
            "{:?} {found:?}",
            answer.key
        );
        // A group without entrants has its row of zeros.
        if entrants > 0 {
            compared.entry(group.by).or_default().insert(code);
            rates += 1;
        }
    }
    crate::support::say(&format!("{rates} rates compared: {compared:?}"));
    // Nothing planted is missing from the answers, and no way of telling apart has one group only.
    assert_eq!(rates, planted.len());
    assert_eq!(params.groups, GroupBy::ALL);
    for by in GroupBy::ALL {
        let least = match by {
            GroupBy::Total => 1,
            GroupBy::Dimension(Dimension::DeprivationDecile) => 10,
            GroupBy::Dimension(Dimension::EthnicityMajor | Dimension::AgeBand) => 5,
            GroupBy::Dimension(Dimension::EthnicityMinor) => 12,
            GroupBy::Need | GroupBy::LegalStatus => 4,
            _ => 2,
        };
        assert!(compared[&by].len() >= least, "{by:?}: {:?}", compared[&by]);
    }
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

/// Sixty authorities, each one draw of the same world, with files that begin late.
fn late_files() -> World {
    let mut world = World {
        last_year: 2032,
        children_per_year: 90,
        care: 0.35,
        years_before: 12,
        ..World::new(60, 6, 5)
    };
    // Codes of authorities that nobody uses are codes all the same.
    for (at, authority) in world.authorities.iter_mut().enumerate() {
        authority.old_la_code = format!("{:03}", 600 + at);
    }
    world
}

#[test]
fn with_files_that_begin_late_the_estimates_cover_the_truth() {
    let world = late_files();
    let (outcome, lives) = read_world(&world);
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
    let answers = prior_help(&outcome.journeys, &dimensions(), &params);
    let planted = truth(&world, &lives, 5, &params.groups, &questions(&params));
    for kind in params.kinds {
        let (n, yes) = planted
            .iter()
            .filter(|(((word, ..), ..), _)| *word == kind.as_str())
            .fold((0, 0), |(n, y), (_, c)| (n + c.entrants, y + c.helped));
        let p = f64::from(yes) / f64::from(n);
        let (mut draws, mut complete, mut quoted, mut km) = (0, 0, 0, 0);
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
            // An estimate that what is on record contradicts is not quoted.
            if let Some(found) = answer.kaplan_meier {
                quoted += 1;
                km += u32::from(found.interval(level).unwrap().contains(p));
            }
        }
        crate::support::say(&format!(
            "{}: truth {p:.3}; of {draws} draws complete window covers {complete}, Kaplan–Meier {km} of {quoted}",
            kind.as_str()
        ));
        // Nominal is 95%: of 60 draws, 52 or more with a chance of over 99%.
        assert!(
            complete * 100 >= draws * 86 && km * 100 >= quoted * 86 && quoted * 2 >= draws,
            "{}: {complete} of {draws}, {km} of {quoted}",
            kind.as_str()
        );
    }
}

#[test]
fn with_files_that_begin_late_the_naive_rate_is_off_by_exactly_the_help_before_them() {
    let world = late_files();
    let (outcome, lives) = read_world(&world);
    let dimensions = dimensions();
    let params = PriorHelpParams {
        look_backs: vec![LookBack::Years(1), LookBack::Years(4), LookBack::Ever],
        // Whether a child was in care before is itself a question to files that begin late.
        groups: GroupBy::ALL
            .into_iter()
            .filter(|by| *by != GroupBy::FirstEver)
            .collect(),
        years: Years::Pooled(5),
        ..PriorHelpParams::default()
    };
    let planted = truth(&world, &lives, 5, &params.groups, &questions(&params));
    let answers = prior_help(&outcome.journeys, &dimensions, &params);
    let mut compared = 0;
    // Entrants, helped, and helped on record: of all authorities, for each kind and look-back.
    let mut sums: BTreeMap<(HelpKind, LookBack), [i64; 3]> = BTreeMap::new();
    for answer in &answers {
        let Some(authority) = answer.key.authority else {
            continue;
        };
        let group = answer.key.group;
        let code = group.code(&dimensions, outcome.journeys.codes()).to_owned();
        let key = (question_of(answer), authority, group.by, code);
        let truth = planted.get(&key).copied().unwrap_or_default();
        let c = answer.counts;
        let naive = c.complete_yes + c.incomplete_yes;
        assert_eq!(
            (c.linked(), naive),
            (truth.entrants, truth.on_file),
            "{:?}: {c:?} {truth:?}",
            answer.key
        );
        compared += usize::from(truth.entrants > 0);
        if group == Group::TOTAL {
            let sum = sums
                .entry((answer.key.kind, answer.key.look_back))
                .or_default();
            let parts = [c.linked(), truth.helped, naive].map(i64::from);
            for (total, part) in sum.iter_mut().zip(parts) {
                *total += part;
            }
        }
    }
    assert_eq!(compared, planted.len());
    assert_planted_bias(&sums);
}

/// What the bias of each kind must be like: of entrants, helped, and helped on record.
fn assert_planted_bias(sums: &BTreeMap<(HelpKind, LookBack), [i64; 3]>) {
    for ((kind, look_back), [n, truth, naive]) in sums {
        crate::support::say(&format!(
            "{} {}: of {n} helped {truth}, on record {naive}, bias {:.4}",
            kind.as_str(),
            look_back.word(),
            (naive - truth) as f64 / *n as f64
        ));
        let bias = naive - truth;
        match *kind {
            // The list of early help begins before every life: nothing is lost.
            HelpKind::EarlyHelp => assert_eq!(bias, 0),
            // What is lost can only make a child look as if it had no help.
            HelpKind::None => assert!(bias >= 0),
            // Nearly every child came to care by a case of its own, which is on file.
            HelpKind::Referral | HelpKind::CinEpisodeAny => assert!(bias <= 0),
            _ => assert!(bias < 0 || *look_back == LookBack::Years(1)),
        }
    }
}
