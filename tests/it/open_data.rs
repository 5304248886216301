//! Every table keeps the rules by which the Department for Education screens files for Explore
//! Education Statistics, in our words and our code: what its open data standard publishes, as the
//! screener (eesyscreener 0.3) applies it. What the screener only warns of, because it is meant for the
//! platform's own interface, is not asked: names of the Department's data dictionary.
//!
//! `DISPARITY_OUT` names a folder that was written elsewhere, such as the one of the main command.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::support::{Folder, disparity, root, say};

const META: [&str; 8] = [
    "col_name",
    "col_type",
    "label",
    "indicator_grouping",
    "indicator_unit",
    "indicator_dp",
    "filter_hint",
    "filter_grouping_column",
];
const META_OPTIONAL: [&str; 2] = ["filter_default", "parent_filter"];
const REQUIRED: [&str; 5] = [
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
];
/// Columns of each level: whoever is below carries those above, nobody those below.
const REGION: [&str; 2] = ["region_code", "region_name"];
const AUTHORITY: [&str; 3] = ["old_la_code", "new_la_code", "la_name"];
/// What the platform takes as a column of a place, and so not as a filter.
const PLACES: [&str; 13] = [
    "country", "sch", "prov", "inst", "estab", "reg", "la", "local", "pfa", "pcon", "lep", "ward",
    "mat",
];
const PLACE_ENDS: [&str; 7] = ["name", "code", "urn", "ukprn", "number", "upin", "id"];
/// Words that tell of groups in the name of an indicator, which belong in a filter.
const GROUPS: [&str; 8] = [
    "male", "asian", "black", "white", "chinese", "irish", "roma", "arab",
];
const NULLS: [&str; 10] = [
    "NULL", "Null", "null", "NA", "na", "N/A", "n/a", ".", "..", "-",
];

/// One table being screened.
struct Screen {
    name: String,
    header: Rc<[String]>,
    filters: Vec<usize>,
    indicators: Vec<usize>,
    defaults: Vec<String>,
    /// Distinct values of every column that is neither of time or place nor an indicator.
    levels: BTreeMap<usize, BTreeSet<String>>,
    keys: HashSet<Vec<String>>,
    identifiers: BTreeSet<String>,
    places: BTreeMap<String, String>,
    found: BTreeSet<String>,
}

