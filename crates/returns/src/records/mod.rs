//! One authority's rows as read, before years are joined and records linked. Small, typed, and with
//! the place each came from; text only where two values must be compared.

mod in_order;
pub(crate) mod record_sink;
pub(crate) mod rule;
pub(crate) mod source;
mod texts;
pub(crate) mod years;

use std::collections::BTreeSet;

use disparity_core::journeys::{BirthPrecision, CodeId, CodeSetId, Coded, SpellFlags, SpellKind};
use disparity_core::{CategoryId, Day};

pub(crate) use in_order::put_in_order;
pub(crate) use texts::Texts;

use crate::config::codelists::{ColumnDef, ColumnType, Lists};
use rule::Rule;

/// Where a record lives in the authority. Identifiers are compared between these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum System {
    /// Children in need census.
    Cin,
    /// SSDA903.
    Care,
    /// Standard Safeguarding Dataset.
    Ssd,
    /// The Department's data interface.
    Api,
    /// Annex A.
    AnnexA,
    /// Early help list.
    EarlyHelp,
}

/// The place a row came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct RowPlace {
    /// Position in the list of sources.
    pub source: u32,
    /// Line.
    pub line: u32,
}

/// What one source says about one child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PersonRow {
    /// Identifier.
    pub id: u32,
    /// Where it was.
    pub place: RowPlace,
    /// Return.
    pub system: System,
    /// Year the file is for; 0 until known.
    pub year: u16,
    /// Birth.
    pub birth: Option<Day>,
    /// How much of it is known.
    pub precision: BirthPrecision,
    /// Death.
    pub death: Option<Day>,
    /// Sex; `Total` if not said.
    pub sex: CategoryId,
    /// Ethnic group; `Total` if blank.
    pub ethnicity: CategoryId,
    /// Pupil number as a numbered text, if it is a valid one.
    pub upn: Option<u32>,
    /// Whether unaccompanied.
    pub unaccompanied: Option<bool>,
    /// Whether something is said of it that is not understood.
    pub unaccompanied_unclear: bool,
    /// Until when.
    pub unaccompanied_ceased: Option<Day>,
    /// Whether permanence came before care.
    pub earlier_permanence: Option<bool>,
    /// Evidence of arrival from elsewhere.
    pub arrival: Option<Day>,
}

impl PersonRow {
    /// A row that says nothing yet.
    #[must_use]
    pub(crate) fn new(id: u32, system: System, place: RowPlace, year: u16) -> Self {
        Self {
            id,
            place,
            system,
            year,
            birth: None,
            precision: BirthPrecision::None,
            death: None,
            sex: CategoryId::TOTAL,
            ethnicity: CategoryId::TOTAL,
            upn: None,
            unaccompanied: None,
            unaccompanied_unclear: false,
            unaccompanied_ceased: None,
            earlier_permanence: None,
            arrival: None,
        }
    }
}

/// One activity as read: a spell or an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Activity {
    /// Identifier.
    pub id: u32,
    /// Where it was.
    pub place: RowPlace,
    /// Return.
    pub system: System,
    /// Year the file is for; 0 until known.
    pub year: u16,
    /// Kind. Rows of the census's `CINdetails` are episodes here, with or without further action.
    pub kind: SpellKind,
    /// First day.
    pub start: Day,
    /// Last day as recorded, none while open.
    pub end: Option<Day>,
    /// Referral date of the episode it is nested in.
    pub parent: Option<Day>,
    /// Number of the episode within the child, for flat tables; resolved to `parent` later.
    pub parent_key: u32,
    /// What is coded of it.
    pub coded: Coded,
    /// Flags.
    pub flags: SpellFlags,
    /// Whether no further action was taken, for referrals.
    pub no_further_action: Option<bool>,
}

impl Activity {
    /// No key of an episode.
    pub(crate) const NO_KEY: u32 = u32::MAX;

    /// An activity with nothing but its kind and days.
    #[must_use]
    pub(crate) fn new(
        id: u32,
        system: System,
        place: RowPlace,
        year: u16,
        kind: SpellKind,
        start: Day,
        end: Option<Day>,
    ) -> Self {
        Self {
            id,
            place,
            system,
            year,
            kind,
            start,
            end,
            parent: None,
            parent_key: Self::NO_KEY,
            coded: Coded::blank(kind),
            flags: SpellFlags::START_KNOWN,
            no_further_action: None,
        }
    }
}

