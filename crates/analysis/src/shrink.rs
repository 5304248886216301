//! Small-number rates drawn towards the rates of their kind: the same group and year in all
//! authorities.

use std::collections::BTreeMap;

use disparity_core::{
    Estimate, GeographicLevel, IndicatorId, Intervals, Measured, Period, Shrunken, Stratum, Unit,
};
use disparity_stats::{Level, shrink_gamma_poisson};

use crate::Input;
use crate::estimates::SMALL;

/// With fewer authorities than this, how far they differ is not known well enough to draw by it.
const FEWEST: usize = 20;

/// The shrunken rate of every authority's cell that counts few children, sorted by key.
pub(crate) fn shrink(input: Input<'_>, id: IndicatorId, estimates: &[Estimate]) -> Vec<Shrunken> {
    if input.catalogue.indicators.get(id).unit() != Unit::Per10k {
        return Vec::new();
    }
    let mut kinds: BTreeMap<(Period, Stratum), Kind> = BTreeMap::new();
    for row in estimates {
        let area = input.catalogue.areas.get(row.key.area);
        let counted = row.numerator.zip(row.denominator.value).value();
        let (Some(area), Some((count, children))) = (area, counted) else {
            continue;
        };
        if area.level == GeographicLevel::LocalAuthority && children > 0.0 {
            let kind = kinds.entry((row.key.period, row.key.stratum)).or_default();
            kind.rows.push(row);
            kind.counts.push(f64::from(count));
            kind.children.push(children);
        }
    }
    let mut shrunken: Vec<Shrunken> = kinds.values().flat_map(Kind::shrink).collect();
    shrunken.sort_by_key(|row| row.key);
    shrunken
}

/// One group and year in all authorities.
#[derive(Default)]
struct Kind<'a> {
    rows: Vec<&'a Estimate>,
    counts: Vec<f64>,
    children: Vec<f64>,
}

impl Kind<'_> {
    fn shrink(&self) -> Vec<Shrunken> {
        let small = |count: f64| count < f64::from(SMALL);
        if self.rows.len() < FEWEST || !self.counts.iter().any(|count| small(*count)) {
            return Vec::new();
        }
        let at = |level| shrink_gamma_poisson(&self.counts, &self.children, level);
        let (Ok(p95), Ok(p998)) = (at(Level::P95), at(Level::P998)) else {
            return Vec::new();
        };
        // Without spread between authorities there is nothing to say how far to draw.
        if p95.shape.is_none() {
            return Vec::new();
        }
        let ratios = p95.ratios.iter().zip(&p998.ratios);
        self.rows
            .iter()
            .zip(&self.counts)
            .zip(ratios)
            .filter(|((_, count), _)| small(**count))
            .map(|((row, _), (p95, p998))| Shrunken {
                key: row.key,
                rate: Measured {
                    value: p95.value,
                    intervals: Intervals {
                        p95: p95.interval,
                        p998: p998.interval,
                    },
                    method: "shrink_gamma_poisson",
                },
            })
            .collect()
    }
}
