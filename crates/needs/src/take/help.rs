//! Whether spend on help goes with children in need the year after.
//!
//! A record is an authority in a year: what it spent on help in the financial year for each child at the
//! mid-year within it, in units of £20, and the rate of its children in need per 10,000 on 31 March a year
//! after the financial year's end. Levels of authority and year, errors by authority
//! ([`disparity_stats::models::panel_model`]); beside it variations that ask what the answer hangs on.

use std::collections::BTreeMap;

use disparity_core::needs::Estimated;
use disparity_core::needs::take::{HelpAnswer, HelpModel, HelpQuestion, SpendOn};
use disparity_core::{
    AreaCode, Catalogue, CellKey, Cube, IndicatorId, Intervals, Levels, Period, Populations,
    Position, SpendGroup, Stratum,
};
use disparity_stats::models::{
    Coefficient, PanelOptions, PanelRecord, panel_model, panel_within_between,
};

use super::spend::{Prices, children, pounds_on};
use crate::NeedsError;
use crate::england::CIN;

/// Pounds for each child that an answer is for.
const UNIT: f64 = 20.0;
/// The name of the regressor.
const HELP: &str = "help";
/// The last financial year whose lines have their first wording.
const FIRST_WORDING: u16 = 2016;

/// What the question is asked of.
pub(super) struct Data<'a> {
    pub(super) cube: &'a Cube,
    pub(super) populations: &'a Populations,
    pub(super) catalogue: &'a Catalogue,
    /// The latest year that is looked at.
    pub(super) until: Period,
    pub(super) prices: Prices<'a>,
}

/// An authority in a year.
#[derive(Debug, Clone, Copy)]
struct Record {
    unit: usize,
    year: Period,
    /// Pounds on help, and children.
    pounds: f64,
    children: f64,
    /// Children in need per 10,000 a year after.
    after: Option<f64>,
    /// A year before.
    before: Option<f64>,
}

impl Record {
    fn per_child(&self) -> f64 {
        self.pounds / self.children
    }
}

impl Data<'_> {
    pub(super) fn question(&self, levels: Levels) -> Result<HelpQuestion, NeedsError> {
        let id = self
            .catalogue
            .indicators
            .id(CIN)
            .ok_or(NeedsError::NoCount)?;
        let (records, absent) = self.records(id);
        let england = of_england(&records);
        let last = records.iter().filter(|own| own.after.is_some());
        let last = last.map(|own| own.year).max().ok_or(NeedsError::NoSpend)?;
        let last_england = england.get(&last).copied().ok_or(NeedsError::NoSpend)?;
        let mut answers = Vec::new();
        for model in [
            HelpModel::Main,
            HelpModel::Deflated,
            HelpModel::Relative,
            HelpModel::Elasticity,
            HelpModel::FirstWording,
            HelpModel::SecondWording,
            HelpModel::Weighted,
            HelpModel::NeedBefore,
        ] {
            if model == HelpModel::Deflated && self.prices.year().is_none() {
                continue;
            }
            let used = records.iter().filter(|own| model.sees(own));
            let used: Vec<(Record, PanelRecord)> = used
                .filter_map(|own| Some((*own, self.placed(model, own, &england, last_england)?)))
                .collect();
            answers.extend(answer(model, &used, levels)?);
        }
        let main: Vec<(Record, PanelRecord)> = records
            .iter()
            .filter_map(|own| {
                let placed = self.placed(HelpModel::Main, own, &england, last_england)?;
                Some((*own, placed))
            })
            .collect();
        let same = both(&main, levels, &mut answers)?;
        let without = records
            .iter()
            .filter(|own| own.after.is_none() && own.year <= last);
        let first = main.iter().map(|(own, _)| own.year).min();
        let absent = absent
            .iter()
            .filter(|year| first.is_some_and(|first| first <= **year) && **year <= last);
        Ok(HelpQuestion {
            levels,
            answers,
            same_within_and_between: same,
            england: last_england,
            without: without.count() + absent.count(),
            prices: self.prices.year(),
        })
    }

    /// Authorities in years with spend and children, by authority and year, and the years of those without.
    fn records(&self, id: IndicatorId) -> (Vec<Record>, Vec<Period>) {
        let areas = &self.catalogue.areas;
        let (mut records, mut absent) = (Vec::new(), Vec::new());
        let mut units: BTreeMap<AreaCode, usize> = BTreeMap::new();
        for ((area, year), spend) in &self.catalogue.context.spend_by_service {
            let Some(year) = Period::ending(*year) else {
                continue;
            };
            if areas.get(*area).is_some_and(|area| area.tiny) {
                continue;
            }
            let pounds = pounds_on(spend, SpendOn::Group(SpendGroup::Help)).value();
            let children = children(self.populations, year, *area).value();
            let (Some(pounds), Some(children)) = (pounds, children.filter(|all| *all > 0.0)) else {
                absent.push(year);
                continue;
            };
            let next = units.len();
            records.push(Record {
                unit: *units.entry(*area).or_insert(next),
                year,
                pounds,
                children,
                after: Period::ending(year.year() + 1).and_then(|at| self.rate(id, at, *area)),
                before: year.earlier(1).and_then(|at| self.rate(id, at, *area)),
            });
        }
        (records, absent)
    }

    /// Children in need per 10,000 on the last day of a year.
    fn rate(&self, indicator: IndicatorId, period: Period, area: AreaCode) -> Option<f64> {
        if period > self.until {
            return None;
        }
        let key = CellKey {
            indicator,
            period,
            area,
            stratum: Stratum::TOTAL,
        };
        let count = self.cube.get(&key)?.numerator.value()?;
        let children = children(self.populations, period, area).value()?;
        (children > 0.0).then(|| 10_000.0 * f64::from(count) / children)
    }

    /// A record as a model has it; none where it has no place in it.
    fn placed(
        &self,
        model: HelpModel,
        own: &Record,
        england: &BTreeMap<Period, f64>,
        last_england: f64,
    ) -> Option<PanelRecord> {
        let rate = if model == HelpModel::NeedBefore {
            own.before?
        } else {
            own.after?
        };
        let (outcome, help) = match model {
            HelpModel::Deflated => (rate, own.per_child() * self.prices.factor(own.year)? / UNIT),
            HelpModel::Relative => {
                let relative = own.per_child() / england.get(&own.year)?;
                (rate, relative * last_england / UNIT)
            }
            HelpModel::Elasticity => {
                let positive = rate > 0.0 && own.pounds > 0.0;
                positive.then(|| (rate.ln(), own.per_child().ln()))?
            }
            _ => (rate, own.per_child() / UNIT),
        };
        Some(PanelRecord {
            unit: own.unit,
            period: usize::from(own.year.year()),
            outcome,
            regressors: vec![help],
            weight: if model == HelpModel::Weighted {
                own.children
            } else {
                1.0
            },
        })
    }
}

