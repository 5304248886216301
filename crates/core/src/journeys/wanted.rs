//! What a question reads of the journeys, so that a store need not bring what nobody looks at.

use super::{CodeSetId, SpellKind, code_sets_of};

/// The part of the journeys that a question looks at. What is left out reads as unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "columns to read or not, not a state"
)]
pub struct Wanted {
    /// Kinds of spells; spells of other kinds are not there.
    pub kinds: Vec<SpellKind>,
    /// Which sets the codes are of that are read of spells; others may be read with them.
    pub codes: Vec<CodeSetId>,
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
            codes: CodeSetId::ALL.to_vec(),
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
            codes: vec![],
            decile: false,
            home: false,
            nesting: false,
            people: false,
            status: false,
            quality: false,
            stated: false,
        }
    }

    /// Which of the three columns of codes hold a code that is wanted of a kind that is wanted.
    #[must_use]
    pub fn code_columns(&self) -> [bool; 3] {
        let sets: Vec<[Option<CodeSetId>; 3]> =
            self.kinds.iter().map(|kind| code_sets_of(*kind)).collect();
        [0, 1, 2].map(|at| {
            let mut of_column = sets.iter().filter_map(|own| own[at]);
            of_column.any(|set| self.codes.contains(&set))
        })
    }

    /// Whether every kind of spell is wanted.
    #[must_use]
    pub fn every_kind(&self) -> bool {
        SpellKind::ALL.iter().all(|kind| self.kinds.contains(kind))
    }
}
