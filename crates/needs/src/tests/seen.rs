//! Invented authorities that miss one group in one part of town: whether it is found, and whether anything is where
//! nothing is missed. `SEEN_WORLDS=1000` tries as many.

use disparity_core::needs::{
    Assumptions, SeenCount, SeenCounts, SeenGroup, SeenLevel, SeenRow, Way,
};
use disparity_core::{AreaCode, Levels, Reported, Sums, Symbol};
use rayon::prelude::*;

use super::coverage::{
    DRAWS, NEIGHBOURHOODS, SPREAD, authority, drawn_rates, england, expected_of_groups,
    group_errors, inside, parts, published, true_rates, truly,
};
use crate::children::GROUPS;
use crate::rates::rates;
use crate::seen::Compared;
use crate::simulate::{Setting, stream};

/// The group that is missed, and in how many neighbourhoods: those where most of it live.
const MISSED: usize = 2;
const PART_OF_TOWN: usize = 8;
const BELOW: f64 = 0.8;
/// A probability from here on is called found.
const FOUND: f64 = 0.9;

#[derive(Clone, Copy)]
struct Plan {
    /// The standard deviation of neighbourhoods around what is expected of them.
    spread: f64,
    /// How many of the missed group are seen there, of all who would be.
    missed: f64,
    /// What the logarithm of the gradient is multiplied by.
    wrong: f64,
    /// Counts from 1 to this are withheld.
    withheld_to: u32,
}

const USUAL: Plan = Plan {
    spread: SPREAD,
    missed: 0.25,
    wrong: 1.0,
    withheld_to: 0,
};
const NOTHING_PLANTED: Plan = Plan {
    missed: 1.0,
    ..USUAL
};

/// Sums over worlds.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    areas: f64,
    areas_inside: f64,
    cells: f64,
    cells_inside: f64,
    /// Found, and of those how many are under-served.
    areas_found: f64,
    areas_found_rightly: f64,
    cells_found: f64,
    cells_found_rightly: f64,
    /// Worlds, and in how many the missed group is the most probably under-served.
    worlds: f64,
    group_first: f64,
    /// Of the likeliest as many cells of the group as were planted: how many were.
    planted_first: f64,
    /// How often a planted cell of the group is likelier than one that is not.
    pairs: f64,
    pairs_in_order: f64,
    /// The same of neighbourhoods, all children together.
    area_pairs: f64,
    area_pairs_in_order: f64,
}

impl Tally {
    fn plus(self, other: Self) -> Self {
        Self {
            areas: self.areas + other.areas,
            areas_inside: self.areas_inside + other.areas_inside,
            cells: self.cells + other.cells,
            cells_inside: self.cells_inside + other.cells_inside,
            areas_found: self.areas_found + other.areas_found,
            areas_found_rightly: self.areas_found_rightly + other.areas_found_rightly,
            cells_found: self.cells_found + other.cells_found,
            cells_found_rightly: self.cells_found_rightly + other.cells_found_rightly,
            worlds: self.worlds + other.worlds,
            group_first: self.group_first + other.group_first,
            planted_first: self.planted_first + other.planted_first,
            pairs: self.pairs + other.pairs,
            pairs_in_order: self.pairs_in_order + other.pairs_in_order,
            area_pairs: self.area_pairs + other.area_pairs,
            area_pairs_in_order: self.area_pairs_in_order + other.area_pairs_in_order,
        }
    }
}

