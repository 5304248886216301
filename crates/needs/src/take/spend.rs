//! Spend for each child by what it is on, beside neighbours, region and England.

use std::collections::{BTreeMap, BTreeSet};

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

/// An authority of a year, with what is known of it.
struct Here<'a> {
    in_region: bool,
    spend: Option<&'a ServiceSpend>,
    children: Option<f64>,
}

impl Spending<'_> {
    /// Every year that anybody's spend is held for, sorted by year, what on, and whose.
    pub(super) fn rows(&self) -> Vec<SpendRow> {
        let held = &self.catalogue.context.spend_by_service;
        let years: BTreeSet<u16> = held.keys().map(|(_, year)| *year).collect();
        let years = years.into_iter().filter_map(Period::ending);
        years.flat_map(|year| self.of_year(year)).collect()
    }

    fn of_year(&self, year: Period) -> Vec<SpendRow> {
        let here = self.here(year);
        let rows = SpendOn::ALL.into_iter().flat_map(|on| {
            let of_region = here.iter().filter(|own| own.in_region);
            [
                self.own(year, on),
                self.median(year, on),
                self.sum(year, on, SpendWhom::Region, of_region),
                self.sum(year, on, SpendWhom::England, here.iter()),
            ]
        });
        rows.collect()
    }

    /// The authorities that there were.
    fn here(&self, year: Period) -> Vec<Here<'_>> {
        let areas = &self.catalogue.areas;
        let region = areas.get(self.authority).and_then(|own| own.region);
        let authorities = areas.entities().filter(|area| {
            area.level == GeographicLevel::LocalAuthority && areas.exists_at(area.code, year)
        });
        let held = &self.catalogue.context.spend_by_service;
        authorities
            .map(|area| Here {
                in_region: region.is_some() && area.region == region,
                spend: held.get(&(area.code, year.year())),
                children: children(self.populations, year, area.code).value(),
            })
            .collect()
    }

    fn own(&self, year: Period, on: SpendOn) -> SpendRow {
        let per_child = self.per_child(year, on, self.authority);
        SpendRow {
            year,
            on,
            whose: SpendWhom::Authority,
            pounds: self.pounds(year, on, self.authority),
            per_child,
            authorities: u16::from(per_child.is_value()),
            without: u16::from(!per_child.is_value()),
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

    /// Authorities together: those that have no figure are in neither the money nor the children.
    fn sum<'a>(
        &self,
        year: Period,
        on: SpendOn,
        whose: SpendWhom,
        authorities: impl Iterator<Item = &'a Here<'a>>,
    ) -> SpendRow {
        let factor = self.prices.factor(year);
        let (mut pounds, mut with, mut without) = (0.0, 0, 0);
        let (mut over, mut children) = (0.0, 0.0);
        for own in authorities {
            let Some(spent) = own.spend.and_then(|spend| pounds_on(spend, on).value()) else {
                without += 1;
                continue;
            };
            pounds += spent;
            with += 1;
            if let (Some(own), Some(factor)) = (own.children, factor) {
                over += spent * factor;
                children += own;
            }
        }
        let given = |known: bool, value: f64| {
            if known {
                Reported::Value(value)
            } else {
                Reported::Symbol(Symbol::NotAvailable)
            }
        };
        SpendRow {
            year,
            on,
            whose,
            pounds: given(with > 0, pounds),
            per_child: given(children > 0.0, over / children),
            authorities: with,
            without,
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
