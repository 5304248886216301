//! What a structure is built from: the levels of each effect, the combinations of levels that occur,
//! and the pattern of the factor. The structure itself is in `structure`.

use super::RandomEffect;
use super::sparse::Symbolic;
use super::structure::Term;
use crate::error::{Error, Result};

/// An effect with its levels and the scale to work in; its place is given later.
pub(super) fn term(effect: &RandomEffect, active: &[usize]) -> Result<Term> {
    let mut used: Vec<usize> = active.iter().map(|&i| effect.codes[i]).collect();
    used.sort_unstable();
    used.dedup();
    if used.len() < 2 {
        return Err(Error::TooFew {
            what: "a random effect",
            needed: 2,
            found: used.len(),
        });
    }
    let mut codes = effect.codes.clone();
    codes.sort_unstable();
    codes.dedup();
    let mut labels = Vec::new();
    let (mut centre, mut scale) = (Vec::new(), Vec::new());
    if effect.has_intercept {
        labels.push(crate::models::design::INTERCEPT.to_owned());
        centre.push(0.0);
        scale.push(1.0);
    }
    let n = active.len() as f64;
    for (name, values) in &effect.slopes {
        let mean = crate::sum::sum(active.iter().map(|&i| values[i] / n));
        let middle = if effect.has_intercept { mean } else { 0.0 };
        let square = active
            .iter()
            .map(|&i| (values[i] - middle) / n * (values[i] - middle));
        let spread = crate::sum::sum(square).sqrt();
        if !(spread.is_finite() && spread > 1e-12 * middle.abs()) {
            return Err(Error::Collinear {
                column: format!("{name} by {}", effect.name),
            });
        }
        labels.push(name.clone());
        centre.push(middle);
        scale.push(spread);
    }
    Ok(Term {
        name: effect.name.clone(),
        codes,
        width: labels.len(),
        labels,
        first: 0,
        theta: 0,
        local: 0,
        centre,
        scale,
    })
}

/// The distinct combinations of levels, in order, and which one each record has.
pub(super) fn patterns(
    effects: &[RandomEffect],
    terms: &[Term],
    order: &[usize],
    active: &[usize],
) -> Result<(Vec<Vec<usize>>, Vec<usize>)> {
    let mut keys = vec![0_usize; active.len()];
    let mut range = 1_usize;
    for &t in order {
        let (codes, levels) = (&terms[t].codes, terms[t].levels());
        range = range.checked_mul(levels).ok_or(Error::OutOfRange {
            what: "the number of combinations of groups",
        })?;
        for (key, &i) in keys.iter_mut().zip(active) {
            *key = *key * levels + codes.binary_search(&effects[t].codes[i]).unwrap_or(0);
        }
    }
    let mut distinct = keys.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let of_record = keys
        .iter()
        .map(|k| distinct.binary_search(k).unwrap_or(0))
        .collect();
    let levels = distinct
        .into_iter()
        .map(|mut key| {
            let mut levels: Vec<usize> = order
                .iter()
                .rev()
                .map(|&t| {
                    let level = key % terms[t].levels();
                    key /= terms[t].levels();
                    level
                })
                .collect();
            levels.reverse();
            levels
        })
        .collect();
    Ok((levels, of_record))
}

/// The columns of each pattern, ascending.
pub(super) fn pattern_columns(
    levels: &[Vec<usize>],
    terms: &[Term],
    order: &[usize],
) -> Vec<usize> {
    levels
        .iter()
        .flat_map(|levels| {
            order
                .iter()
                .zip(levels)
                .flat_map(|(&t, &l)| terms[t].columns(l))
        })
        .collect()
}

/// The pattern of the factor.
pub(super) fn symbolic(columns: &[usize], terms: &[Term], size: usize, width: usize) -> Symbolic {
    let mut below = vec![Vec::new(); size];
    // A level that no record touches needs its own block all the same.
    for term in terms.iter().filter(|t| t.width > 1) {
        for columns in (0..term.levels()).map(|level| term.columns(level)) {
            for column in columns.clone() {
                below[column].extend(column + 1..columns.end);
            }
        }
    }
    for columns in columns.chunks(width.max(1)) {
        for (a, &column) in columns.iter().enumerate() {
            below[column].extend_from_slice(&columns[a + 1..]);
        }
    }
    Symbolic::new(below)
}
