//! Indirect standardisation: expected counts at reference rates, and observed over expected.

use crate::check;
use crate::contrasts::log_normal;
use crate::error::{Error, Result};
use crate::intervals::{CountMethod, poisson_count_interval, poisson_count_intervals};
use crate::level::{Estimate, Interval, Level};
use crate::sum::{Sum, sum_of_products};

/// Observed over expected, with its interval and both counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndirectRatio {
    /// Observed ÷ expected.
    pub value: f64,
    /// Its interval; the expected count is taken as known.
    pub interval: Interval,
    /// Exact below 10 observed events, Byar from 10.
    pub method: CountMethod,
    /// The observed count.
    pub observed: f64,
    /// The expected count.
    pub expected: f64,
}

/// One stratum's reference rate, or why there is none.
fn reference_rate(count: f64, population: f64, local: f64) -> Result<f64> {
    check::count(count)?;
    check::not_negative("reference population", population)?;
    if population > 0.0 {
        return check::result("a reference rate", count / population);
    }
    if count > 0.0 {
        return Err(Error::Denominator { found: population });
    }
    if local > 0.0 {
        return Err(Error::Undefined {
            what: "the expected count",
            why: "a stratum has local population but no reference population; collapse it first",
        });
    }
    Ok(0.0)
}

#[doc = include_str!("../../docs/expected_count.md")]
pub fn expected_count(
    populations: &[f64],
    reference_counts: &[f64],
    reference_populations: &[f64],
) -> Result<f64> {
    let names = ("populations", "reference_counts", "reference_populations");
    check::same_length(names.0, populations, names.1, reference_counts)?;
    check::same_length(names.0, populations, names.2, reference_populations)?;
    check::at_least("the expected count", 1, populations)?;
    let mut expected = Sum::default();
    for (i, &n) in populations.iter().enumerate() {
        let rate = check::not_negative("population", n)
            .and_then(|n| reference_rate(reference_counts[i], reference_populations[i], n))
            .map_err(|e| e.at(i))?;
        expected.add(n * rate);
    }
    check::result("the expected count", expected.value())
}

#[doc = include_str!("../../docs/indirect_ratio.md")]
pub fn indirect_ratio(observed: f64, expected: f64, level: Level) -> Result<IndirectRatio> {
    let expected = check::denominator(expected)?;
    let (limits, method) = poisson_count_interval(observed, level)?;
    over_expected(observed, expected, limits, method)
}

fn over_expected(
    observed: f64,
    expected: f64,
    limits: Interval,
    method: CountMethod,
) -> Result<IndirectRatio> {
    let (low, high) = (limits.low / expected, limits.high / expected);
    let Estimate { value, interval } =
        Estimate::of("the indirect ratio", observed / expected, low, high)?;
    Ok(IndirectRatio {
        value,
        interval,
        method,
        observed,
        expected,
    })
}

#[doc = include_str!("../../docs/indirect_ratio_log_normal.md")]
pub fn indirect_ratio_log_normal(observed: f64, expected: f64, level: Level) -> Result<Estimate> {
    check::count(observed)?;
    check::denominator(expected)?;
    if observed <= 0.0 {
        return Err(Error::Undefined {
            what: "the log-normal interval of an indirect ratio",
            why: "there are no observed events; use indirect_ratio",
        });
    }
    log_normal(
        "the indirect ratio",
        observed / expected,
        1.0 / observed.sqrt(),
        level,
    )
}

#[doc = include_str!("../../docs/indirect_rate.md")]
pub fn indirect_rate(
    observed: f64,
    expected: f64,
    reference_rate: f64,
    level: Level,
) -> Result<Estimate> {
    let rate = check::not_negative("reference_rate", reference_rate)?;
    let ratio = indirect_ratio(observed, expected, level)?;
    Estimate::of(
        "the indirectly standardised rate",
        ratio.value * rate,
        ratio.interval.low * rate,
        ratio.interval.high * rate,
    )
}

/// Strata of many groups in flat arrays of one length: which group each stratum belongs to, its
/// population, and the reference rate that applies to it.
#[derive(Debug, Clone, Copy)]
pub struct GroupedStrata<'a> {
    /// The group of each stratum, an index below the number of groups.
    pub group: &'a [u32],
    /// The local population of each stratum; 0 is legal.
    pub population: &'a [f64],
    /// The reference rate of each stratum, per person.
    pub rate: &'a [f64],
}

/// How many strata from the first on are of its group, sixteen compared at a time.
fn run_length(group: &[u32]) -> usize {
    let Some(first) = group.first() else { return 0 };
    let differs = |block: &[u32]| block.iter().fold(0, |any, g| any | (g ^ first)) != 0;
    let whole = group
        .chunks_exact(16)
        .take_while(|block| !differs(block))
        .count()
        * 16;
    whole + group[whole..].iter().take_while(|g| *g == first).count()
}

