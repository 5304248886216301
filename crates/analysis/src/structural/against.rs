//! Each authority against what a model of all the others expects of it.

use disparity_core::{
    Adjusted, Area, Effect, Expected, ExpectedCount, ExpectedModel, FitKey, Intervals, IssueCode,
    IssueSet, LEAST_AUTHORITIES, Levels, Measured, ModelBased, Position, Reported, Symbol,
    Variation,
};
use disparity_stats::models::{AgainstExpected, ScaledLeftOut, rank_effects};
use disparity_stats::{Estimate, Interval};

use super::fit::{AUTHORITY, Fitted, at_all};
use super::panel::{Panel, Record};
use crate::rank::{Compared, REPETITIONS, SEED, draws, from_highest};

/// The row of every authority of a panel, those that were left out included. So many others have a count
/// that is withheld: nothing is expected of them, and their ratios could be any.
pub(super) fn expected(
    key: FitKey,
    panel: &Panel<'_>,
    fitted: Option<&Fitted>,
    issues: IssueSet,
    levels: Levels,
    withheld: usize,
) -> Vec<Expected> {
    // An authority whose years were averaged stands in the tables with their sum.
    let times: Vec<f64> = panel.records.iter().map(Record::times).collect();
    let left_out = fitted.and_then(|fitted| fitted.mixed.leave_out_scaled(AUTHORITY, &times).ok());
    let few = panel.records.len() < LEAST_AUTHORITIES;
    let known = !panel.covariates.is_empty() || key.variation == Variation::WithRegion;
    // Of a variation nothing is asked but who lies in which fifth.
    let brief = key.variation != Variation::Main;
    let asked = if brief { levels.first_only() } else { levels };
    let found = |i: usize| {
        let found = left_out.as_ref()?.get(i)?;
        found.1.as_ref().ok()
    };
    let mut rows: Vec<Expected> = panel
        .records
        .iter()
        .enumerate()
        .map(|(i, record)| {
            let compared = found(i).and_then(|found| compare(found, times[i], known, asked));
            // Without the authority there may be no fit, or none that tells what to expect of it.
            let refused = fitted.is_some() && compared.is_none();
            let unlike = found(i)
                .map(|found| found.left)
                .is_some_and(|left| left.std_error > left.sigma.max(LITTLE));
            let issues = issues
                .with_if(refused, IssueCode::ModelRefused)
                .with_if(few && compared.is_some(), IssueCode::FewAuthorities)
                .with_if(unlike, IssueCode::Extrapolated);
            let mut row = row(key, panel, record, compared, issues);
            if few && row.adjusted.is_value() {
                row.adjusted = Reported::Symbol(Symbol::NotApplicable);
            }
            row
        })
        .collect();
    let mut compared = Compared::of(&rows, |_| true);
    for (place, i) in compared.places.iter().zip(0..) {
        if let Some(found) = found(*place) {
            (compared.observed[i], compared.expected[i]) = as_sure(found);
        }
    }
    let any = Interval {
        low: 0.0,
        high: f64::INFINITY,
    };
    compared.withheld = vec![any; withheld];
    if brief {
        compared.fifths(&mut rows);
    } else {
        compared.rank(&mut rows, levels.first());
    }
    rows.extend(panel.left_out.iter().map(|(record, why)| {
        let mut left_out = row(key, panel, record, None, issues.with(*why));
        if *why == IssueCode::TinyArea {
            left_out.outcome = Reported::Symbol(Symbol::NotApplicable);
            left_out.adjusted = Reported::Symbol(Symbol::NotApplicable);
            left_out.model_based = Reported::Symbol(Symbol::NotApplicable);
        }
        left_out
    }));
    rows.sort_by_key(|row| row.area);
    rows
}

/// A spread between authorities below this is none.
const LITTLE: f64 = 0.02;

/// The count and expected count whose ratio is the same and as uncertain, on the log scale, as the
/// authority's is once what is expected of it is uncertain too: 1 / count + its squared error.
fn as_sure(found: &ScaledLeftOut) -> (f64, f64) {
    let (observed, expected) = (found.left.observed, found.expected());
    if observed <= 0.0 {
        return (observed, expected);
    }
    let sure = 1.0 / (1.0 / observed + found.std_error.powi(2));
    (sure, sure * expected / observed)
}

/// The row of an authority that has no count: the reason stands in for every figure.
pub(super) fn without_count(key: FitKey, area: &Area, why: Symbol) -> Expected {
    Expected {
        indicator: key.indicator,
        span: key.span,
        area: area.code,
        model: ExpectedModel::Structural(key.model),
        observed: Reported::Symbol(why),
        outcome: Reported::Symbol(why),
        quoted: false,
        adjusted: Reported::Symbol(why),
        rank: Reported::Symbol(Symbol::NotApplicable),
        fifth: Reported::Symbol(Symbol::NotApplicable),
        fifths: None,
        model_based: Reported::Symbol(why),
        issues: IssueSet::EMPTY
            .with(IssueCode::SourceSymbol)
            .with_if(area.tiny, IssueCode::TinyArea),
    }
}

