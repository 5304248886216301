//! From one thing to another as time to event, with follow-up treated properly: chances and times of
//! a step, beside what else can happen first.

use std::collections::BTreeMap;

use disparity_core::Day;
use disparity_core::Dimensions;
use disparity_core::journeys::{
    Child, ChildRecord, CodeMask, CodeSetId, CodeSets, Journeys, Spell, SpellFlags, SpellKind,
};

use crate::groups::{Group, GroupBy, Lookup, YearKey, group_code};
use crate::survival::{Incidence, Watched, cumulative_incidence};

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
