//! The ratio of the two ends of a fitted line, and the limits it has.

use crate::level::{Estimate, Interval};

/// A ratio of two fitted ends with its interval, which need not have an upper limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RelativeIndex {
    /// The fitted value at rank 1 over that at rank 0.
    pub value: f64,
    /// The lower limit; 0 when the values do not exclude that the fitted value at rank 1 is 0.
    pub low: f64,
    /// The upper limit; none when the values do not exclude that the fitted value at rank 0 is 0, or
    /// when the limit is larger than any number that can be represented.
    pub high: Option<f64>,
}

/// Variances and covariance of the two fitted ends, each over the product of the ends themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    pub(super) at_zero: f64,
    pub(super) at_one: f64,
    pub(super) shared: f64,
}

impl RelativeIndex {
    /// The index with its interval where that has an upper limit.
    ///
    /// # Example
    /// ```
    /// use disparity_stats::RelativeIndex;
    /// let open = RelativeIndex { value: 3.0, low: 1.2, high: None };
    /// assert!(open.closed().is_none() && open.reversed().is_some_and(|r| r.closed().is_some()));
    /// ```
    #[must_use]
    pub fn closed(self) -> Option<Estimate> {
        let (low, high) = (self.low, self.high?);
        let interval = Interval { low, high };
        Some(Estimate {
            value: self.value,
            interval,
        })
    }

    /// The ratio of the ends the other way round: no upper limit where the lower one is 0. None when
    /// the ratio itself is too small for its inverse to be represented.
    #[must_use]
    pub fn reversed(self) -> Option<Self> {
        let inverse = |v: f64| Some(1.0 / v).filter(|inverse| inverse.is_finite());
        Some(RelativeIndex {
            value: inverse(self.value)?,
            low: self.high.map_or(0.0, |high| 1.0 / high),
            high: inverse(self.low),
        })
    }

    /// By limits in which rounding may have crossed the value; a limit that is no number excludes
    /// nothing.
    fn around(value: f64, low: f64, high: Option<f64>) -> Option<Self> {
        let finite = |v: &f64| v.is_finite();
        let low = Some(low).filter(finite).unwrap_or(0.0);
        Some(RelativeIndex {
            value: Some(value).filter(finite)?,
            low: low.min(value).max(0.0),
            high: high.filter(finite).map(|high| high.max(value)),
        })
    }

    /// From a ratio whose logarithm is normal.
    pub(super) fn log_normal(value: f64, half: f64) -> Option<Self> {
        let factor = half.exp();
        Self::around(value, value / factor, Some(value * factor))
    }

    /// From a ratio and the order statistics of draws of it, infinite over a first end of 0.
    pub(super) fn drawn(value: f64, low: f64, high: f64) -> Option<Self> {
        Self::around(value, low, Some(high))
    }

