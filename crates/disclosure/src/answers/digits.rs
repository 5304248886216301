//! To how many digits a figure is told that is computed from single children.

use disparity_stats::Interval;

/// A proportion estimated from so many children, and its limits, to the digits that they bear, and
/// within what is certain.
///
/// # Formula
/// ```text
/// s    = 0.5/√n                 the greatest standard error that a proportion of n can have
/// unit = 10^⌊log10 s⌋           to 25 children 0.1, to 2,500 0.01, to 250,000 0.001
/// ```
/// Further digits are chance, and turn back into the counts that a figure was computed from: five age
/// bands of a standardised share have one solution at sixteen digits. The unit depends on the number
/// of children alone, which is printed beside it. A rounded estimate that falls out of bounds that
/// are printed as they are is moved to them, and the limits hold it.
///
/// # Useful for
/// Kaplan–Meier and Aalen–Johansen estimates and standardised shares of records.
///
/// # Not useful for
/// A share of counts that are both printed: it tells nothing more.
///
/// # References
/// JCGM 100:2008, Guide to the expression of uncertainty in measurement, 7.2.6, on digits that an
/// uncertainty does not bear.
#[must_use]
pub(super) fn to_digits_borne(
    (value, interval): (f64, Interval),
    children: f64,
    (least, most): (f64, f64),
) -> (f64, Interval) {
    let (mut whole, mut up_to) = (10.0, 25.0);
    while children > up_to {
        whole *= 10.0;
        up_to *= 100.0;
    }
    let round = |x: f64| (x * whole).round() / whole;
    // Moved by comparing: what is no number stays none.
    let value = match round(value) {
        low if low < least => least,
        high if high > most => most,
        value => value,
    };
    let interval = Interval {
        low: round(interval.low).min(value),
        high: round(interval.high).max(value),
    };
    (value, interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_that_the_children_bear() {
        let found = (
            0.283_417,
            Interval {
                low: 0.197_2,
                high: 0.379_9,
            },
        );
        let reported = |children: f64, certain: (f64, f64)| {
            let (value, ci) = to_digits_borne(found, children, certain);
            (value, ci.low, ci.high)
        };
        let all = (0.0, 1.0);
        assert_eq!(reported(12.0, all), (0.3, 0.2, 0.4));
        assert_eq!(reported(25.0, all), (0.3, 0.2, 0.4));
        assert_eq!(reported(26.0, all), (0.28, 0.2, 0.38));
        assert_eq!(reported(2_500.0, all), (0.28, 0.2, 0.38));
        assert_eq!(reported(2_501.0, all), (0.283, 0.197, 0.38));
        // Certain bounds are printed as they are.
        assert_eq!(reported(12.0, (0.25, 0.291_7)), (0.291_7, 0.2, 0.4));
        assert_eq!(reported(26.0, (0.281, 0.281)), (0.281, 0.2, 0.38));
    }
}
