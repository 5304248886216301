//! One authority's page.

use std::collections::BTreeMap;

use disparity_core::{
    Area, AreaCode, GeographicLevel, IndicatorId, IssueCode, NeighbourModel, Period, Reported,
    Severity, Stratum,
};
use serde::Serialize;

use super::figure::Figure;
use super::words::{Place, Sentence};
use super::{Link, Site, england, findings};
use crate::charts::{Chart, ethnicity, position, trend};
use crate::format::{absence, sentence};
use crate::page::authorities::{
    AuthorityRow, ExpectedRow, OtherRow, SmallRow, authority_row, expected_row, facts, other_row,
    small_row,
};
use crate::profile::{BEHIND, Row, Years, profile, small_numbers};
use crate::view::View;

/// What stands on the page.
#[derive(Debug, Serialize)]
pub(super) struct Authority {
    name: String,
    code: String,
    slug: String,
    region: String,
    also: Vec<String>,
    findings: Vec<Sentence>,
    facts: Vec<(&'static str, String)>,
    /// Against what is usual.
    position: Option<Figure>,
    expected: Vec<ExpectedRow>,
    behind: Vec<String>,
    others: Vec<OtherRow>,
    rows: Vec<AuthorityRow>,
    small: Vec<SmallRow>,
    trend: Option<Figure>,
    groups: Vec<Figure>,
    beside: Beside,
    /// The newest list of statistical neighbours, and those before.
    lists: Vec<List>,
    issues: Vec<IssueOf>,
}

/// An authority's neighbours as one list has them.
#[derive(Debug, Serialize)]
struct List {
    year: u16,
    neighbours: Vec<Neighbour>,
}

#[derive(Debug, Serialize)]
struct Neighbour {
    link: Link,
    slug: String,
    /// Whether it has a page.
    has_page: bool,
    closeness: String,
}

/// What must not be missed in an authority's figures.
#[derive(Debug, Serialize)]
pub(super) struct IssueOf {
    severity: &'static str,
    meaning: &'static str,
    hint: &'static str,
    code: &'static str,
    /// Of which figures.
    of: Vec<String>,
}

/// What is found out about an authority once, for its page and for the page that compares.
pub(super) struct Parts<'a> {
    pub(super) area: &'a Area,
    pub(super) rows: Vec<Row<'a>>,
    pub(super) findings: Vec<Sentence>,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) trend: Chart,
    /// Ethnic groups, of every charted indicator in its last year with them.
    pub(super) groups: Vec<Chart>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(site: &Site<'a>, area: &'a Area) -> Self {
        let view = site.view;
        let rows = profile(view, area, Years::Last);
        let groups = site.charted.iter().filter_map(|id| {
            let mut periods = view.periods(*id).into_iter().rev();
            periods.find_map(|period| ethnicity(view, *id, period, area.code))
        });
        Self {
            area,
            findings: findings::of_authority(view, area, &site.charted, &rows),
            facts: site
                .period
                .map_or_else(Vec::new, |period| facts(view, area, period)),
            trend: trend(view, &site.charted, area),
            groups: groups.collect(),
            rows,
        }
    }
}

/// What was counted against what is expected: a row of each indicator, and the chart of them.
pub(super) fn against_usual(
    view: View<'_>,
    area: &Area,
    rows: &[Row<'_>],
) -> (Vec<ExpectedRow>, Option<Figure>) {
    let expected = rows.iter().filter_map(|row| expected_row(view, row));
    let expected: Vec<ExpectedRow> = expected.collect();
    let names: Vec<&str> = expected.iter().map(ExpectedRow::title).collect();
    let chart = position(view, area, rows);
    let figure = chart.map(|chart| Figure::beside("position", chart, ("expected", &names)));
    (expected, figure)
}

pub(super) fn authority(site: &Site<'_>, parts: Parts<'_>) -> Authority {
    let view = site.view;
    let Parts { area, rows, .. } = parts;
    let (expected, position) = against_usual(view, area, &rows);
    let small = small_numbers(view, area, Years::Last);
    let areas = &view.catalogue.areas;
    Authority {
        name: area.name.clone(),
        code: area.code.to_string(),
        slug: super::links::slug(&area.name),
        region: area.region.map(|code| areas.name(code)).unwrap_or_default(),
        also: areas.former_names(area.code),
        findings: parts.findings,
        facts: parts.facts,
        position,
        expected,
        behind: BEHIND
            .map(|model| sentence(&model.rests_on(view.nation())))
            .into(),
        others: rows.iter().filter_map(|row| other_row(view, row)).collect(),
        rows: rows.iter().map(|row| authority_row(view, row)).collect(),
        small: small.iter().map(|small| small_row(view, small)).collect(),
        trend: (!parts.trend.table.rows.is_empty()).then(|| Figure::of("trend", parts.trend)),
        groups: parts
            .groups
            .into_iter()
            .map(|chart| Figure::of("ethnicity", chart))
            .collect(),
        beside: beside(site, area, &rows),
        lists: lists(site, area),
        issues: issues(view, area, &rows),
    }
}

/// An authority among its neighbours, its region and England: a column for each charted indicator.
#[derive(Debug, Serialize)]
struct Beside {
    columns: Vec<String>,
    rows: Vec<BesideRow>,
    list: u16,
}

#[derive(Debug, Serialize)]
struct BesideRow {
    link: Link,
    has_page: bool,
    is_own: bool,
    cells: Vec<Sentence>,
}

fn beside(site: &Site<'_>, area: &Area, rows: &[Row<'_>]) -> Beside {
    let view = site.view;
    let areas = &view.catalogue.areas;
    let of: Vec<(IndicatorId, Period)> = site
        .charted
        .iter()
        .filter_map(|id| rows.iter().find(|row| row.indicator == *id))
        .map(|row| (row.indicator, row.period))
        .collect();
    let columns = of.iter().flat_map(|(id, period)| {
        let title = &view.indicator(*id).short_title;
        [
            format!("{title}, {period}: per 10,000 children"),
            format!("{title}, {period}: observed ÷ expected"),
        ]
    });
    let neighbours = areas.neighbours(view.plan.neighbours, area.code).iter();
    let above = area.region.into_iter().chain([site.view.national()]);
    let codes = std::iter::once(area.code)
        .chain(neighbours.map(|found| found.area))
        .chain(above);
    let row = |code: AreaCode| {
        let found = areas.get(code)?;
        Some(BesideRow {
            link: england::link(found),
            has_page: has_page(site, found) && code != area.code,
            is_own: code == area.code,
            cells: of
                .iter()
                .flat_map(|(id, period)| cells(view, *id, *period, code))
                .collect(),
        })
    };
    Beside {
        columns: columns.collect(),
        rows: codes.filter_map(row).collect(),
        list: view.plan.neighbours.0,
    }
}

