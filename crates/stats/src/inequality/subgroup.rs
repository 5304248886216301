//! One group of a set: its population, its value and the value's standard error.
//! Checks and weights that every inequality measure needs; no measure itself.

use crate::check;
use crate::error::{Error, Result};
use crate::level::{Interval, Level};
use crate::sum::sum;

/// The standard error of a count of no events, in events: the half-width of its exact 95% interval,
/// `-ln(0.025) / 2`, over the normal deviate of 95%. A count of one has 1, the root of itself.
const ERROR_OF_NO_EVENTS: f64 = 0.941_057_969_230_900_8;

/// One group. Where groups have an order, slices are in that order: the first group is at rank 0,
/// for deprivation the most deprived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Subgroup {
    /// The group's population, greater than 0.
    pub population: f64,
    /// The group's rate, proportion or mean.
    pub value: f64,
    /// The value's standard error, in the value's own unit; 0 when it is known exactly.
    pub se: f64,
}

impl Subgroup {
    /// A group whose value is a Poisson count over its population.
    ///
    /// # Formula
    /// ```text
    /// value = o / n;  se = sqrt(o) / n, at least 0.941 / n
    /// ```
    /// `o` events among `n` persons; both figures are per person. 0.941 events is the half-width of the
    /// exact 95% interval of no events, `-ln(0.025) / 2`, over 1.96: without it a group without events
    /// would be known exactly.
    ///
    /// # Useful for
    /// Rates of events by deprivation decile or ethnic group.
    ///
    /// # Not useful for
    /// Proportions close to 1, whose error is smaller: `from_proportion`.
    ///
    /// # Errors
    /// [`Error::Count`], [`Error::Denominator`]; [`Error::OutOfRange`] when the rate overflows.
    ///
    /// # Example
    /// ```
    /// let group = disparity_stats::Subgroup::from_count(64.0, 1_000.0)?;
    /// assert_eq!((group.value, group.se), (0.064, 0.008)); // R: 64 / 1000, sqrt(64) / 1000
    /// # Ok::<(), disparity_stats::Error>(())
    /// ```
    ///
    /// # References
    /// Garwood F (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.
    /// doi:10.1093/biomet/28.3-4.437
    pub fn from_count(count: f64, population: f64) -> Result<Self> {
        let (o, n) = (check::count(count)?, check::denominator(population)?);
        let value = check::result("the rate", o / n)?;
        let events = o.sqrt().max(ERROR_OF_NO_EVENTS);
        let se = check::result("the rate's standard error", events / n)?;
        Ok(Subgroup {
            population: n,
            value,
            se,
        })
    }

    /// A group whose value is the proportion `x` of `n`.
    ///
    /// # Formula
    /// ```text
    /// value = p = x / n;  se = sqrt(p (1 - p) / n), at least z / (2 (n + z^2))
    /// ```
    /// `x` of `n` persons, `z` = 1.96. The least is that of Wilson's 95% interval at 0 and at 1, which is
    /// `z^2 / (n + z^2)` wide.
    ///
    /// # Useful for
    /// Shares of children by deprivation decile or ethnic group.
    ///
    /// # Not useful for
    /// Counts of events of which a child may have several: `from_count`.
    ///
    /// # Errors
    /// [`Error::Count`], [`Error::Denominator`], or [`Error::NotASubset`] when `x` exceeds `n`.
    ///
    /// # Example
    /// ```
    /// let group = disparity_stats::Subgroup::from_proportion(36.0, 100.0)?;
    /// assert_eq!((group.value, group.se), (0.36, 0.048)); // R: sqrt(0.36 * 0.64 / 100)
    /// # Ok::<(), disparity_stats::Error>(())
    /// ```
    ///
    /// # References
    /// Wilson EB (1927). Probable inference, the law of succession, and statistical inference. Journal of
    /// the American Statistical Association 22, 209-212. doi:10.1080/01621459.1927.10502953
    pub fn from_proportion(x: f64, n: f64) -> Result<Self> {
        let (x, n) = check::subset(x, n)?;
        let p = x / n;
        // At 0 and at 1 Wilson's 95% interval is z^2 / (n + z^2) wide.
        let z = Level::P95.z();
        let se = (p * (1.0 - p) / n).sqrt().max(0.5 * z / (n + z * z));
        Ok(Subgroup {
            population: n,
            value: p,
            se: check::result("the proportion's standard error", se)?,
        })
    }

