//! Given who lives there: what models of authorities say of all indicators, and of one.

use disparity_core::IndicatorId;
use serde::Serialize;

use super::figure::{Figure, Table};
use super::{Link, Site, SitePage};
use crate::charts::Kind;
use crate::page::models::{checks, claims, fifths, models};

/// What stands on the page about all.
#[derive(Debug, Serialize)]
pub(super) struct Given {
    of: Vec<OneOf>,
    claims: Option<Table>,
}

/// One indicator: how much authorities differ beyond what each model knows.
#[derive(Debug, Serialize)]
struct OneOf {
    link: Link,
    models: Table,
}

/// What stands on the page about one.
#[derive(Debug, Serialize)]
pub(super) struct GivenOf {
    title: String,
    period: String,
    /// The page of the indicator.
    indicator: String,
    models: Table,
    figures: Vec<Figure>,
    fifths: Table,
    checks: Option<Table>,
    gradient: Option<Figure>,
}

pub(super) fn given(site: &Site<'_>) -> Given {
    let view = site.view;
    let of = |id: IndicatorId| {
        let period = view.last_period(id)?;
        Some(OneOf {
            link: Link {
                title: format!("{}, {period}", view.indicator(id).title),
                address: SitePage::GivenOf(id).address(view),
            },
            models: Table::of(models(view, id, period)),
        })
    };
    Given {
        of: site.given.iter().copied().filter_map(of).collect(),
        claims: claims(view).map(Table::of),
    }
}

pub(super) fn of_indicator(site: &Site<'_>, id: IndicatorId) -> Option<GivenOf> {
    let view = site.view;
    let period = view.last_period(id)?;
    let chart = |kind: Kind| kind.draw(view, (id, period), None);
    let counted = chart(Kind::ObservedExpected);
    let rows = counted.iter().flat_map(|chart| &chart.table.rows);
    let names: Vec<String> = rows.map(|row| row[0].clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let table = ("observed_expected", names.as_slice());
    let drawn = [
        chart(Kind::MapGiven).map(|chart| Figure::beside("map", chart, table)),
        counted.map(|chart| Figure::of("observed_expected", chart)),
        chart(Kind::Caterpillar).map(|chart| Figure::of("caterpillar", chart)),
    ];
    Some(GivenOf {
        title: view.indicator(id).title.clone(),
        period: period.to_string(),
        indicator: SitePage::Indicator(id).address(view),
        models: Table::of(models(view, id, period)),
        figures: drawn.into_iter().flatten().collect(),
        fifths: Table::of(fifths(view, id, period)),
        checks: checks(view, id, period).map(Table::of),
        gradient: chart(Kind::Gradient).map(|chart| Figure::of("gradient", chart)),
    })
}
