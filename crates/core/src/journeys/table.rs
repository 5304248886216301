//! The columns themselves: one vector for each fact, rows of children and rows of spells.

use super::{
    BirthPrecision, ChildRecord, Coded, Day, HomeId, JourneysError, LinkOutcome, Spell, SpellFlags,
    SpellKind,
};
use crate::CategoryId;

/// Columns of children, with the offset of each child's spells. Columns that were not read are empty
/// and every fact in them is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Children {
    /// Offsets into the spells: one for each child, and a last one.
    pub first_spell: Vec<u32>,
    /// Birth as days; [`NO_DAY`] if unknown.
    pub birth: Vec<i32>,
    /// How much of the birth is known.
    pub birth_precision: Vec<u8>,
    /// Death as days; [`NO_DAY`] if none is recorded.
    pub death: Vec<i32>,
    /// Sex.
    pub sex: Vec<u8>,
    /// Detailed ethnic group.
    pub ethnicity: Vec<u8>,
    /// Yes-or-no facts: bit 0 ethnic conflict; bits 1–2 unaccompanied (0 unknown, 1 no, 2 yes);
    /// bits 3–4 earlier permanence (the same); bit 5 the return of some year says otherwise than the
    /// history.
    pub facts: Vec<u8>,
    /// Last day unaccompanied as days; [`NO_DAY`] if none.
    pub unaccompanied_ceased: Vec<i32>,
    /// Earliest evidence of arrival as days; [`NO_DAY`] if none.
    pub arrival: Vec<i32>,
    /// Outcome of matching.
    pub link: Vec<u8>,
    /// Position of the same child in the authority before a change of boundaries; the child's own if
    /// that is unclear, and [`Self::NOWHERE`] if there is none. Empty if no authority goes on from
    /// another.
    pub earlier: Vec<u32>,
}

impl Default for Children {
    fn default() -> Self {
        Self {
            first_spell: vec![0],
            birth: vec![],
            birth_precision: vec![],
            death: vec![],
            sex: vec![],
            ethnicity: vec![],
            facts: vec![],
            unaccompanied_ceased: vec![],
            arrival: vec![],
            link: vec![],
            earlier: vec![],
        }
    }
}

const fn three_way(fact: Option<bool>) -> u8 {
    match fact {
        None => 0,
        Some(false) => 1,
        Some(true) => 2,
    }
}

const fn from_three_way(bits: u8) -> Option<bool> {
    match bits & 3 {
        1 => Some(false),
        2 => Some(true),
        _ => None,
    }
}

/// How a column of days says that there is none: before every real day.
pub const NO_DAY: i32 = i32::MIN;

/// The day of a column.
fn day(number: i32) -> Option<Day> {
    (number != NO_DAY).then_some(Day(number))
}

/// A day as a column has it.
fn day_number(day: Option<Day>) -> i32 {
    day.map_or(NO_DAY, |day| day.0)
}

/// A value of a column, or what stands for none where the column was not read.
fn or<T: Copy>(column: &[T], row: usize, none: T) -> T {
    column.get(row).copied().unwrap_or(none)
}

impl Children {
    /// Stands for no child among [`earlier`](Self::earlier) ones.
    pub const NOWHERE: u32 = u32::MAX;
    /// The fact that the return of some year says otherwise than the history.
    pub(super) const STATED: u8 = 1 << 5;

    /// Whether the return of some year says otherwise than the history of a child.
    pub(super) fn is_stated(&self, child: usize) -> bool {
        or(&self.facts, child, 0) & Self::STATED != 0
    }

    /// How many children.
    #[must_use]
    pub fn len(&self) -> usize {
        self.birth.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.birth.is_empty()
    }

    /// The rows of a child's spells.
    #[must_use]
    pub fn spells_of(&self, child: usize) -> std::ops::Range<usize> {
        let at = |i: usize| self.first_spell.get(i).copied().unwrap_or(0) as usize;
        at(child)..at(child + 1)
    }

    /// One child's record.
    #[must_use]
    pub fn get(&self, child: usize) -> ChildRecord {
        ChildRecord {
            birth: day(self.birth[child]),
            birth_precision: BirthPrecision::from_index(or(&self.birth_precision, child, 0))
                .unwrap_or_default(),
            death: day(or(&self.death, child, NO_DAY)),
            sex: CategoryId(or(&self.sex, child, 0)),
            ethnicity: CategoryId(or(&self.ethnicity, child, 0)),
            ethnicity_conflict: self.facts[child] & 1 == 1,
            unaccompanied: from_three_way(self.facts[child] >> 1),
            unaccompanied_ceased: day(or(&self.unaccompanied_ceased, child, NO_DAY)),
            arrival: day(self.arrival[child]),
            earlier_permanence: from_three_way(self.facts[child] >> 3),
            link: LinkOutcome::from_index(self.link[child]).unwrap_or_default(),
        }
    }

