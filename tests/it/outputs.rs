//! What a run writes: the columns that were promised, an interval beside every estimate, a reason
//! beside every absence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::support::{Folder, disparity, golden};

const ESTIMATES: &str = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,\
old_la_code,new_la_code,la_name,indicator,timing,ethnicity_major,ethnicity_minor,age_band,sex,deprivation_decile,\
numerator,denominator,estimate,unit,conf_low,conf_high,conf_level,method,symbol,issue_codes";

/// Added after what was promised: the rate of few children drawn towards its kind.
const DRAWN: &str = ",shrunken,shrunken_low,shrunken_high,report";

/// One run shared by the tests of this module.
pub(crate) fn run() -> PathBuf {
    static RUN: OnceLock<(Folder, PathBuf)> = OnceLock::new();
    RUN.get_or_init(|| {
        let folder = Folder::new("outputs");
        let out = folder.join("out");
        let mut arguments = vec!["--models", "latest", "--out", out.to_str().unwrap()];
        for indicator in [
            "cla_at_31_march",
            "referrals",
            "rereferrals_within_12_months",
            "cin_disability_recorded",
        ] {
            arguments.extend(["--indicator", indicator]);
        }
        disparity(&arguments).ok();
        (folder, out.clone())
    })
    .1
    .clone()
}

struct Rows {
    header: csv::StringRecord,
    rows: Vec<csv::StringRecord>,
}

impl Rows {
    fn of(table: &str) -> Self {
        let mut reader = csv::Reader::from_path(run().join(table)).unwrap();
        let header = reader.headers().unwrap().clone();
        Self {
            header,
            rows: reader.records().map(Result::unwrap).collect(),
        }
    }

    fn column(&self, name: &str) -> usize {
        self.header
            .iter()
            .position(|own| own == name)
            .unwrap_or_else(|| panic!("no column {name}"))
    }
}

#[test]
fn estimates_have_the_columns_that_were_promised() {
    let header = Rows::of("estimates.csv").header;
    let found = header.iter().collect::<Vec<_>>().join(",");
    // What was promised keeps its place; what is added stands after it.
    assert_eq!(found.strip_prefix(ESTIMATES), Some(DRAWN));
}

#[test]
fn the_columns_of_every_table_are_on_record() {
    let mut text = String::new();
    for table in [
        "estimates",
        "expected",
        "contrasts",
        "issues",
        "fits",
        "effects",
        "fifths",
        "gradients",
        "covariates",
        "claims",
    ] {
        let meta = std::fs::read_to_string(run().join(format!("{table}.meta.csv"))).unwrap();
        let header = Rows::of(&format!("{table}.csv")).header;
        let _ = writeln!(
            text,
            "{table}\n{}\n\n{meta}",
            header.iter().collect::<Vec<_>>().join(",")
        );
    }
    golden("schema.txt", &text);
}

#[test]
fn an_estimate_has_its_interval_and_an_absence_its_reason() {
    for table in ["estimates.csv", "contrasts.csv"] {
        let rows = Rows::of(table);
        let [estimate, low, high, method, symbol] =
            ["estimate", "conf_low", "conf_high", "method", "symbol"].map(|name| rows.column(name));
        let (mut with, mut without) = (0, 0);
        for row in &rows.rows {
            if row[symbol].is_empty() {
                let number = |column: usize| {
                    row[column]
                        .parse::<f64>()
                        .unwrap_or_else(|_| panic!("{table}: {row:?}"))
                };
                let (value, low, high) = (number(estimate), number(low), number(high));
                assert!(
                    value.is_finite() && low.is_finite() && high.is_finite(),
                    "{table}: {row:?}"
                );
                assert!(
                    low <= value * (1.0 + 1e-12) + 1e-12 && value <= high * (1.0 + 1e-12) + 1e-12,
                    "{table}: {row:?}"
                );
                assert!(!row[method].is_empty());
                with += 1;
            } else {
                assert!(
                    ["c", "x", "z", "u", "low"].contains(&&row[symbol]),
                    "{row:?}"
                );
                assert!(
                    [estimate, low, high, method]
                        .iter()
                        .all(|column| row[*column].is_empty()),
                    "{row:?}"
                );
                without += 1;
            }
        }
        assert!(
            with > 10_000 && without > 100,
            "{table}: {with} with and {without} without a figure"
        );
    }
}

