//! Linked journeys of children: what the returns become and what every question about them reads.
//!
//! Columnar: the spells of all children lie in flat arrays sorted by authority, child, kind, start
//! and end, with offsets for each child; days are numbers and codes small integers. A child belongs
//! to one authority: identifiers are local, and the same identifier elsewhere is another child.
//!
//! What may not go in here: reading files, and any rule about what counts as help or as an entry.

mod coded;
mod codes;
mod coverage;
mod day;
mod earlier;
mod home;
mod kind;
mod stated;
mod table;
mod wanted;

pub use coded::{Coded, code_sets_of};
pub use codes::{Code, CodeId, CodeMask, CodeSet, CodeSetId, CodeSets};
pub use coverage::{Coverage, Covered};
pub use day::Day;
pub use earlier::{Continued, Earlier, SeenFrom};
pub use home::{HomeId, Homes};
pub use kind::{BirthPrecision, LinkOutcome, SpellFlags, SpellKind};
pub use stated::Stated;
pub use table::{Children, NO_DAY, Spells};
pub use wanted::Wanted;

use std::collections::BTreeSet;

use crate::{AreaCode, CategoryId, Period};

/// One authority's part of the journeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Three-digit code as the returns have it.
    pub old_la_code: String,
    /// The code under which its figures are kept, if the area list knows the authority.
    pub area: Option<AreaCode>,
    /// Which days its files cover.
    pub coverage: Coverage,
    /// The last day that any of its files speaks about.
    pub extract: Day,
    /// What its records go on from after a change of boundaries; none unless it has confirmed that
    /// identifiers stayed the same.
    pub continued: Option<Continued>,
}

/// Everything known of one child that does not change from spell to spell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildRecord {
    /// Date of birth, or the day on which the birth is expected; none if unknown.
    pub birth: Option<Day>,
    /// How much of it is known.
    pub birth_precision: BirthPrecision,
    /// Date of death, if recorded.
    pub death: Option<Day>,
    /// Sex as a group of the code list; `Total` if unknown to the list.
    pub sex: CategoryId,
    /// Detailed ethnic group, chosen by the rule of the build.
    pub ethnicity: CategoryId,
    /// Whether sources disagree about the broad ethnic group.
    pub ethnicity_conflict: bool,
    /// Whether the child was unaccompanied and seeking asylum; none if the source cannot say.
    pub unaccompanied: Option<bool>,
    /// The last day as an unaccompanied child, if it ceased.
    pub unaccompanied_ceased: Option<Day>,
    /// The earliest evidence that the child came from another authority.
    pub arrival: Option<Day>,
    /// Whether a permanence order or adoption came before care, as recorded: none if not recorded.
    pub earlier_permanence: Option<bool>,
    /// How the care record was matched.
    pub link: LinkOutcome,
}

impl Default for ChildRecord {
    fn default() -> Self {
        Self {
            birth: None,
            birth_precision: BirthPrecision::None,
            death: None,
            sex: CategoryId::TOTAL,
            ethnicity: CategoryId::TOTAL,
            ethnicity_conflict: false,
            unaccompanied: None,
            unaccompanied_ceased: None,
            arrival: None,
            earlier_permanence: None,
            link: LinkOutcome::NotNeeded,
        }
    }
}

/// One spell or event of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spell {
    /// What it is.
    pub kind: SpellKind,
    /// First day.
    pub start: Day,
    /// First day after it; [`Day::OPEN`] while it lasts. A spell that starts and ends on one day
    /// has length 0 and still counts. Where nobody recorded the end, the first day on which nobody
    /// says that it was running: see [`Self::has_recorded_end`].
    pub end: Day,
    /// Facts about it.
    pub flags: SpellFlags,
    /// What is coded of it.
    pub coded: Coded,
    /// Tenth of neighbourhoods by deprivation of the home at the start, from 1, the most deprived; none if unknown.
    pub decile: Option<u8>,
    /// Neighbourhood of the home at the start.
    pub home: HomeId,
    /// Start of the episode of need it belongs to, where the source nests it; otherwise none.
    pub parent: Option<Day>,
}

impl Spell {
    /// A spell of a kind between two days, with nothing else known.
    #[must_use]
    pub const fn new(kind: SpellKind, start: Day, end: Day) -> Self {
        Self {
            kind,
            start,
            end,
            flags: SpellFlags::START_KNOWN,
            coded: Coded::blank(kind),
            decile: None,
            home: HomeId::BLANK,
            parent: None,
        }
    }