    pub(super) fn push(&mut self, child: &ChildRecord, spells: usize) -> Result<(), JourneysError> {
        let end = u32::try_from(spells).map_err(|_| JourneysError::TooMany)?;
        self.first_spell.push(end);
        self.birth.push(day_number(child.birth));
        self.birth_precision.push(child.birth_precision as u8);
        self.death.push(day_number(child.death));
        self.sex.push(child.sex.0);
        self.ethnicity.push(child.ethnicity.0);
        self.facts.push(
            u8::from(child.ethnicity_conflict)
                | three_way(child.unaccompanied) << 1
                | three_way(child.earlier_permanence) << 3,
        );
        self.unaccompanied_ceased
            .push(day_number(child.unaccompanied_ceased));
        self.arrival.push(day_number(child.arrival));
        self.link.push(child.link as u8);
        if !self.earlier.is_empty() {
            self.earlier.push(Self::NOWHERE);
        }
        Ok(())
    }

    pub(super) fn append(
        &mut self,
        other: &Self,
        spells_before: usize,
    ) -> Result<(), JourneysError> {
        let before = u32::try_from(spells_before).map_err(|_| JourneysError::TooMany)?;
        if !self.earlier.is_empty() || !other.earlier.is_empty() {
            let children = u32::try_from(self.len()).map_err(|_| JourneysError::TooMany)?;
            self.earlier.resize(self.len(), Self::NOWHERE);
            self.earlier
                .extend(other.earlier.iter().map(|at| at.saturating_add(children)));
            self.earlier.resize(self.len() + other.len(), Self::NOWHERE);
        }
        let last = other.first_spell.last().copied().unwrap_or(0);
        last.checked_add(before).ok_or(JourneysError::TooMany)?;
        self.first_spell
            .extend(other.first_spell.iter().skip(1).map(|first| first + before));
        self.birth.extend_from_slice(&other.birth);
        self.birth_precision
            .extend_from_slice(&other.birth_precision);
        self.death.extend_from_slice(&other.death);
        self.sex.extend_from_slice(&other.sex);
        self.ethnicity.extend_from_slice(&other.ethnicity);
        self.facts.extend_from_slice(&other.facts);
        self.unaccompanied_ceased
            .extend_from_slice(&other.unaccompanied_ceased);
        self.arrival.extend_from_slice(&other.arrival);
        self.link.extend_from_slice(&other.link);
        Ok(())
    }

    /// Whether the columns have one length and the offsets lead to the last spell.
    pub(super) fn check(&self, spells: &Spells) -> Result<(), JourneysError> {
        let n = self.len();
        let lengths = [
            self.facts.len(),
            self.arrival.len(),
            self.link.len(),
            self.first_spell.len().wrapping_sub(1),
        ];
        let optional = [
            self.birth_precision.len(),
            self.death.len(),
            self.sex.len(),
            self.ethnicity.len(),
            self.unaccompanied_ceased.len(),
            self.earlier.len(),
        ];
        if lengths.iter().any(|length| *length != n)
            || optional.iter().any(|length| ![0, n].contains(length))
        {
            return Err(JourneysError::Shape("columns of children"));
        }
        let nobody = |at: &u32| *at != Self::NOWHERE && *at as usize >= n;
        if self.earlier.iter().any(nobody) {
            return Err(JourneysError::Shape("children of a predecessor"));
        }
        let ordered = self.first_spell.windows(2).all(|pair| pair[0] <= pair[1]);
        if !ordered
            || self.first_spell.last().map(|last| *last as usize) != Some(spells.len())
            || !spells.is_even()
        {
            return Err(JourneysError::Shape("children and spells"));
        }
        Ok(())
    }
}

/// Columns of spells. Codes and what follows them are empty where they were not read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spells {
    /// Kind.
    pub kind: Vec<u8>,
    /// First day.
    pub start: Vec<i32>,
    /// First day after.
    pub end: Vec<i32>,
    /// Flags.
    pub flags: Vec<u8>,
    /// Codes, one column for each of the three.
    pub codes: [Vec<u8>; 3],
    /// Of a plan how many came before, 255 if not recorded; of an episode of care why it began; else 0.
    pub number: Vec<u8>,
    /// Deprivation decile; 0 if unknown.
    pub decile: Vec<u8>,
    /// Neighbourhood of the home, by its number.
    pub home: Vec<u16>,
    /// Start of the episode of need it belongs to.
    pub parent: Vec<i32>,
}

