//! The group of a child or spell, looked up quickly while walking children.

use disparity_core::answers::{GroupBy, age_bands, broad_groups};
use disparity_core::journeys::{BirthPrecision, ChildRecord, CodeId, Spell, SpellKind};
use disparity_core::{Day, Dimension, Dimensions};

/// Lists turned into tables for quick look-up while walking children.
#[derive(Debug, Clone)]
pub struct Lookup {
    major: [u8; 256],
    bands: [u8; 7],
}

impl Lookup {
    /// The tables for the project's lists.
    #[must_use]
    pub fn new(dimensions: &Dimensions) -> Self {
        let (major, bands) = (broad_groups(dimensions), age_bands(dimensions));
        Self { major, bands }
    }

    /// The broad ethnic group of a detailed one.
    #[must_use]
    pub const fn major(&self, minor: u8) -> u8 {
        self.major[minor as usize]
    }

    /// The age band on a day.
    #[must_use]
    pub fn age_band(&self, birth: Option<Day>, precision: BirthPrecision, on: Day) -> u8 {
        let Some(birth) = birth else {
            return self.bands[0];
        };
        if birth > on {
            return self.bands[usize::from(precision != BirthPrecision::None)];
        }
        self.bands[match on.completed_years_since(birth) {
            ..1 => 2,
            1..5 => 3,
            5..10 => 4,
            10..16 => 5,
            _ => 6,
        }]
    }

    /// The group of a child on a day in one dimension. The decile is that of a spell.
    #[must_use]
    pub fn dimension(
        &self,
        dimension: Dimension,
        child: &ChildRecord,
        on: Day,
        decile: Option<u8>,
    ) -> u8 {
        match dimension {
            Dimension::EthnicityMajor => self.major(child.ethnicity.0),
            Dimension::EthnicityMinor => child.ethnicity.0,
            Dimension::AgeBand => self.age_band(child.birth, child.birth_precision, on),
            Dimension::Sex => child.sex.0,
            // Deciles stand in the list in their own order, after `Total`.
            Dimension::DeprivationDecile => decile.unwrap_or(0),
        }
    }
}

/// The group of a spell; none for ways that only entries have.
pub(crate) fn group_code(
    by: GroupBy,
    lookup: &Lookup,
    record: &ChildRecord,
    spell: &Spell,
) -> Option<u8> {
    match by {
        GroupBy::Total => Some(0),
        GroupBy::Dimension(dimension) => {
            Some(lookup.dimension(dimension, record, spell.start, spell.decile))
        }
        GroupBy::Need
            if matches!(
                spell.kind,
                SpellKind::Care | SpellKind::CinEpisode | SpellKind::Referral
            ) =>
        {
            Some(code_or_total(spell.coded.need()))
        }
        _ => None,
    }
}

/// A code as the group that it makes; what is blank or unknown counts in `Total` alone.
pub(crate) fn code_or_total(code: Option<CodeId>) -> u8 {
    code.filter(|code| *code != CodeId::UNKNOWN)
        .map_or(0, |code| code.0)
}
