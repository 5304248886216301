//! One indicator's page: every authority, with intervals before ranks.

use disparity_core::{Area, ExpectedModel, IndicatorId, Period, Reported, Symbol, Verdict};
use serde::Serialize;

use super::figure::Figure;
use super::{Link, Site, england};
use crate::charts::{Kind, held_against};
use crate::format::{expected, grouped, ratio, ratio_ends, reported, unit_words, with_interval};
use crate::view::View;

/// What stands on the page.
#[derive(Debug, Serialize)]
pub(super) struct Indicator {
    title: String,
    name: String,
    definition: String,
    unit: &'static str,
    period: String,
    /// Whether what is expected is given who lives there.
    given: bool,
    league: Option<Figure>,
    distribution: Option<Figure>,
    map: Option<Figure>,
    funnel: Option<Figure>,
    regions: Option<Figure>,
    /// Where more is said of what models know; empty without one.
    more: String,
    rows: Vec<Line>,
}

/// One authority in the table behind the charts.
#[derive(Debug, Serialize)]
struct Line {
    link: Link,
    region: String,
    count: String,
    figure: String,
    against_england: String,
    expected: String,
    ratio: String,
    limits: String,
    verdict: String,
}

pub(super) fn indicator(site: &Site<'_>, id: IndicatorId) -> Option<Indicator> {
    let view = site.view;
    let own = view.indicator(id);
    let period = view.last_period(id)?;
    let given = site.given.contains(&id);
    let model = held_against(view, id, period);
    let chart = |kind: Kind| kind.draw(view, (id, period), None);
    let names: Vec<&str> = site
        .authorities
        .iter()
        .map(|area| area.name.as_str())
        .collect();
    let table = ("authorities", names.as_slice());
    let beside = |kind: Kind| Some(Figure::beside(kind.word(), chart(kind)?, table));
    Some(Indicator {
        title: own.title.clone(),
        name: own.name.clone(),
        definition: own.definition.clone(),
        unit: unit_words(own.unit()),
        period: period.to_string(),
        given,
        league: beside(Kind::League),
        distribution: beside(Kind::Distribution),
        map: beside(Kind::Map),
        funnel: beside(Kind::Funnel),
        regions: chart(Kind::Regions).map(|chart| Figure::of("regions", chart)),
        more: if given {
            super::SitePage::GivenOf(id).address(view)
        } else {
            String::new()
        },
        rows: site
            .authorities
            .iter()
            .map(|area| line(view, id, period, model, area))
            .collect(),
    })
}

fn line(
    view: View<'_>,
    id: IndicatorId,
    period: Period,
    model: ExpectedModel,
    area: &Area,
) -> Line {
    let own = view.indicator(id);
    let total = view.total(id, period, area.code);
    let absent = Symbol::NotAvailable;
    let count = total.map_or(Reported::Symbol(absent), |row| row.numerator);
    let figure = total.map_or(Reported::Symbol(absent), |row| row.outcome);
    let found = view.expected(id, period, area.code, model);
    let outcome = found.map_or(Reported::Symbol(Symbol::NotApplicable), |row| row.outcome);
    let adjusted = found.map_or(Reported::Symbol(Symbol::NotApplicable), |row| row.adjusted);
    let verdict = |model| {
        let row = view.expected(id, period, area.code, model);
        let verdict = row.and_then(|row| row.verdict().value());
        verdict.map_or("not compared".to_owned(), Verdict::words)
    };
    Line {
        link: england::link(area),
        region: area
            .region
            .map(|code| view.catalogue.areas.name(code))
            .unwrap_or_default(),
        count: reported(&count, |n| grouped(f64::from(*n), 0)),
        figure: reported(&figure, |found| with_interval(found, own)),
        against_england: verdict(ExpectedModel::NationalRate),
        expected: reported(&outcome, expected),
        ratio: reported(&outcome, |found| ratio(&found.ratio)),
        limits: reported(&adjusted, |found| ratio_ends(found.limits.shown())),
        verdict: verdict(model),
    }
}