    /// A group whose published limits are symmetric around its value.
    ///
    /// # Formula
    /// ```text
    /// se = (high - low) / (2 z)
    /// ```
    /// `low`, `high` the limits in the unit of the value, `z` the normal deviate of their level.
    ///
    /// # Useful for
    /// Published means and differences whose counts are not known.
    ///
    /// # Not useful for
    /// Limits that are wider on one side, as rates' and proportions' are: the two below.
    ///
    /// # Errors
    /// [`Error::Denominator`] for the population; [`Error::Argument`] for a value or a limit that is not
    /// finite, or limits in the wrong order.
    ///
    /// # Example
    /// ```
    /// use disparity_stats::{Interval, Level, Subgroup};
    /// let limits = Interval { low: 10.0, high: 14.0 };
    /// let group = Subgroup::from_limits(500.0, 12.0, limits, Level::P95)?;
    /// assert!((group.se - 1.020_426_913_8).abs() < 1e-9); // R: 4 / (2 * qnorm(0.975))
    /// # Ok::<(), disparity_stats::Error>(())
    /// ```
    ///
    /// # References
    /// Altman DG, Bland JM (2011). How to obtain the P value from a confidence interval. BMJ 343, d2304
    /// (step 1). doi:10.1136/bmj.d2304
    pub fn from_limits(
        population: f64,
        value: f64,
        limits: Interval,
        level: Level,
    ) -> Result<Self> {
        let width = check::not_negative("the width of the limits", limits.high - limits.low)?;
        Subgroup {
            population,
            value,
            se: width / (2.0 * level.z()),
        }
        .checked()
    }

    /// A group whose published limits are symmetric on the logarithmic scale, as a rate's are.
    ///
    /// # Formula
    /// ```text
    /// se = y (ln high - ln low) / (2 z)
    /// ```
    /// `y` the value, `low` and `high` its limits in the same unit, `z` the normal deviate of their level.
    ///
    /// # Useful for
    /// Published rates and ratios whose counts are not known.
    ///
    /// # Not useful for
    /// Limits that reach 0: use the count.
    ///
    /// # Errors
    /// [`Error::Denominator`] for the population; [`Error::Argument`] unless the value and both limits are
    /// positive and in order.
    ///
    /// # Example
    /// ```
    /// use disparity_stats::{Interval, Level, Subgroup};
    /// let limits = Interval { low: 1.0, high: 4.0 };
    /// let group = Subgroup::from_log_limits(500.0, 2.0, limits, Level::P95)?;
    /// assert!((group.se - 0.707_306_038_3).abs() < 1e-9); // R: 2 * log(4) / (2 * qnorm(0.975))
    /// # Ok::<(), disparity_stats::Error>(())
    /// ```
    ///
    /// # References
    /// Altman DG, Bland JM (2011). How to obtain the P value from a confidence interval. BMJ 343, d2304
    /// (step 1). doi:10.1136/bmj.d2304
    pub fn from_log_limits(
        population: f64,
        value: f64,
        limits: Interval,
        level: Level,
    ) -> Result<Self> {
        check::positive("value", value)?;
        let width = check::positive("limits.high", limits.high)?.ln()
            - check::positive("limits.low", limits.low)?.ln();
        let width = check::not_negative("the width of the limits", width)?;
        Subgroup {
            population,
            value,
            se: value * width / (2.0 * level.z()),
        }
        .checked()
    }

