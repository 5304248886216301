//! Outputs of several kinds from one store, one after another: together they give away no more than each.

use std::path::{Path, PathBuf};

use crate::attacker::store_of;
use crate::support::{Folder, Said, disparity};

/// A small world in which outputs that know nothing of one another expose counts together.
const SIZE: &str = "--authorities 1 --years 3 --children 60 --care 0.3 --seed 3";

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What a command prints, in a folder of its own.
fn printed(folder: &Path, name: &str, command: &[&str]) -> PathBuf {
    let own = folder.join(name);
    std::fs::create_dir_all(&own).unwrap();
    let text = disparity(command).ok();
    std::fs::write(own.join("output.csv"), text).unwrap();
    own
}

fn run(folder: &Path, name: &str, store: &str, more: &[&str]) -> PathBuf {
    let own = folder.join(name);
    let asked = ["run", "--returns", store, "--models", "none", "--out"];
    disparity(&[&asked[..], &[path(&own)], more].concat()).ok();
    own
}

/// How many counts an audit of outputs finds that none of them exposes alone; none may expose any alone.
fn exposed_together(outputs: &[&Path]) -> usize {
    let folders = outputs.iter().map(|folder| path(folder));
    let asked: Vec<&str> = ["audit"]
        .into_iter()
        .chain(folders)
        .chain(["--format", "csv"])
        .collect();
    let Said {
        code,
        stdout,
        stderr,
    } = disparity(&asked);
    let mut reader = csv::Reader::from_reader(stdout.as_bytes());
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|own| own == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let certain = |row: &&csv::StringRecord| &row[place("exposed")] != "told_if_somebody";
    let rows: Vec<&csv::StringRecord> = rows.iter().filter(certain).collect();
    assert_eq!(code, i32::from(!rows.is_empty()), "{stderr}");
    for row in &rows {
        assert_eq!(
            row[place("of_outputs")],
            outputs.len().to_string(),
            "{row:?}"
        );
    }
    rows.len()
}

#[test]
fn one_after_another_they_expose_nothing_together() {
    let folder = Folder::new("beside");
    let store = &store_of(&folder, SIZE);
    let journeys = ["journeys", store, "--format", "csv"];
    let help = ["prior-help", store, "--format", "csv", "--force"];
    let alone = [
        run(folder.path(), "run", store, &[]),
        printed(folder.path(), "journeys", &journeys),
        printed(folder.path(), "help", &help),
    ];
    let [r, j, h] = alone.each_ref().map(PathBuf::as_path);
    // The audit sees what outputs tell together that know nothing of one another.
    assert!(exposed_together(&[r, j]) > 0);

    let after_run = ["--published", path(r)];
    let j_after = printed(
        folder.path(),
        "j-after",
        &[&journeys[..], &after_run].concat(),
    );
    assert_eq!(exposed_together(&[r, &j_after]), 0);
    let h_after = printed(folder.path(), "h-after", &[&help[..], &after_run].concat());
    assert_eq!(exposed_together(&[r, &h_after]), 0);

    let r_after = run(folder.path(), "r-after", store, &["--published", path(j)]);
    assert_eq!(exposed_together(&[j, &r_after]), 0);
    // Its manifest says beside what.
    let manifest = |own: &Path| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(own.join("manifest.json")).unwrap()).unwrap()
    };
    let printed_journeys = std::fs::read(j.join("output.csv")).unwrap();
    let digest = disparity_export::digest(&printed_journeys);
    assert_eq!(manifest(&r_after)["protected_beside"][0], digest.as_str());
    assert!(manifest(r).get("protected_beside").is_none());
    let r_after = run(folder.path(), "r-help", store, &["--published", path(h)]);
    assert_eq!(exposed_together(&[h, &r_after]), 0);

    // A third after two.
    let both = ["--published", path(r), "--published", path(&j_after)];
    let third = printed(folder.path(), "third", &[&help[..], &both].concat());
    assert_eq!(exposed_together(&[r, &j_after, &third]), 0);
}

/// What a store remembers is known without being named, and is refused where it is damaged.
#[test]
fn a_store_remembers_what_was_released() {
    let folder = Folder::new("remember");
    let store = &store_of(&folder, SIZE);
    let memory = PathBuf::from(format!("{store}.released"));
    let journeys = ["journeys", store, "--format", "csv"];
    let first = printed(
        folder.path(),
        "first",
        &[&journeys[..], &["--remember"]].concat(),
    );
    let without = run(
        folder.path(),
        "named",
        store,
        &["--published", path(&first)],
    );
    let with = run(folder.path(), "remembered", store, &["--remember"]);
    let tables = [&without, &with].map(|own| std::fs::read(own.join("contrasts.parquet")).unwrap());
    assert!(
        tables[0] == tables[1],
        "not protected as if it had been named"
    );
    assert!(
        disparity(&["returns", "inspect", store])
            .ok()
            .contains("0002-run.parquet")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&memory), 0o700);
        assert_eq!(mode(&memory.join("0001-journeys.csv")), 0o600);
    }
    // The same again is known whole: it shows the same, and is remembered once.
    let again = printed(
        folder.path(),
        "again",
        &[&journeys[..], &["--remember"]].concat(),
    );
    let texts =
        [&first, &again].map(|own| std::fs::read_to_string(own.join("output.csv")).unwrap());
    assert_eq!(texts[0], texts[1]);
    let files = || std::fs::read_dir(&memory).unwrap().count();
    assert_eq!(files(), 3);

    // Whoever looks at everything neither knows nor is remembered.
    let open = disparity(&[&journeys[..], &["--unprotected", "to look"]].concat());
    assert!(!open.stderr.contains("released"), "{}", open.stderr);
    let both = disparity(&[&journeys[..], &["--unprotected", "x", "--remember"]].concat());
    assert_eq!(both.code, 2);
    let rounded = disparity(&[&journeys[..], &["--round-to", "5"]].concat());
    assert_eq!(rounded.code, 2, "{}", rounded.stderr);

    let file = memory.join("0001-journeys.csv");
    let text = std::fs::read(&file).unwrap();
    let refused = |why: &str| {
        for command in [&journeys[..], &["returns", "inspect", store]] {
            let said = disparity(command);
            assert_eq!(said.code, 2, "{}", said.stdout);
            assert!(said.stderr.contains(why), "{}", said.stderr);
            assert!(said.stdout.is_empty());
        }
    };
    std::fs::write(&file, &text[..text.len() - 2]).unwrap();
    refused("is not what was released");
    std::fs::remove_file(&file).unwrap();
    refused("cannot be read");
    std::fs::write(&file, &text).unwrap();
    std::fs::write(memory.join("0003-journeys.csv"), &text).unwrap();
    refused("does not name");
    std::fs::remove_file(memory.join("0003-journeys.csv")).unwrap();
    std::fs::remove_file(memory.join("manifest.json")).unwrap();
    refused("its list cannot be read");
}
