//! Tables of neighbourhoods whose counts are attacked with every sum that is printed.

use disparity_core::needs::{SeenCount, SeenLevel};
use disparity_core::{AreaCode, Count, Sums};
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
    };
    let mut all = Sums::default();
    for ((part, group), parts) in &sums {
        let place = |key: &(Part, SeenGroup)| drawn_up.place(key.0, key.1).unwrap();
        all.add(place(&(*part, *group)), parts.iter().map(place));
    }
    drawn_up.sums = all;
    drawn_up
}

#[test]
fn timing() {
    for (n, groups) in [
        (150, vec![8.0]),
        (600, vec![8.0]),
        (150, vec![2.0]),
        (40, vec![8.0, 1.0, 2.0, 1.0, 0.3]),
        (150, vec![8.0, 1.0, 2.0, 1.0, 0.3]),
        (400, vec![8.0, 1.0, 2.0, 1.0, 0.3]),
    ] {
        let start = std::time::Instant::now();
        let counts = table(n, &groups);
        let all = counts.counts.len();
        let protected = protect_seen(counts, &Policy::Protected(Rule::DEFAULT), true, &|_, _| {});
        let hidden = protected
            .counts
            .counts
            .iter()
            .filter(|own| !own.count.is_value())
            .count();
        let small = 0;
        eprintln!(
            "{n} {} cells {all} hidden {hidden} {small} {:?} {:?}",
            groups.len(),
            protected.how_many,
            start.elapsed()
        );
    }
}
