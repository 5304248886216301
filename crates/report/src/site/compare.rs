//! Authorities side by side: the page that a reader's choices are made on, and what it reads of each authority.
//!
//! The figures are the texts of the authorities' own pages, each in a script of its own that is loaded when the
//! authority is chosen: a page from a disk may run scripts beside it, and may not read files.

use serde::Serialize;

use super::authority::Parts;
use super::words::Sentence;
use super::{Site, SiteFile, links};
use crate::charts::DataTable;
use crate::page::authorities::{AuthorityRow, ExpectedRow, authority_row, expected_row};

/// What stands on the page.
#[derive(Debug, Serialize)]
pub(super) struct Compare {
    authorities: Vec<(String, String)>,
}

/// What is compared of one authority.
#[derive(Debug, Serialize)]
struct Compared<'a> {
    slug: String,
    name: String,
    region: String,
    /// Its statistical neighbours by the newest list, closest first.
    neighbours: Vec<String>,
    findings: Vec<String>,
    facts: &'a [(&'static str, String)],
    rows: Vec<AuthorityRow>,
    expected: Vec<ExpectedRow>,
    trend: &'a [Vec<String>],
    groups: Vec<&'a DataTable>,
}

pub(super) fn compare(site: &Site<'_>) -> Compare {
    let authorities = site.authorities.iter();
    Compare {
        authorities: authorities
            .map(|area| (area.name.clone(), links::slug(&area.name)))
            .collect(),
    }
}

/// The script of one authority.
pub(super) fn script(site: &Site<'_>, parts: &Parts<'_>) -> SiteFile {
    let view = site.view;
    let (area, areas) = (parts.area, &view.catalogue.areas);
    let neighbours = areas.neighbours(view.plan.neighbours, area.code).iter();
    let compared = Compared {
        slug: links::slug(&area.name),
        name: area.name.clone(),
        region: area.region.map(|code| areas.name(code)).unwrap_or_default(),
        neighbours: neighbours
            .map(|found| links::slug(&areas.name(found.area)))
            .collect(),
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
            .filter_map(|row| expected_row(view, row))
            .collect(),
        trend: &parts.trend.table.rows,
        groups: parts.groups.iter().map(|chart| &chart.table).collect(),
    };
    let json = serde_json::to_string(&compared).unwrap_or_default();
    SiteFile {
        name: links::script(area),
        text: format!("window.disparityCompared({json});\n"),
    }
}