impl Screen {
    fn say(&mut self, what: impl AsRef<str>) {
        self.found
            .insert(format!("{}: {}", self.name, what.as_ref()));
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|own| own == name)
    }

    /// The metadata file: a row for each filter and indicator, and what each row may hold.
    fn meta(&mut self, mut meta: csv::Reader<impl Read>) {
        let header = meta.headers().unwrap().clone();
        for name in META
            .iter()
            .filter(|name| !header.iter().any(|own| own == **name))
        {
            self.say(format!("the metadata have no column {name}"));
        }
        let known = |name: &str| META.contains(&name) || META_OPTIONAL.contains(&name);
        for name in header.iter().filter(|name| !known(name)) {
            self.say(format!("the metadata cannot have a column {name}"));
        }
        let (mut labels, mut names) = (BTreeSet::new(), BTreeSet::new());
        for row in meta.deserialize::<BTreeMap<String, String>>() {
            let row = row.unwrap();
            let of = |name: &str| row.get(name).cloned().unwrap_or_default();
            let (name, label) = (of("col_name"), of("label"));
            self.meta_row(&name, &of);
            if !names.insert(name.clone()) {
                self.say(format!("{name} is twice in the metadata"));
            }
            if !labels.insert(label.clone()) {
                self.say(format!("the label {label:?} is there twice"));
            }
        }
    }

    fn meta_row(&mut self, name: &str, of: &dyn Fn(&str) -> String) {
        let (label, kind) = (of("label"), of("col_type"));
        if label.is_empty() || label.chars().count() > 100 || name.len() > 50 {
            self.say(format!("{name}: no label, or a name or label too long"));
        }
        if is_place(name) || REQUIRED.contains(&name) {
            self.say(format!("{name} reads as a column of time or place"));
        }
        let Some(at) = self.column(name) else {
            return self.say(format!("{name} is not in the data"));
        };
        let decimals = of("indicator_dp");
        match kind.as_str() {
            "Filter" => {
                let only = ["indicator_grouping", "indicator_unit", "indicator_dp"];
                if only.iter().any(|column| !of(column).is_empty()) {
                    self.say(format!("{name} is a filter with what indicators have"));
                }
                let default = of("filter_default");
                self.filters.push(at);
                self.defaults.push(if default.is_empty() {
                    "Total".to_owned()
                } else {
                    default
                });
            }
            "Indicator" => {
                let only = ["filter_hint", "filter_grouping_column", "filter_default"];
                if only.iter().any(|column| !of(column).is_empty()) {
                    self.say(format!("{name} is an indicator with what filters have"));
                }
                if decimals.parse::<u8>().is_err() {
                    self.say(format!("{name} has no number of decimals"));
                }
                if GROUPS.iter().any(|group| name.contains(group)) {
                    self.say(format!("{name} holds a group that belongs in a filter"));
                }
                self.indicators.push(at);
            }
            _ => self.say(format!("{name} is neither Filter nor Indicator")),
        }
    }

    /// The names of the columns of the data.
    fn names(&mut self) {
        let header = Rc::clone(&self.header);
        for name in REQUIRED
            .iter()
            .filter(|name| !header.iter().any(|own| own == **name))
        {
            self.say(format!("there is no column {name}"));
        }
        for name in header.iter() {
            let first = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
            let snake = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            if !first || !name.bytes().all(snake) {
                self.say(format!("{name:?} is not in snake_case"));
            }
        }
        if header.iter().collect::<BTreeSet<_>>().len() < header.len() {
            self.say("a column is there twice");
        }
    }

    fn row(&mut self, row: &csv::StringRecord) {
        self.time(row);
        self.place(row);
        for at in self
            .filters
            .clone()
            .into_iter()
            .chain(self.indicators.clone())
        {
            if row[at].is_empty() || ["~", ":"].contains(&&row[at]) {
                let name = self.header[at].clone();
                self.say(format!("{name} has a blank cell, or a symbol of old"));
            }
        }
        for at in 0..row.len() {
            if NULLS.contains(&&row[at]) {
                let name = self.header[at].clone();
                self.say(format!("{name} has {:?} for nothing", &row[at]));
            }
            let is_filter = self.filters.contains(&at);
            let is_other = !self.indicators.contains(&at) && !is_of_place(&self.header[at]);
            if is_filter || is_other {
                let levels = self.levels.entry(at).or_default();
                // Of a column that is no filter it matters only whether it has one level.
                if (is_filter || levels.len() < 2) && !levels.contains(&row[at]) {
                    levels.insert(row[at].to_owned());
                }
            }
        }
        let named = |at: &usize| is_of_place(&self.header[*at]) || self.filters.contains(at);
        let key = (0..row.len()).filter(named).map(|at| row[at].to_owned());
        let key: Vec<String> = key.collect();
        if !self.keys.insert(key) {
            self.say("rows are there twice");
        }
    }

    fn time(&mut self, row: &csv::StringRecord) {
        let cell = |name: &str| self.column(name).map_or("", |at| &row[at]).to_owned();
        let (period, identifier) = (cell("time_period"), cell("time_identifier"));
        if period.len() != 4 || !period.bytes().all(|b| b.is_ascii_digit()) {
            self.say(format!("{period:?} is not a year in four digits"));
        }
        if identifier != "Reporting year" {
            self.say(format!("{identifier:?} is not the kind of year we use"));
        }
        self.identifiers.insert(identifier);
    }

    fn place(&mut self, row: &csv::StringRecord) {
        let header = Rc::clone(&self.header);
        let cell = |name: &str| {
            let at = header.iter().position(|own| own == name);
            at.map_or("", |at| &row[at])
        };
        let level = cell("geographic_level");
        if (cell("country_code"), cell("country_name")) != ("E92000001", "England") {
            self.say("a row is not of England");
        }
        let full = |names: &[&str]| names.iter().all(|name| !cell(name).is_empty());
        let bare = |names: &[&str]| names.iter().all(|name| cell(name).is_empty());
        let fits = match level {
            "National" => bare(&REGION) && bare(&AUTHORITY),
            "Regional" => full(&REGION) && bare(&AUTHORITY),
            "Local authority" => full(&REGION) && full(&AUTHORITY),
            _ => false,
        };
        if !fits {
            self.say(format!(
                "a row of level {level:?} has not the columns of it"
            ));
        }
        for (code, name) in [("region_code", "region_name"), ("new_la_code", "la_name")] {
            let (code, name) = (cell(code), cell(name));
            if code.is_empty() {
                continue;
            }
            if code.len() > 30 || name.chars().count() > 120 || name == "Total" {
                self.say(format!("{code} {name}: too long, or no place"));
            }
            let known = self.places.entry(code.to_owned());
            if known.or_insert_with(|| name.to_owned()) != name {
                self.say(format!("{code} has two names"));
            }
        }
    }

    /// What shows only when every row was seen.
    fn end(mut self) -> Vec<String> {
        if self.identifiers.len() > 1 {
            self.say("several kinds of year are mixed");
        }
        let filters = self.filters.clone();
        for (at, default) in filters.iter().zip(self.defaults.clone()) {
            let name = self.header[*at].clone();
            let levels = self.levels.get(at).cloned().unwrap_or_default();
            if !(2..25_000).contains(&levels.len()) {
                self.say(format!("{name} is a filter of {} levels", levels.len()));
            }
            if !levels.contains(&default) {
                self.say(format!(
                    "{name} has no {default:?}, which is to be chosen first"
                ));
            }
            let long = |level: &&String| level.chars().count() > 120 || level.trim() != *level;
            if let Some(level) = levels.iter().find(long) {
                self.say(format!(
                    "{name}: {level:?} is too long, or has blanks around it"
                ));
            }
        }
        self.found.into_iter().collect()
    }
}