    /// Whether it has not ended as far as anyone knows.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.end.0 == Day::OPEN.0
    }

    /// Whether it is running on a day: it has started and not ended before or on it.
    #[must_use]
    pub fn runs_on(&self, day: Day) -> bool {
        self.start <= day && day < self.end
    }

    /// Whether it ended on a day that a source gives. If not, it is open; or it ended on an unknown
    /// day, no earlier than [`end`](Self::end): it ran until the day before, and no more is said.
    #[must_use]
    pub const fn has_recorded_end(&self) -> bool {
        self.end.is_real()
            && !self.flags.has(SpellFlags::END_INFERRED)
            && !self.flags.has(SpellFlags::END_UNKNOWN)
    }

    /// Whether it is recorded as open on some of the days from `first` to `last`. What ends on a day
    /// was open on it; what ended on an unknown day was open up to the day before its end.
    #[must_use]
    pub fn touches(&self, first: Day, last: Day) -> bool {
        let reached = self.end > first || (self.end == first && self.has_recorded_end());
        self.start <= last && (self.start >= first || reached)
    }
}

/// Linked journeys of all children of one or more authorities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journeys {
    /// Whether the children were invented. Everything made from them must say so.
    pub synthetic: bool,
    authorities: Vec<Authority>,
    first_child: Vec<u32>,
    children: Children,
    spells: Spells,
    stated: Stated,
    codes: CodeSets,
    homes: Homes,
}

/// Journeys that contradict themselves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JourneysError {
    /// Two parts hold the same authority.
    #[error("authority {0} is in two parts; an authority is built in one piece")]
    SameAuthority(String),
    /// Two parts number their codes differently.
    #[error("the parts were built with different code sets")]
    CodeSets,
    /// Two parts number neighbourhoods differently.
    #[error("the parts were built with different lookups of neighbourhoods")]
    Homes,
    /// More children or spells than the offsets can number.
    #[error("more than {} children or spells", u32::MAX)]
    TooMany,
    /// Columns of different length, or offsets out of order.
    #[error("the columns do not fit together: {0}")]
    Shape(&'static str),
}

impl Journeys {
    /// Journeys without any authority yet, whose codes are numbered by `codes`.
    #[must_use]
    pub fn new(codes: CodeSets, synthetic: bool) -> Self {
        Self {
            synthetic,
            codes,
            first_child: vec![0],
            ..Self::default()
        }
    }

    /// Journeys from columns, as the store has them. `first_child` has one entry for each authority
    /// and a last one.
    ///
    /// # Errors
    /// [`JourneysError::Shape`] if the columns do not fit together.
    pub fn from_parts(
        codes: CodeSets,
        synthetic: bool,
        authorities: Vec<Authority>,
        first_child: Vec<u32>,
        children: Children,
        spells: Spells,
    ) -> Result<Self, JourneysError> {
        children.check(&spells)?;
        let sorted = first_child.windows(2).all(|pair| pair[0] <= pair[1]);
        if !sorted
            || first_child.len() != authorities.len() + 1
            || first_child.last().copied() != u32::try_from(children.len()).ok()
        {
            return Err(JourneysError::Shape("authorities and children"));
        }
        Ok(Self {
            synthetic,
            authorities,
            first_child,
            children,
            spells,
            stated: Stated::default(),
            codes,
            homes: Homes::default(),
        })
    }

    /// Sets what single returns say otherwise than the histories.
    ///
    /// # Errors
    /// [`JourneysError::Shape`] if it is of children who are not there.
    pub fn set_stated(&mut self, stated: Stated) -> Result<(), JourneysError> {
        let children = self.children.len();
        if stated.iter().any(|(child, ..)| child >= children) {
            return Err(JourneysError::Shape("what single returns say"));
        }
        for (child, ..) in stated.iter() {
            self.children.facts[child] |= Children::STATED;
        }
        self.stated = stated;
        Ok(())
    }

    /// Sets what numbers the neighbourhoods of homes.
    pub fn set_homes(&mut self, homes: Homes) {
        self.homes = homes;
    }

    /// Numbers the neighbourhoods of homes anew: those in which there is one.
    pub fn number_homes_in_use(&mut self) {
        let mut all = [
            std::mem::take(&mut self.spells.home),
            std::mem::take(&mut self.stated.spells_mut().home),
        ];
        let used: BTreeSet<u16> = all.iter().flatten().copied().collect();
        let used: Vec<HomeId> = used
            .into_iter()
            .map(HomeId)
            .filter(|id| id.is_place())
            .collect();
        let codes = used.iter().filter_map(|id| self.homes.get(*id)).collect();
        // There are no more than there were.
        let homes = Homes::new(codes).unwrap_or_default();
        let mut new: Vec<u16> = (0..=u16::MAX).collect();
        for id in used {
            let code = self.homes.get(id);
            new[usize::from(id.0)] = code
                .and_then(|code| homes.id(code))
                .unwrap_or(HomeId::UNKNOWN)
                .0;
        }
        for home in all.iter_mut().flatten() {
            *home = new[usize::from(*home)];
        }
        let [spells, stated] = all;
        self.spells.home = spells;
        self.stated.spells_mut().home = stated;
        self.homes = homes;
    }

