//! The level of help a child has from day to day, and steps up and down.

use std::collections::BTreeMap;

use disparity_core::journeys::{Child, Coverage, Journeys, SpellFlags, SpellKind};
use disparity_core::{Day, Dimensions, Period};

use crate::exits::Exits;
use crate::lookup::Lookup;
use disparity_core::answers::{Group, GroupBy};

/// How much help: closed, early help, in need, child in need plan, protection plan, care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Nothing open.
    Closed,
    /// Early help.
    EarlyHelp,
    /// Referred or in need, without a plan.
    InNeed,
    /// Child in need plan.
    CinPlan,
    /// Child protection plan.
    ProtectionPlan,
    /// Looked after.
    Care,
}

impl Level {
    /// Every level, lowest first.
    pub const ALL: [Self; 6] = [
        Self::Closed,
        Self::EarlyHelp,
        Self::InNeed,
        Self::CinPlan,
        Self::ProtectionPlan,
        Self::Care,
    ];

    /// The word in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::EarlyHelp => "early_help",
            Self::InNeed => "in_need",
            Self::CinPlan => "cin_plan",
            Self::ProtectionPlan => "protection_plan",
            Self::Care => "care",
        }
    }

    const fn of(kind: SpellKind) -> Option<Self> {
        Some(match kind {
            SpellKind::EarlyHelp => Self::EarlyHelp,
            SpellKind::CinEpisode => Self::InNeed,
            SpellKind::CinPlan => Self::CinPlan,
            SpellKind::ProtectionPlan => Self::ProtectionPlan,
            SpellKind::Care => Self::Care,
            _ => return None,
        })
    }
}

/// A stretch of days at one level; the last may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Level.
    pub level: Level,
    /// First day.
    pub start: Day,
    /// First day after.
    pub end: Day,
    /// Whether it is on record that it ended then: by a recorded end, or the start of a higher level.
    pub end_known: bool,
}

/// The level of a child over time: on each day the highest that is open. Gaps shorter than
/// `bridge_days` between stretches of the same or a higher level are taken as filled.
#[must_use]
pub fn timeline(child: &Child<'_>, bridge_days: i32) -> Vec<Stretch> {
    let mut spells: Vec<(Day, Day, Level, bool)> = child
        .all_spells()
        .filter(|spell| !spell.flags.has(SpellFlags::FOR_OTHER_AUTHORITY))
        .filter_map(|spell| {
            let level = Level::of(spell.kind)?;
            Some((spell.start, spell.end, level, spell.has_recorded_end()))
        })
        .filter(|(start, end, ..)| start < end)
        .collect();
    if spells.is_empty() {
        return vec![];
    }
    spells.sort_unstable();
    let mut days: Vec<Day> = spells
        .iter()
        .flat_map(|(start, end, ..)| [*start, *end])
        .collect();
    days.sort_unstable();
    days.dedup();
    let mut stretches: Vec<Stretch> = Vec::new();
    for pair in days.windows(2) {
        let running = || {
            let all = spells.iter();
            all.filter(|(s, e, ..)| *s <= pair[0] && pair[0] < *e)
        };
        let level = running().map(|(.., level, _)| *level).max();
        let level = level.unwrap_or(Level::Closed);
        let mut ending = running().filter(|(_, e, l, _)| *l == level && *e == pair[1]);
        let (any, recorded) = (ending.clone().next().is_some(), ending.any(|(.., r)| *r));
        push(
            &mut stretches,
            Stretch {
                level,
                start: pair[0],
                end: pair[1],
                end_known: recorded || !any,
            },
        );
    }
    if let Some(last) = stretches.last().filter(|last| last.end.is_real()).copied() {
        push(
            &mut stretches,
            Stretch {
                level: Level::Closed,
                start: last.end,
                end: Day::OPEN,
                end_known: false,
            },
        );
    }
    bridge(&stretches, bridge_days)
}

fn push(stretches: &mut Vec<Stretch>, next: Stretch) {
    match stretches.last_mut() {
        Some(last) if last.level == next.level => {
            (last.end, last.end_known) = (next.end, next.end_known);
        }
        _ => stretches.push(next),
    }
}

