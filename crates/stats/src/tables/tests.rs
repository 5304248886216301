//! Fits that can be worked out by hand, fits that do not exist, and sums that hold whatever the figures.

use proptest::prelude::*;

use super::{FittingOptions, Margin, controlled_rounding, iterative_proportional_fitting};
use crate::error::{Error, Result};
use crate::random::Draws;

fn two_way(start: &[f64], rows: &[f64], columns: &[f64]) -> Result<super::FittedTable> {
    let margins = [
        Margin {
            axes: &[0],
            totals: rows,
        },
        Margin {
            axes: &[1],
            totals: columns,
        },
    ];
    let shape = [rows.len(), columns.len()];
    iterative_proportional_fitting(&shape, start, &margins, FittingOptions::default())
}

#[test]
fn a_cell_that_has_to_be_0_becomes_0() -> Result<()> {
    // Row 1 can only be met from column 1, so nothing of column 1 is left for row 0.
    let found = two_way(&[1.0, 1.0, 0.0, 1.0], &[1.0, 1.0], &[1.0, 1.0])?;
    assert_eq!(found.forced_to_zero, 1);
    for (cell, expected) in found.cells.iter().zip([1.0, 0.0, 0.0, 1.0]) {
        assert!((cell - expected).abs() < 1e-12, "{found:?}");
    }
    // A margin that is 0 needs no search.
    let found = two_way(&[1.0; 4], &[0.0, 5.0], &[2.0, 3.0])?;
    assert_eq!(
        (found.cells, found.forced_to_zero),
        (vec![0.0, 0.0, 2.0, 3.0], 0)
    );
    Ok(())
}

#[test]
fn what_no_table_has_is_refused_with_the_reason() {
    let nowhere = two_way(&[1.0, 0.0, 1.0, 0.0], &[1.0, 1.0], &[1.0, 1.0]);
    let expected = Error::NoCell {
        margin: 1,
        place: 1,
        total: 1.0,
    };
    assert_eq!(nowhere.err(), Some(expected));
    // A cell whose row is 0 is 0, so the column has none left.
    let nowhere = two_way(&[1.0, 1.0, 1.0, 0.0], &[0.0, 2.0], &[1.0, 1.0]);
    let expected = Error::NoCell {
        margin: 1,
        place: 1,
        total: 1.0,
    };
    assert_eq!(nowhere.err(), Some(expected));
    // Two rows need 4 of the first column, which has 3.
    let start = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    let short = two_way(&start, &[2.0, 2.0, 1.0], &[3.0, 1.0, 1.0]);
    let expected = Error::NoTable {
        margin: 0,
        other: 1,
        place: 0,
        places: 2,
        needed: 4.0,
        room: 3.0,
    };
    assert_eq!(short.err(), Some(expected));
    let apart = two_way(&[1.0; 4], &[1.0, 2.0], &[1.0, 2.5]);
    let expected = Error::Margins {
        first: 0,
        second: 1,
        left: 3.0,
        right: 3.5,
    };
    assert_eq!(apart.err(), Some(expected));
}

