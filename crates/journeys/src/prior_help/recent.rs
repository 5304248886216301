//! The help nearest to an entry, from which every look-back is answered.

use disparity_core::Day;
use disparity_core::journeys::{
    Child, CodeMask, CodeSetId, CodeSets, Coverage, Covered, Spell, SpellFlags, SpellKind,
};

use disparity_core::answers::{HelpKind, Mode};

/// Codes that decide what counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HelpCodes {
    not_in_need: CodeMask,
}

impl HelpCodes {
    pub(crate) fn of(codes: &CodeSets) -> Self {
        Self {
            not_in_need: codes
                .set(CodeSetId::ReasonForClosure)
                .in_group("not_in_need"),
        }
    }
}

/// The most recent help before an entry, for one lead: enough to answer every look-back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Recent {
    /// Latest end of a spell that started in time; the day of entry if it was still running then.
    pub(super) end: Option<Day>,
    /// Latest start.
    start: Option<Day>,
    /// Latest end that itself came in time.
    ended: Option<Day>,
    /// Whether one was running at entry.
    active: bool,
}

impl Recent {
    const NOTHING: Self = Self {
        end: None,
        start: None,
        ended: None,
        active: false,
    };

    /// Adds a spell that is known to have gone on until a day and to have ended by another.
    fn add(&mut self, spell: &Spell, known: Known, entry: Day, limit: Day) {
        let start = spell.start;
        if start > limit {
            return;
        }
        let is_event = spell.kind.is_event();
        self.start = self.start.max(Some(start));
        // An event has happened on its day: a window whose first day it is holds it.
        let reaches = if is_event { start.plus(1) } else { known.until };
        self.end = self.end.max(Some(reaches.min(entry)));
        if known.by <= limit {
            self.ended = self.ended.max(Some(known.until));
        }
        self.active |= known.until >= entry && !is_event;
    }

    pub(super) fn within(&self, first: Day, mode: Mode) -> bool {
        match mode {
            Mode::Overlap => self.end.is_some_and(|end| end > first),
            Mode::Started => self.start.is_some_and(|start| start >= first),
            Mode::Ended => self.ended.is_some_and(|end| end >= first),
            Mode::Active => self.active,
        }
    }
}

/// What is known of the end of a spell: it went on until the day before one day, and had ended by
/// another. Where the end is recorded the two are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    until: Day,
    by: Day,
}

impl Known {
    /// A spell in files that cover some days. An end that nobody recorded lies before the next day
    /// covered: the files of that day do not have the spell. One that is open in the last of the files
    /// is open up to their last day, and nobody knows for how much longer.
    fn of(spell: &Spell, covered: &Covered) -> Self {
        let (until, by) = if spell.has_recorded_end() {
            (spell.end, spell.end)
        } else if spell.is_open() {
            let last = covered.spans().last();
            (last.map_or(Day::OPEN, |(_, end)| *end), Day::OPEN)
        } else {
            (spell.end, covered.next_from(spell.end).unwrap_or(Day::OPEN))
        };
        let until = until.max(spell.start);
        Self { until, by }
    }

    /// A spell of the authority before a change of boundaries. One that was cut off there reached so
    /// far, and has not ended.
    const fn earlier(spell: &Spell, cut_off: bool) -> Self {
        let open = cut_off || spell.flags.has(SpellFlags::END_UNKNOWN);
        Self {
            until: spell.end,
            by: if open { Day::OPEN } else { spell.end },
        }
    }
}

pub(super) fn recent(
    child: &Child<'_>,
    coverage: &Coverage,
    entry: Day,
    lead: u16,
    kind: HelpKind,
    codes: HelpCodes,
) -> Recent {
    let limit = entry.plus(-i32::from(lead));
    let mut found = Recent::NOTHING;
    // The episode open at entry is usually the one that produced it.
    let index = (kind == HelpKind::CinEpisodeClosed)
        .then(|| {
            child
                .spells(SpellKind::CinEpisode)
                .find(|s| {
                    let cases = coverage.of(SpellKind::CinEpisode);
                    s.start <= entry && Known::of(s, cases).until >= entry
                })
                .map(|s| s.start)
        })
        .flatten();
    for spell_kind in kind.spells() {
        // In order of their starts: what comes later than one that is too late is too late.
        let own = child.spells(*spell_kind).take_while(|s| s.start <= limit);
        let covered = coverage.of(*spell_kind);
        let own = own.map(|spell| (spell, Known::of(&spell, covered)));
        let earlier = child
            .earlier_spells(*spell_kind)
            .map(|(spell, cut_off)| (spell, Known::earlier(&spell, cut_off)));
        for (spell, known) in own.chain(earlier) {
            let counts = match spell_kind {
                SpellKind::CinEpisode => {
                    !codes.not_in_need.has(spell.coded.ending()) || kind == HelpKind::None
                }
                SpellKind::ProtectionPlan => !spell.flags.has(SpellFlags::FOR_OTHER_AUTHORITY),
                _ => true,
            };
            let closed = kind != HelpKind::CinEpisodeClosed
                || (known.by < entry && index.is_none_or(|referral| known.by <= referral));
            if counts && closed {
                found.add(&spell, known, entry, limit);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_includes_both_its_ends() {
        let (entry, first) = (Day(1000), Day(500));
        let spell = |start: i32, end: i32, lead: i32| {
            let mut recent = Recent::NOTHING;
            let spell = Spell::new(SpellKind::CinPlan, Day(start), Day(end));
            let known = Known::of(&spell, &Covered::default());
            recent.add(&spell, known, entry, entry.plus(-lead));
            recent
        };
        // Overlap asks for an end after the first day; a plan that ended on it is out.
        assert!(!spell(400, 500, 1).within(first, Mode::Overlap));
        assert!(spell(400, 501, 1).within(first, Mode::Overlap));
        assert!(spell(500, 500, 1).within(first, Mode::Started));
        assert!(spell(400, 500, 1).within(first, Mode::Ended));
        // The day of entry counts with a lead of 0 and not with a lead of 1.
        assert!(spell(1000, i32::MAX, 0).within(first, Mode::Overlap));
        assert!(!spell(1000, i32::MAX, 1).within(first, Mode::Overlap));
        assert!(spell(999, i32::MAX, 1).within(first, Mode::Active));
        assert!(!spell(900, 999, 1).within(first, Mode::Active));
        assert!(spell(900, 1000, 1).within(first, Mode::Active));
    }

    #[test]
    fn an_end_that_nobody_recorded_is_known_between_two_days() {
        let covered = Covered::new(vec![(Day(0), Day(100)), (Day(200), Day(300))]);
        let of = |end: Day, flag: SpellFlags| {
            let mut spell = Spell::new(SpellKind::CinPlan, Day(50), end);
            spell.flags = spell.flags.with(flag);
            let known = Known::of(&spell, &covered);
            (known.until, known.by)
        };
        let (recorded, absent) = (SpellFlags::START_KNOWN, SpellFlags::END_INFERRED);
        assert_eq!(of(Day(90), recorded), (Day(90), Day(90)));
        // Open on day 99 and in none of the files that begin on day 200.
        assert_eq!(of(Day(100), SpellFlags::END_UNKNOWN), (Day(100), Day(200)));
        // Open on day 79 and absent from what covers day 80.
        assert_eq!(of(Day(80), absent), (Day(80), Day(80)));
        assert_eq!(of(Day(300), SpellFlags::END_UNKNOWN), (Day(300), Day::OPEN));
        assert_eq!(of(Day::OPEN, recorded), (Day(300), Day::OPEN));
    }
}