fn yes(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

/// Pairs of a planted one and another, and how many are in order; ties count half.
fn in_order(planted: &[f64], others: &[f64]) -> (f64, f64) {
    let (mut pairs, mut ordered) = (0.0, 0.0);
    for one in planted {
        for other in others {
            pairs += 1.0;
            ordered += match one.total_cmp(other) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    (pairs, ordered)
}

/// Counts of neighbourhoods by group, their sums over groups and the authority's.
fn counts(seen: &[[f64; GROUPS]], withheld_to: u32) -> SeenCounts {
    let all = parts().all;
    let of_authority: [f64; GROUPS] =
        std::array::from_fn(|group| seen.iter().map(|own| own[group]).sum());
    let each = all.iter().zip(std::iter::once(&of_authority).chain(seen));
    let mut counts = Vec::new();
    for (part, own) in each {
        for group in &SeenGroup::ALL[..=GROUPS] {
            let count = match group {
                SeenGroup::Of(at) => own[usize::from(*at)],
                _ => own.iter().sum(),
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a few hundred"
            )]
            let count = count as u32;
            let count = if (1..=withheld_to).contains(&count) {
                Reported::Symbol(Symbol::Confidential)
            } else {
                Reported::Value(count)
            };
            counts.push(SeenCount {
                part: *part,
                group: *group,
                count,
            });
        }
    }
    SeenCounts {
        authority: AreaCode::ENGLAND,
        level: SeenLevel::Neighbourhood,
        by_group: true,
        counts,
        sums: Sums::default(),
        withheld_to,
    }
}

fn one_world(number: u64, plan: Plan) -> Tally {
    let (children, table) = (authority(), england());
    let truth = true_rates(&table);
    let mut draws = stream(101, 1, number);
    let known = published(&table, &truth, plan.wrong, &mut draws);
    let groups = truly(&children, &mut draws);
    let expected = expected_of_groups(&children, &groups, &truth);
    let mut town: Vec<usize> = (0..NEIGHBOURHOODS).collect();
    let share = |at: &usize| children.own[*at].groups[MISSED] / children.own[*at].children;
    town.sort_by(|a, b| share(b).total_cmp(&share(a)));
    let town = &town[..PART_OF_TOWN];
    let shape = 1.0 / (plan.spread * plan.spread).exp_m1();
    let level = 1.25;
    let means: Vec<[f64; GROUPS]> = expected
        .iter()
        .enumerate()
        .map(|(at, own)| {
            let differs = if plan.spread > 0.0 {
                draws.gamma(shape) / shape
            } else {
                1.0
            };
            std::array::from_fn(|group| {
                let missed = group == MISSED && town.contains(&at);
                level * own[group] * differs * if missed { plan.missed } else { 1.0 }
            })
        })
        .collect();
    let seen: Vec<[f64; GROUPS]> = means
        .iter()
        .map(|own| own.map(|mean| draws.poisson(mean)))
        .collect();
    let counts = counts(&seen, plan.withheld_to);

    let (parts, errors) = (parts(), group_errors());
    let setting = Setting {
        authority: AreaCode::ENGLAND,
        children: &children,
        parts: &parts,
        errors: &errors,
        assumptions: Assumptions {
            draws: DRAWS,
            seed: number,
            ..Assumptions::default()
        },
        levels: Levels::new(&[0.9]).unwrap(),
    };
    let shares = setting.shares().unwrap();
    let estimate = rates(&table, &known.expected(&table).unwrap());
    let compared = Compared {
        setting,
        counts: &counts,
        ways: &[Way::Benchmarked],
        below: BELOW,
        spread: 0.25,
        as_expected: Reported::Symbol(Symbol::NotAvailable),
        expected: setting.expected_by_group(&estimate),
        drawn: setting.drawn_by_group(&drawn_rates(&known, &table, number), &shares),
    };
    let rows = compared.rows().unwrap();
    tally(&rows, (&means, &expected, &seen), town, plan)
}

fn tally(
    rows: &[SeenRow],
    (means, expected, seen): (&[[f64; GROUPS]], &[[f64; GROUPS]], &[[f64; GROUPS]]),
    town: &[usize],
    plan: Plan,
) -> Tally {
    let total = |all: &[[f64; GROUPS]]| all.iter().flatten().sum::<f64>();
    let scale = total(seen) / total(expected);
    let mut found = Tally {
        worlds: 1.0,
        ..Tally::default()
    };
    let (mut of_group, mut of_areas) = ([vec![], vec![]], [vec![], vec![]]);
    let mut of_authority = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let Reported::Value(ratio) = row.ratio else {
            continue;
        };
        let Some(place) = (at / (1 + GROUPS)).checked_sub(1) else {
            of_authority.push((row.group, ratio.under_served));
            continue;
        };
        let planted = town.contains(&place) && plan.missed < 1.0;
        let (truth, is_found) = match row.group {
            SeenGroup::Of(group) => {
                let group = usize::from(group);
                if group == MISSED {
                    of_group[usize::from(planted)].push(ratio.under_served);
                }
                (
                    means[place][group] / expected[place][group] / scale,
                    ratio.under_served >= FOUND,
                )
            }
            _ => {
                of_areas[usize::from(planted)].push(ratio.under_served);
                let sum = |own: &[f64; GROUPS]| own.iter().sum::<f64>();
                (
                    sum(&means[place]) / sum(&expected[place]) / scale,
                    ratio.under_served >= FOUND,
                )
            }
        };
        let is_inside = inside(ratio.intervals.shown(), truth);
        let rightly = yes(is_found && truth < BELOW);
        if row.group == SeenGroup::All {
            found.areas += 1.0;
            found.areas_inside += is_inside;
            found.areas_found += yes(is_found);
            found.areas_found_rightly += rightly;
        } else {
            found.cells += 1.0;
            found.cells_inside += is_inside;
            found.cells_found += yes(is_found);
            found.cells_found_rightly += rightly;
        }
    }
    of_authority.sort_by(|a, b| b.1.total_cmp(&a.1));
    let first = of_authority.first();
    found.group_first =
        yes(first.is_some_and(|(group, _)| *group == SeenGroup::Of(u8::try_from(MISSED).unwrap())));
    (found.pairs, found.pairs_in_order) = in_order(&of_group[1], &of_group[0]);
    (found.area_pairs, found.area_pairs_in_order) = in_order(&of_areas[1], &of_areas[0]);
    let mut likeliest: Vec<(f64, f64)> = [0.0, 1.0]
        .into_iter()
        .zip(of_group)
        .flat_map(|(planted, all)| all.into_iter().map(move |own| (own, planted)))
        .collect();
    likeliest.sort_by(|a, b| b.0.total_cmp(&a.0));
    let first = likeliest.iter().take(PART_OF_TOWN);
    found.planted_first = first.map(|(_, planted)| planted).sum::<f64>() / PART_OF_TOWN as f64;
    found
}

fn worlds(plan: Plan) -> Tally {
    let worlds = std::env::var("SEEN_WORLDS").ok();
    let worlds = worlds.and_then(|own| own.parse().ok()).unwrap_or(60_u64);
    let each: Vec<Tally> = (0..worlds)
        .into_par_iter()
        .map(|number| one_world(number, plan))
        .collect();
    each.into_iter().fold(Tally::default(), Tally::plus)
}

fn inside_share(found: &Tally) -> [f64; 2] {
    [
        found.areas_inside / found.areas,
        found.cells_inside / found.cells,
    ]
}

#[test]
fn a_group_that_is_missed_in_one_part_of_town_is_found() {
    let found = worlds(USUAL);
    eprintln!("USUAL {:?} {found:#?}", inside_share(&found));
    for share in inside_share(&found) {
        assert!((0.87..=0.93).contains(&share), "{share} {found:?}");
    }
}

#[test]
fn nothing_planted_is_nothing_found_beyond_the_rate() {
    let found = worlds(NOTHING_PLANTED);
    eprintln!("NOTHING {:?} {found:#?}", inside_share(&found));
    let none = worlds(Plan {
        spread: 0.0,
        ..NOTHING_PLANTED
    });
    eprintln!("NOTHING, NO SPREAD {:?} {none:#?}", inside_share(&none));
}

#[test]
fn withheld() {
    let found = worlds(Plan {
        withheld_to: 5,
        ..USUAL
    });
    eprintln!("WITHHELD {:?} {found:#?}", inside_share(&found));
}

#[test]
fn a_gradient_that_is_wrong_by_a_third() {
    for wrong in [2.0 / 3.0, 4.0 / 3.0] {
        let found = worlds(Plan { wrong, ..USUAL });
        eprintln!("WRONG {wrong} {:?} {found:#?}", inside_share(&found));
    }
}
