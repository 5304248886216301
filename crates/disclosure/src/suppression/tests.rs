//! Small systems of which it is known by hand what must be withheld, and random ones against the attack.

use super::audit::part_of;
use super::*;
use crate::alternatives::revised::{Push, Simplex};
use crate::alternatives::{Least, Proven};
use crate::attack::{attack, attack_knowing};
use crate::system::Kind;

const FIVE: Threshold = Threshold::up_to(5);

/// A table of rows and columns with its margins, and where each cell is.
fn table(rows: &[&[u32]]) -> (Vec<Cell>, Sums) {
    let (height, width) = (rows.len(), rows[0].len());
    let mut cells: Vec<Cell> = rows
        .iter()
        .flat_map(|row| row.iter())
        .map(|n| Cell::published(*n))
        .collect();
    let mut sums = Sums::default();
    let mut add = |parts: Vec<usize>, cells: &mut Vec<Cell>| {
        let count = parts.iter().map(|at| cells[*at].count).sum();
        cells.push(Cell::published(count));
        sums.add(cells.len() - 1, parts);
        cells.len() - 1
    };
    let row_totals: Vec<usize> = (0..height)
        .map(|r| add((0..width).map(|c| r * width + c).collect(), &mut cells))
        .collect();
    let column_totals: Vec<usize> = (0..width)
        .map(|c| add((0..height).map(|r| r * width + c).collect(), &mut cells))
        .collect();
    let grand = add(row_totals, &mut cells);
    sums.add(grand, column_totals);
    (cells, sums)
}

fn exposed(cells: &[Cell], sums: &Sums, hidden: &[bool]) -> Vec<usize> {
    let bounds = attack(cells, sums, hidden, None);
    // Somebody may be sure that what is withheld is something.
    let least = |at: usize| u64::from(Least::One.of(cells[at]));
    let sure = attack_knowing(cells, sums, hidden, None, least);
    let exposed = |at: &usize| !FIVE.in_doubt(bounds[*at]) || sure[*at].0 == sure[*at].1;
    let small = (0..cells.len()).filter(|at| FIVE.is_small(cells[*at].count));
    small.filter(exposed).collect()
}

#[test]
fn one_small_count_takes_three_others_with_it() {
    let (cells, sums) = table(&[&[3, 20, 30], &[40, 50, 60], &[70, 80, 90]]);
    let alone: Vec<bool> = cells.iter().map(|cell| FIVE.is_small(cell.count)).collect();
    assert_eq!(exposed(&cells, &sums, &alone), [0]);
    let hidden = suppress(&cells, &sums, FIVE).hidden;
    assert_eq!(exposed(&cells, &sums, &hidden), [] as [usize; 0]);
    assert_eq!(hidden.iter().filter(|h| **h).count(), 4);
}

#[test]
fn two_small_counts_in_one_row_do_not_give_their_sum_away() {
    let (cells, sums) = table(&[&[1, 2, 30], &[40, 50, 60]]);
    let hidden = suppress(&cells, &sums, FIVE).hidden;
    assert_eq!(exposed(&cells, &sums, &hidden), [] as [usize; 0]);
}

#[test]
fn that_there_is_nobody_can_be_withheld_as_well() {
    for seed in 0..30_u32 {
        let number = |r: u32, c: u32| (seed * 29 + r * 13 + c * 5 + r * c * seed) % 11;
        let rows: Vec<Vec<u32>> = (0..4)
            .map(|r| (0..4).map(|c| number(r, c).saturating_sub(3) * 2).collect())
            .collect();
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        let (mut cells, sums) = table(&rows);
        for cell in &mut cells {
            cell.zero = true;
        }
        let hidden = suppress(&cells, &sums, FIVE).hidden;
        let bounds = attack(&cells, &sums, &hidden, None);
        for (at, cell) in cells.iter().enumerate() {
            match cell.count {
                0 => assert!(hidden[at] && bounds[at].1 > 0, "{rows:?}"),
                1..=5 => assert!(FIVE.in_doubt(bounds[at]), "{rows:?}"),
                _ => {}
            }
        }
    }
}

#[test]
fn nothing_small_is_nothing_hidden() {
    let (cells, sums) = table(&[&[6, 0, 30], &[40, 50, 60]]);
    assert!(
        suppress(&cells, &sums, FIVE)
            .hidden
            .iter()
            .all(|hidden| !hidden)
    );
}

#[test]
fn a_complement_is_protected_though_nobody_publishes_it() {
    // 38 of 40: the two others follow.
    let cells = vec![Cell::published(40), Cell::published(38), Cell::follows(2)];
    let mut sums = Sums::default();
    sums.add(0, [1, 2]);
    let hidden = suppress(&cells, &sums, FIVE).hidden;
    assert!(hidden[1] || hidden[0]);
    assert_eq!(exposed(&cells, &sums, &hidden), [] as [usize; 0]);
}

