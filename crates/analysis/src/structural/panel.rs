//! The authorities that a model is fitted to: their counts, children and covariates, for one year or
//! for several summed.

use disparity_core::{
    Area, AreaCode, CellKey, Covariate, GeographicLevel, IndicatorId, IssueCode, IssueSet, Period,
    Reported, Span, Stratum, StructuralModel, Symbol, Timing, Variation,
};

use super::covariates::{Covariates, Edition, Row};
use crate::Input;

/// The region that a sensitivity leaves out.
pub(super) const LONDON: &str = "E12000007";

/// The share of authorities that must have a covariate before a model asks for it.
const COVERED: f64 = 0.9;

/// Values that differ by no more than this share of their mean are the same.
const SAME: f64 = 1e-9;

/// One authority over a span of years.
#[derive(Debug, Clone)]
pub(super) struct Record<'a> {
    pub(super) area: &'a Area,
    pub(super) observed: u32,
    /// Children, summed over the years counted.
    pub(super) children: f64,
    /// Covariates, averaged over the children of the years that have them where several are summed.
    values: Row,
    /// The children of those years.
    weights: [f64; Covariate::ALL.len()],
    /// The years with a count.
    years: u16,
    /// Whether the same children are counted every year.
    stock: bool,
}

/// What one model can be fitted to.
#[derive(Debug, Clone)]
pub(super) struct Panel<'a> {
    pub(super) records: Vec<Record<'a>>,
    pub(super) covariates: Vec<Covariate>,
    /// Authorities that were counted but are not in the fit, with the reason.
    pub(super) left_out: Vec<(Record<'a>, IssueCode)>,
}

/// The authorities of a span that have a count, before a model chooses its covariates.
pub(super) fn records<'a>(
    input: Input<'a>,
    covariates: &Covariates<'a>,
    id: IndicatorId,
    span: Span,
    variation: Variation,
) -> Vec<Record<'a>> {
    let areas = &input.catalogue.areas;
    areas
        .entities()
        .filter(|area| area.level == GeographicLevel::LocalAuthority)
        .filter(|area| areas.exists_at(area.code, span.last))
        .filter(|area| {
            variation != Variation::WithoutLondon
                || area.region.is_none_or(|region| region.as_str() != LONDON)
        })
        .filter_map(|area| record(input, covariates, id, span, variation, area))
        .collect()
}

/// The authorities of a span without a count, with the reason: a year that is withheld, whichever it is,
/// or that of the last year.
pub(super) fn absent(input: Input<'_>, id: IndicatorId, span: Span) -> Vec<(&Area, Symbol)> {
    let areas = &input.catalogue.areas;
    let authorities = areas.entities().filter(|area| {
        area.level == GeographicLevel::LocalAuthority && areas.exists_at(area.code, span.last)
    });
    authorities
        .filter_map(|area| {
            let of = |period| symbol(input, id, area.code, period);
            let mut withheld = span
                .periods()
                .filter_map(of)
                .filter(|why| why.is_withheld());
            Some((area, withheld.next().or_else(|| of(span.last))?))
        })
        .collect()
}

/// Why there is no count of a year; none where there is one, or the year is not asked about.
fn symbol(input: Input<'_>, id: IndicatorId, area: AreaCode, period: Period) -> Option<Symbol> {
    let cell = input.cube.get(&CellKey {
        indicator: id,
        period,
        area,
        stratum: Stratum::TOTAL,
    })?;
    cell.numerator.zip(cell.denominator.value).symbol()
}

fn record<'a>(
    input: Input<'a>,
    covariates: &Covariates<'a>,
    id: IndicatorId,
    span: Span,
    variation: Variation,
    area: &'a Area,
) -> Option<Record<'a>> {
    let edition = if variation == Variation::LaterIndex {
        Edition::Newest
    } else {
        Edition::InForce
    };
    let stock = input.catalogue.indicators.get(id).timing == Timing::AsAt;
    let mut record: Option<Record<'a>> = None;
    for period in span.periods() {
        // A year that nobody counted is left out; one that is withheld was counted, and a sum without
        // it would be too low.
        if symbol(input, id, area.code, period).is_some_and(Symbol::is_withheld) {
            return None;
        }
        let Some((count, children)) = counted(input, covariates, id, area.code, period, variation)
        else {
            continue;
        };
        let row = covariates.row(area.code, period, edition);
        match &mut record {
            None => record = Some(Record::new(area, (count, children), stock, &row)),
            Some(record) => record.add(count, children, &row),
        }
    }
    record
}

