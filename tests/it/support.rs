//! Running the program as a user would, in folders of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Says a line past the test harness, which keeps what a passing test prints to itself: a reader
/// must see how many cases were held, and what was not run.
pub(crate) fn say(line: &str) {
    use std::io::Write as _;
    // In one piece, so that the lines of tests that run side by side do not mix.
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The published files, where they are present. Says so where they are not.
pub(crate) fn published_files(what: &str) -> Option<PathBuf> {
    let folder = root().join("../shared/data");
    if folder.is_dir() {
        return Some(folder);
    }
    say(&format!(
        "NOT RUN: {what}: the published files are not beside this checkout"
    ));
    None
}

/// The built-in figures and code lists.
pub(crate) fn built_in() -> disparity_published::Files {
    use disparity_published::{CODE_LISTS, Files, SOURCES, Sources};
    let data = root().join("data");
    let sources = std::fs::read_to_string(data.join(SOURCES)).unwrap();
    let sources = Sources::from_toml(&sources).unwrap();
    let tables = sources.tables().iter().map(|table| table.name.as_str());
    let names = CODE_LISTS.into_iter().chain([SOURCES]).chain(tables);
    Files::read(&data, names).unwrap()
}

/// A folder that is removed when the test ends.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A folder of its own for each that asks: tests of one process run side by side.
    pub(crate) fn new(name: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("disparity-{}-{name}-{next}", std::process::id());
        let path = std::env::temp_dir().join(name);
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// What a run of the program said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The output of a run that must have succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self.stdout
    }
}

/// Runs the program with arguments.
pub(crate) fn disparity(arguments: &[&str]) -> Said {
    with_threads(arguments, None)
}

/// Runs the program with a number of threads.
pub(crate) fn with_threads(arguments: &[&str], threads: Option<&str>) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_disparity"));
    command
        .args(arguments)
        .current_dir(root())
        // What whoever runs the tests has the program remember is not for them.
        .env("XDG_CONFIG_HOME", root().join("target/no-settings"))
        .env_remove("COLUMNS");
    if let Some(threads) = threads {
        command.env("RAYON_NUM_THREADS", threads);
    }
    Said::of(command.output().unwrap())
}

/// Copies `data/` so that a test can spoil it.
pub(crate) fn copy_of_data(to: &Folder) -> PathBuf {
    let target = to.join("data");
    for folder in ["codelists", "codelists/wales", "england", "wales"] {
        std::fs::create_dir_all(target.join(folder)).unwrap();
        for entry in std::fs::read_dir(root().join("data").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            // The code lists of returns are in a folder of their own, which is never replaced.
            if path.is_dir() {
                continue;
            }
            std::fs::copy(&path, target.join(folder).join(path.file_name().unwrap())).unwrap();
        }
    }
    std::fs::copy(
        root().join("data/sources.toml"),
        target.join("sources.toml"),
    )
    .unwrap();
    target
}

/// Compares with a file under `tests/golden/`, or writes it when `UPDATE_GOLDEN` is set.
#[track_caller]
pub(crate) fn golden(name: &str, found: &str) {
    let path = root().join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == found,
        "{} is not current; if the change is meant, run `UPDATE_GOLDEN=1 cargo test --test it` and read the difference\n\n{found}",
        path.display()
    );
}

/// A plan about some indicators, compared and modelled in the latest year, with everything else as usual.
pub(crate) fn plan_of(indicators: Vec<disparity_core::IndicatorId>) -> disparity_core::Plan {
    disparity_core::Plan {
        compared: indicators.clone(),
        modelled: indicators.clone(),
        indicators,
        model_years: disparity_core::ModelYears::Latest,
        authorities: None,
        periods: None,
        against: Vec::new(),
        neighbours: disparity_core::NeighbourModel(2025),
        chinese_group: disparity_core::ChineseGroup::Asian,
        include_tiny: false,
        reference_group: "white".to_owned(),
        levels: disparity_core::Levels::default(),
    }
}

/// Answers about prior help as they may be shown; with nothing withheld, the same without relations between counts.
pub(crate) fn rows_shown(
    answers: Vec<disparity_core::answers::PriorHelp>,
    dimensions: &disparity_core::Dimensions,
    policy: &disparity_disclosure::Policy,
) -> Vec<disparity_disclosure::PriorHelpRow> {
    let alone = policy
        .reason()
        .map(|reason| disparity_disclosure::unprotected_prior_help(&answers, reason));
    let answers = disparity_journeys::prior_help_answers(answers, |_| true);
    let safe = disparity_disclosure::protect_prior_help(
        answers,
        dimensions,
        policy,
        (None, disparity_disclosure::KnownBefore::default()),
        &|_, _| {},
    );
    let release = safe.release(|_| true);
    if let Some(alone) = alone {
        assert_eq!(alone, release);
    }
    release.rows().to_vec()
}
