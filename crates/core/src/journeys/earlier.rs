//! Boundary changes: where a child of a new authority was known before it, for looking back and for
//! nothing else. The history stays with the old authority: its entries, its stock and its own years
//! are its own, and no spell is counted twice.

use super::{Child, Children, Covered, Day, Journeys, Spell, SpellKind};

/// What an authority's records go on from, as it has confirmed itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continued {
    /// First day of the new authority.
    pub from: Day,
    /// Authorities before it whose children kept their identifiers, by three-digit code.
    pub predecessors: Vec<String>,
    /// Whether those are all from which its area came: only then does a child in none of them have
    /// nothing to find.
    pub whole: bool,
}

/// Where a child was known before the boundary changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// In none of the predecessors, or there is none.
    Nowhere,
    /// The identifier is there, but with another date of birth, or more than once.
    Unclear,
    /// As this child of a predecessor, by position.
    Child(usize),
}

impl Earlier {
    /// As a number in the column of a child at `own`: a child that is unclear points at itself.
    fn number(self, own: usize) -> u32 {
        let position = match self {
            Self::Nowhere => None,
            Self::Unclear => Some(own),
            Self::Child(other) => Some(other),
        };
        position.map_or(Children::NOWHERE, |position| {
            u32::try_from(position).unwrap_or(Children::NOWHERE)
        })
    }
}

/// From which day on everything of a kind is on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenFrom {
    /// The day; the day asked about if the day before it is not on record.
    pub from: Day,
    /// Whether files before it cover other days.
    pub hole: bool,
}

impl Journeys {
    /// Says what an authority goes on from, and where each of its children was known before.
    /// Authorities and children that do not exist are ignored.
    pub fn set_continued(&mut self, authority: usize, continued: Continued, earlier: &[Earlier]) {
        let children = self.children_of(authority);
        let Some(own) = self.authorities.get_mut(authority) else {
            return;
        };
        own.continued = Some(continued);
        let column = &mut self.children.earlier;
        column.resize(self.children.birth.len(), Children::NOWHERE);
        for (child, earlier) in children.zip(earlier) {
            column[child] = earlier.number(child);
        }
    }

    /// Where a child was known before the boundary of its authority changed.
    #[must_use]
    pub fn earlier(&self, child: usize) -> Earlier {
        match self.children.earlier.get(child) {
            None | Some(&Children::NOWHERE) => Earlier::Nowhere,
            Some(other) if *other as usize == child => Earlier::Unclear,
            Some(other) => Earlier::Child(*other as usize),
        }
    }

    /// The authority of a child, by position.
    #[must_use]
    pub fn authority_of(&self, child: usize) -> usize {
        let after = self
            .first_child
            .partition_point(|first| *first as usize <= child);
        after.saturating_sub(1)
    }

    /// From which day on everything of a kind up to the day before `until` is on record for a child
    /// of an authority: its own files, and those of the authorities before it where the child is
    /// there, or is in none of them and all of them were read.
    #[must_use]
    pub fn seen_from(
        &self,
        authority: usize,
        earlier: Earlier,
        kind: SpellKind,
        until: Day,
    ) -> SeenFrom {
        let Some(authority) = self.authorities.get(authority) else {
            return SeenFrom {
                from: until,
                hole: false,
            };
        };
        let own = authority.coverage.of(kind);
        let from = own.unbroken_from(until);
        let begins_before = |covered: &Covered, day: Day| {
            covered.spans().first().is_some_and(|first| first.0 < day)
        };
        let Some(continued) = authority
            .continued
            .as_ref()
            .filter(|continued| from <= continued.from && continued.from < until)
        else {
            let hole = begins_before(own, from);
            return SeenFrom { from, hole };
        };
        let before = self.covers_before(continued, earlier, kind);
        let back = before
            .iter()
            .map(|covered| covered.unbroken_from(continued.from))
            .max();
        let from = back.map_or(from, |back| back.min(from));
        let hole = begins_before(own, from) || before.iter().any(|one| begins_before(one, from));
        SeenFrom { from, hole }
    }

    /// The covers of the authorities before one that together tell about a child; none if they
    /// cannot.
    fn covers_before(
        &self,
        continued: &Continued,
        earlier: Earlier,
        kind: SpellKind,
    ) -> Vec<&Covered> {
        match earlier {
            Earlier::Child(other) => {
                let authority = self.authorities.get(self.authority_of(other));
                authority.iter().map(|a| a.coverage.of(kind)).collect()
            }
            Earlier::Nowhere if continued.whole => self
                .authorities
                .iter()
                .filter(|a| continued.predecessors.contains(&a.old_la_code))
                .map(|a| a.coverage.of(kind))
                .collect(),
            Earlier::Nowhere | Earlier::Unclear => Vec::new(),
        }
    }
}