    /// A group whose published limits are symmetric on the logit scale, as a proportion's are.
    ///
    /// # Formula
    /// ```text
    /// se = p (1 - p) (logit high - logit low) / (2 z),  logit q = ln(q / (1 - q))
    /// ```
    /// `p` the proportion, `low` and `high` its limits, `z` the normal deviate of their level.
    ///
    /// # Useful for
    /// Published percentages (divided by 100) whose counts are not known.
    ///
    /// # Not useful for
    /// Limits that reach 0 or 1: use the count.
    ///
    /// # Errors
    /// [`Error::Denominator`] for the population; [`Error::Argument`] unless the value and both limits lie
    /// between 0 and 1, ends excluded, and in order.
    ///
    /// # Example
    /// ```
    /// use disparity_stats::{Interval, Level, Subgroup};
    /// let limits = Interval { low: 0.2, high: 0.5 };
    /// let group = Subgroup::from_logit_limits(500.0, 0.3, limits, Level::P95)?;
    /// assert!((group.se - 0.074_267_134_0).abs() < 1e-9); // R: 0.21 * (0 - qlogis(0.2)) / (2 * qnorm(0.975))
    /// # Ok::<(), disparity_stats::Error>(())
    /// ```
    ///
    /// # References
    /// Altman DG, Bland JM (2011). How to obtain the P value from a confidence interval. BMJ 343, d2304
    /// (step 1). doi:10.1136/bmj.d2304
    pub fn from_logit_limits(
        population: f64,
        value: f64,
        limits: Interval,
        level: Level,
    ) -> Result<Self> {
        let open = |name, p: f64| {
            if p > 0.0 && p < 1.0 {
                Ok((p / (1.0 - p)).ln())
            } else {
                Err(Error::Argument {
                    name,
                    must: "between 0 and 1, ends excluded",
                    found: p,
                })
            }
        };
        open("value", value)?;
        let width = open("limits.high", limits.high)? - open("limits.low", limits.low)?;
        let width = check::not_negative("the width of the limits", width)?;
        let se = value * (1.0 - value) * width / (2.0 * level.z());
        Subgroup {
            population,
            value,
            se,
        }
        .checked()
    }

    fn checked(self) -> Result<Self> {
        check::denominator(self.population)?;
        check::finite("value", self.value)?;
        check::not_negative("se", self.se)?;
        Ok(self)
    }
}

/// Groups that have been checked, with what most measures are made of.
#[derive(Debug, Clone)]
pub(crate) struct Weighted<'a> {
    pub(crate) groups: &'a [Subgroup],
    /// Each group's share of the population.
    pub(crate) share: Vec<f64>,
    /// The population mean of the values.
    pub(crate) mean: f64,
}

impl<'a> Weighted<'a> {
    pub(crate) fn new(what: &'static str, needed: usize, groups: &'a [Subgroup]) -> Result<Self> {
        check::at_least(what, needed, groups)?;
        for (index, group) in groups.iter().enumerate() {
            group.checked().map_err(|e| e.at(index))?;
        }
        let total = check::result("the population", sum(groups.iter().map(|g| g.population)))?;
        let share: Vec<f64> = groups.iter().map(|g| g.population / total).collect();
        let mean = sum(groups.iter().zip(&share).map(|(g, p)| g.value * p));
        Ok(Weighted {
            groups,
            share,
            mean: check::result("the mean", mean)?,
        })
    }

    /// The same, where values must not be negative and the mean must be positive.
    pub(crate) fn positive(
        what: &'static str,
        needed: usize,
        groups: &'a [Subgroup],
    ) -> Result<Self> {
        for (index, group) in groups.iter().enumerate() {
            check::not_negative("value", group.value).map_err(|e| e.at(index))?;
        }
        let weighted = Weighted::new(what, needed, groups)?;
        if weighted.mean <= 0.0 {
            return Err(Error::Undefined {
                what,
                why: "the mean of the groups is 0",
            });
        }
        Ok(weighted)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Subgroup, f64)> {
        self.groups.iter().zip(self.share.iter().copied())
    }

    /// Each group's place on the scale from 0 to 1: the middle of its share of the population.
    pub(crate) fn ranks(&self) -> Vec<f64> {
        let mut below = 0.0;
        self.share
            .iter()
            .map(|p| {
                let middle = below + p / 2.0;
                below += p;
                middle
            })
            .collect()
    }

    /// The population variance of ranks, whose population mean is one half.
    pub(crate) fn rank_variance(&self, ranks: &[f64]) -> f64 {
        let shares = self.share.iter().zip(ranks);
        sum(shares.map(|(p, r)| p * (r - 0.5).powi(2)))
    }

    /// The standard error of a function of the values, from its slope in each of them.
    pub(crate) fn delta(&self, slope: impl Fn(&Subgroup, f64) -> f64) -> f64 {
        self.delta_by_place(|_, g, p| slope(g, p))
    }

    /// The same where the slope depends on which group it is, by its place.
    pub(crate) fn delta_by_place(&self, slope: impl Fn(usize, &Subgroup, f64) -> f64) -> f64 {
        let groups = self.iter().enumerate();
        sum(groups.map(|(i, (g, p))| (slope(i, g, p) * g.se).powi(2))).sqrt()
    }
}
