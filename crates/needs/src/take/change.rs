//! Children and cost if a rate met a level, by draws.

use disparity_core::needs::Need;
use disparity_core::needs::take::{COSTED, Change, Difference, TakeAssumptions, Target, UnitCost};
use disparity_core::{
    AreaCode, Count, Interval, Intervals, Issue, IssueCode, Neighbours, Period, Position, Reported,
    Stratum, Suppression, Symbol,
};
use disparity_stats::{Draws, GammaShape, median, median_bounds};

use super::cost_of;
use crate::NeedsError;
use crate::england::England;
use crate::simulate::{intervals, stream};

/// What changes are computed from.
pub(super) struct Changes<'a> {
    pub(super) england: &'a England<'a>,
    pub(super) authority: AreaCode,
    pub(super) neighbours: &'a [AreaCode],
    pub(super) assumptions: &'a TakeAssumptions,
}

/// A count of one area, with its children.
#[derive(Clone, Copy)]
struct Counted {
    area: AreaCode,
    count: Reported<Count>,
    children: f64,
}

/// Where a level is, and how uncertain: as a number of children of the authority.
enum Aim {
    /// A number, and the standard deviation of its logarithm.
    LogNormal(f64, f64),
    /// The median of rates of others, each a count over children.
    Median(Vec<Counted>),
    /// Nothing is uncertain about it.
    Exactly(f64),
}

