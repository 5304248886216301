//! Pages about who was helped before entering care: what they show is what `disparity prior-help` prints of the same
//! store and options, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{files, html, kind};
use crate::attacker::store_of;
use crate::page::{plain, tables};
use crate::support::{Folder, disparity, root};

/// Rows of an output by the names of its columns.
type Row = BTreeMap<String, String>;

/// An answer as a page is to show it: indicator and name of the group, and the fields.
type Shown = ([String; 2], Vec<String>);

/// A site with pages of a store, of one indicator and authority, as its other pages are tried elsewhere.
fn site_of(store: &str, out: &str, more: &[&str]) -> crate::support::Said {
    let asked = "--indicator cla_at_31_march --authority Hackney --models none --out";
    let asked: Vec<&str> = asked.split(' ').collect();
    let asked = [&["site", "--returns", store][..], &asked, &[out], more].concat();
    disparity(&asked)
}

fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows: Result<Vec<Row>, _> = reader.deserialize().collect();
    rows.unwrap()
}

/// In per cent as pages have it.
fn percent(value: &str) -> String {
    let value: f64 = value.parse::<f64>().unwrap() * 100.0;
    if (value - value.round()).abs() < 1e-7 {
        format!("{}%", value.round())
    } else {
        format!("{:.1}%", (value * 10.0 + 1e-9).round() / 10.0)
    }
}

/// What a page is to show of an estimator: its symbol, its value, or its value with limits.
fn told(row: &Row) -> String {
    if !row["symbol"].is_empty() {
        return format!("[{}]", row["symbol"]);
    }
    let value = percent(&row["estimate"]);
    if row["conf_low"].is_empty() {
        return value;
    }
    let [low, high] = ["conf_low", "conf_high"].map(|end| percent(&row[end]));
    format!("{value} ({low} to {high})")
}

fn count(field: &str) -> String {
    if field.parse::<u32>().is_ok() {
        field.to_owned()
    } else {
        format!("[{field}]")
    }
}

/// The fields of one answer as a page is to show them, from its five rows.
fn answer(of: &[&Row]) -> Vec<String> {
    let by = |name: &str| *of.iter().find(|row| row["estimator"] == name).unwrap();
    let whole = by("complete_window");
    let mut fields = vec![
        count(&whole["entrants"]),
        count(&whole["unlinked"]),
        count(&whole["denominator"]),
        count(&whole["numerator"]),
    ];
    let estimators = [
        "complete_window",
        "lower_bound",
        "upper_bound",
        "reverse_kaplan_meier",
        "age_standardised",
    ];
    fields.extend(estimators.map(|name| told(by(name))));
    fields
}

/// Every answer that is printed, as a page is to show it, by authority; with the group's name.
fn answers(printed: &[Row]) -> BTreeMap<&str, BTreeSet<Shown>> {
    let mut each: BTreeMap<[&str; 5], Vec<&Row>> = BTreeMap::new();
    for row in printed {
        let names = [
            "old_la_code",
            "indicator",
            "look_back_years",
            "group_by",
            "group",
        ];
        let key = names.map(|name| row[name].as_str());
        each.entry(key).or_default().push(row);
    }
    let mut all: BTreeMap<&str, BTreeSet<_>> = BTreeMap::new();
    for ([authority, ..], of) in &each {
        let name = [of[0]["indicator"].clone(), of[0]["group_name"].clone()];
        all.entry(authority).or_default().insert((name, answer(of)));
    }
    all
}

