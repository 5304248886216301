//! A store asked as a user asks it: how well records match, and questions that reach too far back.

use std::collections::BTreeMap;

use crate::support::{Folder, disparity};

/// A small store of so many years; of some records the identifiers lead nowhere.
fn store(folder: &Folder, years: &str) -> String {
    let (world, store) = (folder.join("world"), folder.join("store"));
    let (world, store) = (world.to_str().unwrap(), store.to_str().unwrap().to_owned());
    let size = ["--authorities", "2", "--children", "400", "--care", "0.2"];
    let made: [&[&str]; 3] = [
        &["simulate", "--years", years, "--seed", "5", "--out", world],
        &["--linkage-loss", "0.3", "--mess", "all"],
        &size,
    ];
    disparity(&made.concat()).ok();
    let returns = format!("{world}/returns");
    disparity(&["returns", "build", &returns, "--out", &store]).ok();
    store
}

/// By year, authority, way and group: each measure's count, and what it is of.
type Found = BTreeMap<String, BTreeMap<String, (u32, Option<u32>)>>;

#[test]
fn match_rates_are_told_by_outcome_year_group_and_age() {
    let folder = Folder::new("asked-matching");
    let store = store(&folder, "4");
    let text = disparity(&[
        "journeys",
        &store,
        "--table",
        "matching",
        "--table",
        "published",
        "--unprotected",
        "a test",
        "--format",
        "csv",
    ])
    .ok();
    let mut found: Found = BTreeMap::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        let place = [&row[2], &row[4], &row[7], &row[8]].join("|");
        let counts = (row[9].parse().unwrap(), row[10].parse().ok());
        found
            .entry(place)
            .or_default()
            .insert(row[6].to_owned(), counts);
    }
    let (mut lost, mut ways, mut in_care) = (0, BTreeMap::new(), 0);
    for (place, of) in &found {
        if let Some((linked, Some(all))) = of.get("entrants_linked").copied() {
            let outcomes = of.iter().filter(|(measure, _)| {
                measure.starts_with("entrants_") && *measure != "entrants_linked"
            });
            let by_outcome: u32 = outcomes.clone().map(|(_, (n, _))| n).sum();
            assert_eq!(by_outcome, all, "{place}");
            let not = ["conflict", "ambiguous", "unmatched"].map(|word| format!("entrants_{word}"));
            let not: u32 = outcomes
                .filter(|(m, _)| not.contains(m))
                .map(|(_, (n, _))| n)
                .sum();
            assert_eq!(linked + not, all, "{place}");
            lost += not;
            let way = place.split('|').nth(2).unwrap();
            *ways.entry(way.to_owned()).or_insert(0) += all;
        }
        if let (Some((_, Some(all))), Some((stock, _))) =
            (of.get("looked_after_linked"), of.get("cla_at_31_march"))
        {
            assert_eq!(all, stock, "{place}");
            in_care += all;
        }
    }
    assert!(lost > 50 && in_care > 50, "{lost} {in_care}");
    let all = ways["total"];
    let told: Vec<&str> = ways
        .iter()
        .filter(|(_, n)| **n == all)
        .map(|(way, _)| way.as_str())
        .collect();
    assert_eq!(
        told,
        ["age_band", "ethnicity_major", "total", "unaccompanied"]
    );
}

#[test]
fn a_look_back_beyond_the_files_is_refused_with_the_longest_there_is() {
    let folder = Folder::new("asked-window");
    let store = store(&folder, "4");
    let asked = |more: &[&str]| {
        let question = ["prior-help", store.as_str(), "--kind", "cpp"];
        disparity(&[&question, more].concat())
    };
    let refused = asked(&["--look-back", "10"]);
    assert_eq!(refused.code, 2);
    let said = &refused.stderr;
    assert!(
        said.contains(
            "WINDOW_TOO_SHORT: the files look back 3 whole years at most, 10 are asked for"
        ),
        "{said}"
    );
    assert!(said.contains("use --look-back 3"), "{said}");
    assert!(refused.stdout.is_empty());
    // What the message says helps, and so does what else it says.
    assert!(!asked(&["--look-back", "3"]).ok().is_empty());
    assert!(!asked(&["--look-back", "10", "--force"]).ok().is_empty());
    // Beside one that can be answered, the other is answered as far as it goes, and said.
    let both = asked(&["--look-back", "2", "--look-back", "10"]);
    assert!(both.stderr.contains("WINDOW_TOO_SHORT"), "{}", both.stderr);
    assert!(!both.ok().is_empty());
}

#[test]
fn one_extract_of_the_inspection_cannot_look_back() {
    let folder = Folder::new("asked-annex");
    let put = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    put(
        "List 8.csv",
        "Child Unique ID,Gender,Ethnicity,Date of Birth,Age of Child (Years),Unaccompanied Asylum Seeking Child (UASC),Does the Child have a Disability,Date Started to be Looked After,Child's Category of Need,Is this a second or subsequent period of being a Looked After Child within the last 12 months,Start date of current legal status,Child's Legal Status\n\
         C1,a) Female,a) WBRI,01/06/2010,13,b) No,b) No,15/01/2024,N1,b) No,15/01/2024,C2\n",
    );
    put(
        "List 6.csv",
        "Child Unique ID,Gender,Ethnicity,Date of Birth,Age of Child (Years),Does the Child have a Disability,CIN Start Date,Primary Need Code,Date Child Was Last Seen,CIN Closure Date,Reason for Closure,Case Status\n\
         C1,a) Female,a) WBRI,01/06/2010,13,b) No,01/12/2023,N1,,,,a) Looked after child\n",
    );
    let store = folder.join("store");
    let store = store.to_str().unwrap();
    let path = folder.path().to_str().unwrap();
    disparity(&["returns", "build", path, "--out", store, "--la", "383"]).ok();
    let asked = disparity(&["prior-help", store]);
    assert_eq!(asked.code, 2);
    let said = "WINDOW_TOO_SHORT: the files look back 0 whole years at most, 5 are asked for";
    assert!(asked.stderr.contains(said), "{}", asked.stderr);
    assert!(
        asked.stderr.contains("load returns of more years"),
        "{}",
        asked.stderr
    );
}
