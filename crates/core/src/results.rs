//! What an analysis produces: rows of estimates, expected-versus-actual and contrasts.
//!
//! Every row that holds a ratio also holds its numerator, denominator, intervals and method; where
//! something is missing the row holds the reason instead of a number.

use disparity_stats::Interval;

use crate::{
    AreaCode, CellKey, ClaimCheck, Count, CovariateValue, Cube, Denominator, Effect, ExpectedModel,
    Fifth, Fit, Gradient, IndicatorId, Intersection, Intervals, Issue, IssueSet, Levels, Measured,
    Nation, Period, Position, Rank, Reported, Shrunken, Span, Symbol, Unit,
};

/// Whether figures were published by their owner or computed from records of children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// Already disclosure-controlled by the publisher.
    Published,
    /// Counted here from records of children.
    Records {
        /// Whether the children were invented.
        synthetic: bool,
    },
}

/// One rate or proportion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// What it is about.
    pub key: CellKey,
    /// How many were counted.
    pub numerator: Reported<Count>,
    /// Out of how many, of what.
    pub denominator: Denominator,
    /// The rate or proportion, or why there is none.
    pub outcome: Reported<Measured>,
    /// What must be said about it.
    pub issues: IssueSet,
}

/// An expected count and what was observed against it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedCount {
    /// The expected count: Σ reference rate × local population or, of a model, what it expects times
    /// [`ExpectedCount::scaled_by`].
    pub expected: f64,
    /// The intervals of the expected count from the uncertainty of what it rests on; the chance in
    /// what was counted has no part in them. Not applicable to England's rates, which are taken as
    /// they were counted, nor to the model that knows nothing but the number of children, which
    /// scaling makes one of them.
    pub intervals: Reported<Intervals>,
    /// What the model's expectation was multiplied by, so that the authorities of the fit together
    /// are expected to have what they had; 1 for England's rates, which add up by themselves.
    pub scaled_by: f64,
    /// Observed ÷ expected, with its intervals.
    pub ratio: Measured,
    /// Where the ratio stands against 1.
    pub position: Position,
}

/// Where a ratio stands among all authorities, when the spread between them beyond chance is
/// allowed for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjusted {
    /// The limits around 1 within which ratios of this size ordinarily lie.
    pub limits: Intervals,
    /// Where the ratio lies against the limits.
    pub position: Position,
    /// Mean squared deviate of the authorities: 1 if they differed by chance alone. Not applicable
    /// to models, whose fits tell their spread.
    pub phi: Reported<f64>,
}

/// What a model adds to the comparison with its expectation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelBased {
    /// The ratio drawn towards that of a typical authority by as much as other authorities lie close
    /// to what is expected of them.
    pub shrunken: Measured,
    /// The probability that the authority's own rate is above what is expected.
    pub probability_above: f64,
}

/// Expected versus actual for one area, span of years and model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// What was counted.
    pub indicator: IndicatorId,
    /// When; several years are summed.
    pub span: Span,
    /// Where.
    pub area: AreaCode,
    /// How the expected count was made.
    pub model: ExpectedModel,
    /// How many were counted.
    pub observed: Reported<Count>,
    /// What was expected, or why that cannot be said.
    pub outcome: Reported<ExpectedCount>,
    /// Whether this is the expectation to quote: the one of everything that is known where the year
    /// has such a fit, and the one at England's rate where it has none.
    pub quoted: bool,
    /// Position among authorities with overdispersion allowed for; not applicable to regions, nor
    /// where fewer than [`LEAST_AUTHORITIES`](crate::LEAST_AUTHORITIES) authorities are compared.
    pub adjusted: Reported<Adjusted>,
    /// The rank among authorities; not applicable to regions, tiny areas and missing values.
    pub rank: Reported<Rank>,
    /// The fifth of the ranked authorities it lies in, 1 the lowest ratios; withheld where counts of others
    /// are and it could be one of several.
    pub fifth: Reported<u8>,
    /// The lowest and the highest fifth that it can be in; the same where that is sure.
    pub fifths: Option<(u8, u8)>,
    /// What a model adds; not applicable to standardisation.
    pub model_based: Reported<ModelBased>,
    /// What must be said about it.
    pub issues: IssueSet,
}

