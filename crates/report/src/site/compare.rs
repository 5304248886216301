//! Areas side by side: the page that a reader's choices are made on, and what it reads of each area.
//!
//! The figures are the texts of the authorities' own pages, and the numbers that charts of them are drawn from, each
//! area's in a script of its own that is loaded when it is chosen: a page from a disk may run scripts beside it, and may
//! not read files.

use disparity_core::{
    Area, AreaCode, Dimension, ExpectedModel, GeographicLevel, IndicatorId, Intervals, Measured,
    Nation, NeighbourModel, Stratum,
};
use serde::Serialize;

use super::authority::{IssueOf, Parts, issues};
use super::words::Sentence;
use super::{Link, Site, SiteFile, links};
use crate::charts::DataTable;
use crate::format::{sentence, unit_words};
use crate::page::authorities::{AuthorityRow, ExpectedRow, authority_row, expected_row};
use crate::profile::Row;
use crate::view::View;

/// What stands on the page.
#[derive(Debug, Serialize)]
pub(super) struct Compare {
    authorities: Vec<(String, String)>,
    /// England and its regions as the script knows them, with the years of the lists of neighbours.
    choices: String,
    /// The indicators that are drawn, each with its own page.
    charted: Vec<Link>,
}

/// What may be chosen beside authorities.
#[derive(Debug, Serialize)]
struct Choices {
    /// Names and addresses.
    above: Vec<(String, String)>,
    /// Years of the lists of statistical neighbours, the newest first.
    lists: Vec<u16>,
    level: String,
    /// What every drawing says of itself where children are invented, or nothing is withheld.
    mark: Option<String>,
}

/// What is compared of one area.
#[derive(Debug, Serialize)]
struct Compared<'a> {
    slug: String,
    name: String,
    /// Where its page is; empty for a region.
    page: String,
    region: String,
    region_slug: String,
    /// Its statistical neighbours by each list, the newest first, closest first.
    neighbours: Vec<(u16, Vec<String>)>,
    findings: Vec<String>,
    facts: &'a [(&'static str, String)],
    rows: Vec<AuthorityRow>,
    expected: Vec<ExpectedRow>,
    drawn: Vec<Drawn>,
    trend: &'a [Vec<String>],
    groups: Vec<&'a DataTable>,
    issues: Vec<IssueOf>,
}

/// The numbers of one indicator that charts are drawn from, in what people are shown: per 10,000, or per cent.
#[derive(Debug, Serialize)]
struct Drawn {
    indicator: String,
    title: String,
    unit: &'static str,
    period: u16,
    source: String,
    count: Option<u32>,
    rate: Option<Ends>,
    /// What the rate can be read against.
    england: Option<f64>,
    region: Option<f64>,
    neighbours: Option<f64>,
    expected: Vec<Against>,
    years: Vec<(u16, Ends)>,
    /// The broad ethnic groups of the last year with them.
    groups: Vec<(String, Ends)>,
    groups_period: Option<u16>,
}

/// A figure with the ends of its interval.
type Ends = [f64; 3];

/// What was counted divided by what one model expects.
#[derive(Debug, Serialize)]
struct Against {
    model: &'static str,
    words: String,
    quoted: bool,
    ratio: Ends,
    /// Where most such ratios lie.
    usual: Option<[f64; 2]>,
    out: bool,
    verdict: String,
}

pub(super) fn compare(site: &Site<'_>) -> Compare {
    let authorities = site.authorities.iter();
    let named = |area: &Area| (area.name.clone(), links::area_slug(area));
    let view = site.view;
    let choices = Choices {
        above: above(site).map(named).collect(),
        lists: lists(view).into_iter().map(|model| model.0).collect(),
        level: view.level(),
        mark: view.watermark().words().map(str::to_owned),
    };
    Compare {
        authorities: authorities.map(|area| named(area)).collect(),
        choices: serde_json::to_string(&choices).unwrap_or_default(),
        charted: site.charted.iter().map(|id| site.link(*id)).collect(),
    }
}

/// England and its regions that figures are there of.
pub(super) fn above<'a>(site: &Site<'a>) -> impl Iterator<Item = &'a Area> {
    let view = site.view;
    let first = site.charted.first().copied();
    let has_figures = move |area: &&Area| {
        let Some((id, period)) = first.and_then(|id| Some((id, view.last_period(id)?))) else {
            return false;
        };
        view.total(id, period, area.code).is_some()
    };
    let areas = &view.catalogue.areas;
    let england = areas.get(site.view.national()).into_iter();
    let regions = areas.entities();
    let regions = regions.filter(|area| area.level == GeographicLevel::Regional);
    england.chain(regions).filter(has_figures)
}

/// Every list of statistical neighbours, the newest first.
pub(super) fn lists(view: View<'_>) -> Vec<NeighbourModel> {
    let mut models = view.catalogue.areas.neighbour_models();
    models.sort_unstable_by(|a, b| b.cmp(a));
    models.dedup();
    models
}

/// The scripts of England and its regions.
pub(super) fn scripts_above(site: &Site<'_>) -> Vec<SiteFile> {
    above(site)
        .map(|area| script(site, &Parts::of(site, area)))
        .collect()
}

