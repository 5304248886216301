//! `disparity needs` as a user runs it: what is in the folder, whether it adds up, and what it refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::{Folder, Said, disparity, root, with_threads};

/// One table of an assessment: its rows by column.
fn table(folder: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join(format!("{name}.csv"))).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> Option<f64> {
    row[column].parse().ok()
}

/// Assesses with few draws, as the tests are about what is written.
fn assess(folder: &Folder, name: &str, more: &[&str]) -> Said {
    let out = folder.join("needs");
    let out = out.to_str().unwrap();
    let mut arguments = vec!["needs", name, "--assume", "draws=100", "--out", out];
    arguments.extend(more);
    disparity(&arguments)
}

/// A city, a London borough, a county with districts, and a unitary made in 2023.
#[test]
fn neighbourhoods_wards_and_teams_add_up_to_the_authority() {
    for (name, code) in [
        ("Stoke-on-Trent", "E06000021"),
        ("Hackney", "E09000012"),
        ("Kent", "E10000016"),
        ("Cumberland", "E06000063"),
    ] {
        let folder = Folder::new(&format!("needs-{code}"));
        assess(&folder, name, &[]).ok();
        let out = folder.join("needs");
        let expected = table(&out, "needs_expected");
        let mut totals: BTreeMap<(String, String), f64> = BTreeMap::new();
        let mut sums: BTreeMap<(String, String, String), f64> = BTreeMap::new();
        for row in &expected {
            assert_eq!(row["new_la_code"], code);
            // Child in need plans were last counted in 2022, protection plans in 2025.
            let years = match row["need"].as_str() {
                "family_help_plans" => "2022, 2025",
                _ => "2025",
            };
            assert_eq!(row["count_years"], years, "{row:?}");
            let Some(value) = number(row, "expected") else {
                assert!(!row["symbol"].is_empty(), "{row:?}");
                continue;
            };
            assert!(number(row, "conf_low").unwrap() <= value, "{row:?}");
            assert!(value <= number(row, "conf_high").unwrap(), "{row:?}");
            let (need, way) = (row["need"].clone(), row["way"].clone());
            match row["part_level"].as_str() {
                "authority" => drop(totals.insert((need, way), value)),
                level => *sums.entry((need, way, level.to_owned())).or_default() += value,
            }
        }
        // At England's rates every need is expected everywhere.
        let at_england = totals.keys().filter(|(_, way)| way == "england_rates");
        assert_eq!(at_england.count(), 6, "{name}");
        assert_eq!(sums.len(), 4 * totals.len(), "{name}");
        for ((need, way, level), sum) in sums {
            let total = totals[&(need.clone(), way.clone())];
            assert!(
                (sum / total - 1.0).abs() < 1e-9,
                "{name}: {need} {way} {level}: {sum} of {total}"
            );
        }
        let of_all = |row: &&BTreeMap<String, String>| {
            let groups = ["age_band", "ethnicity_major", "deprivation_decile"];
            groups.iter().all(|column| row[*column] == "Total")
        };
        let mut children: BTreeMap<String, f64> = BTreeMap::new();
        for row in table(&out, "needs_children").iter().filter(of_all) {
            *children.entry(row["part_level"].clone()).or_default() +=
                number(row, "children").unwrap();
        }
        assert_eq!(children.len(), 5, "{name}");
        for (level, sum) in &children {
            assert!(
                (sum / children["authority"] - 1.0).abs() < 1e-9,
                "{name} {level}"
            );
        }
    }
}

/// What the README quotes is what is said.
#[test]
fn findings_in_the_readme_are_what_is_printed() {
    let folder = Folder::new("needs-quoted");
    let out = folder.join("needs");
    let printed = disparity(&["needs", "Stoke-on-Trent", "--out", out.to_str().unwrap()]).ok();
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let printed = plain(&printed);
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut quoted: Vec<String> = vec![String::new()];
    for line in readme.lines() {
        match (line.strip_prefix("> "), quoted.last_mut()) {
            (Some(line), Some(last)) => last.extend([" ", line]),
            _ => quoted.push(String::new()),
        }
    }
    let quoted: Vec<String> = quoted
        .iter()
        .map(|text| plain(text))
        .filter(|text| !text.is_empty())
        .collect();
    assert!(quoted.len() >= 2);
    for text in quoted {
        assert!(printed.contains(&text), "{text}\n{printed}");
    }
    for ending in ["html", "docx", "xlsx", "ods"] {
        assert!(out.join(format!("needs.{ending}")).is_file(), "{ending}");
    }
}

