//! What a withheld count can be.
//!
//! Authorities' counts from 1 to 5 are withheld by the publisher, and others so that those cannot be
//! worked out. A withheld count is therefore at least 1. At most it is 5, or what the published count
//! of its region leaves for it, whichever is less. Where the counts that a region leaves for its
//! withheld authorities are more than 5 for each, in any year, counts above 5 are withheld of that
//! indicator too: then only what the region leaves is an upper bound, and there is none where the
//! region's own count is missing.
//!
//! Of counts protected here neither holds: they are taken to be anything from 0.

use std::collections::BTreeMap;

use disparity_core::{
    AreaCode, Cell, GeographicLevel, IndicatorId, IssueCode, Period, Provenance, Reported, Symbol,
};
use disparity_stats::Interval;

use crate::Input;

/// Counts of regions are published to the nearest 10.
const ROUNDING: f64 = 5.0;

/// The bounds of the withheld counts of one indicator.
pub(crate) struct Withheld {
    bounds: BTreeMap<(Period, AreaCode), Interval>,
}

/// The authorities of one region and year.
#[derive(Default)]
struct Region {
    /// The sum of the counts that are published.
    known: f64,
    withheld: Vec<AreaCode>,
    /// Whether a figure is missing for another reason, so that the sum is not of all.
    missing: bool,
}

impl Withheld {
    /// The withheld totals of authorities in an indicator's cells.
    pub(crate) fn of(input: Input<'_>, id: IndicatorId) -> Self {
        let totals = input.cube.indicator(id).iter();
        let totals: Vec<&Cell> = totals.filter(|cell| cell.key.stratum.is_total()).collect();
        let hidden = |cell: &&&Cell| cell.numerator == Reported::Symbol(Symbol::Confidential);
        if input.provenance != Provenance::Published {
            let anything = Interval {
                low: 0.0,
                high: f64::INFINITY,
            };
            let keys = totals
                .iter()
                .filter(hidden)
                .map(|cell| (cell.key.period, cell.key.area));
            return Self {
                bounds: keys.map(|key| (key, anything)).collect(),
            };
        }
        let regions = regions(input, &totals);
        let left = |(period, region): &(Period, AreaCode), own: &Region| {
            let whole = totals
                .binary_search_by_key(&(*period, *region), |cell| (cell.key.period, cell.key.area))
                .ok()
                .and_then(|at| totals[at].numerator.value())?;
            let left = f64::from(whole) - own.known;
            Some(Interval {
                low: if own.missing { 0.0 } else { left - ROUNDING },
                high: left + ROUNDING,
            })
        };
        let rule = input.nation().suppression();
        let (least, most) = (f64::from(rule.min), f64::from(rule.max));
        let secondary = regions.iter().any(|(key, own)| {
            left(key, own).is_some_and(|left| left.low > most * number(own.withheld.len()))
        });
        let most = if secondary { f64::INFINITY } else { most };
        let mut bounds = BTreeMap::new();
        for (key, own) in &regions {
            let others = number(own.withheld.len().saturating_sub(1));
            let mut each = Interval {
                low: least,
                high: most,
            };
            // A region that leaves less than each must have was revised apart from its authorities.
            if let Some(left) = left(key, own).filter(|left| left.high >= least * (others + 1.0)) {
                each.high = most.min(left.high - least * others);
                each.low = least.max(left.low - each.high * others);
            }
            bounds.extend(own.withheld.iter().map(|area| ((key.0, *area), each)));
        }
        Self { bounds }
    }

    /// The least and the most that a withheld count over a whole can be. Over a whole that is itself
    /// withheld it can be anything; nothing where neither is withheld, or the whole is not known.
    pub(crate) fn over(
        &self,
        period: Period,
        area: AreaCode,
        whole: Reported<f64>,
    ) -> Option<Interval> {
        match (self.bounds.get(&(period, area)), whole) {
            (Some(count), Reported::Value(whole)) if whole > 0.0 => Some(Interval {
                low: count.low / whole,
                high: count.high / whole,
            }),
            (_, Reported::Symbol(Symbol::Confidential)) => Some(Interval {
                low: 0.0,
                high: f64::INFINITY,
            }),
            _ => None,
        }
    }
}

fn regions(input: Input<'_>, totals: &[&Cell]) -> BTreeMap<(Period, AreaCode), Region> {
    let mut regions: BTreeMap<(Period, AreaCode), Region> = BTreeMap::new();
    for cell in totals {
        let area = input.catalogue.areas.get(cell.key.area);
        let Some(area) = area.filter(|area| area.level == GeographicLevel::LocalAuthority) else {
            continue;
        };
        let Some(region) = area.region else {
            continue;
        };
        let own = regions.entry((cell.key.period, region)).or_default();
        match cell.numerator {
            // Good to a few only: a region's sum with it is not exact to its rounding.
            Reported::Value(_) if cell.issues.contains(IssueCode::CountFromRate) => {
                own.missing = true;
            }
            Reported::Value(count) => own.known += f64::from(count),
            Reported::Symbol(Symbol::Confidential) => own.withheld.push(area.code),
            Reported::Symbol(Symbol::NotApplicable) => {}
            Reported::Symbol(_) => own.missing = true,
        }
    }
    regions.retain(|_, own| !own.withheld.is_empty());
    regions
}

fn number(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}
