//! Where and when rows are: a place in a year, looked up once for each pair.

use std::collections::{BTreeMap, HashMap};

use disparity_core::{AreaCode, Period, edition_in_force};

use super::once::twice_called;
use super::plan::Plan;
use crate::describe::Where;
use crate::error::{TableError, Wrong};
use crate::meaning::Fault;
use crate::meaning::places::{Decile, Place};
use crate::tally::Tally;

/// Where and when a row is, once it is looked up.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Unseen,
    Here(u32),
    /// Nowhere: the place of its error.
    Wrong(u32),
}

/// As many years as a table may have.
const YEARS: usize = 64;

/// In place of a decile, of what is no neighbourhood.
const NONE: u8 = u8::MAX;

/// Places and years of a table, and what each pair means.
///
/// A row costs three reads from tables that are small enough to stay near: the place's bearer (a neighbourhood's is its
/// authority), the slot of that and the year, and the place's decile in the index of the year.
pub(super) struct Slots<'a> {
    plan: &'a Plan<'a>,
    editions: Vec<u16>,
    /// Who bears a slot: an area by its name, or an authority of today for all that is a part of it.
    bearers: Vec<Place>,
    by_authority: HashMap<AreaCode, u32>,
    /// The bearer of each place.
    of_place: Vec<u32>,
    /// Of each place its decile in each edition: 0 where it has none, [`NONE`] where it is no neighbourhood.
    deciles: Vec<u8>,
    periods: Vec<Period>,
    /// Which edition is in force in each year.
    in_force: Vec<Option<usize>>,
    /// By bearer and year.
    found: Vec<Slot>,
    /// What each area was called in each year.
    called: HashMap<u32, String>,
    /// What is wrong with places in their years.
    errors: Vec<TableError>,
}

impl<'a> Slots<'a> {
    pub(super) fn new(plan: &'a Plan<'a>) -> Self {
        let mut slots = Self {
            plan,
            editions: plan.editions.iter().copied().collect(),
            bearers: Vec::new(),
            by_authority: HashMap::new(),
            of_place: Vec::new(),
            deciles: Vec::new(),
            periods: Vec::new(),
            in_force: Vec::new(),
            found: Vec::new(),
            called: HashMap::new(),
            errors: Vec::new(),
        };
        if let Some(place) = &plan.fixed_area {
            slots.add(place.clone());
        }
        if let Some(period) = plan.fixed_period {
            slots.add_year(period);
        }
        slots
    }

    /// The number of the place that a text names.
    pub(super) fn place(&mut self, how: Where, text: Option<&str>) -> Result<u32, Fault> {
        let gazetteer = self.plan.gazetteer();
        let place = match (text, &self.plan.postcodes) {
            (Some(postcode), Some(list)) => {
                let code = list.place(postcode)?.to_string();
                match gazetteer.place(how, Some(&code))? {
                    Place::Area { text, codes } => gazetteer.somewhere_in(text, &codes)?,
                    part @ Place::Part { .. } => part,
                }
            }
            _ => gazetteer.place(how, text)?,
        };
        Ok(self.add(place))
    }

    fn add(&mut self, place: Place) -> u32 {
        let gazetteer = self.plan.gazetteer();
        let deciles = self.editions.iter().map(|edition| match &place {
            Place::Area { .. } => NONE,
            // Of a ward it is not known, as of a neighbourhood that was redrawn.
            Place::Part { ground, .. } => match gazetteer.decile(ground, *edition) {
                Decile::None | Decile::Unknown => 0,
                Decile::One(tenth) => tenth,
            },
        });
        self.deciles.extend(deciles);
        let next = u32::try_from(self.bearers.len()).unwrap_or(u32::MAX);
        let bearer = match &place {
            Place::Part { authority, .. } => *self.by_authority.entry(*authority).or_insert(next),
            Place::Area { .. } => next,
        };
        if bearer == next {
            self.bearers.push(place);
            self.found.resize(YEARS * self.bearers.len(), Slot::Unseen);
        }
        self.of_place.push(bearer);
        u32::try_from(self.of_place.len() - 1).unwrap_or(u32::MAX)
    }

    fn add_year(&mut self, period: Period) {
        let edition = edition_in_force(&self.plan.editions, period);
        let place = self.editions.iter().position(|own| Some(*own) == edition);
        self.periods.push(period);
        self.in_force.push(place);
    }

