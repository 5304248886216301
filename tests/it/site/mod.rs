//! The site: pages that hold together, need nothing from elsewhere, are built for whoever cannot see them, and say no
//! number that is not in the files of a run.

mod browser;
mod figures;
mod html;
mod numbers;
mod prior;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use html::Tag;

use crate::support::{Folder, disparity, with_threads};

/// No page is longer.
const LONGEST: u64 = 300_000;

/// The same figures as those of the run that tests of outputs share.
const INDICATORS: [&str; 4] = [
    "cla_at_31_march",
    "referrals",
    "rereferrals_within_12_months",
    "cin_disability_recorded",
];

/// One site shared by the tests of this module.
fn site() -> &'static Path {
    static SITE: OnceLock<(Folder, PathBuf)> = OnceLock::new();
    let (_, site) = SITE.get_or_init(|| {
        let folder = Folder::new("site");
        let out = folder.join("site");
        write(&out, &[], None);
        (folder, out)
    });
    site
}

fn write(out: &Path, more: &[&str], threads: Option<&str>) {
    let mut arguments = vec!["site", "--out", out.to_str().unwrap()];
    for indicator in INDICATORS {
        arguments.extend(["--indicator", indicator]);
    }
    arguments.extend(more);
    let said = with_threads(&arguments, threads).ok();
    assert!(
        said.contains("pages that need nothing from elsewhere"),
        "{said}"
    );
}

/// Every file by its name, with `/` between the parts.
fn files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(within) = folders.pop() {
        for entry in std::fs::read_dir(&within).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('\\', "/");
                found.insert(name, path);
            }
        }
    }
    found
}

/// What kind of file a name is of.
fn kind(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Every page by its name.
fn pages() -> &'static BTreeMap<String, String> {
    static PAGES: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    PAGES.get_or_init(|| {
        let pages = files(site())
            .into_iter()
            .filter(|(name, _)| kind(name) == "html");
        pages
            .map(|(name, path)| (name, std::fs::read_to_string(path).unwrap()))
            .collect()
    })
}

#[test]
fn there_is_a_page_for_each_authority_and_indicator() {
    let count = |folder: &str| {
        pages()
            .keys()
            .filter(|name| name.starts_with(folder))
            .count()
    };
    assert_eq!(count("authority/"), 153);
    assert_eq!(count("indicator/"), 4);
    assert_eq!(count("given/"), 2);
    for name in [
        "index", "groups", "given", "compare", "quality", "reading", "methods",
    ] {
        assert!(pages().contains_key(&format!("{name}.html")), "{name}");
    }
    // Each is found from the first page, by what it was called too.
    let first = &pages()["index.html"];
    let links = html::tags(first);
    assert!(
        links
            .iter()
            .any(|tag| tag.get("href") == Some("authority/hackney.html"))
    );
    for words in ["formerly Bournemouth", ">Hull, "] {
        assert!(first.contains(words), "{words}");
    }
}

#[test]
fn no_page_is_long_and_the_list_names_every_file() {
    let manifest = std::fs::read_to_string(site().join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["command"], "site");
    let listed = manifest["outputs"].as_object().unwrap();
    for (name, path) in files(site()) {
        let long = std::fs::metadata(path).unwrap().len();
        if name == "manifest.json" {
            continue;
        }
        assert_eq!(listed[&name]["bytes"].as_u64(), Some(long), "{name}");
        assert!(
            kind(&name) != "html" || long <= LONGEST,
            "{name}: {long} bytes"
        );
    }
}

