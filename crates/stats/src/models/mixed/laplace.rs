//! −2 ln L by Laplace's approximation, with its gradient in the spread, the coefficients and the
//! size: exact derivatives of the approximation, the modes' own movement included.
//!
//! With the coefficients found along with the modes this is the quicker, rougher criterion that
//! others call nAGQ = 0; with the coefficients among the parameters it is the Laplace fit proper.

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

/// The variance that the effects bring to each cell's predictor, times `by`.
pub(super) fn scaled_leverages(
    engine: &mut Engine<'_>,
    by: impl Fn(&Engine<'_>, usize) -> f64,
) -> Vec<f64> {
    engine.structure.invert(&mut engine.system);
    let mut leverages = Vec::new();
    engine.structure.leverages(&engine.system, &mut leverages);
    let width = engine.structure.width;
    let stride = engine.structure.moment_stride();
    let mut out = Vec::with_capacity(engine.frame.count);
    for (pattern, block) in leverages.chunks_exact(stride.max(1)).enumerate() {
        for i in engine.frame.range(pattern) {
            let leverage = if engine.structure.plain {
                block[0]
            } else {
                let z = engine.frame.row_factors(i);
                (0..width)
                    .map(|a| z[a] * (0..width).map(|b| block[a * width + b] * z[b]).sum::<f64>())
                    .sum()
            };
            out.push(leverage * by(engine, i));
        }
    }
    out
}

fn gradient(engine: &mut Engine<'_>, layout: Layout) -> Option<Vec<f64>> {
    let leverages = scaled_leverages(engine, |_, _| 1.0);
    let tilt: Vec<f64> = leverages
        .iter()
        .zip(&engine.slope)
        .map(|(h, s)| h * s)
        .collect();
    let tilts = engine.frame.gather(&tilt);
    let mut pulls = tilts.clone();
    engine.structure.contract(&engine.system, &mut pulls);
    // How the determinant answers when the modes, and perhaps the coefficients, move.
    let answer = if layout.gammas > 0 {
        engine.solve_curved(&mut pulls);
        let mut b = vec![0.0; pulls.len()];
        engine.structure.expand(&engine.system, &pulls, &mut b);
        engine.frame.spread_out(&b)
    } else {
        let block = engine.fixed_block()?;
        let score = engine.frame.cross_vector(&tilt);
        let (effects, coefficients) = engine.solve_jointly(&block, pulls, score);
        pulls = effects;
        let mut b = vec![0.0; pulls.len()];
        engine.structure.expand(&engine.system, &pulls, &mut b);
        let mut answer = engine.frame.spread_out(&b);
        let rows = engine
            .frame
            .basis
            .rows
            .chunks_exact(engine.frame.basis.width);
        for (a, row) in answer.iter_mut().zip(rows) {
            *a += super::super::basis::dot(row, &coefficients);
        }
        answer
    };
    let answered: Vec<f64> = answer
        .iter()
        .zip(engine.curvature())
        .map(|(a, w)| a * w)
        .collect();
    let mut slopes = vec![0.0; layout.len()];
    theta_slopes(
        engine,
        &tilts,
        &pulls,
        &engine.frame.gather(&answered),
        &mut slopes,
    );
    if layout.gammas > 0 {
        let net: Vec<f64> = (0..engine.frame.count)
            .map(|i| -2.0 * engine.score[i] + tilt[i] - answered[i])
            .collect();
        let gammas = engine.frame.cross_vector(&net);
        slopes[layout.thetas..layout.thetas + layout.gammas].copy_from_slice(&gammas);
    }
    if layout.has_size {
        slopes[layout.len() - 1] = engine.size_chain * size_slope(engine, &leverages, &answer);
    }
    Some(slopes)
}

/// The derivatives in Λ's parameters: through the predictors, the determinant and the modes.
fn theta_slopes(
    engine: &Engine<'_>,
    tilts: &[f64],
    answer: &[f64],
    answered: &[f64],
    slopes: &mut [f64],
) {
    let scores = engine.frame.gather(&engine.score);
    let left: Vec<f64> = (0..scores.len())
        .map(|c| -2.0 * scores[c] + tilts[c] - answered[c])
        .collect();
    engine.structure.add_outer(&left, &engine.u, slopes);
    engine.structure.add_outer(&scores, answer, slopes);
    engine
        .structure
        .add_trace_slopes(&engine.system, &engine.moments, slopes);
}

/// The derivative in the log of a negative binomial's size.
fn size_slope(engine: &Engine<'_>, leverages: &[f64], answer: &[f64]) -> f64 {
    let mut slope = -2.0 * engine.cells.constants.size_slope(engine.kernel);
    let cells = engine.cells;
    for i in 0..cells.frame.count {
        let point = engine
            .kernel
            .size_point(cells.totals[i], cells.units[i], engine.eta[i]);
        slope +=
            -2.0 * point.log_likelihood + leverages[i] * point.fisher + answer[i] * point.score;
    }
    slope
}
