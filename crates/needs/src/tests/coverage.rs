//! Invented worlds whose truth is known: how often intervals have it inside.

use disparity_core::needs::{Assumptions, Part};
use disparity_core::neighbourhoods::{GroupEstimateErrors, SizeClass};
use disparity_core::{AreaCode, Interval, Levels};
use disparity_stats::Draws;
use rayon::prelude::*;

use crate::children::{AGES, CELLS, Children, GROUPS, Living, TENTHS, scaled_to};
use crate::parts::Parts;
use crate::rates::{Targets, cells_of, margins, rates};
use crate::simulate::{Drawn, Scale, Setting, stream};

const WORLDS: u64 = 200;
pub(super) const NEIGHBOURHOODS: usize = 40;
pub(super) const DRAWS: u32 = 300;
pub(super) const SPREAD: f64 = 0.2;
const GRADIENT: (f64, f64) = (0.1, 0.008);
pub(super) const GROUP_ERRORS: [f64; GROUPS] = [0.0143, 0.0602, 0.2718, 0.3338, 0.1441];
const AUTHORITY_ERROR: f64 = 0.04;
pub(super) const MODEL_ERROR: f64 = 0.05;

fn one_of(draws: &mut Draws, n: usize) -> usize {
    let uniform = draws.gamma(1.0);
    (0..n - 1)
        .find(|at| uniform < -(1.0 - (at + 1) as f64 / n as f64).ln())
        .unwrap_or(n - 1)
}

/// The children of a small authority, as estimated.
pub(super) fn authority() -> Children {
    let mut draws = Draws::from_seed(11);
    let own: Vec<Living> = (0..NEIGHBOURHOODS)
        .map(|_| {
            let children = 250.0 + 40.0 * draws.gamma(3.0);
            let ages =
                [5.0, 20.0, 28.0, 36.0, 12.0].map(|share| share * (0.3 * draws.normal()).exp());
            let groups = [70.0, 8.0, 14.0, 7.0, 2.0].map(|share| share * draws.normal().exp());
            Living {
                children,
                ages: scaled_to(ages, children),
                groups: scaled_to(groups, children),
                tenth: one_of(&mut draws, TENTHS),
            }
        })
        .collect();
    Children {
        groups: std::array::from_fn(|group| own.iter().map(|own| own.groups[group]).sum()),
        group_errors: [AUTHORITY_ERROR; GROUPS],
        ages_known: true,
        groups_known: true,
        later_tenths: 0,
        zeros_filled: false,
        own,
    }
}

/// England's children.
pub(super) fn england() -> Vec<f64> {
    let mut draws = Draws::from_seed(12);
    let shares = [(0.05, 0.2, 0.28, 0.35, 0.12), (0.7, 0.08, 0.14, 0.06, 0.02)];
    let list = |(a, b, c, d, e): (f64, f64, f64, f64, f64)| [a, b, c, d, e];
    let [ages, groups] = shares.map(list);
    (0..CELLS)
        .map(|at| {
            1_200_000.0
                * ages[at / GROUPS % AGES]
                * groups[at % GROUPS]
                * (0.3 * draws.normal()).exp()
        })
        .collect()
}

/// Rates that have the margins of the model: between tenths of the children that live there the same factor.
pub(super) fn true_rates(table: &[f64]) -> Vec<f64> {
    let means: Vec<f64> = (0..CELLS)
        .map(|at| {
            let tenth = (at / (AGES * GROUPS)) as f64;
            let age = [0.9, 0.8, 0.85, 1.1, 1.9][at / GROUPS % AGES];
            let group = [1.0, 1.4, 0.6, 1.5, 1.6][at % GROUPS];
            table[at] * 0.06 * (-GRADIENT.0 * tenth).exp() * age * group
        })
        .collect();
    let (tenths, ages, groups) = margins(&means);
    let known = Targets {
        total: tenths.iter().sum(),
        counted: true,
        gradient: Some((GRADIENT.0, 0.0)),
        ages: Some(ages),
        groups: Some(groups),
    };
    rates(table, &known.expected(table).unwrap())
}

/// What is published of a world where those rates are true: England's counts, and a gradient with its
/// standard error, of which `wrong` is a factor.
pub(super) fn published(table: &[f64], rates: &[f64], wrong: f64, draws: &mut Draws) -> Targets {
    let means: Vec<f64> = table
        .iter()
        .zip(rates)
        .map(|(children, rate)| children * rate)
        .collect();
    let counts: Vec<f64> = means.iter().map(|mean| draws.poisson(*mean)).collect();
    let (tenths, ages, groups) = margins(&counts);
    let gradient = wrong * GRADIENT.0 + GRADIENT.1 * draws.normal();
    Targets {
        total: tenths.iter().sum(),
        counted: true,
        gradient: Some((gradient, GRADIENT.1)),
        ages: Some(ages),
        groups: Some(groups),
    }
}

