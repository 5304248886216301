//! Records of units over periods to both regressions of a panel, with errors by unit. What takes
//! effects out is in `fixed_effects`, what keeps them in `within_between`; here is what is a panel.

use std::collections::BTreeMap;

use super::super::coefficients::{Coefficients, StandardErrors};
use super::super::design::Design;
use super::fixed_effects::FixedEffectsModel;
use super::levels;
use super::within_between::{WaldTest, WithinBetween, weighted_within_between};
use crate::check;
use crate::error::{Error, Result};

const UNIT: &str = "unit";
const PERIOD: &str = "period";

/// What one unit (an authority) had in one period (a year).
#[derive(Debug, Clone, PartialEq)]
pub struct PanelRecord {
    /// A number of the unit's own.
    pub unit: usize,
    /// A number of the period's own; only whether two are the same matters.
    pub period: usize,
    /// The outcome, in whatever unit the coefficients are to be in.
    pub outcome: f64,
    /// The regressors, in the order of their names. One of an earlier period is for the caller to
    /// place: years may be missing, so the record before is not always the year before.
    pub regressors: Vec<f64>,
    /// How much the record counts: 1, or in proportion to the inverse of its variance. One of
    /// weight 0 has no part in the fit.
    pub weight: f64,
}

/// What makes errors by cluster larger because the clusters are finitely many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmallSample {
    /// Nothing: Arellano's errors as he gave them, and the default of plm's `vcovHC`.
    None,
    /// G / (G − 1): sandwich's `vcovCL` with `type = "HC0"`.
    Clusters,
    /// G / (G − 1) · (n − 1) / (n − k), where levels of units do not count in k: what fixest gives
    /// for errors by unit, and reghdfe.
    #[default]
    ClustersAndParameters,
}

/// How a panel is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PanelOptions {
    /// Whether every period has a level of its own, beside every unit.
    pub period_levels: bool,
    /// What errors by unit are multiplied by.
    pub small_sample: SmallSample,
    /// Fewer units than this are refused, because their errors would say too little; at least 2.
    pub fewest_clusters: usize,
}

impl Default for PanelOptions {
    fn default() -> Self {
        PanelOptions {
            period_levels: true,
            small_sample: SmallSample::default(),
            fewest_clusters: 20,
        }
    }
}

/// A panel fitted with a level for every unit, and for every period if asked.
#[derive(Debug, Clone)]
pub struct PanelFit {
    /// A coefficient for each regressor, with errors by unit; Student's intervals with the clusters
    /// less one degrees of freedom.
    pub coefficients: Coefficients,
    /// The share of what is left of the outcome without the levels that the regressors explain.
    pub within_r_squared: f64,
    /// The residual standard deviation of a record of weight 1.
    pub residual_sd: f64,
    /// Records beyond levels and regressors.
    pub residual_degrees_of_freedom: usize,
    /// Clusters: the units with a part in the fit.
    pub clusters: usize,
    /// Periods with a part in the fit.
    pub periods: usize,
    /// Records with a part in the fit.
    pub records: usize,
    /// Records that were left out because their unit, or their period where periods have levels,
    /// has no other: a level fits them exactly, whatever the coefficients.
    pub singletons: usize,
    /// Records of weight 0.
    pub without_weight: usize,
}

#[doc = include_str!("../../../docs/panel_model.md")]
pub fn panel_model(
    regressors: &[&str],
    records: &[PanelRecord],
    options: PanelOptions,
) -> Result<PanelFit> {
    let weighty = checked(regressors, records)?;
    let kept = without_singletons(&weighty, options.period_levels);
    let columns = Columns::new(regressors, &kept)?;
    let clusters = columns.clusters(options)?;
    let mut model = FixedEffectsModel::new(&columns.outcome, columns.design)?
        .with_weights(&columns.weights)?
        .with_effect(UNIT, &columns.units)?;
    if options.period_levels {
        model = model.with_effect(PERIOD, &columns.periods)?;
    }
    let fit = model.fit()?;
    let all = options.small_sample == SmallSample::ClustersAndParameters;
    let errors = fit.clustered(&columns.units, all)?;
    Ok(PanelFit {
        coefficients: options.small_sample.of(errors, clusters),
        within_r_squared: fit.within_r_squared().ok_or(Error::Undefined {
            what: "the within R squared",
            why: "the outcome does not vary beyond the levels",
        })?,
        residual_sd: fit.residual_sd(),
        residual_degrees_of_freedom: fit.degrees_of_freedom(),
        clusters,
        periods: levels(&columns.periods).1,
        records: kept.len(),
        singletons: weighty.len() - kept.len(),
        without_weight: records.len() - weighty.len(),
    })
}

/// A panel fitted on how units differ from themselves and from each other.
#[derive(Debug, Clone)]
pub struct PanelWithinBetween {
    /// The regression: its spread of units, its likelihood, its model's own errors.
    pub fit: WithinBetween,
    /// Two coefficients for each regressor, named with `" (within)"` and `" (between)"`, and those
    /// of the intercept and the periods, with errors by unit.
    pub coefficients: Coefficients,
    /// For each regressor its coefficient between units less that within, with errors by unit.
    pub contextual: Coefficients,
    /// The test that all of those are 0.
    pub same_within_and_between: WaldTest,
    /// Clusters: the units with a part in the fit.
    pub clusters: usize,
    /// Periods with a part in the fit.
    pub periods: usize,
    /// Records with a part in the fit. Units with one record stay: they say something of what is
    /// between units.
    pub records: usize,
    /// Records of weight 0.
    pub without_weight: usize,
}

