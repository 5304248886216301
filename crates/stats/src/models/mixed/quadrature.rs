//! −2 ln L by adaptive Gauss-Hermite quadrature for one scalar effect, with its exact gradient.
//! Liu and Pierce (1994), doi:10.1093/biomet/81.3.624: the nodes are moved to each group's mode and
//! stretched by its curvature, so that one node is Laplace's approximation.

use super::super::hermite::Node;
use super::engine::Engine;
use super::laplace::Layout;

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

pub(super) fn evaluate(
    engine: &mut Engine<'_>,
    nodes: &[Node],
    layout: Layout,
    at: &[f64],
) -> Option<(f64, Vec<f64>)> {
    let theta = at[0];
    engine.set_spread(&at[..1], layout.log_size(at));
    engine.set_gamma(&at[1..=layout.gammas]);
    if !engine.find_modes() {
        return None;
    }
    let mut value = -2.0 * engine.cells.constants.value(engine.kernel);
    let mut slopes = vec![0.0; layout.len()];
    if layout.has_size {
        slopes[layout.len() - 1] = -2.0 * engine.cells.constants.size_slope(engine.kernel);
    }
    let mut net = vec![0.0; engine.frame.count];
    let mut work = Work::default();
    for pattern in 0..engine.structure.patterns {
        let column = engine.structure.pattern_columns(pattern)[0];
        let mode = engine.u[column];
        let group = group(
            engine,
            nodes,
            pattern,
            theta,
            &mut work,
            &mut net,
            layout.has_size,
        );
        value += group.value;
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
        let pull = group.by_mode + theta * tilt_sum;
        let answer = pull / (1.0 + theta * theta * observed);
        for i in range.clone() {
            net[i] -= engine.curvature()[i] * theta * z(i) * answer;
        }
        slopes[0] += group.by_theta
            + 2.0 * theta * c * engine.moments[pattern]
            + mode * tilt_sum
            + answer * (score_sum - theta * mode * observed);
        if layout.has_size {
            let own: f64 = range
                .map(|i| {
                    let (y, n) = (engine.cells.totals[i], engine.cells.units[i]);
                    let point = engine.kernel.size_point(y, n, engine.eta[i]);
                    c * theta * theta * z(i) * z(i) * point.fisher
                        + answer * theta * z(i) * point.score
                })
                .sum();
            slopes[layout.len() - 1] += own + group.by_size;
        }
    }
    slopes[1..=layout.gammas].copy_from_slice(&engine.frame.cross_vector(&net));
    Some((value, slopes))
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