/// The list of neighbourhoods is itself a file of footprints, and gives the same teams.
#[test]
fn teams_that_were_written_can_be_given_back() {
    let (first, second) = (Folder::new("needs-out"), Folder::new("needs-back"));
    assess(&first, "Stoke-on-Trent", &[]).ok();
    let file = first.join("needs/needs_neighbourhoods.csv");
    assess(
        &second,
        "Stoke-on-Trent",
        &["--footprints", file.to_str().unwrap()],
    )
    .ok();
    let of_teams = |folder: &Folder| -> BTreeMap<(String, String, String), String> {
        let rows = table(&folder.join("needs"), "needs_expected").into_iter();
        rows.filter(|row| row["part_level"] == "team")
            .map(|row| {
                let key = (
                    row["need"].clone(),
                    row["way"].clone(),
                    row["part_name"].clone(),
                );
                (key, row["expected"].clone())
            })
            .collect()
    };
    let found = of_teams(&first);
    assert!(found.len() > 30);
    assert_eq!(found, of_teams(&second));
}

#[test]
fn the_same_bytes_on_one_core_and_on_two() {
    let files = |threads: &str| {
        let folder = Folder::new(&format!("needs-threads-{threads}"));
        let out = folder.join("needs");
        let out = out.to_str().unwrap();
        let arguments = ["needs", "Rutland", "--assume", "draws=100", "--out", out];
        with_threads(&arguments, Some(threads)).ok();
        let entries = std::fs::read_dir(out)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let read = |path: std::path::PathBuf| {
            let name = path.file_name().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        };
        entries.map(read).collect::<BTreeMap<_, _>>()
    };
    let one = files("1");
    assert!(one.len() > 15, "{}", one.len());
    assert_eq!(one, files("2"));
}

#[test]
fn several_authorities_come_into_folders_of_their_own() {
    let folder = Folder::new("needs-several");
    let out = folder.join("needs");
    let arguments = [
        "needs",
        "Rutland",
        "City of London",
        "--assume",
        "draws=100",
        "--out",
    ];
    let arguments: Vec<&str> = arguments
        .into_iter()
        .chain([out.to_str().unwrap()])
        .collect();
    disparity(&arguments).ok();
    for name in ["rutland", "city-of-london"] {
        assert!(out.join(name).join("manifest.json").is_file(), "{name}");
        assert!(!table(&out.join(name), "needs_expected").is_empty());
    }
    // The same folder is replaced, by one assessment too.
    assess(&folder, "Rutland", &[]).ok();
    assert!(out.join("needs_expected.csv").is_file() && !out.join("rutland").exists());
}