/// Two tables of the same children, one with every row in two halves: the second is protected for
/// those who have the first, and neither exposes anything beside the other.
#[test]
fn a_finer_table_is_protected_beside_the_one_that_was_shown() {
    let mut alone = 0;
    for seed in 0..40_u32 {
        let number = |r: u32, c: u32| (seed * 31 + r * 17 + c * 7 + r * c * seed) % 23;
        let halves: Vec<Vec<u32>> = (0..6)
            .map(|r| (0..4).map(|c| number(r, c) / (1 + r % 2 * 3)).collect())
            .collect();
        let rows: Vec<Vec<u32>> = halves
            .chunks(2)
            .map(|two| (0..4).map(|c| two[0][c] + two[1][c]).collect())
            .collect();
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        let (mut cells, mut sums) = table(&rows);
        let coarse = suppress(&cells, &sums, FIVE).hidden;
        let first = cells.len();
        for (at, count) in halves.iter().flatten().enumerate() {
            cells.push(Cell::published(*count));
            let (row, column) = (at / 8, at % 4);
            if at % 8 >= 4 {
                sums.add(row * 4 + column, [first + at - 4, first + at]);
            }
        }
        for half in 0..6 {
            let parts: Vec<usize> = (0..4).map(|c| first + half * 4 + c).collect();
            let count = parts.iter().map(|at| cells[*at].count).sum();
            cells.push(Cell::published(count));
            sums.add(cells.len() - 1, parts);
        }
        let by_itself = suppress(&cells, &sums, FIVE).hidden;
        let both = |fine: &[bool]| -> Vec<bool> {
            let coarse = coarse.iter().copied().chain(std::iter::repeat(true));
            fine.iter().zip(coarse).map(|(a, b)| *a && b).collect()
        };
        alone += exposed(&cells, &sums, &both(&by_itself)).len();
        for (cell, hidden) in cells.iter_mut().zip(&coarse) {
            cell.kind = if *hidden { Kind::Withheld } else { Kind::Shown };
        }
        let beside = suppress(&cells, &sums, FIVE).hidden;
        assert_eq!(beside[..first], coarse, "{seed}");
        assert_eq!(exposed(&cells, &sums, &beside), [] as [usize; 0], "{seed}");
    }
    assert!(alone > 0, "that is no test");
}

/// A table with so many small counts that hundreds of withheld ones hang together, and beside it
/// three counts of which only the sums of two are published.
fn large_part() -> (Vec<Cell>, Sums, [usize; 3]) {
    let rows: Vec<Vec<u32>> = (0..20_u32)
        .map(|r| (0..20).map(|c| 1 + (7 * r + 11 * c) % 9).collect())
        .collect();
    let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
    let (mut cells, mut sums) = table(&rows);
    let mut add = |cell| {
        cells.push(cell);
        cells.len() - 1
    };
    let three = [2, 18, 12].map(|count| add(Cell::published(count)));
    let [a, b, c] = three;
    for (total, parts) in [(20, [a, b]), (30, [b, c]), (14, [a, c])] {
        let total = add(Cell::published(total));
        sums.add(total, parts);
    }
    // A sum that nobody publishes hangs the three together with the table.
    let hanging = add(Cell::follows(3));
    sums.add(hanging, [a, 0]);
    (cells, sums, three)
}

#[test]
fn sums_combined_tell_nothing_in_a_part_of_hundreds() {
    let (cells, sums, three) = large_part();
    let of_cell = SumsOf::new(cells.len(), &sums);
    let mut hidden: Vec<bool> = cells
        .iter()
        .map(|cell| !cell.is_published() || FIVE.is_small(cell.count))
        .collect();
    single_sum::close_gaps(&cells, &sums, &of_cell, &mut hidden, FIVE);
    let mut seen = vec![false; cells.len()];
    let part = part_of(&sums, &of_cell, &hidden, &mut seen, three[0]);
    assert!(part.len() > 200, "{}", part.len());
    // Whoever looks at one sum at a time is fooled; whoever combines three is not.
    let single = crate::attack::of_single_sums(&cells, &sums, &hidden)[three[0]];
    assert!(FIVE.in_doubt(single), "{single:?}");
    assert_eq!(attack(&cells, &sums, &hidden, None)[three[0]], (2, 2));
    let withheld = suppress(&cells, &sums, FIVE);
    assert_eq!(exposed(&cells, &sums, &withheld.hidden), [] as [usize; 0]);
    assert_eq!((withheld.cautious, withheld.given_up), (0, 0));
}