fn bridge(stretches: &[Stretch], days: i32) -> Vec<Stretch> {
    let mut bridged: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for (at, stretch) in stretches.iter().enumerate() {
        let next = stretches.get(at + 1);
        let mut own = *stretch;
        if let (Some(before), Some(after)) = (bridged.last(), next)
            && own.end.since(own.start) < days
            && own.level < before.level
            && after.level >= before.level
        {
            own.level = before.level;
        }
        push(&mut bridged, own);
    }
    bridged
}

/// From which level to which, of whom, when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransitionKey {
    /// Position of the authority; none for all together.
    pub authority: Option<usize>,
    /// Year in which the stretch began.
    pub period: Period,
    /// Of whom.
    pub group: Group,
    /// Level of the stretch.
    pub from: Level,
}

/// Where stretches led within twelve months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Transitions {
    /// How many could be followed for twelve months.
    pub followed: u32,
    /// First move within twelve months, by the level moved to.
    pub to: [u32; 6],
    /// Still at the level after twelve months.
    pub stayed: u32,
    /// Of the followed, with early help covered for the twelve months: only of these can it be seen
    /// whether they led to early help. Of the others what looks closed may be early help.
    pub early_help_seen: u32,
    /// Left out: the files do not show twelve months of every level, or not when it began or ended.
    pub censored: u32,
    /// Of those that closed within twelve months, how many could be followed for another twelve, of
    /// children who can come back.
    pub closings: u32,
    /// Those of them that were open again within twelve months.
    pub reopened: u32,
    /// Of those that closed within twelve months, of children who were dead, adopted, moved away or of
    /// age by then.
    pub gone: u32,
}

/// Kinds of files without which the levels of social care cannot be told apart.
const LEVELS: [SpellKind; 4] = [
    SpellKind::CinEpisode,
    SpellKind::CinPlan,
    SpellKind::ProtectionPlan,
    SpellKind::Care,
];

/// The first day that files no longer show of the levels of social care, from a day on that they do;
/// the day itself if they do not.
fn shown_to(coverage: &Coverage, day: Day) -> Day {
    let ends = LEVELS.map(|kind| coverage.of(kind).unbroken_to(day));
    ends.into_iter().min().unwrap_or(day)
}

/// Where one stretch led; none if the files do not show its start.
fn led(
    (child, exits): (&Child<'_>, &Exits),
    coverage: &Coverage,
    line: &[Stretch],
    at: usize,
) -> Option<Transitions> {
    let stretch = line.get(at)?;
    let year = stretch.start.plus_months(12);
    let early_help = coverage
        .of(SpellKind::EarlyHelp)
        .covers(stretch.start, year);
    let shown_to = shown_to(coverage, stretch.start);
    if shown_to <= stretch.start {
        return None;
    }
    let mut one = Transitions::default();
    let next = line.get(at + 1).filter(|next| next.start < year);
    // One that begins where another level ended on a day that nobody recorded.
    let before = at.checked_sub(1).and_then(|before| line.get(before));
    if shown_to < year
        || before.is_some_and(|before| !before.end_known)
        || stretch.level == Level::EarlyHelp && !early_help
        || next.is_some() && !stretch.end_known
    {
        one.censored = 1;
        return Some(one);
    }
    one.followed = 1;
    one.early_help_seen = u32::from(early_help);
    let Some(next) = next else {
        one.stayed = 1;
        return Some(one);
    };
    let to = match next.level {
        Level::EarlyHelp if !early_help => Level::Closed,
        level => level,
    };
    one.to[to as usize] = 1;
    if to == Level::Closed {
        after_closing((child, exits), coverage, &line[at + 1..], &mut one);
    }
    Some(one)
}

/// What came of a closing, from the stretch with which it began on.
fn after_closing(
    (child, exits): (&Child<'_>, &Exits),
    coverage: &Coverage,
    line: &[Stretch],
    one: &mut Transitions,
) {
    let Some(closed) = line.first().map(|first| first.start) else {
        return;
    };
    let year = closed.plus_months(12);
    let exit = exits.first(child, &child.record(), closed);
    if exit.is_some_and(|(when, _)| when == closed) {
        one.gone = 1;
    } else if shown_to(coverage, closed) >= year {
        one.closings = 1;
        // Early help opens it again where early help is covered.
        let early_help = coverage.of(SpellKind::EarlyHelp).covers(closed, year);
        let least = if early_help {
            Level::EarlyHelp
        } else {
            Level::InNeed
        };
        let again = line.iter().find(|s| s.level >= least);
        one.reopened = u32::from(again.is_some_and(|a| a.start < year));
    }
}

/// First moves within twelve months of each stretch, by level, year, authority and group. Stretches
/// that cannot be followed for twelve months are counted apart, wherever they led.
#[must_use]
pub fn transitions(
    journeys: &Journeys,
    dimensions: &Dimensions,
    bridge_days: i32,
    groups: &[GroupBy],
) -> BTreeMap<TransitionKey, Transitions> {
    let lookup = Lookup::new(dimensions);
    let exits = Exits::of(journeys.codes());
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        let mut found: BTreeMap<TransitionKey, Transitions> = BTreeMap::new();
        let coverage = &journeys.authorities()[authority].coverage;
        for position in children {
            let child = journeys.child(position);
            let record = child.record();
            let line = timeline(&child, bridge_days);
            let open = line.iter().enumerate();
            for (at, stretch) in open.filter(|(_, s)| s.level != Level::Closed) {
                let Some(period) = stretch.start.period() else {
                    continue;
                };
                let Some(one) = led((&child, &exits), coverage, &line, at) else {
                    continue;
                };
                for by in groups.iter().copied() {
                    let code = match by {
                        GroupBy::Total => 0,
                        GroupBy::Dimension(d) => lookup.dimension(d, &record, stretch.start, None),
                        _ => continue,
                    };
                    let key = TransitionKey {
                        authority: Some(authority),
                        period,
                        group: Group { by, code },
                        from: stretch.level,
                    };
                    add(found.entry(key).or_default(), one);
                }
            }
        }
        found
    });
    let mut all: BTreeMap<TransitionKey, Transitions> = BTreeMap::new();
    for (key, part) in parts.into_iter().flatten() {
        add(
            all.entry(TransitionKey {
                authority: None,
                ..key
            })
            .or_default(),
            part,
        );
        add(all.entry(key).or_default(), part);
    }
    all
}

