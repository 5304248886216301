//! A release that is newer than the program: its figures over those of the tables at hand.
//!
//! 1. Each file is recognised by its columns ([`recognised`]): a publication keeps them from release to release.
//! 2. It is read by the rules of that publication, as [`build`](super::build) reads the release that is built in.
//! 3. What it states stands. What it replaces is kept as a revision of the release before; what it withholds is
//!    withheld; what it does not state stays.
//! 4. What it prints is held against itself ([`checked`]): rates, and authorities against England.

mod checked;
mod recognised;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use disparity_core::{
    AreaCode, Areas, Count, DenominatorKind, Dimension, Issue, Period, Reported, Stratum, Warned,
};

pub use self::checked::{PrintedRates, SumApart};
use self::recognised::{Recognised, refusal};
use super::ees::{self, Gathered, PublishedRate};
use super::facts::{FactKey, Facts};
use super::layouts::bytes as unpacked;
use super::provenance::{AddedSource, ENGLAND, SOURCES, Sources, digest};
use super::rules::{column_order, read_rules};
use crate::codelists::{COLUMNS, CodeLists, Publication};
use crate::error::LoadErrors;
use crate::files::Files;
use crate::read;
use crate::table::Table;

/// The tables with what was added to them.
#[derive(Debug, Clone)]
pub struct Added {
    /// Every file of a folder of tables: those that changed and those that did not.
    pub files: Files,
    /// What each file was and what it brought.
    pub releases: Vec<AddedRelease>,
}

/// One file that was added.
#[derive(Debug, Clone, PartialEq)]
pub struct AddedRelease {
    /// Its name.
    pub file: String,
    /// The publication whose columns it has.
    pub publication: String,
    /// Which table of it.
    pub table: String,
    /// The name by which `data list` knows its figures.
    pub id: String,
    /// The release whose columns it has, by the name in `data list`.
    pub like: String,
    /// Columns of that release that it does not have, so that nothing is read from them.
    pub absent: Vec<String>,
    /// What it says of each indicator.
    pub indicators: Vec<AddedIndicator>,
    /// The rates that it prints, against its own counts.
    pub rates: PrintedRates,
    /// New years of which the tables have no children, so that there are counts and no rates.
    pub without_children: BTreeSet<Period>,
    /// Years in which its authorities do not add up to its England.
    pub sums: Vec<SumApart>,
}

/// What a file says of one indicator.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddedIndicator {
    /// The indicator or the column of the population.
    pub name: String,
    /// The last year of the file, and of the tables.
    pub last: Option<Period>,
    /// None where the tables have nothing of it.
    pub known_to: Option<Period>,
    /// Years of which the tables had nothing.
    pub new_years: BTreeSet<Period>,
    /// Figures that the tables did not have.
    pub new: u64,
    /// Figures that were others.
    pub revised: u64,
    /// Figures that the tables had and that are withheld or absent now.
    pub withheld: u64,
    /// Figures that are as they were.
    pub same: u64,
}

/// So much of what a file shares with the tables must be the same for it to be what its columns say: a release revises
/// some figures of the years before, not most.
const ALIKE: f64 = 0.5;

/// A file as one publication.
struct Read<'a> {
    found: Recognised<'a>,
    facts: Facts,
    rates: BTreeSet<PublishedRate>,
    issues: Vec<Issue>,
    release: AddedRelease,
}

impl AddedIndicator {
    /// Whether the tables have later years, so that what the file says of this is of an older release.
    #[must_use]
    pub fn is_older(&self) -> bool {
        self.last < self.known_to
    }
}

impl AddedRelease {
    /// The share of the figures that it has in common with the tables that is the same in both; none if it has none.
    #[must_use]
    pub fn alike(&self) -> Option<f64> {
        let sum =
            |of: fn(&AddedIndicator) -> u64| self.indicators.iter().map(of).sum::<u64>() as f64;
        let same = sum(|one| one.same);
        let all = same + sum(|one| one.revised) + sum(|one| one.withheld);
        (all > 0.0).then(|| same / all)
    }

    /// The last year of it and of the tables, if it ends before them with every indicator.
    fn outdated(&self) -> Option<(Period, Period)> {
        let years = self.indicators.iter();
        let years: Option<Vec<(Period, Period)>> = years
            .map(|one| {
                one.last
                    .zip(one.known_to)
                    .filter(|(own, known)| own < known)
            })
            .collect();
        years?.into_iter().max()
    }