/// The script of one area.
pub(super) fn script(site: &Site<'_>, parts: &Parts<'_>) -> SiteFile {
    let view = site.view;
    let (area, areas) = (parts.area, &view.catalogue.areas);
    let slugs = |model: NeighbourModel| -> Vec<String> {
        let found = areas.neighbours(model, area.code).iter();
        found
            .filter_map(|found| areas.get(found.area))
            .map(links::area_slug)
            .collect()
    };
    let neighbours = lists(view)
        .into_iter()
        .map(|model| (model.0, slugs(model)))
        .filter(|(_, found)| !found.is_empty());
    let region = area.region.and_then(|code| areas.get(code));
    let is_authority = area.level == GeographicLevel::LocalAuthority;
    let compared = Compared {
        slug: links::area_slug(area),
        name: area.name.clone(),
        page: match area.level {
            GeographicLevel::LocalAuthority => links::authority(area),
            GeographicLevel::National => super::SitePage::England.address(view),
            GeographicLevel::Regional => String::new(),
        },
        region: region.map(|own| own.name.clone()).unwrap_or_default(),
        region_slug: region.map(links::area_slug).unwrap_or_default(),
        neighbours: neighbours.collect(),
        findings: parts.findings.iter().map(Sentence::plain).collect(),
        facts: &parts.facts,
        rows: parts
            .rows
            .iter()
            .map(|row| authority_row(view, row))
            .collect(),
        expected: parts
            .rows
            .iter()
            .filter(|_| is_authority)
            .filter_map(|row| expected_row(view, row))
            .collect(),
        drawn: drawn(site, parts),
        trend: &parts.trend.table.rows,
        groups: parts.groups.iter().map(|chart| &chart.table).collect(),
        issues: issues(view, area, &parts.rows),
    };
    let json = serde_json::to_string(&compared).unwrap_or_default();
    SiteFile {
        name: links::script(area),
        text: format!("window.disparityCompared({json});\n"),
    }
}

/// The numbers of every charted indicator.
fn drawn(site: &Site<'_>, parts: &Parts<'_>) -> Vec<Drawn> {
    let of = |id: &IndicatorId| {
        let row = parts.rows.iter().find(|row| row.indicator == *id)?;
        Some(drawn_of(site.view, parts.area, row))
    };
    site.charted.iter().filter_map(of).collect()
}

fn drawn_of(view: View<'_>, area: &Area, row: &Row<'_>) -> Drawn {
    let id = row.indicator;
    let own = view.indicator(id);
    let factor = own.unit().factor();
    let of = |found: &Measured| ends(found.value, &found.intervals, factor);
    let years = view.periods(id).into_iter().filter_map(|period| {
        let found = view.total(id, period, area.code)?.outcome.value()?;
        Some((period.year(), of(&found)?))
    });
    let (groups_period, groups) = groups(view, id, area.code, of);
    let plain = |value: Option<f64>| value.map(|value| digits(value * factor));
    let is_authority = area.level == GeographicLevel::LocalAuthority;
    Drawn {
        indicator: own.name.clone(),
        title: own.short_title.clone(),
        unit: unit_words(own.unit()),
        period: row.period.year(),
        source: view.source(id),
        count: row.count.value(),
        rate: row.estimate.value().and_then(|found| of(&found)),
        england: plain(row.england.value.value()),
        region: plain(row.region.value.value()),
        neighbours: plain(row.neighbours.value.value()),
        expected: row
            .expectations
            .iter()
            .filter(|_| is_authority)
            .filter_map(against)
            .collect(),
        years: years.collect(),
        groups,
        groups_period,
    }
}

/// What was counted against one expectation, where there is a ratio.
fn against(found: &disparity_core::Expected) -> Option<Against> {
    let ratio = found.outcome.value()?.ratio;
    let verdict = found.verdict().value();
    let usual = found.adjusted.value().map(|own| own.limits.shown());
    let words = match found.model {
        ExpectedModel::Structural(_) if found.quoted => "Given who lives there".to_owned(),
        model => sentence(&model.rests_on(Nation::of(found.area).unwrap_or_default())),
    };
    Some(Against {
        model: found.model.as_str(),
        words,
        quoted: found.quoted,
        ratio: ends(ratio.value, &ratio.intervals, 1.0)?,
        usual: usual.map(|own| [digits(own.low), digits(own.high)]),
        out: verdict.is_some_and(|own| own.among.stands_out()),
        verdict: crate::profile::verdict(found),
    })
}

/// The broad ethnic groups of the last year that has a rate of any.
fn groups(
    view: View<'_>,
    id: IndicatorId,
    area: AreaCode,
    ends: impl Fn(&Measured) -> Option<Ends>,
) -> (Option<u16>, Vec<(String, Ends)>) {
    let dimension = Dimension::EthnicityMajor;
    let list = view.catalogue.dimensions.list(dimension);
    for period in view.periods(id).into_iter().rev() {
        let groups = list
            .iter()
            .map(|(group, _)| Stratum::TOTAL.with(dimension, group))
            .filter(|stratum| *stratum != Stratum::TOTAL);
        let found: Vec<_> = groups
            .filter_map(|stratum| {
                let row = view.estimate(id, period, area, stratum)?;
                let label = view.catalogue.dimensions.labels(stratum)[dimension as usize];
                Some((label.to_owned(), ends(&row.outcome.value()?)?))
            })
            .collect();
        if !found.is_empty() {
            return (Some(period.year()), found);
        }
    }
    (None, Vec::new())
}

/// A figure with the ends of its interval; none where one of them has no place in a drawing.
fn ends(value: f64, intervals: &Intervals, factor: f64) -> Option<Ends> {
    let shown = intervals.shown();
    let all = [value, shown.low, shown.high].map(|end| end * factor);
    all.iter()
        .all(|end| end.is_finite())
        .then(|| all.map(digits))
}

/// Four significant digits: more than a drawing can show.
fn digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_drawings_have_four_digits() {
        let shown = [12345.6, 0.123_456, 0.0].map(|value| digits(value).to_string());
        assert_eq!(shown, ["12350", "0.1235", "0"]);
    }
}
