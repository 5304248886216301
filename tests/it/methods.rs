//! The registry of methods against the program: every word that an output has for a method is known, and
//! the registry says truly which methods the program uses.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use disparity_stats::{method, methods};

use crate::attacker::store_of;
use crate::outputs::run;
use crate::support::{Folder, disparity, root};

/// The values of a table's column `method`, if it has one.
fn methods_of(table: &str) -> Option<BTreeSet<String>> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap();
    let at = header.iter().position(|name| name == "method")?;
    let rows = reader.records().map(|row| row.unwrap()[at].to_owned());
    Some(rows.filter(|word| !word.is_empty()).collect())
}

/// The words of every table of a folder, and how many tables have such a column.
fn methods_in(folder: &Path) -> (BTreeSet<String>, usize) {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let tables = paths.filter(|path| path.extension().is_some_and(|ending| ending == "csv"));
    let found: Vec<BTreeSet<String>> = tables
        .filter_map(|path| methods_of(&std::fs::read_to_string(path).unwrap()))
        .collect();
    (found.iter().flatten().cloned().collect(), found.len())
}

#[test]
fn every_method_in_a_table_can_be_looked_up() {
    let folder = Folder::new("methods");
    let size = "--authorities 2 --years 6 --children 120 --care 0.3 --seed 3";
    let store = store_of(&folder, size);
    let counted = folder.join("counted");
    disparity(&[
        "run",
        "--returns",
        &store,
        "--out",
        counted.to_str().unwrap(),
    ])
    .ok();
    let (published, tables) = methods_in(&run());
    assert!(
        tables >= 7,
        "{tables} tables of a run have a column `method`"
    );
    let (counted, _) = methods_in(&counted);
    let helped = disparity(&["prior-help", &store, "--format", "csv"]).ok();
    let helped = methods_of(&helped).expect("prior help names its methods");
    // What is there to be looked up: each of the tables has methods that no other has.
    for (words, word) in [
        (&published, "mixed_model"),
        (&counted, "crude_rate_non_independent"),
        (&helped, "kaplan_meier_greenwood"),
        (&helped, "direct_age_wilson"),
        (&helped, "bounds"),
    ] {
        assert!(words.contains(word), "{word} is not among {words:?}");
    }
    let steps = disparity(&["journeys", &store, "--format", "csv"]).ok();
    let steps = methods_of(&steps).unwrap_or_default();
    for word in [published, counted, helped, steps].iter().flatten() {
        let found = method(word).unwrap_or_else(|| panic!("an output has {word:?} for a method"));
        let said = disparity(&["method", word]).ok();
        assert!(said.contains(word) && said.contains(found.title), "{said}");
    }
}