impl<'a> Child<'a> {
    /// The child's spells of one kind in the authority before the boundary changed, earliest first,
    /// cut off at the change: what goes on after it is in the child's own records. Each comes with
    /// whether it was cut off, which is no end.
    pub fn earlier_spells(&self, kind: SpellKind) -> impl Iterator<Item = (Spell, bool)> + use<'a> {
        let journeys = self.journeys;
        let before = match journeys.earlier(self.position) {
            Earlier::Child(other) => {
                let own = journeys
                    .authorities
                    .get(journeys.authority_of(self.position));
                own.and_then(|own| own.continued.as_ref())
                    .map(|continued| (continued.from, journeys.child(other)))
            }
            Earlier::Nowhere | Earlier::Unclear => None,
        };
        before.into_iter().flat_map(move |(change, child)| {
            let spells = child.spells(kind).filter(move |s| s.start < change);
            spells.map(move |spell| {
                let end = spell.end.min(change);
                (Spell { end, ..spell }, spell.end > change)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Authority, ChildRecord, CodeSets, Coverage};
    use super::*;

    const CHANGE: Day = Day(1_000);

    /// Two authorities before one: children 0 and 1 in the first, 2 in the second, 3 to 6 in the new.
    fn journeys() -> Journeys {
        let mut journeys = Journeys::new(CodeSets::default(), false);
        for (code, children, span) in [
            ("836", 2, (Day(0), CHANGE)),
            ("837", 1, (Day(500), CHANGE)),
            ("839", 4, (CHANGE, Day(2_000))),
        ] {
            let mut coverage = Coverage::default();
            coverage.set(SpellKind::CinPlan, Covered::new(vec![span]));
            journeys.push_authority(Authority {
                old_la_code: code.into(),
                area: None,
                coverage,
                extract: span.1.plus(-1),
                continued: None,
            });
            for _ in 0..children {
                let mut spells = [(100, 200), (900, 1_100), (1_200, i32::MAX)]
                    .map(|(from, to)| Spell::new(SpellKind::CinPlan, Day(from), Day(to)));
                let record = ChildRecord::default();
                journeys.push_child(&record, &mut spells).unwrap();
            }
        }
        let continued = Continued {
            from: CHANGE,
            predecessors: vec!["836".into(), "837".into()],
            whole: true,
        };
        let earlier = [
            Earlier::Child(1),
            Earlier::Child(2),
            Earlier::Unclear,
            Earlier::Nowhere,
        ];
        journeys.set_continued(2, continued, &earlier);
        journeys
    }

    #[test]
    fn earlier_spells_end_where_the_authority_did() {
        let journeys = journeys();
        let found: Vec<(i32, i32, bool)> = journeys
            .child(3)
            .earlier_spells(SpellKind::CinPlan)
            .map(|(s, cut_off)| (s.start.0, s.end.0, cut_off))
            .collect();
        assert_eq!(found, [(100, 200, false), (900, 1_000, true)]);
        for other in [0, 5, 6] {
            let child = journeys.child(other);
            assert_eq!(child.earlier_spells(SpellKind::CinPlan).count(), 0);
        }
        let places = [0, 1, 2, 3, 6].map(|child| journeys.authority_of(child));
        assert_eq!(places, [0, 0, 1, 2, 2]);
    }

    #[test]
    fn what_is_seen_depends_on_where_the_child_was() {
        let mut journeys = journeys();
        let seen = |journeys: &Journeys, child: usize, until: i32| {
            let earlier = journeys.earlier(child);
            journeys
                .seen_from(2, earlier, SpellKind::CinPlan, Day(until))
                .from
                .0
        };
        // Found in one: its files count. Found in none: the files of all.
        assert_eq!(seen(&journeys, 3, 1_500), 0);
        assert_eq!(seen(&journeys, 4, 1_500), 500);
        assert_eq!(seen(&journeys, 5, 1_500), 1_000);
        assert_eq!(seen(&journeys, 6, 1_500), 500);
        // Beyond what the new authority's own files cover nothing is seen.
        assert_eq!(seen(&journeys, 3, 2_001), 2_001);
        // With one of the two missing, a child in neither may have been there.
        let part = Continued {
            from: CHANGE,
            predecessors: vec!["836".into()],
            whole: false,
        };
        journeys.set_continued(2, part, &[Earlier::Child(1)]);
        assert_eq!(seen(&journeys, 3, 1_500), 0);
        assert_eq!(seen(&journeys, 6, 1_500), 1_000);
    }
}
