//! Answers about prior help with what is known to hold between their counts.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::answers::{
    Counts, HelpKind, LookBack, Mode, Place, PriorHelp, PriorHelpAnswers, PriorHelpCountKey,
    PriorHelpKey, PriorHelpPlaces,
};
use disparity_core::{CountRole, Period, Relations};

/// All questions together, those that are printed and those that others of them hang on: counts that several of them have are one, a question within another leaves
/// a rest, and years make up those that are put together.
#[must_use]
pub fn prior_help_answers(
    answers: Vec<PriorHelp>,
    is_printed: impl Fn(&PriorHelpKey) -> bool,
) -> PriorHelpAnswers {
    let mut system = Counts::default();
    let places: BTreeMap<PriorHelpKey, PriorHelpPlaces> = answers
        .iter()
        .map(|answer| {
            (
                answer.key,
                add_row(answer, is_printed(&answer.key), &mut system),
            )
        })
        .collect();
    add_differences(&places, &mut system);
    unite_kinds(&places, &mut system);
    let mut all = PriorHelpAnswers {
        answers,
        places,
        counts: system,
    };
    add_halves(&mut all);
    add_years(&all.places, &mut all.counts);
    all
}

fn add_row(
    answer: &PriorHelp,
    printed: bool,
    system: &mut Counts<PriorHelpCountKey>,
) -> PriorHelpPlaces {
    let places = answer.numbered(|what, count, is_for_print| {
        let place = Place {
            what: PriorHelpCountKey::of(&answer.key, what),
            authority: answer.key.authority,
            group: answer.key.group,
        };
        system.count(place, count, printed && is_for_print)
    });
    system.sum(places.observed, vec![places.helped, places.not_helped]);
    system.share(places.helped, places.observed);
    system.sum(
        places.incomplete,
        vec![places.incomplete_yes, places.incomplete_no],
    );
    system.sum(
        places.entrants,
        vec![places.observed, places.incomplete, places.unlinked],
    );
    if let Some(unwatched) = places.unwatched {
        system.within(unwatched, places.incomplete);
    }
    places
}

/// Years of entry that are put together are the sum of those that are answered each by itself.
fn add_years(
    places: &BTreeMap<PriorHelpKey, PriorHelpPlaces>,
    system: &mut Counts<PriorHelpCountKey>,
) {
    type Spans = Vec<((Period, Period), PriorHelpPlaces)>;
    let mut spans: BTreeMap<PriorHelpKey, Spans> = BTreeMap::new();
    let Some(first) = places.keys().map(|key| key.from).min() else {
        return;
    };
    for (key, own) in places {
        let any_years = PriorHelpKey {
            from: first,
            to: first,
            ..*key
        };
        let span = ((key.from, key.to), *own);
        spans.entry(any_years).or_default().push(span);
    }
    for spans in spans.into_values() {
        let together = spans.iter().filter(|((from, to), _)| from < to);
        for ((from, to), whole) in together {
            let years = spans.iter().filter(|(own, _)| own.0 == own.1);
            let years: Vec<&PriorHelpPlaces> = years
                .filter(|((year, _), _)| from <= year && year <= to)
                .map(|(_, own)| own)
                .collect();
            // Nobody is watched for no time where there is no such count.
            for count in PriorHelpPlaces::COUNTS {
                if let Some(total) = count(whole) {
                    let parts = years.iter().filter_map(|year| count(year)).collect();
                    system.sum(total, parts);
                }
            }
        }
    }
}

/// Which estimate is the headline says whether half of the entrants are fully observed: a sum as any
/// other, of those who are, those who are not, and by how many the ones are more than the others.
fn add_halves(all: &mut PriorHelpAnswers) {
    let mut done = BTreeSet::new();
    let deciding = |answer: &&PriorHelp| all.deciding(&answer.key) == answer.key;
    let deciding: Vec<PriorHelp> = all.answers.iter().filter(deciding).copied().collect();
    let counts = &mut all.counts;
    for answer in deciding {
        let own = all.places[&answer.key];
        if !done.insert(own.observed) {
            continue;
        }
        let others = vec![own.incomplete, own.unlinked];
        if answer.is_half_observed() {
            counts.no_more(others, own.observed);
        } else {
            let count = answer.counts.entrants() - answer.counts.complete();
            let rest = counts.add_beside(own.incomplete, count, CountRole::Follows);
            counts.sum(rest, others);
            counts.no_more(vec![own.observed], rest);
        }
    }
}

