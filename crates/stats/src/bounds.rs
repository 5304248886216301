//! Statistics of sets of which some values are known only to lie within bounds, as counts that a
//! publisher withholds do: how low and how high the statistic can be.

use crate::check;
use crate::error::{Error, Result};
use crate::level::Interval;
use crate::sum::sum;

fn checked(values: &[Interval]) -> Result<()> {
    for (index, value) in values.iter().enumerate() {
        check::finite("lower bound", value.low).map_err(|error| error.at(index))?;
        if value.high.is_nan() || value.high < value.low {
            let error = Error::Argument {
                name: "upper bound",
                must: "at least the lower bound",
                found: value.high,
            };
            return Err(error.at(index));
        }
    }
    Ok(())
}

fn not_empty(values: &[Interval], what: &'static str) -> Result<()> {
    if values.is_empty() {
        return Err(Error::TooFew {
            what,
            needed: 1,
            found: 0,
        });
    }
    checked(values)
}

#[doc = include_str!("../docs/median_bounds.md")]
pub fn median_bounds(values: &[Interval]) -> Result<Interval> {
    not_empty(values, "the bounds of a median")?;
    let median = |end: fn(&Interval) -> f64| {
        let mut ends: Vec<f64> = values.iter().map(end).collect();
        ends.sort_by(f64::total_cmp);
        let half = ends.len() / 2;
        if ends.len() % 2 == 1 {
            ends[half]
        } else {
            // Two infinite bounds are as far apart as two equal ones: half way is either.
            ends[half - 1] / 2.0 + ends[half] / 2.0
        }
    };
    Ok(Interval {
        low: median(|value| value.low),
        high: median(|value| value.high),
    })
}

#[doc = include_str!("../docs/mean_bounds.md")]
pub fn mean_bounds(values: &[Interval]) -> Result<Interval> {
    not_empty(values, "the bounds of a mean")?;
    #[expect(clippy::cast_precision_loss, reason = "a number of values")]
    let n = values.len() as f64;
    let open = values.iter().any(|value| value.high.is_infinite());
    Ok(Interval {
        low: sum(values.iter().map(|value| value.low)) / n,
        high: if open {
            f64::INFINITY
        } else {
            sum(values.iter().map(|value| value.high)) / n
        },
    })
}

#[doc = include_str!("../docs/rank_bounds.md")]
pub fn rank_bounds(values: &[Interval]) -> Result<Vec<(usize, usize)>> {
    checked(values)?;
    let sorted = |end: fn(&Interval) -> f64| {
        let mut ends: Vec<f64> = values.iter().map(end).collect();
        ends.sort_by(f64::total_cmp);
        ends
    };
    let (lows, highs) = (sorted(|value| value.low), sorted(|value| value.high));
    let bounds = values.iter().map(|value| {
        let surely_before = highs.partition_point(|high| *high < value.low);
        // Its own lower bound is among them where it is below its upper one.
        let own = usize::from(value.low < value.high);
        let perhaps_before = lows.partition_point(|low| *low < value.high) - own;
        (1 + surely_before, 1 + perhaps_before)
    });
    Ok(bounds.collect())
}

#[doc = include_str!("../docs/proportion_bounds.md")]
pub fn proportion_bounds(count: f64, unknown: f64, n: f64) -> Result<Interval> {
    check::count(count)?;
    check::count(unknown)?;
    let (most, n) = check::subset(count + unknown, n)?;
    Ok(Interval {
        low: count / n,
        high: most / n,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn between(low: f64, high: f64) -> Interval {
        Interval { low, high }
    }

    #[test]
    fn a_known_set_has_one_median_one_mean_and_its_ranks() {
        let known = [3.0, 1.0, 2.0, 2.0].map(|value| between(value, value));
        assert_eq!(median_bounds(&known).unwrap(), between(2.0, 2.0));
        assert_eq!(mean_bounds(&known).unwrap(), between(2.0, 2.0));
        assert_eq!(
            rank_bounds(&known).unwrap(),
            [(4, 4), (1, 1), (2, 2), (2, 2)]
        );
    }

    #[test]
    fn a_value_without_an_upper_bound_leaves_the_median_one_while_it_is_not_in_the_middle() {
        let open = between(1.0, f64::INFINITY);
        let three = [between(0.0, 0.0), between(4.0, 4.0), open];
        assert_eq!(median_bounds(&three).unwrap(), between(1.0, 4.0));
        assert!(mean_bounds(&three).unwrap().high.is_infinite());
        assert!(median_bounds(&[open, open]).unwrap().high.is_infinite());
        assert_eq!(rank_bounds(&three).unwrap(), [(1, 1), (2, 3), (2, 3)]);
    }

    #[test]
    fn bounds_the_wrong_way_round_and_empty_sets_are_refused() {
        assert!(median_bounds(&[]).is_err() && mean_bounds(&[]).is_err());
        assert!(rank_bounds(&[]).unwrap().is_empty());
        assert!(median_bounds(&[between(2.0, 1.0)]).is_err());
        assert!(rank_bounds(&[between(f64::NAN, 1.0)]).is_err());
    }
}
