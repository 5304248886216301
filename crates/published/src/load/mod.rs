//! From the built-in tables to a catalogue and a cube.
//!
//! 1. The code lists and `sources.toml` make the [`Catalogue`] ([`context`] adds facts about areas).
//! 2. Every count in the tables becomes a cell ([`counts`]).
//! 3. Every cell gets the denominator its indicator asks for ([`denominators`]), with an issue
//!    wherever that is an estimate.

mod context;
mod counts;
mod denominators;
mod neighbourhoods;
mod populations;
mod pupils;
mod share_errors;
mod wales;

use std::collections::BTreeMap;

use disparity_core::{
    AreaCode, Areas, Catalogue, ChineseGroup, Cube, Issue, IssueCode, Marks, Nation, Neighbour,
    NeighbourModel, Place, Populations, Source, Warned,
};

use crate::build::{CountTable, SOURCES, Sources, count_tables};
use crate::codelists::{COLUMNS, CodeLists, collect};
use crate::error::{Fault, LoadError, LoadErrors};
use crate::files::Files;
use crate::read;
use crate::table::Table;

pub use self::neighbourhoods::{load_group_errors, load_neighbourhoods};
pub(crate) use self::populations::Children;
pub use self::wales::load_wales;

/// What the analysis starts from.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The code lists and facts about areas.
    pub catalogue: Catalogue,
    /// Every published count with its denominator.
    pub cube: Cube,
    /// Children by period, area and group.
    pub populations: Populations,
    /// The marks of absent figures by vintage, for tables that somebody gives.
    pub marks: Marks,
}

/// Reads the built-in tables, or a folder laid out like them.
///
/// # Errors
/// Every bad row of the first table that has any.
pub fn load(files: &Files, chinese_group: ChineseGroup) -> Result<Warned<Loaded>, LoadErrors> {
    let tables = Tables::open(files)?;
    let lists = CodeLists::read(files)?;
    let mut catalogue = catalogue(&tables, &lists)?;
    let (counts, populations) = at_once(
        || counts::read(&tables, &lists, &catalogue),
        || -> Result<Populations, LoadErrors> {
            let children = Children::read(&tables, &lists, &catalogue, chinese_group)?;
            Ok(children.populations(&catalogue))
        },
    );
    let ((mut counts, fed), populations) = (counts?, populations?);
    catalogue.tables = fed;
    counts::place_chinese(&mut counts, &catalogue, chinese_group);
    let (cube, mut issues) = at_once(
        || Cube::new(denominators::attach(&counts, &populations, &catalogue)),
        || counts::issues(&counts, &catalogue),
    );
    let cube = cube.map_err(|error| contradiction(error.to_string()))?;
    issues.extend(changed_areas(&catalogue));
    Ok(Warned {
        output: Loaded {
            catalogue,
            cube,
            populations,
            marks: lists.marks,
        },
        issues,
    })
}

/// Reads the code lists and facts about areas alone: all that whoever counts records of children needs, and
/// a small part of what the figures take. Which tables feed which indicator is not in it.
///
/// # Errors
/// As [`load`].
pub fn load_catalogue(files: &Files) -> Result<Catalogue, LoadErrors> {
    catalogue(&Tables::open(files)?, &CodeLists::read(files)?)
}

fn catalogue(tables: &Tables<'_>, lists: &CodeLists) -> Result<Catalogue, LoadErrors> {
    let plain = lists.areas();
    let neighbours = neighbours(&tables.read("neighbours")?, &plain)?;
    let areas = Areas::new(
        lists.areas.clone(),
        lists.changes.clone(),
        neighbours,
        lists.tiles.clone(),
    )
    .with_aliases(lists.area_aliases.clone());
    Ok(Catalogue {
        tables: BTreeMap::new(),
        context: context::read(tables, lists, &areas)?,
        sources: tables.sources(),
        indicators: lists.indicators.clone(),
        dimensions: lists.dimensions.clone(),
        claims: lists.claims.clone(),
        areas,
    })
}

/// Two pieces of work at the same time.
fn at_once<A, B: Send>(first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    std::thread::scope(|scope| {
        let second = scope.spawn(second);
        let first = first();
        let second = second.join();
        let second = second.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (first, second)
    })
}

fn contradiction(what: String) -> LoadError {
    let advice = "two tables state the same figure; keep one".into();
    LoadError {
        place: Place::default(),
        about: String::new(),
        fault: Fault::Contradiction { what, advice },
    }
}

/// The built-in tables by name, each checked against the number of rows on record.
pub(crate) struct Tables<'a> {
    files: &'a Files,
    nation: Nation,
    pub(crate) sources: Sources,
}

