//! How far groups lie apart, whatever their order: variance, mean differences, disparity indexes.

use crate::check;
use crate::error::{Error, Result};
use crate::inequality::subgroup::{Subgroup, Weighted};
use crate::level::{Estimate, Level};
use crate::sum::sum;

#[doc = include_str!("../../docs/between_group_variance.md")]
pub fn between_group_variance(groups: &[Subgroup], level: Level) -> Result<Estimate> {
    let w = Weighted::new("the between-group variance", 2, groups)?;
    let value = sum(w.iter().map(|(g, p)| p * (g.value - w.mean).powi(2)));
    // The variance of a quadratic form in independent normal values.
    let linear = w.delta(|g, p| 2.0 * p * (g.value - w.mean)).powi(2);
    let spread = sum(w.iter().map(|(g, p)| p * p * g.se * g.se));
    let own = sum(w.iter().map(|(g, p)| (p * g.se * g.se).powi(2)));
    let shared = sum(w.iter().map(|(g, p)| p.powi(3) * g.se.powi(4)));
    let quadratic = 2.0 * (own - 2.0 * shared + spread * spread);
    let half = level.z() * (linear + quadratic).max(0.0).sqrt();
    Estimate::of(
        "the between-group variance",
        value,
        (value - half).max(0.0),
        value + half,
    )
}

#[doc = include_str!("../../docs/between_group_sd.md")]
pub fn between_group_sd(groups: &[Subgroup]) -> Result<f64> {
    let w = Weighted::new("the between-group standard deviation", 2, groups)?;
    let variance = sum(w.iter().map(|(g, p)| p * (g.value - w.mean).powi(2)));
    check::result("the between-group standard deviation", variance.sqrt())
}

#[doc = include_str!("../../docs/coefficient_of_variation.md")]
pub fn coefficient_of_variation(groups: &[Subgroup]) -> Result<f64> {
    let w = Weighted::positive("the coefficient of variation", 2, groups)?;
    check::result(
        "the coefficient of variation",
        between_group_sd(groups)? / w.mean,
    )
}

/// The mean absolute difference from a point, with equal or with population weights.
fn mean_difference(what: &'static str, w: &Weighted<'_>, from: f64, weighted: bool) -> Result<f64> {
    let k = w.groups.len() as f64;
    let share = |p: f64| if weighted { p } else { 1.0 / k };
    check::result(
        what,
        sum(w.iter().map(|(g, p)| share(p) * (g.value - from).abs())),
    )
}

const DISPARITY: &str = "the index of disparity";

#[doc = include_str!("../../docs/index_of_disparity.md")]
pub fn index_of_disparity(groups: &[Subgroup]) -> Result<f64> {
    let w = Weighted::positive(DISPARITY, 2, groups)?;
    check::result(
        DISPARITY,
        mean_difference(DISPARITY, &w, w.mean, false)? / w.mean,
    )
}

#[doc = include_str!("../../docs/index_of_disparity_weighted.md")]
pub fn index_of_disparity_weighted(groups: &[Subgroup]) -> Result<f64> {
    let w = Weighted::positive(DISPARITY, 2, groups)?;
    check::result(
        DISPARITY,
        mean_difference(DISPARITY, &w, w.mean, true)? / w.mean,
    )
}

const FROM_MEAN: &str = "the mean difference from the mean";
const FROM_BEST: &str = "the mean difference from the best group";
const FROM_REFERENCE: &str = "the mean difference from the reference group";

#[doc = include_str!("../../docs/mean_difference_from_mean.md")]
pub fn mean_difference_from_mean(groups: &[Subgroup]) -> Result<f64> {
    let w = Weighted::new(FROM_MEAN, 2, groups)?;
    mean_difference(FROM_MEAN, &w, w.mean, false)
}

#[doc = include_str!("../../docs/mean_difference_from_mean_weighted.md")]
pub fn mean_difference_from_mean_weighted(groups: &[Subgroup]) -> Result<f64> {
    let w = Weighted::new(FROM_MEAN, 2, groups)?;
    mean_difference(FROM_MEAN, &w, w.mean, true)
}

/// The best group's value: the highest when more is better, else the lowest.
pub(super) fn best(groups: &[Subgroup], more_is_better: bool) -> f64 {
    let values = groups.iter().map(|g| g.value);
    if more_is_better {
        values.fold(f64::NEG_INFINITY, f64::max)
    } else {
        values.fold(f64::INFINITY, f64::min)
    }
}

#[doc = include_str!("../../docs/mean_difference_from_best.md")]
pub fn mean_difference_from_best(groups: &[Subgroup], more_is_better: bool) -> Result<f64> {
    let w = Weighted::new(FROM_BEST, 2, groups)?;
    mean_difference(FROM_BEST, &w, best(groups, more_is_better), false)
}

#[doc = include_str!("../../docs/mean_difference_from_best_weighted.md")]
pub fn mean_difference_from_best_weighted(
    groups: &[Subgroup],
    more_is_better: bool,
) -> Result<f64> {
    let w = Weighted::new(FROM_BEST, 2, groups)?;
    mean_difference(FROM_BEST, &w, best(groups, more_is_better), true)
}

/// The group at an index that the caller gave.
pub(super) fn reference_group(groups: &[Subgroup], reference: usize) -> Result<Subgroup> {
    groups.get(reference).copied().ok_or(Error::Argument {
        name: "reference",
        must: "the position of a group",
        found: reference as f64,
    })
}

#[doc = include_str!("../../docs/mean_difference_from_reference.md")]
pub fn mean_difference_from_reference(groups: &[Subgroup], reference: usize) -> Result<f64> {
    let w = Weighted::new(FROM_REFERENCE, 2, groups)?;
    let from = reference_group(groups, reference)?.value;
    mean_difference(FROM_REFERENCE, &w, from, false)
}

#[doc = include_str!("../../docs/mean_difference_from_reference_weighted.md")]
pub fn mean_difference_from_reference_weighted(
    groups: &[Subgroup],
    reference: usize,
) -> Result<f64> {
    let w = Weighted::new(FROM_REFERENCE, 2, groups)?;
    let from = reference_group(groups, reference)?.value;
    mean_difference(FROM_REFERENCE, &w, from, true)
}