#[test]
fn both_levels_are_rows_and_the_wider_holds_the_narrower() {
    let rows = Rows::of("estimates.csv");
    let [level, low, high] = ["conf_level", "conf_low", "conf_high"].map(|name| rows.column(name));
    assert_eq!(rows.rows.len() % 2, 0);
    for pair in rows.rows.chunks(2) {
        assert_eq!((&pair[0][level], &pair[1][level]), ("0.95", "0.998"));
        if let (Ok(narrow), Ok(wide)) = (pair[0][low].parse::<f64>(), pair[1][low].parse::<f64>()) {
            assert!(wide <= narrow);
            assert!(pair[0][high].parse::<f64>().unwrap() <= pair[1][high].parse::<f64>().unwrap());
        }
    }
}

#[test]
fn what_is_expected_of_england_is_what_was_counted_in_england() {
    let rows = Rows::of("expected.csv");
    let [place, observed, expected, model] =
        ["geographic_level", "observed", "expected", "model"].map(|name| rows.column(name));
    let mut models = BTreeSet::new();
    for row in rows
        .rows
        .iter()
        .filter(|row| &row[place] == "National" && !row[expected].is_empty())
    {
        let (observed, expected) = (
            row[observed].parse::<f64>().unwrap(),
            row[expected].parse::<f64>().unwrap(),
        );
        assert!((observed - expected).abs() < 1e-6 * observed, "{row:?}");
        models.insert(row[model].to_owned());
    }
    // Of models the authorities of each fit.
    let [period, indicator] = ["time_period", "indicator"].map(|name| rows.column(name));
    let mut sums: BTreeMap<[&str; 3], [f64; 2]> = BTreeMap::new();
    for row in &rows.rows {
        if row[model].starts_with("structural") && !row[expected].is_empty() {
            let key = [&row[indicator], &row[period], &row[model]];
            let sum = sums.entry(key).or_default();
            sum[0] += row[observed].parse::<f64>().unwrap();
            sum[1] += row[expected].parse::<f64>().unwrap();
        }
    }
    assert!(sums.len() >= 8, "{}", sums.len());
    for (key, [observed, expected]) in sums {
        assert!((observed / expected - 1.0).abs() < 1e-9, "{key:?}");
    }
    assert_eq!(
        models,
        ["age", "ethnicity", "national_rate"]
            .map(str::to_owned)
            .into()
    );
}

#[test]
fn every_method_and_issue_code_in_the_files_can_be_looked_up() {
    let mut methods = BTreeSet::new();
    for table in [
        "estimates.csv",
        "expected.csv",
        "contrasts.csv",
        "fits.csv",
        "effects.csv",
        "gradients.csv",
        "claims.csv",
    ] {
        let rows = Rows::of(table);
        let column = rows.column("method");
        methods.extend(
            rows.rows
                .iter()
                .map(|row| row[column].to_owned())
                .filter(|name| !name.is_empty()),
        );
    }
    assert!(methods.len() >= 6, "{methods:?}");
    for method in &methods {
        assert!(
            disparity(&["method", method]).ok().contains(method),
            "{method}"
        );
    }
}

#[test]
fn tiny_areas_are_in_the_figures_but_not_in_the_ranking() {
    let rows = Rows::of("expected.csv");
    let [code, rank, issues] = ["new_la_code", "rank", "issue_codes"].map(|name| rows.column(name));
    for tiny in ["E09000001", "E06000053"] {
        let own: Vec<_> = rows.rows.iter().filter(|row| &row[code] == tiny).collect();
        assert!(!own.is_empty());
        assert!(
            own.iter()
                .all(|row| row[rank].is_empty() && row[issues].contains("TINY_AREA"))
        );
    }
}

#[test]
fn the_page_names_its_charts_and_holds_nothing_from_elsewhere() {
    let page = std::fs::read_to_string(run().join("index.html")).unwrap();
    assert!(
        page.contains("role=\"img\"") && page.contains("<title>") && page.contains("<caption>")
    );
    for outside in ["http://", "https://", "src=\"//"] {
        let found = page
            .replace("http://www.w3.org/2000/svg", "")
            .contains(outside);
        assert!(!found, "the page refers to {outside}");
    }
    let images: Vec<&str> = page
        .split("src=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(images.len() > 100);
    assert!(
        images.iter().all(|image| run().join(image).is_file()),
        "an image is missing"
    );
    assert_eq!(
        page.matches("<img ").count(),
        page.matches("alt=\"").count()
    );
}

#[test]
fn the_manifest_lists_every_file_and_no_clock() {
    let manifest = std::fs::read_to_string(run().join("manifest.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let listed = value["outputs"].as_object().unwrap();
    for name in [
        "estimates.csv",
        "estimates.parquet",
        "estimates.meta.csv",
        "contrasts.csv",
        "index.html",
    ] {
        assert!(listed.contains_key(name), "{name}");
    }
    assert_eq!(value["disclosure_policy"], "published");
    assert!(
        !manifest.contains("time\""),
        "a clock in the manifest would change the bytes"
    );
}
