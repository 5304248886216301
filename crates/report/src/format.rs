//! Numbers and absences as people read them. Rounding is the publisher's: half up with its epsilon.

use disparity_core::{
    ExpectedCount, Indicator, Interval, Levels, Measured, Reported, Symbol, Unit, percent,
    round_half_up, thousands,
};

/// A whole number with thousands separated: 12,183,016.
#[must_use]
pub fn count(n: f64) -> String {
    grouped(n, 0)
}

/// A number with so many decimals and thousands separated.
pub(crate) fn grouped(value: f64, decimals: u8) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    let rounded = round_half_up(value, decimals).unwrap_or(value);
    let text = format!("{:.*}", usize::from(decimals), rounded.abs());
    let sign = if rounded < 0.0 { "−" } else { "" };
    format!("{sign}{}", thousands(&text))
}

/// A probability in percent, none of which is quite 0 or 1: `<1%`, `85%`, `>99%`.
#[must_use]
pub fn probability(value: f64) -> String {
    if value < 0.005 {
        "<1%".to_owned()
    } else if value >= 0.995 {
        ">99%".to_owned()
    } else {
        grouped(value * 100.0, 0) + "%"
    }
}

/// A rate per 10,000 or a percentage, with the publisher's decimals.
#[must_use]
pub fn rate(value: f64, indicator: &Indicator) -> String {
    match indicator.unit() {
        Unit::Per10k => grouped(value * 10_000.0, indicator.decimals),
        Unit::Proportion => grouped(value * 100.0, indicator.decimals) + "%",
    }
}

/// The least and the most that a figure can be: `1.9% to 2.4%`, `1.9% or more`.
#[must_use]
pub(crate) fn bounds((low, high): (f64, f64), indicator: &Indicator) -> String {
    let low = rate(low, indicator);
    if high.is_finite() {
        format!("{low} to {}", rate(high, indicator))
    } else {
        format!("{low} or more")
    }
}

/// A rate with its interval: `67 (66 to 68)`.
#[must_use]
pub fn with_interval(measured: &Measured, indicator: &Indicator) -> String {
    let ends = measured.intervals.shown();
    format!(
        "{} ({} to {})",
        rate(measured.value, indicator),
        rate(ends.low, indicator),
        rate(ends.high, indicator)
    )
}

/// A ratio with its interval: `1.21 (1.16 to 1.26)`.
#[must_use]
pub fn ratio(measured: &Measured) -> String {
    let ends = ratio_ends(measured.intervals.shown());
    format!("{} ({ends})", grouped(measured.value, 2))
}

/// Between which ratios: `1.16 to 1.26`.
pub(crate) fn ratio_ends(ends: Interval) -> String {
    format!("{} to {}", grouped(ends.low, 2), grouped(ends.high, 2))
}

/// An expected count with its interval: `380 (333 to 434)`; without one where England's rates make
/// it, which are taken as they were counted.
#[must_use]
pub fn expected(found: &ExpectedCount) -> String {
    let value = count(found.expected);
    match found.intervals {
        Reported::Value(intervals) => format!(
            "{value} ({} to {})",
            count(intervals.shown().low),
            count(intervals.shown().high)
        ),
        Reported::Symbol(_) => value,
    }
}

/// How a figure changed, with the interval of the change and its unit: of a rate in per cent of the
/// earlier one, `−2.0% (−2.7% to −1.3%)`; of a percentage in points, `+0.4 points (−0.1 to +0.9)`, as a
/// percentage of a percentage would be taken for the one or the other.
#[must_use]
pub fn change(ratio: &Reported<Measured>, difference: &Reported<Measured>, unit: Unit) -> String {
    match unit {
        Unit::Per10k => reported(ratio, |found| {
            let ends = found.intervals.shown();
            let percent = |ratio: f64| signed((ratio - 1.0) * 100.0) + "%";
            format!(
                "{} ({} to {})",
                percent(found.value),
                percent(ends.low),
                percent(ends.high)
            )
        }),
        Unit::Proportion => reported(difference, |found| {
            let ends = found.intervals.shown();
            let points = |difference: f64| signed(difference * 100.0);
            format!(
                "{} points ({} to {})",
                points(found.value),
                points(ends.low),
                points(ends.high)
            )
        }),
    }
}