/// A year's count and children, where both are known.
fn counted(
    input: Input<'_>,
    covariates: &Covariates<'_>,
    indicator: IndicatorId,
    area: AreaCode,
    period: Period,
    variation: Variation,
) -> Option<(u32, f64)> {
    let cell = input.cube.get(&CellKey {
        indicator,
        period,
        area,
        stratum: Stratum::TOTAL,
    })?;
    let mut count = cell.numerator.value()?;
    if variation == Variation::WithoutUnaccompanied {
        count = count.checked_sub(covariates.unaccompanied(area, period).value()?)?;
    }
    let children = cell.denominator.value.value()?;
    (children > 0.0).then_some((count, children))
}

impl<'a> Record<'a> {
    fn new(area: &'a Area, (observed, children): (u32, f64), stock: bool, row: &Row) -> Self {
        Self {
            area,
            observed,
            children,
            values: *row,
            weights: row.map(|(value, _)| if value.is_value() { children } else { 0.0 }),
            years: 1,
            stock,
        }
    }

    /// One more year.
    fn add(&mut self, count: u32, children: f64, row: &Row) {
        self.observed = self.observed.saturating_add(count);
        self.children += children;
        self.years += 1;
        let own = self.values.iter_mut().zip(&mut self.weights);
        for (((own, own_issues), weight), (value, issues)) in own.zip(row) {
            let before = own.value().map_or(0.0, |own| own * *weight);
            if let Reported::Value(value) = value {
                *weight += children;
                *own = Reported::Value((before + value * children) / *weight);
            }
            *own_issues = own_issues.union(*issues);
        }
    }

    pub(super) fn value(&self, covariate: Covariate) -> Reported<f64> {
        self.values[covariate as usize].0
    }

    /// Whether a covariate is known for some of the years counted and not for others.
    fn in_part(&self, covariate: Covariate) -> bool {
        let weight = self.weights[covariate as usize];
        weight > 0.0 && weight < self.children * (1.0 - SAME)
    }

    /// How many times over its count tells what one independent count would: most children of a stock
    /// are counted again in the next year.
    pub(super) fn times(&self) -> f64 {
        if self.stock {
            f64::from(self.years)
        } else {
            1.0
        }
    }

    /// What must be said of an answer that rests on these covariates and years.
    pub(super) fn issues(&self, covariates: &[Covariate], span: Span) -> IssueSet {
        let all = span.last.year() - span.first.year() + 1;
        covariates
            .iter()
            .fold(IssueSet::EMPTY, |issues, covariate| {
                issues.union(self.values[*covariate as usize].1)
            })
            .with_if(self.years < all, IssueCode::FewerYears)
            .with_if(
                covariates.iter().any(|covariate| self.in_part(*covariate)),
                IssueCode::CovariateFewerYears,
            )
            .with_if(self.stock && self.years > 1, IssueCode::PooledStock)
            .with_if(self.area.tiny, IssueCode::TinyArea)
    }
}