    /// Fieller's limits of the ratio of two normal ends.
    ///
    /// With the ends' variances over their squares, `q` = ratio / value solves
    /// `(1 - z^2 c00) q^2 - 2 (1 - z^2 c01) q + (1 - z^2 c11) = 0`. An end that z standard errors do
    /// not tell from 0 makes the set unbounded, above where it is the first; of a set that falls
    /// apart, all that lies between its parts is kept.
    pub(super) fn fieller(value: f64, spread: Spread, z: f64) -> Option<Self> {
        let square = z * z;
        let [a, b, c] = [spread.at_zero, spread.shared, spread.at_one].map(|v| 1.0 - square * v);
        let within = square * (spread.at_zero + spread.at_one - 2.0 * spread.shared);
        let apart = square * square * (spread.shared.powi(2) - spread.at_zero * spread.at_one);
        let root = (within + apart).max(0.0).sqrt();
        // Each root in the form that does not cancel.
        let (low, high) = if b >= 0.0 {
            (c / (b + root), (b + root) / a)
        } else {
            ((b - root) / a, c / (b - root))
        };
        let low = if c > 0.0 { value * low } else { 0.0 };
        let high = (a > 0.0).then_some(value * high);
        Self::around(value, low, high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inequality::slope::{SlopeScale, slope_index};
    use crate::inequality::subgroup::Subgroup;
    use crate::level::Level;
    use crate::random::Draws;

    fn counted(counts: &[f64]) -> Vec<Subgroup> {
        let group = |o: &f64| Subgroup::from_count(*o, 10_000.0).unwrap();
        counts.iter().map(group).collect()
    }

    fn index(groups: &[Subgroup]) -> crate::inequality::slope::SlopeIndex {
        slope_index(groups, SlopeScale::Identity, Level::P95).unwrap()
    }

    /// The statistic that Fieller's limits set to z, found another way.
    fn deviate(groups: &[Subgroup], ratio: f64) -> f64 {
        // Three groups of one size: the ends are these sums of their values.
        let ends = [
            [13.0 / 12.0, 1.0 / 3.0, -5.0 / 12.0],
            [-5.0 / 12.0, 1.0 / 3.0, 13.0 / 12.0],
        ];
        let pull: Vec<f64> = (0..3).map(|i| ends[1][i] - ratio * ends[0][i]).collect();
        let value: f64 = groups.iter().zip(&pull).map(|(g, c)| c * g.value).sum();
        let error: f64 = groups
            .iter()
            .zip(&pull)
            .map(|(g, c)| (c * g.se).powi(2))
            .sum();
        value / error.sqrt()
    }

    #[test]
    fn limits_are_where_the_two_ends_agree_with_the_ratio() {
        let groups = counted(&[150.0, 90.0, 60.0]);
        let found = index(&groups).relative.unwrap();
        let z = Level::P95.z();
        assert!((deviate(&groups, found.low) - z).abs() < 1e-10);
        assert!((deviate(&groups, found.high.unwrap()) + z).abs() < 1e-10);
        // From the other end the same two, inverted.
        let turned: Vec<Subgroup> = groups.iter().rev().copied().collect();
        let (there, back) = (found.reversed().unwrap(), index(&turned).relative.unwrap());
        assert!((there.low / back.low - 1.0).abs() < 1e-12);
        assert!((there.high.unwrap() / back.high.unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_end_that_may_be_nothing_leaves_the_slope_and_no_upper_limit() {
        // The fitted end is 0.083 events: a log-normal interval went from 5e-32 to 5e26.
        let groups = counted(&[15.0, 6.0, 4.0]);
        let found = index(&groups);
        let relative = found.relative.unwrap();
        assert!((relative.value - 1.0 / 199.0).abs() < 1e-12);
        assert_eq!(relative.low.to_bits(), 0.0_f64.to_bits());
        let high = relative.high.unwrap();
        assert!((deviate(&groups, high) + Level::P95.z()).abs() < 1e-10 && high < 1.0);
        let back = found.reversed().unwrap();
        assert!((back.slope.value - 16.5e-4).abs() < 1e-12);
        let open = back.relative.unwrap();
        assert_eq!(open.high, None);
        assert!((open.value - 199.0).abs() < 1e-9 && (open.low * high - 1.0).abs() < 1e-12);
        // Nothing known of either end excludes no ratio.
        let unsure = index(&counted(&[1.0, 1.0, 1.0])).relative.unwrap();
        assert_eq!(
            (unsure.low.to_bits(), unsure.high),
            (0.0_f64.to_bits(), None)
        );
    }

    #[test]
    fn values_known_exactly_have_limits_of_no_width() {
        let exact: Vec<Subgroup> = counted(&[15.0, 6.0, 4.0])
            .iter()
            .map(|g| Subgroup { se: 0.0, ..*g })
            .collect();
        let found = index(&exact).relative.unwrap();
        assert_eq!((found.low, found.high), (found.value, Some(found.value)));
    }

    #[test]
    fn what_cannot_be_represented_is_no_limit_and_loses_no_slope() {
        // Errors of 300 on the logarithmic scale: the limits are exp(-+1,000).
        let groups = [1.0, 0.7, 0.4].map(|value| Subgroup {
            population: 10.0,
            value,
            se: 300.0 * value,
        });
        let wide = slope_index(&groups, SlopeScale::Log, Level::P998).unwrap();
        let relative = wide.relative.unwrap();
        assert_eq!((relative.low.to_bits(), relative.high), (0, None));
        assert!(wide.slope.interval.contains(wide.slope.value));
        assert!(wide.reversed().unwrap().relative.is_some());
        let tiny = RelativeIndex {
            value: 5e-324,
            low: 0.0,
            high: Some(1.0),
        };
        assert!(tiny.reversed().is_none());
    }

    /// Whether limits from a normal logarithm hold the ratio.
    fn held_by_logarithm(groups: &[Subgroup], ratio: f64) -> bool {
        let along = |i: usize| (i as f64 - 4.5) / 10.0 / 0.825;
        let end = |sign: f64| move |i: usize| 0.1 + sign * 0.5 * along(i);
        let of = |sign: f64| -> f64 { (0..10).map(|i| end(sign)(i) * groups[i].value).sum() };
        let (y0, y1) = (of(-1.0), of(1.0));
        let pull = |i: usize| end(1.0)(i) / y1 - end(-1.0)(i) / y0;
        let error: f64 = (0..10).map(|i| (pull(i) * groups[i].se).powi(2)).sum();
        (y1 / y0 / ratio).ln().abs() <= Level::P95.z() * error.sqrt()
    }

    /// The rates of ten deciles of one size on a straight line, drawn again and again; what is found
    /// is the table of the method's text.
    #[test]
    fn limits_hold_the_ratio_as_often_as_they_promise() {
        const DRAWN: u32 = 4_000;
        let mut draws = Draws::from_seed(27);
        let text = include_str!("../../docs/slope_index.md");
        let share = |part: u32, of: u32| 100.0 * f64::from(part) / f64::from(of);
        for events in [50.0, 200.0, 1_000.0, 5_000.0] {
            for ratio in [1.0, 2.0, 5.0, 10.0, 30.0] {
                let mean = |i: usize| {
                    let rank = (i as f64 + 0.5) / 10.0;
                    events / 10.0 * (ratio + (1.0 - ratio) * rank) / (0.5 * (ratio + 1.0))
                };
                let [mut with, mut within, mut log_within] = [0, 0, 0];
                for _ in 0..DRAWN {
                    let counts: Vec<f64> = (0..10).map(|i| draws.poisson(mean(i))).collect();
                    let groups = counted(&counts);
                    let Some(found) = index(&groups).relative else {
                        continue;
                    };
                    let truth = 1.0 / ratio;
                    let above = found.high.is_none_or(|high| truth <= high);
                    with += 1;
                    within += u32::from(found.low <= truth && above);
                    log_within += u32::from(held_by_logarithm(&groups, truth));
                }
                let none = share(DRAWN - with, DRAWN);
                let (held, by_logarithm) = (share(within, with), share(log_within, with));
                assert!((94.5..98.0).contains(&held), "{events} {ratio}: {held}");
                let row =
                    format!("| {events} | {ratio} | {none:.1} | {held:.1} | {by_logarithm:.1} |");
                assert!(text.contains(&row), "{row}");
            }
        }
    }
}
