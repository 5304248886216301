//! Earlier outputs that readers have as well.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;
use disparity_core::answers::{CellCount, Counts, GroupBy, JourneyTable, PriorHelp, PriorHelpKey};
use disparity_core::{
    AreaCode, Basis, Catalogue, Cube, Journeys, Populations, Relations, Reported,
};
use disparity_disclosure::{
    Beside, KnownOfCube, PublishedCell, PublishedCount, Rule, beside_counts, beside_cube,
};
use disparity_export::{EarlierError, EarlierOutputs, EarlierQuestion};
use disparity_journeys::{
    ALSO_MATCHED, AskedOfJourneys, JourneyDraft, PriorHelpParams, Years, known, names_of_cube,
    names_of_journeys, names_of_prior_help, prior_help, prior_help_answers,
};

use crate::hint::Hinted;
use crate::returns_stage;
use crate::stores::Children;

/// A kind of output with counts of children from a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputKind {
    PriorHelp,
    Journeys,
    Run,
}

impl OutputKind {
    /// The command that makes it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::PriorHelp => "prior-help",
            Self::Journeys => "journeys",
            Self::Run => "run",
        }
    }
}

/// The outputs that are named.
pub(crate) fn read(paths: &[PathBuf]) -> Result<EarlierOutputs> {
    let mut all = EarlierOutputs::default();
    for path in paths {
        read_into(&mut all, path)?;
    }
    Ok(all)
}

/// One more output.
pub(crate) fn read_into(all: &mut EarlierOutputs, path: &Path) -> Result<()> {
    Ok(all.read(path).map_err(|error| hinted(&error))?)
}

fn hinted(error: &EarlierError) -> Hinted {
    let advice = match error {
        EarlierError::Word { .. } => "was it made by a newer version?",
        EarlierError::LatestOnly { .. } => {
            "name the folder of the run, or its estimates.parquet: readers have all years"
        }
        EarlierError::File { .. } | EarlierError::NothingOfOurs { .. } => {
            "name what `disparity prior-help --format csv` or `journeys --format csv` printed, the folder of a run \
             from returns, or a folder of such"
        }
    };
    Hinted::new(error.to_string(), advice)
}

/// The question that earlier outputs answer, and how to ask it for each year of entry.
pub(crate) fn question(
    earlier: &EarlierOutputs,
    include_unaccompanied: bool,
) -> Result<Option<(EarlierQuestion, PriorHelpParams)>> {
    let question = earlier.question().map_err(|error| hinted(&error))?;
    Ok(question.map(|question| {
        let params = PriorHelpParams {
            kinds: question.kinds.iter().copied().collect(),
            look_backs: question.look_backs.iter().copied().collect(),
            leads: question.leads.iter().copied().collect(),
            modes: question.modes.iter().copied().collect(),
            groups: question.groups.iter().copied().collect(),
            years: Years::Each,
            include_unaccompanied,
            by_authority: true,
        };
        (question, params)
    }))
}

/// The answers of earlier outputs from these journeys: each year, and the years that were put together.
pub(crate) fn answers(
    journeys: &Journeys,
    catalogue: &Catalogue,
    (question, params): (&EarlierQuestion, &PriorHelpParams),
) -> BTreeMap<PriorHelpKey, PriorHelp> {
    let single = prior_help(journeys, &catalogue.dimensions, params);
    let mut all: BTreeMap<PriorHelpKey, PriorHelp> = BTreeMap::new();
    for (from, to) in question.years.iter().filter(|(from, to)| from < to) {
        let mut years: BTreeMap<PriorHelpKey, Vec<PriorHelp>> = BTreeMap::new();
        let within = single
            .iter()
            .filter(|own| (*from..=*to).contains(&own.key.from));
        for own in within {
            let key = PriorHelpKey {
                from: *from,
                to: *to,
                ..own.key
            };
            years.entry(key).or_default().push(*own);
        }
        let together = years.into_iter();
        all.extend(together.map(|(key, years)| (key, PriorHelp::of_years(key, &years))));
    }
    all.extend(single.into_iter().map(|own| (own.key, own)));
    all
}

/// The ways of telling children apart that earlier tables of journeys have, beside some.
pub(crate) fn ways(earlier: &EarlierOutputs, own: &[GroupBy]) -> Vec<GroupBy> {
    let mut ways: BTreeSet<GroupBy> = earlier.ways_of_journeys(&ALSO_MATCHED);
    ways.extend(own);
    ways.into_iter().collect()
}

/// The counts of earlier outputs of other kinds than the one that is asked for, from these journeys: each
/// with what it shows and withholds, and with what hangs on that.
pub(crate) fn beside(
    earlier: &EarlierOutputs,
    own: OutputKind,
    journeys: &Journeys,
    catalogue: &Catalogue,
    rule: Rule,
) -> Result<Vec<Beside>> {
    let mut all = Vec::new();
    if own != OutputKind::Journeys && earlier.has_journeys() {
        all.push(beside_journeys(earlier, journeys, catalogue, rule)?);
    }
    if own != OutputKind::PriorHelp {
        let is_run = own == OutputKind::Run || earlier.has_run();
        all.extend(beside_prior_help(
            earlier, journeys, catalogue, rule, is_run,
        )?);
    }
    if own != OutputKind::Run && earlier.has_run() {
        all.push(beside_run(earlier, journeys, catalogue)?);
    }
    Ok(all)
}