/// Holds every figure of a page's tables and sentences against what is printed; says how many.
fn hold(page: &str, text: &str, printed: &[Row], own: &str) -> usize {
    let answers = answers(printed);
    let list =
        std::fs::read_to_string(root().join("data/codelists/returns/indicators.csv")).unwrap();
    let list = rows(&list).into_iter();
    let kinds: BTreeMap<String, String> = list
        .map(|row| (row["short_title"].clone(), row["name"].clone()))
        .collect();
    let own_answers = &answers[own];
    let mut held = 0;
    for table in tables(text) {
        let Some(at) = table.header.iter().position(|name| name == "Entered care") else {
            continue;
        };
        for row in &table.rows {
            // The first field is the group, or of the table of kinds the kind of help of everyone.
            let (kind, group) = if at == 1 {
                (
                    table.caption.split_once(", by ").unwrap().0,
                    row[0].as_str(),
                )
            } else {
                (row[0].as_str(), "Total")
            };
            let group = [kinds[kind].clone(), group.to_owned()];
            let fields: Vec<String> = row[at..]
                .iter()
                .map(|field| field.replace(',', ""))
                .collect();
            let found = (group, fields);
            assert!(
                own_answers.contains(&found),
                "{page}: {}: {found:?}",
                table.caption
            );
            held += found.1.len();
        }
    }
    held + sentences(page, text, printed)
}

fn sentences(page: &str, text: &str, printed: &[Row]) -> usize {
    let mut held = 0;
    for piece in text.split("<span data-row=\"prior_help|").skip(1) {
        let (key, rest) = piece.split_once('"').unwrap();
        let key = plain(key);
        let parts: Vec<&str> = key.split('|').collect();
        let [authority, kind, back, by, group, estimator] = parts[..] else {
            panic!("{page}: {key}");
        };
        let is_own = |row: &&Row| {
            row["old_la_code"] == authority
                && row["indicator"] == format!("prior_help_{kind}")
                && row["look_back_years"] == back
                && row["group_by"] == by
                && row["group"] == group
                && row["estimator"] == estimator
        };
        let row = printed.iter().find(is_own).unwrap();
        let columns = rest.split_once("data-columns=\"").unwrap().1;
        let columns = columns.split_once('"').unwrap().0;
        let words = plain(rest.split_once('>').unwrap().1.split_once('<').unwrap().0);
        let expected = match columns {
            "estimate conf_low conf_high" => told(row),
            counts => {
                let (part, whole) = counts.split_once(' ').unwrap();
                format!("{} of {}", row[part], row[whole])
            }
        };
        assert_eq!(words.replace(',', ""), expected, "{page}: {key}");
        held += 1;
    }
    held
}

/// The pages about help before care, each with the code of its authority.
fn pages(site: &Path) -> Vec<(String, String, String)> {
    let all = files(site);
    let own = all
        .iter()
        .filter(|(name, _)| kind(name) == "html" && name.starts_with("prior-help"));
    own.map(|(name, path)| {
        let code = name.trim_end_matches(".html").rsplit_once('-').unwrap().1;
        let code = if code == "help" { "" } else { code };
        let text = std::fs::read_to_string(path).unwrap();
        (name.clone(), code.to_owned(), text)
    })
    .collect()
}

