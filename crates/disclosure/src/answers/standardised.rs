//! Shares standardised by age: which of them may be shown, as though each told how many of its group
//! are of each age.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::answers::{
    AtAge, GroupBy, PriorHelp, PriorHelpCountKey, PriorHelpKey, PriorHelpPlaces, lies_within,
};
use disparity_core::{Dimension, Reported, Sums, Symbol};
use disparity_stats::{Level, ProportionStratum, direct_proportion};
use rayon::prelude::*;

use super::counts::ProtectedCounts;
use super::prior_help::{are_shown, deciding, of_everyone};
use super::proportion::{Proportion, reported};
use crate::rule::{Rule, Threshold};
use crate::suppression::suppress;
use crate::system::{Cell, Kind};

/// The standardised share of each answer, or why it is not shown.
///
/// A share to few digits tells little of the counts at each age that it was computed from, but little is
/// not nothing, and the counts of other groups follow from those of everyone. So a share is shown only
/// where all counts at each age that it is computed from could be: they are protected as if they were
/// printed, once beside the other groups of the same way and those of everyone, and once beside the
/// other authorities and all together.
pub(super) fn rates(
    answers: &[PriorHelp],
    places: &BTreeMap<PriorHelpKey, PriorHelpPlaces>,
    safe: &ProtectedCounts<PriorHelpCountKey>,
) -> BTreeMap<PriorHelpKey, Reported<Proportion>> {
    const C: Reported<Proportion> = Reported::Symbol(Symbol::Confidential);
    let standards = Standards::of(answers, places, safe);
    let rate = |answer: &PriorHelp| {
        let open = are_shown(&places[&answer.key], safe) && safe.is_exact();
        if open {
            standardised(answer, safe.rule(), &standards)
        } else {
            C
        }
    };
    let mut rates: BTreeMap<PriorHelpKey, Reported<Proportion>> = answers
        .iter()
        .map(|answer| (answer.key, rate(answer)))
        .collect();
    if safe.rule().withhold_to == 0 {
        return rates;
    }
    let threshold = safe.rule().threshold();
    for sums in [in_everyone, in_all_together].map(|whole_of| sums(answers, whole_of)) {
        let is_told = |key: &PriorHelpKey| matches!(rates[key], Reported::Value(_));
        let concerned = sums
            .into_iter()
            .filter(|sum| sum.parts.iter().any(|part| is_told(&part.key)));
        let concerned: Vec<Sum> = concerned.collect();
        let withheld: Vec<PriorHelpKey> = concerned
            .par_iter()
            .flat_map_iter(|sum| sum.told_too_much(is_told, places, safe, threshold))
            .collect();
        for key in withheld {
            rates.insert(key, C);
        }
    }
    rates
}

/// Answers that make up another one, at every age.
struct Sum<'a> {
    whole: Option<&'a PriorHelp>,
    parts: Vec<&'a PriorHelp>,
}

/// The groups of each way of telling children apart, and everyone. Those who are unaccompanied may be
/// apart from everyone.
fn in_everyone(key: &PriorHelpKey) -> Option<PriorHelpKey> {
    let apart = [GroupBy::Total, GroupBy::Unaccompanied].contains(&key.group.by);
    (!apart).then(|| key.of_everyone())
}

/// The authorities, and all of them together.
fn in_all_together(key: &PriorHelpKey) -> Option<PriorHelpKey> {
    key.authority?;
    Some(PriorHelpKey {
        authority: None,
        ..*key
    })
}

/// Answers by what they are parts of, and by the way of telling children apart.
fn sums(
    answers: &[PriorHelp],
    whole_of: fn(&PriorHelpKey) -> Option<PriorHelpKey>,
) -> Vec<Sum<'_>> {
    let by_key: BTreeMap<PriorHelpKey, &PriorHelp> =
        answers.iter().map(|answer| (answer.key, answer)).collect();
    let mut sums: BTreeMap<(PriorHelpKey, GroupBy), Sum<'_>> = BTreeMap::new();
    for answer in answers {
        if let Some(whole) = whole_of(&answer.key) {
            let sum = sums.entry((whole, answer.key.group.by));
            let sum = sum.or_insert_with(|| Sum {
                whole: by_key.get(&whole).copied(),
                parts: vec![],
            });
            sum.parts.push(answer);
        }
    }
    sums.into_values().collect()
}

