//! Coming back: re-referral, a second plan, care again. Counted as the publisher counts it.

use std::collections::BTreeMap;

use disparity_core::journeys::{Child, Journeys, Spell, SpellFlags, SpellKind};
use disparity_core::{Day, Dimensions, Period};

use crate::groups::{Group, GroupBy, Lookup, YearKey, group_code};

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
pub(crate) fn plans<'a>(child: &Child<'a>) -> impl Iterator<Item = Spell> + use<'a> {
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