impl<'a> Panel<'a> {
    /// The records that have every covariate of a model. A covariate that many authorities lack is not
    /// asked for, and tiny areas take part only where that is asked.
    pub(super) fn of(
        records: &[Record<'a>],
        family: &str,
        model: StructuralModel,
        variation: Variation,
        with_tiny: bool,
    ) -> Self {
        let (ordinary, tiny): (Vec<_>, Vec<_>) = records
            .iter()
            .cloned()
            .partition(|record| with_tiny || !record.area.tiny);
        let asked = asked(family, model).iter().copied();
        // Children who are not counted explain nothing of the count.
        let uncounted = variation == Variation::WithoutUnaccompanied;
        let covariates: Vec<Covariate> = asked
            .filter(|covariate| !(uncounted && *covariate == Covariate::Unaccompanied))
            .filter(|covariate| {
                let known = ordinary.iter().filter(|r| r.value(*covariate).is_value());
                #[expect(clippy::cast_precision_loss, reason = "a number of authorities")]
                let share = known.count() as f64 / ordinary.len().max(1) as f64;
                share >= COVERED
            })
            .collect();
        let (records, lacking): (Vec<_>, Vec<_>) = ordinary.into_iter().partition(|record| {
            let mut values = covariates.iter().map(|covariate| record.value(*covariate));
            values.all(|value| value.is_value())
        });
        let because = |code| move |record| (record, code);
        let left_out = lacking
            .into_iter()
            .map(because(IssueCode::CovariateMissing))
            .chain(tiny.into_iter().map(because(IssueCode::TinyArea)))
            .collect();
        Self {
            records,
            covariates,
            left_out,
        }
    }

    /// Whether what the model is named for is known.
    pub(super) fn keeps_its_name(&self, model: StructuralModel) -> bool {
        let has = |covariate| self.covariates.contains(&covariate);
        let ethnic = [
            Covariate::Mixed,
            Covariate::Asian,
            Covariate::Black,
            Covariate::OtherEthnic,
        ];
        match model {
            StructuralModel::Null => true,
            StructuralModel::Deprivation => has(Covariate::LowIncome),
            StructuralModel::DeprivationEthnicity | StructuralModel::Full => {
                has(Covariate::LowIncome) && ethnic.into_iter().all(has)
            }
        }
    }

    /// What must be said when a covariate that the model is named for is not there at all.
    pub(super) fn issues(&self, family: &str, model: StructuralModel) -> IssueSet {
        let whole = asked(family, model).len() == self.covariates.len();
        IssueSet::EMPTY.with_if(!whole, IssueCode::CovariateMissing)
    }

    /// A covariate, centred on its mean and in standard deviations between these authorities.
    pub(super) fn standardised(&self, covariate: Covariate) -> Vec<f64> {
        let values: Vec<f64> = self
            .records
            .iter()
            .filter_map(|record| record.value(covariate).value())
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a number of authorities")]
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        // A covariate that is the same everywhere but for rounding is nought, so that the fit can say so.
        if sd.is_nan() || sd <= mean.abs() * SAME {
            return vec![0.0; values.len()];
        }
        values.iter().map(|value| (value - mean) / sd).collect()
    }
}

impl Panel<'_> {
    /// The same authorities, with nothing known of them.
    pub(super) fn without_covariates(&self) -> Self {
        Self {
            records: self.records.clone(),
            covariates: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// The number of each record's region, and the regions in that order.
    pub(super) fn regions(&self) -> (Vec<usize>, Vec<AreaCode>) {
        let mut names: Vec<AreaCode> = self.records.iter().filter_map(|r| r.area.region).collect();
        names.sort_unstable();
        names.dedup();
        let place = |record: &Record<'_>| {
            let region = record.area.region;
            region
                .and_then(|region| names.binary_search(&region).ok())
                .unwrap_or(0)
        };
        (self.records.iter().map(place).collect(), names)
    }
}

/// The covariates that a model asks for.
fn asked(family: &str, model: StructuralModel) -> &'static [Covariate] {
    use Covariate as C;
    match model {
        StructuralModel::Null => &[],
        StructuralModel::Deprivation => &[C::LowIncome],
        StructuralModel::DeprivationEthnicity => {
            &[C::LowIncome, C::Mixed, C::Asian, C::Black, C::OtherEthnic]
        }
        StructuralModel::Full if family == StructuralModel::LOOKED_AFTER => &EVERYTHING,
        StructuralModel::Full => &EVERYTHING[..EVERYTHING.len() - 1],
    }
}

/// Unaccompanied children, who are part of one family's counts only, last.
const EVERYTHING: [Covariate; 10] = [
    Covariate::LowIncome,
    Covariate::MeanDecile,
    Covariate::MostDeprivedTenth,
    Covariate::Mixed,
    Covariate::Asian,
    Covariate::Black,
    Covariate::OtherEthnic,
    Covariate::UnderFive,
    Covariate::SixteenSeventeen,
    Covariate::Unaccompanied,
];
