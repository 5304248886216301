//! One that reads parts of a table and adds them up, a batch at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use disparity_core::{CategoryId, Count, Dimension, Reported, Symbol};

use super::once::{Once, RowKey, child_twice};
use super::plan::Plan;
use super::slots::Slots;
use crate::batch::{Batch, Column};
use crate::counted::Counted;
use crate::describe::{Denominator, RowsAre};
use crate::error::{TableError, TableErrors, Wrong};
use crate::meaning::groups::{Group, group};
use crate::meaning::places::Decile;
use crate::meaning::{Lookup, Mean, Meant, counts, periods};
use crate::source::Source;
use crate::tally::{Alike, Row, Tally, bit};

/// The fields of a batch, looked up.
struct LookedUp {
    places: Option<Meant<u32>>,
    years: Option<Meant<u16>>,
    groups: Vec<Meant<Group>>,
    counts: Numbers,
    wholes: Option<Numbers>,
}

/// Numbers of the rows of a batch.
enum Numbers {
    /// Each row is one.
    Ones,
    /// Every row has a number.
    Plain(Vec<Count>),
    /// Some rows have a symbol, or nothing.
    Mixed(Meant<Reported<Count>>),
}

impl Numbers {
    fn of(&self, row: usize) -> Option<Reported<Count>> {
        match self {
            Self::Ones => Some(Reported::Value(1)),
            Self::Plain(values) => Some(Reported::Value(values[row])),
            Self::Mixed(meant) => meant.of(row),
        }
    }

    const fn is_plain(&self) -> bool {
        !matches!(self, Self::Mixed(_))
    }

    fn plain(&self) -> Option<&[Count]> {
        match self {
            Self::Plain(values) => Some(values),
            Self::Ones | Self::Mixed(_) => None,
        }
    }
}

/// One that reads parts of a table.
pub(super) struct Worker<'a> {
    plan: &'a Plan<'a>,
    tally: Tally,
    wrong: Wrong,
    lookups: Lookups,
    slots: Slots<'a>,
    once: Once,
    /// What stopped a part.
    failed: Option<TableError>,
}

/// What the words of each column mean.
struct Lookups {
    place: Lookup<u32>,
    period: Lookup<u16>,
    count: Lookup<Reported<Count>>,
    whole: Lookup<Reported<Count>>,
    groups: Vec<Lookup<Group>>,
}

impl Lookups {
    fn new(plan: &Plan<'_>) -> Self {
        let description = plan.description;
        let named = |own: Option<&str>| own.unwrap_or_default().to_owned();
        let period = description.period.as_ref().map(|(name, _)| name.as_str());
        let whole = match &description.denominator {
            Denominator::Children => None,
            Denominator::Column { column, .. } => Some(column.as_str()),
        };
        let none = Reported::Symbol(Symbol::NotAvailable);
        Self {
            place: Lookup::new(&named(Some(plan.place_column())), 0),
            period: Lookup::new(&named(period), 0),
            count: Lookup::new(&named(description.count.as_deref()), none),
            whole: Lookup::new(&named(whole), none),
            groups: plan
                .groups
                .iter()
                .map(|(own, _)| Lookup::new(&own.column, Group::Everyone))
                .collect(),
        }
    }

    /// What was wrong.
    fn into_wrong(self, wrong: &mut Wrong) {
        self.groups
            .into_iter()
            .for_each(|lookup| lookup.into_wrong(wrong));
        self.place.into_wrong(wrong);
        self.period.into_wrong(wrong);
        self.count.into_wrong(wrong);
        self.whole.into_wrong(wrong);
    }
}

impl<'a> Worker<'a> {
    pub(super) fn new(plan: &'a Plan<'a>) -> Self {
        Self {
            plan,
            tally: Tally::new(&plan.known.catalogue.dimensions),
            wrong: Wrong::default(),
            lookups: Lookups::new(plan),
            slots: Slots::new(plan),
            once: Once::default(),
            failed: None,
        }
    }

