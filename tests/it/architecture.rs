//! The manifest is the architecture: who may name whom, and what must never be linked.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::{Imports, circles};
use crate::support::root;

/// Each crate, the crates of ours it may name, and the heavy ones that only it may name, or only it
/// and others that say so here, too.
const CRATES: [(&str, &[&str], &[&str]); 18] = [
    (
        "stats",
        &[],
        &["statrs", "nalgebra", "rand_xoshiro", "rand_distr"],
    ),
    ("core", &["stats"], &[]),
    ("disclosure", &["core", "stats"], &[]),
    ("published", &["core"], &["flate2"]),
    (
        "frames",
        &["core"],
        &[
            "calamine",
            "arrow-array",
            "arrow-ipc",
            "arrow-schema",
            "parquet",
        ],
    ),
    (
        "query",
        &[],
        &["rusqlite", "arrow-array", "arrow-schema", "parquet"],
    ),
    (
        "returns",
        &["core"],
        &[
            "quick-xml",
            "calamine",
            "flate2",
            "zip",
            "encoding_rs",
            "arrow-array",
            "arrow-schema",
            "parquet",
        ],
    ),
    ("journeys", &["core", "stats"], &[]),
    ("needs", &["core", "stats"], &[]),
    ("simulate", &["core"], &["rand_xoshiro", "rand_distr"]),
    ("analysis", &["core", "stats"], &[]),
    (
        "export",
        &["core", "disclosure"],
        &["arrow-array", "arrow-schema", "i_overlay", "parquet"],
    ),
    (
        "report",
        &["core", "disclosure"],
        &["plotters", "minijinja"],
    ),
    ("prints", &[], &["resvg", "svg2pdf", "pdf-writer", "png"]),
    (
        "documents",
        &["core"],
        &["quick-xml", "rust_xlsxwriter", "zip"],
    ),
    ("serve", &[], &["hyper", "hyper-util", "tokio", "cap-std"]),
    (
        "cli",
        &[
            "stats",
            "core",
            "disclosure",
            "published",
            "frames",
            "query",
            "returns",
            "journeys",
            "needs",
            "simulate",
            "analysis",
            "export",
            "report",
            "documents",
            "prints",
            "serve",
        ],
        &["clap", "anyhow", "comfy-table", "open"],
    ),
    (
        "python",
        &["cli", "core", "export", "stats"],
        &["pyo3", "numpy", "arrow-array", "arrow-schema", "parquet"],
    ),
];

/// Crates that speak over a network. Children's data never leave the machine. (`hyper` and `tokio` are the server of
/// `crates/serve`; `the_one_door_leads_to_this_machine` has what is asked of them.)
const NETWORK: [&str; 14] = [
    "reqwest",
    "h2",
    "ureq",
    "curl",
    "isahc",
    "surf",
    "rustls",
    "native-tls",
    "openssl",
    "openssl-sys",
    "ring",
    "async-std",
    "object_store",
    "tungstenite",
];

/// The rooms of `crates/returns/src` in the order of the flow, floor by floor. A room names those on
/// earlier floors and itself; rooms of one floor never meet.
const ROOMS_OF_RETURNS: [&[&str]; 8] = [
    &["diagnostics"],
    &["bytes"],
    &["config"],
    &["fields"],
    &["records"],
    &["formats", "children"],
    &["build"],
    &["store"],
];

