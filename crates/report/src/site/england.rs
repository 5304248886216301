//! The first page: England, and every authority by its names.

use std::collections::BTreeMap;

use disparity_core::{Area, AreaCode};
use serde::Serialize;

use super::words::Sentence;
use super::{Link, Site, SiteFile, findings, links};
use crate::page::{Headline, headlines};
use crate::profile::{Years, profile};

/// What stands on the page.
#[derive(Debug, Serialize)]
pub(super) struct England {
    findings: Vec<Sentence>,
    headlines: Vec<Headline>,
    regions: Vec<Region>,
    authorities: usize,
}

/// Authorities of one region.
#[derive(Debug, Serialize)]
struct Region {
    name: String,
    authorities: Vec<Listed>,
}

/// An authority and what else it is or was called.
#[derive(Debug, Serialize)]
struct Listed {
    link: Link,
    also: String,
}

pub(super) fn england(site: &Site<'_>) -> England {
    let view = site.view;
    let areas = &view.catalogue.areas;
    let mut by_region: BTreeMap<AreaCode, Vec<Listed>> = BTreeMap::new();
    let authorities = &site.authorities;
    for area in authorities {
        let listed = Listed {
            link: link(area),
            also: also(site, area).join(", "),
        };
        by_region
            .entry(area.region.unwrap_or(view.national()))
            .or_default()
            .push(listed);
    }
    let findings = areas.get(view.national()).map_or_else(Vec::new, |england| {
        let rows = profile(view, england, Years::Last);
        findings::of_england(view, &site.charted, &rows, england)
    });
    England {
        findings,
        headlines: headlines(view),
        regions: by_region
            .into_iter()
            .map(|(region, authorities)| Region {
                name: areas.name(region),
                authorities,
            })
            .collect(),
        authorities: authorities.len(),
    }
}

pub(super) fn link(area: &Area) -> Link {
    Link {
        title: area.name.clone(),
        address: links::authority(area),
    }
}

/// What else an authority is called, and what it was called or made from.
fn also(site: &Site<'_>, area: &Area) -> Vec<String> {
    let areas = &site.view.catalogue.areas;
    let called = areas.also_called(area.code).iter().cloned();
    let former = areas.former_names(area.code).into_iter();
    let former = former.map(|name| format!("formerly {name}"));
    called.chain(former).collect()
}

/// The list that the search looks into: a script and not data, as a page from a disk may not read files.
pub(super) fn search_list(site: &Site<'_>) -> SiteFile {
    let list: Vec<[String; 4]> = site
        .authorities
        .iter()
        .map(|area| {
            let region = area.region.map(|code| site.view.catalogue.areas.name(code));
            [
                area.name.clone(),
                links::slug(&area.name),
                region.unwrap_or_default(),
                also(site, area).join(", "),
            ]
        })
        .collect();
    let list = serde_json::to_string(&list).unwrap_or_default();
    SiteFile {
        name: "assets/areas.js".to_owned(),
        text: format!("window.disparityAreas = {list};\n"),
    }
}
