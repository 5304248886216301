//! The numbers that scripts draw and that a page's file holds are those of the files of a run.

use std::collections::BTreeMap;

use serde_json::Value;

use super::numbers::TEN;
use super::{files, html, kind, pages, site};
use crate::page::files::{Row, Run, TOTAL};

/// Half a unit of the last of so many significant digits, as a part of the number, at most.
const FOUR_DIGITS: f64 = 5e-4;
const SIX_DIGITS: f64 = 5e-6;

fn same(shown: f64, found: f64, within: f64) -> bool {
    (shown - found).abs() <= within * found.abs() + 1e-12
}

/// What the script of an area holds.
fn script(name: &str) -> Value {
    let text = std::fs::read_to_string(site().join(format!("data/{name}.js"))).unwrap();
    let json = text
        .strip_prefix("window.disparityCompared(")
        .and_then(|rest| rest.trim_end().strip_suffix(");"))
        .unwrap_or_else(|| panic!("{name}: {text}"));
    serde_json::from_str(json).unwrap()
}

/// Holds a figure with its interval against columns of a row.
fn holds(shown: &Value, row: Row<'_>, columns: &[&str], factor: f64, place: &str) -> usize {
    let shown: Vec<f64> = shown
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    assert_eq!(shown.len(), columns.len(), "{place}");
    for (own, column) in shown.iter().zip(columns) {
        let found = row
            .number(column)
            .unwrap_or_else(|| panic!("{place}: {column}"));
        assert!(
            same(*own, found * factor, FOUR_DIGITS),
            "{place}: {column} {own} {found}"
        );
    }
    shown.len()
}

const RATE: [&str; 3] = ["estimate", "conf_low", "conf_high"];
const RATIO: [&str; 3] = ["ratio", "conf_low", "conf_high"];

#[test]
fn what_is_drawn_side_by_side_is_in_the_files() {
    let run = Run::read(&crate::outputs::run());
    let mut held = 0;
    let above = ["england", "region-london", "region-north-west"];
    for name in TEN.into_iter().chain(above) {
        let found = script(name);
        let code = run.place(found["name"].as_str().unwrap());
        for drawn in found["drawn"].as_array().unwrap() {
            let indicator = drawn["indicator"].as_str().unwrap();
            let year = drawn["period"].to_string();
            let place = format!("{name} {indicator}");
            let row = |year: &str, group: &[&str]| {
                Run::area(&run.estimates, (indicator, year, &code), group)
                    .unwrap_or_else(|| panic!("{place} {year} {group:?}"))
            };
            if drawn["rate"].is_array() {
                held += holds(&drawn["rate"], row(&year, &TOTAL), &RATE, 1.0, &place);
            } else {
                assert_eq!(row(&year, &TOTAL).number("conf_low"), None, "{place}");
            }
            let count = row(&year, &TOTAL).number("numerator");
            assert_eq!(drawn["count"].as_f64(), count, "{place}");
            for one in drawn["years"].as_array().unwrap() {
                let year = one[0].to_string();
                held += holds(&one[1], row(&year, &TOTAL), &RATE, 1.0, &place);
            }
            let last = drawn["groups_period"].to_string();
            for group in drawn["groups"].as_array().unwrap() {
                let named = [
                    group[0].as_str().unwrap(),
                    "Total",
                    "Total",
                    "Total",
                    "Total",
                ];
                held += holds(&group[1], row(&last, &named), &RATE, 1.0, &place);
            }
            let mut quoted = 0;
            for one in drawn["expected"].as_array().unwrap() {
                let model = one["model"].as_str().unwrap();
                let row = Run::area(&run.expected, (indicator, &year, &code), &[model]).unwrap();
                held += holds(&one["ratio"], row, &RATIO, 1.0, &place);
                if one["usual"].is_array() {
                    let limits = ["adjusted_limit_low", "adjusted_limit_high"];
                    held += holds(&one["usual"], row, &limits, 1.0, &place);
                }
                let is_quoted = one["quoted"].as_bool().unwrap();
                assert_eq!(is_quoted, row.text("quoted") == "yes", "{place} {model}");
                quoted += usize::from(is_quoted);
            }
            assert!(quoted <= 1, "{place}");
        }
    }
    assert!(held > 1_500, "{held}");
}

#[test]
fn an_authority_stands_beside_its_neighbours_of_both_lists() {
    let found = script("hackney");
    let lists: BTreeMap<u64, usize> = found["neighbours"]
        .as_array()
        .unwrap()
        .iter()
        .map(|list| (list[0].as_u64().unwrap(), list[1].as_array().unwrap().len()))
        .collect();
    assert_eq!(lists, BTreeMap::from([(2021, 10), (2025, 10)]));
    assert_eq!(found["region_slug"], "region-london");
    // Whatever can be chosen has a script, and what must not be missed is in it.
    let choices = html::tags(&pages()["compare.html"])
        .into_iter()
        .find_map(|tag| tag.get("data-choices").map(crate::page::plain))
        .unwrap();
    let choices: Value = serde_json::from_str(&choices).unwrap();
    let above = choices["above"].as_array().unwrap();
    assert!(above.len() >= 10, "{above:?}");
    for area in above {
        let own = script(area[1].as_str().unwrap());
        assert_eq!(own["name"], area[0]);
        // Of regions and England models expect nothing.
        assert!(own["expected"].as_array().unwrap().is_empty(), "{area}");
    }
    assert!(!found["issues"].as_array().unwrap().is_empty());
    let facts = found["facts"].to_string();
    assert!(
        facts.contains("Ofsted overall effectiveness") && facts.contains("inspected 20"),
        "{facts}"
    );
}

