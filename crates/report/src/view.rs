//! Finding figures in a release.

use std::collections::BTreeSet;

use disparity_core::neighbourhoods::Boundaries;
use disparity_core::{
    Area, AreaCode, Catalogue, CellKey, Comparator, Contrast, Effect, Estimate, Expected,
    ExpectedModel, Fifth, Fit, FitKey, GeographicLevel, Gradient, GradientFigure, Indicator,
    IndicatorId, Levels, Measure, Measured, Nation, Period, Plan, Provenance, Reported, Results,
    Span, Stratum, StructuralModel, Symbol, Variation,
};
use disparity_disclosure::{Policy, Release};

/// Whether the children behind results were invented.
#[must_use]
pub const fn is_synthetic(provenance: Provenance) -> bool {
    matches!(provenance, Provenance::Records { synthetic: true })
}

/// Where an authority stands in a chart: one of all, one that was chosen, or one of those around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No authority was chosen.
    Alike,
    /// It was chosen.
    Chosen,
    /// Others were.
    Background,
}

/// What every drawing of a release says of itself: that its children are invented, that nothing of them is
/// withheld, both or neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Watermark(Option<String>);

impl Watermark {
    /// Only a release knows what its drawings must say.
    fn new(statements: &[String]) -> Self {
        Self((!statements.is_empty()).then(|| statements.join(" · ")))
    }

    /// What must be said of anything of this provenance that passed the gate by this policy.
    pub(crate) fn of(provenance: Provenance, policy: &Policy) -> Self {
        let synthetic = is_synthetic(provenance).then(|| "Synthetic".to_owned());
        let unprotected = policy.reason().map(|why| format!("Unprotected: {why}"));
        let statements: Vec<String> = synthetic.into_iter().chain(unprotected).collect();
        Self::new(&statements)
    }

    /// A mark that says what a test wants.
    #[cfg(test)]
    pub(crate) fn saying(statements: &[&str]) -> Self {
        Self::new(
            &statements
                .iter()
                .map(|one| (*one).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    /// What it says.
    pub(crate) fn words(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// A release with what its keys mean and what was asked for.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    release: &'a Release<Results>,
    /// What the keys mean.
    pub catalogue: &'a Catalogue,
    /// What was asked for.
    pub plan: &'a Plan,
    /// How wide drawings are, in their own units.
    width: i32,
    boundaries: Option<&'a Boundaries>,
}

impl<'a> View<'a> {
    /// A view of a release.
    #[must_use]
    pub const fn new(
        release: &'a Release<Results>,
        catalogue: &'a Catalogue,
        plan: &'a Plan,
    ) -> Self {
        Self {
            release,
            catalogue,
            plan,
            width: Self::USUAL_WIDTH,
            boundaries: None,
        }
    }

    /// How wide drawings are if nothing else is asked, in their own units: letters of axes and labels have
    /// 12 of them.
    pub const USUAL_WIDTH: i32 = 900;

    /// With drawings of another width, in their own units: letters stay as large as they are and what is drawn is laid
    /// out anew, so that in print at a given width they are larger in a narrower drawing.
    #[must_use]
    pub const fn with_width(self, width: i32) -> Self {
        Self { width, ..self }
    }

    /// With the boundaries of authorities, from which maps are drawn.
    #[must_use]
    pub const fn with_boundaries(self, boundaries: &'a Boundaries) -> Self {
        Self {
            boundaries: Some(boundaries),
            ..self
        }
    }

    /// How wide drawings are, in their own units.
    pub(crate) const fn width(&self) -> i32 {
        self.width
    }

    /// The boundaries of authorities, where they were given.
    pub(crate) const fn boundaries(&self) -> Option<&'a Boundaries> {
        self.boundaries
    }

    /// The results.
    #[must_use]
    pub const fn results(&self) -> &'a Results {
        self.release.results()
    }

    /// Why nothing was withheld of records of children, if nothing was.
    #[must_use]
    pub fn unprotected(&self) -> Option<&'a str> {
        self.release.policy().reason()
    }

    /// Whether the children behind the figures were invented.
    #[must_use]
    pub const fn is_synthetic(&self) -> bool {
        is_synthetic(self.results().provenance)
    }

    /// What drawings say of themselves, wherever they are copied to.
    pub(crate) fn watermark(&self) -> Watermark {
        Watermark::of(self.results().provenance, self.release.policy())
    }

    /// What everything that is made of the release says of itself, if there is something to say: that its children are
    /// invented, that nothing of them is withheld.
    #[must_use]
    pub fn says_of_itself(&self) -> Option<String> {
        self.watermark().words().map(str::to_owned)
    }

    /// The nation whose figures they are: what is said of the country is said of it.
    #[must_use]
    pub fn nation(&self) -> Nation {
        self.catalogue.areas.nation()
    }

    /// Its area code.
    pub(crate) fn national(&self) -> AreaCode {
        self.nation().code()
    }

    /// The confidence levels of the release.
    #[must_use]
    pub const fn levels(&self) -> Levels {
        self.results().levels
    }

    /// The level of every interval that is shown, for people: `95%`.
    #[must_use]
    pub fn level(&self) -> String {
        self.levels().shown()
    }

    /// An indicator.
    #[must_use]
    pub fn indicator(&self, id: IndicatorId) -> &'a Indicator {
        self.catalogue.indicators.get(id)
    }