impl Sum<'_> {
    /// Answers whose shares are not to be shown, so that no small count at some age follows from those of
    /// the others, those of the whole at each age, and the totals that are shown.
    fn told_too_much(
        &self,
        is_told: impl Fn(&PriorHelpKey) -> bool,
        places: &BTreeMap<PriorHelpKey, PriorHelpPlaces>,
        safe: &ProtectedCounts<PriorHelpCountKey>,
        threshold: Threshold,
    ) -> Vec<PriorHelpKey> {
        let mut counts = AtAges::new(threshold);
        let parts: Vec<[Vec<usize>; 2]> = self
            .parts
            .iter()
            .map(|part| {
                let kind = if is_told(&part.key) {
                    Kind::Published
                } else {
                    Kind::Follows
                };
                let own = counts.add(part, kind);
                let places = &places[&part.key];
                // All those at some age are those who are shown together.
                let open = |at: usize| safe.at(at).value().is_some();
                let helped = open(places.helped);
                let known = [helped, helped && open(places.observed)];
                for (own, known) in own.iter().zip(known) {
                    let kind = if known { Kind::Shown } else { Kind::Follows };
                    counts.total(own, kind);
                }
                own
            })
            .collect();
        if let Some(whole) = self.whole {
            let own = counts.add(whole, Kind::Shown);
            for (way, wholes) in own.iter().enumerate() {
                for (band, whole) in wholes.iter().enumerate() {
                    let parts: Vec<usize> = parts.iter().map(|own| own[way][band]).collect();
                    counts.sum(*whole, &parts);
                }
            }
        }
        let hidden = suppress(&counts.cells, &counts.sums, threshold).hidden;
        let told = self
            .parts
            .iter()
            .zip(&parts)
            .filter(|(part, _)| is_told(&part.key));
        told.filter(|(_, own)| own.iter().flatten().any(|at| hidden[*at]))
            .map(|(part, _)| part.key)
            .collect()
    }
}

/// Counts of the fully observed at each age, and what they add up to.
struct AtAges {
    cells: Vec<Cell>,
    sums: Sums,
    threshold: Threshold,
}

impl AtAges {
    fn new(threshold: Threshold) -> Self {
        Self {
            cells: vec![],
            sums: Sums::default(),
            threshold,
        }
    }

    fn cell(&mut self, count: u32, kind: Kind) -> usize {
        // A small count is known to nobody.
        let known = kind == Kind::Shown && !self.threshold.is_small(count);
        let kind = match kind {
            Kind::Shown if !known => Kind::Follows,
            kind => kind,
        };
        self.cells.push(Cell::new(count, kind));
        self.cells.len() - 1
    }

    /// Those of an answer who were helped and those who were not, by age.
    fn add(&mut self, answer: &PriorHelp, kind: Kind) -> [Vec<usize>; 2] {
        let own = answer.by_age.iter();
        let helped = own
            .clone()
            .map(|own| self.cell(own.complete_yes, kind))
            .collect();
        let not = own.map(|own| self.cell(own.complete_no, kind)).collect();
        [helped, not]
    }

    fn total(&mut self, parts: &[usize], kind: Kind) {
        let count = parts.iter().map(|at| self.cells[*at].count).sum();
        let total = self.cell(count, kind);
        self.sums.add(total, parts.iter().copied());
    }

    /// That parts make up a whole, if they do.
    fn sum(&mut self, whole: usize, parts: &[usize]) {
        let all: u32 = parts.iter().map(|at| self.cells[*at].count).sum();
        if all == self.cells[whole].count {
            self.sums.add(whole, parts.iter().copied());
        }
    }
}

/// What standardised rates are made with.
pub(super) struct Standards<'a> {
    /// The answers about everyone, whose ages are the weights.
    everyone: BTreeMap<PriorHelpKey, &'a PriorHelp>,
    /// Those of which the rate of everyone would tell an age that is withheld.
    withheld: BTreeSet<PriorHelpKey>,
}