impl<'a> Tables<'a> {
    /// England's.
    pub(crate) fn open(files: &'a Files) -> Result<Self, LoadErrors> {
        Self::open_of(files, Nation::England)
    }

    /// Those of a nation.
    pub(crate) fn open_of(files: &'a Files, nation: Nation) -> Result<Self, LoadErrors> {
        let text = String::from_utf8_lossy(files.get(SOURCES)?);
        let sources = Sources::from_toml(&text).map_err(|error| LoadError {
            place: Place {
                file: SOURCES.into(),
                ..Place::default()
            },
            about: String::new(),
            fault: Fault::Contradiction {
                what: error.to_string(),
                advice: "make it again with `disparity data build`".into(),
            },
        })?;
        Ok(Self {
            files,
            nation,
            sources,
        })
    }

    /// The publications that the nation's tables were compiled from, each with the tables of the nation that it feeds.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let mut sources = self.sources.sources();
        sources.retain_mut(|source| {
            let feeds = !source.tables.is_empty();
            source
                .tables
                .retain(|table| table.starts_with(self.nation.word()));
            // What feeds no table is on record with England's, which it was used to check.
            !source.tables.is_empty() || (!feeds && self.nation == Nation::England)
        });
        sources
    }

    fn file(&self, name: &str) -> String {
        format!("{}/{name}.csv", self.nation.word())
    }

    /// The tables of counts, as `columns.csv` names them. One that is not there is an error: its
    /// indicators would be in no output.
    pub(crate) fn of_counts(&self, lists: &CodeLists) -> Result<Vec<CountTable>, LoadErrors> {
        let named = count_tables(self.files, lists)?;
        let missing = named.iter().filter_map(|table| {
            let file = self.file(&table.name);
            self.files.get(&file).is_err().then(|| LoadError {
                place: Place {
                    file: COLUMNS.into(),
                    line: table.line,
                    column: "table".into(),
                },
                about: String::new(),
                fault: Fault::Contradiction {
                    what: format!("there is no table `{}` to load", table.name),
                    advice: format!(
                        "correct the name, or make it with `disparity data build` and add {file:?} to \
                         crates/cli/builtin.rs"
                    ),
                },
            })
        });
        LoadErrors::check(missing.collect(), ())?;
        Ok(named)
    }

    pub(crate) fn read(&self, name: &str) -> Result<Table, LoadErrors> {
        let name = self.file(name);
        let table = Table::read_own(&name, self.files.get(&name)?)?;
        let recorded = self
            .sources
            .tables()
            .iter()
            .find(|record| record.name == name)
            .map(|record| record.rows);
        let found = table.len() as u64;
        match recorded {
            Some(expected) if expected != found => Err(LoadError {
                place: Place {
                    file: name,
                    line: found + 1,
                    column: String::new(),
                },
                about: String::new(),
                fault: Fault::RowCount { found, expected },
            }
            .into()),
            _ => Ok(table),
        }
    }
}

type NeighbourLists = BTreeMap<(NeighbourModel, AreaCode), Vec<Neighbour>>;

fn neighbours(table: &Table, areas: &Areas) -> Result<NeighbourLists, LoadErrors> {
    let [model, own, rank, other, closeness] = table.columns([
        "model",
        "area_code",
        "rank",
        "neighbour_area_code",
        "closeness",
    ])?;
    let rows = collect(table, |row| {
        let model = NeighbourModel(read::whole(row, model, "")?);
        let neighbour = Neighbour {
            rank: read::whole(row, rank, "")?,
            area: read::area(row, other, areas)?,
            closeness: row.text(closeness).to_owned(),
        };
        Ok(((model, read::area(row, own, areas)?), neighbour))
    })?;
    let mut lists = NeighbourLists::new();
    for (key, neighbour) in rows {
        lists.entry(key).or_default().push(neighbour);
    }
    for list in lists.values_mut() {
        list.sort();
    }
    Ok(lists)
}

/// One issue for each boundary change, so that a reader of a new authority's series knows its start.
fn changed_areas(catalogue: &Catalogue) -> Vec<Issue> {
    let name = |code| format!("{} ({code})", catalogue.areas.name(code));
    catalogue
        .areas
        .changes()
        .iter()
        .filter(|change| change.kind != disparity_core::ChangeKind::Recode)
        .map(|change| Issue {
            area: Some(change.successor),
            ..Issue::new(
                IssueCode::AreaChanged,
                format!(
                    "{} follows {} from {} ({})",
                    name(change.successor),
                    name(change.predecessor),
                    change.effective,
                    change.kind.word()
                ),
            )
        })
        .collect()
}