impl Spells {
    /// How many spells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kind.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kind.is_empty()
    }

    /// The column of kinds.
    #[must_use]
    pub fn kinds(&self) -> &[u8] {
        &self.kind
    }

    /// One spell.
    #[must_use]
    pub fn get(&self, row: usize) -> Spell {
        let kind = SpellKind::from_index(self.kind[row]).unwrap_or(SpellKind::Contact);
        let codes = [0, 1, 2].map(|at| or(&self.codes[at], row, 0));
        Spell {
            kind,
            start: Day(self.start[row]),
            end: Day(self.end[row]),
            flags: SpellFlags(self.flags[row]),
            coded: Coded::from_columns(kind, codes, or(&self.number, row, 0)),
            decile: Some(or(&self.decile, row, 0)).filter(|decile| *decile > 0),
            home: HomeId(or(&self.home, row, 0)),
            parent: day(or(&self.parent, row, NO_DAY)),
        }
    }

    /// Adds a row that says that there is no spell of a kind.
    pub fn push_none_of(&mut self, kind: SpellKind) {
        self.push(&Spell::new(kind, Day(NO_DAY), Day::OPEN));
    }

    /// Whether a row says that there is no spell of its kind.
    #[must_use]
    pub fn is_none_of(&self, row: usize) -> bool {
        self.start[row] == NO_DAY
    }

    /// Adds a row.
    pub fn push(&mut self, spell: &Spell) {
        self.kind.push(spell.kind as u8);
        self.start.push(spell.start.0);
        self.end.push(spell.end.0);
        self.flags.push(spell.flags.0);
        let (codes, number) = spell.coded.columns();
        for (column, code) in self.codes.iter_mut().zip(codes) {
            column.push(code);
        }
        self.number.push(number);
        self.decile.push(spell.decile.unwrap_or(0));
        self.home.push(spell.home.0);
        self.parent.push(day_number(spell.parent));
    }

    /// Adds all rows of another table after these.
    pub fn append(&mut self, other: &Self) {
        self.kind.extend_from_slice(&other.kind);
        self.start.extend_from_slice(&other.start);
        self.end.extend_from_slice(&other.end);
        self.flags.extend_from_slice(&other.flags);
        for (column, more) in self.codes.iter_mut().zip(&other.codes) {
            column.extend_from_slice(more);
        }
        self.number.extend_from_slice(&other.number);
        self.decile.extend_from_slice(&other.decile);
        self.home.extend_from_slice(&other.home);
        self.parent.extend_from_slice(&other.parent);
    }

    /// The rows of several tables as one, in their order.
    #[must_use]
    pub fn concat(parts: &[Self]) -> Self {
        fn column<T: Copy>(parts: &[Spells], of: impl Fn(&Spells) -> &[T]) -> Vec<T> {
            let all: Vec<&[T]> = parts.iter().map(of).collect();
            all.concat()
        }
        // The large columns, which every question has, side by side.
        let ((start, kind), (end, flags)) = rayon::join(
            || {
                (
                    column(parts, |part| &part.start),
                    column(parts, |part| &part.kind),
                )
            },
            || {
                (
                    column(parts, |part| &part.end),
                    column(parts, |part| &part.flags),
                )
            },
        );
        Self {
            kind,
            start,
            end,
            flags,
            codes: [0, 1, 2].map(|at| column(parts, |part| &part.codes[at])),
            number: column(parts, |part| &part.number),
            decile: column(parts, |part| &part.decile),
            home: column(parts, |part| &part.home),
            parent: column(parts, |part| &part.parent),
        }
    }

    fn is_even(&self) -> bool {
        let n = self.len();
        let lengths = [self.start.len(), self.end.len(), self.flags.len()];
        let optional = [
            self.number.len(),
            self.decile.len(),
            self.home.len(),
            self.parent.len(),
        ];
        lengths.iter().all(|length| *length == n)
            && optional.iter().all(|length| [0, n].contains(length))
            && self
                .codes
                .iter()
                .all(|column| [0, n].contains(&column.len()))
            // Kinds are numbered without a gap.
            && self
                .kind
                .iter()
                .max()
                .is_none_or(|kind| SpellKind::from_index(*kind).is_some())
    }
}
