//! Every kind of chart by its name.

use disparity_core::{
    Area, AreaCode, ExpectedModel, FitKey, IndicatorId, Period, Span, StructuralModel, Variation,
};

use super::{
    Chart, caterpillar, ethnicity, funnel, gradient, league, observed_expected, tiles, trend,
};
use crate::view::View;

/// The model that charts show: everything that is known of who lives there.
pub(crate) const SHOWN: StructuralModel = StructuralModel::Full;

/// A kind of chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Every authority's rate with its interval.
    League,
    /// Every authority against England, as a tile.
    Map,
    /// Every authority against what is expected given who lives there, as a tile.
    MapGiven,
    /// What was counted against what is expected given who lives there.
    ObservedExpected,
    /// The ratio of both by size, with overdispersed limits.
    Funnel,
    /// Every authority's effect with its interval, in order.
    Caterpillar,
    /// England's rate by fifth or tenth of deprivation.
    Gradient,
    /// Rates by ethnic group, each named.
    Ethnicity,
    /// An authority's years beside its neighbours and England.
    Trend,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::League,
        Self::Map,
        Self::MapGiven,
        Self::ObservedExpected,
        Self::Funnel,
        Self::Caterpillar,
        Self::Gradient,
        Self::Ethnicity,
        Self::Trend,
    ];

    /// Its name, as a user types it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::League => "league",
            Self::Map => "map",
            Self::MapGiven => "map-given-who-lives-there",
            Self::ObservedExpected => "observed-expected",
            Self::Funnel => "funnel",
            Self::Caterpillar => "caterpillar",
            Self::Gradient => "gradient",
            Self::Ethnicity => "ethnicity",
            Self::Trend => "trend",
        }
    }

    /// What it shows, as a phrase.
    #[must_use]
    pub fn shows(self) -> &'static str {
        match self {
            Self::League => "every authority's rate with its interval, by region",
            Self::Map => "every authority against England's rate, as tiles",
            Self::MapGiven => {
                "every authority against what is expected given who lives there, as tiles"
            }
            Self::ObservedExpected => {
                "what was counted against what is expected given who lives there"
            }
            Self::Funnel => "the ratio of both by size, with overdispersed limits",
            Self::Caterpillar => "every authority's effect with its interval, in order",
            Self::Gradient => "rates by deprivation of the neighbourhood",
            Self::Ethnicity => "rates by ethnic group",
            Self::Trend => "an authority's years beside its neighbours and England",
        }
    }

    /// Whether it needs models of authorities.
    #[must_use]
    pub fn needs_models(self) -> bool {
        match self {
            Self::MapGiven | Self::ObservedExpected | Self::Funnel | Self::Caterpillar => true,
            Self::League | Self::Map | Self::Gradient | Self::Ethnicity | Self::Trend => false,
        }
    }

    /// Whether it is about one area, and not about all authorities.
    #[must_use]
    pub fn is_of_one_area(self) -> bool {
        matches!(self, Self::Gradient | Self::Ethnicity | Self::Trend)
    }

    /// The chart of an indicator in a year; of an area, if the kind is about one. None where there are no figures to
    /// draw.
    #[must_use]
    pub fn draw(
        self,
        view: View<'_>,
        (indicator, period): (IndicatorId, Period),
        area: Option<&Area>,
    ) -> Option<Chart> {
        let code = area.map_or(AreaCode::ENGLAND, |area| area.code);
        match self {
            Self::League => Some(league(view, indicator, period)),
            Self::Map => tiles(view, indicator, period, ExpectedModel::NationalRate),
            Self::MapGiven => tiles(view, indicator, period, ExpectedModel::Structural(SHOWN)),
            Self::ObservedExpected => observed_expected(view, indicator, period, SHOWN),
            Self::Funnel => funnel(view, indicator, period, SHOWN),
            Self::Caterpillar => caterpillar(view, fit(indicator, period)),
            Self::Gradient => gradient(view, indicator, period, code),
            Self::Ethnicity => ethnicity(view, indicator, period, code),
            Self::Trend => {
                Some(trend(view, &[indicator], area?)).filter(|chart| !chart.table.rows.is_empty())
            }
        }
    }
}

/// The fit that charts show.
fn fit(indicator: IndicatorId, period: Period) -> FitKey {
    FitKey {
        indicator,
        span: Span::year(period),
        model: SHOWN,
        variation: Variation::Main,
    }
}