/// The rate of an area and its ratio to what is expected, each with its interval and marked with its row.
fn cells(view: View<'_>, id: IndicatorId, period: Period, area: AreaCode) -> [Sentence; 2] {
    let own = view.indicator(id);
    let place = Place {
        indicator: own,
        period,
        area,
    };
    let absent = |symbol| Sentence::of(absence(symbol));
    let rate = view.total(id, period, area).map(|row| row.outcome);
    let rate = match rate {
        Some(Reported::Value(found)) => Sentence::default()
            .rate(found.value, own, place.estimate("Total"), "estimate")
            .words(" (")
            .rate_interval(&found, own, place.estimate("Total"))
            .words(")"),
        Some(Reported::Symbol(symbol)) => absent(symbol),
        None => absent(disparity_core::Symbol::NotAvailable),
    };
    let quoted = view.quoted(id, period, area);
    let ratio = match quoted.map(|row| (row, row.outcome)) {
        Some((row, Reported::Value(outcome))) => Sentence::default()
            .ratio(&outcome.ratio, place.expected(row.model), "ratio")
            .words(" (")
            .ratio_interval(&outcome.ratio, place.expected(row.model))
            .words(")"),
        Some((_, Reported::Symbol(symbol))) => absent(symbol),
        None => absent(disparity_core::Symbol::NotApplicable),
    };
    [rate, ratio]
}

fn has_page(site: &Site<'_>, area: &Area) -> bool {
    area.level == GeographicLevel::LocalAuthority
        && site.authorities.iter().any(|own| own.code == area.code)
}

fn lists(site: &Site<'_>, area: &Area) -> Vec<List> {
    let areas = &site.view.catalogue.areas;
    let of = |model: NeighbourModel| {
        let neighbours = areas
            .neighbours(model, area.code)
            .iter()
            .filter_map(|found| {
                let own = areas.get(found.area)?;
                Some(Neighbour {
                    link: england::link(own),
                    slug: super::links::area_slug(own),
                    has_page: has_page(site, own),
                    closeness: found.closeness.to_lowercase(),
                })
            });
        List {
            year: model.0,
            neighbours: neighbours.collect(),
        }
    };
    let lists = super::compare::lists(site.view).into_iter().map(of);
    lists.filter(|list| !list.neighbours.is_empty()).collect()
}

/// What must be said of the figures of the page, warnings first, each with the figures that it is said of.
pub(super) fn issues(view: View<'_>, area: &Area, rows: &[Row<'_>]) -> Vec<IssueOf> {
    let mut found: BTreeMap<(std::cmp::Reverse<Severity>, IssueCode), Vec<String>> =
        BTreeMap::new();
    let mut note = |code: IssueCode, name: &str| {
        let of = found
            .entry((std::cmp::Reverse(code.severity()), code))
            .or_default();
        if !of.iter().any(|own| own == name) {
            of.push(name.to_owned());
        }
    };
    for row in rows {
        let own = &view.indicator(row.indicator).short_title;
        let quoted = row
            .quoted
            .map_or(disparity_core::IssueSet::EMPTY, |own| own.issues);
        for code in row.issues.union(quoted).iter() {
            note(code, own);
        }
        for (code, group) in of_groups(view, row, area) {
            note(code, &format!("{own}, {group}"));
        }
    }
    for issue in &view.results().issues {
        if issue.area == Some(area.code) {
            note(issue.code, &issue.message);
        }
    }
    let lines = found.into_iter().map(|((_, code), of)| IssueOf {
        severity: code.severity().as_str(),
        meaning: code.meaning(),
        hint: code.hint(),
        code: code.as_str(),
        of,
    });
    lines.collect()
}

/// What is said of an indicator's broad ethnic groups, as one thing.
fn of_groups(view: View<'_>, row: &Row<'_>, area: &Area) -> Vec<(IssueCode, &'static str)> {
    let dimension = disparity_core::Dimension::EthnicityMajor;
    let list = view.catalogue.dimensions.list(dimension).iter();
    let found = list.filter_map(|(id, _)| {
        let stratum = Stratum::TOTAL.with(dimension, id);
        Some(
            view.estimate(row.indicator, row.period, area.code, stratum)?
                .issues,
        )
    });
    let all = found.fold(
        disparity_core::IssueSet::EMPTY,
        disparity_core::IssueSet::union,
    );
    let warnings = all
        .iter()
        .filter(|code| code.severity() == Severity::Warning);
    warnings.map(|code| (code, "ethnic groups")).collect()
}
