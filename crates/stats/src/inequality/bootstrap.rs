//! Parametric bootstrap of a measure over groups: draw every group's value again, measure again.

use rand_distr::{Binomial, Distribution};

use crate::check;
use crate::error::{Error, Result};
use crate::inequality::subgroup::{Subgroup, Weighted};
use crate::level::{Interval, Level};
use crate::random::Draws;
use crate::sum::{quantile_sorted, sum};

const BOOTSTRAP: &str = "the bootstrap interval";

/// How a group's value is drawn again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampling {
    /// A Poisson count with the observed mean, over the population.
    Poisson,
    /// A binomial count with the observed proportion, over the population (rounded).
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
    /// The interval for the groups' true inequality, corrected for what chance adds to a measure
    /// of spread, and widened where need be to include `value`.
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

/// Draws all groups again, in a canonical order so that the order of the rows does not matter.
pub(super) struct Resampler<'a> {
    groups: &'a [Subgroup],
    order: Vec<usize>,
    sampling: Sampling,
    draws: Draws,
}

impl<'a> Resampler<'a> {
    pub(super) fn new(groups: &'a [Subgroup], params: BootstrapParams) -> Result<Self> {
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
        Ok(Resampler {
            groups,
            order,
            sampling: params.sampling,
            draws: Draws::from_seed(params.seed),
        })
    }

    /// Fills `into` with one replicate of the groups.
    pub(super) fn draw(&mut self, into: &mut [Subgroup]) {
        for &i in &self.order {
            let g = self.groups[i];
            into[i].value = match self.sampling {
                Sampling::Poisson => self.draws.poisson(g.value * g.population) / g.population,
                Sampling::Binomial => self.draws.binomial(g.population, g.value) / g.population,
                Sampling::Normal => (g.value + g.se * self.draws.normal()).max(0.0),
            };
        }
    }
}

impl Draws {
    /// A binomial count; the number of trials is rounded to a whole number.
    fn binomial(&mut self, n: f64, p: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked"
        )]
        let trials = n.round() as u64;
        let count = Binomial::new(trials, p).map_or(0, |b| b.sample(self.generator()));
        (count as f64).min(n)
    }
}

/// The estimate from a measure and its replicates, which need not be sorted.
pub(super) fn summarise(
    value: f64,
    mut replicates: Vec<f64>,
    shape: Shape,
    level: Level,
) -> Result<BootstrapEstimate> {
    check::at_least(BOOTSTRAP, 50, &replicates)?;
    replicates.sort_by(f64::total_cmp);
    let (tail, n) = (level.tail(), replicates.len() as f64);
    let (low, high) = (
        quantile_sorted(&replicates, tail),
        quantile_sorted(&replicates, 1.0 - tail),
    );
    let percentile = Interval::of(BOOTSTRAP, low, high)?;
    let middle = sum(replicates.iter().copied()) / n;
    let se = (sum(replicates.iter().map(|r| (r - middle).powi(2))) / n).sqrt();
    let interval = match shape {
        Shape::Signed => percentile,
        Shape::Square => basic(value, low, high),
        Shape::Root => {
            let squared = basic(value * value, low * low, high * high);
            Interval {
                low: squared.low.sqrt(),
                high: squared.high.sqrt(),
            }
        }
    };
    let interval = Interval::of(BOOTSTRAP, interval.low.min(value), interval.high.max(value))?;
    Ok(BootstrapEstimate {
        value: check::result(BOOTSTRAP, value)?,
        interval,
        percentile,
        bias: check::result(BOOTSTRAP, middle - value)?,
        se: check::result(BOOTSTRAP, se)?,
    })
}

/// The basic (reflected) interval of a quantity that cannot be negative.
fn basic(value: f64, low: f64, high: f64) -> Interval {
    Interval {
        low: (2.0 * value - high).max(0.0),
        high: (2.0 * value - low).max(0.0),
    }
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
    let mut replicates = Vec::with_capacity(params.replicates as usize);
    for _ in 0..params.replicates {
        resampler.draw(&mut drawn);
        // A replicate for which the measure does not exist is left out, and the rest speak.
        if let Ok(replicate) = measure(&drawn) {
            replicates.push(replicate);
        }
    }
    if replicates.len() * 10 < params.replicates as usize * 9 {
        return Err(Error::Undefined {
            what: BOOTSTRAP,
            why: "the measure does not exist for more than a tenth of the replicates",
        });
    }
    summarise(value, replicates, Shape::Signed, params.level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inequality::entropy::theil_index;
    use crate::inequality::measures::{Measure, inequality_measures};
    use crate::inequality::spread::between_group_sd;

    /// How often the corrected and the percentile interval hold the truth of planted groups.
    fn coverage(truth: &[Subgroup], measure: Measure, value: f64) -> (f64, f64) {
        const TRIALS: u32 = 400;
        let mut draws = Draws::from_seed(77);
        let (mut corrected, mut percentile) = (0, 0);
        for trial in 0..TRIALS {
            let seen: Vec<Subgroup> = truth
                .iter()
                .map(|g| {
                    let count = draws.poisson(g.value * g.population);
                    Subgroup::from_count(count, g.population).unwrap()
                })
                .collect();
            let params = BootstrapParams {
                replicates: 300,
                ..BootstrapParams::seeded(u64::from(trial))
            };
            let all = inequality_measures(&seen, 0, false, params).unwrap();
            let found = all.iter().find(|(m, _)| *m == measure).unwrap().1.unwrap();
            corrected += u32::from(found.interval.contains(value));
            percentile += u32::from(found.percentile.contains(value));
        }
        let share = |hits: u32| f64::from(hits) / f64::from(TRIALS);
        (share(corrected), share(percentile))
    }

    #[test]
    fn corrected_intervals_hold_the_true_inequality() {
        // Ten groups whose rates differ by a little more than chance: 40 events each, 10% spread.
        let truth: Vec<Subgroup> = (0..10)
            .map(|i| {
                let value = 0.01 * (1.0 + 0.03 * (f64::from(i) - 4.5));
                Subgroup {
                    population: 4_000.0,
                    value,
                    se: 0.0,
                }
            })
            .collect();
        let sd = between_group_sd(&truth).unwrap();
        let theil = theil_index(&truth, Level::P95).unwrap().value;
        for (measure, value) in [(Measure::BetweenGroupSd, sd), (Measure::Theil, theil)] {
            let (corrected, percentile) = coverage(&truth, measure, value);
            assert!(corrected >= 0.93, "{measure:?}: {corrected}");
            // What other software gives misses the truth most of the time.
            assert!(percentile < 0.75, "{measure:?}: {percentile}");
        }
    }
}
