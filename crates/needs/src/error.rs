//! Why there is no assessment.

use disparity_core::{AreaCode, Period};

/// Why there is no assessment.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NeedsError {
    /// Not an authority of today.
    #[error("{authority} has no neighbourhoods: it is not an authority of today")]
    NoNeighbourhoods {
        /// The code.
        authority: AreaCode,
    },
    /// Nobody knows how many children live there.
    #[error("the number of children of {authority} is not known for {period}; choose another year")]
    NoChildren {
        /// The authority.
        authority: AreaCode,
        /// The year.
        period: Period,
    },
    /// A neighbourhood without a decile in any index.
    #[error("neighbourhood {neighbourhood} has no decile of deprivation")]
    NoDecile {
        /// The code.
        neighbourhood: AreaCode,
    },
    /// No year to assess.
    #[error("England's children in need are published for no year; name the year to assess")]
    NoCount,
    /// No index of deprivation.
    #[error("no index of deprivation is known, so neighbourhoods have no deciles")]
    NoIndex,
    /// Children by group cannot be fitted.
    #[error(
        "children of {authority} by ethnic group cannot be fitted to its neighbourhoods: {source}"
    )]
    Fitting {
        /// The authority.
        authority: AreaCode,
        /// Why.
        source: disparity_stats::Error,
    },
    /// England's rates cannot be fitted.
    #[error("England's rates of `{need}` cannot be fitted: {source}")]
    Rates {
        /// The need's word.
        need: String,
        /// Why.
        source: disparity_stats::Error,
    },
    /// A neighbourhood that is in no footprint or in several.
    #[error("neighbourhood {neighbourhood} is in {found} footprints; each must be in exactly one")]
    Footprints {
        /// The code.
        neighbourhood: AreaCode,
        /// In how many it is.
        found: usize,
    },
    /// England's count is not published.
    #[error("nothing is expected of `{need}`: England's count is not published")]
    NothingExpected {
        /// The need's word.
        need: String,
    },
    /// Ratios of seen to expected cannot be made.
    #[error("what was seen cannot be held against what is expected: {source}")]
    Ratios {
        /// Why.
        source: disparity_stats::Error,
    },
    /// An assumption that cannot be meant.
    #[error("the assumption `{name}` is {found}; it must be {must}")]
    Assumption {
        /// Its name.
        name: &'static str,
        /// Its value.
        found: f64,
        /// What it must be.
        must: &'static str,
    },
    /// An index of prices, and no year to bring spend to.
    #[error(
        "an index of prices is given and `price_year` is not; say in which year's prices spend is to be"
    )]
    NoPriceYear,
    /// An index of prices without a year.
    #[error(
        "the index of prices has no figure for {year}, the year that spend is to be brought to; give one"
    )]
    Deflator {
        /// The year.
        year: Period,
    },
    /// No year has spend on help and children in need the year after.
    #[error("no authority's spend on help is known with its children in need the year after")]
    NoSpend,
    /// A panel cannot be fitted.
    #[error("spend on help and children in need cannot be fitted (`{model}`): {source}")]
    Panel {
        /// The word of the model.
        model: &'static str,
        /// Why.
        source: disparity_stats::Error,
    },
}
