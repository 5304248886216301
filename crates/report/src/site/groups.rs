//! The page about ethnic groups: England, each group by its name.

use disparity_core::{IndicatorId, Unit};
use serde::Serialize;

use super::Site;
use super::figure::Figure;
use crate::charts::ethnicity;

/// What stands on the page.
#[derive(Debug, Serialize)]
pub(super) struct Groups {
    figures: Vec<(String, Figure)>,
}

pub(super) fn groups(site: &Site<'_>) -> Groups {
    let view = site.view;
    let is_rate = |id: &IndicatorId| view.indicator(*id).unit() == Unit::Per10k;
    let of = |id: IndicatorId| {
        let mut periods = view.periods(id).into_iter().rev();
        let chart = periods.find_map(|period| ethnicity(view, id, period, view.national()))?;
        Some((view.indicator(id).title.clone(), chart))
    };
    let charts = site
        .indicators
        .iter()
        .copied()
        .filter(is_rate)
        .filter_map(of);
    Groups {
        figures: charts
            .map(|(title, chart)| (title, Figure::of("ethnicity", chart)))
            .collect(),
    }
}
