//! What a run is asked to do, with every default resolved. The program writes this into the
//! manifest, so that someone else can ask for the same.

use crate::{AreaCode, IndicatorId, Levels, NeighbourModel, Period};

/// Which broad group Chinese children are counted in.
///
/// The Department for Education's current standard, and every authority-level table here, has
/// Chinese inside Asian; older publications had it inside Other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ChineseGroup {
    /// Inside Asian, as the tables are published.
    #[default]
    Asian,
    /// Inside Other, where the detailed groups allow it to be moved.
    Other,
}

impl ChineseGroup {
    /// The word in a plan.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asian => "asian",
            Self::Other => "other",
        }
    }
}

/// For which years models of authorities are fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ModelYears {
    /// None.
    None,
    /// The latest year of each indicator.
    Latest,
    /// Every year, and the last five together.
    #[default]
    All,
}

impl ModelYears {
    /// The word in a plan.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Latest => "latest",
            Self::All => "all",
        }
    }
}

/// A resolved request.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Indicators to compute, in code-list order.
    pub indicators: Vec<IndicatorId>,
    /// Those of them to compare: between authorities, groups and years.
    pub compared: Vec<IndicatorId>,
    /// Those of them to fit models of authorities to.
    pub modelled: Vec<IndicatorId>,
    /// For which years.
    pub model_years: ModelYears,
    /// Authorities to write; `None` for all. England and the regions are always written.
    pub authorities: Option<Vec<AreaCode>>,
    /// Periods to write; `None` for all. Changes still look at earlier years.
    pub periods: Option<Vec<Period>>,
    /// Areas that each of those authorities is compared with, beside the usual ones.
    pub against: Vec<AreaCode>,
    /// Which list of statistical neighbours to compare with.
    pub neighbours: NeighbourModel,
    /// Which broad group Chinese children are counted in.
    pub chinese_group: ChineseGroup,
    /// Whether City of London and Isles of Scilly are ranked and used as neighbours.
    pub include_tiny: bool,
    /// Code of the broad ethnic group the others are compared with.
    pub reference_group: String,
    /// The confidence levels of every interval.
    pub levels: Levels,
}

impl Plan {
    /// Whether rows for an area are written.
    #[must_use]
    pub fn wants_area(&self, area: AreaCode, is_authority: bool) -> bool {
        !is_authority
            || self.against.contains(&area)
            || self
                .authorities
                .as_ref()
                .is_none_or(|wanted| wanted.contains(&area))
    }

    /// Whether rows for a period are written.
    #[must_use]
    pub fn wants_period(&self, period: Period) -> bool {
        self.periods
            .as_ref()
            .is_none_or(|wanted| wanted.contains(&period))
    }
}
