//! Records that share covariates, groups and offset, collapsed to one weighted cell with the same
//! likelihood, and the constants that make that likelihood the one of the records.
//! The cells are in the order of their patterns, so that a group's cells lie together.

use statrs::function::gamma::ln_gamma;

use super::basis::Basis;
use super::design::Design;
use super::family::{Family, Kernel, rising_log, rising_log_slope};
use super::frame::Frame;
use super::observations::{Observations, Response};
use super::random::{Placement, RandomEffect, Structure};
use crate::error::{Error, Result};
use crate::sum::sum;

/// What the algorithms work on.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    pub(super) frame: Frame,
    /// The weighted total of the responses.
    pub(super) totals: Vec<f64>,
    /// The exposure of counts, the trials of proportions, the records of negative binomials.
    pub(super) units: Vec<f64>,
    pub(super) offsets: Vec<f64>,
    pub(super) constants: Constants,
}

/// The parts of the log-likelihood that do not depend on the linear predictor.
#[derive(Debug, Clone)]
pub(super) struct Constants {
    /// The constant of the records as they were given.
    pub(super) records: f64,
    /// Taken from `records` when trials are told one by one: Σ w ln C(n, y).
    pub(super) orders: f64,
    /// The log-likelihood of a model with a mean of its own for every record.
    saturated: f64,
    /// Each distinct count with its weight, for a negative binomial.
    counts: Vec<(f64, f64)>,
}

impl Constants {
    fn new(observations: &Observations, active: &[usize], family: Family) -> Self {
        let one = |f: &dyn Fn(f64, f64, f64) -> f64| {
            sum(active.iter().map(|&i| {
                let (y, n) = (observations.totals[i], observations.trials[i]);
                observations.weights[i] * f(y, n, observations.offsets[i])
            }))
        };
        let zero_log = |y: f64, x: f64| if y > 0.0 { y * x.ln() } else { 0.0 };
        let mut counts = Vec::new();
        let (records, orders, saturated) = match (observations.response, family.kernel(1.0)) {
            (Response::Proportions, _) => {
                let choose =
                    |y: f64, n: f64| ln_gamma(n + 1.0) - ln_gamma(y + 1.0) - ln_gamma(n - y + 1.0);
                let orders = one(&|y, n, _| choose(y, n));
                let saturated = one(&|y, n, _| zero_log(y, y / n) + zero_log(n - y, (n - y) / n));
                (orders, orders, saturated)
            }
            (Response::Counts, Kernel::NegativeBinomial { .. }) => {
                counts = active
                    .iter()
                    .map(|&i| (observations.totals[i], observations.weights[i]))
                    .collect();
                counts.sort_by(|a, b| a.0.total_cmp(&b.0));
                counts.dedup_by(|next, kept| {
                    let same = next.0.total_cmp(&kept.0).is_eq();
                    if same {
                        kept.1 += next.1;
                    }
                    same
                });
                (one(&|y, _, _| -ln_gamma(y + 1.0)), 0.0, 0.0)
            }
            (Response::Counts, _) => (
                one(&|y, _, o| y * o - ln_gamma(y + 1.0)),
                0.0,
                one(&|y, _, o| zero_log(y, y) - y - y * o),
            ),
        };
        Constants {
            records,
            orders,
            saturated,
            counts,
        }
    }

    /// What is added to the kernels to make the log-likelihood of the records.
    pub(super) fn value(&self, kernel: Kernel) -> f64 {
        match kernel {
            Kernel::NegativeBinomial { size } => {
                self.records + sum(self.counts.iter().map(|&(y, w)| w * rising_log(y, size)))
            }
            _ => self.records,
        }
    }

    /// The derivative of [`Constants::value`] in the log of the size.
    pub(super) fn size_slope(&self, kernel: Kernel) -> f64 {
        match kernel {
            Kernel::NegativeBinomial { size } => sum(self
                .counts
                .iter()
                .map(|&(y, w)| w * rising_log_slope(y, size))),
            _ => 0.0,
        }
    }