#[test]
fn the_file_of_a_page_holds_what_a_run_does() {
    let run = Run::read(&crate::outputs::run());
    let mut held = 0;
    let all = files(site());
    let mut tables = 0;
    for (name, path) in all.iter().filter(|(name, _)| kind(name) == "csv") {
        let authority = name.strip_prefix("csv/authority/");
        tables += 1;
        if authority.is_some_and(|own| !TEN.contains(&own.trim_end_matches(".csv"))) {
            continue;
        }
        let mut reader = csv::Reader::from_path(path).unwrap();
        let header = reader.headers().unwrap().clone();
        for record in reader.records().map(Result::unwrap) {
            let row: BTreeMap<&str, &str> = header.iter().zip(record.iter()).collect();
            let place = format!("{name}: {record:?}");
            let key = (row["indicator"], row["time_period"], row["area_code"]);
            let (found, columns) = if row["measure"] == "observed_expected" {
                let found = Run::area(&run.expected, key, &[row["model"]]);
                let columns = ["observed", "expected", "ratio", "conf_low", "conf_high"];
                (found, columns)
            } else {
                let group = [row["ethnicity_major"], "Total", "Total", "Total", "Total"];
                let found = Run::area(&run.estimates, key, &group);
                let columns = [
                    "numerator",
                    "denominator",
                    "estimate",
                    "conf_low",
                    "conf_high",
                ];
                (found, columns)
            };
            let found = found.unwrap_or_else(|| panic!("{place}"));
            let own = [
                "numerator",
                "denominator",
                "estimate",
                "conf_low",
                "conf_high",
            ];
            for (shown, column) in own.iter().map(|name| row[name]).zip(columns) {
                held += 1;
                match (shown.parse::<f64>(), found.number(column)) {
                    (Ok(shown), Some(number)) => {
                        assert!(
                            same(shown, number, SIX_DIGITS),
                            "{place}: {column} {number}"
                        );
                    }
                    // Where there is no number there is its symbol, and an interval without an end ends nowhere.
                    (Err(_), None) => assert_eq!(shown, found.text(column), "{place}: {column}"),
                    other => panic!("{place}: {column}: {other:?}"),
                }
            }
        }
    }
    assert_eq!(tables, 153 + 4 + 2);
    assert!(held > 20_000, "{held}");
}

#[test]
fn a_chart_says_which_row_each_of_its_points_is() {
    let mut charts = 0;
    for (page, text) in pages() {
        for figure in text.split("<figure").skip(1) {
            let figure = figure.split_once("</figure>").unwrap().0;
            let Some((_, spots)) = figure.split_once("data-points=\"") else {
                continue;
            };
            charts += 1;
            let (spots, rest) = spots.split_once('"').unwrap();
            let beside = rest
                .split_once("data-table=\"")
                .map(|(_, name)| name.split_once('"').unwrap().0);
            let table = match beside {
                Some("observed_expected") => {
                    text.split_once("<figure class=\"observed_expected\"")
                        .unwrap()
                        .1
                }
                Some(name) => {
                    text.split_once(&format!("<table data-name=\"{name}\""))
                        .unwrap()
                        .1
                }
                None => figure,
            };
            let body = table
                .split_once("<tbody>")
                .unwrap()
                .1
                .split_once("</tbody>")
                .unwrap()
                .0;
            let rows = html::pieces(body, "tr").count();
            let (width, height) = {
                let size = figure
                    .split_once("viewBox=\"0 0 ")
                    .unwrap()
                    .1
                    .split_once('"')
                    .unwrap()
                    .0;
                let (width, height) = size.split_once(' ').unwrap();
                (
                    width.parse::<i32>().unwrap(),
                    height.parse::<i32>().unwrap(),
                )
            };
            for spot in spots.split(' ') {
                let parts: Vec<i32> = spot.split(',').map(|part| part.parse().unwrap()).collect();
                let [x, y, row] = parts[..] else {
                    panic!("{page}: {spot}")
                };
                assert!(
                    (0..=width).contains(&x) && (0..=height).contains(&y),
                    "{page}: {spot}"
                );
                assert!(
                    usize::try_from(row).unwrap() < rows,
                    "{page}: {spot} of {rows}"
                );
            }
        }
    }
    // Each authority has its trend and its position, and ethnic groups where they are published.
    assert!(charts > 153 * 3, "{charts}");
}
