//! The part of the page that goes through the authorities, one by one.

use std::collections::BTreeMap;

use disparity_core::{Area, AreaCode, ExpectedModel, IndicatorId, Period};
use serde::Serialize;

use crate::charts::{Chart, trend};
use crate::format::{change, expected, grouped, probability, ratio, reported, with_interval};
use crate::profile::{Against, BEHIND, Row, SmallNumber, Years, profile, small_numbers};
use crate::view::{Standing, View};

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
    /// What is expected, the one expectation to quote of each indicator.
    expected: Vec<ExpectedRow>,
    /// What other ways to expect would give.
    others: Vec<OtherRow>,
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
pub(crate) struct AuthorityRow {
    title: String,
    period: String,
    count: String,
    figure: String,
    neighbours: String,
    region: String,
    england: String,
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
    // Those around the ones that were chosen are in the charts alone.
    let told = view
        .authorities(period)
        .filter(|area| view.standing(area.code) != Standing::Background);
    for area in told {
        by_region
            .entry(area.region.unwrap_or(view.national()))
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
    let rows = profile(view, area, Years::Last);
    Authority {
        code: area.code.to_string(),
        name: area.name.clone(),
        facts: facts(view, area, period),
        expected: rows
            .iter()
            .filter_map(|row| expected_row(view, row))
            .collect(),
        others: rows.iter().filter_map(|row| other_row(view, row)).collect(),
        small: small_numbers(view, area, Years::Last)
            .iter()
            .map(|small| small_row(view, small))
            .collect(),
        rows: rows.iter().map(|row| authority_row(view, row)).collect(),
        trend: drawn.then_some(link),
    }
}

pub(crate) fn authority_row(view: View<'_>, row: &Row<'_>) -> AuthorityRow {
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
    AuthorityRow {
        title: own.short_title.clone(),
        period: row.period.to_string(),
        count: reported(&row.count, |n| grouped(f64::from(*n), 0)),
        figure: reported(&row.estimate, |measured| with_interval(measured, own)),
        neighbours,
        region: other(&row.region),
        england: other(&row.england),
        change: change(
            &row.year_before.ratio,
            &row.year_before.difference,
            own.unit(),
        ),
    }
}

/// One indicator of an authority against what is expected of it.
#[derive(Debug, Serialize)]
pub(crate) struct ExpectedRow {
    title: String,
    period: String,
    count: String,
    expected: String,
    ratio: String,
    verdict: String,
    probability: String,
    rank: String,
    fifth: String,
}

impl ExpectedRow {
    /// What its row begins with.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }
}

pub(crate) fn expected_row(view: View<'_>, row: &Row<'_>) -> Option<ExpectedRow> {
    let quoted = row.quoted?;
    // Of England's rates there is no probability.
    let probability = match quoted.model {
        ExpectedModel::Structural(_) => reported(&quoted.model_based, |found| {
            probability(found.probability_above)
        }),
        _ => String::new(),
    };
    Some(ExpectedRow {
        title: view.indicator(row.indicator).short_title.clone(),
        period: row.period.to_string(),
        count: reported(&row.count, |n| grouped(f64::from(*n), 0)),
        expected: reported(&quoted.outcome, expected),
        ratio: reported(&quoted.outcome, |o| ratio(&o.ratio)),
        verdict: crate::profile::verdict(quoted),
        probability,
        rank: reported(&quoted.rank, |rank| {
            format!(
                "{} ({} to {}) of {}",
                rank.words(),
                rank.low,
                rank.high,
                rank.of
            )
        }),
        fifth: reported(&quoted.fifth, ToString::to_string),
    })
}

/// What each other way to expect gives for one indicator.
#[derive(Debug, Serialize)]
pub(crate) struct OtherRow {
    title: String,
    period: String,
    /// In the order of [`BEHIND`].
    expected: Vec<String>,
}

pub(crate) fn other_row(view: View<'_>, row: &Row<'_>) -> Option<OtherRow> {
    let of = |model| row.expectations.iter().find(|own| own.model == model);
    let behind = |model: &ExpectedModel| of(*model).is_some_and(|own| !own.quoted);
    if !BEHIND.iter().any(behind) {
        return None;
    }
    let words = |model: &ExpectedModel| {
        of(*model).map_or(String::new(), |own| reported(&own.outcome, expected))
    };
    Some(OtherRow {
        title: view.indicator(row.indicator).short_title.clone(),
        period: row.period.to_string(),
        expected: BEHIND.iter().map(words).collect(),
    })
}

/// A rate of few children.
#[derive(Debug, Serialize)]
pub(crate) struct SmallRow {
    title: String,
    group: String,
    period: String,
    count: String,
    counted: String,
    drawn: String,
}

pub(crate) fn small_row(view: View<'_>, small: &SmallNumber<'_>) -> SmallRow {
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

pub(crate) fn facts(view: View<'_>, area: &Area, period: Period) -> Vec<(&'static str, String)> {
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