    /// Reads a part, unless another has failed.
    pub(super) fn part(&mut self, source: &Source, part: usize) {
        if self.failed.is_some() {
            return;
        }
        let columns = &self.plan.columns;
        let read = source.read(part, columns, &mut |batch| {
            self.batch(&batch);
            Ok(())
        });
        self.failed = read.err();
    }

    fn batch(&mut self, batch: &Batch) {
        let looked_up = self.look_up(batch);
        if !self.add_alike(batch, &looked_up) {
            (0..batch.rows).for_each(|row| self.row(batch, row, &looked_up));
        }
    }

    fn look_up(&mut self, batch: &Batch) -> LookedUp {
        let (plan, slots) = (self.plan, &mut self.slots);
        let file = plan.file;
        let column = |at: usize| &batch.columns[at];
        let places = plan.place.map(|(how, at)| {
            let mut mean = |text: Option<&str>| slots.place(how, text);
            self.lookups.place.each(file, batch, column(at), &mut mean)
        });
        let years = plan.period.map(|(dates, at)| {
            let mut mean = |text: Option<&str>| {
                let period = if dates {
                    periods::period_of_day(text)
                } else {
                    periods::period(text)
                };
                slots.year(period?)
            };
            self.lookups.period.each(file, batch, column(at), &mut mean)
        });
        let dimensions = &plan.known.catalogue.dimensions;
        let groups = plan.groups.iter().zip(&mut self.lookups.groups);
        let groups = groups
            .map(|((own, at), lookup)| {
                let mut mean = |text: Option<&str>| group(own, dimensions, text);
                lookup.each(file, batch, column(*at), &mut mean)
            })
            .collect();
        let vintage = plan.description.symbols.as_deref();
        let mut mean =
            |text: Option<&str>| match plan.description.absences.get(text.unwrap_or_default()) {
                Some(symbol) => Ok(Reported::Symbol(*symbol)),
                None => counts::count(plan.known.marks, vintage, text),
            };
        // A number may stand for an absence.
        let as_stored = plan.description.absences.is_empty();
        let counts = plan.count.map_or(Numbers::Ones, |at| {
            numbers(
                &mut self.lookups.count,
                (file, batch, column(at)),
                as_stored,
                &mut mean,
            )
        });
        let wholes = plan.whole.map(|at| {
            numbers(
                &mut self.lookups.whole,
                (file, batch, column(at)),
                as_stored,
                &mut mean,
            )
        });
        LookedUp {
            places,
            years,
            groups,
            counts,
            wholes,
        }
    }

    /// Adds all rows at once, column by column, where all mean something, are broken down alike and need not be told
    /// apart; otherwise says no, and has added none.
    fn add_alike(&mut self, batch: &Batch, found: &LookedUp) -> bool {
        let plan = self.plan;
        let told_apart = plan.child.is_some()
            || (plan.description.rows == RowsAre::Counts && plan.is_of_areas());
        let sure = found.counts.is_plain() && found.wholes.as_ref().is_none_or(Numbers::is_plain);
        if told_apart || !sure || found.groups.iter().any(|own| own.wrong.is_some()) {
            return false;
        }
        let mut alike = Alike::default();
        for own in &found.groups {
            let mut bits = None;
            let mut ids = Vec::with_capacity(batch.rows);
            let mut broads = Vec::new();
            for group in &own.values {
                let Group::One {
                    dimension,
                    id,
                    broad,
                    ..
                } = group
                else {
                    return false;
                };
                if *bits.get_or_insert(*dimension) != *dimension {
                    return false;
                }
                ids.push(id.0);
                if let Some(broad) = broad {
                    broads.push(broad.0);
                }
            }
            let Some(dimension) = bits else { return false };
            alike.pattern |= bit(dimension);
            if dimension == Dimension::EthnicityMinor {
                // A group without a broad one would be missing among them.
                if broads.len() != ids.len() {
                    return false;
                }
                alike.groups[Dimension::EthnicityMajor as usize] = Some(broads);
            }
            alike.groups[dimension as usize] = Some(ids);
        }
        if !self.place_alike(batch, found, &mut alike) {
            return false;
        }
        let wholes = found.wholes.as_ref().and_then(Numbers::plain);
        self.tally.add_alike(&alike, found.counts.plain(), wholes);
        true
    }

