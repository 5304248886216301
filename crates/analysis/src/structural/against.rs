//! Each authority against what a model of all the others expects of it.

use disparity_core::{
    Adjusted, Area, Effect, Expected, ExpectedCount, ExpectedModel, FitKey, Intervals, IssueCode,
    IssueSet, Measured, ModelBased, Position, Rank, Reported, Symbol, Variation,
};
use disparity_stats::models::{AgainstExpected, Expectation, LeftOut, rank_effects};
use disparity_stats::{Estimate, Interval, Level};

use super::fit::{AUTHORITY, Fitted, both};
use super::panel::{Panel, Record};
use crate::rank::{Compared, REPETITIONS, SEED, from_highest};

/// The row of every authority of a panel, those that were left out included.
pub(super) fn expected(
    key: FitKey,
    panel: &Panel<'_>,
    fitted: Option<&Fitted>,
    issues: IssueSet,
) -> Vec<Expected> {
    let left_out =
        fitted.and_then(|fitted| fitted.mixed.leave_out(AUTHORITY, Expectation::Average).ok());
    // Of a variation nothing is asked but who lies in which fifth.
    let brief = key.variation != Variation::Main;
    let mut rows: Vec<Expected> = panel
        .records
        .iter()
        .enumerate()
        .map(|(i, record)| {
            let found = left_out.as_ref().and_then(|all| all.get(i));
            let found = found.and_then(|(_, found)| found.as_ref().ok());
            let compared = found.and_then(|found| compare(found, brief));
            row(key, panel, record, compared, issues)
        })
        .collect();
    let compared = Compared::of(&rows, |_| true);
    if brief {
        compared.fifths(&mut rows);
    } else {
        compared.rank(&mut rows);
    }
    rows.extend(
        panel
            .left_out
            .iter()
            .map(|(record, why)| row(key, panel, record, None, issues.with(*why))),
    );
    rows.sort_by_key(|row| row.area);
    rows
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
        adjusted: Reported::Symbol(why),
        rank: Reported::Symbol(Symbol::NotApplicable),
        fifth: Reported::Symbol(Symbol::NotApplicable),
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

/// An authority against its expectation; in brief with the narrower limits alone.
fn compare(left_out: &LeftOut, brief: bool) -> Option<Outcome> {
    let levels = [Level::P95, Level::P998];
    let levels = if brief { &levels[..1] } else { &levels };
    let found = left_out.against_expected(levels).ok()?;
    let (p95, p998) = (found.first()?, found.last()?);
    let measured = |pick: fn(&AgainstExpected) -> Estimate| Measured {
        value: pick(p95).value,
        intervals: Intervals {
            p95: pick(p95).interval,
            p998: pick(p998).interval,
        },
        method: "against_expected",
    };
    let around_one = |range: Interval| Interval {
        low: range.low / left_out.expected,
        high: range.high / left_out.expected,
    };
    let ratio = measured(|found| found.ratio);
    let limits = Intervals {
        p95: around_one(p95.range),
        p998: around_one(p998.range),
    };
    Some(Outcome {
        count: ExpectedCount {
            expected: left_out.expected,
            ratio,
            position: Position::of(&ratio.intervals),
        },
        adjusted: Adjusted {
            limits,
            position: Position::against(ratio.value, &limits),
            phi: Reported::Symbol(Symbol::NotApplicable),
        },
        model_based: ModelBased {
            shrunken: measured(|found| found.shrunken),
            probability_above: p95.probability_above,
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
        adjusted: Reported::Symbol(absent),
        rank: Reported::Symbol(Symbol::NotApplicable),
        fifth: Reported::Symbol(Symbol::NotApplicable),
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
pub(super) fn effects(key: FitKey, panel: &Panel<'_>, fitted: &Fitted) -> Vec<Effect> {
    let Ok(modes) = fitted.mixed.modes(AUTHORITY) else {
        return Vec::new();
    };
    let ranks = rank_effects(&modes, Level::P95, SEED, REPETITIONS).ok();
    let of = u32::try_from(modes.len()).unwrap_or(u32::MAX);
    let mut rows = Vec::with_capacity(modes.len());
    for (i, (mode, record)) in modes.iter().zip(&panel.records).enumerate() {
        let Reported::Value(ratio) = both("mixed_model", |level| mode.ratio(level)) else {
            continue;
        };
        let rank = ranks.as_ref().and_then(|ranks| ranks.get(i));
        rows.push(Effect {
            key,
            area: record.area.code,
            ratio,
            probability_above: mode.probability_above(),
            rank: rank.map_or(Reported::Symbol(Symbol::NotApplicable), |interval| {
                Reported::Value(Rank {
                    rank: from_highest(interval.rank, of),
                    low: from_highest(interval.interval.high, of),
                    high: from_highest(interval.interval.low, of),
                    of,
                })
            }),
        });
    }
    rows
}
