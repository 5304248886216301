//! From one thing to another as time to event, with follow-up treated properly: chances and times of
//! a step, beside what else can happen first.

use std::collections::BTreeMap;

use disparity_core::journeys::{
    Child, ChildRecord, Coverage, Journeys, Spell, SpellFlags, SpellKind,
};
use disparity_core::{Day, Dimensions, Period};
use disparity_stats::{FollowUp, Incidence, cumulative_incidence};

use crate::exits::{Exit, Exits};
use crate::groups::{Group, GroupBy, Lookup, YearKey, group_code};

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

    /// From what.
    #[must_use]
    pub const fn of(self) -> SpellKind {
        self.steps().0
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

const fn cause_of(exit: Exit) -> u8 {
    match exit {
        Exit::Died => DIED,
        Exit::Left => LEFT,
        Exit::Grown => GROWN,
    }
}

/// How long one origin of a pathway was watched from a day to the last on which files show what
/// happens, and what ended the watch.
fn watch(
    child: &Child<'_>,
    record: &ChildRecord,
    exits: &Exits,
    pathway: Pathway,
    origin: &Spell,
    (day, last): (Day, Day),
) -> FollowUp {
    let (_, at_start, to, end_competes) = pathway.steps();
    let until = last.since(day);
    let exit = exits.first(child, record, day);
    // Who is gone when the origin ends cannot come back; a case may close because of it.
    if let Some((_, why)) = exit.filter(|(when, _)| !at_start && *when == day) {
        return FollowUp::event(0, cause_of(why), until);
    }
    let next = child
        .spells(to)
        .find(|s| s.start >= day && (at_start || s.start > origin.start));
    // Care that its return does not call a start may or may not be the step: up to it there was none.
    let uncertain = next.filter(|s| to == SpellKind::Care && !s.flags.has(SpellFlags::START_KNOWN));
    let step = next.filter(|_| uncertain.is_none());
    let closed = Some(origin.end).filter(|_| end_competes && origin.has_recorded_end());
    // An end that nobody recorded came some time after the last day on which it was open.
    let lost =
        Some(origin.end.plus(-1)).filter(|end| end_competes && end.is_real() && closed.is_none());
    let seen_to = lost
        .into_iter()
        .chain(uncertain.map(|s| s.start.plus(-1)))
        .chain([last])
        .min()
        .map_or(last, |seen| seen.max(day));
    // A step on the day the plan ended comes first: plans end because of it.
    let first = step
        .map(|s| (s.start, STEP))
        .into_iter()
        .chain(closed.map(|end| (end, ENDED)))
        .chain(exit.map(|(when, why)| (when, cause_of(why))))
        .min();
    match first {
        Some((when, cause)) if when <= seen_to => FollowUp::event(when.since(day), cause, until),
        _ => FollowUp {
            time: seen_to.since(day),
            cause: 0,
            until,
        },
    }
}

/// The last day on which files show what comes of an origin on a day: those of what it is and of
/// what it may lead to, without a hole. None if they do not show the day itself.
fn seen_to(coverage: &Coverage, (from, to): (SpellKind, SpellKind), day: Day) -> Option<Day> {
    let end = [from, to]
        .map(|kind| coverage.of(kind).unbroken_to(day))
        .into_iter()
        .min()?;
    Some(end.plus(-1)).filter(|last| *last >= day)
}

/// For how many days at the most an origin of a year could be watched, as far as the files of an
/// authority go (of any, for all together): depends on no child. None where they show no day of it.
#[must_use]
pub fn longest_watch(
    journeys: &Journeys,
    pathway: Pathway,
    authority: Option<usize>,
    period: Period,
) -> Option<i32> {
    let (from, _, to, _) = pathway.steps();
    let of = |coverage: &Coverage| {
        let days = (0..).map(|n| Day::first_of(period).plus(n));
        let days = days.take_while(|day| *day <= Day::last_of(period));
        let watched =
            days.filter_map(|day| seen_to(coverage, (from, to), day).map(|last| last.since(day)));
        watched.max()
    };
    let all = journeys.authorities().iter().enumerate();
    let own = all.filter(|(at, _)| authority.is_none_or(|one| one == *at));
    own.filter_map(|(_, one)| of(&one.coverage)).max()
}

/// How long each origin of a pathway was watched and what ended the watch, by year and group. An
/// origin on a day that the files do not cover, or that nobody recorded, is in none.
#[must_use]
pub fn watches(
    journeys: &Journeys,
    dimensions: &Dimensions,
    pathway: Pathway,
    groups: &[GroupBy],
) -> BTreeMap<YearKey, Vec<FollowUp>> {
    let lookup = Lookup::new(dimensions);
    let exits = Exits::of(journeys.codes());
    let (from, at_start, to, _) = pathway.steps();
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        let mut found: BTreeMap<YearKey, Vec<FollowUp>> = BTreeMap::new();
        let coverage = &journeys.authorities()[authority].coverage;
        for position in children {
            let child = journeys.child(position);
            let record = child.record();
            for origin in child.spells(from) {
                let day = if at_start { origin.start } else { origin.end };
                let Some(period) = day.period() else { continue };
                let Some(last) = seen_to(coverage, (from, to), day) else {
                    continue;
                };
                // An end on a day that nobody recorded starts no time.
                if !at_start && !origin.has_recorded_end() {
                    continue;
                }
                let watched = watch(&child, &record, &exits, pathway, &origin, (day, last));
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
    let mut all: BTreeMap<YearKey, Vec<FollowUp>> = BTreeMap::new();
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
pub fn chances(watched: &mut [FollowUp], horizon: i32) -> [Incidence; 5] {
    [STEP, ENDED, DIED, LEFT, GROWN].map(|cause| cumulative_incidence(watched, cause, horizon))
}
