//! The worked example of the crate's README: every number in it.

use disparity_core::Sums;
use disparity_disclosure::{Cell, Threshold, attack, of_single_sums, suppress};

const FIVE: Threshold = Threshold::up_to(5);

/// A, B and C, and the sums of A and B, of B and C, and of A and C.
const TRUTH: [u32; 6] = [2, 18, 12, 20, 30, 14];
const SUMS: [(usize, [usize; 2]); 3] = [(3, [0, 1]), (4, [1, 2]), (5, [0, 2])];

fn system() -> (Vec<Cell>, Sums) {
    let mut sums = Sums::default();
    for (total, parts) in SUMS {
        sums.add(total, parts);
    }
    (TRUTH.map(Cell::published).to_vec(), sums)
}

/// The numbers of the lines of the README's table of alternatives.
fn lines() -> Vec<[u32; 6]> {
    let readme = include_str!("../README.md");
    let lines = readme.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let numbers = cells.get(1..)?.iter().map(|cell| cell.parse().ok());
        numbers.collect::<Option<Vec<u32>>>()?.try_into().ok()
    });
    lines.collect()
}

#[test]
fn one_sum_at_a_time_seems_safe_and_three_together_tell() {
    let (cells, sums) = system();
    let three = [true, true, true, false, false, false];
    assert_eq!(of_single_sums(&cells, &sums, &three)[0], (0, 4));
    assert!(FIVE.in_doubt((0, 4)));
    assert_eq!(attack(&cells, &sums, &three, None)[0], (2, 2));
    assert_eq!(TRUTH[3] + TRUTH[5] - TRUTH[4], 2 * TRUTH[0]);
}

#[test]
fn with_the_sum_of_the_third_table_withheld_as_well_it_is_safe() {
    let (cells, sums) = system();
    let four = [true, true, true, false, false, true];
    assert!(FIVE.in_doubt(attack(&cells, &sums, &four, None)[0]));
}

#[test]
fn the_program_withholds_two_counts_beside_it_and_not_three() {
    let (cells, sums) = system();
    let withheld = suppress(&cells, &sums, FIVE);
    assert_eq!(withheld.hidden, [true, false, false, true, false, true]);
    assert!(FIVE.in_doubt(attack(&cells, &sums, &withheld.hidden, None)[0]));
}

#[test]
fn every_line_of_the_table_agrees_with_what_is_shown() {
    let lines = lines();
    assert_eq!(lines.len(), 4, "the truth and three alternatives");
    assert_eq!(lines[0], TRUTH);
    for line in &lines {
        for (total, [one, other]) in SUMS {
            assert_eq!(line[total], line[one] + line[other]);
        }
        assert_eq!(line[3..5], TRUTH[3..5]);
    }
    let a = |at: usize| lines[at][0];
    assert!(a(1) == 0 && !FIVE.is_small(a(2)) && a(2) > 0);
    // With everything that is something still something, it is another number.
    assert!(a(3) != TRUTH[0] && lines[3].iter().all(|count| *count > 0));
}
