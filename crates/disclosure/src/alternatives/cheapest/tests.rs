//! The search for the cheapest alternative against what can be seen by hand, and against the attack.

use super::*;
use crate::attack::attack;
use crate::rule::Threshold;
use crate::system::{Cell, SumsOf};
use disparity_core::Sums;

const FIVE: Threshold = Threshold::up_to(5);

/// Rows by columns with all their totals, the last of each.
fn table(rows: usize, columns: usize, inner: impl Fn(usize) -> u32) -> (Vec<Cell>, Sums) {
    let at = |row: usize, column: usize| row * (columns + 1) + column;
    let mut counts = vec![0; (rows + 1) * (columns + 1)];
    let mut sums = Sums::default();
    for row in 0..rows {
        for column in 0..columns {
            let count = inner(row * columns + column);
            for place in [
                at(row, column),
                at(row, columns),
                at(rows, column),
                at(rows, columns),
            ] {
                counts[place] += count;
            }
        }
    }
    (0..=rows).for_each(|row| sums.add(at(row, columns), (0..columns).map(|c| at(row, c))));
    (0..=columns).for_each(|column| sums.add(at(rows, column), (0..rows).map(|r| at(r, column))));
    (counts.into_iter().map(Cell::published).collect(), sums)
}

fn counts<'a>(cells: &'a [Cell], sums: &'a Sums, of_cell: &'a SumsOf) -> Counts<'a> {
    Counts {
        cells,
        sums,
        of_cell,
        threshold: FIVE,
    }
}

#[test]
fn a_square_is_withheld_where_it_costs_the_least() {
    // The 2 of the first row needs three more counts: of the three columns beside it one is cheap.
    let (cells, sums) = table(2, 3, |at| [2, 40, 30, 50, 60, 70][at]);
    let of_cell = SumsOf::new(cells.len(), &sums);
    let mut search = Search::new(counts(&cells, &sums, &of_cell));
    let found = |search: &mut Search, dear: usize| {
        let price = |at: usize| Some(if at == dear { 9.0 } else { 1.0 });
        match search.find([(0, -2)], Least::Nothing, &price) {
            Cheapest::Found(other) => other.moved().collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    // A square of four counts; its columns are 0 and the one that is not dear. The search is as new each time.
    assert_eq!(found(&mut search, 1), [0, 2, 4, 6]);
    assert_eq!(found(&mut search, 2), [0, 1, 4, 5]);
    assert_eq!(found(&mut search, 1), [0, 2, 4, 6]);
}

#[test]
fn what_is_known_is_not_moved_and_nothing_falls_below_its_least() {
    let (cells, sums) = table(2, 2, |at| [2, 1, 3, 50][at]);
    let of_cell = SumsOf::new(cells.len(), &sums);
    let mut search = Search::new(counts(&cells, &sums, &of_cell));
    let inner = |at: usize| [0, 1, 3, 4].contains(&at).then_some(1.0);
    // 2 may rise by one if 1 falls to 0, which one who takes it to be something does not grant.
    assert!(matches!(
        search.find([(0, 1)], Least::Nothing, &inner),
        Cheapest::Found(_)
    ));
    assert_eq!(
        search.find([(0, 1)], Least::One, &inner),
        Cheapest::Impossible
    );
    assert_eq!(
        search.find([(0, 2)], Least::Nothing, &inner),
        Cheapest::Impossible
    );
}

#[test]
fn of_random_tables_it_finds_what_the_attack_leaves_possible() {
    let mut state = 7_u64;
    let mut next = move |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let (mut possible, mut impossible) = (0, 0);
    for _ in 0..150 {
        let inner: Vec<u32> = (0..12).map(|_| u32::try_from(next(14)).unwrap()).collect();
        let (cells, sums) = table(3, 4, |at| inner[at]);
        let of_cell = SumsOf::new(cells.len(), &sums);
        let hidden: Vec<bool> = cells
            .iter()
            .map(|c| FIVE.is_small(c.count) || next(3) == 0)
            .collect();
        let bounds = attack(&cells, &sums, &hidden, None);
        let mut search = Search::new(counts(&cells, &sums, &of_cell));
        let price = |at: usize| hidden[at].then_some(1.0);
        for at in (0..cells.len()).filter(|at| hidden[*at]) {
            for by in [-1, 1, 4] {
                let there = i64::from(cells[at].count) + by;
                let (low, high) = bounds[at];
                let within = u64::try_from(there).is_ok_and(|there| low <= there && there <= high);
                if there < 0 {
                    continue;
                }
                match search.find([(at, by)], Least::Nothing, &price) {
                    Cheapest::Found(other) => {
                        assert!(within, "{at} by {by} of {inner:?}");
                        assert!(other.agrees(&of_cell) && other.moved().all(|at| hidden[at]));
                        possible += 1;
                    }
                    Cheapest::Impossible => {
                        assert!(!within, "{at} by {by} of {inner:?}");
                        impossible += 1;
                    }
                    Cheapest::Stopped => panic!("{at} by {by} of {inner:?}"),
                }
            }
        }
    }
    assert!(
        possible > 500 && impossible > 300,
        "{possible} {impossible}"
    );
}
