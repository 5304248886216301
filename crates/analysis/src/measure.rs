//! From a statistic at one level to a value with its intervals at all, or the reason there is none.

use disparity_core::{
    Count, DenominatorError, Intervals, Levels, Measured, Reported, Rounding, Symbol, Unit,
};
use disparity_stats::{CountMethod, EventFrequency, Interval, Level, Result};

/// A value with its intervals at every level. What the statistics refuse (a rate over nobody, a ratio
/// to nothing) does not apply.
pub(crate) fn measured(
    levels: Levels,
    value: f64,
    method: &'static str,
    interval: impl Fn(Level) -> Result<Interval>,
) -> Reported<Measured> {
    if !value.is_finite() {
        return Reported::Symbol(Symbol::NotApplicable);
    }
    match Intervals::try_at(levels, interval) {
        Ok(intervals) => Reported::Value(Measured {
            value,
            intervals,
            method,
        }),
        Err(_) => Reported::Symbol(Symbol::NotApplicable),
    }
}

/// The name under which `disparity method` explains how a count's interval was made.
pub(crate) const fn count_method(method: CountMethod) -> &'static str {
    match method {
        CountMethod::Exact => "exact_poisson",
        CountMethod::Byar => "byar",
    }
}

/// A rate per person; or a count over what is expected. Events that vary by more than their number,
/// because children have several, have an interval that is as much wider.
pub(crate) fn rate(
    levels: Levels,
    count: f64,
    population: f64,
    inflation: Option<f64>,
) -> Reported<Measured> {
    if let Some(inflation) = inflation.filter(|v| *v > 1.0 && count > 0.0) {
        // As many children with that many events each have the count and the variance.
        let equal = [EventFrequency {
            events: inflation,
            persons: count / inflation,
        }];
        let method = "crude_rate_non_independent";
        return measured(levels, count / population, method, |level| {
            disparity_stats::crude_rate_non_independent(&equal, population, level)
                .map(|estimate| estimate.interval)
        });
    }
    let Ok(estimate) = disparity_stats::crude_rate(count, population, levels.first()) else {
        return Reported::Symbol(Symbol::NotApplicable);
    };
    let method = count_method(estimate.method);
    measured(levels, estimate.value, method, |level| {
        disparity_stats::crude_rate(count, population, level).map(|estimate| estimate.interval)
    })
}

/// A figure of a count that may be printed rounded: with intervals that hold those of the least and of the most that may
/// have been counted.
pub(crate) fn rounded(
    levels: Levels,
    rounding: Rounding,
    printed: Count,
    figure: impl Fn(f64) -> Reported<Measured>,
) -> Reported<Measured> {
    let own = figure(f64::from(printed));
    if rounding.is_exact() {
        return own;
    }
    let ends = [rounding.least(printed), rounding.most(printed)].map(f64::from);
    between(levels, own, ends.map(figure))
}

/// A figure whose counts are rounded, with intervals that hold those at both extremes.
pub(crate) fn between(
    levels: Levels,
    own: Reported<Measured>,
    [least, most]: [Reported<Measured>; 2],
) -> Reported<Measured> {
    let all = own.zip(least.zip(most));
    all.and_then(|(own, (least, most))| {
        let ends = (0..levels.len()).map(|place| {
            let (least, most) = (least.intervals.get(place)?, most.intervals.get(place)?);
            disparity_stats::rounded_counts(own.value, least, most).ok()
        });
        let ends: Option<Vec<Interval>> = ends.collect();
        let intervals = ends.and_then(|ends| Intervals::of(&ends));
        intervals.map_or(Reported::Symbol(Symbol::NotApplicable), |intervals| {
            Reported::Value(Measured {
                intervals,
                method: "rounded_counts",
                ..own
            })
        })
    })
}

/// A part of a whole.
pub(crate) fn proportion(levels: Levels, part: f64, whole: f64) -> Reported<Measured> {
    // A part larger than its whole is a fault in the source, not a figure.
    if part > whole {
        return Reported::Symbol(Symbol::Unreliable);
    }
    measured(levels, part / whole, "wilson", |level| {
        disparity_stats::wilson(part, whole, level)
    })
}

/// The same value with intervals that allow for a denominator which is itself an estimate, whose error
/// has this standard deviation on the log scale.
pub(crate) fn widened(levels: Levels, known: Measured, log_sd: f64) -> Reported<Measured> {
    if log_sd <= 0.0 {
        return Reported::Value(known);
    }
    remade(levels, known, |ends, level| {
        disparity_stats::uncertain_denominator(known.value, ends, log_sd, level)
    })
}

