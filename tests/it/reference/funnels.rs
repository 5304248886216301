//! Funnel limits, positions and overdispersion.

use disparity_stats::{
    FunnelPosition, FunnelScale, FunnelUnit, Level, Outliers, funnel_count_curve, funnel_position,
    funnel_position_proportion, funnel_position_ratio, funnel_proportion, funnel_rate,
    funnel_ratio, overdispersion,
};

use super::{Inputs, Outputs, limits, single};

fn place(position: FunnelPosition) -> f64 {
    match position {
        FunnelPosition::BelowOuter => -2.0,
        FunnelPosition::BelowInner => -1.0,
        FunnelPosition::Within => 0.0,
        FunnelPosition::AboveInner => 1.0,
        FunnelPosition::AboveOuter => 2.0,
    }
}

fn spread(given: &Inputs<'_>) -> Outputs {
    let scale = match given.text("scale") {
        "root" => FunnelScale::SquareRoot,
        "log" => FunnelScale::Log,
        "arcsine" => FunnelScale::ArcSine,
        _ => FunnelScale::LogOfCounts,
    };
    let pairs = given.all("o").into_iter().zip(given.all("e"));
    let units: Vec<FunnelUnit> = pairs
        .map(|(observed, denominator)| FunnelUnit {
            observed,
            denominator,
        })
        .collect();
    let outliers = if given.has("truncate") {
        Outliers::Truncate(given.one("truncate"))
    } else {
        Outliers::Winsorise(given.one("winsorise"))
    };
    let found = overdispersion(&units, scale, outliers).unwrap();
    let mut outputs = limits(found.limits(given.one("at"), Level::P95));
    outputs.extend([
        ("phi".to_owned(), found.phi),
        ("tau2".to_owned(), found.tau2),
        ("deviate".to_owned(), found.deviate(units[0]).unwrap()),
    ]);
    outputs
}

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Outputs {
    match method {
        "funnel_ratio" => limits(funnel_ratio(given.one("e"), given.level())),
        "funnel_rate" => limits(funnel_rate(given.one("t"), given.one("n"), given.level())),
        "funnel_proportion" => limits(funnel_proportion(
            given.one("t"),
            given.one("n"),
            given.level(),
        )),
        "funnel_count_curve" => {
            let curve = funnel_count_curve(given.one("o"), given.level()).unwrap();
            let high = curve.high.unwrap();
            vec![
                ("low_expected".into(), curve.low.expected),
                ("low_ratio".into(), curve.low.ratio),
                ("high_expected".into(), high.expected),
                ("high_ratio".into(), high.ratio),
            ]
        }
        "funnel_position" if given.has("t") => {
            let [x, n, t] = given.some(["x", "n", "t"]);
            single("place", place(funnel_position_proportion(x, n, t).unwrap()))
        }
        "funnel_position" => {
            let [o, e] = given.some(["o", "e"]);
            let [inner, outer] = [Level::P95, Level::P998].map(|l| funnel_ratio(e, l).unwrap());
            let drawn = funnel_position(o / e, inner, outer).unwrap();
            assert_eq!(
                drawn,
                funnel_position_ratio(o, e).unwrap(),
                "limits and labels differ"
            );
            single("place", place(drawn))
        }
        "overdispersion" => spread(given),
        other => panic!("no harness for {other}"),
    }
}
