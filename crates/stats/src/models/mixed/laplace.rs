//! −2 ln L by Laplace's approximation, with its gradient in the spread, the coefficients and the
//! size: exact derivatives of the approximation, the modes' own movement included.
//!
//! With the coefficients found along with the modes this is the quicker, rougher criterion that
//! others call nAGQ = 0; with the coefficients among the parameters it is the Laplace fit proper.

use super::super::random::Islands;
use super::engine::{Engine, squares};

/// The parameters of a model as its criterion takes them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) thetas: usize,
    /// Coefficients among the parameters; 0 when they are found along with the modes.
    pub(super) gammas: usize,
    /// Whether the root of 1 / size is the last parameter.
    pub(super) has_size: bool,
}

impl Layout {
    pub(super) fn len(self) -> usize {
        self.thetas + self.gammas + usize::from(self.has_size)
    }

    pub(super) fn extra(self, at: &[f64]) -> Option<f64> {
        if self.has_size {
            at.last().copied()
        } else {
            None
        }
    }
}

/// −2 ln L and its gradient; `None` where the modes cannot be found.
pub(super) fn evaluate(
    engine: &mut Engine<'_>,
    layout: Layout,
    at: &[f64],
) -> Option<(f64, Vec<f64>)> {
    let thetas = layout.thetas;
    engine.set_spread(&at[..thetas], layout.extra(at));
    let found = if layout.gammas > 0 {
        engine.set_gamma(&at[thetas..thetas + layout.gammas]);
        engine.find_modes()
    } else {
        engine.find_jointly()
    };
    if !found {
        return None;
    }
    let constants = engine.cells.constants.value(engine.kernel);
    let value = -2.0 * (engine.log_likelihood + constants)
        + squares(&engine.u)
        + engine.structure.log_determinant(&engine.system);
    Some((value, gradient(engine, layout)?))
}

/// The variance that the effects bring to each cell's predictor.
fn leverages(engine: &mut Engine<'_>) -> Vec<f64> {
    engine.structure.invert(&mut engine.system);
    let mut blocks = Vec::new();
    engine.structure.leverages(&engine.system, &mut blocks);
    let (width, stride) = (engine.structure.width, engine.structure.moment_stride());
    let mut out = Vec::with_capacity(engine.frame.count);
    for (pattern, block) in blocks.chunks_exact(stride).enumerate() {
        for i in engine.frame.range(pattern) {
            out.push(if engine.structure.plain {
                block[0]
            } else {
                let z = engine.frame.row_factors(i);
                (0..width)
                    .map(|a| z[a] * (0..width).map(|b| block[a * width + b] * z[b]).sum::<f64>())
                    .sum()
            });
        }
    }
    out
}

/// What the derivatives are made of, cell by cell and column by column.
struct Pieces {
    leverages: Vec<f64>,
    /// How each cell moves the determinant.
    tilts: Vec<f64>,
    /// How the modes answer to that.
    pulls: Vec<f64>,
    /// How each cell's predictor answers.
    answer: Vec<f64>,
    /// That, times the cell's curvature, by column.
    answered: Vec<f64>,
    /// Each cell's derivative in its predictor.
    net: Vec<f64>,
}

fn pieces(engine: &mut Engine<'_>, layout: Layout) -> Option<Pieces> {
    let leverages = leverages(engine);
    let frame = engine.frame;
    let tilt: Vec<f64> = leverages
        .iter()
        .zip(&engine.slope)
        .map(|(h, s)| h * s)
        .collect();
    let tilts = frame.gather(&tilt);
    let mut pulls = tilts.clone();
    engine.structure.contract(&engine.system, &mut pulls);
    let mut coefficients = Vec::new();
    if layout.gammas > 0 {
        engine.solve_curved(&mut pulls);
    } else {
        // The coefficients answer as well.
        let block = engine.fixed_block()?;
        (pulls, coefficients) = engine.solve_jointly(&block, pulls, frame.cross_vector(&tilt));
    }
    let mut b = vec![0.0; pulls.len()];
    engine.structure.expand(&engine.system, &pulls, &mut b);
    let mut answer = frame.spread_out(&b);
    if !coefficients.is_empty() {
        for (a, row) in answer
            .iter_mut()
            .zip(frame.basis.rows.chunks_exact(frame.basis.width))
        {
            *a += super::super::basis::dot(row, &coefficients);
        }
    }
    let weighted: Vec<f64> = answer
        .iter()
        .zip(engine.curvature())
        .map(|(a, w)| a * w)
        .collect();
    let net = (0..frame.count)
        .map(|i| -2.0 * engine.score[i] + tilt[i] - weighted[i])
        .collect();
    Some(Pieces {
        leverages,
        tilts,
        pulls,
        answer,
        answered: frame.gather(&weighted),
        net,
    })
}