fn manifest(name: &str) -> toml::Table {
    let path = if name == "cli" {
        root().join("Cargo.toml")
    } else {
        root().join("crates").join(name).join("Cargo.toml")
    };
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

fn dependencies(name: &str) -> BTreeSet<String> {
    let manifest = manifest(name);
    manifest
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

#[test]
fn the_crate_graph_is_as_drawn() {
    for (name, inside, _) in CRATES {
        let ours: BTreeSet<String> = dependencies(name)
            .iter()
            .filter_map(|dep| match dep.as_str() {
                "disparity" => Some("cli"),
                other => other.strip_prefix("disparity-"),
            })
            .map(str::to_owned)
            .collect();
        let drawn: BTreeSet<String> = inside.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(
            ours, drawn,
            "crates/{name} names other crates of ours than ARCHITECTURE.md draws"
        );
    }
}

#[test]
fn every_folder_under_crates_is_in_the_picture() {
    let folders: BTreeSet<String> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let drawn: BTreeSet<String> = CRATES.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(folders, drawn);
}

#[test]
fn a_heavy_dependency_has_one_home() {
    let mut homes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, _, heavy) in CRATES {
        for dependency in heavy {
            homes.entry(dependency).or_default().insert(name);
        }
    }
    for (name, ..) in CRATES {
        for dependency in dependencies(name) {
            if let Some(home) = homes.get(dependency.as_str()) {
                assert!(home.contains(name), "`{dependency}` belongs to {home:?}");
            }
        }
    }
}

#[test]
fn nothing_that_speaks_over_a_network_is_linked() {
    let lock: toml::Table = std::fs::read_to_string(root().join("Cargo.lock"))
        .unwrap()
        .parse()
        .unwrap();
    let packages = lock.get("package").and_then(toml::Value::as_array).unwrap();
    let names: BTreeSet<&str> = packages
        .iter()
        .filter_map(|package| package.get("name").and_then(toml::Value::as_str))
        .collect();
    assert!(names.contains("statrs"), "the lock file was not understood");
    for name in NETWORK {
        assert!(!names.contains(name), "`{name}` is in Cargo.lock");
    }
}

/// `crates/serve` answers on this machine, and nothing else of the program knows what a network is.
#[test]
fn the_one_door_leads_to_this_machine() {
    let lock: toml::Table = std::fs::read_to_string(root().join("Cargo.lock"))
        .unwrap()
        .parse()
        .unwrap();
    let packages = lock.get("package").and_then(toml::Value::as_array).unwrap();
    let who_names = |wanted: &str| -> BTreeSet<&str> {
        let names = |package: &&toml::Value| {
            let others = package.get("dependencies").and_then(toml::Value::as_array);
            let mut others = others.into_iter().flatten();
            others.any(|other| other.as_str() == Some(wanted))
        };
        let found = packages.iter().filter(names);
        found
            .filter_map(|package| package.get("name").and_then(toml::Value::as_str))
            .collect()
    };
    let door = BTreeSet::from(["disparity-serve", "hyper", "hyper-util"]);
    for wanted in ["hyper", "hyper-util", "tokio"] {
        let found = who_names(wanted);
        assert!(found.contains("disparity-serve"), "{wanted}: {found:?}");
        assert!(found.is_subset(&door), "{wanted} is named by {found:?}");
    }
    // No client is asked for.
    let manifest = manifest("cli");
    let versions = &manifest["workspace"]["dependencies"];
    let features = |name: &str| versions[name]["features"].to_string();
    assert_eq!(features("hyper"), r#"["server", "http1"]"#);
    assert_eq!(features("hyper-util"), r#"["tokio"]"#);
    let mut door = String::new();
    sources(&root().join("crates/serve"), &mut door);
    assert_eq!(door.matches("::bind(").count(), 1, "one door");
    assert!(door.contains("TcpListener::bind((Ipv4Addr::LOCALHOST, port))"));
    for word in ["connect(", "UdpSocket", "UNSPECIFIED", "lookup_host"] {
        assert!(!door.contains(word), "crates/serve has {word:?}");
    }
    for (name, ..) in CRATES.iter().filter(|(name, ..)| *name != "serve") {
        let mut texts = String::new();
        sources(&root().join("crates").join(name), &mut texts);
        for word in ["std::net", "TcpStream", "TcpListener", "UdpSocket"] {
            assert!(!texts.contains(word), "crates/{name} has {word:?}");
        }
    }
}

/// The table of crates in ARCHITECTURE.md: name, crates of ours, heavy dependencies.
fn drawn() -> BTreeMap<String, [BTreeSet<String>; 2]> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let table = text.split("\n| Crate (").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let words = |cell: &str| -> BTreeSet<String> {
        let words = cell.split(',').map(|word| word.trim().to_owned());
        words.filter(|word| word != "–").collect()
    };
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let [name, _, ours, heavy] = cells.try_into().unwrap();
        (
            name.split('`').nth(1).unwrap().to_owned(),
            [words(ours), words(heavy)],
        )
    };
    rows.map(row).collect()
}

#[test]
fn the_table_in_the_architecture_is_what_is_checked() {
    let mut drawn = drawn();
    let all: BTreeSet<String> = CRATES
        .iter()
        .map(|(name, ..)| (*name).to_owned())
        // What is made of the program is not a part of it.
        .filter(|name| name != "cli" && name != "python")
        .collect();
    for (name, ours, heavy) in CRATES {
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let [mut named, dependencies] = drawn.remove(name).unwrap_or_default();
        if named.remove("all") {
            named.extend(all.iter().cloned());
        }
        assert_eq!(
            [named, dependencies],
            [set(ours), set(heavy)],
            "`{name}` in the table of crates in ARCHITECTURE.md"
        );
    }
    assert!(drawn.is_empty(), "ARCHITECTURE.md draws {drawn:?}");
}

/// Paths that a document names in code, of those that it is expected to name.
fn paths_in(document: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(document)).unwrap();
    let code = text.split('`').skip(1).step_by(2);
    let links = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let folders = ["crates/", "data/", "tests/", ".ci/"];
    let paths = code
        .chain(links)
        .filter(|word| folders.iter().any(|folder| word.starts_with(folder)))
        .filter(|word| !word.contains(['*', '…', '<', ' ']) && !word.contains("NAME"));
    paths.map(str::to_owned).collect()
}

#[test]
fn every_path_that_a_document_names_is_there() {
    for document in [
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "GLOSSARY.md",
        "README.md",
    ] {
        for path in paths_in(document) {
            assert!(
                root().join(&path).exists(),
                "{document} names {path}, which is not there"
            );
        }
    }
    assert!(paths_in("ARCHITECTURE.md").len() > 20);
}

