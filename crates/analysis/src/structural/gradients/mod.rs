//! How rates go with the deprivation of children's neighbourhoods: counted in each decile where the
//! input has it, and otherwise found from the totals of authorities, with a warning.

mod direct;

use disparity_core::{
    AreaCode, Cell, CellKey, GeographicLevel, Gradient, GradientFigure, GradientMethod,
    IndicatorId, IssueCode, IssueSet, Levels, Period, Reported, Stratum, Symbol,
};
use disparity_stats::models::{
    DecileArea, LogLinearDeciles, MonotoneDeciles, Resampling, Scatter, decile_rates_log_linear,
    decile_rates_monotone,
};
use disparity_stats::{Estimate, Interval, Level, Result};

use super::covariates::{Covariates, Edition};
use super::fit::joined;
use crate::Input;
use crate::rank::{SEED, draws};

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
    fn levels(self) -> Levels {
        self.input.plan.levels
    }

    fn key(self, area: AreaCode, stratum: Stratum) -> CellKey {
        CellKey {
            indicator: self.indicator,
            period: self.period,
            area,
            stratum,
        }
    }

    fn cell(self, area: AreaCode, stratum: Stratum) -> Option<&'a Cell> {
        self.input.cube.get(&self.key(area, stratum))
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

    /// The nation's gradient from the totals of authorities and their children by decile.
    fn ecological(self, latest: bool) -> Vec<Gradient> {
        let areas = self.authorities();
        let levels = self.levels();
        let log_linear =
            |level: &Level| decile_rates_log_linear(&areas, Scatter::Estimated, *level);
        let resampling = Resampling {
            seed: SEED,
            repetitions: draws(levels.last(), REDRAWN),
            scatter: Scatter::Estimated,
        };
        let monotone = || {
            let first = decile_rates_monotone(&areas, resampling, levels.first())?;
            let at = |level: &Level| first.at(*level);
            levels.as_slice().iter().map(at).collect::<Result<Vec<_>>>()
        };
        let mut rows = Vec::new();
        let found = GradientMethod::EcologicalLogLinear;
        let fits: Result<Vec<LogLinearDeciles>> =
            levels.as_slice().iter().map(log_linear).collect();
        match fits {
            Ok(fits) => rows.extend(self.log_linear(found, &fits)),
            _ if areas.is_empty() => {}
            _ => {
                let refused = IssueSet::EMPTY.with(IssueCode::ModelRefused);
                rows.push(Gradient {
                    issues: refused,
                    ..self.row(
                        self.input.nation().code(),
                        found,
                        GradientFigure::RatioMostToLeast,
                    )
                });
            }
        }
        if latest && let Ok(fits) = monotone() {
            rows.extend(self.monotone(&fits));
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
                let key = (
                    format!("{}_{year}", input.nation().overall_index()),
                    area.code,
                );
                let by_decile = input.catalogue.context.children_by_decile.get(&key)?;
                let sum: f64 = by_decile.iter().sum();
                (sum > 0.0).then(|| DecileArea {
                    count,
                    children: by_decile.map(|children| children / sum * all),
                })
            })
            .collect()
    }

    /// The figures of the same fit at every level.
    fn log_linear(self, found: GradientMethod, fits: &[LogLinearDeciles]) -> Vec<Gradient> {
        let method = "decile_rates_log_linear";
        let figure = |figure, pick: fn(&LogLinearDeciles) -> Estimate| Gradient {
            value: joined(method, fits.iter().map(pick)),
            ..self.row(self.input.nation().code(), found, figure)
        };
        let mut rows = vec![
            figure(GradientFigure::RatioPerDecile, |fit| fit.ratio_per_decile),
            figure(GradientFigure::RatioMostToLeast, |fit| {
                fit.ratio_most_to_least
            }),
        ];
        let rates = fits.first().into_iter().flat_map(|fit| fit.rates.iter());
        rows.extend(rates.zip(0..).filter_map(|(rate, place)| {
            let decile = u8::try_from(rate.decile).ok()?;
            Some(Gradient {
                value: joined(method, fits.iter().map(|fit| fit.rates[place].rate)),
                ..self.row(
                    self.input.nation().code(),
                    found,
                    GradientFigure::Rate(decile),
                )
            })
        }));
        rows
    }

    /// The figures of the same fit at every level.
    fn monotone(self, fits: &[MonotoneDeciles]) -> Vec<Gradient> {
        let method = "decile_rates_monotone";
        let found = GradientMethod::EcologicalMonotone;
        let rates = fits.first().into_iter().flat_map(|fit| fit.rates.iter());
        let mut rows: Vec<Gradient> = rates
            .zip(0..)
            .filter_map(|(rate, place)| {
                let decile = u8::try_from(rate.decile).ok()?;
                Some(Gradient {
                    value: joined(method, fits.iter().map(|fit| fit.rates[place].rate)),
                    ..self.row(
                        self.input.nation().code(),
                        found,
                        GradientFigure::Rate(decile),
                    )
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
        let found_at_all: Option<Vec<Estimate>> = fits.iter().map(open).collect();
        let ratio = found_at_all.map_or(Reported::Symbol(Symbol::Unreliable), |found| {
            joined(method, found.into_iter())
        });
        rows.push(Gradient {
            value: ratio,
            ..self.row(
                self.input.nation().code(),
                found,
                GradientFigure::RatioMostToLeast,
            )
        });
        rows
    }
}