    /// Whether it changes anything. What is older than the tables does not.
    #[must_use]
    pub fn is_news(&self) -> bool {
        let news =
            |one: &AddedIndicator| !one.is_older() && one.new + one.revised + one.withheld > 0;
        self.indicators.iter().any(news)
    }
}

/// Adds published files to the tables at hand, each given with its name; where two state the same, the one that is
/// given first stands. What a file is, its columns tell and the figures that it shares with the tables; `like` says it by
/// the name of a source where they do not.
///
/// # Errors
/// [`LoadErrors`] if the columns of a file are those of no publication, if it shares no figure with the tables or most
/// of those are others, so that it may as well be another publication with the same columns; if it is older; for every row that cannot be read.
pub(crate) fn add(
    tables: &Files,
    sources: &Sources,
    given: &[(String, Vec<u8>)],
    like: Option<&str>,
) -> Result<Warned<Added>, LoadErrors> {
    let lists = CodeLists::read(tables)?;
    let areas = lists.areas();
    let rules_table = Table::read_own(COLUMNS, tables.get(COLUMNS)?)?;
    let rules = read_rules(&rules_table, &lists)?;
    let before = Before {
        sources,
        files: tables,
        lists: &lists,
        areas: &areas,
    };
    let mut facts = Facts::default();
    let (mut releases, mut new, mut issues) = (Vec::new(), Vec::new(), Vec::new());
    let mut likes = Vec::new();
    for (position, (file, bytes)) in given.iter().enumerate() {
        let table = Table::read(file, &unpacked(file, bytes)?)?;
        let found = recognised::recognise(&table, &rules, &lists, like)?;
        let Read {
            found,
            facts: own,
            rates,
            issues: said,
            release,
        } = before.most_alike(&table, found, position, like.is_some())?;
        issues.extend(said);
        let older = |key: &FactKey| {
            let mut all = release.indicators.iter();
            all.any(|one| one.name == key.column && one.is_older())
        };
        for (key, value) in own.iter().filter(|(key, _)| !older(key)) {
            // Each key of a file stands there once.
            drop(facts.add(position, 0, key.clone(), value));
        }
        let id = format!("added-{}", &digest(bytes)[..12]);
        let last = own
            .last_year()
            .map_or_else(String::new, |year| year.to_string());
        new.push(AddedSource {
            publication: Publication {
                id: id.clone(),
                path: file.clone(),
                ..found.publication.clone()
            },
            sha256: digest(bytes),
            release: format!("added, years to {last}"),
            feeds: own.tables().into_iter().map(path_of).collect(),
        });
        releases.push(AddedRelease {
            id,
            rates: checked::rates(&rates, &own, &before.children()?),
            sums: checked::sums(&own, &lists, &areas),
            ..release
        });
        likes.push(found.publication.id.clone());
    }
    let children = before.children()?;
    for release in &mut releases {
        let per_child = |one: &&AddedIndicator| {
            let id = lists.indicators.id(&one.name);
            id.is_some_and(|id| {
                lists.indicators.get(id).denominator == DenominatorKind::Children0To17
            })
        };
        let years = release.indicators.iter().filter(per_child);
        let years = years.flat_map(|one| one.new_years.iter().copied());
        let has_none = |period: &Period| {
            let key = children_of(*period);
            key.is_some_and(|key| facts.get(&key).is_none() && !children.contains_key(&key))
        };
        release.without_children = years.filter(has_none).collect();
    }
    let files = before.with(&mut facts, &likes, &new)?;
    let output = Added { files, releases };
    Ok(Warned { output, issues })
}

/// The children of England by whom a year's counts are divided.
fn children_of(period: Period) -> Option<FactKey> {
    Some(FactKey {
        table: "population".into(),
        column: "children_0_17".into(),
        period: Period::ending(period.population_year().0)?,
        area: AreaCode::ENGLAND,
        stratum: Stratum::TOTAL,
    })
}

/// The path of a table of England.
fn path_of(table: &str) -> String {
    format!("{ENGLAND}/{table}.csv")
}

/// The table of counts that were worked out from rates, as no release stated them.
const FROM_RATES: &str = "counts_from_rates";

/// The tables before anything is added.
struct Before<'a> {
    sources: &'a Sources,
    files: &'a Files,
    lists: &'a CodeLists,
    areas: &'a Areas,
}

