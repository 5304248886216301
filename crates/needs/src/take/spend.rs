//! Spend for each child by what it is on, beside neighbours, region and England.

use std::collections::BTreeMap;

use disparity_core::needs::Need;
use disparity_core::needs::take::{COSTED, Served, SpendOn, SpendRow, SpendWhom, TakeAssumptions};
use disparity_core::{
    AreaCode, Catalogue, GeographicLevel, Period, Populations, Reported, ServiceSpend, SpendGroup,
    Stratum, Symbol,
};

use crate::NeedsError;
use crate::known::Known;

/// In whose prices spend is.
#[derive(Clone, Copy)]
pub(super) struct Prices<'a>(Option<(Period, f64, &'a BTreeMap<Period, f64>)>);

impl<'a> Prices<'a> {
    /// Those of each year, or of one year if there is an index.
    pub(super) fn of(assumptions: &'a TakeAssumptions) -> Result<Self, NeedsError> {
        let index = &assumptions.deflator;
        if index.is_empty() {
            return Ok(Self(None));
        }
        let year = assumptions.price_year.ok_or(NeedsError::NoPriceYear)?;
        let own = index.get(&year).ok_or(NeedsError::Deflator { year })?;
        Ok(Self(Some((year, *own, index))))
    }

    /// The year whose prices they are.
    pub(super) fn year(self) -> Option<Period> {
        self.0.map(|(year, _, _)| year)
    }

    /// What pounds of a year are multiplied by; none where the index does not have the year.
    pub(super) fn factor(self, year: Period) -> Option<f64> {
        match self.0 {
            None => Some(1.0),
            Some((_, own, index)) => Some(own / index.get(&year)?),
        }
    }
}

/// What an authority spent on something in a year.
pub(super) fn pounds_on(spend: &ServiceSpend, on: SpendOn) -> Reported<f64> {
    let pounds = match on {
        SpendOn::Group(group) => spend.of(group),
        SpendOn::All => spend.all,
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "all that England spends is far below 2 to the power of 53"
    )]
    pounds.map(|pounds| pounds as f64)
}

/// Children aged 0 to 17 at the mid-year within a financial year.
pub(super) fn children(populations: &Populations, year: Period, area: AreaCode) -> Reported<f64> {
    populations
        .get(year, area, Stratum::TOTAL)
        .map_or(Reported::Symbol(Symbol::NotAvailable), |own| {
            own.denominator.value
        })
}

/// What spend is read from.
pub(super) struct Spending<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) populations: &'a Populations,
    pub(super) authority: AreaCode,
    pub(super) neighbours: &'a [AreaCode],
    pub(super) prices: Prices<'a>,
}

/// Pounds and children of some authorities together.
#[derive(Default)]
struct Sum {
    pounds: f64,
    pounds_of: u16,
    per_child: (f64, f64),
    per_child_of: u16,
    without: u16,
}

