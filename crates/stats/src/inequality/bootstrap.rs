//! Parametric bootstrap of a measure over groups: draw every group's value again, measure again.

use crate::check;
use crate::error::{Error, Result};
use crate::inequality::subgroup::{Subgroup, Weighted};
use crate::level::{Interval, Level};
use crate::random::Draws;
use crate::sum::{Sum, quantile_sorted, sum};

const BOOTSTRAP: &str = "the bootstrap interval";

/// How a group's value is drawn again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampling {
    /// A Poisson count with the observed mean, over the population. No events: a rate from the
    /// distribution whose quantiles are that count's exact limits.
    Poisson,
    /// A binomial count with the observed proportion, over the population (rounded). No events or
    /// nothing else: a proportion from the distribution whose quantiles are the exact limits.
    Binomial,
    /// Normal with the group's standard error, not below 0.
    Normal,
}

/// Level, seed and size of a bootstrap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BootstrapParams {
    /// How values are drawn.
    pub sampling: Sampling,
    /// The confidence level.
    pub level: Level,
    /// The seed; the same seed gives the same interval.
    pub seed: u64,
    /// How many sets of groups are drawn, 100 to 1,000,000.
    pub replicates: u32,
}

impl BootstrapParams {
    /// Poisson draws at 95% with 2,000 replicates: the default for rates.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        BootstrapParams {
            sampling: Sampling::Poisson,
            level: Level::P95,
            seed,
            replicates: 2_000,
        }
    }

    pub(super) fn check(self) -> Result<()> {
        if (100..=1_000_000).contains(&self.replicates) {
            return Ok(());
        }
        let found = f64::from(self.replicates);
        Err(Error::Argument {
            name: "replicates",
            must: "from 100 to 1,000,000",
            found,
        })
    }
}

/// A measure with its bootstrap interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BootstrapEstimate {
    /// The measure of the observed groups.
    pub value: f64,
    /// The interval for the groups' true inequality: of a measure of spread less what chance adds
    /// to it, and widened where need be to include `value`.
    pub interval: Interval,
    /// The plain percentile interval, which is not corrected. Peers give this one.
    pub percentile: Interval,
    /// By how much the measure is expected to exceed the true inequality.
    pub bias: f64,
    /// The standard deviation of the replicates.
    pub se: f64,
}

/// On which scale chance adds to a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Signed: chance adds about as often as it takes away.
    Signed,
    /// A root of squares, such as a standard deviation: chance adds to the square.
    Root,
    /// A square already, such as a variance or an entropy.
    Square,
}

/// A count that says nothing of its own uncertainty, for it would be drawn again without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// No events.
    None,
    /// Of a proportion: nothing but events.
    All,
}

/// Draws all groups again, in a canonical order so that the order of the rows does not matter.
pub(super) struct Resampler {
    /// The values that replicates are drawn around: those observed, but of a group at a bound
    /// what the last draw took for its true value.
    centre: Vec<Subgroup>,
    bounds: Vec<Option<Bound>>,
    order: Vec<usize>,
    sampling: Sampling,
    draws: Draws,
}

impl Resampler {
    pub(super) fn new(groups: &[Subgroup], params: BootstrapParams) -> Result<Self> {
        params.check()?;
        Weighted::new(BOOTSTRAP, 2, groups)?;
        for (index, g) in groups.iter().enumerate() {
            let events = g.value * g.population;
            match params.sampling {
                Sampling::Poisson => check::count(events).map(drop),
                Sampling::Binomial => check::subset(events.max(0.0), g.population)
                    .and(check::within(
                        "value",
                        g.value,
                        0.0,
                        1.0,
                        "a proportion, 0 to 1",
                    ))
                    .map(drop),
                Sampling::Normal => Ok(()),
            }
            .map_err(|e| e.at(index))?;
        }
        let mut order: Vec<usize> = (0..groups.len()).collect();
        let key = |i: usize| (groups[i].value, groups[i].population, groups[i].se);
        order.sort_by(|&i, &j| {
            let ((a, b, c), (d, e, f)) = (key(i), key(j));
            a.total_cmp(&d).then(b.total_cmp(&e)).then(c.total_cmp(&f))
        });
        let bound = |g: &Subgroup| match params.sampling {
            Sampling::Poisson | Sampling::Binomial if g.value <= 0.0 => Some(Bound::None),
            Sampling::Binomial if g.value >= 1.0 => Some(Bound::All),
            _ => None,
        };
        Ok(Resampler {
            centre: groups.to_vec(),
            bounds: groups.iter().map(bound).collect(),
            order,
            sampling: params.sampling,
            draws: Draws::from_seed(params.seed),
        })
    }

