//! Sums against a plain loop over the rows.

use disparity_core::{Category, CodeList};
use proptest::prelude::*;

use super::*;

fn dimensions() -> Dimensions {
    let list = |codes: &[&str]| {
        let own = codes.iter().map(|code| Category {
            code: (*code).to_owned(),
            label: (*code).to_owned(),
            parent: None,
            unknown: false,
        });
        CodeList::new(own.collect()).unwrap()
    };
    Dimensions::new(Dimension::ALL.map(|_| list(&["a", "b", "c"])))
}

/// A row as it is given: area, year, group of sex and of age (0 for everyone), and its number.
type Given = (usize, u16, u8, u8, Reported<Count>);

fn number() -> impl Strategy<Value = Reported<Count>> {
    prop_oneof![
        6 => (0_u32..50).prop_map(Reported::Value),
        1 => proptest::sample::select(Symbol::ALL.to_vec()).prop_map(Reported::Symbol),
    ]
}

fn rows() -> impl Strategy<Value = Vec<Given>> {
    proptest::collection::vec(
        (0_usize..3, 2023_u16..2026, 0_u8..4, 0_u8..4, number()),
        0..80,
    )
}

const AREAS: [&str; 3] = ["E06000001", "E06000002", "E09000012"];

fn tally(rows: &[Given]) -> Tally {
    let mut tally = Tally::new(&dimensions());
    for (area, year, sex, age, count) in rows {
        let slot = tally.slot(
            AREAS[*area].parse().unwrap(),
            Period::ending(*year).unwrap(),
        );
        let mut row = Row {
            slot,
            pattern: 0,
            groups: [0; Dimension::ALL.len()],
            count: *count,
            whole: Some(count.map(|own| own * 2)),
        };
        for (dimension, group) in [(Dimension::Sex, sex), (Dimension::AgeBand, age)] {
            row.groups[dimension as usize] = *group;
            if *group > 0 {
                row.pattern |= bit(dimension);
            }
        }
        tally.add(&row);
    }
    tally
}

/// What a loop says: of rows of a pattern, area, year and group the sum, or the strongest symbol among them.
fn plain(
    rows: &[Given],
    by: Margin,
    (area, year, group): (usize, u16, u8),
    pattern: Pattern,
) -> Option<Reported<u64>> {
    let mut sum = None;
    for (own_area, own_year, sex, age, count) in rows {
        let own = if *sex > 0 { bit(Dimension::Sex) } else { 0 }
            | if *age > 0 { bit(Dimension::AgeBand) } else { 0 };
        let is_group = match by {
            None => true,
            Some(Dimension::Sex) => *sex == group,
            Some(_) => *age == group,
        };
        if (*own_area, *own_year, own) == (area, year, pattern) && is_group {
            let before = sum.unwrap_or(Reported::Value(0));
            sum = Some(match (before, *count) {
                (Reported::Value(all), Reported::Value(one)) => {
                    Reported::Value(all + u64::from(one))
                }
                (Reported::Symbol(all), Reported::Symbol(one)) => Reported::Symbol(all.max(one)),
                (Reported::Symbol(own), Reported::Value(_))
                | (Reported::Value(_), Reported::Symbol(own)) => Reported::Symbol(own),
            });
        }
    }
    sum
}

fn same(tally: &Tally, rows: &[Given]) -> Result<(), TestCaseError> {
    let places = tally.places();
    for (at, area) in AREAS.iter().enumerate() {
        for year in 2023..2026 {
            let Some(slot) = places.get(&(area.parse().unwrap(), Period::ending(year).unwrap()))
            else {
                prop_assert!(!rows.iter().any(|(own, of, ..)| (*own, *of) == (at, year)));
                continue;
            };
            for margin in [None, Some(Dimension::Sex), Some(Dimension::AgeBand)] {
                for group in u8::from(margin.is_some())..4 {
                    let found = tally.found(margin, *slot, group);
                    for pattern in 0..=(bit(Dimension::Sex) | bit(Dimension::AgeBand)) {
                        let own = found.iter().find(|(own, ..)| *own == pattern);
                        let plain = plain(rows, margin, (at, year, group), pattern);
                        prop_assert_eq!(own.map(|(_, count, _)| *count), plain);
                        let whole = own.and_then(|(_, _, whole)| *whole);
                        prop_assert_eq!(whole, plain.map(|sum| sum.map(|own| own * 2)));
                    }
                    if margin.is_none() {
                        break;
                    }
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn sums_are_those_of_a_loop_over_the_rows(rows in rows()) {
        same(&tally(&rows), &rows)?;
    }

    #[test]
    fn parts_in_either_order_make_the_whole(rows in rows(), cut in 0_usize..80) {
        let (one, other) = rows.split_at(cut.min(rows.len()));
        for (first, second) in [(one, other), (other, one)] {
            let mut merged = tally(first);
            merged.merge(tally(second));
            same(&merged, &rows)?;
            prop_assert_eq!(merged.rows, rows.len() as u64);
        }
    }
}
