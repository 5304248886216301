//! Coming back: re-referral, a second plan, care again, and need that lasts or returns. Counted as
//! the publisher counts it, and as time to event with follow-up treated properly.

use std::collections::BTreeMap;

use disparity_core::journeys::{
    Child, ChildRecord, CodeMask, CodeSetId, CodeSets, Journeys, Spell, SpellFlags, SpellKind,
};
use disparity_core::{Day, Dimensions, Period};

use crate::groups::{Group, GroupBy, Lookup};
use crate::survival::{Incidence, Watched, cumulative_incidence};

/// A way of coming back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Return {
    /// A referral within twelve months of another, as the publisher counts it.
    ReReferral,
    /// A referral within twelve months of the closure of an earlier case.
    ReReferralFromClosure,
    /// A referral with further action within twelve months of another.
    ReReferralFurtherAction,
    /// A plan of a child who had one before, ever, by the count on the plan itself.
    RepeatPlanRecorded,
    /// A plan within two years of an earlier one, by the plans on record.
    RepeatPlan2Years,
    /// A plan within five years of an earlier one, by the plans on record.
    RepeatPlan5Years,
    /// A start of care after an earlier period of care, or after permanence.
    ReEntry,
}

impl Return {
    /// Every way.
    pub const ALL: [Self; 7] = [
        Self::ReReferral,
        Self::ReReferralFromClosure,
        Self::ReReferralFurtherAction,
        Self::RepeatPlanRecorded,
        Self::RepeatPlan2Years,
        Self::RepeatPlan5Years,
        Self::ReEntry,
    ];

    /// The word in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReReferral => "rereferral_12_months",
            Self::ReReferralFromClosure => "rereferral_12_months_from_closure",
            Self::ReReferralFurtherAction => "rereferral_12_months_further_action",
            Self::RepeatPlanRecorded => "repeat_plan_recorded",
            Self::RepeatPlan2Years => "repeat_plan_2_years",
            Self::RepeatPlan5Years => "repeat_plan_5_years",
            Self::ReEntry => "reentry_to_care",
        }
    }

    /// The files that must cover the time looked back on, and how many months that is.
    const fn needs(self) -> (SpellKind, i32) {
        match self {
            Self::ReReferral | Self::ReReferralFromClosure | Self::ReReferralFurtherAction => {
                (SpellKind::Referral, 12)
            }
            Self::RepeatPlanRecorded => (SpellKind::ProtectionPlan, 0),
            Self::RepeatPlan2Years => (SpellKind::ProtectionPlan, 24),
            Self::RepeatPlan5Years => (SpellKind::ProtectionPlan, 60),
            Self::ReEntry => (SpellKind::Care, 0),
        }
    }
}

/// Of whom, when and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearKey {
    /// Position of the authority; none for all together.
    pub authority: Option<usize>,
    /// Year of the event.
    pub period: Period,
    /// Of whom.
    pub group: Group,
}

/// How many events there were, and how many of those came back; children once each beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReturnCounts {
    /// Events.
    pub events: u32,
    /// Events that are a return.
    pub returns: u32,
    /// Children with an event.
    pub children: u32,
    /// Children with a return.
    pub children_returned: u32,
}

/// Returns of each way, year, authority and group. A year is left out if the files do not cover the
/// time looked back on: the first year of any series cannot be measured.
#[must_use]
pub fn returns(
    journeys: &Journeys,
    dimensions: &Dimensions,
    groups: &[GroupBy],
) -> BTreeMap<(Return, YearKey), ReturnCounts> {
    let lookup = Lookup::new(dimensions);
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        let mut counts = BTreeMap::new();
        for position in children {
            child_returns(
                journeys,
                authority,
                &journeys.child(position),
                &lookup,
                groups,
                &mut counts,
            );
        }
        counts
    });
    let mut all: BTreeMap<(Return, YearKey), ReturnCounts> = BTreeMap::new();
    for ((way, key), part) in parts.into_iter().flatten() {
        for key in [
            key,
            YearKey {
                authority: None,
                ..key
            },
        ] {
            let total = all.entry((way, key)).or_default();
            total.events += part.events;
            total.returns += part.returns;
            total.children += part.children;
            total.children_returned += part.children_returned;
        }
    }
    all
}

