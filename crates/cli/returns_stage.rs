//! Returns through the same analysis as published figures: a store to a cube, protected before
//! anything is computed from it.

use std::path::Path;

use anyhow::Result;
use disparity_analysis::{Input, analyse};
use disparity_core::disclosure::{disclose, protect};
use disparity_core::{
    Catalogue, Controlled, Counted, DenominatorKind, Indicator, IndicatorId, Indicators, Plan,
    Policy, Populations, Provenance, Release, Timing,
};
use disparity_journeys::{
    GroupBy, PriorHelpParams, Years, counts, cube, prior_help, prior_help_cube,
};

use crate::commands::returns::store;
use crate::progress::Progress;

const EXTRA: &str = include_str!("../../data/codelists/returns/indicators.csv");

/// The catalogue with the indicators that only returns can give.
pub(crate) fn catalogue_with_returns(catalogue: &Catalogue) -> Result<Catalogue> {
    let mut list: Vec<Indicator> = catalogue
        .indicators
        .iter()
        .map(|(_, indicator)| indicator.clone())
        .collect();
    let known = list.len();
    let mut reader = csv::Reader::from_reader(EXTRA.as_bytes());
    for row in reader.records() {
        let row = row?;
        let text = |at: usize| row.get(at).unwrap_or_default().to_owned();
        // The first of the list is what the others are a part of.
        let whole = u16::try_from(known).map(IndicatorId)?;
        list.push(Indicator {
            name: text(0),
            title: text(1),
            short_title: text(2),
            family: text(3),
            timing: Timing::from_word(&text(4)).unwrap_or(Timing::During),
            counted: Counted {
                noun: text(5),
                repeats: text(6) == "yes",
            },
            denominator: if text(7) == "children_0_17" {
                DenominatorKind::Children0To17
            } else {
                DenominatorKind::Indicator(whole)
            },
            headline: text(8) == "yes",
            // Models are of counts among children; these are parts of one another.
            modelled: false,
            decimals: text(9).parse().unwrap_or(1),
            comparable: (None, None),
            includes_18_and_over: false,
            definition: text(13),
        });
    }
    Ok(Catalogue {
        indicators: Indicators::new(list)?,
        ..catalogue.clone()
    })
}

/// Analyses a store and passes the results through the gate.
pub(crate) fn release(
    path: &Path,
    catalogue: &Catalogue,
    populations: &Populations,
    plan: &Plan,
    progress: &mut Progress,
) -> Result<Release> {
    let journeys = progress.stage("reading the store", || store(path, &catalogue.dimensions))?;
    let dimensions = &catalogue.dimensions;
    let whole = progress.stage("counting", || -> Result<_> {
        let params = PriorHelpParams {
            groups: GroupBy::ALL
                .iter()
                .copied()
                .filter(|by| matches!(by, GroupBy::Total | GroupBy::Dimension(_)))
                .collect(),
            years: Years::Each,
            ..PriorHelpParams::default()
        };
        let areas: Vec<_> = journeys
            .authorities()
            .iter()
            .map(|authority| authority.area)
            .collect();
        let help = prior_help_cube(
            &prior_help(&journeys, dimensions, &params),
            &areas,
            catalogue,
        )?;
        Ok(cube(&counts(&journeys, dimensions), catalogue, populations)?.merge(help)?)
    })?;
    let settings = Controlled::default();
    let safe = progress.stage("withholding small counts", || {
        protect(
            &whole,
            dimensions,
            &catalogue.areas,
            settings,
            journeys.synthetic,
        )
    })?;
    let results = progress.stage("computing rates and comparisons", || {
        analyse(Input {
            cube: &safe.cube,
            populations,
            catalogue,
            plan,
            provenance: Provenance::Controlled(safe.by),
        })
    });
    eprintln!(
        "{} counts withheld because they are small, {} more so that those cannot be worked out",
        safe.primary, safe.secondary
    );
    Ok(disclose(results, Policy::Controlled(settings))?)
}
