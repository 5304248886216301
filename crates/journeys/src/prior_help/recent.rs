//! The help nearest to an entry, from which every look-back is answered.

use disparity_core::Day;
use disparity_core::journeys::{
    Child, CodeMask, CodeSetId, CodeSets, Spell, SpellFlags, SpellKind,
};

use super::question::{HelpKind, Mode};

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

    /// Adds a spell. One that was cut off reached so far, and has not ended there.
    fn add(&mut self, spell: &Spell, cut_off: bool, entry: Day, limit: Day) {
        let (start, end) = (spell.start, spell.end);
        if start > limit {
            return;
        }
        let is_event = spell.kind.is_event();
        self.start = self.start.max(Some(start));
        // An event has happened on its day: a window whose first day it is holds it.
        let reaches = if is_event { start.plus(1) } else { end };
        self.end = self.end.max(Some(reaches.min(entry)));
        if end <= limit && !cut_off {
            self.ended = self.ended.max(Some(end));
        }
        self.active |= end >= entry && !is_event;
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

pub(super) fn recent(
    child: &Child<'_>,
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
                .find(|s| s.start <= entry && s.end >= entry)
                .map(|s| s.start)
        })
        .flatten();
    for spell_kind in kind.spells() {
        // In order of their starts: what comes later than one that is too late is too late.
        let own = child.spells(*spell_kind).take_while(|s| s.start <= limit);
        let own = own.map(|spell| (spell, false));
        for (spell, cut_off) in own.chain(child.earlier_spells(*spell_kind)) {
            // Of one last seen before a missing year nobody knows when it ended.
            let cut_off = cut_off || spell.flags.has(SpellFlags::END_UNKNOWN);
            let counts = match spell_kind {
                SpellKind::CinEpisode => {
                    !codes.not_in_need.has(spell.codes[2]) || kind == HelpKind::None
                }
                SpellKind::ProtectionPlan => !spell.flags.has(SpellFlags::FOR_OTHER_AUTHORITY),
                _ => true,
            };
            let closed = kind != HelpKind::CinEpisodeClosed
                || (spell.end < entry
                    && !cut_off
                    && index.is_none_or(|referral| spell.end <= referral));
            if counts && closed {
                found.add(&spell, cut_off, entry, limit);
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
            recent.add(&spell, false, entry, entry.plus(-lead));
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
}
