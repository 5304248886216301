//! How much less groups differ once covariates are known: the proportional change in variance from
//! a null to an adjusted model of the same records.

use super::super::hermite::{self, Node};
use super::engine::Engine;
use super::fitted::FittedMixed;
use super::quadrature;
use super::search::Rule;
use super::spread::IntervalMethod;
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};
use crate::sum::sum;

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
    for fit in [null, adjusted] {
        check_single(fit, effect)?;
    }
    let codes = |fit: &FittedMixed| fit.cells.frame.structure.terms[0].codes.clone();
    if codes(null) != codes(adjusted) {
        return Err(Error::Undefined {
            what: "the change in variance",
            why: "the two models are not of the same groups",
        });
    }
    let (before, after) = (null.sigma(effect)?.powi(2), adjusted.sigma(effect)?.powi(2));
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
    let moves = log_variance_moves(null)?
        .into_iter()
        .zip(log_variance_moves(adjusted)?);
    let moves: Vec<f64> = moves.map(|(null, adjusted)| adjusted - null).collect();
    let groups = moves.len() as f64;
    let mean = sum(moves.iter().copied()) / groups;
    let squares = sum(moves.iter().map(|m| (m - mean) * (m - mean)));
    let error = (squares * groups / (groups - 1.0)).sqrt();
    let log_ratio = (after / before).ln();
    let (low, high) = delta_limits(log_ratio, error, level);
    Ok(ProportionalChange {
        change: Estimate::of("the change in variance", -log_ratio.exp_m1(), low, high)?,
        null_variance: before,
        adjusted_variance: after,
        interval_method: IntervalMethod::Delta,
    })
}

/// Limits of 1 − exp(`log_ratio`). On the scale of Fisher's z of its root, whose error hardly
/// depends on its size, unless the interval reaches 0 there; then on the scale of the log ratio.
fn delta_limits(log_ratio: f64, error: f64, level: Level) -> (f64, f64) {
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

fn check_single(fit: &FittedMixed, effect: &str) -> Result<()> {
    fit.effect(effect)?;
    if fit.cells.frame.structure.terms.len() == 1 && fit.cells.frame.structure.plain {
        return Ok(());
    }
    Err(Error::Undefined {
        what: "the interval of a change in variance",
        why: "it is for models whose only effect is one intercept",
    })
}

/// How much each group moves the estimate of the log of the variance: its influence, from its own
/// score and the curvature of the whole.
fn log_variance_moves(fit: &FittedMixed) -> Result<Vec<f64>> {
    let nodes: Vec<Node> = match fit.model.rule(&fit.options)? {
        Rule::Nodes(nodes) => nodes,
        // One node is Laplace's approximation.
        Rule::Joint | Rule::Laplace => hermite::nodes(1),
    };
    let solution = &fit.parts.solution;
    let mut layout = solution.layout;
    layout.gammas = solution.gamma.len();
    let at: Vec<f64> = solution
        .theta
        .iter()
        .chain(&solution.gamma)
        .copied()
        .chain(solution.extra)
        .collect();
    let mut engine = Engine::new(&fit.cells, fit.model.family);
    let scores = quadrature::scores(&mut engine, &nodes, layout, &at).ok_or(Error::OutOfRange {
        what: "the scores of the groups",
    })?;
    // Half the covariance is the inverse Hessian of −2 ln L; the log of the variance is 2 ln θ.
    let row = fit.parts.covariance.row(0);
    let move_of = |score: &Vec<f64>| {
        let step: f64 = score
            .iter()
            .zip(row.iter())
            .map(|(s, c)| -0.5 * c * s)
            .sum();
        2.0 * step / solution.theta[0]
    };
    Ok(scores.iter().map(move_of).collect())
}
