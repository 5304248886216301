//! What a plan can choose about the document of a needs assessment.

use std::collections::{BTreeMap, BTreeSet};

/// A section that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NeedsSection {
    /// Children by age, ethnic group and deprivation.
    People,
    /// What is expected of the authority.
    Expected,
    /// What is expected of teams, with a tile map.
    Teams,
    /// What is expected of wards.
    Wards,
    /// What is expected of middle layer super output areas.
    MiddleLayerAreas,
    /// Counts that were given beside what is expected.
    Seen,
    /// Children and cost if rates met other levels.
    Take,
    /// Spend for each child, and what goes with spend on help.
    Spend,
    /// An appendix of lower layer super output areas: long, and left out unless it is asked for.
    Neighbourhoods,
}

impl NeedsSection {
    /// Every section, in the order in which they stand.
    pub const ALL: [Self; 9] = [
        Self::People,
        Self::Expected,
        Self::Teams,
        Self::Wards,
        Self::MiddleLayerAreas,
        Self::Seen,
        Self::Take,
        Self::Spend,
        Self::Neighbourhoods,
    ];

    /// The word in a plan.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Expected => "expected",
            Self::Teams => "teams",
            Self::Wards => "wards",
            Self::MiddleLayerAreas => "msoas",
            Self::Seen => "seen",
            Self::Take => "take",
            Self::Spend => "spend",
            Self::Neighbourhoods => "lsoas",
        }
    }

    /// The section with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.word() == word)
    }

    /// Its heading unless a plan gives another.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::People => "Who lives here",
            Self::Expected => "Expected need",
            Self::Teams => "By team",
            Self::Wards => "By ward",
            Self::MiddleLayerAreas => "By middle layer super output area",
            Self::Seen => "Seen against expected",
            Self::Take => "What it would take",
            Self::Spend => "What is spent",
            Self::Neighbourhoods => "Appendix: by lower layer super output area",
        }
    }
}

/// What a plan can choose about the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsOptions {
    /// The title; none names the authority.
    pub title: Option<String>,
    /// The sections that are in it, beside those that always are.
    pub sections: BTreeSet<NeedsSection>,
    /// Headings of sections in place of the usual ones.
    pub headings: BTreeMap<NeedsSection, String>,
}

impl NeedsOptions {
    /// The heading of a section.
    #[must_use]
    pub fn heading(&self, section: NeedsSection) -> &str {
        let given = self.headings.get(&section);
        given.map_or(section.heading(), String::as_str)
    }
}

impl Default for NeedsOptions {
    /// Every section but the appendix, under its usual heading.
    fn default() -> Self {
        let mut sections = BTreeSet::from(NeedsSection::ALL);
        sections.remove(&NeedsSection::Neighbourhoods);
        Self {
            title: None,
            sections,
            headings: BTreeMap::new(),
        }
    }
}
