//! Earlier outputs that readers have as well.

use std::collections::BTreeMap;

use anyhow::Result;
use disparity_core::answers::{Counts, PriorHelp, PriorHelpKey};
use disparity_core::{Catalogue, Journeys, Relations};
use disparity_disclosure::PublishedCount;
use disparity_export::{EarlierError, EarlierOutputs, EarlierQuestion};
use disparity_journeys::{PriorHelpParams, Years, prior_help};

use crate::hint::Hinted;
use crate::returns_args::ControlArgs;

/// The outputs that are named.
pub(crate) fn read(args: &ControlArgs) -> Result<EarlierOutputs> {
    let mut all = EarlierOutputs::default();
    for path in &args.published {
        all.read(path).map_err(|error| hinted(&error))?;
    }
    Ok(all)
}

fn hinted(error: &EarlierError) -> Hinted {
    let advice = match error {
        EarlierError::Word { .. } => "was it made by a newer version?",
        EarlierError::File { .. } | EarlierError::NothingOfOurs { .. } => {
            "name what `disparity prior-help --format csv` or `journeys --format csv` printed, or its folder"
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

/// Refuses earlier outputs that are plainly of other records; says how many counts are other ones now.
pub(crate) fn check<W: Ord + Copy>(known: &[PublishedCount], counts: &Counts<W>) -> Result<()> {
    let shown = known
        .iter()
        .filter_map(|(at, told)| Some((*at, told.value()?)));
    let (same, other): (Vec<_>, Vec<_>) =
        shown.partition(|(at, told)| counts.count_at(*at) == *told);
    // Nobody in a group is nobody in many records.
    let some = same.iter().filter(|(_, told)| *told > 0).count();
    if other.len() > some {
        return Err(Hinted::new(
            "most counts of the earlier output are other ones in this store",
            "is it of the same authorities, and not rounded? Without --published nothing is known of it",
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
