//! What a year's own return says of a child where the returns of other years say otherwise, so that
//! the counts of a year are those of its own return.
//!
//! A year is counted by the publisher from the return of that year. The history of a child is made
//! from all returns; looked at through the window of one year it nearly always shows what the return
//! of the year shows. Where it does not, what the return shows is kept beside it.

use disparity_core::journeys::{
    CodeMask, CodeSetId, CodeSets, Spell, SpellFlags, SpellKind, Stated,
};
use disparity_core::{Day, Period};

use super::{Assembly, ChildRows, Tally, push_activity};
use crate::children::merge::{self, Merged};
use crate::children::periods_of_care;
use crate::children::repair::RepairCodes;
use crate::config::format::Format;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::records::years::{Years, YearsRead, is_census};
use crate::records::{Activity, CareRow, Records, System};

/// Kinds of which the publisher counts something by year.
const COUNTED: [SpellKind; 8] = [
    SpellKind::Referral,
    SpellKind::Assessment,
    SpellKind::Section47,
    SpellKind::InitialConference,
    SpellKind::CinEpisode,
    SpellKind::CinPlan,
    SpellKind::ProtectionPlan,
    SpellKind::Care,
];

/// What the counts of one year see of one spell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    start: Option<Day>,
    end: Option<Day>,
    on_the_last_day: bool,
    flags: SpellFlags,
    /// Whether it ended as something that never was, or that goes on.
    no_end: bool,
    earlier_plans: Option<u8>,
}

/// Records of a child that returns may restate: how many could have been, and how many were.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Restating {
    spanning: u64,
    restated: u64,
}

impl Restating {
    /// Returns restate what was open in their year. A stack of years in which nearly nothing is stated
    /// twice had its repeats removed: what a row's year does not have may have been there.
    const fn is_whole(self) -> bool {
        self.restated * 2 >= self.spanning
    }
}

/// What single returns say otherwise, while the children of an authority are put together.
#[derive(Default)]
pub(super) struct Otherwise {
    found: Vec<(usize, Own)>,
    census: Restating,
    care: Restating,
}

/// The spells of a kind as the return of one year has them.
pub(super) type Own = (SpellKind, Period, Vec<Spell>);

/// What is looked at to tell whether two histories are the same in a year.
#[derive(Clone, Copy)]
pub(super) struct Masks {
    pub(super) not_in_need: CodeMask,
    continues: CodeMask,
    repair: RepairCodes,
}

impl Masks {
    pub(super) fn of(codes: &CodeSets) -> Self {
        let of = |set, group| codes.set(set).in_group(group);
        Self {
            not_in_need: of(CodeSetId::ReasonForClosure, "not_in_need"),
            continues: of(CodeSetId::ReasonCeased, "continue"),
            repair: RepairCodes::of(codes),
        }
    }
}

/// Years as a set of bits.
#[derive(Clone, Copy, Default)]
struct YearSet(u128);

impl YearSet {
    fn with(self, year: u16) -> Self {
        let bit = 1_u128.checked_shl(u32::from(year.saturating_sub(1989)));
        Self(self.0 | bit.unwrap_or(0))
    }

    const fn len(self) -> u32 {
        self.0.count_ones()
    }
}

impl FromIterator<u16> for YearSet {
    fn from_iter<T: IntoIterator<Item = u16>>(years: T) -> Self {
        years.into_iter().fold(Self::default(), Self::with)
    }
}

