//! What an authority has seen in each neighbourhood, beside what would be expected there.
//!
//! Words only. A table of counts is a [`SeenTable`]; with its sums over middle layer areas, wards, teams and
//! groups it is [`SeenCounts`], which the gate (`disparity-disclosure`) protects; what is computed from what
//! remains is [`SeenAgainstExpected`].

use super::{Assumed, Estimated, Need, Part, Way};
use crate::neighbourhoods::{Footprints, RESIDENT_GROUPS};
use crate::{AreaCode, Count, Intervals, Issue, Levels, Period, Provenance, Reported, Sums};

/// The areas that a table of counts is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeenLevel {
    /// Lower layer super output areas of 2021.
    Neighbourhood,
    /// Middle layer super output areas of 2021.
    Msoa,
    /// Wards of 2024.
    Ward,
}

impl SeenLevel {
    /// The word in a `geographic_level` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Neighbourhood => "lsoa",
            Self::Msoa => "msoa",
            Self::Ward => "ward",
        }
    }

    /// What its areas are called.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Neighbourhood => "neighbourhoods (LSOA)",
            Self::Msoa => "middle layer areas (MSOA)",
            Self::Ward => "wards",
        }
    }

    /// The part of an authority that an area of this level is.
    #[must_use]
    pub const fn part(self, code: AreaCode) -> Part {
        match self {
            Self::Neighbourhood => Part::Neighbourhood(code),
            Self::Msoa => Part::Msoa(code),
            Self::Ward => Part::Ward(code),
        }
    }
}

/// Which children a count is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeenGroup {
    /// All.
    All,
    /// Those of the broad ethnic group at that place of [`RESIDENT_GROUPS`].
    Of(u8),
    /// Those whose ethnic group is not recorded. Nothing is expected of them.
    Unknown,
}

impl SeenGroup {
    /// All, each group, and those of none that is known, in output order.
    pub const ALL: [Self; 7] = [
        Self::All,
        Self::Of(0),
        Self::Of(1),
        Self::Of(2),
        Self::Of(3),
        Self::Of(4),
        Self::Unknown,
    ];

    /// The word in an `ethnicity_major` column: `Total`, the code of a group, or `unknown`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "Total",
            Self::Of(at) => RESIDENT_GROUPS.get(usize::from(at)).unwrap_or(&"unknown"),
            Self::Unknown => "unknown",
        }
    }

    /// The group with that code, whatever its case.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let all = Self::ALL.into_iter().skip(1);
        all.into_iter()
            .find(|own| own.word().eq_ignore_ascii_case(code))
    }
}

/// A count of children of one area, or the reason why there is none. It has no way of being printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SeenCount {
    /// Where.
    pub part: Part,
    /// Of whom.
    pub group: SeenGroup,
    /// How many.
    pub count: Reported<Count>,
}

/// A table of counts by area, as somebody gave it. Every area of the authority is in it.
///
/// It may hold true counts of children, so it has no way of being printed:
/// ```compile_fail
/// fn print(table: &disparity_core::needs::SeenTable) -> String {
///     format!("{table:?}")
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SeenTable {
    /// Whose.
    pub authority: AreaCode,
    /// What its areas are.
    pub level: SeenLevel,
    /// Whether counts are by ethnic group.
    pub by_group: bool,
    /// Counts by area, and group where there are groups, sorted by both. Without groups all are of
    /// [`SeenGroup::All`]; with groups none is.
    pub counts: Vec<SeenCount>,
    /// Totals of the authority that the table has rows for.
    pub totals: Vec<SeenCount>,
    /// What is known beside, if the counts were made from homes of children in records.
    pub from_homes: Option<FromHomes>,
}

/// What is known of children who were counted by their homes, beside the counts of areas.
#[derive(Clone, PartialEq, Eq)]
pub struct FromHomes {
    /// Children who were counted and are in no area, by group of the table. Whoever knows the authority's own
    /// count can take the sum of areas from it, so the gate protects these too; after it there are none.
    pub unplaced: Vec<(SeenGroup, Count)>,
    /// The authority's own count, where the gate has withheld the sum of areas.
    pub shared_out: Option<Count>,
    /// Of 100 children who are to have a home at least so many have one that is known; said so coarsely that
    /// it tells of nobody.
    pub known_of_100: u8,
}

impl FromHomes {
    /// Where the homes of fewer are known, counts are not held against what is expected: an area that is
    /// under-served could not be told from one of which homes are not recorded.
    pub const LEAST_KNOWN: f64 = 0.7;
    /// What is said where they are known of nearly all.
    const NEARLY_ALL: (f64, u8) = (0.9, 90);
    /// Of fewer children a tenth may be so few that saying on which side of it they are would tell of them.
    const ENOUGH: Count = 60;

