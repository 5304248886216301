//! Answers made fit to leave the program: counts of children withheld where they are small or would
//! give a small one away, and every rate and estimate computed from what remains in the open.

use std::collections::BTreeMap;

use rayon::prelude::*;

use disparity_core::disclosure::suppress::{Cell, Sum, Threshold, suppress};
use disparity_core::{Controlled, Reported, Symbol};
use disparity_stats::{Interval, Level, wilson};

use crate::groups::{Group, GroupBy};
use crate::prior_help::{LookBack, PriorHelp, PriorHelpKey};

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
    /// Whether less than half are fully observed, so that the Kaplan–Meier estimate is the headline.
    pub headline_withheld: bool,
}

/// Below this denominator no rate is shown.
const LEAST: u32 = 10;

/// Positions of one answer's counts in the table of counts.
struct Places {
    entrants: usize,
    unlinked: usize,
    observed: usize,
    helped: usize,
    not_helped: usize,
    incomplete: usize,
    incomplete_yes: usize,
    incomplete_no: usize,
}

/// Protects answers and computes what may be shown of each.
#[must_use]
pub fn control(answers: &[PriorHelp], settings: Controlled) -> Vec<PriorHelpRow> {
    let mut blocks: BTreeMap<(crate::HelpKind, u16, crate::Mode, u16), Vec<usize>> =
        BTreeMap::new();
    for (at, answer) in answers.iter().enumerate() {
        let key = answer.key;
        blocks
            .entry((key.kind, key.lead, key.mode, key.from.year()))
            .or_default()
            .push(at);
    }
    let standards = standards(answers);
    let blocks: Vec<Vec<usize>> = blocks.into_values().collect();
    let mut rows: Vec<(usize, PriorHelpRow)> = blocks
        .into_par_iter()
        .flat_map_iter(|block| control_block(answers, &block, settings, &standards))
        .collect();
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn control_block(
    answers: &[PriorHelp],
    block: &[usize],
    settings: Controlled,
    standards: &BTreeMap<PriorHelpKey, [f64; 7]>,
) -> Vec<(usize, PriorHelpRow)> {
    let (mut cells, mut sums, mut places) = (Vec::new(), Vec::new(), BTreeMap::new());
    for at in block.iter().copied() {
        places.insert(
            answers[at].key,
            add_row(&answers[at], &mut cells, &mut sums),
        );
    }
    add_margins(&places, &cells, &mut sums);
    add_differences(&places, &mut cells, &mut sums);
    let hidden = suppress(
        &cells,
        &sums,
        Threshold {
            at_most: settings.at_most,
        },
    );
    block
        .iter()
        .map(|at| {
            (
                *at,
                row(
                    &answers[*at],
                    &places[&answers[*at].key],
                    &cells,
                    &hidden,
                    settings,
                    standards,
                ),
            )
        })
        .collect()
}

fn add_row(answer: &PriorHelp, cells: &mut Vec<Cell>, sums: &mut Vec<Sum>) -> Places {
    let counts = &answer.counts;
    let mut add = |count, published| {
        cells.push(Cell { count, published });
        cells.len() - 1
    };
    let places = Places {
        entrants: add(counts.entrants(), true),
        unlinked: add(counts.unlinked, true),
        observed: add(counts.complete(), true),
        helped: add(counts.complete_yes, true),
        not_helped: add(counts.complete_no, false),
        incomplete: add(counts.incomplete_yes + counts.incomplete_no, true),
        incomplete_yes: add(counts.incomplete_yes, true),
        incomplete_no: add(counts.incomplete_no, false),
    };
    sums.push(Sum {
        total: places.observed,
        parts: vec![places.helped, places.not_helped],
    });
    sums.push(Sum {
        total: places.incomplete,
        parts: vec![places.incomplete_yes, places.incomplete_no],
    });
    sums.push(Sum {
        total: places.entrants,
        parts: vec![places.observed, places.incomplete, places.unlinked],
    });
    places
}

/// Groups make up everyone, and authorities make up all together.
fn add_margins(places: &BTreeMap<PriorHelpKey, Places>, cells: &[Cell], sums: &mut Vec<Sum>) {
    let mut wholes: BTreeMap<(PriorHelpKey, u8), Vec<&Places>> = BTreeMap::new();
    for (key, place) in places {
        if key.group.by != GroupBy::Total {
            let whole = PriorHelpKey {
                group: Group::TOTAL,
                ..*key
            };
            let by = GroupBy::ALL
                .iter()
                .position(|by| *by == key.group.by)
                .unwrap_or(0);
            wholes
                .entry((whole, u8::try_from(by).unwrap_or(0)))
                .or_default()
                .push(place);
        }
        if key.authority.is_some() {
            wholes
                .entry((
                    PriorHelpKey {
                        authority: None,
                        ..*key
                    },
                    u8::MAX,
                ))
                .or_default()
                .push(place);
        }
    }
    for ((whole, _), parts) in &wholes {
        let Some(whole) = places.get(whole) else {
            continue;
        };
        for pick in [
            |p: &Places| p.entrants,
            |p: &Places| p.unlinked,
            |p: &Places| p.observed,
            |p: &Places| p.helped,
            |p: &Places| p.not_helped,
            |p: &Places| p.incomplete,
            |p: &Places| p.incomplete_yes,
            |p: &Places| p.incomplete_no,
        ] {
            let parts: Vec<usize> = parts.iter().map(|p| pick(p)).collect();
            let sum: u64 = parts.iter().map(|at| u64::from(cells[*at].count)).sum();
            if sum == u64::from(cells[pick(whole)].count) {
                sums.push(Sum {
                    total: pick(whole),
                    parts,
                });
            }
        }
    }
}

/// A longer look-back holds a shorter one: what lies between is a count, too.
fn add_differences(
    places: &BTreeMap<PriorHelpKey, Places>,
    cells: &mut Vec<Cell>,
    sums: &mut Vec<Sum>,
) {
    let mut ladders: BTreeMap<PriorHelpKey, Vec<&Places>> = BTreeMap::new();
    for (key, place) in places {
        ladders
            .entry(PriorHelpKey {
                look_back: LookBack::Ever,
                ..*key
            })
            .or_default()
            .push(place);
    }
    for ladder in ladders.values() {
        for pair in ladder.windows(2) {
            let (short, long) = (pair[0], pair[1]);
            let same = cells[short.observed].count == cells[long.observed].count;
            let (a, b) = (short.helped, long.helped);
            let Some(between) = cells[b].count.checked_sub(cells[a].count).filter(|_| same) else {
                continue;
            };
            cells.push(Cell {
                count: between,
                published: false,
            });
            sums.push(Sum {
                total: b,
                parts: vec![a, cells.len() - 1],
            });
        }
    }
}

/// Ages of all entrants of each question together: the weights of standardised rates.
fn standards(answers: &[PriorHelp]) -> BTreeMap<PriorHelpKey, [f64; 7]> {
    answers
        .iter()
        .filter(|answer| answer.key.group == Group::TOTAL)
        .map(|answer| {
            (
                answer.key,
                answer.by_age.map(|(no, yes)| f64::from(no + yes)),
            )
        })
        .collect()
}

fn row(
    answer: &PriorHelp,
    places: &Places,
    cells: &[Cell],
    hidden: &[bool],
    settings: Controlled,
    standards: &BTreeMap<PriorHelpKey, [f64; 7]>,
) -> PriorHelpRow {
    const C: Symbol = Symbol::Confidential;
    let base = settings.base.max(1);
    let round = |count: u32| {
        if base == 1 {
            count
        } else {
            (count + base / 2) / base * base
        }
    };
    let shown = |at: usize| {
        if hidden[at] {
            Reported::Symbol(C)
        } else {
            Reported::Value(round(cells[at].count))
        }
    };
    let count = |at: usize| shown(at).value().map(f64::from);
    let small = |at: usize| (1..=settings.at_most).contains(&cells[at].count);
    let (helped, observed) = (shown(places.helped), shown(places.observed));
    let complete_window = helped.zip(observed).and_then(|(x, n)| match n {
        ..LEAST => Reported::Symbol(Symbol::Unreliable),
        n => proportion(f64::from(x.min(n)), f64::from(n)),
    });
    let linked = count(places.observed)
        .zip(count(places.incomplete))
        .map(|(a, b)| a + b)
        .filter(|n| *n >= f64::from(LEAST));
    let known = count(places.helped)
        .zip(count(places.incomplete_yes))
        .map(|(a, b)| a + b);
    let bound = |extra: Option<f64>| match (linked, known, extra) {
        (Some(n), Some(yes), Some(extra)) => Reported::Value(((yes + extra) / n).clamp(0.0, 1.0)),
        _ => Reported::Symbol(C),
    };
    let unobserved = count(places.incomplete)
        .zip(count(places.incomplete_yes))
        .map(|(a, b)| (a - b).max(0.0));
    // A single number computed from all of these counts: it may be shown only if each of them may.
    let all = [
        places.entrants,
        places.observed,
        places.helped,
        places.incomplete,
        places.incomplete_yes,
    ];
    let open = all.iter().all(|at| !hidden[*at])
        && ![places.not_helped, places.incomplete_no]
            .iter()
            .any(|at| small(*at));
    let kaplan_meier = match answer.kaplan_meier {
        None => Reported::Symbol(Symbol::NotApplicable),
        Some(_) if !open || base > 1 => Reported::Symbol(C),
        Some(found) if found.subjects < LEAST => Reported::Symbol(Symbol::Unreliable),
        Some(found) => interval_of(answer, found),
    };
    PriorHelpRow {
        key: answer.key,
        entrants: shown(places.entrants),
        unlinked: shown(places.unlinked),
        observed,
        helped,
        incomplete: shown(places.incomplete),
        complete_window,
        lower_bound: bound(Some(0.0)),
        upper_bound: bound(unobserved),
        kaplan_meier,
        age_standardised: if open && base == 1 {
            standardised(answer, settings, standards)
        } else {
            Reported::Symbol(C)
        },
        headline_withheld: !answer.counts.headline_stands(),
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

fn interval_of(answer: &PriorHelp, found: crate::Incidence) -> Reported<Proportion> {
    // For "none" the value is one minus the chance of any; the interval turns with it.
    let none = answer.key.kind == crate::HelpKind::None;
    let plain = if none {
        crate::Incidence {
            value: 1.0 - found.value,
            ..found
        }
    } else {
        found
    };
    match plain.interval(Level::P95) {
        Ok(ci) if none => Reported::Value(Proportion {
            value: found.value,
            interval: Interval {
                low: 1.0 - ci.high,
                high: 1.0 - ci.low,
            },
        }),
        Ok(interval) => Reported::Value(Proportion {
            value: found.value,
            interval,
        }),
        Err(_) => Reported::Symbol(Symbol::NotAvailable),
    }
}

/// The rate that the group would have at the ages of all entrants. Shown only where no age band of
/// the group is so small that the weighted sum could tell it.
fn standardised(
    answer: &PriorHelp,
    settings: Controlled,
    standards: &BTreeMap<PriorHelpKey, [f64; 7]>,
) -> Reported<Proportion> {
    let Some(weights) = standards.get(&PriorHelpKey {
        group: Group::TOTAL,
        ..answer.key
    }) else {
        return Reported::Symbol(Symbol::NotAvailable);
    };
    let total: f64 = weights.iter().sum();
    let (mut rate, mut variance) = (0.0, 0.0);
    for ((no, yes), weight) in answer
        .by_age
        .iter()
        .zip(weights)
        .filter(|(_, weight)| **weight > 0.0)
    {
        let n = f64::from(no + yes);
        let small = |count: u32| (1..=settings.at_most).contains(&count);
        if n < 1.0 {
            return Reported::Symbol(Symbol::NotAvailable);
        }
        if small(*no) || small(*yes) {
            return Reported::Symbol(Symbol::Confidential);
        }
        let (share, p) = (weight / total, f64::from(*yes) / n);
        rate += share * p;
        variance += share * share * p * (1.0 - p) / n;
    }
    // Wilson's interval with the sample size that would have this variance.
    let n = if variance > 0.0 {
        rate * (1.0 - rate) / variance
    } else {
        total
    };
    if total <= 0.0 {
        Reported::Symbol(Symbol::NotAvailable)
    } else {
        proportion(rate * n, n)
    }
}

/// Pairs of a whole and a part, by key, protected together: a part never gives a small count away.
/// Returns whole and part, each withheld or as it is.
#[must_use]
pub fn control_pairs<K: Ord + Copy>(
    pairs: &BTreeMap<K, (u32, u32)>,
    whole_of: impl Fn(&K) -> Option<K>,
    settings: Controlled,
) -> BTreeMap<K, (Reported<u32>, Reported<u32>)> {
    let (mut cells, mut sums, mut places) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (key, (whole, part)) in pairs {
        let at = cells.len();
        cells.push(Cell {
            count: *whole,
            published: true,
        });
        cells.push(Cell {
            count: *part,
            published: true,
        });
        cells.push(Cell {
            count: whole.saturating_sub(*part),
            published: false,
        });
        sums.push(Sum {
            total: at,
            parts: vec![at + 1, at + 2],
        });
        places.insert(*key, at);
    }
    let mut wholes: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (key, at) in &places {
        if let Some(whole) = whole_of(key) {
            wholes.entry(whole).or_default().push(*at);
        }
    }
    for (whole, parts) in &wholes {
        let Some(total) = places.get(whole) else {
            continue;
        };
        for offset in 0..3 {
            let parts: Vec<usize> = parts.iter().map(|at| at + offset).collect();
            let sum: u64 = parts.iter().map(|at| u64::from(cells[*at].count)).sum();
            if sum == u64::from(cells[total + offset].count) {
                sums.push(Sum {
                    total: total + offset,
                    parts,
                });
            }
        }
    }
    let hidden = suppress(
        &cells,
        &sums,
        Threshold {
            at_most: settings.at_most,
        },
    );
    let base = settings.base.max(1);
    let shown = |at: usize| {
        if hidden[at] {
            Reported::Symbol(Symbol::Confidential)
        } else {
            Reported::Value((cells[at].count + base / 2) / base * base)
        }
    };
    places
        .into_iter()
        .map(|(key, at)| (key, (shown(at), shown(at + 1))))
        .collect()
}
