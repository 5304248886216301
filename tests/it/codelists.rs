//! The project's code lists, read for tests that need areas and groups without the program.

use std::collections::BTreeMap;

use disparity_core::{
    Area, AreaChange, Areas, Category, ChangeKind, CodeList, Dimension, Dimensions, GeographicLevel,
};

fn rows(text: &str) -> Vec<Vec<String>> {
    csv::Reader::from_reader(text.as_bytes())
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// Groups of every dimension.
pub(crate) fn dimensions() -> Dimensions {
    let rows = rows(include_str!("../../data/codelists/categories.csv"));
    Dimensions::new(Dimension::ALL.map(|dimension| {
        let list = rows
            .iter()
            .filter(|row| row[0] == dimension.column())
            .map(|row| Category {
                code: row[1].clone(),
                label: row[2].clone(),
                parent: (!row[3].is_empty()).then(|| row[3].clone()),
                unknown: row[4] == "yes",
            });
        CodeList::new(list.collect()).unwrap()
    }))
}

/// Every area, and every change of boundaries.
pub(crate) fn areas() -> Areas {
    let list = rows(include_str!("../../data/codelists/areas.csv"));
    let list = list.iter().map(|row| Area {
        code: row[0].parse().unwrap(),
        entity: row[1].parse().unwrap(),
        name: row[2].clone(),
        level: GeographicLevel::from_words(&row[3]).unwrap(),
        region: row[4].parse().ok(),
        old_la_code: (!row[5].is_empty()).then(|| row[5].clone()),
        valid_from: row[6].parse().ok(),
        valid_to: row[7].parse().ok(),
        tiny: row[8] == "yes",
        part_of_london: None,
    });
    let changes = rows(include_str!("../../data/codelists/area_changes.csv"));
    let changes = changes.iter().map(|row| AreaChange {
        effective: row[0].parse().unwrap(),
        predecessor: row[1].parse().unwrap(),
        successor: row[2].parse().unwrap(),
        kind: ChangeKind::from_word(&row[3]).unwrap(),
    });
    Areas::new(
        list.collect(),
        changes.collect(),
        BTreeMap::new(),
        BTreeMap::new(),
    )
}