    /// The log-likelihood of a model with a mean of its own for every record.
    pub(super) fn saturated(&self, kernel: Kernel) -> f64 {
        let Kernel::NegativeBinomial { size } = kernel else {
            return self.records + self.saturated;
        };
        let own = self.counts.iter().filter(|c| c.0 > 0.0).map(|&(y, w)| {
            let spread = (y / size).ln_1p();
            w * (y * (y.ln() - spread) - size * spread)
        });
        self.value(kernel) + sum(own)
    }
}

/// The data of a model in the form that the algorithms want.
pub(super) fn prepare(
    observations: &Observations,
    design: &Design,
    effects: &[RandomEffect],
    family: Family,
) -> Result<Cells> {
    let merges_offsets = matches!(family.kernel(1.0), Kernel::Poisson);
    let offsets = (!merges_offsets).then_some(observations.offsets.as_slice());
    let frame = frame(
        &observations.weights,
        design,
        effects,
        Sharing::Cells(offsets),
    )?;
    let active: Vec<usize> = (0..observations.len())
        .filter(|&i| frame.of_record[i].is_some())
        .collect();
    let count = frame.count;
    let mut cells = Cells {
        totals: vec![0.0; count],
        units: vec![0.0; count],
        offsets: vec![0.0; count],
        constants: Constants::new(observations, &active, family),
        frame,
    };
    for (i, cell) in cells.frame.of_record.iter().enumerate() {
        let Some(cell) = *cell else { continue };
        let weight = observations.weights[i];
        cells.totals[cell] += weight * observations.totals[i];
        if merges_offsets {
            cells.units[cell] += weight * observations.offsets[i].exp();
        } else {
            cells.units[cell] += weight * observations.trials[i];
            cells.offsets[cell] = observations.offsets[i];
        }
    }
    crate::check::each(&cells.units, |v| crate::check::result("an exposure", v))?;
    Ok(cells)
}

/// Whether records become one row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sharing<'a> {
    /// Where covariates, groups and, if given, offsets are the same.
    Cells(Option<&'a [f64]>),
    /// Never.
    Never,
}

/// The rows that records collapse to, and how they touch the model's columns. Records without
/// weight have no row.
pub(super) fn frame(
    weights: &[f64],
    design: &Design,
    effects: &[RandomEffect],
    sharing: Sharing<'_>,
) -> Result<Frame> {
    let active: Vec<usize> = (0..weights.len()).filter(|&i| weights[i] > 0.0).collect();
    if active.len() < design.width().max(1) {
        return Err(Error::TooFew {
            what: "the records of a model",
            needed: design.width().max(1),
            found: active.len(),
        });
    }
    let (structure, placement) = if effects.is_empty() {
        Structure::none(active.len())
    } else {
        Structure::new(effects, &active)?
    };
    let (row_of, firsts) = match sharing {
        Sharing::Never => ((0..active.len()).collect(), (0..active.len()).collect()),
        Sharing::Cells(offsets) => Keys {
            design,
            placement: &placement,
            width: structure.width,
            active: &active,
            offsets,
        }
        .collapse(),
    };
    let (order, starts) = by_pattern(&firsts, &placement.patterns, structure.patterns);
    let mut rank = vec![0; order.len()];
    for (place, &row) in order.iter().enumerate() {
        rank[row] = place;
    }
    let columns: Vec<Vec<f64>> = design
        .columns()
        .iter()
        .map(|c| order.iter().map(|&row| c[active[firsts[row]]]).collect())
        .collect();
    let mut factors =
        Vec::with_capacity(placement.factors.len().min(order.len() * structure.width));
    for &row in &order {
        if !placement.factors.is_empty() {
            let start = firsts[row] * structure.width;
            factors.extend_from_slice(&placement.factors[start..start + structure.width]);
        }
    }
    let mut of_record = vec![None; weights.len()];
    for (position, &i) in active.iter().enumerate() {
        of_record[i] = Some(rank[row_of[position]]);
    }
    Ok(Frame {
        count: order.len(),
        basis: Basis::new(&columns, design.names())?,
        structure,
        starts,
        factors,
        of_record,
    })
}

