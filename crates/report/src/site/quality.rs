//! What the data hold, for whom, and what must be known of them.

use disparity_core::{IndicatorId, Period, Reported};
use serde::Serialize;

use super::Site;
use crate::page::{IssueLine, issues};
use crate::view::View;

/// What stands on the page.
#[derive(Debug, Serialize)]
pub(super) struct Quality {
    coverage: Vec<Coverage>,
    issues: Vec<IssueLine>,
}

/// What is held of one indicator.
#[derive(Debug, Serialize)]
struct Coverage {
    title: String,
    first: String,
    last: String,
    years: usize,
    /// Years between the first and the last without a figure for England.
    missing: String,
    /// Of the authorities of the last year.
    with_figure: usize,
    withheld: usize,
    absent: usize,
    source: String,
}

pub(super) fn quality(site: &Site<'_>) -> Quality {
    let view = site.view;
    let coverage = site
        .indicators
        .iter()
        .copied()
        .filter_map(|id| coverage(view, id));
    Quality {
        coverage: coverage.collect(),
        issues: issues(view),
    }
}

fn coverage(view: View<'_>, id: IndicatorId) -> Option<Coverage> {
    let periods = view.periods(id);
    let (first, last) = (*periods.first()?, *periods.last()?);
    let between = (first.year()..=last.year()).filter_map(Period::ending);
    let missing: Vec<String> = between
        .filter(|period| !periods.contains(period))
        .map(|period| period.to_string())
        .collect();
    let (mut with_figure, mut withheld, mut absent) = (0, 0, 0);
    for area in view.authorities(last) {
        match view.total(id, last, area.code).map(|row| row.numerator) {
            Some(Reported::Value(_)) => with_figure += 1,
            Some(Reported::Symbol(symbol)) if symbol.is_withheld() => withheld += 1,
            Some(Reported::Symbol(_)) | None => absent += 1,
        }
    }
    Some(Coverage {
        title: view.indicator(id).title.clone(),
        first: first.to_string(),
        last: last.to_string(),
        years: periods.len(),
        missing: if missing.is_empty() {
            "none".to_owned()
        } else {
            missing.join(", ")
        },
        with_figure,
        withheld,
        absent,
        source: view.source(id),
    })
}
