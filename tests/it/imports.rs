//! Which files of a crate name which, read from their paths: `use` declarations and paths in the code,
//! followed through re-exports to the file that defines what is named. Only what the architecture's
//! tests need of a parser: the sources are formatted and compile.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A path from the root of a crate, such as `["records", "source", "Source"]`.
type Named = Vec<String>;

/// One source file of a crate.
struct File {
    /// From the folder of sources, such as `records/mod.rs`.
    name: String,
    /// The module that it is.
    module: Named,
    /// Paths that it names.
    names: BTreeSet<Named>,
    /// What it names under a name of its own: others may name it here.
    aliases: BTreeMap<String, Named>,
    /// Modules of which everything is named.
    globs: BTreeSet<Named>,
}

/// The files of a crate and what each names of the crate itself.
pub(crate) struct Imports {
    files: Vec<File>,
}

impl Imports {
    /// Reads the sources in a folder, without their tests.
    pub(crate) fn of(sources: &Path) -> Self {
        let mut texts = Vec::new();
        gather(sources, sources, &mut texts);
        texts.sort();
        Self::read(texts)
    }

    /// Reads sources, each with its path from their folder.
    fn read(texts: Vec<(String, String)>) -> Self {
        let modules: BTreeSet<Named> = texts.iter().map(|(name, _)| module_of(name)).collect();
        let files = texts
            .into_iter()
            .filter(|(name, _)| {
                !name
                    .split('/')
                    .any(|part| part == "tests" || part == "tests.rs")
            })
            .map(|(name, text)| File::read(name, &text, &modules))
            .collect();
        Self { files }
    }

    /// Each file with the others that it names.
    pub(crate) fn edges(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let by_module: BTreeMap<&[String], &File> = self
            .files
            .iter()
            .map(|file| (file.module.as_slice(), file))
            .collect();
        self.files
            .iter()
            .map(|file| {
                let named = file
                    .names
                    .iter()
                    .filter_map(|path| defined(&by_module, path, 0));
                let others = named.filter(|other| *other != file.name.as_str()).collect();
                (file.name.as_str(), others)
            })
            .collect()
    }
}

/// The files that reach one another, where they are of more than one folder.
pub(crate) fn circles(edges: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<Vec<String>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = edges
        .keys()
        .map(|from| {
            let mut seen = BTreeSet::new();
            let mut open = vec![*from];
            while let Some(next) = open.pop() {
                let others = edges.get(next).into_iter().flatten().copied();
                open.extend(others.filter(|other| seen.insert(*other)));
            }
            (*from, seen)
        })
        .collect();
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for (from, there) in &reached {
        let back = |other: &&str| reached.get(*other).is_some_and(|own| own.contains(from));
        let circle: Vec<String> = there
            .iter()
            .copied()
            .filter(back)
            .map(str::to_owned)
            .collect();
        let folders: BTreeSet<&str> = circle.iter().map(|name| folder_of(name, edges)).collect();
        if folders.len() > 1 {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

/// The folder that a file belongs to: a file beside a folder of its own name is the head of that.
fn folder_of<'n>(name: &'n str, edges: &BTreeMap<&str, BTreeSet<&str>>) -> &'n str {
    let stem = name.trim_end_matches(".rs");
    let heads = |other: &&str| {
        other
            .strip_prefix(stem)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    if edges.keys().any(heads) {
        return stem;
    }
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The file that defines what a path names. What no file of the crate defines is of none.
fn defined<'f>(
    by_module: &BTreeMap<&[String], &'f File>,
    path: &[String],
    depth: usize,
) -> Option<&'f str> {
    let len = (0..=path.len())
        .rev()
        .find(|len| by_module.contains_key(&path[..*len]))?;
    let file = by_module[&path[..len]];
    let Some(item) = path.get(len) else {
        return Some(&file.name);
    };
    if depth > 16 {
        return None;
    }
    if let Some(alias) = file.aliases.get(item) {
        let whole = [alias.as_slice(), &path[len + 1..]].concat();
        return defined(by_module, &whole, depth + 1);
    }
    Some(&file.name)
}

fn gather(root: &Path, folder: &Path, texts: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, texts);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            let name = name.replace('\\', "/");
            texts.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn module_of(name: &str) -> Named {
    let stem = name.trim_end_matches(".rs");
    let mut parts: Named = stem.split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod") || matches!(stem, "lib" | "main") {
        parts.pop();
    }
    parts
}

