//! Statistics of rows that belong together.

use disparity_stats::{DirectStratum, Error, GroupedStrata, SlopeScale, Subgroup};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::{ESTIMATE, Given, ends, level, parts, refused, side_by_side, table, unknown};
use crate::failure::broken;
use crate::input::{Input, column, length};
use crate::table::Table;

/// Directly standardised rates of groups of strata.
#[pyfunction]
pub(crate) fn direct_rates(
    py: Python<'_>,
    groups: Given<'_, '_>,
    counts: Given<'_, '_>,
    populations: Given<'_, '_>,
    weights: Given<'_, '_>,
    level_of: f64,
    per: f64,
) -> PyResult<Table> {
    let inputs = [
        ("groups", Input::of("groups", groups)?),
        ("counts", Input::of("counts", counts)?),
        ("populations", Input::of("populations", populations)?),
        ("weights", Input::of("weights", weights)?),
    ];
    let level = level(level_of)?;
    let all = length(&inputs.each_ref().map(|(name, own)| (*name, own)))?;
    let groups = inputs[0].1.groups("groups", all)?;
    let [counts, populations, weights] =
        [1, 2, 3].map(|at: usize| inputs[at].1.whole(inputs[at].0, all));
    let (counts, populations, weights) = (counts?, populations?, weights?);
    let many = numbered(&groups)?;
    let mut strata: Vec<Vec<DirectStratum>> = vec![Vec::new(); many];
    for (row, group) in groups.iter().enumerate() {
        strata[*group as usize].push(DirectStratum {
            count: counts[row],
            population: populations[row],
            weight: weights[row],
        });
    }
    let made: Vec<Result<[f64; 3], Error>> = py.detach(|| {
        let one = |own: &Vec<DirectStratum>| {
            let rate = disparity_stats::direct_rate(own, level)?;
            let [low, high] = ends(rate.interval);
            Ok([rate.value * per, low * per, high * per])
        };
        side_by_side(strata.iter().collect(), one)
    });
    let mut out: [Vec<f64>; 3] = std::array::from_fn(|_| Vec::with_capacity(many));
    for (group, made) in made.into_iter().enumerate() {
        let made =
            made.map_err(|error| PyValueError::new_err(format!("group {group}: {error}")))?;
        out.iter_mut()
            .zip(made)
            .for_each(|(own, value)| own.push(value));
    }
    table(ESTIMATE, out, vec![true; many])
}

/// How many groups there are; an error where a number has no row: a code of something else would be taken for one.
fn numbered(groups: &[u32]) -> PyResult<usize> {
    let mut seen = vec![false; groups.len()];
    for (row, group) in groups.iter().enumerate() {
        let Some(own) = seen.get_mut(*group as usize) else {
            let message = format!(
                "row {row} is of group {group}, and there are {} rows",
                groups.len()
            );
            return Err(PyValueError::new_err(format!(
                "{message}: groups are numbered from 0 without gaps"
            )));
        };
        *own = true;
    }
    let many = seen.iter().rposition(|own| *own).map_or(0, |last| last + 1);
    match seen[..many].iter().position(|own| !own) {
        Some(gap) => Err(PyValueError::new_err(format!(
            "no row is of group {gap}: groups are numbered from 0 without gaps"
        ))),
        None => Ok(many),
    }
}

/// Expected counts of groups of strata.
#[pyfunction]
pub(crate) fn expected_by_group(
    py: Python<'_>,
    groups: Given<'_, '_>,
    populations: Given<'_, '_>,
    rates: Given<'_, '_>,
) -> PyResult<Table> {
    let groups_of = Input::of("groups", groups)?;
    let populations = Input::of("populations", populations)?;
    let rates = Input::of("rates", rates)?;
    let all = length(&[
        ("groups", &groups_of),
        ("populations", &populations),
        ("rates", &rates),
    ])?;
    let group = groups_of.groups("groups", all)?;
    let (population, rate) = (
        populations.whole("populations", all)?,
        rates.whole("rates", all)?,
    );
    let many = numbered(&group)?;
    let strata = GroupedStrata {
        group: &group,
        population: &population,
        rate: &rate,
    };
    let made = py.detach(|| disparity_stats::expected_by_group(strata, many));
    let made = made.map_err(refused)?;
    table(["expected"], [made], vec![true; many])
}

/// Ratios drawn towards their prior.
#[pyfunction]
pub(crate) fn shrunken_ratios(
    py: Python<'_>,
    observed: Given<'_, '_>,
    expected: Given<'_, '_>,
    level_of: f64,
) -> PyResult<Table> {
    let observed = Input::of("observed", observed)?;
    let expected = Input::of("expected", expected)?;
    let level = level(level_of)?;
    let all = length(&[("observed", &observed), ("expected", &expected)])?;
    let (observed, expected) = (
        observed.whole("observed", all)?,
        expected.whole("expected", all)?,
    );
    let made = py.detach(|| disparity_stats::shrink_gamma_poisson(&observed, &expected, level));
    let made = made.map_err(refused)?.ratios;
    let of = |get: fn(&disparity_stats::ShrunkRatio) -> f64| made.iter().map(get).collect();
    let out = [
        of(|own| own.raw),
        of(|own| own.value),
        of(|own| own.interval.low),
        of(|own| own.interval.high),
    ];
    table(["raw", "estimate", "low", "high"], out, vec![true; all])
}

/// The slope index of groups in their order, and the relative index.
#[pyfunction]
pub(crate) fn slope(
    counts: Given<'_, '_>,
    populations: Given<'_, '_>,
    level_of: f64,
    scale: &str,
    of: &str,
    per: f64,
) -> PyResult<Table> {
    let counts = Input::of("counts", counts)?;
    let populations = Input::of("populations", populations)?;
    let level = level(level_of)?;
    let scale = match scale {
        "identity" => SlopeScale::Identity,
        "log" => SlopeScale::Log,
        "logit" => SlopeScale::Logit,
        _ => return Err(unknown("scale", scale, &["identity", "log", "logit"])),
    };
    let one = match of {
        "rate" => Subgroup::from_count,
        "proportion" => Subgroup::from_proportion,
        _ => return Err(unknown("of", of, &["rate", "proportion"])),
    };
    let all = length(&[("counts", &counts), ("populations", &populations)])?;
    let (counts, populations) = (
        counts.whole("counts", all)?,
        populations.whole("populations", all)?,
    );
    let groups: Result<Vec<Subgroup>, Error> = counts
        .iter()
        .zip(&populations)
        .map(|(count, population)| one(*count, *population))
        .collect();
    let index = disparity_stats::slope_index(&groups.map_err(refused)?, scale, level);
    let index = index.map_err(refused)?;
    let [value, low, high] = parts(index.slope).map(|own| own * per);
    let closed = index
        .relative
        .and_then(disparity_stats::RelativeIndex::closed);
    let relative = closed.map_or([f64::NAN; 3], parts);
    let valid = |has: bool| (!has).then(|| vec![false]);
    let columns = ["slope", "slope_low", "slope_high"]
        .into_iter()
        .zip([value, low, high])
        .map(|(name, own)| (name, column(vec![own], None)));
    let others = ["relative", "relative_low", "relative_high"]
        .into_iter()
        .zip(relative)
        .map(|(name, own)| (name, column(vec![own], valid(closed.is_some()))));
    Table::of(columns.chain(others).collect()).map_err(broken)
}
