//! What models of authorities produce: fits, effects, gradients, fifths, claims, and the covariates
//! that went in.
//!
//! Types only. The fits are made in `disparity-analysis` with the methods of `disparity-stats`.
//! Here: which models there are, and what is said of a fit. Beside it what goes in ([`covariate`]), what
//! else comes out ([`gradient`]), and what documents say of it ([`claim`]).

mod claim;
mod covariate;
mod expected_model;
mod gradient;

pub use claim::{Claim, ClaimCheck, ClaimFigure};
pub use covariate::{Covariate, CovariateValue};
pub use expected_model::ExpectedModel;
pub use gradient::{
    Fifth, Gradient, GradientFigure, GradientMethod, Intersection, IntersectionFigure, Shrunken,
};

use std::fmt;

use crate::{AreaCode, Count, IndicatorId, IssueSet, Measured, Period, Rank, Reported};

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

    /// The years, earliest first.
    pub fn periods(self) -> impl Iterator<Item = Period> {
        (self.first.year()..=self.last.year()).filter_map(Period::ending)
    }

    /// How many years are taken together.
    #[must_use]
    pub fn years(self) -> i64 {
        i64::from(self.last.year()) - i64::from(self.first.year()) + 1
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
    /// The share of the variation of rates themselves.
    RSquaredRate,
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
            Self::RSquaredRate => "r_squared_rate",
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
