//! One group of a set: its population, its value and the value's standard error.
//! Checks and weights that every inequality measure needs; no measure itself.

use crate::check;
use crate::error::{Error, Result};
use crate::level::{Interval, Level};
use crate::sum::sum;

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
    /// # Errors
    /// A count or denominator error.
    pub fn from_count(count: f64, population: f64) -> Result<Self> {
        let (o, n) = (check::count(count)?, check::denominator(population)?);
        let value = check::result("the rate", o / n)?;
        let se = check::result("the rate's standard error", o.sqrt() / n)?;
        Ok(Subgroup {
            population: n,
            value,
            se,
        })
    }

    /// A group whose value is the proportion `x` of `n`.
    ///
    /// # Errors
    /// A count, denominator or subset error.
    pub fn from_proportion(x: f64, n: f64) -> Result<Self> {
        let (x, n) = check::subset(x, n)?;
        let p = x / n;
        let se = (p * (1.0 - p) / n).sqrt();
        Ok(Subgroup {
            population: n,
            value: p,
            se: check::result("the proportion's standard error", se)?,
        })
    }

    /// A group whose published limits are symmetric around its value.
    ///
    /// # Errors
    /// An argument error for a value or limit that is not finite.
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
    /// # Errors
    /// An argument error unless the value and both limits are positive.
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
    /// # Errors
    /// An argument error unless the value and both limits lie between 0 and 1.
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

    /// The standard error of a function of the values, from its slope in each of them.
    pub(crate) fn delta(&self, slope: impl Fn(&Subgroup, f64) -> f64) -> f64 {
        sum(self.iter().map(|(g, p)| (slope(g, p) * g.se).powi(2))).sqrt()
    }
}