impl Changes<'_> {
    /// All changes, sorted by need and level.
    pub(super) fn all(&self, issues: &mut Vec<Issue>) -> Result<Vec<Change>, NeedsError> {
        let mut all = Vec::new();
        for (indicator, _) in COSTED {
            let Some(id) = self.england.known().indicator(indicator) else {
                continue;
            };
            let need = Need::Indicator(id);
            let cost = cost_of(self.assumptions, indicator).0;
            let targets = Target::ALL.into_iter();
            for target in targets.filter(|own| *own != Target::Chosen || cost.chosen_rate.is_some())
            {
                all.push(self.one(need, indicator, cost, target, issues)?);
            }
        }
        all.sort_by_key(|change: &Change| (change.need, change.target));
        Ok(all)
    }

    fn one(
        &self,
        need: Need,
        indicator: &'static str,
        cost: UnitCost,
        target: Target,
        issues: &mut Vec<Issue>,
    ) -> Result<Change, NeedsError> {
        let period = self.period_of(need);
        let Some(own) = self.counted(need, period, self.authority) else {
            return Err(NeedsError::NoChildren {
                authority: self.authority,
                period,
            });
        };
        let (aim, neighbours) = self.aim(need, period, cost, target, own.children);
        self.remark(indicator, period, neighbours, issues);
        let target_rate = match &aim {
            Reported::Value(aim) => aim.children(own.children).map(|all| all / own.children),
            Reported::Symbol(symbol) => Reported::Symbol(*symbol),
        };
        let drawn = self.drawn(indicator, own, cost, &aim);
        let difference = |value: f64, drawn: &[f64]| {
            let intervals = self.intervals(drawn);
            Difference {
                value,
                intervals,
                position: Position::of_difference(&intervals),
            }
        };
        let count = own.count.map(f64::from);
        let more = target_rate
            .zip(count)
            .map(|(rate, count)| rate * own.children - count);
        let pounds = cost.pounds * self.assumptions.inflation;
        Ok(Change {
            need,
            target,
            counted: own.count,
            own_rate: count.map(|count| count / own.children),
            target_rate,
            children: more.map(|more| difference(more, &drawn.0)),
            cost: more.map(|more| difference(more * pounds, &drawn.1)),
            neighbours,
        })
    }

    /// The year of England's count, which is that of the assessment's counts.
    fn period_of(&self, need: Need) -> Period {
        let known = self.england.known();
        let Need::Indicator(id) = need else {
            return self.england.period();
        };
        known
            .england(id)
            .map_or(self.england.period(), |(_, period)| period)
    }

    /// A count with the children it is of; none where those are not known.
    fn counted(&self, need: Need, period: Period, area: AreaCode) -> Option<Counted> {
        let Need::Indicator(id) = need else {
            return None;
        };
        let populations = self.england.inputs.populations;
        let children = populations.get(period, area, Stratum::TOTAL)?;
        let children = children.denominator.value.value()?;
        (children > 0.0).then(|| Counted {
            area,
            count: self.england.known().counted(id, period, area),
            children,
        })
    }

    fn aim(
        &self,
        need: Need,
        period: Period,
        cost: UnitCost,
        target: Target,
        children: f64,
    ) -> (Reported<Aim>, Option<Neighbours>) {
        let unavailable = Reported::Symbol(Symbol::NotAvailable);
        let aim = match (target, need) {
            (Target::AsExpected, Need::Indicator(id)) => {
                let expected = self.england.known().expected(id, self.authority);
                expected.map(|(expected, error)| Aim::LogNormal(expected, error))
            }
            (Target::NeighbourMedian, _) => return self.neighbours(need, period),
            (Target::England, _) => self
                .counted(need, period, AreaCode::ENGLAND)
                .map_or(unavailable, |england| {
                    england.count.map(|_| Aim::Median(vec![england]))
                }),
            (Target::Chosen, _) => cost.chosen_rate.map_or(unavailable, |rate| {
                Reported::Value(Aim::Exactly(rate / 10_000.0 * children))
            }),
            (Target::AsExpected, _) => unavailable,
        };
        (aim, None)
    }

    /// The neighbours that have a count, withheld or not. Where what is withheld can move their median,
    /// there is none.
    fn neighbours(&self, need: Need, period: Period) -> (Reported<Aim>, Option<Neighbours>) {
        let listed = self.neighbours.iter();
        let found: Vec<Counted> = listed
            .filter_map(|area| self.counted(need, period, *area))
            .filter(|own| own.count.symbol().is_none_or(Symbol::is_withheld))
            .collect();
        let rule = Suppression::DFE_1_TO_5;
        let rates: Vec<Interval> = found
            .iter()
            .map(|own| {
                let (low, high) = own.count.value().map_or((rule.min, rule.max), |n| (n, n));
                Interval {
                    low: f64::from(low) / own.children,
                    high: f64::from(high) / own.children,
                }
            })
            .collect();
        let Ok(bounds) = median_bounds(&rates) else {
            return (Reported::Symbol(Symbol::NotAvailable), None);
        };
        let withheld = found.iter().filter(|own| !own.count.is_value()).count();
        let number = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        let neighbours = Neighbours {
            with_data: number(found.len() - withheld),
            withheld: number(withheld),
            bounds,
        };
        let aim = if bounds.low.total_cmp(&bounds.high).is_eq() {
            Reported::Value(Aim::Median(found))
        } else {
            Reported::Symbol(Symbol::Confidential)
        };
        (aim, Some(neighbours))
    }

    fn remark(
        &self,
        indicator: &str,
        period: Period,
        neighbours: Option<Neighbours>,
        issues: &mut Vec<Issue>,
    ) {
        let Some(found) = neighbours else { return };
        let mut say = |code, message: String| {
            let mut issue = Issue::new(code, message);
            indicator.clone_into(&mut issue.indicator);
            issue.area = Some(self.authority);
            issue.period = Some(period);
            issues.push(issue);
        };
        let missing = self.neighbours.len() - usize::from(found.with_data + found.withheld);
        if missing > 0 {
            let message = format!("{missing} statistical neighbours have no published count");
            say(IssueCode::NeighboursMissing, message);
        }
        if found.withheld > 0 {
            let message = format!(
                "counts of {} statistical neighbours are withheld",
                found.withheld
            );
            say(IssueCode::NeighboursWithheld, message);
        }
    }

    /// Children and cost of every draw.
    fn drawn(
        &self,
        indicator: &str,
        own: Counted,
        cost: UnitCost,
        aim: &Reported<Aim>,
    ) -> (Vec<f64>, Vec<f64>) {
        let (Reported::Value(aim), Some(count)) = (aim, own.count.value()) else {
            return (Vec::new(), Vec::new());
        };
        let draws = self.england.assumptions.draws;
        let seed = self.england.assumptions.seed;
        let unit = cost.pounds * self.assumptions.inflation;
        let of = |what: &str, area| stream(seed, named(what, indicator, area), 0);
        let now = gammas(of("count", own.area), count, draws);
        let then = aim.drawn(
            own.children,
            draws,
            |area| of("count", area),
            || of("expected", own.area),
        );
        let mut costs = of("cost", AreaCode::ENGLAND);
        let children: Vec<f64> = then.iter().zip(now).map(|(then, now)| then - now).collect();
        let cost = |more: &f64| more * unit * (cost.spread * costs.normal()).exp();
        let costs = children.iter().map(cost).collect();
        (children, costs)
    }

    fn intervals(&self, drawn: &[f64]) -> Intervals {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "draws to seven digits, as everywhere in an assessment"
        )]
        let mut drawn: Vec<f32> = drawn.iter().map(|own| *own as f32).collect();
        intervals(self.england.levels, &mut drawn)
    }
}

