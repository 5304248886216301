//! How rates go with the deprivation of children's neighbourhoods: counted in each decile where the
//! input has it, and otherwise found from the totals of authorities, with a warning.

use disparity_core::{
    AreaCode, Cell, CellKey, Dimension, GeographicLevel, Gradient, GradientFigure, GradientMethod,
    IndicatorId, IssueCode, IssueSet, Measured, Period, Reported, Stratum, Symbol, Unit,
};
use disparity_stats::models::{
    DECILES, DecileArea, LogLinearDeciles, MonotoneDeciles, Resampling, Scatter,
    decile_rates_log_linear, decile_rates_monotone,
};
use disparity_stats::{
    Error, Estimate, Interval, Level, RelativeIndex, Result, SlopeIndex, SlopeScale, Subgroup,
    slope_index,
};

use super::covariates::{Covariates, Edition};
use super::fit::{both, pair};
use crate::rank::SEED;
use crate::{Input, measure};

/// How often authorities are drawn again behind the intervals of the monotone form: one draw lies
/// beyond either limit of the wider ones.
const REDRAWN: u32 = 1_000;

/// The gradients of one indicator and year, sorted by area, method and figure. The monotone form,
/// which takes thousands of fits, is found for the latest year alone.
pub(super) fn gradients(
    input: Input<'_>,
    indicator: IndicatorId,
    period: Period,
    latest: bool,
) -> Vec<Gradient> {
    if !input.plan.wants_period(period) {
        return Vec::new();
    }
    let about = About {
        input,
        indicator,
        period,
    };
    let mut rows = about.ecological(latest);
    rows.extend(about.direct());
    rows.sort_by_key(|row| (row.area, row.found, row.figure));
    rows
}

#[derive(Clone, Copy)]
struct About<'a> {
    input: Input<'a>,
    indicator: IndicatorId,
    period: Period,
}