/// What a figure is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparator {
    /// The nation in the same year.
    Nation(Nation),
    /// The authority's region in the same year.
    Region(AreaCode),
    /// The median of the statistical neighbours in the same year.
    NeighbourMedian,
    /// The mean of the statistical neighbours in the same year.
    NeighbourMean,
    /// Another area in the same year.
    Area(AreaCode),
    /// The same area one year before.
    YearBefore(Period),
    /// The same area five years before.
    FiveYearsBefore(Period),
    /// The same area in its first year with a figure.
    FirstYear(Period),
    /// The reference group of the same dimension, area and year.
    Group(crate::Stratum),
    /// Everyone in the same area and year whose group is known.
    AllKnown,
    /// Everyone counted in the same area and year.
    Everyone,
}

impl Comparator {
    /// The word in the `comparator_type` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nation(nation) => nation.word(),
            Self::Region(_) => "region",
            Self::NeighbourMedian => "neighbours_median",
            Self::NeighbourMean => "neighbours_mean",
            Self::Area(_) => "area",
            Self::YearBefore(_) => "year_before",
            Self::FiveYearsBefore(_) => "five_years_before",
            Self::FirstYear(_) => "first_year",
            Self::Group(_) => "reference_group",
            Self::AllKnown => "all_known_groups",
            Self::Everyone => "everyone_counted",
        }
    }
}

/// How two figures are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// One rate or proportion divided by the other.
    Ratio,
    /// One rate or proportion minus the other, per person.
    Difference,
    /// Share of the group among those counted, divided by its share of the population.
    Disproportionality,
    /// Share of the group among all counted, whether or not their group is known.
    Share,
    /// One count divided by the other, where there are no children to divide by.
    CountRatio,
}

impl Measure {
    /// The word in the `measure` column for an indicator in that unit.
    #[must_use]
    pub const fn as_str(self, unit: Unit) -> &'static str {
        match (self, unit) {
            (Self::Ratio, Unit::Per10k) => "rate_ratio",
            (Self::Ratio, Unit::Proportion) => "proportion_ratio",
            (Self::Difference, Unit::Per10k) => "rate_difference",
            (Self::Difference, Unit::Proportion) => "proportion_difference",
            (Self::Disproportionality, _) => "disproportionality",
            (Self::Share, _) => "share_of_count",
            (Self::CountRatio, _) => "count_ratio",
        }
    }
}

/// The statistical neighbours that a comparator was made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbours {
    /// How many had a published figure.
    pub with_data: u8,
    /// How many had a figure that is withheld and known only to lie within bounds.
    pub withheld: u8,
    /// The least and the most that the comparator can be, per person or 0–1; the same where nothing is
    /// withheld. The upper one is infinite where nothing bounds it.
    pub bounds: Interval,
}

/// One figure against another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// The figure that is compared.
    pub key: CellKey,
    /// What it is compared with.
    pub comparator: Comparator,
    /// How.
    pub measure: Measure,
    /// The figure, per person or 0–1.
    pub group_value: Reported<f64>,
    /// What it is compared with, per person or 0–1: of neighbours of which some are withheld, what both
    /// bounds round to, if they round to one figure.
    pub comparator_value: Reported<f64>,
    /// Of which neighbours, for comparisons with neighbours of which any had a figure.
    pub neighbours: Option<Neighbours>,
    /// The comparison, or why there is none.
    pub outcome: Reported<Measured>,
    /// What must be said about it.
    pub issues: IssueSet,
}

/// What charts show of the authorities that were not chosen, so that those chosen are seen among the
/// others. It is in no table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Background {
    /// Rates of everyone in the last year, sorted by key.
    pub estimates: Vec<Estimate>,
    /// Expected versus actual in the last year, sorted by indicator, span, area and model.
    pub expected: Vec<Expected>,
    /// Effects in the last year, sorted by fit and area.
    pub effects: Vec<Effect>,
}

