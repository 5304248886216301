//! Which counts of an output stand in other outputs of the same records as well.

use std::collections::BTreeMap;

use disparity_core::answers::{
    CellCount, Group, GroupBy, HelpKind, JourneyAnswers, JourneyCount, LookBack, Mode, Place,
    PriorHelpAnswers, SharedCount, SharedName,
};
use disparity_core::journeys::Authority;
use disparity_core::{AreaCode, Catalogue, CellKey, Cube, DenominatorKind, Stratum};

use crate::{INDICATORS, PLAN_INDICATORS};

/// Entrants to care, by the indicator that counts them.
const ENTRANTS: &str = "cla_started";

fn indicator(name: &str) -> SharedCount {
    SharedCount::Indicator(name.to_owned())
}

/// The counts of tables of journeys that other outputs have, and their positions. Counts that are the
/// same in these tables wherever nothing sets them apart have one name.
#[must_use]
pub fn names_of_journeys(answers: &JourneyAnswers) -> Vec<(SharedName, usize)> {
    let counts = &answers.counts;
    let published: Vec<&str> = INDICATORS
        .iter()
        .map(|(name, _)| *name)
        .chain(PLAN_INDICATORS)
        .collect();
    let named = |(year, count): (u16, JourneyCount)| {
        let what = match count {
            JourneyCount::Published(at) => indicator(published.get(at)?),
            JourneyCount::Entrants | JourneyCount::Linked => indicator(ENTRANTS),
            JourneyCount::InCare | JourneyCount::InCareLinked => indicator("cla_at_31_march"),
            _ => return None,
        };
        Some((what, year))
    };
    let of = |place: &Place<(u16, JourneyCount)>, what, year| SharedName {
        what,
        years: (year, year),
        authority: place.authority,
        group: place.group,
    };
    let places = counts.places.iter();
    let mut names: Vec<(SharedName, usize)> = places
        .filter_map(|(place, at)| {
            let (what, year) = named(place.what)?;
            Some((of(place, what, year), *at))
        })
        .collect();
    // What is left of entrants beside those whose records are together is who has no record of need.
    let mut rests: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (total, parts) in counts.sums.iter() {
        if let [linked, rest] = *parts.as_slice() {
            rests.insert((total, linked), rest);
        }
    }
    for (place, all) in &counts.places {
        let (year, JourneyCount::Entrants) = place.what else {
            continue;
        };
        let what = (year, JourneyCount::Linked);
        let linked = counts.find(&Place { what, ..*place });
        if let Some(rest) = linked.and_then(|linked| rests.get(&(*all, linked))) {
            names.push((of(place, SharedCount::Unlinked, year), *rest));
        }
    }
    names
}

/// The counts of answers about prior help that other outputs have, and their positions.
#[must_use]
pub fn names_of_prior_help(answers: &PriorHelpAnswers) -> Vec<(SharedName, usize)> {
    let mut names = Vec::with_capacity(4 * answers.places.len());
    for (key, places) in &answers.places {
        let counts = [
            (indicator(ENTRANTS), places.entrants),
            (SharedCount::Unlinked, places.unlinked),
            (
                SharedCount::Observed(key.kind, key.look_back),
                places.observed,
            ),
            (
                SharedCount::Helped(key.kind, key.look_back, key.lead, key.mode),
                places.helped,
            ),
        ];
        names.extend(counts.map(|(what, at)| {
            let years = (key.from.year(), key.to.year());
            let (authority, group) = (key.authority, key.group);
            let name = SharedName {
                what,
                years,
                authority,
                group,
            };
            (name, at)
        }));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// The counts of a cube of records that other outputs have. Prior help in it is that of the usual window.
#[must_use]
pub fn names_of_cube(
    cube: &Cube,
    authorities: &[Authority],
    catalogue: &Catalogue,
) -> Vec<(SharedName, (CellKey, CellCount))> {
    let areas = authorities.iter().enumerate();
    let place: BTreeMap<AreaCode, usize> = areas
        .filter_map(|(at, own)| Some((own.area?, at)))
        .collect();
    let mut names = Vec::with_capacity(cube.cells().len());
    for key in cube.cells().iter().map(|cell| cell.key) {
        let (Some(authority), Some(group)) = (place.get(&key.area), group_of(key.stratum)) else {
            continue;
        };
        let own = catalogue.indicators.get(key.indicator);
        let help = own.name.strip_prefix("prior_help_");
        let (part, whole) = match help.and_then(HelpKind::from_word) {
            Some(kind) => {
                let back = LookBack::Years(5);
                let observed = SharedCount::Observed(kind, back);
                let helped = SharedCount::Helped(kind, back, 1, Mode::Overlap);
                (helped, Some(observed))
            }
            None => {
                let whole = match own.denominator {
                    DenominatorKind::Indicator(id) => {
                        Some(indicator(&catalogue.indicators.get(id).name))
                    }
                    DenominatorKind::Children0To17 => None,
                };
                (indicator(&own.name), whole)
            }
        };
        let year = key.period.year();
        let name = |what| SharedName {
            what,
            years: (year, year),
            authority: Some(*authority),
            group,
        };
        names.push((name(part), (key, CellCount::Numerator)));
        names.extend(whole.map(|whole| (name(whole), (key, CellCount::Denominator))));
    }
    names
}

/// The group of a stratum of one dimension, or everyone.
fn group_of(stratum: Stratum) -> Option<Group> {
    if stratum.is_total() {
        return Some(Group::TOTAL);
    }
    stratum.only().map(|dimension| Group {
        by: GroupBy::Dimension(dimension),
        code: stratum.get(dimension).0,
    })
}

#[cfg(test)]
mod tests {
    use disparity_core::answers::{Counts, YearKey};
    use disparity_core::{Period, Relations};

    use super::*;

    /// What stands beside the linked is named; a twin under the same place is not.
    #[test]
    fn entrants_have_one_name_and_their_rest_another() {
        let key = YearKey {
            authority: Some(0),
            period: Period::ending(2024).unwrap(),
            group: Group::TOTAL,
        };
        let place = |count| Place {
            what: (2024, count),
            authority: key.authority,
            group: key.group,
        };
        let mut counts = Counts::default();
        let all = counts.count(place(JourneyCount::Entrants), 20, true);
        let linked = counts.count(place(JourneyCount::Linked), 17, true);
        counts.within(linked, all);
        let answers = JourneyAnswers {
            counts,
            lines: vec![],
            absent: vec![],
            measures: vec![],
        };
        let names = names_of_journeys(&answers);
        let at = |what: SharedCount| {
            let own = names.iter().filter(|(name, _)| name.what == what);
            own.map(|(_, at)| answers.counts.numbers[*at].count)
                .collect::<Vec<_>>()
        };
        assert_eq!(at(indicator(ENTRANTS)), [20, 17]);
        assert_eq!(at(SharedCount::Unlinked), [3]);
    }
}