/// A last day, or that there is none, in the four bytes of a day: of rows there are millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastDay(Day);

impl LastDay {
    /// The day, none while open.
    #[must_use]
    pub(crate) fn day(self) -> Option<Day> {
        (self.0 != Day::OPEN).then_some(self.0)
    }
}

impl From<Option<Day>> for LastDay {
    fn from(day: Option<Day>) -> Self {
        Self(day.unwrap_or(Day::OPEN))
    }
}

/// One placement or legal-status episode as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CareRow {
    /// Identifier.
    pub id: u32,
    /// Where it was.
    pub place: RowPlace,
    /// Return.
    pub system: System,
    /// Year the file is for; 0 until known.
    pub year: u16,
    /// First day.
    pub start: Day,
    /// Last day, none while open.
    pub end: LastDay,
    /// Reason for the new episode.
    pub reason_new: CodeId,
    /// Legal status.
    pub legal_status: CodeId,
    /// Category of need.
    pub need: CodeId,
    /// Placement.
    pub placement: CodeId,
    /// Provider, as a numbered text.
    pub provider: u32,
    /// Postcode and registration number of the placement, which are only compared together: a numbered
    /// text ([`Records::placed_at`]).
    pub placed_at: u32,
    /// Home postcode, as a numbered text; 0 is blank.
    pub home_postcode: u32,
    /// Reason it ceased.
    pub reason_ceased: CodeId,
    /// Reason for the change of placement, as a numbered text.
    pub reason_change: u32,
    /// Rule that repaired it, for the record.
    pub rule: Option<Rule>,
    /// Period of care it belongs to, where the source says; 0 if not.
    pub period_key: u32,
}

/// A home address over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Address {
    /// Identifier.
    pub id: u32,
    /// From.
    pub from: Option<Day>,
    /// Until.
    pub to: Option<Day>,
    /// Postcode, as a numbered text.
    pub postcode: u32,
}

/// Everything read from one authority's files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Records {
    /// Identifiers.
    pub ids: Texts,
    /// Postcodes, registration numbers and the like; number 0 is the empty text.
    pub texts: Texts,
    /// What sources say about children.
    pub persons: Vec<PersonRow>,
    /// Spells and events.
    pub activities: Vec<Activity>,
    /// Care episodes.
    pub care: Vec<CareRow>,
    /// Home addresses.
    pub addresses: Vec<Address>,
    /// Old and new identifiers.
    pub links: Vec<(u32, u32)>,
    /// Identifiers of a safeguarding dataset or the data interface, and those of the same child in
    /// other returns.
    pub bridges: Vec<(u32, u32)>,
}

/// So many births on the first of a month are no chance.
const ENOUGH_BIRTHS: usize = 10;

/// How much there was before a table, so that a table found faulty can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark([usize; 6]);

impl Records {
    /// Nothing yet; the empty text has number 0.
    #[must_use]
    pub(crate) fn new() -> Self {
        let mut records = Self::default();
        records.texts.number("");
        records
    }

    /// How much there is now.
    #[must_use]
    pub(crate) fn mark(&self) -> Mark {
        Mark([
            self.persons.len(),
            self.activities.len(),
            self.care.len(),
            self.addresses.len(),
            self.links.len(),
            self.bridges.len(),
        ])
    }

    /// Takes back everything since a mark.
    pub(crate) fn rewind(&mut self, mark: Mark) {
        let Mark([persons, activities, care, addresses, links, bridges]) = mark;
        self.persons.truncate(persons);
        self.activities.truncate(activities);
        self.care.truncate(care);
        self.addresses.truncate(addresses);
        self.links.truncate(links);
        self.bridges.truncate(bridges);
    }

    /// Takes back the rows since a mark that stand on certain lines (sorted).
    pub(crate) fn remove_lines(&mut self, mark: Mark, lines: &[u32]) {
        let Mark([persons, activities, care, ..]) = mark;
        let keep = |line: u32| lines.binary_search(&line).is_err();
        retain_from(&mut self.persons, persons, |row| keep(row.place.line));
        retain_from(&mut self.activities, activities, |row| keep(row.place.line));
        retain_from(&mut self.care, care, |row| keep(row.place.line));
    }

