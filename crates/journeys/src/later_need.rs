//! Need that lasts or returns: children on a protection plan who are in need years later.

use std::collections::BTreeMap;

use disparity_core::journeys::{
    Child, ChildRecord, CodeMask, CodeSetId, Coverage, Journeys, Spell, SpellKind,
};
use disparity_core::{Day, Dimensions, Period};

use crate::exits::{Exits, grown};
use crate::lookup::{Lookup, group_code};
use crate::recurrence::plans;
use disparity_core::answers::{Group, GroupBy, YearKey};

/// Of children on a protection plan on 31 March, how many were in need so many years later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LaterNeed {
    /// Children on a plan, under 18 at the later day, which the files cover, and not gone by then.
    pub children: u32,
    /// Of those, with an open episode of need on the later day.
    pub in_need: u32,
    /// Left out: the later day is not covered.
    pub not_covered: u32,
    /// Left out: 18 or over by then, or dead.
    pub grown_or_died: u32,
    /// Left out: adopted or moved to another authority by then, and not heard of since.
    pub left: u32,
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
    let exits = Exits::of(journeys.codes());
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        let mut found: BTreeMap<YearKey, LaterNeed> = BTreeMap::new();
        let coverage = &journeys.authorities()[authority].coverage;
        let lasts = lasts(coverage);
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
                let one = match gone(&child, &record, &exits, (day, later)) {
                    Some(gone) => gone,
                    None => need_on(&child, coverage, closed, later),
                };
                let at = Spell { start: day, ..plan };
                for by in groups.iter().copied() {
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

/// Each 31 March on which plans are on record.
fn lasts(coverage: &Coverage) -> Vec<(Period, Day)> {
    let plans = coverage.of(SpellKind::ProtectionPlan);
    (1990..2100_u16)
        .filter_map(Period::ending)
        .map(|period| (period, Day::last_of(period)))
        .filter(|(_, day)| plans.covers(*day, day.plus(1)))
        .collect()
}

/// A child on a plan on one day who can be in no need of this authority on a later one; none if it can.
fn gone(
    child: &Child<'_>,
    record: &ChildRecord,
    exits: &Exits,
    (day, later): (Day, Day),
) -> Option<LaterNeed> {
    let out = [exits.died(child, record), grown(record)];
    if out.into_iter().flatten().any(|on| on <= later) {
        return Some(LaterNeed {
            grown_or_died: 1,
            ..LaterNeed::default()
        });
    }
    let left = exits.left(child).into_iter();
    let left = left.filter(|on| day <= *on && *on <= later).max()?;
    // Who has a case after moving away has come back.
    let mut cases = child.spells(SpellKind::CinEpisode);
    let back = cases.any(|s| s.start <= later && s.end > left);
    (!back).then_some(LaterNeed {
        left: 1,
        ..LaterNeed::default()
    })
}

/// One child on a plan, counted by what is known of the later day.
fn need_on(child: &Child<'_>, coverage: &Coverage, closed: CodeMask, later: Day) -> LaterNeed {
    let mut one = LaterNeed::default();
    let need = coverage.of(SpellKind::CinEpisode);
    if need.covers(later, later.plus(1)) {
        one.children = 1;
        let open = |s: &Spell| s.runs_on(later) && !closed.has(s.coded.ending());
        one.in_need = u32::from(child.spells(SpellKind::CinEpisode).any(|s| open(&s)));
    } else {
        one.not_covered = 1;
    }
    one
}

fn add_later(total: &mut LaterNeed, part: LaterNeed) {
    total.children += part.children;
    total.in_need += part.in_need;
    total.not_covered += part.not_covered;
    total.grown_or_died += part.grown_or_died;
    total.left += part.left;
}