/// Events of one way, with whether each is a return. Several on one day are one.
fn events(child: &Child<'_>, way: Return) -> Vec<(Spell, bool)> {
    let within =
        |before: Day, day: Day, months: i32| day.plus_months(-months) <= before && before < day;
    match way {
        Return::ReReferral | Return::ReReferralFurtherAction | Return::ReReferralFromClosure => {
            let further = way == Return::ReReferralFurtherAction;
            let referrals: Vec<Spell> = child
                .spells(SpellKind::Referral)
                .filter(|s| !further || !s.flags.has(SpellFlags::NO_FURTHER_ACTION))
                .collect();
            let returned = |r: &Spell| match way {
                Return::ReReferralFromClosure => child.spells(SpellKind::CinEpisode).any(|e| {
                    e.start < r.start
                        && !e.is_open()
                        && e.end <= r.start
                        && r.start < e.end.plus_months(12)
                }),
                _ => referrals
                    .iter()
                    .any(|before| within(before.start, r.start, 12)),
            };
            referrals.iter().map(|r| (*r, returned(r))).collect()
        }
        Return::RepeatPlanRecorded => plans(child)
            .map(|p| (p, p.number != 255 && p.number > 0))
            .collect(),
        Return::RepeatPlan2Years | Return::RepeatPlan5Years => {
            let months = way.needs().1;
            let all: Vec<Spell> = plans(child).collect();
            let before = |p: &Spell| {
                all.iter()
                    .any(|q| q.start < p.start && q.end > p.start.plus_months(-months))
            };
            all.iter().map(|p| (*p, before(p))).collect()
        }
        Return::ReEntry => {
            let permanence = child.record().earlier_permanence == Some(true);
            child
                .spells(SpellKind::Care)
                .enumerate()
                .filter(|(_, s)| s.flags.has(SpellFlags::START_KNOWN))
                .map(|(at, s)| (s, at > 0 || permanence))
                .collect()
        }
    }
}

/// Protection plans of this authority.
fn plans<'a>(child: &Child<'a>) -> impl Iterator<Item = Spell> + use<'a> {
    child
        .spells(SpellKind::ProtectionPlan)
        .filter(|p| !p.flags.has(SpellFlags::FOR_OTHER_AUTHORITY))
}

fn child_returns(
    journeys: &Journeys,
    authority: usize,
    child: &Child<'_>,
    lookup: &Lookup,
    groups: &[GroupBy],
    counts: &mut BTreeMap<(Return, YearKey), ReturnCounts>,
) {
    let coverage = &journeys.authorities()[authority].coverage;
    let record = child.record();
    for way in Return::ALL {
        let (kind, months) = way.needs();
        let mut last: Option<(Period, bool)> = None;
        for (spell, returned) in events(child, way) {
            let Some(period) = spell.start.period() else {
                continue;
            };
            let first = Day::first_of(period).plus_months(-months);
            if !coverage.of(kind).covers(first, spell.start.plus(1)) {
                continue;
            }
            let new_child = last.is_none_or(|(before, _)| before != period);
            let newly_returned =
                returned && (new_child || last.is_some_and(|(_, already)| !already));
            last = Some((
                period,
                returned || (!new_child && last.is_some_and(|(_, already)| already)),
            ));
            for by in groups.iter().copied() {
                let Some(code) = group_code(by, lookup, &record, &spell) else {
                    continue;
                };
                let key = YearKey {
                    authority: Some(authority),
                    period,
                    group: Group { by, code },
                };
                let total = counts.entry((way, key)).or_default();
                total.events += 1;
                total.returns += u32::from(returned);
                total.children += u32::from(new_child);
                total.children_returned += u32::from(newly_returned);
            }
        }
    }
}