/// A link from a page, taken from the top of the site.
fn target(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => assert!(
                parts.pop().is_some(),
                "{page}: {link} leads out of the site"
            ),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_link_leads_somewhere_within() {
    let all = files(site());
    let ids: BTreeMap<&str, BTreeSet<String>> = pages()
        .iter()
        .map(|(name, text)| {
            let ids = html::tags(text)
                .into_iter()
                .filter_map(|tag| tag.get("id").map(str::to_owned));
            (name.as_str(), ids.collect())
        })
        .collect();
    let mut links = 0;
    for (page, text) in pages() {
        for tag in html::tags(text) {
            for name in ["href", "src"] {
                let Some(link) = tag.get(name).filter(|link| *link != "data:,") else {
                    continue;
                };
                links += 1;
                assert!(
                    !link.contains(':') && !link.starts_with('/'),
                    "{page}: {link}"
                );
                let (path, id) = link.split_once('#').unwrap_or((link, ""));
                let path = path.split('?').next().unwrap();
                let to = if path.is_empty() {
                    page.clone()
                } else {
                    target(page, path)
                };
                assert!(
                    all.contains_key(&to),
                    "{page}: {link} leads to {to}, which is not there"
                );
                assert!(
                    id.is_empty() || ids[to.as_str()].contains(id),
                    "{page}: {link}"
                );
            }
        }
    }
    assert!(links > 10_000, "{links}");
}

#[test]
fn nothing_is_fetched_from_elsewhere() {
    for (name, path) in files(site()) {
        let text = std::fs::read_to_string(&path).unwrap();
        if kind(&name) == "css" {
            assert!(
                !text.contains("url(") && !text.contains("@import"),
                "{name}"
            );
        }
        let is_ours = kind(&name) == "js" && name != "assets/autocomplete.js";
        if is_ours {
            // The name of SVG looks like an address and is none.
            let text = text.replace("'http://www.w3.org/2000/svg'", "");
            for way in ["fetch(", "XMLHttpRequest", "http:", "https:", "import("] {
                assert!(!text.contains(way), "{name}: {way}");
            }
        }
    }
    // Words may name an address; nothing that a browser loads does.
    for (page, text) in pages() {
        for tag in html::tags(text) {
            for name in ["src", "srcset", "style", "action", "data", "poster"] {
                let value = tag.get(name).unwrap_or_default();
                assert!(!value.contains("//"), "{page}: {name}={value}");
            }
        }
    }
}

#[test]
fn every_page_is_built_for_whoever_cannot_see_it() {
    for (page, text) in pages() {
        let tags = html::tags(text);
        let mut ids = BTreeSet::new();
        for id in tags.iter().filter_map(|tag| tag.get("id")) {
            assert!(ids.insert(id), "{page}: two things are called {id}");
        }
        let levels: Vec<u8> = tags.iter().filter_map(Tag::heading).collect();
        assert_eq!(
            levels.iter().filter(|level| **level == 1).count(),
            1,
            "{page}"
        );
        assert_eq!(levels[0], 1, "{page}");
        for pair in levels.windows(2) {
            assert!(
                pair[1] <= pair[0] + 1,
                "{page}: a heading is jumped: {levels:?}"
            );
        }
        assert_eq!(
            tags.iter().filter(|tag| tag.name == "main").count(),
            1,
            "{page}"
        );
        assert!(
            tags.iter()
                .any(|tag| tag.name == "html" && tag.get("lang") == Some("en-GB")),
            "{page}"
        );
        for tag in tags.iter().filter(|tag| tag.name == "th") {
            assert!(
                matches!(tag.get("scope"), Some("col" | "row")),
                "{page}: {tag:?}"
            );
        }
        for table in html::pieces(text, "table") {
            let inside = html::tags(table);
            let captions = inside.iter().filter(|tag| tag.name == "caption").count();
            assert_eq!(captions, 1, "{page}: a table has no name");
            let heads = inside
                .iter()
                .filter(|tag| tag.get("scope") == Some("col"))
                .count();
            assert!(heads > 1, "{page}");
            for row in html::pieces(table.split_once("<tbody").unwrap().1, "tr") {
                let cells = html::tags(row)
                    .into_iter()
                    .filter(|tag| ["td", "th"].contains(&tag.name.as_str()));
                assert_eq!(cells.count(), heads, "{page}: {row}");
            }
        }
        for svg in html::pieces(text, "svg") {
            for part in ["title", "desc"] {
                let words = html::pieces(svg, part).next();
                assert!(
                    words.is_some_and(|words| words.len() > 20),
                    "{page}: a drawing without {part}"
                );
            }
        }
    }
    let drawings = |page: &str| html::pieces(&pages()[page], "svg").count();
    assert!(drawings("authority/hackney.html") >= 3);
    assert!(drawings("indicator/cla_at_31_march.html") >= 5);
}

#[test]
fn every_authority_opens_with_a_few_sentences() {
    let mut few = Vec::new();
    for (page, text) in pages()
        .iter()
        .filter(|(name, _)| name.starts_with("authority/"))
    {
        let list = text
            .split_once("class=\"findings\"")
            .unwrap_or_else(|| panic!("{page}"))
            .1;
        let list = list.split_once("</ul>").unwrap().0;
        let sentences = html::pieces(list, "li").count();
        assert!((1..=6).contains(&sentences), "{page}: {sentences}");
        if sentences < 3 {
            few.push(page.as_str());
        }
        let at = text.find("class=\"findings\"").unwrap();
        assert!(
            at < text.find("<table").unwrap() && at < text.find("<svg").unwrap(),
            "{page}"
        );
    }
    crate::support::say(&format!("site: fewer than three sentences open {few:?}"));
    assert!(few.len() <= 15, "{few:?}");
}

#[test]
fn two_sites_are_the_same_bytes() {
    let folder = Folder::new("site-twice");
    let chosen = [
        "--authority",
        "Hackney",
        "--authority",
        "Isles of Scilly",
        "--models",
        "none",
    ];
    let (one, two) = (folder.join("one"), folder.join("two"));
    write(&one, &chosen, None);
    write(&two, &chosen, Some("1"));
    let (first, second) = (files(&one), files(&two));
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>()
    );
    for (name, path) in &first {
        assert!(
            std::fs::read(path).unwrap() == std::fs::read(&second[name]).unwrap(),
            "{name}"
        );
    }
    // Without models there is nothing that is said to be given who lives there.
    assert!(!first.contains_key("given.html") && first.contains_key("authority/hackney.html"));
    assert!(!first.contains_key("authority/camden.html"));
    let refused = disparity(&["--out", one.to_str().unwrap()]);
    assert_eq!(refused.code, 2, "a run replaced a site: {}", refused.stdout);
}
