//! Figures of which nothing is withheld say so, and why, wherever they are read.

use std::collections::BTreeMap;

use crate::attacker::store_of;
use crate::support::{Folder, disparity};

const WHY: &str = "checked by our own analysts";

#[test]
fn the_reason_stands_in_whatever_is_written() {
    let folder = Folder::new("unprotected");
    let store = store_of(&folder, "--authorities 1 --years 3 --children 60 --seed 2");
    for command in ["prior-help", "journeys"] {
        let asked = [command, &store, "--unprotected", WHY, "--force"];
        let asked = &asked[..if command == "journeys" { 4 } else { 5 }];
        let text = disparity(asked).ok();
        assert!(text.starts_with(&format!("UNPROTECTED: nothing is withheld ({WHY})\n")));
        let of = |format| disparity(&[asked, &["--format", format][..]].concat()).ok();
        let csv = of("csv");
        let mut lines = csv.lines();
        assert!(lines.next().unwrap().ends_with(",unprotected"));
        assert!(lines.all(|line| line.ends_with(&format!(",{WHY}"))));
        let json: Vec<BTreeMap<String, String>> = serde_json::from_str(&of("json")).unwrap();
        assert!(json.iter().all(|row| row["unprotected"] == WHY));
        let rows: Result<Vec<BTreeMap<String, String>>, _> =
            csv::Reader::from_reader(csv.as_bytes())
                .deserialize()
                .collect();
        assert_eq!(rows.unwrap(), json);
    }
    let out = folder.join("out");
    let out = out.to_str().unwrap();
    let asked = ["run", "--returns", &store, "--out", out];
    disparity(&[&asked[..], &["--unprotected", WHY]].concat()).ok();
    let read = |name: &str| std::fs::read_to_string(format!("{out}/{name}")).unwrap();
    assert!(read("index.html").contains(WHY));
    let manifest: serde_json::Value = serde_json::from_str(&read("manifest.json")).unwrap();
    assert_eq!(manifest["disclosure_policy"], "unprotected");
    assert_eq!(manifest["unprotected"], WHY);
    let (mut tables, mut charts) = (0, 0);
    for (name, _) in manifest["outputs"].as_object().unwrap() {
        match name.rsplit_once('.') {
            Some((table, "csv")) if table != "columns" && !table.contains('.') => {
                let text = read(name);
                let mut lines = text.lines();
                assert!(lines.next().unwrap().ends_with(",unprotected"), "{name}");
                assert!(lines.all(|line| line.ends_with(WHY)), "{name}");
                tables += 1;
            }
            Some((_, "svg")) => {
                assert!(read(name).contains("Unprotected"), "{name}");
                charts += 1;
            }
            Some((_, "parquet")) => {
                let bytes = std::fs::read(format!("{out}/{name}")).unwrap();
                let reason = WHY.as_bytes();
                assert!(bytes.windows(reason.len()).any(|part| part == reason));
            }
            _ => {}
        }
    }
    assert!(tables > 2 && charts > 2, "{tables} tables, {charts} charts");
    // Protected, nothing of the kind is said.
    disparity(&asked).ok();
    assert!(!read("index.html").contains("Unprotected"));
    assert!(!read("manifest.json").contains("unprotected"));
}

#[test]
fn nothing_is_left_unprotected_without_a_reason() {
    for (asked, said) in [
        (
            &["journeys", "store", "--withhold-to", "0"][..],
            "--unprotected",
        ),
        (
            &["journeys", "store", "--unprotected", " "],
            "needs a reason",
        ),
        (
            &["journeys", "store", "--unprotected", WHY, "--hide-zeros"],
            "cannot be used with",
        ),
        (&["run", "--unprotected", WHY], "--returns"),
    ] {
        let ran = disparity(asked);
        assert_ne!(ran.code, 0, "{asked:?}");
        assert!(ran.stderr.contains(said), "{asked:?}: {}", ran.stderr);
    }
}