    /// Adds one child to the authority added last. Spells may come in any order.
    ///
    /// # Errors
    /// [`JourneysError::TooMany`], or [`JourneysError::Shape`] before the first authority.
    pub fn push_child(
        &mut self,
        child: &ChildRecord,
        spells: &mut [Spell],
    ) -> Result<(), JourneysError> {
        if self.authorities.is_empty() {
            return Err(JourneysError::Shape("a child before any authority"));
        }
        spells.sort_by_key(|spell| (spell.kind, spell.start, spell.end));
        for spell in &*spells {
            self.spells.push(spell);
        }
        self.children.push(child, self.spells.len())?;
        if let Some(last) = self.first_child.last_mut() {
            *last = u32::try_from(self.children.len()).map_err(|_| JourneysError::TooMany)?;
        }
        Ok(())
    }

    /// Adds an authority; children pushed from now on are its own.
    pub fn push_authority(&mut self, authority: Authority) {
        let children = self.first_child.last().copied().unwrap_or(0);
        if self.first_child.is_empty() {
            self.first_child.push(children);
        }
        self.authorities.push(authority);
        self.first_child.push(children);
    }

    /// All parts as one, in order of authority, whatever the order they come in.
    ///
    /// # Errors
    /// [`JourneysError::SameAuthority`], [`JourneysError::CodeSets`], [`JourneysError::Homes`] or
    /// [`JourneysError::TooMany`].
    pub fn concat(mut parts: Vec<Self>) -> Result<Self, JourneysError> {
        parts.retain(|part| !part.authorities.is_empty());
        parts.sort_by(|a, b| {
            a.authorities[0]
                .old_la_code
                .cmp(&b.authorities[0].old_la_code)
        });
        let mut parts = parts.into_iter();
        let Some(mut all) = parts.next() else {
            return Ok(Self::default());
        };
        for part in parts {
            if part.codes != all.codes {
                return Err(JourneysError::CodeSets);
            }
            if part.homes != all.homes {
                return Err(JourneysError::Homes);
            }
            let mut seen = all
                .authorities
                .iter()
                .map(|authority| &authority.old_la_code);
            if let Some(same) = part
                .authorities
                .iter()
                .find(|new| seen.any(|old| *old == new.old_la_code))
            {
                return Err(JourneysError::SameAuthority(same.old_la_code.clone()));
            }
            let before = u32::try_from(all.children.len()).map_err(|_| JourneysError::TooMany)?;
            all.stated.append(&part.stated, all.children.len())?;
            all.children.append(&part.children, all.spells.len())?;
            all.spells.append(&part.spells);
            all.first_child.pop();
            all.first_child
                .extend(part.first_child.iter().map(|first| first + before));
            all.authorities.extend(part.authorities);
            all.synthetic |= part.synthetic;
        }
        Ok(all)
    }

    /// The authorities, in order.
    #[must_use]
    pub fn authorities(&self) -> &[Authority] {
        &self.authorities
    }

    /// The children of the authority at a position, as positions among all children.
    #[must_use]
    pub fn children_of(&self, authority: usize) -> std::ops::Range<usize> {
        let at = |i: usize| self.first_child.get(i).copied().unwrap_or(0) as usize;
        at(authority)..at(authority + 1)
    }

    /// The columns of the children.
    #[must_use]
    pub fn children(&self) -> &Children {
        &self.children
    }

    /// The columns of the spells.
    #[must_use]
    pub fn spells(&self) -> &Spells {
        &self.spells
    }

    /// What single returns say where the returns of other years say otherwise.
    #[must_use]
    pub fn stated(&self) -> &Stated {
        &self.stated
    }

    /// The code sets that number the codes.
    #[must_use]
    pub fn codes(&self) -> &CodeSets {
        &self.codes
    }

    /// What numbers the neighbourhoods of homes.
    #[must_use]
    pub fn homes(&self) -> &Homes {
        &self.homes
    }

    /// One child with their spells.
    #[must_use]
    pub fn child(&self, position: usize) -> Child<'_> {
        Child {
            journeys: self,
            position,
            spells: self.children.spells_of(position),
        }
    }
}

