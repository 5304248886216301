//! What a question reads of the journeys, so that a store need not bring what nobody looks at.

use super::SpellKind;

/// The part of the journeys that a question looks at. What is left out reads as unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "columns to read or not, not a state"
)]
pub struct Wanted {
    /// Kinds of spells; spells of other kinds are not there.
    pub kinds: Vec<SpellKind>,
    /// Which of a spell's three codes.
    pub codes: [bool; 3],
    /// Deprivation decile of each spell.
    pub decile: bool,
    /// Neighbourhood of the home of each spell.
    pub home: bool,
    /// Previous plans, and the episode of need that each spell belongs to.
    pub nesting: bool,
    /// Sex and ethnic group of the children.
    pub people: bool,
    /// Whether children are unaccompanied and until when, and earlier permanence.
    pub status: bool,
    /// Death, how exact the birth is, and whether sources disagree about the ethnic group.
    pub quality: bool,
    /// What single returns say otherwise than the histories: counts of single years need it.
    pub stated: bool,
}

impl Wanted {
    /// Everything there is.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            kinds: SpellKind::ALL.to_vec(),
            codes: [true; 3],
            decile: true,
            home: true,
            nesting: true,
            people: true,
            status: true,
            quality: true,
            stated: true,
        }
    }

    /// Some kinds of spells with their first and last days, births and matches, and nothing else.
    #[must_use]
    pub fn days_of(kinds: impl IntoIterator<Item = SpellKind>) -> Self {
        let mut kinds: Vec<SpellKind> = kinds.into_iter().collect();
        kinds.sort_unstable();
        kinds.dedup();
        Self {
            kinds,
            codes: [false; 3],
            decile: false,
            home: false,
            nesting: false,
            people: false,
            status: false,
            quality: false,
            stated: false,
        }
    }

    /// Whether every kind of spell is wanted.
    #[must_use]
    pub fn every_kind(&self) -> bool {
        SpellKind::ALL.iter().all(|kind| self.kinds.contains(kind))
    }
}
