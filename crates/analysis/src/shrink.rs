//! Small-number rates drawn towards the rates of their kind: the same group and year in all
//! authorities.

use std::collections::BTreeMap;

use disparity_core::{
    Estimate, GeographicLevel, IndicatorId, Intervals, Levels, Measured, Period, Reported,
    Shrunken, Stratum, Symbol, Unit,
};
use disparity_stats::{Error, gamma_poisson_prior};

use crate::Input;
use crate::estimates::SMALL;
use crate::measure::widened;

/// With fewer authorities than this, how far they differ is not known well enough to draw by it.
const FEWEST: usize = 20;

/// Where one authority in so many, or more, is withheld, nothing is drawn.
const WITHHELD_IN: usize = 20;

/// The shrunken rate of every authority's cell that counts few children, sorted by key.
pub(crate) fn shrink(input: Input<'_>, id: IndicatorId, estimates: &[Estimate]) -> Vec<Shrunken> {
    if input.catalogue.indicators.get(id).unit() != Unit::Per10k {
        return Vec::new();
    }
    let mut kinds: BTreeMap<(Period, Stratum), Kind> = BTreeMap::new();
    for row in estimates {
        let area = input.catalogue.areas.get(row.key.area);
        if area.is_none_or(|area| area.level != GeographicLevel::LocalAuthority) {
            continue;
        }
        let kind = kinds.entry((row.key.period, row.key.stratum)).or_default();
        if row.numerator == Reported::Symbol(Symbol::Confidential) {
            kind.withheld += 1;
        }
        let counted = row.numerator.zip(row.denominator.value).value();
        if let Some((count, children)) = counted.filter(|(_, children)| *children > 0.0) {
            kind.rows.push(row);
            kind.counts.push(f64::from(count));
            kind.children.push(children);
        }
    }
    let mut shrunken: Vec<Shrunken> = kinds
        .values()
        .flat_map(|kind| kind.shrink(input.plan.levels))
        .collect();
    shrunken.sort_by_key(|row| row.key);
    shrunken
}

/// One group and year in all authorities.
#[derive(Default)]
struct Kind<'a> {
    rows: Vec<&'a Estimate>,
    counts: Vec<f64>,
    children: Vec<f64>,
    /// Authorities whose count is withheld because it is small.
    withheld: usize,
}

impl Kind<'_> {
    fn shrink(&self, levels: Levels) -> Vec<Shrunken> {
        let small = |count: f64| count < f64::from(SMALL);
        let enough = self.rows.len() >= FEWEST;
        // The rates that are left when small counts are withheld are too high to draw towards.
        let whole = self.withheld * WITHHELD_IN < self.rows.len();
        if !enough || !whole || !self.counts.iter().any(|count| small(*count)) {
            return Vec::new();
        }
        // Without spread between authorities all would be drawn to one rate, with no interval.
        let Some(prior) = gamma_poisson_prior(&self.counts, &self.children)
            .ok()
            .filter(|prior| prior.shape.is_some())
        else {
            return Vec::new();
        };
        let drawn = |row: &Estimate, count, children| {
            let at = |level| prior.posterior(count, children, level);
            let value = at(levels.first()).ok()?.value;
            let intervals = Intervals::try_at(levels, |level| Ok::<_, Error>(at(level)?.interval));
            let rate = Measured {
                value,
                intervals: intervals.ok()?,
                method: "shrink_gamma_poisson",
            };
            widened(levels, rate, row.denominator.error().of_rate()).value()
        };
        self.rows
            .iter()
            .zip(&self.counts)
            .zip(&self.children)
            .filter(|((_, count), _)| small(**count))
            .filter_map(|((row, count), children)| {
                Some(Shrunken {
                    key: row.key,
                    rate: drawn(row, *count, *children)?,
                })
            })
            .collect()
    }
}