/// One child's part of the columns.
#[derive(Debug, Clone)]
pub struct Child<'a> {
    journeys: &'a Journeys,
    position: usize,
    spells: std::ops::Range<usize>,
}

impl<'a> Child<'a> {
    /// Everything that does not change from spell to spell.
    #[must_use]
    pub fn record(&self) -> ChildRecord {
        self.journeys.children.get(self.position)
    }

    /// Position among all children.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// The spells of one kind, earliest first.
    #[must_use]
    pub fn spells(&self, kind: SpellKind) -> impl DoubleEndedIterator<Item = Spell> + use<'a> {
        let columns = &self.journeys.spells;
        self.range(kind).map(move |row| columns.get(row))
    }

    /// The spells of one kind as the return of a year has them, earliest first: what was counted from
    /// that return. Later returns may have corrected them; the history is [`spells`](Self::spells).
    #[must_use]
    pub fn spells_in(
        &self,
        kind: SpellKind,
        period: Period,
    ) -> impl DoubleEndedIterator<Item = Spell> + use<'a> {
        let Journeys {
            children,
            spells,
            stated,
            ..
        } = self.journeys;
        let own = children
            .is_stated(self.position)
            .then(|| stated.rows(self.position, kind, period))
            .flatten();
        let (columns, rows) = match own {
            Some(rows) => (stated.spells(), rows),
            None => (spells, self.range(kind)),
        };
        rows.map(move |row| columns.get(row))
    }

    /// Every spell, by kind and then earliest first.
    #[must_use]
    pub fn all_spells(&self) -> impl DoubleEndedIterator<Item = Spell> + use<'a> {
        let columns = &self.journeys.spells;
        self.spells.clone().map(move |row| columns.get(row))
    }

    /// The rows of one kind in the columns of spells.
    #[must_use]
    pub fn range(&self, kind: SpellKind) -> std::ops::Range<usize> {
        let kinds = &self.journeys.spells.kinds()[self.spells.clone()];
        let start = self.spells.start + kinds.partition_point(|k| *k < kind as u8);
        let end = self.spells.start + kinds.partition_point(|k| *k <= kind as u8);
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority(code: &str) -> Authority {
        Authority {
            old_la_code: code.into(),
            area: None,
            coverage: Coverage::default(),
            extract: Day(100),
            continued: None,
        }
    }

    fn part(code: &str, children: &[&[(SpellKind, i32)]]) -> Journeys {
        let mut journeys = Journeys::new(CodeSets::default(), false);
        journeys.push_authority(authority(code));
        for spells in children {
            let mut spells: Vec<Spell> = spells
                .iter()
                .map(|&(kind, start)| Spell::new(kind, Day(start), Day::OPEN))
                .collect();
            journeys
                .push_child(&ChildRecord::default(), &mut spells)
                .unwrap();
        }
        journeys
    }

    #[test]
    fn a_childs_spells_lie_together_by_kind_and_start() {
        use SpellKind::{Care, CinPlan, Referral};
        let journeys = part(
            "301",
            &[
                &[(Care, 9), (Referral, 7), (Referral, 3)],
                &[],
                &[(CinPlan, 1)],
            ],
        );
        let starts = |child: usize, kind| -> Vec<i32> {
            journeys
                .child(child)
                .spells(kind)
                .map(|spell| spell.start.0)
                .collect()
        };
        assert_eq!(starts(0, Referral), [3, 7]);
        assert_eq!(starts(0, Care), [9]);
        assert_eq!(starts(0, CinPlan), [] as [i32; 0]);
        assert_eq!((starts(1, Care).len(), starts(2, CinPlan)), (0, vec![1]));
    }

    #[test]
    fn parts_join_in_the_order_of_their_authorities() {
        use SpellKind::Care;
        let (a, b) = (
            part("301", &[&[(Care, 1)]]),
            part("302", &[&[(Care, 2)], &[(Care, 3)]]),
        );
        let joined = Journeys::concat(vec![b.clone(), a.clone()]).unwrap();
        assert_eq!(joined, Journeys::concat(vec![a.clone(), b]).unwrap());
        assert_eq!((joined.children_of(0), joined.children_of(1)), (0..1, 1..3));
        assert_eq!(
            joined
                .child(2)
                .spells(Care)
                .map(|s| s.start.0)
                .collect::<Vec<_>>(),
            [3]
        );
        assert_eq!(
            Journeys::concat(vec![a.clone(), a]),
            Err(JourneysError::SameAuthority("301".into()))
        );
    }
}