/// The same files tell of several kinds: how many windows they cover is one count for all of them.
fn unite_kinds(
    places: &BTreeMap<PriorHelpKey, PriorHelpPlaces>,
    system: &mut Counts<PriorHelpCountKey>,
) {
    let mut first: BTreeMap<PriorHelpKey, Vec<PriorHelpPlaces>> = BTreeMap::new();
    for (key, place) in places {
        let any_kind = PriorHelpKey {
            kind: HelpKind::Any,
            ..*key
        };
        let others = first.entry(any_kind).or_default();
        let same = others.iter().find(|other| {
            system.is_same(other.observed, place.observed)
                && system.is_same(other.incomplete, place.incomplete)
        });
        if let Some(same) = same {
            system.alike(same.observed, place.observed);
            system.alike(same.incomplete, place.incomplete);
            if let (Some(one), Some(other)) = (same.unwatched, place.unwatched) {
                system.alike(one, other);
            }
        } else {
            others.push(*place);
        }
    }
}

/// Questions of which one holds another: whoever is helped by the first is helped by the second.
fn add_differences(
    places: &BTreeMap<PriorHelpKey, PriorHelpPlaces>,
    system: &mut Counts<PriorHelpCountKey>,
) {
    for (key, place) in places {
        let mut wider: Vec<PriorHelpKey> = Vec::new();
        let same = |other: &PriorHelpKey| {
            PriorHelpKey {
                look_back: key.look_back,
                lead: key.lead,
                ..*other
            } == *key
        };
        let beside = |keep: &dyn Fn(&PriorHelpKey) -> bool| -> Vec<PriorHelpKey> {
            let ladder = PriorHelpKey {
                look_back: LookBack::Years(0),
                lead: 0,
                mode: Mode::Overlap,
                ..*key
            };
            places
                .range(ladder..)
                .take_while(|(other, _)| {
                    PriorHelpKey {
                        look_back: key.look_back,
                        lead: key.lead,
                        mode: key.mode,
                        ..**other
                    } == *key
                })
                .map(|(other, _)| *other)
                .filter(|other| keep(other))
                .collect()
        };
        // Every longer look-back with no longer a lead: what lies between two of them that are not
        // neighbours is a count as well, and need not be large because those on the way are withheld.
        wider.extend(beside(&|other| {
            let wider = other.look_back >= key.look_back && other.lead <= key.lead;
            same(other) && wider && other != key
        }));
        if key.mode != Mode::Overlap {
            wider.push(PriorHelpKey {
                mode: Mode::Overlap,
                ..*key
            });
        }
        let kinds: &[HelpKind] = match key.kind {
            HelpKind::CinEpisodeClosed => &[HelpKind::CinEpisodeAny],
            HelpKind::EarlyHelp | HelpKind::CinPlan | HelpKind::ProtectionPlan => &[HelpKind::Any],
            _ => &[],
        };
        wider.extend(kinds.iter().map(|kind| PriorHelpKey {
            kind: *kind,
            ..*key
        }));
        for other in wider {
            if let Some(whole) = places.get(&other)
                && system.is_same(place.observed, whole.observed)
            {
                // Whoever had no help for longer had none for a shorter time.
                if key.kind == HelpKind::None {
                    system.within(whole.helped, place.helped);
                } else {
                    system.within(place.helped, whole.helped);
                }
            }
        }
        // Whoever had none of them is among those without a plan or early help.
        if key.kind == HelpKind::None {
            let any = PriorHelpKey {
                kind: HelpKind::Any,
                ..*key
            };
            if let Some(whole) = places.get(&any)
                && system.is_same(place.observed, whole.observed)
            {
                system.within(place.helped, whole.not_helped);
            }
        }
    }
}
