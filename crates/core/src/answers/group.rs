//! The ways in which children are told apart in answers from records, as small numbers per child or
//! entry. Names and order of groups come from the code lists.

use crate::journeys::{CodeId, CodeSetId, CodeSets};
use crate::{CategoryId, Dimension, Dimensions, Period, Stratum};

/// A way of telling children apart. Beyond the dimensions of every table, entries have a category
/// of need and a legal status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupBy {
    /// Everyone together.
    Total,
    /// One of the dimensions of every table.
    Dimension(Dimension),
    /// Category of need.
    Need,
    /// Legal status at the start.
    LegalStatus,
    /// Unaccompanied children apart from others.
    Unaccompanied,
    /// Children who were in care before apart from others.
    FirstEver,
}

impl GroupBy {
    /// Every way, in the order of outputs.
    pub const ALL: [Self; 10] = [
        Self::Total,
        Self::Dimension(Dimension::EthnicityMajor),
        Self::Dimension(Dimension::EthnicityMinor),
        Self::Dimension(Dimension::AgeBand),
        Self::Dimension(Dimension::Sex),
        Self::Dimension(Dimension::DeprivationDecile),
        Self::Need,
        Self::LegalStatus,
        Self::Unaccompanied,
        Self::FirstEver,
    ];

    /// Everyone, and broad ethnic groups: the ways that are asked most.
    pub const BROAD: [Self; 2] = [Self::Total, Self::Dimension(Dimension::EthnicityMajor)];

    /// The word in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Dimension(dimension) => dimension.column(),
            Self::Need => "need",
            Self::LegalStatus => "legal_status",
            Self::Unaccompanied => "unaccompanied",
            Self::FirstEver => "first_ever",
        }
    }

    /// The way that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }

    /// Every group that the way can tell apart, in the order of its list, whether or not there is
    /// anybody in it: a table that leaves out groups of nobody says that in the others there is somebody.
    #[must_use]
    pub fn groups(self, dimensions: &Dimensions, codes: &CodeSets) -> Vec<Group> {
        let of_set = |set: CodeSetId| -> Vec<u8> {
            // What is blank or not understood has no place in the set.
            let known = codes.set(set).iter().map(|(id, _)| id.0);
            std::iter::once(0).chain(known).collect()
        };
        let list: Vec<u8> = match self {
            Self::Total => vec![0],
            Self::Dimension(Dimension::AgeBand) => age_bands(dimensions).to_vec(),
            Self::Dimension(Dimension::DeprivationDecile) => (0..=10).collect(),
            Self::Dimension(dimension) => {
                let list = dimensions.list(dimension).iter();
                list.map(|(id, _)| id.0).collect()
            }
            Self::Need => of_set(CodeSetId::Need),
            Self::LegalStatus => of_set(CodeSetId::LegalStatus),
            Self::Unaccompanied | Self::FirstEver => vec![0, 1, 2],
        };
        let group = |code| Group { by: self, code };
        list.into_iter().map(group).collect()
    }
}

/// One group: a way, and a position in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// The way.
    pub by: GroupBy,
    /// Position in the list of the dimension or code set; 0 for everyone, 1 for yes and 2 for no.
    pub code: u8,
}

impl Group {
    /// Everyone.
    pub const TOTAL: Self = Self {
        by: GroupBy::Total,
        code: 0,
    };

    /// The stratum of the group, if it is a group of a dimension or everyone.
    #[must_use]
    pub fn stratum(self) -> Option<Stratum> {
        match self.by {
            GroupBy::Total => Some(Stratum::TOTAL),
            GroupBy::Dimension(dimension) => {
                Some(Stratum::TOTAL.with(dimension, CategoryId(self.code)))
            }
            _ => None,
        }
    }

    /// The code of the group, for outputs.
    #[must_use]
    pub fn code<'l>(self, dimensions: &'l Dimensions, codes: &'l CodeSets) -> &'l str {
        match self.by {
            GroupBy::Total => "total",
            // Position 0 of a list stands for everyone; of those told apart it is whoever is not known.
            GroupBy::Dimension(_) if self.code == 0 => "unknown",
            GroupBy::Dimension(dimension) => {
                &dimensions.list(dimension).get(CategoryId(self.code)).code
            }
            GroupBy::Need => code_of(codes, CodeSetId::Need, self.code),
            GroupBy::LegalStatus => code_of(codes, CodeSetId::LegalStatus, self.code),
            GroupBy::Unaccompanied | GroupBy::FirstEver => match self.code {
                1 => "yes",
                2 => "no",
                _ => "unknown",
            },
        }
    }

    /// The name of the group, for people.
    #[must_use]
    pub fn label<'l>(self, dimensions: &'l Dimensions, codes: &'l CodeSets) -> &'l str {
        let of = |set, code| {
            codes
                .set(set)
                .get(CodeId(code))
                .map_or("Not recorded", |code| code.label.as_str())
        };
        match self.by {
            GroupBy::Total => "Total",
            GroupBy::Dimension(_) if self.code == 0 => "Unknown",
            GroupBy::Dimension(dimension) => {
                &dimensions.list(dimension).get(CategoryId(self.code)).label
            }
            GroupBy::Need => of(CodeSetId::Need, self.code),
            GroupBy::LegalStatus => of(CodeSetId::LegalStatus, self.code),
            GroupBy::Unaccompanied => {
                ["Unknown", "Unaccompanied", "Not unaccompanied"][usize::from(self.code.min(2))]
            }
            GroupBy::FirstEver => {
                ["Unknown", "First time in care", "In care before"][usize::from(self.code.min(2))]
            }
        }
    }
}

fn code_of(codes: &CodeSets, set: CodeSetId, code: u8) -> &str {
    codes
        .set(set)
        .get(CodeId(code))
        .map_or("unknown", |code| code.code.as_str())
}

/// Of whom, when and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearKey {
    /// Position of the authority; none for all together.
    pub authority: Option<usize>,
    /// Year of the event.
    pub period: Period,
    /// Of whom.
    pub group: Group,
}

/// The positions of the age bands in their list: not known, before birth, and the five by age.
#[must_use]
pub fn age_bands(dimensions: &Dimensions) -> [u8; 7] {
    let ages = dimensions.list(Dimension::AgeBand);
    [
        "unknown",
        "unborn",
        "under_1",
        "1_to_4",
        "5_to_9",
        "10_to_15",
        "16_and_over",
    ]
    .map(|code| ages.id(code).unwrap_or_default().0)
}

/// The broad ethnic group of each detailed one, by position; of what is in no list, that it is not known.
#[must_use]
pub fn broad_groups(dimensions: &Dimensions) -> [u8; 256] {
    let (minor, broad) = (
        dimensions.list(Dimension::EthnicityMinor),
        dimensions.list(Dimension::EthnicityMajor),
    );
    let unknown = broad.id("unknown").unwrap_or_default().0;
    let mut major = [unknown; 256];
    for (id, category) in minor.iter() {
        let parent = category
            .parent
            .as_deref()
            .and_then(|parent| broad.id(parent));
        major[usize::from(id.0)] = parent.map_or(unknown, |id| id.0);
    }
    major
}
