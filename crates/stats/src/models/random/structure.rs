//! The system of a set of random effects: which columns each record touches, how the relative
//! covariance factor Λ acts, and the matrix Λ'Z'WZΛ + I with its factor.
//!
//! Records that touch the same groups form a pattern. Every pattern touches as many columns as the
//! effects are wide, and Λ acts alike on all of them, so that everything is done per pattern.
//! The formulation is that of Bates et al. (2015), doi:10.18637/jss.v067.i01. No likelihood here.

use super::RandomEffect;
use super::build::{pattern_columns, patterns, symbolic, term};
use super::sparse::Symbolic;
use crate::error::Result;

/// One effect as the system sees it.
#[derive(Debug, Clone)]
pub(in crate::models) struct Term {
    pub(in crate::models) name: String,
    /// The caller's number of each level, ascending.
    pub(in crate::models) codes: Vec<usize>,
    /// The names of its columns: the intercept, then the slopes.
    pub(in crate::models) labels: Vec<String>,
    /// The column of the first level's first effect.
    pub(in crate::models) first: usize,
    pub(in crate::models) width: usize,
    /// The place of its first parameter among all.
    pub(in crate::models) theta: usize,
    /// The place of its first column among a pattern's columns.
    pub(super) local: usize,
    /// What is taken from each column, and what it is then divided by, to work in.
    pub(in crate::models) centre: Vec<f64>,
    pub(in crate::models) scale: Vec<f64>,
}

impl Term {
    pub(in crate::models) fn levels(&self) -> usize {
        self.codes.len()
    }

    pub(in crate::models) fn thetas(&self) -> usize {
        self.width * (self.width + 1) / 2
    }

    /// The columns of a level.
    pub(in crate::models) fn columns(&self, level: usize) -> std::ops::Range<usize> {
        let start = self.first + level * self.width;
        start..start + self.width
    }
}

/// The columns and patterns of a set of effects.
#[derive(Debug, Clone)]
pub(in crate::models) struct Structure {
    /// In the caller's order.
    pub(in crate::models) terms: Vec<Term>,
    /// All columns of all levels.
    pub(in crate::models) size: usize,
    /// The columns that one record touches.
    pub(in crate::models) width: usize,
    pub(in crate::models) thetas: usize,
    /// Every effect is an intercept.
    pub(in crate::models) plain: bool,
    pub(in crate::models) patterns: usize,
    /// For each parameter: its term, row and column in the term's block of Λ.
    entries: Vec<(usize, usize, usize)>,
    /// The columns of each pattern.
    columns: Vec<usize>,
    /// Where each pair of a pattern's columns is kept, lower triangle row by row.
    positions: Vec<usize>,
    symbolic: Symbolic,
}

/// Λ on a pattern's columns, the matrix that goes with it, and its factor.
#[derive(Debug, Clone, Default)]
pub(in crate::models) struct System {
    /// Row by row.
    pub(in crate::models) lambda: Vec<f64>,
    factor: Vec<f64>,
    inverse: Vec<f64>,
}

/// The parts of the data that share no group with each other.
pub(in crate::models) struct Islands {
    pub(in crate::models) count: usize,
    pub(in crate::models) of_pattern: Vec<usize>,
    /// None for a column that no record touches.
    pub(in crate::models) of_column: Vec<Option<usize>>,
}

/// Where each record of a model is in its structure.
pub(in crate::models) struct Placement {
    /// The pattern of each record.
    pub(in crate::models) patterns: Vec<usize>,
    /// What each record's columns are multiplied by, row by row; empty when all are 1.
    pub(in crate::models) factors: Vec<f64>,
}

