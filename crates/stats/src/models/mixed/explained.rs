//! How much less groups differ once covariates are known: the proportional change in variance from
//! a null to an adjusted model of the same records.

use super::super::random::Islands;
use super::engine::Engine;
use super::fitted::FittedMixed;
use super::laplace::{self, Layout};
use super::quadrature::{self, Rule};
use super::spread::IntervalMethod;
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};
use crate::sum::sum;

/// Fewer independent groups than this do not tell how sure a change is.
const FEWEST: usize = 5;

/// The change of an effect's variance between two models.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProportionalChange {
    /// 1 − adjusted variance / null variance: negative when the groups differ more once adjusted.
    pub change: Estimate,
    /// The variance between groups in the null model.
    pub null_variance: f64,
    /// The variance between groups in the adjusted model.
    pub adjusted_variance: f64,
    /// Where the interval comes from.
    pub interval_method: IntervalMethod,
}

#[doc = include_str!("../../../docs/proportional_change.md")]
pub fn proportional_change(
    null: &FittedMixed,
    adjusted: &FittedMixed,
    effect: &str,
    level: Level,
) -> Result<ProportionalChange> {
    let (before, after) = (null.sigma(effect)?.powi(2), adjusted.sigma(effect)?.powi(2));
    let (of_null, of_adjusted) = (islands(null)?, islands(adjusted)?);
    if of_null.1 != of_adjusted.1 {
        return Err(Error::Undefined {
            what: "the change in variance",
            why: "the two models are not of the same records and groups",
        });
    }
    if before <= 0.0 {
        return Err(Error::Undefined {
            what: "the change in variance",
            why: "the null model finds no variance to explain",
        });
    }
    if after <= 0.0 {
        // Everything is explained; how little might be is told by the adjusted model's own limit.
        let most = adjusted.spread(effect, level)?.sigma.interval.high.powi(2);
        return Ok(ProportionalChange {
            change: Estimate::of("the change in variance", 1.0, 1.0 - most / before, 1.0)?,
            null_variance: before,
            adjusted_variance: after,
            interval_method: IntervalMethod::ProfileLikelihood,
        });
    }
    let moves =
        moves(null, effect, &of_null.0)?
            .into_iter()
            .zip(moves(adjusted, effect, &of_adjusted.0)?);
    let moves: Vec<f64> = moves.map(|(null, adjusted)| adjusted - null).collect();
    let count = moves.len() as f64;
    let mean = sum(moves.iter().copied()) / count;
    let squares = sum(moves.iter().map(|m| (m - mean) * (m - mean)));
    let error = (squares * count / (count - 1.0)).sqrt();
    let log_ratio = (after / before).ln();
    let (low, high) = limits(log_ratio, error, level);
    Ok(ProportionalChange {
        change: Estimate::of("the change in variance", -log_ratio.exp_m1(), low, high)?,
        null_variance: before,
        adjusted_variance: after,
        interval_method: IntervalMethod::Delta,
    })
}

/// Limits of 1 − exp(`log_ratio`). On the scale of Fisher's z of its root, whose error hardly
/// depends on its size, unless the interval reaches 0 there; then on the scale of the log ratio.
fn limits(log_ratio: f64, error: f64, level: Level) -> (f64, f64) {
    let reach = level.z() * error;
    let root = (-log_ratio.exp_m1()).max(0.0).sqrt();
    if root > 0.0 {
        let (z, reach) = (root.atanh(), reach / (2.0 * root));
        if z > reach {
            return ((z - reach).tanh().powi(2), (z + reach).tanh().powi(2));
        }
    }
    (-(log_ratio + reach).exp_m1(), -(log_ratio - reach).exp_m1())
}

/// The parts of the data that share no group, and which of them each record is in. Numbered alike
/// in models of the same records with the same effects.
fn islands(fit: &FittedMixed) -> Result<(Islands, Vec<Option<usize>>)> {
    fit.total_variance()?;
    let frame = &fit.cells.frame;
    let islands = frame.structure.islands();
    if islands.count < FEWEST {
        return Err(Error::TooFew {
            what: "the interval of a change in variance: groups that share nothing",
            needed: FEWEST,
            found: islands.count,
        });
    }
    let mut of_row = vec![0; frame.count];
    for pattern in 0..frame.structure.patterns {
        of_row[frame.range(pattern)].fill(islands.of_pattern[pattern]);
    }
    let of_record = frame.of_record.iter().map(|row| row.map(|row| of_row[row]));
    Ok((islands, of_record.collect()))
}

/// How much each island moves the estimate of the log of an effect's variance: its influence, from
/// its own score and the curvature of the whole.
fn moves(fit: &FittedMixed, effect: &str, islands: &Islands) -> Result<Vec<f64>> {
    let place = fit.cells.frame.structure.terms[fit.effect(effect)?].theta;
    let solution = &fit.parts.solution;
    let layout = Layout {
        gammas: solution.gamma.len(),
        ..solution.layout
    };
    let parameters = solution.theta.iter().chain(&solution.gamma).copied();
    let at: Vec<f64> = parameters.chain(solution.extra).collect();
    let mut engine = Engine::new(&fit.cells, fit.model.family);
    let scores = match fit.model.rule(&fit.options)? {
        Rule::Nodes(nodes) => quadrature::scores(&mut engine, &nodes, layout, &at, islands),
        Rule::Joint | Rule::Laplace => laplace::scores(&mut engine, layout, &at, islands),
    };
    let scores = scores.ok_or(Error::OutOfRange {
        what: "the scores of the groups",
    })?;
    // Half the covariance is the inverse Hessian of −2 ln L; the log of the variance is 2 ln θ.
    let row = fit.parts.covariance.row(place);
    let move_of = |score: &Vec<f64>| {
        let step: f64 = score
            .iter()
            .zip(row.iter())
            .map(|(s, c)| -0.5 * c * s)
            .sum();
        2.0 * step / solution.theta[place]
    };
    Ok(scores.iter().map(move_of).collect())
}