/// The code of a file: without its tests, comments and texts.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let (mut quoted, mut in_tests, mut before_line) = (false, false, "");
    for line in text.lines() {
        let is_module = line.starts_with("mod ") || line.starts_with("pub(crate) mod ");
        in_tests |= before_line == "#[cfg(test)]" && is_module && line.ends_with('{');
        before_line = line;
        if in_tests {
            in_tests = line != "}";
            continue;
        }
        let (mut escaped, mut before) = (false, ' ');
        for c in line.chars() {
            if !quoted && before == '/' && c == '/' {
                code.pop();
                break;
            }
            if c == '"' && !escaped && before != '\'' {
                quoted = !quoted;
            }
            escaped = quoted && c == '\\' && !escaped;
            if !quoted {
                code.push(c);
            }
            before = c;
        }
        code.push('\n');
    }
    code
}

impl File {
    fn read(name: String, text: &str, modules: &BTreeSet<Named>) -> Self {
        let module = module_of(&name);
        let code = code_of(text);
        let mut file = Self {
            name,
            module,
            names: BTreeSet::new(),
            aliases: BTreeMap::new(),
            globs: BTreeSet::new(),
        };
        let mut rest = String::new();
        let mut declarations = Vec::new();
        let mut open: Option<(bool, String)> = None;
        for line in code.lines() {
            let start = line.trim_start();
            let own = ["use ", "pub use ", "pub(crate) use ", "pub(super) use "];
            if open.is_none()
                && let Some(word) = own.iter().find(|word| start.starts_with(**word))
            {
                open = Some((word.starts_with("pub"), start[word.len()..].to_owned()));
            } else if let Some((_, tree)) = &mut open {
                tree.push_str(start);
            } else {
                rest.push_str(line);
                rest.push('\n');
            }
            if let Some(done) = open.take_if(|(_, tree)| tree.ends_with(';')) {
                declarations.push(done);
            }
        }
        let used: BTreeSet<&str> = words(&rest).collect();
        for (public, tree) in declarations {
            let mut leaves = Vec::new();
            expand(tree.trim_end_matches(';'), &[], &mut leaves);
            for (path, alias) in leaves {
                let Some(path) = file.rooted(&path, modules) else {
                    continue;
                };
                // What is only handed on is not used here.
                if !public || used.contains(alias.as_str()) {
                    file.names.insert(path.clone());
                }
                if alias == "*" {
                    file.globs.insert(path);
                } else {
                    file.aliases.insert(alias, path);
                }
            }
        }
        for path in paths(&without_scopes(&rest)) {
            if let Some(path) = file.rooted(&path, modules) {
                file.names.insert(path);
            }
        }
        file
    }

    /// A path as it is written, from the root of the crate; none if it leads out of the crate.
    fn rooted(&self, path: &[String], modules: &BTreeSet<Named>) -> Option<Named> {
        let mut base = match path.first()?.as_str() {
            "crate" => return Some(path[1..].to_vec()),
            "self" | "super" => self.module.clone(),
            first => {
                // A module below this one, by its name alone.
                let child = [self.module.as_slice(), &[first.to_owned()]].concat();
                let whole = || [self.module.as_slice(), path].concat();
                return modules.contains(&child).then(whole);
            }
        };
        let mut rest = path;
        while let Some((first, others)) = rest.split_first() {
            match first.as_str() {
                "super" => {
                    base.pop()?;
                }
                "self" => {}
                _ => break,
            }
            rest = others;
        }
        base.extend_from_slice(rest);
        Some(base)
    }
}