#[test]
fn margins_of_two_axes_agree_along_the_one_they_share() {
    let start = [1.0; 8];
    let fit = |second: &[f64]| {
        let margins = [
            Margin {
                axes: &[0, 1],
                totals: &[1.0, 2.0, 3.0, 4.0],
            },
            Margin {
                axes: &[1, 2],
                totals: second,
            },
        ];
        iterative_proportional_fitting(&[2, 2, 2], &start, &margins, FittingOptions::default())
    };
    // Axis 1 has 4 and 6 by the first margin.
    let found = fit(&[1.0, 3.0, 3.0, 3.0]).unwrap();
    let by_hand = [0.25, 0.75, 1.0, 1.0, 0.75, 2.25, 2.0, 2.0];
    for (cell, expected) in found.cells.iter().zip(by_hand) {
        assert!((cell - expected).abs() < 1e-12, "{found:?}");
    }
    let apart = fit(&[1.0, 4.0, 2.0, 3.0]);
    assert!(
        matches!(
            apart,
            Err(Error::Margins {
                left: 4.0,
                right: 5.0,
                ..
            })
        ),
        "{apart:?}"
    );
    // Three margins of two axes each that agree, and that no table without negative cells has: cell
    // 000 would be at most 0 by the first and third, and at least 1 by the second.
    let margins = [
        Margin {
            axes: &[0, 1],
            totals: &[1.0, 0.0, 0.0, 1.0],
        },
        Margin {
            axes: &[0, 2],
            totals: &[1.0, 0.0, 0.0, 1.0],
        },
        Margin {
            axes: &[1, 2],
            totals: &[0.0, 1.0, 1.0, 0.0],
        },
    ];
    let found =
        iterative_proportional_fitting(&[2, 2, 2], &start, &margins, FittingOptions::default());
    assert!(matches!(found, Err(Error::NoCell { .. })), "{found:?}");
    // The same with a little of everything else: only the three together show it.
    let mixed = |totals: [f64; 4]| totals.map(|t| 0.9 * t + 0.05);
    let [a, b, c] = [
        [1.0, 0.0, 0.0, 1.0],
        [1.0, 0.0, 0.0, 1.0],
        [0.0, 1.0, 1.0, 0.0],
    ]
    .map(mixed);
    let margins = [
        Margin {
            axes: &[0, 1],
            totals: &a,
        },
        Margin {
            axes: &[0, 2],
            totals: &b,
        },
        Margin {
            axes: &[1, 2],
            totals: &c,
        },
    ];
    let found =
        iterative_proportional_fitting(&[2, 2, 2], &start, &margins, FittingOptions::default());
    assert!(
        matches!(found, Err(Error::NotConverged { .. })),
        "{found:?}"
    );
}

#[test]
fn what_is_no_margin_is_refused() {
    let fit = |shape: &[usize], start: &[f64], axes: &[usize], totals: &[f64]| {
        let margins = [Margin { axes, totals }];
        iterative_proportional_fitting(shape, start, &margins, FittingOptions::default()).err()
    };
    let ones = [1.0; 4];
    let at_0 = |e: &Option<Error>| matches!(e, Some(Error::At { index: 0, .. }));
    for (axes, totals) in [
        (&[2][..], &[1.0, 1.0][..]),
        (&[1, 0], &[1.0; 4]),
        (&[0, 0], &[1.0; 4]),
        (&[0], &[1.0; 3]),
        (&[0], &[1.0, f64::NAN]),
        (&[0], &[1.0, -1.0]),
        (&[0], &[f64::MAX, f64::MAX]),
    ] {
        let found = fit(&[2, 2], &ones, axes, totals);
        assert!(at_0(&found), "{found:?}");
    }
    assert!(fit(&[2, 2], &ones[..3], &[0], &[1.0, 1.0]).is_some());
    assert!(fit(&[], &[], &[], &[1.0]).is_some());
    assert!(fit(&[2, 0], &[], &[0], &[1.0, 1.0]).is_some());
    assert!(fit(&[usize::MAX, 3], &ones, &[0], &[1.0]).is_some());
    assert!(fit(&[2, 2], &[1.0, 1.0, f64::INFINITY, 0.0], &[0], &[1.0, 1.0]).is_some());
    // The total of all cells is a margin too, and so is the whole table.
    assert!(fit(&[2, 2], &ones, &[], &[7.0]).is_none());
    assert!(fit(&[2, 2], &ones, &[0, 1], &[7.0; 4]).is_none());
    let none = iterative_proportional_fitting(&[2, 2], &ones, &[], FittingOptions::default());
    assert!(matches!(none, Err(Error::TooFew { .. })));
}

