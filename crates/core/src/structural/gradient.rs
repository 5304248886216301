//! How rates go with deprivation and with several characteristics at once, where the lowest and the
//! highest authorities lie, and what rates of few children are worth.

use crate::{
    AreaCode, Count, Dimension, IndicatorId, IssueSet, Measured, Period, Reported, Stratum,
};

use super::Span;

/// How rates by decile were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GradientMethod {
    /// Counted in each decile.
    Direct,
    /// From the totals of authorities, each decile the same factor above the next.
    EcologicalLogLinear,
    /// From the totals of authorities, no decile below a less deprived one.
    EcologicalMonotone,
}

impl GradientMethod {
    /// Every method, in output order.
    pub const ALL: [Self; 3] = [
        Self::Direct,
        Self::EcologicalLogLinear,
        Self::EcologicalMonotone,
    ];

    /// The word in the `gradient` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::EcologicalLogLinear => "ecological_log_linear",
            Self::EcologicalMonotone => "ecological_monotone",
        }
    }

    /// What its rates were found from.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Direct => "counts in each tenth",
            Self::EcologicalLogLinear => "authorities' totals, the same factor between tenths",
            Self::EcologicalMonotone => "authorities' totals, any shape that does not rise",
        }
    }
}

/// One figure of a gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GradientFigure {
    /// The rate in a decile, 1 the most deprived.
    Rate(u8),
    /// The rate of a decile over that of the next less deprived one.
    RatioPerDecile,
    /// The rate of decile 1 over that of decile 10.
    RatioMostToLeast,
    /// The rate of the most deprived child less that of the least deprived, on the line of best fit.
    SlopeIndex,
    /// The one over the other.
    RelativeIndex,
}

impl GradientFigure {
    /// The word in the `statistic` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rate(_) => "rate",
            Self::RatioPerDecile => "rate_ratio_per_decile",
            Self::RatioMostToLeast => "rate_ratio_decile_1_to_10",
            Self::SlopeIndex => "slope_index",
            Self::RelativeIndex => "relative_index",
        }
    }
}

/// One figure of the gradient by deprivation of one area and period.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient {
    /// Of what.
    pub indicator: IndicatorId,
    /// When.
    pub period: Period,
    /// Where.
    pub area: AreaCode,
    /// How it was found.
    pub found: GradientMethod,
    /// Which figure.
    pub figure: GradientFigure,
    /// How many were counted, in the decile or in all.
    pub count: Reported<Count>,
    /// The children, in the decile or in all.
    pub children: Reported<f64>,
    /// The figure.
    pub value: Reported<Measured>,
    /// What must be said about it.
    pub issues: IssueSet,
}

/// How many authorities of a region lie in one fifth of all, ordered against what is expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fifth {
    /// Of what.
    pub indicator: IndicatorId,
    /// When.
    pub span: Span,
    /// Against which expectation.
    pub model: crate::ExpectedModel,
    /// Which region.
    pub region: AreaCode,
    /// 1, the lowest against expectation, to 5.
    pub fifth: u8,
    /// Authorities of the region in that fifth.
    pub authorities: Count,
    /// Authorities in that fifth.
    pub in_fifth: Count,
    /// Authorities of the region.
    pub in_region: Count,
    /// Share of the fifth that lies in the region: a fact about authorities and no sample of anything,
    /// so without an interval.
    pub share: Reported<f64>,
}

/// One figure about intersections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntersectionFigure {
    /// The share of the variance that lies between intersections.
    Between,
    /// The share that still does once the characteristics one by one are known.
    BeyondAdditive,
    /// The share of the variance between intersections that the characteristics one by one explain.
    Explained,
    /// How far one intersection lies from what its characteristics one by one give, shrunken.
    Interaction,
}

impl IntersectionFigure {
    /// Every figure, in output order.
    pub const ALL: [Self; 4] = [
        Self::Between,
        Self::BeyondAdditive,
        Self::Explained,
        Self::Interaction,
    ];

    /// The word in the `statistic` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Between => "variance_between_intersections",
            Self::BeyondAdditive => "variance_beyond_additive",
            Self::Explained => "variance_explained_additively",
            Self::Interaction => "interaction",
        }
    }
}

/// One figure about an intersection of several characteristics, or about all of them (`Total`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intersection {
    /// Of what.
    pub indicator: IndicatorId,
    /// When.
    pub period: Period,
    /// Where.
    pub area: AreaCode,
    /// Which dimensions are crossed, in the order of [`Dimension::ALL`].
    pub crossed: [bool; Dimension::ALL.len()],
    /// The intersection.
    pub stratum: Stratum,
    /// Which figure.
    pub figure: IntersectionFigure,
    /// How many were counted.
    pub count: Reported<Count>,
    /// The children, or the count it is a part of.
    pub children: Reported<f64>,
    /// The rate as counted; of one intersection only, as the next two.
    pub raw: Reported<f64>,
    /// The rate that the characteristics one by one give.
    pub additive: Reported<f64>,
    /// Between the two, by as much as the count is uncertain.
    pub shrunken: Reported<f64>,
    /// The figure.
    pub value: Reported<Measured>,
}

/// A small-number rate drawn towards the rate of its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shrunken {
    /// Whose rate.
    pub key: crate::CellKey,
    /// The shrunken rate.
    pub rate: Measured,
}