    /// The figure for everyone in an area.
    #[must_use]
    pub fn total(
        &self,
        indicator: IndicatorId,
        period: Period,
        area: AreaCode,
    ) -> Option<&'a Estimate> {
        self.estimate(indicator, period, area, Stratum::TOTAL)
    }

    /// The figure for one group in an area.
    #[must_use]
    pub fn estimate(
        &self,
        indicator: IndicatorId,
        period: Period,
        area: AreaCode,
        stratum: Stratum,
    ) -> Option<&'a Estimate> {
        let key = CellKey {
            indicator,
            period,
            area,
            stratum,
        };
        self.results().estimate(&key).or_else(|| {
            let others = &self.results().background.estimates;
            let place = others.binary_search_by_key(&key, |row| row.key).ok()?;
            Some(&others[place])
        })
    }

    /// Expected versus actual in one year.
    #[must_use]
    pub fn expected(
        &self,
        indicator: IndicatorId,
        period: Period,
        area: AreaCode,
        model: ExpectedModel,
    ) -> Option<&'a Expected> {
        let all = self.expectations(indicator, period, area);
        all.iter().find(|row| row.model == model)
    }

    /// The expectation to quote of an area in one year.
    #[must_use]
    pub fn quoted(
        &self,
        indicator: IndicatorId,
        period: Period,
        area: AreaCode,
    ) -> Option<&'a Expected> {
        let all = self.expectations(indicator, period, area);
        all.iter().find(|row| row.quoted)
    }

    /// Every expectation of an area in one year, in the order of the models.
    #[must_use]
    pub fn expectations(
        &self,
        indicator: IndicatorId,
        period: Period,
        area: AreaCode,
    ) -> &'a [Expected] {
        let results = self.results();
        let key = (indicator, Span::year(period), area);
        let of = |rows: &'a [Expected]| {
            let start = rows.partition_point(|row| (row.indicator, row.span, row.area) < key);
            let end = rows.partition_point(|row| (row.indicator, row.span, row.area) <= key);
            &rows[start..end]
        };
        match of(&results.expected) {
            [] => of(&results.background.expected),
            found => found,
        }
    }

    /// The fit of one indicator, year and model to which the charts and words refer.
    #[must_use]
    pub fn fit(
        &self,
        indicator: IndicatorId,
        period: Period,
        model: StructuralModel,
    ) -> Option<&'a Fit> {
        let key = FitKey {
            indicator,
            span: Span::year(period),
            model,
            variation: Variation::Main,
        };
        self.results().fits.iter().find(|fit| fit.key == key)
    }

    /// The effects of authorities in one fit, those that were not chosen after the others.
    pub fn effects(&self, key: FitKey) -> impl Iterator<Item = &'a Effect> {
        let results = self.results();
        let effects = results.effects.iter().chain(&results.background.effects);
        effects.filter(move |effect| effect.key == key)
    }

    /// The fifths of one indicator and year by region, against what one model expects.
    pub fn fifths(
        &self,
        indicator: IndicatorId,
        period: Period,
        model: StructuralModel,
    ) -> impl Iterator<Item = &'a Fifth> {
        self.results().fifths.iter().filter(move |row| {
            row.indicator == indicator
                && row.span == Span::year(period)
                && row.model == ExpectedModel::Structural(model)
        })
    }

    /// The gradients of one indicator, year and area.
    pub fn gradients(
        &self,
        indicator: IndicatorId,
        period: Period,
        area: AreaCode,
    ) -> impl Iterator<Item = &'a Gradient> {
        self.results().gradients.iter().filter(move |row| {
            row.indicator == indicator && row.period == period && row.area == area
        })
    }

    /// The rate of the nation's most over that of its least deprived tenth: from counts by tenth or,
    /// without them, from the totals of authorities.
    #[must_use]
    pub fn most_to_least(&self, indicator: IndicatorId, period: Period) -> Option<&'a Gradient> {
        self.gradients(indicator, period, self.national())
            .filter(|row| row.figure == GradientFigure::RatioMostToLeast && row.value.is_value())
            .min_by_key(|row| row.found)
    }

    /// One comparison of the figure for everyone in an area.
    #[must_use]
    pub fn contrast(
        &self,
        indicator: IndicatorId,
        period: Period,
        area: AreaCode,
        measure: Measure,
        comparator: impl Fn(Comparator) -> bool,
    ) -> Option<&'a Contrast> {
        let key = CellKey {
            indicator,
            period,
            area,
            stratum: Stratum::TOTAL,
        };
        self.results()
            .contrasts_of(&key)
            .iter()
            .find(|row| row.measure == measure && comparator(row.comparator))
    }

    /// The outcome of one comparison of the figure for everyone in an area; not available where there is
    /// no such comparison.
    #[must_use]
    pub fn compared(
        &self,
        indicator: IndicatorId,
        period: Period,
        area: AreaCode,
        measure: Measure,
        comparator: impl Fn(Comparator) -> bool,
    ) -> Reported<Measured> {
        let found = self.contrast(indicator, period, area, measure, comparator);
        found.map_or(Reported::Symbol(Symbol::NotAvailable), |row| row.outcome)
    }

    /// The last period in which an indicator has a figure for the nation.
    #[must_use]
    pub fn last_period(&self, indicator: IndicatorId) -> Option<Period> {
        self.periods(indicator).last().copied()
    }

    /// Periods in which an indicator has a figure for the nation, in order; where it has none in any, as a table of
    /// some authorities, those in which any area has one.
    #[must_use]
    pub fn periods(&self, indicator: IndicatorId) -> Vec<Period> {
        let of_nation = self.periods_of(indicator);
        if !of_nation.is_empty() || !self.is_of_tables() {
            return of_nation;
        }
        let rows = &self.results().estimates;
        let from = rows.partition_point(|row| row.key.indicator < indicator);
        let own = rows[from..]
            .iter()
            .take_while(|row| row.key.indicator == indicator);
        let held = own.filter(|row| row.key.stratum.is_total() && row.outcome.is_value());
        let periods: BTreeSet<Period> = held.map(|row| row.key.period).collect();
        periods.into_iter().collect()
    }

    /// Whether all that is shown is of tables that somebody gave.
    #[must_use]
    pub fn is_of_tables(&self) -> bool {
        let own = |id: &IndicatorId| self.indicator(*id).family == Indicator::OF_A_TABLE;
        !self.plan.indicators.is_empty() && self.plan.indicators.iter().all(own)
    }

    fn periods_of(&self, indicator: IndicatorId) -> Vec<Period> {
        let rows = &self.results().estimates;
        let mut next = rows.partition_point(|row| row.key.indicator < indicator);
        let mut periods = Vec::new();
        // Rows are in the order of their keys: from year to year without those of its areas and groups.
        while let Some(row) = rows.get(next).filter(|row| row.key.indicator == indicator) {
            let period = row.key.period;
            let whole = self.results().estimate(&CellKey {
                area: self.national(),
                stratum: Stratum::TOTAL,
                ..row.key
            });
            // Where children are held of some years only, a count alone is a figure too.
            let counts = !self.nation().has_children_of_every_year();
            let held =
                |row: &Estimate| row.outcome.is_value() || (counts && row.numerator.is_value());
            if whole.is_some_and(held) {
                periods.push(period);
            }
            let of_year = rows[next..]
                .partition_point(|row| (row.key.indicator, row.key.period) <= (indicator, period));
            next += of_year;
        }
        periods
    }

    /// Authorities that exist at a period and have figures, in code order: those that were chosen, and
    /// the others that stand around them in charts.
    pub fn authorities(&self, period: Period) -> impl Iterator<Item = &'a Area> {
        let catalogue = self.catalogue;
        // Publications are of all authorities, returns and tables of those that they have.
        let published = self.results().provenance == Provenance::Published && !self.is_of_tables();
        let estimates = self.results().estimates.iter();
        let loaded: BTreeSet<AreaCode> = if published {
            BTreeSet::new()
        } else {
            estimates.map(|row| row.key.area).collect()
        };
        catalogue.areas.entities().filter(move |area| {
            area.level == GeographicLevel::LocalAuthority
                && catalogue.areas.exists_at(area.code, period)
                && (published || loaded.contains(&area.code))
        })
    }

    /// Where an area stands among those of a chart.
    #[must_use]
    pub fn standing(&self, area: AreaCode) -> Standing {
        match &self.plan.authorities {
            None => Standing::Alike,
            Some(chosen) if chosen.contains(&area) => Standing::Chosen,
            Some(_) => Standing::Background,
        }
    }

    /// The names of the authorities that were chosen, to be said of a chart; none where all were.
    #[must_use]
    pub fn chosen_names(&self) -> Option<String> {
        let chosen = self.plan.authorities.as_ref()?;
        let names: Vec<String> = chosen
            .iter()
            .map(|code| self.catalogue.areas.name(*code))
            .collect();
        Some(names.join("; "))
    }

    /// Publications that fed the tables an indicator comes from, as a source line.
    #[must_use]
    pub fn source(&self, indicator: IndicatorId) -> String {
        self.sources(&[indicator])
    }

    /// The same of several indicators.
    #[must_use]
    pub fn sources(&self, indicators: &[IndicatorId]) -> String {
        let mut releases: Vec<&str> = indicators
            .iter()
            .flat_map(|id| self.catalogue.sources_of(*id))
            .map(|source| source.publication.as_str())
            .collect();
        releases.sort_unstable();
        releases.dedup();
        let releases = releases.join("; ");
        // Of a table that somebody gave the licence is theirs to say.
        if self.is_of_tables() {
            return format!(
                "Source: {releases}; population: Office for National Statistics mid-year estimates (Open Government \
                 Licence v3.0)."
            );
        }
        format!(
            "Source: {releases}; population: Office for National Statistics mid-year estimates. Open Government Licence v3.0."
        )
    }
}
