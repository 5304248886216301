//! The concentration index of survey records with weights, strata and clusters.

use std::collections::BTreeMap;

use crate::check;
use crate::error::{Error, Result};
use crate::inequality::concentration::{ConcentrationIndex, finished};
use crate::level::Level;
use crate::sum::{Sum, sum};

/// One respondent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurveyRecord {
    /// The outcome; 0 or 1 for a proportion.
    pub value: f64,
    /// The sampling weight, greater than 0.
    pub weight: f64,
    /// The respondent's ordered group: respondents of one group share its middle rank.
    pub group: u32,
    /// The sampling stratum.
    pub stratum: u32,
    /// The cluster (primary sampling unit), unique within its stratum.
    pub cluster: u32,
}

#[doc = include_str!("../../docs/concentration_index_survey.md")]
pub fn concentration_index_survey(
    records: &[SurveyRecord],
    level: Level,
) -> Result<ConcentrationIndex> {
    check::at_least("the concentration index", 3, records)?;
    for (index, r) in records.iter().enumerate() {
        check::not_negative("value", r.value)
            .and(check::positive("weight", r.weight))
            .map_err(|e| e.at(index))?;
    }
    let total = check::result("the sum of weights", sum(records.iter().map(|r| r.weight)))?;
    let mean = sum(records.iter().map(|r| r.weight / total * r.value));
    if mean <= 0.0 {
        return Err(Error::Undefined {
            what: "the concentration index",
            why: "the mean is 0",
        });
    }
    let ranks = middle_ranks(records, total);
    let centred = |r: &SurveyRecord| ranks[&r.group] - 0.5;
    let share = |r: &SurveyRecord| r.weight / total;
    let variance = sum(records.iter().map(|r| share(r) * centred(r).powi(2)));
    if variance <= 0.0 {
        return Err(Error::Undefined {
            what: "the concentration index",
            why: "all records are in one group",
        });
    }
    let value = 2.0
        * sum(records
            .iter()
            .map(|r| share(r) * centred(r) * (r.value - mean)));
    // Each cluster's total of the influence that its records have on the slope.
    let mut clusters: BTreeMap<(u32, u32), Sum> = BTreeMap::new();
    for r in records {
        let residual = 2.0 * variance * (r.value - mean) - value * centred(r);
        let influence = share(r) * centred(r) * residual / variance;
        clusters
            .entry((r.stratum, r.cluster))
            .or_default()
            .add(influence);
    }
    let se = design_variance(&clusters).sqrt();
    finished(value, level.z() * se, mean)
}

/// The middle of each group's share of the weighted population.
fn middle_ranks(records: &[SurveyRecord], total: f64) -> BTreeMap<u32, f64> {
    let mut weights: BTreeMap<u32, Sum> = BTreeMap::new();
    for r in records {
        weights.entry(r.group).or_default().add(r.weight / total);
    }
    let mut below = 0.0;
    weights
        .into_iter()
        .map(|(group, weight)| {
            let middle = below + weight.value() / 2.0;
            below += weight.value();
            (group, middle)
        })
        .collect()
}

/// The between-cluster variance within strata; a stratum with one cluster tells nothing of it.
fn design_variance(clusters: &BTreeMap<(u32, u32), Sum>) -> f64 {
    let mut strata: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for ((stratum, _), total) in clusters {
        strata.entry(*stratum).or_default().push(total.value());
    }
    sum(strata
        .values()
        .filter(|totals| totals.len() > 1)
        .map(|totals| {
            let n = totals.len() as f64;
            let mean = sum(totals.iter().copied()) / n;
            n / (n - 1.0) * sum(totals.iter().map(|t| (t - mean).powi(2)))
        }))
}