impl<'a> About<'a> {
    fn cell(self, area: AreaCode, stratum: Stratum) -> Option<&'a Cell> {
        self.input.cube.get(&CellKey {
            indicator: self.indicator,
            period: self.period,
            area,
            stratum,
        })
    }

    fn row(self, area: AreaCode, found: GradientMethod, figure: GradientFigure) -> Gradient {
        Gradient {
            indicator: self.indicator,
            period: self.period,
            area,
            found,
            figure,
            count: Reported::Symbol(Symbol::NotApplicable),
            children: Reported::Symbol(Symbol::NotApplicable),
            value: Reported::Symbol(Symbol::NotApplicable),
            issues: IssueSet::EMPTY,
        }
    }

    /// England's gradient from the totals of authorities and their children by decile.
    fn ecological(self, latest: bool) -> Vec<Gradient> {
        let areas = self.authorities();
        let log_linear = |level| decile_rates_log_linear(&areas, Scatter::Estimated, level);
        let resampling = Resampling {
            seed: SEED,
            repetitions: REDRAWN,
            scatter: Scatter::Estimated,
        };
        let monotone = || {
            let p95 = decile_rates_monotone(&areas, resampling, Level::P95)?;
            let p998 = p95.at(Level::P998)?;
            Ok::<_, Error>((p95, p998))
        };
        let mut rows = Vec::new();
        let found = GradientMethod::EcologicalLogLinear;
        match (log_linear(Level::P95), log_linear(Level::P998)) {
            (Ok(p95), Ok(p998)) => rows.extend(self.log_linear(found, &p95, &p998)),
            _ if areas.is_empty() => {}
            _ => {
                let refused = IssueSet::EMPTY.with(IssueCode::ModelRefused);
                rows.push(Gradient {
                    issues: refused,
                    ..self.row(AreaCode::ENGLAND, found, GradientFigure::RatioMostToLeast)
                });
            }
        }
        if latest && let Ok((p95, p998)) = monotone() {
            rows.extend(self.monotone(&p95, &p998));
        }
        for row in &mut rows {
            row.issues = row.issues.with(IssueCode::Ecological);
            if let GradientFigure::Rate(decile) = row.figure {
                let place = usize::from(decile) - 1;
                row.children = Reported::Value(areas.iter().map(|area| area.children[place]).sum());
            }
        }
        rows
    }

    /// Every authority's total with its children by decile. Children by decile are of the year of the
    /// index; their shares are applied to the children of the period.
    fn authorities(self) -> Vec<DecileArea> {
        let input = self.input;
        let covariates = Covariates::new(input);
        let Some(year) = covariates.index_year(self.period, Edition::InForce) else {
            return Vec::new();
        };
        let areas = &input.catalogue.areas;
        areas
            .entities()
            .filter(|area| area.level == GeographicLevel::LocalAuthority)
            .filter_map(|area| {
                let cell = self.cell(area.code, Stratum::TOTAL)?;
                let count = f64::from(cell.numerator.value()?);
                let all = cell.denominator.value.value()?;
                let key = (format!("imd_{year}"), area.code);
                let by_decile = input.catalogue.context.children_by_decile.get(&key)?;
                let sum: f64 = by_decile.iter().sum();
                (sum > 0.0).then(|| DecileArea {
                    count,
                    children: by_decile.map(|children| children / sum * all),
                })
            })
            .collect()
    }

    fn log_linear(
        self,
        found: GradientMethod,
        p95: &LogLinearDeciles,
        p998: &LogLinearDeciles,
    ) -> Vec<Gradient> {
        let method = "decile_rates_log_linear";
        let figure = |figure, pick: fn(&LogLinearDeciles) -> Estimate| Gradient {
            value: pair(method, pick(p95), pick(p998)),
            ..self.row(AreaCode::ENGLAND, found, figure)
        };
        let mut rows = vec![
            figure(GradientFigure::RatioPerDecile, |fit| fit.ratio_per_decile),
            figure(GradientFigure::RatioMostToLeast, |fit| {
                fit.ratio_most_to_least
            }),
        ];
        let rates = p95.rates.iter().zip(&p998.rates);
        rows.extend(rates.filter_map(|(p95, p998)| {
            let decile = u8::try_from(p95.decile).ok()?;
            Some(Gradient {
                value: pair(method, p95.rate, p998.rate),
                ..self.row(AreaCode::ENGLAND, found, GradientFigure::Rate(decile))
            })
        }));
        rows
    }

    fn monotone(self, p95: &MonotoneDeciles, p998: &MonotoneDeciles) -> Vec<Gradient> {
        let method = "decile_rates_monotone";
        let found = GradientMethod::EcologicalMonotone;
        let rates = p95.rates.iter().zip(&p998.rates);
        let mut rows: Vec<Gradient> = rates
            .filter_map(|(p95, p998)| {
                let decile = u8::try_from(p95.decile).ok()?;
                Some(Gradient {
                    value: pair(method, p95.rate, p998.rate),
                    ..self.row(AreaCode::ENGLAND, found, GradientFigure::Rate(decile))
                })
            })
            .collect();
        let open = |fit: &MonotoneDeciles| {
            let ratio = fit.ratio_most_to_least;
            let (value, low, high) = (ratio.value?, ratio.low?, ratio.high?);
            let interval = Interval { low, high };
            Some(Estimate { value, interval })
        };
        // A ratio whose interval has no end, because the rate below the line may be 0, is no figure.
        let ratio = match (open(p95), open(p998)) {
            (Some(p95), Some(p998)) => pair(method, p95, p998),
            _ => Reported::Symbol(Symbol::Unreliable),
        };
        rows.push(Gradient {
            value: ratio,
            ..self.row(AreaCode::ENGLAND, found, GradientFigure::RatioMostToLeast)
        });
        rows
    }

    /// The gradient of every area whose deciles were counted.
    fn direct(self) -> Vec<Gradient> {
        let cells = self.input.cube.indicator(self.indicator);
        let mut areas: Vec<AreaCode> = cells
            .iter()
            .filter(|cell| cell.key.period == self.period && cell.key.stratum == decile(self, 1))
            .map(|cell| cell.key.area)
            .collect();
        areas.sort_unstable();
        areas.dedup();
        areas
            .into_iter()
            .flat_map(|area| self.counted(area))
            .collect()
    }

    fn counted(self, area: AreaCode) -> Vec<Gradient> {
        let found = GradientMethod::Direct;
        let unit = self.input.catalogue.indicators.get(self.indicator).unit();
        let mut rows = Vec::new();
        let mut known: Vec<(f64, f64)> = Vec::new();
        for number in 1..=10 {
            let figure = GradientFigure::Rate(number);
            let mut row = self.row(area, found, figure);
            if let Some(cell) = self.cell(area, decile(self, number)) {
                row.count = cell.numerator;
                row.children = cell.denominator.value;
                row.issues = cell.issues;
                let counted = cell.numerator.zip(cell.denominator.value);
                row.value = counted.and_then(|(count, children)| match unit {
                    Unit::Per10k => measure::rate(f64::from(count), children),
                    Unit::Proportion => measure::proportion(f64::from(count), children),
                });
                known.extend(counted.value().map(|(n, of)| (f64::from(n), of)));
            }
            rows.push(row);
        }
        let figure = |figure, value| Gradient {
            value,
            ..self.row(area, found, figure)
        };
        if known.len() == DECILES {
            let ratio = measure::ratio((known[0], known[DECILES - 1]), unit);
            rows.push(figure(GradientFigure::RatioMostToLeast, ratio));
            rows.push(figure(GradientFigure::RatioPerDecile, per_decile(&known)));
            let index = |level| slope(&known, unit, level);
            let absolute = both("slope_index", |level| index(level).map(|found| found.slope));
            let relative = both("slope_index", |level| {
                let relative = index(level)?.relative;
                relative
                    .and_then(RelativeIndex::closed)
                    .ok_or(Error::Undefined {
                        what: "the relative index",
                        why: "the line meets 0",
                    })
            });
            rows.push(figure(GradientFigure::SlopeIndex, absolute));
            rows.push(figure(GradientFigure::RelativeIndex, relative));
        }
        rows
    }
}

