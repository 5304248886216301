//! What the return of a single year says of a child, where the returns of other years say otherwise.
//!
//! A history is one: an end that a later return corrects is corrected for every question about what
//! came before what. A published count of a year is the publisher's own: it was made from the return
//! of that year, and no later return changes it. Where the two differ, the spells as the year's own
//! return has them are kept here beside the history. There are few.

use super::{JourneysError, Spell, SpellKind, Spells};
use crate::Period;

/// Of whom, of what and of which year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    child: u32,
    kind: SpellKind,
    period: Period,
}

/// Spells as the returns of single years have them, by child, kind and year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stated {
    /// In order, each with the offset after its last spell.
    keys: Vec<(Key, u32)>,
    spells: Spells,
}

impl Stated {
    /// Adds what the return of a year has of one kind, which may be nothing. Children, and kinds and
    /// years within them, come in order.
    ///
    /// # Errors
    /// [`JourneysError::Shape`] if they do not, [`JourneysError::TooMany`] beyond four billion spells.
    pub fn push(
        &mut self,
        child: usize,
        kind: SpellKind,
        period: Period,
        spells: &[Spell],
    ) -> Result<(), JourneysError> {
        let child = u32::try_from(child).map_err(|_| JourneysError::TooMany)?;
        let key = Key {
            child,
            kind,
            period,
        };
        if self.keys.last().is_some_and(|(last, _)| *last >= key) {
            return Err(JourneysError::Shape("what single returns say"));
        }
        for spell in spells {
            self.spells.push(spell);
        }
        let end = u32::try_from(self.spells.len()).map_err(|_| JourneysError::TooMany)?;
        self.keys.push((key, end));
        Ok(())
    }

    /// The rows of what the return of a year has of one kind; none if that is what the history has.
    #[must_use]
    pub fn rows(
        &self,
        child: usize,
        kind: SpellKind,
        period: Period,
    ) -> Option<std::ops::Range<usize>> {
        let child = u32::try_from(child).ok()?;
        let key = Key {
            child,
            kind,
            period,
        };
        let at = self.keys.binary_search_by(|(own, _)| own.cmp(&key)).ok()?;
        Some(self.range(at))
    }

    fn range(&self, at: usize) -> std::ops::Range<usize> {
        let offset = |at: usize| self.keys.get(at).map_or(0, |(_, end)| *end as usize);
        at.checked_sub(1).map_or(0, offset)..offset(at)
    }

    /// Everything, in order: child, kind, year and the rows of its spells.
    pub fn iter(
        &self,
    ) -> impl Iterator<Item = (usize, SpellKind, Period, std::ops::Range<usize>)> + '_ {
        self.keys.iter().enumerate().map(|(at, (key, _))| {
            let rows = self.range(at);
            (key.child as usize, key.kind, key.period, rows)
        })
    }

    /// The columns of the spells.
    #[must_use]
    pub fn spells(&self) -> &Spells {
        &self.spells
    }

    pub(super) fn spells_mut(&mut self) -> &mut Spells {
        &mut self.spells
    }

    /// Whether no return says anything but what the history has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Adds what belongs to children that come after so many.
    pub(super) fn append(&mut self, other: &Self, children: usize) -> Result<(), JourneysError> {
        let children = u32::try_from(children).map_err(|_| JourneysError::TooMany)?;
        let spells = u32::try_from(self.spells.len()).map_err(|_| JourneysError::TooMany)?;
        self.spells.append(&other.spells);
        self.keys.extend(other.keys.iter().map(|(key, end)| {
            let child = key.child.saturating_add(children);
            (Key { child, ..*key }, end.saturating_add(spells))
        }));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Day;
    use super::*;

    #[test]
    fn what_a_return_says_is_found_by_child_kind_and_year() {
        let (y23, y24) = (Period::ending(2023).unwrap(), Period::ending(2024).unwrap());
        let plan = |start: i32| Spell::new(SpellKind::CinPlan, Day(start), Day::OPEN);
        let mut stated = Stated::default();
        stated
            .push(3, SpellKind::CinPlan, y23, &[plan(1), plan(2)])
            .unwrap();
        stated.push(3, SpellKind::CinPlan, y24, &[]).unwrap();
        stated.push(3, SpellKind::Care, y23, &[plan(7)]).unwrap();
        assert_eq!(
            stated.push(2, SpellKind::Care, y24, &[]),
            Err(JourneysError::Shape("what single returns say"))
        );
        let mut all = Stated::default();
        all.push(0, SpellKind::Care, y24, &[plan(9)]).unwrap();
        all.append(&stated, 10).unwrap();
        assert_eq!(all.rows(0, SpellKind::Care, y24), Some(0..1));
        assert_eq!(all.rows(13, SpellKind::CinPlan, y23), Some(1..3));
        assert_eq!(all.rows(13, SpellKind::CinPlan, y24), Some(3..3));
        assert_eq!(all.rows(13, SpellKind::Care, y23), Some(3..4));
        assert_eq!(all.rows(13, SpellKind::Care, y24), None);
        assert_eq!(all.iter().count(), 4);
    }
}
