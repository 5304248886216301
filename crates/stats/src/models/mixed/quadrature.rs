//! −2 ln L by adaptive Gauss-Hermite quadrature for one scalar effect, with its exact gradient.
//! Liu and Pierce (1994), doi:10.1093/biomet/81.3.624: the nodes are moved to each group's mode and
//! stretched by its curvature, so that one node is Laplace's approximation.

use super::super::hermite::Node;
use super::super::random::Islands;
use super::engine::Engine;
use super::laplace::Layout;

/// How the integral over the effects is done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule {
    Joint,
    Laplace,
    Nodes(Vec<Node>),
}

/// What one group brings to the criterion.
struct Group {
    /// ln a − 2 ln ∫.
    value: f64,
    /// The derivative in ln L's own log-curvature a.
    by_curvature: f64,
    /// The derivative in the mode, along which all nodes move.
    by_mode: f64,
    /// −2 Σ π u Σ z score: the derivative in θ at fixed nodes.
    by_theta: f64,
    /// The derivative in the log of the size at fixed nodes.
    by_size: f64,
}

/// Reused by every group.
#[derive(Default)]
struct Work {
    /// The score of each cell at each node.
    scores: Vec<f64>,
    values: Vec<f64>,
    totals: Vec<f64>,
}

/// The criterion with its gradient.
pub(super) fn evaluate(
    engine: &mut Engine<'_>,
    nodes: &[Node],
    layout: Layout,
    at: &[f64],
) -> Option<(f64, Vec<f64>)> {
    prepare(engine, layout, at)?;
    let mut value = -2.0 * engine.cells.constants.value(engine.kernel);
    let mut slopes = vec![0.0; layout.len()];
    if layout.has_size {
        slopes[layout.len() - 1] =
            -2.0 * engine.size_chain * engine.cells.constants.size_slope(engine.kernel);
    }
    let mut net = vec![0.0; engine.frame.count];
    let mut work = Work::default();
    for pattern in 0..engine.structure.patterns {
        let part = part(
            engine,
            nodes,
            pattern,
            at[0],
            &mut work,
            &mut net,
            layout.has_size,
        );
        value += part.value;
        slopes[0] += part.theta;
        if layout.has_size {
            slopes[layout.len() - 1] += part.extra;
        }
    }
    slopes[1..=layout.gammas].copy_from_slice(&engine.frame.cross_vector(&net));
    Some((value, slopes))
}

/// The gradient told by island, which here is a group. The constants' derivative in the size is
/// shared out by cells.
pub(super) fn scores(
    engine: &mut Engine<'_>,
    nodes: &[Node],
    layout: Layout,
    at: &[f64],
    islands: &Islands,
) -> Option<Vec<Vec<f64>>> {
    prepare(engine, layout, at)?;
    let mut net = vec![0.0; engine.frame.count];
    let mut work = Work::default();
    let mut out = vec![vec![0.0; layout.len()]; islands.count];
    let constant = -2.0 * engine.size_chain * engine.cells.constants.size_slope(engine.kernel);
    for pattern in 0..engine.structure.patterns {
        let part = part(
            engine,
            nodes,
            pattern,
            at[0],
            &mut work,
            &mut net,
            layout.has_size,
        );
        let range = engine.frame.range(pattern);
        let score = &mut out[islands.of_pattern[pattern]];
        score[0] = part.theta;
        for i in range.clone() {
            for (s, x) in score[1..=layout.gammas]
                .iter_mut()
                .zip(engine.frame.basis_row(i))
            {
                *s += net[i] * x;
            }
        }
        if layout.has_size {
            let share = range.len() as f64 / engine.frame.count as f64;
            score[layout.len() - 1] = part.extra + share * constant;
        }
    }
    Some(out)
}

fn prepare(engine: &mut Engine<'_>, layout: Layout, at: &[f64]) -> Option<()> {
    engine.set_spread(&at[..1], layout.extra(at));
    engine.set_gamma(&at[1..=layout.gammas]);
    engine.find_modes().then_some(())
}

/// One group's part of the criterion and of its derivatives.
struct Part {
    value: f64,
    theta: f64,
    extra: f64,
}

