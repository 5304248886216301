//! What is known of an authority's children before its counts are looked at.

use crate::{AreaCode, IssueSet, Reported};

use super::Span;

/// A covariate of authorities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Covariate {
    /// Share of children in low-income families (Income Deprivation Affecting Children Index).
    LowIncome,
    /// Mean decile of deprivation of children's neighbourhoods, 1 the most deprived.
    MeanDecile,
    /// Share of children whose neighbourhood is among the most deprived tenth. The shares in the
    /// other tenths are told, and no model asks for them.
    MostDeprivedTenth,
    /// Share of children in the second tenth.
    Tenth2,
    /// Share of children in the third tenth.
    Tenth3,
    /// Share of children in the fourth tenth.
    Tenth4,
    /// Share of children in the fifth tenth.
    Tenth5,
    /// Share of children in the sixth tenth.
    Tenth6,
    /// Share of children in the seventh tenth.
    Tenth7,
    /// Share of children in the eighth tenth.
    Tenth8,
    /// Share of children in the ninth tenth.
    Tenth9,
    /// Share of children in the least deprived tenth.
    LeastDeprivedTenth,
    /// Share of children of Mixed or multiple ethnic groups.
    Mixed,
    /// Share of Asian children.
    Asian,
    /// Share of Black children.
    Black,
    /// Share of children of other ethnic groups.
    OtherEthnic,
    /// Share of children aged under 5.
    UnderFive,
    /// Share of children aged 16 and 17.
    SixteenSeventeen,
    /// Unaccompanied asylum-seeking children looked after per 10,000 children.
    Unaccompanied,
}

impl Covariate {
    /// The shares of children by tenth, from the most to the least deprived.
    pub const TENTHS: &[Self] = Self::ALL.split_at(2).1.split_at(10).0;

    /// Every covariate, in output order.
    pub const ALL: [Self; 19] = [
        Self::LowIncome,
        Self::MeanDecile,
        Self::MostDeprivedTenth,
        Self::Tenth2,
        Self::Tenth3,
        Self::Tenth4,
        Self::Tenth5,
        Self::Tenth6,
        Self::Tenth7,
        Self::Tenth8,
        Self::Tenth9,
        Self::LeastDeprivedTenth,
        Self::Mixed,
        Self::Asian,
        Self::Black,
        Self::OtherEthnic,
        Self::UnderFive,
        Self::SixteenSeventeen,
        Self::Unaccompanied,
    ];

    /// The word in the `covariate` and `term` columns.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LowIncome => "children_in_low_income_families",
            Self::MeanDecile => "mean_deprivation_decile",
            Self::MostDeprivedTenth => "children_in_most_deprived_tenth",
            Self::Tenth2 => "children_in_decile_2",
            Self::Tenth3 => "children_in_decile_3",
            Self::Tenth4 => "children_in_decile_4",
            Self::Tenth5 => "children_in_decile_5",
            Self::Tenth6 => "children_in_decile_6",
            Self::Tenth7 => "children_in_decile_7",
            Self::Tenth8 => "children_in_decile_8",
            Self::Tenth9 => "children_in_decile_9",
            Self::LeastDeprivedTenth => "children_in_least_deprived_tenth",
            Self::Mixed => "children_mixed",
            Self::Asian => "children_asian",
            Self::Black => "children_black",
            Self::OtherEthnic => "children_other_ethnic_group",
            Self::UnderFive => "children_aged_under_5",
            Self::SixteenSeventeen => "children_aged_16_17",
            Self::Unaccompanied => "unaccompanied_per_10k",
        }
    }
}

/// The value of a covariate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CovariateValue {
    /// Where.
    pub area: AreaCode,
    /// When.
    pub span: Span,
    /// Which.
    pub covariate: Covariate,
    /// The value, in the covariate's own unit, or why there is none.
    pub value: Reported<f64>,
    /// What must be said about it.
    pub issues: IssueSet,
}