/// The same value with each interval made anew of the one at the same level, to allow for a denominator
/// that is an estimate.
fn remade(
    levels: Levels,
    known: Measured,
    made: impl Fn(Interval, Level) -> Result<Interval>,
) -> Reported<Measured> {
    match known.intervals.try_map(levels, made) {
        Ok(intervals) => Reported::Value(Measured {
            intervals,
            method: "uncertain_denominator",
            ..known
        }),
        Err(_) => Reported::Symbol(Symbol::NotApplicable),
    }
}

/// The same value and intervals relative to a benchmark that is taken as fixed.
pub(crate) fn relative_to(measured: Measured, benchmark: f64) -> Reported<Measured> {
    if benchmark <= 0.0 || !benchmark.is_finite() {
        return Reported::Symbol(Symbol::NotApplicable);
    }
    Reported::Value(Measured {
        value: measured.value / benchmark,
        intervals: measured.intervals.times(1.0 / benchmark),
        method: measured.method,
    })
}

/// Two counts, each with its denominator.
pub(crate) type Pair = ((f64, f64), (f64, f64));

/// The ratio of two rates or two proportions from independent counts.
pub(crate) fn ratio(levels: Levels, ((o1, n1), (o2, n2)): Pair, unit: Unit) -> Reported<Measured> {
    let (name, method): (_, TwoSample) = match unit {
        Unit::Per10k => ("rate_ratio", disparity_stats::rate_ratio),
        Unit::Proportion => ("risk_ratio", disparity_stats::risk_ratio),
    };
    measured(levels, (o1 / n1) / (o2 / n2), name, |level| {
        method(o1, n1, o2, n2, level).map(|estimate| estimate.interval)
    })
}

/// The difference of two rates or two proportions from independent counts.
pub(crate) fn difference(
    levels: Levels,
    ((o1, n1), (o2, n2)): Pair,
    unit: Unit,
) -> Reported<Measured> {
    let (name, method): (_, TwoSample) = match unit {
        Unit::Per10k => ("rate_difference", disparity_stats::rate_difference),
        Unit::Proportion => ("risk_difference", disparity_stats::risk_difference),
    };
    measured(levels, o1 / n1 - o2 / n2, name, |level| {
        method(o1, n1, o2, n2, level).map(|estimate| estimate.interval)
    })
}

/// Two rates of which the denominators are themselves estimates.
#[derive(Clone, Copy)]
pub(crate) enum Estimated {
    /// Of two groups in the same year: what one share has too much the other may have too little.
    Groups(DenominatorError, DenominatorError),
    /// Of one group in two years: the part of the error that lasts is the same in both.
    Years(DenominatorError, DenominatorError),
}

impl Estimated {
    fn both(self) -> (DenominatorError, DenominatorError) {
        match self {
            Self::Groups(own, other) | Self::Years(own, other) => (own, other),
        }
    }

    fn is_known(self) -> bool {
        let (own, other) = self.both();
        own.of_rate() <= 0.0 && other.of_rate() <= 0.0
    }
}

/// [`ratio`], allowing for denominators that are estimates.
pub(crate) fn ratio_of(
    levels: Levels,
    pair: Pair,
    unit: Unit,
    errors: Estimated,
) -> Reported<Measured> {
    let log_sd = match errors {
        Estimated::Groups(own, other) => own.of_ratio(other),
        Estimated::Years(own, earlier) => own.of_change(earlier),
    };
    ratio(levels, pair, unit).and_then(|known| widened(levels, known, log_sd))
}

/// [`difference`], allowing for denominators that are estimates: each limit is moved by what each error
/// moves the rate that it is of, the errors that last together and the others squared and added.
pub(crate) fn difference_of(
    levels: Levels,
    pair: Pair,
    unit: Unit,
    errors: Estimated,
) -> Reported<Measured> {
    let known = difference(levels, pair, unit);
    if errors.is_known() {
        return known;
    }
    let ((o1, n1), (o2, n2)) = pair;
    known.and_then(|known| {
        let difference = known.value;
        remade(levels, known, |plain, level| {
            let (own, other) = errors.both();
            // How far down and up one rate may be for an error of this size alone.
            let reach = |rate: f64, log_sd: f64| {
                let factor = (level.z() * log_sd).exp();
                (rate - rate / factor, rate * factor - rate)
            };
            let (r1, r2) = (o1 / n1, o2 / n2);
            let (drift1, drift2) = (reach(r1, own.drift), reach(r2, other.drift));
            let lasting = match errors {
                Estimated::Groups(..) => {
                    let (one, two) = (reach(r1, own.level), reach(r2, other.level));
                    (one.0 + two.1, one.1 + two.0)
                }
                Estimated::Years(..) => {
                    let both = reach(difference.abs(), own.level.max(other.level)).1;
                    (both, both)
                }
            };
            let all = |parts: [f64; 4]| parts.iter().map(|part| part * part).sum::<f64>().sqrt();
            Ok(Interval {
                low: difference - all([difference - plain.low, lasting.0, drift1.0, drift2.1]),
                high: difference + all([plain.high - difference, lasting.1, drift1.1, drift2.0]),
            })
        })
    })
}