/// Every source under a folder, one after the other.
fn sources(folder: &std::path::Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

/// A recipe names what fails when a step is forgotten: tests have long names, in one word.
#[test]
fn every_test_that_a_recipe_names_is_there() {
    let mut all = String::new();
    for folder in ["crates", "tests"] {
        sources(&root().join(folder), &mut all);
    }
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let is_name = |word: &&str| {
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        word.matches('_').count() >= 3 && word.chars().all(letters)
    };
    let mut named = 0;
    for name in text.split('`').skip(1).step_by(2).filter(is_name) {
        assert!(all.contains(&format!("fn {name}(")), "no test {name}");
        named += 1;
    }
    assert!(named >= 15, "{named}");
}

/// The room of a file, such as `formats` of `formats/tables/mod.rs`.
fn room_of(file: &str) -> &str {
    let room = file.split('/').next().unwrap_or(file);
    room.trim_end_matches(".rs")
}

#[test]
fn a_room_of_returns_names_only_those_before_it() {
    let imports = Imports::of(&root().join("crates/returns/src"));
    let edges = imports.edges();
    let floor = |file: &str| {
        let has = |rooms: &&[&str]| rooms.contains(&room_of(file));
        let at = ROOMS_OF_RETURNS.iter().position(has);
        at.unwrap_or_else(|| panic!("crates/returns/src/{file} is in no room of the plan"))
    };
    let mut seen = BTreeSet::new();
    // The root declares the rooms and hands on what others may use.
    for (file, others) in edges.iter().filter(|(file, _)| **file != "lib.rs") {
        seen.insert(room_of(file));
        for other in others {
            assert!(
                room_of(file) == room_of(other) || floor(other) < floor(file),
                "crates/returns/src/{file} names {other}, which does not come before it"
            );
        }
    }
    let all: BTreeSet<&str> = ROOMS_OF_RETURNS.concat().into_iter().collect();
    assert_eq!(seen, all, "the plan names a room that is not there");
}

#[test]
fn no_file_is_in_a_circle_with_one_of_another_folder() {
    for (name, ..) in CRATES {
        let folder = root().join("crates").join(name);
        let sources = Some(folder.join("src")).filter(|folder| folder.is_dir());
        let imports = Imports::of(&sources.unwrap_or(folder));
        let edges = imports.edges();
        let named: usize = edges.values().map(BTreeSet::len).sum();
        assert!(
            named > edges.len() / 2,
            "the imports of crates/{name} were not understood"
        );
        let found = circles(&edges);
        assert!(
            found.is_empty(),
            "files of crates/{name} name each other across folders: {found:?}"
        );
    }
}

/// The folders and files of `crates/disclosure/src` from the ground up: each names only those before it.
/// What looks for alternatives and what attacks never meet.
const ROOMS_OF_DISCLOSURE: [&[&str]; 8] = [
    &["rule"],
    &["system"],
    &["alternatives", "attack"],
    &["suppression"],
    &["release"],
    &["beside"],
    &["cube", "answers"],
    &["seen", "survey"],
];

#[test]
fn a_room_of_the_gate_names_only_those_before_it() {
    let imports = Imports::of(&root().join("crates/disclosure/src"));
    let floor = |file: &str| {
        let has = |rooms: &&[&str]| rooms.contains(&room_of(file));
        let at = ROOMS_OF_DISCLOSURE.iter().position(has);
        at.unwrap_or_else(|| panic!("crates/disclosure/src/{file} is in no room of the plan"))
    };
    let mut seen = 0;
    let edges = imports.edges();
    for (file, others) in edges.iter().filter(|(file, _)| **file != "lib.rs") {
        for other in others
            .iter()
            .filter(|other| room_of(other) != room_of(file))
        {
            assert!(
                floor(other) < floor(file),
                "crates/disclosure/src/{file} names {other}, which does not come before it"
            );
            seen += 1;
        }
    }
    assert!(seen > 10, "the imports were not understood");
}

/// Columns, rules and relations have homes of their own; the command line has arguments and stages.
#[test]
fn the_command_line_holds_no_column_no_rule_and_no_relation() {
    let mut texts = String::new();
    sources(&root().join("crates/cli"), &mut texts);
    assert!(texts.contains("protect_prior_help"), "nothing was read");
    for word in [
        "const HEADER",
        "_within_12_months",
        "const LEAST",
        "default_value_t = 5)]\n    pub(crate) withhold_to",
        "disparity_disclosure::blocks",
        "suppress(",
        "Relations for",
    ] {
        assert!(!texts.contains(word), "crates/cli has {word:?}");
    }
    // Nobody makes a release, or decides what is shown, but the gate.
    for (name, ..) in CRATES {
        if ["disclosure", "cli", "export", "report"].contains(&name) {
            continue;
        }
        let mut texts = String::new();
        sources(&root().join("crates").join(name), &mut texts);
        assert!(
            !texts.contains("disparity_disclosure"),
            "crates/{name} names the gate"
        );
    }
}
