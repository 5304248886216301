//! What published figures say of England and of an authority for a need.

use disparity_core::neighbourhoods::{CHILD_AGE_BANDS, RESIDENT_GROUPS};
use disparity_core::{
    AreaCode, Catalogue, CellKey, Count, Cube, Dimension, Expected, FitKey, GradientFigure,
    GradientMethod, IndicatorId, Period, Populations, Reported, Results, Span, Stratum,
    StructuralModel, Symbol, Term, Variation,
};
use disparity_stats::Level;

/// Where published figures are.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) cube: &'a Cube,
    pub(crate) populations: &'a Populations,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) results: &'a Results,
    /// The year of the assessment: nothing later is looked at.
    pub(crate) period: Period,
}

/// A split of England's count, and the year that it is of.
pub(crate) type Split = ([f64; 5], Period);

impl Known<'_> {
    /// A published count.
    pub(crate) fn count(
        self,
        indicator: IndicatorId,
        period: Period,
        area: AreaCode,
        stratum: Stratum,
    ) -> Option<Reported<Count>> {
        let key = CellKey {
            indicator,
            period,
            area,
            stratum,
        };
        Some(self.cube.get(&key)?.numerator)
    }

    /// England's latest count, and its year.
    pub(crate) fn england(self, indicator: IndicatorId) -> Option<(f64, Period)> {
        let count = |period| {
            let count = self.count(indicator, period, AreaCode::ENGLAND, Stratum::TOTAL)?;
            Some((f64::from(count.value()?), period))
        };
        self.years().find_map(count)
    }

    /// This year and those before it.
    fn years(self) -> impl Iterator<Item = Period> {
        (0..40).map_while(move |back| self.period.earlier(back))
    }

    /// England's latest count by age, in the order of [`CHILD_AGE_BANDS`].
    pub(crate) fn ages(self, indicator: IndicatorId) -> Option<Split> {
        self.split(indicator, Dimension::AgeBand, CHILD_AGE_BANDS)
    }

    /// England's latest count by broad ethnic group, in the order of [`RESIDENT_GROUPS`].
    pub(crate) fn groups(self, indicator: IndicatorId) -> Option<Split> {
        self.split(indicator, Dimension::EthnicityMajor, RESIDENT_GROUPS)
    }

    /// A split of an earlier year is of the children of that year, so its rates are taken, not its shares.
    fn split(
        self,
        indicator: IndicatorId,
        dimension: Dimension,
        codes: [&str; 5],
    ) -> Option<Split> {
        let strata = codes.map(|code| self.catalogue.dimensions.stratum(dimension, code));
        let of = |stratum: Option<Stratum>, period: Period| {
            let stratum = stratum?;
            let count = self.count(indicator, period, AreaCode::ENGLAND, stratum)?;
            let count = f64::from(count.value()?);
            if period == self.period {
                return Some(count);
            }
            let children = |period| {
                let found = self.populations.get(period, AreaCode::ENGLAND, stratum)?;
                found.denominator.value.value().filter(|of| *of > 0.0)
            };
            let (now, then) = (children(self.period)?, children(period)?);
            Some(count * now / then)
        };
        self.years().find_map(|period| {
            let [a, b, c, d, e] = strata.map(|stratum| of(stratum, period));
            Some(([a?, b?, c?, d?, e?], period))
        })
    }

    /// The logarithm of England's ratio per decile in the latest year that has one, and its standard error.
    pub(crate) fn gradient(self, indicator: IndicatorId) -> Option<(f64, f64)> {
        let rows = self.results.gradients.iter().filter(|row| {
            row.indicator == indicator
                && row.area == AreaCode::ENGLAND
                && row.found == GradientMethod::EcologicalLogLinear
                && row.figure == GradientFigure::RatioPerDecile
                && row.period <= self.period
        });
        let latest = rows.max_by_key(|row| row.period)?;
        let ratio = latest.value.value()?;
        let error = log_error(ratio.intervals.shown(), self.level())?;
        Some((ratio.value.ln(), error))
    }

    fn level(self) -> Level {
        self.results.levels.first()
    }

    /// The standard deviation between authorities that the full model leaves, in the latest year.
    pub(crate) fn sigma(self, indicator: IndicatorId) -> Option<f64> {
        let of = |period| {
            let key = FitKey {
                indicator,
                span: Span::year(period),
                model: StructuralModel::Full,
                variation: Variation::Main,
            };
            let fit = self.results.fits.iter().find(|fit| fit.key == key)?;
            let (_, sigma) = fit.terms.iter().find(|(term, _)| *term == Term::Sigma)?;
            sigma.value().map(|sigma| sigma.value)
        };
        self.years().find_map(of)
    }

    /// What is quoted as expected of an authority in the latest single year, and the standard error of its
    /// logarithm.
    pub(crate) fn expected(self, indicator: IndicatorId, area: AreaCode) -> Reported<(f64, f64)> {
        let background = &self.results.background.expected;
        let rows = self.results.expected.iter().chain(background);
        let latest = rows
            .filter(|row| {
                row.indicator == indicator
                    && row.area == area
                    && row.quoted
                    && !row.span.is_pooled()
                    && row.span.last <= self.period
            })
            .max_by_key(|row: &&Expected| row.span.last);
        let Some(latest) = latest else {
            return Reported::Symbol(Symbol::NotAvailable);
        };
        latest.outcome.and_then(|found| {
            let error = match found.intervals {
                Reported::Value(own) => match log_error(own.shown(), self.level()) {
                    Some(error) => Reported::Value(error),
                    None => Reported::Symbol(Symbol::NotAvailable),
                },
                // England's rates are taken as they were counted.
                Reported::Symbol(Symbol::NotApplicable) => Reported::Value(0.0),
                Reported::Symbol(symbol) => Reported::Symbol(symbol),
            };
            error.map(|error| (found.expected, error))
        })
    }

    /// What an authority counted in a year.
    pub(crate) fn counted(
        self,
        indicator: IndicatorId,
        period: Period,
        area: AreaCode,
    ) -> Reported<Count> {
        self.count(indicator, period, area, Stratum::TOTAL)
            .unwrap_or(Reported::Symbol(Symbol::NotAvailable))
    }

    /// The indicators that needs are made of.
    pub(crate) fn indicator(self, name: &str) -> Option<IndicatorId> {
        self.catalogue.indicators.id(name)
    }
}

/// The standard error of a logarithm from the limits of the figure.
fn log_error(interval: disparity_core::Interval, level: Level) -> Option<f64> {
    let error = (interval.high / interval.low).ln() / (2.0 * level.z());
    error.is_finite().then_some(error)
}
