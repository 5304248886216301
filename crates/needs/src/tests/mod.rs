//! An England of three authorities, whose sums can be checked.

mod coverage;
mod help;
mod seen;
mod take;
mod world;

use disparity_core::needs::{Assumptions, Likely, Need, NeedsAssessment, Part, Way};
use disparity_core::neighbourhoods::{
    Footprint, FootprintOrigin, Footprints, Neighbourhoods, Places,
};
use disparity_core::*;

use crate::{England, NeedsError};
use world::{OWN, World, assumptions, code, world, year};

/// Two teams of the first authority.
fn two_teams(world: &World) -> Footprints {
    let codes: Vec<AreaCode> = world
        .neighbourhoods
        .of(code(OWN[0]))
        .iter()
        .map(|own| own.code)
        .collect();
    let (first, second) = codes.split_at(9);
    let team = |name: &str, neighbourhoods: &[AreaCode]| Footprint {
        name: name.into(),
        neighbourhoods: neighbourhoods.to_vec(),
    };
    Footprints {
        authority: code(OWN[0]),
        origin: FootprintOrigin::Given,
        all: vec![team("One", first), team("Two", second)],
    }
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-12 * expected.abs().max(1.0)
}

fn number(found: &NeedsAssessment, need: Need, way: Way, part: Part) -> Reported<Likely> {
    found.expected_of(need, way, part).unwrap().number
}

#[test]
fn the_year_of_every_count_that_is_added_is_known() {
    let world = world();
    let england = England::new(world.inputs(), assumptions(), None).unwrap();
    let found = england.assess(code(OWN[0]), None).unwrap();
    let known = found.england.iter();
    let known = known.filter(|own| own.need == Need::FamilyHelpPlans);
    let years: Vec<String> = known
        .flat_map(|own| own.added.iter().map(|(_, period)| period.to_string()))
        .collect();
    assert_eq!(years, ["2022", "2025"]);
    let message = "of what is added, “cin_plan_at_31_march” is that of 2022";
    assert!(found.issues.iter().any(|issue| issue.message == message));
}

#[test]
fn every_level_adds_up_to_the_authority_and_authorities_to_england() {
    let world = world();
    let england = England::new(world.inputs(), assumptions(), None).unwrap();
    let teams = two_teams(&world);
    let all: Vec<NeedsAssessment> = OWN
        .iter()
        .map(|own| {
            england
                .assess(code(own), (*own == OWN[0]).then_some(&teams))
                .unwrap()
        })
        .collect();
    let needs: Vec<Need> = all[0].counted.iter().map(|(need, _)| *need).collect();
    assert_eq!(needs.len(), 6);
    for need in needs {
        let known = all[0].england.iter().find(|known| known.need == need);
        let Some(known) = known else {
            // Referrals are counted nowhere in this England.
            let absent = number(&all[0], need, Way::EnglandRates, Part::Authority);
            assert_eq!(absent.symbol(), Some(Symbol::NotAvailable));
            continue;
        };
        let whole: f64 = all
            .iter()
            .map(|own| {
                number(own, need, Way::EnglandRates, Part::Authority)
                    .value()
                    .unwrap()
                    .expected
            })
            .sum();
        assert!(
            close(whole, known.count),
            "{need:?}: {whole} of {}",
            known.count
        );
        for (way, level) in Way::ALL
            .into_iter()
            .flat_map(|way| ["team", "ward", "msoa", "lsoa"].map(|level| (way, level)))
        {
            let Reported::Value(total) = number(&all[0], need, way, Part::Authority) else {
                continue;
            };
            let parts = all[0]
                .expected
                .iter()
                .filter(|row| row.need == need && row.way == way && row.part.level() == level);
            let sum: f64 = parts.map(|row| row.number.value().unwrap().expected).sum();
            assert!(
                close(sum, total.expected),
                "{need:?} {way:?} {level}: {sum} of {}",
                total.expected
            );
        }
    }
    let cin = Need::Indicator(world.catalogue.indicators.id("cin_at_31_march").unwrap());
    let of = |at: usize, way| number(&all[at], cin, way, Part::Authority);
    assert!(close(
        of(0, Way::AsExpected).value().unwrap().expected,
        380.0
    ));
    let benchmarked = of(0, Way::Benchmarked).value().unwrap();
    assert!(close(benchmarked.expected, 500.0));
    // What was counted is no matter of chance.
    assert_eq!(
        benchmarked.seen.shown(),
        Interval {
            low: 500.0,
            high: 500.0
        }
    );
    // Withheld, and not there at all.
    assert_eq!(
        of(1, Way::Benchmarked),
        Reported::Symbol(Symbol::Confidential)
    );
    assert_eq!(
        of(2, Way::Benchmarked),
        Reported::Symbol(Symbol::NotAvailable)
    );
    assert_eq!(
        of(1, Way::AsExpected),
        Reported::Symbol(Symbol::NotAvailable)
    );
    let plans = number(
        &all[0],
        Need::FamilyHelpPlans,
        Way::Benchmarked,
        Part::Authority,
    );
    assert!(close(plans.value().unwrap().expected, 165.0));
    let allowance =
        all[0].expected_of(Need::FamilyHelpAllowance, Way::Benchmarked, Part::Authority);
    assert_eq!(
        allowance.unwrap().number,
        Reported::Symbol(Symbol::NotApplicable)
    );
}

