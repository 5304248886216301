//! Direct and indirect standardisation, collapsing, decomposition.

use disparity_stats::{
    Composition, DirectRate, DirectStratum, Estimate, EventFrequency, GroupedStrata,
    ProportionStratum, ReferenceCell, RepeatedStratum, Result, collapse_reference,
    decompose_difference, direct_proportion, direct_rate, direct_rate_gamma,
    direct_rate_non_independent, expected_by_group, expected_count, indirect_rate, indirect_ratio,
    indirect_ratio_log_normal, indirect_ratios,
};

use super::{Inputs, Outputs, estimate, named, numbered, single};

fn direct(found: Result<DirectRate>) -> Outputs {
    let rate = found.unwrap();
    let mut outputs = named(
        "",
        Estimate {
            value: rate.value,
            interval: rate.interval,
        },
    );
    outputs.extend(single("left_out", rate.weight_left_out));
    outputs
}

fn repeated(given: &Inputs<'_>) -> Vec<RepeatedStratum> {
    let (n, w) = (given.all("n"), given.all("w"));
    let persons = ["f1", "f2", "f3"].map(|name| given.all(name));
    let frequencies = |i: usize| {
        let one = |(f, p): (f64, &Vec<f64>)| EventFrequency {
            events: f,
            persons: p[i],
        };
        [1.0, 2.0, 3.0].into_iter().zip(&persons).map(one).collect()
    };
    (0..n.len())
        .map(|i| RepeatedStratum {
            frequencies: frequencies(i),
            population: n[i],
            weight: w[i],
        })
        .collect()
}

fn decomposition(given: &Inputs<'_>) -> Outputs {
    let [o1, n1, o2, n2] = ["o1", "n1", "o2", "n2"].map(|name| given.all(name));
    let strata: Vec<Composition> = (0..o1.len())
        .map(|i| Composition {
            first_count: o1[i],
            first_population: n1[i],
            second_count: o2[i],
            second_population: n2[i],
        })
        .collect();
    let d = decompose_difference(&strata, given.level()).unwrap();
    [
        named("difference", d.difference),
        named("composition", d.composition),
        named("rate", d.rate),
    ]
    .concat()
}

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Outputs {
    let strata = || -> Vec<DirectStratum> {
        let (x, n, w) = (given.all("x"), given.all("n"), given.all("w"));
        let one = |i: usize| DirectStratum {
            count: x[i],
            population: n[i],
            weight: w[i],
        };
        (0..x.len()).map(one).collect()
    };
    match method {
        "direct_rate" => direct(direct_rate(&strata(), given.level())),
        "direct_proportion" => {
            let one = |s: DirectStratum| ProportionStratum {
                count: s.count,
                population: s.population,
                weight: s.weight,
            };
            let strata: Vec<ProportionStratum> = strata().into_iter().map(one).collect();
            estimate(direct_proportion(&strata, given.level()))
        }
        "direct_rate_gamma" => direct(direct_rate_gamma(&strata(), given.level())),
        "direct_rate_non_independent" => {
            direct(direct_rate_non_independent(&repeated(given), given.level()))
        }
        "expected_count" => {
            let expected = expected_count(&given.all("n"), &given.all("X"), &given.all("N"));
            single("value", expected.unwrap())
        }
        "expected_by_group" => {
            let (group, population, rate) = (given.whole("g"), given.all("n"), given.all("r"));
            let strata = GroupedStrata {
                group: &group,
                population: &population,
                rate: &rate,
            };
            let expected = expected_by_group(strata, 3).unwrap();
            expected
                .into_iter()
                .enumerate()
                .map(|(g, e)| (g.to_string(), e))
                .collect()
        }
        "indirect_ratio" => {
            let [o, e] = given.some(["o", "e"]);
            let ratio = indirect_ratio(o, e, given.level()).unwrap();
            let strata = GroupedStrata {
                group: &[0, 1],
                population: &[e, 9.0],
                rate: &[1.0, 0.5],
            };
            let many = indirect_ratios(strata, &[o, 3.0], given.level()).unwrap();
            assert_eq!(many[0], Ok(ratio), "one by one and many at once differ");
            named(
                "",
                Estimate {
                    value: ratio.value,
                    interval: ratio.interval,
                },
            )
        }
        "indirect_ratio_log_normal" => {
            let [o, e] = given.some(["o", "e"]);
            estimate(indirect_ratio_log_normal(o, e, given.level()))
        }
        "indirect_rate" => {
            let [o, e, r] = given.some(["o", "e", "r"]);
            estimate(indirect_rate(o, e, r, given.level()))
        }
        "collapse_reference" => {
            let (count, population) = (given.all("count"), given.all("population"));
            let cell = |(&count, &population)| ReferenceCell { count, population };
            let reference: Vec<ReferenceCell> = count.iter().zip(&population).map(cell).collect();
            let near = given.whole("near");
            let collapsed = collapse_reference(&reference, &[&near], given.one("minimum")).unwrap();
            numbered("rate", collapsed.rates.into_iter().map(Option::unwrap))
        }
        "decompose_difference" => decomposition(given),
        other => panic!("no harness for {other}"),
    }
}