    /// The groups that the last replicate was drawn around, where they are not those observed.
    pub(super) fn moved_centre(&self) -> Option<&[Subgroup]> {
        let moved = self.bounds.iter().any(Option::is_some);
        moved.then_some(&self.centre)
    }

    /// Fills `into` with one replicate of the groups.
    pub(super) fn draw(&mut self, into: &mut [Subgroup]) {
        for &i in &self.order {
            let Subgroup {
                population: n,
                value: y,
                se,
            } = self.centre[i];
            if let Some(bound) = self.bounds[i] {
                self.centre[i].value = self.draws.beyond(bound, self.sampling, n);
                into[i].value = self.centre[i].value;
                continue;
            }
            into[i].value = match self.sampling {
                Sampling::Poisson => self.draws.poisson(y * n) / n,
                Sampling::Binomial => self.draws.binomial(n, y) / n,
                Sampling::Normal => (y + se * self.draws.normal()).max(0.0),
            };
        }
    }
}

impl Draws {
    /// A true value of a group whose count is at a bound. Its quantiles are the exact limits of
    /// such a count: of no events in n persons, those of a gamma (or a beta) with shape 1.
    fn beyond(&mut self, bound: Bound, sampling: Sampling, n: f64) -> f64 {
        let rate = self.gamma(1.0) / n;
        match (sampling, bound) {
            (Sampling::Binomial, Bound::None) => -(-rate).exp_m1(),
            (Sampling::Binomial, Bound::All) => (-rate).exp(),
            _ => rate,
        }
    }
}

/// A measure's replicates, and what they were drawn around.
#[derive(Debug, Clone, Default)]
pub(super) struct Replicates {
    values: Vec<f64>,
    /// The measure of the groups' values that each replicate was drawn around, and its square.
    centre: Sum,
    centre_square: Sum,
}

impl Replicates {
    pub(super) fn with_capacity(replicates: u32) -> Self {
        Replicates {
            values: Vec::with_capacity(replicates as usize),
            ..Replicates::default()
        }
    }

    /// Keeps a replicate, unless the measure does not exist for it.
    pub(super) fn keep(&mut self, replicate: f64, centre: f64) {
        if replicate.is_finite() && centre.is_finite() {
            self.values.push(replicate);
            self.centre.add(centre);
            self.centre_square.add(centre * centre);
        }
    }

    /// Whether the measure exists for at least nine tenths of the replicates drawn.
    pub(super) fn are_enough(&self, drawn: u32) -> bool {
        self.values.len() * 10 >= drawn as usize * 9
    }

