//! Gradients, concentration, impact and spread over groups.

use disparity_stats::{
    BootstrapParams, ConcentrationIndex, CountGroup, Interval, Level, Measure, Result, SlopeIndex,
    SlopeScale, SlopeSimulation, Subgroup, SurveyRecord, between_group_sd, between_group_variance,
    bootstrap_interval, coefficient_of_variation, concentration_index, concentration_index_survey,
    erreygers_index, index_of_disparity, index_of_disparity_weighted, inequality_measures,
    mean_difference_from_best, mean_difference_from_best_weighted, mean_difference_from_mean,
    mean_difference_from_mean_weighted, mean_difference_from_reference,
    mean_difference_from_reference_weighted, mean_log_deviation, population_attributable,
    population_attributable_gradient, population_attributable_proportion, slope_index,
    slope_index_linear, slope_index_log_linear, slope_index_quasi_binomial, slope_index_simulated,
    theil_index, wagstaff_index,
};

use super::{Inputs, Outputs, estimate, named, single};

const DRAWS: u32 = 20_000;

fn slope(found: Result<SlopeIndex>) -> Outputs {
    let index = found.unwrap();
    let mut outputs = ends("", &index);
    if let Ok(back) = index.reversed() {
        outputs.extend(ends("reversed_", &back));
    }
    outputs
}

fn ends(prefix: &str, index: &SlopeIndex) -> Outputs {
    let mut outputs = named(&format!("{prefix}slope"), index.slope);
    if let Some(relative) = index.relative {
        outputs.extend(single(&format!("{prefix}relative"), relative.value));
        outputs.extend(single(&format!("{prefix}relative_low"), relative.low));
        if let Some(high) = relative.high {
            outputs.extend(single(&format!("{prefix}relative_high"), high));
        }
    }
    outputs.extend(single(&format!("{prefix}intercept"), index.intercept));
    outputs
}

/// The standard error of one group, from a count or from published limits.
fn group_error(given: &Inputs<'_>) -> Outputs {
    let (n, level) = (given.one("n"), given.level());
    let limits = || Interval {
        low: given.one("low"),
        high: given.one("high"),
    };
    let value = || given.one("value");
    let group = match given.text("from") {
        "count" => Subgroup::from_count(given.one("x"), n),
        "proportion" => Subgroup::from_proportion(given.one("x"), n),
        "log" => Subgroup::from_log_limits(n, value(), limits(), level),
        "logit" => Subgroup::from_logit_limits(n, value(), limits(), level),
        _ => Subgroup::from_limits(n, value(), limits(), level),
    };
    single("se", group.unwrap().se)
}

fn concentration(found: Result<ConcentrationIndex>) -> Outputs {
    let index = found.unwrap();
    [named("", index.absolute), named("relative", index.relative)].concat()
}

fn survey(given: &Inputs<'_>) -> Outputs {
    let [value, weight] = ["value", "weight"].map(|name| given.all(name));
    let [group, stratum, cluster] = ["group", "stratum", "cluster"].map(|name| given.whole(name));
    let records: Vec<SurveyRecord> = (0..value.len())
        .map(|i| SurveyRecord {
            value: value[i],
            weight: weight[i],
            group: group[i],
            stratum: stratum[i],
            cluster: cluster[i],
        })
        .collect();
    concentration(concentration_index_survey(&records, Level::P95))
}

fn simulated(given: &Inputs<'_>, groups: &[Subgroup]) -> Outputs {
    let how = SlopeSimulation {
        draw_on: SlopeScale::Identity,
        level: given.level(),
        seed: 11,
        repetitions: DRAWS,
    };
    slope(slope_index_simulated(groups, SlopeScale::Identity, how))
}

