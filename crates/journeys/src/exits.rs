//! Who is out of an authority's sight for good: the dead, the adopted, those who moved, the grown-up.

use disparity_core::Day;
use disparity_core::journeys::{
    Child, ChildRecord, CodeId, CodeMask, CodeSetId, CodeSets, SpellKind,
};

/// Why a child cannot come back. What comes first here is told first where two fall on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// A date of death, RC2 or E2.
    Died,
    /// Adopted (RC1, E11, E12), after which a child has another identifier, or moved to another
    /// authority (RC5, E3).
    Left,
    /// The eighteenth birthday.
    Grown,
}

/// Codes of endings that take a child out of sight for good: those of an episode of need, and those
/// of a period of care.
pub(crate) struct Exits {
    died: [CodeMask; 2],
    left: [[CodeMask; 2]; 2],
}

impl Exits {
    pub(crate) fn of(codes: &CodeSets) -> Self {
        let group = |word| {
            [CodeSetId::ReasonForClosure, CodeSetId::ReasonCeased]
                .map(|set| codes.set(set).in_group(word))
        };
        Self {
            died: group("died"),
            left: [group("adopted"), group("moved")],
        }
    }

    /// The ends of a child's cases and periods of care whose code is of some masks.
    fn ends(
        &self,
        child: &Child<'_>,
        of: impl Fn(&Self, usize, Option<CodeId>) -> bool,
    ) -> Vec<Day> {
        let kinds = [SpellKind::CinEpisode, SpellKind::Care];
        let all = kinds.into_iter().enumerate();
        all.flat_map(|(set, kind)| child.spells(kind).map(move |s| (set, s)))
            .filter(|(set, s)| s.end.is_real() && of(self, *set, s.coded.ending()))
            .map(|(_, s)| s.end)
            .collect()
    }

    /// The day of death, or the first end that says that the child has died.
    pub(crate) fn died(&self, child: &Child<'_>, record: &ChildRecord) -> Option<Day> {
        let coded = self.ends(child, |own, set, code| own.died[set].has(code));
        coded.into_iter().chain(record.death).min()
    }

    /// The days on which the child was adopted or moved away.
    pub(crate) fn left(&self, child: &Child<'_>) -> Vec<Day> {
        self.ends(child, |own, set, code| {
            own.left.iter().any(|masks| masks[set].has(code))
        })
    }

    /// The first exit from a day on. Who died or came of age before it is out on the day itself; who
    /// had moved away before it has come back.
    pub(crate) fn first(
        &self,
        child: &Child<'_>,
        record: &ChildRecord,
        day: Day,
    ) -> Option<(Day, Exit)> {
        let died = self.died(child, record).map(|on| (on.max(day), Exit::Died));
        let left = self.left(child).into_iter().filter(|on| *on >= day).min();
        let grown = grown(record).map(|on| (on.max(day), Exit::Grown));
        let left = left.map(|on| (on, Exit::Left));
        died.into_iter().chain(left).chain(grown).min()
    }
}

/// The eighteenth birthday; none if the birth is not known.
pub(crate) fn grown(record: &ChildRecord) -> Option<Day> {
    record.birth.map(|birth| birth.plus_years(18))
}