#[test]
fn children_of_neighbourhoods_have_both_margins() {
    let world = world();
    let england = England::new(world.inputs(), assumptions(), None).unwrap();
    let found = england.assess(code(OWN[1]), None).unwrap();
    let all = found.children_of(Part::Authority).unwrap();
    assert!(close(all.children, 10_000.0) && close(all.by_decile.iter().sum(), 10_000.0));
    for (found, expected) in all
        .by_age
        .value()
        .unwrap()
        .iter()
        .zip([500.0, 2_000.0, 2_700.0, 3_500.0, 1_300.0])
    {
        assert!(close(*found, expected));
    }
    for (found, expected) in all
        .by_group
        .value()
        .unwrap()
        .iter()
        .zip([7_000.0, 800.0, 1_400.0, 700.0, 100.0])
    {
        assert!(
            (found.value / expected - 1.0).abs() < 1e-8,
            "{} {expected}",
            found.value
        );
        assert!(found.intervals.shown().contains(found.value));
    }
    for own in found
        .children
        .iter()
        .filter(|own| own.part.level() == "lsoa")
    {
        let cells = own.by_age_and_group.value().unwrap();
        let sum: f64 = cells.iter().flatten().sum();
        assert!((sum / own.children - 1.0).abs() < 1e-12);
        for (cells, age) in cells.iter().zip(own.by_age.value().unwrap()) {
            assert!((cells.iter().sum::<f64>() / age - 1.0).abs() < 1e-9);
        }
    }
    let later = found
        .issues
        .iter()
        .find(|issue| issue.code == IssueCode::DecileOfLaterIndex);
    assert!((3..=4).contains(&later.unwrap().rows));
}

#[test]
fn england_has_its_counts_by_decile_age_and_group() {
    let world = world();
    let england = England::new(world.inputs(), assumptions(), None).unwrap();
    let found = england.assess(code(OWN[0]), None).unwrap();
    let cin = Need::Indicator(world.catalogue.indicators.id("cin_at_31_march").unwrap());
    let known = found
        .england
        .iter()
        .find(|known| known.need == cin)
        .unwrap();
    assert_eq!(
        (known.by_age.1, known.by_group.1),
        (Some(year("2025")), Some(year("2022")))
    );
    // 990 of 1,000 have an age, 980 a group.
    for (share, count) in known
        .by_age
        .0
        .iter()
        .zip([50.0, 150.0, 260.0, 390.0, 140.0])
    {
        assert!((share.expected / (count / 0.99) - 1.0).abs() < 1e-9);
    }
    for (share, count) in known.by_group.0.iter().zip([700.0, 90.0, 80.0, 90.0, 20.0]) {
        assert!((share.expected / (count / 0.98) - 1.0).abs() < 1e-9);
    }
    for pair in known.by_decile.windows(2) {
        let rate = |at: usize| pair[at].expected / pair[at].children;
        assert!((rate(0) / rate(1) - 1.1).abs() < 1e-9);
    }
    let total: f64 = known.by_decile.iter().map(|share| share.expected).sum();
    assert!(close(total, 1_000.0));
    let said = |code, what: &str| {
        england.issues().iter().any(|issue| {
            issue.code == code
                && issue.indicator == "cin_at_31_march"
                && issue.message.contains(what)
        })
    };
    assert!(
        said(IssueCode::SplitOfAnotherYear, "ethnic group")
            && !said(IssueCode::SplitOfAnotherYear, "age")
    );
}

