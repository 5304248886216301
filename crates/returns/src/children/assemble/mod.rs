//! One authority's records made into journeys: years joined, care repaired, records linked, spells
//! put in order. The order of the steps is the specification's.

mod aside;
mod members;
mod report;
mod rows;
mod stated;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::ops::Range;

use disparity_core::journeys::{
    Authority, ChildRecord, CodeId, CodeSetId, CodeSets, Coded, Coverage, HomeId, Journeys,
    LinkOutcome, Spell, SpellFlags, SpellKind,
};
use disparity_core::{AreaCode, Day};

use crate::children::continuity::Identifiers;
use crate::children::link::{Identity, mostly_hashed};
use crate::children::merge::{self, Merged};
use crate::children::persons::{self, Listed, PersonOddity};
use crate::children::repair::{RepairCodes, Repairs, repair_child};
use crate::children::{bridge, periods_of_care, quality, respite};
use crate::config::codelists::Lists;
use crate::config::options::Options;
use crate::diagnostics::{Code, Diagnostics};
use crate::fields::postcode::{Home, PostcodeLookup, is_whole};
use crate::records::rule::Rule;
use crate::records::source::Source;
use crate::records::years::{Years, YearsRead};
use crate::records::{Activity, CareRow, PersonRow, Records, RowPlace, System};
use aside::Late;
use rows::{ChildOf, RowsOfChildren};
use stated::{Masks, Otherwise};

/// What is needed beside the records.
pub(crate) struct Assembly<'a> {
    pub(crate) lists: &'a Lists,
    pub(crate) options: &'a Options,
    pub(crate) codes: &'a CodeSets,
    pub(crate) postcodes: &'a PostcodeLookup,
    pub(crate) sources: &'a [&'a Source],
    pub(crate) la: &'a str,
    pub(crate) area: Option<AreaCode>,
    pub(crate) coverage: Coverage,
    /// Years of yearly returns, by the kind of record that they speak of.
    pub(crate) years: Years,
    pub(crate) extract: Day,
    pub(crate) synthetic: bool,
    /// Which of the returns list every unaccompanied child.
    pub(crate) unaccompanied: Listed,
    /// Whether the children's identifiers are needed after this.
    pub(crate) keep_identifiers: bool,
}

/// The rows of one identifier on one side, once the records are in order.
struct Bundle {
    id: u32,
    persons: Range<usize>,
    /// Whether the return that the rows are from holds care.
    has_care: bool,
}

/// Rows of one child.
#[derive(Default)]
struct ChildRows {
    persons: Vec<PersonRow>,
    activities: Vec<Activity>,
    care: Vec<CareRow>,
}

/// The sides that are linked: need, care, early help.
const SIDES: usize = 3;

const fn side_of(system: System) -> usize {
    match system {
        System::Cin | System::Ssd | System::Api | System::AnnexA => 0,
        System::Care => 1,
        System::EarlyHelp => 2,
    }
}

/// A child: at most one bundle of each side.
struct Member {
    /// Positions in the lists of bundles, counted from 1: of children there are hundreds of thousands.
    bundles: [Option<NonZeroU32>; SIDES],
    link: LinkOutcome,
}

impl Member {
    /// A child without bundles.
    const fn new(link: LinkOutcome) -> Self {
        Self {
            bundles: [None; SIDES],
            link,
        }
    }

    /// The position of its bundle of a side.
    fn bundle(&self, side: usize) -> Option<usize> {
        self.bundles[side].map(|at| at.get() as usize - 1)
    }

    /// Gives it a bundle of a side.
    fn set(&mut self, side: usize, at: usize) {
        self.bundles[side] = u32::try_from(at + 1).ok().and_then(NonZeroU32::new);
    }

    /// Sides and positions of its bundles.
    fn bundles(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..SIDES).filter_map(|side| Some((side, self.bundle(side)?)))
    }
}

