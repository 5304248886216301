//! Trends, change, control charts.

use disparity_stats::{
    ControlParams, Level, RecentTrend, TrendDirection, TrendPoint, TrendTest, cochran_armitage,
    control_chart, log_linear_trend, period_change, poisson_trend, recent_trend,
    recent_trend_proportion,
};

use super::{Inputs, Outputs, numbered};

fn test(t: TrendTest) -> Outputs {
    vec![
        ("chi_square".into(), t.chi_square),
        ("p".into(), t.p_value),
        ("slope".into(), t.slope),
    ]
}

fn recent(found: RecentTrend) -> Outputs {
    let direction = match found.direction {
        TrendDirection::Increasing => 1.0,
        TrendDirection::Decreasing => -1.0,
        TrendDirection::NoSignificantChange => 0.0,
    };
    let mut outputs = test(found.test);
    outputs.push(("direction".into(), direction));
    outputs
}

fn points(given: &Inputs<'_>) -> Vec<TrendPoint> {
    let (years, o, n) = (given.whole("year"), given.all("o"), given.all("n"));
    (0..o.len())
        .map(|i| TrendPoint {
            year: i32::try_from(years[i]).unwrap(),
            count: o[i],
            denominator: n[i],
        })
        .collect()
}

fn chart(given: &Inputs<'_>) -> Outputs {
    let usual = ControlParams::default();
    let params = if given.has("baseline") {
        ControlParams {
            baseline: Some(given.whole("baseline")[0] as usize),
            screen_ranges: given.one("screen") > 0.0,
            ..usual
        }
    } else {
        usual
    };
    let chart = control_chart(&given.all("v"), params).unwrap();
    let flags = |f: fn(&disparity_stats::ControlPoint) -> bool| {
        chart
            .points
            .iter()
            .map(|p| f64::from(u8::from(f(p))))
            .collect::<Vec<_>>()
    };
    let mut outputs = vec![
        ("mean".to_owned(), chart.mean),
        ("low".to_owned(), chart.limits.low),
        ("high".to_owned(), chart.limits.high),
        ("range_limit".to_owned(), chart.range_limit),
    ];
    outputs.extend(numbered("outside", flags(|p| p.outside)));
    outputs.extend(numbered("shift", flags(|p| p.shift)));
    outputs.extend(numbered("trend", flags(|p| p.trend)));
    outputs.extend(numbered("near", flags(|p| p.near_limit)));
    outputs
}

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Outputs {
    match method {
        "cochran_armitage" => {
            test(cochran_armitage(&given.all("x"), &given.all("n"), &given.all("s")).unwrap())
        }
        "poisson_trend" => {
            test(poisson_trend(&given.all("o"), &given.all("n"), &given.all("s")).unwrap())
        }
        "recent_trend" => recent(recent_trend(&points(given), Level::P95).unwrap()),
        "recent_trend_proportion" => {
            recent(recent_trend_proportion(&points(given), Level::P95).unwrap())
        }
        "log_linear_trend" => {
            let (o, n, t) = (given.all("o"), given.all("n"), given.all("t"));
            let trend = log_linear_trend(&o, &n, &t, given.level()).unwrap();
            vec![
                ("ratio".into(), trend.ratio.value),
                ("low".into(), trend.ratio.interval.low),
                ("high".into(), trend.ratio.interval.high),
                ("chi_square".into(), trend.chi_square),
                ("p".into(), trend.p_value),
                ("dispersion".into(), trend.dispersion),
            ]
        }
        "period_change" => {
            let [o1, n1, o2, n2] = given.some(["o1", "n1", "o2", "n2"]);
            let change = period_change(o1, n1, o2, n2, given.level()).unwrap();
            let ratio = change.ratio.unwrap();
            vec![
                ("ratio".into(), ratio.value),
                ("ratio_low".into(), ratio.interval.low),
                ("ratio_high".into(), ratio.interval.high),
                ("difference".into(), change.difference.value),
            ]
        }
        "control_chart" => chart(given),
        other => panic!("no harness for {other}"),
    }
}
