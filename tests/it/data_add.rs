//! The figures of a newer release over those of the tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::support::{Folder, Said, disparity, published_files, root};

/// Columns of the Department's table of children in need, and of the built-in one.
const COLUMNS: [(&str, &str); 8] = [
    ("Anypoint_child", "cin_any_point"),
    ("Anypoint_episodes", "cin_any_point_episodes"),
    ("Started_child", "cin_started"),
    ("Started_episodes", "cin_started_episodes"),
    ("Ended_child", "cin_ended"),
    ("Ended_episodes", "cin_ended_episodes"),
    ("At31_episodes", "cin_at_31_march"),
    ("awaiting_assessment", "cin_awaiting_assessment"),
];

/// The column of those at 31 March.
const AT_31_MARCH: usize = 6;

type Row = (String, String, Vec<String>);

/// The rows of a built-in table from 2013: year, area, and some of its columns.
fn rows(table: &Path, year: &str, columns: &[&str]) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(table).unwrap();
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|own| own == name).unwrap();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let text = |name: &str| row[at(name)].to_owned();
        let values = columns.iter().map(|name| text(name)).collect();
        (text(year), text("area_code"), values)
    });
    rows.filter(|(year, ..)| year.as_str() >= "2013").collect()
}

fn children_in_need() -> Vec<Row> {
    let columns = COLUMNS.map(|(_, own)| own);
    let table = root().join("data/england/children_in_need.csv");
    rows(&table, "time_period", &columns)
}

/// The last year again as the next, each count `more` than it was.
fn next_year(rows: &[Row], more: u32) -> Vec<Row> {
    let last = rows.iter().map(|(year, ..)| year.clone()).max().unwrap();
    let next = (last.parse::<u16>().unwrap() + 1).to_string();
    let own = rows.iter().filter(|(year, ..)| *year == last);
    let grown = |value: &String| {
        value
            .parse::<u32>()
            .map_or(value.clone(), |count| (count + more).to_string())
    };
    own.map(|(_, area, values)| {
        (
            next.clone(),
            area.clone(),
            values.iter().map(grown).collect(),
        )
    })
    .collect()
}

/// A file laid out as the Department publishes it.
fn publish(folder: &Folder, name: &str, columns: &[&str], rows: &[Row]) -> PathBuf {
    let mut csv = format!(
        "time_period,geographic_level,region_code,new_la_code,{}\n",
        columns.join(",")
    );
    for (year, area, values) in rows {
        let (level, region, authority) = match &area[..3] {
            "E92" => ("National", "", ""),
            "E12" | "E13" => ("Regional", area.as_str(), ""),
            _ => ("Local authority", "", area.as_str()),
        };
        writeln!(
            csv,
            "{year},{level},{region},{authority},{}",
            values.join(",")
        )
        .unwrap();
    }
    let path = folder.join(name);
    std::fs::write(&path, csv).unwrap();
    path
}

fn b1(folder: &Folder, rows: &[Row]) -> PathBuf {
    publish(
        folder,
        "b1.csv",
        &COLUMNS.map(|(published, _)| published),
        rows,
    )
}

fn add(files: &[&Path], to: &Path) -> Said {
    let mut args = vec!["data", "add"];
    args.extend(files.iter().map(|file| file.to_str().unwrap()));
    args.extend(["--to", to.to_str().unwrap()]);
    disparity(&args)
}