fn beside_journeys(
    earlier: &EarlierOutputs,
    journeys: &Journeys,
    catalogue: &Catalogue,
    rule: Rule,
) -> Result<Beside> {
    let asked = AskedOfJourneys::new(journeys, catalogue, ways(earlier, &GroupBy::BROAD));
    let mut draft = JourneyDraft::default();
    for table in JourneyTable::ALL {
        asked.draw(table, &mut draft);
    }
    let answers = draft.finish();
    let known = earlier.known_of_journeys(&answers, journeys, catalogue);
    check(&known, &answers.counts)?;
    let names = names_of_journeys(&answers);
    let dimensions = &catalogue.dimensions;
    Ok(beside_counts(
        answers.counts,
        dimensions,
        rule,
        &known,
        names,
    ))
}

/// Beside a run each year of entry is answered as well, as that shows each.
fn beside_prior_help(
    earlier: &EarlierOutputs,
    journeys: &Journeys,
    catalogue: &Catalogue,
    rule: Rule,
    is_run: bool,
) -> Result<Option<Beside>> {
    let Some((question, params)) = question(earlier, false)? else {
        return Ok(None);
    };
    let mut all = answers(journeys, catalogue, (&question, &params));
    if is_run {
        all.extend(of_run(journeys, catalogue));
    }
    let all = prior_help_answers(all.into_values().collect(), |_| false);
    let known = earlier.known_of_prior_help(&all, journeys, catalogue);
    check(&known, &all.counts)?;
    let names = names_of_prior_help(&all);
    let dimensions = &catalogue.dimensions;
    Ok(Some(beside_counts(
        all.counts, dimensions, rule, &known, names,
    )))
}

/// The answers about prior help that a run shows.
pub(crate) fn of_run(
    journeys: &Journeys,
    catalogue: &Catalogue,
) -> BTreeMap<PriorHelpKey, PriorHelp> {
    let params = returns_stage::prior_help_params();
    let single = prior_help(journeys, &catalogue.dimensions, &params);
    single.into_iter().map(|own| (own.key, own)).collect()
}

fn beside_run(
    earlier: &EarlierOutputs,
    journeys: &Journeys,
    catalogue: &Catalogue,
) -> Result<Beside> {
    let catalogue = &returns_stage::catalogue_with_returns(catalogue)?;
    let (dimensions, areas) = (&catalogue.dimensions, &catalogue.areas);
    // How many children live there says nothing of those counted.
    let populations = Populations::default();
    let (cube, _) = returns_stage::counted(
        Children::Records(journeys),
        catalogue,
        dimensions,
        &populations,
    )?;
    let published = earlier.known_of_run(&cube, catalogue);
    check_cells(&published, &cube)?;
    let known_of_cube = KnownOfCube {
        published: &published,
        names: &names_of_cube(&cube, journeys.authorities(), catalogue),
        authorities: &areas_of(journeys),
        beside: &[],
    };
    let relations = known(catalogue);
    Ok(beside_cube(
        &cube,
        dimensions,
        areas,
        &relations,
        known_of_cube,
    ))
}

/// The area of each authority of a store.
pub(crate) fn areas_of(journeys: &Journeys) -> Vec<Option<AreaCode>> {
    let authorities = journeys.authorities().iter();
    authorities.map(|authority| authority.area).collect()
}

/// Refuses earlier outputs that are plainly of other records; says how many counts are other ones now.
pub(crate) fn check<W: Ord + Copy>(known: &[PublishedCount], counts: &Counts<W>) -> Result<()> {
    let told = known
        .iter()
        .map(|(at, told)| (*told, f64::from(counts.count_at(*at))));
    compare(&told.collect::<Vec<_>>())
}

/// The same of runs.
pub(crate) fn check_cells(known: &[PublishedCell], cube: &Cube) -> Result<()> {
    let told = known.iter().filter_map(|((key, part), told)| {
        let cell = cube.get(key)?;
        let count = match (part, cell.denominator.basis) {
            (CellCount::Numerator, _) => f64::from(cell.numerator.value()?),
            (CellCount::Denominator, Basis::Indicator(_)) => cell.denominator.value.value()?,
            // How many children live there is no count from records.
            (CellCount::Denominator, _) => return None,
        };
        Some((*told, count))
    });
    compare(&told.collect::<Vec<_>>())
}

/// Compares what is told with what is counted now.
fn compare(known: &[(Reported<u32>, f64)]) -> Result<()> {
    let shown = known
        .iter()
        .filter_map(|(told, count)| Some((told.value()?, *count)));
    let is_same = |(told, count): &(u32, f64)| (f64::from(*told) - count).abs() < 0.5;
    let (same, other): (Vec<_>, Vec<_>) = shown.partition(is_same);
    // Nobody in a group is nobody in many records.
    let some = same.iter().filter(|(told, _)| *told > 0).count();
    if other.len() > some {
        return Err(Hinted::new(
            "most counts of the earlier output are other ones in this store",
            "is it of the same authorities, and not rounded? Without --published, or `STORE.released`, nothing is known of it",
        )
        .into());
    }
    if !known.is_empty() {
        crate::out::tell(format_args!(
            "known from earlier outputs: {} counts shown and {} withheld; {} are other ones now, as records have \
             changed, and say nothing of these",
            same.len(),
            known.len() - same.len() - other.len(),
            other.len()
        ));
    }
    Ok(())
}
