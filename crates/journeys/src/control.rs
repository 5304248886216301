//! Answers made fit to leave the program: counts of children withheld where they are small or would
//! give a small one away, and every rate and estimate computed from what remains in the open.

mod at_ages;

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::disclosure::suppress::{Cell, Ties, Watch};
use disparity_core::{Controlled, Dimensions, Period, Reported, Symbol};
use disparity_stats::{Chance, Interval, Level, proportion_bounds, wilson};

use crate::digits::to_digits_borne;
use crate::prior_help::{HelpKind, LookBack, Mode, PriorHelp, PriorHelpKey};
use crate::protection::{HowMany, Place, Protected, Protection};

/// A proportion with its interval at the 95% level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proportion {
    /// 0 to 1.
    pub value: f64,
    /// At the 95% level.
    pub interval: Interval,
}

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

/// Below this denominator no rate is shown.
pub(crate) const LEAST: u32 = 10;

/// Positions of one answer's counts among all.
#[derive(Clone, Copy)]
struct Places {
    entrants: usize,
    unlinked: usize,
    observed: usize,
    helped: usize,
    not_helped: usize,
    incomplete: usize,
    incomplete_yes: usize,
    incomplete_no: usize,
    /// None where everyone was watched for some time.
    unwatched: Option<usize>,
}

impl Places {
    /// Each of the counts.
    const COUNTS: [fn(&Self) -> Option<usize>; 9] = [
        |own| Some(own.entrants),
        |own| Some(own.unlinked),
        |own| Some(own.observed),
        |own| Some(own.helped),
        |own| Some(own.not_helped),
        |own| Some(own.incomplete),
        |own| Some(own.incomplete_yes),
        |own| Some(own.incomplete_no),
        |own| own.unwatched,
    ];
}

/// A count of prior help: of what question, and which of its counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct What {
    years: (Period, Period),
    kind: Option<HelpKind>,
    look_back: Option<LookBack>,
    asked: Option<(u16, Mode)>,
    count: Counted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Counted {
    Entrants,
    Unlinked,
    Observed,
    Incomplete,
    Helped,
    NotHelped,
    IncompleteYes,
    IncompleteNo,
    Unwatched,
}

impl What {
    /// Who entered does not depend on the question, who was watched for any time only on the kind, and
    /// whose window is observed only on the kind and how far back: one count, however often it is shown.
    fn of(key: &PriorHelpKey, count: Counted) -> Self {
        let (of_kind, of_window, of_question) = match count {
            Counted::Entrants | Counted::Unlinked => (false, false, false),
            Counted::Unwatched => (true, false, false),
            Counted::Observed | Counted::Incomplete => (true, true, false),
            _ => (true, true, true),
        };
        Self {
            years: (key.from, key.to),
            kind: of_kind.then_some(key.kind),
            look_back: of_window.then_some(key.look_back),
            asked: of_question.then_some((key.lead, key.mode)),
            count,
        }
    }
}

/// Answers as they may be shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// A row for each answer.
    pub rows: Vec<PriorHelpRow>,
    /// How many counts are withheld.
    pub how_many: HowMany,
    counts: Protected<What>,
}

/// Protects answers, all questions together, and computes what may be shown of each; for those, too, who
/// know what was shown of earlier ones, which are to be among the answers. On the way it tells how
/// many small counts are proven safe, of how many.
#[must_use]
pub fn control(
    answers: &[PriorHelp],
    dimensions: &Dimensions,
    settings: Controlled,
    earlier: Option<&Shown>,
    watch: Watch,
) -> Shown {
    let mut system = Protection::new(dimensions);
    let places: BTreeMap<PriorHelpKey, Places> = answers
        .iter()
        .map(|answer| (answer.key, add_row(answer, &mut system)))
        .collect();
    add_differences(&places, &mut system);
    unite_kinds(&places, &mut system);
    add_halves(answers, &places, &mut system);
    add_years(&places, &mut system);
    let earlier = earlier.map(|shown| &shown.counts);
    let safe = system.protect(settings, earlier, watch);
    let standardised = at_ages::rates(answers, &places, &safe);
    let by_key: BTreeMap<PriorHelpKey, &PriorHelp> =
        answers.iter().map(|answer| (answer.key, answer)).collect();
    let headline_stands = |key: &PriorHelpKey| {
        let deciding = deciding(key, &places);
        let contradicted = |answer| contradicted(answer, &places[&deciding], &safe);
        let answer = by_key.get(&deciding).copied();
        answer.is_none_or(|answer| answer.is_half_observed() && !contradicted(answer))
    };
    let rows = answers
        .iter()
        .map(|answer| {
            let stands = headline_stands(&answer.key);
            let rate = standardised[&answer.key];
            row(answer, &places[&answer.key], &safe, rate, stands)
        })
        .collect();
    Shown {
        rows,
        how_many: safe.how_many(),
        counts: safe,
    }
}