    /// Before the gate: children in no area, how many were counted, and the share of those who are to have a home
    /// of whom it is known.
    #[must_use]
    pub fn new(unplaced: Vec<(SeenGroup, Count)>, counted: Count, known: Option<f64>) -> Self {
        let (nearly, of_100) = Self::NEARLY_ALL;
        let known_of_100 = match known {
            Some(known) if known >= nearly && counted >= Self::ENOUGH => of_100,
            Some(known) if known >= Self::LEAST_KNOWN => 70,
            _ => 0,
        };
        Self {
            unplaced,
            shared_out: None,
            known_of_100,
        }
    }
}

/// Counts of areas with their sums, and what is known to hold between them: what is shown, or withheld,
/// together. Before the gate they are true counts of children, after it some are symbols.
#[derive(Clone, PartialEq, Eq)]
pub struct SeenCounts {
    /// Whose.
    pub authority: AreaCode,
    /// What the table was of.
    pub level: SeenLevel,
    /// Whether counts are by ethnic group.
    pub by_group: bool,
    /// Counts, sorted by part and group.
    pub counts: Vec<SeenCount>,
    /// Sums between them, by position.
    pub sums: Sums,
    /// Counts from 1 to this are withheld, so that those that are left are not like all; 0 where none are.
    pub withheld_to: Count,
    /// What is known beside, if the counts were made from homes of children in records.
    pub from_homes: Option<FromHomes>,
}

impl SeenCounts {
    /// The count of a part and group; not available where the table does not tell.
    #[must_use]
    pub fn get(&self, part: Part, group: SeenGroup) -> Reported<Count> {
        self.place(part, group)
            .map_or(Reported::Symbol(crate::Symbol::NotAvailable), |at| {
                self.counts[at].count
            })
    }

    /// Where the count of a part and group stands.
    #[must_use]
    pub fn place(&self, part: Part, group: SeenGroup) -> Option<usize> {
        self.counts
            .binary_search_by_key(&(part, group), |own| (own.part, own.group))
            .ok()
    }
}

/// What is asked of counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeenQuestion<'a> {
    /// What the children counted are.
    pub need: Need,
    /// Against what they are held: [`Way::Benchmarked`] shares out what the table itself adds up to.
    pub ways: &'a [Way],
    /// Children are under-served where fewer are seen than this share of what is expected.
    pub under_served_below: f64,
}

impl SeenQuestion<'_> {
    /// The share below which children are taken to be under-served, unless another is chosen.
    pub const BELOW: f64 = 0.8;
}

/// How a count compares with what is expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeenRatio {
    /// Seen ÷ expected.
    pub raw: f64,
    /// The same drawn towards areas of its kind, by as much as it is uncertain: the posterior mean.
    pub shrunken: f64,
    /// Where the ratio may lie: chance, the spread between areas, and the uncertainty of the expected number.
    pub intervals: Intervals,
    /// The probability that the ratio is below [`SeenQuestion::under_served_below`].
    pub under_served: f64,
}

/// One count beside what is expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeenRow {
    /// Where.
    pub part: Part,
    /// Of whom.
    pub group: SeenGroup,
    /// Against what.
    pub way: Way,
    /// How many were seen.
    pub seen: Reported<Count>,
    /// How many would be expected.
    pub expected: Reported<Estimated>,
    /// How the two compare. Not applicable where what is expected is what was seen, by construction.
    pub ratio: Reported<SeenRatio>,
}

/// What was seen beside what is expected, of one authority, before the gate. It cannot be written.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenAgainstExpected {
    /// Where the counts came from.
    pub provenance: Provenance,
    /// Whose.
    pub authority: AreaCode,
    /// The year of what is expected.
    pub period: Period,
    /// Of what.
    pub need: Need,
    /// What the table was of.
    pub level: SeenLevel,
    /// The confidence levels of every interval, narrowest first.
    pub levels: Levels,
    /// Children are under-served where fewer are seen than this share of what is expected.
    pub under_served_below: f64,
    /// Teams, if any were given or proposed.
    pub footprints: Option<Footprints>,
    /// Counts, sorted by way, part and group.
    pub rows: Vec<SeenRow>,
    /// What was assumed.
    pub assumed: Vec<Assumed>,
    /// What must be said.
    pub issues: Vec<Issue>,
}

impl SeenAgainstExpected {
    /// The row of a way, part and group; none where there is none.
    #[must_use]
    pub fn row(&self, way: Way, part: Part, group: SeenGroup) -> Option<&SeenRow> {
        let key = (way, part, group);
        let at = self
            .rows
            .binary_search_by_key(&key, |row| (row.way, row.part, row.group));
        self.rows.get(at.ok()?)
    }
}