impl Before<'_> {
    /// What a table says; nothing if there is none.
    fn facts_of(&self, table: &str) -> Result<BTreeMap<FactKey, Reported<Count>>, LoadErrors> {
        let mut facts = BTreeMap::new();
        let Ok(bytes) = self.files.get(&path_of(table)) else {
            return Ok(facts);
        };
        let own = Table::read_own(&path_of(table), bytes)?;
        let year = own
            .column("time_period")
            .or_else(|_| own.column("mid_year"))?;
        let area = own.column("area_code")?;
        let mut errors = Vec::new();
        for row in own.rows() {
            let key = read::period(row, year)
                .and_then(|period| Ok((period, read::area(row, area, self.areas)?)));
            let (period, code) = match key {
                Ok(key) => key,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            let mut stratum = Stratum::TOTAL;
            for (column, name) in own.names().iter().enumerate() {
                if let Some(dimension) = Dimension::from_column(name) {
                    let id = self.lists.dimensions.list(dimension).id(row.text(column));
                    stratum = id.map_or(stratum, |id| stratum.with(dimension, id));
                }
            }
            for (column, name) in own.names().iter().enumerate() {
                let text = row.text(column);
                let is_key =
                    column == year || column == area || Dimension::from_column(name).is_some();
                if is_key || text.is_empty() {
                    continue;
                }
                let key = FactKey {
                    table: table.to_owned(),
                    column: name.clone(),
                    period,
                    area: code,
                    stratum,
                };
                match self.lists.marks.count("disparity", text) {
                    Ok(value) => drop(facts.insert(key, value)),
                    Err(fault) => errors.push(row.error(column, "", fault)),
                }
            }
        }
        LoadErrors::check(errors, facts)
    }

    /// Children of everyone by year and area.
    fn children(&self) -> Result<BTreeMap<FactKey, Reported<Count>>, LoadErrors> {
        self.facts_of("population")
    }

    /// A file read as each publication that it may be: the one with whose figures it agrees the most.
    fn most_alike<'r>(
        &self,
        table: &Table,
        all: Vec<Recognised<'r>>,
        position: usize,
        is_told: bool,
    ) -> Result<Read<'r>, LoadErrors> {
        let mut best: Option<(u64, Read<'r>)> = None;
        let mut unread = None;
        for found in all {
            let read = match self.read(table, found, position) {
                Ok(read) => read,
                Err(errors) => {
                    unread = unread.or(Some(errors));
                    continue;
                }
            };
            let same = read.release.indicators.iter().map(|one| one.same).sum();
            if best.as_ref().is_none_or(|(most, _)| same > *most) {
                best = Some((same, read));
            }
        }
        let Some((_, read)) = best else {
            return Err(unread.unwrap_or_else(|| {
                let what = "no figure of it can be read".to_owned();
                refusal(table.file(), what, "check that it is the whole file").into()
            }));
        };
        let alike = read.release.alike().unwrap_or(0.0);
        if is_told || alike >= ALIKE {
            let Some((own, known)) = read.release.outdated() else {
                return Ok(read);
            };
            let what = format!(
                "its years end with {own}, and the tables have {known}: it is an older release"
            );
            return Err(refusal(table.file(), what, "give the newest release of it").into());
        }
        let (name, id) = (&read.found.publication.table, &read.found.publication.id);
        let what = match read.release.alike() {
            None => format!(
                "it has the columns of {name} ({id}), and no figure by which to tell whether it is that"
            ),
            Some(_) => format!(
                "it has the columns of {name} ({id}), and of the figures of the same years only {:.0}% are the same: it is \
                 another table with such columns",
                alike * 100.0
            ),
        };
        let advice = format!("if it is {name}, say so with --like {id}");
        Err(refusal(table.file(), what, &advice).into())
    }

    /// A file read by the rules of a publication.
    fn read<'r>(
        &self,
        table: &Table,
        found: Recognised<'r>,
        position: usize,
    ) -> Result<Read<'r>, LoadErrors> {
        let (mut facts, mut rates) = (Facts::default(), BTreeSet::new());
        let (mut only_rates, mut issues) = (Vec::new(), Vec::new());
        let mut into = Gathered {
            facts: &mut facts,
            rates: &mut rates,
            only_rates: &mut only_rates,
            issues: &mut issues,
        };
        ees::read(
            table,
            position,
            found.publication,
            &found.rules,
            self.lists,
            self.areas,
            &mut into,
        )?;
        let release = self.release(table.file(), &found, &facts)?;
        Ok(Read {
            found,
            facts,
            rates,
            issues,
            release,
        })
    }

    /// What a file says, beside what the tables say.
    fn release(
        &self,
        file: &str,
        found: &Recognised<'_>,
        own: &Facts,
    ) -> Result<AddedRelease, LoadErrors> {
        let mut known = BTreeMap::new();
        for table in own.tables() {
            known.extend(self.facts_of(table)?);
        }
        let from_rates = self.facts_of(FROM_RATES)?;
        let years: BTreeSet<(&str, Period)> = known
            .keys()
            .map(|key| (key.column.as_str(), key.period))
            .collect();
        let mut indicators: BTreeMap<&str, AddedIndicator> = BTreeMap::new();
        for (key, value) in own.iter() {
            let one = indicators.entry(&key.column).or_default();
            one.name.clone_from(&key.column);
            one.last = one.last.max(Some(key.period));
            if !years.contains(&(key.column.as_str(), key.period)) {
                one.new_years.insert(key.period);
            }
            let worked_out = FactKey {
                table: FROM_RATES.into(),
                ..key.clone()
            };
            match known.get(key).or_else(|| from_rates.get(&worked_out)) {
                None => one.new += 1,
                Some(old) if *old == value => one.same += 1,
                Some(Reported::Value(_)) if !value.is_value() => one.withheld += 1,
                Some(_) => one.revised += 1,
            }
        }
        for (name, one) in &mut indicators {
            let known = years.iter().filter(|(column, _)| column == name);
            one.known_to = known.map(|(_, year)| *year).max();
        }
        Ok(AddedRelease {
            file: file.to_owned(),
            publication: found.publication.title.clone(),
            table: found.publication.table.clone(),
            id: String::new(),
            like: found.publication.id.clone(),
            absent: found.absent.clone(),
            indicators: indicators.into_values().collect(),
            rates: PrintedRates::default(),
            without_children: BTreeSet::new(),
            sums: Vec::new(),
        })
    }

    /// Every file, with the tables that the facts belong to written anew.
    fn with(
        &self,
        facts: &mut Facts,
        like: &[String],
        sources: &[AddedSource],
    ) -> Result<Files, LoadErrors> {
        let before = like.len();
        let touched: Vec<String> = facts.tables().into_iter().map(str::to_owned).collect();
        for table in &touched {
            for (key, value) in self.facts_of(table)? {
                // Each key of a table stands there once.
                drop(facts.add(before, 0, key, value));
            }
        }
        // What is stated now need not be worked out from a rate any more.
        let from_rates = self.facts_of(FROM_RATES)?;
        let stated = |key: &FactKey| facts.total(&key.column, key.period, key.area).is_some();
        if from_rates.keys().any(stated) {
            let left: Vec<_> = from_rates
                .into_iter()
                .filter(|(key, _)| !stated(key))
                .collect();
            for (key, value) in left {
                drop(facts.add(before, 0, key, value));
            }
        }
        let order = column_order(&self.lists.indicators);
        let mut changed = BTreeMap::new();
        for table in facts.tables() {
            let year = if table == "population" {
                "mid_year"
            } else {
                "time_period"
            };
            let csv = facts.write_table(table, year, &order, &self.lists.dimensions);
            changed.insert(path_of(table), csv);
        }
        changed.insert(path_of("revisions"), self.revisions(facts, like)?);
        let mut files = self.files.clone();
        let sources = self.sources.with(sources, &changed);
        for (name, csv) in changed {
            files.insert(name, csv.into_bytes());
        }
        files.insert(SOURCES, sources.to_toml().into_bytes());
        files.insert("README.md", sources.to_markdown().into_bytes());
        Ok(files)
    }

    /// The revisions of before, and the figures that are replaced now: those of the release before.
    fn revisions(&self, facts: &Facts, like: &[String]) -> Result<String, LoadErrors> {
        let own = path_of("revisions");
        let mut csv = String::from_utf8_lossy(self.files.get(&own)?).into_owned();
        let known: BTreeSet<String> = csv
            .lines()
            .filter_map(|line| Some(line.rsplit_once(',')?.0.to_owned()))
            .collect();
        for revision in facts.revisions() {
            let key = &revision.key;
            // Of a figure of the tables it is the newest release of the same publication that stated it.
            let by = facts.publication_of(key).and_then(|at| like.get(at));
            let Some(source) = like.get(revision.publication).or(by) else {
                continue;
            };
            let line = format!("{source},{},{},{}", key.period, key.area, key.column);
            if !known.contains(&line) {
                let _ = writeln!(csv, "{line},{}", revision.value);
            }
        }
        Ok(csv)
    }
}
