//! Fixed effects of authorities, years or both, taken out before the covariates are fitted.

use nalgebra::DMatrix;

use super::super::basis::dot;
use super::super::coefficients::{Coefficients, StandardErrors};
use super::super::design::Design;
use super::least_squares::LeastSquares;
use super::{levels, same_length};
use crate::check;
use crate::error::{Error, Result};
use crate::sum::sum;

/// The share of a column that must be left when the effects are taken out.
const SMALLEST_SHARE: f64 = 1e-7;

#[doc = include_str!("../../../docs/fixed_effects.md")]
#[derive(Debug, Clone)]
pub struct FixedEffectsModel {
    values: Vec<f64>,
    weights: Vec<f64>,
    design: Design,
    effects: Vec<(String, Vec<usize>)>,
}

impl FixedEffectsModel {
    /// A model of these measurements on these covariates, with no effects yet. Effects bring their
    /// own level, so the design has no intercept (`Design::empty`).
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::TooFew`] for a design without columns; [`Error::Argument`] at
    /// the position of a value that is not finite.
    pub fn new(values: &[f64], design: Design) -> Result<Self> {
        design.check("the values", values.len())?;
        check::each(values, |v| check::finite("value", v))?;
        Ok(FixedEffectsModel {
            weights: vec![1.0; values.len()],
            values: values.to_vec(),
            design,
            effects: Vec::new(),
        })
    }

    /// Weights: a value's variance is the residual variance divided by its weight. A record of
    /// weight 0 has no part in the fit.
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::Argument`] at the position of a negative or infinite weight.
    pub fn with_weights(mut self, weights: &[f64]) -> Result<Self> {
        check::same_length("values", &self.values, "weights", weights)?;
        check::each(weights, |v| check::not_negative("weight", v))?;
        self.weights.copy_from_slice(weights);
        Ok(self)
    }

    /// Adds an effect for every level of these codes: the area of each record, or its year.
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::Undefined`] for a second effect of the same name.
    pub fn with_effect(mut self, name: &str, codes: &[usize]) -> Result<Self> {
        same_length(
            "the values",
            self.values.len(),
            "the codes of an effect",
            codes.len(),
        )?;
        if self.effects.iter().any(|(other, _)| other == name) {
            return Err(Error::Undefined {
                what: "a second effect of the same name",
                why: "results are asked for by name",
            });
        }
        self.effects.push((name.to_owned(), codes.to_vec()));
        Ok(self)
    }

    /// The coefficients of least squares.
    ///
    /// # Errors
    /// [`Error::Collinear`] for a column that the effects and the columns before it determine, as
    /// one that does not vary within areas; [`Error::TooFew`] where no record is left beyond effects
    /// and columns; [`Error::Undefined`] where they fit every value exactly.
    pub fn fit(self) -> Result<FittedFixedEffects> {
        let used: Vec<usize> = (0..self.values.len())
            .filter(|&i| self.weights[i] > 0.0)
            .collect();
        let pick = |codes: &[usize]| used.iter().map(|&i| codes[i]).collect::<Vec<usize>>();
        let effects: Vec<(String, Vec<usize>)> = self
            .effects
            .iter()
            .map(|(name, codes)| (name.clone(), pick(codes)))
            .collect();
        let roots: Vec<f64> = used.iter().map(|&i| self.weights[i].sqrt()).collect();
        let out = TakenOut::new(&effects, roots);
        let rooted = |column: &[f64]| -> Vec<f64> {
            used.iter()
                .zip(&out.roots)
                .map(|(&i, root)| root * column[i])
                .collect()
        };
        let mut columns = Vec::with_capacity(self.design.width());
        for (column, name) in self.design.columns().iter().zip(self.design.names()) {
            let whole = rooted(column);
            let rest = out.rest(whole.clone());
            if length(&rest) <= SMALLEST_SHARE * length(&whole) {
                return Err(Error::Collinear {
                    column: name.clone(),
                });
            }
            columns.push(rest);
        }
        let whole = rooted(&self.values);
        let values = out.rest(whole.clone());
        let parameters = columns.len() + out.kept.iter().sum::<usize>();
        if used.len() <= parameters {
            return Err(Error::TooFew {
                what: "the records of a fixed-effects regression",
                needed: parameters + 1,
                found: used.len(),
            });
        }
        let fit = LeastSquares::new(&columns, self.design.names(), &values)?;
        let squares = fit.residual_squares();
        if squares.sqrt() <= 1e-10 * length(&whole) {
            return Err(Error::Undefined {
                what: "the residual variance",
                why: "the covariates and effects fit every value exactly",
            });
        }
        let free = used.len() - parameters;
        let coefficients = Coefficients::new(
            self.design.names(),
            fit.estimates(),
            fit.covariance(squares / free as f64),
            StandardErrors::Model,
            Some(free as f64),
        )?;
        Ok(FittedFixedEffects {
            names: self.design.names().to_vec(),
            records: self.values.len(),
            used,
            effects,
            kept: out.kept,
            roots: out.roots,
            within: sum(values.iter().map(|v| v * v)),
            fit,
            free,
            coefficients,
        })
    }
}

fn length(column: &[f64]) -> f64 {
    dot(column, column).sqrt()
}

/// What takes effects out of a column.
struct TakenOut {
    /// Roots of the weights.
    roots: Vec<f64>,
    /// The level of each record in the effect of most levels, whose means are taken off.
    absorbed: Option<(Vec<usize>, Vec<f64>)>,
    /// The other effects' columns of ones and noughts, means taken off, orthogonal and of length 1.
    others: Vec<Vec<f64>>,
    /// How many parameters each effect has: all levels of the one whose means are taken off, and of
    /// the others those that the ones before do not determine.
    kept: Vec<usize>,
}

impl TakenOut {
    fn new(effects: &[(String, Vec<usize>)], roots: Vec<f64>) -> Self {
        let found: Vec<(Vec<usize>, usize)> =
            effects.iter().map(|(_, codes)| levels(codes)).collect();
        let most = (0..found.len()).max_by_key(|&k| (found[k].1, found.len() - k));
        let mut out = TakenOut {
            absorbed: most.map(|most| {
                let mut weights = vec![0.0; found[most].1];
                for (level, root) in found[most].0.iter().zip(&roots) {
                    weights[*level] += root * root;
                }
                (found[most].0.clone(), weights)
            }),
            roots,
            others: Vec::new(),
            kept: vec![0; found.len()],
        };
        for (k, (of_record, count)) in found.iter().enumerate() {
            if Some(k) == most {
                out.kept[k] = *count;
                continue;
            }
            for level in 1..*count {
                let ones = of_record.iter().zip(&out.roots);
                let whole: Vec<f64> = ones
                    .map(|(own, root)| if *own == level { *root } else { 0.0 })
                    .collect();
                let mut rest = out.rest(whole.clone());
                let left = length(&rest);
                // A level that those before it determine is no parameter, as years of areas apart.
                if left > SMALLEST_SHARE * length(&whole) {
                    for r in &mut rest {
                        *r /= left;
                    }
                    out.others.push(rest);
                    out.kept[k] += 1;
                }
            }
        }
        out
    }

    /// What is left of a column that was multiplied by the roots.
    fn rest(&self, mut column: Vec<f64>) -> Vec<f64> {
        // The second pass removes what rounding left of the first.
        for _ in 0..2 {
            if let Some((of_record, weights)) = &self.absorbed {
                let mut means = vec![0.0; weights.len()];
                for ((level, root), v) in of_record.iter().zip(&self.roots).zip(&column) {
                    means[*level] += root * v / weights[*level];
                }
                for ((level, root), v) in of_record.iter().zip(&self.roots).zip(&mut column) {
                    *v -= root * means[*level];
                }
            }
            for other in &self.others {
                let share = dot(other, &column);
                for (v, o) in column.iter_mut().zip(other) {
                    *v -= share * o;
                }
            }
        }
        column
    }
}

/// A fitted fixed-effects regression.
#[derive(Debug, Clone)]
pub struct FittedFixedEffects {
    names: Vec<String>,
    records: usize,
    used: Vec<usize>,
    effects: Vec<(String, Vec<usize>)>,
    kept: Vec<usize>,
    roots: Vec<f64>,
    /// The squares of the values with the effects taken out.
    within: f64,
    fit: LeastSquares,
    free: usize,
    coefficients: Coefficients,
}

impl FittedFixedEffects {
    /// The coefficients with the errors of independent records of one variance; Student's intervals.
    #[must_use]
    pub fn coefficients(&self) -> &Coefficients {
        &self.coefficients
    }

    /// The coefficients with errors by cluster, for each record of the model one code. Corrected,
    /// the variance is multiplied by (n − 1) / (n − k), where effects whose levels lie in one cluster
    /// each do not count in k.
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::TooFew`] for fewer than two clusters, or when corrected and no
    /// record is left beyond what counts.
    pub fn clustered(&self, clusters: &[usize], corrected: bool) -> Result<Coefficients> {
        let own = self.own(clusters)?;
        let (covariance, count) = self.fit.clustered(&own)?;
        let scale = self.correction(corrected, &[&own])?;
        let kind = if corrected {
            StandardErrors::ClusteredHc1
        } else {
            StandardErrors::Clustered
        };
        self.with_errors(covariance * scale, kind, count)
    }

    /// The same with errors by two clusterings at once that cross, as areas and years: the variances
    /// by each, less that by both together, each times its G / (G − 1). Intervals are Student's with
    /// the fewer clusters' degrees of freedom.
    ///
    /// # Errors
    /// As [`FittedFixedEffects::clustered`]; [`Error::Undefined`] when a variance comes out negative,
    /// which few clusters can make it.
    pub fn clustered_two_way(
        &self,
        first: &[usize],
        second: &[usize],
        corrected: bool,
    ) -> Result<Coefficients> {
        let (first, second) = (self.own(first)?, self.own(second)?);
        let ((firsts, _), (seconds, count)) = (levels(&first), levels(&second));
        let both: Vec<usize> = firsts
            .iter()
            .zip(&seconds)
            .map(|(a, b)| a * count + b)
            .collect();
        let (by_first, g) = self.fit.clustered(&first)?;
        let (by_second, h) = self.fit.clustered(&second)?;
        let (by_both, _) = self.fit.clustered(&both)?;
        let covariance = by_first + by_second - by_both;
        if covariance.diagonal().iter().any(|v| *v < 0.0) {
            return Err(Error::Undefined {
                what: "an error by two clusterings",
                why: "its variance comes out negative, as few clusters can make it; cluster by one",
            });
        }
        let scale = self.correction(corrected, &[&first, &second])?;
        let kind = if corrected {
            StandardErrors::TwoWayClusteredHc1
        } else {
            StandardErrors::TwoWayClustered
        };
        self.with_errors(covariance * scale, kind, g.min(h))
    }

    /// The codes of the records with a part in the fit.
    fn own(&self, codes: &[usize]) -> Result<Vec<usize>> {
        same_length("the values", self.records, "clusters", codes.len())?;
        Ok(self.used.iter().map(|&i| codes[i]).collect())
    }

    /// (n − 1) / (n − k), without the effects that lie within any of the clusterings.
    fn correction(&self, corrected: bool, clusterings: &[&[usize]]) -> Result<f64> {
        if !corrected {
            return Ok(1.0);
        }
        let level = usize::from(!self.effects.is_empty());
        let beyond = self
            .effects
            .iter()
            .zip(&self.kept)
            .map(|((_, codes), kept)| {
                if clusterings.iter().any(|clusters| nested(codes, clusters)) {
                    return 0;
                }
                // All levels of the effect whose means are taken off are parameters: one is the intercept.
                kept - usize::from(*kept == levels(codes).1)
            });
        let k = self.names.len() + level + beyond.sum::<usize>();
        let n = self.used.len();
        if n <= k {
            return Err(Error::TooFew {
                what: "the records of a corrected standard error",
                needed: k + 1,
                found: n,
            });
        }
        Ok((n - 1) as f64 / (n - k) as f64)
    }

    fn with_errors(
        &self,
        covariance: DMatrix<f64>,
        kind: StandardErrors,
        clusters: usize,
    ) -> Result<Coefficients> {
        let degrees = Some(clusters as f64 - 1.0);
        Coefficients::new(&self.names, self.fit.estimates(), covariance, kind, degrees)
    }

    /// The share of the squares that are left when the effects are taken out which the covariates
    /// explain; `None` where nothing is left.
    #[must_use]
    pub fn within_r_squared(&self) -> Option<f64> {
        (self.within > 0.0).then(|| 1.0 - self.fit.residual_squares() / self.within)
    }

    /// The residual standard deviation of a record of weight 1.
    #[must_use]
    pub fn residual_sd(&self) -> f64 {
        (self.fit.residual_squares() / self.free as f64).sqrt()
    }

    /// Records beyond effects and covariates.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.free
    }

    /// Records with a part in the fit.
    #[must_use]
    pub fn records(&self) -> usize {
        self.used.len()
    }

    /// How many levels an effect has among those records.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn levels(&self, effect: &str) -> Result<usize> {
        let found = self.effects.iter().find(|(name, _)| name == effect);
        let (_, codes) = found.ok_or_else(|| Error::UnknownName {
            what: "effect",
            found: effect.to_owned(),
        })?;
        Ok(levels(codes).1)
    }

    /// What each record has beyond what effects and covariates give; `None` for one of weight 0.
    #[must_use]
    pub fn residuals(&self) -> Vec<Option<f64>> {
        let mut all = vec![None; self.records];
        for ((&i, root), r) in self.used.iter().zip(&self.roots).zip(&self.fit.residuals) {
            all[i] = Some(r / root);
        }
        all
    }
}

/// Whether all records of each level have the same cluster.
fn nested(codes: &[usize], clusters: &[usize]) -> bool {
    let mut pairs: Vec<(usize, usize)> = codes
        .iter()
        .copied()
        .zip(clusters.iter().copied())
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs.windows(2).all(|pair| pair[0].0 != pair[1].0)
}