impl Assembly<'_> {
    /// Makes the journeys of one authority; identifiers only if they are to be kept.
    pub(crate) fn run(
        &self,
        mut records: Records,
        diagnostics: &mut Diagnostics,
    ) -> (Journeys, Identifiers) {
        self.resolve_parents(&mut records, diagnostics);
        let mut aliases = members::alias_map(&records);
        if !aliases.is_empty() {
            records.rename(|id, _| aliases.get(&id).copied());
        }
        let bridged = bridge::resolve(&records);
        if !bridged.to.is_empty() {
            records.rename(|id, system| {
                let other = system.filter(|system| !bridge::is_bridged(*system));
                other.and_then(|_| bridged.to.get(&id).copied())
            });
        }
        self.report_bridges(&records, &bridged, diagnostics);
        let sides = Self::bundle(&mut records);
        let mut oddities = Vec::new();
        let identities: Vec<Vec<Identity>> = sides
            .iter()
            .map(|side| {
                side.iter()
                    .map(|bundle| self.identity(bundle, &mut records, &mut oddities))
                    .collect()
            })
            .collect();
        let members = self.members(&records, &sides, &identities, diagnostics);
        self.report_pupils(&records, &sides, &identities, &members, diagnostics);
        let hashed = identities[..2]
            .iter()
            .any(|side| mostly_hashed(side.iter().map(|one| records.ids.text(one.id))));
        drop(identities);
        self.report_persons(&records, &oddities, diagnostics);
        let mut journeys = Journeys::new(self.codes.clone(), self.synthetic);
        journeys.set_homes(self.postcodes.homes().clone());
        journeys.push_authority(Authority {
            old_la_code: self.la.to_owned(),
            area: self.area,
            coverage: self.coverage.clone(),
            extract: self.extract,
            continued: None,
        });
        let addresses = self.addresses(&records);
        let mut tally = Tally::default();
        let masks = Masks::of(self.codes);
        let child_of = ChildOf::new(records.ids.len(), &sides, &members);
        let (activities, care) = (
            std::mem::take(&mut records.activities),
            std::mem::take(&mut records.care),
        );
        let all = members.len();
        let mut activities =
            RowsOfChildren::new(activities, all, &child_of, |row| (row.system, row.id));
        let mut care = RowsOfChildren::new(care, all, &child_of, |row| (row.system, row.id));
        for (child, member) in members.iter().enumerate() {
            let mut whole = ChildRows {
                persons: Vec::new(),
                activities: activities.take(child),
                care: care.take(child),
            };
            let mut id = None;
            for (side, at) in member.bundles() {
                let bundle = &sides[side][at];
                id = id.or(Some(bundle.id));
                let persons = bundle.persons.clone();
                whole.persons.extend_from_slice(&records.persons[persons]);
            }
            let id = id.unwrap_or(u32::MAX);
            let own = addresses.get(&id).map_or(&[][..], Vec::as_slice);
            let number = journeys.children().len();
            let (record, mut spells) = self.child(
                number,
                masks,
                whole,
                (member, own),
                &mut records,
                &mut tally,
            );
            self.report_child(&records, &mut tally, diagnostics);
            // The only way to fail is to have four billion spells in one authority.
            let _ = journeys.push_child(&record, &mut spells);
        }
        let stated = std::mem::take(&mut tally.otherwise).finish(self, diagnostics);
        // It is of children who have just been added.
        let _ = journeys.set_stated(stated);
        self.report(&tally, diagnostics);
        quality::check(self.lists, &self.years, &journeys, hashed, diagnostics);
        aliases.extend(bridged.to);
        let identifiers = if self.keep_identifiers {
            members::identifiers(&records, &sides, &members, &aliases)
        } else {
            Identifiers::new()
        };
        (journeys, identifiers)
    }

    /// Numbers of episodes in flat tables become referral dates.
    fn resolve_parents(&self, records: &mut Records, diagnostics: &mut Diagnostics) {
        let mut starts: BTreeMap<(u16, u32, u32), Day> = BTreeMap::new();
        for row in records
            .activities
            .iter()
            .filter(|a| a.kind == SpellKind::CinEpisode && a.parent_key != Activity::NO_KEY)
        {
            starts.insert((row.year, row.id, row.parent_key), row.start);
        }
        let mut orphans = Vec::new();
        for row in records
            .activities
            .iter_mut()
            .filter(|a| a.kind != SpellKind::CinEpisode && a.parent_key != Activity::NO_KEY)
        {
            row.parent = starts.get(&(row.year, row.id, row.parent_key)).copied();
            if row.parent.is_none() {
                orphans.push((row.place, row.id, row.kind));
            }
        }
        if orphans.is_empty() {
            return;
        }
        for (place, id, kind) in &orphans {
            diagnostics.push(self.at(records, Code::ParentUnmatched, *place, *id, kind.as_str()));
        }
        let lost: std::collections::BTreeSet<RowPlace> =
            orphans.into_iter().map(|(place, ..)| place).collect();
        records
            .activities
            .retain(|a| a.kind == SpellKind::CinEpisode || !lost.contains(&a.place));
    }

    /// Puts the rows in order of side and identifier, and says where those of each stand.
    fn bundle(records: &mut Records) -> [Vec<Bundle>; SIDES] {
        let person = |row: &PersonRow| (side_of(row.system), row.id);
        let activity = |row: &Activity| (side_of(row.system), row.id);
        let care = |row: &CareRow| (side_of(row.system), row.id);
        records.put_in_order(SIDES, side_of);
        let mut sides: [Vec<Bundle>; SIDES] = Default::default();
        let [mut p, mut a, mut c] = [0; 3];
        loop {
            let next = [
                records.persons.get(p).map(person),
                records.activities.get(a).map(activity),
                records.care.get(c).map(care),
            ];
            let Some(key) = next.into_iter().flatten().min() else {
                return sides;
            };
            let persons = run_of(&records.persons, p, |row| person(row) == key);
            let activities = run_of(&records.activities, a, |row| activity(row) == key);
            let own_care = run_of(&records.care, c, |row| care(row) == key);
            (p, a, c) = (persons.end, activities.end, own_care.end);
            sides[key.0].push(Bundle {
                id: key.1,
                persons,
                has_care: !own_care.is_empty(),
            });
        }
    }

    /// What links a bundle to others; what its rows disagree about goes to the oddities.
    fn identity(
        &self,
        bundle: &Bundle,
        records: &mut Records,
        oddities: &mut Vec<PersonOddity>,
    ) -> Identity {
        let rows = &mut records.persons[bundle.persons.clone()];
        let facts = persons::join(rows, self.lists, self.options.ethnicity, self.unaccompanied);
        oddities.extend(facts.oddities);
        Identity {
            id: bundle.id,
            birth: facts.record.birth,
            precision: facts.record.birth_precision,
            upn: facts.upn,
            conflict: facts.conflict,
        }
    }

    /// Homes over time, by identifier; without a decile where a home is known and its decile is not, so that
    /// no other home's is taken for it.
    fn addresses(&self, records: &Records) -> BTreeMap<u32, Vec<LivedAt>> {
        let mut own: BTreeMap<u32, Vec<LivedAt>> = BTreeMap::new();
        for one in &records.addresses {
            let (found, home) = self.postcodes.home(records.texts.text(one.postcode));
            let decile = match found {
                Home::Decile(decile) => Some(decile),
                Home::Elsewhere | Home::Unlisted => None,
            };
            own.entry(one.id).or_default().push(LivedAt {
                from: one.from.unwrap_or(Day(i32::MIN + 1)),
                to: one.to.unwrap_or(Day::OPEN),
                decile,
                home,
            });
        }
        for list in own.values_mut() {
            list.sort_unstable();
        }
        own
    }

    /// One child: the facts, and the spells joined, repaired and in order.
    fn child(
        &self,
        number: usize,
        masks: Masks,
        mut whole: ChildRows,
        (member, addresses): (&Member, &[LivedAt]),
        records: &mut Records,
        tally: &mut Tally,
    ) -> (ChildRecord, Vec<Spell>) {
        let facts = persons::join(
            &mut whole.persons,
            self.lists,
            self.options.ethnicity,
            self.unaccompanied,
        );
        let mut record = facts.record;
        record.link = member.link;
        let birth = (record.birth, record.birth_precision);
        self.set_aside(&mut whole, birth, tally);
        let mut statuses: Vec<Activity> = whole
            .activities
            .extract_if(.., |a| a.kind == SpellKind::CareEpisode)
            .collect();
        statuses.sort_by_key(|status| (status.start, status.place));
        let rows = self.keep_rows(&mut whole);
        merge::merge_child(&mut whole.activities, &self.years, &mut tally.merged);
        merge::check_child(
            &whole.activities,
            record.death,
            |a| masks.not_in_need.has(a.coded.ending()),
            &mut tally.merged,
        );
        record.arrival = self.arrival(&whole.activities, record.arrival);
        let mut spells = Vec::with_capacity(whole.activities.len() + whole.care.len());
        for activity in &whole.activities {
            push_activity(activity, &mut spells);
        }
        self.care(whole.care, &statuses, records, &mut spells, tally);
        let mut own = self.compare(masks, &rows, (&whole.activities, &spells), records, tally);
        place_homes(&mut spells, addresses);
        for (.., own) in &mut own {
            place_homes(own, addresses);
        }
        tally.otherwise.add(number, own);
        (record, spells)
    }

    /// The earliest sign that a child came from another authority.
    fn arrival(&self, activities: &[Activity], known: Option<Day>) -> Option<Day> {
        let moved_in = self
            .codes
            .set(CodeSetId::ReferralSource)
            .in_group("moved_in");
        let signs = activities.iter().filter(|a| {
            a.flags.has(SpellFlags::TRANSFERRED_IN)
                || (a.kind == SpellKind::CinEpisode && moved_in.has(a.coded.source()))
        });
        signs
            .map(|a| a.parent.unwrap_or(a.start))
            .chain(known)
            .min()
    }

    /// The years of the yearly returns that speak of a kind.
    pub(crate) fn years_of(&self, kind: SpellKind) -> &YearsRead {
        static NONE: YearsRead = YearsRead::NONE;
        self.years.get(&kind).unwrap_or(&NONE)
    }

    /// Care rows of one child as periods, episodes and short breaks.
    fn care(
        &self,
        mut rows: Vec<CareRow>,
        statuses: &[Activity],
        records: &mut Records,
        spells: &mut Vec<Spell>,
        tally: &mut Tally,
    ) {
        if rows.is_empty() {
            return;
        }
        // The care return is the source of record; an Annex A only tells when care began.
        let listed: Option<Day> = rows
            .iter()
            .filter(|r| r.system == System::AnnexA)
            .map(|r| r.start)
            .min();
        if rows.iter().any(|row| row.system == System::Care) {
            rows.retain(|row| row.system == System::Care);
        }
        join_statuses(&mut rows, statuses);
        let codes = RepairCodes::of(self.codes);
        repair_child(
            &mut rows,
            self.years_of(SpellKind::Care),
            codes,
            &mut records.texts,
            &mut tally.repairs,
        );
        let statuses = self.codes.set(CodeSetId::LegalStatus);
        let respite = statuses.in_group("respite");
        let (breaks, mut rows): (Vec<CareRow>, Vec<CareRow>) = rows
            .into_iter()
            .partition(|row| respite.has(row.legal_status));
        respite::check(&breaks, statuses, &mut tally.care);
        for row in &breaks {
            let kind = SpellKind::Respite;
            let mut spell = self.care_spell(kind, row, (row.start, row.end.day()), records, tally);
            spell.coded = Coded::Care {
                legal_status: row.legal_status,
                need: row.need,
                ceased: row.reason_ceased,
            };
            spells.push(spell);
        }
        let same_day = self.options.same_day_restart_is_new;
        let codes = codes.of_periods();
        let periods = periods_of_care::periods(&mut rows, codes, same_day, &mut tally.care);
        for row in &rows {
            let kind = SpellKind::CareEpisode;
            let mut spell = self.care_spell(kind, row, (row.start, row.end.day()), records, tally);
            spell.coded = Coded::CareEpisode {
                legal_status: row.legal_status,
                placement: row.placement,
                ceased: row.reason_ceased,
                began: row.reason_new,
            };
            spells.push(spell);
        }
        for (at, period) in periods.iter().enumerate() {
            let unclear = may_be_respite(&period.first);
            tally.periods += 1;
            tally.without_status += u64::from(period.first.legal_status == CodeId::BLANK);
            tally.status_unknown += u64::from(period.first.legal_status == CodeId::UNKNOWN);
            let mut spell = self.period_spell(period, records, tally);
            spell.flags = spell.flags.with_if(unclear, SpellFlags::MAY_BE_RESPITE);
            if let (0, Some(day), false) = (at, listed, spell.flags.has(SpellFlags::START_KNOWN))
                && day <= spell.start
            {
                (spell.start, spell.flags) = (day, spell.flags.with(SpellFlags::START_KNOWN));
            }
            spells.push(spell);
        }
    }

    /// A period of care as a spell: what its first episode began with, and how its last ended.
    fn period_spell(
        &self,
        period: &periods_of_care::CarePeriod,
        records: &Records,
        tally: &mut Tally,
    ) -> Spell {
        let (first, last, days) = (&period.first, &period.last, (period.start, period.end));
        let mut spell = self.care_spell(SpellKind::Care, first, days, records, tally);
        spell.coded = Coded::Care {
            legal_status: first.legal_status,
            need: first.need,
            ceased: last.reason_ceased,
        };
        spell.flags = period.flags;
        spell
    }

    fn care_spell(
        &self,
        kind: SpellKind,
        row: &CareRow,
        (start, end): (Day, Option<Day>),
        records: &Records,
        tally: &mut Tally,
    ) -> Spell {
        let mut spell = Spell::new(kind, start, end.unwrap_or(Day::OPEN));
        let home = records.texts.text(row.home_postcode);
        if !home.is_empty() {
            let (found, home_id) = self.postcodes.home(home);
            spell.home = home_id;
            if kind == SpellKind::Care && !self.postcodes.is_empty() {
                tally.homes += 1;
                tally.sectors += u64::from(!is_whole(home));
                tally.unlisted += u64::from(is_whole(home) && found == Home::Unlisted);
                tally.elsewhere += u64::from(found == Home::Elsewhere);
            }
            if let Home::Decile(decile) = found {
                spell.decile = Some(decile);
            }
        }
        let unknown = row.rule == Some(Rule::UnknownEnd);
        let inferred = matches!(
            row.rule,
            Some(Rule::NextEpisode | Rule::NewPeriod | Rule::NextYear)
        );
        spell.flags = spell
            .flags
            .with_if(inferred, SpellFlags::END_INFERRED)
            .with_if(unknown, SpellFlags::END_UNKNOWN);
        spell
    }
}

