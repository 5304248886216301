//! The level of help a child has from day to day, steps up and down, and the way to care.

use std::collections::BTreeMap;

use disparity_core::journeys::{Child, CodeMask, CodeSetId, Journeys, SpellFlags, SpellKind};
use disparity_core::{Day, Dimensions, Period};

use crate::cohort::Entry;
use crate::groups::{Group, GroupBy, Lookup};

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
}

/// The level of a child over time: on each day the highest that is open. Gaps shorter than
/// `bridge_days` between stretches of the same or a higher level are taken as filled.
#[must_use]
pub fn timeline(child: &Child<'_>, bridge_days: i32) -> Vec<Stretch> {
    let mut spells: Vec<(Day, Day, Level)> = child
        .all_spells()
        .filter(|spell| !spell.flags.has(SpellFlags::FOR_OTHER_AUTHORITY))
        .filter_map(|spell| Some((spell.start, spell.end, Level::of(spell.kind)?)))
        .filter(|(start, end, _)| start < end)
        .collect();
    if spells.is_empty() {
        return vec![];
    }
    spells.sort_unstable();
    let mut days: Vec<Day> = spells
        .iter()
        .flat_map(|(start, end, _)| [*start, *end])
        .collect();
    days.sort_unstable();
    days.dedup();
    let mut stretches: Vec<Stretch> = Vec::new();
    for pair in days.windows(2) {
        let level = spells
            .iter()
            .filter(|(s, e, _)| *s <= pair[0] && pair[0] < *e)
            .map(|(.., l)| *l)
            .max();
        push(
            &mut stretches,
            Stretch {
                level: level.unwrap_or(Level::Closed),
                start: pair[0],
                end: pair[1],
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
            },
        );
    }
    bridge(&stretches, bridge_days)
}

