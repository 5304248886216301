//! Coming back: re-referral, a second plan, care again. Counted as the publisher counts it, among events
//! of which it can be seen.

use std::collections::BTreeMap;

use disparity_core::journeys::{Child, Coverage, Covered, Journeys, Spell, SpellFlags, SpellKind};
use disparity_core::{Day, Dimensions, Period};

use crate::lookup::{Lookup, group_code};
use disparity_core::answers::{Group, GroupBy, YearKey};

/// A way of coming back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recurrence {
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
    /// A start of care within twelve months of the end of an earlier period of care.
    ReEntry12Months,
    /// A start of care after an earlier period of care, ever, or after permanence.
    ReEntry,
}

impl Recurrence {
    /// Every way.
    pub const ALL: [Self; 8] = [
        Self::ReReferral,
        Self::ReReferralFromClosure,
        Self::ReReferralFurtherAction,
        Self::RepeatPlanRecorded,
        Self::RepeatPlan2Years,
        Self::RepeatPlan5Years,
        Self::ReEntry12Months,
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
            Self::ReEntry12Months => "reentry_to_care_12_months",
            Self::ReEntry => "reentry_to_care",
        }
    }

    /// The kind of what is counted, of which the files must cover the year.
    #[must_use]
    pub const fn of(self) -> SpellKind {
        self.needs().0[0]
    }

    /// Whether the files of an authority cover a year and the time looked back on before it: depends on
    /// no child.
    #[must_use]
    pub fn is_measured(self, coverage: &Coverage, period: Period) -> bool {
        let (kinds, months) = self.needs();
        let first = Day::first_of(period).plus_months(-months);
        let after = Day::last_of(period).plus(1);
        let mut kinds = kinds.iter();
        kinds.all(|kind| coverage.of(*kind).covers(first, after))
    }

    /// The files that must cover the year and the time looked back on before it, and how many months
    /// that is.
    const fn needs(self) -> (&'static [SpellKind], i32) {
        use SpellKind as K;
        match self {
            Self::ReReferral | Self::ReReferralFurtherAction => (&[K::Referral], 12),
            Self::ReReferralFromClosure => (&[K::Referral, K::CinEpisode], 12),
            Self::RepeatPlanRecorded => (&[K::ProtectionPlan], 0),
            Self::RepeatPlan2Years => (&[K::ProtectionPlan], 24),
            Self::RepeatPlan5Years => (&[K::ProtectionPlan], 60),
            Self::ReEntry12Months => (&[K::Care], 12),
            Self::ReEntry => (&[K::Care], 0),
        }
    }
}

/// How many events there were of which it can be seen whether they are a return, and how many are;
/// children once each beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecurrenceCounts {
    /// Events of which it can be seen.
    pub events: u32,
    /// Those that follow another.
    pub recurred: u32,
    /// Children with such an event.
    pub children: u32,
    /// Children with one that does.
    pub children_recurred: u32,
    /// Events of which it could not be seen, an earlier one on record or not: in none of the other counts.
    pub unseen: u32,
}

impl RecurrenceCounts {
    /// Whether a share may stand for all events: of half of them or more it can be seen.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.events >= self.unseen
    }

    fn add(&mut self, part: Self) {
        self.events += part.events;
        self.recurred += part.recurred;
        self.children += part.children;
        self.children_recurred += part.children_recurred;
        self.unseen += part.unseen;
    }
}

