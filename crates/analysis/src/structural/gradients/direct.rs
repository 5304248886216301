//! The gradient of an area whose deciles were counted: over the tenths that have children there.

use disparity_core::{
    AreaCode, Count, DecileShares, Dimension, Gradient, GradientFigure, GradientMethod, IssueCode,
    IssueSet, Levels, Measured, Provenance, Reported, Stratum, Symbol, Unit,
};
use disparity_stats::models::{DECILES, DecileArea, Scatter, decile_rates_log_linear};
use disparity_stats::{
    Estimate, Level, RelativeIndex, Result, SlopeIndex, SlopeScale, Subgroup, slope_index,
};

use super::super::fit::{at_all, joined};
use super::About;
use crate::measure;

/// What is known of one tenth of neighbourhoods in an area.
struct Tenth {
    count: Reported<Count>,
    children: Reported<f64>,
    issues: IssueSet,
}

/// A tenth with children whose count is known: its place, how many were counted, out of how many.
type Known = (usize, f64, f64);

impl About<'_> {
    /// The gradient of every area of which any decile was counted.
    pub(super) fn direct(self) -> Vec<Gradient> {
        let strata: Vec<Stratum> = (1..=10).filter_map(|number| self.decile(number)).collect();
        let cells = self.input.cube.indicator(self.indicator);
        let mut areas: Vec<AreaCode> = cells
            .iter()
            .filter(|cell| cell.key.period == self.period && strata.contains(&cell.key.stratum))
            .map(|cell| cell.key.area)
            .collect();
        areas.sort_unstable();
        areas.dedup();
        let mut shares = DecileShares::new(self.input.catalogue);
        areas
            .into_iter()
            .flat_map(|area| self.counted(area, &mut shares))
            .collect()
    }

    fn counted(self, area: AreaCode, shares: &mut DecileShares<'_>) -> Vec<Gradient> {
        let found = GradientMethod::Direct;
        let inflation = self.inflation(area);
        let tenths: Vec<Tenth> = (1..=10)
            .map(|number| self.tenth(area, number, shares))
            .collect();
        let mut rows: Vec<Gradient> = (1..=10)
            .zip(&tenths)
            .map(|(number, tenth)| Gradient {
                count: tenth.count,
                children: tenth.children,
                value: self.rate(tenth, inflation),
                issues: tenth.issues,
                ..self.row(area, found, GradientFigure::Rate(number))
            })
            .collect();
        let issues = tenths
            .iter()
            .fold(IssueSet::EMPTY, |all, t| all.union(t.issues));
        let mut figure = |figure, value, more| {
            rows.push(Gradient {
                value,
                issues: issues.union(more),
                ..self.row(area, found, figure)
            });
        };
        let none = IssueSet::EMPTY;
        let ends = [&tenths[0], &tenths[DECILES - 1]].map(Tenth::counted);
        let ratio = ends[0]
            .zip(ends[1])
            .and_then(|ends| self.ratio(ends, inflation));
        figure(GradientFigure::RatioMostToLeast, ratio, none);
        let known = complete(&tenths);
        let step = per_decile(self.levels(), &known);
        figure(GradientFigure::RatioPerDecile, step, none);
        let index = |known: &[Known], level| self.slope(known, inflation, level);
        let slope = known.as_deref().and_then(|known| {
            at_all(self.levels(), "slope_index", |level| {
                index(known, level).map(|found| found.slope)
            })
        });
        figure(GradientFigure::SlopeIndex, slope, none);
        let (relative, more) = match known.as_deref() {
            Reported::Value(known) => relative(self.levels(), |level| index(known, level)),
            Reported::Symbol(why) => (Reported::Symbol(why), none),
        };
        figure(GradientFigure::RelativeIndex, relative, more);
        rows
    }

    /// What the input has of a tenth. Records of children that have none there have counted nobody;
    /// of published figures that are not there nothing is known.
    fn tenth(self, area: AreaCode, number: u8, shares: &mut DecileShares<'_>) -> Tenth {
        let nothing = Tenth {
            count: Reported::Symbol(Symbol::NotAvailable),
            children: Reported::Symbol(Symbol::NotAvailable),
            issues: IssueSet::EMPTY,
        };
        let Some(stratum) = self.decile(number) else {
            return nothing;
        };
        let allowed = self.inflation(area).is_some();
        if let Some(cell) = self.cell(area, stratum) {
            return Tenth {
                count: cell.numerator,
                children: cell.denominator.value,
                issues: cell.issues.with_if(allowed, IssueCode::RepeatsInInterval),
            };
        }
        let counted = self.input.provenance != Provenance::Published
            && self.cell(area, Stratum::TOTAL).is_some();
        let living = shares.children(self.input.populations, self.period, area, stratum);
        match living {
            Some(living) if counted => Tenth {
                count: Reported::Value(0),
                children: living.denominator.value,
                issues: living.issues,
            },
            _ => nothing,
        }
    }

    /// The stratum of one decile.
    fn decile(self, number: u8) -> Option<Stratum> {
        let dimensions = &self.input.catalogue.dimensions;
        dimensions.stratum(Dimension::DeprivationDecile, &number.to_string())
    }

    fn unit(self) -> Unit {
        self.input.catalogue.indicators.get(self.indicator).unit()
    }

    /// By how much events vary more than children would.
    fn inflation(self, area: AreaCode) -> Option<f64> {
        self.input.cube.inflation(&self.key(area, Stratum::TOTAL))
    }

    fn rate(self, tenth: &Tenth, inflation: Option<f64>) -> Reported<Measured> {
        tenth.counted().and_then(|(count, of)| match self.unit() {
            Unit::Per10k => measure::rate(self.levels(), count, of, inflation),
            Unit::Proportion => measure::proportion(self.levels(), count, of),
        })
    }

    fn ratio(self, (first, last): measure::Pair, inflation: Option<f64>) -> Reported<Measured> {
        let inflation = inflation.unwrap_or(1.0);
        let effective = |(count, of): (f64, f64)| (count / inflation, of / inflation);
        let ends = (effective(first), effective(last));
        measure::ratio(self.levels(), ends, self.unit())
    }

    /// The slope index of the tenths with children, from the least to the most deprived.
    fn slope(self, known: &[Known], inflation: Option<f64>, level: Level) -> Result<SlopeIndex> {
        let wider = inflation.unwrap_or(1.0).sqrt();
        let groups: Vec<Subgroup> = known
            .iter()
            .map(|(_, count, of)| match self.unit() {
                Unit::Per10k => Subgroup::from_count(*count, *of),
                Unit::Proportion => Subgroup::from_proportion(*count, *of),
            })
            .map(|group| {
                group.map(|group| Subgroup {
                    se: group.se * wider,
                    ..group
                })
            })
            .collect::<Result<_>>()?;
        slope_index(&groups, SlopeScale::Identity, level)?.reversed()
    }
}

