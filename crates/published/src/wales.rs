//! How a count of Wales came about, which says how exact it is.

use disparity_core::Rounding;

/// How a total came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Basis {
    /// Published to the nearest 5.
    RoundedTo5,
    /// Published as counted.
    Exact,
    /// A published sum of two years less the published count of one, all to the nearest 5.
    TwoYearsLessOne,
    /// The sum of the counts of all authorities, each to the nearest 5, because none is published of Wales.
    SumOfAuthorities,
}

impl Basis {
    /// Every basis.
    pub(crate) const ALL: [Self; 4] = [
        Self::RoundedTo5,
        Self::Exact,
        Self::TwoYearsLessOne,
        Self::SumOfAuthorities,
    ];

    /// The words of the compiled sources.
    pub(crate) const SOURCES: [(&'static str, Self); 5] = [
        ("statswales_2019_download", Self::RoundedTo5),
        ("statswales_via_prism_r", Self::RoundedTo5),
        ("derived_two_year_page_minus_2024", Self::TwoYearsLessOne),
        ("gov_wales_release_2023_24", Self::Exact),
        ("gov_wales_release_2023_24_revised", Self::Exact),
    ];

    /// The word in the `basis` column.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::RoundedTo5 => "rounded_to_5",
            Self::Exact => "exact",
            Self::TwoYearsLessOne => "two_years_less_one",
            Self::SumOfAuthorities => "sum_of_authorities",
        }
    }

    /// Whether the count is a multiple of 5.
    pub(crate) const fn is_rounded(self) -> bool {
        !matches!(self, Self::Exact)
    }

    /// Whether nobody published it.
    pub(crate) const fn is_derived(self) -> bool {
        matches!(self, Self::TwoYearsLessOne | Self::SumOfAuthorities)
    }

    /// How far it may be from what was counted, where `authorities` are added up.
    pub(crate) fn rounding(self, authorities: usize) -> Rounding {
        let five = Rounding::to_nearest(5);
        match self {
            Self::RoundedTo5 => five,
            Self::Exact => Rounding::EXACT,
            Self::TwoYearsLessOne => five.and(five),
            Self::SumOfAuthorities => Rounding::of_all(std::iter::repeat_n(five, authorities)),
        }
    }
}