/// The rows in the order of their patterns, and where each pattern starts.
fn by_pattern(firsts: &[usize], patterns: &[usize], count: usize) -> (Vec<usize>, Vec<usize>) {
    let mut starts = vec![0; count + 1];
    for &first in firsts {
        starts[patterns[first] + 1] += 1;
    }
    for pattern in 0..count {
        starts[pattern + 1] += starts[pattern];
    }
    let mut next = starts.clone();
    let mut order = vec![0; firsts.len()];
    for (row, &first) in firsts.iter().enumerate() {
        let place = &mut next[patterns[first]];
        order[*place] = row;
        *place += 1;
    }
    (order, starts)
}

/// What makes two records the same cell.
struct Keys<'a> {
    design: &'a Design,
    placement: &'a Placement,
    width: usize,
    active: &'a [usize],
    /// Not given where counts over different exposures add up.
    offsets: Option<&'a [f64]>,
}

impl Keys<'_> {
    /// The cell of each active record, and the first record (by position) of each cell.
    fn collapse(&self) -> (Vec<usize>, Vec<usize>) {
        const EMPTY: usize = usize::MAX;
        let (words, length) = self.words();
        let key = |position: usize| &words[position * length..(position + 1) * length];
        let count = self.active.len();
        let capacity = (2 * count).next_power_of_two();
        let mut table = vec![EMPTY; capacity];
        let mut firsts: Vec<usize> = Vec::new();
        let mut cell_of = Vec::with_capacity(count);
        for position in 0..count {
            let own = key(position);
            let mut slot = hash(own) & (capacity - 1);
            let cell = loop {
                let cell = table[slot];
                if cell == EMPTY {
                    table[slot] = firsts.len();
                    firsts.push(position);
                    break firsts.len() - 1;
                }
                if key(firsts[cell]) == own {
                    break cell;
                }
                slot = (slot + 1) & (capacity - 1);
            };
            cell_of.push(cell);
        }
        (cell_of, firsts)
    }

    /// Each active record's key, and how many words it has: its pattern, one bit for every column
    /// of two values, and every other value as it is. Zero and minus zero are told apart, which
    /// only costs a cell.
    fn words(&self) -> (Vec<u64>, usize) {
        let mut bits: Vec<(&[f64], u64)> = Vec::new();
        let mut whole: Vec<&[f64]> = Vec::new();
        for column in self
            .design
            .columns()
            .iter()
            .map(Vec::as_slice)
            .chain(self.offsets)
        {
            match self.two_values(column) {
                Some((_, None)) => {}
                Some((first, Some(_))) => bits.push((column, first)),
                None => whole.push(column),
            }
        }
        let packed = bits.len().div_ceil(64);
        let factors = if self.placement.factors.is_empty() {
            0
        } else {
            self.width
        };
        let length = 1 + packed + whole.len() + factors;
        let mut words = vec![0_u64; length * self.active.len()];
        for (row, &pattern) in words.chunks_exact_mut(length).zip(&self.placement.patterns) {
            row[0] = pattern as u64;
        }
        for (b, &(column, first)) in bits.iter().enumerate() {
            for (row, &i) in words.chunks_exact_mut(length).zip(self.active) {
                row[1 + b / 64] |= u64::from(column[i].to_bits() != first) << (b % 64);
            }
        }
        for (j, column) in whole.iter().enumerate() {
            for (row, &i) in words.chunks_exact_mut(length).zip(self.active) {
                row[1 + packed + j] = column[i].to_bits();
            }
        }
        if factors > 0 {
            let values = self.placement.factors.chunks_exact(self.width);
            for (row, own) in words.chunks_exact_mut(length).zip(values) {
                for (word, value) in row[length - factors..].iter_mut().zip(own) {
                    *word = value.to_bits();
                }
            }
        }
        (words, length)
    }

    /// The first value of a column and, if there is one, its only other; nothing for more than two.
    fn two_values(&self, column: &[f64]) -> Option<(u64, Option<u64>)> {
        let first = column[*self.active.first()?].to_bits();
        let mut other = None;
        for &i in self.active {
            let value = column[i].to_bits();
            if value != first && *other.get_or_insert(value) != value {
                return None;
            }
        }
        Some((first, other))
    }
}

/// Mixes the words of a key.
fn hash(key: &[u64]) -> usize {
    const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
    let mixed = key.iter().fold(0_u64, |hash, word| {
        (hash.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER)
    });
    (mixed >> 20) as usize
}