#[doc = include_str!("../../docs/expected_by_group.md")]
pub fn expected_by_group(strata: GroupedStrata<'_>, groups: usize) -> Result<Vec<f64>> {
    check::same_length("group", strata.group, "population", strata.population)?;
    check::same_length("group", strata.group, "rate", strata.rate)?;
    let mut totals = vec![Sum::default(); groups];
    let (mut from, mut lowest) = (0, 0.0_f64);
    // Strata usually come group by group; each run of one group is summed at once.
    while let Some(&group) = strata.group.get(from) {
        let rows = from..from + run_length(&strata.group[from..]);
        let Some(total) = totals.get_mut(group as usize) else {
            let found = f64::from(group);
            let must = "below the number of groups";
            return Err(Error::Argument {
                name: "group",
                must,
                found,
            }
            .at(from));
        };
        let (sum, low) =
            sum_of_products(&strata.population[rows.clone()], &strata.rate[rows.clone()]);
        total.merge(sum);
        lowest = lowest.min(low);
        from = rows.end;
    }
    // A negative value shows in the lowest, a NaN or an infinity in a total; only then is it sought.
    if lowest < 0.0 || totals.iter().any(|t| !t.value().is_finite()) {
        check::each(strata.population, |v| check::not_negative("population", v))?;
        check::each(strata.rate, |v| check::not_negative("rate", v))?;
    }
    let checked = |(index, total): (usize, &Sum)| {
        check::result("the expected count", total.value()).map_err(|e| e.at(index))
    };
    totals.iter().enumerate().map(checked).collect()
}

/// Indirectly standardised ratios of many groups at once, from flat arrays.
///
/// # Formula
/// ```text
/// E_g = sum over strata of group g of n r;  ratio_g = O_g / E_g
/// ```
/// `n` local population of a stratum (persons), `r` its reference rate (events per person), `O`
/// observed and `E` expected events. [`expected_by_group`] followed by [`indirect_ratio`] for every
/// group, in group order; the interval is exact below 10 observed events, Byar's from 10.
///
/// # Useful for
/// All authorities by all strata in one pass.
///
/// # Not useful for
/// Comparing one group's ratio with another's: each is adjusted to its own population.
///
/// # Errors
/// As [`expected_by_group`]; a count error with the position of the first that is refused. A group of
/// which nothing is expected has no ratio: its own place holds the error, the others their ratios.
///
/// # Example
/// ```
/// use disparity_stats::{indirect_ratios, GroupedStrata, Level};
/// let strata = GroupedStrata { group: &[0, 0, 1], population: &[100.0, 50.0, 80.0], rate: &[0.1, 0.2, 0.1] };
/// let ratios = indirect_ratios(strata, &[30.0, 4.0], Level::P95)?;
/// assert_eq!(ratios[0].as_ref().map(|r| r.expected), Ok(20.0));
/// assert_eq!(ratios[1].as_ref().map(|r| r.value), Ok(0.5)); // 4 / (80 x 0.1)
/// # Ok::<(), disparity_stats::Error>(())
/// ```
///
/// # References
/// Breslow NE, Day NE (1987). Statistical Methods in Cancer Research, volume II, ch. 2. IARC
/// Scientific Publications 82. ISBN 978-92-832-0182-3 (no DOI).
pub fn indirect_ratios(
    strata: GroupedStrata<'_>,
    observed: &[f64],
    level: Level,
) -> Result<Vec<Result<IndirectRatio>>> {
    let expected = expected_by_group(strata, observed.len())?;
    let limits = poisson_count_intervals(observed, level)?;
    let one = |index: usize| {
        let o = observed[index];
        check::denominator(expected[index])
            .and_then(|e| over_expected(o, e, limits[index], CountMethod::of(o)))
    };
    Ok((0..observed.len()).map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_which_nothing_is_expected_leaves_the_others() {
        let strata = GroupedStrata {
            group: &[0, 1, 2],
            population: &[100.0, 0.0, 80.0],
            rate: &[0.1, 0.2, 0.1],
        };
        let ratios = indirect_ratios(strata, &[9.0, 0.0, 12.0], Level::P95).unwrap();
        assert_eq!(ratios[0], indirect_ratio(9.0, 10.0, Level::P95));
        assert_eq!(ratios[1], Err(Error::Denominator { found: 0.0 }));
        assert_eq!(ratios[2], indirect_ratio(12.0, 8.0, Level::P95));
    }
}
