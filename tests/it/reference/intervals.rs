//! Intervals of a count, a rate, a proportion and a mean.

use disparity_stats::{
    Estimate, EventFrequency, Interval, byar, byar_mid_p, clopper_pearson, crude_rate,
    crude_rate_non_independent, exact_poisson, exact_poisson_intervals, mean, mean_interval,
    median, mid_p_poisson, poisson_count_interval, poisson_count_intervals, rounded_counts,
    uncertain_denominator, wald_poisson, wald_proportion, wilson, wilson_finite_population,
    wilson_weighted,
};

use super::{Inputs, Outputs, estimate, limits, named};

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Outputs {
    let level = given.level();
    let count = || given.one("o");
    let [x, n] = if given.has("x") {
        given.some(["x", "n"])
    } else {
        [0.0, 1.0]
    };
    match method {
        "exact_poisson" => {
            let one = exact_poisson(count(), level).unwrap();
            let many = exact_poisson_intervals(&[1.0, count(), count()], level).unwrap();
            assert_eq!(many[1..], [one, one], "one by one and many at once differ");
            limits(Ok(one))
        }
        "byar" => limits(byar(count(), level)),
        "byar_mid_p" => limits(byar_mid_p(count(), level)),
        "mid_p_poisson" => limits(mid_p_poisson(count(), level)),
        "wald_poisson" => limits(wald_poisson(count(), level)),
        "poisson_count_interval" => {
            let one = poisson_count_interval(count(), level).unwrap().0;
            let many = poisson_count_intervals(&[1.0, count(), count()], level).unwrap();
            assert_eq!(many[1..], [one, one], "one by one and many at once differ");
            limits(Ok(one))
        }
        "crude_rate" => {
            let rate = crude_rate(count(), given.one("n"), level).unwrap();
            named(
                "",
                Estimate {
                    value: rate.value,
                    interval: rate.interval,
                },
            )
        }
        "crude_rate_non_independent" => {
            let pairs = given.all("events").into_iter().zip(given.all("persons"));
            let frequencies: Vec<EventFrequency> = pairs
                .map(|(events, persons)| EventFrequency { events, persons })
                .collect();
            estimate(crude_rate_non_independent(
                &frequencies,
                given.one("n"),
                level,
            ))
        }
        "rounded_counts" => {
            let [o, within, n] = given.some(["o", "within", "n"]);
            let [least, most] = [o - within, o + within].map(|count| crude_rate(count, n, level));
            let (least, most) = (least.unwrap().interval, most.unwrap().interval);
            limits(rounded_counts(o / n, least, most))
        }
        "uncertain_denominator" => {
            let [v, low, high, s] = given.some(["v", "low", "high", "s"]);
            limits(uncertain_denominator(v, Interval { low, high }, s, level))
        }
        "wilson" => limits(wilson(x, n, level)),
        "clopper_pearson" => limits(clopper_pearson(x, n, level)),
        "wald_proportion" => limits(wald_proportion(x, n, level)),
        "wilson_weighted" => limits(wilson_weighted(
            given.one("part"),
            given.one("whole"),
            given.one("squares"),
            level,
        )),
        "wilson_finite_population" => limits(wilson_finite_population(
            x,
            n,
            given.one("population"),
            level,
        )),
        "mean_interval" => {
            let y = given.all("y");
            let m = mean_interval(&y, level).unwrap();
            assert_eq!(Ok(m.value), mean(&y), "two means differ");
            let value = Estimate {
                value: m.value,
                interval: m.interval,
            };
            let mut outputs = named("", value);
            outputs.push(("median".into(), median(&y).unwrap()));
            outputs
        }
        other => panic!("no harness for {other}"),
    }
}
