//! What models of authorities produce: fits, effects, gradients, fifths, claims, and the covariates
//! that went in.
//!
//! Types only. The fits are made in `disparity-analysis` with the methods of `disparity-stats`.

use std::fmt;

use crate::{
    AreaCode, Count, IndicatorId, Intervals, IssueSet, Measured, Period, Rank, Reported, Stratum,
};

/// One reporting year, or several taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The last year. First in the order, so that years and the spans that end in them lie together.
    pub last: Period,
    /// The first year.
    pub first: Period,
}

impl Span {
    /// A single year.
    #[must_use]
    pub const fn year(period: Period) -> Self {
        Self {
            last: period,
            first: period,
        }
    }

    /// Whether several years are taken together.
    #[must_use]
    pub fn is_pooled(self) -> bool {
        self.first != self.last
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_pooled() {
            write!(f, "{}-{}", self.first, self.last)
        } else {
            self.last.fmt(f)
        }
    }
}

/// What is known about the children of an authority before its count is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StructuralModel {
    /// Nothing but how many children there are.
    Null,
    /// Also how many live in low-income families.
    Deprivation,
    /// Also which ethnic groups they belong to.
    DeprivationEthnicity,
    /// Also how deprived their neighbourhoods are, their ages and, for children looked after, how
    /// many are unaccompanied; those are part of the count and are taken as given.
    Full,
}

impl StructuralModel {
    /// Every model, from the least to the most that is known.
    pub const ALL: [Self; 4] = [
        Self::Null,
        Self::Deprivation,
        Self::DeprivationEthnicity,
        Self::Full,
    ];

    /// The word in the `model` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Null => "structural_null",
            Self::Deprivation => "structural_deprivation",
            Self::DeprivationEthnicity => "structural_deprivation_ethnicity",
            Self::Full => "structural_full",
        }
    }

    /// What the model knows, for people, of an indicator of that family.
    #[must_use]
    pub fn words(self, family: &str) -> &'static str {
        match self {
            Self::Null => "the number of children alone",
            Self::Deprivation => "children in low-income families",
            Self::DeprivationEthnicity => "children in low-income families and ethnic groups",
            Self::Full if family == Self::LOOKED_AFTER => {
                "low income, neighbourhood deprivation, ethnic groups, ages and unaccompanied children"
            }
            Self::Full => "low income, neighbourhood deprivation, ethnic groups and ages",
        }
    }

    /// The family of indicators whose full model also knows of unaccompanied children: they are looked
    /// after as soon as they arrive, whatever the authority does.
    pub const LOOKED_AFTER: &'static str = "children_looked_after";
}

/// The same question asked a little differently, to see whether the answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variation {
    /// As always.
    Main,
    /// The authorities outside London only.
    WithoutLondon,
    /// City of London and Isles of Scilly too.
    WithTinyAreas,
    /// Unaccompanied asylum-seeking children not counted.
    WithoutUnaccompanied,
    /// Each region with a level of its own.
    WithRegion,
    /// Deprivation by the Indices of Deprivation 2025, where the main answer has those of 2019.
    LaterIndex,
}

impl Variation {
    /// The word in the `variation` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::WithoutLondon => "without_london",
            Self::WithTinyAreas => "with_tiny_areas",
            Self::WithoutUnaccompanied => "without_unaccompanied",
            Self::WithRegion => "with_region",
            Self::LaterIndex => "later_index",
        }
    }

    /// Every variation, in output order.
    pub const ALL: [Self; 6] = [
        Self::Main,
        Self::WithoutLondon,
        Self::WithTinyAreas,
        Self::WithoutUnaccompanied,
        Self::WithRegion,
        Self::LaterIndex,
    ];
}

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
    pub const TENTHS: [Self; 10] = [
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
    ];

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

/// One figure that people quote of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// The rate of a typical authority with the mean of every covariate, per child.
    Baseline,
    /// The rate ratio for one standard deviation, between authorities, more of a covariate.
    Covariate(Covariate),
    /// The rate ratio of a region to the first one.
    Region(AreaCode),
    /// The standard deviation between authorities of the log rate that the covariates leave.
    Sigma,
    /// exp(sigma): an authority one standard deviation higher against a typical one.
    OneSdRatio,
    /// The median rate ratio of two authorities taken at random, the higher over the lower.
    MedianRateRatio,
    /// The share of the variance between authorities that the covariates take away.
    VarianceExplained,
    /// The share of the variation of log rates that goes with the covariates.
    RSquared,
}

