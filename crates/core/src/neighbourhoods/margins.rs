//! An authority's children by ethnic group and by age: what the children of its neighbourhoods are to add
//! up to.

use super::{CHILD_AGE_BANDS, RESIDENT_GROUPS};
use crate::{
    AreaCode, Basis, DenominatorError, Dimension, Dimensions, IssueSet, Period, Populations,
    Stratum,
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
        let known = |stratum: Stratum| {
            let found = populations.get(period, authority, stratum)?;
            Some((found, found.denominator.value.value()?))
        };
        let (_, children) = known(Stratum::TOTAL)?;
        let mut by_group = [None; 5];
        for (margin, group) in by_group.iter_mut().zip(RESIDENT_GROUPS) {
            let stratum = dimensions.stratum(Dimension::EthnicityMajor, group)?;
            let (found, children) = known(stratum)?;
            let error = match found.denominator.basis {
                Basis::Share { error, .. } => error,
                _ => DenominatorError::NONE,
            };
            let issues = found.issues;
            *margin = Some(GroupMargin {
                children,
                error,
                issues,
            });
        }
        let [Some(a), Some(b), Some(c), Some(d), Some(e)] = by_group else {
            return None;
        };
        let mut by_group = [a, b, c, d, e];
        let mut by_age = [0.0; 5];
        for (margin, band) in by_age.iter_mut().zip(CHILD_AGE_BANDS) {
            *margin = known(dimensions.stratum(Dimension::AgeBand, band)?)?.1;
        }
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
}
