//! Twenty-one measures of inequality of one set of groups at once, from one set of draws.

use crate::error::Result;
use crate::inequality::bootstrap::{
    BootstrapEstimate, BootstrapParams, Replicates, Resampler, Shape,
};
use crate::inequality::spread::reference_group;
use crate::inequality::subgroup::{Subgroup, Weighted};

/// A measure of inequality. The order is that of [`Measure::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// First group minus last group.
    Difference,
    /// First group over last group.
    Ratio,
    /// Reference minus mean.
    AttributableRisk,
    /// Reference minus mean, over the mean.
    AttributableFraction,
    /// Absolute concentration index.
    AbsoluteConcentration,
    /// Relative concentration index.
    RelativeConcentration,
    /// Slope index of inequality.
    Slope,
    /// Relative index of inequality.
    RelativeIndex,
    /// Between-group variance.
    BetweenGroupVariance,
    /// Between-group standard deviation.
    BetweenGroupSd,
    /// Coefficient of variation.
    CoefficientOfVariation,
    /// Index of disparity.
    IndexOfDisparity,
    /// Index of disparity, weighted by population.
    IndexOfDisparityWeighted,
    /// Mean difference from the mean.
    DifferenceFromMean,
    /// Mean difference from the mean, weighted by population.
    DifferenceFromMeanWeighted,
    /// Mean difference from the best group.
    DifferenceFromBest,
    /// Mean difference from the best group, weighted by population.
    DifferenceFromBestWeighted,
    /// Mean difference from the reference group.
    DifferenceFromReference,
    /// Mean difference from the reference group, weighted by population.
    DifferenceFromReferenceWeighted,
    /// Theil's index.
    Theil,
    /// Mean log deviation.
    MeanLogDeviation,
}

impl Measure {
    /// All twenty-one, in order.
    pub const ALL: [Measure; 21] = [
        Measure::Difference,
        Measure::Ratio,
        Measure::AttributableRisk,
        Measure::AttributableFraction,
        Measure::AbsoluteConcentration,
        Measure::RelativeConcentration,
        Measure::Slope,
        Measure::RelativeIndex,
        Measure::BetweenGroupVariance,
        Measure::BetweenGroupSd,
        Measure::CoefficientOfVariation,
        Measure::IndexOfDisparity,
        Measure::IndexOfDisparityWeighted,
        Measure::DifferenceFromMean,
        Measure::DifferenceFromMeanWeighted,
        Measure::DifferenceFromBest,
        Measure::DifferenceFromBestWeighted,
        Measure::DifferenceFromReference,
        Measure::DifferenceFromReferenceWeighted,
        Measure::Theil,
        Measure::MeanLogDeviation,
    ];

    pub(super) fn shape(self) -> Shape {
        match self {
            Measure::Difference
            | Measure::Ratio
            | Measure::AttributableRisk
            | Measure::AttributableFraction
            | Measure::AbsoluteConcentration
            | Measure::RelativeConcentration
            | Measure::Slope
            | Measure::RelativeIndex => Shape::Signed,
            Measure::BetweenGroupVariance | Measure::Theil | Measure::MeanLogDeviation => {
                Shape::Square
            }
            _ => Shape::Root,
        }
    }
}

/// What does not change from one replicate to the next.
struct Frame {
    share: Vec<f64>,
    /// Weights of the groups on the slope, and on the fitted value at rank 0.
    on_slope: Vec<f64>,
    on_zero: Vec<f64>,
    on_concentration: Vec<f64>,
    reference: usize,
    more_is_better: bool,
}

impl Frame {
    fn new(groups: &[Subgroup], reference: usize, more_is_better: bool) -> Result<Self> {
        let w = Weighted::positive("inequality measures", 2, groups)?;
        reference_group(groups, reference)?;
        let ranks = w.ranks();
        let spread = w.rank_variance(&ranks);
        let centred = || w.share.iter().zip(&ranks).map(|(p, r)| p * (r - 0.5));
        let on_slope: Vec<f64> = centred().map(|c| c / spread).collect();
        Ok(Frame {
            on_zero: w
                .share
                .iter()
                .zip(&on_slope)
                .map(|(p, s)| p - 0.5 * s)
                .collect(),
            on_slope,
            on_concentration: centred().map(|c| 2.0 * c).collect(),
            share: w.share,
            reference,
            more_is_better,
        })
    }

