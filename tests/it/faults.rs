//! Runs that are killed, and disks that are full: afterwards the old figures are there or the new ones,
//! or whoever reads is refused; never others. `FAULTS_TO_TRY=445` kills 1,000 runs and fills 100 disks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use disparity_returns::store::read_store;
use sha2::{Digest, Sha256};

use crate::bad_input::link_tree;
use crate::codelists::dimensions;
use crate::support::{Folder, copy_of_data, disparity, published_files, root, say};

fn to_try() -> u64 {
    let asked = std::env::var("FAULTS_TO_TRY").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(6)
}

/// Numbers that look random, the same in every run (Steele, Lea and Flood, 2014, doi:10.1145/2714064.2660195).
struct Random(u64);

impl Random {
    /// From 0 up to below `end`, which is small.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 32) * end) >> 32
    }

    /// A part of a time.
    fn part_of(&mut self, time: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(time.as_micros()).unwrap()))
    }
}

/// The digest of every file of a folder that is not hidden, by name.
type Tree = BTreeMap<String, Vec<u8>>;

fn tree(folder: &Path) -> Tree {
    let mut found = Tree::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            let hidden = path.file_name().unwrap().to_string_lossy().starts_with('.');
            if path.is_dir() && !hidden {
                folders.push(path);
            } else if !hidden {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, Sha256::digest(std::fs::read(&path).unwrap()).to_vec());
            }
        }
    }
    found
}

/// Everything hidden in a folder and in the one above: what runs leave.
fn left(out: &Path) -> Vec<PathBuf> {
    let within = [out.parent().unwrap(), out];
    let entries = within
        .into_iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    let hidden = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with('.');
    paths.filter(hidden).collect()
}

/// What is found after a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// All files of the first or of the second version, and of none else.
    Version(usize),
    /// A reader is told to make it again.
    Refused,
}

/// A command that writes several files, and two versions of what it writes.
struct Case {
    name: &'static str,
    out: PathBuf,
    /// What is typed for each version, without the folder.
    typed: [Vec<String>; 2],
    option: &'static str,
    versions: [Tree; 2],
    /// What is there from the first file on, and once all are written.
    marks: [PathBuf; 2],
    refuses: fn(&Path) -> bool,
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

impl Case {
    fn new(
        name: &'static str,
        (out, option): (PathBuf, &'static str),
        typed: [Vec<String>; 2],
        marks: [PathBuf; 2],
        refuses: fn(&Path) -> bool,
    ) -> Self {
        let versions = [Tree::new(), Tree::new()];
        let mut case = Self {
            name,
            out,
            typed,
            option,
            versions,
            marks,
            refuses,
        };
        for version in [1, 0] {
            let mut command = case.command(version);
            assert!(
                command.output().unwrap().status.success(),
                "{name} {version}"
            );
            case.versions[version] = tree(&case.out);
        }
        assert_ne!(case.versions[0], case.versions[1], "{name}");
        case
    }

    /// `run` of published figures, of one year or another.
    fn run(folder: &Path) -> Self {
        let typed = ["2024", "2025"].map(|year| {
            words(&format!(
                "run --models none --authority Leeds --indicator cla_at_31_march --period {year}"
            ))
        });
        let out = folder.join("out");
        let marks = [".out.part/columns.csv", ".out.part/manifest.json"];
        // No folder, no figures.
        Self::new(
            "run",
            (out, "--out"),
            typed,
            marks.map(|mark| folder.join(mark)),
            |out| !out.exists(),
        )
    }

    /// `returns build` of two invented worlds, which lie in `worlds`.
    fn store(folder: &Path, worlds: &Path) -> Self {
        let typed = ["1", "2"].map(|seed| {
            let world = worlds.join(seed).display().to_string();
            if !Path::new(&world).exists() {
                let size = "simulate --authorities 1 --years 3 --children 60 --seed";
                let typed = words(&format!("{size} {seed} --out {world}"));
                disparity(&typed.iter().map(String::as_str).collect::<Vec<_>>()).ok();
            }
            words(&format!("returns build {world}/returns"))
        });
        let out = folder.join("store");
        let marks = [".store.part/children.parquet", ".store.part/manifest.json"];
        Self::new(
            "returns build",
            (out, "--out"),
            typed,
            marks.map(|mark| folder.join(mark)),
            |out| read_store(out, &dimensions()).is_err(),
        )
    }

    /// `data build` of published files, of which one has another figure, in `files`.
    fn data(folder: &Folder, files: &Path) -> Option<Self> {
        let published = published_files("killing `data build`")?;
        if !files.exists() {
            link_tree(&published, files);
            let file = files.join("cla/cla_number_and_rate_per_10k_children_2025release.csv");
            let text = std::fs::read_to_string(&file).unwrap();
            std::fs::remove_file(&file).unwrap();
            let text = text.replacen(",21090,332,157", ",21090,333,157", 1);
            std::fs::write(&file, text).unwrap();
        }
        let out = copy_of_data(folder);
        let typed =
            [&published, files].map(|from| words(&format!("data build --from {}", from.display())));
        let marks = [".part/england", ".replacing"].map(|mark| out.join(mark));
        Some(Self::new(
            "data build",
            (out, "--to"),
            typed,
            marks,
            |out| {
                let asked = ["authority", "Leeds", "--data", out.to_str().unwrap()];
                disparity(&asked).code == 2
            },
        ))
    }

    fn command(&self, version: usize) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_disparity"));
        command
            .args(&self.typed[version])
            .arg(self.option)
            .arg(&self.out);
        command.current_dir(root()).stdin(Stdio::null());
        command
    }