/// A source without comments, text and what only tests see.
fn code(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = Vec::new();
    let mut for_tests = false;
    for line in text.lines() {
        if std::mem::take(&mut for_tests) {
            if line.ends_with('{') {
                break;
            }
            continue;
        }
        for_tests = line.trim() == "#[cfg(test)]";
        if !for_tests && !line.trim_start().starts_with("//") {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// The sources under a folder that are no tests, in order.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let is_for_tests = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_for_tests {
            found.extend(sources(&path));
        } else if !is_for_tests && path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// The sources of every crate but `stats`, and `python`, which hands its functions on and writes no output.
fn sources_of_the_program() -> Vec<PathBuf> {
    let all = sources(&root().join("crates"));
    let others = ["stats", "python"].map(|name| root().join("crates").join(name));
    all.into_iter()
        .filter(|path| !others.iter().any(|other| path.starts_with(other)))
        .collect()
}

const fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The text between the first pair of quotes.
fn quoted(text: &str) -> Option<&str> {
    text.split('"').nth(1)
}

/// The words for methods that the sources write: beside a field or a variable `method`, or given to a
/// function that takes one.
fn words_in_the_sources() -> BTreeSet<String> {
    let files: Vec<String> = sources_of_the_program()
        .iter()
        .map(|path| code(path).join("\n"))
        .collect();
    let mut takers: BTreeSet<&str> = BTreeSet::new();
    for text in &files {
        for signature in text.split("fn ").skip(1) {
            let signature = signature.split('{').next().unwrap();
            if signature.contains("method: &'static str") {
                takers.insert(signature.split(|c: char| !is_of_a_name(c)).next().unwrap());
            }
        }
    }
    assert!(
        takers.contains("measured") && takers.contains("at_all"),
        "{takers:?}"
    );
    let mut words = BTreeSet::new();
    for text in &files {
        for taker in &takers {
            for call in text.split(&format!("{taker}(")).skip(1) {
                // The word is among the first arguments, before anything that opens.
                let arguments = call.split(['(', '{', '|', ';']).next().unwrap();
                words.extend(quoted(arguments).map(str::to_owned));
            }
        }
        for beside in ["method: \"", "let method = \""] {
            for after in text.split(beside).skip(1) {
                words.insert(after.split('"').next().unwrap().to_owned());
            }
        }
    }
    words
}

#[test]
fn every_word_for_a_method_in_the_sources_is_in_the_registry() {
    let words = words_in_the_sources();
    assert!(words.len() >= 12, "only {words:?} were found");
    for word in words {
        assert!(
            method(&word).is_some(),
            "{word:?} stands for no method that is registered"
        );
    }
}

/// A name in a source, what stands before it (`.`, `::` or nothing) and whether it is called.
type Token = (String, &'static str, bool);

fn tokens(text: &str) -> BTreeSet<Token> {
    let mut found = BTreeSet::new();
    for line in text.lines() {
        // What stands between quotes is no code, nor what follows two strokes.
        let line: String = line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"");
        let line = line.split("//").next().unwrap();
        let mut rest = line;
        let mut before = "";
        while let Some(start) = rest.find(is_of_a_name) {
            let gap = rest[..start].trim_end();
            if gap.ends_with("::") {
                before = "::";
            } else if gap.ends_with('.') {
                before = ".";
            }
            let name = &rest[start..];
            let end = name.find(|c: char| !is_of_a_name(c)).unwrap_or(name.len());
            rest = &name[end..];
            let is_called = rest.starts_with('(') || rest.starts_with("::<");
            found.insert((name[..end].to_owned(), before, is_called));
            before = "";
        }
    }
    found
}

/// A function or a type of `stats`, with the methods whose documentation it bears.
struct Item {
    file: PathBuf,
    visibility: String,
    is_function: bool,
    owner: Option<String>,
    name: String,
    documents: Vec<String>,
    tokens: BTreeSet<Token>,
}

/// The word after `keyword` in a line that declares something.
fn declared(line: &str) -> Option<(&str, &str, &str)> {
    let line = line.trim_start();
    let (visibility, rest) = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => {
            let (within, rest) = rest[1..].split_once(") ")?;
            (within, rest)
        }
        Some(rest) => ("pub", rest.strip_prefix(' ')?),
        None => ("", line),
    };
    let rest = rest.strip_prefix("const ").unwrap_or(rest);
    let (keyword, rest) = rest.split_once(' ')?;
    let name = rest.split(|c: char| !is_of_a_name(c)).next()?;
    ["fn", "struct", "enum"]
        .contains(&keyword)
        .then_some((visibility, keyword, name))
}

/// The type that an `impl` at the start of a line is of.
fn implemented(line: &str) -> Option<String> {
    let rest = line.strip_prefix("impl")?;
    let rest = rest.split(" for ").last()?.split(" where ").next()?;
    let rest = rest.rsplit_once("> ").map_or(rest, |(_, rest)| rest);
    let name = rest.trim_start().split(|c: char| !is_of_a_name(c)).next()?;
    Some(name.to_owned())
}

/// What `stats` declares. The sources are laid out by rustfmt: what a line opens is closed by the next one
/// with a brace at the same depth.
fn items() -> Vec<Item> {
    let mut items = Vec::new();
    for file in sources(&root().join("crates/stats/src")) {
        if file.ends_with("src/lib.rs") || file.ends_with("src/method.rs") {
            continue;
        }
        let lines = code(&file);
        let (mut owner, mut documents) = (None, Vec::new());
        for (at, line) in lines.iter().enumerate() {
            if line.starts_with("impl") {
                owner = implemented(line);
            } else if line.starts_with('}') {
                owner = None;
            }
            if line.trim_start().starts_with("#[doc = include_str!(") {
                let name = line.rsplit('/').next().unwrap();
                documents.push(name.split('.').next().unwrap().to_owned());
            }
            let Some((visibility, keyword, name)) = declared(line) else {
                continue;
            };
            let depth = line.len() - line.trim_start().len();
            let close = format!("{}}}", " ".repeat(depth));
            let ends_at_once = line.ends_with('}') || line.ends_with(';');
            let end = lines[at..].iter().position(|line| line.starts_with(&close));
            let end = if ends_at_once {
                at
            } else {
                end.map_or(lines.len() - 1, |more| at + more)
            };
            items.push(Item {
                file: file.clone(),
                visibility: visibility.to_owned(),
                is_function: keyword == "fn",
                owner: owner.clone().filter(|_| depth > 0),
                name: name.to_owned(),
                documents: std::mem::take(&mut documents),
                tokens: tokens(&lines[at..=end].join("\n")),
            });
        }
    }
    items
}

impl Item {
    /// Whether these tokens name it. A function of a type is called, of a type that is in use.
    fn is_named(&self, tokens: &BTreeSet<Token>, types: &BTreeSet<String>) -> bool {
        let has = |before, called| tokens.contains(&(self.name.clone(), before, called));
        match &self.owner {
            Some(owner) if self.is_function => {
                types.contains(owner) && (has(".", true) || has("::", true) || has("::", false))
            }
            _ => [false, true]
                .iter()
                .any(|called| has("", *called) || has("::", *called)),
        }
    }

    /// Whether code of a file may name it.
    fn is_seen_from(&self, file: &Path) -> bool {
        match self.visibility.as_str() {
            "" => file == self.file,
            "super" => {
                let folder = self.file.parent().unwrap();
                let is_folder = self.file.ends_with("mod.rs");
                file.starts_with(if is_folder {
                    folder.parent().unwrap()
                } else {
                    folder
                })
            }
            _ => true,
        }
    }
}

/// The methods that the program reaches: what its sources name of `stats`, what that names, and so on.
/// Names are compared, not resolved, so a name that two things share may count for both.
fn reached() -> BTreeSet<String> {
    let mut program: BTreeSet<Token> = BTreeSet::new();
    for path in sources_of_the_program() {
        let text = code(&path).join("\n");
        let names_stats = text.contains("disparity_stats");
        // Where `stats` is not named, what it made may still be asked for something.
        let own = tokens(&text);
        program.extend(
            own.into_iter()
                .filter(|token| names_stats || token.1 == "."),
        );
    }
    let name = |token: &Token| token.0.clone();
    let mut types: BTreeSet<String> = program.iter().map(name).collect();
    let mut inside: BTreeMap<PathBuf, BTreeSet<Token>> = BTreeMap::new();
    let mut left = items();
    let mut reached = BTreeSet::new();
    loop {
        let (found, others): (Vec<Item>, Vec<Item>) = left.into_iter().partition(|item| {
            let from_inside = |(file, tokens): (&PathBuf, &BTreeSet<Token>)| {
                item.is_seen_from(file) && item.is_named(tokens, &types)
            };
            item.visibility == "pub" && item.is_named(&program, &types)
                || inside.iter().any(from_inside)
        });
        if found.is_empty() {
            return reached;
        }
        for item in found {
            types.extend(item.tokens.iter().map(name));
            reached.extend(item.documents);
            inside.entry(item.file).or_default().extend(item.tokens);
        }
        left = others;
    }
}

#[test]
fn the_registry_says_which_methods_the_program_uses() {
    let documented: BTreeSet<String> = items()
        .into_iter()
        .flat_map(|item| item.documents)
        .collect();
    let names: BTreeSet<String> = methods()
        .iter()
        .map(|method| method.name.to_owned())
        .collect();
    assert_eq!(
        documented, names,
        "every method documents a function or a type"
    );
    // What stands in a table is used too: a rate drawn by `gamma_poisson_prior` is told as drawn.
    let printed = words_in_the_sources();
    let printed = printed.iter().filter_map(|word| method(word));
    let mut used = reached();
    used.extend(printed.map(|method| method.name.to_owned()));
    let wrong: Vec<&str> = methods()
        .iter()
        .filter(|method| method.used != used.contains(method.name))
        .map(|method| method.name)
        .collect();
    assert!(
        wrong.is_empty(),
        "crates/stats/src/method.rs says whether the program uses it: {wrong:?}"
    );
    assert!(!used.contains("regression") && used.contains("wilson"));
}
