//! What each group would be expected to have, from a regression that never saw it.
//! How far the group then is from that expectation is judged in `expected`.

use super::RegressionModel;
use super::fitted::FittedRegression;
use crate::error::{Error, Result};
use crate::sum::sum;

/// What a fit without a group expects of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeftOut {
    /// The group's number.
    pub code: usize,
    /// What the group had, summed over its records.
    pub observed: f64,
    /// What the fit without it expects, summed over the same records.
    pub expected: f64,
    /// What it expects of a typical group: the median over groups like it, which is that of an
    /// effect of 0 where all records share all effects; the same as `expected` in a regression.
    pub typical: f64,
    /// The standard error of the log of `expected` that the coefficients' uncertainty brings.
    pub std_error: f64,
    /// The standard deviation, between groups like it, of the log of what all their records have
    /// together over what a typical group has: effects that each record has for itself, as of a
    /// year, partly cancel. 0 in a regression.
    pub sigma: f64,
    /// The variance of the group's count over its mean: 1 for Poisson counts, less for
    /// proportions, more for a negative binomial, estimated for a quasi family.
    pub dispersion: f64,
}

impl LeftOut {
    /// The log of typical over expected.
    pub(in crate::models) fn centre(&self) -> f64 {
        (self.typical / self.expected).ln()
    }
}

/// The groups in ascending order of their numbers, each with the places of its records.
pub(in crate::models) fn grouped(
    groups: &[usize],
    records: usize,
) -> Result<Vec<(usize, Vec<usize>)>> {
    if groups.len() != records {
        return Err(Error::Lengths {
            left: "the responses",
            left_len: records,
            right: "groups",
            right_len: groups.len(),
        });
    }
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|&i| groups[i]);
    Ok(order
        .chunk_by(|&i, &j| groups[i] == groups[j])
        .map(|chunk| (groups[chunk[0]], chunk.to_vec()))
        .collect())
}

/// The places of all records but these, which are ascending.
pub(in crate::models) fn others(records: usize, own: &[usize]) -> Vec<usize> {
    (0..records)
        .filter(|i| own.binary_search(i).is_err())
        .collect()
}

impl FittedRegression {
    #[doc = include_str!("../../../docs/leave_out.md")]
    pub fn leave_out(&self, groups: &[usize]) -> Result<Vec<(usize, Result<LeftOut>)>> {
        let groups = grouped(groups, self.model.observations.len())?;
        let one = |(code, own): (usize, Vec<usize>)| (code, self.without(code, &own));
        Ok(groups.into_iter().map(one).collect())
    }

    /// One group's expectation. The fit starts from the other records alone, so that not even its
    /// rounding depends on the group.
    fn without(&self, code: usize, own: &[usize]) -> Result<LeftOut> {
        let keep = others(self.model.observations.len(), own);
        let fit = RegressionModel {
            family: self.model.family,
            observations: self.model.observations.subset(&keep),
            design: self.model.design.subset(&keep),
        }
        .fit()?;
        let held_out = self.model.observations.subset(own);
        let design = self.model.design.subset(own);
        let beta = fit.coefficients().estimates();
        let etas = design.times(beta);
        let mut slopes = vec![0.0; design.width()];
        let mut variance = 0.0;
        let mut means = Vec::with_capacity(own.len());
        let mut observed = Vec::with_capacity(own.len());
        for (i, eta) in etas.iter().enumerate() {
            if held_out.weights[i] <= 0.0 {
                continue;
            }
            observed.push(held_out.totals[i]);
            let eta = eta + held_out.offsets[i];
            let mean = fit.kernel.mean(eta);
            means.push(held_out.trials[i] * mean);
            variance += fit.kernel.variance(mean, held_out.trials[i]);
            let slope = held_out.trials[i] * fit.kernel.mean_slope(eta);
            for (sum, x) in slopes.iter_mut().zip(design.row(i)) {
                *sum += slope * x;
            }
        }
        let expected = sum(means);
        if !(expected.is_finite() && expected > 0.0) {
            return Err(Error::Undefined {
                what: "the expected count",
                why: "the group has no exposure",
            });
        }
        for slope in &mut slopes {
            *slope /= expected;
        }
        let scale = if self.model.family.is_quasi() {
            fit.dispersion().unwrap_or(1.0)
        } else {
            1.0
        };
        Ok(LeftOut {
            code,
            observed: sum(observed),
            expected,
            typical: expected,
            std_error: fit.coefficients().variance_of(&slopes).sqrt(),
            sigma: 0.0,
            dispersion: scale * variance / expected,
        })
    }
}
