//! Tables of neighbourhoods whose counts are attacked with every sum that is printed.

use disparity_core::needs::{FromHomes, SeenCount, SeenLevel};
use disparity_core::{AreaCode, Count};
use disparity_stats::Draws;

use super::*;
use crate::attack::attack;
use crate::rule::Rule;

fn code(letters: &str, number: usize) -> AreaCode {
    format!("{letters}{number:06}").parse().unwrap()
}

/// Neighbourhoods of 4 to a middle layer area and 5 to a ward, with three teams, by group or not, with every sum.
fn table(neighbourhoods: usize, groups: &[f64]) -> SeenCounts {
    let mut draws = Draws::from_seed(neighbourhoods as u64);
    let mut counts: Vec<SeenCount> = Vec::new();
    let all_groups = SeenGroup::ALL[1..].iter().take(groups.len());
    for at in 0..neighbourhoods {
        for (group, mean) in all_groups.clone().zip(groups) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a few"
            )]
            let count = draws.poisson(*mean) as Count;
            counts.push(SeenCount {
                part: Part::Neighbourhood(code("E01", at)),
                group: if groups.len() == 1 {
                    SeenGroup::All
                } else {
                    *group
                },
                count: Reported::Value(count),
            });
        }
    }
    let wholes = |at: usize| {
        [
            Part::Authority,
            Part::Msoa(code("E02", at / 4)),
            Part::Ward(code("E05", at / 5)),
            Part::Team(u16::try_from(at * 3 / neighbourhoods).unwrap()),
        ]
    };
    let mut sums: std::collections::BTreeMap<(Part, SeenGroup), Vec<(Part, SeenGroup)>> =
        std::collections::BTreeMap::new();
    let mut found: std::collections::BTreeMap<(Part, SeenGroup), Count> = counts
        .iter()
        .map(|own| ((own.part, own.group), own.count.value().unwrap()))
        .collect();
    for own in &counts {
        let Part::Neighbourhood(area) = own.part else {
            continue;
        };
        let at: usize = area.as_str()[3..].parse().unwrap();
        for whole in wholes(at) {
            let key = (whole, own.group);
            *found.entry(key).or_insert(0) += own.count.value().unwrap();
            sums.entry(key).or_default().push((own.part, own.group));
        }
    }
    if groups.len() > 1 {
        for (key, count) in found.clone() {
            *found.entry((key.0, SeenGroup::All)).or_insert(0) += count;
            sums.entry((key.0, SeenGroup::All)).or_default().push(key);
        }
    }
    let counts: Vec<SeenCount> = found
        .iter()
        .map(|((part, group), count)| SeenCount {
            part: *part,
            group: *group,
            count: Reported::Value(*count),
        })
        .collect();
    let mut drawn_up = SeenCounts {
        authority: code("E06", 1),
        level: SeenLevel::Neighbourhood,
        by_group: groups.len() > 1,
        counts,
        sums: Sums::default(),
        withheld_to: 0,
        from_homes: None,
    };
    let mut all = Sums::default();
    for ((part, group), parts) in &sums {
        let place = |key: &(Part, SeenGroup)| drawn_up.place(key.0, key.1).unwrap();
        all.add(place(&(*part, *group)), parts.iter().map(place));
    }
    drawn_up.sums = all;
    drawn_up
}

const FIVE: Threshold = Threshold::up_to(5);

fn protected(counts: &SeenCounts, policy: &Policy) -> ProtectedSeen {
    protect_seen(counts.clone(), policy, true, &|_, _| {})
}

/// Small counts that a reader can tell who combines all sums that are printed.
fn told(counts: &SeenCounts, shown: &SeenCounts) -> Vec<usize> {
    let (cells, sums) = system(counts, FIVE, false);
    let mut hidden: Vec<bool> = shown
        .counts
        .iter()
        .map(|own| !own.count.is_value())
        .collect();
    // What everybody knows is shown, and what follows from it is not.
    let beside = cells[hidden.len()..].iter();
    hidden.extend(beside.map(|own| own.kind != Kind::Shown));
    let bounds = attack(&cells, &sums, &hidden, Some(FIVE));
    let small = (0..cells.len()).filter(|at| FIVE.is_small(cells[*at].count));
    small
        .filter(|at| !hidden[*at] || !FIVE.in_doubt(bounds[*at]))
        .collect()
}

