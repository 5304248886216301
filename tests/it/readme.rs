//! What README says to type works, and what it says is printed is printed.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Folder, root};

/// The lines of a fenced block, and the line on which it starts.
struct Block {
    line: usize,
    language: String,
    lines: Vec<String>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        match (inside, line.strip_prefix("```")) {
            (false, Some(language)) => blocks.push(Block {
                line: at + 1,
                language: language.to_owned(),
                lines: Vec::new(),
            }),
            (true, None) => blocks.last_mut().unwrap().lines.push(line.to_owned()),
            _ => {}
        }
        inside ^= line.starts_with("```");
    }
    blocks
}

/// A line of a shell, without its prompt: what the program is given, or nothing for another program.
fn arguments(line: &str) -> Option<Vec<String>> {
    let line = line.strip_prefix("$ ").unwrap_or(line);
    let rest = line
        .strip_prefix("cargo run --release --")
        .or_else(|| {
            let rest = line.strip_prefix("disparity")?;
            (rest.is_empty() || rest.starts_with(' ')).then_some(rest)
        })
        .or_else(|| (line == "cargo run --release").then_some(""))?;
    // What stands in quotes is one word.
    let mut words = Vec::new();
    for (at, part) in rest.split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    Some(words)
}

fn run(arguments: &[String], within: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_disparity"))
        .args(arguments)
        .current_dir(within)
        .env("XDG_CONFIG_HOME", within.join("settings"))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// The examples, where the README says that they are.
fn copy_examples(to: &Path) {
    let to = to.join("examples");
    std::fs::create_dir_all(&to).unwrap();
    for entry in std::fs::read_dir(root().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

/// Every block is run in one folder, in order; where a block shows what is printed, that is compared.
#[test]
fn every_block_of_the_readme_does_what_it_says() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let folder = Folder::new("readme");
    copy_examples(folder.path());
    let (mut ran, mut compared) = (0, 0);
    for block in blocks(&readme) {
        if block.language == "toml" {
            let plan = folder.join("plan.toml");
            std::fs::write(&plan, block.lines.join("\n")).unwrap();
            let is_needs = block.lines.iter().any(|line| line == "[needs]");
            let (command, out): (&[&str], _) = if is_needs {
                (&["needs", "Rutland"], "planned-needs")
            } else {
                (&["run"], "planned")
            };
            let more = ["--plan", "plan.toml", "--out", out];
            let arguments = command.iter().copied().chain(more).map(str::to_owned);
            run(&arguments.collect::<Vec<_>>(), folder.path());
            ran += 1;
            continue;
        }
        // `.ci/python` runs these.
        if block.language == "python" {
            continue;
        }
        let mut shown: Vec<&str> = Vec::new();
        let mut printed = None;
        for line in &block.lines {
            // This very suite is what `cargo test` runs, and the wheel is tried by itself.
            if ["cargo test", "pip install ."].contains(&line.as_str()) {
                continue;
            }
            match arguments(line) {
                Some(given) => {
                    printed = Some(run(&given, folder.path()));
                    ran += 1;
                }
                None => shown.push(line),
            }
        }
        if !shown.is_empty() {
            compared += 1;
            let printed = printed.unwrap_or_default();
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                let path = root().join("README.md");
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.replacen(shown.join("\n").trim_end(), printed.trim_end(), 1);
                std::fs::write(&path, text).unwrap();
                continue;
            }
            assert!(
                printed.trim_end() == shown.join("\n").trim_end(),
                "README.md:{}: the program prints the following; if that is meant, run \
                 `UPDATE_GOLDEN=1 cargo test --test it readme` and read the difference\n{printed}",
                block.line
            );
        }
    }
    assert!(folder.join("out/index.html").is_file());
    assert!(folder.join("out/page.html").is_file());
    assert!(folder.join("planned/index.html").is_file());
    assert!(folder.join("planned-needs/needs.docx").is_file());
    // A document without blocks would pass.
    assert!(ran >= 7 && compared >= 1, "{ran} run, {compared} compared");
    let inline: Vec<&str> = readme.split('`').skip(1).step_by(2).collect();
    let mut named = 0;
    for code in inline {
        let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
        // Words in capitals and in brackets stand for something else.
        let whole = !code.split(' ').any(|word| {
            word.contains(['|', '[']) || (word.len() > 1 && word.chars().all(char::is_uppercase))
        });
        if code.starts_with("disparity ") && whole {
            let mut given = arguments(&code).unwrap();
            // A sentence may name a command without the files that it needs.
            if given == ["returns", "build"] {
                given.push("--help".to_owned());
            }
            run(&given, folder.path());
            named += 1;
        }
    }
    assert!(named >= 8, "{named} commands in sentences");
}

/// An error that nobody hears is still an error, and no panic.
#[test]
fn an_error_written_to_a_closed_pipe_keeps_its_exit_code() {
    for (given, code) in [
        (&["authority", "Nowhere at all"][..], 2),
        (&["run", "--plan", "no-such-plan.toml"], 2),
        (&["returns", "check", "no-such-folder"], 2),
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_disparity"))
            .args(given)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Closed before the program has read its figures, so before it has anything to say.
        drop(child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{given:?}");
    }
}