/// Which years a model looks at.
trait Sees {
    fn sees(self, record: &Record) -> bool;
}

impl Sees for HelpModel {
    fn sees(self, record: &Record) -> bool {
        let year = record.year.year();
        match self {
            Self::FirstWording => year <= FIRST_WORDING,
            Self::SecondWording => year > FIRST_WORDING,
            _ => true,
        }
    }
}

/// What authorities together spent on help for each child, by year.
fn of_england(records: &[Record]) -> BTreeMap<Period, f64> {
    let mut sums: BTreeMap<Period, (f64, f64)> = BTreeMap::new();
    for own in records {
        let sum = sums.entry(own.year).or_default();
        sum.0 += own.pounds;
        sum.1 += own.children;
    }
    sums.into_iter()
        .map(|(year, (pounds, children))| (year, pounds / children))
        .collect()
}

/// The answer of a model with levels of authorities and years; none where the years of a part are too few.
fn answer(
    model: HelpModel,
    used: &[(Record, PanelRecord)],
    levels: Levels,
) -> Result<Option<HelpAnswer>, NeedsError> {
    let Some(years) = years(used) else {
        return Ok(None);
    };
    if years.0 == years.1 {
        return Ok(None);
    }
    let records: Vec<PanelRecord> = used.iter().map(|(_, own)| own.clone()).collect();
    let fit = panel_model(&[HELP], &records, PanelOptions::default()).map_err(failed(model))?;
    let found = fit.coefficients.get(HELP).map_err(failed(model))?;
    let sizes = (fit.clusters, fit.records);
    told(model, &found, sizes, years, levels).map(Some)
}

/// Answers within and between authorities, and the probability that they are one.
fn both(
    used: &[(Record, PanelRecord)],
    levels: Levels,
    answers: &mut Vec<HelpAnswer>,
) -> Result<f64, NeedsError> {
    let years = years(used).ok_or(NeedsError::NoSpend)?;
    let records: Vec<PanelRecord> = used.iter().map(|(_, own)| own.clone()).collect();
    let within = HelpModel::Within;
    let fit = panel_within_between(&[HELP], &records, PanelOptions::default());
    let fit = fit.map_err(failed(within))?;
    for (model, name) in [
        (within, format!("{HELP} (within)")),
        (HelpModel::Between, format!("{HELP} (between)")),
    ] {
        let found = fit.coefficients.get(&name).map_err(failed(model))?;
        let sizes = (fit.clusters, fit.records);
        answers.push(told(model, &found, sizes, years, levels)?);
    }
    Ok(fit.same_within_and_between.p_value)
}

fn years(used: &[(Record, PanelRecord)]) -> Option<(Period, Period)> {
    let years = || used.iter().map(|(own, _)| own.year);
    Some((years().min()?, years().max()?))
}

fn told(
    model: HelpModel,
    found: &Coefficient,
    (authorities, records): (usize, usize),
    years: (Period, Period),
    levels: Levels,
) -> Result<HelpAnswer, NeedsError> {
    let intervals = Intervals::try_at(levels, |level| {
        found.interval(level).map(|own| own.interval)
    });
    let intervals = intervals.map_err(failed(model))?;
    Ok(HelpAnswer {
        model,
        effect: Estimated {
            value: found.estimate,
            intervals,
        },
        std_error: found.std_error,
        position: Position::of_difference(&intervals),
        authorities,
        records,
        years,
    })
}

fn failed(model: HelpModel) -> impl Fn(disparity_stats::Error) -> NeedsError {
    move |source| NeedsError::Panel {
        model: model.as_str(),
        source,
    }
}