impl Assembly<'_> {
    /// The rows of a child as returns state them, in order, if several years, or years and an extract,
    /// are to be compared.
    pub(super) fn keep_rows(&self, whole: &mut ChildRows) -> ChildRows {
        let of_extract = whole.activities.iter().any(|row| row.year == 0)
            || whole.care.iter().any(|row| row.system != System::Care);
        let enough = if of_extract { 1 } else { 2 };
        let several = |kind: SpellKind| self.years_of(kind).len() >= enough;
        let mut kept = ChildRows::default();
        if COUNTED.into_iter().any(several) {
            whole.activities.sort_by_key(merge::order);
            kept.activities.clone_from(&whole.activities);
            kept.care.clone_from(&whole.care);
        }
        kept
    }

    /// Where the return of a year shows something else of a child than the history does.
    pub(super) fn compare(
        &self,
        masks: Masks,
        rows: &ChildRows,
        (merged, history): (&[Activity], &[Spell]),
        records: &Records,
        tally: &mut Tally,
    ) -> Vec<Own> {
        let otherwise = &mut tally.otherwise;
        let mut found = Vec::new();
        if self.contradicts(&rows.activities, merged, masks, &mut otherwise.census) {
            let census = COUNTED.into_iter().filter(|kind| is_census(*kind));
            for kind in census {
                for period in self.years_of(kind).whole() {
                    let own = Self::census_of(period, &rows.activities);
                    found.extend(differing(kind, period, own, history, masks));
                }
            }
        }
        let years = self.years_of(SpellKind::Care);
        if !rows.care.is_empty() {
            count_restated(&rows.care, years, history, &mut otherwise.care);
            for period in years.whole() {
                let own = self.care_of(period, &rows.care, masks.repair, records);
                found.extend(differing(SpellKind::Care, period, own, history, masks));
            }
        }
        found.sort_by_key(|(kind, period, _)| (*kind, *period));
        found
    }

    /// Whether the census of some year has something else of a child than what was made of all of them,
    /// in whichever way counts could see. Rows and what was made of them are in order.
    fn contradicts(
        &self,
        rows: &[Activity],
        merged: &[Activity],
        masks: Masks,
        restating: &mut Restating,
    ) -> bool {
        let key = |a: &Activity| (a.kind, a.start);
        let mut different = false;
        for group in rows.chunk_by(|a, b| key(a) == key(b)) {
            let (kind, start) = key(&group[0]);
            let years = self.years_of(kind);
            if years.is_empty() || !COUNTED.contains(&kind) {
                continue;
            }
            let Ok(made) = merged.binary_search_by_key(&(kind, start), key) else {
                different = true;
                continue;
            };
            let made = &merged[made];
            different |= group.iter().any(|row| {
                row.year != 0 && seen_of(row, row.year, masks) != seen_of(made, row.year, masks)
            });
            let whole = spell_of(made);
            let could: YearSet = years
                .whole()
                .filter(|period| {
                    let (first, last) = (Day::first_of(*period), Day::last_of(*period));
                    let happened = first <= start && start <= last;
                    happened || (!kind.is_event() && whole.touches(first, last))
                })
                .map(Period::year)
                .collect();
            let stated = group.iter().map(|row| row.year).filter(|year| *year != 0);
            let stated: YearSet = stated.collect();
            if could.len() > 1 {
                restating.spanning += 1;
                restating.restated += u64::from(stated.len() > 1);
            }
            // What an extract knows beside the returns was not in them.
            different |= could.0 & !stated.0 != 0;
        }
        different
    }

    /// The spells of a child by the census of one year alone.
    fn census_of(period: Period, rows: &[Activity]) -> Vec<Spell> {
        let own = rows.iter().filter(|row| row.year == period.year());
        let mut own: Vec<Activity> = own.copied().collect();
        merge::merge_child(&mut own, &Years::new(), &mut Merged::default());
        let mut spells = Vec::with_capacity(own.len());
        for activity in &own {
            push_activity(activity, &mut spells);
        }
        spells
    }

    /// The periods of care of a child by the return of one year alone.
    fn care_of(
        &self,
        period: Period,
        rows: &[CareRow],
        codes: RepairCodes,
        records: &Records,
    ) -> Vec<Spell> {
        let own = rows.iter().filter(|row| {
            row.year == period.year()
                && row.system == System::Care
                && !codes.respite.has(row.legal_status)
        });
        let mut own: Vec<CareRow> = own.copied().collect();
        if own.is_empty() {
            return vec![];
        }
        crate::children::repair::drop_repeats(&mut own);
        let same_day = self.options.same_day_restart_is_new;
        let periods =
            periods_of_care::periods(&mut own, codes.of_periods(), same_day, &mut Vec::new());
        let mut tally = Tally::default();
        let periods = periods.iter();
        periods
            .map(|period| self.period_spell(period, records, &mut tally))
            .collect()
    }
}

/// What the counts of a year see of an activity, once it is stated.
fn seen_of(activity: &Activity, year: u16, masks: Masks) -> Option<Seen> {
    let period = Period::ending(year)?;
    let spell = spell_of(activity);
    let mut seen = seen(&spell, period, masks)?;
    let nfa = activity.no_further_action == Some(true) && seen.start.is_some();
    seen.flags = seen.flags.with_if(nfa, SpellFlags::NO_FURTHER_ACTION);
    Some(seen)
}

fn spell_of(activity: &Activity) -> Spell {
    // A referral without further action is no case, whatever else is said of it.
    let end = if activity.no_further_action == Some(true) {
        activity.start
    } else {
        activity.end.unwrap_or(Day::OPEN)
    };
    Spell {
        coded: activity.coded,
        flags: activity.flags,
        ..Spell::new(activity.kind, activity.start, end)
    }
}

