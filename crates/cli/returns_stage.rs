//! Returns through the same analysis as published figures: a store to a cube, protected before
//! anything is computed from it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use disparity_analysis::{Input, analyse};
use disparity_core::answers::GroupBy;
use disparity_core::{
    AreaCode, Catalogue, ChineseGroup, CodeList, Cube, Dimension, Dimensions, Frequencies,
    IndicatorId, Period, Plan, Populations, Results,
};
use disparity_disclosure::{KnownOfCube, Policy, Release, Rule, protect_knowing};
use disparity_export::EarlierOutputs;
use disparity_journeys::{
    PriorHelpParams, Questions, Sums, Years, cube, frequencies, known, names_of_cube,
    part_year_cube, part_years, prior_help_cube,
};
use disparity_published::with_indicators;

use crate::progress::Progress;
use crate::published::{self, OutputKind};
use crate::stages::Published;
use crate::stores::{self, Children, store};

/// Where the indicators stand that only returns can give, and what stands there.
const EXTRA: (&str, &[u8]) = (
    "data/codelists/returns/indicators.csv",
    include_bytes!("../../data/codelists/returns/indicators.csv"),
);

/// The catalogue with the indicators that only returns can give.
pub(crate) fn catalogue_with_returns(catalogue: &Catalogue) -> Result<Catalogue> {
    let (file, list) = EXTRA;
    Ok(Catalogue {
        indicators: with_indicators(&catalogue.indicators, file, list)?,
        ..catalogue.clone()
    })
}

/// Groups with Chinese children where the plan has them: among Asian children as in current
/// releases, or in the other ethnic group as in older ones.
pub(crate) fn place_chinese(dimensions: &Dimensions, group: ChineseGroup) -> Dimensions {
    let broad = match group {
        ChineseGroup::Asian => "asian",
        ChineseGroup::Other => "other",
    };
    Dimensions::new(Dimension::ALL.map(|dimension| {
        let list = dimensions.list(dimension).iter().map(|(_, category)| {
            let mut category = category.clone();
            if dimension == Dimension::EthnicityMinor && category.code == "CHNE" {
                category.parent = Some(broad.to_owned());
            }
            category
        });
        CodeList::new(list.collect()).unwrap_or_default()
    }))
}

/// England as published, for what the returns count and the years they count: what each authority is
/// compared with. The returns of some authorities are not England's.
fn england(published: &Cube, counted: &Cube) -> Result<Cube> {
    let asked: BTreeSet<(IndicatorId, Period)> = counted
        .cells()
        .iter()
        .map(|cell| (cell.key.indicator, cell.key.period))
        .collect();
    let cells = published.cells().iter().filter(|cell| {
        cell.key.area == AreaCode::ENGLAND && asked.contains(&(cell.key.indicator, cell.key.period))
    });
    Ok(Cube::new(cells.copied().collect())?)
}

/// Says what the store holds and no table shows: children of authorities that the area list does not
/// have. Returns whether there are any.
fn say_unlisted(children: Children<'_>) -> bool {
    let authorities = children.headings().authorities().iter().enumerate();
    let unlisted: Vec<_> = authorities.filter(|(_, own)| own.area.is_none()).collect();
    for (at, authority) in &unlisted {
        crate::out::tell(format_args!(
            "LA_UNLISTED: {} children of authority {} are in the store and in none of these tables: no authority of \
             the list has this code; `disparity journeys` and `prior-help` show them under it",
            children.many_of(*at),
            authority.old_la_code
        ));
    }
    !unlisted.is_empty()
}

/// What a run says of prior help: of everyone and by every dimension, each year by itself.
pub(crate) fn prior_help_params() -> PriorHelpParams {
    PriorHelpParams {
        groups: GroupBy::ALL
            .iter()
            .copied()
            .filter(|by| matches!(by, GroupBy::Total | GroupBy::Dimension(_)))
            .collect(),
        years: Years::Each,
        ..PriorHelpParams::default()
    }
}

