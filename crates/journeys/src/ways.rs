//! The way by which a child came to care, and for how long the case had been known.

use disparity_core::Day;
use disparity_core::journeys::{Child, CodeMask, CodeSetId, Journeys, SpellFlags, SpellKind};

use crate::cohort::Entry;
use crate::levels::{Level, Stretch, timeline};
use crate::prior_help::observed_from;

/// The way by which a child came to care; exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// A child in need plan, and a protection plan that started with it or after it: any two of the
    /// window, whatever lay before and between them.
    FullLadder,
    /// A protection plan, and no child in need plan that any protection plan came after.
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

/// What of the years before an entry the files show. What they do not show is not absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what can be seen of four things, not a state"
)]
pub struct WaySeen {
    /// All of referrals, cases and plans: whether the child came by plans or a case.
    pub social_care: bool,
    /// Early help as well: whether there was anything at all.
    pub early_help: bool,
    /// Referrals, cases and plans, and care as well: every step up and down.
    pub levels: bool,
    /// The case that was open at entry.
    pub case_at_entry: bool,
}

/// How one child came to care, as far as is on record.
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
    /// What could be seen.
    pub seen: WaySeen,
}

/// What of the years before an entry the files show: cover without a hole from the start of the window
/// or of life to the entry, and no arrival from another authority in between.
#[must_use]
pub fn way_seen(journeys: &Journeys, entry: &Entry, years: u8) -> WaySeen {
    use SpellKind as K;
    let first = entry.day.plus_years(-i32::from(years));
    let conception = entry.birth.map(|birth| birth.plus(-280));
    let from = conception.map_or(first, |conception| conception.max(first));
    let seen = |kinds: &[SpellKind]| observed_from(journeys, entry, kinds) <= from;
    let social_care = seen(&[K::Referral, K::CinEpisode, K::CinPlan, K::ProtectionPlan]);
    let cases = journeys.authorities()[entry.authority]
        .coverage
        .of(K::CinEpisode);
    WaySeen {
        social_care,
        early_help: social_care && seen(&[K::EarlyHelp]),
        levels: social_care && seen(&[K::Care]),
        case_at_entry: cases.covers(entry.day, entry.day.plus(1)),
    }
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
    let protection = of(SpellKind::ProtectionPlan)
        .filter(|s| !s.flags.has(SpellFlags::FOR_OTHER_AUTHORITY))
        .map(|s| s.start)
        .max();
    let cin_plan = of(SpellKind::CinPlan).map(|s| s.start).min();
    let in_need = of(SpellKind::CinEpisode).any(|s| !not_in_need.has(s.coded.ending()));
    let way = match (protection, cin_plan) {
        // The last protection plan is after some child in need plan, or none is.
        (Some(last), Some(first)) if first <= last => Way::FullLadder,
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
        seen: way_seen(journeys, entry, years),
    }
}

/// Days from the referral of the case open at entry to the entry; none if no case was open as far as is on
/// record, which says something only where [`WaySeen::case_at_entry`].
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
    use super::*;

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