fn add(total: &mut Transitions, part: Transitions) {
    total.followed += part.followed;
    total.stayed += part.stayed;
    total.censored += part.censored;
    total.reopened += part.reopened;
    total.early_help_seen += part.early_help_seen;
    total.closings += part.closings;
    total.gone += part.gone;
    for (mine, theirs) in total.to.iter_mut().zip(part.to) {
        *mine += theirs;
    }
}

#[cfg(test)]
mod tests {
    use disparity_core::journeys::{Authority, ChildRecord, CodeSets, Coverage, Spell};

    use super::*;

    fn line(spells: &[(SpellKind, i32, i32)], bridge_days: i32) -> Vec<(Level, i32, i32)> {
        let mut journeys = Journeys::new(CodeSets::default(), false);
        journeys.push_authority(Authority {
            old_la_code: "301".into(),
            area: None,
            coverage: Coverage::default(),
            extract: Day(9999),
            continued: None,
        });
        let mut list: Vec<Spell> = spells
            .iter()
            .map(|&(kind, a, b)| Spell::new(kind, Day(a), Day(b)))
            .collect();
        journeys
            .push_child(&ChildRecord::default(), &mut list)
            .unwrap();
        timeline(&journeys.child(0), bridge_days)
            .iter()
            .map(|s| (s.level, s.start.0, s.end.0))
            .collect()
    }

    #[test]
    fn the_highest_level_wins_and_short_gaps_are_bridged() {
        use SpellKind::{Care, CinEpisode, CinPlan, ProtectionPlan};
        let open = i32::MAX;
        let spells = [
            (CinEpisode, 0, 500),
            (CinPlan, 10, 100),
            (ProtectionPlan, 108, 200),
            (Care, 300, open),
        ];
        assert_eq!(
            line(&spells, 0),
            [
                (Level::InNeed, 0, 10),
                (Level::CinPlan, 10, 100),
                (Level::InNeed, 100, 108),
                (Level::ProtectionPlan, 108, 200),
                (Level::InNeed, 200, 300),
                (Level::Care, 300, open),
            ]
        );
        assert_eq!(line(&spells, 14)[1], (Level::CinPlan, 10, 108));
        assert_eq!(line(&[(CinEpisode, 5, 5)], 14), []);
        assert_eq!(
            line(&[(CinEpisode, 5, 9)], 14),
            [(Level::InNeed, 5, 9), (Level::Closed, 9, open)]
        );
    }
}