impl Aim {
    /// How many children of the authority it is.
    fn children(&self, children: f64) -> Reported<f64> {
        match self {
            Self::LogNormal(value, _) | Self::Exactly(value) => Reported::Value(*value),
            Self::Median(of) => {
                let rates: Vec<f64> = of.iter().map(|own| own.least() / own.children).collect();
                median(&rates).map_or(Reported::Symbol(Symbol::NotAvailable), |rate| {
                    Reported::Value(rate * children)
                })
            }
        }
    }

    fn drawn(
        &self,
        children: f64,
        draws: u32,
        of_count: impl Fn(AreaCode) -> Draws,
        of_expected: impl Fn() -> Draws,
    ) -> Vec<f64> {
        match self {
            Self::Exactly(value) => vec![*value; draws as usize],
            Self::LogNormal(value, error) => {
                let mut stream = of_expected();
                let drawn = (0..draws).map(|_| value * (error * stream.normal()).exp());
                drawn.collect()
            }
            Self::Median(of) => {
                let each: Vec<Vec<f64>> = of
                    .iter()
                    .map(|own| gammas(of_count(own.area), own.least_count(), draws))
                    .collect();
                let rate = |draw: usize| {
                    let mut rates: Vec<f64> = each
                        .iter()
                        .zip(of)
                        .map(|(drawn, own)| drawn[draw] / own.children)
                        .collect();
                    middle(&mut rates) * children
                };
                (0..draws as usize).map(rate).collect()
            }
        }
    }
}

impl Counted {
    /// The count, or the least that a withheld one can be: used only where the median is the same for all
    /// that it can be.
    fn least_count(&self) -> Count {
        self.count.value().unwrap_or(Suppression::DFE_1_TO_5.min)
    }

    fn least(&self) -> f64 {
        f64::from(self.least_count())
    }
}

/// The middle of some numbers, of which there are any.
fn middle(of: &mut [f64]) -> f64 {
    of.sort_unstable_by(f64::total_cmp);
    let half = of.len() / 2;
    if of.len() % 2 == 1 {
        of[half]
    } else {
        f64::midpoint(of[half - 1], of[half])
    }
}

/// Means that a count might as well have been drawn from; one of nobody is taken as half a child.
fn gammas(mut stream: Draws, count: Count, draws: u32) -> Vec<f64> {
    let shape = GammaShape::new(f64::from(count).max(0.5));
    (0..draws).map(|_| stream.gamma_of(&shape)).collect()
}

/// A number for each purpose by its name, so that a figure is drawn the same whatever stands beside it: the
/// count of an authority is drawn the same as its own and as a neighbour's.
fn named(what: &str, indicator: &str, area: AreaCode) -> u64 {
    let bytes = what.bytes().chain([b' ']).chain(indicator.bytes());
    bytes
        .chain(area.as_str().bytes())
        .fold(11, |all: u64, byte| {
            all.wrapping_mul(131).wrapping_add(u64::from(byte))
        })
}