fn bootstrapped(method: &str, given: &Inputs<'_>, groups: &[Subgroup]) -> Outputs {
    let params = BootstrapParams {
        replicates: DRAWS,
        ..BootstrapParams::seeded(17)
    };
    if method == "bootstrap_interval" {
        let last = groups.len() - 1;
        let difference = |g: &[Subgroup]| Ok(g[0].value - g[last].value);
        let found = bootstrap_interval(groups, difference, params).unwrap();
        return vec![
            ("value".into(), found.value),
            ("low".into(), found.interval.low),
            ("high".into(), found.interval.high),
            ("se".into(), found.se),
        ];
    }
    let all = inequality_measures(groups, reference(given), false, params).unwrap();
    let of = |measure: Measure| all.iter().find(|(m, _)| *m == measure).unwrap().1.unwrap();
    let difference = of(Measure::Difference);
    vec![
        ("low".into(), difference.interval.low),
        ("high".into(), difference.interval.high),
        ("se".into(), difference.se),
        ("sd".into(), of(Measure::BetweenGroupSd).value),
        ("theil".into(), of(Measure::Theil).value),
        ("deviation".into(), of(Measure::MeanLogDeviation).value),
        (
            "concentration".into(),
            of(Measure::AbsoluteConcentration).value,
        ),
        ("slope".into(), of(Measure::Slope).value),
    ]
}

fn reference(given: &Inputs<'_>) -> usize {
    given.whole("reference")[0] as usize
}

fn attributable(method: &str, given: &Inputs<'_>, groups: &[Subgroup]) -> Outputs {
    let (reference, level) = (reference(given), given.level());
    let found = match method {
        "population_attributable_gradient" => {
            return estimate(population_attributable_gradient(groups, reference, level));
        }
        "population_attributable" => population_attributable(groups, reference, level),
        _ => population_attributable_proportion(groups, reference, level),
    };
    let found = found.unwrap();
    [named("risk", found.risk), named("fraction", found.fraction)].concat()
}

fn points(method: &str, given: &Inputs<'_>, groups: &[Subgroup]) -> Outputs {
    let r = if given.has("reference") {
        reference(given)
    } else {
        0
    };
    let value = match method {
        "between_group_sd" => between_group_sd(groups),
        "coefficient_of_variation" => coefficient_of_variation(groups),
        "index_of_disparity" => index_of_disparity(groups),
        "index_of_disparity_weighted" => index_of_disparity_weighted(groups),
        "mean_difference_from_mean" => mean_difference_from_mean(groups),
        "mean_difference_from_mean_weighted" => mean_difference_from_mean_weighted(groups),
        "mean_difference_from_best" => mean_difference_from_best(groups, false),
        "mean_difference_from_best_weighted" => mean_difference_from_best_weighted(groups, false),
        "mean_difference_from_reference" => mean_difference_from_reference(groups, r),
        "mean_difference_from_reference_weighted" => {
            mean_difference_from_reference_weighted(groups, r)
        }
        other => panic!("no harness for {other}"),
    };
    single("value", value.unwrap())
}

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Outputs {
    if given.has("from") {
        return group_error(given);
    }
    if method == "concentration_index_survey" {
        return survey(given);
    }
    let pairs = || given.all("o").into_iter().zip(given.all("n"));
    let groups: Vec<Subgroup> = pairs()
        .map(|(o, n)| Subgroup::from_count(o, n).unwrap())
        .collect();
    let level = given.level();
    match method {
        "slope_index" => {
            let scale = match given.text("scale") {
                "log" => SlopeScale::Log,
                "logit" => SlopeScale::Logit,
                _ => SlopeScale::Identity,
            };
            slope(slope_index(&groups, scale, level))
        }
        "slope_index_simulated" => simulated(given, &groups),
        "slope_index_linear" => {
            let index = slope_index_linear(&groups, level).unwrap();
            [
                named("slope", index.slope),
                named("relative", index.over_mean.unwrap()),
            ]
            .concat()
        }
        "slope_index_quasi_binomial" => slope(slope_index_quasi_binomial(&groups, level)),
        "slope_index_log_linear" => {
            let counts: Vec<CountGroup> = pairs()
                .map(|(count, population)| CountGroup { count, population })
                .collect();
            slope(slope_index_log_linear(&counts, level))
        }
        "concentration_index" => concentration(concentration_index(&groups, level)),
        "wagstaff_index" => estimate(wagstaff_index(&groups, level)),
        "erreygers_index" => estimate(erreygers_index(&groups, level)),
        "between_group_variance" => estimate(between_group_variance(&groups, level)),
        "theil_index" => estimate(theil_index(&groups, level)),
        "mean_log_deviation" => estimate(mean_log_deviation(&groups, level)),
        "bootstrap_interval" | "inequality_measures" => bootstrapped(method, given, &groups),
        _ if method.starts_with("population_attributable") => attributable(method, given, &groups),
        _ => points(method, given, &groups),
    }
}
