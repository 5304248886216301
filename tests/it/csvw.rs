//! `csv-metadata.json`: that it describes every CSV of a folder as it is. `.ci/run` has an independent program read the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::attacker::store_of;
use crate::support::{Folder, disparity};

/// Reads a folder and holds its description against it; how many tables there are.
fn holds(folder: &Path) -> usize {
    let text = std::fs::read_to_string(folder.join("csv-metadata.json")).unwrap();
    let metadata: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(metadata["@context"][0], "http://www.w3.org/ns/csvw");
    assert!(
        metadata["dc:source"]
            .as_str()
            .is_some_and(|source| source.len() > 10)
    );
    assert!(
        metadata["dc:rights"]
            .as_str()
            .is_some_and(|rights| rights.contains("Open Government Licence"))
    );
    assert!(metadata["dc:license"].is_null());
    let tables = metadata["tables"].as_array().unwrap();
    let described: BTreeSet<&str> = tables
        .iter()
        .map(|table| table["url"].as_str().unwrap())
        .collect();
    let files = std::fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let there: BTreeSet<String> = names
        .filter(|name| name.rsplit_once('.').is_some_and(|(_, end)| end == "csv"))
        .collect();
    let there: BTreeSet<&str> = there.iter().map(String::as_str).collect();
    assert_eq!(described, there);
    let labels = labels(folder);
    for table in tables {
        table_holds(folder, table, &labels);
    }
    tables.len()
}

/// What `columns.csv` says of each column of each table: its type and its label.
fn labels(folder: &Path) -> BTreeMap<(String, String), (String, String)> {
    let mut reader = csv::Reader::from_path(folder.join("columns.csv")).unwrap();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let at = |place: usize| row[place].to_owned();
        ((at(0), at(1)), (at(3), at(5)))
    });
    rows.collect()
}

fn table_holds(
    folder: &Path,
    table: &Value,
    labels: &BTreeMap<(String, String), (String, String)>,
) {
    let file = table["url"].as_str().unwrap();
    let name = file.trim_end_matches(".csv").trim_end_matches("_latest");
    let columns = table["tableSchema"]["columns"].as_array().unwrap();
    let mut reader = csv::Reader::from_path(folder.join(file)).unwrap();
    let header: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let titles: Vec<&str> = columns
        .iter()
        .map(|column| column["titles"].as_str().unwrap())
        .collect();
    assert_eq!(titles, header, "{file}");
    let key = table["tableSchema"]["primaryKey"].as_array();
    let key: Option<Vec<usize>> = key.map(|key| {
        key.iter()
            .map(|own| titles.iter().position(|title| own == title).unwrap())
            .collect()
    });
    let nulls: Vec<BTreeSet<&str>> = columns
        .iter()
        .map(|column| match column["null"].as_array() {
            Some(all) => all.iter().map(|own| own.as_str().unwrap()).collect(),
            None => BTreeSet::from([""]),
        })
        .collect();
    let mut keys = BTreeSet::new();
    for row in reader.records() {
        let row = row.unwrap();
        for ((value, column), nulls) in row.iter().zip(columns).zip(&nulls) {
            if nulls.contains(value) {
                assert_ne!(column["required"], true, "{file}: {column}");
                continue;
            }
            let is_right = match column["datatype"].as_str().unwrap() {
                "integer" => value.parse::<i64>().is_ok(),
                "decimal" => value.parse::<f64>().is_ok_and(f64::is_finite) && !value.contains('e'),
                _ => true,
            };
            assert!(is_right, "{file}: {value:?} in {column}");
        }
        if let Some(key) = &key {
            let own: Vec<&str> = key.iter().map(|at| &row[*at]).collect();
            let own = own.join("\u{1}");
            assert!(keys.insert(own.clone()), "{file}: twice {own:?}");
        }
    }
    for column in columns.iter().filter(|_| key.is_some()) {
        let own = (name.to_owned(), column["name"].as_str().unwrap().to_owned());
        let (kind, label) = &labels[&own];
        assert_eq!(column["dc:description"], **label, "{own:?}");
        let datatype = match kind.as_str() {
            "text" => "string",
            "number" => "decimal",
            kind => kind,
        };
        assert_eq!(column["datatype"], datatype, "{own:?}");
    }
}

#[test]
fn every_table_of_a_run_is_described_as_it_is() {
    let folder = Folder::new("csvw");
    let out = folder.join("out");
    let asked = [
        "run",
        "--authority",
        "Hackney",
        "--out",
        out.to_str().unwrap(),
    ];
    disparity(&asked).ok();
    let tables = holds(&out);
    assert!(tables > 15, "{tables}");
    let needs = folder.join("needs");
    disparity(&[
        "needs",
        "Hackney",
        "--out",
        needs.to_str().unwrap(),
        "--format",
        "html",
    ])
    .ok();
    let tables = holds(&needs);
    assert!(tables > 9, "{tables}");
}

/// A folder of invented children of which nothing is withheld says both to programs, too.
#[test]
fn a_description_says_what_figures_are_of() {
    let folder = Folder::new("csvw-synthetic");
    let store = store_of(&folder, "--authorities 1 --years 2");
    let out = folder.join("out");
    disparity(&[
        "run",
        "--returns",
        &store,
        "--models",
        "none",
        "--unprotected",
        "a test",
        "--out",
        out.to_str().unwrap(),
    ])
    .ok();
    holds(&folder.join("out"));
    let text = std::fs::read_to_string(folder.join("out/csv-metadata.json")).unwrap();
    let metadata: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        metadata["dc:description"],
        "these children are invented; nothing is withheld: a test"
    );
}