/// The group of a spell; none for ways that only entries have.
pub(crate) fn group_code(
    by: GroupBy,
    lookup: &Lookup,
    record: &disparity_core::journeys::ChildRecord,
    spell: &Spell,
) -> Option<u8> {
    match by {
        GroupBy::Total => Some(0),
        GroupBy::Dimension(dimension) => {
            Some(lookup.dimension(dimension, record, spell.start, spell.decile))
        }
        GroupBy::Need
            if matches!(
                spell.kind,
                SpellKind::Care | SpellKind::CinEpisode | SpellKind::Referral
            ) =>
        {
            Some(if spell.codes[1].0 == 255 {
                0
            } else {
                spell.codes[1].0
            })
        }
        _ => None,
    }
}

/// A step whose chance and time are asked about: from the start of one thing to the start of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pathway {
    /// From the start of a child in need plan to a protection plan.
    CinPlanToProtection,
    /// From the start of a child in need plan to care.
    CinPlanToCare,
    /// From the start of a protection plan to care.
    ProtectionToCare,
    /// From the closure of a case to the next referral.
    ClosureToReferral,
    /// From the end of a protection plan to the next one.
    ProtectionToProtection,
    /// From the end of care to care again.
    CareToCare,
}

impl Pathway {
    /// Every pathway.
    pub const ALL: [Self; 6] = [
        Self::CinPlanToProtection,
        Self::CinPlanToCare,
        Self::ProtectionToCare,
        Self::ClosureToReferral,
        Self::ProtectionToProtection,
        Self::CareToCare,
    ];

    /// The word in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CinPlanToProtection => "cin_plan_to_protection_plan",
            Self::CinPlanToCare => "cin_plan_to_care",
            Self::ProtectionToCare => "protection_plan_to_care",
            Self::ClosureToReferral => "closure_to_referral",
            Self::ProtectionToProtection => "protection_plan_to_another",
            Self::CareToCare => "care_to_care",
        }
    }

    /// From what, whether from its start, to what, and whether the end of the first ends the chance.
    const fn steps(self) -> (SpellKind, bool, SpellKind, bool) {
        use SpellKind as K;
        match self {
            Self::CinPlanToProtection => (K::CinPlan, true, K::ProtectionPlan, true),
            Self::CinPlanToCare => (K::CinPlan, true, K::Care, false),
            Self::ProtectionToCare => (K::ProtectionPlan, true, K::Care, true),
            Self::ClosureToReferral => (K::CinEpisode, false, K::Referral, false),
            Self::ProtectionToProtection => (K::ProtectionPlan, false, K::ProtectionPlan, false),
            Self::CareToCare => (K::Care, false, K::Care, false),
        }
    }
}

/// What can happen: the step asked about, or something that makes it impossible or moot.
const STEP: u8 = 1;
const ENDED: u8 = 2;
const DIED: u8 = 3;
const LEFT: u8 = 4;
const GROWN: u8 = 5;

/// Words of the causes in outputs, in order from 1.
pub const CAUSES: [&str; 5] = [
    "step",
    "closed_first",
    "died",
    "adopted_or_moved",
    "turned_18",
];

/// Codes of endings that take a child out of the authority's sight for good: those of an episode of
/// need, and those of a period of care.
struct Exits {
    died: [CodeMask; 2],
    left: [[CodeMask; 2]; 2],
}

impl Exits {
    fn of(codes: &CodeSets) -> Self {
        let group = |word| {
            [CodeSetId::ReasonForClosure, CodeSetId::ReasonCeased]
                .map(|set| codes.set(set).in_group(word))
        };
        Self {
            died: group("died"),
            left: [group("adopted"), group("moved")],
        }
    }

