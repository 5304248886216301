//! One figure against another: between areas, between years, between groups.

mod areas;
mod changes;
mod groups;

use disparity_core::{
    AreaCode, CellKey, Contrast, Count, Estimate, IndicatorId, Measured, Period, Reported, Stratum,
};

use crate::measure::Pair;
use crate::{Input, measure};

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

/// The counts behind two estimates, where both have an outcome. Events that vary by more than their
/// number count for as much less, with their population, as Rao and Scott (1992,
/// doi:10.2307/2532311) do: the rate is the same, its variance right.
fn pair(input: Input<'_>, row: &Estimate, other: &Estimate) -> Reported<Pair> {
    let counts = |row: &Estimate| {
        let inflation = input.cube.inflation(&row.key).unwrap_or(1.0);
        let counts = row.numerator.map(f64::from).zip(row.denominator.value);
        row.outcome
            .zip(counts.map(|(count, of)| (count / inflation, of / inflation)))
    };
    counts(row)
        .zip(counts(other))
        .map(|((_, own), (_, other))| (own, other))
}

/// A comparison of the counts behind two estimates; of counts that are printed rounded with an interval that holds those
/// of all that may have been counted.
fn compared(
    input: Input<'_>,
    row: &Estimate,
    other: &Estimate,
    figure: impl Fn(Pair) -> Reported<Measured>,
) -> Reported<Measured> {
    let pair = pair(input, row, other);
    let own = pair.and_then(&figure);
    let of = |row: &Estimate| (row.numerator.value(), input.cube.rounding(&row.key));
    match (pair, of(row), of(other)) {
        (
            Reported::Value(((_, n), (_, n_other))),
            (Some(count), rounding),
            (Some(against), coarse),
        ) if !(rounding.is_exact() && coarse.is_exact()) => {
            // Counts of events, which may repeat, are nowhere printed rounded.
            let at =
                |one: Count, two: Count| figure(((f64::from(one), n), (f64::from(two), n_other)));
            let least = at(rounding.least(count), coarse.most(against));
            let most = at(rounding.most(count), coarse.least(against));
            measure::between(input.plan.levels, own, [least, most])
        }
        _ => own,
    }
}