/// Everything that a run counts, and how often children had an event.
pub(crate) fn counted(
    children: Children<'_>,
    catalogue: &Catalogue,
    dimensions: &Dimensions,
    populations: &Populations,
) -> Result<(Cube, Frequencies)> {
    let authorities = children.headings().authorities();
    let help = prior_help_cube(
        &children.prior_help(dimensions, &prior_help_params())?,
        authorities,
        catalogue,
        Rule::DEFAULT.least_for_rate,
    )?;
    let parts = part_year_cube(&part_years(children.headings()), authorities, catalogue)?;
    let (counts, repeats) = children.counts_and_repeats(dimensions);
    let counted = cube(&counts, authorities, catalogue, populations)?;
    let counted = counted.merge(parts)?.merge(help)?;
    Ok((counted, frequencies(&repeats, authorities, catalogue)))
}

/// What a run counts of children.
pub(crate) fn questions() -> Questions {
    Questions {
        help: vec![prior_help_params()],
        indicators: true,
    }
}

/// Where the children of a run are.
#[derive(Clone, Copy)]
pub(crate) enum Returns<'a> {
    /// In a store, or a folder of stores.
    At(&'a Path),
    /// Added up already.
    AddedUp(&'a Sums),
}

/// What returns are analysed by and beside.
pub(crate) struct Analysis<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) figures: &'a Published,
    pub(crate) plan: &'a Plan,
    pub(crate) policy: Policy,
    pub(crate) earlier: &'a EarlierOutputs,
}

/// Analyses returns and passes the results through the gate. Says besides whether everything that was
/// read is in them.
pub(crate) fn release(
    returns: Returns<'_>,
    analysis: Analysis<'_>,
    progress: &mut Progress,
) -> Result<(Release<Results>, bool)> {
    let dimensions = &analysis.catalogue.dimensions;
    let path = match returns {
        Returns::AddedUp(sums) => {
            let children = Children::Sums(sums, &sums.headings());
            return release_of(children, analysis, progress);
        }
        Returns::At(path) => path,
    };
    if let Some(stores) = stores::stores_in(path)? {
        let dimensions = &place_chinese(dimensions, analysis.plan.chinese_group);
        let add_up = || stores::add_up(&stores, dimensions, &questions());
        let sums = progress.stage("reading the stores", add_up)?;
        let children = Children::Sums(&sums, &sums.headings());
        return release_of(children, analysis, progress);
    }
    let journeys = progress.stage("reading the store", || store(path, dimensions))?;
    release_of(Children::Records(&journeys), analysis, progress)
}

fn release_of(
    children: Children<'_>,
    analysis: Analysis<'_>,
    progress: &mut Progress,
) -> Result<(Release<Results>, bool)> {
    let Analysis {
        catalogue,
        figures,
        plan,
        policy,
        earlier,
    } = analysis;
    let (journeys, populations) = (children.headings(), figures.populations());
    let whole_store = !say_unlisted(children);
    let dimensions = &place_chinese(&catalogue.dimensions, plan.chinese_group);
    let (whole, repeats) = progress.stage("counting", || {
        counted(children, catalogue, dimensions, populations)
    })?;
    let relations = known(catalogue);
    let told = earlier.known_of_run(&whole, catalogue);
    published::check_cells(&told, &whole)?;
    let rule = policy.rule();
    let kind = OutputKind::Run;
    let known = KnownOfCube {
        published: &told,
        names: &names_of_cube(&whole, journeys.authorities(), catalogue),
        beside: &published::beside(earlier, kind, journeys, catalogue, rule)?,
        authorities: &published::areas_of(journeys),
    };
    let safe = progress.stage("withholding small counts", || {
        let settings = (policy, journeys.synthetic);
        protect_knowing(
            &whole,
            dimensions,
            &catalogue.areas,
            (&relations, known),
            settings,
        )
    })?;
    let safe = safe.with_inflations(&repeats, &relations);
    let (primary, secondary, given_up) = (safe.primary(), safe.secondary(), safe.given_up());
    let england = england(figures.cube(), &whole)?;
    let release = safe.release(|cube, provenance| -> Result<_> {
        let cube = cube.merge(england)?;
        Ok(progress.stage("computing rates and comparisons", || {
            analyse(Input {
                cube: &cube,
                populations,
                catalogue,
                plan,
                provenance,
            })
        }))
    })?;
    crate::out::tell(format_args!(
        "{} counts withheld because they are small, {} more so that those cannot be worked out from sums",
        crate::commands::returns::about(primary),
        crate::commands::returns::about(secondary)
    ));
    crate::commands::returns::say_given_up(given_up);
    Ok((release, whole_store))
}
