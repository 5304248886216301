//! Authorities that are added up apart are what they are together, in whatever order, and through bytes.

use disparity_core::answers::{HelpKind, LookBack, Mode};
use disparity_core::journeys::{
    Authority, ChildRecord, CodeSets, Coverage, Covered, LinkOutcome, Spell, SpellKind,
};
use disparity_core::{Category, CodeList, Day, Dimension, Dimensions};
use proptest::prelude::*;

use super::*;
use crate::{Years, counts_and_repeats, prior_help};

fn dimensions() -> Dimensions {
    let list = |codes: &[(&str, Option<&str>)]| {
        let category = |(code, parent): &(&str, Option<&str>)| Category {
            code: (*code).to_owned(),
            label: (*code).to_owned(),
            parent: parent.map(str::to_owned),
            unknown: *code == "unknown",
        };
        CodeList::new(codes.iter().map(category).collect()).unwrap()
    };
    Dimensions::new(Dimension::ALL.map(|dimension| match dimension {
        Dimension::EthnicityMajor => list(&[("Total", None), ("white", None), ("black", None)]),
        Dimension::EthnicityMinor => list(&[
            ("Total", None),
            ("WBRI", Some("white")),
            ("BCRB", Some("black")),
        ]),
        _ => list(&[("Total", None)]),
    }))
}

/// A child: ethnic group, birth, help or need before care, and care, in days; whether it is linked.
type Invented = (u8, i32, Vec<(usize, i32, i32)>, Option<(i32, i32)>, bool);

const KINDS: [SpellKind; 6] = [
    SpellKind::EarlyHelp,
    SpellKind::CinEpisode,
    SpellKind::CinPlan,
    SpellKind::ProtectionPlan,
    SpellKind::Referral,
    SpellKind::Section47,
];

/// From 1 April 2014 for eleven years.
const FIRST: i32 = 16_161;
const DAYS: i32 = 4_018;

fn children() -> impl Strategy<Value = Vec<Invented>> {
    let spell = (0..KINDS.len(), 0..DAYS, 1..900_i32);
    let care = proptest::option::weighted(0.8, (0..DAYS, 1..900_i32));
    let child = (
        0..3_u8,
        0..5_000_i32,
        proptest::collection::vec(spell, 0..5),
        care,
        proptest::bool::weighted(0.9),
    );
    proptest::collection::vec(child, 0..12)
}

/// An authority: its children, and from which day its returns are there.
type World = Vec<(Vec<Invented>, i32)>;

fn worlds() -> impl Strategy<Value = World> {
    proptest::collection::vec((children(), 0..2_000_i32), 1..6)
}

fn authority(at: usize, (children, from): &(Vec<Invented>, i32)) -> Journeys {
    let mut journeys = Journeys::new(CodeSets::default(), true);
    let mut coverage = Coverage::default();
    for kind in SpellKind::ALL {
        let days = vec![(Day(FIRST + from), Day(FIRST + DAYS))];
        coverage.set(kind, Covered::new(days));
    }
    journeys.push_authority(Authority {
        old_la_code: format!("{}", 301 + at),
        area: Some(format!("E0900000{at}").parse().unwrap()),
        coverage,
        extract: Day(FIRST + DAYS - 1),
        continued: None,
    });
    for (group, born, spells, care, linked) in children {
        let record = ChildRecord {
            ethnicity: disparity_core::CategoryId(*group),
            birth: Some(Day(FIRST - born)),
            link: if *linked {
                LinkOutcome::Confirmed
            } else {
                LinkOutcome::ALL
                    .into_iter()
                    .find(|own| !own.is_linked())
                    .unwrap()
            },
            ..ChildRecord::default()
        };
        let spell = |kind: SpellKind, start: i32, days: i32| {
            let start = Day(FIRST + start);
            Spell::new(
                kind,
                start,
                if kind.is_event() {
                    start
                } else {
                    start.plus(days)
                },
            )
        };
        let mut own: Vec<Spell> = spells
            .iter()
            .map(|(kind, start, days)| spell(KINDS[*kind], *start, *days))
            .chain(care.map(|(start, days)| spell(SpellKind::Care, start, days)))
            .collect();
        journeys.push_child(&record, &mut own).unwrap();
    }
    journeys
}

