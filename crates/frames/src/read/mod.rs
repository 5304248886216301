//! A table with its description to counts.
//!
//! A [`Plan`] says which column is where; a [`Worker`] reads parts of the file and adds them up; what workers found is
//! merged, and [`checks`] look at the table as a whole.

mod checks;
mod once;
mod plan;
mod slots;
mod worker;

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use disparity_core::neighbourhoods::Neighbourhoods;
use disparity_core::{Catalogue, Marks, Populations};
use sha2::{Digest as _, Sha256};

use self::plan::Plan;
use self::worker::Worker;
use crate::counted::Counted;
use crate::describe::{Description, Protection};
use crate::error::{TableError, TableErrors};
use crate::meaning::places::Gazetteer;
use crate::source::Source;

/// What the words of a table are looked up in.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Areas, groups and the editions of the deprivation index.
    pub catalogue: &'a Catalogue,
    /// Children, for denominators.
    pub populations: &'a Populations,
    /// Neighbourhoods, where a table may be of them.
    pub neighbourhoods: Option<&'a Neighbourhoods>,
    /// What publishers write where a figure is absent.
    pub marks: &'a Marks,
}

impl<'a> Known<'a> {
    /// What places are looked up in.
    pub(crate) fn gazetteer(&self) -> Gazetteer<'a> {
        Gazetteer {
            catalogue: self.catalogue,
            neighbourhoods: self.neighbourhoods,
        }
    }
}

/// Reads a table, a file or a folder of Parquet files, and adds it up.
///
/// The parts of a file are read side by side, in memory for a batch of each and for the sums.
///
/// # Errors
/// A file that cannot be read, a column that is not there, and every field that means nothing: a kind of error once, with
/// its first row and how many rows have it. Then, of the table as a whole: the same area, year and groups twice, parts
/// that do not make up their total, counts withheld among counts that nobody protected, deciles of another index.
pub fn read_table(
    path: &Path,
    description: &Description,
    known: Known<'_>,
) -> Result<Counted, TableErrors> {
    let source = Source::open(path, description.sheet.as_deref())?;
    let plan = Plan::of(description, &source, known)?;
    let next = AtomicUsize::new(0);
    // As many workers as cores and no more: each learns what every word means.
    let workers = rayon::current_num_threads().clamp(1, source.parts().max(1));
    let (worked, digest) = std::thread::scope(|scope| {
        let is_told = description.protection == Protection::Published;
        let digest = is_told.then(|| scope.spawn(|| digest(&source)));
        let work = || {
            let mut worker = Worker::new(&plan);
            loop {
                let part = next.fetch_add(1, Ordering::Relaxed);
                if part >= source.parts() {
                    return worker;
                }
                worker.part(&source, part);
            }
        };
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut worked = work();
        for other in others {
            worked = worked.merge(joined(other));
        }
        (worked, digest.map(joined))
    });
    let digest = digest.transpose()?;
    worked
        .finish(digest)
        .map_err(|errors| source.located(errors))
}

/// What a thread made; its panic, if it did.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// SHA-256 of all files one after another.
fn digest(source: &Source) -> Result<String, TableError> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 20];
    for file in &source.files {
        let mut file = crate::source::open(file, &source.name)?;
        loop {
            let read = file.read(&mut buffer).map_err(|error| {
                let what = format!("cannot read the file: {error}");
                TableError::of_file(&source.name, what, "check the file")
            })?;
            if read == 0 {
                break;
            }
            hasher.update(&buffer[..read]);
        }
    }
    let mut text = String::new();
    for byte in hasher.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
