//! Where outputs go: one after the other and at the same time, over files of somebody else, through
//! links, and for whom they may be read.

use std::path::Path;

use disparity_returns::store::read_store;

use crate::codelists::dimensions;
use crate::support::{Folder, Said, disparity};

/// An invented world that is read as returns.
fn world(folder: &Folder, seed: &str) -> String {
    let world = folder.join(&format!("world-{seed}")).display().to_string();
    let size = ["--authorities", "1", "--years", "2", "--children", "40"];
    let typed = [&["simulate", "--seed", seed, "--out", &world][..], &size].concat();
    disparity(&typed).ok();
    format!("{world}/returns")
}

fn run(arguments: &[&str], out: &Path) -> Said {
    disparity(&[arguments, &["--out", out.to_str().unwrap()]].concat())
}

const RUN: [&str; 9] = [
    "run",
    "--models",
    "none",
    "--authority",
    "Leeds",
    "--indicator",
    "cla_at_31_march",
    "--period",
    "2025",
];

/// Everything in a folder, by name, hidden files too.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn files_of_two_builds_are_refused_however_they_are_mixed() {
    let folder = Folder::new("placed-mixed");
    let stores = ["1", "2"].map(|seed| {
        let store = folder.join(&format!("store-{seed}"));
        run(&["returns", "build", &world(&folder, seed)], &store).ok();
        store
    });
    let files = [
        "children.parquet",
        "manifest.json",
        "spells.parquet",
        "stated.parquet",
    ];
    let mixed = folder.join("mixed");
    std::fs::create_dir_all(&mixed).unwrap();
    let mut refused = 0;
    for of_second in 0..16_usize {
        for (at, file) in files.iter().enumerate() {
            let from = &stores[of_second >> at & 1];
            std::fs::copy(from.join(file), mixed.join(file)).unwrap();
        }
        let read = read_store(&mixed, &dimensions());
        if of_second == 0 || of_second == 15 {
            let own = read_store(&stores[of_second & 1], &dimensions()).unwrap();
            assert_eq!(read.unwrap(), own);
        } else {
            let error = read.unwrap_err().to_string();
            assert!(
                error.contains("its files are of different builds"),
                "{error}"
            );
            assert!(
                error.contains("build it again with `disparity returns build`"),
                "{error}"
            );
            refused += 1;
        }
    }
    assert_eq!(refused, 14);
    // As every command says it.
    std::fs::copy(
        stores[0].join("spells.parquet"),
        mixed.join("spells.parquet"),
    )
    .unwrap();
    let mixed = mixed.to_str().unwrap();
    let asked: [&[&str]; 3] = [
        &["journeys", mixed],
        &["prior-help", mixed],
        &["run", "--returns", mixed, "--out", &format!("{mixed}-out")],
    ];
    for asked in asked {
        let said = disparity(asked);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{asked:?}");
        assert!(
            said.stderr.contains("different builds; build it again"),
            "{}",
            said.stderr
        );
    }
}

#[test]
fn a_store_that_is_not_as_it_was_written_is_refused() {
    let folder = Folder::new("placed-damaged");
    let store = folder.join("store");
    run(&["returns", "build", &world(&folder, "1")], &store).ok();
    let refused = |what: &str| {
        let said = disparity(&["journeys", store.to_str().unwrap()]);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{what}");
        assert!(said.stderr.contains(what), "{}", said.stderr);
        assert!(said.stderr.contains("build it again"), "{}", said.stderr);
    };
    for file in ["children.parquet", "spells.parquet", "stated.parquet"] {
        let path = store.join(file);
        let bytes = std::fs::read(&path).unwrap();
        // In the rows, where the length stays and nothing need fail to read.
        let mut other = bytes.clone();
        other[40] ^= 1;
        std::fs::write(&path, other).unwrap();
        refused("it is not as it was written");
        std::fs::write(&path, bytes).unwrap();
    }
    let manifest = store.join("manifest.json");
    let text = std::fs::read(&manifest).unwrap();
    std::fs::remove_file(&manifest).unwrap();
    refused("nothing says which files belong together");
    // It is made again in the same place, and what an earlier version left half-written is cleared.
    std::fs::write(store.join("spells.parquet.part"), "half").unwrap();
    run(&["returns", "build", &world(&folder, "1")], &store).ok();
    assert_eq!(std::fs::read(&manifest).unwrap(), text);
    assert_eq!(names(&store).len(), 5);
}

