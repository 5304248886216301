//! Children living in an area at the mid-year that goes with a period, by group.
//!
//! Loaders fill it; whatever divides a count by children asks it, so that every rate of one group,
//! area and year has the same denominator.

use std::collections::BTreeMap;

use crate::{AreaCode, Denominator, IssueSet, Period, Stratum};

/// A number of children and what must be said about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Population {
    /// How many, and of which estimate.
    pub denominator: Denominator,
    /// What must be said about it, when it is itself an estimate.
    pub issues: IssueSet,
}

/// Children by period, area and stratum.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Populations(BTreeMap<(Period, AreaCode, Stratum), Population>);

impl Populations {
    /// The children of one stratum, if anything is known of them.
    #[must_use]
    pub fn get(&self, period: Period, area: AreaCode, stratum: Stratum) -> Option<&Population> {
        self.0.get(&(period, area, stratum))
    }

    /// Every entry, by period, area and stratum.
    pub fn iter(&self) -> impl Iterator<Item = (&(Period, AreaCode, Stratum), &Population)> {
        self.0.iter()
    }
}

impl FromIterator<((Period, AreaCode, Stratum), Population)> for Populations {
    fn from_iter<I: IntoIterator<Item = ((Period, AreaCode, Stratum), Population)>>(
        entries: I,
    ) -> Self {
        Self(entries.into_iter().collect())
    }
}