impl Pieces {
    /// Tells the derivatives in Λ's parameters: through the predictors and the modes by the first
    /// column of each level, and through the determinant by pattern.
    fn theta_slopes(
        &self,
        engine: &Engine<'_>,
        mut by_column: impl FnMut(usize, usize, f64),
        by_pattern: impl FnMut(usize, usize, f64),
    ) {
        let scores = engine.frame.gather(&engine.score);
        let left: Vec<f64> = (0..scores.len())
            .map(|c| -2.0 * scores[c] + self.tilts[c] - self.answered[c])
            .collect();
        engine
            .structure
            .outer_slopes(&left, &engine.u, &mut by_column);
        engine
            .structure
            .outer_slopes(&scores, &self.pulls, &mut by_column);
        engine
            .structure
            .trace_slopes(&engine.system, &engine.moments, by_pattern);
    }

    /// One cell's derivative in the log of a negative binomial's size, without the constants'.
    fn size_slope(&self, engine: &Engine<'_>, i: usize) -> f64 {
        let (y, n) = (engine.cells.totals[i], engine.cells.units[i]);
        let point = engine.kernel.size_point(y, n, engine.eta[i]);
        -2.0 * point.log_likelihood
            + self.leverages[i] * point.fisher
            + self.answer[i] * point.score
    }
}

fn gradient(engine: &mut Engine<'_>, layout: Layout) -> Option<Vec<f64>> {
    let pieces = pieces(engine, layout)?;
    let (mut slopes, mut traces) = (vec![0.0; layout.len()], vec![0.0; layout.thetas]);
    pieces.theta_slopes(engine, |_, k, v| slopes[k] += v, |_, k, v| traces[k] += v);
    for (slope, trace) in slopes.iter_mut().zip(&traces) {
        *slope += trace;
    }
    if layout.gammas > 0 {
        let gammas = engine.frame.cross_vector(&pieces.net);
        slopes[layout.thetas..layout.thetas + layout.gammas].copy_from_slice(&gammas);
    }
    if layout.has_size {
        let own: f64 = (0..engine.frame.count)
            .map(|i| pieces.size_slope(engine, i))
            .sum();
        let constant = -2.0 * engine.cells.constants.size_slope(engine.kernel);
        slopes[layout.len() - 1] = engine.size_chain * (own + constant);
    }
    Some(slopes)
}

/// The gradient told by island, the constants' derivative in the size shared out by cells.
pub(super) fn scores(
    engine: &mut Engine<'_>,
    layout: Layout,
    at: &[f64],
    islands: &Islands,
) -> Option<Vec<Vec<f64>>> {
    evaluate(engine, layout, at)?;
    let pieces = pieces(engine, layout)?;
    let mut out = vec![vec![0.0; layout.len()]; islands.count];
    let mut traces = vec![vec![0.0; layout.thetas]; islands.count];
    pieces.theta_slopes(
        engine,
        |column, k, v| {
            if let Some(island) = islands.of_column[column] {
                out[island][k] += v;
            }
        },
        |pattern, k, v| traces[islands.of_pattern[pattern]][k] += v,
    );
    let constant = -2.0 * engine.cells.constants.size_slope(engine.kernel);
    for pattern in 0..engine.structure.patterns {
        let score = &mut out[islands.of_pattern[pattern]];
        for i in engine.frame.range(pattern) {
            let gammas = &mut score[layout.thetas..layout.thetas + layout.gammas];
            for (s, x) in gammas.iter_mut().zip(engine.frame.basis_row(i)) {
                *s += pieces.net[i] * x;
            }
            if layout.has_size {
                let own = pieces.size_slope(engine, i) + constant / engine.frame.count as f64;
                score[layout.len() - 1] += engine.size_chain * own;
            }
        }
    }
    for (score, trace) in out.iter_mut().zip(&traces) {
        for (s, t) in score.iter_mut().zip(trace) {
            *s += t;
        }
    }
    Some(out)
}
