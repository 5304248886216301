//! The tables at hand: what they say beside a file, and what they are with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use disparity_core::{Areas, Count, Dimension, Period, Reported};

use super::recognised::{Recognised, refusal};
use super::said::{AddedIndicator, alike, outdated};
use crate::build::ees::{self, Gathered};
use crate::build::facts::{FactKey, Facts};
use crate::build::provenance::{ENGLAND, SOURCES, SourceRecord, Sources};
use crate::build::rules::column_order;
use crate::codelists::CodeLists;
use crate::error::LoadErrors;
use crate::files::Files;
use crate::read::{self, ReadReported as _};
use crate::table::Table;

/// So much of what a file shares with the tables must be the same for it to be what its columns say: a release revises
/// some figures of the years before, not most.
const ALIKE: f64 = 0.5;

/// A file as one publication.
pub(super) struct Read<'a> {
    pub(super) found: Recognised<'a>,
    pub(super) gathered: Gathered,
    pub(super) indicators: Vec<AddedIndicator>,
}

/// The path of a table of England.
pub(super) fn path_of(table: &str) -> String {
    format!("{ENGLAND}/{table}.csv")
}

/// The table of counts that were worked out from rates, as no release stated them.
const FROM_RATES: &str = "counts_from_rates";

/// The tables before anything is added.
pub(super) struct Before<'a> {
    pub(super) sources: &'a Sources,
    pub(super) files: &'a Files,
    pub(super) lists: &'a CodeLists,
    pub(super) areas: &'a Areas,
}

impl Before<'_> {
    /// What a table says; nothing if there is none.
    pub(super) fn facts_of(
        &self,
        table: &str,
    ) -> Result<BTreeMap<FactKey, Reported<Count>>, LoadErrors> {
        let mut facts = BTreeMap::new();
        let Ok(bytes) = self.files.get(&path_of(table)) else {
            return Ok(facts);
        };
        let own = Table::read_own(&path_of(table), bytes)?;
        let year = own
            .column("time_period")
            .or_else(|_| own.column("mid_year"))?;
        let area = own.column("area_code")?;
        let (mut groups, mut counts) = (Vec::new(), Vec::new());
        for (column, name) in own.names().iter().enumerate() {
            match Dimension::from_column(name) {
                Some(dimension) => groups.push((column, dimension)),
                None if column != year && column != area => counts.push((column, name)),
                None => {}
            }
        }
        let mut errors = Vec::new();
        for row in own.rows() {
            let key = (|| {
                let list = "a group of categories.csv";
                Ok((
                    read::period(row, year)?,
                    read::area(row, area, self.areas)?,
                    read::stratum(row, &groups, &self.lists.dimensions, list)?,
                ))
            })();
            let (period, code, stratum) = match key {
                Ok(key) => key,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            for (column, name) in counts.iter().copied() {
                let text = row.text(column);
                if text.is_empty() {
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

    /// A file read as each publication that it may be: the one with whose figures it agrees the most.
    pub(super) fn most_alike<'r>(
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
            let same = read.indicators.iter().map(|one| one.same).sum();
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
        let alike = alike(&read.indicators);
        if is_told || alike.is_some_and(|share| share >= ALIKE) {
            let Some((own, known)) = outdated(&read.indicators) else {
                return Ok(read);
            };
            let what = format!(
                "its years end with {own}, and the tables have {known}: it is an older release"
            );
            return Err(refusal(table.file(), what, "give the newest release of it").into());
        }
        let (name, id) = (&read.found.publication.table, &read.found.publication.id);
        let what = match alike {
            None => format!(
                "it has the columns of {name} ({id}), and no figure by which to tell whether it is that"
            ),
            Some(share) => format!(
                "it has the columns of {name} ({id}), and of the figures of the same years only {:.0}% are the same: it is \
                 another table with such columns",
                share * 100.0
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
        let mut gathered = Gathered::default();
        ees::read(
            table,
            position,
            found.publication,
            &found.rules,
            self.lists,
            self.areas,
            &mut gathered,
        )?;
        let indicators = self.indicators(&gathered.facts)?;
        Ok(Read {
            found,
            gathered,
            indicators,
        })
    }

    /// What a file says, beside what the tables say.
    fn indicators(&self, own: &Facts) -> Result<Vec<AddedIndicator>, LoadErrors> {
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
        Ok(indicators.into_values().collect())
    }

    /// Every file, with the tables that the facts belong to written anew.
    pub(super) fn with(
        &self,
        facts: &mut Facts,
        like: &[String],
        sources: &[SourceRecord],
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
        let (now, left): (Vec<_>, Vec<_>) =
            from_rates.into_iter().partition(|(key, _)| stated(key));
        if !now.is_empty() {
            for (key, value) in left {
                drop(facts.add(before, 0, key, value));
            }
        }
        let order = column_order(&self.lists.indicators);
        let mut changed = BTreeMap::new();
        for table in facts.tables() {
            let csv = facts.write_table(table, &order, &self.lists.dimensions);
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
            // Of a figure of the tables it is the newest release of the same publication that stated it.
            let by = facts
                .publication_of(&revision.key)
                .and_then(|at| like.get(at));
            let Some(source) = like.get(revision.publication).or(by) else {
                continue;
            };
            let line = revision.row(source);
            if !known.contains(&line) {
                let _ = writeln!(csv, "{line},{}", revision.value);
            }
        }
        Ok(csv)
    }
}