impl<'a> Standards<'a> {
    /// Where nothing is withheld.
    pub(super) fn of_shown(everyone: BTreeMap<PriorHelpKey, &'a PriorHelp>) -> Self {
        Self {
            everyone,
            withheld: BTreeSet::new(),
        }
    }

    /// The answer that decides which estimate is the headline.
    pub(super) fn deciding(&self, answer: &'a PriorHelp) -> &'a PriorHelp {
        deciding(answer, &self.everyone)
    }

    fn of(
        answers: &'a [PriorHelp],
        places: &BTreeMap<PriorHelpKey, PriorHelpPlaces>,
        safe: &ProtectedCounts<PriorHelpCountKey>,
    ) -> Self {
        let everyone = of_everyone(answers);
        // The weights are sums over age bands, whose rates may stand in rows of their own.
        let by_age = GroupBy::Dimension(Dimension::AgeBand);
        let ages = places.iter().filter(|(key, _)| key.group.by == by_age);
        let withheld = ages
            .filter(|(_, own)| {
                [own.observed, own.incomplete]
                    .iter()
                    .any(|at| safe.at(*at).value().is_none())
            })
            .map(|(key, _)| key.of_everyone())
            .filter(|key| {
                let all = everyone.get(key);
                all.is_some_and(|all| all.counts.linked() > all.counts.complete())
            })
            .collect();
        Self { everyone, withheld }
    }
}

/// The rate that the group would have at the ages of all linked entrants together, fully observed or
/// not. Told only where every band that has a weight has somebody fully observed, and within what is
/// certain at those ages; shown only where no age band is so small that the weighted sum could tell it.
pub(super) fn standardised(
    answer: &PriorHelp,
    rule: Rule,
    standards: &Standards<'_>,
) -> Reported<Proportion> {
    let total = answer.key.of_everyone();
    let Some(standard) = standards.everyone.get(&total) else {
        return Reported::Symbol(Symbol::NotAvailable);
    };
    // Whose birth is not known has no age to be weighed by.
    let bands = || answer.by_age.iter().zip(&standard.by_age).skip(1);
    let weighed = || bands().filter(|(_, all)| all.linked() > 0);
    let small = |count: u32| rule.threshold().is_small(count);
    let weight: u32 = weighed().map(|(_, all)| all.linked()).sum();
    if weight == 0 || weighed().any(|(own, _)| own.complete() == 0) {
        return Reported::Symbol(Symbol::NotAvailable);
    }
    let tells = |(own, all): (&AtAge, &AtAge)| {
        [
            own.complete_no,
            own.complete_yes,
            all.linked(),
            all.linked() - all.complete(),
        ]
        .into_iter()
        .any(small)
    };
    // Of whose birth is not known the rest of all tells how many they are.
    let unknown = [answer.by_age[0].complete_no, answer.by_age[0].complete_yes];
    let everyone = matches!(answer.key.group.by, GroupBy::Total | GroupBy::Unaccompanied);
    if weighed().any(tells)
        || unknown.into_iter().any(small)
        || everyone && standards.withheld.contains(&total)
    {
        return Reported::Symbol(Symbol::Confidential);
    }
    let parts: Vec<ProportionStratum> = weighed()
        .map(|(own, all)| ProportionStratum {
            count: f64::from(own.complete_yes),
            population: f64::from(own.complete()),
            weight: f64::from(all.linked()) / f64::from(weight),
        })
        .collect();
    // Weighed like the share, what is certain of each band.
    let bounds = weighed().zip(&parts).filter_map(|((own, _), part)| {
        let (low, high) = own.bounds(answer.key.kind)?;
        Some((part.weight * low, part.weight * high))
    });
    let bounds = bounds.fold((0.0, 0.0), |(a, b), (low, high)| (a + low, b + high));
    let found = direct_proportion(&parts, Level::P95);
    match found.map(|found| (found.value, found.interval)) {
        Ok((value, _)) if !lies_within(bounds, value) => Reported::Symbol(Symbol::NotAvailable),
        Ok(found) => {
            let observed = f64::from(answer.counts.complete());
            Reported::Value(reported(found, (observed, (0.0, 1.0)), rule))
        }
        Err(_) => Reported::Symbol(Symbol::NotAvailable),
    }
}