/// What a run that must have been refused said.
#[track_caller]
fn refusal(said: Said) -> String {
    let Said {
        code,
        stdout,
        stderr,
    } = said;
    assert_ne!(code, 0, "{stdout}");
    stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn table(
    folder: &Path,
    name: &str,
    year: &str,
    column: &str,
) -> BTreeMap<(String, String), String> {
    let rows = rows(&folder.join("england").join(name), year, &[column]);
    rows.into_iter()
        .map(|(year, area, mut own)| ((year, area), own.remove(0)))
        .collect()
}

#[test]
fn a_new_year_stands_beside_the_years_before() {
    let folder = Folder::new("data-add");
    let mut all = children_in_need();
    let kent = |row: &&mut Row| row.0 == "2024" && row.1 == "E10000016";
    let old = {
        let value = &mut all.iter_mut().find(kent).unwrap().2[AT_31_MARCH];
        let old = value.clone();
        *value = (old.parse::<u32>().unwrap() + 11).to_string();
        old
    };
    let new = next_year(&all, 0);
    let withheld = ("2026".to_owned(), "E06000001".to_owned());
    all.extend(new);
    let hartlepool = |row: &&mut Row| (&row.0, &row.1) == (&withheld.0, &withheld.1);
    all.iter_mut().find(hartlepool).unwrap().2[AT_31_MARCH] = "c".into();
    let to = folder.join("tables");
    let said = add(&[&b1(&folder, &all)], &to).ok();
    assert!(said.contains("those of dfe-cin-2025-b1"), "{said}");
    assert!(said.contains("No rates of 2026 yet"), "{said}");
    let before = table(
        &root().join("data"),
        "children_in_need.csv",
        "time_period",
        "cin_at_31_march",
    );
    let after = table(
        &to,
        "children_in_need.csv",
        "time_period",
        "cin_at_31_march",
    );
    for (key, value) in &before {
        let expected = if key.0 == "2024" && key.1 == "E10000016" {
            (old.parse::<u32>().unwrap() + 11).to_string()
        } else {
            value.clone()
        };
        assert_eq!(after[key], expected, "{key:?}");
    }
    assert_eq!(after[&withheld], "c");
    assert_eq!(after.keys().filter(|key| key.0 == "2026").count(), 165);
    let revised = std::fs::read_to_string(to.join("england/revisions.csv")).unwrap();
    let line = format!("dfe-cin-2025-b1,2024,E10000016,cin_at_31_march,{old}");
    assert_eq!(revised.lines().last(), Some(line.as_str()));
    // The population that a release comes with is added to the same folder; then there are rates.
    let population = root().join("data/england/population.csv");
    let mut children = rows(&population, "mid_year", &["children_0_17"]);
    children.extend(next_year(&children, 0));
    let file = publish(
        &folder,
        "population.csv",
        &["population_estimate"],
        &children,
    );
    add(&[&file], &to).ok();
    let data = to.to_str().unwrap();
    let verified = disparity(&["data", "verify", "--data", data]).stdout;
    assert!(!verified.contains("changed:"), "{verified}");
    let shown = disparity(&["authority", "Kent", "--data", data, "--models", "none"]).ok();
    let line = shown
        .lines()
        .find(|line| line.starts_with(" In need "))
        .unwrap();
    assert!(line.contains("2026"), "{line}");
}

#[test]
fn what_is_not_news_is_not_written() {
    let folder = Folder::new("data-add-same");
    let to = folder.join("tables");
    let all = children_in_need();
    let said = add(&[&b1(&folder, &all)], &to).ok();
    assert!(said.contains("Nothing is new"), "{said}");
    assert!(!to.exists());
}

#[test]
fn what_it_cannot_be_sure_of_is_refused() {
    let folder = Folder::new("data-add-refused");
    let to = folder.join("tables");
    let columns = COLUMNS.map(|(published, _)| published);
    let all = children_in_need();
    // Other figures in the same columns: children who are something else.
    let others: Vec<Row> = all
        .iter()
        .map(|(year, area, values)| {
            (
                year.clone(),
                area.clone(),
                values.iter().map(|_| "7".to_owned()).collect(),
            )
        })
        .collect();
    let refused = refusal(add(
        &[&publish(&folder, "others.csv", &columns, &others)],
        &to,
    ));
    assert!(
        refused.contains("another table with such columns"),
        "{refused}"
    );
    assert!(refused.contains("--like dfe-cin-2025-b1"), "{refused}");
    // Only a new year: nothing tells what it is, until it is said.
    let new = next_year(&all, 3);
    let file = publish(&folder, "new.csv", &columns, &new);
    let refused = refusal(add(&[&file], &to));
    assert!(refused.contains("no figure by which to tell"), "{refused}");
    // An older release does not undo a newer one.
    let older: Vec<Row> = all
        .iter()
        .filter(|row| row.0.as_str() <= "2022")
        .cloned()
        .collect();
    let refused = refusal(add(
        &[&publish(&folder, "older.csv", &columns, &older)],
        &to,
    ));
    assert!(refused.contains("older release"), "{refused}");
    // No publication at all, and a column that is missing.
    let refused = refusal(add(&[&publish(&folder, "none.csv", &["stars"], &[])], &to));
    assert!(refused.contains("none.csv"), "{refused}");
    let bad = folder.join("bad.csv");
    std::fs::write(&bad, "year,area\n2026,E92000001\n").unwrap();
    let refused = refusal(add(&[&bad], &to));
    assert!(refused.contains("`time_period` is missing"), "{refused}");
    assert!(!to.exists());
    let file = file.to_str().unwrap();
    let to_text = to.to_str().unwrap();
    let wrong = refusal(disparity(&[
        "data",
        "add",
        file,
        "--to",
        to_text,
        "--like",
        "dfe-cin-2025-b2",
    ]));
    assert!(wrong.contains("dfe-cin-2025-b1"), "{wrong}");
    let said = disparity(&[
        "data",
        "add",
        file,
        "--to",
        to_text,
        "--like",
        "dfe-cin-2025-b1",
    ])
    .ok();
    assert!(said.contains("2026"), "{said}");
    // Other people's files are not mixed with tables.
    let occupied = folder.join("occupied");
    std::fs::create_dir_all(&occupied).unwrap();
    std::fs::write(occupied.join("letter.txt"), "Dear").unwrap();
    let occupied = occupied.to_str().unwrap();
    let refused = refusal(disparity(&[
        "data",
        "add",
        file,
        "--to",
        occupied,
        "--like",
        "dfe-cin-2025-b1",
    ]));
    assert!(refused.contains("other files than tables"), "{refused}");
}

/// The published files that the tables were compiled from bring nothing new, and those that only look like them are
/// refused.
#[test]
fn published_files_are_what_they_are() {
    let Some(published) =
        published_files("adding published files to the tables that were compiled from them")
    else {
        return;
    };
    let folder = Folder::new("data-add-published");
    let to = folder.join("tables");
    for file in [
        "cin/ees2025/b1_children_in_need_2013_to_2025.csv",
        "cin/ees2025/c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv",
        "population/ons_mid-year_population_estimates_2012_to_2024.csv",
    ] {
        let said = add(&[&published.join(file)], &to).ok();
        assert!(said.contains("Nothing is new"), "{file}: {said}");
    }
    // The release before the one that is held, and a file in the columns of another that no indicator comes from.
    let older = published.join("cla/ees2024/la_children_who_ceased_during_the_year.csv");
    let refused = refusal(add(&[&older], &to));
    assert!(refused.contains("it is an older release"), "{refused}");
    let other = published.join("cla/ees2024_other/la_cla_on_31_march_la_of_placement_netgain.csv");
    let refused = refusal(add(&[&other], &to));
    assert!(refused.contains("those of no publication"), "{refused}");
    assert!(!to.exists());
}

#[test]
fn a_folder_that_is_remembered_is_used_and_said_until_it_is_forgotten() {
    let folder = Folder::new("data-remembered");
    let mut all = children_in_need();
    all.extend(next_year(&all, 7));
    let (file, to, settings) = (
        b1(&folder, &all),
        folder.join("tables"),
        folder.join("settings"),
    );
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_disparity"))
            .args(arguments)
            .env("XDG_CONFIG_HOME", &settings)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    };
    let (file, tables) = (file.to_str().unwrap(), to.to_str().unwrap());
    let said = run(&["data", "add", file, "--to", tables, "--remember"]).ok();
    assert!(said.contains("and remembered"), "{said}");
    let asked = [
        "authority",
        "Kent",
        "--models",
        "none",
        "--period",
        "2026",
        "--indicator",
        "cin_at_31_march",
    ];
    let with = run(&asked);
    assert!(with.stderr.contains("as remembered"), "{}", with.stderr);
    let chosen = [&asked[..], &["--data", "built-in"]].concat();
    let built_in = run(&chosen);
    assert!(
        built_in.stderr.contains("no figures are held for 2026"),
        "{}",
        built_in.stderr
    );
    assert!(
        !with.stderr.contains("no figures are held for 2026"),
        "{}",
        with.stderr
    );
    std::fs::remove_dir_all(&to).unwrap();
    let gone = run(&asked);
    assert_eq!(gone.code, 2);
    assert!(
        gone.stderr.contains("is not there") && gone.stderr.contains("disparity data forget"),
        "{}",
        gone.stderr
    );
    assert!(run(&["data", "forget"]).ok().contains("Forgotten"));
    assert!(
        run(&["data", "forget"])
            .ok()
            .contains("Nothing was remembered")
    );
    assert!(run(&asked).stderr.contains("no figures are held for 2026"));
}