impl Term {
    /// The word in the `statistic` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Baseline => "baseline_rate",
            Self::Covariate(_) | Self::Region(_) => "rate_ratio",
            Self::Sigma => "sigma",
            Self::OneSdRatio => "exp_sigma",
            Self::MedianRateRatio => "median_rate_ratio",
            Self::VarianceExplained => "variance_explained",
            Self::RSquared => "r_squared_log_rate",
        }
    }
}

/// Which fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FitKey {
    /// Of what.
    pub indicator: IndicatorId,
    /// When.
    pub span: Span,
    /// With what known.
    pub model: StructuralModel,
    /// The usual way or another.
    pub variation: Variation,
}

/// A model that was fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Which.
    pub key: FitKey,
    /// How many authorities it was fitted to.
    pub areas: Count,
    /// How it ended; absent when there is no fit at all.
    pub ending: Reported<Ending>,
    /// What it says, by term.
    pub terms: Vec<(Term, Reported<Measured>)>,
    /// The share of authorities that lie in another fifth than in the main variation, of which it is
    /// a fact and not an estimate.
    pub fifths_changed: Reported<f64>,
    /// What must be said about it.
    pub issues: IssueSet,
}

/// How a fit ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ending {
    /// Whether it is a maximum of the likelihood.
    pub converged: bool,
    /// Whether it found no spread between authorities.
    pub singular: bool,
    /// The log-likelihood, its constants included.
    pub log_likelihood: f64,
    /// Akaike's criterion.
    pub aic: f64,
}

/// How far one authority lies from what the covariates say, its own count included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Which fit; always the main variation.
    pub key: FitKey,
    /// Where.
    pub area: AreaCode,
    /// The ratio to a typical authority with the same covariates, shrunken, with its interval.
    pub ratio: Measured,
    /// Probability that it is above 1.
    pub probability_above: f64,
    /// Rank, 1 the highest, with its interval.
    pub rank: Reported<Rank>,
    /// What must be said about it.
    pub issues: IssueSet,
}

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

/// Which computed figure stands beside a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimFigure {
    /// The rate of the most over that of the least deprived tenth, counted or, without counts, from
    /// the totals of authorities with the same factor between tenths.
    Decile1To10,
    /// exp(sigma) of a model.
    ExpSigma,
    /// The share of London in the lowest fifth against a model.
    LondonLowestFifth,
    /// The share of London in the highest fifth against a model.
    LondonHighestFifth,
    /// The share of the variation of log rates that goes with a model's covariates.
    RSquared,
}

impl ClaimFigure {
    /// Every figure.
    pub const ALL: [Self; 5] = [
        Self::Decile1To10,
        Self::ExpSigma,
        Self::LondonLowestFifth,
        Self::LondonHighestFifth,
        Self::RSquared,
    ];

    /// The word in the list of claims and in the `figure` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decile1To10 => "decile_1_to_10",
            Self::ExpSigma => "exp_sigma",
            Self::LondonLowestFifth => "london_lowest_fifth",
            Self::LondonHighestFifth => "london_highest_fifth",
            Self::RSquared => "r_squared",
        }
    }
}

/// What a document claims, and which figure of ours stands beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Short name.
    pub name: String,
    /// The document.
    pub document: String,
    /// What it says, in our words.
    pub said: String,
    /// Its figure.
    pub stated: f64,
    /// Ours.
    pub figure: ClaimFigure,
    /// Of what.
    pub indicator: IndicatorId,
    /// When; the latest year if not given.
    pub period: Option<Period>,
    /// Against which model, for figures of one.
    pub model: StructuralModel,
    /// Why the two may differ.
    pub why: String,
}

/// A claim beside the figure that was computed.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimCheck {
    /// Its place in the catalogue's list.
    pub claim: usize,
    /// When.
    pub span: Span,
    /// The computed figure.
    pub found: Reported<f64>,
    /// Its intervals, unless it is a fact about authorities.
    pub intervals: Option<Intervals>,
    /// The method of the figure.
    pub method: Option<&'static str>,
    /// What must be said about it.
    pub issues: IssueSet,
}