#[test]
fn a_push_stays_with_the_sums_and_stops_where_they_do() {
    let (cells, sums) = table(&[&[3, 9, 2], &[9, 4, 1], &[20, 30, 40]]);
    let of_cell = SumsOf::new(cells.len(), &sums);
    let counts = Counts {
        cells: &cells,
        sums: &sums,
        of_cell: &of_cell,
        threshold: FIVE,
    };
    // Two rows and two columns are withheld: each may go down as far as its neighbours allow.
    let part = [0, 1, 3, 4];
    let mut simplex = Simplex::new(counts, &part);
    let in_doubt = |simplex: &Simplex| {
        let all = simplex.alternative().unwrap().all_proven(&cells, FIVE);
        let own = all
            .into_iter()
            .filter(|(_, proven)| proven.has(Proven::DOUBT));
        own.map(|(at, _)| at).collect::<Vec<usize>>()
    };
    assert_eq!(simplex.push(0, 0, Least::Nothing).0, Push::Reached);
    assert_eq!(in_doubt(&simplex), [0]);
    assert_eq!(simplex.push(4, 6, Least::Nothing).0, Push::Reached);
    assert_eq!(in_doubt(&simplex), [4]);
    // Whoever takes it that each is at least 1 gets no further down than there.
    assert_eq!(simplex.push(0, 0, Least::One).0, Push::Furthest);
    assert_eq!(simplex.push(0, 2, Least::One).0, Push::Reached);
    let other = simplex.alternative().unwrap();
    assert!(other.proves(&cells, 0, FIVE).has(Proven::ANOTHER));
    // With the first alone withheld there is no way at all.
    let mut simplex = Simplex::new(counts, &part[..1]);
    assert_eq!(simplex.push(0, 0, Least::Nothing).0, Push::Furthest);
    assert_eq!(in_doubt(&simplex), [] as [usize; 0]);
}

#[test]
fn random_tables_are_always_safe() {
    let mut state = 7_u64;
    let mut next = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    for _ in 0..200 {
        let (height, width) = (
            2 + usize::try_from(next(6)).unwrap(),
            2 + usize::try_from(next(5)).unwrap(),
        );
        let rows: Vec<Vec<u32>> = (0..height)
            .map(|_| {
                (0..width)
                    .map(|_| u32::try_from(if next(3) == 0 { next(7) } else { next(60) }).unwrap())
                    .collect()
            })
            .collect();
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        let (cells, sums) = table(&rows);
        let hidden = suppress(&cells, &sums, FIVE).hidden;
        assert_eq!(
            exposed(&cells, &sums, &hidden),
            [] as [usize; 0],
            "{rows:?}"
        );
        assert!(!gaps_are_small(&cells, &sums, &hidden), "{rows:?}");
    }
}

/// Of each count withheld beside the small ones: shown alone, all others as they are, it would give one of
/// them away. In a table whose sums go two ways the bounds of a linear programme are whole numbers (Hoffman
/// and Kruskal, 1956), so the attack knows exactly what would.
#[test]
fn nothing_is_withheld_in_a_small_table_that_could_be_shown() {
    let mut state = 11_u64;
    let mut next = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((state >> 33) % n).unwrap()
    };
    let (mut withheld, mut needless) = (0, Vec::new());
    for _ in 0..300 {
        let (height, width) = (2 + next(4), 2 + next(4));
        let rows: Vec<Vec<u32>> = (0..height)
            .map(|_| {
                let mut count = || if next(3) == 0 { next(7) } else { next(60) };
                (0..width).map(|_| count()).collect()
            })
            .collect();
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        let (cells, sums) = table(&rows);
        let mut hidden = suppress(&cells, &sums, FIVE).hidden;
        for at in (0..cells.len()).filter(|at| !FIVE.is_small(cells[*at].count)) {
            if !std::mem::replace(&mut hidden[at], false) {
                continue;
            }
            withheld += 1;
            if exposed(&cells, &sums, &hidden).is_empty() && !gaps_are_small(&cells, &sums, &hidden)
            {
                needless.push((rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>(), at));
            }
            hidden[at] = true;
        }
    }
    assert!(withheld > 500, "{withheld}");
    assert!(
        needless.is_empty(),
        "{} of {withheld}: {:?}",
        needless.len(),
        needless.first()
    );
}

/// Whether the gaps of a sum whose total is shown share a small number.
fn gaps_are_small(cells: &[Cell], sums: &Sums, hidden: &[bool]) -> bool {
    (0..sums.len())
        .filter(|at| !hidden[sums.total(*at)])
        .any(|at| {
            let gaps = sums.parts(at).filter(|part| hidden[*part]);
            FIVE.is_small(gaps.map(|part| cells[part].count).sum())
        })
}
