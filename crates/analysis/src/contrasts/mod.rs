//! One figure against another: between areas, between years, between groups.

mod areas;
mod changes;
mod groups;

use disparity_core::{
    AreaCode, CellKey, Contrast, Estimate, IndicatorId, Period, Reported, Stratum,
};

use crate::Input;
use crate::measure::Pair;

/// The contrasts of one indicator, sorted by key, comparator and measure.
pub(crate) fn contrast(input: Input<'_>, id: IndicatorId, estimates: &[Estimate]) -> Vec<Contrast> {
    let series = Series { id, estimates };
    let mut contrasts = areas::contrasts(input, series);
    contrasts.extend(changes::contrasts(input, series));
    contrasts.extend(groups::contrasts(input, series));
    contrasts.sort_by_key(|row| (row.key, row.comparator, row.measure));
    contrasts
}

/// The estimates of one indicator, sorted by key, so that each can be found.
#[derive(Clone, Copy)]
struct Series<'a> {
    id: IndicatorId,
    estimates: &'a [Estimate],
}

impl<'a> Series<'a> {
    fn get(self, period: Period, area: AreaCode, stratum: Stratum) -> Option<&'a Estimate> {
        let key = CellKey {
            indicator: self.id,
            period,
            area,
            stratum,
        };
        self.estimates
            .binary_search_by_key(&key, |row| row.key)
            .ok()
            .map(|position| &self.estimates[position])
    }
}

/// The counts behind two estimates, where both have an outcome.
fn pair(row: &Estimate, other: &Estimate) -> Reported<Pair> {
    let counts = |row: &Estimate| {
        row.outcome
            .zip(row.numerator.map(f64::from).zip(row.denominator.value))
    };
    counts(row)
        .zip(counts(other))
        .map(|((_, own), (_, other))| (own, other))
}