/// Recurrences of each way, year, authority and group. A year is left out if the files do not cover all of
/// it and the time looked back on: the first year of any series cannot be measured. Within a year, care
/// again can be seen of a child whose whole life the care returns of the authority cover, and a repeat
/// plan by the count on the plan where the plan has one; whoever is not seen counts neither way, as in prior help.
#[must_use]
pub fn recurrences(
    journeys: &Journeys,
    dimensions: &Dimensions,
    groups: &[GroupBy],
) -> BTreeMap<(Recurrence, YearKey), RecurrenceCounts> {
    let lookup = Lookup::new(dimensions);
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        let mut counts = BTreeMap::new();
        for position in children {
            child_recurrences(
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
    let mut all: BTreeMap<(Recurrence, YearKey), RecurrenceCounts> = BTreeMap::new();
    for ((way, key), part) in parts.into_iter().flatten() {
        for key in [
            key,
            YearKey {
                authority: None,
                ..key
            },
        ] {
            all.entry((way, key)).or_default().add(part);
        }
    }
    all
}

/// Events of one way, with whether each is a return; none where that could not be seen although the
/// files cover the year and the time before it. Several on one day are one.
fn events(child: &Child<'_>, way: Recurrence, care: &Covered) -> Vec<(Spell, Option<bool>)> {
    let within =
        |before: Day, day: Day, months: i32| day.plus_months(-months) <= before && before < day;
    let ran_within = |before: &Spell, of: &Spell, months: i32| {
        before.start < of.start && before.end > of.start.plus_months(-months)
    };
    let (_, months) = way.needs();
    match way {
        Recurrence::ReReferral
        | Recurrence::ReReferralFurtherAction
        | Recurrence::ReReferralFromClosure => {
            let further = way == Recurrence::ReReferralFurtherAction;
            let referrals: Vec<Spell> = child
                .spells(SpellKind::Referral)
                .filter(|s| !further || !s.flags.has(SpellFlags::NO_FURTHER_ACTION))
                .collect();
            let returned = |r: &Spell| match way {
                Recurrence::ReReferralFromClosure => after_closure(child, r, months),
                _ => Some(
                    referrals
                        .iter()
                        .any(|before| within(before.start, r.start, months)),
                ),
            };
            referrals.iter().map(|r| (*r, returned(r))).collect()
        }
        Recurrence::RepeatPlanRecorded => plans(child)
            .map(|p| (p, p.coded.earlier_plans().map(|earlier| earlier > 0)))
            .collect(),
        Recurrence::RepeatPlan2Years | Recurrence::RepeatPlan5Years => {
            let all: Vec<Spell> = plans(child).collect();
            let before = |p: &Spell| all.iter().any(|q| ran_within(q, p, months));
            all.iter().map(|p| (*p, Some(before(p)))).collect()
        }
        Recurrence::ReEntry12Months => starts(child)
            .map(|s| {
                let mut all = child.spells(SpellKind::Care);
                (s, Some(all.any(|before| ran_within(&before, &s, months))))
            })
            .collect(),
        Recurrence::ReEntry => {
            let record = child.record();
            let permanence = record.earlier_permanence == Some(true);
            let first = child.spells(SpellKind::Care).map(|s| s.start).min();
            let here = |birth: Day, start: Day| {
                record
                    .arrival
                    .is_none_or(|arrival| arrival <= birth || arrival >= start)
            };
            starts(child)
                .map(|s| {
                    let life = record
                        .birth
                        .is_some_and(|birth| care.covers(birth, s.start) && here(birth, s.start));
                    let again = first.is_some_and(|first| first < s.start) || permanence;
                    (s, life.then_some(again))
                })
                .collect()
        }
    }
}

/// Whether a referral came within so many months of the closure of a case; none if one ended in them on
/// a day that nobody recorded, and none other did.
fn after_closure(child: &Child<'_>, referral: &Spell, months: i32) -> Option<bool> {
    let before = |e: &Spell| {
        e.start < referral.start
            && e.end <= referral.start
            && referral.start < e.end.plus_months(months)
    };
    let cases = child.spells(SpellKind::CinEpisode).filter(before);
    let (mut any, mut recorded) = (false, false);
    for case in cases {
        any = true;
        recorded |= case.has_recorded_end();
    }
    (recorded || !any).then_some(recorded)
}

/// Starts of care.
fn starts<'a>(child: &Child<'a>) -> impl Iterator<Item = Spell> + use<'a> {
    child
        .spells(SpellKind::Care)
        .filter(|s| s.flags.has(SpellFlags::START_KNOWN))
}

/// Protection plans of this authority.
pub(crate) fn plans<'a>(child: &Child<'a>) -> impl Iterator<Item = Spell> + use<'a> {
    child
        .spells(SpellKind::ProtectionPlan)
        .filter(|p| !p.flags.has(SpellFlags::FOR_OTHER_AUTHORITY))
}

fn child_recurrences(
    journeys: &Journeys,
    authority: usize,
    child: &Child<'_>,
    lookup: &Lookup,
    groups: &[GroupBy],
    counts: &mut BTreeMap<(Recurrence, YearKey), RecurrenceCounts>,
) {
    let coverage = &journeys.authorities()[authority].coverage;
    let record = child.record();
    for way in Recurrence::ALL {
        let mut last: Option<(Period, bool)> = None;
        for (spell, returned) in events(child, way, coverage.of(SpellKind::Care)) {
            let Some(period) = spell.start.period() else {
                continue;
            };
            if !way.is_measured(coverage, period) {
                continue;
            }
            let mut one = RecurrenceCounts::default();
            if let Some(returned) = returned {
                let before = last.filter(|(before, _)| *before == period);
                let already = before.is_some_and(|(_, already)| already);
                last = Some((period, returned || already));
                one.events = 1;
                one.recurred = u32::from(returned);
                one.children = u32::from(before.is_none());
                one.children_recurred = u32::from(returned && !already);
            } else {
                one.unseen = 1;
            }
            for by in groups.iter().copied() {
                let Some(code) = group_code(by, lookup, &record, &spell) else {
                    continue;
                };
                let key = YearKey {
                    authority: Some(authority),
                    period,
                    group: Group { by, code },
                };
                counts.entry((way, key)).or_default().add(one);
            }
        }
    }
}