impl Structure {
    /// From the effects and the records that have a part in the fit.
    pub(in crate::models) fn new(
        effects: &[RandomEffect],
        active: &[usize],
    ) -> Result<(Structure, Placement)> {
        let mut terms = Vec::with_capacity(effects.len());
        for effect in effects {
            terms.push(term(effect, active)?);
        }
        // The effect with the most columns first: its block is the cheapest to eliminate.
        let mut order: Vec<usize> = (0..terms.len()).collect();
        order.sort_by_key(|&t| std::cmp::Reverse(terms[t].levels() * terms[t].width));
        let (mut size, mut width, mut thetas) = (0, 0, 0);
        for &t in &order {
            terms[t].first = size;
            terms[t].local = width;
            size += terms[t].levels() * terms[t].width;
            width += terms[t].width;
        }
        let mut entries = Vec::new();
        for (t, term) in terms.iter_mut().enumerate() {
            term.theta = thetas;
            thetas += term.thetas();
            entries.extend((0..term.width).flat_map(|b| (b..term.width).map(move |a| (t, a, b))));
        }
        let (levels, patterns) = patterns(effects, &terms, &order, active)?;
        let columns = pattern_columns(&levels, &terms, &order);
        let count = columns.len() / width.max(1);
        let symbolic = symbolic(&columns, &terms, size, width);
        let positions = columns
            .chunks(width.max(1))
            .flat_map(|cs| (0..cs.len()).flat_map(move |a| (0..=a).map(move |b| (cs[a], cs[b]))))
            .map(|(row, column)| symbolic.position(row, column))
            .collect();
        let plain = effects.iter().all(|e| e.slopes.is_empty());
        let structure = Structure {
            terms,
            size,
            width,
            thetas,
            plain,
            patterns: count,
            entries,
            columns,
            positions,
            symbolic,
        };
        let factors = if plain {
            Vec::new()
        } else {
            structure.factors(effects, active, &order)
        };
        Ok((structure, Placement { patterns, factors }))
    }

    /// No effects at all: one pattern that touches nothing.
    pub(in crate::models) fn none(records: usize) -> (Structure, Placement) {
        let structure = Structure {
            terms: Vec::new(),
            size: 0,
            width: 0,
            thetas: 0,
            plain: true,
            patterns: 1,
            entries: Vec::new(),
            columns: Vec::new(),
            positions: Vec::new(),
            symbolic: Symbolic::new(Vec::new()),
        };
        let patterns = vec![0; records];
        let factors = Vec::new();
        (structure, Placement { patterns, factors })
    }

    /// What each record's columns are multiplied by.
    fn factors(&self, effects: &[RandomEffect], active: &[usize], order: &[usize]) -> Vec<f64> {
        let mut factors = Vec::with_capacity(active.len() * self.width);
        for &i in active {
            for &t in order {
                let (effect, term) = (&effects[t], &self.terms[t]);
                let skip = usize::from(effect.has_intercept);
                factors.extend((0..skip).map(|_| 1.0));
                factors.extend(effect.slopes.iter().enumerate().map(|(j, (_, values))| {
                    (values[i] - term.centre[skip + j]) / term.scale[skip + j]
                }));
            }
        }
        factors
    }

    pub(in crate::models) fn pattern_columns(&self, pattern: usize) -> &[usize] {
        &self.columns[pattern * self.width..(pattern + 1) * self.width]
    }

    fn pattern_positions(&self, pattern: usize) -> &[usize] {
        let pairs = self.width * (self.width + 1) / 2;
        &self.positions[pattern * pairs..(pattern + 1) * pairs]
    }

    /// Numbers per pattern in an array of moments: one, or a square of them.
    pub(in crate::models) fn moment_stride(&self) -> usize {
        if self.plain {
            1
        } else {
            self.width * self.width
        }
    }

    /// Λ on one pattern's columns.
    pub(in crate::models) fn set_lambda(&self, theta: &[f64], system: &mut System) {
        let width = self.width;
        system.lambda.clear();
        system.lambda.resize(width * width, 0.0);
        for (&(t, a, b), &value) in self.entries.iter().zip(theta) {
            let local = self.terms[t].local;
            system.lambda[(local + a) * width + local + b] = value;
        }
    }

    /// Forms Λ'Z'WZΛ + I from the patterns' Σ w z z' and factorises it.
    pub(in crate::models) fn factorise(&self, moments: &[f64], system: &mut System) -> bool {
        let width = self.width;
        system.factor.clear();
        system.factor.resize(self.symbolic.len(), 0.0);
        for column in 0..self.size {
            system.factor[self.symbolic.diagonal(column)] = 1.0;
        }
        let lambda = &system.lambda;
        let mut half = vec![0.0; width * width];
        for pattern in 0..self.patterns {
            let mut at = self.pattern_positions(pattern).iter();
            if self.plain {
                let weight = moments[pattern];
                for a in 0..width {
                    let left = weight * lambda[a * width + a];
                    for b in 0..=a {
                        let Some(&k) = at.next() else { break };
                        system.factor[k] += left * lambda[b * width + b];
                    }
                }
                continue;
            }
            let moment = &moments[pattern * width * width..(pattern + 1) * width * width];
            product(moment, lambda, width, &mut half);
            for a in 0..width {
                for b in 0..=a {
                    let Some(&k) = at.next() else { break };
                    let value: f64 = (0..width)
                        .map(|e| lambda[e * width + a] * half[e * width + b])
                        .sum();
                    system.factor[k] += value;
                }
            }
        }
        self.symbolic.factorise(&mut system.factor)
    }

