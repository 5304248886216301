//! The words of the field as types.
//!
//! # What flows through here
//! 1. Loaders fill a [`Cube`]: sorted [`Cell`]s of [`Reported`] counts and their denominators, keyed
//!    by indicator, area, period and [`Stratum`]. The [`Catalogue`] says what each key means.
//! 2. The analysis turns a cube into [`Results`]: estimates, expected-versus-actual, contrasts, and
//!    what models of authorities say.
//! 3. The gate (`disparity-disclosure`) makes a release of them, the only thing that may be written.
//!
//! Everything worth saying on the way travels as an [`Issue`] inside [`Warned`].
//!
//! # What it deliberately does not do
//! No files, no environment, no clock, no data frames, no statistics: numbers are computed in
//! `disparity-stats` and `disparity-analysis`, read and written at the edges.

pub mod answers;
mod area;
mod catalogue;
mod cube;
mod date;
mod dimension;
pub mod document;
mod indicator;
mod issue;
pub mod journeys;
mod levels;
mod marks;
mod measured;
mod names;
mod nation;
pub mod needs;
pub mod neighbourhoods;
mod period;
mod plan;
mod population;
mod relations;
mod reported;
mod results;
mod spend;
mod structural;
mod survey;
mod thousands;
mod verdict;

pub use verdict::{LEAST_AUTHORITIES, Verdict};

/// The two ends that figures hold.
pub use disparity_stats::Interval;
/// Rounding as the Department for Education publishes: half away from zero, with its epsilon.
pub use disparity_stats::round_half_up;
/// Rounding of figures and their total so that they still add up.
pub use disparity_stats::{RoundedHierarchy, controlled_rounding};

pub use area::{
    Area, AreaChange, AreaCode, AreaCodeError, AreaLookupError, Areas, ChangeKind, GeographicLevel,
    Neighbour, NeighbourModel, Tile,
};
pub use catalogue::{
    Catalogue, Context, Inspection, LowIncome, Origin, Source, Spend, edition_in_force,
};
pub use cube::{Basis, Cell, CellKey, Cube, CubeError, Denominator, DenominatorError, Frequencies};
pub use date::{Date, DateError};
pub use dimension::{Category, CategoryId, CodeList, Dimension, Dimensions, GroupNamed, Stratum};
pub use indicator::{
    Counted, DenominatorKind, Indicator, IndicatorId, Indicators, IndicatorsError, Timing, Unit,
};
pub use issue::{Concern, Issue, IssueCode, IssueSet, Place, Severity, Warned};
pub use journeys::{Day, Journeys};
pub use levels::{Intervals, Levels, LevelsError, Position, percent};
pub use marks::Marks;
pub use measured::{Measured, Rank};
pub use names::{did_you_mean, fold_name, nearest};
pub use nation::Nation;
pub use period::{MidYear, Period, PeriodError};
pub use plan::{ChineseGroup, ModelYears, Plan};
pub use population::{DecileShares, Population, Populations};
pub use relations::{CountRole, IndicatorRelations, Partition, Relations, StockFlow, Sums};
pub use reported::{Count, Reported, Rounding, Suppression, Symbol};
pub use results::{
    Adjusted, Background, Comparator, Contrast, Estimate, Expected, ExpectedCount, Measure,
    ModelBased, Neighbours, Provenance, Results,
};
pub use spend::{ServiceSpend, SpendGroup, SpendService};
pub use structural::{
    Claim, ClaimCheck, ClaimFigure, Covariate, CovariateValue, Effect, Ending, ExpectedModel,
    Fifth, Fit, FitKey, Gradient, GradientFigure, GradientMethod, Intersection, IntersectionFigure,
    Shrunken, Span, StructuralModel, Term, Variation,
};
pub use survey::{AnswerCount, AnswerKind, Respondents, SurveyCounts};
pub use thousands::{digits_of, thousands};
