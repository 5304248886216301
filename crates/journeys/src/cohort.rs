//! Who entered care, and when: the children that prior help is asked about.

use std::ops::Range;

use disparity_core::journeys::{
    Child, CodeSetId, CodeSets, Journeys, LinkOutcome, SpellFlags, SpellKind,
};
use disparity_core::{Day, Dimensions, Period};

use crate::lookup::{Lookup, code_or_total};
use disparity_core::answers::{Group, GroupBy};

/// One child's first start of care in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Position of the child.
    pub child: usize,
    /// Position of the authority.
    pub authority: usize,
    /// Year of the entry.
    pub period: Period,
    /// Day of the entry.
    pub day: Day,
    /// Birth, if known.
    pub birth: Option<Day>,
    /// Arrival from another authority, if known.
    pub arrival: Option<Day>,
    /// Whether the child's records are together.
    pub linked: bool,
    /// Whether the child is unaccompanied, if the sources say; unknown counts as not, except where
    /// children are told apart by it.
    pub unaccompanied: Option<bool>,
    /// Whether there was no care before; none where the files cannot tell.
    pub first_ever: Option<bool>,
    /// Police protection or an emergency order at the start.
    pub emergency: bool,
    /// Broad ethnic group, detailed ethnic group, age band, sex, decile, need, legal status.
    groups: [u8; 7],
}

impl Entry {
    /// The entry's group in one way of telling apart.
    #[must_use]
    pub fn group(&self, by: GroupBy) -> Group {
        use disparity_core::Dimension as D;
        let code = match by {
            GroupBy::Total => 0,
            GroupBy::Dimension(D::EthnicityMajor) => self.groups[0],
            GroupBy::Dimension(D::EthnicityMinor) => self.groups[1],
            GroupBy::Dimension(D::AgeBand) => self.groups[2],
            GroupBy::Dimension(D::Sex) => self.groups[3],
            GroupBy::Dimension(D::DeprivationDecile) => self.groups[4],
            GroupBy::Need => self.groups[5],
            GroupBy::LegalStatus => self.groups[6],
            GroupBy::Unaccompanied => match self.unaccompanied {
                None => 0,
                Some(true) => 1,
                Some(false) => 2,
            },
            GroupBy::FirstEver => match self.first_ever {
                None => 0,
                Some(true) => 1,
                Some(false) => 2,
            },
        };
        Group { by, code }
    }
}

/// Starts of care that are not entries, by why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NotEntries {
    /// The period began before the first file.
    pub left_truncated: u64,
    /// The start was worked out, not recorded.
    pub start_inferred: u64,
    /// A second start in one year: a child counts once.
    pub second_in_year: u64,
    /// Aged 18 or over.
    pub adult: u64,
    /// Outside the days that care returns cover.
    pub not_covered: u64,
}

impl NotEntries {
    pub(crate) fn add(&mut self, other: Self) {
        self.left_truncated += other.left_truncated;
        self.start_inferred += other.start_inferred;
        self.second_in_year += other.second_in_year;
        self.adult += other.adult;
        self.not_covered += other.not_covered;
    }
}

/// Codes that the cohort looks at.
pub(crate) struct EntryCodes {
    emergency: disparity_core::journeys::CodeMask,
}

impl EntryCodes {
    pub(crate) fn of(codes: &CodeSets) -> Self {
        Self {
            emergency: codes.set(CodeSetId::LegalStatus).in_group("emergency"),
        }
    }
}

/// Every entry of every authority, in order of authority, child and day.
#[must_use]
pub fn entries(journeys: &Journeys, dimensions: &Dimensions) -> (Vec<Entry>, NotEntries) {
    let lookup = Lookup::new(dimensions);
    let codes = EntryCodes::of(journeys.codes());
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        entries_of(journeys, authority, children, &lookup, &codes)
    });
    let many = parts.iter().map(|(entries, _)| entries.len()).sum();
    let mut all = (Vec::with_capacity(many), NotEntries::default());
    for (entries, not) in parts {
        all.0.extend(entries);
        all.1.add(not);
    }
    all
}