/// Children by group as they truly are: raked by hand, with nothing of what is tested.
pub(super) fn truly(children: &Children, draws: &mut Draws) -> Vec<[f64; GROUPS]> {
    let all: f64 = children.own.iter().map(|own| own.children).sum();
    let groups = children
        .groups
        .map(|group| group * (AUTHORITY_ERROR * draws.normal()).exp());
    let groups = scaled_to(groups, all);
    let mut cells: Vec<[f64; GROUPS]> = children
        .own
        .iter()
        .map(|own| {
            std::array::from_fn(|group| {
                let estimate = own.groups[group];
                let variance = GROUP_ERRORS[group].powi(2) + (1.0 / estimate).ln_1p();
                estimate * (variance.sqrt() * draws.normal() - variance / 2.0).exp()
            })
        })
        .collect();
    for _ in 0..60 {
        for group in 0..GROUPS {
            let sum: f64 = cells.iter().map(|own| own[group]).sum();
            for own in &mut cells {
                own[group] *= groups[group] / sum;
            }
        }
        for (own, living) in cells.iter_mut().zip(&children.own) {
            *own = scaled_to(*own, living.children);
        }
    }
    cells
}

/// What is truly expected of each group of each neighbourhood.
pub(super) fn expected_of_groups(
    children: &Children,
    groups: &[[f64; GROUPS]],
    truth: &[f64],
) -> Vec<[f64; GROUPS]> {
    let own = children.own.iter().zip(groups);
    own.map(|(own, groups)| {
        let rates = cells_of(truth, own.tenth);
        std::array::from_fn(|group| {
            (0..AGES)
                .map(|age| {
                    rates[age * GROUPS + group] * own.ages[age] * groups[group] / own.children
                })
                .sum()
        })
    })
    .collect()
}

/// The measured errors of children by group.
pub(super) fn group_errors() -> GroupEstimateErrors {
    let class = |beyond_chance| {
        vec![SizeClass {
            from: 0.0,
            beyond_chance,
        }]
    };
    GroupEstimateErrors::new(GROUP_ERRORS.map(class)).unwrap()
}

/// Rates of England as they are drawn from what is published.
pub(super) fn drawn_rates(known: &Targets, table: &[f64], number: u64) -> Vec<Vec<f64>> {
    let estimate = known.expected(table).unwrap();
    (0..u64::from(DRAWS))
        .map(|draw| {
            known
                .drawn_rates(table, &estimate, &mut stream(number, 77, draw))
                .unwrap()
        })
        .collect()
}

/// How often intervals at 90% had the truth inside: of what is expected and of what is counted, in each way.
#[derive(Debug, Default, Clone, Copy)]
struct Inside {
    of: f64,
    expected: [f64; 3],
    seen: [f64; 3],
    /// Of all of the authority, at England's rates and as expected.
    whole: [f64; 2],
}

impl Inside {
    fn plus(self, other: Self) -> Self {
        let add = |a: [f64; 3], b: [f64; 3]| std::array::from_fn(|at| a[at] + b[at]);
        Self {
            of: self.of + other.of,
            expected: add(self.expected, other.expected),
            seen: add(self.seen, other.seen),
            whole: std::array::from_fn(|at| self.whole[at] + other.whole[at]),
        }
    }
}

/// Half of what lies on a limit is inside: counts of a few have limits that hold more than their level.
pub(super) fn inside(interval: Interval, value: f64) -> f64 {
    let ends = [interval.low, interval.high].map(|end| (value - end).abs() < 1e-9);
    if ends == [true, true] {
        1.0
    } else if ends.contains(&true) {
        0.5
    } else {
        f64::from(u8::from(interval.low < value && value < interval.high))
    }
}