/// What the counts of a year see of a spell; none if nothing.
fn seen(spell: &Spell, period: Period, masks: Masks) -> Option<Seen> {
    let (first, last) = (Day::first_of(period), Day::last_of(period));
    let within = |day: Day| (first <= day && day <= last).then_some(day);
    let is_care = spell.kind == SpellKind::Care;
    let is_event = spell.kind.is_event();
    let start = within(spell.start);
    // Care whose start is not known is no start.
    let start = start.filter(|_| !is_care || spell.flags.has(SpellFlags::START_KNOWN));
    let end = Some(spell.end).filter(|_| spell.has_recorded_end() && !is_event);
    let end = end.and_then(within);
    let on_the_last_day = !is_event && spell.runs_on(last);
    let code = spell.coded.ending();
    let no_end = end.is_some()
        && match spell.kind {
            SpellKind::CinEpisode => masks.not_in_need.has(code),
            SpellKind::Care => masks.continues.has(code),
            _ => false,
        };
    let told = [
        SpellFlags::FOR_OTHER_AUTHORITY,
        SpellFlags::NO_FURTHER_ACTION,
    ];
    let told = told.into_iter().filter(|flag| spell.flags.has(*flag));
    let plan = spell.kind == SpellKind::ProtectionPlan && start.is_some();
    (start.is_some() || end.is_some() || on_the_last_day).then(|| Seen {
        start,
        end,
        on_the_last_day,
        flags: told.fold(SpellFlags::default(), SpellFlags::with),
        no_end,
        earlier_plans: spell.coded.earlier_plans().filter(|_| plan),
    })
}

/// The spells of a kind as one return has them, if the counts of its year see something else in
/// them than in the history.
fn differing(
    kind: SpellKind,
    period: Period,
    own: Vec<Spell>,
    history: &[Spell],
    masks: Masks,
) -> Option<Own> {
    let seen = |spells: &[Spell]| {
        let of_kind = spells.iter().filter(|spell| spell.kind == kind);
        let mut all: Vec<Seen> = of_kind
            .filter_map(|spell| seen(spell, period, masks))
            .collect();
        all.sort_unstable();
        all
    };
    if seen(&own) == seen(history) {
        return None;
    }
    let mut own: Vec<Spell> = own.into_iter().filter(|spell| spell.kind == kind).collect();
    own.sort_by_key(|spell| (spell.start, spell.end));
    Some((kind, period, own))
}

/// Counts the care episodes that run over a 31 March, and those of them that two years state.
fn count_restated(
    rows: &[CareRow],
    years: &YearsRead,
    history: &[Spell],
    restating: &mut Restating,
) {
    let episodes = history.iter().filter(|s| s.kind == SpellKind::CareEpisode);
    for episode in episodes {
        let could = years.whole().filter(|period| {
            let (first, last) = (Day::first_of(*period), Day::last_of(*period));
            episode.touches(first, last)
        });
        if could.count() > 1 {
            let stated = rows.iter().filter(|row| row.start == episode.start);
            let stated: YearSet = stated.map(|row| row.year).collect();
            restating.spanning += 1;
            restating.restated += u64::from(stated.len() > 1);
        }
    }
}

impl Otherwise {
    pub(super) fn add(&mut self, child: usize, own: Vec<Own>) {
        self.found.extend(own.into_iter().map(|own| (child, own)));
    }

    /// What goes beside the journeys. Where rows of several years stand in one file and their
    /// repeats were removed, no row tells what a year did not have.
    pub(super) fn finish(self, assembly: &Assembly<'_>, diagnostics: &mut Diagnostics) -> Stated {
        let stacked = |format: Format| {
            let mut sources = assembly.sources.iter();
            sources.any(|source| source.format == format && source.row_years.len() > 1)
        };
        let census = !stacked(Format::Cin) || self.census.is_whole();
        let care = !stacked(Format::Ssda903) || self.care.is_whole();
        let mut stated = Stated::default();
        let (mut children, mut last) = (0_u64, None);
        for (child, (kind, period, spells)) in self.found {
            let counts = if kind == SpellKind::Care {
                care
            } else {
                census
            };
            if !counts {
                continue;
            }
            children += u64::from(last != Some(child));
            last = Some(child);
            // They come in order, and there are fewer than children.
            let _ = stated.push(child, kind, period, &spells);
        }
        if children > 0 {
            diagnostics.push(Diagnostic::of_file(
                Code::StatedOtherwise,
                &format!("authority {}", assembly.la),
                format!("{children} children"),
            ));
        }
        stated
    }
}