#[test]
fn one_core_or_two_give_the_same() {
    let world = world();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let england = England::new(world.inputs(), assumptions(), None).unwrap();
            england
                .assess(code(OWN[0]), Some(&two_teams(&world)))
                .unwrap()
        })
    };
    assert_eq!(on(1), on(2));
}

/// Where an authority's groups are not known, what is expected goes on and children by group are not shown.
#[test]
fn what_is_not_known_is_said_and_not_shown() {
    let mut world = world();
    let without = |dimension| {
        move |key: &(Period, AreaCode, Stratum)| {
            key.1 != code(OWN[0]) || key.2.only() != Some(dimension)
        }
    };
    let kept = world
        .populations
        .iter()
        .filter(|(key, _)| without(Dimension::EthnicityMajor)(key));
    world.populations = kept.map(|(key, found)| (*key, *found)).collect();
    let england = England::new(world.inputs(), assumptions(), None).unwrap();
    let found = england.assess(code(OWN[0]), None).unwrap();
    let all = found.children_of(Part::Authority).unwrap();
    assert_eq!(all.by_group.symbol(), Some(Symbol::NotAvailable));
    assert_eq!(all.by_age_and_group.symbol(), Some(Symbol::NotAvailable));
    assert!(all.by_age.is_value());
    let message = "by ethnic group are not known";
    assert!(
        found
            .issues
            .iter()
            .any(|issue| issue.message.contains(message))
    );
    let cin = Need::Indicator(world.catalogue.indicators.id("cin_at_31_march").unwrap());
    assert!(number(&found, cin, Way::EnglandRates, Part::Authority).is_value());
    // An authority of nobody, a team too few, an assumption that cannot be meant.
    let nobody = england.assess(code("E06000099"), None);
    assert!(matches!(nobody, Err(NeedsError::NoNeighbourhoods { .. })));
    let mut teams = two_teams(&world);
    teams.all.pop();
    let error = england.assess(code(OWN[0]), Some(&teams));
    assert!(matches!(
        error,
        Err(NeedsError::Footprints { found: 0, .. })
    ));
    let wrong = Assumptions {
        family_help_share: 5.0,
        ..assumptions()
    };
    let error = England::new(world.inputs(), wrong, None).err();
    assert!(matches!(
        error,
        Some(NeedsError::Assumption {
            name: "family_help_share",
            ..
        })
    ));
}

/// A group that nobody of lived anywhere at the census but that has children now.
#[test]
fn children_of_a_group_that_was_nowhere_are_put_somewhere_and_that_is_said() {
    let mut world = world();
    let all = world.neighbourhoods.all().iter().cloned().map(|mut own| {
        if own.authority == code(OWN[2]) {
            own.residents_by_group[4] = 0;
        }
        own
    });
    world.neighbourhoods = Neighbourhoods::new(all.collect(), [], Places::default());
    let england = England::new(world.inputs(), assumptions(), None).unwrap();
    let found = england.assess(code(OWN[2]), None).unwrap();
    let others = found
        .children_of(Part::Authority)
        .unwrap()
        .by_group
        .value()
        .unwrap()[4];
    assert!((others.value / 100.0 - 1.0).abs() < 1e-8);
    assert!(
        found
            .issues
            .iter()
            .any(|issue| issue.message.contains("had to be put"))
    );
}