    /// Where and when all rows are; says no where one is nowhere or not all are of neighbourhoods with a decile, or all
    /// of areas.
    fn place_alike(&mut self, batch: &Batch, found: &LookedUp, alike: &mut Alike) -> bool {
        let of =
            |list: &Option<Meant<u32>>, row| list.as_ref().map_or(Some(0), |list| list.of(row));
        let mut deciles = Vec::with_capacity(batch.rows);
        alike.slots.reserve(batch.rows);
        for row in 0..batch.rows {
            let year = found.years.as_ref().map_or(Some(0), |list| list.of(row));
            let (Some(place), Some(year)) = (of(&found.places, row), year) else {
                return false;
            };
            // Rows that are nowhere are counted when they are added one by one.
            let Some((slot, decile)) =
                self.slots
                    .peek((place, year), batch.at.of(row), &mut self.tally)
            else {
                return false;
            };
            alike.slots.push(slot);
            match decile {
                Decile::None => {}
                // Among everyone and in no group.
                Decile::Unknown => deciles.push(0),
                Decile::One(tenth) => deciles.push(tenth),
            }
        }
        if deciles.is_empty() {
            return true;
        }
        let dimension = Dimension::DeprivationDecile;
        alike.pattern |= bit(dimension);
        let whole = deciles.len() == batch.rows;
        alike.unnamed[dimension as usize] = deciles.iter().filter(|own| **own == 0).count() as u64;
        alike.groups[dimension as usize] = Some(deciles);
        whole
    }

    /// Adds one row.
    fn row(&mut self, batch: &Batch, at: usize, found: &LookedUp) {
        let number = batch.at.of(at);
        let place = found.places.as_ref().map_or(Some(0), |list| list.of(at));
        let year = found.years.as_ref().map_or(Some(0), |list| list.of(at));
        let whole = found.wholes.as_ref().map(|list| list.of(at));
        let (Some(place), Some(year), Some(count)) = (place, year, found.counts.of(at)) else {
            return;
        };
        if matches!(whole, Some(None)) {
            return;
        }
        let Some((slot, decile)) = self.slots.at((place, year), number, &mut self.tally) else {
            return;
        };
        let mut row = Row {
            slot,
            pattern: 0,
            groups: [0; Dimension::ALL.len()],
            count,
            whole: whole.flatten(),
        };
        let mut age = 0;
        let mut unnamed = Vec::new();
        let groups = found.groups.iter().map(|list| list.of(at));
        for group in groups.chain(of_decile(decile).map(Some)) {
            match group {
                None | Some(Group::Skip) => return,
                Some(Group::Everyone) => {}
                Some(Group::Unnamed { dimension }) => {
                    row.pattern |= bit(dimension);
                    unnamed.push(dimension);
                }
                Some(Group::One {
                    dimension,
                    id,
                    broad,
                    word,
                }) => {
                    row.pattern |= bit(dimension);
                    row.groups[dimension as usize] = id.0;
                    if dimension == Dimension::AgeBand {
                        age = word;
                    }
                    if let Some(broad) = broad {
                        row.groups[Dimension::EthnicityMajor as usize] = broad.0;
                    }
                }
            }
        }
        if self.plan.description.rows == RowsAre::Counts {
            if self.plan.is_of_areas() {
                let key = RowKey {
                    place: (slot, row.pattern),
                    groups: row.groups,
                    age,
                };
                self.once
                    .add(self.plan.source, key, number, &mut self.wrong);
            }
        } else if let Some(column) = self.plan.child {
            self.child(number, slot, &batch.columns[column], at);
        }
        for dimension in unnamed {
            *self.tally.unnamed.entry(dimension).or_default() += 1;
        }
        self.tally.add(&row);
    }