/// A number to one decimal with its sign; what rounds to nought has none.
pub(crate) fn signed(value: f64) -> String {
    let text = grouped(value, 1);
    if value > 0.0 && text != "0.0" {
        format!("+{text}")
    } else {
        text
    }
}

/// When verdicts by an authority's own interval are called more certain; nothing where the run has one
/// level.
#[must_use]
pub fn certainty(levels: Levels) -> String {
    let further = levels.as_slice().iter().skip(1).zip(["well", "far"]);
    let words = further.map(|(level, word)| {
        let level = percent(*level);
        format!("“{word}” above or below where the {level} interval leaves out 1 too")
    });
    words.collect::<Vec<_>>().join(", ")
}

/// When verdicts among authorities are called further out; nothing where the run has one level.
pub(crate) fn beyond_usual(levels: Levels) -> String {
    let further = levels.as_slice().iter().skip(1).zip(["much", "very much"]);
    let words = further.map(|(level, word)| {
        format!(
            "“{word}” higher or lower is beyond where {} lie",
            percent(*level)
        )
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The value in words, or the symbol that stands for its absence.
#[must_use]
pub fn reported<T>(value: &Reported<T>, words: impl FnOnce(&T) -> String) -> String {
    match value {
        Reported::Value(value) => words(value),
        Reported::Symbol(symbol) => absence(*symbol),
    }
}

/// A symbol as shown in a table, in brackets so that it is not read as a figure.
pub(crate) fn absence(symbol: Symbol) -> String {
    format!("[{symbol}]")
}

/// The words with a capital.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// The unit in words.
#[must_use]
pub const fn unit_words(unit: Unit) -> &'static str {
    match unit {
        Unit::Per10k => "per 10,000 children",
        Unit::Proportion => "per cent",
    }
}

#[cfg(test)]
mod tests {
    use disparity_core::{Interval, Intervals};

    use super::*;

    #[test]
    fn thousands_are_separated_and_halves_go_up() {
        assert_eq!(count(12_183_016.0), "12,183,016");
        assert_eq!(count(999.5), "1,000");
        assert_eq!(grouped(67.118, 1), "67.1");
        assert_eq!(grouped(-0.25, 1), "−0.3");
        assert_eq!(grouped(0.0, 0), "0");
        assert_eq!(grouped(f64::INFINITY, 1), "∞");
    }

    #[test]
    fn no_probability_is_certain() {
        let all = [0.0, 0.0049, 0.005, 0.5, 0.9949, 0.995, 1.0].map(probability);
        assert_eq!(all, ["<1%", "<1%", "1%", "50%", "99%", ">99%", ">99%"]);
    }

    #[test]
    fn a_change_has_its_interval_and_unit() {
        let measured = |value, low, high| {
            Reported::Value(Measured {
                value,
                intervals: Intervals::of(&[Interval { low, high }]).unwrap(),
                method: "rate_ratio",
            })
        };
        let (ratio, difference) = (
            measured(1.988, 0.834, 4.739),
            measured(0.01, -0.0004, 0.021),
        );
        assert_eq!(
            change(&ratio, &difference, Unit::Per10k),
            "+98.8% (−16.6% to +373.9%)"
        );
        assert_eq!(
            change(&ratio, &difference, Unit::Proportion),
            "+1.0 points (0.0 to +2.1)"
        );
        let absent = Reported::Symbol(Symbol::NotAvailable);
        assert_eq!(change(&absent, &difference, Unit::Per10k), "[x]");
    }

    #[test]
    fn degrees_of_a_verdict_are_of_the_levels() {
        let one = Levels::default().first_only();
        assert_eq!((certainty(one), beyond_usual(one)), Default::default());
        assert_eq!(
            certainty(Levels::default()),
            "“well” above or below where the 99.8% interval leaves out 1 too"
        );
        let three = Levels::new(&[0.9, 0.95, 0.99]).unwrap();
        assert_eq!(
            beyond_usual(three),
            "“much” higher or lower is beyond where 95% lie, “very much” higher or lower is beyond where 99% lie"
        );
    }

    #[test]
    fn an_absence_is_not_a_figure() {
        let absent: Reported<u32> = Reported::Symbol(Symbol::Confidential);
        assert_eq!(reported(&absent, ToString::to_string), "[c]");
    }
}