/// The paths of a tree of imports, each with the name that it has here.
fn expand(tree: &str, before: &[String], leaves: &mut Vec<(Named, String)>) {
    let tree = tree.trim();
    let Some((head, inner)) = tree.split_once('{') else {
        let (path, alias) = tree
            .split_once(" as ")
            .map_or((tree, None), |(p, a)| (p, Some(a)));
        let own = path
            .split("::")
            .filter(|part| !part.is_empty() && *part != "*");
        let mut whole = [before, &own.map(str::to_owned).collect::<Named>()].concat();
        if whole.len() > 1 && whole.last().is_some_and(|last| last == "self") {
            whole.pop();
        }
        let last = if path.ends_with('*') {
            Some("*".to_owned())
        } else {
            whole.last().cloned()
        };
        let alias = alias.map(str::to_owned).or(last);
        leaves.extend(alias.map(|alias| (whole, alias)));
        return;
    };
    let own = head
        .split("::")
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let whole = [before, &own.map(str::to_owned).collect::<Named>()].concat();
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !inner[start..at].trim().is_empty() {
                    expand(&inner[start..at], &whole, leaves);
                }
                start = (at + 1).min(inner.len());
            }
            _ => {}
        }
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !is_of_word(c))
        .filter(|word| !word.is_empty())
}

/// Code without the modules that items are visible in, which they do not use.
fn without_scopes(code: &str) -> String {
    let mut parts = code.split("pub(in ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |code, part| {
        code + part.split_once(')').map_or("", |(_, rest)| rest)
    })
}

/// Paths of two parts and more in code.
fn paths(code: &str) -> Vec<Named> {
    code.split(|c: char| !is_of_word(c) && c != ':')
        .filter(|path| path.contains("::"))
        .map(|path| {
            let parts = path.split("::").filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect()
        })
        .filter(|path: &Named| !path.is_empty())
        .collect()
}

/// Sources that are wrong in one way each, beside the same put right.
#[test]
fn a_circle_is_seen_however_it_is_written() {
    let circles_of = |files: &[(&str, &str)]| {
        let texts = files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let imports = Imports::read(texts.collect());
        circles(&imports.edges())
    };
    let lib = ("lib.rs", "pub use a::One;\nmod a;\nmod b;\n");
    let a = (
        "a/mod.rs",
        "use crate::{b::{self, Two}, std};\npub struct One;\n",
    );
    let shut = ["a/mod.rs", "b.rs"].map(str::to_owned).to_vec();
    for closing in [
        "use crate::One;\npub struct Two;\n",
        "use super::a::One as Other;\npub struct Two;\n",
        "pub struct Two;\nfn f() -> crate::a::One {}\n",
        "#[cfg(test)]\nmod tests {\n}\nuse crate::{\n    a::One,\n};\npub struct Two;\n",
        "pub use crate::a::One;\npub struct Two(One);\n",
        "pub struct Two;\n/* */ fn f() { let s = \"//\"; super::a::g(s) }\n",
    ] {
        assert_eq!(
            circles_of(&[lib, a, ("b.rs", closing)]),
            std::slice::from_ref(&shut),
            "{closing}"
        );
    }
    for open in [
        "pub use crate::a::One;\npub struct Two;\n",
        "pub(in crate::a) struct Two;\n",
        "//! See [`crate::a::One`].\npub struct Two;\n",
        "pub struct Two(&'static str = \"crate::a::One\");\n",
        "#[cfg(test)]\nmod tests {\n    use crate::a::One;\n}\npub struct Two;\n",
    ] {
        assert_eq!(
            circles_of(&[lib, a, ("b.rs", open)]),
            [[""; 0]; 0],
            "{open}"
        );
    }
    // Files of one folder may name each other, and so may a module and the files of its own folder.
    let one = [
        ("a/mod.rs", "use b::Two;\nstruct One;\n"),
        ("a/b.rs", "use super::One;\nstruct Two;\n"),
    ];
    assert_eq!(circles_of(&one), [[""; 0]; 0]);
    let beside = [("a.rs", one[0].1), ("a/b.rs", one[1].1)];
    assert_eq!(circles_of(&beside), [[""; 0]; 0]);
}