#[test]
fn a_file_of_somebody_else_stops_every_command_before_it_does_anything() {
    let folder = Folder::new("placed-others");
    let world = world(&folder, "1");
    let commands: [&[&str]; 4] = [
        &RUN,
        &["returns", "build", &world],
        &["returns", "check", &world],
        &[
            "simulate",
            "--authorities",
            "1",
            "--years",
            "1",
            "--children",
            "20",
        ],
    ];
    for (at, command) in commands.iter().enumerate() {
        let out = folder.join(&format!("out-{at}"));
        run(command, &out).ok();
        let before = names(&out);
        // Over what it made itself, a command writes.
        run(command, &out).ok();
        assert_eq!(names(&out), before);
        std::fs::create_dir_all(out.join("mine")).unwrap();
        std::fs::write(out.join("mine/notes.txt"), "years of work").unwrap();
        let said = run(command, &out);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{command:?}");
        let message = "holds files that are not from an earlier run";
        assert!(said.stderr.contains(message), "{}", said.stderr);
        assert!(
            said.stderr.contains("`mine/notes.txt`\nhint: "),
            "{}",
            said.stderr
        );
        assert_eq!(
            std::fs::read(out.join("mine/notes.txt")).unwrap(),
            b"years of work"
        );
        // What systems leave is nobody's.
        std::fs::remove_dir_all(out.join("mine")).unwrap();
        std::fs::write(out.join(".DS_Store"), "").unwrap();
        run(command, &out).ok();
        assert_eq!(names(&out), before);
    }
    // A folder of another command is not an earlier run of this one.
    let said = run(&RUN, &folder.join("out-1"));
    assert_eq!(said.code, 2);
    assert!(
        said.stderr.contains("`children.parquet`"),
        "{}",
        said.stderr
    );
    let left: Vec<String> = names(folder.path());
    assert!(left.iter().all(|name| !name.starts_with('.')), "{left:?}");
}

#[test]
fn the_second_of_two_runs_at_the_same_time_says_so_and_a_killed_one_is_no_hindrance() {
    let folder = Folder::new("placed-lock");
    let out = folder.join("out");
    run(&RUN, &out).ok();
    let page = std::fs::read(out.join("index.html")).unwrap();
    let lock = std::fs::File::create(folder.join(".out.lock")).unwrap();
    lock.lock().unwrap();
    let said = run(&RUN, &out);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""));
    assert!(
        said.stderr.contains("another run is writing"),
        "{}",
        said.stderr
    );
    assert!(
        said.stderr.contains("hint: wait until it is done"),
        "{}",
        said.stderr
    );
    assert_eq!(std::fs::read(out.join("index.html")).unwrap(), page);
    // As a killed run leaves it: the file is there, and nobody holds it.
    drop(lock);
    std::fs::create_dir_all(folder.join(".out.part/charts")).unwrap();
    std::fs::write(folder.join(".out.part/charts/half.svg"), "<svg").unwrap();
    std::fs::rename(&out, folder.join(".out.old")).unwrap();
    run(&RUN, &out).ok();
    assert_eq!(names(folder.path()), ["out"]);
    assert_eq!(std::fs::read(out.join("index.html")).unwrap(), page);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_what_it_leads_to_is_written() {
    let folder = Folder::new("placed-link");
    let (link, target) = (folder.join("link"), folder.join("elsewhere/target"));
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let said = run(&RUN, &link);
    assert_eq!(said.code, 2);
    assert!(
        said.stderr.contains("it is a link to what is not there"),
        "{}",
        said.stderr
    );
    std::fs::create_dir_all(&target).unwrap();
    for _ in 0..2 {
        run(&RUN, &link).ok();
        assert!(link.is_symlink());
        assert!(target.join("index.html").is_file() && !target.is_symlink());
    }
    assert_eq!(names(folder.path()), ["elsewhere", "link"]);
    assert_eq!(names(&folder.join("elsewhere")), ["target"]);
}

#[cfg(unix)]
#[test]
fn what_holds_records_of_children_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new("placed-owner");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (store, world) = (folder.join("store"), world(&folder, "1"));
    // A folder and a file that anybody may read are there already.
    std::fs::create_dir_all(&store).unwrap();
    std::fs::set_permissions(&store, PermissionsExt::from_mode(0o755)).unwrap();
    for _ in 0..2 {
        run(&["returns", "build", &world], &store).ok();
        assert_eq!(mode(&store), 0o700);
        assert_eq!(names(&store).len(), 5);
        for name in names(&store) {
            assert_eq!(mode(&store.join(&name)), 0o600, "{name}");
        }
    }
    // Other folders keep what their owner chose for them, identifiers in them are the owner's.
    let check = folder.join("check");
    std::fs::create_dir_all(&check).unwrap();
    std::fs::set_permissions(&check, PermissionsExt::from_mode(0o750)).unwrap();
    for ids in [check.join("ids.csv"), folder.join("ids.csv")] {
        let ids_text = ids.to_str().unwrap();
        run(
            &["returns", "check", &world, "--identifiers", ids_text],
            &check,
        )
        .ok();
        assert_eq!((mode(&check), mode(&ids)), (0o750, 0o600));
    }
    // Those of the first check went with it.
    assert_eq!(
        names(&check),
        ["diagnostics.csv", "manifest.json", "sources.csv"]
    );
}