fn add_row(answer: &PriorHelp, system: &mut Protection<What>) -> Places {
    let counts = &answer.counts;
    let mut add = |what, count, published| {
        let place = Place {
            what: What::of(&answer.key, what),
            authority: answer.key.authority,
            group: answer.key.group,
        };
        system.count(place, count, published)
    };
    let places = Places {
        entrants: add(Counted::Entrants, counts.entrants(), true),
        unlinked: add(Counted::Unlinked, counts.unlinked, true),
        observed: add(Counted::Observed, counts.complete(), true),
        helped: add(Counted::Helped, counts.complete_yes, true),
        not_helped: add(Counted::NotHelped, counts.complete_no, false),
        incomplete: add(
            Counted::Incomplete,
            counts.incomplete_yes + counts.incomplete_no,
            true,
        ),
        incomplete_yes: add(Counted::IncompleteYes, counts.incomplete_yes, true),
        incomplete_no: add(Counted::IncompleteNo, counts.incomplete_no, false),
        unwatched: (counts.unwatched > 0).then(|| add(Counted::Unwatched, counts.unwatched, true)),
    };
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
fn add_years(places: &BTreeMap<PriorHelpKey, Places>, system: &mut Protection<What>) {
    type Spans = Vec<((Period, Period), Places)>;
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
            let years: Vec<&Places> = years
                .filter(|((year, _), _)| from <= year && year <= to)
                .map(|(_, own)| own)
                .collect();
            // Nobody is watched for no time where there is no such count.
            for count in Places::COUNTS {
                if let Some(total) = count(whole) {
                    let parts = years.iter().filter_map(|year| count(year)).collect();
                    system.sum(total, parts);
                }
            }
        }
    }
}

/// The answer that decides which estimate is the headline: of everyone, or what that is would say
/// something of a group; where everyone was not asked about, each of itself.
fn deciding(key: &PriorHelpKey, places: &BTreeMap<PriorHelpKey, Places>) -> PriorHelpKey {
    let everyone = key.of_everyone();
    let asked = places.contains_key(&everyone);
    if asked { everyone } else { *key }
}

/// Which estimate is the headline says whether half of the entrants are fully observed: a sum as any
/// other, of those who are, those who are not, and by how many the ones are more than the others.
fn add_halves(
    answers: &[PriorHelp],
    places: &BTreeMap<PriorHelpKey, Places>,
    system: &mut Protection<What>,
) {
    let mut done = BTreeSet::new();
    for answer in answers {
        let own = places[&answer.key];
        if deciding(&answer.key, places) != answer.key || !done.insert(own.observed) {
            continue;
        }
        let others = vec![own.incomplete, own.unlinked];
        if answer.is_half_observed() {
            system.no_more(others, own.observed);
        } else {
            let count = answer.counts.entrants() - answer.counts.complete();
            let rest = system.add_beside(own.incomplete, Cell::follows(count));
            system.sum(rest, others);
            system.no_more(vec![own.observed], rest);
        }
    }
}