#[test]
fn pages_of_a_store_show_what_prior_help_prints_and_nothing_else() {
    let folder = Folder::new("site-prior");
    let store = store_of(
        &folder,
        "--authorities 2 --years 8 --children 2600 --seed 3",
    );
    let printed = disparity(&["prior-help", &store, "--look-back", "5", "--format", "csv"]).ok();
    let printed = rows(&printed);
    let out = folder.join("site");
    site_of(&store, out.to_str().unwrap(), &["--look-back", "5"]).ok();
    let pages = pages(&out);
    assert_eq!(pages.len(), 3, "all and each of two");
    let (mut held, mut said, mut withheld) = (0, 0, 0);
    for (name, code, text) in &pages {
        held += hold(name, text, &printed, code);
        said += sentences(name, text, &printed);
        withheld += text.matches("[c]").count();
        assert!(text.len() < 300_000, "{name}: {}", text.len());
        assert!(
            text.contains("Synthetic: these children are invented"),
            "{name}"
        );
        let drawings: Vec<&str> = html::pieces(text, "svg").collect();
        assert!(
            drawings.iter().all(|svg| svg.contains(">Synthetic<")),
            "{name}"
        );
        assert!(name != "prior-help.html" || drawings.len() >= 2, "{name}");
        // The file beside it has the lines that the command prints of the authority.
        let file = out.join("csv").join(name.replace(".html", ".csv"));
        let beside = rows(&std::fs::read_to_string(file).unwrap());
        let own = printed.iter().filter(|row| row["old_la_code"] == *code);
        assert!(beside.iter().eq(own), "{name}");
        let small = |field: &String| field.parse().is_ok_and(|n: u32| (1..=5).contains(&n));
        let counts = [
            "entrants",
            "unlinked",
            "incomplete",
            "numerator",
            "denominator",
        ];
        for row in &beside {
            assert!(!counts.iter().any(|column| small(&row[*column])), "{row:?}");
        }
        for table in tables(text) {
            let counts = [
                "Entered care",
                "No match with a record of need",
                "Look-back wholly on file",
                "Of these, helped",
            ];
            for (at, _) in table
                .header
                .iter()
                .enumerate()
                .filter(|(_, own)| counts.contains(&own.as_str()))
            {
                assert!(
                    !table.rows.iter().any(|row| small(&row[at])),
                    "{}",
                    table.caption
                );
            }
        }
    }
    assert!(
        held > 3_000 && said >= 3 && withheld > 100,
        "{held}, {said}, {withheld}"
    );
    let first = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert!(first.contains("prior-help.html") && !first.contains("Synthetic"));
    let manifest = std::fs::read_to_string(out.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["disclosure_policy"], "published");
    assert_eq!(manifest["prior_help"]["disclosure_policy"], "controlled");
    links_hold(&out, &pages);
}

/// Every link of these pages leads to a file of the site, and to a place in it.
fn links_hold(site: &Path, pages: &[(String, String, String)]) {
    for (name, _, text) in pages {
        for link in html::tags(text).iter().filter_map(|tag| tag.get("href")) {
            if link == "data:," {
                continue;
            }
            let (path, id) = link.split_once('#').unwrap_or((link, ""));
            let to = if path.is_empty() {
                name.clone()
            } else {
                super::target(name, path)
            };
            let found = std::fs::read_to_string(site.join(&to));
            let found = found.unwrap_or_else(|_| panic!("{name}: {link} leads nowhere"));
            assert!(
                id.is_empty() || found.contains(&format!("id=\"{id}\"")),
                "{name}: {link}"
            );
        }
    }
}

#[test]
fn pages_say_that_nothing_is_withheld_and_why() {
    let folder = Folder::new("site-prior-unprotected");
    let store = store_of(&folder, "--authorities 1 --years 8 --children 200 --seed 2");
    let out = folder.join("site");
    let why = "checked by our own analysts";
    site_of(
        &store,
        out.to_str().unwrap(),
        &["--unprotected", why, "--look-back", "3"],
    )
    .ok();
    let pages = pages(&out);
    assert_eq!(pages.len(), 1);
    let text = &pages[0].2;
    assert!(text.contains(&format!("Unprotected: nothing is withheld ({why})")));
    let mut drawings = html::pieces(text, "svg");
    assert!(drawings.all(|svg| svg.contains(&format!("Unprotected: {why}"))));
    assert!(html::pieces(text, "svg").count() > 2);
    let file = std::fs::read_to_string(out.join("csv/prior-help.csv")).unwrap();
    assert!(rows(&file).iter().all(|row| row["unprotected"] == why));
    // Its other pages are of published figures.
    let first = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert!(!first.contains("Unprotected"));
}

#[test]
fn what_is_no_store_is_refused_and_nothing_is_written() {
    let folder = Folder::new("site-no-store");
    let out = folder.join("site");
    let no_store = folder.join("no-store");
    std::fs::create_dir(&no_store).unwrap();
    let ran = site_of(no_store.to_str().unwrap(), out.to_str().unwrap(), &[]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("disparity returns build"),
        "{}",
        ran.stderr
    );
    let left = std::fs::read_dir(out.parent().unwrap()).unwrap().count();
    assert_eq!(left, 1, "something was left");
    let ran = disparity(&["site", "--hide-zeros", "--out", out.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--returns STORE"), "{}", ran.stderr);
    assert!(!out.exists());
}
