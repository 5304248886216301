//! What documents of the field say, beside the same figures.

use crate::{IndicatorId, Intervals, IssueSet, Period, Reported};

use super::{Span, StructuralModel};

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
    /// The share of the variation of rates, not of their logs, that goes with them.
    RSquaredRate,
}

impl ClaimFigure {
    /// Every figure.
    pub const ALL: [Self; 6] = [
        Self::Decile1To10,
        Self::ExpSigma,
        Self::LondonLowestFifth,
        Self::LondonHighestFifth,
        Self::RSquared,
        Self::RSquaredRate,
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
            Self::RSquaredRate => "r_squared_rate",
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