#[test]
fn no_small_count_is_told_by_any_sum() {
    let rule = Policy::Protected(Rule::DEFAULT);
    let mut alone = 0;
    for (neighbourhoods, groups) in [
        (12, vec![8.0]),
        (25, vec![5.0]),
        (40, vec![8.0]),
        (60, vec![2.0]),
        (12, vec![8.0, 1.0, 2.0, 1.0, 0.3]),
        (22, vec![20.0, 3.0, 7.0, 2.0, 0.5, 1.0]),
    ] {
        let counts = table(neighbourhoods, &groups);
        let safe = protected(&counts, &rule);
        assert_eq!(
            told(&counts, safe.counts()),
            [] as [usize; 0],
            "{neighbourhoods} {groups:?}"
        );
        // The total is known to everybody, so it is shown and reckoned with.
        let total = safe.counts().get(Part::Authority, SeenGroup::All);
        assert!(total == counts.get(Part::Authority, SeenGroup::All));
        let mut only_small = counts.clone();
        for own in &mut only_small.counts {
            if own.count.value().is_some_and(|count| FIVE.is_small(count)) {
                own.count = Reported::Symbol(Symbol::Confidential);
            }
        }
        alone += told(&counts, &only_small).len();
        assert!(
            safe.counts().withheld_to == 5 && safe.how_many().above <= safe.how_many().all_above
        );
    }
    // The attack is one: with only small counts withheld some are told.
    assert!(alone > 0);
}

#[test]
fn nothing_is_withheld_for_a_reason() {
    let counts = table(25, &[3.0]);
    let reason = "our own analysts".to_owned();
    let shown = protected(&counts, &Policy::Unprotected { reason });
    assert!(*shown.counts() == counts && shown.how_many().above == 0);
    assert!(shown.counts().withheld_to == 0);
}

#[test]
fn a_total_beside_gaps_is_withheld_too() {
    // Given totals of groups add up to that of all, and tell what the gaps add up to.
    let mut by_group = table(12, &[9.0, 3.0]);
    let groups: Vec<usize> = (1..=2)
        .map(|at| by_group.place(Part::Authority, SeenGroup::ALL[at]).unwrap())
        .collect();
    let all = by_group.place(Part::Authority, SeenGroup::All).unwrap();
    by_group.sums = Sums::default();
    by_group.sums.add(all, groups);
    let safe = protected(&by_group, &Policy::Protected(Rule::DEFAULT));
    let mut of_authority = safe.counts().counts.iter();
    assert!(of_authority.all(|own| own.part != Part::Authority || !own.count.is_value()));

    let mut counts = table(12, &[9.0]);
    let gap = counts
        .counts
        .iter()
        .position(|own| own.part.level() == "lsoa");
    counts.counts[gap.unwrap()].count = Reported::Symbol(Symbol::Confidential);
    // Sums that nobody can make.
    counts.sums = Sums::default();
    let policy = Policy::Protected(Rule::DEFAULT);
    let safe = protected(&counts, &policy);
    let total = |counts: &SeenCounts| counts.get(Part::Authority, SeenGroup::All);
    assert!(total(&counts).is_value() && !total(safe.counts()).is_value());
    let reason = "our own analysts".to_owned();
    let shown = protected(&counts, &Policy::Unprotected { reason });
    assert!(total(shown.counts()).is_value());
}

#[test]
fn counts_of_records_never_pass_as_published() {
    let found = |provenance| SeenAgainstExpected {
        provenance,
        authority: code("E06", 1),
        period: disparity_core::Period::ending(2025).unwrap(),
        need: disparity_core::needs::Need::FamilyHelpPlans,
        level: SeenLevel::Ward,
        levels: disparity_core::Levels::default(),
        under_served_below: 0.8,
        footprints: None,
        rows: Vec::new(),
        assumed: Vec::new(),
        issues: Vec::new(),
    };
    let of_children = Provenance::Records { synthetic: false };
    assert_eq!(
        Release::of_published_seen(found(of_children)),
        Err(DisclosureError::NotPublished)
    );
    assert!(Release::of_published_seen(found(Provenance::Published)).is_ok());
    // What the gate lets through is known as of records, whatever is computed.
    let safe = protected(&table(12, &[9.0]), &Policy::Protected(Rule::DEFAULT));
    let released = safe.release(|_, provenance| Ok::<_, DisclosureError>(found(provenance)));
    let released = released.unwrap();
    assert_eq!(
        released.seen().provenance,
        Provenance::Records { synthetic: true }
    );
    assert_eq!(released.policy(), &Policy::Protected(Rule::DEFAULT));
}

