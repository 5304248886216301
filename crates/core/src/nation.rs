//! Nations: whose publications a run reads. Each has a publisher with rules of its own, so figures of one are
//! never pooled with those of another.
//!
//! The nation of a catalogue is that of its areas ([`Areas::nation`](crate::Areas::nation)); whatever is computed or
//! said of "the country" asks it.

use std::fmt;

use crate::{AreaCode, Suppression};

/// A nation whose figures are built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Nation {
    /// England: publications of the Department for Education.
    #[default]
    England,
    /// Wales: publications of the Welsh Government.
    Wales,
}

impl Nation {
    /// Every nation.
    pub const ALL: [Self; 2] = [Self::England, Self::Wales];

    /// The nation's own area code.
    #[must_use]
    pub const fn code(self) -> AreaCode {
        match self {
            Self::England => AreaCode::ENGLAND,
            Self::Wales => AreaCode::WALES,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::England => "England",
            Self::Wales => "Wales",
        }
    }

    /// Its name as the owner of a figure: `England’s rate`.
    #[must_use]
    pub const fn possessive(self) -> &'static str {
        match self {
            Self::England => "England’s",
            Self::Wales => "Wales’s",
        }
    }

    /// The word for it in options, columns and names of folders.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::England => "england",
            Self::Wales => "wales",
        }
    }

    /// The nation that an area code belongs to, by its first letter; none for codes of elsewhere, and of England and
    /// Wales together.
    #[must_use]
    pub fn of(code: AreaCode) -> Option<Self> {
        match code.as_str().as_bytes().first() {
            Some(b'E') => Some(Self::England),
            Some(b'W') => Some(Self::Wales),
            _ => None,
        }
    }

    /// What a withheld count of its publisher may be.
    #[must_use]
    pub const fn suppression(self) -> Suppression {
        match self {
            Self::England => Suppression::DFE_1_TO_5,
            Self::Wales => Suppression::STATSWALES_0_TO_4,
        }
    }

    /// Whether the numbers of children are held for every year that has counts. Where they are not, a rate exists in
    /// some years only, and counts are compared beside rates.
    #[must_use]
    pub const fn has_children_of_every_year(self) -> bool {
        match self {
            Self::England => true,
            Self::Wales => false,
        }
    }

    /// How the name of the overall deprivation index begins: a year follows.
    #[must_use]
    pub const fn overall_index(self) -> &'static str {
        match self {
            Self::England => "imd",
            Self::Wales => "wimd",
        }
    }

    /// How the name of a deprivation index of children begins: a year follows.
    #[must_use]
    pub const fn child_index(self) -> &'static str {
        match self {
            Self::England => "idaci",
            Self::Wales => "wimd",
        }
    }
}

impl fmt::Display for Nation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_belongs_to_the_nation_of_its_letter() {
        let of = |text: &str| Nation::of(text.parse().unwrap());
        assert_eq!(of("E06000023"), Some(Nation::England));
        assert_eq!(of("W06000020"), Some(Nation::Wales));
        assert_eq!(of("K04000001"), None);
        for nation in Nation::ALL {
            assert_eq!(Nation::of(nation.code()), Some(nation));
        }
    }
}