/// Leaves each cell's part of the derivatives in the coefficients in `net`.
fn part(
    engine: &Engine<'_>,
    nodes: &[Node],
    pattern: usize,
    theta: f64,
    work: &mut Work,
    net: &mut [f64],
    has_size: bool,
) -> Part {
    let mode = engine.u[engine.structure.pattern_columns(pattern)[0]];
    let group = group(engine, nodes, pattern, theta, work, net, has_size);
    let range = engine.frame.range(pattern);
    let z = |i: usize| engine.frame.factors.get(i).copied().unwrap_or(1.0);
    let c = group.by_curvature;
    // d ln|A| and the nodes' stretch, through each cell's weight.
    let (mut tilt_sum, mut score_sum, mut observed) = (0.0, 0.0, 0.0);
    for i in range.clone() {
        let tilt = c * theta * theta * z(i) * z(i) * engine.slope[i];
        net[i] += tilt;
        tilt_sum += z(i) * tilt;
        score_sum += z(i) * engine.score[i];
        observed += z(i) * z(i) * engine.curvature()[i];
    }
    let answer = (group.by_mode + theta * tilt_sum) / (1.0 + theta * theta * observed);
    for i in range.clone() {
        net[i] -= engine.curvature()[i] * theta * z(i) * answer;
    }
    let mut extra = 0.0;
    if has_size {
        let own: f64 = range
            .map(|i| {
                let (y, n) = (engine.cells.totals[i], engine.cells.units[i]);
                let point = engine.kernel.size_point(y, n, engine.eta[i]);
                c * theta * theta * z(i) * z(i) * point.fisher + answer * theta * z(i) * point.score
            })
            .sum();
        extra = engine.size_chain * (own + group.by_size);
    }
    Part {
        value: group.value,
        theta: group.by_theta
            + 2.0 * theta * c * engine.moments[pattern]
            + mode * tilt_sum
            + answer * (score_sum - theta * mode * observed),
        extra,
    }
}

/// One group's integral. Leaves −2 times the averaged score of each cell in `net`.
fn group(
    engine: &Engine<'_>,
    nodes: &[Node],
    pattern: usize,
    theta: f64,
    work: &mut Work,
    net: &mut [f64],
    has_size: bool,
) -> Group {
    let cells = engine.cells;
    let range = cells.frame.range(pattern);
    let mode = engine.u[engine.structure.pattern_columns(pattern)[0]];
    let curvature = 1.0 + theta * theta * engine.moments[pattern];
    let root = curvature.sqrt();
    let z = |i: usize| cells.frame.factors.get(i).copied().unwrap_or(1.0);
    work.scores.clear();
    work.values.clear();
    work.totals.clear();
    for node in nodes {
        let u = mode + node.x / root;
        let (mut log_likelihood, mut total) = (0.0, 0.0);
        for i in range.clone() {
            let eta = engine.eta[i] + theta * z(i) * (u - mode);
            let point = engine.kernel.point(cells.totals[i], cells.units[i], eta);
            log_likelihood += point.log_likelihood;
            total += z(i) * point.score;
            work.scores.push(point.score);
        }
        work.values
            .push(node.log_weight + log_likelihood - 0.5 * u * u);
        work.totals.push(total);
    }
    let highest = work
        .values
        .iter()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = work.values.iter().map(|v| (v - highest).exp()).sum();
    let mut out = Group {
        value: curvature.ln() - 2.0 * (highest + sum.ln()),
        by_curvature: 1.0 / curvature,
        by_mode: 0.0,
        by_theta: 0.0,
        by_size: 0.0,
    };
    for (k, node) in nodes.iter().enumerate() {
        let share = (work.values[k] - highest).exp() / sum;
        let u = mode + node.x / root;
        let slope = share * 2.0 * (u - theta * work.totals[k]);
        out.by_mode += slope;
        out.by_curvature -= 0.5 * slope * node.x / (curvature * root);
        out.by_theta -= 2.0 * share * u * work.totals[k];
        let scores = &work.scores[k * range.len()..(k + 1) * range.len()];
        for (n, score) in net[range.clone()].iter_mut().zip(scores) {
            *n -= 2.0 * share * score;
        }
        if has_size {
            let own: f64 = range
                .clone()
                .map(|i| {
                    let eta = engine.eta[i] + theta * z(i) * (u - mode);
                    engine
                        .kernel
                        .size_point(cells.totals[i], cells.units[i], eta)
                        .log_likelihood
                })
                .sum();
            out.by_size -= 2.0 * share * own;
        }
    }
    out
}