    pub(in crate::models) fn log_determinant(&self, system: &System) -> f64 {
        self.symbolic.log_determinant(&system.factor)
    }

    pub(in crate::models) fn solve(&self, system: &System, x: &mut [f64]) {
        self.symbolic.solve(&system.factor, x);
    }

    pub(in crate::models) fn solve_lower(&self, system: &System, x: &mut [f64]) {
        self.symbolic.solve_lower(&system.factor, x);
    }

    /// Computes the entries of the inverse that the patterns touch.
    pub(in crate::models) fn invert(&self, system: &mut System) {
        system.inverse.clear();
        system.inverse.resize(self.symbolic.len(), 0.0);
        let System {
            factor, inverse, ..
        } = system;
        self.symbolic.selected_inverse(factor, inverse);
    }

    /// Λ A⁻¹ Λ' on the columns of one level of a term, row by row.
    pub(in crate::models) fn level_covariance(
        &self,
        system: &System,
        term: &Term,
        level: usize,
    ) -> Vec<f64> {
        let k = term.width;
        let columns = term.columns(level);
        let inverse = |a: usize, b: usize| {
            system.inverse[self.symbolic.position(columns.start + a, columns.start + b)]
        };
        let lambda =
            |a: usize, b: usize| system.lambda[(term.local + a) * self.width + term.local + b];
        let entry = |a: usize, b: usize| -> f64 {
            (0..=a)
                .flat_map(|e| (0..=b).map(move |f| (e, f)))
                .map(|(e, f)| lambda(a, e) * inverse(e, f) * lambda(b, f))
                .sum()
        };
        (0..k)
            .flat_map(|a| (0..k).map(move |b| (a, b)))
            .map(|(a, b)| entry(a, b))
            .collect()
    }

    /// A⁻¹ on the columns of one pattern, row by row.
    fn pattern_inverse(&self, system: &System, pattern: usize, out: &mut [f64]) {
        let mut at = self.pattern_positions(pattern).iter();
        for a in 0..self.width {
            for b in 0..=a {
                let Some(&k) = at.next() else { break };
                out[a * self.width + b] = system.inverse[k];
                out[b * self.width + a] = system.inverse[k];
            }
        }
    }

    /// Λ A⁻¹ Λ' on the columns of each pattern, or for intercepts only the sum of its entries: the
    /// variance of a record's linear predictor that its effects bring.
    pub(in crate::models) fn leverages(&self, system: &System, out: &mut Vec<f64>) {
        let width = self.width;
        out.clear();
        let mut inverse = vec![0.0; width * width];
        let mut half = vec![0.0; width * width];
        for pattern in 0..self.patterns {
            self.pattern_inverse(system, pattern, &mut inverse);
            product(&system.lambda, &inverse, width, &mut half);
            let entry = |a: usize, b: usize| -> f64 {
                (0..width)
                    .map(|e| half[a * width + e] * system.lambda[b * width + e])
                    .sum()
            };
            let entries = (0..width).flat_map(|a| (0..width).map(move |b| (a, b)));
            if self.plain {
                out.push(entries.map(|(a, b)| entry(a, b)).sum());
            } else {
                out.extend(entries.map(|(a, b)| entry(a, b)));
            }
        }
    }

    /// Tells each pattern's part of the derivative of ln |Λ'MΛ + I| in each parameter, for fixed
    /// moments M: pattern, parameter, value.
    pub(in crate::models) fn trace_slopes(
        &self,
        system: &System,
        moments: &[f64],
        mut tell: impl FnMut(usize, usize, f64),
    ) {
        let width = self.width;
        let mut inverse = vec![0.0; width * width];
        let mut half = vec![0.0; width * width];
        for pattern in 0..self.patterns {
            self.pattern_inverse(system, pattern, &mut inverse);
            // Row b of A⁻¹Λ', times column a of M.
            for b in 0..width {
                for e in 0..width {
                    half[b * width + e] = (0..width)
                        .map(|f| inverse[b * width + f] * system.lambda[e * width + f])
                        .sum();
                }
            }
            for (k, &(t, a, b)) in self.entries.iter().enumerate() {
                let local = self.terms[t].local;
                let row = &half[(local + b) * width..(local + b + 1) * width];
                let sum = if self.plain {
                    moments[pattern] * row.iter().sum::<f64>()
                } else {
                    let start = pattern * width * width + (local + a) * width;
                    let moment = &moments[start..start + width];
                    row.iter().zip(moment).map(|(r, m)| r * m).sum::<f64>()
                };
                tell(pattern, k, 2.0 * sum);
            }
        }
    }