/// Whether a name reads as a column of a place.
fn is_place(name: &str) -> bool {
    PLACES.contains(&name)
        || PLACE_ENDS.contains(&name)
        || PLACES.iter().any(|place| name.starts_with(place))
            && PLACE_ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a column says when or where.
fn is_of_place(name: &str) -> bool {
    REQUIRED.contains(&name) || REGION.contains(&name) || AUTHORITY.contains(&name)
}

/// What is wrong with a table; `notes` are its columns that say something about figures.
fn screen(
    name: &str,
    mut data: csv::Reader<impl Read>,
    meta: csv::Reader<impl Read>,
    notes: &BTreeSet<String>,
) -> Vec<String> {
    let header = data.headers().unwrap().iter().map(str::to_owned).collect();
    let mut screen = Screen {
        name: name.to_owned(),
        header,
        filters: Vec::new(),
        indicators: Vec::new(),
        defaults: Vec::new(),
        levels: BTreeMap::new(),
        keys: HashSet::new(),
        identifiers: BTreeSet::new(),
        places: BTreeMap::new(),
        found: BTreeSet::new(),
    };
    screen.names();
    screen.meta(meta);
    for row in data.records() {
        screen.row(&row.unwrap());
    }
    // A column that is in neither file's list says something about figures, or has one level.
    let levels = std::mem::take(&mut screen.levels);
    for (at, levels) in &levels {
        let own = screen.header[*at].clone();
        let listed = screen.filters.contains(at) || notes.contains(&own);
        if !listed && levels.len() > 1 {
            screen.say(format!("{own} is not in the metadata"));
        }
    }
    screen.levels = levels;
    screen.end()
}

/// Every table of a folder, whole or its latest year: how many there are, and what is wrong with them.
fn folder(out: &Path) -> (usize, Vec<String>) {
    let mut notes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut columns = csv::Reader::from_path(out.join("columns.csv")).unwrap();
    for row in columns.records().map(Result::unwrap) {
        let own = notes.entry(row[0].to_owned()).or_default();
        if &row[2] == "note" {
            own.insert(row[1].to_owned());
        }
    }
    let wrong = notes.iter().flat_map(|(table, notes)| {
        let whole = out.join(format!("{table}.csv")).exists();
        let suffix = if whole { "" } else { "_latest" };
        let path = |ending| out.join(format!("{table}{suffix}.{ending}"));
        let open = |ending| csv::Reader::from_path(path(ending)).unwrap();
        screen(table, open("csv"), open("meta.csv"), notes)
    });
    let wrong = wrong.collect();
    (notes.len(), wrong)
}

#[test]
fn every_table_of_a_run_keeps_the_rules() {
    let out = crate::outputs::run();
    let (tables, wrong) = folder(&out);
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(tables, 10);
    places(&out);
}

#[test]
fn every_table_of_what_was_written_elsewhere_keeps_the_rules() {
    let Some(out) = std::env::var_os("DISPARITY_OUT").map(PathBuf::from) else {
        return say("NOT RUN: the rules of open data on a whole run: DISPARITY_OUT names none");
    };
    let (tables, wrong) = folder(&out);
    assert_eq!(wrong, Vec::<String>::new());
    say(&format!(
        "{tables} tables keep the rules of the open data standard"
    ));
}

/// A question so narrow that hardly a filter has two levels, at levels of one's own.
#[test]
fn every_table_of_a_narrow_run_keeps_the_rules() {
    let home = Folder::new("narrow");
    let plan = home.join("plan.toml");
    let text = "indicators = [\"cla_at_31_march\"]\nauthorities = [\"Camden\"]\nperiods = [2025]\n\
                models = \"latest\"\nconf_levels = [0.8, 0.9, 0.99]\n";
    std::fs::write(&plan, text).unwrap();
    let out = home.join("out");
    let paths = [plan.to_str().unwrap(), out.to_str().unwrap()];
    disparity(&["run", "--plan", paths[0], "--out", paths[1]]).ok();
    let (tables, wrong) = folder(&out);
    assert_eq!(wrong, Vec::<String>::new());
    assert!(tables >= 8, "{tables}");
    let mut header = csv::Reader::from_path(out.join("estimates.csv")).unwrap();
    let header = header.headers().unwrap().clone();
    let limits: Vec<&str> = header
        .iter()
        .filter(|name| name.starts_with("conf_"))
        .collect();
    assert_eq!(
        limits.join(" "),
        "conf_low conf_high conf_level conf_low_90 conf_high_90 conf_low_99 conf_high_99"
    );
    for name in [
        "page.html",
        "authority/camden.html",
        "indicator/cla_at_31_march.html",
    ] {
        let page = std::fs::read_to_string(out.join(name)).unwrap();
        assert!(page.contains("80% interval"), "{name}");
        assert!(!page.contains("95% interval"), "{name}");
    }
}

/// Authorities and regions have the codes and names that the Department knows, where its lists stand
/// beside the checkout.
fn places(out: &Path) {
    let lists = root().join("../shared/conformance/eesyscreener");
    if !lists.is_dir() {
        return say("NOT RUN: codes and names of places: the Department's lists are not there");
    }
    let known = |file: &str| -> BTreeSet<Vec<String>> {
        let mut reader = csv::Reader::from_path(lists.join(file)).unwrap();
        let rows = reader.records().map(Result::unwrap);
        rows.map(|row| row.iter().map(str::to_owned).collect())
            .collect()
    };
    let (authorities, regions) = (known("acceptable_las.csv"), known("acceptable_regions.csv"));
    let mut reader = csv::Reader::from_path(out.join("estimates.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let columns = |names: &[&str]| -> Vec<usize> {
        let place = |name: &&str| header.iter().position(|own| own == *name).unwrap();
        names.iter().map(place).collect()
    };
    let (of_authority, of_region) = (columns(&AUTHORITY), columns(&REGION));
    let mut seen = 0;
    for row in reader.records().map(Result::unwrap) {
        let cells = |columns: &[usize]| -> Vec<String> {
            columns.iter().map(|at| row[*at].to_owned()).collect()
        };
        let (authority, region) = (cells(&of_authority), cells(&of_region));
        assert!(
            authority[0].is_empty() || authorities.contains(&authority),
            "{row:?}"
        );
        assert!(region[0].is_empty() || regions.contains(&region), "{row:?}");
        seen += 1;
    }
    assert!(seen > 10_000, "{seen}");
}

/// A table that keeps the rules, and what breaks each of them.
#[test]
fn a_broken_rule_is_found() {
    const DATA: &str = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,\
        old_la_code,new_la_code,la_name,sex,numerator,symbol\n\
        2024,Reporting year,National,E92000001,England,,,,,,Total,12,\n\
        2024,Reporting year,Regional,E92000001,England,E12000007,London,,,,Total,c,c\n\
        2024,Reporting year,Local authority,E92000001,England,E12000007,London,202,E09000007,Camden,Boys,7,\n";
    const META: &str = "col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,\
        filter_grouping_column,filter_default\nsex,Filter,Sex,,,,,,Total\nnumerator,Indicator,Count,,,0,,,\n";
    let of = |data: &str, meta: &str| {
        let notes = BTreeSet::from(["symbol".to_owned()]);
        let open = |text: &str| csv::Reader::from_reader(std::io::Cursor::new(text.to_owned()));
        screen("example", open(data), open(meta), &notes)
    };
    assert_eq!(of(DATA, META), Vec::<String>::new());
    let long = "x".repeat(101);
    for (from, to, what) in [
        ("Boys", "Total", "a filter of 1 levels"),
        (",Boys,", ",,", "sex has a blank cell"),
        (",c,c", ",,c", "numerator has a blank cell"),
        (",12,", ",NA,", "for nothing"),
        (
            "2024,Reporting year,Nat",
            "2020-2024,Reporting year,Nat",
            "four digits",
        ),
        ("Reporting year,Nat", "Reporting years,Nat", "kind of year"),
        (
            "country_name,",
            "country,",
            "there is no column country_name",
        ),
        ("sex,", "Sex,", "snake_case"),
        ("202,E09000007", ",E09000007", "has not the columns"),
        (
            "England,,,,,,Total",
            "England,,,202,,,Total",
            "has not the columns",
        ),
    ] {
        let found = of(&DATA.replacen(from, to, 1), META);
        assert!(
            found.iter().any(|found| found.contains(what)),
            "{what}: {found:?}"
        );
    }
    let twice = DATA.to_owned() + "2024,Reporting year,National,E92000001,England,,,,,,Total,13,\n";
    assert!(of(&twice, META).iter().any(|found| found.contains("twice")));
    for (from, to, what) in [
        (",Sex,", &*format!(",{long},"), "too long"),
        (",Count,", ",Sex,", "label \"Sex\" is there twice"),
        (",Total\n", ",Girls\n", "to be chosen first"),
        (",0,", ",,", "no number of decimals"),
        (
            "sex,Filter",
            "sex,Dimension",
            "neither Filter nor Indicator",
        ),
        ("numerator,", "boys_male,", "is not in the data"),
        (
            "sex,Filter,Sex,,,,,,Total\n",
            "",
            "sex is not in the metadata",
        ),
        ("sex,Filter", "la_name,Filter", "column of time or place"),
        (",filter_hint", ",hint", "cannot have a column hint"),
        (",,,0,,,", ",,,0,,,Total", "with what filters have"),
    ] {
        let found = of(DATA, &META.replacen(from, to, 1));
        assert!(
            found.iter().any(|found| found.contains(what)),
            "{what}: {found:?}"
        );
    }
}
