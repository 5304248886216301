//! Children living in an area at the mid-year that goes with a period, by group.
//!
//! Loaders fill it; whatever divides a count by children asks it, so that every rate of one group,
//! area and year has the same denominator.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    AreaCode, Basis, Catalogue, Denominator, DenominatorError, Dimension, IssueCode, IssueSet,
    Period, Reported, Stratum, Symbol, edition_in_force,
};

/// A number of children and what must be said about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Population {
    /// How many, and of which estimate.
    pub denominator: Denominator,
    /// What must be said about it, when it is itself an estimate.
    pub issues: IssueSet,
}

impl Population {
    /// What stands where no number of children is known: of people whose group is not known there is none, of others it is
    /// not available.
    #[must_use]
    pub fn absent(period: Period, is_of_unknown: bool) -> Self {
        let symbol = if is_of_unknown {
            Symbol::NotApplicable
        } else {
            Symbol::NotAvailable
        };
        Self {
            denominator: Denominator {
                value: Reported::Symbol(symbol),
                basis: Basis::Children0To17 {
                    mid_year: period.population_year(),
                },
            },
            issues: IssueSet::EMPTY.with_if(!is_of_unknown, IssueCode::NoDenominator),
        }
    }
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

/// Shares of an area's children by the tenth of neighbourhoods they live in, in the edition of the
/// index of multiple deprivation in force on 31 March.
///
/// Deciles are those of the lookup that returns were read with, which has to be of that edition.
#[derive(Debug)]
pub struct DecileShares<'a> {
    catalogue: &'a Catalogue,
    editions: BTreeSet<u16>,
    /// What was asked for before: the shares, most deprived first, and the edition's year.
    found: BTreeMap<(Period, AreaCode), Option<Shares>>,
}

/// Shares by decile, and the year of the edition they are of.
type Shares = ([f64; 10], u16);

impl<'a> DecileShares<'a> {
    /// The shares that a catalogue knows.
    #[must_use]
    pub fn new(catalogue: &'a Catalogue) -> Self {
        Self {
            catalogue,
            editions: catalogue.context.editions(),
            found: BTreeMap::new(),
        }
    }

    /// The children of a decile: its share applied to the published number of children. Nobody, which
    /// is a number, where no neighbourhood of the area is in it; none for any other stratum, and
    /// where the area is not in the index.
    pub fn children(
        &mut self,
        populations: &Populations,
        period: Period,
        area: AreaCode,
        stratum: Stratum,
    ) -> Option<Population> {
        if stratum.only() != Some(Dimension::DeprivationDecile) {
            return None;
        }
        let list = self.catalogue.dimensions.list(Dimension::DeprivationDecile);
        let code = &list.get(stratum.get(Dimension::DeprivationDecile)).code;
        let place = code.parse::<usize>().ok()?.checked_sub(1)?;
        let (shares, share_year) = self.of(period, area)?;
        let share = *shares.get(place)?;
        let all = populations.get(period, area, Stratum::TOTAL)?;
        Some(Population {
            denominator: Denominator {
                value: all.denominator.value.map(|children| children * share),
                basis: Basis::Share {
                    mid_year: period.population_year(),
                    share_year,
                    error: DenominatorError::NONE,
                },
            },
            issues: all.issues.with(IssueCode::DecileShare),
        })
    }

    /// What a count of a stratum is divided by, and what must be said of it: published children, or those of a decile; a
    /// symbol where neither is known.
    pub fn denominator(
        &mut self,
        populations: &Populations,
        period: Period,
        area: AreaCode,
        stratum: Stratum,
    ) -> (Denominator, IssueSet) {
        let known = populations.get(period, area, stratum).copied();
        let known = known.or_else(|| self.children(populations, period, area, stratum));
        let own = known.unwrap_or_else(|| {
            Population::absent(period, self.catalogue.dimensions.is_unknown(stratum))
        });
        (own.denominator, own.issues)
    }

    fn of(&mut self, period: Period, area: AreaCode) -> Option<Shares> {
        let (catalogue, editions) = (self.catalogue, &self.editions);
        *self.found.entry((period, area)).or_insert_with(|| {
            let year = edition_in_force(editions, period)?;
            let index = catalogue.areas.nation().overall_index();
            let key = (format!("{index}_{year}"), area);
            let children = catalogue.context.children_by_decile.get(&key)?;
            let all: f64 = children.iter().sum();
            (all > 0.0).then(|| (children.map(|n| n / all), year))
        })
    }
}
