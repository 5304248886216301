//! `disparity run --workbook`: what of a run is in the workbook, and that it says what it must.

use std::process::Command;

use crate::attacker::store_of;
use crate::support::{Folder, disparity, root, say};

const ASKED: [&str; 8] = [
    "run",
    "--authority",
    "Hackney",
    "--indicator",
    "cla_at_31_march",
    "--models",
    "none",
    "--workbook",
];

/// The texts and numbers of a part of a workbook, one after the other.
fn part(book: &std::path::Path, name: &str) -> String {
    use std::io::Read as _;
    let file = std::fs::File::open(book).unwrap();
    let mut text = String::new();
    zip::ZipArchive::new(file)
        .unwrap()
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn a_workbook_has_what_was_asked_and_can_be_used_without_sight() {
    let folder = Folder::new("workbook");
    let out = folder.join("out");
    let said = disparity(&[&ASKED[..], &["--out", out.to_str().unwrap()]].concat()).ok();
    assert!(said.contains("workbook.xlsx, .ods"), "{said}");
    let books = ["workbook.xlsx", "workbook.ods"].map(|name| out.join(name));
    let ods = part(&books[1], "content.xml");
    for words in [
        "Children looked after at 31 March",
        "Rates and proportions with intervals, latest year of each indicator",
        "Comparisons between areas, years and groups, latest year of each indicator",
        "every year and group of this run",
        "Hackney",
        "Lower end of the interval, 95%",
    ] {
        assert!(ods.contains(words), "{words}");
    }
    assert!(
        !ods.contains("99.8%, ") && !ods.contains("E92000001"),
        "columns that nobody needs"
    );
    // Rows of earlier years are in the files alone.
    let latest = std::fs::read_to_string(out.join("estimates.csv")).unwrap();
    assert!(latest.lines().any(|line| line.starts_with("2018,")));
    let rates = ods.split("table:name=\"Table ").nth(1).unwrap();
    assert!(rates.starts_with("1\"") && rates.contains("office:value=\"2025\""));
    assert!(!rates.contains("office:value=\"2018\""));
    // Numbers are numbers: 352 children looked after in Hackney in 2025.
    assert!(latest.contains(",352,"));
    assert!(ods.contains("office:value=\"352\""));
    let manifest = std::fs::read_to_string(out.join("manifest.json")).unwrap();
    assert!(manifest.contains("\"workbook.xlsx\"") && manifest.contains("\"workbook.ods\""));
    let check = Command::new("python3")
        .arg(root().join("crates/documents/tests/check.py"))
        .args(&books)
        .output();
    match check {
        Ok(check) => assert!(
            check.status.success(),
            "{}{}",
            String::from_utf8_lossy(&check.stdout),
            String::from_utf8_lossy(&check.stderr)
        ),
        Err(_) => say("NOT RUN: the accessibility check of the workbook: python3 is not there"),
    }
    // The same again, to the byte.
    let first = books.clone().map(|book| std::fs::read(book).unwrap());
    disparity(&[&ASKED[..], &["--out", out.to_str().unwrap()]].concat()).ok();
    assert!(first == books.map(|book| std::fs::read(book).unwrap()));
}

/// Years that were asked for are all there.
#[test]
fn years_that_were_asked_for_are_in_the_workbook() {
    let folder = Folder::new("workbook-years");
    let out = folder.join("out");
    let more = ["--period", "2023-2025", "--out", out.to_str().unwrap()];
    disparity(&[&ASKED[..], &more].concat()).ok();
    let ods = part(&out.join("workbook.ods"), "content.xml");
    for year in [2023, 2024, 2025] {
        assert!(ods.contains(&format!("office:value=\"{year}\"")), "{year}");
    }
    assert!(!ods.contains("latest year of each indicator"));
}

/// Every sheet of invented children says so, and of what nothing is withheld.
#[test]
fn a_workbook_of_invented_children_says_so_on_every_sheet() {
    let folder = Folder::new("workbook-synthetic");
    let store = store_of(&folder, "--authorities 1 --years 2");
    let out = folder.join("out");
    disparity(&[
        "run",
        "--returns",
        &store,
        "--workbook",
        "--models",
        "none",
        "--unprotected",
        "a test",
        "--out",
        out.to_str().unwrap(),
    ])
    .ok();
    let ods = part(&folder.join("out/workbook.ods"), "content.xml");
    assert!(ods.contains("Before you share this: Synthetic · Unprotected: a test"));
    let sheets = ods.split("<table:table ").skip(1);
    let tables = sheets.filter(|sheet| sheet.starts_with("table:name=\"Table "));
    let mut seen = 0;
    for sheet in tables {
        let head: String = sheet.chars().take(2_000).collect();
        assert!(head.contains("Synthetic · Unprotected: a test"), "{head}");
        seen += 1;
    }
    assert!(seen >= 2, "{seen} tables");
}
