//! What is shown where readers have earlier outputs as well.

use std::collections::BTreeMap;

use crate::attacker::store_of;
use crate::support::{Folder, disparity};

/// Columns that name a row, and those that hold its counts.
const NAMES: [&str; 9] = [
    "time_period",
    "old_la_code",
    "indicator",
    "look_back_years",
    "lead_days",
    "mode",
    "group_by",
    "group",
    "estimator",
];
const COUNTS: [&str; 5] = [
    "entrants",
    "unlinked",
    "incomplete",
    "numerator",
    "denominator",
];

/// The counts of an output by the names of their rows.
fn counts(csv: &str, names: &[&str]) -> BTreeMap<Vec<String>, [String; 5]> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|own| own == name).unwrap();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let text = |name: &str| row[at(name)].to_owned();
        let name = names.iter().map(|name| text(name)).collect();
        (name, COUNTS.map(text))
    });
    rows.collect()
}

#[test]
fn another_question_shows_what_is_safe_beside_what_was_published() {
    let folder = Folder::new("published");
    let size = "--authorities 3 --years 8 --children 250 --care 0.3 --seed 11";
    let store = store_of(&folder, size);
    let ask = |more: &[&str]| {
        let asked = ["prior-help", &store, "--force", "--format", "csv"];
        disparity(&[&asked[..], more].concat())
    };
    let usual = ask(&[]).ok();
    let file = folder.join("usual.csv");
    std::fs::write(&file, &usual).unwrap();
    let file = file.to_str().unwrap();
    let other = ["--look-back", "3", "--by", "ethnicity_major"];
    let after = ask(&[&other[..], &["--published", file]].concat());
    assert!(after.stderr.contains("known from earlier outputs"));
    let after = after.ok();
    // Who entered does not hang on the look-back: shown or withheld as it was.
    let of_whom: Vec<&str> = NAMES[..2].iter().chain(&NAMES[6..8]).copied().collect();
    let (before, now) = (counts(&usual, &of_whom), counts(&after, &of_whom));
    let mut held = [0, 0];
    for (name, own) in &now {
        assert_eq!(before[name][..2], own[..2], "{name:?}");
        for count in &own[..2] {
            held[usize::from(count == "c")] += 1;
        }
    }
    assert!(held[0] > 0 && held[1] > 0, "{held:?}");
    // It shows something, and no more than it would alone.
    let alone = counts(&ask(&other).ok(), &NAMES);
    let shown = |all: &BTreeMap<Vec<String>, [String; 5]>| {
        let cells = all.values().flatten();
        cells.filter(|cell| cell.parse::<u32>().is_ok()).count()
    };
    let beside = shown(&counts(&after, &NAMES));
    assert!(beside > 0 && beside <= shown(&alone), "{beside}");
}

#[test]
fn the_same_question_again_is_answered_the_same() {
    let folder = Folder::new("published-again");
    let size = "--authorities 2 --years 5 --children 90 --care 0.3 --seed 5";
    let store = store_of(&folder, size);
    let asked = ["prior-help", &store, "--force", "--format", "csv"];
    let usual = disparity(&asked).ok();
    let file = folder.join("usual.csv");
    std::fs::write(&file, &usual).unwrap();
    let again = ["--published", file.to_str().unwrap()];
    assert!(disparity(&[&asked[..], &again].concat()).ok() == usual);
}

#[test]
fn what_is_no_output_of_these_records_is_refused() {
    let folder = Folder::new("published-refused");
    let stores = ["--seed 1", "--seed 2"].map(|seed| {
        let own = Folder::new(&format!("published-{}", &seed[7..]));
        let size = format!("--authorities 1 --years 3 --children 60 {seed}");
        let store = store_of(&own, &size);
        (own, store)
    });
    let ask = |store: &str, more: &[&str]| {
        disparity(&[&["journeys", store, "--format", "csv"][..], more].concat())
    };
    let file = folder.join("other.csv");
    let path = file.to_str().unwrap();
    for (text, said) in [
        (ask(&stores[0].1, &[]).ok(), "other ones in this store"),
        (
            "a,b\n1,2\n".to_owned(),
            "holds no output of `prior-help`, `journeys` or `run --returns`",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let ran = ask(&stores[1].1, &["--published", path]);
        assert_ne!(ran.code, 0);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}
