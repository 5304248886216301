//! Tables that can be checked by hand.

use super::*;

const FIVE: Threshold = Threshold::up_to(5);

/// Three groups in three tables (README): withheld beside one another, sum by sum they seem safe.
fn three_counts(sum_of_third: Option<u64>) -> (ReaderKnowledge, [usize; 3]) {
    let mut known = ReaderKnowledge::default();
    let parts: [usize; 3] = std::array::from_fn(|_| known.number(0, None));
    let [a, b, c] = parts;
    known.add_up([(a, 1), (b, 1)], 20);
    known.add_up([(b, 1), (c, 1)], 30);
    let third = known.number(sum_of_third.unwrap_or(0), sum_of_third);
    known.add_up([(a, 1), (c, 1), (third, -1)], 0);
    (known, parts)
}

#[test]
fn three_sums_together_tell_what_each_does_not() {
    let (known, parts) = three_counts(Some(14));
    let told = known.work_out(&parts, Question::IsSmall, FIVE).counts;
    assert_eq!(
        told[0],
        Worked {
            least: 2,
            most: Some(2),
            is: Conclusion::Exposed
        }
    );
    assert_eq!(
        (told[1].is, told[2].is),
        (Conclusion::InDoubt, Conclusion::InDoubt)
    );
    let (known, parts) = three_counts(None);
    let safe = known.work_out(&parts, Question::IsSmall, FIVE).counts;
    assert!(
        safe.iter().all(|one| one.is == Conclusion::InDoubt),
        "{safe:?}"
    );
}

#[test]
fn whole_numbers_tell_what_fractions_do_not() {
    // Twice one number and thrice another are 13, and the second is odd or not: (5, 1) or (2, 3).
    let mut known = ReaderKnowledge::default();
    let (a, b) = (known.number(0, Some(100)), known.number(0, Some(100)));
    known.add_up([(a, 2), (b, 3)], 13);
    let told = known.work_out(&[a, b], Question::IsSmall, FIVE).counts;
    assert_eq!(
        told.iter().map(|one| one.is).collect::<Vec<_>>(),
        [Conclusion::Exposed; 2]
    );
    assert_eq!((told[0].least, told[0].most), (2, Some(5)));
    assert_eq!((told[1].least, told[1].most), (1, Some(3)));
    let which = known.work_out(&[a], Question::Which, FIVE).counts;
    assert_eq!(which[0].is, Conclusion::InDoubt);
}

#[test]
fn a_sum_that_is_shown_to_be_wrong_is_left_out_and_counted() {
    let mut known = ReaderKnowledge::default();
    let shown: Vec<usize> = [3, 4, 8]
        .iter()
        .map(|n| known.number(*n, Some(*n)))
        .collect();
    let open = known.number(0, None);
    known.add_up([(shown[0], 1), (shown[1], 1), (shown[2], -1)], 0);
    known.add_up([(shown[0], 1), (open, 1), (shown[2], -1)], 0);
    let told = known.work_out(&[open], Question::IsSmall, FIVE);
    assert_eq!(told.contradicted, 1);
    assert_eq!(
        (told.counts[0].least, told.counts[0].is),
        (5, Conclusion::Exposed)
    );
}

#[test]
fn taking_all_to_be_somebody_can_tell_which() {
    // Five children in five groups: each is 0 to 5, and if everyone is somebody each is 1.
    let mut known = ReaderKnowledge::default();
    let parts: Vec<usize> = (0..5).map(|_| known.number(0, None)).collect();
    known.add_up(parts.iter().map(|at| (*at, 1)), 5);
    let told = known.work_out(&parts, Question::IsSmall, FIVE).counts;
    assert!(told.iter().all(|one| one.is == Conclusion::InDoubt));
    for at in &parts {
        known.is_at_least(*at, 1);
    }
    let told = known.work_out(&parts, Question::Which, FIVE).counts;
    assert!(
        told.iter()
            .all(|one| one.is == Conclusion::Exposed && one.most == Some(1))
    );
}

/// Random tables of whole numbers, some withheld: whatever is said is compared with every table.
#[test]
fn what_is_said_is_what_trying_every_table_says() {
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    let (mut exposed, mut doubt) = (0, 0);
    for _ in 0..150 {
        let truth: Vec<u64> = (0..9).map(|_| random(7)).collect();
        let hidden: Vec<bool> = truth
            .iter()
            .map(|n| (1..=5).contains(n) || random(5) == 0)
            .collect();
        let lines: Vec<Vec<usize>> = (0..3)
            .flat_map(|k| {
                [
                    (0..3).map(|j| 3 * k + j).collect(),
                    (0..3).map(|j| 3 * j + k).collect(),
                ]
            })
            .collect();
        let mut known = ReaderKnowledge::default();
        for (n, hidden) in truth.iter().zip(&hidden) {
            if *hidden {
                known.number(0, None);
            } else {
                known.number(*n, Some(*n));
            }
        }
        let totals = |line: &Vec<usize>| line.iter().map(|at| truth[*at]).sum::<u64>();
        for line in &lines {
            known.add_up(
                line.iter().map(|at| (*at, 1)),
                i64::try_from(totals(line)).unwrap(),
            );
        }
        // Every table: four numbers decide the rest.
        let mut ends = [(u64::MAX, 0_u64, false); 9];
        for pick in 0..19_u64.pow(4) {
            let mut table = [0_i64; 9];
            let own = |k: u32| i64::try_from(pick / 19_u64.pow(k) % 19).unwrap();
            (table[0], table[1], table[3], table[4]) = (own(0), own(1), own(2), own(3));
            let total = |line: usize| i64::try_from(totals(&lines[line])).unwrap();
            table[2] = total(0) - table[0] - table[1];
            table[5] = total(2) - table[3] - table[4];
            table[6] = total(1) - table[0] - table[3];
            table[7] = total(3) - table[1] - table[4];
            table[8] = total(4) - table[6] - table[7];
            let agrees = |at: usize| hidden[at] || table[at] == i64::try_from(truth[at]).unwrap();
            if table.iter().all(|n| *n >= 0)
                && table[2] + table[5] + table[8] == total(5)
                && (0..9).all(agrees)
            {
                for (end, n) in ends.iter_mut().zip(table) {
                    let n = n.unsigned_abs();
                    *end = (end.0.min(n), end.1.max(n), end.2 || n == 0 || n > 5);
                }
            }
        }
        let asked: Vec<usize> = (0..9).filter(|at| hidden[*at]).collect();
        let told = known.work_out(&asked, Question::IsSmall, FIVE).counts;
        for (at, one) in asked.iter().zip(told) {
            let (least, most, in_doubt) = ends[*at];
            if in_doubt {
                assert_eq!(one.is, Conclusion::InDoubt, "{truth:?} {hidden:?} {at}");
                doubt += 1;
            } else {
                let expected = (Conclusion::Exposed, least, Some(most));
                assert_eq!(
                    (one.is, one.least, one.most),
                    expected,
                    "{truth:?} {hidden:?} {at}"
                );
                exposed += 1;
            }
        }
    }
    assert!(exposed > 50 && doubt > 50, "{exposed} {doubt}");
}