    /// All measures of a set of values; NaN where one does not exist, which stays in here.
    fn measure(&self, groups: &[Subgroup]) -> [f64; 21] {
        let k = groups.len() as f64;
        let dot = |w: &[f64]| w.iter().zip(groups).map(|(w, g)| w * g.value).sum::<f64>();
        let mean = dot(&self.share);
        let (first, last) = (groups[0].value, groups[groups.len() - 1].value);
        let reference = groups[self.reference].value;
        let best = super::spread::best(groups, self.more_is_better);
        let concentration = dot(&self.on_concentration);
        let (slope, zero) = (dot(&self.on_slope), dot(&self.on_zero));
        let mut spread = Spread::default();
        for (g, &p) in groups.iter().zip(&self.share) {
            spread.add(g.value, p, mean, best, reference);
        }
        let exists = |condition: bool, value: f64| if condition { value } else { f64::NAN };
        let some = mean > 0.0;
        [
            first - last,
            exists(last > 0.0, first / last),
            reference - mean,
            exists(some, (reference - mean) / mean),
            concentration,
            exists(some, concentration / mean),
            slope,
            exists(zero > 0.0 && zero + slope > 0.0, (zero + slope) / zero),
            spread.square,
            spread.square.sqrt(),
            exists(some, spread.square.sqrt() / mean),
            exists(some, spread.from_mean / k / mean),
            exists(some, spread.from_mean_weighted / mean),
            spread.from_mean / k,
            spread.from_mean_weighted,
            spread.from_best / k,
            spread.from_best_weighted,
            spread.from_reference / k,
            spread.from_reference_weighted,
            exists(some, spread.x_ln_x / mean - mean.ln()),
            exists(some && spread.ln.is_finite(), mean.ln() - spread.ln),
        ]
    }
}

/// Sums over the groups that the spread measures share.
#[derive(Debug, Default)]
struct Spread {
    square: f64,
    from_mean: f64,
    from_mean_weighted: f64,
    from_best: f64,
    from_best_weighted: f64,
    from_reference: f64,
    from_reference_weighted: f64,
    x_ln_x: f64,
    ln: f64,
}

impl Spread {
    fn add(&mut self, y: f64, p: f64, mean: f64, best: f64, reference: f64) {
        self.square += p * (y - mean) * (y - mean);
        let (m, b, r) = ((y - mean).abs(), (y - best).abs(), (y - reference).abs());
        self.from_mean += m;
        self.from_mean_weighted += p * m;
        self.from_best += b;
        self.from_best_weighted += p * b;
        self.from_reference += r;
        self.from_reference_weighted += p * r;
        let ln = y.ln();
        self.ln += p * ln;
        if y > 0.0 {
            self.x_ln_x += p * y * ln;
        }
    }
}

#[doc = include_str!("../../docs/inequality_measures.md")]
pub fn inequality_measures(
    groups: &[Subgroup],
    reference: usize,
    more_is_better: bool,
    params: BootstrapParams,
) -> Result<Vec<(Measure, Option<BootstrapEstimate>)>> {
    let frame = Frame::new(groups, reference, more_is_better)?;
    let mut resampler = Resampler::new(groups, params)?;
    let observed = frame.measure(groups);
    let mut drawn = groups.to_vec();
    let mut replicates = Measure::ALL.map(|_| Replicates::with_capacity(params.replicates));
    for _ in 0..params.replicates {
        resampler.draw(&mut drawn);
        let centre = resampler
            .moved_centre()
            .map_or(observed, |c| frame.measure(c));
        let found = frame.measure(&drawn);
        for ((into, value), centre) in replicates.iter_mut().zip(found).zip(centre) {
            into.keep(value, centre);
        }
    }
    Measure::ALL
        .iter()
        .zip(observed)
        .zip(replicates)
        .map(|((&measure, value), replicates)| {
            if !value.is_finite() || !replicates.are_enough(params.replicates) {
                return Ok((measure, None));
            }
            replicates
                .summarise(value, measure.shape(), params.level)
                .map(|estimate| (measure, Some(estimate)))
        })
        .collect()
}