#[derive(Default)]
struct Tally {
    otherwise: Otherwise,
    merged: Merged,
    repairs: Repairs,
    care: Vec<periods_of_care::Oddity>,
    aside: Vec<(RowPlace, u32, Day)>,
    late: Vec<Late>,
    /// Periods of care, those without a legal status, and those with one that is not understood.
    periods: u64,
    without_status: u64,
    status_unknown: u64,
    homes: u64,
    sectors: u64,
    unlisted: u64,
    /// Homes in another nation.
    elsewhere: u64,
}

/// The rows from a position on that belong together.
fn run_of<T>(rows: &[T], from: usize, belongs: impl Fn(&T) -> bool) -> Range<usize> {
    let length = rows[from..].iter().take_while(|row| belongs(row)).count();
    from..from + length
}

/// Legal statuses that stand in a table of their own, sorted by start, joined by date: the one in
/// force when the episode starts, else the first that comes into force during it.
fn join_statuses(rows: &mut [CareRow], statuses: &[Activity]) {
    let without = |row: &&mut CareRow| row.legal_status == CodeId::BLANK;
    for row in rows.iter_mut().filter(without) {
        let then = statuses
            .iter()
            .rev()
            .find(|s| s.start <= row.start && row.start < s.end.unwrap_or(Day::OPEN))
            .or_else(|| {
                let during = row.start..row.end.day().unwrap_or(Day::OPEN);
                statuses.iter().find(|s| during.contains(&s.start))
            });
        row.legal_status = then
            .and_then(|s| s.coded.legal_status())
            .unwrap_or(CodeId::BLANK);
    }
}