impl Spending<'_> {
    /// Every year that anybody's spend is held for, sorted by year, what on, and whose.
    pub(super) fn rows(&self) -> Vec<SpendRow> {
        let held = &self.catalogue.context.spend_by_service;
        let mut years: Vec<Period> = held
            .keys()
            .filter_map(|(_, year)| Period::ending(*year))
            .collect();
        years.sort_unstable();
        years.dedup();
        let each = years
            .into_iter()
            .flat_map(|year| SpendOn::ALL.into_iter().map(move |on| (year, on)));
        each.flat_map(|(year, on)| SpendWhom::ALL.map(|whose| self.row(year, on, whose)))
            .collect()
    }

    fn row(&self, year: Period, on: SpendOn, whose: SpendWhom) -> SpendRow {
        match whose {
            SpendWhom::Authority => {
                let per_child = self.per_child(year, on, self.authority);
                SpendRow {
                    year,
                    on,
                    whose,
                    pounds: self.pounds(year, on, self.authority),
                    per_child,
                    authorities: u16::from(per_child.is_value()),
                    without: u16::from(!per_child.is_value()),
                }
            }
            SpendWhom::NeighbourMedian => self.median(year, on),
            SpendWhom::Region => {
                let areas = &self.catalogue.areas;
                let region = areas.get(self.authority).and_then(|own| own.region);
                let own = |area: AreaCode| {
                    region.is_some() && areas.get(area).and_then(|area| area.region) == region
                };
                self.sum(year, on, whose, own)
            }
            SpendWhom::England => self.sum(year, on, whose, |_| true),
        }
    }

    /// What an authority spent, in pounds of the year.
    fn pounds(&self, year: Period, on: SpendOn, area: AreaCode) -> Reported<f64> {
        let held = &self.catalogue.context.spend_by_service;
        match held.get(&(area, year.year())) {
            Some(spend) => pounds_on(spend, on),
            None if self.catalogue.areas.exists_at(area, year) => {
                Reported::Symbol(Symbol::NotAvailable)
            }
            // There was no such authority.
            None => Reported::Symbol(Symbol::NotApplicable),
        }
    }

    /// The same for each child, in the prices asked for.
    fn per_child(&self, year: Period, on: SpendOn, area: AreaCode) -> Reported<f64> {
        let factor = self
            .prices
            .factor(year)
            .map_or(Reported::Symbol(Symbol::NotAvailable), Reported::Value);
        // That there was no such authority is said before that its children are not known.
        self.pounds(year, on, area).and_then(|pounds| {
            children(self.populations, year, area)
                .zip(factor)
                .and_then(|(children, factor)| {
                    if children > 0.0 {
                        Reported::Value(pounds * factor / children)
                    } else {
                        Reported::Symbol(Symbol::NotApplicable)
                    }
                })
        })
    }

    fn median(&self, year: Period, on: SpendOn) -> SpendRow {
        let own = self.neighbours.iter();
        let all: Vec<Reported<f64>> = own.map(|area| self.per_child(year, on, *area)).collect();
        let known: Vec<f64> = all.iter().filter_map(|own| own.value()).collect();
        // One that did not exist is not missing.
        let missing = all
            .iter()
            .filter(|own| own.symbol().is_some_and(|why| why != Symbol::NotApplicable));
        SpendRow {
            year,
            on,
            whose: SpendWhom::NeighbourMedian,
            pounds: Reported::Symbol(Symbol::NotApplicable),
            per_child: disparity_stats::median(&known)
                .map_or(Reported::Symbol(Symbol::NotAvailable), Reported::Value),
            authorities: number(known.len()),
            without: number(missing.count()),
        }
    }

    fn sum(
        &self,
        year: Period,
        on: SpendOn,
        whose: SpendWhom,
        own: impl Fn(AreaCode) -> bool,
    ) -> SpendRow {
        let areas = &self.catalogue.areas;
        let authorities = areas.entities().filter(|area| {
            area.level == GeographicLevel::LocalAuthority
                && areas.exists_at(area.code, year)
                && own(area.code)
        });
        let mut sum = Sum::default();
        let factor = self.prices.factor(year);
        for area in authorities {
            let pounds = self.pounds(year, on, area.code).value();
            let children = children(self.populations, year, area.code).value();
            if let Some(pounds) = pounds {
                sum.pounds += pounds;
                sum.pounds_of += 1;
            } else {
                sum.without += 1;
            }
            if let (Some(pounds), Some(children), Some(factor)) = (pounds, children, factor) {
                sum.per_child.0 += pounds * factor;
                sum.per_child.1 += children;
                sum.per_child_of += 1;
            }
        }
        let unavailable = Reported::Symbol(Symbol::NotAvailable);
        let given = |of: u16, value: f64| {
            if of > 0 {
                Reported::Value(value)
            } else {
                unavailable
            }
        };
        SpendRow {
            year,
            on,
            whose,
            pounds: given(sum.pounds_of, sum.pounds),
            per_child: given(sum.per_child_of, sum.per_child.0 / sum.per_child.1),
            authorities: sum.pounds_of,
            without: sum.without,
        }
    }

    /// What statements come to for each child served, in the latest year that has both.
    pub(super) fn served(&self, known: Known<'_>) -> Vec<Served> {
        let mut all = Vec::new();
        for (indicator, _) in COSTED {
            let Some(id) = known.indicator(indicator) else {
                continue;
            };
            let on = if indicator == COSTED[1].0 {
                SpendOn::Group(SpendGroup::ChildrenLookedAfter)
            } else {
                SpendOn::All
            };
            let held = self.catalogue.context.spend_by_service.keys();
            let latest = held
                .filter_map(|(_, year)| Period::ending(*year))
                .filter(|year| *year <= known.period)
                .max();
            let Some(year) = latest else { continue };
            let of = |area: AreaCode| {
                let count = known.counted(id, year, area).map(f64::from);
                self.pounds(year, on, area).zip(count)
            };
            let each = |(pounds, count): (f64, f64)| {
                if count > 0.0 {
                    Reported::Value(pounds / count)
                } else {
                    Reported::Symbol(Symbol::NotApplicable)
                }
            };
            let entities = self.catalogue.areas.entities();
            let (pounds, count) = entities
                .filter(|area| area.level == GeographicLevel::LocalAuthority)
                .filter_map(|area| of(area.code).value())
                .fold((0.0, 0.0), |sum, own| (sum.0 + own.0, sum.1 + own.1));
            let served = |whose, pounds| Served {
                need: Need::Indicator(id),
                whose,
                year,
                pounds,
            };
            all.push(served(
                SpendWhom::Authority,
                of(self.authority).and_then(each),
            ));
            all.push(served(SpendWhom::England, each((pounds, count))));
        }
        all
    }
}

fn number(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