    fn child(&mut self, row: u64, slot: u32, column: &Column, at: usize) {
        let named = self.plan.description.child.as_deref().unwrap_or_default();
        let Some(child) = column.text(at) else {
            let what = "the name or number of the child is empty";
            let hint = "fill it in, or leave `child` out of the description: rows are then taken to be of different \
                        children";
            self.wrong
                .add(TableError::at(self.plan.file, row, named, what, hint));
            return;
        };
        let before = self.tally.meet(slot, Arc::from(&*child));
        if before && self.plan.description.rows == RowsAre::Children {
            self.wrong.add(child_twice(self.plan.file, row, named));
        }
    }

    /// What two workers found.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.failed = self.failed.or(other.failed);
        let theirs: BTreeMap<u32, _> = other
            .tally
            .places()
            .into_iter()
            .map(|(key, slot)| (slot, key))
            .collect();
        let (tally, wrong) = (&mut self.tally, &mut self.wrong);
        self.slots.merge(other.slots, &theirs, tally, wrong);
        for (key, row) in other.once.into_rows() {
            let (slot, pattern) = key.place;
            let (area, period) = theirs[&slot];
            let key = RowKey {
                place: (tally.slot(area, period), pattern),
                ..key
            };
            self.once.add(self.plan.source, key, row, wrong);
        }
        tally.merge(other.tally);
        wrong.extend(other.wrong);
        other.lookups.into_wrong(wrong);
        self
    }

    /// The counts, if nothing is wrong.
    pub(super) fn finish(self, sha256: Option<String>) -> Result<Counted, TableErrors> {
        let Self {
            plan,
            tally,
            mut wrong,
            ..
        } = self;
        if let Some(failed) = self.failed {
            return Err(failed.into());
        }
        self.lookups.into_wrong(&mut wrong);
        self.slots.into_wrong(&mut wrong);
        plan.check_children(&tally, &mut wrong);
        if wrong.is_empty() && tally.is_empty() {
            let what = "the table has a heading but no rows that count";
            wrong.add(TableError::of_file(
                plan.file,
                what,
                "give a table with rows",
            ));
        }
        let mut issues = Vec::new();
        let cells = plan.resolved(&tally, &mut wrong, &mut issues);
        if let Some(errors) = wrong.into_errors() {
            return Err(errors);
        }
        issues.extend(plan.unnamed(&tally));
        let mut by_slot = tally.times();
        let times = tally.places().into_iter();
        let times = times
            .filter_map(|((area, period), slot)| Some(((period, area), by_slot.remove(&slot)?)))
            .collect();
        let mut counted = Counted {
            file: plan.file.to_owned(),
            cells,
            times,
            repeats: plan.description.rows == RowsAre::Events,
            protection: plan.description.protection,
            issues,
            rows: tally.rows,
            sha256,
        };
        counted.add_totals(&plan.known.catalogue.areas);
        for issue in &mut counted.issues {
            issue.indicator.clone_from(&plan.description.name);
        }
        Ok(counted)
    }
}

/// The group that a decile is.
const fn of_decile(decile: Decile) -> Option<Group> {
    let dimension = Dimension::DeprivationDecile;
    match decile {
        Decile::None => None,
        Decile::Unknown => Some(Group::Unnamed { dimension }),
        // Position 0 is everyone, and the deciles stand in their order.
        Decile::One(tenth) => Some(Group::One {
            dimension,
            id: CategoryId(tenth),
            broad: None,
            word: 0,
        }),
    }
}

/// Numbers of a column: those that are stored as such are looked up in nothing.
fn numbers(
    lookup: &mut Lookup<Reported<Count>>,
    (file, batch, column): (&str, &Batch, &Column),
    as_stored: bool,
    mean: Mean<'_, Reported<Count>>,
) -> Numbers {
    if let Column::Whole {
        values,
        blank: None,
    } = column
        && as_stored
    {
        let plain: Option<Vec<Count>> = values
            .iter()
            .map(|own| Count::try_from(*own).ok())
            .collect();
        if let Some(plain) = plain {
            return Numbers::Plain(plain);
        }
    }
    let meant = lookup.each(file, batch, column, mean);
    let plain: Option<Vec<Count>> = meant.values.iter().map(|own| own.value()).collect();
    match plain {
        Some(plain) if meant.wrong.is_none() => Numbers::Plain(plain),
        _ => Numbers::Mixed(meant),
    }
}
