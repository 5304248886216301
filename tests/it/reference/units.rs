//! Ranks, smoothing, quantile groups and rounding: figures per unit.

use disparity_stats::{
    DeprivationIndex, FirstQuantile, Interval, Level, Shrunken, UncertainUnit, deprivation_decile,
    gamma_poisson_prior, gamma_poisson_shapes, mean_bounds, median_bounds,
    population_weighted_quantiles, proportion_bounds, quantile_groups, rank_bounds, rank_intervals,
    round_half_up, shrink_gamma_poisson, shrink_gamma_poisson_towards,
};

use super::{Inputs, Outputs, limits, numbered, single};

fn groups(found: Vec<u32>) -> Outputs {
    numbered("g", found.into_iter().map(f64::from))
}

fn shrunken(fit: &Shrunken) -> Outputs {
    let mut outputs = single("shape", fit.shape.unwrap());
    let b = fit.coefficients.iter().enumerate();
    outputs.extend(b.map(|(i, value)| (format!("b{i}"), *value)));
    outputs.extend(numbered("value", fit.ratios.iter().map(|r| r.value)));
    outputs.extend(numbered("median", fit.ratios.iter().map(|r| r.median)));
    outputs.extend(numbered("low", fit.ratios.iter().map(|r| r.interval.low)));
    outputs.extend(numbered("high", fit.ratios.iter().map(|r| r.interval.high)));
    outputs
}

fn shapes(given: &Inputs<'_>) -> Outputs {
    let (o, e, c2) = (given.all("o"), given.all("e"), given.all("c2"));
    let units = o.iter().zip(&e).zip(&c2);
    let units: Vec<UncertainUnit> = units
        .map(|((&count, &expected), &relative_variance)| UncertainUnit {
            count,
            expected,
            relative_variance,
        })
        .collect();
    let [s] = given.some(["s"]);
    let withheld_to = given.whole("t")[0];
    let found = gamma_poisson_shapes(&units, s, withheld_to).unwrap();
    let all = found.as_slice().iter();
    let mut outputs = numbered("shape", all.clone().map(|own| own.shape));
    outputs.extend(numbered("probability", all.map(|own| own.probability)));
    outputs
}

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Outputs {
    match method {
        "controlled_rounding" => super::tables::compute(method, given),
        "rank_intervals" => {
            let (o, n) = (given.all("o"), given.all("n"));
            let ranks = rank_intervals(&o, &n, Level::P95, 5, 20_000).unwrap();
            let mut outputs = numbered("rank", ranks.iter().map(|r| r.rank));
            outputs.extend(numbered("low", ranks.iter().map(|r| r.interval.low)));
            outputs.extend(numbered("median", ranks.iter().map(|r| r.median)));
            outputs.extend(numbered("high", ranks.iter().map(|r| r.interval.high)));
            outputs
        }
        "shrink_gamma_poisson" => {
            shrunken(&shrink_gamma_poisson(&given.all("o"), &given.all("e"), Level::P95).unwrap())
        }
        "gamma_poisson_prior" => {
            let (o, e) = (given.all("o"), given.all("e"));
            let prior = gamma_poisson_prior(&o, &e).unwrap();
            let mut outputs = single("shape", prior.shape.unwrap());
            outputs.extend(single("mean", prior.mean));
            let units = o.iter().zip(&e);
            let ratios: Vec<_> = units
                .map(|(&o, &e)| prior.posterior(o, e, Level::P95).unwrap())
                .collect();
            outputs.extend(numbered("value", ratios.iter().map(|r| r.value)));
            outputs.extend(numbered("median", ratios.iter().map(|r| r.median)));
            outputs.extend(numbered("low", ratios.iter().map(|r| r.interval.low)));
            outputs.extend(numbered("high", ratios.iter().map(|r| r.interval.high)));
            outputs
        }
        "gamma_poisson_shapes" => shapes(given),
        "shrink_gamma_poisson_towards" => {
            let (o, e, x) = (given.all("o"), given.all("e"), given.all("x"));
            shrunken(&shrink_gamma_poisson_towards(&o, &e, &[&x], Level::P95).unwrap())
        }
        "quantile_groups" => {
            let first = match given.text("first") {
                "highest" => FirstQuantile::Highest,
                _ => FirstQuantile::Lowest,
            };
            groups(quantile_groups(&given.all("v"), given.whole("q")[0], first).unwrap())
        }
        "median_bounds" => limits(median_bounds(&bounded(given))),
        "mean_bounds" => limits(mean_bounds(&bounded(given))),
        "proportion_bounds" => {
            let [x, u, n] = given.some(["x", "u", "n"]);
            limits(proportion_bounds(x, u, n))
        }
        "rank_bounds" => {
            let ranks = rank_bounds(&bounded(given)).unwrap();
            #[expect(clippy::cast_precision_loss, reason = "ranks of a few")]
            let ends = |end: fn(&(usize, usize)) -> usize| {
                ranks.iter().map(end).map(|r| r as f64).collect::<Vec<_>>()
            };
            let mut outputs = numbered("first", ends(|r| r.0));
            outputs.extend(numbered("last", ends(|r| r.1)));
            outputs
        }
        "deprivation_decile" => {
            let index = match given.text("index") {
                "England" => DeprivationIndex::England,
                "Scotland" => DeprivationIndex::Scotland,
                "Wales" => DeprivationIndex::Wales,
                _ => DeprivationIndex::NorthernIreland,
            };
            let (rank, areas) = (given.whole("rank")[0], given.whole("areas")[0]);
            single(
                "decile",
                f64::from(deprivation_decile(rank, areas, index).unwrap()),
            )
        }
        "population_weighted_quantiles" => {
            let (ranks, p) = (given.all("rank"), given.all("p"));
            groups(population_weighted_quantiles(&ranks, &p, given.whole("q")[0]).unwrap())
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 9"
        )]
        "round_half_up" => {
            let places = given.one("places") as u8;
            single("value", round_half_up(given.one("x"), places).unwrap())
        }
        other => panic!("no harness for {other}"),
    }
}

/// Values that are known only to lie within bounds.
fn bounded(given: &Inputs<'_>) -> Vec<Interval> {
    let ends = given.all("low").into_iter().zip(given.all("high"));
    ends.map(|(low, high)| Interval { low, high }).collect()
}
