//! Answers about prior help as they may be shown: counts withheld where they are small or would give
//! a small one away, and every rate and estimate computed from what remains.

use std::collections::BTreeMap;

use disparity_core::answers::{
    Group, HelpKind, Mode, PriorHelp, PriorHelpAnswers, PriorHelpCountKey, PriorHelpKey,
    PriorHelpPlaces,
};
use disparity_core::{Dimensions, Reported, Symbol};
use disparity_stats::{Chance, Interval, Level, proportion_bounds};
use rayon::prelude::*;

use super::counts::{Before, HowMany, KnownBefore, ProtectedCounts, protect_counts};
use super::proportion::{Proportion, reported, share};
use super::standardised::{Standards, rates, standardised};
use crate::release::{Policy, Release};
use crate::rule::Rule;
use crate::suppression::Watch;

/// One answer about prior help as it may be shown. What is withheld is `c`; what the files cannot
/// tell is `x`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriorHelpRow {
    /// Of whom, when and what.
    pub key: PriorHelpKey,
    /// Everybody who entered.
    pub entrants: Reported<u32>,
    /// Care records without a record of need.
    pub unlinked: Reported<u32>,
    /// Fully observed: the denominator of the headline.
    pub observed: Reported<u32>,
    /// Fully observed and helped: its numerator.
    pub helped: Reported<u32>,
    /// Not fully observed.
    pub incomplete: Reported<u32>,
    /// Of those, watched for no time: in none of the numbers behind the Kaplan–Meier estimate.
    pub unwatched: Reported<u32>,
    /// The rate among the fully observed (Wilson's interval).
    pub complete_window: Reported<Proportion>,
    /// All linked entrants, unobserved taken as not helped.
    pub lower_bound: Reported<f64>,
    /// All linked entrants, unobserved taken as helped.
    pub upper_bound: Reported<f64>,
    /// From partly observed windows, looking backwards.
    pub kaplan_meier: Reported<Proportion>,
    /// The rate at the ages of all entrants together (direct standardisation by age band).
    pub age_standardised: Reported<Proportion>,
    /// Whether less than half are fully observed, or their rate contradicts what is certain, so that the
    /// Kaplan–Meier estimate is the headline. Of all groups alike, as it is of everyone.
    pub headline_withheld: bool,
}

/// Answers of which it is decided what may be shown.
#[derive(Clone)]
pub struct ProtectedPriorHelp {
    rows: Vec<PriorHelpRow>,
    counts: ProtectedCounts<PriorHelpCountKey>,
    policy: Policy,
}

/// Protects answers, all questions together, and computes what may be shown of each; for those, too, who
/// know what was shown of earlier ones, which are to be among the answers, and what earlier outputs show of
/// these counts. On the way it tells how
/// many small counts are proven safe, of how many.
#[must_use]
pub fn protect_prior_help(
    asked: PriorHelpAnswers,
    dimensions: &Dimensions,
    policy: &Policy,
    (earlier, known): (Option<&ProtectedPriorHelp>, KnownBefore<'_>),
    watch: Watch,
) -> ProtectedPriorHelp {
    let PriorHelpAnswers {
        answers,
        places,
        counts,
    } = asked;
    let before = Before {
        question: earlier.map(|shown| &shown.counts),
        known,
    };
    let safe = protect_counts(counts, dimensions, policy.rule(), before, watch);
    let rates = rates(&answers, &places, &safe);
    let everyone = of_everyone(&answers);
    let rows = answers
        .iter()
        .map(|answer| {
            let deciding = deciding(answer, &everyone);
            let contradicted = contradicted(deciding, &places[&deciding.key], &safe);
            let stands = deciding.is_half_observed() && !contradicted;
            let rate = rates[&answer.key];
            row(answer, &places[&answer.key], &safe, rate, stands)
        })
        .collect();
    ProtectedPriorHelp {
        rows,
        counts: safe,
        policy: policy.clone(),
    }
}

/// Answers of which nothing is withheld, for a reason that is given: an authority's own analysts look at their own returns.
/// What [`protect_prior_help`] makes of them under that policy where nothing is known before; there need be no relations
/// between counts.
#[must_use]
pub fn unprotected_prior_help(answers: &[PriorHelp], reason: &str) -> Release<Vec<PriorHelpRow>> {
    let policy = Policy::Unprotected {
        reason: reason.to_owned(),
    };
    let standards = Standards::of_shown(of_everyone(answers));
    let whole = |answer| {
        let deciding = standards.deciding(answer);
        let stands = deciding.is_half_observed() && !contradicts(deciding);
        let mut counts = Vec::new();
        let places = answer.numbered(|_, count, _| {
            counts.push(count);
            counts.len() - 1
        });
        let shown = ProtectedCounts::all_shown(&counts, policy.rule());
        let rate = standardised(answer, policy.rule(), &standards);
        row(answer, &places, &shown, rate, stands)
    };
    Release::new(answers.par_iter().map(whole).collect(), policy.clone())
}

/// The answers about everyone.
pub(super) fn of_everyone(answers: &[PriorHelp]) -> BTreeMap<PriorHelpKey, &PriorHelp> {
    let everyone = answers
        .iter()
        .filter(|answer| answer.key.group == Group::TOTAL);
    everyone.map(|answer| (answer.key, answer)).collect()
}

/// The answer that decides which estimate is the headline.
pub(super) fn deciding<'a>(
    answer: &'a PriorHelp,
    everyone: &BTreeMap<PriorHelpKey, &'a PriorHelp>,
) -> &'a PriorHelp {
    let key = answer.key.deciding(|asked| everyone.contains_key(asked));
    everyone.get(&key).copied().unwrap_or(answer)
}

