//! What a run writes: the columns that were promised, an interval beside every estimate, a reason
//! beside every absence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::support::{Folder, disparity, golden};

const ESTIMATES: &str = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,\
old_la_code,new_la_code,la_name,indicator,timing,ethnicity_major,ethnicity_minor,age_band,sex,deprivation_decile,\
numerator,denominator,estimate,unit,conf_low,conf_high,conf_level,conf_low_998,conf_high_998,method,symbol,issue_codes";

/// Added after what was promised: the rate of few children drawn towards its kind.
const DRAWN: &str = ",shrunken,shrunken_low,shrunken_high,shrunken_low_998,shrunken_high_998,report,denominator_error";

/// Marks that stand in a cell where there is no number.
const SYMBOLS: [&str; 5] = ["c", "x", "z", "u", "low"];

/// One run shared by the tests of this module and of those that screen its tables.
pub(crate) fn run() -> PathBuf {
    static RUN: OnceLock<(Folder, PathBuf)> = OnceLock::new();
    RUN.get_or_init(|| {
        let folder = Folder::new("outputs");
        let out = folder.join("out");
        let mut arguments = vec![
            "--csv",
            "--models",
            "latest",
            "--out",
            out.to_str().unwrap(),
        ];
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

    /// The columns that together name a row: time and place, and every filter.
    fn filters(&self) -> Vec<usize> {
        let mut reader = csv::Reader::from_path(run().join("columns.csv")).unwrap();
        let columns: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let named = columns
            .iter()
            .filter(|row| &row[0] == "estimates" && matches!(&row[2], "identifier" | "filter"));
        named.map(|row| self.column(&row[1])).collect()
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
    let read = |name: &str| std::fs::read_to_string(run().join(name)).unwrap();
    let mut text = read("columns.csv");
    let tables: Vec<&str> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap())
        .collect();
    let mut tables: Vec<String> = tables.into_iter().map(str::to_owned).collect();
    tables.dedup();
    assert_eq!(tables.len(), 10, "{tables:?}");
    for table in tables {
        let header = Rows::of(&format!("{table}.csv")).header;
        let described = text
            .lines()
            .filter(|line| line.starts_with(&format!("{table},")));
        let described: Vec<&str> = described
            .map(|line| line.split(',').nth(1).unwrap())
            .collect();
        assert_eq!(described, header.iter().collect::<Vec<_>>());
        let meta = read(&format!("{table}.meta.csv"));
        let _ = write!(text, "\n{table}.meta.csv\n{meta}");
    }
    golden("schema.txt", &text);
}

/// The columns of answers from records, which keep their places.
#[test]
fn the_columns_of_answers_are_on_record() {
    let line = |name: &str, header: &[&str]| format!("{name}: {}\n", header.join(","));
    let text = line("prior-help", &disparity_export::PRIOR_HELP_HEADER)
        + &line("journeys", &disparity_export::JOURNEY_HEADER);
    golden("answers.txt", &text);
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
                assert!(SYMBOLS.contains(&&row[symbol]), "{row:?}");
                assert!(
                    [estimate, low, high]
                        .iter()
                        .all(|column| row[*column] == row[symbol]),
                    "{row:?}"
                );
                assert!(row[method].is_empty(), "{row:?}");
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
fn a_figure_is_one_row_and_its_wider_interval_holds_the_narrower() {
    let rows = Rows::of("estimates.csv");
    let [level, low, high, low_998, high_998] = [
        "conf_level",
        "conf_low",
        "conf_high",
        "conf_low_998",
        "conf_high_998",
    ]
    .map(|name| rows.column(name));
    let filters = rows.filters();
    let mut keys = BTreeSet::new();
    for row in &rows.rows {
        assert_eq!(&row[level], "0.95");
        let key: Vec<&str> = filters.iter().map(|column| &row[*column]).collect();
        assert!(keys.insert(key), "twice: {row:?}");
        let ends = [low_998, low, high, high_998].map(|column| row[column].parse::<f64>());
        if let [Ok(a), Ok(b), Ok(c), Ok(d)] = ends {
            assert!(a <= b && b <= c && c <= d, "{row:?}");
        } else {
            assert!(ends.iter().all(Result::is_err), "{row:?}");
        }
    }
    // Children looked after in England, added up over authorities as anyone would.
    let [place, period, indicator, count] =
        ["geographic_level", "time_period", "indicator", "numerator"].map(|name| rows.column(name));
    let groups = ["ethnicity_major", "age_band", "sex"].map(|name| rows.column(name));
    let authorities = rows.rows.iter().filter(|row| {
        &row[place] == "Local authority"
            && row[period].parse() == Ok(2025)
            && &row[indicator] == "cla_at_31_march"
            && groups.iter().all(|group| &row[*group] == "Total")
    });
    let sum: i64 = authorities
        .filter_map(|row| row[count].parse::<i64>().ok())
        .sum();
    // England is 81,770, published to the nearest 10; City of London is withheld.
    assert_eq!(sum, 81_766);
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
        .filter(|row| &row[place] == "National" && row[expected].parse::<f64>().is_ok())
    {
        let (observed, expected) = (
            row[observed].parse::<f64>().unwrap(),
            row[expected].parse::<f64>().unwrap(),
        );
        assert!((observed - expected).abs() < 1e-6 * observed, "{row:?}");
        models.insert(row[model].to_owned());
    }
    // Of models the authorities of each fit.
    let [period, years, indicator] =
        ["time_period", "years", "indicator"].map(|name| rows.column(name));
    let mut sums: BTreeMap<[&str; 4], [f64; 2]> = BTreeMap::new();
    for row in &rows.rows {
        if row[model].starts_with("structural") && row[expected].parse::<f64>().is_ok() {
            let key = [&row[indicator], &row[period], &row[years], &row[model]];
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
fn tiny_areas_are_in_the_figures_but_not_in_the_ranking() {
    let rows = Rows::of("expected.csv");
    let [code, rank, issues] = ["new_la_code", "rank", "issue_codes"].map(|name| rows.column(name));
    for tiny in ["E09000001", "E06000053"] {
        let own: Vec<_> = rows.rows.iter().filter(|row| &row[code] == tiny).collect();
        assert!(!own.is_empty());
        assert!(
            own.iter()
                .all(|row| &row[rank] == "z" && row[issues].contains("TINY_AREA"))
        );
    }
}

#[test]
fn the_page_names_its_charts_and_holds_nothing_from_elsewhere() {
    let page = std::fs::read_to_string(run().join("page.html")).unwrap();
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
        "page.html",
        "authority/hackney.html",
    ] {
        assert!(listed.contains_key(name), "{name}");
    }
    assert_eq!(value["disclosure_policy"], "published");
    assert!(
        !manifest.contains("time\""),
        "a clock in the manifest would change the bytes"
    );
}

/// A long table is whole as Parquet, and its CSV holds the last year of each indicator under a name that says
/// so; with `--csv` it is whole, and the Parquet has the same bytes either way.
#[test]
fn a_long_table_has_its_latest_year_as_csv_unless_all_of_it_is_asked_for() {
    let folder = Folder::new("latest");
    let made = |name: &str, more: &[&str]| -> PathBuf {
        let out = folder.join(name);
        let fixed = ["--models", "none", "--out", out.to_str().unwrap()];
        // The one has figures to 2025, the other's last were for 2022.
        let indicators = [
            "--indicator",
            "cla_at_31_march",
            "--indicator",
            "cin_disability_recorded",
        ];
        disparity(&[&fixed[..], &indicators, more].concat()).ok();
        out
    };
    let (cut, all) = (made("cut", &[]), made("all", &["--csv"]));
    let lines = |folder: &PathBuf, name: &str| -> Vec<String> {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        text.lines().map(str::to_owned).collect()
    };
    let mut long = Vec::new();
    for table in ["estimates", "expected", "contrasts", "issues"] {
        let parquet = format!("{table}.parquet");
        let bytes = |folder: &PathBuf| std::fs::read(folder.join(&parquet)).unwrap();
        assert!(bytes(&cut) == bytes(&all), "{table}");
        let whole = lines(&all, &format!("{table}.csv"));
        assert!(!all.join(format!("{table}_latest.csv")).exists(), "{table}");
        if whole.len() - 1 <= 20_000 {
            assert_eq!(lines(&cut, &format!("{table}.csv")), whole, "{table}");
            continue;
        }
        long.push(table);
        assert!(!cut.join(format!("{table}.csv")).exists(), "{table}");
        let column = |name: &str| whole[0].split(',').position(|own| own == name).unwrap();
        let (year, indicator) = (column("time_period"), column("indicator"));
        // Names of regions and authorities may hold a comma.
        let fields = |line: &str| -> csv::StringRecord {
            let mut reader = csv::ReaderBuilder::new();
            let mut reader = reader.has_headers(false).from_reader(line.as_bytes());
            reader.records().next().unwrap().unwrap()
        };
        let of = |line: &String| {
            let row = fields(line);
            (row[indicator].to_owned(), row[year].to_owned())
        };
        let mut last: BTreeMap<String, String> = BTreeMap::new();
        for (indicator, year) in whole[1..].iter().map(of) {
            let last = last.entry(indicator).or_default();
            *last = year.max(last.clone());
        }
        assert_eq!(last["cla_at_31_march"], "2025");
        assert_eq!(last["cin_disability_recorded"], "2022");
        let expected = whole.iter().enumerate().filter(|(place, line)| {
            let (indicator, year) = of(line);
            *place == 0 || last[&indicator] == year
        });
        let expected: Vec<&String> = expected.map(|(_, line)| line).collect();
        let found = lines(&cut, &format!("{table}_latest.csv"));
        assert!(found.len() > 300 && found.iter().eq(expected), "{table}");
        let manifest = std::fs::read_to_string(cut.join("manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        let listed = &manifest["outputs"][format!("{table}_latest.csv")]["rows"];
        assert_eq!(listed.as_u64(), Some(found.len() as u64 - 1), "{table}");
        // What is said of a filter is said of the rows that are there.
        assert!(
            cut.join(format!("{table}_latest.meta.csv")).exists(),
            "{table}"
        );
    }
    assert_eq!(long, ["estimates", "contrasts"]);
    // The page leads to what is there.
    for out in [&cut, &all] {
        let page = std::fs::read_to_string(out.join("page.html")).unwrap();
        let links = page.split("<a href=\"").skip(1);
        let links: Vec<&str> = links.filter_map(|rest| rest.split('"').next()).collect();
        let is_csv = |link: &&&str| link.rsplit_once('.').is_some_and(|(_, end)| end == "csv");
        let files: Vec<&&str> = links.iter().filter(is_csv).collect();
        assert!(files.len() >= 4, "{files:?}");
        assert!(
            files.iter().all(|file| out.join(file).is_file()),
            "{files:?}"
        );
    }
}