    /// What is there now; panics where it is neither version and nobody is refused.
    #[track_caller]
    fn found(&self, when: &str) -> Found {
        let found = tree(&self.out);
        match self.versions.iter().position(|version| *version == found) {
            Some(version) if self.is_settled() => Found::Version(version),
            _ => {
                assert!((self.refuses)(&self.out), "{}: a mixture {when}", self.name);
                Found::Refused
            }
        }
    }

    /// Whether files are not being moved: where they are, readers are refused though all are there.
    fn is_settled(&self) -> bool {
        !self.out.join(".replacing").exists()
    }

    /// Kills so many runs, and says what was found.
    fn kill(&self, times: u64) {
        let began = Instant::now();
        assert!(self.command(0).output().unwrap().status.success());
        let whole = began.elapsed();
        let mut random = Random(times);
        let (mut current, mut tally) = (0, BTreeMap::<&str, u64>::new());
        for time in 0..times {
            let next = 1 - current;
            let mut command = self.command(next);
            let mut child = command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            // At any point; as files are written; as they are put in place.
            let (mark, up_to) = match time % 4 {
                0 => (None, whole),
                1 => (Some(&self.marks[0]), Duration::from_millis(200)),
                2 => (Some(&self.marks[1]), Duration::from_millis(3)),
                _ => (Some(&self.marks[1]), Duration::from_millis(150)),
            };
            while mark.is_some_and(|mark| !mark.exists()) && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_micros(50));
            }
            std::thread::sleep(random.part_of(up_to));
            child.kill().unwrap();
            child.wait().unwrap();
            let found = self.found(&format!("after kill {time}"));
            let what = match found {
                Found::Refused => "refused",
                Found::Version(version) if version == next => "new",
                Found::Version(_) => "old",
            };
            *tally.entry(what).or_default() += 1;
            if let Found::Version(version) = found {
                current = version;
            }
            if (time + 1) % 50 == 0 {
                say(&format!(
                    "{}: {} runs killed: {tally:?}",
                    self.name,
                    time + 1
                ));
            }
        }
        assert!(self.command(1).output().unwrap().status.success());
        assert_eq!(self.found("at the end"), Found::Version(1));
        assert_eq!(left(&self.out), Vec::<PathBuf>::new(), "{}", self.name);
        say(&format!("{}: {times} runs killed: {tally:?}", self.name));
    }

    /// Runs where there is too little room, as `limited` makes it of a number below 1,000.
    fn fill(&self, times: u64, what: &str, mut limited: impl FnMut(&Self, usize, u64) -> Command) {
        let mut random = Random(times + 1);
        let (mut current, mut failed) = (0, 0);
        assert!(self.command(current).output().unwrap().status.success());
        for time in 0..times {
            let next = 1 - current;
            let output = limited(self, next, random.below(1_000)).output().unwrap();
            let found = self.found(&format!("after {what} {time}"));
            let said = String::from_utf8_lossy(&output.stderr);
            if output.status.success() {
                assert_eq!(found, Found::Version(next), "{}: {said}", self.name);
                current = next;
            } else {
                assert_eq!(output.status.code(), Some(2), "{}: {said}", self.name);
                assert!(said.contains("error: "), "{said}");
                assert_eq!(found, Found::Version(current), "{}: {said}", self.name);
                assert_eq!(left(&self.out), Vec::<PathBuf>::new(), "{}", self.name);
                failed += 1;
            }
        }
        say(&format!(
            "{}: {times} runs with {what}: {failed} failed",
            self.name
        ));
    }

    /// Runs that may not write a file longer than some.
    fn limit_files(&self, times: u64) {
        let longest = tree_sizes(&self.out).into_values().max().unwrap_or(0);
        self.fill(times, "files cut short", |case, next, part| {
            let blocks = longest * 11 / 10 * part / 1_000 / 512;
            let own = case.command(next);
            let mut command = Command::new("sh");
            let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
            command
                .args(["-c", &script, "sh"])
                .arg(own.get_program())
                .args(own.get_args());
            command.current_dir(root());
            command
        });
    }

    /// Runs on a disk with too little room, which `out` is on.
    fn fill_disk(&self, times: u64, disk: &Disk) {
        let needed: u64 = tree_sizes(&self.out).into_values().sum();
        let mut random = Random(times + 2);
        self.fill(times, "a full disk", |case, next, part| {
            disk.leave(needed * 16 / 10 * part / 1_000 + random.below(4_096));
            case.command(next)
        });
    }
}