impl Tenth {
    fn counted(&self) -> Reported<(f64, f64)> {
        self.count.map(f64::from).zip(self.children)
    }
}

/// The tenths that have children, if the counts of all of them are known.
fn complete(tenths: &[Tenth]) -> Reported<Vec<Known>> {
    let living = tenths.iter().enumerate().filter(|(_, tenth)| {
        // Where nobody lives there is no rate to put on the line.
        tenth.children.value().is_none_or(|children| children > 0.0)
    });
    living.fold(Reported::Value(Vec::new()), |all, (place, tenth)| {
        all.zip(tenth.counted()).map(|(mut known, (count, of))| {
            known.push((place, count, of));
            known
        })
    })
}

/// The factor from a decile to the next more deprived one, each decile being its own area.
fn per_decile(levels: Levels, known: &Reported<Vec<Known>>) -> Reported<Measured> {
    known.as_deref().and_then(|known| {
        let areas: Vec<DecileArea> = known
            .iter()
            .map(|(place, count, of)| {
                let mut children = [0.0; DECILES];
                children[*place] = *of;
                DecileArea {
                    count: *count,
                    children,
                }
            })
            .collect();
        at_all(levels, "decile_rates_log_linear", |level| {
            decile_rates_log_linear(&areas, Scatter::Estimated, level)
                .map(|fit| fit.ratio_per_decile)
        })
    })
}

/// The relative index: unreliable where any interval has no upper limit, because the rate at the
/// least deprived end may be 0; and not applicable where the line meets 0.
fn relative(
    levels: Levels,
    index: impl Fn(Level) -> Result<SlopeIndex>,
) -> (Reported<Measured>, IssueSet) {
    let none = IssueSet::EMPTY;
    let at = |level: &Level| index(*level).ok().and_then(|found| found.relative);
    let found: Option<Vec<RelativeIndex>> = levels.as_slice().iter().map(at).collect();
    let Some(found) = found else {
        return (Reported::Symbol(Symbol::NotApplicable), none);
    };
    let closed: Option<Vec<Estimate>> = found.into_iter().map(RelativeIndex::closed).collect();
    match closed {
        Some(closed) => (joined("slope_index", closed.into_iter()), none),
        None => (
            Reported::Symbol(Symbol::Unreliable),
            none.with(IssueCode::NoUpperLimit),
        ),
    }
}