/// The entries of some children of one authority.
pub(crate) fn entries_of(
    journeys: &Journeys,
    authority: usize,
    children: Range<usize>,
    lookup: &Lookup,
    codes: &EntryCodes,
) -> (Vec<Entry>, NotEntries) {
    let (mut entries, mut not) = (Vec::new(), NotEntries::default());
    for position in children {
        if journeys.children().spells_of(position).is_empty() {
            continue;
        }
        let child = journeys.child(position);
        child_entries(
            journeys,
            authority,
            &child,
            lookup,
            codes,
            &mut entries,
            &mut not,
        );
    }
    (entries, not)
}

fn child_entries(
    journeys: &Journeys,
    authority: usize,
    child: &Child<'_>,
    lookup: &Lookup,
    codes: &EntryCodes,
    entries: &mut Vec<Entry>,
    not: &mut NotEntries,
) {
    use disparity_core::Dimension as D;
    let range = child.range(SpellKind::Care);
    if range.is_empty() {
        return;
    }
    let covered = journeys.authorities()[authority]
        .coverage
        .of(SpellKind::Care);
    let record = child.record();
    let mut last: Option<Period> = None;
    for (at, spell) in child.spells(SpellKind::Care).enumerate() {
        if !spell.flags.has(SpellFlags::START_KNOWN) {
            if spell.flags.has(SpellFlags::START_INFERRED) {
                not.start_inferred += 1;
            } else {
                not.left_truncated += 1;
            }
            continue;
        }
        let Some(period) = spell.start.period() else {
            continue;
        };
        if !covered.covers(spell.start, spell.start.plus(1)) {
            not.not_covered += 1;
        } else if record
            .birth
            .is_some_and(|birth| spell.start.completed_years_since(birth) >= 18)
        {
            not.adult += 1;
        } else if last == Some(period) {
            not.second_in_year += 1;
        } else {
            last = Some(period);
            let unaccompanied = record
                .unaccompanied
                .map(|_| is_unaccompanied(&record, spell.start));
            let of = |dimension| lookup.dimension(dimension, &record, spell.start, spell.decile);
            entries.push(Entry {
                child: child.position(),
                authority,
                period,
                day: spell.start,
                birth: record.birth,
                arrival: record.arrival,
                linked: is_linked(record.link),
                unaccompanied,
                first_ever: first_ever(journeys, authority, child, at > 0, spell.start),
                emergency: codes.emergency.has(spell.coded.legal_status()),
                groups: [
                    of(D::EthnicityMajor),
                    of(D::EthnicityMinor),
                    of(D::AgeBand),
                    of(D::Sex),
                    of(D::DeprivationDecile),
                    code_or_total(spell.coded.need()),
                    code_or_total(spell.coded.legal_status()),
                ],
            });
        }
    }
}

/// Whether a start of care is the child's first: not where care or permanence before it is on record,
/// and told only where the care returns cover the child's life, all of it here.
fn first_ever(
    journeys: &Journeys,
    authority: usize,
    child: &Child<'_>,
    again: bool,
    day: Day,
) -> Option<bool> {
    let record = child.record();
    if again
        || record.earlier_permanence == Some(true)
        || child.earlier_spells(SpellKind::Care).next().is_some()
    {
        return Some(false);
    }
    let birth = record.birth?;
    let earlier = journeys.earlier(child.position());
    let from = journeys
        .seen_from(authority, earlier, SpellKind::Care, day)
        .from;
    let here = record
        .arrival
        .is_none_or(|arrival| arrival <= birth || arrival >= day);
    (from <= birth && here).then_some(true)
}

/// Unaccompanied on a day: recorded so, and not ceased to be before it.
pub(crate) fn is_unaccompanied(record: &disparity_core::journeys::ChildRecord, on: Day) -> bool {
    record.unaccompanied == Some(true)
        && record
            .unaccompanied_ceased
            .is_none_or(|ceased| ceased >= on)
}

/// A child in no need of linking is one whose only record is the care return itself, when no census
/// was loaded.
fn is_linked(link: LinkOutcome) -> bool {
    link.is_linked()
}