impl ProtectedPriorHelp {
    /// How many counts are withheld.
    #[must_use]
    pub const fn how_many(&self) -> HowMany {
        self.counts.how_many()
    }

    /// What may be written, of the answers that are asked for.
    #[must_use]
    pub fn release(self, is_asked: impl Fn(&PriorHelpKey) -> bool) -> Release<Vec<PriorHelpRow>> {
        let mut rows = self.rows;
        rows.retain(|row| is_asked(&row.key));
        Release::new(rows, self.policy)
    }
}

impl Release<Vec<PriorHelpRow>> {
    /// A row for each answer.
    #[must_use]
    pub fn rows(&self) -> &[PriorHelpRow] {
        self.content()
    }
}

/// Whether the share among the fully observed contradicts what is certain of everyone, as far as a
/// reader can tell: where what is certain is withheld, he is not told by its absence.
fn contradicted(
    answer: &PriorHelp,
    places: &PriorHelpPlaces,
    safe: &ProtectedCounts<PriorHelpCountKey>,
) -> bool {
    let certain = [places.observed, places.incomplete, places.incomplete_yes];
    let open = certain.iter().all(|at| safe.at(*at).value().is_some());
    open && contradicts(answer)
}

/// Whether it does in truth.
fn contradicts(answer: &PriorHelp) -> bool {
    answer.counts.complete() > 0 && answer.complete_window().is_none()
}

/// Whether a single number computed from all of these counts may be shown: if each of them may, and none
/// that follows is small.
pub(super) fn are_shown(
    places: &PriorHelpPlaces,
    safe: &ProtectedCounts<PriorHelpCountKey>,
) -> bool {
    let all = [
        places.entrants,
        places.observed,
        places.helped,
        places.incomplete,
        places.incomplete_yes,
    ];
    let follow = [places.not_helped, places.incomplete_no];
    all.iter().all(|at| safe.at(*at).value().is_some())
        && !follow.iter().any(|at| safe.is_small(*at))
}

fn row(
    answer: &PriorHelp,
    places: &PriorHelpPlaces,
    safe: &ProtectedCounts<PriorHelpCountKey>,
    standardised: Reported<Proportion>,
    headline_stands: bool,
) -> PriorHelpRow {
    const C: Symbol = Symbol::Confidential;
    let shown = |at: usize| safe.at(at);
    let count = |at: usize| shown(at).value().map(f64::from);
    let (helped, observed) = (shown(places.helped), shown(places.observed));
    let contradicted = contradicted(answer, places, safe);
    let complete_window = if contradicted {
        let none = |_| Reported::Symbol(Symbol::NotAvailable);
        helped.zip(observed).and_then(none)
    } else {
        share(helped, observed, safe.rule())
    };
    let linked = count(places.observed)
        .zip(count(places.incomplete))
        .map(|(a, b)| a + b)
        .filter(|n| *n >= f64::from(safe.rule().least_for_rate));
    let partly = count(places.incomplete_yes);
    let rest = count(places.incomplete)
        .zip(partly)
        .map(|(a, b)| (a - b).max(0.0));
    // Without a record of help in a window of which a part is unseen there may have been some; a record
    // of it rules out that there was none.
    let (known, unobserved) = match answer.key.kind {
        HelpKind::None => (count(places.helped), partly),
        _ => (count(places.helped).zip(partly).map(|(a, b)| a + b), rest),
    };
    // The upper bound with so many unknown; with none, both bounds are the share of the known. Rounded
    // counts may add up to more than all.
    let bound = |extra: Option<f64>| match (linked, known, extra) {
        (Some(n), Some(yes), Some(extra)) => {
            let yes = yes.min(n);
            proportion_bounds(yes, extra.min(n - yes), n)
                .map_or(Reported::Symbol(Symbol::NotAvailable), |found| {
                    Reported::Value(found.high)
                })
        }
        _ => Reported::Symbol(C),
    };
    let open = are_shown(places, safe);
    let kaplan_meier = match answer.kaplan_meier {
        None if answer.key.mode != Mode::Overlap => Reported::Symbol(Symbol::NotApplicable),
        // That it cannot be told is itself told by single children.
        _ if !open || !safe.is_exact() => Reported::Symbol(C),
        None => Reported::Symbol(Symbol::NotAvailable),
        Some(found) if found.effective < f64::from(safe.rule().least_for_rate) => {
            Reported::Symbol(Symbol::Unreliable)
        }
        Some(found) => interval_of(answer, found, safe.rule()),
    };
    let unwatched = places.unwatched.map_or(Reported::Value(0), shown);
    PriorHelpRow {
        key: answer.key,
        entrants: shown(places.entrants),
        unlinked: shown(places.unlinked),
        observed,
        helped,
        incomplete: shown(places.incomplete),
        unwatched,
        complete_window,
        lower_bound: bound(Some(0.0)),
        upper_bound: bound(unobserved),
        kaplan_meier,
        age_standardised: standardised,
        headline_withheld: !headline_stands,
    }
}

fn interval_of(answer: &PriorHelp, found: Chance, rule: Rule) -> Reported<Proportion> {
    // For "none" the value is one minus the chance of any; the interval turns with it.
    let none = answer.key.kind == HelpKind::None;
    let plain = if none { found.complement() } else { found };
    match plain.interval(Level::P95) {
        Ok(ci) => {
            let interval = if none {
                Interval {
                    low: 1.0 - ci.high,
                    high: 1.0 - ci.low,
                }
            } else {
                ci
            };
            let certain = answer.bounds().unwrap_or((0.0, 1.0));
            let of = (f64::from(answer.counts.linked()), certain);
            Reported::Value(reported((found.value, interval), of, rule))
        }
        Err(_) => Reported::Symbol(Symbol::NotAvailable),
    }
}
