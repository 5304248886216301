//! The conditional modes of the effects with two kinds of uncertainty: given the parameters, and
//! with the parameters' own uncertainty added. Kass and Steffey (1989),
//! doi:10.1080/01621459.1989.10478825.

use nalgebra::DMatrix;

use super::super::random::Term;
use super::super::tails::normal_lower;
use super::engine::Engine;
use super::laplace::Layout;
use crate::error::Result;
use crate::level::{Estimate, Level};

/// One group's effect: what the data and the other groups together say it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConditionalMode {
    /// The group's number.
    pub code: usize,
    /// The mode, on the scale of the linear predictor: shrunken towards 0.
    pub value: f64,
    /// Its standard deviation if the parameters were known: what lme4 calls `condsd`.
    pub conditional_sd: f64,
    /// Its standard deviation with the uncertainty of coefficients and spread: for intervals.
    pub prediction_sd: f64,
}

impl ConditionalMode {
    /// The mode with its interval, the uncertainty of the parameters included.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) when a limit cannot be represented.
    pub fn interval(&self, level: Level) -> Result<Estimate> {
        let reach = level.z() * self.prediction_sd;
        let (low, high) = (self.value - reach, self.value + reach);
        Estimate::of("a conditional mode", self.value, low, high)
    }

    /// The exponential of the mode with its interval: how many times as high as a typical group.
    ///
    /// # Errors
    /// As [`ConditionalMode::interval`].
    pub fn ratio(&self, level: Level) -> Result<Estimate> {
        let Estimate { value, interval } = self.interval(level)?;
        Estimate::of(
            "a group's ratio",
            value.exp(),
            interval.low.exp(),
            interval.high.exp(),
        )
    }

    /// The probability that the effect is above 0; a half for a group that nothing is known of.
    #[must_use]
    pub fn probability_above(&self) -> f64 {
        if self.prediction_sd > 0.0 {
            normal_lower(self.value / self.prediction_sd)
        } else {
            0.5
        }
    }
}

/// The modes of every column of every level, in the caller's units.
#[derive(Debug, Clone)]
pub(super) struct Modes {
    /// By place in the structure: the effect itself, b.
    pub(super) values: Vec<f64>,
    pub(super) conditional_sds: Vec<f64>,
    pub(super) prediction_sds: Vec<f64>,
}

/// From the engine at its end, and the covariance of (spread, coefficients, size).
pub(super) fn modes(engine: &mut Engine<'_>, layout: Layout, covariance: &DMatrix<f64>) -> Modes {
    let structure = engine.structure;
    structure.invert(&mut engine.system);
    let movements = movements(engine, layout);
    let mut out = Modes {
        values: vec![0.0; structure.size],
        conditional_sds: vec![0.0; structure.size],
        prediction_sds: vec![0.0; structure.size],
    };
    for term in &structure.terms {
        let k = term.width;
        let back = to_given_units(term);
        for level in 0..term.levels() {
            let columns = term.columns(level);
            let block = structure.level_covariance(&engine.system, term, level);
            let given = DMatrix::from_row_slice(k, k, &block);
            let moves =
                DMatrix::from_fn(k, movements.len(), |a, j| movements[j][columns.start + a]);
            let whole = &given + &moves * covariance * moves.transpose();
            let values = &back * nalgebra::DVector::from_column_slice(&engine.b[columns.clone()]);
            let given = &back * given * back.transpose();
            let whole = &back * whole * back.transpose();
            for (a, c) in columns.enumerate() {
                out.values[c] = values[a];
                out.conditional_sds[c] = given[(a, a)].max(0.0).sqrt();
                out.prediction_sds[c] = whole[(a, a)].max(0.0).sqrt();
            }
        }
    }
    out
}

/// The matrix that takes a term's effects from the units worked in to the caller's.
pub(in crate::models) fn to_given_units(term: &Term) -> DMatrix<f64> {
    let k = term.width;
    let mut back = DMatrix::identity(k, k);
    for a in 0..k {
        back[(a, a)] = 1.0 / term.scale[a];
        if a > 0 && term.centre[a] != 0.0 {
            back[(0, a)] = -term.centre[a] / term.scale[a];
        }
    }
    back
}

/// How the effects b move with each parameter.
fn movements(engine: &Engine<'_>, layout: Layout) -> Vec<Vec<f64>> {
    let structure = engine.structure;
    let scores = engine.frame.gather(&engine.score);
    let mut moves = Vec::new();
    let expand = |mut u: Vec<f64>| {
        engine.solve_curved(&mut u);
        let mut b = vec![0.0; u.len()];
        structure.expand(&engine.system, &u, &mut b);
        b
    };
    for k in 0..layout.thetas {
        let direct = structure.lambda_slope_times(k, &engine.u);
        let spread: Vec<f64> = engine
            .frame
            .spread_out(&direct)
            .iter()
            .zip(engine.curvature())
            .map(|(s, w)| -s * w)
            .collect();
        let mut pull = engine.frame.gather(&spread);
        structure.contract(&engine.system, &mut pull);
        let scored = structure.lambda_slope_transposed(k, &scores);
        for (p, s) in pull.iter_mut().zip(scored) {
            *p += s;
        }
        moves.push(
            expand(pull)
                .iter()
                .zip(direct)
                .map(|(b, d)| b + d)
                .collect(),
        );
    }
    for column in engine
        .frame
        .cross_columns(&engine.system, engine.curvature())
    {
        moves.push(expand(column.iter().map(|c| -c).collect()));
    }
    if layout.has_size {
        let cells = engine.cells;
        let scores: Vec<f64> = (0..cells.frame.count)
            .map(|i| {
                let (y, n) = (cells.totals[i], cells.units[i]);
                engine.size_chain * engine.kernel.size_point(y, n, engine.eta[i]).score
            })
            .collect();
        let mut pull = engine.frame.gather(&scores);
        structure.contract(&engine.system, &mut pull);
        moves.push(expand(pull));
    }
    moves
}