/// What a comparison gives.
struct Outcome {
    count: ExpectedCount,
    adjusted: Adjusted,
    model_based: ModelBased,
}

/// An authority against its expectation, which is of one of so many `times`; `known` says whether
/// anything tells authorities apart.
fn compare(left_out: &ScaledLeftOut, times: f64, known: bool, levels: Levels) -> Option<Outcome> {
    let found = left_out.against_expected(levels.as_slice()).ok()?;
    let first = found.first()?;
    let at_all = |pick: &dyn Fn(&AgainstExpected) -> Interval| {
        Intervals::of(&found.iter().map(pick).collect::<Vec<_>>())
    };
    let measured = |pick: fn(&AgainstExpected) -> Estimate| {
        Some(Measured {
            value: pick(first).value,
            intervals: at_all(&|found| pick(found).interval)?,
            method: "against_expected",
        })
    };
    let expected = left_out.expected();
    let around_one = |range: Interval| Interval {
        low: range.low / expected,
        high: range.high / expected,
    };
    // Once the total is taken as it was counted, nothing is uncertain but what tells authorities apart.
    let intervals = if known {
        let own = |level| left_out.estimate(level).map(|found| found.interval);
        Reported::Value(Intervals::try_at(levels, own).ok()?)
    } else {
        Reported::Symbol(Symbol::NotApplicable)
    };
    let ratio = measured(|found| found.ratio)?;
    let limits = at_all(&|found| around_one(found.range))?;
    Some(Outcome {
        count: ExpectedCount {
            expected: expected * times,
            intervals: intervals.map(|intervals| intervals.times(times)),
            scaled_by: left_out.factor,
            ratio,
            position: Position::of(&ratio.intervals),
        },
        adjusted: Adjusted {
            limits,
            position: Position::against(ratio.value, &limits),
            phi: Reported::Symbol(Symbol::NotApplicable),
        },
        model_based: ModelBased {
            shrunken: measured(|found| found.shrunken)?,
            probability_above: first.probability_above,
        },
    })
}

fn row(
    key: FitKey,
    panel: &Panel<'_>,
    record: &Record<'_>,
    compared: Option<Outcome>,
    issues: IssueSet,
) -> Expected {
    let absent = Symbol::NotAvailable;
    let issues = issues.union(record.issues(&panel.covariates, key.span));
    let base = Expected {
        indicator: key.indicator,
        span: key.span,
        area: record.area.code,
        model: ExpectedModel::Structural(key.model),
        observed: Reported::Value(record.observed),
        outcome: Reported::Symbol(absent),
        quoted: false,
        adjusted: Reported::Symbol(absent),
        rank: Reported::Symbol(Symbol::NotApplicable),
        fifth: Reported::Symbol(Symbol::NotApplicable),
        fifths: None,
        model_based: Reported::Symbol(absent),
        issues,
    };
    match compared {
        None => base,
        Some(compared) => Expected {
            outcome: Reported::Value(compared.count),
            adjusted: Reported::Value(compared.adjusted),
            model_based: Reported::Value(compared.model_based),
            ..base
        },
    }
}

/// How far each authority lies from what its circumstances say, its own count included.
pub(super) fn effects(
    key: FitKey,
    panel: &Panel<'_>,
    fitted: &Fitted,
    issues: IssueSet,
    levels: Levels,
) -> Vec<Effect> {
    let Ok(modes) = fitted.mixed.modes(AUTHORITY) else {
        return Vec::new();
    };
    let ranks = rank_effects(
        &modes,
        levels.first(),
        SEED,
        draws(levels.first(), REPETITIONS),
    )
    .ok();
    let of = u32::try_from(modes.len()).unwrap_or(u32::MAX);
    let mut rows = Vec::with_capacity(modes.len());
    for (i, (mode, record)) in modes.iter().zip(&panel.records).enumerate() {
        let Reported::Value(ratio) = at_all(levels, "mixed_model", |level| mode.ratio(level))
        else {
            continue;
        };
        let rank = ranks.as_ref().and_then(|ranks| ranks.get(i));
        rows.push(Effect {
            key,
            area: record.area.code,
            ratio,
            probability_above: mode.probability_above(),
            rank: rank.map_or(Reported::Symbol(Symbol::NotApplicable), |interval| {
                Reported::Value(from_highest(interval, of))
            }),
            issues: issues.union(record.issues(&panel.covariates, key.span)),
        });
    }
    rows
}