/// Everything an analysis produced, before disclosure control. It cannot be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// Where the counts came from.
    pub provenance: Provenance,
    /// The confidence levels of every interval.
    pub levels: Levels,
    /// Rates and proportions, sorted by key.
    pub estimates: Vec<Estimate>,
    /// Expected versus actual, sorted by indicator, span, area and model.
    pub expected: Vec<Expected>,
    /// Contrasts, sorted by key, comparator and measure.
    pub contrasts: Vec<Contrast>,
    /// Small-number rates drawn towards the rate of their kind, sorted by key.
    pub shrunken: Vec<Shrunken>,
    /// What models of authorities know of each, sorted by area, span and covariate.
    pub covariates: Vec<CovariateValue>,
    /// Models of authorities, sorted by key.
    pub fits: Vec<Fit>,
    /// How far each authority lies from what its circumstances say, sorted by fit and area.
    pub effects: Vec<Effect>,
    /// Fifths of authorities by region, sorted by indicator, span, model, region and fifth.
    pub fifths: Vec<Fifth>,
    /// Gradients by deprivation, sorted by indicator, period, area, method and figure.
    pub gradients: Vec<Gradient>,
    /// Intersections of characteristics, sorted by indicator, period, area, what is crossed and stratum.
    pub intersections: Vec<Intersection>,
    /// What documents of the field claim, beside what was computed, in the order of the claims.
    pub claims: Vec<ClaimCheck>,
    /// What must be said about the run.
    pub issues: Vec<Issue>,
    /// The authorities that were not chosen, for charts.
    pub background: Background,
}

impl Results {
    /// The symbol for something that depends on a cell that is not in the cube at all.
    pub const ABSENT: Symbol = Symbol::NotAvailable;

    /// The estimate with that key.
    #[must_use]
    pub fn estimate(&self, key: &CellKey) -> Option<&Estimate> {
        self.estimates
            .binary_search_by_key(key, |row| row.key)
            .ok()
            .map(|position| &self.estimates[position])
    }

    /// No rows yet.
    #[must_use]
    pub const fn new(provenance: Provenance, levels: Levels) -> Self {
        Self {
            provenance,
            levels,
            estimates: Vec::new(),
            expected: Vec::new(),
            contrasts: Vec::new(),
            shrunken: Vec::new(),
            covariates: Vec::new(),
            fits: Vec::new(),
            effects: Vec::new(),
            fifths: Vec::new(),
            gradients: Vec::new(),
            intersections: Vec::new(),
            claims: Vec::new(),
            issues: Vec::new(),
            background: Background {
                estimates: Vec::new(),
                expected: Vec::new(),
                effects: Vec::new(),
            },
        }
    }

    /// Expected versus actual for one indicator, span, area and model.
    #[must_use]
    pub fn expected_for(
        &self,
        indicator: IndicatorId,
        span: Span,
        area: AreaCode,
        model: ExpectedModel,
    ) -> Option<&Expected> {
        let key = (indicator, span, area, model);
        self.expected
            .binary_search_by_key(&key, |row| (row.indicator, row.span, row.area, row.model))
            .ok()
            .map(|position| &self.expected[position])
    }

    /// The shrunken rate of a cell, if its count is small.
    #[must_use]
    pub fn shrunken_for(&self, key: &CellKey) -> Option<&Shrunken> {
        self.shrunken
            .binary_search_by_key(key, |row| row.key)
            .ok()
            .map(|position| &self.shrunken[position])
    }

    /// The contrasts of one figure, sorted by comparator and measure.
    #[must_use]
    pub fn contrasts_of(&self, key: &CellKey) -> &[Contrast] {
        let start = self.contrasts.partition_point(|row| row.key < *key);
        let end = self.contrasts.partition_point(|row| row.key <= *key);
        &self.contrasts[start..end]
    }

    /// How many cells of a cube hold a symbol instead of a count.
    #[must_use]
    pub fn symbols_in(cube: &Cube) -> usize {
        cube.cells()
            .iter()
            .filter(|cell| !cell.numerator.is_value())
            .count()
    }
}
