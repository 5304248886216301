//! Shares standardised by age, attacked by trying whole numbers: which counts by age and group agree with
//! all that is printed.

use crate::support::rows_shown;
use disparity_core::answers::{
    AtAge, Group, GroupBy, HelpKind, LookBack, Mode, PriorHelp, PriorHelpCounts, PriorHelpKey,
};
use disparity_core::{Dimension, Period, Reported};
use disparity_disclosure::{Policy, PriorHelpRow, Rule};

use crate::codelists::dimensions;

const GROUPS: usize = 3;
const BANDS: usize = 2;

/// Helped and not helped, by group and age band.
type Table = [[[u32; 2]; BANDS]; GROUPS];

fn answer(group: Group, bands: [[u32; 2]; BANDS]) -> PriorHelp {
    let year = Period::ending(2025).unwrap();
    let mut by_age = [AtAge::default(); 7];
    let mut counts = PriorHelpCounts::default();
    for (own, [yes, no]) in by_age[2..].iter_mut().zip(bands) {
        (own.complete_yes, own.complete_no) = (yes, no);
        counts.complete_yes += yes;
        counts.complete_no += no;
    }
    PriorHelp {
        key: PriorHelpKey {
            authority: None,
            from: year,
            to: year,
            group,
            kind: HelpKind::Any,
            look_back: LookBack::Years(5),
            lead: 1,
            mode: Mode::Overlap,
        },
        counts,
        kaplan_meier: None,
        by_age,
    }
}

/// The rows of the groups of a table, as they are shown.
fn shown(table: &Table, at_most: u32) -> Vec<PriorHelpRow> {
    let mut everyone = [[0; 2]; BANDS];
    for (band, all) in everyone.iter_mut().enumerate() {
        for (way, all) in all.iter_mut().enumerate() {
            *all = table.iter().map(|group| group[band][way]).sum();
        }
    }
    let by = GroupBy::Dimension(Dimension::EthnicityMajor);
    let groups = table
        .iter()
        .zip(1..)
        .map(|(bands, code)| answer(Group { by, code }, *bands));
    let answers: Vec<PriorHelp> = groups.chain([answer(Group::TOTAL, everyone)]).collect();
    let settings = Rule {
        withhold_to: at_most,
        ..Rule::default()
    };
    let mut rows = rows_shown(answers, &dimensions(), &Policy::Protected(settings));
    rows.truncate(GROUPS);
    rows
}

/// How many of a group are of the first band, helped and not, that agree with what is printed of it:
/// for an attacker who knows the weights, and to how many digits shares are printed.
fn may_be(row: &PriorHelpRow, of: [u32; 2], weights: [f64; BANDS], at_most: u32) -> Vec<[u32; 2]> {
    let all = (0..=of[0]).flat_map(|yes| (0..=of[1]).map(move |no| [yes, no]));
    let Reported::Value(share) = row.age_standardised else {
        return all.collect();
    };
    let printed = share.value.to_string();
    let digits = printed
        .split_once('.')
        .map_or(0, |(_, digits)| digits.len());
    // To few digits he knows how many: as many as the counts bear.
    let digits = if digits > 6 {
        12
    } else {
        digits.max(if of[0] + of[1] > 25 { 2 } else { 1 })
    };
    let near = 0.5 * 10_f64.powi(-i32::try_from(digits).unwrap()) + 1e-12;
    let agrees = |own: &[u32; 2]| {
        let bands = [*own, [of[0] - own[0], of[1] - own[1]]];
        let small = |count: &u32| (1..=at_most).contains(count);
        // At every age at which there is anybody some of the group are.
        let mut shares = bands
            .iter()
            .zip(weights)
            .filter(|(_, weight)| *weight > 0.0);
        let nobody = shares.clone().any(|(band, _)| band[0] + band[1] == 0);
        if nobody || bands.iter().flatten().any(small) {
            return false;
        }
        let shares = shares.by_ref();
        let found: f64 = shares
            .map(|([yes, no], weight)| weight * f64::from(*yes) / f64::from(yes + no))
            .sum();
        (found - share.value).abs() <= near
    };
    all.filter(agrees).collect()
}

/// How many small counts of a table are told by what is shown, and how many shares are.
fn told(table: &Table, at_most: u32) -> (usize, usize) {
    let rows = shown(table, at_most);
    let shares = rows
        .iter()
        .filter(|row| row.age_standardised.value().is_some())
        .count();
    let of_band = |band: usize| [0, 1].map(|way| table.iter().map(|g| g[band][way]).sum::<u32>());
    let first = of_band(0);
    let all: Vec<f64> = (0..BANDS)
        .map(|band| f64::from(of_band(band).iter().sum::<u32>()))
        .collect();
    let weights = [all[0] / (all[0] + all[1]), all[1] / (all[0] + all[1])];
    let of = table.map(|group| [0, 1].map(|way| group[0][way] + group[1][way]));
    let mut may: Vec<Vec<[u32; 2]>> = Vec::new();
    for (row, of) in rows.iter().zip(of) {
        may.push(may_be(row, of, weights, at_most));
    }
    // Every count that some table has which agrees with all of them and with everyone's ages.
    let mut seen = vec![[[false; 64]; 4]; GROUPS];
    for one in &may[0] {
        for other in &may[1] {
            let rest = [0, 1].map(|way| first[way].checked_sub(one[way] + other[way]));
            let [Some(yes), Some(no)] = rest else {
                continue;
            };
            if !may[2].contains(&[yes, no]) {
                continue;
            }
            for (group, own) in [*one, *other, [yes, no]].into_iter().enumerate() {
                for way in 0..2 {
                    seen[group][way][own[way] as usize] = true;
                    seen[group][2 + way][(of[group][way] - own[way]) as usize] = true;
                }
            }
        }
    }
    let small = |count: u32| (1..=5).contains(&count);
    let mut found = 0;
    for (group, table) in table.iter().enumerate() {
        for (band, counts) in table.iter().enumerate() {
            for (way, count) in counts.iter().enumerate() {
                let values = &seen[group][2 * band + way];
                assert!(
                    values[*count as usize],
                    "the truth agrees with what is printed"
                );
                let others = (0..64_u32).filter(|n| values[*n as usize] && n != count);
                let others: Vec<u32> = others.collect();
                let narrow = others.iter().all(|n| small(*n));
                found += usize::from(small(*count) && (others.is_empty() || narrow));
            }
        }
    }
    (found, shares)
}

#[test]
fn standardised_shares_tell_no_small_count_at_any_age() {
    let mut state = 7_u64;
    let mut next = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((state >> 33) % n).unwrap()
    };
    let (mut protected, mut open, mut shares) = (0, 0, 0);
    for _ in 0..400 {
        // Shown totals: of each group more than a few were helped and were not.
        let table: Table = std::array::from_fn(|_| {
            let [yes, no] = [7 + next(12), 7 + next(12)];
            let few = |all: u32, part: u32| if part < 3 { part } else { all.min(part) };
            let first = [few(yes, next(20)), few(no, next(20))];
            [first, [yes - first[0], no - first[1]]]
        });
        let (with, some) = told(&table, 5);
        protected += with;
        shares += some;
        open += told(&table, 0).0;
    }
    assert_eq!(protected, 0);
    assert!(shares > 50, "{shares} shares shown");
    assert!(open > 100, "that is no attack: {open}");
}