    /// The first exit on or after a day.
    fn first(&self, child: &Child<'_>, record: &ChildRecord, day: Day) -> Option<(Day, u8)> {
        let ends = [SpellKind::CinEpisode, SpellKind::Care]
            .into_iter()
            .enumerate()
            .flat_map(|(set, kind)| child.spells(kind).map(move |s| (set, s.end, s.codes[2])));
        ends.filter(|(_, end, _)| end.is_real() && *end >= day)
            .filter_map(|(set, end, code)| {
                if self.died[set].has(code) {
                    Some((end, DIED))
                } else if self.left.iter().any(|masks| masks[set].has(code)) {
                    Some((end, LEFT))
                } else {
                    None
                }
            })
            .chain(
                record
                    .death
                    .filter(|death| *death >= day)
                    .map(|death| (death, DIED)),
            )
            .min()
    }
}

/// How long one origin of a pathway was watched from a day on, and what ended the watch.
fn watch(
    child: &Child<'_>,
    record: &ChildRecord,
    exits: &Exits,
    pathway: Pathway,
    origin: &Spell,
    (day, watched_to): (Day, Day),
) -> Watched {
    let (_, at_start, to, end_competes) = pathway.steps();
    let next = child.spells(to).find(|s| {
        s.start >= day
            && (at_start || s.start > origin.start)
            && (to != SpellKind::Care || s.flags.has(SpellFlags::START_KNOWN))
    });
    let closed = (end_competes && origin.end.is_real()).then_some((origin.end, ENDED));
    let grown = record
        .birth
        .map(|birth| (birth.plus_years(18), GROWN))
        .filter(|(day18, _)| *day18 >= day);
    // A step on the day the plan ended comes first: plans end because of it.
    let first = next
        .map(|s| (s.start, STEP))
        .into_iter()
        .chain(closed)
        .chain(exits.first(child, record, day.plus(i32::from(!at_start))))
        .chain(grown)
        .min();
    match first {
        Some((when, cause)) if when < watched_to => Watched {
            time: when.since(day),
            cause,
        },
        _ => Watched {
            time: watched_to.since(day),
            cause: 0,
        },
    }
}

/// How long each origin of a pathway was watched and what ended the watch, by year and group.
#[must_use]
pub fn watches(
    journeys: &Journeys,
    dimensions: &Dimensions,
    pathway: Pathway,
    groups: &[GroupBy],
) -> BTreeMap<YearKey, Vec<Watched>> {
    let lookup = Lookup::new(dimensions);
    let exits = Exits::of(journeys.codes());
    let (from, at_start, to, _) = pathway.steps();
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        let mut found: BTreeMap<YearKey, Vec<Watched>> = BTreeMap::new();
        let coverage = &journeys.authorities()[authority].coverage;
        for position in children {
            let child = journeys.child(position);
            let record = child.record();
            for origin in child.spells(from) {
                let day = if at_start { origin.start } else { origin.end };
                let Some(period) = day.period() else { continue };
                let watched_to = coverage
                    .of(from)
                    .unbroken_to(day)
                    .min(coverage.of(to).unbroken_to(day));
                if watched_to <= day || origin.flags.has(SpellFlags::END_UNKNOWN) && !at_start {
                    continue;
                }
                let span = (day, watched_to);
                let watched = watch(&child, &record, &exits, pathway, &origin, span);
                for by in groups.iter().copied() {
                    let at_origin = Spell {
                        start: day,
                        ..origin
                    };
                    if let Some(code) = group_code(by, &lookup, &record, &at_origin) {
                        let key = YearKey {
                            authority: Some(authority),
                            period,
                            group: Group { by, code },
                        };
                        found.entry(key).or_default().push(watched);
                    }
                }
            }
        }
        found
    });
    let mut all: BTreeMap<YearKey, Vec<Watched>> = BTreeMap::new();
    for (key, watched) in parts.into_iter().flatten() {
        all.entry(YearKey {
            authority: None,
            ..key
        })
        .or_default()
        .extend_from_slice(&watched);
        all.entry(key).or_default().extend(watched);
    }
    all
}