    /// The estimate from a measure and its replicates.
    pub(super) fn summarise(
        mut self,
        value: f64,
        shape: Shape,
        level: Level,
    ) -> Result<BootstrapEstimate> {
        check::at_least(BOOTSTRAP, 50, &self.values)?;
        self.values.sort_by(f64::total_cmp);
        let (tail, n) = (level.tail(), self.values.len() as f64);
        let (low, high) = (
            quantile_sorted(&self.values, tail),
            quantile_sorted(&self.values, 1.0 - tail),
        );
        let percentile = Interval::of(BOOTSTRAP, low, high)?;
        let middle = sum(self.values.iter().copied()) / n;
        let se = (sum(self.values.iter().map(|r| (r - middle).powi(2))) / n).sqrt();
        let bias = middle - self.centre.value() / n;
        let (low, high) = match shape {
            Shape::Signed => (low, high),
            Shape::Square => unbiased(low, high, bias),
            Shape::Root => {
                let square = sum(self.values.iter().map(|r| r * r)) / n;
                let bias = square - self.centre_square.value() / n;
                let (low, high) = unbiased(low * low, high * high, bias);
                (low.sqrt(), high.sqrt())
            }
        };
        Ok(BootstrapEstimate {
            value: check::result(BOOTSTRAP, value)?,
            interval: Interval::of(BOOTSTRAP, low.min(value), high.max(value))?,
            percentile,
            bias: check::result(BOOTSTRAP, bias)?,
            se: check::result(BOOTSTRAP, se)?,
        })
    }
}

/// Percentile limits of a quantity that cannot be negative, less what chance added to it: once to
/// the observed groups and once more to the groups drawn from them.
fn unbiased(low: f64, high: f64, bias: f64) -> (f64, f64) {
    let less = |limit: f64| (limit - 2.0 * bias).max(0.0);
    (less(low), less(high))
}

