//! An authority's children by ethnic group and by age: what the children of its neighbourhoods are to add
//! up to.

use super::{CHILD_AGE_BANDS, RESIDENT_GROUPS};
use crate::{
    AreaCode, DenominatorError, Dimension, Dimensions, IssueSet, Period, Populations, Stratum,
};

/// Children of one ethnic group of an authority.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupMargin {
    /// How many.
    pub children: f64,
    /// How far wrong that may be: standard deviations of its logarithm, as measured.
    pub error: DenominatorError,
    /// What must be said about it.
    pub issues: IssueSet,
}

/// An authority's children aged 0 to 17 at the mid-year of a period, in two ways that have the same sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margins {
    /// All.
    pub children: f64,
    /// By broad ethnic group in the order of [`RESIDENT_GROUPS`]; estimated from pupils.
    pub by_group: [GroupMargin; 5],
    /// By age in the order of [`CHILD_AGE_BANDS`]; published totals in the shares of published ages.
    pub by_age: [f64; 5],
}

impl Margins {
    /// The margins of an authority. None where its children, or those of any group or age, are not known.
    ///
    /// Groups and ages are scaled to add up to all, which they do but for rounding: groups are shares of
    /// pupils of known ethnic group, ages shares of an estimate of perhaps another year.
    #[must_use]
    pub fn of(
        populations: &Populations,
        dimensions: &Dimensions,
        period: Period,
        authority: AreaCode,
    ) -> Option<Self> {
        let total = populations.get(period, authority, Stratum::TOTAL)?;
        let children = total.denominator.value.value()?;
        let mut by_group = Self::groups(populations, dimensions, period, authority)?;
        let by_age = Self::ages(populations, dimensions, period, authority)?;
        let groups: f64 = by_group.iter().map(|group| group.children).sum();
        let ages: f64 = by_age.iter().sum();
        if children <= 0.0 || groups <= 0.0 || ages <= 0.0 {
            return None;
        }
        for group in &mut by_group {
            group.children *= children / groups;
        }
        Some(Self {
            children,
            by_group,
            by_age: by_age.map(|own| own * children / ages),
        })
    }

    /// The groups alone, as they are published; none where any is not known.
    #[must_use]
    pub fn groups(
        populations: &Populations,
        dimensions: &Dimensions,
        period: Period,
        authority: AreaCode,
    ) -> Option<[GroupMargin; 5]> {
        let of = |group: &str| {
            let stratum = dimensions.stratum(Dimension::EthnicityMajor, group)?;
            let found = populations.get(period, authority, stratum)?;
            Some(GroupMargin {
                children: found.denominator.value.value()?,
                error: found.denominator.error(),
                issues: found.issues,
            })
        };
        let [a, b, c, d, e] = RESIDENT_GROUPS.map(of);
        Some([a?, b?, c?, d?, e?])
    }

    /// The ages alone, as they are published; none where any is not known.
    #[must_use]
    pub fn ages(
        populations: &Populations,
        dimensions: &Dimensions,
        period: Period,
        authority: AreaCode,
    ) -> Option<[f64; 5]> {
        let of = |band: &str| {
            let stratum = dimensions.stratum(Dimension::AgeBand, band)?;
            let found = populations.get(period, authority, stratum)?;
            found.denominator.value.value()
        };
        let [a, b, c, d, e] = CHILD_AGE_BANDS.map(of);
        Some([a?, b?, c?, d?, e?])
    }
}