    /// Tells each level's part of left' (∂Λ) right for each parameter of Λ: `left` in its row times
    /// `right` in its column. The level is told by its first column.
    pub(in crate::models) fn outer_slopes(
        &self,
        left: &[f64],
        right: &[f64],
        mut tell: impl FnMut(usize, usize, f64),
    ) {
        for (k, &(t, a, b)) in self.entries.iter().enumerate() {
            let term = &self.terms[t];
            for level in 0..term.levels() {
                let start = term.first + level * term.width;
                tell(start, k, left[start + a] * right[start + b]);
            }
        }
    }

    /// The parts of the data that share no group: the part of each column and of each pattern,
    /// numbered from 0 in the order of their first patterns.
    pub(in crate::models) fn islands(&self) -> Islands {
        let mut parent: Vec<usize> = (0..self.size).collect();
        for pattern in 0..self.patterns {
            let columns = self.pattern_columns(pattern);
            for &c in &columns[1..] {
                let (a, b) = (root(&mut parent, columns[0]), root(&mut parent, c));
                parent[a.max(b)] = a.min(b);
            }
        }
        let mut number = vec![None; self.size];
        let mut count = 0;
        let mut of_pattern = Vec::with_capacity(self.patterns);
        for pattern in 0..self.patterns {
            let root = root(&mut parent, self.pattern_columns(pattern)[0]);
            of_pattern.push(*number[root].get_or_insert_with(|| {
                count += 1;
                count - 1
            }));
        }
        let of_column = (0..self.size)
            .map(|c| number[root(&mut parent, c)])
            .collect();
        Islands {
            count,
            of_pattern,
            of_column,
        }
    }

    /// The derivative of Λ in its k-th parameter, times `right`.
    pub(in crate::models) fn lambda_slope_times(&self, k: usize, right: &[f64]) -> Vec<f64> {
        let (t, a, b) = self.entries[k];
        let term = &self.terms[t];
        let mut out = vec![0.0; self.size];
        for level in 0..term.levels() {
            let start = term.first + level * term.width;
            out[start + a] = right[start + b];
        }
        out
    }

    /// The transpose of that derivative, times `left`.
    pub(in crate::models) fn lambda_slope_transposed(&self, k: usize, left: &[f64]) -> Vec<f64> {
        let (t, a, b) = self.entries[k];
        let term = &self.terms[t];
        let mut out = vec![0.0; self.size];
        for level in 0..term.levels() {
            let start = term.first + level * term.width;
            out[start + b] = left[start + a];
        }
        out
    }

    /// b = Λ u.
    pub(in crate::models) fn expand(&self, system: &System, u: &[f64], b: &mut [f64]) {
        for term in &self.terms {
            for level in 0..term.levels() {
                let start = term.first + level * term.width;
                for a in 0..term.width {
                    let row = (term.local + a) * self.width + term.local;
                    b[start + a] = (0..=a).map(|e| system.lambda[row + e] * u[start + e]).sum();
                }
            }
        }
    }

    /// Λ' v in place.
    pub(in crate::models) fn contract(&self, system: &System, v: &mut [f64]) {
        for term in &self.terms {
            for level in 0..term.levels() {
                let start = term.first + level * term.width;
                for b in 0..term.width {
                    v[start + b] = (b..term.width)
                        .map(|a| {
                            let at = (term.local + a) * self.width + term.local + b;
                            system.lambda[at] * v[start + a]
                        })
                        .sum();
                }
            }
        }
    }
}

/// `out` = `left` `right`, square and row by row.
fn product(left: &[f64], right: &[f64], width: usize, out: &mut [f64]) {
    for a in 0..width {
        for b in 0..width {
            out[a * width + b] = (0..width)
                .map(|e| left[a * width + e] * right[e * width + b])
                .sum();
        }
    }
}

/// The root of a node, its path shortened on the way.
fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}