fn questions() -> Questions {
    let asked = PriorHelpParams {
        look_backs: vec![LookBack::Years(3), LookBack::Ever],
        modes: Mode::ALL.to_vec(),
        years: Years::Each,
        ..PriorHelpParams::default()
    };
    let pooled = PriorHelpParams {
        kinds: vec![HelpKind::Any, HelpKind::None],
        ..PriorHelpParams::default()
    };
    Questions {
        help: vec![asked, pooled],
        indicators: true,
    }
}

fn of(journeys: &Journeys) -> Sums {
    Sums::of(journeys, &dimensions(), &questions())
}

/// Merges in an order, some of them with each other before.
fn merged(mut parts: Vec<Sums>, order: &[usize]) -> Sums {
    for at in order {
        if parts.len() > 1 {
            let one = parts.remove(at % parts.len());
            let other = at / 2 % parts.len();
            parts[other].merge(one).unwrap();
        }
    }
    let mut all = parts.remove(0);
    for part in parts {
        all.merge(part).unwrap();
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn sums_of_authorities_are_those_of_all_in_any_order_and_through_bytes(
        world in worlds(),
        order in proptest::collection::vec(0..30_usize, 0..6),
        other_order in proptest::collection::vec(0..30_usize, 0..6),
    ) {
        let each: Vec<Journeys> = world.iter().enumerate().map(|(at, own)| authority(at, own)).collect();
        let together = Journeys::concat(each.clone()).unwrap();
        let parts: Vec<Sums> = each.iter().map(of).collect();
        let through: Vec<Sums> = parts.iter().map(|own| Sums::from_bytes(&own.to_bytes()).unwrap()).collect();
        let whole = of(&together);
        let one = merged(parts, &order);
        let other = merged(through, &other_order);
        prop_assert_eq!(one.to_bytes(), whole.to_bytes());
        prop_assert_eq!(other.to_bytes(), whole.to_bytes());
        prop_assert_eq!(*one.entered(), Entered::of(&together, &dimensions()));
        for question in questions().help {
            let answers = prior_help(&together, &dimensions(), &question);
            prop_assert_eq!(other.prior_help(&dimensions(), &question), Some(answers));
        }
        prop_assert_eq!(other.counts_and_repeats(), counts_and_repeats(&together, &dimensions()));
        let headings = other.headings();
        prop_assert_eq!(headings.authorities(), together.authorities());
        prop_assert!(headings.children().is_empty() && headings.synthetic);
    }

    #[test]
    fn bytes_that_are_changed_are_refused_or_read_and_never_panic(
        children in children(),
        at in 0..2_000_usize,
        to in any::<u8>(),
    ) {
        let mut bytes = of(&authority(0, &(children, 0))).to_bytes();
        let place = at % bytes.len();
        bytes[place] = to;
        drop(Sums::from_bytes(&bytes));
        drop(Sums::from_bytes(&bytes[..place]));
    }
}

#[test]
fn an_authority_is_not_added_twice_and_other_questions_are_not_mixed() {
    let (first, second) = (authority(0, &(vec![], 0)), authority(1, &(vec![], 0)));
    let mut sums = of(&first);
    assert_eq!(
        sums.merge(of(&first)),
        Err(SumsError::SameAuthority("301".to_owned()))
    );
    let other = Questions {
        indicators: false,
        ..questions()
    };
    let asked = Sums::of(&second, &dimensions(), &other);
    assert_eq!(sums.merge(asked), Err(SumsError::Questions));
    let mut real = second.clone();
    real.synthetic = false;
    assert_eq!(sums.merge(of(&real)), Err(SumsError::Synthetic));
    assert_eq!(sums.merge(of(&second)), Ok(()));
    let unasked = PriorHelpParams {
        leads: vec![7],
        ..PriorHelpParams::default()
    };
    assert_eq!(sums.prior_help(&dimensions(), &unasked), None);
}

#[test]
fn bytes_of_another_version_are_refused() {
    let mut bytes = of(&authority(0, &(vec![], 0))).to_bytes();
    let place = bytes.iter().position(|byte| *byte == b'1').unwrap();
    bytes[place] = b'0';
    assert_eq!(Sums::from_bytes(&bytes).err(), Some(SumsError::Bytes));
}
