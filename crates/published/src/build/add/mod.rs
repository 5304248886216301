//! A release that is newer than the program: its figures over those of the tables at hand.
//!
//! 1. Each file is recognised by its columns ([`recognised`]): a publication keeps them from release to release.
//! 2. It is read by the rules of that publication, as [`build`](super::build) reads the release that is built in.
//! 3. What it states stands. What it replaces is kept as a revision of the release before; what it withholds is
//!    withheld; what it does not state stays.
//! 4. What it prints is held against itself ([`checked`]): rates, and authorities against England.

mod checked;
mod recognised;
mod said;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{AreaCode, Count, DenominatorKind, Origin, Period, Reported, Stratum, Warned};

pub use self::checked::{PrintedRates, SumApart};
pub use self::said::{Added, AddedIndicator, AddedRelease};
use self::tables::{Before, Read, path_of};
use super::facts::{FactKey, Facts};
use super::layouts::bytes as unpacked;
use super::provenance::{SourceRecord, Sources, digest};
use super::rules::read_rules;
use crate::codelists::{COLUMNS, CodeLists, Publication};
use crate::error::LoadErrors;
use crate::files::Files;
use crate::table::Table;

/// Adds published files to the tables at hand, each given with its name; where two state the same, the one that is
/// given first stands. What a file is, its columns tell and the figures that it shares with the tables; `like` says it by
/// the name of a source where they do not.
///
/// # Errors
/// [`LoadErrors`] if the columns of a file are those of no publication, if it shares no figure with the tables or most
/// of those are others, so that it may as well be another publication with the same columns; if it is older; for every row
/// that cannot be read.
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
    let children = before.facts_of(POPULATION)?;
    let mut facts = Facts::default();
    let (mut releases, mut new, mut issues) = (Vec::new(), Vec::new(), Vec::new());
    let mut likes = Vec::new();
    for (position, (file, bytes)) in given.iter().enumerate() {
        let table = Table::read(file, &unpacked(file, bytes)?)?;
        let found = recognised::recognise(&table, &rules, &lists, like)?;
        let Read {
            found,
            gathered,
            indicators,
        } = before.most_alike(&table, found, position, like.is_some())?;
        issues.extend(gathered.issues);
        let own = gathered.facts;
        let older = |key: &FactKey| {
            let mut all = indicators.iter();
            all.any(|one| one.name == key.column && one.is_older())
        };
        for (key, value) in own.iter().filter(|(key, _)| !older(key)) {
            // Each key of a file stands there once.
            drop(facts.add(position, 0, key.clone(), value));
        }
        let last = own
            .last_year()
            .map_or_else(String::new, |year| year.to_string());
        let publication = Publication {
            id: format!("added-{}", &digest(bytes)[..12]),
            path: file.clone(),
            release: format!("added, years to {last}"),
            // Where the file was got and when is not known: the publication's page is.
            origin: Origin {
                page: found.publication.origin.page.clone(),
                ..Origin::default()
            },
            ..found.publication.clone()
        };
        releases.push(AddedRelease {
            file: file.clone(),
            publication: publication.title.clone(),
            table: publication.table.clone(),
            id: publication.id.clone(),
            like: found.publication.id.clone(),
            absent: found.absent,
            indicators,
            rates: checked::rates(&gathered.rates, &own, &children, &lists, &areas),
            without_children: BTreeSet::new(),
            sums: checked::sums(&own, &lists, &areas),
        });
        let feeds = facts.tables_of(position).into_iter().map(path_of);
        new.push(SourceRecord::of(
            &publication,
            digest(bytes),
            feeds.collect(),
        ));
        likes.push(found.publication.id.clone());
    }
    for release in &mut releases {
        release.without_children = without_children(release, &facts, &children, &lists);
    }
    let files = before.with(&mut facts, &likes, &new)?;
    let output = Added { files, releases };
    Ok(Warned { output, issues })
}

/// New years of which there are counts by the child and no children.
fn without_children(
    release: &AddedRelease,
    facts: &Facts,
    children: &BTreeMap<FactKey, Reported<Count>>,
    lists: &CodeLists,
) -> BTreeSet<Period> {
    let per_child = |one: &&AddedIndicator| {
        let id = lists.indicators.id(&one.name);
        let denominator = id.map(|id| lists.indicators.get(id).denominator);
        denominator == Some(DenominatorKind::Children0To17)
    };
    let years = release.indicators.iter().filter(per_child);
    let years = years.flat_map(|one| one.new_years.iter().copied());
    let has_none = |period: &Period| {
        let key = children_key("children_0_17", *period, AreaCode::ENGLAND);
        key.is_some_and(|key| facts.get(&key).is_none() && !children.contains_key(&key))
    };
    years.filter(has_none).collect()
}

/// The table of children.
const POPULATION: &str = "population";

/// The children of an area by whom a year's counts are divided.
fn children_key(column: &str, period: Period, area: AreaCode) -> Option<FactKey> {
    Some(FactKey {
        table: POPULATION.into(),
        column: column.into(),
        period: Period::ending(period.population_year().0)?,
        area,
        stratum: Stratum::TOTAL,
    })
}