/// A comparison of two counts with their denominators at a level.
type TwoSample = fn(f64, f64, f64, f64, Level) -> Result<disparity_stats::Estimate>;

/// A number that is known to be whole and to fit, such as a rank.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range first"
)]
pub(crate) fn whole_number(value: f64) -> u32 {
    value.clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels() -> Levels {
        Levels::default()
    }

    #[test]
    fn a_rate_over_nobody_does_not_apply() {
        for inflation in [None, Some(3.0)] {
            let nobody = rate(levels(), 3.0, 0.0, inflation);
            assert_eq!(nobody, Reported::Symbol(Symbol::NotApplicable));
        }
        assert_eq!(
            proportion(levels(), 0.0, 0.0),
            Reported::Symbol(Symbol::NotApplicable)
        );
    }

    #[test]
    fn a_part_larger_than_its_whole_is_no_figure() {
        assert_eq!(
            proportion(levels(), 5.0, 4.0),
            Reported::Symbol(Symbol::Unreliable)
        );
    }

    #[test]
    fn events_that_repeat_widen_the_interval() {
        // Ten children with five referrals each, of 64,907: 3.26 to 13.19 per 10,000.
        let found = rate(levels(), 50.0, 64_907.0, Some(5.0)).value().unwrap();
        let interval = found.intervals.shown();
        assert_eq!(found.method, "crude_rate_non_independent");
        for (found, per) in [
            (found.value, 7.703_3),
            (interval.low, 3.262),
            (interval.high, 13.188),
        ] {
            assert!((found * 1e4 - per).abs() < 1e-3, "{found}");
        }
        let independent = rate(levels(), 50.0, 64_907.0, None);
        assert_eq!(rate(levels(), 50.0, 64_907.0, Some(1.0)), independent);
    }

    #[test]
    fn an_error_of_the_denominators_widens_a_difference_and_none_does_not() {
        let pair = ((65.0, 9_000.0), (120.0, 40_000.0));
        let plain = difference(levels(), pair, Unit::Per10k);
        let none = DenominatorError::NONE;
        let known = Estimated::Groups(none, none);
        assert_eq!(difference_of(levels(), pair, Unit::Per10k, known), plain);
        assert_eq!(
            ratio_of(levels(), pair, Unit::Per10k, known),
            ratio(levels(), pair, Unit::Per10k)
        );
        let error = DenominatorError {
            level: 0.1,
            drift: 0.05,
        };
        let width = |found: Reported<Measured>| {
            let ends = found.value().unwrap().intervals.shown();
            ends.high - ends.low
        };
        let groups = width(difference_of(
            levels(),
            pair,
            Unit::Per10k,
            Estimated::Groups(error, error),
        ));
        let years = width(difference_of(
            levels(),
            pair,
            Unit::Per10k,
            Estimated::Years(error, error),
        ));
        assert!(width(plain) < years && years < groups);
    }

    #[test]
    fn england_2025() {
        let rate = rate(levels(), 81_770.0, 12_183_016.0, None)
            .value()
            .unwrap();
        assert!((rate.value * 10_000.0 - 67.118_027_1).abs() < 1e-6);
        assert_eq!(rate.method, "byar");
        let outer = rate.intervals.get(1).unwrap();
        assert!(outer.encloses(rate.intervals.shown()) && outer != rate.intervals.shown());
    }

    #[test]
    fn a_level_of_ones_own_is_the_level_of_the_interval() {
        let levels = Levels::new(&[0.9, 0.99]).unwrap();
        let rate = rate(levels, 352.0, 54_000.0, None).value().unwrap();
        assert_eq!(rate.intervals.as_slice().len(), 2);
        // Byar's limits by hand, with the deviates of 90% and 99%.
        for (ends, z) in rate
            .intervals
            .as_slice()
            .iter()
            .zip([1.644_853_626_951_472, 2.575_829_303_548_901])
        {
            let limit = |count: f64, z: f64| {
                count * (1.0 - 1.0 / (9.0 * count) + z / (3.0 * count.sqrt())).powi(3)
            };
            assert!((ends.low * 54_000.0 - limit(352.0, -z)).abs() < 1e-9);
            assert!((ends.high * 54_000.0 - limit(353.0, z)).abs() < 1e-9);
        }
    }
}