/// The stratum of one decile.
fn decile(about: About<'_>, number: u8) -> Stratum {
    let list = about
        .input
        .catalogue
        .dimensions
        .list(Dimension::DeprivationDecile);
    list.id(&number.to_string()).map_or(Stratum::TOTAL, |id| {
        Stratum::TOTAL.with(Dimension::DeprivationDecile, id)
    })
}

/// The factor from a decile to the next more deprived one, each decile being its own area.
fn per_decile(known: &[(f64, f64)]) -> Reported<Measured> {
    let areas: Vec<DecileArea> = known
        .iter()
        .enumerate()
        .map(|(place, (count, of))| {
            let mut children = [0.0; DECILES];
            children[place] = *of;
            DecileArea {
                count: *count,
                children,
            }
        })
        .collect();
    both("decile_rates_log_linear", |level| {
        decile_rates_log_linear(&areas, Scatter::Estimated, level).map(|fit| fit.ratio_per_decile)
    })
}

/// The slope index of deciles from the least to the most deprived.
fn slope(known: &[(f64, f64)], unit: Unit, level: Level) -> Result<SlopeIndex> {
    let groups: Vec<Subgroup> = known
        .iter()
        .map(|(count, of)| match unit {
            Unit::Per10k => Subgroup::from_count(*count, *of),
            Unit::Proportion => Subgroup::from_proportion(*count, *of),
        })
        .collect::<Result<_>>()?;
    slope_index(&groups, SlopeScale::Identity, level)?.reversed()
}