/// The same counts, of which some more children are in no area, by group.
fn from_homes(counts: &SeenCounts, unplaced: &[Count]) -> SeenCounts {
    let groups = if counts.by_group {
        &SeenGroup::ALL[1..=unplaced.len()]
    } else {
        &SeenGroup::ALL[..1]
    };
    let unplaced = groups.iter().copied().zip(unplaced.iter().copied());
    let all = counts.get(Part::Authority, SeenGroup::All).value().unwrap();
    SeenCounts {
        from_homes: Some(FromHomes::new(unplaced.collect(), all, Some(0.95))),
        ..counts.clone()
    }
}

#[test]
fn how_many_are_in_no_area_is_told_neither_of_all_nor_of_a_group() {
    let rule = Policy::Protected(Rule::DEFAULT);
    let means = [9.0, 4.0, 2.0];
    for (groups, unplaced) in [
        (&means[..1], &[3][..]),
        (&means[..1], &[0]),
        (&means[..1], &[40]),
        (&means[..], &[2, 30, 4]),
        (&means[..], &[1, 1, 2]),
        (&means[..], &[0, 0, 3]),
        // Of the last group there are few in all.
        (&[9.0, 4.0, 0.15], &[3, 20, 1]),
    ] {
        let counts = from_homes(&table(24, groups), unplaced);
        let safe = protected(&counts, &rule);
        let shown = safe.counts();
        assert_eq!(told(&counts, shown), [0; 0], "{groups:?} {unplaced:?}");
        let all: Count = unplaced.iter().sum();
        let total = shown.get(Part::Authority, SeenGroup::All);
        let from_homes = shown.from_homes.as_ref().unwrap();
        assert!(from_homes.unplaced.is_empty());
        // Nothing is withheld of all that need not be, and what is shared out is known in any case.
        if (1..=5).contains(&all) {
            let true_total = counts.get(Part::Authority, SeenGroup::All).value().unwrap();
            assert!(!total.is_value());
            assert_eq!(from_homes.shared_out, Some(true_total + all));
        } else {
            assert!(total.is_value() && from_homes.shared_out.is_none());
        }
    }
}

#[test]
fn without_those_in_no_area_a_small_difference_would_be_told() {
    let counts = from_homes(&table(24, &[9.0, 4.0, 2.0]), &[2, 30, 4]);
    let blind = SeenCounts {
        from_homes: None,
        ..counts.clone()
    };
    let safe = protected(&blind, &Policy::Protected(Rule::DEFAULT));
    assert!(!told(&counts, safe.counts()).is_empty());
}

/// One child without an ethnic group here and there, and everybody knows how many there are in all: withheld counts of
/// which each is something would be 1 each, whatever is withheld beside them.
#[test]
fn children_without_a_group_take_nobody_else_with_them() {
    let counts = from_homes(&table(40, &[12.0, 4.0, 4.0, 4.0, 4.0, 0.25]), &[0; 6]);
    let safe = protected(&counts, &Policy::Protected(Rule::DEFAULT));
    let shown = safe.counts();
    let of = |wanted: fn(&SeenCount) -> bool| -> (usize, usize) {
        let own = shown.counts.iter().filter(|own| wanted(own));
        own.fold((0, 0), |(all, some), own| {
            (all + 1, some + usize::from(own.count.is_value()))
        })
    };
    let (all, some) = of(|own| own.group != SeenGroup::Unknown);
    assert!(some * 3 > all, "{some} of {all} are shown");
    let (all, some) = of(|own| own.group == SeenGroup::Unknown && own.part != Part::Authority);
    assert!(all > 40 && some == 0, "{some} of {all} are shown");
    assert_eq!(told(&counts, shown), [0; 0]);
}