/// A table of a large authority: neighbourhoods by group and age, to children by neighbourhood and
/// age and by group and age.
#[test]
fn a_large_authority_is_fitted_to_every_total() -> Result<()> {
    let (areas, groups, ages) = (700, 5, 5);
    let mut draws = Draws::from_seed(5);
    let cell = |draws: &mut Draws| (2.0 * draws.normal()).exp().round();
    let truth: Vec<f64> = (0..areas * groups * ages)
        .map(|_| cell(&mut draws))
        .collect();
    // One in some cells cannot be, as it is not there.
    let start: Vec<f64> = truth
        .iter()
        .map(|t| {
            if *t > 0.0 {
                cell(&mut draws) + 0.5
            } else {
                0.0
            }
        })
        .collect();
    let (mut by_area, mut by_group) = (vec![0.0; areas * ages], vec![0.0; groups * ages]);
    for (i, value) in truth.iter().enumerate() {
        let (area, group, age) = (i / 25, i / 5 % 5, i % 5);
        by_area[area * ages + age] += value;
        by_group[group * ages + age] += value;
    }
    let margins = [
        Margin {
            axes: &[0, 2],
            totals: &by_area,
        },
        Margin {
            axes: &[1, 2],
            totals: &by_group,
        },
    ];
    let found = iterative_proportional_fitting(
        &[areas, groups, ages],
        &start,
        &margins,
        FittingOptions::default(),
    )?;
    assert!(found.largest_gap <= 1e-9, "{}", found.largest_gap);
    let mut sums = vec![0.0; areas * ages];
    for (i, cell) in found.cells.iter().enumerate() {
        assert!(*cell >= 0.0 && (*cell > 0.0) == (start[i] > 0.0));
        sums[i / 25 * ages + i % 5] += cell;
    }
    for (sum, total) in sums.iter().zip(&by_area) {
        assert!((sum - total).abs() <= 2e-9 * total, "{sum} {total}");
    }
    // The association is that of the start: ratios of cross products do not move.
    let ratio = |t: &[f64], i: usize, j: usize| t[i] * t[j + 5] / (t[i + 5] * t[j]);
    for area in 0..areas - 1 {
        let (i, j) = (25 * area, 25 * (area + 1));
        if [i, j, i + 5, j + 5].iter().all(|&k| start[k] > 0.0) {
            let (before, after) = (ratio(&start, i, j), ratio(&found.cells, i, j));
            assert!((after / before - 1.0).abs() < 1e-9, "{before} {after}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Of tables with zeros: a fit has every total, or it is refused because none can.
    #[test]
    fn a_fit_has_every_total_or_there_is_none(
        start in proptest::collection::vec(prop_oneof![Just(0.0), Just(0.0), 0.1..10.0_f64], 12),
        truth in proptest::collection::vec(0..9_u32, 12),
        kept in any::<bool>(),
    ) {
        // Half of the time the margins are of a table with the same zeros, so that a fit exists.
        let truth: Vec<f64> = truth
            .iter()
            .zip(&start)
            .map(|(t, s)| if kept && *s <= 0.0 { 0.0 } else { f64::from(*t) })
            .collect();
        let rows: Vec<f64> = (0..3).map(|i| truth[4 * i..4 * i + 4].iter().sum()).collect();
        let columns: Vec<f64> = (0..4).map(|j| (0..3).map(|i| truth[4 * i + j]).sum()).collect();
        match two_way(&start, &rows, &columns) {
            Ok(found) => {
                for (own, row) in found.cells.chunks(4).zip(&rows) {
                    let sum: f64 = own.iter().sum();
                    prop_assert!((sum - row).abs() <= 1e-8 * row.max(1e-9));
                }
                prop_assert!(found.cells.iter().zip(&start).all(|(c, s)| *c <= 0.0 || *s > 0.0));
            }
            Err(Error::NoCell { .. } | Error::NoTable { .. }) => prop_assert!(!kept),
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn sums_hold_and_no_figure_moves_by_a_whole_unit(
        leaves in proptest::collection::vec(prop_oneof![-50.0..50.0_f64, (0..20_i32).prop_map(|v| f64::from(v) / 4.0)], 1..40),
        places in 0..3_u8,
        cut in 1..7_usize,
    ) {
        // Groups of leaves under groups of groups under one.
        let groups = leaves.len().div_ceil(cut);
        let mut parents = vec![None, Some(0), Some(0)];
        parents.extend((0..groups).map(|g| Some(1 + g % 2)));
        parents.extend((0..leaves.len()).map(|i| Some(3 + i / cut)));
        let mut values = vec![0.0; 3 + groups];
        values.extend(&leaves);
        for i in (1..values.len()).rev() {
            values[parents[i].unwrap()] += values[i];
        }
        let found = controlled_rounding(&values, &parents, places).unwrap();
        let scale = 10f64.powi(i32::from(places));
        for node in 0..values.len() {
            let own: Vec<usize> = (0..values.len()).filter(|&i| parents[i] == Some(node)).collect();
            if !own.is_empty() {
                let sum: i64 = own.iter().map(|&i| found.units[i]).sum();
                prop_assert_eq!(sum, found.units[node]);
            }
            let moved = found.units[node] as f64 - values[node] * scale;
            prop_assert!(moved.abs() < 1.0 + 1e-6, "{} {}", values[node], found.units[node]);
            let whole = (values[node] * scale).round();
            if (values[node] * scale - whole).abs() < 1e-9 && own.is_empty() {
                prop_assert!((found.units[node] as f64 - whole).abs() < 0.5);
            }
        }
        prop_assert!((found.units[0] as f64 - values[0] * scale).abs() <= 0.5 + 1e-4);
        prop_assert_eq!(controlled_rounding(&values, &parents, places).unwrap(), found);
    }

    /// Of all whole numbers that add up to the total none is nearer.
    #[test]
    fn no_other_whole_numbers_are_nearer(parts in proptest::collection::vec(0.0..6.0_f64, 1..6)) {
        let mut values = vec![parts.iter().sum::<f64>()];
        values.extend(&parts);
        let parents: Vec<Option<usize>> = (0..values.len()).map(|i| (i > 0).then_some(0)).collect();
        let found = controlled_rounding(&values, &parents, 0).unwrap().units;
        let distance = |units: &[i64]| -> f64 {
            units.iter().zip(&parts).map(|(u, v)| (*u as f64 - v).powi(2)).sum()
        };
        let own = distance(&found[1..]);
        let mut tried = vec![0_i64; parts.len()];
        loop {
            if tried.iter().sum::<i64>() == found[0] {
                prop_assert!(own <= distance(&tried) + 1e-5, "{found:?} {tried:?} {parts:?}");
            }
            let Some(at) = tried.iter().position(|t| *t < 7) else { break };
            tried[at] += 1;
            tried[..at].fill(0);
        }
    }
}

#[test]
fn ties_go_to_the_larger_figure_and_then_to_the_earlier() {
    let of = |values: &[f64]| {
        let parents: Vec<Option<usize>> = (0..values.len()).map(|i| (i > 0).then_some(0)).collect();
        controlled_rounding(values, &parents, 0).unwrap().units
    };
    assert_eq!(of(&[4.0, 0.5, 1.5, 0.5, 1.5]), [4, 0, 2, 0, 2]);
    assert_eq!(of(&[1.5, 0.5, 0.5, 0.5]), [2, 1, 1, 0]);
    assert_eq!(of(&[-1.0, -0.5, -0.5]), [-1, 0, -1]);
    assert_eq!(of(&[0.0, 0.0, -0.0]), [0, 0, 0]);
}

#[test]
fn what_is_no_hierarchy_is_refused_with_its_place() {
    let refused =
        |values: &[f64], parents: &[Option<usize>]| controlled_rounding(values, parents, 1).err();
    let at = |e: &Option<Error>, place: usize| matches!(e, Some(Error::At { index, .. }) if *index == place);
    assert!(at(&refused(&[1.0, f64::NAN], &[None, None]), 1));
    assert!(at(&refused(&[1.0, 1e300], &[None, None]), 1));
    assert!(at(&refused(&[1.0, 1.0], &[None, Some(2)]), 1));
    assert!(at(&refused(&[1.0, 1.0], &[None, Some(1)]), 1));
    assert!(at(&refused(&[1.0, 1.0, 1.0], &[None, Some(2), Some(1)]), 1));
    // A total that is not what its parts add up to.
    assert!(at(&refused(&[3.0, 1.0, 1.0], &[None, Some(0), Some(0)]), 0));
    assert!(matches!(refused(&[1.0], &[]), Some(Error::Lengths { .. })));
    assert_eq!(
        controlled_rounding(&[], &[], 0).unwrap().units,
        Vec::<i64>::new()
    );
    // Places beyond what a figure has digits for.
    assert!(controlled_rounding(&[0.3], &[None], 200).is_err());
}