/// A home from a day to the first day after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct LivedAt {
    from: Day,
    to: Day,
    decile: Option<u8>,
    home: HomeId,
}

/// The home at the start of each spell, and its deprivation, where an address tells it.
fn place_homes(spells: &mut [Spell], addresses: &[LivedAt]) {
    for spell in spells.iter_mut() {
        let mut homes = addresses.iter().rev();
        let at = homes.find(|own| own.from <= spell.start && spell.start < own.to);
        spell.decile = spell.decile.or_else(|| at?.decile);
        // What the care return says is kept where it says where.
        if matches!(spell.home, HomeId::BLANK | HomeId::UNKNOWN) {
            spell.home = at.map_or(spell.home, |own| own.home);
        }
    }
}

/// Whether it cannot be told if this was care or a short break.
fn may_be_respite(row: &CareRow) -> bool {
    row.legal_status == CodeId::BLANK || row.legal_status == CodeId::UNKNOWN
}

/// A joined activity as a spell; an episode of need brings its referral.
fn push_activity(activity: &Activity, spells: &mut Vec<Spell>) {
    let mut spell = Spell::new(
        activity.kind,
        activity.start,
        activity.end.unwrap_or(Day::OPEN),
    );
    spell.coded = activity.coded;
    spell.flags = activity.flags;
    spell.parent = activity.parent;
    let no_action = activity.no_further_action == Some(true);
    if matches!(activity.kind, SpellKind::CinEpisode | SpellKind::Referral) {
        let mut referral = Spell::new(SpellKind::Referral, activity.start, activity.start);
        referral.coded = Coded::Referral {
            source: activity.coded.source().unwrap_or(CodeId::BLANK),
            need: activity.coded.need().unwrap_or(CodeId::BLANK),
        };
        referral.flags = referral
            .flags
            .with_if(no_action, SpellFlags::NO_FURTHER_ACTION);
        let same_day = spells
            .iter_mut()
            .rev()
            .find(|s| s.kind == SpellKind::Referral && s.start == referral.start);
        match same_day {
            // Two referrals on one day are one; it led somewhere if either did.
            Some(seen) if !no_action => *seen = referral,
            Some(_) => {}
            None => spells.push(referral),
        }
        if no_action || activity.kind == SpellKind::Referral {
            return;
        }
    }
    spells.push(spell);
}