    /// Takes back the rows of some sources, in one pass whatever their number.
    pub(crate) fn remove_sources(&mut self, sources: &BTreeSet<u32>) {
        let keep = |place: RowPlace| !sources.contains(&place.source);
        self.persons.retain(|row| keep(row.place));
        self.activities.retain(|row| keep(row.place));
        self.care.retain(|row| keep(row.place));
    }

    /// Makes unknown what the rows since a mark have from one column of their table. Blank stays blank.
    pub(crate) fn set_aside(&mut self, mark: Mark, column: &ColumnDef, lists: &Lists) {
        let Mark([persons, activities, care, ..]) = mark;
        let persons = &mut self.persons[persons..];
        let activities = &mut self.activities[activities..];
        let forget = |code: &mut CodeId| {
            if *code != CodeId::BLANK {
                *code = CodeId::UNKNOWN;
            }
        };
        let name = column.name.to_lowercase();
        match column.kind {
            ColumnType::Sex => {
                let unknown = lists.sex("unknown").unwrap_or(CategoryId::TOTAL);
                for row in persons {
                    row.sex = unknown;
                }
            }
            ColumnType::Ethnicity => {
                let unknown = lists.ethnicity("MISS").unwrap_or(CategoryId::TOTAL);
                for row in persons {
                    row.ethnicity = unknown;
                }
            }
            ColumnType::Bool if name.contains("uasc") => {
                for row in persons.iter_mut().filter(|row| row.unaccompanied.is_some()) {
                    (row.unaccompanied, row.unaccompanied_unclear) = (None, true);
                }
            }
            ColumnType::Bool if name.contains("nfa") => {
                for row in activities {
                    row.no_further_action = None;
                }
            }
            ColumnType::Bool => {
                let flag = match name.as_str() {
                    "cppl_cp_plan_ola" => SpellFlags::FOR_OTHER_AUTHORITY,
                    "icpc_icpc_transfer_in" => SpellFlags::TRANSFERRED_IN,
                    _ => return,
                };
                for row in activities {
                    row.flags = row.flags.without(flag);
                }
            }
            ColumnType::Coded(set) => {
                for row in activities {
                    for (at, (own, code)) in row.coded.each_mut().enumerate() {
                        // A plan has two categories of abuse, the first and the latest.
                        let other_one = own == CodeSetId::CategoryOfAbuse
                            && (at == 1) != name.contains("latest");
                        if own == set && !other_one {
                            forget(code);
                        }
                    }
                }
                for row in &mut self.care[care..] {
                    match set {
                        CodeSetId::Need => forget(&mut row.need),
                        CodeSetId::LegalStatus => forget(&mut row.legal_status),
                        CodeSetId::Placement => forget(&mut row.placement),
                        CodeSetId::ReasonCeased => forget(&mut row.reason_ceased),
                        CodeSetId::ReasonNewEpisode => forget(&mut row.reason_new),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether every date of birth since a mark is the first of a month, or of a year: an extract
    /// gave no more away. Those then count as known to the month or the year.
    pub(crate) fn degrade_births(&mut self, mark: Mark) -> Option<BirthPrecision> {
        let rows = &mut self.persons[mark.0[0]..];
        let known = |row: &PersonRow| row.precision == BirthPrecision::Day;
        let births = || {
            rows.iter()
                .filter(|row| known(row))
                .filter_map(|row| row.birth)
        };
        if births().count() < ENOUGH_BIRTHS || births().any(|day| day.ymd().2 != 1) {
            return None;
        }
        let precision = if births().all(|day| day.ymd().1 == 1) {
            BirthPrecision::Year
        } else {
            BirthPrecision::Month
        };
        for row in rows.iter_mut().filter(|row| known(row)) {
            row.precision = precision;
        }
        Some(precision)
    }

    /// The number of the postcode and the registration number of a placement.
    pub(crate) fn placed_at(&mut self, postcode: &str, registration: &str) -> u32 {
        if registration.is_empty() {
            self.texts.number(postcode)
        } else {
            self.texts.number(&format!("{postcode}\n{registration}"))
        }
    }

    /// Puts rows in order of their side, of so many, and identifier; those of one child as they stood.
    pub(crate) fn put_in_order(&mut self, sides: usize, side_of: impl Fn(System) -> usize) {
        let ids = self.ids.len();
        let key = |system: System, id: u32| side_of(system) * ids + id as usize;
        let keys = sides * ids;
        put_in_order(&mut self.persons, keys, |row| key(row.system, row.id));
        put_in_order(&mut self.activities, keys, |row| key(row.system, row.id));
        put_in_order(&mut self.care, keys, |row| key(row.system, row.id));
    }

    /// Takes over everything of another set of records of the same authority.
    pub(crate) fn absorb(&mut self, other: Self) {
        let no_rows = self.mark() == Mark::default();
        if no_rows && self.ids.len() == 0 && self.texts.len() <= 1 {
            *self = other;
            return;
        }
        let ids: Vec<u32> = (0..other.ids.len())
            .map(|n| self.ids.number(other.ids.text(to_u32(n))))
            .collect();
        let texts: Vec<u32> = (0..other.texts.len())
            .map(|n| self.texts.number(other.texts.text(to_u32(n))))
            .collect();
        let id = |n: u32| ids.get(n as usize).copied().unwrap_or(n);
        let text = |n: u32| texts.get(n as usize).copied().unwrap_or(n);
        self.persons
            .extend(other.persons.into_iter().map(|p| PersonRow {
                id: id(p.id),
                upn: p.upn.map(text),
                ..p
            }));
        self.activities
            .extend(other.activities.into_iter().map(|a| Activity {
                id: id(a.id),
                parent_key: if a.parent_key == Activity::NO_KEY {
                    a.parent_key
                } else {
                    text(a.parent_key)
                },
                ..a
            }));
        self.care.extend(other.care.into_iter().map(|c| CareRow {
            id: id(c.id),
            provider: text(c.provider),
            placed_at: text(c.placed_at),
            reason_change: text(c.reason_change),
            home_postcode: text(c.home_postcode),
            period_key: text(c.period_key),
            ..c
        }));
        self.addresses
            .extend(other.addresses.into_iter().map(|a| Address {
                id: id(a.id),
                postcode: text(a.postcode),
                ..a
            }));
        self.links
            .extend(other.links.into_iter().map(|(a, b)| (id(a), id(b))));
        self.bridges
            .extend(other.bridges.into_iter().map(|(a, b)| (id(a), id(b))));
    }

    /// Gives rows another identifier, by the one they have and the return they are from; addresses and
    /// bridges have none to go by.
    pub(crate) fn rename(&mut self, to: impl Fn(u32, Option<System>) -> Option<u32>) {
        let rename = |id: &mut u32, system| *id = to(*id, system).unwrap_or(*id);
        for row in &mut self.persons {
            rename(&mut row.id, Some(row.system));
        }
        for row in &mut self.activities {
            rename(&mut row.id, Some(row.system));
        }
        for row in &mut self.care {
            rename(&mut row.id, Some(row.system));
        }
        for row in &mut self.addresses {
            rename(&mut row.id, None);
        }
        for (own, other) in &mut self.bridges {
            rename(own, None);
            rename(other, None);
        }
    }

    /// Sets the year of every row that has none, by the year of its source.
    pub(crate) fn set_years(&mut self, year_of: impl Fn(u32) -> Option<u16>) {
        let set = |year: &mut u16, place: RowPlace| {
            if *year == 0 {
                *year = year_of(place.source).unwrap_or(0);
            }
        };
        self.persons
            .iter_mut()
            .for_each(|row| set(&mut row.year, row.place));
        self.activities
            .iter_mut()
            .for_each(|row| set(&mut row.year, row.place));
        self.care
            .iter_mut()
            .for_each(|row| set(&mut row.year, row.place));
    }
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn retain_from<T: Copy>(rows: &mut Vec<T>, from: usize, keep: impl Fn(&T) -> bool) {
    let mut kept = from;
    for at in from..rows.len() {
        if keep(&rows[at]) {
            rows[kept] = rows[at];
            kept += 1;
        }
    }
    rows.truncate(kept);
}
