//! Generated files are current.

use std::fmt::Write as _;

use disparity_stats::methods;

use crate::support::{disparity, golden, root};

#[test]
fn help_is_current() {
    let mut text = String::new();
    for command in [
        &[][..],
        &["site"],
        &["authority"],
        &["compare"],
        &["chart"],
        &["needs"],
        &["method"],
        &["codes"],
        &["data"],
        &["data", "build"],
        &["data", "verify"],
        &["table", "inspect"],
        &["survey"],
        &["query"],
        &["returns", "check"],
        &["returns", "build"],
        &["prior-help"],
        &["journeys"],
        &["audit"],
        &["simulate"],
    ] {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let _ = writeln!(
            text,
            "$ disparity {}\n{}",
            arguments.join(" "),
            disparity(&arguments).ok()
        );
    }
    golden("help.txt", &text);
}

#[test]
fn the_citation_names_this_version() {
    let citation = std::fs::read_to_string(root().join("CITATION.cff")).unwrap();
    let version = concat!("\nversion: ", env!("CARGO_PKG_VERSION"), "\n");
    assert!(
        citation.contains(version),
        "CITATION.cff does not say{version}"
    );
}

#[test]
fn code_lists_are_current() {
    for list in ["symbols", "issues", "groups"] {
        golden(
            &format!("codes_{list}.txt"),
            &disparity(&["codes", list]).ok(),
        );
    }
}

/// `METHODS.md` is the head written by hand and a list of every method, which links to its documentation.
#[test]
fn the_methods_are_current() {
    let mut text = std::fs::read_to_string(root().join("crates/stats/methods_head.md")).unwrap();
    let mut group = "";
    for method in methods() {
        if method.group != group {
            group = method.group;
            let _ = write!(
                text,
                "\n### {group}\n\n| Method | Used by | What it computes |\n|---|---|---|\n"
            );
        }
        let printed = match method.printed_as {
            word if word == method.name => String::new(),
            word => format!(" (`{word}` in outputs)"),
        };
        let _ = writeln!(
            text,
            "| [`{name}`](crates/stats/docs/{name}.md){printed} | {} | {} |",
            if method.used { "program" } else { "library" },
            method.title,
            name = method.name,
        );
    }
    let path = root().join("METHODS.md");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == text,
        "METHODS.md is not current; run `UPDATE_GOLDEN=1 cargo test --test it`"
    );
}