#[doc = include_str!("../../../docs/panel_within_between.md")]
pub fn panel_within_between(
    regressors: &[&str],
    records: &[PanelRecord],
    options: PanelOptions,
) -> Result<PanelWithinBetween> {
    let kept = checked(regressors, records)?;
    let columns = Columns::new(regressors, &kept)?;
    let clusters = columns.clusters(options)?;
    let mut others = Design::intercept(kept.len());
    if options.period_levels {
        others = others.with_factor(PERIOD, &columns.periods)?;
    }
    let fit = weighted_within_between(
        &columns.outcome,
        &columns.design,
        &columns.units,
        others,
        &columns.weights,
    )?;
    let all = options.small_sample == SmallSample::ClustersAndParameters;
    let coefficients = options.small_sample.of(fit.clustered(all)?, clusters);
    Ok(PanelWithinBetween {
        contextual: fit.contextual(&coefficients)?,
        same_within_and_between: fit.same_within_and_between(&coefficients)?,
        fit,
        coefficients,
        clusters,
        periods: levels(&columns.periods).1,
        records: kept.len(),
        without_weight: records.len() - kept.len(),
    })
}

impl SmallSample {
    /// Errors that were made larger by G / (G − 1), or by both factors, as asked.
    fn of(self, errors: Coefficients, clusters: usize) -> Coefficients {
        let clusters = clusters as f64;
        match self {
            SmallSample::None => {
                errors.scaled((clusters - 1.0) / clusters, StandardErrors::ClusteredHc0)
            }
            SmallSample::Clusters | SmallSample::ClustersAndParameters => errors,
        }
    }
}

/// The records with a weight, once each is known to be one of a panel.
fn checked<'a>(regressors: &[&str], records: &'a [PanelRecord]) -> Result<Vec<&'a PanelRecord>> {
    let mut seen: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        check::finite("outcome", record.outcome).map_err(|e| e.at(index))?;
        check::not_negative("weight", record.weight).map_err(|e| e.at(index))?;
        check::same_length("regressors", regressors, "a record", &record.regressors)
            .map_err(|e| e.at(index))?;
        if seen.insert((record.unit, record.period), index).is_some() {
            return Err(Error::Undefined {
                what: "a second record of the same unit and period",
                why: "a panel has one of each",
            }
            .at(index));
        }
        for (name, &found) in regressors.iter().zip(&record.regressors) {
            if !found.is_finite() {
                return Err(Error::Covariate {
                    column: (*name).to_owned(),
                    row: index,
                    found,
                });
            }
        }
    }
    Ok(records.iter().filter(|r| r.weight > 0.0).collect())
}

/// The records whose unit and period have others, when those that have none are gone: a period may
/// lose all but one of its records with the units that had no other.
fn without_singletons<'a>(
    records: &[&'a PanelRecord],
    period_levels: bool,
) -> Vec<&'a PanelRecord> {
    let mut kept = records.to_vec();
    loop {
        let before = kept.len();
        kept = with_others(&kept, |r| r.unit);
        if period_levels {
            kept = with_others(&kept, |r| r.period);
        }
        if kept.len() == before {
            return kept;
        }
    }
}

fn with_others<'a>(
    records: &[&'a PanelRecord],
    code: impl Fn(&PanelRecord) -> usize,
) -> Vec<&'a PanelRecord> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for record in records {
        *counts.entry(code(record)).or_default() += 1;
    }
    let mut kept = records.to_vec();
    kept.retain(|record| counts[&code(record)] > 1);
    kept
}

/// Records as columns.
struct Columns {
    outcome: Vec<f64>,
    weights: Vec<f64>,
    units: Vec<usize>,
    periods: Vec<usize>,
    design: Design,
}

impl Columns {
    fn new(regressors: &[&str], records: &[&PanelRecord]) -> Result<Self> {
        let mut design = Design::empty(records.len());
        for (j, name) in regressors.iter().enumerate() {
            let column: Vec<f64> = records.iter().map(|r| r.regressors[j]).collect();
            design = design.with(name, &column)?;
        }
        Ok(Columns {
            outcome: records.iter().map(|r| r.outcome).collect(),
            weights: records.iter().map(|r| r.weight).collect(),
            units: records.iter().map(|r| r.unit).collect(),
            periods: records.iter().map(|r| r.period).collect(),
            design,
        })
    }

    /// How many units there are, if they are enough.
    fn clusters(&self, options: PanelOptions) -> Result<usize> {
        let (_, found) = levels(&self.units);
        let needed = options.fewest_clusters.max(2);
        if found < needed {
            return Err(Error::TooFew {
                what: "the clusters of a panel (units with records enough)",
                needed,
                found,
            });
        }
        Ok(found)
    }
}
