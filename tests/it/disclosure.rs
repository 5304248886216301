//! Attacks on what is withheld: from everything in the open, no small count can be worked out.

use std::collections::BTreeMap;

use disparity_core::Sums;
use disparity_disclosure::{Cell, Threshold, attack, suppress};

const FIVE: Threshold = Threshold::up_to(5);

/// Counts by authority and ethnic group.
type Inner = BTreeMap<(String, String), u32>;

/// Tables of authority by ethnic group, by the number of the table.
fn tables() -> Option<BTreeMap<String, Inner>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/conformance/pytauargus_sdc/input_tables.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        crate::support::say(
            "NOT RUN: the tables of the suppression oracle are not beside the project",
        );
        return None;
    };
    let mut tables: BTreeMap<String, Inner> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let key = (fields[1].to_owned(), fields[2].to_owned());
        tables
            .entry(fields[0].to_owned())
            .or_default()
            .insert(key, fields[3].parse().unwrap());
    }
    Some(tables)
}

/// A table of inner cells as counts with both margins and the grand total.
fn with_margins(inner: &Inner) -> (Vec<Cell>, Sums) {
    let mut cells: Vec<Cell> = inner
        .values()
        .map(|count| Cell::published(*count))
        .collect();
    let keys: Vec<&(String, String)> = inner.keys().collect();
    let mut sums = Sums::default();
    let mut margins = [Vec::new(), Vec::new()];
    for (side, margin) in margins.iter_mut().enumerate() {
        let name = |key: &(String, String)| {
            if side == 0 {
                key.0.clone()
            } else {
                key.1.clone()
            }
        };
        let mut names: Vec<String> = keys.iter().map(|key| name(key)).collect();
        names.sort();
        names.dedup();
        for one in names {
            let parts: Vec<usize> = (0..keys.len())
                .filter(|at| name(keys[*at]) == one)
                .collect();
            cells.push(Cell::published(
                parts.iter().map(|at| cells[*at].count).sum(),
            ));
            sums.add(cells.len() - 1, parts);
            margin.push(cells.len() - 1);
        }
    }
    cells.push(Cell::published(inner.values().sum()));
    let grand = cells.len() - 1;
    for parts in margins {
        sums.add(grand, parts);
    }
    (cells, sums)
}

#[test]
fn the_oracles_tables_are_safe_against_an_exact_attack() {
    let Some(tables) = tables() else { return };
    for (name, inner) in &tables {
        let (cells, sums) = with_margins(inner);
        let small = |at: &usize| (1..=5).contains(&cells[*at].count);
        let alone: Vec<bool> = (0..cells.len()).map(|at| small(&at)).collect();
        let hidden = suppress(&cells, &sums, FIVE).hidden;
        let bounds = attack(&cells, &sums, &hidden, None);
        let primary = alone.iter().filter(|h| **h).count();
        let all = hidden.iter().filter(|h| **h).count();
        crate::support::say(&format!(
            "table {name}: {primary} small of {}, {all} withheld",
            cells.len()
        ));
        for at in (0..cells.len()).filter(small) {
            let (low, high) = bounds[at];
            assert!(
                low < high && (high > 5 || low == 0),
                "table {name}, cell {at}: {low} to {high}"
            );
        }
        // Without secondary suppression the attack succeeds: the test can tell the difference.
        let naive = attack(&cells, &sums, &alone, None);
        assert!(
            (0..cells.len())
                .filter(small)
                .any(|at| naive[at].0 == naive[at].1),
            "table {name}"
        );
    }
    assert!(!tables.is_empty());
}