/// The chance of each cause by a horizon in days, from watches of one group.
#[must_use]
pub fn chances(watched: &mut [Watched], horizon: i32) -> [Incidence; 5] {
    [STEP, ENDED, DIED, LEFT, GROWN].map(|cause| cumulative_incidence(watched, cause, horizon))
}

/// Of children on a protection plan on 31 March, how many were in need so many years later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LaterNeed {
    /// Children on a plan, under 18 at the later day, which the files cover.
    pub children: u32,
    /// Of those, with an open episode of need on the later day.
    pub in_need: u32,
    /// Left out: the later day is not covered.
    pub not_covered: u32,
    /// Left out: 18 or over by then, or dead.
    pub grown_or_died: u32,
}

/// Need so many years after 31 March of each year on a protection plan.
#[must_use]
pub fn later_need(
    journeys: &Journeys,
    dimensions: &Dimensions,
    years: u8,
    groups: &[GroupBy],
) -> BTreeMap<YearKey, LaterNeed> {
    let lookup = Lookup::new(dimensions);
    let closed = journeys
        .codes()
        .set(CodeSetId::ReasonForClosure)
        .in_group("not_in_need");
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        let mut found: BTreeMap<YearKey, LaterNeed> = BTreeMap::new();
        let coverage = &journeys.authorities()[authority].coverage;
        let lasts: Vec<(Period, Day)> = (1990..2100_u16)
            .filter_map(Period::ending)
            .map(|period| (period, Day::last_of(period)))
            .filter(|(_, day)| {
                coverage
                    .of(SpellKind::ProtectionPlan)
                    .covers(*day, day.plus(1))
            })
            .collect();
        for position in children {
            let child = journeys.child(position);
            if child.range(SpellKind::ProtectionPlan).is_empty() {
                continue;
            }
            let record = child.record();
            for (period, day) in lasts.iter().copied() {
                let Some(plan) = plans(&child).find(|p| p.runs_on(day)) else {
                    continue;
                };
                let later = day.plus_years(i32::from(years));
                let mut one = LaterNeed::default();
                let grown = record
                    .birth
                    .is_some_and(|birth| later.completed_years_since(birth) >= 18);
                if grown || record.death.is_some_and(|death| death <= later) {
                    one.grown_or_died = 1;
                } else if !coverage
                    .of(SpellKind::CinEpisode)
                    .covers(later, later.plus(1))
                {
                    one.not_covered = 1;
                } else {
                    one.children = 1;
                    let open = |s: &Spell| s.runs_on(later) && !closed.has(s.codes[2]);
                    one.in_need = u32::from(child.spells(SpellKind::CinEpisode).any(|s| open(&s)));
                }
                for by in groups.iter().copied() {
                    let at = Spell { start: day, ..plan };
                    if let Some(code) = group_code(by, &lookup, &record, &at) {
                        let key = YearKey {
                            authority: Some(authority),
                            period,
                            group: Group { by, code },
                        };
                        add_later(found.entry(key).or_default(), one);
                    }
                }
            }
        }
        found
    });
    let mut all: BTreeMap<YearKey, LaterNeed> = BTreeMap::new();
    for (key, part) in parts.into_iter().flatten() {
        add_later(
            all.entry(YearKey {
                authority: None,
                ..key
            })
            .or_default(),
            part,
        );
        add_later(all.entry(key).or_default(), part);
    }
    all
}

fn add_later(total: &mut LaterNeed, part: LaterNeed) {
    total.children += part.children;
    total.in_need += part.in_need;
    total.not_covered += part.not_covered;
    total.grown_or_died += part.grown_or_died;
}