fn tree_sizes(folder: &Path) -> BTreeMap<String, u64> {
    let size = |name: &String| std::fs::metadata(folder.join(name)).unwrap().len();
    tree(folder)
        .into_keys()
        .map(|name| (name.clone(), size(&name)))
        .collect()
}

/// A small disk in memory.
struct Disk {
    folder: Folder,
    size: u64,
}

impl Disk {
    /// None, and says so, where nothing can be mounted.
    fn new(name: &str, megabytes: u64) -> Option<Self> {
        let folder = Folder::new(name);
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"]);
        let mounted = command.arg(folder.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self {
                folder,
                size: megabytes << 20,
            });
        }
        say("NOT RUN: full disks: nothing can be mounted here; files are cut short instead");
        None
    }

    /// Leaves about so much room.
    fn leave(&self, bytes: u64) {
        let filler = self.folder.join("filler");
        drop(std::fs::remove_file(&filler));
        let used: u64 = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                tree_sizes(&path)
                    .into_values()
                    .map(|size| size.next_multiple_of(4_096))
                    .sum::<u64>()
            })
            .sum();
        let room = self.size.saturating_sub(used + bytes);
        std::fs::write(filler, vec![0; usize::try_from(room).unwrap()]).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(
            Command::new("umount")
                .arg("-l")
                .arg(self.folder.path())
                .output(),
        );
    }
}

#[test]
fn a_killed_run_leaves_the_old_output_or_the_new() {
    let folder = Folder::new("faults-run");
    let case = Case::run(folder.path());
    case.kill(to_try());
    case.limit_files(to_try().div_ceil(10).max(3));
    if let Some(disk) = Disk::new("faults-run-disk", 16) {
        let case = Case::run(disk.folder.path());
        case.fill_disk(to_try().div_ceil(10).max(3), &disk);
    }
}

#[test]
fn a_killed_build_of_a_store_leaves_the_old_store_or_the_new() {
    let (folder, worlds) = (Folder::new("faults-store"), Folder::new("faults-worlds"));
    let case = Case::store(folder.path(), worlds.path());
    case.kill(to_try());
    case.limit_files(to_try().div_ceil(10).max(3));
    if let Some(disk) = Disk::new("faults-store-disk", 1) {
        let case = Case::store(disk.folder.path(), worlds.path());
        case.fill_disk(to_try().div_ceil(10).max(3), &disk);
    }
}

#[test]
fn a_killed_build_of_tables_leaves_the_old_tables_or_the_new_or_is_refused() {
    let (folder, files) = (Folder::new("faults-data"), Folder::new("faults-published"));
    let files = files.join("files");
    let Some(case) = Case::data(&folder, &files) else {
        return;
    };
    case.kill(to_try().div_ceil(4));
    if let Some(disk) = Disk::new("faults-data-disk", 32) {
        let Some(case) = Case::data(&disk.folder, &files) else {
            return;
        };
        case.fill_disk(to_try().div_ceil(40), &disk);
    }
}