/// Whether the share among the fully observed contradicts what is certain of everyone, as far as a
/// reader can tell: where what is certain is withheld, he is not told by its absence.
fn contradicted(answer: &PriorHelp, places: &Places, safe: &Protected<What>) -> bool {
    let certain = [places.observed, places.incomplete, places.incomplete_yes];
    let open = certain.iter().all(|at| safe.at(*at).value().is_some());
    open && answer.counts.complete() > 0 && answer.complete_window().is_none()
}

/// The same files tell of several kinds: how many windows they cover is one count for all of them.
fn unite_kinds(places: &BTreeMap<PriorHelpKey, Places>, system: &mut Protection<What>) {
    let mut first: BTreeMap<PriorHelpKey, Vec<Places>> = BTreeMap::new();
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
fn add_differences(places: &BTreeMap<PriorHelpKey, Places>, system: &mut Protection<What>) {
    for (key, place) in places {
        let mut wider: Vec<PriorHelpKey> = Vec::new();
        // The next longer look-back and the next shorter lead that were asked for.
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
        let longer = beside(&|o| same(o) && o.lead == key.lead && o.look_back > key.look_back);
        wider.extend(longer.into_iter().min_by_key(|o| o.look_back));
        let sooner = beside(&|o| same(o) && o.look_back == key.look_back && o.lead < key.lead);
        wider.extend(sooner.into_iter().max_by_key(|o| o.lead));
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

/// Whether a single number computed from all of these counts may be shown: if each of them may, and none
/// that follows is small.
fn is_open(places: &Places, safe: &Protected<What>) -> bool {
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
    places: &Places,
    safe: &Protected<What>,
    standardised: Reported<Proportion>,
    headline_stands: bool,
) -> PriorHelpRow {
    const C: Symbol = Symbol::Confidential;
    let shown = |at: usize| safe.at(at);
    let count = |at: usize| shown(at).value().map(f64::from);
    let (helped, observed) = (shown(places.helped), shown(places.observed));
    let contradicted = contradicted(answer, places, safe);
    let complete_window = helped.zip(observed).and_then(|(x, n)| match n {
        0 => Reported::Symbol(Symbol::NotAvailable),
        _ if contradicted => Reported::Symbol(Symbol::NotAvailable),
        1..LEAST => Reported::Symbol(Symbol::Unreliable),
        n => proportion(f64::from(x.min(n)), f64::from(n)),
    });
    let linked = count(places.observed)
        .zip(count(places.incomplete))
        .map(|(a, b)| a + b)
        .filter(|n| *n >= f64::from(LEAST));
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
    let open = is_open(places, safe);
    let kaplan_meier = match answer.kaplan_meier {
        None if answer.key.mode != Mode::Overlap => Reported::Symbol(Symbol::NotApplicable),
        // That it cannot be told is itself told by single children.
        _ if !open || !safe.is_exact() => Reported::Symbol(C),
        None => Reported::Symbol(Symbol::NotAvailable),
        Some(found) if found.effective < f64::from(LEAST) => Reported::Symbol(Symbol::Unreliable),
        Some(found) => interval_of(answer, found, safe.settings()),
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

fn proportion(x: f64, n: f64) -> Reported<Proportion> {
    match wilson(x, n, Level::P95) {
        Ok(interval) => Reported::Value(Proportion {
            value: x / n,
            interval,
        }),
        Err(_) => Reported::Symbol(Symbol::NotAvailable),
    }
}

fn interval_of(answer: &PriorHelp, found: Chance, settings: Controlled) -> Reported<Proportion> {
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
            let of = (answer.counts.linked(), certain);
            told((found.value, interval), of, settings)
        }
        Err(_) => Reported::Symbol(Symbol::NotAvailable),
    }
}

/// A figure computed from so many single children, to the digits that they bear and within what is
/// certain; as it is where nothing is withheld.
fn told(
    found: (f64, Interval),
    (children, certain): (u32, (f64, f64)),
    settings: Controlled,
) -> Reported<Proportion> {
    let (value, interval) = if settings.at_most == 0 {
        found
    } else {
        to_digits_borne(found, f64::from(children), certain)
    };
    Reported::Value(Proportion { value, interval })
}
