//! The part of the page that goes through the authorities, one by one.

use std::collections::BTreeMap;

use disparity_core::{
    Area, AreaCode, Expected, ExpectedModel, IndicatorId, Period, StructuralModel,
};
use serde::Serialize;

use super::percent_change;
use crate::charts::{Chart, trend};
use crate::format::{grouped, probability, ratio, reported, with_interval};
use crate::profile::{Against, Row, SmallNumber, profile, small_numbers};
use crate::view::View;

/// Authorities of one region.
#[derive(Debug, Serialize)]
pub(super) struct Region {
    name: String,
    authorities: Vec<Authority>,
}

/// One authority's part of the page.
#[derive(Debug, Serialize)]
struct Authority {
    code: String,
    name: String,
    facts: Vec<(&'static str, String)>,
    rows: Vec<AuthorityRow>,
    /// What models of all the others expect; empty without models.
    given: Vec<GivenRow>,
    /// Rates of few children: as counted, and drawn towards their kind.
    small: Vec<SmallRow>,
    trend: Option<TrendLink>,
}

#[derive(Debug, Serialize)]
struct TrendLink {
    file: String,
    title: String,
    description: String,
}

#[derive(Debug, Serialize)]
struct AuthorityRow {
    title: String,
    period: String,
    count: String,
    figure: String,
    neighbours: String,
    region: String,
    england: String,
    expected: String,
    ratio: String,
    position: String,
    change: String,
}

pub(super) fn regions(
    view: View<'_>,
    charted: &[IndicatorId],
    charts: &mut Vec<Chart>,
) -> Vec<Region> {
    let Some(period) = charted.iter().filter_map(|id| view.last_period(*id)).max() else {
        return Vec::new();
    };
    let mut by_region: BTreeMap<AreaCode, Vec<&Area>> = BTreeMap::new();
    for area in view.authorities(period) {
        by_region
            .entry(area.region.unwrap_or(AreaCode::ENGLAND))
            .or_default()
            .push(area);
    }
    by_region
        .into_iter()
        .map(|(region, mut areas)| {
            areas.sort_by(|a, b| a.name.cmp(&b.name));
            Region {
                name: view.catalogue.areas.name(region),
                authorities: areas
                    .into_iter()
                    .map(|area| authority(view, area, charted, period, charts))
                    .collect(),
            }
        })
        .collect()
}

fn authority(
    view: View<'_>,
    area: &Area,
    charted: &[IndicatorId],
    period: Period,
    charts: &mut Vec<Chart>,
) -> Authority {
    let chart = trend(view, charted, area);
    let link = TrendLink {
        file: chart.file.clone(),
        title: chart.title.clone(),
        description: chart.description.clone(),
    };
    let drawn = !chart.table.rows.is_empty();
    if drawn {
        charts.push(chart);
    }
    let rows = profile(view, area);
    Authority {
        code: area.code.to_string(),
        name: area.name.clone(),
        facts: facts(view, area, period),
        given: rows.iter().filter_map(|row| given_row(view, row)).collect(),
        small: small_numbers(view, area)
            .iter()
            .map(|small| small_row(view, small))
            .collect(),
        rows: rows.iter().map(|row| authority_row(view, row)).collect(),
        trend: drawn.then_some(link),
    }
}

fn authority_row(view: View<'_>, row: &Row<'_>) -> AuthorityRow {
    let own = view.indicator(row.indicator);
    let other = |against: &Against| against.words(own);
    let neighbours = match row.neighbours.neighbours {
        Some(found) if found.withheld > 0 => format!(
            "{} ({} of 10, {} withheld)",
            other(&row.neighbours),
            found.with_data + found.withheld,
            found.withheld
        ),
        Some(found) => format!("{} ({} of 10)", other(&row.neighbours), found.with_data),
        None => other(&row.neighbours),
    };
    let outcome = row.expected.map(|expected| expected.outcome);
    let adjusted = row.expected.and_then(|expected| expected.adjusted.value());
    AuthorityRow {
        title: own.short_title.clone(),
        period: row.period.to_string(),
        count: reported(&row.count, |n| grouped(f64::from(*n), 0)),
        figure: reported(&row.estimate, |measured| with_interval(measured, own)),
        neighbours,
        region: other(&row.region),
        england: other(&row.england),
        expected: outcome.map_or(String::new(), |o| reported(&o, |o| grouped(o.expected, 0))),
        ratio: outcome.map_or(String::new(), |o| reported(&o, |o| ratio(&o.ratio))),
        position: adjusted.map_or(String::new(), |adjusted| {
            adjusted.position.words(view.levels())
        }),
        change: reported(&row.year_before.ratio, |m| percent_change(m.value)),
    }
}

/// One indicator of an authority against what models expect of it.
#[derive(Debug, Serialize)]
struct GivenRow {
    title: String,
    period: String,
    count: String,
    deprivation: String,
    expected: String,
    ratio: String,
    probability: String,
    rank: String,
    fifth: String,
    position: String,
}

fn given_row(view: View<'_>, row: &Row<'_>) -> Option<GivenRow> {
    let full = row.given_all()?;
    let deprivation = ExpectedModel::Structural(StructuralModel::Deprivation);
    let by_deprivation = row.given.iter().find(|row| row.model == deprivation);
    let expected = |row: &Expected| reported(&row.outcome, |o| grouped(o.expected, 0));
    Some(GivenRow {
        title: view.indicator(row.indicator).short_title.clone(),
        period: row.period.to_string(),
        count: reported(&row.count, |n| grouped(f64::from(*n), 0)),
        deprivation: by_deprivation.map_or(String::new(), |row| expected(row)),
        expected: expected(full),
        ratio: reported(&full.outcome, |o| ratio(&o.ratio)),
        probability: reported(&full.model_based, |found| {
            probability(found.probability_above)
        }),
        rank: reported(&full.rank, |rank| {
            format!(
                "{} ({} to {}) of {}",
                rank.words(),
                rank.low,
                rank.high,
                rank.of
            )
        }),
        fifth: reported(&full.fifth, ToString::to_string),
        position: reported(&full.adjusted, |found| found.position.words(view.levels())),
    })
}

/// A rate of few children.
#[derive(Debug, Serialize)]
struct SmallRow {
    title: String,
    group: String,
    period: String,
    count: String,
    counted: String,
    drawn: String,
}

fn small_row(view: View<'_>, small: &SmallNumber<'_>) -> SmallRow {
    let row = small.estimate;
    let own = view.indicator(row.key.indicator);
    SmallRow {
        title: own.short_title.clone(),
        group: small.group.clone(),
        period: row.key.period.to_string(),
        count: reported(&row.numerator, |n| grouped(f64::from(*n), 0)),
        counted: reported(&row.outcome, |measured| with_interval(measured, own)),
        drawn: with_interval(&small.drawn, own),
    }
}

fn facts(view: View<'_>, area: &Area, period: Period) -> Vec<(&'static str, String)> {
    let catalogue = view.catalogue;
    let mut facts = Vec::new();
    let neighbours = catalogue.areas.neighbours(view.plan.neighbours, area.code);
    if !neighbours.is_empty() {
        let names: Vec<String> = neighbours
            .iter()
            .map(|neighbour| catalogue.areas.name(neighbour.area))
            .collect();
        facts.push((
            "Statistical neighbours",
            format!("{} ({})", names.join(", "), view.plan.neighbours.0),
        ));
    }
    if let Some(inspection) = catalogue.context.inspections.get(&area.code) {
        facts.push((
            "Ofsted overall effectiveness",
            format!(
                "{} (inspected {})",
                inspection.overall, inspection.inspected
            ),
        ));
    }
    if let Some(spend) = catalogue.context.spend.get(&(area.code, period.year())) {
        let pounds = reported(&spend.per_child, |pounds| {
            format!("£{}", grouped(*pounds, 0))
        });
        facts.push((
            "Spend on children’s social care for each child",
            format!("{pounds} (year ending 31 March {period})"),
        ));
    }
    if let Some(deciles) = catalogue
        .context
        .children_by_decile
        .get(&("imd_2025".to_owned(), area.code))
    {
        let all: f64 = deciles.iter().sum();
        if all > 0.0 {
            let share = deciles[0] / all * 100.0;
            facts.push((
                "Children aged 0 to 15 in the most deprived tenth of neighbourhoods",
                format!("{}% (IMD 2025, census 2021)", grouped(share, 1)),
            ));
        }
    }
    for change in catalogue.areas.boundary_changes(area.code) {
        let other = if catalogue.areas.entity(change.successor) == Some(area.code) {
            change.predecessor
        } else {
            change.successor
        };
        facts.push((
            "Boundary change",
            format!(
                "{} {}, {}",
                change.effective,
                change.kind.word(),
                catalogue.areas.name(other)
            ),
        ));
    }
    facts
}