fn push(stretches: &mut Vec<Stretch>, next: Stretch) {
    match stretches.last_mut() {
        Some(last) if last.level == next.level => last.end = next.end,
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
    /// How many were followed for twelve months, or moved on before.
    pub followed: u32,
    /// First move within twelve months, by the level moved to.
    pub to: [u32; 6],
    /// Still at the level after twelve months.
    pub stayed: u32,
    /// Left out: followed for less than twelve months, as the files end.
    pub censored: u32,
    /// Closed within twelve months and open again within twelve months of that.
    pub reopened: u32,
}

fn coverage_end(journeys: &Journeys, authority: usize, day: Day) -> Day {
    let coverage = &journeys.authorities()[authority].coverage;
    let kinds = [
        SpellKind::CinEpisode,
        SpellKind::ProtectionPlan,
        SpellKind::Care,
    ];
    kinds
        .iter()
        .map(|kind| coverage.of(*kind).unbroken_to(day))
        .min()
        .unwrap_or(day)
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
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        let mut found: BTreeMap<TransitionKey, Transitions> = BTreeMap::new();
        for position in children {
            let child = journeys.child(position);
            let record = child.record();
            let line = timeline(&child, bridge_days);
            for (at, stretch) in line
                .iter()
                .enumerate()
                .filter(|(_, s)| s.level != Level::Closed)
            {
                let Some(period) = stretch.start.period() else {
                    continue;
                };
                let year = stretch.start.plus_months(12);
                let seen_to = coverage_end(journeys, authority, stretch.start);
                if seen_to <= stretch.start {
                    continue;
                }
                let mut one = Transitions::default();
                let next = line.get(at + 1).filter(|next| next.start < year);
                if seen_to < year {
                    one.censored = 1;
                } else if let Some(next) = next {
                    one.followed = 1;
                    one.to[next.level as usize] = 1;
                    let again = line.get(at + 2).filter(|_| next.level == Level::Closed);
                    one.reopened =
                        u32::from(again.is_some_and(|a| a.start <= next.start.plus_months(12)));
                } else {
                    one.followed = 1;
                    one.stayed = 1;
                }
                for by in groups.iter().copied() {
                    let code = match by {
                        GroupBy::Total => 0,
                        GroupBy::Dimension(d) => lookup.dimension(d, &record, stretch.start, 0),
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
    for (mine, theirs) in total.to.iter_mut().zip(part.to) {
        *mine += theirs;
    }
}

/// The way by which a child came to care; exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Child in need plan and then protection plan.
    FullLadder,
    /// Protection plan without a child in need plan before it.
    ProtectionDirect,
    /// In need, with or without a plan, but no protection plan.
    CinOnly,
    /// Early help only.
    EarlyHelpOnly,
    /// Referred, and nothing more.
    ReferralOnly,
    /// Nothing on record.
    NoneObserved,
}

impl Way {
    /// The word in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FullLadder => "full_ladder",
            Self::ProtectionDirect => "cpp_direct",
            Self::CinOnly => "cin_only",
            Self::EarlyHelpOnly => "eh_only",
            Self::ReferralOnly => "referral_only",
            Self::NoneObserved => "none_observed",
        }
    }
}

/// How one child came to care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayToCare {
    /// The way.
    pub way: Way,
    /// Two or more steps down or closures on the way.
    pub bounced: bool,
    /// Police protection, an emergency order, or first referred within 28 days.
    pub emergency: bool,
    /// Two years or more at a plan without a step up before entry.
    pub stuck: bool,
    /// Days from the first referral of the case open at entry; none if no case was open.
    pub known_days: Option<i32>,
}

/// The way to care of an entrant, from what is on record in the years before.
#[must_use]
pub fn way_to_care(journeys: &Journeys, entry: &Entry, years: u8, lead: u16) -> WayToCare {
    let child = journeys.child(entry.child);
    let not_in_need: CodeMask = journeys
        .codes()
        .set(CodeSetId::ReasonForClosure)
        .in_group("not_in_need");
    let (first, limit) = (
        entry.day.plus_years(-i32::from(years)),
        entry.day.plus(-i32::from(lead)),
    );
    let within = |start: Day, end: Day| start <= limit && end > first;
    let of = |kind| {
        let earlier = child.earlier_spells(kind).map(|(spell, _)| spell);
        let spells = earlier.chain(child.spells(kind));
        spells.filter(move |s| within(s.start, s.end.max(s.start.plus(1))))
    };
    let cpp = of(SpellKind::ProtectionPlan).find(|s| !s.flags.has(SpellFlags::FOR_OTHER_AUTHORITY));
    let cin_plan = of(SpellKind::CinPlan).next();
    let in_need = of(SpellKind::CinEpisode).any(|s| !not_in_need.has(s.codes[2]));
    let way = match (cpp, cin_plan) {
        (Some(cpp), Some(cin)) if cin.start <= cpp.start => Way::FullLadder,
        (Some(_), _) => Way::ProtectionDirect,
        (None, Some(_)) => Way::CinOnly,
        (None, None) if in_need => Way::CinOnly,
        _ if of(SpellKind::EarlyHelp).next().is_some() => Way::EarlyHelpOnly,
        _ if of(SpellKind::Referral).next().is_some() => Way::ReferralOnly,
        _ => Way::NoneObserved,
    };
    let known_days = known_days(&child, entry.day);
    let line: Vec<Stretch> = timeline(&child, 14)
        .into_iter()
        .filter(|s| s.start < entry.day && s.end > first)
        .collect();
    let downs = line
        .windows(2)
        .filter(|pair| pair[1].level < pair[0].level && pair[1].start < entry.day)
        .count();
    let stuck = line.iter().any(|s| {
        matches!(s.level, Level::CinPlan | Level::ProtectionPlan)
            && s.end.min(entry.day) >= entry.day
            && s.start <= entry.day.plus_months(-24)
    });
    WayToCare {
        way,
        bounced: downs >= 2,
        emergency: entry.emergency || known_days.is_some_and(|days| days <= 28),
        stuck,
        known_days,
    }
}

/// Days from the referral of the case open at entry to the entry.
#[must_use]
pub fn known_days(child: &Child<'_>, entry: Day) -> Option<i32> {
    let index = child
        .spells(SpellKind::CinEpisode)
        .find(|s| s.start <= entry && s.end >= entry)?;
    Some(entry.since(index.start))
}

/// Bands of days known before entry.
pub const KNOWN_BANDS: [&str; 7] = ["0", "1-7", "8-28", "29-91", "92-365", "over_365", "never"];

/// The position of a number of days in [`KNOWN_BANDS`].
#[must_use]
pub const fn known_band(days: Option<i32>) -> usize {
    match days {
        None => 6,
        Some(..=0) => 0,
        Some(1..=7) => 1,
        Some(8..=28) => 2,
        Some(29..=91) => 3,
        Some(92..=365) => 4,
        Some(_) => 5,
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

    #[test]
    fn days_known_fall_into_the_bands_of_the_specification() {
        for (days, band) in [
            (0, "0"),
            (1, "1-7"),
            (7, "1-7"),
            (8, "8-28"),
            (29, "29-91"),
            (92, "92-365"),
            (365, "92-365"),
            (366, "over_365"),
        ] {
            assert_eq!(KNOWN_BANDS[known_band(Some(days))], band, "{days}");
        }
        assert_eq!(KNOWN_BANDS[known_band(None)], "never");
    }
}