#[doc = include_str!("../../docs/bootstrap_interval.md")]
pub fn bootstrap_interval(
    groups: &[Subgroup],
    measure: impl Fn(&[Subgroup]) -> Result<f64>,
    params: BootstrapParams,
) -> Result<BootstrapEstimate> {
    let value = measure(groups)?;
    let mut resampler = Resampler::new(groups, params)?;
    let mut drawn = groups.to_vec();
    let mut replicates = Replicates::with_capacity(params.replicates);
    for _ in 0..params.replicates {
        resampler.draw(&mut drawn);
        // A replicate for which the measure does not exist is left out, and the rest speak.
        let centre = resampler.moved_centre().map_or(Ok(value), &measure);
        if let (Ok(replicate), Ok(centre)) = (measure(&drawn), centre) {
            replicates.keep(replicate, centre);
        }
    }
    if !replicates.are_enough(params.replicates) {
        return Err(Error::Undefined {
            what: BOOTSTRAP,
            why: "the measure does not exist for more than a tenth of the replicates",
        });
    }
    replicates.summarise(value, Shape::Signed, params.level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inequality::measures::{Measure, inequality_measures};

    /// Groups planted with a population and a rate.
    fn planted(groups: &[(f64, f64)]) -> Vec<Subgroup> {
        let group = |&(population, value): &(f64, f64)| Subgroup {
            population,
            value,
            se: 0.0,
        };
        groups.iter().map(group).collect()
    }

    /// How often the corrected and the percentile interval of each measure of spread hold the
    /// truth of planted groups.
    fn coverage(truth: &[Subgroup], trials: u32) -> Vec<(Measure, f64, f64)> {
        let params = |trial: u32| BootstrapParams {
            replicates: 400,
            ..BootstrapParams::seeded(u64::from(trial))
        };
        let planted = inequality_measures(truth, 0, false, params(0)).unwrap();
        let mut draws = Draws::from_seed(77);
        let mut hits = [(0_u32, 0_u32, 0_u32); Measure::ALL.len()];
        for trial in 0..trials {
            let seen: Vec<Subgroup> = truth
                .iter()
                .map(|g| {
                    let count = draws.poisson(g.value * g.population);
                    Subgroup::from_count(count, g.population).unwrap()
                })
                .collect();
            let Ok(all) = inequality_measures(&seen, 0, false, params(trial)) else {
                continue;
            };
            for ((hit, (_, found)), (_, truth)) in hits.iter_mut().zip(all).zip(&planted) {
                let (Some(found), Some(truth)) = (found, truth) else {
                    continue;
                };
                hit.0 += u32::from(found.interval.contains(truth.value));
                hit.1 += u32::from(found.percentile.contains(truth.value));
                hit.2 += 1;
            }
        }
        let share = |of: u32, all: u32| f64::from(of) / f64::from(all);
        Measure::ALL
            .into_iter()
            .zip(hits)
            .map(|(m, (corrected, percentile, all))| {
                (m, share(corrected, all), share(percentile, all))
            })
            .collect()
    }

    #[test]
    fn corrected_intervals_hold_the_true_inequality() {
        // Ten groups that differ by a little more than chance; five ethnic groups of very uneven
        // size; and the same in a tenth of the place, where often a group has no events.
        let even: Vec<(f64, f64)> = (0..10)
            .map(|i| (4_000.0, 0.01 * (1.0 + 0.03 * (f64::from(i) - 4.5))))
            .collect();
        let uneven = [
            (60_000.0, 0.006),
            (4_000.0, 0.011),
            (5_000.0, 0.009),
            (9_000.0, 0.003),
            (1_500.0, 0.007),
        ];
        let tenth = uneven.map(|(n, rate)| (n / 10.0, rate));
        for (name, groups) in [("even", &even[..]), ("uneven", &uneven), ("tenth", &tenth)] {
            let mut held = 0;
            for (measure, corrected, percentile) in coverage(&planted(groups), 2_000) {
                if measure.shape() == Shape::Signed {
                    continue;
                }
                // Of thin groups the mean log deviation is never given: too many draws have none.
                if name == "tenth" && measure == Measure::MeanLogDeviation {
                    assert!(corrected.is_nan(), "{corrected}");
                    continue;
                }
                held += 1;
                assert!(corrected >= 0.93, "{name} {measure:?}: {corrected}");
                // What other software gives can miss the truth nearly always.
                if name == "even" && measure == Measure::BetweenGroupSd {
                    assert!(percentile < 0.05, "{percentile}");
                }
            }
            let all = if name == "tenth" { 12 } else { 13 };
            assert_eq!(held, all, "measures of spread on {name}");
        }
    }

    #[test]
    fn no_events_are_not_known_exactly() {
        let groups: Vec<Subgroup> = [(0.0, 1_000.0), (20.0, 1_000.0), (30.0, 1_000.0)]
            .iter()
            .map(|&(x, n)| Subgroup::from_count(x, n).unwrap())
            .collect();
        // Alone, such a group's limits are the exact ones: 3.689 events, and 1 - 0.025^(1/n).
        let first = |g: &[Subgroup]| Ok(g[0].value);
        for (sampling, high) in [
            (Sampling::Poisson, 3.688_879),
            (Sampling::Binomial, 3.682_083),
        ] {
            let params = BootstrapParams {
                sampling,
                replicates: 100_000,
                ..BootstrapParams::seeded(4)
            };
            let found = bootstrap_interval(&groups, first, params).unwrap();
            let limits = (found.interval.low, found.interval.high * 1_000.0);
            assert!(limits.0.abs() < 1e-15 && (limits.1 / high - 1.0).abs() < 0.02);
        }
        let all = vec![
            groups[0],
            groups[1],
            Subgroup::from_proportion(40.0, 40.0).unwrap(),
        ];
        let certain = BootstrapParams {
            sampling: Sampling::Binomial,
            ..BootstrapParams::seeded(4)
        };
        let last = |g: &[Subgroup]| Ok(g[2].value);
        let found = bootstrap_interval(&all, last, certain).unwrap().interval;
        // 0.025^(1/40) = 0.911903
        assert!(
            (found.low - 0.911_903).abs() < 0.005 && found.high >= 1.0,
            "{found:?}"
        );
        // Taken as known, they would give a ratio to them of exactly 0.
        let all = inequality_measures(&groups, 2, false, BootstrapParams::seeded(4)).unwrap();
        for (measure, found) in all.into_iter().filter_map(|(m, f)| Some((m, f?))) {
            let width = found.interval.high - found.interval.low;
            assert!(width > 0.0, "{measure:?}: {found:?}");
        }
    }
}
