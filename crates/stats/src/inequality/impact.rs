//! Impact: how much lower (or higher) the whole population's value would be if every group had
//! the reference group's.

use crate::check;
use crate::error::{Error, Result};
use crate::inequality::spread::reference_group;
use crate::inequality::subgroup::{Subgroup, Weighted};
use crate::level::{Estimate, Level};

const RISK: &str = "the population attributable risk";
const FRACTION: &str = "the population attributable fraction";

/// The absolute and the relative change if every group had the reference group's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attributable {
    /// Reference value minus population mean, in the unit of the values.
    pub risk: Estimate,
    /// The same as a share of the population mean.
    pub fraction: Estimate,
}

#[doc = include_str!("../../docs/population_attributable.md")]
pub fn population_attributable(
    groups: &[Subgroup],
    reference: usize,
    level: Level,
) -> Result<Attributable> {
    let w = Weighted::positive(RISK, 2, groups)?;
    let r = reference_group(groups, reference)?;
    let risk = r.value - w.mean;
    let fraction = risk / w.mean;
    let is_reference = |i: usize| f64::from(u8::from(i == reference));
    let z = level.z();
    let half = z * w.delta_by_place(|i, _, p| is_reference(i) - p);
    // d(r / m) is 1 / m for the reference's own value, less r p / m^2 for every group's.
    let relative =
        z * w.delta_by_place(|i, _, p| is_reference(i) / w.mean - r.value * p / (w.mean * w.mean));
    Ok(Attributable {
        risk: Estimate::of(RISK, risk, risk - half, risk + half)?,
        fraction: Estimate::of(FRACTION, fraction, fraction - relative, fraction + relative)?,
    })
}

#[doc = include_str!("../../docs/population_attributable_proportion.md")]
pub fn population_attributable_proportion(
    groups: &[Subgroup],
    reference: usize,
    level: Level,
) -> Result<Attributable> {
    let w = Weighted::positive(RISK, 2, groups)?;
    for (index, g) in groups.iter().enumerate() {
        check::within("value", g.value, 0.0, 1.0, "a proportion, 0 to 1")
            .map_err(|e| e.at(index))?;
    }
    let r = reference_group(groups, reference)?;
    let total = crate::sum::sum(groups.iter().map(|g| g.population));
    let (c, d) = (r.population * r.value, r.population * (1.0 - r.value));
    let a = (total * w.mean - c).max(0.0);
    let b = (total - r.population - a).max(0.0);
    if c <= 0.0 {
        return Err(Error::Undefined {
            what: FRACTION,
            why: "the reference group has no events",
        });
    }
    let fraction = (r.value - w.mean) / w.mean;
    // Fleiss's variance of ln(1 - f), where f = 1 - reference / mean is minus our fraction.
    let variance = (b - fraction * (a + d)) / (total * c);
    let half = level.z() * (1.0 + fraction) * variance.max(0.0).sqrt();
    let risk = r.value - w.mean;
    Ok(Attributable {
        risk: Estimate::of(RISK, risk, risk - w.mean * half, risk + w.mean * half)?,
        fraction: Estimate::of(FRACTION, fraction, fraction - half, fraction + half)?,
    })
}

#[doc = include_str!("../../docs/population_attributable_gradient.md")]
pub fn population_attributable_gradient(
    groups: &[Subgroup],
    reference: usize,
    level: Level,
) -> Result<Estimate> {
    let r = reference_group(groups, reference)?;
    if r.value <= 0.0 {
        return Err(Error::Undefined {
            what: FRACTION,
            why: "the reference group's value is 0",
        });
    }
    // sum((RR - 1) w) / (1 + sum((RR - 1) w)) is 1 - reference / mean: the fraction, seen from
    // the other side.
    let Estimate { value, interval } = population_attributable(groups, reference, level)?.fraction;
    Estimate::of(FRACTION, -value, -interval.high, -interval.low)
}