/// A refusal says what is wrong and what to do, and leaves nothing.
#[test]
fn what_cannot_be_meant_is_refused_with_file_line_value_and_remedy() {
    let folder = Folder::new("needs-refused");
    let refused = |name: &str, more: &[&str], words: &[&str]| {
        let said = assess(&folder, name, more);
        assert_eq!(said.code, 2, "{name} {more:?}: {}", said.stderr);
        for word in words {
            assert!(
                said.stderr.contains(word),
                "{name} {more:?}: {}",
                said.stderr
            );
        }
        assert!(!folder.join("needs").exists(), "{name} {more:?}");
    };
    refused("Stoke on Trint", &[], &["Stoke on Trint", "hint: "]);
    refused("West Midlands", &[], &["not a local authority"]);
    refused("Cumbria", &[], &["no authority of today", "hint: "]);
    let assume = |text: &'static str| ["--assume", text];
    refused(
        "Rutland",
        &assume("early_help_share=1.5"),
        &["early_help_share", "1.5", "from 0 to 1"],
    );
    refused(
        "Rutland",
        &assume("early_help=0.1"),
        &["early_help", "early_help_share"],
    );
    refused(
        "Rutland",
        &assume("seed=0.5"),
        &["seed", "0.5", "whole number"],
    );
    refused(
        "Rutland",
        &assume("spread"),
        &["spread", "early_help_share=0.02"],
    );
    refused(
        "Rutland",
        &assume("looked_after_cost=-1"),
        &["looked_after_cost", "-1", "from 0"],
    );
    refused(
        "Rutland",
        &assume("inflation=1.2"),
        &["inflation", "price_year"],
    );
    refused("Rutland", &["--period", "1066"], &["1066"]);
    refused(
        "Rutland",
        &["--team-size", "50000-30000"],
        &["50000-30000", "30000-50000"],
    );
    let own = table_of_neighbourhoods(&folder, "Rutland");
    let footprints = |name: &str, rows: &[(&str, &str)]| {
        let path = folder.join(name);
        let lines = rows.iter().map(|(code, team)| format!("{code},{team}\n"));
        let text: String = std::iter::once("lsoa21_code,team\n".to_owned())
            .chain(lines)
            .collect();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let all: Vec<(&str, &str)> = own.iter().map(|code| (code.as_str(), "One")).collect();
    let twice: Vec<_> = all.iter().copied().chain([all[0]]).collect();
    let file = footprints("twice.csv", &twice);
    refused(
        "Rutland",
        &["--footprints", &file],
        &["twice.csv", all[0].0, "line"],
    );
    let file = footprints("missing.csv", &all[1..]);
    refused(
        "Rutland",
        &["--footprints", &file],
        &["missing.csv", all[0].0],
    );
    let other: Vec<_> = all.iter().copied().chain([("E01000001", "One")]).collect();
    let file = footprints("other.csv", &other);
    refused(
        "Rutland",
        &["--footprints", &file],
        &["other.csv", "E01000001", "City of London"],
    );
    let older: Vec<_> = all.iter().copied().chain([("E01000010", "One")]).collect();
    let file = footprints("older.csv", &older);
    refused(
        "Rutland",
        &["--footprints", &file],
        &["older.csv", "E01000010", "2011"],
    );
    let file = folder.join("none.csv");
    refused(
        "Rutland",
        &["--footprints", file.to_str().unwrap()],
        &["none.csv"],
    );
}

/// Invented boundaries: squares in rows, every other one wound the other way, and the last neighbourhood an island in
/// a lake of the third.
fn squares_of(codes: &BTreeSet<String>) -> serde_json::Value {
    let ring = |x: f64, y: f64, size: f64, backwards: bool| {
        let mut corners = vec![
            [x, y],
            [x + size, y],
            [x + size, y + size],
            [x, y + size],
            [x, y],
        ];
        if backwards {
            corners.reverse();
        }
        corners
    };
    let place = |at: usize| {
        let (row, column) = (at / 5, at % 5);
        (-0.8 + 0.02 * column as f64, 52.6 + 0.02 * row as f64)
    };
    let (lake_x, lake_y) = place(2);
    let lake = (lake_x + 0.004, lake_y + 0.004);
    let features = codes.iter().enumerate().map(|(at, code)| {
        let (x, y) = place(at);
        let backwards = at % 2 == 1;
        let rings = match at {
            2 => vec![ring(x, y, 0.02, true), ring(lake.0, lake.1, 0.012, true)],
            _ if at + 1 == codes.len() => {
                vec![ring(lake.0 + 0.003, lake.1 + 0.003, 0.006, backwards)]
            }
            _ => vec![ring(x, y, 0.02, backwards)],
        };
        serde_json::json!({
            "type": "Feature",
            "properties": { "LSOA21CD": code },
            "geometry": { "type": "Polygon", "coordinates": rings },
        })
    });
    let features: Vec<_> = features.collect();
    serde_json::json!({ "type": "FeatureCollection", "features": features })
}

/// Teams of boundaries that are given are a map in what is read, and outlines for a map of one's own.
#[test]
fn teams_are_a_map_where_boundaries_are_given() {
    let folder = Folder::new("needs-boundaries");
    let codes = table_of_neighbourhoods(&folder, "Rutland");
    let page = std::fs::read_to_string(folder.join("list/needs.html")).unwrap();
    assert!(page.contains("Which neighbourhoods are in which team") && page.contains("A grid of"));
    let boundaries = folder.join("squares.geojson");
    std::fs::write(&boundaries, squares_of(&codes).to_string()).unwrap();
    let teams = folder.join("teams.csv");
    let lines = codes.iter().enumerate().map(|(at, code)| {
        let team = if at < 10 { "Upper" } else { "Lower" };
        format!("{code},{team}\n")
    });
    let lines: String = lines.collect();
    std::fs::write(&teams, format!("lsoa21_code,team\n{lines}")).unwrap();
    let more = [
        "--boundaries",
        boundaries.to_str().unwrap(),
        "--footprints",
        teams.to_str().unwrap(),
    ];
    assess(&folder, "Rutland", &more).ok();
    let out = folder.join("needs");
    let text = std::fs::read_to_string(out.join("footprints.geojson")).unwrap();
    let outlines: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rings = |name: &str| -> Vec<usize> {
        let features = outlines["features"].as_array().unwrap();
        let mut own = features.iter();
        let own = own.find(|own| own["properties"]["name"] == name).unwrap();
        let polygons = own["geometry"]["coordinates"].as_array().unwrap().iter();
        polygons.map(|own| own.as_array().unwrap().len()).collect()
    };
    // Ten squares are one polygon with the lake cut out; the others are one, and the island.
    assert_eq!(rings("Upper"), [2]);
    assert_eq!(rings("Lower"), [1, 1]);
    let page = std::fs::read_to_string(out.join("needs.html")).unwrap();
    assert!(page.contains("Where the teams are, Rutland"));
    assert!(!page.contains("Which neighbourhoods are in which team"));
    assert!(page.contains("Upper, in the ") && page.contains("Lower, in the "));
    // Land, the lake in it, more land, and the island: four rings with a line around each.
    let (_, map) = page.split_once("A map of the areas of").unwrap();
    let (map, _) = map.split_once("</svg>").unwrap();
    assert_eq!(map.matches("stroke=\"#1a1a1a\"").count(), 4);
}

fn table_of_neighbourhoods(folder: &Folder, name: &str) -> BTreeSet<String> {
    let out = folder.join("list");
    let arguments = [
        "needs",
        name,
        "--assume",
        "draws=100",
        "--out",
        out.to_str().unwrap(),
    ];
    disparity(&arguments).ok();
    let rows = table(&out, "needs_neighbourhoods").into_iter();
    rows.map(|row| row["lsoa21_code"].clone()).collect()
}

/// A table of counts is held against what is expected: small counts do not come out, and all do where that is asked.
#[test]
fn counts_that_are_given_come_out_protected() {
    let folder = Folder::new("needs-seen");
    let own = table_of_neighbourhoods(&folder, "Rutland");
    let rows: Vec<(&String, usize)> = own
        .iter()
        .zip((0..).map(|at| at * 7 % 13 + at % 4))
        .collect();
    let lines = rows.iter().map(|(code, count)| format!("{code},{count}\n"));
    let text: String = std::iter::once("lsoa,count\n".to_owned())
        .chain(lines)
        .collect();
    let file = folder.join("seen.csv");
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let by_neighbourhood = |folder: &Folder| -> BTreeMap<String, BTreeMap<String, String>> {
        let rows = table(&folder.join("needs"), "needs_seen").into_iter();
        rows.filter(|row| row["part_level"] == "lsoa" && row["way"] == "benchmarked_to_count")
            .map(|row| (row["part_code"].clone(), row))
            .collect()
    };
    assess(&folder, "Rutland", &["--seen", file]).ok();
    let found = by_neighbourhood(&folder);
    assert_eq!(found.len(), rows.len());
    let mut shown = 0;
    for (code, count) in &rows {
        let row = &found[*code];
        if (1..=5).contains(count) {
            assert_eq!((&*row["seen"], &*row["ratio"]), ("c", "c"), "{row:?}");
        } else if row["seen"] != "c" {
            assert_eq!(row["seen"], count.to_string());
            shown += 1;
        }
        assert!(number(row, "expected").is_some(), "{row:?}");
    }
    assert!(shown > 5, "{shown}");
    let manifest =
        |folder: &Folder| std::fs::read_to_string(folder.join("needs/manifest.json")).unwrap();
    assert!(manifest(&folder).contains("\"disclosure_policy\": \"controlled\""));
    // What must be said of these counts, and what was assumed of them and of costs, is said everywhere.
    let out = folder.join("needs");
    let words = "counts are withheld, and so is everything that depends on them";
    assert!(
        table(&out, "issues")
            .iter()
            .any(|row| row["message"].contains(words))
    );
    let page = std::fs::read_to_string(out.join("needs.html")).unwrap();
    let assumed = table(&out, "needs_assumptions");
    for name in [
        "early_help_share",
        "looked_after_cost",
        "under_served_below",
    ] {
        assert!(
            assumed.iter().any(|row| row["assumption"] == name),
            "{name}"
        );
        assert!(page.contains(name), "{name}");
    }
    assert!(page.contains(words));
    assess(
        &folder,
        "Rutland",
        &["--seen", file, "--unprotected", "our own analysts"],
    )
    .ok();
    let found = by_neighbourhood(&folder);
    for (code, count) in &rows {
        assert_eq!(found[*code]["seen"], count.to_string());
        assert_eq!(found[*code]["unprotected"], "our own analysts");
    }
    let page = std::fs::read_to_string(folder.join("needs/needs.html")).unwrap();
    assert!(manifest(&folder).contains("our own analysts") && page.contains("our own analysts"));
    // A neighbourhood that is missing is unknown, not nobody; a need that is none; a negative count.
    let text = std::fs::read_to_string(file).unwrap();
    let last = rows.last().unwrap().0;
    let spoiled = folder.join("spoiled.csv");
    for (text, words) in [
        (
            text.lines().take(rows.len()).collect::<Vec<_>>().join("\n") + "\n",
            vec!["spoiled.csv", last.as_str()],
        ),
        (
            text.replacen(",0\n", ",-3\n", 1),
            vec!["spoiled.csv:2", "-3"],
        ),
    ] {
        std::fs::write(&spoiled, text).unwrap();
        let other = Folder::new("needs-spoiled");
        let said = assess(&other, "Rutland", &["--seen", spoiled.to_str().unwrap()]);
        assert_eq!(said.code, 2, "{}", said.stdout);
        for word in words {
            assert!(said.stderr.contains(word), "{word}: {}", said.stderr);
        }
        assert!(!other.join("needs").exists());
    }
}
