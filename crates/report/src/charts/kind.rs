//! Every kind of chart by its name.

use disparity_core::{
    Area, ExpectedModel, FitKey, IndicatorId, Period, Span, StructuralModel, Variation,
};

use super::{
    Chart, caterpillar, distribution, ethnicity, funnel, gradient, league, observed_expected,
    position, regions, tiles, trend,
};
use crate::profile::{Years, profile};
use crate::view::View;

/// The model that charts show: everything that is known of who lives there.
pub(crate) const SHOWN: StructuralModel = StructuralModel::Full;

/// A kind of chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Every authority's rate with its interval.
    League,
    /// Every authority's rate as a dot, stacked.
    Distribution,
    /// Every authority against England, as a tile.
    Map,
    /// Every authority against what is expected given who lives there, as a tile.
    MapGiven,
    /// What was counted against what is expected given who lives there.
    ObservedExpected,
    /// The ratio of both by size, with overdispersed limits; against England's rate where there is no model.
    Funnel,
    /// Every authority's effect with its interval, in order.
    Caterpillar,
    /// England's rate by fifth or tenth of deprivation.
    Gradient,
    /// England and its regions over the years.
    Regions,
    /// Rates by ethnic group, each named.
    Ethnicity,
    /// An authority's years beside its neighbours and England.
    Trend,
    /// Where an authority stands against what is expected of it, by every indicator.
    Position,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::League,
        Self::Distribution,
        Self::Map,
        Self::MapGiven,
        Self::ObservedExpected,
        Self::Funnel,
        Self::Caterpillar,
        Self::Gradient,
        Self::Regions,
        Self::Ethnicity,
        Self::Trend,
        Self::Position,
    ];

    /// Its name, as a user types it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::League => "league",
            Self::Distribution => "distribution",
            Self::Map => "map",
            Self::MapGiven => "map-given-who-lives-there",
            Self::ObservedExpected => "observed-expected",
            Self::Funnel => "funnel",
            Self::Caterpillar => "caterpillar",
            Self::Gradient => "gradient",
            Self::Regions => "regions",
            Self::Ethnicity => "ethnicity",
            Self::Trend => "trend",
            Self::Position => "position",
        }
    }

    /// What it shows, as a phrase.
    #[must_use]
    pub fn shows(self) -> &'static str {
        match self {
            Self::League => "every authority's rate with its interval, by region",
            Self::Distribution => "every authority's rate as a dot, stacked",
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
            Self::Regions => "England and its regions over the years",
            Self::Ethnicity => "rates by ethnic group",
            Self::Trend => "an authority's years beside its neighbours and England",
            Self::Position => "an authority against what is expected of it, by every indicator",
        }
    }

    /// Whether it needs models of authorities.
    #[must_use]
    pub fn needs_models(self) -> bool {
        matches!(
            self,
            Self::MapGiven
                | Self::ObservedExpected
                | Self::Funnel
                | Self::Caterpillar
                | Self::Position
        )
    }

    /// Whether it is a map, which can be drawn within boundaries.
    #[must_use]
    pub fn is_map(self) -> bool {
        matches!(self, Self::Map | Self::MapGiven)
    }

    /// Whether it is about one area, and not about all authorities.
    #[must_use]
    pub fn is_of_one_area(self) -> bool {
        matches!(self, Self::Ethnicity | Self::Trend | Self::Position)
    }

    /// Whether it shows all years, whichever were asked for.
    #[must_use]
    pub fn is_of_all_years(self) -> bool {
        matches!(self, Self::Trend | Self::Regions)
    }

    /// Whether it shows all indicators.
    #[must_use]
    pub fn is_of_all_indicators(self) -> bool {
        self == Self::Position
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
        let code = area.map_or(view.national(), |area| area.code);
        match self {
            Self::League => Some(league(view, indicator, period)),
            Self::Distribution => distribution(view, indicator, period),
            Self::Map => tiles(view, indicator, period, ExpectedModel::NationalRate),
            Self::MapGiven => tiles(view, indicator, period, ExpectedModel::Structural(SHOWN)),
            Self::ObservedExpected => observed_expected(view, indicator, period, SHOWN),
            Self::Funnel => {
                let model = held_against(view, indicator, period);
                funnel(view, indicator, period, model)
            }
            Self::Caterpillar => caterpillar(view, fit(indicator, period)),
            Self::Gradient => gradient(view, indicator, period, code),
            Self::Ethnicity => ethnicity(view, indicator, period, code),
            Self::Regions => regions(view, indicator),
            Self::Trend => {
                let chart = trend(view, &[indicator], area?);
                let name = &view.indicator(indicator).name;
                (!chart.table.rows.is_empty()).then(|| Chart {
                    file: format!("trend_{name}_{code}.svg"),
                    ..chart
                })
            }
            Self::Position => position(view, area?, &profile(view, area?, Years::Last)),
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

/// What a figure is held against: what is expected given who lives there, or England's rate where no model is fitted.
pub(crate) fn held_against(
    view: View<'_>,
    indicator: IndicatorId,
    period: Period,
) -> ExpectedModel {
    if view.fit(indicator, period, SHOWN).is_some() {
        ExpectedModel::Structural(SHOWN)
    } else {
        ExpectedModel::NationalRate
    }
}