    /// The number of a year.
    pub(super) fn year(&mut self, period: Period) -> Result<u16, Fault> {
        let found = self.periods.iter().position(|own| *own == period);
        let place = found.unwrap_or_else(|| {
            self.add_year(period);
            self.periods.len() - 1
        });
        let place = u16::try_from(place).ok();
        place
            .filter(|place| usize::from(*place) < YEARS)
            .ok_or_else(|| {
                Fault::new(
                    format!("the table has more than {YEARS} years"),
                    "describe the column that has the years",
                )
            })
    }

    /// Where and when a row is, by the numbers of its place and its year.
    pub(super) fn at(
        &mut self,
        key: (u32, u16),
        row: u64,
        tally: &mut Tally,
    ) -> Option<(u32, Decile)> {
        let found = self.peek(key, row, tally);
        if let Slot::Wrong(error) = self.found[self.place_of(key)] {
            self.errors[error as usize].rows += 1;
        }
        found
    }

    fn place_of(&self, (place, year): (u32, u16)) -> usize {
        self.of_place[place as usize] as usize * YEARS + usize::from(year)
    }

    /// The same of a row that is not counted yet among those that are nowhere.
    pub(super) fn peek(
        &mut self,
        (place, year): (u32, u16),
        row: u64,
        tally: &mut Tally,
    ) -> Option<(u32, Decile)> {
        let at = self.place_of((place, year));
        if matches!(self.found[at], Slot::Unseen) {
            let bearer = self.of_place[place as usize];
            self.found[at] = self.find((bearer, year), row, tally);
        }
        let Slot::Here(slot) = self.found[at] else {
            return None;
        };
        let edition = self.in_force[usize::from(year)];
        let decile = edition.map(|own| self.deciles[place as usize * self.editions.len() + own]);
        let decile = match decile {
            Some(NONE) | None => Decile::None,
            Some(0) => Decile::Unknown,
            Some(tenth) => Decile::One(tenth),
        };
        Some((slot, decile))
    }

    fn find(&mut self, (bearer, year): (u32, u16), row: u64, tally: &mut Tally) -> Slot {
        let plan = self.plan;
        let period = self.periods[usize::from(year)];
        let bearer = &self.bearers[bearer as usize];
        let found = match bearer {
            Place::Part { authority, .. } => plan.gazetteer().authority_at(*authority, period),
            Place::Area { text, codes } => plan.gazetteer().area_at(text, codes, period),
        };
        let found = found.and_then(|area| plan.has_index(period).map(|()| area));
        let fault = match found {
            Err(fault) => fault,
            Ok(area) => {
                let slot = tally.slot(area, period);
                let (true, Place::Area { text, .. }) = (plan.stand_alone(), bearer) else {
                    return Slot::Here(slot);
                };
                let before = self.called.entry(slot).or_insert_with(|| text.clone());
                if *before == *text {
                    return Slot::Here(slot);
                }
                twice_called(before, text, period)
            }
        };
        let mut error = TableError::at(plan.file, row, plan.place_column(), fault.what, fault.hint);
        error.rows = 0;
        self.errors.push(error);
        Slot::Wrong(u32::try_from(self.errors.len() - 1).unwrap_or_default())
    }

    /// Takes over what another was wrong about, and what areas are called there. `theirs` are the other's numbers.
    pub(super) fn merge(
        &mut self,
        other: Self,
        theirs: &BTreeMap<u32, (AreaCode, Period)>,
        tally: &mut Tally,
        wrong: &mut Wrong,
    ) {
        let mut names: Vec<(u32, String)> = other.called.into_iter().collect();
        names.sort_unstable();
        for (slot, text) in names {
            let (area, period) = theirs[&slot];
            let slot = tally.slot(area, period);
            let before = self.called.entry(slot).or_insert_with(|| text.clone());
            if *before != text && self.plan.stand_alone() {
                let fault = twice_called(before, &text, period);
                let column = self.plan.place_column();
                wrong.add(TableError::at(
                    self.plan.file,
                    0,
                    column,
                    fault.what,
                    fault.hint,
                ));
            }
        }
        other.errors.into_iter().for_each(|error| wrong.add(error));
    }

    /// What was wrong.
    pub(super) fn into_wrong(self, wrong: &mut Wrong) {
        self.errors.into_iter().for_each(|error| wrong.add(error));
    }
}