fn one_world(number: u64, wrong: f64) -> Inside {
    let (children, table) = (authority(), england());
    let truth = true_rates(&table);
    let mut draws = stream(99, 1, number);
    let known = published(&table, &truth, wrong, &mut draws);
    let groups = truly(&children, &mut draws);
    let expected: Vec<f64> = expected_of_groups(&children, &groups, &truth)
        .iter()
        .map(|own| own.iter().sum())
        .collect();
    let all: f64 = expected.iter().sum();
    // The authority is one and a quarter of what England's rates give; the model says nearly that.
    let level = 1.25;
    let as_expected = level * all * (MODEL_ERROR * draws.normal()).exp();
    let shape = 1.0 / (SPREAD * SPREAD).exp_m1();
    let differs: Vec<f64> = expected
        .iter()
        .map(|_| draws.gamma(shape) / shape)
        .collect();
    let mut counts = |level: f64| -> Vec<f64> {
        expected
            .iter()
            .zip(&differs)
            .map(|(e, d)| draws.poisson(level * e * d))
            .collect()
    };
    let (at_rates, own) = (counts(1.0), counts(level));
    let counted: f64 = own.iter().sum();

    let assumptions = Assumptions {
        draws: DRAWS,
        seed: number,
        ..Assumptions::default()
    };
    let rates = drawn_rates(&known, &table, number);
    let parts = parts();
    let errors = group_errors();
    let setting = Setting {
        authority: AreaCode::ENGLAND,
        children: &children,
        parts: &parts,
        errors: &errors,
        assumptions,
        levels: Levels::new(&[0.9]).unwrap(),
    };
    let shares = setting.shares().unwrap();
    let need = Drawn {
        number: 0,
        rates: &rates,
        spread: SPREAD,
        scale: Scale {
            as_expected: Some((as_expected, MODEL_ERROR)),
            counted: Some(counted),
        },
    };
    let found = setting.of_need(need, &shares);
    let mut sum = Inside {
        of: 1.0,
        ..Inside::default()
    };
    let of_parts = NEIGHBOURHOODS as f64;
    for (at, intervals) in found[1..].iter().enumerate() {
        let truth = [
            expected[at],
            level * expected[at],
            counted * expected[at] / all,
        ];
        let seen = [at_rates[at], own[at], own[at]];
        for way in 0..3 {
            sum.expected[way] += inside(intervals[way][0].shown(), truth[way]) / of_parts;
            sum.seen[way] += inside(intervals[way][1].shown(), seen[way]) / of_parts;
        }
    }
    for (way, counted) in [at_rates.iter().sum(), counted].into_iter().enumerate() {
        sum.whole[way] = inside(found[0][way][1].shown(), counted);
    }
    sum
}

/// The authority, then its neighbourhoods.
pub(super) fn parts() -> Parts {
    let hood = |at: usize| Part::Neighbourhood(format!("E01{at:06}").parse().unwrap());
    Parts {
        all: std::iter::once(Part::Authority)
            .chain((0..NEIGHBOURHOODS).map(hood))
            .collect(),
        of: (0..NEIGHBOURHOODS).map(|at| vec![0, at + 1]).collect(),
    }
}

fn coverage(wrong: f64) -> Inside {
    let each: Vec<Inside> = (0..WORLDS)
        .into_par_iter()
        .map(|number| one_world(number, wrong))
        .collect();
    let sum = each.into_iter().fold(Inside::default(), Inside::plus);
    let share = |all: [f64; 3]| all.map(|inside| inside / sum.of);
    Inside {
        of: sum.of,
        expected: share(sum.expected),
        seen: share(sum.seen),
        whole: sum.whole.map(|inside| inside / sum.of),
    }
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let found = coverage(1.0);
    for share in found
        .expected
        .into_iter()
        .chain(found.seen)
        .chain(found.whole)
    {
        assert!((0.87..=0.93).contains(&share), "{found:?}");
    }
}

/// Not a promise but a measure of what happens; the figures stand in the documentation of `simulate`.
#[test]
fn a_gradient_that_is_wrong_by_a_third_costs_coverage() {
    let [less, more] = [2.0 / 3.0, 4.0 / 3.0].map(coverage);
    for found in [less, more] {
        assert!(
            found.seen.iter().all(|share| (0.80..0.93).contains(share)),
            "{found:?}"
        );
        assert!(found.expected.iter().all(|share| *share < 0.7), "{found:?}");
    }
}

#[test]
fn rates_of_known_margins_are_found_again() {
    let table = england();
    let truth = true_rates(&table);
    let means: Vec<f64> = table
        .iter()
        .zip(&truth)
        .map(|(children, rate)| children * rate)
        .collect();
    let (tenths, ages, groups) = margins(&means);
    let known = Targets {
        total: tenths.iter().sum(),
        counted: true,
        gradient: None,
        ages: Some(ages),
        groups: Some(groups),
    };
    let flat = known.expected(&table).unwrap();
    let (_, found, of_groups) = margins(&flat);
    for (found, expected) in found
        .iter()
        .chain(&of_groups)
        .zip(ages.iter().chain(&groups))
    {
        assert!((found / expected - 1.0).abs() < 1e-10);
    }
    // Without a gradient rates differ by age and group alone.
    let flat = rates(&table, &flat);
    assert!((flat[0] / flat[AGES * GROUPS] - 1.0).abs() < 1e-6);
}
